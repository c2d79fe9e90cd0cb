"""Tic-tac-toe over Socket.IO, with `specs/tictactoe.yml` as the law.

The handlers below check the rules of the game and nothing else: which fields a move has, of which
type and in which range is the contract's business, and the guard sees to it before they run.

    python examples/tictactoe/server.py            then open http://127.0.0.1:5000 in two tabs

`asgi_server.py` is the same on asyncio.
"""

from __future__ import annotations

import argparse
import logging
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort, request
from flask_socketio import SocketIO, close_room, emit, join_room
from werkzeug.serving import WSGIRequestHandler

from asyncapi_guard import AsyncAPIGuard

# A script beside game.py in the repository, a module of a package in an installed wheel.
if __package__:
    from .demo_controls import GUARDED, add_controls
    from .game import GameError, Games
    from .news import news_of, position, room_of
    from .page import FILES, contract_file, read_file, security_headers
else:
    from demo_controls import GUARDED, add_controls
    from game import GameError, Games
    from news import news_of, position, room_of
    from page import FILES, contract_file, read_file, security_headers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

MAX_GAMES = 1_000


def create_app() -> tuple[Flask, SocketIO]:
    """The guarded application, ready to run."""
    app = Flask(__name__, static_folder=None)
    # Same origin only, which is what Flask-SocketIO does unless it is told otherwise.
    socketio = SocketIO(app, async_mode="threading")
    add_page(app)
    add_events(socketio)
    guard = AsyncAPIGuard(
        contract_file(),
        policy=GUARDED,
        reject_event="guard_rejected",
        docs="/asyncapi",
        watch=True,
    )
    add_controls(socketio.server, guard)
    guard.init_app(app, socketio)
    # Outermost, so that the answers of the Socket.IO endpoint carry the headers too.
    app.wsgi_app = SecurityHeaders(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    return app, socketio


def add_events(socketio: SocketIO) -> None:
    """Register the handlers of every event that the contract lets clients send."""
    games = Games(MAX_GAMES)
    # Handlers run in threads. Held while emitting too: players must hear of moves in their order.
    lock = Lock()

    @socketio.on("create_game")
    def create_game() -> dict[str, Any]:
        with lock:
            game, dropped = games.create()
            if dropped:
                close_room(room_of(dropped))
            mark = game.sit(player())
            join_room(room_of(game))
            emit("game_created", {"game_id": game.game_id}, broadcast=True)
        return {"game_id": game.game_id, "player": mark}

    @socketio.on("join_game")
    def join_game(data: dict[str, int]) -> dict[str, Any]:
        with lock:
            try:
                game = games.find(data["game_id"])
                mark = game.sit(player())
            except GameError as error:
                return {"error": str(error)}
            join_room(room_of(game))
            return {"player": mark, **position(game)}

    @socketio.on("make_move")
    def make_move(data: dict[str, int]) -> dict[str, Any]:
        with lock:
            try:
                game = games.find(data["game_id"])
                game.play(player(), data["x"], data["y"])
            except GameError as error:
                return {"error": str(error)}
            for event, told in news_of(game):
                emit(event, told, to=room_of(game))
        return {}

    @socketio.on("disconnect")
    def disconnect(_reason: str) -> None:
        with lock:
            games.leave(player())


def player() -> str:
    """Who sent the event that is being handled."""
    sid: str = request.sid  # type: ignore[attr-defined]  # Flask-SocketIO sets it
    return sid


def add_page(app: Flask) -> None:
    """Register the page and the files that it needs."""

    @app.get("/")
    @app.get("/static/<name>")
    def file(name: str = "") -> Response:
        path = f"/static/{name}" if name else "/"
        if path not in FILES:
            abort(404)
        # An upgraded package must not meet a cached client.
        headers = {"Cache-Control": "no-cache", "Content-Type": FILES[path][1]}
        return Response(read_file(path), headers=headers)

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return Response(status=204)


class SecurityHeaders:
    """Adds a strict content security policy to every HTTP response of a WSGI application."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            added = security_headers(environ["wsgi.url_scheme"], environ.get("HTTP_HOST", ""))
            # The console has headers of its own.
            own = {name.lower() for name, _ in headers}
            headers = headers + [each for each in added if each[0].lower() not in own]
            return start_response(status, headers, *rest)

        return self._application(environ, start)


class QuietRequests(WSGIRequestHandler):
    """Werkzeug's, without a line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def main(host: str = "127.0.0.1", port: int = 5000) -> None:
    """Serve until interrupted."""
    app, socketio = create_app()
    # A line for each rejection, and none for each request.
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    print(
        f"Tic-tac-toe on http://{host}:{port} (open it in two tabs; Ctrl+C stops)"
        f"\nThe console is at http://{host}:{port}/asyncapi/"
        f"\nEdit {contract_file()}: the server enforces it as soon as you save it",
        flush=True,
    )
    # Werkzeug's server is for development, and a demonstration on one machine is just that.
    socketio.run(
        app, host=host, port=port, allow_unsafe_werkzeug=True, request_handler=QuietRequests
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A guarded tic-tac-toe server.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    arguments = parser.parse_args()
    main(arguments.host, arguments.port)
