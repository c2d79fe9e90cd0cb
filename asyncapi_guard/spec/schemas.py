"""The schemas of a document: checked while it loads, collected when they are first used.

Both walk from a schema along its references. *Checking* visits each schema of the document once,
however many messages share it; it finds references without a target, keywords that the metaschema
forbids, patterns that do not compile, and circles that never read any part of a value (engines take
such a schema to accept everything, or recurse until the process ends). *Collecting* copies one
schema with all that it needs into a `Bundle`, which holds no references to the outside any more.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Protocol, cast

from asyncapi_guard.schema import (
    Bundle,
    CompiledSchema,
    Dialect,
    EngineName,
    UnknownFormatError,
    dialect_of,
    get_engine,
)
from asyncapi_guard.schema.adapt import adapt
from asyncapi_guard.schema.bundle import reference
from asyncapi_guard.schema.dialects import (
    IN_PLACE,
    Draft,
    SchemaPath,
    replace_subschemas,
    subschemas,
)
from asyncapi_guard.schema.formats import KNOWN, is_binary
from asyncapi_guard.spec.references import Documents, Node, Unresolvable, is_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.schema.engine import MetaProblem
    from asyncapi_guard.spec.pointers import Path

__all__ = ["Schemas"]

_MESSAGE = 300
_Place = tuple[str, "Path"]
_DYNAMIC = frozenset(("$dynamicRef", "$recursiveRef"))


class Report(Protocol):
    """Takes a fault, and whether it is one of a reference."""

    def __call__(self, finding: Finding, *, reference: bool = False) -> None: ...


class _UnjudgeableError(Exception):
    """A `schemaFormat` that names no JSON Schema; carries the finding."""


class Schemas:
    """Makes `CompiledSchema`s from the places where a document has schemas."""

    def __init__(self, documents: Documents, engine: EngineName, report: Report) -> None:
        self._documents = documents
        self._engine: EngineName = engine
        self._report = report
        self._schemas: dict[tuple[_Place, Dialect], CompiledSchema] = {}
        self._checked: set[tuple[_Place, Dialect]] = set()
        self._patterns: set[tuple[str, Draft]] = set()
        #: What is allowed, and hardly meant; each once.
        self.notices: dict[Finding, None] = {}
        #: Which schema judges the same value by which other: in a circle nothing is ever judged.
        self._in_place: dict[_Place, list[tuple[_Place, Node]]] = {}

    def compile(self, node: Node) -> Schema | None:
        """The schema at a place: a Schema Object, a Multi Format Schema Object, or a reference.

        Faults are reported; `None` when there is nothing to judge by.
        """
        try:
            root, dialect = self._root(node)
        except Unresolvable as error:
            for finding in error.findings:
                self._report(finding, reference=True)
            return None
        except _UnjudgeableError as error:
            self._report(error.args[0])
            return None
        known = self._schemas.get((root.place, dialect))
        if known is not None:
            return cast("Schema", known)
        schema = CompiledSchema(
            root.location,
            lambda: _Collector(self._documents, dialect).collect(root),
            self._engine,
            positional=dialect.is_positional(root.value),
            nothing=_is_nothing(root.value),
        )
        self._schemas[root.place, dialect] = schema
        if self._check(root, dialect) and dialect.resources:
            self._try(schema, root)
        # A type checker takes its attribute `is_valid` for a method without arguments.
        return cast("Schema", schema)

    def _root(self, node: Node) -> tuple[Node, Dialect]:
        """The schema behind references and the Multi Format Schema Object."""
        node = self._documents.resolve(node)
        if not (isinstance(node.value, dict) and {"schemaFormat", "schema"} <= node.value.keys()):
            return node, dialect_of(None)
        form = node.child("schemaFormat")
        if not isinstance(form.value, str):
            raise _UnjudgeableError(form.finding("schemaFormat must be a string"))
        try:
            dialect = dialect_of(form.value)
        except UnknownFormatError as error:
            raise _UnjudgeableError(form.finding(str(error))) from None
        root = node.child("schema")
        return (root if dialect.siblings else self._documents.resolve(root)), dialect

    def _try(self, schema: CompiledSchema, root: Node) -> None:
        # With `$id` and anchors the engine resolves by itself: only compiling shows whether it can.
        try:
            schema.compile()
        except ValueError as error:
            self._report(root.finding(f"the schema cannot be compiled: {error}"))

    # -- checking ----------------------------------------------------------------------------------

    def _check(self, root: Node, dialect: Dialect) -> bool:
        """Report the faults of a schema and of all that it refers to; whether there were none."""
        faults = 0

        def report(*findings: Finding, reference: bool = False) -> None:
            nonlocal faults
            faults += len(findings)
            for finding in findings:
                self._report(finding, reference=reference)

        todo = [root]
        while todo:
            node = todo.pop()
            if (node.place, dialect) in self._checked:
                continue
            self._checked.add((node.place, dialect))
            if not isinstance(node.value, (dict, bool)):
                report(node.finding("a schema must be a mapping, true or false"))
                continue
            report(*self._check_keywords(node, dialect))
            for ref, in_place in _references(node, dialect):
                try:
                    target = _follow(self._documents, ref, dialect)
                except Unresolvable as error:
                    report(*error.findings, reference=True)
                    continue
                todo.append(target)
                if in_place:
                    self._in_place.setdefault(node.place, []).append((target.place, ref))
        return faults == 0

    def _check_keywords(self, node: Node, dialect: Dialect) -> Iterator[Finding]:
        faulty = False
        for path, message in self._faults(node.value, dialect):
            if dialect.siblings or not _beside_reference(node.value, path):
                faulty = True
                yield _at(node, path).finding(f"not a valid {dialect.name}: {message}")
        if faulty:
            return
        for schema in _within(node):
            yield from self._check_patterns(schema, dialect)
            notice = _unknown_format(schema)
            if notice is not None:
                self.notices.setdefault(notice)

    def _faults(self, schema: Any, dialect: Dialect) -> Iterator[MetaProblem]:
        """Where the metaschema is broken, as deep as it can be said."""
        for path, message in get_engine(self._engine).check(schema, dialect):
            # The metaschema has a choice here (`anyOf`), and says only that nothing of it fits.
            chosen = path[-1:] == ("items",) or path[-2:-1] == ("dependencies",)
            below = list(self._faults_below(schema, path, dialect)) if chosen else ()
            yield from below or [(path, _cut(message))]

    def _faults_below(
        self, schema: Any, path: SchemaPath, dialect: Dialect
    ) -> Iterator[MetaProblem]:
        for part in path:
            schema = schema[part]
        several = isinstance(schema, list)
        for index, inner in enumerate(schema if several else [schema]):
            here = (*path, index) if several else path
            if isinstance(inner, dict):
                for deeper, message in self._faults(inner, dialect):
                    yield (*here, *deeper), message

    def _check_patterns(self, schema: Node, dialect: Dialect) -> Iterator[Finding]:
        for place, pattern in _patterns(schema):
            if (pattern, dialect.draft) in self._patterns:
                continue
            self._patterns.add((pattern, dialect.draft))
            try:
                get_engine(self._engine).compile(
                    adapt({"pattern": pattern}, dialect), dialect, cyclic=False, binary=False
                )
            except ValueError as error:
                yield place.finding(f"the pattern cannot be used: {error}")

    def check_circles(self) -> None:
        """Report schemas that lead back to themselves without reading any part of a value."""
        done: set[_Place] = set()
        for start in self._in_place:
            path: list[_Place] = []
            self._search(start, path, done)

    def _search(self, start: _Place, path: list[_Place], done: set[_Place]) -> None:
        stack = [(start, iter(self._in_place.get(start, ())))]
        path.append(start)
        while stack:
            place, edges = stack[-1]
            for target, ref in edges:
                if target in path:
                    message = "the schema leads back to itself without reading any value"
                    self._report(ref.finding(message), reference=True)
                elif target not in done:
                    path.append(target)
                    stack.append((target, iter(self._in_place.get(target, ()))))
                    break
            else:
                done.add(place)
                path.pop()
                stack.pop()


def _is_nothing(schema: Any) -> bool:
    """Whether a payload says that there are no arguments."""
    return schema is False or (
        isinstance(schema, dict) and schema.get("type") in ("null", ["null"])
    )


def _follow(documents: Documents, ref: Node, dialect: Dialect) -> Node:
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
            message = f"refers to the schema format {other!r} from a {dialect.name}"
            raise Unresolvable(ref.finding(message))
        return target.child("schema")
    return target


def _references(root: Node, dialect: Dialect) -> Iterator[tuple[Node, bool]]:
    """The `$ref`s inside a schema, and whether each judges the same value as the schema does."""
    stack = [(root, True)]
    while stack:
        node, in_place = stack.pop()
        value = node.value
        if dialect.resources and _opens_resource(value, dialect):
            continue
        if is_reference(value):
            if not _is_anchor(value["$ref"], dialect):
                yield node, in_place
            if not dialect.siblings:
                continue
        for path, _ in subschemas(value):
            stack.append((_at(node, path), in_place and path[0] in IN_PLACE))


def _opens_resource(schema: Any, dialect: Dialect) -> bool:
    """Whether a schema has an identifier: what is in it resolves by JSON Schema's own rules."""
    identifier = "id" if dialect.draft is Draft.DRAFT4 else "$id"
    own = schema.get(identifier) if isinstance(schema, dict) else None
    return isinstance(own, str) and not own.startswith("#")


def _is_anchor(ref: str, dialect: Dialect) -> bool:
    return dialect.resources and ref.startswith("#") and not ref.startswith("#/") and ref != "#"


def _beside_reference(schema: Any, path: SchemaPath) -> bool:
    """Whether a path leads through a keyword beside a `$ref`, which is ignored."""
    for part in path:
        if isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and part != "$ref":
            return True
        schema = schema[part]
    return False


def _within(root: Node) -> Iterator[Node]:
    """The schemas inside a schema, itself first, that are written there and not referred to."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node.value, dict) and not is_reference(node.value):
            yield node
            stack.extend(_at(node, path) for path, _ in subschemas(node.value))


def _patterns(schema: Node) -> Iterator[tuple[Node, str]]:
    pattern, named = schema.value.get("pattern"), schema.value.get("patternProperties")
    if isinstance(pattern, str):
        yield schema.child("pattern"), pattern
    if isinstance(named, dict):
        yield from ((_at(schema, ("patternProperties", name)), name) for name in named)


def _unknown_format(schema: Node) -> Finding | None:
    name = schema.value.get("format")
    if not isinstance(name, str) or name in KNOWN:
        return None
    near = get_close_matches(name, sorted(KNOWN), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return schema.child("format").finding(f"unknown format {name!r}: it is not checked{hint}")


def _cut(message: str) -> str:
    # Both libraries quote the schema, however large.
    return message if len(message) <= _MESSAGE else message[:_MESSAGE] + "…"


def _at(node: Node, path: SchemaPath) -> Node:
    for part in path:
        node = node.child(part)
    return node


# -- collecting ------------------------------------------------------------------------------------


class _Collector:
    """Copies a schema and what it refers to into one bundle."""

    def __init__(self, documents: Documents, dialect: Dialect) -> None:
        self._documents = documents
        self._dialect = dialect
        self._names: dict[_Place, str] = {}
        self._todo: list[Node] = []
        self._edges: dict[str, set[str]] = {}
        self._binary = False

    def collect(self, root: Node) -> Bundle:
        self._name(root)
        schemas: dict[str, Any] = {}
        places: dict[str, str] = {}
        while self._todo:
            node = self._todo.pop(0)
            name = self._names[node.place]
            places[name] = node.location
            self._edges[name] = set()
            schemas[name] = self._copy(node, name)
        return Bundle(self._dialect, schemas, places, _has_circle(self._edges), self._binary)

    def _name(self, node: Node) -> str:
        if node.place not in self._names:
            self._names[node.place] = f"s{len(self._names)}"
            self._todo.append(node)
        return self._names[node.place]

    def _copy(self, node: Node, name: str) -> Any:
        schema = node.value
        if not isinstance(schema, dict):
            return schema
        if self._dialect.resources and _opens_resource(schema, self._dialect):
            self._leave(schema, name)
            return schema
        self._binary = self._binary or is_binary(schema)
        refers = is_reference(schema) and not _is_anchor(schema["$ref"], self._dialect)
        if is_reference(schema) != refers or not _DYNAMIC.isdisjoint(schema):
            self._edges[name].add(name)
        ref = self._reference(node, name) if refers else None
        if ref is not None and not self._dialect.siblings:
            return {"$ref": ref}
        copy = replace_subschemas(schema, lambda path, _: self._copy(_at(node, path), name))
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
        target = self._name(_follow(self._documents, node, self._dialect))
        self._edges[name].add(target)
        return reference(self._dialect, target)


def _has_circle(edges: dict[str, set[str]]) -> bool:
    # What is left after removing, again and again, the entries that refer to nothing: circles.
    left = {name: set(targets) for name, targets in edges.items()}
    while True:
        ends = [name for name, targets in left.items() if not targets]
        if not ends:
            return bool(left)
        for name in ends:
            del left[name]
        for targets in left.values():
            targets.difference_update(ends)
