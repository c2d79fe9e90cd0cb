"""Checks of connections: whether they are accepted, the traffic before that, and their end."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests import frames
from asyncapi_guard.contract_tests.answers import guard_code, leak_in
from asyncapi_guard.contract_tests.checks.emitted import step_of
from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.findings import Finding, why
from asyncapi_guard.contract_tests.steps import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.running import Outcome, Trace
    from asyncapi_guard.contract_tests.wire_client import Arrival

__all__ = ["connected", "dropped", "extra_acks", "too_early"]

#: Events after which a server may well end a connection.
_ENDS = re.compile(
    r"log_?out|sign_?out|leave|disconnect|quit|exit|bye|close|kick|end|stop|delete|ban|revoke",
    re.IGNORECASE,
)
#: For how many seconds events may still come after a client has left: they were on their way.
_ON_THEIR_WAY = 0.3


def connected(trace: Trace, judge: Judge) -> Iterator[Finding]:
    """What is wrong with the answers to clients that connect."""
    for index, outcome in enumerate(trace.outcomes):
        if outcome.step.action is Action.CONNECT:
            yield from _connect(index, outcome, judge, trace)


def _connect(index: int, outcome: Outcome, judge: Judge, trace: Trace) -> Iterator[Finding]:
    step = outcome.step
    where = step.namespace, "connect"
    if outcome.status >= 500:
        what = f"the server answers the handshake with the status {outcome.status}"
        yield Finding(Check.SERVER_ERROR, *where, what, index, "", "status")
        return
    errors = [
        each
        for each in trace.during(outcome)
        if each.client == step.client and each.frame.type == "CONNECT_ERROR"
    ]
    data = errors[-1].args if errors else ()
    if leak_in(data):
        what = "the data of connect_error has the text of an exception in it"
        yield Finding(Check.SERVER_ERROR, *where, what, index, "", "leak")
    if outcome.accepted is None and not outcome.problem:
        what = "the server neither accepts nor rejects a client that connects"
        yield Finding(Check.HANG, *where, what, index, "", "connect")
    if step.credentials or not judge.connect_messages(step.namespace):
        return
    violation = judge.connect(step.namespace, step.args[0] if step.args else None)
    if violation is not None and outcome.accepted:
        said, location = why(violation)
        what = f"the server accepted an auth value that breaks the contract: {said}"
        place = f"{location} {violation.problems[0].path}"
        yield Finding(Check.INVALID_INPUT_ACCEPTED, *where, what, index, location, place)
    code = _code(data)
    if violation is None and outcome.accepted is False and code.endswith("validation_error"):
        what = f"the server rejected ({code}) an auth value that the contract allows"
        yield Finding(Check.VALID_INPUT_REJECTED, *where, what, index, "", code)
    if outcome.accepted is False and errors:
        yield from _error_data(index, judge, step.namespace, data)


def _code(data: tuple[object, ...]) -> str:
    """The code of a guard's rejection; python-socketio puts the data of it into an object."""
    for each in data:
        inner = each.get("data") if isinstance(each, dict) else None
        code = guard_code((each,)) or guard_code((inner,))
        if code:
            return code
    return ""


def _error_data(
    index: int, judge: Judge, namespace: str, data: tuple[object, ...]
) -> Iterator[Finding]:
    """Whether the data of a rejection is what the document says of `connect_error`."""
    if not judge.declares_emit(namespace, "connect_error") or _code(data):
        return
    inner = tuple(each.get("data") for each in data if isinstance(each, dict) and "data" in each)
    texts = tuple(each.get("message") for each in data if isinstance(each, dict))
    broken = [
        judge.emit(namespace, "connect_error", form, asked=False)
        for form in (data, inner, texts)
        if form
    ]
    if broken and all(each is not None for each in broken):
        said, location = why(broken[0]) if broken[0] is not None else ("", "")
        what = f"the data of connect_error breaks the contract: {said}"
        check = Check.CONNECT_ERROR_BREAKS_CONTRACT
        yield Finding(check, namespace, "connect_error", what, index, location)


def dropped(trace: Trace, judge: Judge) -> Iterator[Finding]:
    """Connections that the server ends after an event."""
    for number, arrival in enumerate(trace.arrivals):
        if arrival.frame.type not in ("CLOSE", "DISCONNECT"):
            continue
        index = step_of(trace, number)
        if index < 0:
            continue
        step = trace.outcomes[index].step
        own = step.client == arrival.client
        if step.action is not Action.EMIT or not own or _ENDS.search(step.event):
            continue
        if judge.input(step.namespace, step.event, step.args)[0] is not None and (
            trace.outcomes[index].ack is not None
        ):
            continue  # answered, and sent away after that
        how = "closed the connection" if arrival.frame.type == "CLOSE" else "left the namespace"
        what = f"the server {how} after the event{f' ({step.note})' if step.note else ''}"
        yield Finding(Check.CONNECTION_DROPPED, step.namespace, step.event, what, index)


def extra_acks(trace: Trace, _judge: Judge) -> Iterator[Finding]:
    """Acks that nobody asked for, or that come twice."""
    asked: dict[tuple[int, str, int], list[str]] = {}
    seen: Counter[tuple[int, str, int]] = Counter()
    number = -1
    for packet in trace.packets:
        if packet.direction == "in":
            number += 1
        if packet.type == "OPEN":
            asked = {key: events for key, events in asked.items() if key[0] != packet.client}
            seen = Counter({key: n for key, n in seen.items() if key[0] != packet.client})
        id = frames.id_in(packet.text)
        if id is None:
            continue
        key = (packet.client, packet.namespace, id)
        if packet.direction == "out" and packet.text[:1] in ("2", "5"):
            frame = frames.read(packet.text)
            asked.setdefault(key, []).append(str(frame.data[0]) if frame.data else "")
        elif packet.direction == "in" and packet.type in frames.ACKS:
            index = step_of(trace, number)
            if key not in asked:
                what = "an ack came that no client asked for"
                yield Finding(Check.EXTRA_ACK, packet.namespace, "", what, index)
            elif seen[key] == len(asked[key]):  # a client may use a number again
                what = "the ack came twice"
                yield Finding(Check.EXTRA_ACK, packet.namespace, asked[key][-1], what, index)
            seen[key] += 1


def too_early(trace: Trace, _judge: Judge) -> Iterator[Finding]:
    """Events for clients that are not connected to the namespace: not yet, not any more."""
    state: dict[tuple[int, str], str] = {}
    left: dict[tuple[int, str], float] = {}
    number = -1
    for packet in trace.packets:
        key = (packet.client, packet.namespace)
        if packet.direction == "in":
            number += 1
        if packet.type == "OPEN":
            state = {each: now for each, now in state.items() if each[0] != packet.client}
        elif packet.direction == "out" and packet.type in ("CONNECT", "DISCONNECT"):
            state[key] = "asked" if packet.type == "CONNECT" else "left"
            left[key] = packet.seconds
        elif packet.direction == "in" and packet.type in ("CONNECT", "CONNECT_ERROR", "DISCONNECT"):
            state[key] = {"CONNECT": "in", "CONNECT_ERROR": "refused"}.get(packet.type, "left")
            left[key] = packet.seconds
        elif packet.direction == "in" and packet.type in frames.EVENTS:
            finding = _early(state.get(key, "never"), packet.seconds - left.get(key, 0.0))
            if finding is not None:
                check, what = finding
                event = _event_of(trace.arrivals[number])
                index = step_of(trace, number)
                yield Finding(check, packet.namespace, event, what, index)


def _event_of(arrival: Arrival) -> str:
    return arrival.event


def _early(state: str, since: float) -> tuple[Check, str] | None:
    if state == "asked":
        return Check.EMIT_BEFORE_CONNECT, "an event came before the server accepted the client"
    if state in ("refused", "never"):
        what = "an event came to a client that the server did not accept"
        return Check.HALF_OPEN_CONNECTION, what
    if state == "left" and since > _ON_THEIR_WAY:
        return Check.HALF_OPEN_CONNECTION, "an event came to a client that had left the namespace"
    return None
