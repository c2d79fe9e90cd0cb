"""What two versions accept, compared: values on the boundaries of both are judged by both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.compatibility.changes import Area, Change, Direction, Level
from asyncapi_guard.compatibility.judges import Evidence
from asyncapi_guard.schema.boundary_values import Search, arguments_of
from asyncapi_guard.schema.comparison import differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.compatibility.judges import Judge
    from asyncapi_guard.violations import Problem

__all__ = ["Budget", "Slot", "compare_judges"]

#: Changes that are told of one event.
_MOST_TOLD = 20
#: Values of which the same is wrong that are kept.
_MOST_EXAMPLES = 50
#: Values that are tried in any case.
_FEWEST = 300
_SIDES = ("new version", "old version")


@dataclass(frozen=True)
class Slot:
    """What is compared.

    Attributes:
        direction: who sends it.
        area: what it is.
        namespace: where.
        event: of which event.
        what: it, in words.
    """

    direction: Direction
    area: Area
    namespace: str
    event: str
    what: str


class Budget:
    """How many values are tried in all.

    Attributes:
        left: so many more.
    """

    def __init__(self, total: int = 30_000, each: int = 2_500) -> None:
        self.left: int = total
        self._each = each

    def next(self, *, is_same: bool) -> int:
        """How many are tried for one event.

        Args:
            is_same: both versions seem to say the same in other words.
        """
        return max(_FEWEST, 0 if is_same else min(self._each, self.left))


def compare_judges(slot: Slot, old: Judge, new: Judge, budget: Budget) -> Iterator[Change]:
    """The changes between what two versions accept."""
    if len(old.schemas) == len(new.schemas) and list(old.schemas) == list(new.schemas):
        return
    written = _written_differences(old, new)
    search = Search(
        [arguments_of(new.schemas), arguments_of(old.schemas)],
        new.accepts,
        old.accepts,
        most=budget.next(is_same=written.says_nothing),
    )
    budget.left -= search.tried
    yield from _told(slot, old, new, written, search)


@dataclass(frozen=True)
class _Written:
    """What can be read off two versions.

    Attributes:
        wider: how the new one may accept more.
        narrower: how it may accept less.
        is_known: the schemas can be compared.
    """

    wider: list[str]
    narrower: list[str]
    is_known: bool = True

    @property
    def says_nothing(self) -> bool:
        """Whether both versions are the same."""
        return self.is_known and not (self.wider or self.narrower)

    def level(self, texts: list[str], search: Search) -> Level | None:
        """What to think of differences that no value shows: whether they hurt; `None` for no.

        Args:
            texts: how one is wider, or narrower.
            search: the search for values.
        """
        if not texts and self.is_known:
            return None
        if not search.is_whole:
            return Level.DANGEROUS
        if not (self.wider and self.narrower):
            return Level.BREAKING if texts else None
        # Nobody can say which is the wider one; values can.
        return None if search.only_one or search.only_other else Level.DANGEROUS


def _written_differences(old: Judge, new: Judge) -> _Written:
    """How the new version is wider and narrower, by its schemas."""
    before = [schema for schema in old.schemas if schema is not None]
    after = [schema for schema in new.schemas if schema is not None]
    if len(before) < len(old.schemas) or len(after) < len(new.schemas):
        return _Written([], [], is_known=False)
    if old.together or new.together:
        return _Written([], [], is_known=False)
    found = differences(after, before, sides=_SIDES)
    return _Written(
        [each.text for each in found if each.wider], [each.text for each in found if each.narrower]
    )


def _told(
    slot: Slot, old: Judge, new: Judge, written: _Written, search: Search
) -> Iterator[Change]:
    to_server = slot.direction is Direction.TO_SERVER
    # What clients send must still be accepted; what they are sent must be what they knew.
    for hurts, found, judge, texts in (
        (to_server, search.only_other, new, written.narrower),
        (not to_server, search.only_one, old, written.wider),
    ):
        if found:
            level = Level.BREAKING if hurts else Level.COMPATIBLE
            for group in _grouped(found, judge):
                args, problem = group.args[0], group.problem
                places = _places(judge is new, problem.schema, old, new)
                path = _general(problem.path)
                reason = f"{path}: {problem.message}" if path else problem.message
                evidence = Evidence(problem.keyword, problem.path, tuple(group.args), old, new)
                yield Change(
                    level, slot.direction, slot.area, f"{_verb(slot, hurts=hurts)}: {reason}",
                    slot.namespace, slot.event, path, *places, tuple(args), evidence=evidence,
                )  # fmt: skip
            continue
        supposed = written.level(texts, search)
        if supposed is not None:
            reason = texts[0] if texts else "the schemas can't be compared"
            yield Change(
                supposed if hurts else Level.COMPATIBLE,
                slot.direction, slot.area, f"{slot.what} might have changed: {reason}",
                slot.namespace, slot.event, "", old.place, new.place,
            )  # fmt: skip


def _verb(slot: Slot, *, hurts: bool) -> str:
    if slot.direction is Direction.TO_SERVER:
        done = "rejects values" if hurts else "accepts values"
        return f"{slot.what} {done} that the old version {'accepted' if hurts else 'rejected'}"
    if hurts:
        return f"{slot.what} can have values that the old version ruled out"
    return f"{slot.what} no longer has values that the new version rules out"


class _Group(NamedTuple):
    """Values of which the same is wrong.

    Attributes:
        problem: what, for the shortest of them.
        args: they, the shortest first.
    """

    problem: Problem
    args: list[list[Any]]


def _grouped(found: Sequence[list[Any]], judge: Judge) -> list[_Group]:
    """Each place and keyword once."""
    groups: dict[tuple[str, str], _Group] = {}
    if [None] in found:
        found = [args for args in found if args != []]  # which says the same
    for args in sorted(found, key=lambda each: len(repr(each))):
        problems = judge.problems(args)
        telling = [p for p in problems if p.keyword != "message"] or list(problems)
        for problem in telling[:1]:
            key = (_general(problem.path), problem.keyword)
            group = groups.setdefault(key, _Group(problem, []))
            if len(group.args) < _MOST_EXAMPLES:
                group.args.append(args)
    return [*groups.values()][:_MOST_TOLD]


def _general(path: str) -> str:
    """A path with all items as one: what is wrong with one of them is wrong with each."""
    return re.sub(r"/\d+(?=/|$)", "/*", path)


def _places(of_new: bool, schema: str, old: Judge, new: Judge) -> tuple[str, str]:  # noqa: FBT001  # which of two
    return (old.place, schema or new.place) if of_new else (schema or old.place, new.place)
