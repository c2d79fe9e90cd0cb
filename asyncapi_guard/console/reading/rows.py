"""A schema as pages show it: rows of names, types, limits and texts, nested as values are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Branch", "Group", "Link", "Row"]

_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Link:
    """A schema that has a name, and its place on the page."""

    name: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One of several alternatives, or a condition.

    Attributes:
        title: what it is called.
        row: what it demands.
    """

    title: str
    row: Row


@dataclass(frozen=True, slots=True)
class Group:
    """Branches, and how they count.

    Attributes:
        heading: such as `one of 2`.
        branches: in the document's order.
    """

    heading: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A value in words.

    Attributes:
        name: the property's name, or words such as `each item`.
        is_name: the name stands in the document; else it is ours.
        position: of an argument, or of an item in a list of fixed places; else `None`.
        kind: its type in words.
        presence: `required`, `optional`, or empty where neither makes sense.
        limits: what else is demanded, in one line.
        text: its description, as the document has it.
        links: the schemas with names that it is.
        again: it is a schema that this row already stands in.
        is_elsewhere: what is in it stands at its link.
        deprecated: the document says so.
        rows: what is in it.
        groups: its alternatives and conditions.
        closings: whether there may be more, in sentences.
    """

    name: str = ""
    is_name: bool = True
    position: int | None = None
    kind: str = ""
    presence: str = ""
    limits: Markup = _NOTHING
    text: str = ""
    links: tuple[Link, ...] = ()
    again: bool = False
    is_elsewhere: bool = False
    deprecated: bool = False
    rows: tuple[Row, ...] = ()
    groups: tuple[Group, ...] = ()
    closings: tuple[str, ...] = ()

    @property
    def is_nested(self) -> bool:
        """Whether it unfolds."""
        return bool(self.rows or self.groups)

    def mentioned(self) -> Iterator[Link]:
        """The schemas with names that it and all in it are."""
        yield from self.links
        for row in self.rows:
            yield from row.mentioned()
        for group in self.groups:
            for branch in group.branches:
                yield from branch.row.mentioned()
