"""Checks the acks of events, and whether valid and invalid arguments are treated as such."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.answers import (
    Answer,
    guard_code,
    has_error_form,
    leak_in,
    looks_like_error,
)
from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.findings import Finding, why
from asyncapi_guard.contract_tests.steps import Action
from asyncapi_guard.violations import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import Message
    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.running import Outcome, Trace
    from asyncapi_guard.violations import Violation

__all__ = ["acted_upon", "answered", "unfinished", "wrong_count"]

#: What a guarded server answers where it is not the client's fault.
_SERVERS_FAULT = frozenset(map(str, (Code.HANDLER, Code.GUARD)))
#: What it answers to clients that may not do something, or not so much.
_NOT_ALLOWED = frozenset(map(str, (Code.UNAUTHORIZED, Code.FORBIDDEN, Code.RATE_LIMITED)))
#: For how many seconds an ack may be on its way.
_ON_ITS_WAY = 0.3
#: The keywords that count arguments where a payload has positional items.
_COUNTS: tuple[str, ...] = (
    "minItems",
    "maxItems",
    "additionalItems",
    "items",
    "unevaluatedItems",
    "arguments",
)


def wrong_count(violation: Violation | None) -> bool:
    """Whether the number of arguments is what is wrong."""
    if violation is None:
        return False
    first = violation.problems[0]
    return first.keyword == "arguments" or (first.path == "" and first.keyword in _COUNTS)


def answered(trace: Trace, judge: Judge) -> Iterator[Finding]:
    """What is wrong with the answers to events, and with missing ones."""
    for index, outcome in enumerate(trace.outcomes):
        step = outcome.step
        if step.action is not Action.EMIT or not outcome.accepted:
            continue
        violation, message = judge.input(step.namespace, step.event, step.args)
        if outcome.ack is not None:
            yield from _ack(index, outcome, judge, violation, message)
        elif step.ack and not outcome.problem:
            yield from _missing(index, outcome, judge, violation, trace)


def _missing(
    index: int, outcome: Outcome, judge: Judge, violation: Violation | None, trace: Trace
) -> Iterator[Finding]:
    step = outcome.step
    received = judge.event(step.namespace, step.event)
    if received is None or not received.declares_ack or _was_closed(outcome, trace):
        return
    ack = received.ack
    location = "" if ack is None else ack.location
    sent = _what(step.note, violation)
    if wrong_count(violation):
        message = f"no ack came for the wrong number of arguments within {outcome.waited:g} s"
        yield Finding(
            Check.WRONG_ARGUMENT_COUNT, step.namespace, step.event, message, index, location
        )
        return
    check, what = Check.NO_ACK, f"no ack came within {outcome.waited:g} s for {sent}"
    late = _later(outcome, trace)
    if late is not None:
        what = f"the ack came after {late:.1f} s, not within {outcome.waited:g} s, for {sent}"
    elif _stops(index, trace):
        check, what = Check.HANG, f"the server stopped responding after {sent}"
    variant = "valid" if violation is None else "invalid"
    yield Finding(check, step.namespace, step.event, what, index, location, variant)


def _was_closed(outcome: Outcome, trace: Trace) -> bool:
    """Whether the server closed the connection or left the namespace: another check."""
    return any(
        each.client == outcome.step.client
        and each.frame.type in ("DISCONNECT", "CLOSE")
        and each.frame.namespace in (outcome.step.namespace, "/")
        for each in trace.during(outcome)
    )


def _later(outcome: Outcome, trace: Trace) -> float | None:
    """After how many seconds an ack came that was not awaited so long."""
    for each in trace.arrivals[outcome.last :]:
        same = each.client == outcome.step.client and each.frame.id == outcome.id
        if same and each.frame.namespace == outcome.step.namespace and "ACK" in each.frame.type:
            return each.packet.seconds - outcome.began
    return None


def _stops(index: int, trace: Trace) -> bool:
    """Whether a new client cannot connect any more after a step."""
    later = [each for each in trace.outcomes[index + 1 :] if each.step.action is Action.CONNECT]
    return bool(later) and all(each.accepted is None for each in later)


def _ack(
    index: int,
    outcome: Outcome,
    judge: Judge,
    violation: Violation | None,
    message: Message | None,
) -> Iterator[Finding]:
    step, arrival = outcome.step, outcome.ack
    assert arrival is not None  # the caller looked
    values = arrival.args
    where = step.namespace, step.event
    sent = _what(step.note, violation)
    received = judge.event(*where)
    declared = received is not None and received.declares_ack
    yield from _late(index, outcome, message, sent)
    variant = "valid" if violation is None else "invalid"
    if arrival.frame.problem:
        what = f"the ack for {sent} is not a packet of Socket.IO: {arrival.frame.problem}"
        yield Finding(Check.ACK_BREAKS_CONTRACT, *where, what, index, "", "packet")
        return
    if leak_in(values, repr(step.args)):
        what = f"the ack for {sent} has the text of an exception in it"
        yield Finding(Check.SERVER_ERROR, *where, what, index, "", "leak")
    broken = judge.ack(*where, values, message) if declared else None
    meaning = judge.meaning(values)
    code = guard_code(values)
    if code and (broken is not None or not declared):
        yield from _guarded(index, outcome, code, violation)
    elif broken is not None and has_error_form(values) and not judge.declares_errors(*where):
        return  # the guard's own form, by an error handler of the application
    elif broken is not None and (meaning is Answer.ACCEPTED or not judge.rejects(values)):
        said, location = why(broken)
        what = f"the ack for {sent} breaks the contract: {said}"
        kind = f"{variant} {location} {broken.problems[0].path}"
        yield Finding(Check.ACK_BREAKS_CONTRACT, *where, what, index, location, kind)
    elif violation is not None and meaning is Answer.ACCEPTED and declared:
        said, location = why(violation)
        check = (
            Check.WRONG_ARGUMENT_COUNT if wrong_count(violation) else Check.INVALID_INPUT_ACCEPTED
        )
        what = f"the server accepted arguments that break the contract: {said}"
        place = f"{location} {violation.problems[0].path}"
        yield Finding(check, *where, what, index, location, place)


def _late(index: int, outcome: Outcome, message: Message | None, sent: str) -> Iterator[Finding]:
    """Whether an ack came later than the document allows."""
    ack, arrival = (None if message is None else message.ack), outcome.ack
    if ack is None or ack.timeout is None or arrival is None:
        return
    took = arrival.packet.seconds - outcome.began
    if took > ack.timeout + _ON_ITS_WAY:
        step = outcome.step
        what = f"the ack came after {took:.1f} s, not within {ack.timeout:g} s, for {sent}"
        location = ack.location and f"{ack.location}/timeout"
        yield Finding(Check.NO_ACK, step.namespace, step.event, what, index, location, "late")


def _guarded(
    index: int, outcome: Outcome, code: str, violation: Violation | None
) -> Iterator[Finding]:
    """What an answer of the guard's own form says."""
    step = outcome.step
    where = step.namespace, step.event
    sent = _what(step.note, violation)
    if code in _SERVERS_FAULT:
        what = f"the handler failed ({code}) for {sent}"
        yield Finding(Check.SERVER_ERROR, *where, what, index, "", code)
    elif code == Code.RESPONSE:
        what = f"the server's own guard rejected the ack of its handler for {sent}"
        yield Finding(Check.ACK_BREAKS_CONTRACT, *where, what, index, "", code)
    elif code == Code.HANDLER_TIMEOUT:
        what = f"the handler did not answer in time for {sent}"
        yield Finding(Check.NO_ACK, *where, what, index, "", code)
    elif violation is None and code not in _NOT_ALLOWED:
        what = f"the server rejected ({code}) {sent}"
        yield Finding(Check.VALID_INPUT_REJECTED, *where, what, index, "", code)


def _what(note: str, violation: Violation | None) -> str:
    """What was sent, without values."""
    kind = "arguments that the contract allows" if violation is None else "invalid arguments"
    return f"{kind} ({note})" if note else kind


def acted_upon(trace: Trace, judge: Judge) -> Iterator[Finding]:
    """Invalid arguments of events without a declared ack, after which the server does its work.

    It emits to the sender what it emits after valid arguments, and emits it after nothing else.
    """
    emitted: dict[tuple[str, str], set[str]] = {}
    spontaneous: set[str] = set()
    for outcome in trace.outcomes:
        step = outcome.step
        came = {each for each in _emitted(outcome, trace) if not looks_like_error(each)}
        if step.action is not Action.EMIT:
            spontaneous |= came
        elif judge.input(step.namespace, step.event, step.args)[0] is None:
            emitted.setdefault((step.namespace, step.event), set()).update(came)
    for index, outcome in enumerate(trace.outcomes):
        step = outcome.step
        key = (step.namespace, step.event)
        received = judge.event(*key)
        if step.action is not Action.EMIT or received is None or received.declares_ack:
            continue
        violation = judge.input(*key, step.args)[0]
        usual = emitted.get(key, set()) - spontaneous
        if violation is None or not usual or wrong_count(violation) or not outcome.accepted:
            continue
        if outcome.ack is not None and judge.meaning(outcome.ack.args) is not Answer.ACCEPTED:
            continue
        if usual & _emitted(outcome, trace):
            said, location = why(violation)
            what = (
                "the server did what it does for valid arguments, for arguments that break the"
                f" contract: {said}"
            )
            place = f"acted {location} {violation.problems[0].path}"
            yield Finding(Check.INVALID_INPUT_ACCEPTED, *key, what, index, location, place)


def _emitted(outcome: Outcome, trace: Trace) -> set[str]:
    """The events that came to the client of a step, and do not speak of an error."""
    return {
        each.event
        for each in trace.during(outcome)
        if each.is_event
        and each.client == outcome.step.client
        and not any(map(looks_like_error, each.args))
    }


def unfinished(trace: Trace, judge: Judge) -> Iterator[Finding]:
    """Handlers that fail without a word, of events whose ack the document does not declare.

    python-socketio answers each event whose handler ends, with nothing where the handler returns
    nothing. So where a server answers an event for some arguments and never for others, its handler
    did not end.
    """
    answers: dict[tuple[str, str], int] = {}
    for outcome in trace.outcomes:
        if outcome.step.action is Action.EMIT and outcome.ack is not None:
            key = (outcome.step.namespace, outcome.step.event)
            answers[key] = answers.get(key, 0) + 1
    for index, outcome in enumerate(trace.outcomes):
        step = outcome.step
        key = (step.namespace, step.event)
        asked = step.action is Action.EMIT and step.ack and outcome.accepted
        if not asked or outcome.ack is not None or outcome.problem or not answers.get(key):
            continue
        received = judge.event(*key)
        if received is None or received.declares_ack or _was_closed(outcome, trace):
            continue
        violation = judge.input(*key, step.args)[0]
        if violation is None and _later(outcome, trace) is None:
            what = (
                "the handler did not end for arguments that the contract allows"
                f"{f' ({step.note})' if step.note else ''}; it ended for others"
            )
            yield Finding(Check.SERVER_ERROR, *key, what, index, "", "unfinished")
