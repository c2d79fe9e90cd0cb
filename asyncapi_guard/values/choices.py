"""The source of decisions for generated values: a seed, or a test library that shrinks.

One generator makes all values, and asks a source for each decision. The first of several items,
`False`, and what is nearest to zero are the simplest, so a source that shrinks goes there.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Choices", "RandomChoices"]

_T = TypeVar("_T")
#: Characters of texts that are drawn without a pattern; each row is as likely as the others.
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_RARE = " -_.,:;!?/'\"\\<>&{}[]()%$#@+=*~\t\näöüßéñçø日本語中文🙂👍\u00a0\u200d"
#: One of so many whole numbers is at an end of its range, and one of so many characters is rare.
_EDGE, _ODD = 12, 16


class Choices(Protocol):
    """A source of decisions."""

    def integer(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both of them included."""
        ...

    def number(self, low: float, high: float) -> float:
        """A finite number from `low` to `high`, both of them included."""
        ...

    def boolean(self) -> bool:
        """`False` or `True`."""
        ...

    def one_of(self, items: Sequence[_T]) -> _T:
        """One of some items, of which there is at least one."""
        ...

    def more(self, count: int, least: int, most: int) -> bool:
        """Whether another one follows, of what shall be as many as from `least` to `most`.

        Args:
            count: how many there are.
            least: how many there must be.
            most: how many there can be.
        """
        ...

    def text(self, least: int, most: int) -> str:
        """Unicode text of from `least` to `most` characters."""
        ...

    def binary(self, least: int, most: int) -> bytes:
        """From `least` to `most` bytes."""
        ...


class RandomChoices:
    """Decisions by a seed: the same seed makes the same values, on every Python, in every process.

    Args:
        seed: a number, or a generator that is used up further.
    """

    def __init__(self, seed: int | random.Random) -> None:
        generator = seed if isinstance(seed, random.Random) else random.Random(seed)  # noqa: S311  # no secrets
        # Of Python's generator, these two are the same in all of its versions.
        self._bits = generator.getrandbits
        self._fraction = generator.random

    def integer(self, low: int, high: int) -> int:
        """A whole number, each as likely as the others."""
        return low + self._below(high - low + 1)

    def _below(self, count: int) -> int:
        size = count.bit_length()
        found = self._bits(size)
        while found >= count:
            found = self._bits(size)
        return found

    def number(self, low: float, high: float) -> float:
        """A number between two, and now and then one of them."""
        if not self._below(_EDGE):
            return high if self._bits(1) else low
        found = low + (high - low) * self._fraction()
        if found - found != 0:  # the difference is too large for a float
            found = low * self._fraction() if self._bits(1) else high * self._fraction()
        return min(max(found, low), high)

    def boolean(self) -> bool:
        """Either, half of the time."""
        return bool(self._bits(1))

    def one_of(self, items: Sequence[_T]) -> _T:
        """Any of them, each as likely as the others."""
        return items[self._below(len(items))]

    def more(self, count: int, least: int, most: int) -> bool:
        """Fewer are likelier."""
        return count < least or (count < most and bool(self._bits(1)))

    def text(self, least: int, most: int) -> str:
        """Letters and digits for the most part."""
        length = least + min(self._below(10), self._below(10)) if most > least else least
        return "".join([self._character() for _ in range(min(length, most))])

    def _character(self) -> str:
        rows = _PLAIN if self._below(_ODD) else _RARE
        return rows[self._below(len(rows))]

    def binary(self, least: int, most: int) -> bytes:
        """Any bytes."""
        length = least
        while self.more(length, least, most):
            length += 1
        return bytes(self._bits(8) for _ in range(length))
