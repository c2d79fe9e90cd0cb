"""The places that a rule is about: objects of a kind, or what a pointer with globs leads to.

References are followed, and each object is seen once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.pointers import format_pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["KINDS", "Place", "Spot", "is_pointer", "key_of", "places_of", "spots_of"]

#: Kinds of objects, with their names in the grammar; three are found in another way.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "document": "AsyncAPI",
        "info": "Info",
        "server": "Server",
        "channel": "Channel",
        "operation": "Operation",
        "message": "Message",
        "event": "",
        "schema": "",
        "property": "",
        "parameter": "Parameter",
        "tag": "Tag",
        "reply": "Reply",
        "example": "MessageExample",
        "security-scheme": "SecurityScheme",
        "server-variable": "ServerVariable",
        "operation-trait": "OperationTrait",
        "message-trait": "MessageTrait",
    }
)
#: Objects whose traits are part of them.
_WITH_TRAITS = frozenset(("operation", "message", "event"))
_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Place:
    """An object that a rule is about.

    Attributes:
        entry: where it is written, or referred to.
        node: it, references followed.
        name: what people call it: its key, the name in it, or the event.
        fields: its fields, with those of its traits; `None` for what is not an object.
        named: where the name is written, if that is not the key of the entry.
    """

    entry: Node
    node: Node
    name: str
    fields: Mapping[str, Node] | None
    named: Node | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A value that is asserted about.

    Attributes:
        entry: where it is written, or referred to; what a finding is about.
        value: it, references followed.
        node: its place, references followed; `None` for a name.
        key: it is the key of the entry.
    """

    entry: Node
    value: Any
    node: Node | None = None
    key: bool = False


def is_pointer(place: str) -> bool:
    """Whether a place is a pointer, and not a kind of object."""
    return place.startswith(("/", "#/"))


def key_of(node: Node) -> bool:
    """Whether a finding about a node stands at its key: where it has a name."""
    return bool(node.path) and isinstance(node.path[-1], str)


def places_of(context: Context, where: Iterable[str], *, entries: bool) -> Iterator[Place]:
    """Every place of a rule, once.

    Args:
        context: the document.
        where: kinds of objects, and pointers with globs.
        entries: the rule is about names, or how objects are written: each entry counts, also where
            several refer to one object.
    """
    seen: set[Any] = set()
    for name in where:
        for place in _by_pointer(context, name) if is_pointer(name) else _by_kind(context, name):
            # A property is a name in a schema, whatever its own schema is.
            keep = entries or name == "property"
            about = place if keep else replace(place, entry=place.node)
            if about.entry.place not in seen:
                seen.add(about.entry.place)
                yield about


# -- kinds -----------------------------------------------------------------------------------------


def _by_kind(context: Context, kind: str) -> Iterator[Place]:
    if kind == "event":
        yield from _events(context)
    elif kind == "property":
        yield from _properties(context)
    elif kind == "schema":
        yield from (_place(context, kind, each.node) for each in context.judged_schemas)
    else:
        yield from (_place(context, kind, node) for node in context.all(KINDS[kind]))


def _place(context: Context, kind: str, node: Node) -> Place:
    fields = context.merged(node) if kind in _WITH_TRAITS else _fields(node)
    return Place(node, node, _name(node), fields)


def _fields(node: Node) -> dict[str, Node] | None:
    return dict(node.items()) if isinstance(node.value, dict) else None


def _name(node: Node) -> str:
    """Its key; of an item of a list, the name in it, or where it stands."""
    if key_of(node):
        return str(node.path[-1])
    name = node.value.get("name") if isinstance(node.value, dict) else None
    return name if isinstance(name, str) else format_pointer(node.path) or "the document"


def _events(context: Context) -> Iterator[Place]:
    """The messages of channels, by what travels as the name of the event."""
    for _, _, channel in context.entries(context.main, "channels"):
        for key, entry, message in context.entries(channel, "messages"):
            fields = context.merged(message)
            name = fields.get("name")
            if name is not None and isinstance(name.value, str):
                yield Place(entry, message, name.value, fields, name)
            else:
                yield Place(entry, message, str(key), fields)


def _properties(context: Context) -> Iterator[Place]:
    for schema in context.judged_schemas:
        properties = schema.node.get("properties")
        if properties is None or not isinstance(properties.value, dict):
            continue
        for key, entry in properties.items():
            node = context.resolve(entry)
            if node is not None:
                yield Place(entry, node, str(key), _fields(node))


# -- pointers with globs ---------------------------------------------------------------------------


def _parts(pointer: str) -> list[str]:
    path = pointer.removeprefix("#").removeprefix("/")
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")]


def _by_pointer(context: Context, pointer: str) -> Iterator[Place]:
    """Breadth first; the same place with the same rest of the pointer is looked at once."""
    parts = [] if pointer in ("/", "#/") else _parts(pointer)
    todo = deque([(context.main, 0)])
    seen: set[Any] = set()
    while todo:
        entry, at = todo.popleft()
        node = context.resolve(entry)
        if node is None or (node.place, at) in seen:
            continue
        if at == len(parts):
            # By its own place: a name may refer to what another one refers to.
            yield Place(entry, node, _name(entry), _fields(node))
            continue
        seen.add((node.place, at))
        if parts[at] == "**":
            todo.append((node, at + 1))
            todo.extend((below, at) for below in _below(node, "*"))
        else:
            todo.extend((below, at + 1) for below in _below(node, parts[at]))


def _below(node: Node, part: str) -> Iterator[Node]:
    """What stands below a node at keys or indexes that a part of a pointer names."""
    if isinstance(node.value, dict):
        if part in node.value:
            yield node.child(part)
        elif not _MAGIC.isdisjoint(part):
            yield from (child for key, child in node.items() if fnmatchcase(str(key), part))
    elif isinstance(node.value, list):
        if part == "*":
            yield from node.values()
        elif part.isascii() and part.isdecimal() and int(part[:9]) < len(node.value):
            yield node.child(int(part[:9]))


# -- fields of a place -----------------------------------------------------------------------------


def spots_of(context: Context, place: Place, field: str) -> list[Spot]:
    """What a field of a place is: nothing if it is not there, several with `*`."""
    if field == "@key":
        if place.named is not None:
            return [Spot(place.named, place.name)]
        return [Spot(place.entry, place.name, key=True)] if key_of(place.entry) else []
    if not field:
        return [Spot(place.entry, place.node.value, place.node)]
    first, *parts = _parts(field)
    entries = _first(place, first)
    for part in parts:
        nodes = (context.resolve(entry) for entry in entries)
        entries = [below for node in nodes if node is not None for below in _below(node, part)]
    found = []
    for entry in entries:
        node = context.resolve(entry)
        if node is not None:
            found.append(Spot(entry, node.value, node))
    return found


def _first(place: Place, part: str) -> list[Node]:
    """As `_below`, of the fields with those of traits."""
    if place.fields is None:
        return list(_below(place.node, part))
    if part in place.fields:
        return [place.fields[part]]
    return [node for key, node in place.fields.items() if fnmatchcase(str(key), part)]
