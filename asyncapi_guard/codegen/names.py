"""Names of types: readable, legal in Python and TypeScript, the same for the same document."""

from __future__ import annotations

import keyword
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["TypeNames", "module_names", "pascal", "snake"]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


#: What no file can be called on Windows.
_DEVICE = re.compile("con|prn|aux|nul|(com|lpt)[0-9]")


def pascal(text: str) -> str:
    """`user-status` as `UserStatus`; capitals inside of words stay. Empty if nothing is left."""
    return "".join(part[:1].upper() + part[1:] for part in _parts(text))


def snake(text: str) -> str:
    """`userStatus` as `user_status`. Empty if nothing is left."""
    words = (word for part in _parts(text) for word in _CAMEL.split(part))
    return "_".join(word.lower() for word in words if word)


def _parts(text: str) -> list[str]:
    # Python takes names in this form, whatever the form in which they are written.
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c if c != "_" and f"a{c}".isidentifier() else " " for c in plain).split()


def module_names(namespaces: Iterable[str], reserved: Collection[str] = ()) -> dict[str, str]:
    """Names of modules, by namespaces: `/` is `root`, `/chat` is `chat`."""
    taken = set(reserved)
    found = {}
    for namespace in namespaces:
        stem = snake(namespace) or "root"
        legal = stem.isidentifier() and not keyword.iskeyword(stem)
        stem = stem if legal and not _DEVICE.fullmatch(stem) else f"ns_{stem}"
        name, number = stem, 2
        while name in taken:
            name, number = f"{stem}_{number}", number + 1
        taken.add(name)
        found[namespace] = name
    return found


class TypeNames:
    """Names of types, each given once.

    Args:
        reserved: names that none may have, such as what the generated code imports. Upper and lower
            case count as the same: some file systems and readers do not tell them apart.
    """

    def __init__(self, reserved: Collection[str] = ()) -> None:
        self._taken = {name.casefold() for name in reserved}

    def take(self, wanted: Iterable[str]) -> str:
        """The first of some texts whose name is free; else the last one's, with a number."""
        name = "Type"
        for text in wanted:
            found = pascal(text)
            if not found:
                continue
            name = found if found.isidentifier() else f"Type{found}"
            if self._give(name):
                return name
        number = 2
        while not self._give(f"{name}{number}"):
            number += 1
        return f"{name}{number}"

    def _give(self, name: str) -> bool:
        if name.casefold() in self._taken:
            return False
        self._taken.add(name.casefold())
        return True
