"""The location of a security scheme's credential: the auth value, or the handshake.

Two different credentials in one place count as none, and so does an unreadable one, because a
client must not choose which of two is checked. Several schemes can read one place, each in its own
way: one reads `Authorization: Basic` as a user and a password, another as a key.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from asyncapi_guard.contract import header_key
from asyncapi_guard.guard.identity import UserPassword

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asyncapi_guard.contract import SecurityScheme
    from asyncapi_guard.guard.handshakes import HandshakeRequest

__all__ = [
    "PLAIN_HEADERS",
    "PLAIN_PARAMETERS",
    "Credential",
    "MalformedCredential",
    "Reading",
    "is_shown_by_auth",
    "reading_of",
    "source_of",
    "texts_of",
]

#: What a verifier gets; `None` for a scheme whose verifier looks at the whole handshake.
Credential: TypeAlias = "str | UserPassword | None"

#: What a request says that nobody is known by.
PLAIN_HEADERS = frozenset(
    (
        *("host", "upgrade", "connection", "origin", "user-agent", "referer", "date", "server"),
        *("accept", "accept-encoding", "accept-language", "cache-control", "pragma"),
        *("content-type", "content-length", "sec-websocket-version", "sec-websocket-extensions"),
        *("sec-websocket-key", "sec-websocket-accept"),
    )
)
PLAIN_PARAMETERS = frozenset(("EIO", "transport", "sid", "t", "j", "b64"))
_TOKEN = ("token",)
_USER = ("user",)
_KEY = "key"
_BEARER = re.compile(r"bearer +([A-Za-z0-9\-._~+/]+=*) *", re.IGNORECASE)
_BASIC = re.compile(r"basic +([A-Za-z0-9+/]+=*) *", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


#: Where something is: the part of what a client shows, and the name there.
Place: TypeAlias = "tuple[str, str]"
_AUTHORIZATION: Place = "header", "authorization"


class MalformedCredential(Exception):
    """Raised when a credential is unreadable, or when a client shows two different ones.

    Attributes:
        places: the places of the credential.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        super().__init__()
        self.places: frozenset[Place] = frozenset(places)


class Reading(NamedTuple):
    """The result of reading a client's credential for a scheme.

    Attributes:
        credential: the credential; `None` if the client shows none.
        places: the places of the credential; several if the client repeats it.
    """

    credential: Credential
    places: frozenset[Place] = frozenset()


def source_of(scheme: SecurityScheme) -> tuple[str, ...]:
    """Return the name of the place of a scheme's credential; empty for the whole handshake.

    The empty name is for schemes whose credential is in a place that a document can't name.
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


def is_shown_by_auth(scheme: SecurityScheme) -> bool:
    """Return whether a client can show its credential in the auth value."""
    return source_of(scheme)[:1] in (_TOKEN, _USER, (_KEY,))


def reading_of(source: tuple[str, ...], auth: Any, request: HandshakeRequest) -> Reading:
    """Read the credential that a client shows.

    Args:
        source: what `source_of` returned; not the empty one.
        auth: what the client sent as its auth value.
        request: the request of its handshake.

    Raises:
        MalformedCredential: see there.
    """
    found = list(_found(source, auth, request))
    places = frozenset(place for place, _ in found)
    distinct = {credential for _, credential in found}
    if len(distinct) > 1 or not all(map(_is_whole, distinct)):
        raise MalformedCredential(places)
    return Reading(distinct.pop() if distinct else None, places)


def texts_of(source: tuple[str, ...], auth: Any, request: HandshakeRequest) -> Iterator[Any]:
    """Find the secrets in a client's auth value and request, whether they are valid or not.

    Args:
        source: as for `reading_of`; with the empty source, any text of them can be a secret.
        auth: as for `reading_of`.
        request: as for `reading_of`.
    """
    if not source:
        yield from (value for _, value in auth.items()) if isinstance(auth, dict) else (auth,)
        for names, several in ((PLAIN_HEADERS, request.headers), (PLAIN_PARAMETERS, request.query)):
            yield from (text for name in several.keys() - names for text in several[name])
        return
    if source[0] == "cookie":
        yield from request.headers.get("cookie", ())
    for _, credential in _found(source, auth, request):
        if isinstance(credential, UserPassword):
            yield credential.password
        elif credential is not None:
            yield credential
    if source in (_TOKEN, _USER) or source[0] == _KEY:
        for text in request.headers.get("authorization", ()):
            yield text.partition(" ")[2].strip()


def _is_whole(credential: Credential) -> bool:
    """Return whether no part of a credential is empty; LDAP can accept an empty password."""
    return all(credential) if isinstance(credential, UserPassword) else bool(credential)


#: A place, and what is there; `None` for what cannot be read.
_Found: TypeAlias = "Iterator[tuple[Place, Credential]]"


def _found(source: tuple[str, ...], auth: Any, request: HandshakeRequest) -> _Found:
    if source == _TOKEN:
        yield from _in_auth(auth, "token")
        yield from ((_AUTHORIZATION, token) for token in _tokens(request))
        return
    if source == _USER:
        yield from _user_in_auth(auth)
        yield from ((_AUTHORIZATION, user) for user in _users(request))
        return
    where, name = source
    if where == _KEY:
        yield from _in_auth(auth, "key")
        for user in _users(request):
            yield _AUTHORIZATION, user and getattr(user, _PARTS[name])
        return
    several: Iterable[str] = (request.headers if where == "header" else request.query).get(name, ())
    if where == "cookie":
        several = _cookies(request, name)
        if _from_any_site(request):
            yield from (((where, name), None) for _ in several)
            return
    yield from (((where, name), text) for text in several)


_PARTS = {"user": "username", "password": "password"}


def _in_auth(auth: Any, name: str) -> _Found:
    value = auth.get(name) if isinstance(auth, dict) else None
    if value is not None:
        yield ("auth", name), value if isinstance(value, str) else None


def _user_in_auth(auth: Any) -> _Found:
    found = dict((*_in_auth(auth, "username"), *_in_auth(auth, "password")))
    if found:
        parts = [text for text in found.values() if isinstance(text, str)]
        whole = UserPassword(*parts) if len(parts) == len(_PARTS) else None
        yield from ((place, whole) for place in found)


def _authorizations(request: HandshakeRequest, scheme: str) -> Iterator[str]:
    for text in request.headers.get("authorization", ()):
        if text.strip().partition(" ")[0].lower() == scheme:
            yield text.strip()


def _tokens(request: HandshakeRequest) -> Iterator[str | None]:
    for text in _authorizations(request, "bearer"):
        found = _BEARER.fullmatch(text)
        yield found[1] if found is not None else None


def _users(request: HandshakeRequest) -> Iterator[UserPassword | None]:
    for text in _authorizations(request, "basic"):
        found = _BASIC.fullmatch(text)
        try:
            decoded = b64decode(found[1], validate=True).decode() if found is not None else ""
        except ValueError:
            decoded = ""
        user, colon, password = decoded.partition(":")
        sound = colon and not _CONTROL.search(decoded)
        yield UserPassword(user, password) if sound else None


def _cookies(request: HandshakeRequest, name: str) -> Iterator[str]:
    for header in request.headers.get("cookie", ()):
        for pair in header.split(";"):
            key, _, value = pair.strip().partition("=")
            if key.strip() == name:
                yield _unquoted(value.strip())


def _from_any_site(request: HandshakeRequest) -> bool:
    """Return whether a page of any site could have made this request, which has no origin."""
    if "j" in request.query:
        return True
    other = not {"cross-site", "same-site"}.isdisjoint(request.headers.get("sec-fetch-site", ()))
    return other and "origin" not in request.headers


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
