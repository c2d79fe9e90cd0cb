"""The schemas of a document: checked while it loads, collected when they are first used.

Checking visits each schema of the document once, however many messages share it; it finds
references without a target, keywords that the metaschema forbids, patterns that do not compile, and
circles that never read any part of a value (engines take such a schema to accept everything, or
recurse until the process ends). `schema_bundles` collects.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from asyncapi_guard.errors import Severity
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
from asyncapi_guard.schema.dialects import ASYNCAPI, IN_PLACE, SchemaPath, subschemas
from asyncapi_guard.schema.formats import KNOWN
from asyncapi_guard.spec.acks import lacks_format
from asyncapi_guard.spec.metaschemas import faults
from asyncapi_guard.spec.own_extensions import extension_faults
from asyncapi_guard.spec.references import (
    UNRESOLVABLE,
    Documents,
    Node,
    Unresolvable,
    is_reference,
)
from asyncapi_guard.spec.schema_bundles import Collector, at, follow, is_anchor, opens_resource
from asyncapi_guard.spec.schema_cycles import InPlace, resource_circles
from asyncapi_guard.spec.schema_habits import format_advice
from asyncapi_guard.spec.unread_fields import is_message, schema_slips
from asyncapi_guard.spec.wording import callback_hint, cut, kind_of, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.schema.dialects import Draft
    from asyncapi_guard.spec.memory import Memory
    from asyncapi_guard.spec.pointers import Path

__all__ = ["Schemas", "UnjudgeableError", "patterns"]

_Place = tuple[str, "Path"]
_LONGEST_PATTERN = 20_000
#: `uint32` is near `int32`, and is something else.
_DIGIT = re.compile("[0-9]")
#: Mappings and sequences inside one another; engines fail at some schemas that have 200.
_MOST_LEVELS = 128
#: Of one schema, that are reported.
_MOST_FAULTS = 100


class UnjudgeableError(Exception):
    """A `schemaFormat` that names no JSON Schema; carries the finding."""


class Schemas:
    """Makes `CompiledSchema`s from the places where a document has schemas."""

    def __init__(
        self,
        documents: Documents,
        engine: EngineName,
        report: Callable[[Finding], None],
        memory: Memory | None = None,
    ) -> None:
        self._memory = memory
        self._documents = documents
        self._engine: EngineName = engine
        self._report = report
        self._schemas: dict[tuple[_Place, Dialect], CompiledSchema] = {}
        self._checked: set[tuple[_Place, Dialect]] = set()
        #: What is wrong with a pattern, or nothing: each is compiled once.
        self._patterns: dict[tuple[str, Draft], str] = {}
        #: What is allowed, and hardly meant; each once.
        self.notices: dict[Finding, None] = {}
        #: How many schemas were collected into bundles so far.
        self.collected: int = 0
        self._in_place = InPlace()
        self._is_endless = False

    def compile(self, node: Node, dialect: Dialect | None = None) -> Schema | None:
        """The schema at a place: a Schema Object, a Multi Format Schema Object, or a reference.

        Faults are reported; `None` when there is nothing to judge by. A place inside a schema is
        read as its `dialect`.
        """
        try:
            if dialect is None:
                self._check_wrapping(node)
            root, dialect = self.root(node) if dialect is None else (node, dialect)
            if is_reference(node.value) and is_message(root.path):
                self._report(_no_schema(node))
                return None
        except Unresolvable as error:
            for finding in error.findings:
                self._report(finding)
            return None
        except UnjudgeableError as error:
            self._report(error.args[0])
            return None
        known = self._schemas.get((root.place, dialect))
        if known is not None:
            return cast("Schema", known)
        schema = CompiledSchema(
            root.location,
            dialect,
            lambda: self._collect(root, dialect),
            self._engine,
            positional=dialect.is_positional(root.value),
            nothing=_is_nothing(root.value),
        )
        self._schemas[root.place, dialect] = schema
        if self.check(root, dialect) and dialect.resources:
            self._try(schema, root)
        # A type checker takes its attribute `is_valid` for a method without arguments.
        return cast("Schema", schema)

    def _check_wrapping(self, node: Node) -> None:
        """Report our extensions beside a reference to a schema, or beside `schemaFormat`."""
        resolved = self._documents.resolve(node)
        wrapped = isinstance(resolved.value, dict) and "schemaFormat" in resolved.value
        places = [node] * is_reference(node.value) + [resolved] * wrapped
        for finding in (each for place in places for each in extension_faults(place, "Schema")):
            self._report(finding)

    def _collect(self, root: Node, dialect: Dialect) -> Bundle:
        bundle = Collector(self._documents, dialect).collect(root)
        self.collected += len(bundle.schemas)
        return bundle

    def root(self, node: Node) -> tuple[Node, Dialect]:
        """The schema behind references and the Multi Format Schema Object.

        Raises:
            Unresolvable: a reference leads nowhere.
            UnjudgeableError: `schemaFormat` names no JSON Schema.
        """
        node = self._documents.resolve(node)
        if lacks_format(node.value):
            # A missing one MUST be taken for AsyncAPI's own (Multi Format Schema Object).
            return self.root(node.child("schema"))
        if not (isinstance(node.value, dict) and {"schemaFormat", "schema"} <= node.value.keys()):
            return node, dialect_of(None)
        form = node.child("schemaFormat")
        if not isinstance(form.value, str):
            raise UnjudgeableError(form.finding("schemaFormat must be a string", "wrong-type"))
        try:
            dialect = dialect_of(form.value)
        except UnknownFormatError as error:
            raise UnjudgeableError(form.finding(str(error), "unjudged-format")) from None
        root = node.child("schema")
        if is_reference(root.value) and not dialect.siblings:
            root = follow(self._documents, root, dialect)
        return root, dialect

    def _try(self, schema: CompiledSchema, root: Node) -> None:
        # With `$id` and anchors the engine resolves by itself: only compiling shows whether it can.
        try:
            schema.compile()
        except ValueError as error:
            self._report(root.finding(f"the schema cannot be compiled: {error}", "invalid-schema"))
        except Unresolvable as error:
            for finding in error.findings:
                self._report(finding)

    # -- checking ----------------------------------------------------------------------------------

    def check(self, root: Node, dialect: Dialect) -> bool:
        """Report the faults of a schema and of all that it refers to; whether there were none."""
        faults = 0
        todo = [root]
        while todo:
            node = todo.pop()
            if (node.place, dialect) in self._checked:
                continue
            self._checked.add((node.place, dialect))
            found = list(self._check_one(node, dialect))
            todo.extend(each for each in found if isinstance(each, Node))
            for fault in _without_repeats(found):
                faults += 1
                self._report(fault)
        return faults == 0

    def _check_one(self, node: Node, dialect: Dialect) -> Iterator[Finding | Node]:
        """The faults of one schema, and the schemas that it refers to."""
        for each in self._references(node, dialect):
            if not isinstance(each, tuple):
                yield each
                continue
            ref, in_place = each
            try:
                target = follow(self._documents, ref, dialect)
            except Unresolvable as error:
                yield from error.findings
                continue
            if not isinstance(target.value, (dict, bool)):
                message = (
                    f"expected a reference to a schema, but it points to {kind_of(target.value)}"
                )
                yield ref.finding(message, "wrong-kind")
                continue
            yield target
            if in_place:
                self._in_place.add(node.place, target.place, ref)

    def _references(self, node: Node, dialect: Dialect) -> Iterator[Finding | tuple[Node, bool]]:
        """The faults of a schema by itself, and its references.

        Of a schema that is as it was, and had no faults, only the references are asked for.
        """
        memory = self._memory if dialect == ASYNCAPI else None
        if memory is None:
            yield from self._looked_through(node, dialect)
            return
        known = memory.recall("schema", node.value, *node.place)
        if known is not None:
            yield from ((at(node, path), in_place) for path, in_place in known)
            return
        before = len(self.notices)
        found = []
        length = len(node.path)
        for each in self._looked_through(node, dialect):
            found.append((each[0].path[length:], each[1]) if isinstance(each, tuple) else None)
            yield each
        if None not in found and len(self.notices) == before and not self._is_endless:
            memory.keep("schema", node.value, found, *node.place)

    def _looked_through(
        self, node: Node, dialect: Dialect
    ) -> Iterator[Finding | tuple[Node, bool]]:
        """The faults of a schema by itself, and its references."""
        if not isinstance(node.value, (dict, bool)):
            yield node.finding("a schema must be a mapping, true or false", "invalid-schema")
            return
        if _is_deep(node.value):
            message = (
                f"the schema is more than {_MOST_LEVELS} levels deep: no engine validates that"
            )
            self._is_endless = True  # circles are not looked for
            yield node.finding(message, "invalid-schema")
            return
        inside = _within(node)
        for schema in inside:
            yield from extension_faults(schema, "Schema")
            yield from schema_slips(schema)
        whole = [schema for schema in inside if not is_reference(schema.value)]
        yield from self._check_keywords(node, whole, dialect)
        if dialect.resources:
            for circle in resource_circles(node, dialect):
                self._is_endless = True
                yield circle
        yield from _references(node, dialect)

    def _check_keywords(
        self, node: Node, schemas: list[Node], dialect: Dialect
    ) -> Iterator[Finding]:
        """The faults of the keywords of a schema, and of those that are written inside of it."""
        if dialect.tuple_keyword == "items":
            yield from _prefix_items(schemas, dialect)
        long = list(_long_patterns(schemas))
        yield from long
        if long:
            self._is_endless = True
            return
        faulty = False
        for fault in islice(faults(node.value, dialect, self._engine), _MOST_FAULTS):
            if dialect.siblings or not _beside_reference(node.value, fault.path):
                faulty = True
                text = f"not a valid {dialect.name}: {fault.message}"
                code = "bad-pattern" if fault.pattern else "invalid-schema"
                yield at(node, fault.path).finding(text, code)
        if faulty:
            return
        for schema in schemas:
            yield from self._check_patterns(schema, dialect)
            notice = _unknown_format(schema)
            if notice is not None:
                self.notices.setdefault(notice)

    def _check_patterns(self, schema: Node, dialect: Dialect) -> Iterator[Finding]:
        for place, pattern in patterns(schema):
            fault = self._pattern_fault(pattern, dialect)
            if fault:
                yield place.finding(f"the pattern cannot be used: {cut(fault)}", "bad-pattern")

    def _pattern_fault(self, pattern: str, dialect: Dialect) -> str:
        known = (pattern, dialect.draft)
        if known not in self._patterns:
            schema = adapt({"pattern": pattern}, dialect)
            try:
                get_engine(self._engine).compile(schema, dialect, cyclic=False, binary=False)
                self._patterns[known] = ""
            except ValueError as error:
                self._patterns[known] = str(error)
        return self._patterns[known]

    def check_circles(self) -> None:
        """Report schemas that lead back to themselves without reading any part of a value."""
        for finding in self._in_place.faults():
            self._report(finding)

    @property
    def endless(self) -> bool:
        """Whether there is a schema that must not be run (`check_circles`)."""
        return bool(self._in_place.endless) or self._is_endless


def _without_repeats(found: list[Finding | Node]) -> Iterator[Finding]:
    """The faults of a schema; of a reference that leads nowhere, its form says nothing more."""
    faults = [each for each in found if not isinstance(each, Node)]
    nowhere = {each.pointer for each in faults if each.code == UNRESOLVABLE}
    for fault in faults:
        if fault.code == UNRESOLVABLE or fault.pointer not in nowhere:
            yield fault


def _no_schema(ref: Node) -> Finding:
    """A message is referred to, none of whose fields is a keyword."""
    reference = ref.value["$ref"]
    message = f"expected a reference to a schema, but {shown(reference)} is a message; to use its "
    return ref.finding(f"{message}payload, write {shown(reference + '/payload')}", "wrong-kind")


def _is_nothing(schema: Any) -> bool:
    """Whether a payload says that there are no arguments."""
    return schema is False or (
        isinstance(schema, dict) and schema.get("type") in ("null", ["null"])
    )


def _references(root: Node, dialect: Dialect) -> Iterator[tuple[Node, bool]]:
    """The `$ref`s inside a schema, and whether each judges the same value as the schema does."""
    stack = [(root, True)]
    while stack:
        node, in_place = stack.pop()
        value = node.value
        if dialect.resources and opens_resource(value, dialect):
            continue
        if is_reference(value):
            if not is_anchor(value["$ref"], dialect):
                yield node, in_place
            if not dialect.siblings:
                continue
        for path, _ in subschemas(value):
            stack.append((at(node, path), in_place and path[0] in IN_PLACE))


def _beside_reference(schema: Any, path: SchemaPath) -> bool:
    """Whether a path leads through a keyword beside a `$ref`, which is ignored."""
    for part in path:
        if isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and part != "$ref":
            return True
        schema = schema[part]
    return False


def _is_deep(schema: Any) -> bool:
    """Whether a schema has more levels than engines follow."""
    level: list[Any] = [schema] if isinstance(schema, dict) else []
    for _ in range(_MOST_LEVELS):
        holders = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for held in holders for each in held if isinstance(each, (dict, list))]
        if not level:
            return False
    return True


def _within(root: Node) -> list[Node]:
    """The schemas and references that are written inside a schema, itself first."""
    found = []
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node.value, dict):
            found.append(node)
            if not is_reference(node.value):
                stack.extend(at(node, path) for path, _ in subschemas(node.value))
    return found


def patterns(schema: Node) -> Iterator[tuple[Node, str]]:
    """The patterns of a schema (not of those inside of it), with their places."""
    pattern, named = schema.value.get("pattern"), schema.value.get("patternProperties")
    if isinstance(pattern, str):
        yield schema.child("pattern"), pattern
    if isinstance(named, dict):
        yield from ((at(schema, ("patternProperties", name)), name) for name in named)


def _prefix_items(schemas: list[Node], dialect: Dialect) -> Iterator[Finding]:
    """Positional items in a keyword that the dialect lacks: whatever is sent would be accepted."""
    for schema in schemas:
        if "prefixItems" in schema.value:
            more = " and 'additionalItems' instead of 'items'" if "items" in schema.value else ""
            message = (
                f"{dialect.name} does not have 'prefixItems', so no argument or item would be "
                f"validated; write 'items' instead{more}"
            )
            yield schema.child("prefixItems").finding(message, "prefix-items", key=True)


def _long_patterns(schemas: list[Node]) -> Iterator[Finding]:
    for schema in schemas:
        for place, pattern in patterns(schema):
            if len(pattern) > _LONGEST_PATTERN:
                message = f"a pattern of more than {_LONGEST_PATTERN:,} characters is not compiled"
                yield place.finding(message, "bad-pattern")


def _unknown_format(schema: Node) -> Finding | None:
    name = schema.value.get("format")
    if not isinstance(name, str) or name in KNOWN:
        return None
    advice = callback_hint(name) or format_advice(name)
    if not advice and not _DIGIT.search(name):
        advice = nearest(name, KNOWN)
    message = f"unknown format {shown(name)}: it is not checked{advice}"
    finding = schema.child("format").finding(message, "unknown-format")
    return replace(finding, severity=Severity.WARNING)
