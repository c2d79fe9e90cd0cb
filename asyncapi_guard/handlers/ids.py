"""Readable names that are legal and never collide."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["Names", "slug"]

_OTHER = re.compile(r"[^A-Za-z0-9]+")


def slug(text: str, fallback: str) -> str:
    """Letters, digits and underscores of a name; the fallback when nothing is left."""
    plain = unicodedata.normalize("NFKD", text)
    return _OTHER.sub("_", plain).strip("_").lower() or fallback


class Names:
    """Names of one kind, each given once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """The name that is wanted, with a number if it is taken."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name
