"""The agent schema: the events of a document, for programs that call them.

Everything that the loader takes makes a catalogue: messages written in place, traits, replies,
other files, other dialects. What leads nowhere is left as it is written; whether a document is any
good is not asked here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Union

from asyncapi_guard.codefirst.asyncapi_schemas import legal
from asyncapi_guard.guard.marks import MARKS
from asyncapi_guard.schema import Dialect, UnknownFormatError, dialect_of
from asyncapi_guard.schema.dialects import ASYNCAPI, replace_subschemas
from asyncapi_guard.spec.acks import ack_options, ack_place, ack_schema
from asyncapi_guard.spec.ids import Names
from asyncapi_guard.spec.references import Documents, Node, Unresolvable, is_reference
from asyncapi_guard.spec.replies import Replies
from asyncapi_guard.spec.schema_bundles import follow, is_anchor, opens_resource
from asyncapi_guard.spec.source import Source, no_garbage_collection
from asyncapi_guard.spec.traits import merge_traits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["agent_schema"]

_COMPONENT = ("components", "schemas")
_PREFIX = "#/components/schemas/"
#: How often one event has a schema written out: those that share others would grow without end.
_MOST = 8
#: Components that are written out for one event; and how deep inside of one another.
_LARGEST, _DEEPEST = 2_000, 64
_PROSE = ("description", "summary")
#: Parts of paths that are no names.
_VAGUE = frozenset(("args", "payload", "schema", "x-ack"))


def agent_schema(document: Mapping[str, Any] | Documents) -> dict[str, Any]:
    """The events of a document, each with its schemas written out.

    A schema that leads back to itself, or that is used often in one event, keeps its `$ref`, and
    stands in `components`. The work grows with the number of events.

    Args:
        document: as data, which refers to nothing else, or with the files that it refers to.
    """
    if not isinstance(document, Documents):
        document = Documents(Source("<document>", "document:", None, document))
    with no_garbage_collection():
        return _Catalogue(document).write()


#: An object's own fields, or those that it has with its traits.
_Fields = Union[Node, "dict[str, Node]"]


class _Catalogue:
    """One catalogue."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._root = Node(documents.main, (), documents.main.data)
        self._library = _Library(documents)
        self._replies = Replies(documents)
        #: Of what is said of servers, that is still written out.
        self._left = _LARGEST

    def write(self) -> dict[str, Any]:
        operations = self._map(self._root.get("operations"))
        entries = sorted(operations.items(), key=lambda item: str(item[0])) if operations else ()
        events = [event for id, node in entries for event in self._events(str(id), node)]
        info = self._map(self._root.get("info"))
        servers = self._map(self._root.get("servers"))
        catalogue = {
            "format": "asyncapi-guard-agent-schema",
            "version": "1.0",
            "asyncapi_version": self._root.value.get("asyncapi"),
            "info": self._whole(info, frozenset()) if info else {},
            "servers": self._whole(servers, frozenset()) if servers else {},
            "events": events,
        }
        left = self._library.left()
        if left:
            catalogue["components"] = {"schemas": left}
        return catalogue

    # -- events ------------------------------------------------------------------------------------

    def _events(self, id: str, node: Node) -> Iterator[dict[str, Any]]:
        """An entry for each message of an operation."""
        place = self._map(node)
        channel = self._map(place.get("channel")) if place else None
        if place is None or channel is None:
            return
        operation = self._with_traits(place)
        about: dict[str, Any] = {
            "namespace": channel.value.get("address"),
            "direction": "client_to_server"
            if place.value.get("action") == "receive"
            else "server_to_client",
            "operation_id": id,
        }
        reply = self._reply(place)
        for key, message in self._messages(place, channel):
            yield self._event(key, message, about, operation, reply)

    def _event(
        self,
        key: str,
        place: Node,
        about: dict[str, Any],
        operation: _Fields,
        reply: list[Node],
    ) -> dict[str, Any]:
        message = self._with_traits(place)
        event: dict[str, Any] = {"name": _text(message, "name") or key, **about}
        if place.source is self._documents.main and place.path[:-1] == ("components", "messages"):
            event["message_component"] = place.path[-1]
        event["description"] = _text(message, *_PROSE) or _text(operation, *_PROSE)
        writer = _Writer(self._library)
        received = about["direction"] == "client_to_server"
        event |= self._marks(message.get("x-guard"))
        payload, ack = message.get("payload"), message.get("x-ack")
        if payload is not None:
            event |= writer.field("input" if received else "output", [payload])
        if ack is None:
            return event | (writer.field("ack", reply) if reply else {})
        return event | self._ack(ack_place(ack, self._map), writer)

    def _marks(self, guard: Node | None) -> dict[str, bool]:
        """What `x-guard` marks a message for."""
        found = self._map(guard)
        return {m: True for m in MARKS if found is not None and found.value.get(m) is True}

    @staticmethod
    def _ack(ack: Node, writer: _Writer) -> dict[str, Any]:
        """What an `x-ack` says."""
        options = ack_options(ack)
        if options.none:
            return {"ack": False}
        required = {"ack_required": True} if options.required else {}
        timeout = {} if options.timeout is None else {"ack_timeout": options.timeout}
        return {**writer.field("ack", [ack_schema(ack)]), **required, **timeout}

    def _messages(self, owner: Node, channel: Node | None) -> Iterator[tuple[str, Node]]:
        """Keys and places of the messages of an operation or a reply: its own or its channel's."""
        listed = owner.get("messages")
        if listed is not None:
            entries = list(listed.values()) if isinstance(listed.value, list) else []
        else:
            section = self._map(channel.get("messages")) if channel is not None else None
            entries = list(section.values()) if section is not None else []
        for entry in entries:
            message = self._map(entry)
            if message is None:
                continue
            key = entry
            if listed is not None and is_reference(entry.value):
                key = self._documents.target(entry)  # the entry of the channel
            yield str(key.path[-1]), message

    def _reply(self, operation: Node) -> list[Node]:
        """What an operation's reply says of the ack: nothing, where its messages are events."""
        payloads = {}
        for place in filter(None, map(self._map, self._replies.acks(operation))):
            payload = self._with_traits(place).get("payload")
            if payload is None:
                return []  # a reply of anything
            payloads[payload.place] = payload
        return list(payloads.values())

    def _whole(self, node: Node, within: frozenset[Any]) -> Any:
        """What an object says, with what it refers to."""
        value = node.value
        if not isinstance(value, (dict, list)):
            return value
        self._left -= 1
        place = self._map(node) if is_reference(value) else node
        if place is None or place.place in within or self._left < 0 or len(within) > _DEEPEST:
            return _copied(value)
        within |= {place.place}
        if isinstance(place.value, list):
            return [self._whole(item, within) for item in place.values()]
        return {key: self._whole(item, within) for key, item in place.items()}

    # -- reading -----------------------------------------------------------------------------------

    def _map(self, node: Node | None) -> Node | None:
        """The mapping that a node is or refers to; `None` for anything else."""
        try:
            found = self._documents.resolve(node) if node is not None else None
        except Unresolvable:
            return None
        return found if found is not None and isinstance(found.value, dict) else None

    def _with_traits(self, node: Node) -> _Fields:
        listed = node.get("traits")
        if listed is None or not isinstance(listed.value, list):
            return node
        return merge_traits(node, filter(None, map(self._map, listed.values())))


def _text(fields: _Fields, *names: str) -> str:
    """The first of some fields that is there and says something."""
    for name in names:
        field = fields.get(name)
        if field is not None and isinstance(field.value, str) and field.value:
            return field.value
    return ""


# -- schemas ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Schema:
    """A schema that others refer to.

    Attributes:
        node: where it stands.
        dialect: as which it is read.
        name: its name in the catalogue, should it stand there by itself.
        is_component: whether the document has it by this name, too.
    """

    node: Node
    dialect: Dialect
    name: str
    is_component: bool


class _Library:
    """The schemas that references lead to, found once for all events."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._found: dict[tuple[str, str, str], _Schema | None] = {}
        self._schemas: dict[tuple[Any, str], _Schema] = {}
        self._left: dict[str, _Schema] = {}
        self._names = Names()
        components = documents.main.data.get("components")
        own = components.get("schemas") if isinstance(components, dict) else None
        for name in own if isinstance(own, dict) else ():
            self._names.take(str(name))

    def find(self, ref: Node, dialect: Dialect) -> _Schema | None:
        """What a `$ref` in a schema means; `None` when it leads nowhere."""
        known = (ref.source.uri, ref.value["$ref"], dialect.name)
        if known not in self._found:
            try:
                node = follow(self._documents, ref, dialect)
            except Unresolvable:
                self._found[known] = None
            else:
                self._found[known] = self._schema(node, dialect)
        return self._found[known]

    def _schema(self, node: Node, dialect: Dialect) -> _Schema:
        known = node.place, dialect.name
        if known not in self._schemas:
            is_component = node.source is self._documents.main and node.path[:-1] == _COMPONENT
            parts = [str(part) for part in node.path if str(part) not in _VAGUE]
            last = str(node.path[-1]) if is_component else (parts or ["schema"])[-1]
            name = last if is_component else self._names.take(legal(last))
            self._schemas[known] = _Schema(node, dialect, name, is_component)
        return self._schemas[known]

    def root(self, node: Node) -> tuple[Node, Dialect | None, str]:
        """The schema that a field holds, its dialect, and its `schemaFormat` if it says one.

        The dialect is `None` where only its own tools can read it.
        """
        try:
            target = self._documents.resolve(node)
        except Unresolvable:
            return node, None, ""
        value = target.value
        if not (isinstance(value, dict) and {"schemaFormat", "schema"} <= value.keys()):
            return node, ASYNCAPI, ""
        form = str(value["schemaFormat"])
        try:
            return target.child("schema"), dialect_of(form), form
        except UnknownFormatError:
            return target.child("schema"), None, form

    def leave(self, schema: _Schema) -> dict[str, str]:
        """A reference to a schema, which will stand among the catalogue's components."""
        self._left.setdefault(schema.name, schema)
        return {"$ref": _PREFIX + schema.name}

    def left(self) -> dict[str, Any]:
        """The schemas to which references were left, with those that they refer to."""
        written: dict[str, Any] = {}
        while more := self._left.keys() - written.keys():
            for name in sorted(more):
                schema = self._left[name]
                writer = _Writer(self, most=0)
                written[name] = writer.write(schema.node.value, schema.node.source, schema.dialect)
        return {name: written[name] for name in sorted(written)}


class _Writer:
    """Writes out the schemas of one event.

    Args:
        library: the schemas that are referred to.
        most: how many of them are written out; references to further ones stay.
    """

    def __init__(self, library: _Library, most: int = _LARGEST) -> None:
        self._library = library
        self._most = most
        self._written: dict[str, int] = {}
        self._within: list[str] = []

    def field(self, name: str, nodes: list[Node]) -> dict[str, Any]:
        """The fields `name_schema`, and what is to be said of it; of several, any may be."""
        roots = [self._library.root(node) for node in nodes]
        schemas = [
            self.write(node.value, node.source, dialect) if dialect else _copied(node.value)
            for node, dialect, _ in roots
        ]
        name = f"{name}_schema"
        if len(roots) > 1:
            return {name: {"oneOf": schemas}}
        ((node, dialect, form),) = roots
        field: dict[str, Any] = {name: schemas[0]}
        if form and dialect != ASYNCAPI:
            field[f"{name}_format"] = form
        if dialect is not None and is_reference(node.value):
            found = self._library.find(node, dialect)
            if found is not None and found.is_component:
                field[f"{name}_component"] = found.name
        return field

    def write(self, schema: Any, source: Source, dialect: Dialect, depth: int = 0) -> Any:
        """A copy of a schema, with what it refers to in place of references."""
        if not isinstance(schema, dict):
            return _copied(schema)
        if dialect.resources and opens_resource(schema, dialect):
            return _copied(schema)  # references in it are JSON Schema's own business
        ref = schema.get("$ref")
        if isinstance(ref, str) and not is_anchor(ref, dialect):
            return self._referred(schema, source, dialect, depth)
        holding = [key for key, value in schema.items() if isinstance(value, (dict, list))]
        if not holding:
            return dict(schema)
        copy = replace_subschemas(
            schema, lambda _, inner: self.write(inner, source, dialect, depth + 1)
        )
        for key in holding:
            if copy[key] is schema[key]:
                copy[key] = _copied(copy[key])
        return copy

    def _referred(self, schema: Any, source: Source, dialect: Dialect, depth: int) -> Any:
        found = self._library.find(Node(source, (), schema), dialect)
        if found is None:
            return _copied(schema)
        written = self._written_out(found, schema["$ref"], depth)
        if len(schema) == 1 or not dialect.siblings:
            return written
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        copy = self.write(beside, source, dialect, depth)
        return {**copy, "allOf": [written, *copy.get("allOf", ())]}

    def _written_out(self, found: _Schema, ref: str, depth: int) -> Any:
        name = found.name
        count = self._written[name] = self._written.get(name, 0) + 1
        self._most -= 1
        if name in self._within or count > _MOST or self._most < 0 or depth > _DEEPEST:
            return self._library.leave(found)
        self._within.append(name)
        written = self.write(found.node.value, found.node.source, found.dialect, depth + 1)
        self._within.pop()
        if found.is_component and isinstance(written, dict):
            return {**written, "x-component-ref": ref}
        return written


def _copied(value: Any) -> Any:
    """Plain data as it is, in new containers."""
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
