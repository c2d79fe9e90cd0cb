"""The request of a client's connection, for handler parameters with this type."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NewType

from asyncapi_guard.integrations.recording.addresses import address_in
from asyncapi_guard.integrations.wire.requests import Headers, query_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Handshake", "SessionId", "handshake_of", "keep_auth", "keep_shown", "shown_in"]

#: The type of the parameter that gets the session id, under whatever name.
SessionId = NewType("SessionId", str)

#: Where the environment of a connection keeps the auth of each namespace.
_AUTH = "asyncapi_guard.auth"
#: Where it keeps what the client showed of itself, and how much of it: clients choose how often.
_SHOWN = "asyncapi_guard.shown"
_MOST_SHOWN = 64


class Handshake:
    """The request of a client's connection.

    Attributes:
        environ: the environment that python-socketio passes to connect handlers; empty if the
            client has disconnected.
        auth: the client's `auth` value for the namespace; `None` without one.
    """

    __slots__ = ("auth", "environ")

    def __init__(self, environ: Mapping[str, Any], auth: Any = None) -> None:
        self.environ: Mapping[str, Any] = environ
        self.auth: Any = auth

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the request, by case-insensitive names."""
        return Headers(self.environ)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the URL; the last one of several with the same name."""
        return {name: several[-1] for name, several in query_in(self.environ).items()}

    @property
    def address(self) -> str | None:
        """The address of the client."""
        return address_in(self.environ)


def keep_auth(environ: Any, namespace: str, auth: Any) -> None:
    """Keep the `auth` value for as long as the connection exists."""
    if environ is not None:
        environ.setdefault(_AUTH, {})[namespace] = auth


def keep_shown(environ: Any, texts: Iterable[Any]) -> None:
    """Keep the credentials of a client for as long as the connection exists."""
    if environ is not None:
        kept = environ.setdefault(_SHOWN, deque(maxlen=_MOST_SHOWN))
        kept.extend({text for text in texts if isinstance(text, str)}.difference(kept))


def shown_in(environ: Any) -> Iterable[str]:
    """Return a client's recent credentials, which exceptions of its handlers can quote."""
    return tuple(environ.get(_SHOWN, ())) if isinstance(environ, dict) else ()


def handshake_of(server: Any, sid: str, namespace: str) -> Handshake:
    """Return the handshake of a server's client."""
    environ = server.get_environ(sid, namespace) or {}
    return Handshake(environ, environ.get(_AUTH, {}).get(namespace))
