"""Each boundary of each keyword of a schema once, valid and one step beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.boundary_values import Search, arguments_of
from asyncapi_guard.values.cases import Case
from asyncapi_guard.values.judges import arguments_judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asyncapi_guard.contract import Schema

__all__ = ["MOST", "boundary_cases"]

#: Of one schema.
MOST = 1_000


def boundary_cases(
    schema: Schema,
    *,
    most: int = MOST,
    accepts: Callable[[Sequence[Any]], bool] | None = None,
) -> Iterator[Case]:
    """The cases of a schema: the same ones, in the same order, each time.

    Args:
        schema: of the arguments of an event, or of an ack.
        most: how many cases there are at most.
        accepts: what judges the arguments; by default the schema alone, as the guard judges by it.
    """
    judge = accepts or arguments_judge(schema)
    found = Search([arguments_of([schema])], judge, lambda args: not judge(args), most=most)
    for valid, several in ((True, found.only_one), (False, found.only_other)):
        for arguments in several:
            yield Case(arguments, valid, "", "", schema.location, "a value at a boundary")
