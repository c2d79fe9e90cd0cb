"""Fields of AsyncAPI 2, of OpenAPI, and by other names: what is meant, and what to write.

A field that the grammar does not know is looked for here before it is compared with the names that
there are. Fields of one object with the same advice are one finding, and a required field is not
missing where another one was written for it.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.lint.binding_tables import PROTOCOLS
from asyncapi_guard.lint.grammar import OBJECTS
from asyncapi_guard.lint.slips import glued_name
from asyncapi_guard.spec.unread_fields import is_like_ack
from asyncapi_guard.spec.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["ACK_ADVICE", "Habit", "habit_of", "missing_hint", "server_address", "stands_for"]


class Habit(NamedTuple):
    """A field by another name.

    Attributes:
        meant: the fields that it is written for; none where there is no such field.
        advice: what to do.
    """

    meant: tuple[str, ...]
    advice: str


_OPERATIONS = (
    "this is AsyncAPI 2: put the message in the channel's 'messages', and write an operation "
    "with action: receive for publish, or action: send for subscribe, under 'operations'; or set "
    "asyncapi: 2.6.0 and run asyncapi-guard upgrade"
)
_SCHEMA_BELOW = "put the schema in the payload: write payload: {type: ...}"
#: What to do about a reply that is meant as an ack.
ACK_ADVICE = (
    "to describe an ack, write 'x-ack' on the message; a reply needs 'channel' and 'messages', "
    "which are references"
)
_IN_INFO = "move it to 'info'"
_IN_COMPONENTS = "move its entries to components: schemas:, and refer to '#/components/schemas/...'"
_HANDSHAKE = (
    "'ws' has fields only in the bindings of channels, and 'http' only in the bindings of "
    "operations and messages; move it there"
)
_CHANNELS = (
    "write 'channels' (one for each namespace, with its messages) and 'operations' (which "
    "messages the server receives and sends)"
)
_PARAMETER = (
    "a parameter of AsyncAPI 3 is a string; it can have 'enum', 'default', 'description', "
    "'examples' and 'location'"
)
_ROUTING = (
    "the server's code, not the document, chooses the clients that receive an event, with rooms "
    "and broadcasts; remove it"
)
_SIDES = "operations define who sends a message; write an operation that lists it"
_NO_OPERATION = (
    "write an operation under 'operations' at the root, with action: receive for events that "
    "clients emit, or action: send"
)
_TRAITS = (
    "put fields that messages share in 'traits', and alternatives of one payload in the "
    "payload: payload: {oneOf: [...]}"
)
_MODE = (
    (
        "enabled|enforce|report|level|policy|off|strict",
        "mode",
        "write mode: enforce, mode: report, or mode: 'off'",
    ),
)
_KEYWORDS = (
    "type|properties|required|items|oneOf|anyOf|allOf|enum|const|format|pattern|minLength|"
    "maxLength|minimum|maximum|additionalProperties|additionalItems|minItems|maxItems|nullable|"
    "default|not|prefixItems|patternProperties|discriminator"
)
_SECTIONS = frozenset(("channels", "components", "operations", "servers"))
#: Required fields, as they may be written.
_MISSING = {
    ("Operation", "action"): "action: receive for events that clients emit, or action: send",
    ("Operation", "channel"): "channel: {$ref: '#/channels/...'}",
    ("Server", "host"): "host: 'example.com:5000', without scheme and path",
    ("Server", "protocol"): "protocol: wss, or ws without TLS",
    ("AsyncAPI", "info"): "info: {title: ..., version: 1.0.0}",
    ("Info", "title"): "a name for people, such as title: Chat",
    ("SecurityScheme", "scheme"): "scheme: bearer, or scheme: basic",
    ("SecurityScheme", "in"): "in: header, or in: query",
    ("SecurityScheme", "name"): "the name of the header or the parameter",
    ("Info", "version"): "the version of this document, such as version: 1.0.0",
}

#: By object: names (several with `|`), the fields that are meant, and the advice.
_TABLE: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "AsyncAPI": (
        ("definitions|schemas|models", "", _IN_COMPONENTS),
        (
            "messages|parameters|securitySchemes|responses|message",
            "",
            "move its entries to 'components', and refer to them with $ref",
        ),
        ("securityDefinitions", "", "move its entries to components: securitySchemes:"),
        (
            "paths|topics|events|namespaces|endpoints|webhooks",
            "channels",
            _CHANNELS,
        ),
        ("rooms|room", "", _ROUTING),
        ("send|receive|emit|emits|on|listen|sends|receives", "operations", _NO_OPERATION),
        ("publish|subscribe", "operations", _OPERATIONS),
        (
            "openapi|swagger",
            "",
            "this is a field of OpenAPI; remove it, and write only 'asyncapi'",
        ),
        ("tags|externalDocs", "", f"this is AsyncAPI 2; {_IN_INFO}"),
        ("title|version|description|contact|license|termsOfService", "", _IN_INFO),
        (
            "host|basePath|schemes|url|protocol",
            "servers",
            "write a server: servers: {main: {host: example.com, protocol: wss}}",
        ),
        ("security", "", "move it to a server or an operation, as a list of references"),
    ),
    "Info": (("name", "title", "write 'title'"),),
    "Server": (
        ("uri|address|hostname|domain", "host", "write 'host', without scheme and path"),
        ("port", "", "add it to the host: host: 'example.com:5000'"),
        ("path|basePath|base", "pathname", "write 'pathname'"),
        ("scheme|schemes|protocols", "protocol", "write 'protocol', one for each server"),
        (
            "namespace|namespaces",
            "",
            "a namespace is the 'address' of a channel; remove it",
        ),
        (
            "auth|authentication|authorization",
            "security",
            "write security: [{$ref: '#/components/securitySchemes/...'}]",
        ),
    ),
    "Channel": (
        ("publish|subscribe", "messages", _OPERATIONS),
        ("message|event|events", "messages", "write 'messages', a map from names to messages"),
        (
            "path|url|uri|namespace|topic|name|pathname",
            "address",
            "write 'address': a channel's address is its namespace",
        ),
        (
            "payload|schema|content",
            "messages",
            "put the payload in a message: write messages: {name: {payload: ...}}",
        ),
        (
            "action|operation|operations|operationId|direction",
            "",
            "write an operation under 'operations' at the root, with a reference to this channel",
        ),
        (
            "send|receive|emit|emits|on|listen|listens|sends|receives|get|post|put",
            "",
            _NO_OPERATION,
        ),
        ("room|rooms|broadcast", "", _ROUTING),
        ("ws|http|" + "|".join(PROTOCOLS), "", "move it to 'bindings'"),
    ),
    "Operation": (
        (
            "message|event|events",
            "messages",
            "write 'messages', a list of references to messages of the channel",
        ),
        ("publish|subscribe", "", _OPERATIONS),
        ("channels|address|namespace|topic", "channel", "write channel: {$ref: '#/channels/...'}"),
        (
            "operationId|id",
            "",
            "the key under 'operations' is the operation's id; remove it",
        ),
        ("type|direction|method|verb", "action", "write action: receive, or action: send"),
        ("name", "", "write 'title'"),
        ("room|rooms|broadcast|to", "", _ROUTING),
        (
            "payload|schema|content|requestBody",
            "",
            "put the payload in a message of the channel, and list the message in 'messages'",
        ),
        ("response|responses|replies|callback", "reply", ACK_ADVICE),
        ("ws|http|" + "|".join(PROTOCOLS), "", "move it to 'bindings'"),
    ),
    "Reply": (
        ("payload|message|schema|content|type|properties|items|name|x-ack|ack", "", ACK_ADVICE),
    ),
    "Message": (
        (
            "content|schema|body|data|args|arguments|params|parameters|value|message",
            "payload",
            "write 'payload', with the schema itself",
        ),
        ("schemas", "payload", "write 'payload', with the schema itself"),
        (
            "event|eventName|event_name",
            "name",
            "write 'name': the event is the message's name, or its key if it has no name",
        ),
        (
            "id|messageId|key|operationId",
            "",
            "the key of a message is its id, and its event if it has no 'name'; remove it",
        ),
        ("response|responses|reply|callback|returns|return", "x-ack", "write 'x-ack'"),
        (
            "schemaFormat",
            "",
            "this is AsyncAPI 2; write payload: {schemaFormat: ..., schema: ...}",
        ),
        ("example", "examples", "write examples: [{payload: ...}]"),
        (
            "action|direction|channel|publish|subscribe|from|to|sender|receiver|source|target",
            "",
            _SIDES,
        ),
        ("namespace", "", "an event's namespace is the 'address' of its channel; remove it"),
        ("room|rooms|broadcast", "", _ROUTING),
        (
            _KEYWORDS,
            "payload",
            _SCHEMA_BELOW,
        ),
    ),
    "Guard": _MODE,
    "MessageGuard": _MODE,
    "MessageExample": (
        ("value|data|body", "payload", "write 'payload'"),
        ("title", "name", "write 'name'"),
    ),
    "Parameter": (
        (
            "schema|type|required|in|name|format|pattern|example",
            "",
            _PARAMETER,
        ),
    ),
    "Components": (
        ("definitions|schema|models", "schemas", "write 'schemas'"),
        ("securityDefinitions", "securitySchemes", "write 'securitySchemes'"),
        ("responses|requestBodies|events", "messages", "write 'messages'"),
    ),
    **dict.fromkeys(
        ("ServerBindings", "ChannelBindings", "OperationBindings", "MessageBindings"),
        (
            ("websocket|websockets|wss|socketio|socket.io|sio", "ws", "write 'ws'"),
            ("https", "http", "write 'http'"),
            (
                "method|query|headers",
                "",
                "bindings are grouped by protocol; write ws: {...} around it",
            ),
        ),
    ),
    "EmptyBinding": (("method|query|headers|bindingVersion", "", _HANDSHAKE),),
}  # fmt: skip


@cache
def _habits() -> dict[tuple[str, str], Habit]:
    return {
        (name, field): Habit((meant,) if meant else (), advice)
        for name, rows in _TABLE.items()
        for fields, meant, advice in rows
        for field in fields.split("|")
        if field not in OBJECTS[name]
    }


def habit_of(name: str, key: str, value: Any) -> Habit | None:
    """What is meant by a field of an object that the object does not have."""
    if (name, key) == ("Server", "url"):
        return _server_url(value)
    if (name, key) == ("Message", "allOf") or (name == "Message" and _is_choice(key, value)):
        return Habit(("payload",), _TRAITS)
    if name in ("Message", "Operation", "Reply") and is_like_ack(key):
        return Habit(("x-ack", "reply"), "write 'x-ack' on the message")
    habit = _habits().get((name.partition(" ")[0], key))
    if habit is None and key in _SECTIONS and isinstance(value, (dict, list)):
        return Habit((), f"{key!r} is a section of the whole document; indent it less")
    return habit


def _is_choice(key: str, value: Any) -> bool:
    """Whether a message is several, as in AsyncAPI 2."""
    if key not in ("oneOf", "anyOf") or not isinstance(value, list):
        return False
    return any(isinstance(each, dict) and _is_of_messages(each) for each in value)


def _is_of_messages(value: dict[str, Any]) -> bool:
    return "payload" in value or "/messages/" in str(value.get("$ref"))


def missing_hint(name: str, field: str) -> str:
    """What to write where a required field is missing."""
    example = _MISSING.get((name, field))
    return f"; write {example}" if example is not None else ""


#: Fields of one object that are looked at.
_MOST = 500


def stands_for(name: str, data: Mapping[str, Any], field: str, fields: Collection[str]) -> bool:
    """Whether an object has a field that it does not know, and that was written for another."""
    for key in islice(data, _MOST):
        if key in fields or key.startswith("x-"):
            continue
        habit = habit_of(name, key, data[key])
        meant = habit.meant if habit is not None else (glued_name(key),)
        if field in meant or nearest(key, fields).endswith(f"mean {field!r}?"):
            return True
    return False


# -- servers ---------------------------------------------------------------------------------------

_ADDRESS = re.compile(
    r"(?:(?P<scheme>[A-Za-z][\w+.\-]*)://)?(?P<host>[^/?#\s]+)(?P<path>/[^?#\s]*)?"
)
#: Characters of an address that is repeated in its parts.
_LONGEST = 300


def _server_url(value: Any) -> Habit:
    fields = server_address(value)
    meant = ("host", "protocol") if "protocol" in fields else ("host",)
    return Habit(meant, f"AsyncAPI 3 has its parts: write {fields or 'host, pathname, protocol'}")


def server_address(value: Any) -> str:
    """The fields of a server for an address with a scheme or a path; empty if it has neither."""
    is_short = isinstance(value, str) and len(value) <= _LONGEST
    found = _ADDRESS.fullmatch(value) if is_short else None
    if found is None:
        return ""
    parts = [f"host: '{found['host']}'"]
    if found["scheme"]:
        parts.append(f"protocol: {found['scheme']}")
    if found["path"] and found["path"] != "/":
        parts.append(f"pathname: {found['path']}")
    return ", ".join(parts)
