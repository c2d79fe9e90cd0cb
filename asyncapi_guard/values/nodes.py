"""The schemas of a bundle, their places in the document, and the targets of references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from asyncapi_guard.schema.bundle import target
from asyncapi_guard.schema.dialects import Draft, subschemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.schema.bundle import Bundle

__all__ = ["Node", "Nodes"]


#: The URI of a schema that has none.
_BASE = "guard:/"


class Node:
    """A schema, at its place. Two nodes are the same only if they are one object.

    Attributes:
        schema: the schema.
        location: where it is, as `file#/json/pointer`.
        resource: the schema with an `$id` that holds it, if its references are read by that.
        made_of: the keyword of the document that it was made of; empty if it is in the document.
    """

    __slots__ = ("_below", "location", "made_of", "resource", "schema")

    def __init__(
        self, schema: Any, location: str, resource: Node | None = None, *, made_of: str = ""
    ) -> None:
        self.schema: Any = schema
        self.location: str = location
        self.resource: Node | None = resource
        self.made_of: str = made_of
        self._below: dict[tuple[str | int, ...], Node] = {}

    def at(self, *path: str | int) -> Node:
        """The schema at a path within this one."""
        found = self._below.get(path)
        if found is None:
            value = self.schema
            for part in path:
                value = value[part]
            location = self.of(*path)
            found = Node(value, location, self.resource, made_of=self.made_of)
            self._below[path] = found
        return found

    def of(self, *path: str | int) -> str:
        """The location of what is at a path within this schema."""
        if self.made_of:
            return self.location
        return self.location + "".join(f"/{_escaped(part)}" for part in path)


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


class Nodes:
    """All schemas of a bundle.

    Attributes:
        bundle: the bundle.
        root: the schema that the bundle is about.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle: Bundle = bundle
        self._entries: dict[str, Node] = {
            name: Node(schema, bundle.places.get(name, ""))
            for name, schema in bundle.schemas.items()
        }
        #: By absolute URI: the schemas that have an identifier; and the other way around.
        self._resources: dict[str, Node] = {}
        self._uris: dict[Node, str] = {}
        if bundle.dialect.resources:
            for node in self._entries.values():
                self._identify(node)
        self.root: Node = self._entries["s0"]

    def _identify(self, node: Node) -> None:
        """Find the schemas with an identifier, before anybody asks for one within them."""
        todo = [(node, _BASE)]
        while todo:
            each, base = todo.pop()
            identifier = self._identifier(each.schema)
            if identifier:
                each.resource = each
                base = urljoin(base, identifier).partition("#")[0]
                self._uris[each] = base
                self._resources.setdefault(base, each)
            todo += [(each.at(*path), base) for path, _ in subschemas(each.schema)]

    def behind(self, node: Node) -> tuple[list[Node], bool]:
        """The schemas that the references of a schema lead to, and whether all were found."""
        found: list[Node] = []
        is_whole = True
        for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            ref = node.schema.get(keyword)
            if isinstance(ref, str):
                behind = self._target(node, ref)
                is_whole &= behind is not None and keyword == "$ref"
                found += [behind] if behind is not None else []
        return found, is_whole

    def _target(self, node: Node, ref: str) -> Node | None:
        entry = target(self.bundle.dialect, ref)
        if entry is not None and entry in self.bundle.schemas:
            return self._entries[entry]
        base = self._uris[node.resource] if node.resource is not None else _BASE
        uri, _, fragment = urljoin(base, ref).partition("#")
        resource = self._resources.get(uri)
        if ref.startswith("#"):
            resource = node.resource or self.root
        if resource is None or not fragment:
            return resource
        if fragment.startswith("/"):
            return _pointed(resource, fragment)
        return next((each for each in _within(resource) if _is_anchor(each.schema, fragment)), None)

    def _identifier(self, schema: Any) -> str:
        keyword = "id" if self.bundle.dialect.draft is Draft.DRAFT4 else "$id"
        own = schema.get(keyword) if isinstance(schema, dict) else None
        return own if isinstance(own, str) and not own.startswith("#") else ""


def _within(node: Node) -> Iterator[Node]:
    todo = [node]
    while todo:
        each = todo.pop()
        yield each
        todo += [each.at(*path) for path, _ in subschemas(each.schema)]


def _pointed(node: Node, pointer: str) -> Node | None:
    value: Any = node.schema
    path: list[str | int] = []
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
            path.append(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
            path.append(int(name))
        else:
            return None
    return node.at(*path)


def _is_anchor(schema: Any, name: str) -> bool:
    if not isinstance(schema, dict):
        return False
    return name in (schema.get("$anchor"), schema.get("$dynamicAnchor")) or (
        f"#{name}" in (schema.get("$id"), schema.get("id"))
    )
