"""The contract that a document defines, as immutable values: channels, operations, messages, acks.

This is AsyncAPI's vocabulary read through the Socket.IO profile (`docs/reference/profile.md`). A
`Contract` holds no text and no references; the schemas in it are opaque (`Schema`), so that the
guard needs to know neither JSON Schema nor YAML.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from asyncapi_guard.violations import Perspective

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.violations import Problem

__all__ = [
    "Ack",
    "Action",
    "Channel",
    "Contract",
    "Explanation",
    "Message",
    "Mode",
    "Operation",
    "Perspective",
    "Schema",
    "SecurityScheme",
    "Server",
    "SourceFile",
    "TextSchema",
    "WebSocketBinding",
    "header_key",
]


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


class Action(str, Enum):
    """The action that the described application performs on an operation's messages."""

    SEND = "send"
    RECEIVE = "receive"

    @property
    def mirrored(self) -> Action:
        """Return the action of the other side."""
        return Action.RECEIVE if self is Action.SEND else Action.SEND

    __hash__ = str.__hash__
    __str__ = str.__str__


class Mode(str, Enum):
    """The guard's response to a violation."""

    #: Stop it.
    ENFORCE = "enforce"
    #: Let it pass; log and count it.
    REPORT = "report"
    #: Do not look.
    OFF = "off"

    __hash__ = str.__hash__
    __str__ = str.__str__


class Explanation(NamedTuple):
    """The problems of an invalid value, found within a budget, and whether the budget ran out."""

    problems: tuple[Problem, ...]
    truncated: bool


class Schema(Protocol):
    """A JSON Schema that validates values.

    Two schemas are equal when their content and their dialect are equal, even at different
    locations.
    """

    @property
    def location(self) -> str:
        """The location of the schema, as `file#/json/pointer`."""
        ...

    @property
    def document(self) -> Any:
        """The schema as written, self-contained: references point to its own `definitions`."""
        ...

    @property
    def positional(self) -> bool:
        """Whether the schema has positional items, and so describes several arguments."""
        ...

    @property
    def nothing(self) -> bool:
        """Whether the schema describes no arguments: it is `false`, or of type `null` only."""
        ...

    @property
    def binary(self) -> bool:
        """Whether any part of the schema accepts bytes (`type: string, format: binary`)."""
        ...

    @property
    def accepts(self) -> Callable[[Any], bool]:
        """Return whether a value is valid that a strict reader made from JSON text."""
        ...

    def is_valid(self, value: Any) -> bool:
        """Return whether a value is valid. Never raises; what can't be validated is invalid."""
        ...

    def explain(
        self, value: Any, *, include_values: bool = False, read: bool = False
    ) -> Explanation:
        """Explain why a value is invalid, within a fixed budget of steps.

        Args:
            value: the invalid value.
            include_values: whether the problems quote the value.
            read: whether a strict reader made the value from JSON, so it has only JSON types.
        """
        ...


def header_key(name: str) -> str:
    """Return the form of a header's name in which names are compared, as WSGI spells it."""
    return name.lower().replace("_", "-")


class TextSchema(Protocol):
    """A JSON Schema that validates an object whose values arrived as text.

    Attributes:
        schema: the schema of the object.
    """

    schema: Schema

    def explain(
        self, texts: Mapping[str, Sequence[str]], *, include_values: bool = False
    ) -> Explanation | None:
        """Explain why values are invalid; return `None` if they are valid.

        Args:
            texts: the values by name, one for each time that the name occurred.
            include_values: whether the problems quote the values.
        """
        ...


@dataclass(frozen=True, slots=True)
class WebSocketBinding:
    """The requirements for the request that opens a connection: the `ws` binding of a channel.

    Attributes:
        method: its HTTP method; `None` for any.
        query: the parameters of its URL; `None` for any.
        headers: its headers, by names as `header_key` has them; `None` for any.
    """

    method: str | None = None
    query: TextSchema | None = None
    headers: TextSchema | None = None


@dataclass(frozen=True, slots=True)
class Ack:
    """The contract of an ack: its possible values, whether it is required, and its deadline.

    Attributes:
        alternatives: the schemas, exactly one of which must match.
        required: whether the sender of the event must ask for an ack.
        timeout: the number of seconds within which the ack must arrive; `None` for no limit.
        none: whether the sender must not ask for an ack (`x-ack: false`).
        location: where it stands, as `file#/json/pointer`.
    """

    alternatives: tuple[Schema, ...]
    required: bool = False
    timeout: float | None = None
    none: bool = False
    location: str = field(default="", compare=False)

    @property
    def plain(self) -> bool:
        """Whether the ack is described by a schema only, without further options."""
        return not (self.required or self.none) and self.timeout is None


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a channel: one Socket.IO event with its arguments and its ack.

    Attributes:
        id: its key in the channel's `messages`.
        event: the Socket.IO event: `name`, else the key.
        payload: the schema of the arguments; `None` accepts any.
        ack: the contract of the ack (`x-ack`, or a reply whose messages aren't events);
            `None` when the document doesn't define one.
        mode: `x-guard.mode`, when the document has it.
        reauthenticate: `x-guard.reauthenticate`: whether a client authenticates again with this
            message.
        expired: `x-guard.expired`: whether this message tells a client that its identity has
            expired.
        location: where it stands, as `file#/json/pointer`.
        meta: its other fields, traits applied, as in the document; never validated.
    """

    id: str
    event: str
    payload: Schema | None = None
    ack: Ack | None = None
    mode: Mode | None = None
    reauthenticate: bool = False
    expired: bool = False
    location: str = field(default="", compare=False)
    meta: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel: a Socket.IO namespace, or a template of several.

    Attributes:
        id: its key in `channels`.
        address: the address as written; `None` when it is unknown.
        parameters: for each `{name}` in the address, its allowed values; `None` for any.
        messages: by their keys.
        websocket: its `ws` binding, if it has one.
        servers: the keys of the servers that it is available on; `None` for all.
    """

    id: str
    address: str | None
    parameters: Mapping[str, tuple[str, ...] | None] = field(default_factory=_nothing)
    messages: Mapping[str, Message] = field(default_factory=_nothing)
    websocket: WebSocketBinding | None = None
    servers: frozenset[str] | None = None
    location: str = field(default="", compare=False)
    meta: Mapping[str, Any] = field(default_factory=_nothing)

    @property
    def is_namespace(self) -> bool:
        """Whether the address can be a Socket.IO namespace, which starts with `/`."""
        return self.address is not None and self.address.startswith("/")


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """A method by which clients authenticate.

    Attributes:
        name: its key in `components.securitySchemes`; empty for one that is written where it is
            used.
        type: such as `http` or `oauth2`.
        scheme: of `http`, in lower case, such as `bearer`; else empty.
        place: where an API key is: `header`, `query` or `cookie` of an `httpApiKey`, `user` or
            `password` of an `apiKey`; else empty.
        parameter: the name of an `httpApiKey`'s header, parameter or cookie; else empty.
        scopes: the scopes that the client must have.
        meta: its other fields (`description`, `bearerFormat`, `flows`), as in the document; never
            validated.
    """

    name: str
    type: str
    scheme: str = ""
    place: str = ""
    parameter: str = ""
    scopes: frozenset[str] = frozenset()
    location: str = field(default="", compare=False)
    meta: Mapping[str, Any] = field(default_factory=_nothing, compare=False)


@dataclass(frozen=True, slots=True)
class Server:
    """A server of a document.

    Attributes:
        id: its key in `servers`.
        security: how clients show who they are: any one of them will do; empty for no matter.
        meta: its other fields (`host`, `protocol`, `pathname`), as in the document; never
            validated.
    """

    id: str
    security: tuple[SecurityScheme, ...] = ()
    location: str = field(default="", compare=False)
    meta: Mapping[str, Any] = field(default_factory=_nothing, compare=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: the messages of a channel that the application sends, or that it receives.

    Attributes:
        id: its key in `operations`.
        action: the application's side of it.
        channel: the channel's key.
        messages: the messages that the operation lists, or all messages of the channel when it
            lists none. Their ack is the operation's reply where the document describes acks by
            replies.
        mode: `x-guard.mode`, when the document has it.
        security: how clients show who they are: any one of them will do; empty for no matter.
    """

    id: str
    action: Action
    channel: str
    messages: tuple[Message, ...] = ()
    mode: Mode | None = None
    security: tuple[SecurityScheme, ...] = ()
    location: str = field(default="", compare=False)
    meta: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that a contract was read from.

    Attributes:
        name: the first part of the locations of schemas, messages and operations.
        uri: its absolute URI.
        digest: identifies its text; empty for a document that was passed as data.
    """

    name: str
    uri: str
    digest: str


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract that a document defines.

    Attributes:
        title: `info.title`.
        version: `info.version`, the version of the API.
        asyncapi: the version of the AsyncAPI specification, such as `3.1.0`.
        channels: by their keys, in the document's order.
        operations: by their keys, in the document's order.
        servers: by their keys; only servers whose protocol can carry Socket.IO.
        security_schemes: the security schemes of the document's components, by their keys.
        meta: the document's other fields (`info`, `servers`, extensions), as written.
        file: the name of the document.
        findings: warnings about the document, such as an unknown format.
        sources: the document and the files that it refers to.
        perspective: the side of the traffic that the operations describe.
    """

    title: str
    version: str
    asyncapi: str
    channels: Mapping[str, Channel] = field(default_factory=_nothing)
    operations: Mapping[str, Operation] = field(default_factory=_nothing)
    servers: Mapping[str, Server] = field(default_factory=_nothing)
    security_schemes: Mapping[str, SecurityScheme] = field(default_factory=_nothing)
    meta: Mapping[str, Any] = field(default_factory=_nothing)
    file: str = field(default="", compare=False)
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    sources: tuple[SourceFile, ...] = field(default=(), compare=False)
    perspective: Perspective = Perspective.SERVER

    def on_server(self, id: str) -> Contract:
        """Return the contract of one server: with the channels that are available there.

        Args:
            id: the server's key.
        """
        channels = {
            key: channel
            for key, channel in self.channels.items()
            if channel.servers is None or id in channel.servers
        }
        operations = {
            key: operation
            for key, operation in self.operations.items()
            if operation.channel in channels
        }
        return replace(
            self,
            channels=MappingProxyType(channels),
            operations=MappingProxyType(operations),
            servers=MappingProxyType({id: self.servers[id]}),
        )

    def seen_by(self, perspective: Perspective) -> Contract:
        """Return the contract from one side's perspective, which decides who sends and receives."""
        if perspective is self.perspective:
            return self
        operations = {
            id: replace(operation, action=operation.action.mirrored)
            for id, operation in self.operations.items()
        }
        return replace(self, operations=MappingProxyType(operations), perspective=perspective)
