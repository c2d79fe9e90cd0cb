"""What servers and operations say of how clients show who they are."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard import InvalidDocument, SpecError, load
from asyncapi_guard.contract import SecurityScheme

SCHEMES = {
    "bearer": {"type": "http", "scheme": "Bearer"},
    "key": {"type": "httpApiKey", "in": "header", "name": "X-Key"},
    "user": {"type": "apiKey", "in": "user"},
    "login": {"type": "oauth2", "scopes": ["a", "b"], "flows": {}},
    "alias": {"$ref": "#/components/securitySchemes/bearer"},
    "peer": {"type": "X509"},
}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/securitySchemes/{name}"}


def document(security: Any, **components: Any) -> dict[str, Any]:
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "servers": {"main": {"host": "h", "protocol": "wss", "security": security}},
        "channels": {"c": {"address": "/", "messages": {"say": {}}}},
        "operations": {"say": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
        "components": {"securitySchemes": SCHEMES, **components},
    }


def required(*security: Any) -> list[SecurityScheme]:
    return list(load(document(list(security))).servers["main"].security)


def test_schemes_are_named_as_in_the_components() -> None:
    """By the first name on the way, if there are several; what only stands in place has none."""
    found = required(ref("bearer"), ref("key"), ref("user"), ref("alias"), {"type": "gssapi"})
    assert found == [
        SecurityScheme("bearer", "http", "bearer"),
        SecurityScheme("key", "httpApiKey", place="header", parameter="X-Key"),
        SecurityScheme("user", "apiKey", place="user"),
        SecurityScheme("alias", "http", "bearer"),
        SecurityScheme("", "gssapi"),
    ]


def test_a_scheme_that_is_written_out_for_its_scopes_has_the_name_of_its_component() -> None:
    """A reference has no place for them, so `upgrade` writes it out; not where two are alike."""
    (login,) = required({**SCHEMES["login"], "scopes": ["c"], "description": "for some"})
    assert (login.name, login.scopes) == ("login", {"c"})
    spec = document([SCHEMES["peer"]])
    spec["components"]["securitySchemes"] = {"one": SCHEMES["peer"], "two": SCHEMES["peer"]}
    assert load(spec).servers["main"].security[0].name == ""


def test_scopes_are_those_of_the_scheme() -> None:
    """As AsyncAPI 3 has it."""
    (login,) = required(ref("login"))
    assert login.scopes == {"a", "b"}
    assert login.location.endswith("#/components/securitySchemes/login")


def test_operations_have_theirs_and_those_of_their_traits() -> None:
    """Their own win."""
    spec = document([], operationTraits={"t": {"security": [ref("key")]}})
    operation = spec["operations"]["say"]
    operation["traits"] = [{"$ref": "#/components/operationTraits/t"}]
    assert [each.name for each in load(spec).operations["say"].security] == ["key"]
    operation["security"] = [ref("bearer"), ref("user")]
    assert [each.name for each in load(spec).operations["say"].security] == ["bearer", "user"]


def test_servers_that_speak_something_else_are_none_of_ours() -> None:
    """No client of Socket.IO comes to them."""
    spec = document([ref("bearer")])
    spec["servers"]["queue"] = {"host": "h", "protocol": "kafka", "security": [ref("peer")]}
    assert list(load(spec).servers) == ["main"]
    assert load(spec).security_schemes.keys() == SCHEMES.keys()


@pytest.mark.parametrize(
    ("security", "words"),
    [
        ({"bearer": []}, "security must be a list, not a mapping"),
        (["bearer"], "a security scheme must be a mapping, not a string"),
        ([{"bearer": []}], "the required field 'type' is missing"),
        ([{"type": "http"}], "the required field 'scheme' is missing"),
        ([{"type": "httpApiKey", "in": "header"}], "the required field 'name' is missing"),
        ([{"type": "httpApiKey", "in": "body", "name": "a"}], "in must be 'header', 'query' or"),
        ([{"type": "apiKey", "in": "header"}], "in must be 'user' or 'password', not 'header'"),
        ([{"type": "oauth2", "scopes": "a"}], "scopes must be a list, not a string"),
        ([{"type": "oauth2", "scopes": [1]}], "a scope must be a string, not a number"),
    ],
)
def test_what_cannot_be_required_is_an_error(security: Any, words: str) -> None:
    """A guard that skips what it does not understand lets clients in."""
    with pytest.raises(InvalidDocument, match=words):
        load(document(security))


@pytest.mark.parametrize("circle", [ref("nowhere"), ref("ring")])
def test_a_reference_must_lead_to_a_scheme(circle: Any) -> None:
    """One that leads nowhere, or in a circle, is an error."""
    spec = document([circle])
    spec["components"]["securitySchemes"] = {"ring": ref("ring")}
    with pytest.raises(SpecError):
        load(spec)
