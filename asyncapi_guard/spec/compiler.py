"""From a document to a `Contract`: channels, operations, messages, read by the Socket.IO profile.

It looks at what it needs, strictly, and reports every fault that it finds; the linter looks at the
rest. A document with faults gives no contract: a guard that skips what it does not understand lets
traffic through.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import (
    Ack,
    Action,
    Channel,
    Contract,
    Message,
    Mode,
    Operation,
    Schema,
    Server,
    SourceFile,
    WebSocketBinding,
)
from asyncapi_guard.errors import (
    Finding,
    InvalidDocument,
    UnresolvableReference,
)
from asyncapi_guard.guard.marks import MARKS
from asyncapi_guard.schema.text_objects import HeadersObject, QueryObject
from asyncapi_guard.spec.acks import (
    ack_fault,
    ack_options,
    ack_place,
    ack_schema,
    option_faults,
)
from asyncapi_guard.spec.limits import TOO_DEEP, refuse
from asyncapi_guard.spec.own_extensions import extension_faults, faults_anywhere
from asyncapi_guard.spec.prose import prose
from asyncapi_guard.spec.protocols import may_carry_socketio
from asyncapi_guard.spec.references import (
    UNRESOLVABLE,
    Documents,
    Node,
    Unresolvable,
    is_reference,
)
from asyncapi_guard.spec.replies import Replies
from asyncapi_guard.spec.schemas import Schemas
from asyncapi_guard.spec.security_schemes import SecuritySchemes
from asyncapi_guard.spec.traits import merge_traits
from asyncapi_guard.spec.unread_fields import unread_fields
from asyncapi_guard.spec.versions import check_version
from asyncapi_guard.spec.wording import kind_of, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asyncapi_guard.schema import EngineName

__all__ = ["Compiler", "compile_contract"]

# Fields that a message, an operation or a channel is compiled from; the others are kept as is.
_MESSAGE_FIELDS = frozenset(("name", "payload", "x-ack", "x-guard"))
_OPERATION_FIELDS = frozenset(("action", "channel", "messages", "reply", "traits", "x-guard"))
_CHANNEL_FIELDS = frozenset(("address", "messages", "parameters"))
_SERVER_FIELDS = frozenset(("security",))
_DOCUMENT_FIELDS = frozenset(("asyncapi", "channels", "operations", "components"))
#: The codes of faults of references.
_REFERENCES = frozenset((UNRESOLVABLE, "endless-schema", "reference-format", "unreadable"))


def compile_contract(documents: Documents, engine: EngineName) -> Contract:
    """The contract of a document.

    Raises:
        SpecError: with every fault found.
    """
    try:
        return Compiler(documents, engine).compile()
    except RecursionError:
        refuse(documents.main.name, TOO_DEEP)


class Compiler:
    """One run over one document."""

    def __init__(self, documents: Documents, engine: EngineName) -> None:
        self._documents = documents
        self._root = Node(documents.main, (), documents.main.data)
        self._findings: dict[Finding, None] = {}
        self._schemas = Schemas(documents, engine, self._report)
        self._replies = Replies(documents)
        self._security = SecuritySchemes(documents, self._report)
        self._messages: dict[tuple[Any, str], Message | None] = {}
        self._ids: dict[Any, dict[Any, str]] = {}

    def compile(self) -> Contract:
        """The contract; raises with every fault found."""
        check_version(self._root)
        self._unread(self._root, "AsyncAPI")
        info = self._map(self._root.get("info"), self._root, "info")
        title = self._string(info, "title") if info else ""
        version = self._string(info, "version") if info else ""
        channels = self._channels()
        operations = self._operations(channels)
        servers = self._servers()
        schemes = self._security.of_components(self._root)
        self._extensions()
        self._schemas.check_circles()
        self._raise_findings()
        return Contract(
            title=title,
            version=version,
            asyncapi=self._root.value["asyncapi"],
            channels=MappingProxyType({id: channel for id, (channel, _) in channels.items()}),
            operations=MappingProxyType(operations),
            servers=MappingProxyType(servers),
            security_schemes=MappingProxyType(schemes),
            meta=self._prose(dict(self._root.items()), _DOCUMENT_FIELDS),
            file=self._root.source.name,
            findings=tuple(sorted(self._schemas.notices)),
            sources=tuple(
                SourceFile(source.name, source.uri, source.digest)
                for source in self._documents.sources()
            ),
        )

    def component(self, kind: str, name: str, node: Node) -> Message | Schema | None:
        """One of the components, by itself; `None` if it has faults that were not met before.

        Args:
            kind: `messages` or `schemas`.
            name: its key.
            node: where it stands.
        """
        before = len(self._findings)
        made = self._message(name, node) if kind == "messages" else self._schemas.compile(node)
        return made if len(self._findings) == before else None

    # -- faults ------------------------------------------------------------------------------------

    def _report(self, finding: Finding) -> None:
        self._findings.setdefault(finding)

    def _fault(self, node: Node, message: str, *, key: bool = False) -> None:
        self._report(node.finding(message, key=key))

    def _unread(self, node: Node, kind: str) -> None:
        """Report what an author believes to be judged by, and nobody reads."""
        for finding in extension_faults(node, kind):
            self._report(finding)
        for finding in unread_fields(node, kind):
            self._report(finding)

    def _extensions(self) -> None:
        """Report our extensions in objects that nothing is compiled from."""
        for finding in faults_anywhere(self._root):
            self._report(finding)

    def _servers(self) -> dict[str, Server]:
        """Servers by id: those over whose protocol Socket.IO travels."""
        servers = {}
        section = self._optional_map(self._root, "servers")
        for id, node in section.items() if section is not None else ():
            place = self._found(node, "the server", "Server")
            if place is None:
                continue
            security = self._security.required(place.get("security"))
            protocol = place.value.get("protocol")
            if may_carry_socketio(protocol if isinstance(protocol, str) else None):
                meta = self._prose(dict(place.items()), _SERVER_FIELDS)
                servers[id] = Server(id, security, place.location, meta)
        return servers

    def _found(self, node: Node, name: str, kind: str) -> Node | None:
        """The mapping that a node is, with our extensions where they are read."""
        place = self._map(node, node, name)
        self._unread(node, kind)
        if place is not None and place is not node:
            self._unread(place, kind)
        return place

    def _prose(self, fields: Mapping[str, Node], known: frozenset[str]) -> Mapping[str, Any]:
        return prose(self._documents, fields, known)

    def _resolve(self, node: Node) -> Node | None:
        try:
            return self._documents.resolve(node)
        except Unresolvable as error:
            for finding in error.findings:
                self._report(finding)
            return None

    def _raise_findings(self) -> None:
        if not self._findings:
            return
        findings = sorted(self._findings)
        if all(finding.code in _REFERENCES for finding in findings):
            raise UnresolvableReference(findings)
        raise InvalidDocument(findings)

    # -- small readers -----------------------------------------------------------------------------

    def _map(self, node: Node | None, parent: Node, name: str) -> Node | None:
        """The mapping that a field is, references followed; a fault if it is missing or another."""
        if node is None:
            self._fault(parent, f"the required field {name!r} is missing")
            return None
        resolved = self._resolve(node)
        if resolved is None:
            return None
        if not isinstance(resolved.value, dict):
            self._fault(node, f"{name} must be a mapping, not {kind_of(resolved.value)}")
            return None
        return resolved

    def _optional_map(self, parent: Node, name: str) -> Node | None:
        node = parent.get(name)
        return None if node is None else self._map(node, parent, name)

    def _list(self, parent: Node, name: str) -> list[Node]:
        node = parent.get(name)
        if node is None:
            return []
        if not isinstance(node.value, list):
            self._fault(node, f"{name} must be a list, not {kind_of(node.value)}")
            return []
        return [item for _, item in node.items()]

    def _string(self, parent: Node, name: str) -> str:
        node = parent.get(name)
        if node is None:
            self._fault(parent, f"the required field {name!r} is missing")
        elif not isinstance(node.value, str):
            hint = "; put it in quotes" if isinstance(node.value, (int, float)) else ""
            self._fault(node, f"{name} must be a string, not {kind_of(node.value)}{hint}")
        else:
            return node.value
        return ""

    # -- channels and messages ---------------------------------------------------------------------

    def _channels(self) -> dict[str, tuple[Channel, Node]]:
        """Channels by id, each with its place behind references."""
        channels = {}
        section = self._optional_map(self._root, "channels")
        for id, node in section.items() if section else ():
            place = self._found(node, f"the channel {id!r}", "Channel")
            if place is not None:
                channels[id] = (self._channel(id, place), place)
        return channels

    def _channel(self, id: str, node: Node) -> Channel:
        address = node.get("address")
        if address is not None and not isinstance(address.value, (str, type(None))):
            self._fault(address, f"address must be a string, not {kind_of(address.value)}")
        messages = {}
        section = self._optional_map(node, "messages")
        for key, item in section.items() if section else ():
            message = self._message(key, item)
            if message is not None:
                messages[key] = message
        return Channel(
            id=id,
            address=address.value if address and isinstance(address.value, str) else None,
            parameters=MappingProxyType(self._parameters(node)),
            messages=MappingProxyType(messages),
            websocket=self._websocket(node),
            servers=self._servers_of(node),
            location=node.location,
            meta=self._prose(dict(node.items()), _CHANNEL_FIELDS),
        )

    def _servers_of(self, channel: Node) -> frozenset[str] | None:
        """The servers that a channel names; one that is none of the document's has no key."""
        servers = channel.get("servers")
        if servers is None or not isinstance(servers.value, list) or not servers.value:
            return None
        targets = (self._one_step(ref) for ref in servers.values() if is_reference(ref.value))
        paths = (target.path for target in targets if target is not None)
        return frozenset(str(path[1]) for path in paths if path[:1] == ("servers",))

    def _websocket(self, channel: Node) -> WebSocketBinding | None:
        """What a channel says of the request with which clients connect."""
        bindings = self._optional_map(channel, "bindings")
        binding = self._optional_map(bindings, "ws") if bindings is not None else None
        if binding is None:
            return None
        query, headers = (self._object_schema(binding, name) for name in ("query", "headers"))
        return WebSocketBinding(
            method=self._handshake_method(binding),
            query=QueryObject(query) if query is not None else None,
            headers=HeadersObject(headers) if headers is not None else None,
        )

    def _handshake_method(self, binding: Node) -> str | None:
        method = binding.get("method")
        if method is None:
            return None
        if method.value not in ("GET", "POST"):
            said = shown(method.value) if isinstance(method.value, str) else kind_of(method.value)
            self._fault(method, f"method must be 'GET' or 'POST', not {said}")
            return None
        return str(method.value)

    def _object_schema(self, binding: Node, name: str) -> Schema | None:
        """The schema of the query or of the headers."""
        node = binding.get(name)
        schema = self._schemas.compile(node) if node is not None else None
        place = self._resolve(node) if node is not None and schema is not None else None
        types = place.value.get("type") if place and isinstance(place.value, dict) else None
        if types not in (None, "object") and not (isinstance(types, list) and "object" in types):
            self._fault(place or binding, f"{name} must be a schema of type 'object'")
        return schema

    def _parameters(self, channel: Node) -> dict[str, tuple[str, ...] | None]:
        section = self._optional_map(channel, "parameters")
        parameters: dict[str, tuple[str, ...] | None] = {}
        for name, node in section.items() if section else ():
            parameter = self._found(node, f"the parameter {name!r}", "Parameter")
            values = self._list(parameter, "enum") if parameter else []
            for value in values:
                if not isinstance(value.value, str):
                    self._fault(
                        value,
                        f"a value of a parameter must be a string, not {kind_of(value.value)}",
                    )
            has_enum = parameter is not None and "enum" in parameter.value
            parameters[name] = tuple(v.value for v in values) if has_enum else None
        return parameters

    def _message(self, key: str, node: Node) -> Message | None:
        place = self._found(node, f"the message {key!r}", "Message")
        if place is None:
            return None
        known = (place.place, key)
        if known not in self._messages:
            self._messages[known] = self._compile_message(key, place)
        return self._messages[known]

    def _compile_message(self, key: str, node: Node) -> Message:
        fields = self._with_traits(node)
        name = fields.get("name")
        if name is not None and not isinstance(name.value, str):
            self._fault(name, f"name must be a string, not {kind_of(name.value)}")
        payload = fields.get("payload")
        if "headers" in fields:
            self._schemas.compile(fields["headers"])
        return Message(
            id=key,
            event=name.value if name is not None and isinstance(name.value, str) else key,
            payload=self._schemas.compile(payload) if payload is not None else None,
            ack=self._ack(fields.get("x-ack")),
            **self._guard(fields.get("x-guard")),
            location=node.location,
            meta=self._prose(fields, _MESSAGE_FIELDS),
        )

    def _with_traits(self, node: Node, kind: str = "Message") -> dict[str, Node]:
        traits = []
        for item in self._list(node, "traits"):
            trait = self._found(item, "a trait", f"{kind}Trait")
            if trait is not None:
                traits.append(trait)
        return merge_traits(node, traits)

    def _ack(self, node: Node | None) -> Ack | None:
        if node is None:
            return None
        given, node = node, ack_place(node, self._resolve)
        found = [*option_faults(node), *(option_faults(given) if given is not node else ())]
        faults = [each.finding("ack-options") for each in found]
        fault = "" if faults else ack_fault(node)
        if fault:
            faults.append(node.finding(fault, "ack-schema"))
        for finding in faults:
            self._report(finding)
        schema = None if faults else self._schemas.compile(ack_schema(node))
        if schema is None:
            return None
        return Ack((schema,), *ack_options(node), location=node.location)

    def _guard(self, node: Node | None) -> dict[str, Any]:
        """What the `x-guard` of a message says."""
        place = self._own_fields(node, ("mode", *MARKS))
        return {"mode": self._mode(place), **{mark: self._mark(place, mark) for mark in MARKS}}

    def _own_fields(self, node: Node | None, fields: Sequence[str]) -> Node | None:
        """The fields of an `x-guard`, which are none but these."""
        if node is None:
            return None
        place = self._map(node, node, "x-guard")
        for key, item in place.items() if place is not None else ():
            if key in MARKS and key not in fields:
                message = f"{shown(key)} is about a message: write it on the message's x-guard"
                self._fault(item, message, key=True)
            elif key not in fields and not str(key).startswith("x-"):
                message = f"unknown field {shown(key)} of x-guard{nearest(key, fields)}"
                self._fault(item, message, key=True)
        if place is not None and not any(field in place.value for field in ("mode", *MARKS)):
            known = " or ".join(map(repr, fields))
            self._fault(node, f"x-guard must have a {known}")
        return place

    def _mark(self, place: Node | None, mark: str) -> bool:
        given = place.get(mark) if place is not None else None
        if given is not None and not isinstance(given.value, bool):
            self._fault(given, f"{mark} must be true or false, not {kind_of(given.value)}")
        return given is not None and given.value is True

    def _mode(self, place: Node | None) -> Mode | None:
        mode = place.get("mode") if place is not None else None
        if mode is None:
            return None
        try:
            return Mode(mode.value)
        except ValueError:
            self._fault(mode, f"mode must be 'enforce', 'report' or 'off', not {mode.value!r}")
            return None

    # -- operations --------------------------------------------------------------------------------

    def _operations(self, channels: Mapping[str, tuple[Channel, Node]]) -> dict[str, Operation]:
        operations = {}
        section = self._optional_map(self._root, "operations")
        for id, node in section.items() if section else ():
            place = self._found(node, f"the operation {id!r}", "Operation")
            operation = self._operation(id, place, channels) if place is not None else None
            if operation is not None:
                operations[id] = operation
        return operations

    def _operation(
        self, id: str, node: Node, channels: Mapping[str, tuple[Channel, Node]]
    ) -> Operation | None:
        action = self._action(node)
        found = self._channel_of(node, channels)
        if action is None or found is None:
            return None
        channel, place = found
        messages = self._messages_of(node, channel, place)
        ack = self._reply(node)
        if ack is not None:
            messages = [_with_ack(message, ack) for message in messages]
        fields = self._with_traits(node, "Operation")
        return Operation(
            id=id,
            action=action,
            channel=channel.id,
            messages=tuple(messages),
            mode=self._mode(self._own_fields(fields.get("x-guard"), ("mode",))),
            security=self._security.required(fields.get("security")),
            location=node.location,
            meta=self._prose(fields, _OPERATION_FIELDS),
        )

    def _action(self, node: Node) -> Action | None:
        action = node.get("action")
        if action is None:
            self._fault(node, "the required field 'action' is missing")
        elif action.value not in ("send", "receive"):
            self._fault(action, f"action must be 'send' or 'receive', not {action.value!r}")
        else:
            return Action(action.value)
        return None

    def _channel_of(
        self, node: Node, channels: Mapping[str, tuple[Channel, Node]]
    ) -> tuple[Channel, Node] | None:
        ref = node.get("channel")
        if ref is None:
            self._fault(node, "the required field 'channel' is missing")
            return None
        if not is_reference(ref.value):
            self._fault(ref, "channel must be a reference such as {$ref: '#/channels/NAME'}")
            return None
        target = self._one_step(ref)
        found = None
        if target is not None and target.source is self._root.source and len(target.path) == 2:
            section, id = target.path
            found = channels.get(str(id)) if section == "channels" else None
        if found is None and self._resolve(ref) is not None:
            message = f"{ref.value['$ref']!r} is none of the document's channels ('#/channels/...')"
            self._fault(ref, message)
        return found

    def _one_step(self, ref: Node) -> Node | None:
        try:
            return self._documents.target(ref)
        except Unresolvable:
            return None  # reported where it is resolved

    def _ids_of(self, channel: Node) -> dict[Any, str]:
        """The keys of a channel's messages by their places: made once, operations are many."""
        if channel.place not in self._ids:
            section = self._optional_map(channel, "messages")
            items = section.items() if section is not None else ()
            self._ids[channel.place] = {item.place: key for key, item in items}
        return self._ids[channel.place]

    def _messages_of(self, node: Node, channel: Channel, place: Node) -> list[Message]:
        if "messages" not in node.value:
            return list(channel.messages.values())
        ids = self._ids_of(place)
        messages = []
        for ref in self._list(node, "messages"):
            if not is_reference(ref.value):
                self._fault(
                    ref,
                    "a message of an operation must be a reference such as "
                    f"{{$ref: '#/channels/{channel.id}/messages/NAME'}}",
                )
                continue
            target = self._one_step(ref)
            key = ids.get(target.place) if target is not None else None
            if key is None:
                if self._resolve(ref) is not None:
                    self._fault(ref, _not_of_channel(ref, channel))
            elif key in channel.messages:
                messages.append(channel.messages[key])
        return messages

    def _reply(self, node: Node) -> Ack | None:
        """The ack that an operation's reply says, if its messages are no events."""
        reply = self._optional_map(node, "reply")
        if reply is None:
            return None
        self._unread(node.child("reply"), "Reply")
        self._unread(reply, "Reply")
        ref = reply.get("channel")
        if ref is not None:
            self._map(ref, reply, "channel")
        for item in self._list(reply, "messages"):
            self._map(item, item, "a message of the reply")
        return self._ack_of(self._replies.acks(node))

    def _ack_of(self, entries: Iterable[Node]) -> Ack | None:
        """What the payloads of a reply's messages say together; nothing, if one says nothing."""
        payloads = []
        for entry in entries:
            message = self._found(entry, "a message of the reply", "Message")
            payload = self._with_traits(message).get("payload") if message is not None else None
            schema = self._schemas.compile(payload) if payload is not None else None
            if schema is None:
                return None
            payloads.append(schema)
        return Ack(tuple(_unique(payloads))) if payloads else None


def _with_ack(message: Message, ack: Ack) -> Message:
    return message if message.ack is not None else replace(message, ack=ack)


def _unique(schemas: Iterable[Schema]) -> Iterator[Schema]:
    seen: list[Schema] = []
    for schema in schemas:
        if not any(schema is other for other in seen):
            seen.append(schema)
            yield schema


def _not_of_channel(ref: Node, channel: Channel) -> str:
    message = f"{ref.value['$ref']!r} is none of the messages of the channel {channel.id!r}"
    name = str(ref.value["$ref"]).rpartition("/")[2]
    if name in channel.messages:
        message += f"; write '#/channels/{channel.id}/messages/{name}'"
    return message
