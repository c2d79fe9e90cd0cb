"""A guarded worker behind Redis, for tests of several processes: `serve_worker.py URL`.

It prints its address, and then the outcome of a `call` for each session id that it reads.
"""

from __future__ import annotations

import sys
import threading

import socketio
from conftest import Serving, document

from asyncapi_guard import AsyncAPIGuard


def main() -> None:
    """Serve, and call."""
    manager = socketio.RedisManager(sys.argv[1])
    server = socketio.Server(async_mode="threading", client_manager=manager)
    server.on("begin", lambda sid: None)
    AsyncAPIGuard(document()).protect(server)
    say(Serving().serve(socketio.WSGIApp(server)))
    for line in sys.stdin:
        threading.Thread(target=call, args=(server, line.strip()), daemon=True).start()


def call(server: socketio.Server, sid: str) -> None:
    """Ask a client, maybe of another worker."""
    try:
        outcome = repr(server.call("question", "q", to=sid, timeout=120))
    except Exception as error:
        outcome = type(error).__name__
    say(outcome)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
