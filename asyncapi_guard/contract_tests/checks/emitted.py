"""Checks of the server's emits, for any receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.answers import guard_code, leak_in
from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.findings import Finding, why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.running import Trace
    from asyncapi_guard.contract_tests.wire_client import Arrival

__all__ = ["emitted", "step_of"]


def step_of(trace: Trace, number: int) -> int:
    """The index of the step after which a packet came."""
    for index, outcome in enumerate(trace.outcomes):
        if number < outcome.last:
            return index
    return len(trace.outcomes) - 1


def emitted(trace: Trace, judge: Judge) -> Iterator[Finding]:
    """What is wrong with the events that came."""
    for number, arrival in enumerate(trace.arrivals):
        if arrival.is_event:
            yield from _event(trace, judge, number, arrival)
        elif arrival.frame.type == "INVALID" and arrival.packet.text[:1] not in ("3", "6"):
            what = f"the server sends what is not a packet of Socket.IO: {arrival.frame.problem}"
            where = arrival.frame.namespace, ""
            index = step_of(trace, number)
            yield Finding(Check.EMIT_BREAKS_CONTRACT, *where, what, index, "", "packet")


def _event(trace: Trace, judge: Judge, number: int, arrival: Arrival) -> Iterator[Finding]:
    namespace, event, args = arrival.frame.namespace, arrival.event, arrival.args
    index = step_of(trace, number)
    after = trace.outcomes[index].step if trace.outcomes else None
    since = f" after {after.event!r}" if after is not None and after.event else ""
    if leak_in(args):
        what = f"the event{since} has the text of an exception in it"
        yield Finding(Check.SERVER_ERROR, namespace, event, what, index, "", "leak")
    if not judge.declares_emit(namespace, event):
        if guard_code(args):  # `reject_event` of a guard
            return
        what = f"the server emits {event!r}{since}, which the document does not declare"
        yield Finding(Check.UNDECLARED_EMIT, namespace, event, what, index)
        return
    violation = judge.emit(namespace, event, args, asked=arrival.frame.id is not None)
    if violation is not None:
        said, location = why(violation)
        what = f"the event{since} breaks the contract: {said}"
        place = f"{location} {violation.problems[0].path}"
        check = Check.EMIT_BREAKS_CONTRACT
        yield Finding(check, namespace, event, what, index, location, place)
