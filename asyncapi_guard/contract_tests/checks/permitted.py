"""Checks with clients that don't authenticate although the document requires it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.answers import Answer
from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.findings import Finding
from asyncapi_guard.contract_tests.steps import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.running import Trace

__all__ = ["permitted"]


def permitted(trace: Trace, judge: Judge) -> Iterator[Finding]:
    """Connections and events that the server must reject, whatever else is right about them."""
    anonymous: dict[tuple[int, str], bool] = {}
    refuses: set[str] = set()
    for index, outcome in enumerate(trace.outcomes):
        step = outcome.step
        namespace = step.namespace
        if step.action is Action.CONNECT:
            wrong = _is_wrong(step.note)
            anonymous[step.client, namespace] = not step.credentials
            if step.credentials:
                continue
            if outcome.accepted is False and not wrong:
                refuses.add(namespace)
            required = judge.requires_security(namespace) or (wrong and namespace in refuses)
            if outcome.accepted and required:
                shown = step.note or "no credentials"
                what = f"the server accepted a client with {shown}"
                location = judge.place_of_security(namespace)
                variant = "wrong" if wrong else ""
                check = Check.UNAUTHORIZED_ACCEPTED
                yield Finding(check, namespace, "connect", what, index, location, variant)
        elif step.action is Action.EMIT and outcome.ack is not None:
            received = judge.event(namespace, step.event)
            secured = received is not None and received.secured
            if secured and anonymous.get((step.client, namespace)):
                valid = judge.input(namespace, step.event, step.args)[0] is None
                if valid and judge.meaning(outcome.ack.args) is Answer.ACCEPTED:
                    what = "the server accepted the event from a client without credentials"
                    yield Finding(Check.UNAUTHORIZED_ACCEPTED, namespace, step.event, what, index)


def _is_wrong(note: str) -> bool:
    """Whether a client shows credentials that are well formed and wrong."""
    return note.startswith("wrong ")
