"""What earlier runs found out about values that are still the same objects.

Whoever reads a document again and again (an editor's server does) hands over the very same objects
where nothing has changed. Checks that depend on a value, and on where it is, and on nothing else,
then need not run again: a *fact* is what such a check would say. Only facts about values without
faults are kept, so that findings are always made anew.

A memory holds what it knows of, so no other value can have the same identity meanwhile. It forgets
whatever the last run did not ask for.
"""

from __future__ import annotations

from typing import Any

__all__ = ["Memory"]


class Memory:
    """Facts about values, by their identity."""

    def __init__(self) -> None:
        self._under: Any = None
        self._known: dict[Any, tuple[Any, Any]] = {}
        self._asked: dict[Any, tuple[Any, Any]] = {}

    def begin(self, under: Any = None) -> None:
        """Begin a run: what the last one did not ask for is forgotten.

        Args:
            under: what facts depend on besides their values, as the settings of a run. When it is
                not what it was, everything is forgotten.
        """
        if under != self._under:
            self._asked = {}
        self._under = under
        self._known, self._asked = self._asked, {}

    def recall(self, kind: str, value: Any, *place: Any) -> Any:
        """A fact about a value at a place; `None` if none is known."""
        key = (kind, id(value), *place)
        found = self._asked.get(key)
        if found is None:
            found = self._known.get(key)
            if found is None:
                return None
            self._asked[key] = found
        return found[1]

    def keep(self, kind: str, value: Any, fact: Any, *place: Any) -> None:
        """Keep a fact about a value at a place."""
        self._asked[(kind, id(value), *place)] = (value, fact)
