"""Pairs of documents that differ elsewhere than in payloads: in credentials, acks and servers."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from chat_versions import GONE, changed, document

from asyncapi_guard import load
from asyncapi_guard.compatibility import Direction, compare

_ORDER = ("breaking", "dangerous", "compatible", "none")
B, C, N = "breaking", "compatible", "none"
SCHEMES: dict[str, Any] = {
    "token": {"type": "http", "scheme": "bearer"},
    "jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "basic": {"type": "http", "scheme": "basic"},
    "user": {"type": "apiKey", "in": "user"},
    "password": {"type": "apiKey", "in": "password"},
    "header": {"type": "httpApiKey", "name": "X-Key", "in": "header"},
    "lower": {"type": "httpApiKey", "name": "x-key", "in": "header"},
    "query": {"type": "httpApiKey", "name": "X-Key", "in": "query"},
}
POST, ASKED = "channels.chat.messages.post", "channels.chat.messages.posted.x-ack"
QUERY, HEADERS = (f"channels.chat.bindings.ws.{each}" for each in ("query", "headers"))
ANSWERS = {"enum": ["seen", "later"]}


def ref(path: str) -> dict[str, str]:
    return {"$ref": f"#/{path}"}


def secured(*names: Any, where: str = "servers.main.security") -> Any:
    """The document with what is required somewhere: schemes by their names, or as they are."""
    several = [ref(f"components/securitySchemes/{n}") if isinstance(n, str) else n for n in names]
    return changed({"components.securitySchemes": SCHEMES, where: several})


def scoped(*scopes: str) -> Any:
    available = {"availableScopes": {"a": "A", "b": "B"}, "tokenUrl": "https://example.com/token"}
    return {"type": "oauth2", "flows": {"clientCredentials": available}, "scopes": [*scopes]}


def named(name: str) -> Any:
    """The document with a message whose key is another one than its name."""
    found = document()
    messages = found["channels"]["chat"]["messages"]
    messages[name] = {**messages.pop("typing"), "name": "typing"}
    for each in found["operations"]["take"]["messages"]:
        each["$ref"] = each["$ref"].replace("/typing", f"/{name}")
    return found


def split() -> Any:
    """The document with an operation as two."""
    found = document()
    take = found["operations"]["take"]
    found["operations"]["more"] = {**deepcopy(take), "messages": take["messages"][2:]}
    take["messages"] = take["messages"][:2]
    return found


def headers(name: str) -> Any:
    schema = {"type": "object", "required": [name], "properties": {name: {"type": "string"}}}
    return changed({HEADERS: schema})


def variable(*values: str, name: str = "region") -> Any:
    return changed(
        {
            "servers.main.host": f"{{{name}}}.example.com",
            "servers.main.variables": {name: {"enum": [*values]} if values else {}},
        }
    )


OF_TAKE = {"where": "operations.take.security"}
TRAIT = {
    "components.messageTraits": {"Counted": {"x-ack": {"type": "integer"}}},
    f"{POST}.traits": [ref("components/messageTraits/Counted")],
    f"{POST}.x-ack": GONE,
}
#: The old one, the new one, and what clients send and are sent, forth and back.
CASES: dict[str, tuple[Any, Any, tuple[str, str], tuple[str, str]]] = {
    "bearer format": (secured("token"), secured("jwt"), (N, N), (N, N)),
    "case of a key's header": (secured("header"), secured("lower"), (N, N), (N, N)),
    "a key elsewhere": (secured("header"), secured("query"), (B, N), (B, N)),
    "bearer to basic": (secured("token"), secured("basic"), (B, N), (B, N)),
    "user to password": (secured("user"), secured("password"), (B, N), (B, N)),
    "a scope more": (secured(scoped("a")), secured(scoped("a", "b")), (B, N), (C, N)),
    "scopes in another order": (
        secured(scoped("a", "b")),
        secured(scoped("b", "a")),
        (N, N),
        (N, N),
    ),
    "for one operation": (document(), secured("token", **OF_TAKE), (B, N), (C, N)),
    "a scope of an operation": (
        secured(scoped("a"), **OF_TAKE),
        secured(scoped("a", "b"), **OF_TAKE),
        (B, N),
        (C, N),
    ),
    "for one operation only": (secured("token"), secured("token", **OF_TAKE), (C, N), (B, N)),
    "alternatives in another order": (
        secured("token", "user"),
        secured("user", "token"),
        (N, N),
        (N, N),
    ),
    "an ack by a trait": (document(), changed(TRAIT), (N, N), (N, N)),
    "an answer in time": (
        document(),
        changed({ASKED: {"args": ANSWERS, "timeout": 5}}),
        (B, N),
        (C, N),
    ),
    "an answer that is asked for": (
        document(),
        changed({ASKED: {"args": ANSWERS, "required": True}}),
        (N, C),
        (N, B),
    ),
    "an ack in its long form": (
        document(),
        changed({f"{POST}.x-ack": {"args": {"type": "integer"}, "required": False}}),
        (N, N),
        (N, N),
    ),
    "an ack with a second value": (
        document(),
        changed(
            {
                f"{POST}.x-ack": {
                    "args": {
                        "type": "array",
                        "items": [{"type": "integer"}, {}],
                        "minItems": 1,
                        "maxItems": 2,
                    }
                }
            }
        ),
        (N, B),
        (N, C),
    ),
    "a member less in the query": (
        document(),
        changed({f"{QUERY}.properties.v.enum": [1]}),
        (B, N),
        (C, N),
    ),
    "a parameter required": (document(), changed({f"{QUERY}.required": ["v"]}), (B, N), (C, N)),
    "the method of every handshake": (
        document(),
        changed({"channels.chat.bindings.ws.method": "GET"}),
        (N, N),
        (N, N),
    ),
    "case of a header": (headers("X-App"), headers("x-app"), (N, N), (N, N)),
    "another header": (headers("X-App"), headers("X-App-Name"), (B, N), (B, N)),
    "another address": (document(), changed({"channels.chat.address": "/chat/"}), (B, B), (B, B)),
    "a namespace less": (
        document(),
        changed({"channels.room.parameters.kind.enum": ["open"]}),
        (B, B),
        (C, C),
    ),
    "an operation as two": (document(), split(), (N, N), (N, N)),
    "a key beside a name": (document(), named("isTyping"), (N, N), (N, N)),
    "another protocol": (document(), changed({"servers.main.protocol": "ws"}), (B, N), (B, N)),
    "case of a host": (
        document(),
        changed({"servers.main.host": "CHAT.example.com"}),
        (N, N),
        (N, N),
    ),
    "a value less of a variable": (variable("eu", "us"), variable("eu"), (B, N), (C, N)),
    "a variable with another name": (
        variable("eu", "us"),
        variable("us", "eu", name="place"),
        (N, N),
        (N, N),
    ),
    "any variable with another name": (variable(), variable(name="place"), (N, N), (N, N)),
    "headers of a message": (
        document(),
        changed({f"{POST}.headers": {"type": "object", "required": ["a"]}}),
        (N, N),
        (N, N),
    ),
    "texts": (
        document(),
        changed(
            {
                "info.version": "2",
                "defaultContentType": "application/json",
                f"{POST}.tags": [{"name": "t"}],
            }
        ),
        (N, N),
        (N, N),
    ),
}


def told(old: Any, new: Any) -> tuple[str, ...]:
    found = compare(load(old), load(new))
    return tuple(
        min(
            (str(each.level) for each in found if each.direction is direction),
            key=_ORDER.index,
            default=N,
        )
        for direction in Direction
    )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CASES)
def test_a_pair(name: str) -> None:
    """Forth and back."""
    old, new, forth, back = CASES[name]
    assert (told(old, new), told(new, old)) == (forth, back)
