"""`bundle`: a spec of several files as one document.

What another file holds becomes a component of the right kind, and the references to it lead there,
so a schema that refers to itself goes on doing so. Two things follow from how references work:

- A place keeps its identity. An operation names a message of its channel by the channel's own
  entry, so what lies inside of something that moved is referred to *there*, and gets no component
  of its own.
- Some things have no place among the components: a whole `channels` or `messages` map, `info`,
  `components` itself. They are written where the reference stood.

References inside of the main document stay as they are written, and so does all that is nobody's
to understand: extensions, examples, `enum` and `const`.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from asyncapi_guard.errors import Finding, UnresolvableReference
from asyncapi_guard.schema import UnknownFormatError, dialect_of
from asyncapi_guard.schema.dialects import Dialect, subschemas
from asyncapi_guard.spec.acks import ack_place, ack_schema
from asyncapi_guard.spec.pointers import Path, format_pointer
from asyncapi_guard.spec.references import Documents, Node, Unresolvable, is_reference, named_by
from asyncapi_guard.spec.schema_bundles import at, is_anchor, opens_resource

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["bundle"]

_Place = tuple[str, "Path"]
#: A place, and the schema format as which it is read.
_Key = tuple[_Place, str]

# What an object has in its fields: `kind`, `[kind]` for a list, `{kind}` for a map. Kinds that are
# sections of Components have the section's name.
_PROSE = {"tags": "[tags]", "externalDocs": "externalDocs"}
_TRAIT = {**_PROSE, "security": "[securitySchemes]", "bindings": "operationBindings"}
_MESSAGE_TRAIT = {
    **_PROSE,
    "headers": "schemas",
    "correlationId": "correlationIds",
    "bindings": "messageBindings",
    "x-ack": "ack",
}
_FIELDS: Mapping[str, Mapping[str, str]] = {
    "document": {
        "info": "info",
        "servers": "{servers}",
        "channels": "{channels}",
        "operations": "{operations}",
        "components": "components",
    },
    "info": _PROSE,
    "servers": {
        **_PROSE,
        "variables": "{serverVariables}",
        "security": "[securitySchemes]",
        "bindings": "serverBindings",
    },
    "serverVariables": {},
    "channels": {
        **_PROSE,
        "messages": "{messages}",
        "servers": "[servers]",
        "parameters": "{parameters}",
        "bindings": "channelBindings",
    },
    "operations": {
        **_TRAIT,
        "channel": "channels",
        "traits": "[operationTraits]",
        "messages": "[messages]",
        "reply": "replies",
    },
    "operationTraits": _TRAIT,
    "messages": {**_MESSAGE_TRAIT, "payload": "schemas", "traits": "[messageTraits]"},
    "messageTraits": _MESSAGE_TRAIT,
    "replies": {"address": "replyAddresses", "channel": "channels", "messages": "[messages]"},
    "replyAddresses": {},
    "parameters": {},
    "correlationIds": {},
    "securitySchemes": {},
    "externalDocs": {},
    "tags": {"externalDocs": "externalDocs"},
    "serverBindings": {},
    "channelBindings": {},
    "operationBindings": {},
    "messageBindings": {},
    "schemas": {},
}
#: The kinds that have a section of Components, in the specification's order of them.
_SECTIONS = tuple(kind for kind in _FIELDS if kind not in ("document", "info"))
_COMPONENTS = {section: f"{{{section}}}" for section in _SECTIONS}
# Names that say nothing without what is around them.
_VAGUE = frozenset(("args", "headers", "items", "payload", "schema", "x-ack"))
_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]+")
#: What may stand in a fragment as it is (RFC 3986), and the braces of templates.
_IN_FRAGMENT = "/~!$&'()*+,;=:@?{}"


def bundle(documents: Documents) -> dict[str, Any]:
    """The document with everything that it refers to in other files, as new data.

    A document that refers to no other file comes back equal.

    Raises:
        UnresolvableReference: a reference to another file leads nowhere; with every one of them.
    """
    survey = _Survey(documents)
    survey.run()
    return _Writer(documents, survey).write()


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a place is: a key of `_FIELDS`, `ack`, `components` or a bracketed kind.

    `format` is the `schemaFormat` of what is inside of a Multi Format Schema Object.
    """

    name: str
    format: str = ""


@dataclass(frozen=True, slots=True)
class _Target:
    """What a reference means, and as what."""

    node: Node
    kind: _Kind

    @property
    def key(self) -> _Key:
        """What identifies it among those that move."""
        return self.node.place, self.kind.format

    @property
    def wrapped(self) -> bool:
        """Whether it must say its schema format itself, once it stands among the components."""
        value = self.node.value
        multi = isinstance(value, dict) and {"schemaFormat", "schema"} <= value.keys()
        return bool(self.kind.format) and not multi


class _Survey:
    """A walk over a document and what it refers to, by the kinds of objects.

    Attributes:
        references: those that lead to other files, by their places.
        returning: what to write for those that name the main document by its file.
        moved: what becomes a component, in the order in which it was met.
        inlined: what is written where a reference stands, with that place.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._main = documents.main
        self._seen: set[tuple[_Place, _Kind]] = set()
        #: Where the walks began that came by a place.
        self._passed: dict[_Key, set[_Key | None]] = {}
        self._todo: deque[tuple[_Target, _Key | None]] = deque()
        self._root: _Key | None = None
        self._faults: dict[Finding, None] = {}
        self.references: dict[_Place, _Target] = {}
        self.returning: dict[_Place, str] = {}
        self.moved: dict[_Key, _Target] = {}
        self.inlined: dict[_Key, Node] = {}

    def run(self) -> None:
        """Walk from the root of the main document.

        Raises:
            UnresolvableReference: a reference to another file leads nowhere.
        """
        self._visit(Node(self._main, (), self._main.data), _Kind("document"))
        while self._todo:
            target, self._root = self._todo.popleft()
            self._visit(target.node, target.kind)
        if self._faults:
            raise UnresolvableReference(sorted(self._faults))
        roots = self.moved.keys() | self.inlined.keys()
        for key in roots:
            # What lies inside of another root moves with it.
            if self._passed.get(key, set()) & roots - {key}:
                self.moved.pop(key, None)
                self.inlined.pop(key, None)

    def _visit(self, node: Node, kind: _Kind) -> None:
        self._passed.setdefault((node.place, kind.format), set()).add(self._root)
        if (node.place, kind) in self._seen:
            return
        self._seen.add((node.place, kind))
        name, value = kind.name, node.value
        if name == "ack" and ack_place(node, self._target) is not node:
            self._refer(node, kind)
        elif name in ("schemas", "ack"):
            self._visit_schema(node if name == "schemas" else ack_schema(node), kind.format)
        elif name[0] == "[":
            for item in node.values() if isinstance(value, list) else ():
                self._visit(item, _Kind(name[1:-1]))
        elif is_reference(value):
            self._refer(node, kind)
        elif isinstance(value, dict):
            self._visit_fields(node, name)

    def _target(self, node: Node) -> Node | None:
        try:
            return self._documents.resolve(node)
        except Unresolvable:
            return None

    def _visit_fields(self, node: Node, name: str) -> None:
        if name[0] == "{":
            for child in node.values():
                self._visit(child, _Kind(name[1:-1]))
        elif name.endswith("Bindings"):
            self._visit_open(node)
        else:
            fields = _COMPONENTS if name == "components" else _FIELDS[name]
            for key, child in node.items():
                if key in fields:
                    self._visit(child, _Kind(fields[key]))

    def _visit_open(self, node: Node) -> None:
        """What protocols say: a reference in it leads to a schema."""
        for child in node.values():
            if is_reference(child.value):
                self._visit(child, _Kind("schemas"))
            elif isinstance(child.value, (dict, list)):
                self._visit_open(child)

    # -- schemas -----------------------------------------------------------------------------------

    def _visit_schema(self, node: Node, format: str) -> None:
        value = node.value
        if isinstance(value, dict) and {"schemaFormat", "schema"} <= value.keys():
            named = value["schemaFormat"]
            self._visit(node.child("schema"), _Kind("schemas", str(named)))
            return
        try:
            dialect = dialect_of(format or None)
        except UnknownFormatError:
            if is_reference(value):
                self._refer(node, _Kind("schemas", format))
            return  # what the references in it are, only its own tools know
        self._visit_keywords(node, format, dialect)

    def _visit_keywords(self, node: Node, format: str, dialect: Dialect) -> None:
        value = node.value
        if dialect.resources and opens_resource(value, dialect):
            return
        if is_reference(value) and not is_anchor(value["$ref"], dialect):
            self._refer(node, _Kind("schemas", format))
            if not dialect.siblings:
                return
        for path, _ in subschemas(value):
            self._visit(at(node, path), _Kind("schemas", format))

    # -- references --------------------------------------------------------------------------------

    def _refer(self, node: Node, kind: _Kind) -> None:
        stays = node.source is self._main and node.value["$ref"].startswith("#")
        try:
            target = _Target(self._documents.target(node), kind)
            if kind.name not in _SECTIONS:
                self._documents.resolve(node)  # what is copied must have an end
        except Unresolvable as error:
            if not stays:
                self._faults.update(dict.fromkeys(error.findings))
            return
        if not stays and named_by(node)[0] == self._main.uri:
            # As it is written: it may run through references, on purpose.
            self.returning[node.place] = "#" + node.value["$ref"].partition("#")[2]
        elif not stays:
            self._take(node, target)
        own = target.node.source is self._main
        self._todo.append((target, None if own else target.key))

    def _take(self, node: Node, target: _Target) -> None:
        """Remember what is to be written for a reference to another file."""
        self.references[node.place] = target
        if target.node.source is self._main:
            return
        if target.kind.name in _SECTIONS:
            self.moved.setdefault(target.key, target)
        else:
            self.inlined.setdefault(target.key, node)


class _Writer:
    """The data of the bundle."""

    def __init__(self, documents: Documents, survey: _Survey) -> None:
        self._documents = documents
        self._main = Node(documents.main, (), documents.main.data)
        self._survey = survey
        self._names = self._name_all()
        #: What is being written in place of references.
        self._within: list[_Place] = []

    def write(self) -> dict[str, Any]:
        document: dict[str, Any] = self._copy(self._main)
        for key, target in self._survey.moved.items():
            section, name = self._names[key]
            value = self._copy(target.node)
            if target.wrapped:
                value = {"schemaFormat": target.kind.format, "schema": value}
            document.setdefault("components", {}).setdefault(section, {})[name] = value
        return document

    def _copy(self, node: Node) -> Any:
        value = node.value
        if isinstance(value, list):
            return [self._copy(item) for item in node.values()]
        if not isinstance(value, dict):
            return value
        target = self._survey.references.get(node.place)
        if target is not None and self._is_inlined(target):
            self._within.append(target.node.place)
            written = self._copy(target.node)
            self._within.pop()
            return written
        copy = {key: self._copy(child) for key, child in node.items()}
        if target is not None:
            copy["$ref"] = self._reference(target)
        elif node.place in self._survey.returning:
            copy["$ref"] = self._survey.returning[node.place]
        return copy

    def _is_inlined(self, target: _Target) -> bool:
        if target.kind.name in _SECTIONS or target.node.source is self._main.source:
            return False
        return target.node.place not in self._within

    # -- where things are now ----------------------------------------------------------------------

    def _reference(self, target: _Target) -> str:
        pointer = format_pointer(self._path(target.node, target.kind.format))
        return "#" + quote(pointer, safe=_IN_FRAGMENT)

    def _path(self, node: Node, format: str) -> Path:
        """The path in the bundle of a place in any of the files."""
        uri, path = node.place
        if node.source is self._main.source:
            return path
        for end in range(len(path), -1, -1):
            above, rest = ((uri, path[:end]), format), path[end:]
            for key in (above, (above[0], "")):
                if key in self._names:
                    moved = self._survey.moved[key]
                    inside: Path = ("schema",) if rest and moved.wrapped else ()
                    return ("components", *self._names[key], *inside, *rest)
                if key in self._survey.inlined:
                    return (*self._path(self._survey.inlined[key], ""), *rest)
        raise AssertionError(f"{node.location} was not moved")  # a fault of `_Survey`

    # -- names -------------------------------------------------------------------------------------

    def _name_all(self) -> dict[_Key, tuple[str, str]]:
        """The section and the name of each new component; the same for the same files."""
        names: dict[_Key, tuple[str, str]] = {}
        taken = {section: self._existing(section) for section in _SECTIONS}
        for key, target in self._survey.moved.items():
            section = target.kind.name
            name = _free_name(target.node, taken[section])
            taken[section].add(name)
            names[key] = section, name
        return names

    def _existing(self, section: str) -> set[str]:
        node: Node | None = self._main
        for part in ("components", section):
            node = self._resolved(node.get(part)) if node is not None else None
        return set(node.value) if node is not None and isinstance(node.value, dict) else set()

    def _resolved(self, node: Node | None) -> Node | None:
        try:
            return self._documents.resolve(node) if node is not None else None
        except Unresolvable:
            return None


def _free_name(node: Node, taken: set[str]) -> str:
    """A readable name: what the place is called in its file, then with the file's name."""
    stem = PurePosixPath(unquote(urlsplit(node.source.uri).path)).name.partition(".")[0]
    last = str(node.path[-1]) if node.path else stem
    wanted = [_legal(last), _legal(f"{stem}_{last}")]
    if last in _VAGUE or last.isdecimal():
        del wanted[0]
    for name in wanted:
        if name not in taken:
            return name
    number = 2
    while f"{wanted[-1]}_{number}" in taken:
        number += 1
    return f"{wanted[-1]}_{number}"


def _legal(name: str) -> str:
    return _ILLEGAL.sub("_", name).strip("_") or "component"
