"""A document of a small chat, and changes of it, each with what it does to clients."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

__all__ = ["CHANGES", "GONE", "Case", "changed", "document"]

GONE = object()
B, D, C, N = "breaking", "dangerous", "compatible", "none"


class Case(NamedTuple):
    """One change, and what it does.

    Attributes:
        edits: values by their paths in the document.
        to_server: what it does to what clients send.
        to_client: what it does to what they are sent.
        back: the same two of the way back.
    """

    edits: dict[str, Any]
    to_server: str
    to_client: str
    back: tuple[str, str]


def _ref(path: str) -> dict[str, str]:
    return {"$ref": f"#/{path}"}


def document() -> dict[str, Any]:
    """A chat with rooms: what clients send, what they are sent, acks both ways, a token."""
    post = {
        "type": "object",
        "required": ["text"],
        "additionalProperties": False,
        "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": 100},
            "mood": {"enum": ["glad", "sad"]},
            "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 4},
            "reply": {"$ref": "#/components/schemas/Reply"},
        },
    }
    reply = {
        "type": "object",
        "required": ["to"],
        "properties": {"to": {"type": "integer", "minimum": 1}, "quote": {"type": "string"}},
    }
    chat = {
        "post": {"payload": _ref("components/schemas/Post"), "x-ack": {"type": "integer"}},
        "typing": {"payload": {"type": "boolean"}},
        "seek": {
            "payload": {
                "type": "array",
                "items": [{"type": "string"}, {"type": "integer", "minimum": 0, "maximum": 9}],
                "minItems": 1,
                "additionalItems": False,
            }
        },
        "file": {"payload": {"type": "string", "format": "binary", "maxLength": 1000}},
        "posted": {
            "payload": {
                "type": "object",
                "required": ["id", "text"],
                "properties": {
                    "id": {"type": "integer", "minimum": 1, "maximum": 1000},
                    "text": {"type": "string"},
                    "at": {"type": "string", "format": "date-time"},
                },
            },
            "x-ack": {"enum": ["seen", "later"]},
        },
        "note": {
            "payload": {
                "oneOf": [
                    {
                        "type": "object",
                        "required": ["kind"],
                        "properties": {"kind": {"const": "joined"}, "who": {"type": "string"}},
                    },
                    {
                        "type": "object",
                        "required": ["kind", "why"],
                        "properties": {"kind": {"const": "left"}, "why": {"type": "string"}},
                    },
                ]
            }
        },
        "connect": {
            "payload": {
                "type": "object",
                "required": ["token"],
                "properties": {"token": {"type": "string"}, "name": {"type": "string"}},
            }
        },
    }
    received = ("post", "typing", "seek", "file", "connect")
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Chat", "version": "1"},
        "servers": {
            "main": {"host": "chat.example.com", "protocol": "wss"},
            "spare": {"host": "spare.example.com", "protocol": "wss"},
        },
        "channels": {
            "chat": {
                "address": "/chat",
                "messages": chat,
                "bindings": {
                    "ws": {
                        "query": {
                            "type": "object",
                            "properties": {"v": {"type": "integer", "enum": [1, 2]}},
                        }
                    }
                },
            },
            "room": {
                "address": "/rooms/{kind}",
                "parameters": {"kind": {"enum": ["open", "shut"]}},
                "messages": {"knock": {"payload": {"type": "null"}}},
            },
        },
        "operations": {
            "take": {
                "action": "receive",
                "channel": _ref("channels/chat"),
                "messages": [_ref(f"channels/chat/messages/{name}") for name in received],
            },
            "tell": {
                "action": "send",
                "channel": _ref("channels/chat"),
                "messages": [_ref(f"channels/chat/messages/{n}") for n in ("posted", "note")],
            },
            "knocks": {"action": "receive", "channel": _ref("channels/room")},
        },
        "components": {
            "schemas": {"Post": post, "Reply": reply},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "key": {"type": "httpApiKey", "in": "query", "name": "key"},
                "renamed": {"type": "http", "scheme": "bearer", "description": "the same"},
            },
        },
    }


def changed(edits: dict[str, Any]) -> dict[str, Any]:
    """The document with some values in other places."""
    made = document()
    for path, value in edits.items():
        *above, last = path.split(".")
        at: Any = made
        for part in above:
            at = at[int(part)] if isinstance(at, list) else at[part.replace("%", "/")]
        key: Any = int(last) if isinstance(at, list) else last
        if value is GONE:
            del at[key]
        elif isinstance(at, list) and key == len(at):
            at.append(deepcopy(value))
        else:
            at[key] = deepcopy(value)
    return made


_POST = "components.schemas.Post"
_REPLY = "components.schemas.Reply"
_CHAT = "channels.chat.messages"
_SEEK = f"{_CHAT}.seek.payload"
_POSTED = f"{_CHAT}.posted.payload"
_NOTE = f"{_CHAT}.note.payload"
_AUTH = f"{_CHAT}.connect.payload"
_TAKE = "operations.take"
_QUERY = "channels.chat.bindings.ws.query"


def _in(edits: dict[str, Any], forth: str, back: str) -> Case:
    """A change of what clients send."""
    return Case(edits, forth, N, (back, N))


def _out(edits: dict[str, Any], forth: str, back: str) -> Case:
    """A change of what clients are sent."""
    return Case(edits, N, forth, (N, back))


def _same(edits: dict[str, Any]) -> Case:
    """A change that says the same."""
    return Case(edits, N, N, (N, N))


CHANGES: dict[str, Case] = {
    # What clients send.
    "a longer text": _in({f"{_POST}.properties.text.maxLength": 101}, C, B),
    "an empty text": _in({f"{_POST}.properties.text.minLength": GONE}, C, B),
    "a pattern": _in({f"{_POST}.properties.text.pattern": "^[a-z ]+$"}, B, C),
    "another pattern": Case(
        {f"{_POST}.properties.mood": {"type": "string", "pattern": "^(glad|sad|odd)$"}},
        C,
        N,
        (B, N),
    ),
    "a member more": _in({f"{_POST}.properties.mood.enum": ["glad", "sad", "odd"]}, C, B),
    "a member less": _in({f"{_POST}.properties.mood.enum": ["glad"]}, B, C),
    "another member": _in({f"{_POST}.properties.mood.enum": ["glad", "odd"]}, B, B),
    "a new required property": _in(
        {f"{_POST}.required": ["text", "lang"], f"{_POST}.properties.lang": {"type": "string"}},
        B,
        B,
    ),
    "a new optional property": _in({f"{_POST}.properties.lang": {"type": "string"}}, C, B),
    "an optional property required": _in({f"{_POST}.required": ["text", "mood"]}, B, C),
    "an open object": _in({f"{_POST}.additionalProperties": GONE}, C, B),
    "others of a type": _in({f"{_POST}.additionalProperties": {"type": "integer"}}, C, B),
    "names of others": _in({f"{_REPLY}.propertyNames": {"maxLength": 5}}, B, C),
    "a bound in a component": _in({f"{_REPLY}.properties.to.minimum": 0}, C, B),
    "a bound that excludes": _in(
        {f"{_REPLY}.properties.to": {"type": "integer", "exclusiveMinimum": 1}}, B, C
    ),
    "steps": _in({f"{_REPLY}.properties.to.multipleOf": 5}, B, C),
    "fewer properties": _in({f"{_REPLY}.maxProperties": 3}, B, C),
    "null as well": _in({f"{_REPLY}.properties.quote.type": ["string", "null"]}, C, B),
    "a number in place of a text": _in({f"{_REPLY}.properties.quote.type": "number"}, B, B),
    "unique tags": _in({f"{_POST}.properties.tags.uniqueItems": True}, B, C),
    "more tags": _in({f"{_POST}.properties.tags.maxItems": 5}, C, B),
    "other tags": _in({f"{_POST}.properties.tags.items": {"type": ["string", "integer"]}}, C, B),
    "a tag that must be there": _in({f"{_POST}.properties.tags.contains": {"const": "a"}}, B, C),
    "one depends on another": _in({f"{_POST}.dependencies": {"mood": ["tags"]}}, B, C),
    "a condition": _in(
        {
            f"{_POST}.if": {"properties": {"mood": {"const": "sad"}}, "required": ["mood"]},
            f"{_POST}.then": {"required": ["reply"]},
        },
        B,
        C,
    ),
    "something ruled out": _in({f"{_REPLY}.properties.quote.not": {"const": ""}}, B, C),
    "a pattern of names": _in({f"{_POST}.patternProperties": {"^x-": {"type": "string"}}}, C, B),
    "a third argument": _in({f"{_SEEK}.items.2": {"type": "boolean"}}, C, B),
    "an argument required": _in({f"{_SEEK}.minItems": 2}, B, C),
    "further arguments": _in({f"{_SEEK}.additionalItems": True}, C, B),
    "an argument of another type": _in({f"{_SEEK}.items.0": {"type": "integer"}}, B, B),
    "an argument in place of none": Case(
        {"channels.room.messages.knock.payload": {"type": "string"}}, B, N, (B, N)
    ),
    "an argument or none": Case(
        {"channels.room.messages.knock.payload": {"type": ["string", "null"]}}, C, N, (B, N)
    ),
    "larger files": _in({f"{_CHAT}.file.payload.maxLength": 2000}, C, B),
    "files as texts": _in({f"{_CHAT}.file.payload": {"type": "string", "format": "byte"}}, B, B),
    "anything": _in({f"{_CHAT}.typing.payload": GONE}, C, B),
    "two messages of one event": _in(
        {
            f"{_CHAT}.idle": {"name": "typing", "payload": {"const": "idle"}},
            f"{_TAKE}.messages.5": _ref("channels/chat/messages/idle"),
        },
        C,
        B,
    ),
    "an event with another name": _in({f"{_CHAT}.typing.name": "writes"}, B, B),
    "an event less": _in({f"{_TAKE}.messages.1": GONE}, B, C),
    # What clients are sent.
    "more ids": _out({f"{_POSTED}.properties.id.maximum": 1001}, B, C),
    "fewer ids": _out({f"{_POSTED}.properties.id.maximum": 999}, C, B),
    "no id": _out({f"{_POSTED}.required": ["text"]}, B, C),
    "always a time": _out({f"{_POSTED}.required": ["id", "text", "at"]}, C, B),
    "a time of any form": _out({f"{_POSTED}.properties.at.format": GONE}, B, C),
    "a closed event": _out({f"{_POSTED}.additionalProperties": False}, C, B),
    "a third alternative": _out(
        {
            f"{_NOTE}.oneOf.2": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"const": "muted"}},
            }
        },
        B,
        C,
    ),
    "an alternative less": _out({f"{_NOTE}.oneOf.1": GONE}, C, B),
    "a property of an alternative": _out({f"{_NOTE}.oneOf.1.required": ["kind"]}, B, C),
    "an event no more": _out({"operations.tell.messages.1": GONE}, B, C),
    "an ack of another type": _out({f"{_CHAT}.post.x-ack": {"type": "string"}}, B, B),
    "an ack of two types": _out({f"{_CHAT}.post.x-ack": {"type": ["integer", "null"]}}, B, C),
    "an ack that nobody knows": _out({f"{_CHAT}.post.x-ack": GONE}, B, C),
    "an ack of an event without one": _out({f"{_CHAT}.typing.x-ack": {"type": "null"}}, C, B),
    "an ack in time": _out(
        {f"{_CHAT}.post.x-ack": {"args": {"type": "integer"}, "timeout": 5}}, C, B
    ),
    # What clients answer, and whether acks are asked for.
    "another answer": _in({f"{_CHAT}.posted.x-ack.enum": ["seen", "later", "no"]}, C, B),
    "an answer less": _in({f"{_CHAT}.posted.x-ack.enum": ["seen"]}, B, C),
    "an answer in time": _in(
        {f"{_CHAT}.posted.x-ack": {"args": {"enum": ["seen", "later"]}, "timeout": 5}}, B, C
    ),
    "an ack that must be asked for": _in(
        {f"{_CHAT}.post.x-ack": {"args": {"type": "integer"}, "required": True}}, B, C
    ),
    # How they enter.
    "a name required": _in({f"{_AUTH}.required": ["token", "name"]}, B, C),
    "no auth value required": _in({f"{_AUTH}": GONE}, C, B),
    "no connect at all": _in({f"{_TAKE}.messages.4": GONE}, C, B),
    "a parameter of the query": _in({f"{_QUERY}.required": ["v"]}, B, C),
    "another version": _in({f"{_QUERY}.properties.v.enum": [1, 2, 3]}, C, B),
    "a header": _in(
        {
            "channels.chat.bindings.ws.headers": {
                "type": "object",
                "required": ["X-Team"],
                "properties": {"X-Team": {"type": "string"}},
            }
        },
        B,
        C,
    ),
    "a token": _in({"servers.main.security": [_ref("components/securitySchemes/token")]}, B, C),
    "a token for one event": _in(
        {f"{_TAKE}.security": [_ref("components/securitySchemes/token")]}, B, C
    ),
    "another server": _in({"servers.third": {"host": "c.example.com", "protocol": "wss"}}, C, B),
    "a server at another address": _in({"servers.spare.host": "b.example.com"}, B, B),
    # Namespaces.
    "a namespace on one server": Case(
        {"channels.chat.servers": [_ref("servers/main")]}, B, B, (C, C)
    ),
    "a namespace elsewhere": Case({"channels.chat.address": "/talk"}, B, B, (B, B)),
    "a kind of rooms more": Case(
        {"channels.room.parameters.kind.enum": ["open", "shut", "dark"]}, C, C, (B, B)
    ),
    "rooms of any kind": Case({"channels.room.parameters.kind": {}}, C, C, (B, B)),
    "an operation turned round": Case({"operations.knocks.action": "send"}, B, C, (C, B)),
    # What says the same.
    "another order": _same({f"{_POST}.properties.mood.enum": ["sad", "glad"]}),
    "a constant as a list": _same({f"{_NOTE}.oneOf.0.properties.kind": {"enum": ["joined"]}}),
    "texts for people": _same({f"{_CHAT}.post.summary": "Says it.", f"{_POST}.title": "A post"}),
    "the other order of alternatives": _same(
        {
            f"{_NOTE}.oneOf": [
                document()["channels"]["chat"]["messages"]["note"]["payload"]["oneOf"][1],
                document()["channels"]["chat"]["messages"]["note"]["payload"]["oneOf"][0],
            ]
        }
    ),
    "any one in place of exactly one": _same(
        {
            f"{_NOTE}": {
                "anyOf": document()["channels"]["chat"]["messages"]["note"]["payload"]["oneOf"]
            }
        }
    ),
    "a component in place": _same(
        {f"{_POST}.properties.reply": document()["components"]["schemas"]["Reply"]}
    ),
    "all of one": _same({f"{_CHAT}.post.payload": {"allOf": [_ref("components/schemas/Post")]}}),
    "another key": _same(
        {
            f"{_CHAT}.typing": GONE,
            f"{_CHAT}.types": {"name": "typing", "payload": {"type": "boolean"}},
            f"{_TAKE}.messages.1": _ref("channels/chat/messages/types"),
        }
    ),
    "a boolean as a list": _same({f"{_CHAT}.typing.payload": {"enum": [True, False]}}),
    "a bound written otherwise": _same(
        {f"{_REPLY}.properties.to": {"type": "integer", "exclusiveMinimum": 0}}
    ),
    "a parameter with another name": _same(
        {
            "channels.room.address": "/rooms/{sort}",
            "channels.room.parameters": {"sort": {"enum": ["open", "shut"]}},
        }
    ),
    "what is enforced": _same({f"{_TAKE}.x-guard": {"mode": "report"}}),
    "what is off": _same({f"{_CHAT}.post.x-guard": {"mode": "off"}}),
    "a server with another key": _same(
        {"servers.spare": GONE, "servers.other": {"host": "spare.example.com", "protocol": "wss"}}
    ),
    "a default": _same({f"{_POST}.properties.mood.default": "glad"}),
    "an unused schema": _same({"components.schemas.Extra": {"type": "integer"}}),
}
