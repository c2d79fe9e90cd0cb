"""The rules for an ack besides its schema: whether the sender asks for one, and its deadline.

A required or forbidden ack is validated with the event, which tells whether an ack is requested. A
late ack is reported when its deadline has passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract import Mode
from asyncapi_guard.guard.verdicts import Verdict, without_rule
from asyncapi_guard.violations import Checkpoint, Code, Perspective, Problem

if TYPE_CHECKING:
    from asyncapi_guard.contract import Ack, Message
    from asyncapi_guard.guard.rules import Rule

__all__ = ["judge_asking", "judge_overdue", "timeout_of"]

#: The keyword of the one problem of what breaks the contract so.
_KEYWORD = "x-ack"


def judge_asking(rule: Rule, namespace: str, verdict: Verdict, *, asked: bool) -> Verdict:
    """Validate whether the sender asks for an ack.

    Args:
        rule: of the event.
        namespace: the Socket.IO namespace.
        verdict: on the event's arguments.
        asked: whether the sender of the event asks for an ack.

    Returns:
        The same verdict, or a new one if the arguments are valid and the request for an ack isn't.
    """
    message = verdict.message
    ack = None if message is None else message.ack
    if ack is None or message is None or verdict.violation is not None:
        return verdict
    if ack.required and not asked:
        return _violation(rule, namespace, message, ack, _missing(rule), "/required")
    if ack.none and asked:
        return _violation(rule, namespace, message, ack, _unexpected(rule))
    return verdict


def timeout_of(rule: Rule, message: Message | None) -> float | None:
    """Return the number of seconds that the ack of an event can take; `None` for no limit.

    Args:
        rule: of the event.
        message: the message that matched when the event was validated.
    """
    ack = None if message is None else message.ack
    if ack is None or ack.timeout is None or rule.ack_of(message).mode is Mode.OFF:
        return None
    return ack.timeout


def judge_overdue(
    rule: Rule, namespace: str, message: Message, *, is_known: bool = True
) -> Verdict:
    """Return the verdict on an ack that did not come in time.

    Args:
        rule: of the event.
        namespace: the Socket.IO namespace.
        message: the message that matched when the event was validated.
        is_known: whether the receiver is known to be connected, which a message queue can't tell.
    """
    ack = message.ack
    if ack is None or ack.timeout is None:
        return Verdict(message=message)
    rule = rule.ack_of(message)
    late = "the handler did not answer" if _is_ours(rule) else "no ack came"
    reason = f"{late} within {ack.timeout:g} s"
    if not is_known:
        reason += "; clients of other hosts might have disconnected"
    return _violation(rule, namespace, message, ack, reason, "/timeout")


def _is_ours(rule: Rule) -> bool:
    """Return whether the guarded application sends the ack."""
    return rule.checkpoint is Checkpoint.SEND_ACK


#: Whoever sent the event is the application, here or in another process.
_OURS = (Checkpoint.SEND_EVENT, Checkpoint.QUEUE_EVENT)


def _missing(rule: Rule) -> str:
    if rule.checkpoint in _OURS:
        return "the contract requires an ack; emit with a callback, or use call"
    return f"the contract requires an ack, but the {_other(rule)} asks for none"


def _unexpected(rule: Rule) -> str:
    if rule.checkpoint in _OURS:
        return "the contract defines no ack for this event; emit without a callback"
    return f"the contract defines no ack for this event, but the {_other(rule)} asks for one"


def _other(rule: Rule) -> str:
    return "server" if rule.perspective is Perspective.CLIENT else "client"


def _violation(  # the parts of a violation
    rule: Rule, namespace: str, message: Message, ack: Ack, reason: str, option: str = ""
) -> Verdict:
    place = ack.location and ack.location + option
    return without_rule(
        rule.checkpoint,
        _code(rule),
        namespace,
        rule.event,
        reason,
        Problem("", _KEYWORD, reason, place),
        rule.mode,
        declared=True,
        perspective=rule.perspective,
        message=message,
    )


def _code(rule: Rule) -> Code:
    return {
        Checkpoint.SEND_ACK: Code.HANDLER_TIMEOUT,
        Checkpoint.RECEIVE_ACK: Code.ACK_TIMEOUT,
        Checkpoint.SEND_EVENT: Code.EMIT,
        Checkpoint.QUEUE_EVENT: Code.EMIT,
    }.get(rule.checkpoint, Code.REQUEST)
