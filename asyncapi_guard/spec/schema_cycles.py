"""Schemas that judge one value by one another, and never come to an end.

A schema may contain itself where it reads a part of the value: in `properties`, in `items`. Through
`$ref`, `allOf`, `anyOf` and the like it judges the *same* value again. In a circle of these nothing
is ever read, and engines accept everything or run out of stack. Without a circle, but with two ways
at each of thirty steps, they look at a billion schemas for one value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin

from asyncapi_guard.schema.dialects import IN_PLACE, Draft, subschemas
from asyncapi_guard.spec.pointers import parse_fragment
from asyncapi_guard.spec.schema_bundles import at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.schema import Dialect
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Node

__all__ = ["InPlace", "resource_circles"]

Place = tuple[str, "Path"]

_ENDLESS = "the schema refers back to itself without descending into the value"
#: How many schemas one value may be judged by.
_MOST = 10_000


_REFERENCES = {
    Draft.DRAFT201909: ("$ref", "$recursiveRef"),
    Draft.DRAFT202012: ("$ref", "$dynamicRef"),
}


class InPlace:
    """Which schema judges its value by which other.

    Attributes:
        endless: the places that stand in a circle, or that too many ways lead through.
    """

    def __init__(self) -> None:
        self._edges: dict[Place, list[tuple[Place, Node]]] = {}
        self.endless: set[Place] = set()

    def add(self, place: Place, target: Place, ref: Node) -> None:
        """A schema refers to another for the same value."""
        self._edges.setdefault(place, []).append((target, ref))

    def faults(self) -> Iterator[Finding]:
        """Report circles, and schemas with too many ways through them."""
        ways: dict[Place, int] = {}
        for start in self._edges:
            yield from self._search(start, ways)

    def _search(self, start: Place, ways: dict[Place, int]) -> Iterator[Finding]:
        """Go down from a place to what was not seen yet, and count the ways on the way back."""
        if start in ways:
            return
        stack = [(start, iter(self._edges.get(start, ())))]
        path = dict.fromkeys((start,))
        while stack:
            place, edges = stack[-1]
            for target, ref in edges:
                if target in path:
                    self.endless.update(path)
                    yield ref.finding(_ENDLESS, "endless-schema")
                elif target not in ways:
                    path[target] = None
                    stack.append((target, iter(self._edges.get(target, ()))))
                    break
            else:
                stack.pop()
                del path[place]
                yield from self._count(place, ways)

    def _count(self, place: Place, ways: dict[Place, int]) -> Iterator[Finding]:
        edges = self._edges.get(place, [])
        ways[place] = 1 + sum(ways.get(target, 1) for target, _ in edges)
        if ways[place] > _MOST:
            message = f"there are more than {_MOST:,} ways through this schema for a single value"
            self.endless.add(place)
            yield edges[0][1].finding(message, "endless-schema")
            ways[place] = 1  # once is enough


# -- resources -------------------------------------------------------------------------------------


def resource_circles(root: Node, dialect: Dialect) -> Iterator[Finding]:
    """Circles by way of identifiers and anchors, which an engine follows by itself."""
    inner = _Inside(root, dialect)
    if not inner.named:
        return
    graph = InPlace()
    for node, base in inner.schemas:
        for path, _ in subschemas(node.value):
            if path[0] in IN_PLACE:
                graph.add(node.place, at(node, path).place, node)
        for keyword in _REFERENCES.get(dialect.draft, ("$ref",)):
            target = inner.target(base, node.value.get(keyword))
            if target is not None:
                graph.add(node.place, target.place, node)
    yield from graph.faults()


class _Inside:
    """The schemas inside of a schema, with what they call themselves.

    Attributes:
        schemas: each with the URI that its references are relative to.
        named: whether any has an identifier or an anchor.
    """

    def __init__(self, root: Node, dialect: Dialect) -> None:
        self._identifier = "id" if dialect.draft is Draft.DRAFT4 else "$id"
        self._found: dict[str, Node] = {"": root}
        self.schemas: list[tuple[Node, str]] = []
        todo = [(root, "")]
        while todo:
            node, base = todo.pop()
            if isinstance(node.value, dict):
                base = self._name(node, base)
                self.schemas.append((node, base))
                todo.extend((at(node, path), base) for path, _ in subschemas(node.value))
        self.named: bool = len(self._found) > 1 or any(
            not {"$dynamicRef", "$recursiveRef"}.isdisjoint(node.value) for node, _ in self.schemas
        )

    def _name(self, node: Node, base: str) -> str:
        """Write down what a schema is called; what references in it are relative to."""
        own = node.value.get(self._identifier)
        if isinstance(own, str):
            if own.startswith("#"):
                self._found.setdefault(base + own, node)
            else:
                base = _joined(base, own)[0]
                self._found.setdefault(base, node)
        for keyword in ("$anchor", "$dynamicAnchor"):
            anchor = node.value.get(keyword)
            if isinstance(anchor, str):
                self._found.setdefault(f"{base}#{anchor}", node)
        return base

    def target(self, base: str, ref: Any) -> Node | None:
        """What a reference leads to, if that is inside."""
        if not isinstance(ref, str):
            return None
        uri, fragment = _joined(base, ref)
        named = self._found.get(f"{uri}#{fragment}") if fragment else self._found.get(uri)
        if named is not None or not fragment.startswith("/"):
            return named
        return _below(self._found.get(uri), fragment)


def _joined(base: str, ref: str) -> tuple[str, str]:
    """The URI and the fragment of a reference; of one that is no URI, nothing that anything has."""
    try:
        uri, fragment = urldefrag(ref)
        return (urljoin(base, uri) if uri else base), fragment
    except ValueError:
        return ref, ""


def _below(node: Node | None, fragment: str) -> Node | None:
    try:
        for part in parse_fragment(fragment):
            if node is None:
                return None
            is_list = isinstance(node.value, list)
            node = node.child(int(part) if is_list else part)
    except (ValueError, LookupError, TypeError):
        return None
    return node
