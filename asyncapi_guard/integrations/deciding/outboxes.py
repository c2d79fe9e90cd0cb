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
from typing import Any

from asyncapi_guard.integrations.replacing import is_from_library

__all__ = ["Outboxes"]

#: Where the queues come from that engine.io takes. Some of them are no Python.
_QUEUES = frozenset(
    ("asyncio.queues", "eventlet.queue", "gevent._gevent_cqueue", "gevent.queue", "queue")
)


class Outboxes:
    """The queues of a server's clients.

    Args:
        server: whose clients.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        #: Methods of classes, and whether they are as they come: looked at for each packet.
        self._methods: tuple[Any, ...] = (None,) * 6
        #: The same of sockets, and the class of their queues.
        self._kinds: tuple[Any, ...] = (None,) * 4

    def are_open(self) -> bool:
        """Return whether nobody looks at what the server sends, or has a say in it."""
        server = self._server
        eio, own = server.eio, server.__dict__
        replaced = eio.__dict__
        if "send_packet" in replaced or "_send_packet" in own or "_send_eio_packet" in own:
            return False
        if "send" in replaced or "_get_socket" in replaced:
            return False
        log = eio.logger
        if not isinstance(log, logging.Logger) or log.isEnabledFor(logging.INFO):
            return False  # engine.io tells of each packet
        here, beneath = type(server), type(eio)
        are_own: bool
        one, two, three, four, five, are_own = self._methods
        if (  # a wrapper may be equal
            here._send_packet is not one
            or here._send_eio_packet is not two
            or beneath.send is not three
            or beneath.send_packet is not four
            or beneath._get_socket is not five
        ):
            methods = (
                here._send_packet,
                here._send_eio_packet,
                beneath.send,
                beneath.send_packet,
                beneath._get_socket,
            )
            are_own = all(map(is_from_library, methods))
            self._methods = *methods, are_own
        return are_own

    def find(self, eio_sid: str) -> Any:
        """Find the queue that packets may be put into, of a server whose outboxes are open.

        Args:
            eio_sid: the connection of a client.

        Returns:
            The queue; `None` for a client that has left or no longer answers, and for a socket of
            another kind.
        """
        eio = self._server.eio
        socket = eio.sockets.get(eio_sid)
        if socket is None or socket.closed:
            return None
        last_ping = socket.last_ping
        if last_ping and time.time() - last_ping > eio.ping_timeout:
            return None
        own, queue, kind = socket.__dict__, socket.queue, type(socket)
        if "send" in own or "check_ping_timeout" in own:
            return None
        send, check, of_queue, are_plain = self._kinds
        if (
            kind.send is not send
            or kind.check_ping_timeout is not check
            or type(queue) is not of_queue
        ):
            kinds = kind.send, kind.check_ping_timeout, type(queue)
            are_plain = _are_plain(*kinds)
            self._kinds = *kinds, are_plain
        if not are_plain:
            return None
        most = queue.maxsize
        return queue if most is None or most <= 0 else None


def _are_plain(send: Any, check_ping_timeout: Any, queues: Any) -> bool:
    """Whether sockets send as engine.io's do."""
    return (
        is_from_library(send)
        and is_from_library(check_ping_timeout)
        and queues.__module__ in _QUEUES
    )
