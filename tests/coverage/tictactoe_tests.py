"""Tests of the tic-tac-toe server, as an author writes them; `test_tictactoe.py` runs them."""

from __future__ import annotations

from typing import Any

import pytest
from server import create_app


class Table:
    """A server, and two clients at it."""

    def __init__(self) -> None:
        app, io = create_app()
        self.x, self.o = io.test_client(app), io.test_client(app)

    def begin(self) -> int:
        game_id: int = self.x.emit("create_game", callback=True)["game_id"]
        seat = self.o.emit("join_game", {"game_id": game_id}, callback=True)
        assert seat["player"] == "O"
        return game_id

    def news(self, name: str) -> list[Any]:
        """What X has heard of by an event."""
        return [each["args"][0] for each in self.x.get_received() if each["name"] == name]


@pytest.fixture
def table() -> Table:
    return Table()


def test_x_wins(table: Table) -> None:
    game_id = table.begin()
    top_and_middle = [(table.x, 0, 0), (table.o, 0, 1), (table.x, 1, 0), (table.o, 1, 1)]
    for player, x, y in (*top_and_middle, (table.x, 2, 0)):
        assert player.emit("make_move", {"game_id": game_id, "x": x, "y": y}, callback=True) == {}
    assert table.news("game_won") == [{"game_id": game_id, "winner": "X"}]


def test_nobody_moves_twice(table: Table) -> None:
    move = {"game_id": table.begin(), "x": 0, "y": 0}
    table.x.emit("make_move", move, callback=True)
    assert "error" in table.x.emit("make_move", {**move, "x": 1}, callback=True)


def test_the_board_ends(table: Table) -> None:
    move = {"game_id": table.begin(), "x": 3, "y": 0}
    answer = table.x.emit("make_move", move, callback=True)
    assert answer["error"]["code"] == "request_validation_error"
