"""What players are told of a game, as the contract describes it. No sockets, no threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    # A script beside game.py in the repository, a module of a package in an installed wheel.
    if __package__:
        from .game import Game
    else:
        from game import Game


def position(game: Game) -> dict[str, Any]:
    """The board, and whose turn it is."""
    # A copy, because an ack might be encoded after the next move.
    board = [row.copy() for row in game.board]
    return {"game_id": game.game_id, "board": board, "turn": game.turn}


def news_of(game: Game) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events that tell the players of the move that was just made."""
    yield "move_made", position(game)
    if game.winner:
        yield "game_won", {"game_id": game.game_id, "winner": game.winner}
    elif game.drawn:
        yield "game_drawn", {"game_id": game.game_id}


def room_of(game: Game) -> str:
    """The Socket.IO room of a game's players."""
    return f"game:{game.game_id}"
