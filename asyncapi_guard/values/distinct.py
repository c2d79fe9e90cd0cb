"""Values, no two of which are equal as JSON has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.equality import equal

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Distinct"]


class Distinct:
    """The values of a list, looked up fast where they are texts or numbers."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self._plain: set[tuple[bool, Any]] = set()
        self._others: list[Any] = []
        for value in values:
            self.add(value)

    def add(self, value: Any) -> None:
        """Add one more."""
        if isinstance(value, (dict, list)):
            self._others.append(value)
        else:
            # To Python, `True` and 1 are equal.
            self._plain.add((isinstance(value, bool), value))

    def __contains__(self, value: Any) -> bool:
        if isinstance(value, (dict, list)):
            return any(equal(each, value) for each in self._others)
        return (isinstance(value, bool), value) in self._plain
