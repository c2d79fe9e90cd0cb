"""Decisions for the first values: as much as possible in them, or as little as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from asyncapi_guard.values.choices import RandomChoices

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["WholeChoices"]

_T = TypeVar("_T")


class WholeChoices(RandomChoices):
    """Decisions that make the same value each time: plain numbers and texts.

    Args:
        full: whatever can be left out is there.
        seed: what else could be decided otherwise, where the first value will not do.
    """

    def __init__(self, *, full: bool, seed: int = 0) -> None:
        super().__init__(seed)
        self._full = full
        self._plain = not seed

    def boolean(self) -> bool:
        """Whether what may be left out is there."""
        return self._full

    def more(self, count: int, least: int, most: int) -> bool:
        """One or two, if that many are allowed."""
        return count < least or (self._full and count < min(most, max(least, 2)))

    def integer(self, low: int, high: int) -> int:
        """The nearest to one."""
        return min(max(low, 1), high) if self._plain else super().integer(low, high)

    def number(self, low: float, high: float) -> float:
        """The nearest to one and a half."""
        return min(max(low, 1.5), high) if self._plain else super().number(low, high)

    def one_of(self, items: Sequence[_T]) -> _T:
        """The first."""
        return items[0] if self._plain else super().one_of(items)

    def text(self, least: int, most: int) -> str:
        """As few letters as can be, and one at least."""
        return "a" * min(max(least, 1), most) if self._plain else super().text(least, most)

    def binary(self, least: int, most: int) -> bytes:
        """As few bytes as can be, and one at least."""
        return b"a" * min(max(least, 1), most)
