"""What references at a place can point to: entries of this document and of other files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from asyncapi_guard.lint.grammar import OBJECTS
from asyncapi_guard.spec.pointers import format_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as FilePath

    from asyncapi_guard.lsp.completing.outline import Item
    from asyncapi_guard.spec.pointers import Path

__all__ = ["entries_of", "own_targets", "written"]

_ROOT_MAPS = {"Channel": "channels", "Operation": "operations", "Server": "servers"}
_SAME = {"ObjectSchema": "Schema", "Ack": "Schema"}
_OWN_CHANNEL = ("operations", "channels")


def own_targets(root: Item, path: tuple[str | int, ...], name: str, *, must: bool) -> list[Path]:
    """The paths of a document's own entries that a reference at a path can name.

    Args:
        root: the outline of the document.
        path: where the reference is.
        name: the object that is wanted, as in the grammar.
        must: whether only a reference is allowed there, which names what is in use.
    """
    if must and name == "Message":
        return list(_messages_of_channel(root, path))
    data = _data(root)
    if must and name in _ROOT_MAPS:
        return [each for each in entries_of(data, name) if each[0] != "components"]
    own = tuple(path[:-1]) if path and path[-1] == "$ref" else tuple(path)
    found = [each for each in entries_of(data, name) if each != own]
    # An entry of `channels` and its like is what refers, and is not referred to, outside of them.
    return [each for each in found if each[0] == "components"] or found


def entries_of(data: Any, name: str) -> Iterator[Path]:
    """The paths of the entries of a document that are of a kind, its components last."""
    name = _SAME.get(name, name)
    if not isinstance(data, dict):
        return
    section = _ROOT_MAPS.get(name)
    if section and isinstance(data.get(section), dict):
        yield from ((section, key) for key in data[section])
    components = data.get("components")
    for section, field in OBJECTS["Components"].items():
        item = field.type.item
        if item is not None and item.name == name and isinstance(components, dict):
            entries = components.get(section)
            if isinstance(entries, dict):
                yield from (("components", section, key) for key in entries)


def _messages_of_channel(root: Item, path: tuple[str | int, ...]) -> Iterator[Path]:
    """The messages of the channel of an operation or of its reply; all if it has none yet."""
    holder = root.at(tuple(path[: path.index("messages")])) if "messages" in path else None
    named = holder.at(("channel", "$ref")) if holder is not None else None
    if named is None and "reply" in path:
        named = root.at((*path[: path.index("reply")], "channel", "$ref"))
    wanted = (named.scalar or "") if named is not None else ""
    channels = root.at(("channels",))
    for key, channel in (channels.keys if channels is not None else {}).items():
        messages = channel.at(("messages",))
        if messages is not None and wanted in ("", "#" + format_pointer(("channels", key))):
            yield from (("channels", key, "messages", each) for each in messages.keys)


def _data(item: Item) -> Any:
    """The maps of an outline."""
    if item.kind != "map":
        return None
    return {key: _data(below) for key, below in item.keys.items()}


def written(path: Path, *, file: FilePath | None = None, base: FilePath | None = None) -> str:
    """A reference to a path; in another file, relative to the file in which it is written."""
    fragment = "#" + quote(format_pointer(path), safe="/~!$&()*+,;=:@-._?'").replace("'", "%27")
    if file is None or base is None:
        return fragment
    relative = os.path.relpath(file, base.parent).replace(os.sep, "/")
    relative = relative if relative.startswith(".") else f"./{relative}"
    return quote(relative, safe="/~!$&()*+,;=@-._") + fragment
