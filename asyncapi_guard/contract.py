"""What a document means: channels, operations, messages, acks, as immutable values.

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
    """What the described application does with an operation's messages."""

    SEND = "send"
    RECEIVE = "receive"

    @property
    def mirrored(self) -> Action:
        """What the other side does with them."""
        return Action.RECEIVE if self is Action.SEND else Action.SEND

    __hash__ = str.__hash__
    __str__ = str.__str__


class Mode(str, Enum):
    """What is done about a violation."""

    #: Stop it.
    ENFORCE = "enforce"
    #: Let it pass; log and count it.
    REPORT = "report"
    #: Do not look.
    OFF = "off"

    __hash__ = str.__hash__
    __str__ = str.__str__


class Explanation(NamedTuple):
    """Why a value is not valid: the problems found within a budget, and whether it ran out."""

    problems: tuple[Problem, ...]
    truncated: bool


class Schema(Protocol):
    """A JSON Schema that judges values.

    Two schemas are equal when they say the same in the same dialect, wherever they stand.
    """

    @property
    def location(self) -> str:
        """Where it stands, as `file#/json/pointer`."""
        ...

    @property
    def document(self) -> Any:
        """The schema as written, self-contained: references lead to its own `definitions`."""
        ...

    @property
    def positional(self) -> bool:
        """Whether it has positional items, and so stands for several arguments."""
        ...

    @property
    def nothing(self) -> bool:
        """Whether it stands for no arguments at all: it is `false`, or of type `null` alone."""
        ...

    @property
    def binary(self) -> bool:
        """Whether some place in it takes bytes (`type: string, format: binary`)."""
        ...

    @property
    def accepts(self) -> Callable[[Any], bool]:
        """As `is_valid`, of what a strict reader made of JSON text: all of it is Unicode."""
        ...

    def is_valid(self, value: Any) -> bool:
        """Whether a value is valid. Never raises; what cannot be judged is not valid."""
        ...

    def explain(
        self, value: Any, *, include_values: bool = False, read: bool = False
    ) -> Explanation:
        """Why a value is not valid, within a fixed budget of steps.

        Args:
            value: it.
            include_values: with what is in it.
            read: a strict reader made it of JSON, so nothing in it is of another type.
        """
        ...


def header_key(name: str) -> str:
    """The name of a header, as names are compared: the environment of a request has no more."""
    return name.lower().replace("_", "-")


class TextSchema(Protocol):
    """A JSON Schema that judges an object of values that came as text.

    Attributes:
        schema: that of the object.
    """

    schema: Schema

    def explain(
        self, texts: Mapping[str, Sequence[str]], *, include_values: bool = False
    ) -> Explanation | None:
        """Why some values are not valid; `None` if they are.

        Args:
            texts: by their names, each once for every time that it came.
            include_values: with what is in them.
        """
        ...


@dataclass(frozen=True, slots=True)
class WebSocketBinding:
    """What the request must be with which a client connects: the `ws` binding of a channel.

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
    """What an acknowledgement may be, and whether and when it must come.

    Attributes:
        alternatives: the schemas of which exactly one must match.
        required: whoever sends the event must ask for an ack.
        timeout: within how many seconds it must come; `None` for any time.
        none: nobody asks for an ack (`x-ack: false`).
        location: where it stands, as `file#/json/pointer`.
    """

    alternatives: tuple[Schema, ...]
    required: bool = False
    timeout: float | None = None
    none: bool = False
    location: str = field(default="", compare=False)

    @property
    def plain(self) -> bool:
        """Whether it is a schema and no more."""
        return not (self.required or self.none) and self.timeout is None


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a channel: one Socket.IO event with its arguments and its ack.

    Attributes:
        id: its key in the channel's `messages`.
        event: the Socket.IO event: `name`, else the key.
        payload: what the arguments may be; `None` for anything.
        ack: what the acknowledgement may be (`x-ack`, or a reply whose messages are no events);
            `None` when the document does not say.
        mode: `x-guard.mode`, when the document has it.
        reauthenticate: `x-guard.reauthenticate`: by it, a client shows again who it is.
        expired: `x-guard.expired`: it tells a client that its identity has ended.
        location: where it stands, as `file#/json/pointer`.
        meta: its other fields, traits applied, as in the document; never judged.
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
        parameters: for each `{name}` in the address, the values it may have; `None` for any.
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
        """Whether the address can be a Socket.IO namespace: it begins with `/`."""
        return self.address is not None and self.address.startswith("/")


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """A way in which clients show who they are.

    Attributes:
        name: its key in `components.securitySchemes`; empty for one that is written where it is
            used.
        type: such as `http` or `oauth2`.
        scheme: of `http`, in lower case, such as `bearer`; else empty.
        place: where an API key is: `header`, `query` or `cookie` of an `httpApiKey`, `user` or
            `password` of an `apiKey`; else empty.
        parameter: the name of an `httpApiKey`'s header, parameter or cookie; else empty.
        scopes: what the client must be allowed to do.
        meta: its other fields (`description`, `bearerFormat`, `flows`), as in the document; never
            judged.
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
        meta: its other fields (`host`, `protocol`, `pathname`), as in the document; never judged.
    """

    id: str
    security: tuple[SecurityScheme, ...] = ()
    location: str = field(default="", compare=False)
    meta: Mapping[str, Any] = field(default_factory=_nothing, compare=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: which messages of a channel the application sends, or receives.

    Attributes:
        id: its key in `operations`.
        action: the application's side of it.
        channel: the channel's key.
        messages: those of the operation, or all of the channel's when it lists none; with the
            operation's reply as their ack where that is how the document says it.
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
        name: how the locations of schemas, messages and operations begin.
        uri: its absolute URI.
        digest: identifies its text; empty for a document that was passed as data.
    """

    name: str
    uri: str
    digest: str


@dataclass(frozen=True, slots=True)
class Contract:
    """All that a document says.

    Attributes:
        title: `info.title`.
        version: `info.version`, the version of the API.
        asyncapi: the version of the specification, e.g. `3.1.0`.
        channels: by their keys, in the document's order.
        operations: by their keys, in the document's order.
        servers: by their keys; those over whose protocol Socket.IO travels.
        security_schemes: those of the document's components, by their keys.
        meta: the document's other fields (`info`, `servers`, extensions), as written.
        file: the name of the document.
        findings: what is allowed and hardly meant, such as a format that nobody knows.
        sources: the document and the files that it refers to.
        perspective: the side of the application whose operations these are.
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
        """The same contract on one of its servers: with the channels that are available there.

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
        """The same contract from a side: what one of them sends, the other receives."""
        if perspective is self.perspective:
            return self
        operations = {
            id: replace(operation, action=operation.action.mirrored)
            for id, operation in self.operations.items()
        }
        return replace(self, operations=MappingProxyType(operations), perspective=perspective)
