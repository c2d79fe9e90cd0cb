"""Names for what has none in 2.x, and for what has an illegal one in 3.x."""

from __future__ import annotations

import re

__all__ = ["COMPONENT", "SERVER", "Names", "capital", "identifier", "legal"]

#: What the keys of `servers` and `parameters` are made of.
SERVER = re.compile(r"[A-Za-z0-9_\-]+")
#: What the keys of the maps in `components` are made of.
COMPONENT = re.compile(r"[A-Za-z0-9._\-]+")
_WORD = re.compile(r"[A-Za-z0-9_]+")


def identifier(text: str, otherwise: str) -> str:
    """A readable identifier: `user/{id}/events` is `userIdEvents`; `otherwise` without words."""
    words: list[str] = _WORD.findall(text)
    first, rest = words[:1], words[1:]
    return "".join(first + [capital(word) for word in rest]) or otherwise


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def legal(text: str, pattern: re.Pattern[str], otherwise: str) -> str:
    """The text if it fits the pattern, else an identifier made from it."""
    return text if pattern.fullmatch(text) else identifier(text, otherwise)


class Names:
    """The names of one map: each is given once."""

    def __init__(self, reserved: frozenset[str] = frozenset()) -> None:
        self._reserved = reserved
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def claim(self, name: str) -> bool:
        """Take exactly this name, reserved or not; whether it was free."""
        free = name not in self._taken
        self._taken.add(name)
        return free

    def take(self, wanted: str) -> str:
        """The name, or the first free one of `name2`, `name3`, and so on."""
        name = wanted
        while name in self._taken or name in self._reserved:
            # Remembered: many equal names would count up from 2 each.
            number = self._next.get(wanted, 2)
            self._next[wanted] = number + 1
            name = f"{wanted}{number}"
        self._taken.add(name)
        return name
