"""Ends what servers of tests that are over still do, so that no later test hears of it."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any


def end_servers() -> None:
    """Stop engine.io's servers on threads: none of their clients comes to the end of its time.

    A client that leaves without a word is missed after 45 seconds. By then its server's handlers
    and logs would speak in the middle of another test.
    """
    for server in _watching():
        server.service_task_event.set()
        for connection in list(server.sockets.values()):
            connection.closed = True  # without telling handlers
            with suppress(Exception):  # its queue may be of another kind
                connection.queue.put(None)


def _watching() -> list[Any]:
    """The servers that look after their clients in a thread."""
    tasks = [getattr(thread, "_target", None) for thread in threading.enumerate()]
    owners = [getattr(task, "__self__", None) for task in tasks]
    return [owner for owner in owners if getattr(owner, "service_task_event", None) is not None]
