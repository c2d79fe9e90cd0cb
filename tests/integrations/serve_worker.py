"""A guarded worker behind Redis, for tests of several processes: `serve_worker.py URL [asyncio]`.

It prints its address, and then the outcome of a `call` for each session id that it reads; for an
empty line it collects garbage, and prints one. What its clients say with `word`, it tells all.
"""

from __future__ import annotations

import gc
import sys
import threading
from typing import Any

import socketio
from conftest import Serving, document
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIGuard


def main() -> None:
    """Serve, and call."""
    call = serve_asyncio() if sys.argv[2:] == ["asyncio"] else serve()
    for line in sys.stdin:
        if line == "\n":
            gc.collect()
            say("")
        else:
            threading.Thread(target=ask, args=(call, line.strip()), daemon=True).start()


def serve() -> Any:
    """A server on threads: how to ask one of its clients."""
    manager = socketio.RedisManager(sys.argv[1])
    server = socketio.Server(async_mode="threading", client_manager=manager)
    server.on("begin", lambda sid: None)

    @server.on("word")
    def tell(sid: str, word: str) -> tuple[int, str]:
        server.emit("plain", word)
        return 1, word

    AsyncAPIGuard(document()).protect(server)
    say(Serving().serve(socketio.WSGIApp(server)))
    return server.call


def serve_asyncio() -> Any:
    """The same on asyncio."""
    manager = socketio.AsyncRedisManager(sys.argv[1])
    server = socketio.AsyncServer(async_mode="asgi", client_manager=manager)
    server.on("begin", lambda sid: None)

    @server.on("word")
    async def tell(sid: str, word: str) -> tuple[int, str]:
        await server.emit("plain", word)
        return 1, word

    AsyncAPIGuard(document()).protect(server)
    served = Uvicorn(socketio.ASGIApp(server))
    say(served.url)
    return lambda *args, **options: served.run(server.call(*args, **options))


def ask(call: Any, sid: str) -> None:
    """Ask a client, maybe of another worker."""
    try:
        outcome = repr(call("question", "q", to=sid, timeout=120))
    except Exception as error:
        outcome = type(error).__name__
    say(outcome)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
