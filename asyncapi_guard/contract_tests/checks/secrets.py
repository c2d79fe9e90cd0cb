"""Checks for secrets that are sent to other clients, or in undeclared places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.checks.emitted import step_of
from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.findings import Finding
from asyncapi_guard.contract_tests.places_in_values import leaves
from asyncapi_guard.contract_tests.secret_names import is_secret_name
from asyncapi_guard.contract_tests.steps import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.running import Trace
    from asyncapi_guard.contract_tests.wire_client import Arrival

__all__ = ["secrets"]

#: Shorter texts come by chance.
_SHORTEST = 6


def secrets(trace: Trace, judge: Judge) -> Iterator[Finding]:
    """Secrets of clients that the server sends."""
    sent, plain = _sent(trace, judge)
    sent = {text: who for text, who in sent.items() if not any(text in each for each in plain)}
    if not sent:
        return
    for number, arrival in enumerate(trace.arrivals):
        if arrival.frame.type == "CONNECT":
            continue
        found = _in(arrival, sent, judge)
        if found is not None:
            index = step_of(trace, number)
            event = arrival.event or trace.outcomes[index].step.event or "connect"
            what = f"the server sends {found}"
            yield Finding(Check.SECRET_ECHOED, arrival.frame.namespace, event, what, index)


def _sent(trace: Trace, judge: Judge) -> tuple[dict[str, int], list[str]]:
    """The secrets that clients sent, with the client; and all other texts."""
    secret = {each: 0 for each in judge.secrets if len(each) >= _SHORTEST}
    plain: list[str] = []
    for outcome in trace.outcomes:
        step = outcome.step
        if step.action not in (Action.EMIT, Action.CONNECT):
            continue
        named = judge.secret_fields(step.namespace, step.event or "connect")
        for path, value in leaves(step.args):
            if not isinstance(value, str):
                continue
            names = [part for part in path if isinstance(part, str)]
            if names and (is_secret_name(names[-1]) or names[-1] in named):
                if len(value) >= _SHORTEST:
                    secret.setdefault(value, step.client)
            else:
                plain.append(value)
    return secret, plain


def _in(arrival: Arrival, sent: dict[str, int], judge: Judge) -> str | None:
    """What is wrong with the secrets in a packet, if there are any."""
    declared = judge.declared_names(arrival.frame.namespace, arrival.event)
    for path, value in leaves(arrival.args):
        if not isinstance(value, str):
            continue
        for secret, client in sent.items():
            if secret not in value:
                continue
            key = next((part for part in reversed(path) if isinstance(part, str)), "")
            if is_secret_name(key) and (not arrival.is_event or key in declared):
                continue  # an ack that the contract allows, or an event that has it
            own = client in (0, arrival.client)
            whose = "its own" if own else "another client's"
            return f"a client {whose} secret in {key!r}" if key else f"a client {whose} secret"
    return None
