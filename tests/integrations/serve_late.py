"""Serves a guarded server that is late: `serve_late.py MODE`, as `serve_traffic.py` does."""

from __future__ import annotations

import sys

from serve_traffic import MODE, announce  # it patches what must be patched first

# isort: split
import contextlib
from typing import Any

import socketio as pysocketio
from ack_stages import SHORT, document
from flask import Flask
from flask_socketio import SocketIO
from ports import free_port

from asyncapi_guard import AsyncAPIGuard


def main() -> None:
    """Serve until the parent ends this process."""
    app = Flask(__name__)
    socketio = SocketIO(app, async_mode=MODE)
    AsyncAPIGuard(document()).init_app(app, socketio)
    server = socketio.server

    def soon() -> int:
        server.sleep(10 * SHORT)
        return 1

    def must() -> int:
        with contextlib.suppress(pysocketio.exceptions.TimeoutError):
            socketio.call("soon_sent", to=next(iter(server.manager.rooms["/"][None])))
        return 1

    handlers: dict[str, Any] = {"soon": soon, "must": must, "late": lambda: 1, "plain": lambda: 1}
    for event, handler in handlers.items():
        socketio.on_event(event, handler)
    port = free_port()
    server.start_background_task(announce, port, server.sleep)
    sys.stdout = sys.stderr
    options = {"allow_unsafe_werkzeug": True} if MODE == "threading" else {}
    socketio.run(app, host="127.0.0.1", port=port, **options)


if __name__ == "__main__":
    main()
