"""The request with which a client connected, as handlers ask for it by its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NewType
from urllib.parse import parse_qsl

from asyncapi_guard.integrations.recording.addresses import address_in

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Handshake", "SessionId", "handshake_of", "keep_auth"]

#: The type of the parameter that gets the session id, under whatever name.
SessionId = NewType("SessionId", str)

#: Where the environment of a connection keeps the auth of each namespace.
_AUTH = "asyncapi_guard.auth"
#: Headers that WSGI has under names of their own.
_UNPREFIXED = ("CONTENT_TYPE", "CONTENT_LENGTH")


class Handshake:
    """The request with which a client connected.

    Attributes:
        environ: the environment that python-socketio gives to connect handlers; empty if the client
            has gone.
        auth: what the client sent as its auth for the namespace; `None` without one.
    """

    __slots__ = ("auth", "environ")

    def __init__(self, environ: Mapping[str, Any], auth: Any = None) -> None:
        self.environ: Mapping[str, Any] = environ
        self.auth: Any = auth

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the request; names in any case."""
        return _Headers(self.environ)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the URL; of several with one name, the last."""
        return dict(parse_qsl(self.environ.get("QUERY_STRING", ""), keep_blank_values=True))

    @property
    def address(self) -> str | None:
        """The address of the client."""
        return address_in(self.environ)


class _Headers(Mapping[str, str]):
    """The headers in an environment."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._by_name = {
            _name(key): value
            for key, value in environ.items()
            if key.startswith("HTTP_") or key in _UNPREFIXED
        }

    def __getitem__(self, name: str) -> str:
        found: str = self._by_name[name.lower()]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


def _name(key: str) -> str:
    return key.removeprefix("HTTP_").replace("_", "-").lower()


def keep_auth(environ: Any, namespace: str, auth: Any) -> None:
    """Keep the auth of a connect, for as long as the connection is there."""
    if environ is not None:
        environ.setdefault(_AUTH, {})[namespace] = auth


def handshake_of(server: Any, sid: str, namespace: str) -> Handshake:
    """The handshake of a client of a server."""
    environ = server.get_environ(sid, namespace) or {}
    return Handshake(environ, environ.get(_AUTH, {}).get(namespace))
