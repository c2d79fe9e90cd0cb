"""What a rule needs of a document: its objects, what they refer to, and somewhere to report to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Perspective
from asyncapi_guard.lint.style_options import StyleOptions
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.references import Documents, Node, Unresolvable, is_reference, named_by
from asyncapi_guard.spec.schemas import UnjudgeableError
from asyncapi_guard.spec.traits import merge_traits
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.lint.findings import Findings
    from asyncapi_guard.lint.grammar_walk import GrammarWalk
    from asyncapi_guard.schema import Dialect
    from asyncapi_guard.spec.memory import Memory
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.schemas import Schemas

__all__ = ["Context", "SchemaPlace"]


@dataclass(frozen=True, slots=True)
class SchemaPlace:
    """A schema of the document, and how to read it.

    Attributes:
        node: the place.
        dialect: its dialect, by its `schemaFormat`.
        in_resource: whether it has an `$id`, or is inside of a schema that has. An engine follows
            the references there by itself.
    """

    node: Node
    dialect: Dialect
    in_resource: bool = False


class Context:
    """A document under the linter's eyes.

    Attributes:
        documents: follows references.
        main: the document itself, not what it refers to.
        objects: the walk by the grammar, which found its objects.
        report: takes a code, a node, a message (and `key=True` for the key of the node).
        schemas: checks schemas, and compiles those without faults.
        judged_schemas: those that values may be judged by, once the checks of schemas have run.
        perspective: the side that the document describes.
        optional: the rules that are off by default and are to be looked for.
        style: what the rules of style take.
        memory: what earlier runs found out; `None` without any.
    """

    def __init__(
        self,
        documents: Documents,
        objects: GrammarWalk,
        schemas: Schemas,
        findings: Findings,
        perspective: Perspective = Perspective.SERVER,
        *,
        optional: frozenset[str] = frozenset(),
        style: StyleOptions | None = None,
    ) -> None:
        self.memory: Memory | None = objects.memory
        #: Whether rules that come later are about every schema, and not those with values alone.
        self.judges_every_schema: bool = "property-case" in optional
        self.perspective: Perspective = perspective
        self.optional: frozenset[str] = optional
        self.style: StyleOptions = style or StyleOptions()
        self.documents = documents
        self.objects = objects
        #: How far schemas are followed for the sake of a hint.
        self.steps_left: int = 50_000
        #: What checks have made, and others need.
        self.shared: dict[str, Any] = {}
        #: What `schema_parts` has found out: the schemas that judge the same value.
        self.conjuncts: dict[tuple[Any, Dialect, bool], list[Node]] = {}
        self._roots: dict[str, frozenset[Any]] = {}
        self._merged: dict[Any, dict[str, Node]] = {}
        self.main: Node = Node(documents.main, (), documents.main.data)
        self.schemas = schemas
        self.judged_schemas: list[SchemaPlace] = []
        self.report = findings

    def all(self, name: str) -> list[Node]:
        """Every object of a kind of the grammar, references followed, each once."""
        return self.objects.visited[name]

    def uses(self) -> Iterator[tuple[Node, Path]]:
        """Every reference into the document, from any file that was read, with its pointer.

        Nothing is followed: what looks like a reference may be somebody's data.
        """
        for source in self.documents.sources():
            for path, value in _references(source.data, self.memory, _REMEMBERED):
                node = Node(source, path, value)
                uri, pointer = named_by(node)
                if uri == self.main.source.uri and pointer is not None:
                    yield node, pointer

    def resolve(self, node: Node | None) -> Node | None:
        """What a node means; `None` where it leads nowhere, which was reported."""
        if node is None:
            return None
        try:
            return self.documents.resolve(node)
        except Unresolvable:
            return None

    def target(self, ref: Node) -> Node | None:
        """What a reference names, one step; `None` where it leads nowhere."""
        return self.documents.target(ref) if self.resolve(ref) is not None else None

    def field(self, node: Node | None, name: str, kind: type) -> Node | None:
        """A field of an object, references followed, if it is a `dict`, `list` or `str`."""
        found = self.resolve(node.get(name)) if node is not None else None
        return found if found is not None and isinstance(found.value, kind) else None

    def items(self, node: Node | None, name: str) -> Iterator[tuple[Any, Node]]:
        """The entries of a field that is a map or a list; none if it is not."""
        field = self.resolve(node.get(name)) if node is not None else None
        if field is not None and isinstance(field.value, (dict, list)):
            yield from field.items()

    def entries(self, node: Node | None, name: str) -> Iterator[tuple[str, Node, Node]]:
        """The objects in a map: key, the entry, and what it means."""
        for key, entry in self.items(node, name):
            place = self.resolve(entry)
            if place is not None and isinstance(place.value, dict):
                yield key, entry, place

    def is_root(self, node: Node, section: str) -> bool:
        """Whether a node is an entry of a root section, or what such an entry refers to."""
        if section not in self._roots:
            entries = self.entries(self.main, section)
            self._roots[section] = frozenset(place.place for _, _, place in entries)
        return node.place in self._roots[section]

    def must_be_own(self, ref: Node, section: str, code: str) -> bool:
        """Report a reference that leads to no entry of a root section of the document itself.

        Whether it leads to one, or to nothing, which was reported.
        """
        target = self.target(ref)
        if target is None:
            return True
        if target.source is self.main.source and target.path[:-1] == (section,):
            return True
        name = shown(ref.value["$ref"])
        message = f"{name} is not an entry of the document's own '#/{section}'"
        self.report(code, ref, message + self._entry_for(target, section, name))
        return False

    def _entry_for(self, target: Node, section: str, name: str) -> str:
        """Which entry of a root section leads to a place, or how one would."""
        end = self.resolve(target)
        for _, entry, place in self.entries(self.main, section):
            if end is not None and place.place == end.place:
                return f"; write {'#' + format_pointer(entry.path)!r}"
        return f"; add an entry with $ref: {name} there, and refer to the entry"

    def schema_behind(self, node: Node | None) -> SchemaPlace | None:
        """The schema behind references and a `schemaFormat`; `None` if none can be judged by."""
        try:
            return SchemaPlace(*self.schemas.root(node)) if node is not None else None
        except (Unresolvable, UnjudgeableError):
            return None

    def merged(self, node: Node) -> dict[str, Node]:
        """The fields of an object, its traits applied."""
        if node.place not in self._merged:
            traits = [trait for _, _, trait in self.entries(node, "traits")]
            self._merged[node.place] = merge_traits(node, traits)
        return self._merged[node.place]


#: Levels of which each value is remembered by itself: documents, channels, messages.
_REMEMBERED = 5


def _references(data: Any, memory: Memory | None, levels: int) -> list[tuple[Path, Any]]:
    """What looks like a reference in a value: paths from there, and the references."""
    if memory is None or levels == 0:
        return list(_looked_for(data))
    if not isinstance(data, (dict, list)):
        return []
    known: list[tuple[Path, Any]] | None = memory.recall("references", data)
    if known is None:
        known = [((), data)] if is_reference(data) else []
        for key, below in data.items() if isinstance(data, dict) else enumerate(data):
            if isinstance(below, (dict, list)):
                inside = _references(below, memory, levels - 1)
                known += [((key, *path), value) for path, value in inside]
        memory.keep("references", data, known)
    return known


def _looked_for(data: Any) -> Iterator[tuple[Path, Any]]:
    todo: list[tuple[Path, Any]] = [((), data)] if isinstance(data, (dict, list)) else []
    while todo:
        path, value = todo.pop()
        if is_reference(value):
            yield path, value
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(below, (dict, list)):
                todo.append(((*path, key), below))
