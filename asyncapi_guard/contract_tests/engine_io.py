"""Connections of Engine.IO 4: over WebSocket, or over polling where there is no WebSocket.

A connection hands every message to a listener, in a thread of its own, and answers pings. Nothing
waits longer than its deadline.
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from asyncapi_guard.contract_tests.missing import testing_extra

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract_tests.settings import Settings

__all__ = ["CannotConnect", "Connection", "ConnectionLost", "Request", "open_connection"]

_OPEN, _CLOSE, _PING, _PONG, _MESSAGE = "01234"
_SEPARATOR = "\x1e"
_FORBIDDEN = (401, 403)
#: Only Linux has it.
_QUICK: int | None = getattr(socket, "TCP_QUICKACK", None)


class CannotConnect(Exception):
    """Nobody answers, or not as a Socket.IO server does.

    Attributes:
        status: of the HTTP response; 0 without one.
    """

    def __init__(self, reason: str, status: int = 0) -> None:
        self.status: int = status
        super().__init__(reason)


class ConnectionLost(Exception):
    """The connection is closed, so nothing can be sent."""


class Listener(Protocol):
    """Who hears what a connection brings."""

    def message(self, text: str) -> None:
        """Take a message, without Engine.IO's own digit."""
        ...

    def attachment(self, data: bytes) -> None:
        """Take bytes."""
        ...

    def closed(self, reason: str) -> None:
        """Hear that the connection has ended."""
        ...


class Request:
    """What a client asks for when it connects.

    Args:
        settings: the URL, and with `credentials` the headers, parameters and cookies.
        credentials: whether those are sent.
        more: besides, as `Step.request` has it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        credentials: bool = True,
        more: tuple[tuple[str, str, str], ...] = (),
    ) -> None:
        parts = urlsplit(settings.url)
        self.secure: bool = parts.scheme in ("https", "wss")
        self.host: str = parts.hostname or ""
        self.port: int = parts.port or (443 if self.secure else 80)
        path = parts.path.strip("/")
        self._path = f"/{path or 'socket.io'}/"
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self._query: dict[str, str] = query
        self.headers: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        if credentials:
            self._query |= settings.query
            self.headers |= settings.headers
            self.cookies |= settings.cookies
        kinds = {"header": self.headers, "query": self._query, "cookie": self.cookies}
        for kind, name, value in more:
            kinds[kind][name] = value

    @property
    def cookie(self) -> str:
        """The header with the cookies."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def path(self, transport: str, **more: str) -> str:
        """The path with its parameters."""
        query = {"EIO": "4", "transport": transport, **self._query, **more}
        return f"{self._path}?{urlencode(query)}"

    def websocket_url(self) -> str:
        """The URL of a WebSocket."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = "wss" if self.secure else "ws"
        return f"{scheme}://{host}:{self.port}{self.path('websocket')}"

    def http(self, timeout: float) -> http.client.HTTPConnection:
        """A connection for HTTP requests."""
        if self.secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(
                self.host, self.port, timeout=timeout, context=context
            )
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)


class Connection(Protocol):
    """A connection of Engine.IO."""

    def send(self, text: str, attachments: tuple[bytes, ...] = ()) -> None:
        """Send a message, and attachments after it.

        Raises:
            ConnectionLost: the connection is closed, or does not take it in time.
        """
        ...

    def close(self) -> None:
        """Close the connection; it says nothing to its listener any more."""
        ...


def open_connection(request: Request, listener: Listener, timeout: float) -> Connection:
    """Open a connection: by WebSocket, or by polling where the server has none.

    Raises:
        CannotConnect: neither works within the time.
    """
    try:
        return WebSocketConnection(request, listener, timeout)
    except CannotConnect as error:
        if not error.status or error.status in _FORBIDDEN:
            raise
        return PollingConnection(request, listener, timeout)


def _handshake(packet: str) -> dict[str, Any]:
    """What the server says when a connection is open."""
    try:
        opened = json.loads(packet[1:]) if packet[:1] == _OPEN else None
    except ValueError:
        opened = None
    if not isinstance(opened, dict):
        raise CannotConnect("the server does not speak Engine.IO 4")
    return opened


class _Listening:
    """What both kinds of connections share: a thread that reads until the end."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._ended = threading.Event()

    def _start(self, read: Callable[[], None]) -> None:
        threading.Thread(target=self._listen, args=(read,), daemon=True).start()

    def _listen(self, read: Callable[[], None]) -> None:
        reason = "the server closed the connection"
        try:
            read()
        except Exception as error:  # noqa: BLE001  # whatever it was, the connection has ended
            reason = f"the connection broke ({type(error).__name__})"
        if not self._ended.is_set():
            self._ended.set()
            self._listener.closed(reason)


class WebSocketConnection(_Listening):
    """A connection over WebSocket.

    Raises:
        CannotConnect: it does not open within the time.
    """

    def __init__(self, request: Request, listener: Listener, timeout: float) -> None:
        websocket = testing_extra("websocket")
        super().__init__(listener)
        self._errors = (websocket.WebSocketException, OSError)
        self._timed_out = websocket.WebSocketTimeoutException
        try:
            self._ws = websocket.create_connection(
                request.websocket_url(),
                timeout=timeout,
                header=dict(request.headers),
                cookie=request.cookie or None,
                enable_multithread=True,
                sockopt=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
            )
        except websocket.WebSocketBadStatusException as error:
            raise CannotConnect(
                f"the server answers with the status {error.status_code}", error.status_code
            ) from error
        except self._errors as error:
            raise CannotConnect(f"no server responds ({type(error).__name__})") from error
        try:
            first = self._ws.recv()
            _handshake(first if isinstance(first, str) else "")
        except self._errors as error:
            self._ws.shutdown()
            raise CannotConnect(f"the server does not respond ({type(error).__name__})") from error
        except CannotConnect:
            self._ws.shutdown()
            raise
        self._confirm_at_once()
        self._start(self._read)

    def _read(self) -> None:
        while not self._ended.is_set():
            try:
                got = self._ws.recv()
            except self._timed_out:
                continue
            self._confirm_at_once()
            if isinstance(got, bytes):
                self._listener.attachment(got)
            elif got[:1] == _PING:
                self._ws.send(_PONG + got[1:])
            elif got[:1] == _MESSAGE:
                self._listener.message(got[1:])
            elif got[:1] in ("", _CLOSE):
                return

    def _confirm_at_once(self) -> None:
        """Let the kernel confirm what came: many servers send no more until it does (Nagle)."""
        if _QUICK is not None:
            with suppress(*self._errors):
                self._ws.sock.setsockopt(socket.IPPROTO_TCP, _QUICK, 1)

    def send(self, text: str, attachments: tuple[bytes, ...] = ()) -> None:
        """Send a message; see `Connection`."""
        try:
            self._ws.send(_MESSAGE + text)
            for each in attachments:
                self._ws.send_binary(each)
        except self._errors as error:
            raise ConnectionLost(f"the connection is closed ({type(error).__name__})") from error

    def close(self) -> None:
        """Close the connection."""
        self._ended.set()
        with suppress(*self._errors):
            self._ws.send(_CLOSE)
        # A closing frame would have to be waited for, and some servers send none.
        self._ws.shutdown()


class PollingConnection(_Listening):
    """A connection over HTTP requests.

    Raises:
        CannotConnect: it does not open within the time.
    """

    def __init__(self, request: Request, listener: Listener, timeout: float) -> None:
        super().__init__(listener)
        self._request = request
        self._timeout = timeout
        self._cookies = dict(request.cookies)
        self._sending = threading.Lock()
        self._sid = ""
        packets = self._exchange("GET").split(_SEPARATOR)
        opened = _handshake(packets[0])
        self._sid = str(opened.get("sid", ""))
        self._patience = (
            float(opened.get("pingInterval", 25_000)) + float(opened.get("pingTimeout", 20_000))
        ) / 1000
        self._first = packets[1:]
        self._start(self._read)

    def _exchange(self, method: str, body: str | None = None, timeout: float | None = None) -> str:
        headers: dict[str, str] = dict(self._request.headers)
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self._cookies.items())
        if body is not None:
            headers["Content-Type"] = "text/plain;charset=UTF-8"
        query = {"sid": self._sid} if self._sid else {}
        connection = self._request.http(timeout or self._timeout)
        try:
            data = None if body is None else body.encode()
            connection.request(method, self._request.path("polling", **query), data, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            raise CannotConnect(f"no server responds ({type(error).__name__})") from error
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise CannotConnect(
                f"the server answers with the status {response.status}", response.status
            )
        _keep_cookies(response.headers.get_all("Set-Cookie") or [], self._cookies)
        return text

    def _read(self) -> None:
        for packet in self._first:
            self._take(packet)
        while not self._ended.is_set():
            # The server ends a poll with a ping at the latest.
            for packet in self._exchange("GET", timeout=self._patience).split(_SEPARATOR):
                if packet[:1] == _CLOSE:
                    return
                self._take(packet)

    def _take(self, packet: str) -> None:
        if packet[:1] == "b":
            self._listener.attachment(base64.b64decode(packet[1:]))
        elif packet[:1] == _PING:
            self._exchange("POST", _PONG)
        elif packet[:1] == _MESSAGE:
            self._listener.message(packet[1:])

    def send(self, text: str, attachments: tuple[bytes, ...] = ()) -> None:
        """Send a message; see `Connection`."""
        if self._ended.is_set():
            raise ConnectionLost("the connection is closed")
        packets = [
            _MESSAGE + text,
            *(f"b{base64.b64encode(each).decode()}" for each in attachments),
        ]
        try:
            with self._sending:
                self._exchange("POST", _SEPARATOR.join(packets))
        except CannotConnect as error:
            raise ConnectionLost(str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._ended.set()

        def leave() -> None:
            with suppress(CannotConnect), self._sending:
                self._exchange("POST", _CLOSE)

        # A server that hangs would be waited for.
        leaving = threading.Thread(target=leave, daemon=True)
        leaving.start()
        leaving.join(min(self._timeout, 1.0))


def _keep_cookies(headers: list[str], kept: dict[str, str]) -> None:
    for header in headers:
        name, equals, value = header.partition(";")[0].partition("=")
        if equals:
            kept[name.strip()] = value.strip()
