"""Tic-tac-toe on asyncio: the game, the page, and the contract of `server.py`, under uvicorn.

pip install uvicorn websockets
python examples/tictactoe/asgi_server.py       then open http://127.0.0.1:5000 in two tabs
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from typing import TYPE_CHECKING, Any

import socketio
import uvicorn

from asyncapi_guard import AsyncAPIGuard

# A script beside game.py in the repository, a module of a package in an installed wheel.
if __package__:
    from .demo_controls import GUARDED, add_async_controls
    from .game import GameError, Games
    from .news import news_of, position, room_of
    from .page import FILES, contract_file, read_file, security_headers
else:
    from demo_controls import GUARDED, add_async_controls
    from game import GameError, Games
    from news import news_of, position, room_of
    from page import FILES, contract_file, read_file, security_headers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

MAX_GAMES = 1_000


def create_app() -> SecurityHeaders:
    """The guarded application, for any ASGI server."""
    # Same origin only, which is what python-socketio does unless it is told otherwise.
    sio = socketio.AsyncServer(async_mode="asgi")
    add_events(sio)
    guard = AsyncAPIGuard(
        contract_file(),
        policy=GUARDED,
        reject_event="guard_rejected",
        docs="/asyncapi",
        watch=True,
    )
    add_async_controls(sio, guard)
    guard.protect(sio)
    # Outermost, so that the answers of the Socket.IO endpoint carry the headers too.
    return SecurityHeaders(guard.asgi(socketio.ASGIApp(sio, other_asgi_app=page)))


def add_events(sio: Any) -> None:
    """Register the handlers of every event that the contract lets clients send."""
    games = Games(MAX_GAMES)
    # Held while emitting too: players must hear of moves in their order.
    lock = asyncio.Lock()

    @sio.event
    async def create_game(player: str) -> dict[str, Any]:
        async with lock:
            game, dropped = games.create()
            if dropped:
                await sio.close_room(room_of(dropped))
            mark = game.sit(player)
            await sio.enter_room(player, room_of(game))
            await sio.emit("game_created", {"game_id": game.game_id})
        return {"game_id": game.game_id, "player": mark}

    @sio.event
    async def join_game(player: str, data: dict[str, int]) -> dict[str, Any]:
        async with lock:
            try:
                game = games.find(data["game_id"])
                mark = game.sit(player)
            except GameError as error:
                return {"error": str(error)}
            await sio.enter_room(player, room_of(game))
            return {"player": mark, **position(game)}

    @sio.event
    async def make_move(player: str, data: dict[str, int]) -> dict[str, Any]:
        async with lock:
            try:
                game = games.find(data["game_id"])
                game.play(player, data["x"], data["y"])
            except GameError as error:
                return {"error": str(error)}
            for event, told in news_of(game):
                await sio.emit(event, told, to=room_of(game))
        return {}

    @sio.event
    async def disconnect(player: str, _reason: str) -> None:
        async with lock:
            games.leave(player)


async def page(scope: Message, receive: Receive, send: Send) -> None:
    """The page and the files that it needs, as an ASGI application."""
    if scope["type"] != "http":
        return
    status, headers, body = answer(scope["method"], scope["path"])
    encoded = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


def answer(method: str, path: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """The status, the headers, and the body for a request."""
    if path == "/favicon.ico":
        return 204, [], b""
    if path not in FILES or method not in ("GET", "HEAD"):
        return 404, [("Content-Type", "text/plain"), ("Content-Length", "9")], b"Not Found"
    body = read_file(path)
    headers = [
        ("Content-Type", FILES[path][1]),
        ("Content-Length", str(len(body))),
        # An upgraded package must not meet a cached client.
        ("Cache-Control", "no-cache"),
    ]
    return 200, headers, b"" if method == "HEAD" else body


class SecurityHeaders:
    """Adds a strict content security policy to every HTTP response of an ASGI application."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        added = [
            (name.lower().encode(), value.encode())
            for name, value in security_headers(scope["scheme"], host)
        ]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                # The console has headers of its own.
                own = {name.lower() for name, _ in headers}
                headers += [each for each in added if each[0] not in own]
                message = {**message, "headers": headers}
            await send(message)

        await self._application(scope, receive, sending)


def main(host: str = "127.0.0.1", port: int = 5000) -> None:
    """Serve until interrupted."""
    # A line for each rejection, and none for each request.
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    config = uvicorn.Config(
        create_app(),
        host=host,
        port=port,
        log_level="warning",
        # A poll whose client is gone would hold the server for 45 s.
        timeout_graceful_shutdown=1,
    )
    bound = config.bind_socket()
    url = f"http://{host}:{bound.getsockname()[1]}"
    print(f"Tic-tac-toe on {url} (open it in two tabs; Ctrl+C stops)", file=sys.stderr)
    print(f"The console is at {url}/asyncapi/", file=sys.stderr)
    edit = f"Edit {contract_file()}: the server enforces it as soon as you save it"
    print(edit, file=sys.stderr)
    uvicorn.Server(config).run(sockets=[bound])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A guarded tic-tac-toe server on asyncio.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    arguments = parser.parse_args()
    main(arguments.host, arguments.port)
