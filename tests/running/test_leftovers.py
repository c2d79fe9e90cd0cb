"""Servers of tests that are over are silent."""

from __future__ import annotations

import time
from typing import Any

import socketio
from leftovers import end_servers


def test_a_server_misses_nobody_any_more() -> None:
    """Its thread ends, and the handlers of its clients do not run."""
    left: list[str] = []
    server: Any = socketio.Server(async_mode="threading", ping_timeout=3600)
    server.on("disconnect", lambda sid, reason: left.append(sid))
    environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": "EIO=4&transport=polling"}
    b"".join(server.handle_request(environ, lambda *_: None))
    while server.eio.service_task_event is None:
        time.sleep(0.001)
    end_servers()
    server.eio.service_task_handle.join(60)
    assert not server.eio.service_task_handle.is_alive()
    assert [connection.closed for connection in server.eio.sockets.values()] == [True]
    assert left == []
