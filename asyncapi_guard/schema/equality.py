"""Equality as JSON has it: `1` equals `1.0`, not `true`; the order of properties is nothing."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["Identities", "equal"]

_CONTAINERS = (dict, list, tuple)


def equal(constant: Any, value: Any) -> bool:
    """Whether a value is one that a document names; recurses as deep as the constant is."""
    if isinstance(constant, dict):
        return (
            isinstance(value, dict)
            and constant.keys() == value.keys()
            and all(equal(item, value[name]) for name, item in constant.items())
        )
    if isinstance(constant, list):
        return (
            isinstance(value, (list, tuple))
            and len(constant) == len(value)
            and all(map(equal, constant, value))
        )
    if isinstance(constant, bool) or isinstance(value, bool):
        return constant is value
    return bool(constant == value)


class Identities:
    """Gives each value a number, and equal values the same.

    The time is linear in the size of the values, whatever they are: nothing recurses, a part is
    looked at once however often it is asked for, and all is found by texts, whose hashes a client
    cannot choose (those of numbers, and of tuples of them, it can).

    A value must live as long as this does.
    """

    __slots__ = ("_containers", "_numbers")

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._containers: dict[int, int] = {}

    def of(self, value: Any) -> int:
        """The number of a value.

        Raises:
            ValueError: the value contains itself.
        """
        todo = [value] if isinstance(value, _CONTAINERS) else []
        opened: set[int] = set()
        while todo:
            holder = todo[-1]
            parts = self._unknown(holder)
            if parts and id(holder) in opened:
                raise ValueError("a value that contains itself")
            if parts:
                opened.add(id(holder))
                todo.extend(parts)
                continue
            todo.pop()
            opened.discard(id(holder))
            if id(holder) not in self._containers:
                self._containers[id(holder)] = self._number(self._written(holder))
        return self._known(value)

    def _unknown(self, holder: Any) -> list[Any]:
        if id(holder) in self._containers:
            return []
        parts = holder.values() if isinstance(holder, dict) else holder
        return [p for p in parts if isinstance(p, _CONTAINERS) and id(p) not in self._containers]

    def _known(self, value: Any) -> int:
        if isinstance(value, _CONTAINERS):
            return self._containers[id(value)]
        return self._number(_leaf(value))

    def _written(self, holder: Any) -> str:
        if isinstance(holder, dict):
            named = (f"{self._number(_leaf(n))}:{self._known(v)}" for n, v in holder.items())
            return "{" + ",".join(sorted(named))
        return "[" + ",".join(str(self._known(item)) for item in holder)

    def _number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))


def _leaf(value: Any) -> str:
    """A text that only equal values have; its first letter says which kind it is."""
    if isinstance(value, str):
        return "s" + value
    if value is None or isinstance(value, bool):
        return f"c{value}"
    if isinstance(value, int):
        return "i" + hex(value)  # decimal digits take quadratic time
    if isinstance(value, float) and math.isfinite(value):
        return "i" + hex(int(value)) if value.is_integer() else "f" + value.hex()
    if isinstance(value, (bytes, bytearray)):
        return "b" + value.hex()
    return f"o{id(value)}"
