"""Where the credential of a scheme is, and when it is none."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard import Identity, UserPassword
from asyncapi_guard.contract import SecurityScheme
from asyncapi_guard.guard.credentials import MalformedCredential, reading_of, source_of
from asyncapi_guard.guard.handshakes import HandshakeRequest


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


BEARER, OAUTH = SecurityScheme("b", "http", "bearer"), SecurityScheme("o", "oauth2")
BASIC, USER = SecurityScheme("u", "http", "basic"), SecurityScheme("p", "userPassword")
KEY = SecurityScheme("k", "apiKey", place="user")
PASSWORD = SecurityScheme("k", "apiKey", place="password")
HEADER = SecurityScheme("h", "httpApiKey", place="header", parameter="X-Key")
UNDERSCORE = SecurityScheme("h", "httpApiKey", place="header", parameter="X_Key")
QUERY = SecurityScheme("q", "httpApiKey", place="query", parameter="key")
COOKIE = SecurityScheme("c", "httpApiKey", place="cookie", parameter="sid")

#: A scheme, the auth value, headers, the query, and what comes of it; `...` for malformed.
ROWS: list[tuple[SecurityScheme, Any, dict[str, Any], dict[str, Any], Any]] = [
    (BEARER, {"token": "t"}, {}, {}, "t"),
    (BEARER, None, {"authorization": "Bearer t"}, {}, "t"),
    (BEARER, "t", {"authorization": "bearer  t "}, {}, "t"),
    (BEARER, {"token": "t"}, {"authorization": "Bearer t"}, {}, "t"),
    (BEARER, {"token": "t"}, {"authorization": "Bearer u"}, {}, ...),
    (BEARER, {"token": None}, {"authorization": basic("a:b")}, {}, None),
    (BEARER, {}, {}, {"token": "t", "access_token": "t"}, None),
    (BEARER, {"token": ""}, {}, {}, ...),
    (BEARER, {"token": ["t"]}, {}, {}, ...),
    (BEARER, None, {"authorization": "Bearer"}, {}, ...),
    (BEARER, None, {"authorization": "Bearer a b"}, {}, ...),
    (BEARER, None, {"authorization": "Bearer a, Bearer b"}, {}, ...),
    (OAUTH, {"token": "t"}, {}, {}, "t"),
    (BASIC, {"username": "a", "password": "b"}, {}, {}, UserPassword("a", "b")),
    (USER, None, {"authorization": basic("a:b:c")}, {}, UserPassword("a", "b:c")),
    (USER, None, {"authorization": basic("\u00e4:\u20ac")}, {}, UserPassword("\u00e4", "\u20ac")),
    (USER, {"username": "a", "password": "b"}, {"authorization": basic("a:c")}, {}, ...),
    (USER, {"username": "a"}, {}, {}, ...),
    (USER, {"username": "a", "password": 1}, {}, {}, ...),
    (USER, None, {"authorization": "Basic !"}, {}, ...),
    (USER, None, {"authorization": "Basic YQ"}, {}, ...),
    (USER, None, {"authorization": basic("nobody")}, {}, ...),
    (USER, None, {"authorization": basic("a:\x00")}, {}, ...),
    (USER, None, {"authorization": "Bearer t"}, {}, None),
    (USER, None, {"authorization": basic("a:")}, {}, ...),
    (USER, {"username": "", "password": "b"}, {}, {}, ...),
    (KEY, {"key": "k"}, {}, {}, "k"),
    (KEY, None, {"authorization": basic("k:")}, {}, "k"),
    (PASSWORD, None, {"authorization": basic(":k")}, {}, "k"),
    (PASSWORD, {"key": "k"}, {"authorization": basic(":l")}, {}, ...),
    (HEADER, {"key": "x"}, {"x-key": "k"}, {}, "k"),
    (HEADER, None, {"x-key": ""}, {}, ...),
    (UNDERSCORE, None, {"x-key": "k"}, {}, "k"),
    (QUERY, None, {}, {"key": "k"}, "k"),
    (QUERY, None, {}, {"KEY": "k"}, None),
    (QUERY, None, {}, {"key": ["k", "l"]}, ...),
    (QUERY, None, {}, {"key": ["k", "k"]}, "k"),
    (COOKIE, None, {"cookie": "a=1; sid=k;b"}, {}, "k"),
    (COOKIE, None, {"cookie": 'sid="k"'}, {}, "k"),
    (COOKIE, None, {"cookie": "sid=k; sid=l"}, {}, ...),
    (COOKIE, None, {"cookie": "sid="}, {}, ...),
    (COOKIE, None, {"cookie": "xsid=k"}, {}, None),
    (COOKIE, None, {"cookie": "sid=k"}, {"j": "0"}, ...),
    (COOKIE, None, {"cookie": "a=k"}, {"j": "0"}, None),
    (COOKIE, None, {"cookie": "sid=k", "sec-fetch-site": "cross-site"}, {}, ...),
    (COOKIE, None, {"cookie": "sid=k", "sec-fetch-site": "same-site"}, {}, ...),
    (COOKIE, None, {"cookie": "sid=k", "sec-fetch-site": "same-site", "origin": "o"}, {}, "k"),
    (COOKIE, None, {"cookie": "sid=k", "sec-fetch-site": "same-origin"}, {}, "k"),
    (QUERY, None, {}, {"key": "k", "j": "0"}, "k"),
]


def found(scheme: SecurityScheme, auth: Any, headers: Any, query: Any) -> Any:
    """The credential, or `...`."""

    def several(texts: Any) -> Any:
        return {k: [v] if isinstance(v, str) else v for k, v in texts.items()}

    request = HandshakeRequest("GET", several(query), several(headers))
    try:
        return reading_of(source_of(scheme), auth, request).credential
    except MalformedCredential:
        return ...


@pytest.mark.parametrize(("scheme", "auth", "headers", "query", "expected"), ROWS)
def test_where_a_credential_is(
    scheme: Any, auth: Any, headers: Any, query: Any, expected: Any
) -> None:
    """In the auth value, else in the request; never two that differ."""
    assert found(scheme, auth, headers, query) == expected


@pytest.mark.parametrize("type", ["X509", "plain", "scramSha256", "gssapi", "symmetricEncryption"])
def test_other_schemes_are_in_no_place(type: str) -> None:
    """Their verifiers look at the whole handshake."""
    assert source_of(SecurityScheme("x", type)) == ()
    assert source_of(SecurityScheme("x", "http", "digest")) == ()


TEXTS = st.text() | st.sampled_from(["Bearer x", "Basic YTpi", "Basic ", "sid=1", "bearer "])
VALUES = st.none() | st.booleans() | st.integers() | TEXTS | st.lists(TEXTS, max_size=2)
NAMES = st.sampled_from(["token", "username", "password", "key", "sid", "authorization", "cookie"])


@given(
    scheme=st.sampled_from([BEARER, USER, KEY, PASSWORD, HEADER, QUERY, COOKIE]),
    auth=VALUES | st.dictionaries(NAMES, VALUES),
    headers=st.dictionaries(NAMES, TEXTS),
    query=st.dictionaries(NAMES, st.lists(TEXTS, min_size=1, max_size=2)),
)
def test_whatever_comes_it_is_a_credential_or_none(
    scheme: Any, auth: Any, headers: Any, query: Any
) -> None:
    """Nothing else is raised, and nothing else comes of it."""
    got = found(scheme, auth, headers, query)
    assert got in (None, ...) or (isinstance(got, (str, UserPassword)) and got != "")


def test_a_password_is_not_shown() -> None:
    """In a traceback or in a log."""
    assert "secret" not in repr(UserPassword("secret user", "secret"))
    assert "secret" not in repr(Identity("a", claims={"token": "secret"}))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"subject": 1}, "subject must be a string, not a int"),
        ({"scopes": "read write"}, "scopes must be a set of names, not a str"),
        ({"scopes": [1]}, "scopes must be a set of names"),
        ({"expires_at": "soon"}, "seconds since the epoch, not a str"),
        ({"expires_at": True}, "seconds since the epoch, not a bool"),
        *(
            ({"expires_at": end}, "seconds since the epoch, or None")
            for end in (float("nan"), float("inf"), float("-inf"), 10**400)
        ),
        ({"claims": [1]}, "claims must be a mapping, not a list"),
    ],
)
def test_an_identity_says_what_is_wrong_with_it(given: Any, words: str) -> None:
    """Where it is made."""
    with pytest.raises((TypeError, ValueError), match=words):
        Identity(**{"subject": "a", **given})


def test_an_identity_is_a_value() -> None:
    """It is compared and hashed, and nothing in it changes."""
    one = Identity("a", ["x", "y"], 7, {"b": 1})
    assert one == Identity("a", {"y", "x"}, 7.0, {"b": 1})
    assert len({one, Identity("a", ["x", "y"], 7, {"b": 1})}) == 1
    with pytest.raises(TypeError):
        one.claims["b"] = 2  # type: ignore[index]  # that is the point


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_an_identity_can_be_copied(copied: Any) -> None:
    """For another process, or a cache; and the copy does not change either."""
    one = Identity("a", ["x"], 7, {"b": [1]})
    other = copied(one)
    assert (other, hash(other)) == (one, hash(one))
    with pytest.raises(TypeError, match="can't be changed"):
        other.claims["b"] = 2


def test_an_identity_can_be_written() -> None:
    """As the fields that it has."""
    data = dataclasses.asdict(Identity("a", claims={"b": {"c": 1}}))
    assert json.loads(json.dumps({**data, "scopes": []}))["claims"] == {"b": {"c": 1}}


@pytest.mark.parametrize(
    "change",
    [
        lambda claims: claims.update(b=2),
        lambda claims: claims.clear(),
        lambda claims: claims.pop("b"),
        lambda claims: claims.popitem(),
        lambda claims: claims.setdefault("c", 1),
        lambda claims: claims.__ior__({"c": 1}),
        lambda claims: claims.__delitem__("b"),
    ],
)
def test_claims_do_not_change(change: Any) -> None:
    """Nor does what they were made of change them."""
    given = {"b": 1}
    one = Identity("a", claims=given)
    given["b"] = 2
    with pytest.raises(TypeError, match="make a new identity"):
        change(one.claims)
    assert one.claims == {"b": 1}
    assert {**one.claims, "c": 3} == {"b": 1, "c": 3}
