"""How long a page can be.

A page of a document is a few times as long as the document, unless that has a very long text which
stands in very many places: the name of a namespace is said of each event, for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["TooLong", "bounded"]

#: Characters of a page, or of the data in one.
LONGEST = 100_000_000


class TooLong(Exception):
    """A page would be longer than any browser shows."""

    def __init__(self) -> None:
        super().__init__(
            f"the page would have more than {LONGEST:,} characters, because the document repeats "
            "long names or texts; shorten them, or read asyncapi.yml"
        )


def bounded(parts: Iterable[str]) -> str:
    """The parts of a page in one, no more of which are made than it can have.

    Raises:
        TooLong: they are longer.
    """
    made: list[str] = []
    length = 0
    for part in parts:
        length += len(part)
        if length > LONGEST:
            raise TooLong
        made.append(part)
    return "".join(made)
