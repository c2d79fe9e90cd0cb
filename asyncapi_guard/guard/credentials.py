"""Where the credential of a security scheme is: in the auth value, or in the handshake.

A credential that is there twice and differs is none, and so is one that cannot be read: a client
must not choose which of two is looked at.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any, TypeAlias

from asyncapi_guard.contract import header_key
from asyncapi_guard.guard.identity import UserPassword

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asyncapi_guard.contract import SecurityScheme
    from asyncapi_guard.guard.handshakes import HandshakeRequest

__all__ = ["Credential", "MalformedCredential", "credential_of", "source_of"]

#: What a verifier gets; `None` for a scheme whose verifier looks at the whole handshake.
Credential: TypeAlias = "str | UserPassword | None"

_TOKEN = ("token",)
_USER = ("user",)
_KEY = "key"
_BEARER = re.compile(r"bearer +([A-Za-z0-9\-._~+/]+=*) *", re.IGNORECASE)
_BASIC = re.compile(r"basic +([A-Za-z0-9+/]+=*) *", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class MalformedCredential(Exception):
    """A credential is there and cannot be read, or is there twice and differs."""


def source_of(scheme: SecurityScheme) -> tuple[str, ...]:
    """What identifies the place of a scheme's credential; empty for the whole handshake.

    The empty one is of schemes whose credential is in no place that a document can name.
    """
    if scheme.type in ("oauth2", "openIdConnect") or scheme.scheme == "bearer":
        return _TOKEN
    if scheme.type == "userPassword" or scheme.scheme == "basic":
        return _USER
    if scheme.type == "apiKey":
        return _KEY, scheme.place
    if scheme.type == "httpApiKey":
        named = header_key(scheme.parameter) if scheme.place == "header" else scheme.parameter
        return scheme.place, named
    return ()


def credential_of(source: tuple[str, ...], auth: Any, request: HandshakeRequest) -> Credential:
    """The credential in one place; `None` if there is none.

    Args:
        source: what `source_of` returned; not the empty one.
        auth: what the client sent as its auth value.
        request: the request of its handshake.

    Raises:
        MalformedCredential: see there.
    """
    if source == _TOKEN:
        return _one([*_in_auth(auth, "token"), *_tokens(request)])
    if source == _USER:
        return _one([*_users_in_auth(auth), *_users(request)])
    where, name = source
    if where == _KEY:
        basic = (getattr(each, _PARTS[name]) for each in _users(request))
        return _one([*_in_auth(auth, "key"), *basic])
    if where == "cookie":
        return _one(_cookies(request, name))
    return _one((request.headers if where == "header" else request.query).get(name, ()))


_PARTS = {"user": "username", "password": "password"}


def _one(found: Iterable[str | UserPassword]) -> Credential:
    """What is there, if it is one thing."""
    distinct = set(found)
    if len(distinct) > 1 or "" in distinct:
        raise MalformedCredential
    return distinct.pop() if distinct else None


def _in_auth(auth: Any, name: str) -> Iterator[str]:
    value = auth.get(name) if isinstance(auth, dict) else None
    if value is None:
        return
    if not isinstance(value, str):
        raise MalformedCredential
    yield value


def _users_in_auth(auth: Any) -> Iterator[UserPassword]:
    parts = [*_in_auth(auth, "username")], [*_in_auth(auth, "password")]
    if len(parts[0]) != len(parts[1]):
        raise MalformedCredential
    yield from map(UserPassword, *parts)


def _authorizations(request: HandshakeRequest, scheme: str) -> Iterator[str]:
    for text in request.headers.get("authorization", ()):
        if text.strip().partition(" ")[0].lower() == scheme:
            yield text.strip()


def _tokens(request: HandshakeRequest) -> Iterator[str]:
    for text in _authorizations(request, "bearer"):
        found = _BEARER.fullmatch(text)
        if found is None:
            raise MalformedCredential
        yield found[1]


def _users(request: HandshakeRequest) -> Iterator[UserPassword]:
    for text in _authorizations(request, "basic"):
        found = _BASIC.fullmatch(text)
        try:
            decoded = b64decode(found[1], validate=True).decode() if found is not None else ""
        except ValueError:
            raise MalformedCredential from None
        user, colon, password = decoded.partition(":")
        if not colon or _CONTROL.search(decoded):
            raise MalformedCredential
        yield UserPassword(user, password)


def _cookies(request: HandshakeRequest, name: str) -> Iterator[str]:
    for header in request.headers.get("cookie", ()):
        for pair in header.split(";"):
            key, _, value = pair.strip().partition("=")
            if key.strip() == name:
                yield _unquoted(value.strip())


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
