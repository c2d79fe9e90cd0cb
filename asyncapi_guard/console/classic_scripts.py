"""Our modules as classic scripts, for pages that are opened from the disk.

Browsers do not load modules from `file:`. So a module and what it imports become functions in one
script, each called once, in order. What a module imports later, with `import("./other.js")`, is in
a script of its own, which that call adds to the page. It understands the imports and exports that
our modules have, and nothing else: `import {a, b as c} from "./other.js"`, `import("./other.js")`,
and `export` before a declaration.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["ClassicScripts", "classic_scripts", "file_of"]

_IMPORT = re.compile(
    r'^import\s+(?:\{(?P<names>[^}]*)\}\s+from\s+)?"\./(?P<file>[\w.-]+)";?$', re.MULTILINE
)
_LATER = re.compile(r'\bimport\("\./(?P<file>[\w.-]+)"\)')
_EXPORT = re.compile(
    r"^export\s+(?P<declared>(?:const|class|(?:async\s+)?function\*?)\s+(?P<name>[\w$]+))",
    re.MULTILINE,
)
_LEFT = re.compile(r"^\s*(?:import\b|export\b).*$|.*\bimport\(.*$", re.MULTILINE)

#: Modules by their names, shared by the scripts of a page.
_SHARED = 'const $modules = (globalThis[Symbol.for("asyncapi-guard")] ??= {});\n'
#: `import()`: the script of a module is beside the one that asks for it.
_LOADER = """\
const $beside = globalThis.document?.currentScript.src;
const $later = (name, file) =>
  new Promise((done, fail) => {
    if (name in $modules) return done($modules[name]);
    const script = document.createElement("script");
    script.src = new URL(file, $beside);
    script.onload = () => done($modules[name]);
    script.onerror = () => fail(new Error(`${name} did not load`));
    document.head.append(script);
  });
"""


class ClassicScripts(NamedTuple):
    """What some modules became.

    Attributes:
        text: the script that does what the modules do.
        later: the scripts of what they import later, by the names of their files.
    """

    text: str
    later: Mapping[str, str]


def classic_scripts(entries: Sequence[str], read: Callable[[str], str]) -> ClassicScripts:
    """Scripts that do what some modules do, one after the other.

    Args:
        entries: their names.
        read: the text of a module, by its name.

    Raises:
        ValueError: a module has an import or an export of another form.
    """
    order = _order(entries, read, ())
    later: dict[str, str] = {}
    waiting = _later_in(order, read)
    while waiting:
        name = waiting.pop()
        if name in order or file_of(name) in later:
            continue
        own = _order([name], read, order)
        later[file_of(name)] = _script(own, read)
        waiting += _later_in(own, read)
    return ClassicScripts(_script(order, read), later)


def file_of(name: str) -> str:
    """The name of the script of a module, or of a page."""
    return f"{name.removesuffix('.js')}.bundle.js"


def _order(entries: Sequence[str], read: Callable[[str], str], known: Sequence[str]) -> list[str]:
    """Modules after what they import, without those that the page has."""
    order: list[str] = [*known]
    for entry in entries:
        _collect(entry, read, order, ())
    return order[len(known) :]


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


def _later_in(names: Sequence[str], read: Callable[[str], str]) -> list[str]:
    return [match["file"] for name in names for match in _LATER.finditer(read(name))]


def _script(names: Sequence[str], read: Callable[[str], str]) -> str:
    loader = _LOADER if _later_in(names, read) else ""
    functions = "\n".join(_function(name, read(name)) for name in names)
    return f'(() => {{\n"use strict";\n{_SHARED}{loader}{functions}}})();\n'


def _function(name: str, text: str) -> str:
    exported = [match["name"] for match in _EXPORT.finditer(text)]

    def taken(match: re.Match[str]) -> str:
        if match["names"] is None:
            return ""
        names = re.sub(r"\s+as\s+", ": ", " ".join(match["names"].split()).rstrip(", "))
        return f'const {{ {names} }} = $modules["{match["file"]}"];'

    def loaded(match: re.Match[str]) -> str:
        return f'$later("{match["file"]}", "{file_of(match["file"])}")'

    body = _EXPORT.sub(lambda match: match["declared"], _IMPORT.sub(taken, text))
    body = _LATER.sub(loaded, body)
    left = _LEFT.search(body)
    if left is not None:
        raise ValueError(f"{name}: this form is not understood: {left[0].strip()}")
    result = f"return {{ {', '.join(exported)} }};\n"
    return f'$modules["{name}"] ??= (() => {{\n{body}\n{result}}})();\n'
