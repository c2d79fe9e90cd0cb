"""What one version says of arguments, and arguments on which two versions disagree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.violations import Problem

__all__ = ["ANYTHING", "Evidence", "Judge"]


@dataclass(frozen=True)
class Judge:
    """One version's say about some arguments.

    Attributes:
        schemas: one of which must match, and no other; `None` for one that matches anything.
        accepts: whether arguments are right.
        problems: what is wrong with those that are not.
        place: where it stands, as `file#/json/pointer`.
        together: all schemas must match.
        message_of: the id of the message that arguments are, where there are some.
        messages: the ids of all of them.
    """

    schemas: Sequence[Schema | None]
    accepts: Callable[[Sequence[Any]], bool]
    problems: Callable[[Sequence[Any]], tuple[Problem, ...]]
    place: str = ""
    together: bool = False
    message_of: Callable[[Sequence[Any]], str | None] | None = None
    messages: frozenset[str] = frozenset()


def _nothing_wrong(_: Sequence[Any]) -> tuple[Problem, ...]:
    return ()


#: A version that says nothing.
ANYTHING = Judge([None], lambda _: True, _nothing_wrong)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Arguments on which two versions disagree in the same way.

    Attributes:
        keyword: the keyword of the schema by which one of them refuses them.
        path: where, as a JSON Pointer.
        examples: they, the shortest first.
        before: the old version.
        after: the new one.
    """

    keyword: str
    path: str
    examples: tuple[list[Any], ...]
    before: Judge
    after: Judge

    def refuses(self, args: Sequence[Any]) -> bool | None:
        """Whether the new version refuses what the old one accepted; `None` if that did not."""
        return not self.after.accepts(args) if self.before.accepts(args) else None
