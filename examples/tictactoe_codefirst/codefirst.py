"""Tic-tac-toe, code first: the same events as `specs/tictactoe.yml`, and nobody wrote a document.

    python codefirst.py
    asyncapi-guard export codefirst:socketio -o asyncapi.yml

One import makes it so. With `from flask_socketio import SocketIO` the handlers would get dicts of
anything; here each gets an instance of the model in its hint, the server refuses what does not fit
before it runs, and `asyncapi.yml` beside this file is exported from the hints.
"""

from __future__ import annotations

import itertools
import os
from threading import Lock
from typing import Annotated, Literal

from flask import Flask, request
from flask_socketio import join_room
from pydantic import BaseModel, ConfigDict, Field

from asyncapi_guard import AsyncAPISocketIO as SocketIO

app = Flask(__name__)
socketio = SocketIO(
    app,
    typed=True,
    title="Tic-tac-toe",
    version="1.0.0",
    description="Two players, nine cells, any number of games at once.",
    server_url="http://localhost:5000",
    server_name="local",
    async_mode="threading",
)

# -- the contract ----------------------------------------------------------------------------------

Mark = Annotated[Literal["X", "O"], Field(description="A player. X begins.")]
Cell = Literal["X", "O", ""]
Row = Annotated[list[Cell], Field(min_length=3, max_length=3)]
Board = Annotated[
    list[Row], Field(min_length=3, max_length=3, description="Rows; a cell is `board[y][x]`.")
]
GameId = Annotated[int, Field(ge=1, description="Counts up from 1.")]
Coordinate = Annotated[int, Field(ge=0, le=2)]


class Closed(BaseModel):
    """What is not written here is refused."""

    model_config = ConfigDict(extra="forbid")


class GameReference(Closed):
    """A game."""

    game_id: GameId


class Move(Closed):
    """A cell of a game."""

    game_id: GameId
    x: Coordinate
    y: Coordinate


class Position(Closed):
    """What the board looks like."""

    game_id: GameId
    board: Board
    turn: Mark


class Victory(Closed):
    """Three in a row."""

    game_id: GameId
    winner: Mark


class Created(Closed):
    """The game is open, and whoever opened it plays X."""

    game_id: GameId
    player: Literal["X"] = "X"


class Joined(Position):
    """The seat that was free, and the position."""

    player: Mark


class Refusal(Closed):
    """The event kept the contract, and broke the rules of the game."""

    error: str = Field(examples=["It is O's turn."])


class Moved(Closed):
    """The move was made."""


# -- the game --------------------------------------------------------------------------------------

_LINES = (
    *(tuple((x, y) for x in range(3)) for y in range(3)),
    *(tuple((x, y) for y in range(3)) for x in range(3)),
    tuple((i, i) for i in range(3)),
    tuple((i, 2 - i) for i in range(3)),
)


class RuleError(Exception):
    """The rules forbid it; the text is for the player."""


class Game:
    """A board and its two seats."""

    def __init__(self, game_id: int) -> None:
        self.game_id = game_id
        self.board: list[list[Cell]] = [["", "", ""] for _ in range(3)]
        self.turn: Literal["X", "O"] = "X"
        self.seats: dict[str, Literal["X", "O"]] = {}

    @property
    def room(self) -> str:
        return f"game:{self.game_id}"

    @property
    def position(self) -> Position:
        return Position(game_id=self.game_id, board=self.board, turn=self.turn)

    @property
    def winner(self) -> Literal["X", "O"] | None:
        for line in _LINES:
            first, *others = (self.board[y][x] for x, y in line)
            if first and all(cell == first for cell in others):
                return first
        return None

    @property
    def drawn(self) -> bool:
        return self.winner is None and all(cell for row in self.board for cell in row)

    def sit(self, player: str) -> Literal["X", "O"]:
        if player not in self.seats:
            if len(self.seats) == 2:
                raise RuleError(f"Game {self.game_id} has two players already.")
            self.seats[player] = "O" if "X" in self.seats.values() else "X"
        return self.seats[player]

    def play(self, player: str, x: int, y: int) -> None:
        if player not in self.seats:
            raise RuleError(f"You do not play in game {self.game_id}.")
        if self.winner or self.drawn:
            raise RuleError(f"Game {self.game_id} is over.")
        if self.seats[player] != self.turn:
            raise RuleError(f"It is {self.turn}'s turn.")
        if self.board[y][x]:
            raise RuleError("That cell is taken.")
        self.board[y][x] = self.turn
        self.turn = "O" if self.turn == "X" else "X"


games: dict[int, Game] = {}
_numbers = itertools.count(1)
# Handlers run in threads. Held while emitting too: players must hear of moves in their order.
_lock = Lock()


def find(game_id: int) -> Game:
    if game_id not in games:
        raise RuleError(f"There is no game {game_id}.")
    return games[game_id]


def player() -> str:
    sid: str = request.sid  # type: ignore[attr-defined]  # Flask-SocketIO puts it there
    return sid


# -- the events ------------------------------------------------------------------------------------


@socketio.on("create_game")
@socketio.doc_emit("game_created", GameReference, "A game is open and may be joined.")
def create_game() -> Created:
    """Open a game and take the seat of X."""
    with _lock:
        game = Game(next(_numbers))
        games[game.game_id] = game
        game.sit(player())
        join_room(game.room)
        socketio.emit("game_created", GameReference(game_id=game.game_id))
    return Created(game_id=game.game_id)


@socketio.on("join_game")
def join_game(reference: GameReference) -> Joined | Refusal:
    """Take the free seat of a game."""
    with _lock:
        try:
            game = find(reference.game_id)
            mark = game.sit(player())
        except RuleError as error:
            return Refusal(error=str(error))
        join_room(game.room)
        return Joined(**game.position.model_dump(), player=mark)


@socketio.on("make_move")
@socketio.doc_emit("move_made", Position, "The board has changed.")
@socketio.doc_emit("game_won", Victory, "Three in a row.")
@socketio.doc_emit("game_drawn", GameReference, "The board is full, and nobody has won.")
def make_move(move: Move) -> Moved | Refusal:
    """Put your mark into an empty cell."""
    with _lock:
        try:
            game = find(move.game_id)
            game.play(player(), move.x, move.y)
        except RuleError as error:
            return Refusal(error=str(error))
        socketio.emit("move_made", game.position, to=game.room)
        if game.winner:
            victory = Victory(game_id=game.game_id, winner=game.winner)
            socketio.emit("game_won", victory, to=game.room)
        elif game.drawn:
            socketio.emit("game_drawn", GameReference(game_id=game.game_id), to=game.room)
    return Moved()


@socketio.on("disconnect")
def disconnect(_reason: str) -> None:
    """The player's seats are free again."""
    with _lock:
        for game in games.values():
            game.seats.pop(player(), None)


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "5000"))
    # Werkzeug's server is for development, which this is.
    socketio.run(app, port=port, allow_unsafe_werkzeug=True)
