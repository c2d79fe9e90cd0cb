"""Validators of lists of arguments, which accept the same as the guard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract import Ack, Message
from asyncapi_guard.guard.policy import Policy
from asyncapi_guard.guard.rules import Offer, Rule
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from asyncapi_guard.contract import Schema

__all__ = ["ack_judge", "arguments_judge"]


def arguments_judge(schema: Schema | None) -> Callable[[Sequence[Any]], bool]:
    """What accepts the arguments of an event by its payload; `None` is any payload."""
    return _rule(Message("", "", payload=schema)).accepts


def ack_judge(ack: Ack) -> Callable[[Sequence[Any]], bool]:
    """What accepts the arguments of an ack: exactly one of its alternatives must match."""
    return _rule(Message("", "", ack=ack)).ack_of(None).accepts


def _rule(message: Message) -> Rule:
    return Rule.of(Checkpoint.RECEIVE_EVENT, message.event, [Offer(message, None)], Policy())
