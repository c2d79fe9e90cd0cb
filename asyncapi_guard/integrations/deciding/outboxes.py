"""Queues of clients, and when a packet may go into one without a detour.

python-socketio hands each packet for each client to a method of its server, that to two of
engine.io's, and that to the client's socket, which looks whether the client still answers and puts
the packet into its queue; on asyncio, in a task for each client. Where all of these methods are as
they come, a packet may be put into the queue at once, because nothing else would happen. Where one
was wrapped, replaced or overridden, or the socket would do something else first, it may not.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Outboxes"]

#: Whose methods are as they come. A wrapper lives elsewhere, whatever it says of itself.
_OWN = frozenset(
    (
        "engineio.async_server",
        "engineio.async_socket",
        "engineio.base_server",
        "engineio.server",
        "engineio.socket",
        "socketio.async_server",
        "socketio.server",
    )
)
#: Where the queues come from that engine.io takes. Some of them are no Python.
_QUEUES = frozenset(
    ("asyncio.queues", "eventlet.queue", "gevent._gevent_cqueue", "gevent.queue", "queue")
)
#: What an instance has of its own where somebody replaced what sends.
_REPLACED = frozenset(("check_ping_timeout", "send"))


class Outboxes:
    """The queues of a server's clients.

    Args:
        server: whose clients.
    """

    def __init__(self, server: Any) -> None:
        self._server = server

    def are_open(self) -> bool:
        """Return whether nobody looks at what the server sends, or has a say in it."""
        server, eio = self._server, self._server.eio
        log = eio.logger
        return (
            _is_own(eio.send_packet)
            and _is_own(server._send_eio_packet)
            and _is_own(server._send_packet)
            and _is_own(eio.send)
            and _is_own(eio._get_socket)
            # engine.io tells of each packet.
            and isinstance(log, logging.Logger)
            and not log.isEnabledFor(logging.INFO)
        )

    def find(self, eio_sids: Iterable[str]) -> tuple[list[tuple[str, Any]], list[str]]:
        """Find the queues that packets may be put into, of a server whose outboxes are open.

        Args:
            eio_sids: the connections of clients.

        Returns:
            Connection and queue of each client with such a queue, and the connections of others:
            those that have ended or no longer answer, and sockets of another kind.
        """
        eio = self._server.eio
        sockets, patience, now = eio.sockets, eio.ping_timeout, time.time()
        kind, queues, plain = None, None, False
        found: list[tuple[str, Any]] = []
        others: list[str] = []
        for eio_sid in eio_sids:
            socket = sockets.get(eio_sid)
            if socket is None or socket.closed:
                others.append(eio_sid)
                continue
            queue = socket.queue
            if type(socket) is not kind or type(queue) is not queues:
                kind, queues = type(socket), type(queue)
                plain = _sends_by_itself(kind) and queues.__module__ in _QUEUES
            last_ping = socket.last_ping
            late = last_ping and now - last_ping > patience
            if plain and not late and not _is_bounded(queue) and _REPLACED.isdisjoint(vars(socket)):
                found.append((eio_sid, queue))
            else:
                others.append(eio_sid)
        return found, others


def _is_own(method: Any) -> bool:
    """Whether a method is python-socketio's or engine.io's as it comes."""
    return getattr(method, "__globals__", _NOTHING).get("__name__") in _OWN


_NOTHING: dict[str, Any] = {}


def _sends_by_itself(kind: Any) -> bool:
    """Whether sockets of a class send as engine.io's do."""
    return _is_own(kind.send) and _is_own(kind.check_ping_timeout)


def _is_bounded(queue: Any) -> bool:
    most = queue.maxsize
    return most is not None and most > 0
