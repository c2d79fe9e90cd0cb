"""What to write in place of a reference that leads nowhere: read from its text and the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.pointers import Path

__all__ = ["as_pointer", "elsewhere", "path_of_windows"]

_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|[^#]*\\")
_SEPARATORS = re.compile(r"[./]")
#: Sections of components, those first that are referred to most.
_SECTIONS = ("schemas", "messages", "channels", "parameters", "servers", "securitySchemes")
#: What names no file: a name, or a pointer without its `#`.
_NO_FILE = re.compile(r"#?(?:[\w$\-]+|\.?/?(?:components|channels|operations|servers)[/.].+)")


def path_of_windows(reference: str) -> str:
    """What is wrong with a path of Windows, and what to write; empty if it is none."""
    if not _WINDOWS.match(reference):
        return ""
    path, sign, fragment = reference.partition("#")
    name = re.split(r"[\\/]", path)[-1] if path[1:2] == ":" else path.replace("\\", "/")
    relative = name if name.startswith(".") else f"./{name}"
    return (
        f"is a path of Windows; write it with '/', relative to this file: "
        f"{shown(relative + sign + fragment.replace(chr(92), '/'))}"
    )


def as_pointer(data: Any, reference: str) -> str:
    """What to write for a reference into the document that does not begin with `#/`."""
    if not _NO_FILE.fullmatch(reference):
        return ""
    parts = [part for part in _SEPARATORS.split(reference.lstrip("#")) if part]
    path = tuple(parts)
    found = format_pointer(path) if _is_there(data, path) else ""
    found = found or next((format_pointer(each) for each in _named(data, parts[-1])), "")
    message = f"{shown(reference)} leads nowhere: a reference into this document begins with '#/'"
    return f"{message}; did you mean {shown('#' + found)}?" if found else message


def elsewhere(data: Any, reference: str) -> str:
    """Where the name is that a reference ends with, if it is an entry of components."""
    name = reference.rpartition("/")[2]
    found = next(_named(data, name), None)
    return f"; did you mean {shown('#' + format_pointer(found))}?" if found is not None else ""


def _is_there(data: Any, path: Path) -> bool:
    for part in path:
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return len(path) > 1


def _named(data: Any, name: str) -> Iterator[Path]:
    """Where components have an entry of a name."""
    components = data.get("components") if isinstance(data, dict) else None
    for section in _SECTIONS:
        entries = components.get(section) if isinstance(components, dict) else None
        if isinstance(entries, dict) and name in entries:
            yield ("components", section, name)
