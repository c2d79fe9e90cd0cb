"""How many arguments a schema stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.schema.comparison import argument_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.contract import Schema

__all__ = ["Numbers", "in_words", "numbers_of", "takes_all", "told"]

#: At least, and at most; `None` where nothing says how many.
Numbers = tuple[int, "int | None"]


def numbers_of(schemas: Sequence[Schema]) -> Numbers | None:
    """How many arguments, or values of an ack, all of these schemas together name.

    An array that is open beyond its items names no more than those.
    """
    counts = [argument_counts(schema) for schema in schemas]
    known = [each for each in counts if each is not None]
    if not known or len(known) < len(counts):
        return None
    most = [each[1] for each in known]
    return min(each[0] for each in known), max(most)


def takes_all(taken: Numbers, given: Numbers) -> bool:
    """Whether a function can be called with every number of arguments that is given."""
    (least, most), (fewest, greatest) = taken, given
    return least <= fewest and (most is None or (greatest is not None and greatest <= most))


def told(numbers: Numbers, what: str = "argument") -> str:
    """Numbers in words: "1 argument", "2 to 3 arguments"."""
    return f"{in_words(numbers)} {what}{'' if numbers == (1, 1) else 's'}"


def in_words(numbers: Numbers) -> str:
    """Numbers without what is counted."""
    least, most = numbers
    if most is None:
        return f"{least} or more"
    return str(least) if least == most else f"{least} to {most}"
