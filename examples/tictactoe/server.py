"""Tic-tac-toe over Socket.IO, with `specs/tictactoe.yml` as the law.

The handlers below check the rules of the game and nothing else: which fields a move has, of which
type and in which range is the contract's business, and the guard sees to it before they run.

    python examples/tictactoe/server.py            then open http://127.0.0.1:5000 in two tabs
"""

from __future__ import annotations

import argparse
import re
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort, request, send_from_directory
from flask_socketio import SocketIO, close_room, emit, join_room

from asyncapi_guard import AsyncAPIGuard

# A script beside game.py in the repository, a module of a package in an installed wheel.
if __package__:
    from .game import Game, GameError, Games
else:
    from game import Game, GameError, Games

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HERE = Path(__file__).resolve().parent
MAX_GAMES = 1_000

PLAIN_HOST = re.compile(r"([\w.-]+|\[[\da-f:]+\])(:\d+)?", re.ASCII | re.IGNORECASE)

# Written out because browsers reject scripts and styles of another type, and what the system's
# own table says of .js differs from one machine to the next.
STATIC_TYPES = {"app.js": "text/javascript", "style.css": "text/css"}


def spec_file() -> Path:
    """The contract: inside an installed package, else where the repository keeps it."""
    packaged = HERE / "specs" / "tictactoe.yml"
    return packaged if packaged.is_file() else HERE.parents[1] / "specs" / "tictactoe.yml"


def create_app() -> tuple[Flask, SocketIO]:
    """The guarded application, ready to run."""
    app = Flask(__name__, static_folder=None)
    # Same origin only, which is what Flask-SocketIO does unless it is told otherwise.
    socketio = SocketIO(app, async_mode="threading")
    add_page(app)
    add_events(socketio)
    guard = AsyncAPIGuard(spec_file(), reject_event="guard_rejected")
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
            report(game)
        return {}

    @socketio.on("disconnect")
    def disconnect(_reason: str) -> None:
        with lock:
            games.leave(player())


def report(game: Game) -> None:
    """Tell the players of a game about the move that was just made."""
    emit("move_made", position(game), to=room_of(game))
    if game.winner:
        emit("game_won", {"game_id": game.game_id, "winner": game.winner}, to=room_of(game))
    elif game.drawn:
        emit("game_drawn", {"game_id": game.game_id}, to=room_of(game))


def position(game: Game) -> dict[str, Any]:
    """A game as the contract describes it."""
    # A copy, because an ack is encoded after the lock is released.
    board = [row.copy() for row in game.board]
    return {"game_id": game.game_id, "board": board, "turn": game.turn}


def room_of(game: Game) -> str:
    """The Socket.IO room of a game's players."""
    return f"game:{game.game_id}"


def player() -> str:
    """Who sent the event that is being handled."""
    sid: str = request.sid  # type: ignore[attr-defined]  # Flask-SocketIO sets it
    return sid


def add_page(app: Flask) -> None:
    """Register the page and the files that it needs."""

    @app.get("/")
    def index() -> Response:
        return send_from_directory(HERE / "static", "index.html", mimetype="text/html")

    @app.get("/static/<name>")
    def static(name: str) -> Response:
        if name not in STATIC_TYPES:
            abort(404)
        return send_from_directory(HERE / "static", name, mimetype=STATIC_TYPES[name])

    @app.get("/static/socketio.js")
    def client() -> Response:
        module = files("asyncapi_guard") / "console" / "static" / "socketio.js"
        # As send_from_directory does: an upgraded package must not meet a cached client.
        headers = {"Cache-Control": "no-cache"}
        return Response(module.read_bytes(), headers=headers, mimetype="text/javascript")

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return Response(status=204)


class SecurityHeaders:
    """Adds a strict content security policy to every HTTP response of a WSGI application."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            policy = content_security_policy(environ)
            added = [("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff")]
            return start_response(status, headers + added, *rest)

        return self._application(environ, start)


def content_security_policy(environ: WSGIEnvironment) -> str:
    """Only this server's own files, and a WebSocket to nowhere else."""
    scheme = "wss" if environ["wsgi.url_scheme"] == "https" else "ws"
    host = environ.get("HTTP_HOST", "")
    # The host is the client's text: a semicolon in it would begin a directive of its own.
    # It is named at all because to some browsers 'self' does not include WebSockets.
    socket = f" {scheme}://{host}" if PLAIN_HOST.fullmatch(host) else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self'{socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def main(host: str = "127.0.0.1", port: int = 5000) -> None:
    """Serve until interrupted."""
    app, socketio = create_app()
    print(f"Tic-tac-toe on http://{host}:{port} (open it in two tabs; Ctrl+C stops)", flush=True)
    # Werkzeug's server is for development, and a demonstration on one machine is just that.
    socketio.run(app, host=host, port=port, allow_unsafe_werkzeug=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A guarded tic-tac-toe server.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    arguments = parser.parse_args()
    main(arguments.host, arguments.port)
