"""A request to the console and its response, without a web framework."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MOST_BYTES", "Request", "Response", "Unanswerable"]

#: Bytes of a request's body.
MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """A request, as the entrances for WSGI, ASGI and Flask hand it over.

    Attributes:
        method: in capitals, such as `GET`.
        path: below the console's root, decoded. It begins with `/`, and is empty for the root
            without a slash behind it.
        root: the path of the console's root below the application, such as `/asyncapi`.
        query: the part of the URL behind `?`, not decoded.
        headers: by their names in lower case. Of a header that came twice, the last.
        client: the address of the client; `None` if the web server does not say.
        socketio: where Socket.IO is, relative to the console's root.
        body: what was sent; only of a request that `Console.reads`.
    """

    method: str
    path: str
    root: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    client: str | None = None
    socketio: str = "../socket.io/"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What the console answers.

    Attributes:
        status: the HTTP status.
        headers: by their names; each of them once.
        body: the bytes. An entrance leaves them out for `HEAD`.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def of_text(cls, status: int, text: str, **headers: str) -> Response:
        """A response of plain text; `_` in the name of a header stands for `-`."""
        return cls(status, _headers("text/plain; charset=utf-8", headers), text.encode())

    @classmethod
    def of_json(cls, status: int, data: Any, **headers: str) -> Response:
        """A response of JSON."""
        body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "replace"
        )
        return cls(status, _headers("application/json", headers), body)


class Unanswerable(Exception):
    """A request that was not read to its end; carries the response."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__(response.status)


def _headers(kind: str, more: Mapping[str, str]) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {"Content-Type": kind, **named}
