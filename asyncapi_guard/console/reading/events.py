"""Namespaces and their events: direction, arguments, acknowledgement, examples."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from asyncapi_guard.console.reading.anchors import Anchors, event_anchor, namespace_anchor
from asyncapi_guard.console.reading.client_code import Call, Sample, example_of, samples_of
from asyncapi_guard.console.reading.flat_schema import flatten
from asyncapi_guard.console.reading.links import external_docs
from asyncapi_guard.console.reading.parts import Part, Parts, ack_of, first_text
from asyncapi_guard.console.reading.rows import Link
from asyncapi_guard.console.reading.sample_values import is_accepted, with_bytes
from asyncapi_guard.console.reading.samples import Samples
from asyncapi_guard.contract import Action, Mode
from asyncapi_guard.schema.text_objects import TextObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asyncapi_guard.console.reading.links import DocsLink
    from asyncapi_guard.console.reading.schema_tree import Trees
    from asyncapi_guard.contract import (
        Channel,
        Contract,
        Message,
        Operation,
        Schema,
        SecurityScheme,
    )
    from asyncapi_guard.schema import CompiledSchema

__all__ = ["Example", "Namespace", "ReadEvent", "read_namespaces", "written_examples"]

#: Examples of one event that are shown.
_MOST_EXAMPLES = 20
_PLAIN_TYPES = ("application/json", "")


@dataclass(frozen=True, slots=True)
class Example:
    """One example of an event.

    Attributes:
        name: for people.
        samples: as values and as code.
        is_made_up: the document has none, so it comes from the schema.
        is_rejected: it is the document's, and the schema rejects it.
    """

    name: str
    samples: tuple[Sample, ...]
    is_made_up: bool = False
    is_rejected: bool = False


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """An event of a namespace, in one direction.

    Attributes:
        link: its name, and its place on the page.
        namespace: its address.
        from_client: clients send it; else the server does.
        summary: one line.
        description: more of it, as Markdown.
        tags: their names.
        security: ways in which clients show who they are, any one of which will do.
        is_deprecated: the document says so.
        mode: what the guard does about violations, where the document says it.
        parts: arguments, acknowledgement and what else there is.
        examples: at least one.
        ack_example: what it may be acknowledged with.
        docs: external documentation.
    """

    link: Link
    namespace: str
    from_client: bool
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    security: tuple[SecurityScheme, ...] = ()
    is_deprecated: bool = False
    mode: Mode | None = None
    parts: tuple[Part, ...] = ()
    examples: tuple[Example, ...] = ()
    ack_example: str | None = None
    docs: tuple[DocsLink, ...] = ()

    @property
    def name(self) -> str:
        """The Socket.IO event."""
        return self.link.name

    @property
    def is_connect(self) -> bool:
        """Whether it is the start of a connection."""
        return self.from_client and self.name == "connect"


@dataclass(slots=True)
class Namespace:
    """A namespace with its events.

    Attributes:
        address: as the document writes it.
        anchor: its place on the page.
        description: as Markdown.
        parts: what the request must be with which clients connect, where no event says it.
        events: those of connections, then what clients send, then what the server sends.
        parameters: for each `{name}` in the address, the values that it may have.
        docs: external documentation.
    """

    address: str
    anchor: str
    description: str = ""
    parts: tuple[Part, ...] = ()
    events: list[ReadEvent] = field(default_factory=list)
    parameters: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    docs: tuple[DocsLink, ...] = ()

    @property
    def about_connections(self) -> list[ReadEvent]:
        """`connect` and `disconnect`."""
        return [each for each in self.events if _is_about_connections(each)]

    @property
    def from_clients(self) -> list[ReadEvent]:
        """What clients send."""
        return [
            each for each in self.events if each.from_client and not _is_about_connections(each)
        ]

    @property
    def from_server(self) -> list[ReadEvent]:
        """What the server sends."""
        return [each for each in self.events if not each.from_client]


def _is_about_connections(event: ReadEvent) -> bool:
    return event.from_client and event.name in ("connect", "disconnect")


@dataclass(slots=True)
class _Met:
    """An event, while its messages are collected."""

    name: str
    from_client: bool
    messages: list[Message] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)


def read_namespaces(contract: Contract, trees: Trees, url: str, path: str = "") -> list[Namespace]:
    """The namespaces of a contract, in the document's order.

    Args:
        contract: as the server sees it.
        trees: makes the trees of schemas, and keeps those with names.
        url: of the server, for code.
        path: where Socket.IO is on it, if that is not `/socket.io/`.
    """
    return _Reader(contract, trees, url, path).read()


class _Reader:
    """One run over one contract."""

    def __init__(self, contract: Contract, trees: Trees, url: str, path: str) -> None:
        self._contract = contract
        self._trees = trees
        self._parts = Parts(trees)
        self._url = url
        self._path = path
        self._anchors = Anchors()
        self._samples = Samples()
        self._namespaces: dict[str, Namespace] = {}
        self._channels: dict[str, list[Channel]] = {}
        self._met: dict[str, dict[tuple[str, bool], _Met]] = {}

    def read(self) -> list[Namespace]:
        for channel in self._contract.channels.values():
            if channel.address is not None:
                self._open(channel, channel.address)
        for operation in self._contract.operations.values():
            self._meet(operation)
        for namespace in self._namespaces.values():
            self._fill(namespace)
        return [*self._namespaces.values()]

    def _open(self, channel: Channel, address: str) -> None:
        if address not in self._namespaces:
            anchor = self._anchors.take(namespace_anchor(address), address)
            self._namespaces[address] = Namespace(address, anchor)
            self._channels[address], self._met[address] = [], {}
        namespace = self._namespaces[address]
        self._channels[address].append(channel)
        namespace.description = namespace.description or first_text(
            [channel.meta], "description", "summary", "title"
        )
        namespace.parameters.update(channel.parameters)
        namespace.docs += external_docs([channel.meta])

    def _meet(self, operation: Operation) -> None:
        address = self._contract.channels[operation.channel].address
        if address is None:
            return
        from_client = operation.action is Action.RECEIVE
        for message in operation.messages:
            met = self._met[address].setdefault(
                (message.event, from_client), _Met(message.event, from_client)
            )
            if message not in met.messages:
                met.messages.append(message)
            if operation not in met.operations:
                met.operations.append(operation)

    def _fill(self, namespace: Namespace) -> None:
        found = self._met[namespace.address]
        connects = ("connect", True) in found
        has_auth = connects and not all(
            message.payload is not None and message.payload.nothing
            for message in found["connect", True].messages
        )
        handshake = tuple(self._handshake(namespace.address))
        namespace.parts = () if connects else handshake
        for met in found.values():
            event = self._event(namespace.address, met, found, has_auth=has_auth)
            if event.is_connect:
                event = _with_parts(event, handshake)
            namespace.events.append(event)
        namespace.events.sort(key=_order)

    # -- events ------------------------------------------------------------------------------------

    def _event(
        self, address: str, met: _Met, beside: Mapping[tuple[str, bool], _Met], *, has_auth: bool
    ) -> ReadEvent:
        is_second = not met.from_client and (met.name, True) in beside
        wanted = event_anchor(address, met.name, is_second=is_second)
        anchor = self._anchors.take(wanted, repr((address, met.name, met.from_client)))
        link = Link(met.name, anchor)
        metas = [message.meta for message in met.messages]
        own = (
            metas
            if len(met.operations) > 1 or _is_one_of_several(met)
            else [
                *metas,
                *(operation.meta for operation in met.operations),
            ]
        )
        said_by_all = [*metas, *(operation.meta for operation in met.operations)]
        about_connections = met.from_client and met.name in ("connect", "disconnect")
        auth = met.from_client and met.name == "connect"
        parts = [self._parts.arguments(met.messages, link, auth=auth)]
        ack = ack_of(met.messages)
        if not about_connections:
            parts.append(self._parts.ack(met.messages, link, from_client=met.from_client))
        parts.extend(_unvalidated(said_by_all))
        answer = [] if about_connections else self._samples.ack(ack)
        call = Call(
            address,
            met.name,
            is_sent=met.from_client,
            has_ack=ack is not None and not ack.none and not about_connections,
            answer=tuple(answer),
            takes_data=not any(m.payload is None or m.payload.nothing for m in met.messages),
            url=self._url,
            path=self._path,
            has_auth=has_auth,
            connects=("connect", True) not in beside,
        )
        return ReadEvent(
            link,
            address,
            met.from_client,
            summary=first_text(own, "summary", "title"),
            description=first_text(own, "description"),
            tags=tuple(_tags(said_by_all)),
            security=self._security(met),
            is_deprecated=any(meta.get("deprecated") is True for meta in said_by_all)
            or any(part.row is not None and part.row.deprecated for part in parts[:1]),
            mode=_mode(met),
            parts=tuple(parts),
            examples=tuple(self._examples(met, call)),
            ack_example=example_of(answer) if answer else None,
            docs=external_docs(said_by_all),
        )

    def _security(self, met: _Met) -> tuple[SecurityScheme, ...]:
        schemes = [scheme for operation in met.operations for scheme in operation.security]
        if not schemes and met.name == "connect" and met.from_client:
            schemes = [s for server in self._contract.servers.values() for s in server.security]
        return tuple(dict.fromkeys(schemes))

    # -- connections -------------------------------------------------------------------------------

    def _handshake(self, address: str) -> Iterator[Part]:
        """What the request must be with which clients connect."""
        for channel in self._channels[address]:
            binding = channel.websocket
            if binding is None:
                continue
            objects = (("The query of the URL", binding.query), ("Headers", binding.headers))
            for title, judged in objects:
                if isinstance(judged, TextObject):
                    yield Part(title, "The first request", self._trees.tree(judged.schema))

    # -- examples ----------------------------------------------------------------------------------

    def _examples(self, met: _Met, call: Call) -> Iterator[Example]:
        made = []
        for message in met.messages:
            for name, arguments, is_rejected in written_examples(message):
                made.append(Example(name, _coded(call, met, arguments), is_rejected=is_rejected))
        if not made:
            for message in met.messages:
                arguments = self._samples.arguments(message.payload)
                has_any = bool(arguments)
                title = first_text([message.meta], "title") or message.id
                made.append(Example(title, _coded(call, met, arguments), is_made_up=has_any))
        yield from made[:_MOST_EXAMPLES]


def _coded(call: Call, met: _Met, arguments: Sequence[Any]) -> tuple[Sample, ...]:
    names = tuple(_names(met.messages[0].payload, len(arguments)))
    return tuple(samples_of(replace(call, arguments=tuple(arguments), names=names)))


def _names(schema: Schema | None, amount: int) -> Iterator[str]:
    """What arguments are called."""
    if schema is None or schema.nothing:
        return
    if not schema.positional:
        yield "data"
        return
    bundle = cast("CompiledSchema", schema).bundle  # as every schema of a contract is
    places = flatten(bundle, bundle.root).first(bundle.dialect.tuple_keyword)
    places = places if isinstance(places, list) else [{}] * amount
    yield from (flatten(bundle, place).texts("title") for place in places)


def written_examples(message: Message) -> Iterator[tuple[str, list[Any], bool]]:
    """The examples that the document has: names, arguments, and whether the schema rejects them."""
    examples, schema = message.meta.get("examples"), message.payload
    for number, example in enumerate(examples if isinstance(examples, list) else (), 1):
        if not isinstance(example, dict) or "payload" not in example:
            continue
        value = example["payload"]
        name = example.get("name") or example.get("summary") or f"Example {number}"
        if schema is None:
            yield str(name), [value], False
            continue
        shown = with_bytes(schema, value)
        is_rejected = not (schema.nothing or schema.binary or is_accepted(schema, value))
        if schema.nothing:
            yield str(name), [], False
        elif schema.positional and isinstance(shown, list):
            yield str(name), shown, is_rejected
        else:
            yield str(name), [shown], is_rejected


# -- what several messages say together ------------------------------------------------------------


def _mode(met: _Met) -> Mode | None:
    said = (*(each.mode for each in met.messages), *(each.mode for each in met.operations))
    modes = [mode for mode in said if mode is not None]
    return modes[0] if modes and modes[0] is not Mode.ENFORCE else None


def _is_one_of_several(met: _Met) -> bool:
    """Whether its operation is about other events, too."""
    return any(
        message.event != met.name for operation in met.operations for message in operation.messages
    )


def _tags(metas: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    lists = (meta.get("tags") for meta in metas)
    tags = (tag for tags in lists if isinstance(tags, list) for tag in tags)
    names = (tag.get("name") for tag in tags if isinstance(tag, dict))
    yield from dict.fromkeys(name for name in names if isinstance(name, str))


def _unvalidated(metas: Iterable[Mapping[str, Any]]) -> Iterator[Part]:
    """What the document describes and Socket.IO does not carry."""
    metas = [*metas]
    sentences = []
    type_ = first_text(metas, "contentType")
    if type_ not in _PLAIN_TYPES:
        sentences.append(f"Content type: {type_}.")
    if any(meta.get("headers") for meta in metas):
        sentences.append("The document describes headers, which Socket.IO doesn't send.")
    bound = [
        name
        for meta in metas
        for name in (meta["bindings"] if isinstance(meta.get("bindings"), dict) else ())
    ]
    if bound:
        names = ", ".join(dict.fromkeys(map(str, bound)))
        sentences.append(f"Bindings of other protocols, which aren't validated: {names}.")
    if sentences:
        yield Part("Not validated", sentences=tuple(sentences))


def _with_parts(event: ReadEvent, more: Sequence[Part]) -> ReadEvent:
    return replace(event, parts=(*event.parts, *more)) if more else event


def _order(event: ReadEvent) -> int:
    if _is_about_connections(event):
        return 0 if event.is_connect else 1
    return 2 if event.from_client else 3
