"""Our modules as one classic script, for pages that are opened from the disk.

Browsers do not load modules from `file:`. So a module and what it imports become functions in one
script, each called once, in order. It understands the imports and exports that our modules have,
and nothing else: `import {a, b as c} from "./other.js"` and `export` before a declaration.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["classic_script"]

_IMPORT = re.compile(
    r'^import\s+(?:\{(?P<names>[^}]*)\}\s+from\s+)?"\./(?P<file>[\w.-]+)";?$', re.MULTILINE
)
_EXPORT = re.compile(
    r"^export\s+(?P<declared>(?:const|class|(?:async\s+)?function\*?)\s+(?P<name>[\w$]+))",
    re.MULTILINE,
)
_LEFT = re.compile(r"^\s*(?:import\b(?!\()|export\b).*$", re.MULTILINE)


def classic_script(entries: Sequence[str], read: Callable[[str], str]) -> str:
    """A script that does what some modules do, one after the other.

    Args:
        entries: their names.
        read: the text of a module, by its name.

    Raises:
        ValueError: a module has an import or an export of another form.
    """
    order: list[str] = []
    for entry in entries:
        _collect(entry, read, order, ())
    numbers = {name: number for number, name in enumerate(order)}
    modules = "\n".join(_function(name, read(name), numbers) for name in order)
    return f'(() => {{\n"use strict";\n{modules}}})();\n'


def _collect(
    name: str, read: Callable[[str], str], order: list[str], within: tuple[str, ...]
) -> None:
    """A module after what it imports."""
    if name in within:
        raise ValueError(f"{name} imports itself, by {' and '.join(within)}")
    if name in order:
        return
    for match in _IMPORT.finditer(read(name)):
        _collect(match["file"], read, order, (*within, name))
    order.append(name)


def _function(name: str, text: str, numbers: dict[str, int]) -> str:
    exported = [match["name"] for match in _EXPORT.finditer(text)]

    def taken(match: re.Match[str]) -> str:
        if match["names"] is None:
            return ""
        names = re.sub(r"\s+as\s+", ": ", " ".join(match["names"].split()).rstrip(", "))
        return f"const {{ {names} }} = module{numbers[match['file']]};"

    body = _EXPORT.sub(lambda match: match["declared"], _IMPORT.sub(taken, text))
    left = _LEFT.search(body)
    if left is not None:
        raise ValueError(f"{name}: this form is not understood: {left[0].strip()}")
    result = f"return {{ {', '.join(exported)} }};\n" if exported else ""
    return f"const module{numbers[name]} = (() => {{\n{body}\n{result}}})();\n"
