"""Handlers and declarations as an AsyncAPI 3.1 document."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from asyncapi_guard.codefirst.argument_schemas import any_of, single, stands_for_several
from asyncapi_guard.codefirst.asyncapi_schemas import legal
from asyncapi_guard.codefirst.components import components_of
from asyncapi_guard.codefirst.permissive_schemas import ANY_ARGUMENTS, ANY_VALUE
from asyncapi_guard.codefirst.registry import CATCH_ALL
from asyncapi_guard.guard.marks import EXPIRED, REAUTHENTICATE
from asyncapi_guard.spec.acks import NO_OPTIONS, AckOptions
from asyncapi_guard.spec.ids import Names, slug
from asyncapi_guard.spec.source import no_garbage_collection

if TYPE_CHECKING:
    from asyncapi_guard.codefirst.components import Direction
    from asyncapi_guard.codefirst.hints import Hint
    from asyncapi_guard.codefirst.registry import Receiver, Registry, Sender

__all__ = ["About", "build_document", "secure", "server_of", "without_anything"]

_IN: Direction = "validation"
_OUT: Direction = "serialization"
_ANYTHING = "Anything"
_ANYTHING_GOES = {"$ref": f"#/components/schemas/{_ANYTHING}"}
#: What handlers without parameters are sent all the same.
_UNASKED: dict[str, dict[str, Any]] = {"connect": {}, "disconnect": {"type": "string"}}
_PROTOCOL = "socketio"
#: To AsyncAPI, braces are those of a variable.
_NO_HOST = re.compile(r"[\s{}]")
_SCHEME = "#/components/securitySchemes/"
#: What components may be called ("Components Object").
_COMPONENT = re.compile(r"[a-zA-Z0-9._-]+")
_NO_SECURITY = (
    "security must be Security Scheme Objects by name, such as"
    ' {"token": {"type": "httpApiKey", "in": "query", "name": "token"}}'
)
_NAME_WITHOUT_URL = "server_name names a server, so it needs its URL; also pass server_url"
#: What stands in the path of a URL as it is.
_IN_PATHS = "/%!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class About:
    """What a document says beside its events.

    Attributes:
        title: of the API.
        version: of the API.
        description: of the API.
        server_url: where it runs; a document without one names no server.
        server_name: the key of its Server Object; `BACKEND` by default.
        security: Security Scheme Objects by name: each says a way in which clients may show who
            they are.
    """

    title: str = "Socket.IO API"
    version: str = "1.0.0"
    description: str = ""
    server_url: str | None = None
    server_name: str | None = None
    security: Mapping[str, Mapping[str, Any]] | None = None

    def servers(self) -> dict[str, Any]:
        """The Server Object by its key; nothing when nobody has said where it runs.

        Raises:
            ValueError: `server_url` or `security` is not what it must be, or a name has no URL.
        """
        if self.server_url is None:
            if self.server_name is not None:
                raise ValueError(_NAME_WITHOUT_URL)
            return {}
        server = server_of(self.server_url)
        if self.security:
            server["security"] = self.requirements()
        return {slug_of_server(self.server_name or "BACKEND"): server}

    def requirements(self) -> list[dict[str, str]]:
        """References to the security schemes: for the server or, without one, for operations."""
        return [{"$ref": _SCHEME + name} for name in self.schemes()]

    def schemes(self) -> dict[str, Any]:
        """The security schemes, as components.

        Raises:
            ValueError: they are no Security Scheme Objects by name.
        """
        given: Any = self.security or {}
        if not isinstance(given, Mapping) or not all(map(_is_scheme, given.items())):
            raise ValueError(_NO_SECURITY)
        return {name: copy.deepcopy(dict(scheme)) for name, scheme in given.items()}


def _is_scheme(item: tuple[Any, Any]) -> bool:
    name, scheme = item
    is_name = isinstance(name, str) and _COMPONENT.fullmatch(name) is not None
    return is_name and isinstance(scheme, Mapping) and isinstance(scheme.get("type"), str)


def server_of(url: str) -> dict[str, Any]:
    """The Server Object of a URL: host and path; never what is secret in it.

    Raises:
        ValueError: it is no URL of a server.
    """
    no_url = "server_url must be a URL such as https://example.com"
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        hostname, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(no_url) from None  # the library's words quote the URL
    if not hostname or _NO_HOST.search(hostname):
        raise ValueError(no_url)
    host = f"[{hostname}]" if ":" in hostname else hostname
    server: dict[str, Any] = {
        "host": f"{host}:{port}" if port is not None else host,
        "protocol": _PROTOCOL,
    }
    if parts.path not in ("", "/"):
        server["pathname"] = quote(parts.path, safe=_IN_PATHS)
    return server


def build_document(registry: Registry, about: About) -> dict[str, Any]:
    """The document; the same for the same registrations."""
    with no_garbage_collection():
        return _Builder(registry, about).build()


def without_anything(document: dict[str, Any]) -> dict[str, Any]:
    """The same contract, in which nobody looks at arguments that may be anything."""
    components = document.get("components", {})
    messages = {
        key: {field: value for field, value in message.items() if value != _ANYTHING_GOES}
        for key, message in components.get("messages", {}).items()
    }
    return {**document, "components": {**components, "messages": messages}}


class _Builder:
    """One document."""

    def __init__(self, registry: Registry, about: About) -> None:
        self._registry = registry
        self._about = about
        self._channels: dict[str, dict[str, Any]] = {}
        self._ids: dict[str, str] = {}
        self._channel_names = Names()
        self._message_names = Names()
        self._operation_names = Names()
        self._operations: dict[str, Any] = {}
        self._messages: dict[str, Any] = {}
        self._schemas: dict[str, Any] = {}
        self._by_key: dict[str, Any] = {}
        self._uses_anything = False

    def build(self) -> dict[str, Any]:
        self._collect()
        for receiver in self._registry.receivers():
            self._receive(receiver)
        for sender in self._registry.senders():
            self._send(sender)
        if self._uses_anything:
            self._schemas[_ANYTHING] = copy.deepcopy(ANY_ARGUMENTS)
        about = self._about
        document: dict[str, Any] = {
            "asyncapi": "3.1.0",
            "info": {"title": about.title, "version": about.version},
            "servers": about.servers(),
            "channels": self._channels,
            "operations": self._operations,
        }
        if not document["servers"]:
            del document["servers"]
            secure(self._operations, about)
        if about.description:
            document["info"]["description"] = about.description
        components = {
            "messages": self._messages,
            "schemas": self._schemas,
            "securitySchemes": about.schemes(),
        }
        filled = {name: entries for name, entries in components.items() if entries}
        if filled:
            document["components"] = filled
        return document

    # -- schemas -----------------------------------------------------------------------------------

    def _collect(self) -> None:
        """All schemas at once, so that equal names of different models are told apart."""
        taken = Names()
        taken.take(_ANYTHING)
        self._by_key, self._schemas = components_of(self._hints(), taken)

    def _hints(self) -> list[tuple[str, Direction, Hint]]:
        hints: list[tuple[str, Direction, Hint]] = []
        for receiver in self._registry.receivers():
            taken = (*(receiver.arguments or ()), receiver.rest)
            hints.extend((_key(hint), _IN, hint) for hint in taken if hint is not None)
            if receiver.ack is not None:
                hints.append((_key(receiver.ack), _OUT, receiver.ack))
        for sender in self._registry.senders():
            hints.extend((_key(hint), _OUT, hint) for hint in sender.payloads)
            if sender.ack is not None:
                hints.append((_key(sender.ack), _IN, sender.ack))
        return hints

    def _schema(self, hint: Hint) -> Any:
        return copy.deepcopy(ANY_VALUE) if hint.is_anything else self._by_key[_key(hint)]

    def _one(self, hint: Hint) -> Any:
        """The schema of one argument, which must not look like several or like none."""
        schema = self._schema(hint)
        if schema == {"type": "null"}:
            return single(schema)
        return self._one_value(schema, hint)

    def _some(self, hint: Hint) -> Any:
        """The schema of what is sent, or acknowledged: a tuple is several values."""
        if hint.is_anything:
            return self._anything()
        schema = self._schema(hint)
        return schema if hint.positional else self._one_value(schema, hint)

    def _any_of(self, hints: tuple[Hint, ...]) -> Any:
        """The schema of what is sent as one of several types."""
        schemas = [(self._some(hint), hint.accepts_none) for hint in hints]
        return any_of(schemas, self._component)

    def _component(self, name: str) -> Any:
        return ANY_ARGUMENTS if name == _ANYTHING else self._schemas.get(name)

    def _one_value(self, schema: Any, hint: Hint) -> Any:
        if not stands_for_several(schema, self._component):
            return schema
        return single(schema, required=not hint.accepts_none)

    def _anything(self) -> Any:
        self._uses_anything = True
        return dict(_ANYTHING_GOES)

    def _payload(self, receiver: Receiver) -> Any:
        """The schema of the arguments of an event."""
        if receiver.arguments is None:
            return self._anything()
        if not receiver.arguments and receiver.rest is None:
            # Clients give auth and reasons also to handlers that do not ask.
            return dict(_UNASKED.get(receiver.event, {"type": "null"}))
        if len(receiver.arguments) == receiver.required == 1 and receiver.rest is None:
            return self._one(receiver.arguments[0])
        schemas: list[Any] = [self._schema(hint) for hint in receiver.arguments]
        rest: Any = self._schema(receiver.rest) if receiver.rest is not None else False
        for index, name in enumerate(receiver.names):
            if index < len(schemas):
                schemas[index] = _titled(schemas[index], name)
            else:
                rest = _titled(rest, name)
        payload = {
            "type": "array",
            "items": schemas or [rest],
            "minItems": receiver.required,
            "additionalItems": rest,
        }
        if rest is False:
            payload["maxItems"] = len(schemas)
        return payload

    # -- messages and operations -------------------------------------------------------------------

    def _channel(self, namespace: str) -> str:
        if namespace not in self._ids:
            name = "root" if namespace == "/" else slug(namespace, "namespace")
            id = self._ids[namespace] = self._channel_names.take(name)
            address = "/{namespace}" if namespace == CATCH_ALL else namespace
            channel: dict[str, Any] = {"address": address, "messages": {}}
            if namespace == CATCH_ALL:
                channel["parameters"] = {"namespace": {}}
            self._channels[id] = channel
        return self._ids[namespace]

    def _receive(self, receiver: Receiver) -> None:
        channel = self._channel(receiver.namespace)
        message = {"name": receiver.event, "payload": self._payload(receiver)}
        if receiver.description:
            message["description"] = receiver.description
        if receiver.event not in ("connect", "disconnect"):
            message |= self._ack(receiver.ack, receiver.ack_options)
        if receiver.reauthenticate:
            message["x-guard"] = {REAUTHENTICATE: True}
        if receiver.event == CATCH_ALL:
            self._channels[channel]["x-catch-all"] = {
                key: value for key, value in message.items() if key != "name"
            }
            return
        self._add(channel, "receive", receiver.event, message)

    def _send(self, sender: Sender) -> None:
        channel = self._channel(sender.namespace)
        message: dict[str, Any] = {"name": sender.event, "payload": self._any_of(sender.payloads)}
        if sender.description:
            message["description"] = sender.description
        message |= self._ack(sender.ack, sender.ack_options)
        if sender.expired and self._requires_something(sender.namespace):
            message["x-guard"] = {EXPIRED: True}
        self._add(channel, "send", sender.event, message)

    def _requires_something(self, namespace: str) -> bool:
        """Whether clients of a namespace must show who they are: else none of them expires."""
        received = any(
            each.namespace == namespace and each.event != CATCH_ALL
            for each in self._registry.receivers()
        )
        return bool(self._about.security) and (received or bool(self._about.servers()))

    def _ack(self, hint: Hint | None, options: AckOptions) -> dict[str, Any]:
        """What is said of an ack, as a field of its message."""
        if options.none:
            return {"x-ack": False}
        if options == NO_OPTIONS:
            return {} if hint is None else {"x-ack": self._some(hint)}
        ack = {"args": self._anything() if hint is None else self._some(hint)}
        if options.required:
            ack["required"] = True
        if options.timeout is not None:
            ack["timeout"] = options.timeout
        return {"x-ack": ack}

    def _add(self, channel: str, action: str, event: str, message: dict[str, Any]) -> None:
        prefix = "" if channel == "root" else f"{channel}_"
        name = slug(event, "event")
        key = self._message_names.take(f"{prefix}{name}")
        self._messages[key] = message
        self._channels[channel]["messages"][key] = {"$ref": f"#/components/messages/{key}"}
        id = self._operation_names.take(f"{prefix}{action}_{name}")
        self._operations[id] = {
            "action": action,
            "channel": {"$ref": f"#/channels/{channel}"},
            "messages": [{"$ref": f"#/channels/{channel}/messages/{key}"}],
        }


def secure(operations: dict[str, Any], about: About) -> None:
    """Say at operations how clients show who they are, for want of a server that says it."""
    requirements = about.requirements()
    for id, operation in operations.items() if requirements else ():
        if "$ref" not in operation:
            known = operation.get("security", [])
            operations[id] = {**operation, "security": [*known, *requirements]}


def slug_of_server(name: str) -> str:
    """A name that a server may have."""
    return legal(name, "server").replace(".", "_")


def _key(hint: Hint) -> str:
    return str(id(hint))


def _titled(schema: Any, name: str) -> Any:
    """A schema that says which parameter it is, unless it has a title already."""
    if not isinstance(schema, dict) or "title" in schema:
        return schema
    return {"title": name, **({"allOf": [schema]} if "$ref" in schema else schema)}
