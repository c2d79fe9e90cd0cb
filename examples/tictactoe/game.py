"""The rules of tic-tac-toe, and the games that are going on. No sockets, no threads."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

Mark = Literal["X", "O"]
Cell = Literal["X", "O", ""]
Board = list[list[Cell]]

_SIZE = range(3)
#: Every row, column and diagonal, as `(x, y)` cells.
_LINES = (
    *(tuple((x, y) for x in _SIZE) for y in _SIZE),
    *(tuple((x, y) for y in _SIZE) for x in _SIZE),
    tuple((i, i) for i in _SIZE),
    tuple((i, 2 - i) for i in _SIZE),
)


class GameError(Exception):
    """The rules forbid it; the text is one sentence for the player."""


def _empty_board() -> Board:
    return [["", "", ""] for _ in _SIZE]


@dataclass
class Game:
    """One board and its two seats.

    Attributes:
        game_id: counts up from 1.
        board: rows from the top; a cell is `board[y][x]`.
        turn: who moves next.
        seats: who plays which mark; a player is any unique text, such as a session id.
    """

    game_id: int
    board: Board = field(default_factory=_empty_board)
    turn: Mark = "X"
    seats: dict[Mark, str] = field(default_factory=dict)

    @property
    def winner(self) -> Mark | None:
        """Who has three in a row."""
        for line in _LINES:
            first, *others = (self.board[y][x] for x, y in line)
            if first and all(cell == first for cell in others):
                return first
        return None

    @property
    def drawn(self) -> bool:
        """Whether the board is full and nobody has won."""
        return all(cell for row in self.board for cell in row) and not self.winner

    @property
    def over(self) -> bool:
        """Whether no further move is possible."""
        return self.drawn or self.winner is not None

    def sit(self, player: str) -> Mark:
        """Give the player a free seat, or the one where they sit already."""
        if self.over:
            raise GameError(f"Game {self.game_id} is over.")
        marks: tuple[Mark, Mark] = ("X", "O")
        for mark in marks:
            if self.seats.get(mark) == player:
                return mark
        for mark in marks:
            if mark not in self.seats:
                self.seats[mark] = player
                return mark
        raise GameError(f"Game {self.game_id} has two players already.")

    def leave(self, player: str) -> None:
        """Free the player's seat, if they have one."""
        self.seats = {mark: seated for mark, seated in self.seats.items() if seated != player}

    def play(self, player: str, x: int, y: int) -> None:
        """Put the player's mark into the cell, and pass the turn."""
        if player not in self.seats.values():
            raise GameError(f"You do not play in game {self.game_id}.")
        if self.over:
            raise GameError(f"Game {self.game_id} is over.")
        if self.seats.get(self.turn) != player:
            raise GameError(f"It is {self.turn}'s turn.")
        x, y = int(x), int(y)  # in JSON Schema, 1.0 is an integer
        if self.board[y][x]:
            raise GameError("That cell is taken.")
        self.board[y][x] = self.turn
        self.turn = "O" if self.turn == "X" else "X"


class Games:
    """The newest games, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._last_id = 0
        self._games: OrderedDict[int, Game] = OrderedDict()

    def create(self) -> tuple[Game, Game | None]:
        """A new game, and the oldest one if it had to go for it."""
        self._last_id += 1
        game = self._games[self._last_id] = Game(self._last_id)
        dropped = self._games.popitem(last=False)[1] if len(self._games) > self._limit else None
        return game, dropped

    def find(self, game_id: int) -> Game:
        """The game with this number."""
        try:
            return self._games[game_id]
        except KeyError:
            raise GameError(f"There is no game {game_id}.") from None

    def leave(self, player: str) -> None:
        """Free the player's seats everywhere."""
        for game in self._games.values():
            game.leave(player)
