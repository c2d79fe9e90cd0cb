"""Schemas with all that they refer to, copied into bundles that know no outside any more."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema import Bundle, Dialect, UnknownFormatError, dialect_of
from asyncapi_guard.schema.bundle import reference
from asyncapi_guard.schema.dialects import Draft, SchemaPath, replace_subschemas, subschemas
from asyncapi_guard.schema.formats import is_binary
from asyncapi_guard.spec.references import Documents, Node, Unresolvable, is_reference
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from asyncapi_guard.spec.pointers import Path

__all__ = ["Collector", "at", "follow", "is_anchor", "opens_resource"]

_DYNAMIC = frozenset(("$dynamicRef", "$recursiveRef"))


class Collector:
    """Copies a schema and what it refers to into one bundle."""

    def __init__(self, documents: Documents, dialect: Dialect) -> None:
        self._documents = documents
        self._dialect = dialect
        self._names: dict[tuple[str, Path], str] = {}
        self._todo: deque[Node] = deque()
        self._edges: dict[str, set[str]] = {}
        self._binary = False

    def collect(self, root: Node) -> Bundle:
        """The bundle of a schema."""
        places: dict[str, str] = {}
        schemas: dict[str, Any] = {}
        for name, place, schema in self.add(root):
            places[name], schemas[name] = place, schema
        return Bundle(self._dialect, schemas, places, _has_circle(self._edges), self._binary)

    def add(self, root: Node) -> list[tuple[str, str, Any]]:
        """What a schema needs and no schema before it did: the names, places and copies.

        So all schemas of a document are collected in the time that it takes to read it once,
        however many messages share them.

        Raises:
            Unresolvable: a reference leads nowhere. Nothing was added then.
        """
        known, found = len(self._names), []
        self._name(root)
        try:
            while self._todo:
                node = self._todo.popleft()
                name = self._names[node.place]
                self._edges[name] = set()
                found.append((name, node.location, self._copy(node, name)))
        except Unresolvable:
            self._forget(known)
            raise
        return found

    def _forget(self, known: int) -> None:
        """Forget all but the first names."""
        self._todo.clear()
        for place in [*self._names][known:]:
            self._edges.pop(self._names.pop(place), None)

    def _name(self, node: Node) -> str:
        if node.place not in self._names:
            self._names[node.place] = f"s{len(self._names)}"
            self._todo.append(node)
        return self._names[node.place]

    def _copy(self, node: Node, name: str) -> Any:
        schema = node.value
        if not isinstance(schema, dict):
            return schema
        if self._dialect.resources and opens_resource(schema, self._dialect):
            self._leave(schema, name)
            return schema
        self._binary = self._binary or is_binary(schema)
        refers = is_reference(schema) and not is_anchor(schema["$ref"], self._dialect)
        if is_reference(schema) != refers or not _DYNAMIC.isdisjoint(schema):
            self._edges[name].add(name)
        ref = self._reference(node, name) if refers else None
        if ref is not None and not self._dialect.siblings:
            return {"$ref": ref}
        copy = replace_subschemas(schema, lambda path, _: self._copy(at(node, path), name))
        if ref is not None:
            copy["$ref"] = ref
        return copy

    def _leave(self, schema: Any, name: str) -> None:
        """Leave a resource as it is; its references are not known here, so it may be a circle."""
        self._edges[name].add(name)
        stack = [schema]
        while stack:
            inner = stack.pop()
            self._binary = self._binary or is_binary(inner)
            stack.extend(below for _, below in subschemas(inner))

    def _reference(self, node: Node, name: str) -> str:
        target = self._name(follow(self._documents, node, self._dialect))
        self._edges[name].add(target)
        return reference(self._dialect, target)


def _has_circle(edges: dict[str, set[str]]) -> bool:
    # What is left after removing, again and again, the entries that refer to nothing: circles.
    left = {name: len(targets) for name, targets in edges.items()}
    sources: dict[str, list[str]] = {name: [] for name in edges}
    for name, targets in edges.items():
        for target in targets:
            sources[target].append(name)
    ends = [name for name, count in left.items() if not count]
    for end in ends:  # grows
        for source in sources[end]:
            left[source] -= 1
            if not left[source]:
                ends.append(source)
    return len(ends) < len(edges)


# -- references ------------------------------------------------------------------------------------


def follow(documents: Documents, ref: Node, dialect: Dialect) -> Node:
    """What a `$ref` in a schema means, out of a Multi Format Schema Object if it is one."""
    target = documents.target(ref) if dialect.siblings else documents.resolve(ref)
    value = target.value
    if isinstance(value, dict) and {"schemaFormat", "schema"} <= value.keys():
        other = value["schemaFormat"]
        try:
            same = isinstance(other, str) and dialect_of(other) == dialect
        except UnknownFormatError:
            same = False
        if not same:
            message = f"refers to the schema format {shown(other)}; here it is {dialect.name}"
            raise Unresolvable(ref.finding(message, "reference-format"))
        return target.child("schema")
    return target


def opens_resource(schema: Any, dialect: Dialect) -> bool:
    """Whether a schema has an identifier: what is in it resolves by JSON Schema's own rules."""
    identifier = "id" if dialect.draft is Draft.DRAFT4 else "$id"
    own = schema.get(identifier) if isinstance(schema, dict) else None
    return isinstance(own, str) and not own.startswith("#")


def is_anchor(ref: str, dialect: Dialect) -> bool:
    """Whether a reference names an anchor, which an engine finds by itself."""
    return dialect.resources and ref.startswith("#") and not ref.startswith("#/") and ref != "#"


def at(node: Node, path: SchemaPath) -> Node:
    """The node at a path below a node."""
    value = node.value
    for part in path:
        value = value[part]
    return Node(node.source, (*node.path, *path), value)
