"""Serves on eventlet, which `ZmqManager` needs: `serve_zmq.py URL FILE`.

It prints its address, and writes a line for each violation into the file.
"""

from __future__ import annotations

import sys

import eventlet
import eventlet.wsgi

eventlet.monkey_patch()

from pathlib import Path  # noqa: E402  # what is patched must be patched before it is imported
from typing import Any  # noqa: E402  # as well

import socketio  # noqa: E402  # as well
from conftest import document  # noqa: E402  # as well

from asyncapi_guard import AsyncAPIGuard  # noqa: E402  # as well


def main() -> None:
    """Serve until the parent ends this process."""
    url, file = sys.argv[1:]
    server = socketio.Server(async_mode="eventlet", client_manager=socketio.ZmqManager(url))
    server.on("begin", lambda sid: None)
    with Path(file).open("a", encoding="utf-8") as written:

        def write(violation: Any) -> None:
            written.write(f"{violation.checkpoint} {violation.channel} {violation.rejected}\n")
            written.flush()

        AsyncAPIGuard(document(), on_violation=write).protect(server)
        listening = eventlet.listen(("127.0.0.1", 0))
        sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        eventlet.wsgi.server(listening, socketio.WSGIApp(server), log_output=False)


if __name__ == "__main__":
    main()
