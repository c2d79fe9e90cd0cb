"""The arguments of events and acks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.values.drawing import EFFORT, draw_list, draw_value
from asyncapi_guard.values.judges import ack_judge, arguments_judge
from asyncapi_guard.values.no_value import NoValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.contract import Ack, Schema
    from asyncapi_guard.values.choices import Choices

__all__ = ["draw_ack", "draw_arguments"]


def draw_arguments(
    schema: Schema | None,
    choices: Choices,
    *,
    effort: int = EFFORT,
    accepts: Callable[[Sequence[Any]], bool] | None = None,
) -> list[Any]:
    """Arguments that a payload accepts: one for each argument of the event.

    Args:
        schema: the payload of a message; `None` accepts anything, and gives no arguments.
        choices: where decisions come from.
        effort: how many values are tried.
        accepts: what must accept the arguments, too, such as `Rule.accepts` where several messages
            have one event name.

    Raises:
        NoValue: none of the arguments that were tried are valid.
    """
    if schema is None:
        return []
    judge = accepts or arguments_judge(schema)
    for _ in range(effort if accepts is not None else 1):
        if schema.nothing:
            found: list[Any] = []
        elif schema.positional:
            found = draw_list(schema, choices, effort=effort)
        else:
            found = [draw_value(schema, choices, effort=effort)]
        if judge(found):
            return found
    raise NoValue(schema.location)


def draw_ack(ack: Ack, choices: Choices, *, effort: int = EFFORT) -> list[Any]:
    """Arguments of an ack: exactly one of its alternatives matches.

    Args:
        ack: the ack.
        choices: where decisions come from.
        effort: how many values are tried for each alternative.

    Raises:
        NoValue: none of the arguments that were tried are valid.
    """
    judge = ack_judge(ack)
    left = list(ack.alternatives)
    while left:
        schema = choices.one_of(left)
        try:
            return draw_arguments(schema, choices, effort=effort, accepts=judge)
        except NoValue:
            left.remove(schema)
    raise NoValue(ack.location or _location(ack))


def _location(ack: Ack) -> str:
    return ack.alternatives[0].location if ack.alternatives else ""
