"""What each server of the comparison has: a line for each handler that ran, and a port."""

from __future__ import annotations

import socket
from typing import Any

__all__ = ["free_port", "ran"]


def ran(name: str) -> None:
    """Tell the parent that a handler or a callback ran."""
    print(f"ran {name}", flush=True)


def free_port() -> int:
    """A port to listen on, which the parent is told."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    print(f"port {port}", flush=True)
    return port


def run_flask(socketio: Any, app: Any) -> None:
    """Serve a Flask application until the parent ends it."""
    socketio.run(app, port=free_port(), allow_unsafe_werkzeug=True)
