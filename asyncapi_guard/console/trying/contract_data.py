"""The document as the Try page's scripts read it, as JSON.

    {"title": "...", "version": "...", "nodes": [...],
     "namespaces": [{"address": "/chat", "parameters": {"room": null}, "connect": {...},
                     "events": [...]}]}

`nodes` begin with number 1; `form_nodes` says what they are. `connect` has what a connection is
asked for: `auth` (a node, `null` if any value is accepted, `false` if there is none), `samples`
of it, `query` (a node, or `null`), `headers` (the words of those that a page cannot set) and
`security` (the schemes, any one of which will do). An event has:

- `name`, `anchor` (its place on the Read page), `fromClient`, `summary`, `old`, `mode`.
- `shape`: `one` argument, of the node `node`; `several`, of a tuple; `none`; or `any`.
- `samples`: `[name, args]` for each example, and for a generated value if one is known.
- `ack`: `null` if none is described, else `none`, `required`, `timeout` in seconds or `null`, and
  `sample`, the arguments of an ack that the document accepts, or `null`.

Bytes in samples are `{"$bytes": "example.bin"}`; `size` of a sample says how many they must be.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup

from asyncapi_guard.console.page_length import bounded
from asyncapi_guard.console.reading.events import written_examples
from asyncapi_guard.console.reading.sample_values import NO_SAMPLE, Bytes, sample
from asyncapi_guard.console.trying.form_nodes import Nodes
from asyncapi_guard.contract import Action, Perspective
from asyncapi_guard.schema.text_objects import TextObject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.console.reading.document import ReadDocument
    from asyncapi_guard.contract import (
        Ack,
        Channel,
        Contract,
        Message,
        Operation,
        Schema,
        SecurityScheme,
    )

__all__ = ["contract_data", "contract_markup"]

_ABOUT_CONNECTIONS = ("connect", "disconnect")
_FILE = "example.bin"
_MOST_EXAMPLES = 20
#: From the whole to the parts of one event.
_LEVELS = 5


@dataclass(slots=True)
class _Met:
    """An event: its messages, and the operations that have them."""

    messages: list[Message] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)


def contract_markup(contract: Contract, document: ReadDocument) -> Markup:
    """The data as text of an element: scripts read it, browsers run nothing of it."""
    text = bounded(_json_of(contract_data(contract, document), _LEVELS))
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;"))  # noqa: S704  # escaped here


def _json_of(value: Any, levels: int) -> Iterator[str]:
    """A value as JSON, in pieces: of so many levels, each item is one."""
    if not levels or not value or not isinstance(value, (dict, list)):
        yield _encode(value)
        return
    is_object = isinstance(value, dict)
    before = "{" if is_object else "["
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield f"{before}{_encode(key)}:" if is_object else before
        yield from _json_of(item, levels - 1)
        before = ","
    yield "}" if is_object else "]"


def _written_bytes(value: Any) -> Any:
    if isinstance(value, Bytes):
        return {"$bytes": _FILE}
    return str(value)  # a date of YAML


_encode = json.JSONEncoder(separators=(",", ":"), default=_written_bytes).encode


def contract_data(contract: Contract, document: ReadDocument) -> dict[str, Any]:
    """All that the Try page's scripts know of a document.

    Args:
        contract: what the document means.
        document: the same as the Read page shows it, which has the places of events.
    """
    contract = contract.seen_by(Perspective.SERVER)
    nodes = Nodes()
    events = [event for namespace in document.namespaces for event in namespace.events]
    anchors = {(each.namespace, each.name, each.from_client): each.link.anchor for each in events}
    channels: dict[str, list[Channel]] = {}
    for channel in contract.channels.values():
        if channel.address is not None:
            channels.setdefault(channel.address, []).append(channel)
    met = _met(contract)
    namespaces = []
    for address, several in channels.items():
        reader = _Namespace(contract, nodes, anchors, address, several, met.get(address, {}))
        namespaces.append(reader.data())
    return {
        "title": contract.title,
        "version": contract.version,
        "namespaces": namespaces,
        "nodes": nodes.made,
    }


def _met(contract: Contract) -> dict[str, dict[tuple[str, bool], _Met]]:
    """The events of namespaces, by name and by whether clients send them."""
    found: dict[str, dict[tuple[str, bool], _Met]] = {}
    for operation in contract.operations.values():
        address = contract.channels[operation.channel].address
        for message in operation.messages if address is not None else ():
            key = message.event, operation.action is Action.RECEIVE
            met = found.setdefault(str(address), {}).setdefault(key, _Met())
            if message not in met.messages:
                met.messages.append(message)
            met.operations.append(operation)
    return found


class _Namespace:
    """One namespace of the page."""

    def __init__(
        self,
        contract: Contract,
        nodes: Nodes,
        anchors: Mapping[tuple[str, str, bool], str],
        address: str,
        channels: Sequence[Channel],
        met: Mapping[tuple[str, bool], _Met],
    ) -> None:
        self._contract = contract
        self._nodes = nodes
        self._anchors = anchors
        self._address = address
        self._channels = channels
        self._met = met

    def data(self) -> dict[str, Any]:
        parameters: dict[str, Any] = {}
        for channel in self._channels:
            parameters.update(channel.parameters)
        return {
            "address": self._address,
            "parameters": parameters,
            "connect": self._connect(),
            "events": [*self._events()],
        }

    # -- connections -------------------------------------------------------------------------------

    def _connect(self) -> dict[str, Any]:
        met = self._met.get(("connect", True))
        messages = met.messages if met is not None else []
        schemas = [message.payload for message in messages if message.payload is not None]
        wanted = [schema for schema in schemas if not schema.nothing]
        auth: int | Literal[False] | None = None
        if len(schemas) == len(messages) and wanted:
            auth = self._nodes.of(wanted[0]) if len(wanted) == 1 else self._one_of(messages)
        elif messages and schemas and not wanted:
            auth = False
        optional = len(wanted) < len(schemas)
        query, headers = self._handshake()
        return {
            "auth": auth,
            "optional": optional or auth is None,
            "samples": [
                [name, args[0] if args else None] for name, args in self._samples(messages)
            ],
            "query": query,
            "headers": headers,
            "security": [_scheme(each) for each in self._security(met)],
        }

    def _handshake(self) -> tuple[int | None, str]:
        query, headers = None, ""
        for channel in self._channels:
            binding = channel.websocket
            if binding is None:
                continue
            if isinstance(binding.query, TextObject):
                query = self._nodes.of(binding.query.schema)
            if isinstance(binding.headers, TextObject):
                number = self._nodes.of(binding.headers.schema)
                named = self._nodes.made[number - 1].get("properties", ())
                headers = ", ".join(name for name, required, _ in named if required)
        return query, headers

    def _security(self, met: _Met | None) -> list[SecurityScheme]:
        operations = met.operations if met is not None else []
        schemes = [scheme for operation in operations for scheme in operation.security]
        if not schemes:
            servers = self._contract.servers.values()
            schemes = [scheme for server in servers for scheme in server.security]
        return [*dict.fromkeys(schemes)]

    # -- events ------------------------------------------------------------------------------------

    def _events(self) -> Iterator[dict[str, Any]]:
        for (name, from_client), met in self._met.items():
            if from_client and name in _ABOUT_CONNECTIONS:
                continue
            yield {
                "name": name,
                "anchor": self._anchors[self._address, name, from_client],
                "fromClient": from_client,
                "summary": _first_text(met.messages, "summary", "title"),
                "old": any(each.meta.get("deprecated") is True for each in met.messages),
                "mode": next((each.mode.value for each in met.messages if each.mode), None),
                "ack": _ack(met.messages),
                **(self._arguments(met.messages) if from_client else {}),
            }

    def _arguments(self, messages: Sequence[Message]) -> dict[str, Any]:
        shapes = {_shape(message.payload) for message in messages}
        shape = shapes.pop() if len(shapes) == 1 else "any"
        node = None
        if shape in ("one", "several"):
            payloads = [message.payload for message in messages if message.payload is not None]
            node = self._nodes.of(payloads[0]) if len(payloads) == 1 else self._one_of(messages)
        return {
            "shape": shape,
            "node": node,
            "samples": [[name, args] for name, args in self._samples(messages)],
            "size": max((_size(args) for _, args in self._samples(messages)), default=1),
        }

    def _one_of(self, messages: Sequence[Message]) -> int:
        choices = [
            (_first_text([message], "title") or message.id, self._nodes.of(message.payload))
            for message in messages
            if message.payload is not None
        ]
        return self._nodes.choice(choices)

    def _samples(self, messages: Sequence[Message]) -> Iterator[tuple[str, list[Any]]]:
        examples = [each for message in messages for each in written_examples(message)]
        for name, args, is_rejected in examples[:_MOST_EXAMPLES]:
            yield f"example: {name}{' (rejected)' if is_rejected else ''}", args
        for message in messages:
            if message.payload is not None and not message.payload.nothing:
                made = _made(message.payload)
                if made is not None:
                    several = f" for {message.id}" if len(messages) > 1 else ""
                    yield f"a generated value{several}", made


def _shape(schema: Schema | None) -> str:
    if schema is None:
        return "any"
    if schema.nothing:
        return "none"
    return "several" if schema.positional else "one"


def _made(schema: Schema) -> list[Any] | None:
    """The arguments of a value that a schema accepts."""
    value = sample(schema)
    if value is NO_SAMPLE:
        return None
    return value if schema.positional and isinstance(value, list) else [value]


def _ack(messages: Sequence[Message]) -> dict[str, Any] | None:
    ack: Ack | None = next((each.ack for each in messages if each.ack is not None), None)
    if ack is None:
        return None
    made = None
    for schema in () if ack.none else ack.alternatives:
        made = [] if schema.nothing else _made(schema)
        if made is not None:
            break
    return {"none": ack.none, "required": ack.required, "timeout": ack.timeout, "sample": made}


def _scheme(scheme: SecurityScheme) -> dict[str, Any]:
    text = scheme.meta.get("description")
    return {
        "name": scheme.name or scheme.type,
        "type": scheme.type,
        "scheme": scheme.scheme,
        "place": scheme.place,
        "parameter": scheme.parameter,
        "scopes": sorted(scheme.scopes),
        "text": text if isinstance(text, str) else "",
    }


def _size(value: Any) -> int:
    """How many bytes the longest bytes in a sample must be."""
    if isinstance(value, Bytes):
        return min(value.size, 1_000_000)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max(map(_size, inner), default=1)


def _first_text(messages: Sequence[Message], *fields: str) -> str:
    texts = (message.meta.get(field) for field in fields for message in messages)
    return next((text for text in texts if isinstance(text, str) and text), "")
