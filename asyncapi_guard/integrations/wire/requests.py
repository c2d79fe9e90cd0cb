"""The HTTP request of a connection, as the environment that engine.io keeps of it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from asyncapi_guard.contract import header_key
from asyncapi_guard.guard.handshakes import HandshakeRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MANY", "Headers", "TooManyParameters", "has_many", "query_in", "request_in"]

#: Headers that WSGI has under names of their own.
_UNPREFIXED = ("CONTENT_TYPE", "CONTENT_LENGTH")
#: How many parameters a query may have: each is read before anybody knows who the client is.
_MOST = 256
#: What is wrong with one that has more.
MANY = f"the query has more than {_MOST} parameters"


class TooManyParameters(Exception):
    """Nobody reads so many."""


def has_many(environ: Mapping[str, Any]) -> bool:
    """Whether the query of a request has more parameters than are read."""
    query: str = environ.get("QUERY_STRING", "")
    return query.count("&") >= _MOST


def request_in(environ: Mapping[str, Any]) -> HandshakeRequest:
    """The request with which a client connected.

    Raises:
        TooManyParameters: see there.
    """
    if has_many(environ):
        raise TooManyParameters
    headers = {name: [text] for name, text in Headers(environ).items()}
    return HandshakeRequest(environ.get("REQUEST_METHOD", ""), query_in(environ), headers)


def query_in(environ: Mapping[str, Any]) -> dict[str, list[str]]:
    """The parameters of its URL, by their names."""
    return parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)


class Headers(Mapping[str, str]):
    """The headers in an environment; names in any case."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._by_name = {
            _name(key): value
            for key, value in environ.items()
            if key.startswith("HTTP_") or key in _UNPREFIXED
        }

    def __getitem__(self, name: str) -> str:
        found: str = self._by_name[header_key(name)]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


def _name(key: str) -> str:
    return header_key(key.removeprefix("HTTP_"))
