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
_ROOT = ("channels", "servers", "operations")
#: Where JSON Schema keeps what a schema refers to by a pointer that begins at the schema.
_LOCAL = frozenset(("#/$defs", "#/definitions", "#/properties"))
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
        f"is a Windows path; write it with '/', relative to this file: "
        f"{shown(relative + sign + fragment.replace(chr(92), '/'))}"
    )


def as_pointer(data: Any, reference: str) -> str:
    """What to write for a reference into the document that does not begin with `#/`."""
    plain = reference.strip().replace("\\", "/")
    if plain.startswith("#/") and plain != reference:
        is_separated = "\\" in reference
        return f"{shown(reference)} has backslashes; write {shown(plain)}" if is_separated else ""
    addressed = next(_addressed(data, plain), None)
    if addressed is None and not _NO_FILE.fullmatch(plain):
        return ""
    if addressed is not None:
        message = f"{shown(reference)} is the address of a channel, not a reference"
        return f"{message}; write {shown('#' + format_pointer(addressed))}"
    parts = [part for part in _SEPARATORS.split(plain.lstrip("#")) if part]
    path = tuple(parts)
    found = format_pointer(path) if _is_there(data, path) else ""
    found = found or next((format_pointer(each) for each in _named(data, parts[-1])), "")
    message = (
        f"unresolved reference {shown(reference)}: start references to this document with '#/'"
    )
    return f"{message}; did you mean {shown('#' + found)}?" if found else message


def elsewhere(data: Any, reference: str) -> str:
    """Where the name is that a reference ends with, if it is an entry of a section."""
    section, _, name = reference.rpartition("/")
    found = next(_named(data, name), None) or next(_addressed(data, f"/{name}"), None)
    if found is not None:
        return f"; did you mean {shown('#' + format_pointer(found))}?"
    if section in _LOCAL:
        return "; references start at the root of the file, so put it under components: schemas:"
    return ""


def _addressed(data: Any, address: str) -> Iterator[Path]:
    """The channels that have an address."""
    channels = data.get("channels") if isinstance(data, dict) else None
    for key, channel in channels.items() if isinstance(channels, dict) else ():
        if isinstance(channel, dict) and channel.get("address") == address:
            yield ("channels", key)


def _is_there(data: Any, path: Path) -> bool:
    for part in path:
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return len(path) > 1


def _named(data: Any, name: str) -> Iterator[Path]:
    """Where components, or the document, have an entry of a name."""
    components = data.get("components") if isinstance(data, dict) else None
    for section in _SECTIONS:
        entries = components.get(section) if isinstance(components, dict) else None
        if isinstance(entries, dict) and name in entries:
            yield ("components", section, name)
    for section in _ROOT:
        entries = data.get(section) if isinstance(data, dict) else None
        if isinstance(entries, dict) and name in entries:
            yield (section, name)
    channels = data.get("channels") if isinstance(data, dict) else None
    for key, channel in channels.items() if isinstance(channels, dict) else ():
        messages = channel.get("messages") if isinstance(channel, dict) else None
        if isinstance(messages, dict) and name in messages:
            yield ("channels", key, "messages", name)
