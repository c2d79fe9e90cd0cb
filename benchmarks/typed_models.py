"""The models of `peers.py` and `drop_ins.py`, and what is good and bad by them."""
# No `from __future__ import annotations`: not every peer sees through hints that are strings.

from typing import Any, Literal

import pydantic

__all__ = ["DATA", "MODELS", "WRONG", "Piece"]


class Small(pydantic.BaseModel):
    """Three fields."""

    id: int
    name: str
    active: bool


class Piece(pydantic.BaseModel):
    """Six fields."""

    id: int
    name: str
    x: float
    y: float
    owner: Literal["white", "black"]
    alive: bool


class Big(pydantic.BaseModel):
    """A hundred pieces."""

    pieces: list[Piece]


MODELS: dict[str, Any] = {"small": Small, "big": Big}
DATA: dict[str, Any] = {
    "small": {"id": 7, "name": "Ada Lovelace", "active": True},
    "big": {
        "pieces": [
            {
                "id": number,
                "name": f"piece {number}",
                "x": number + 0.5,
                "y": number * 1.25,
                "owner": "black" if number % 2 else "white",
                "alive": number % 3 > 0,
            }
            for number in range(100)
        ]
    },
}
WRONG: dict[str, Any] = {
    "small": {"id": "seven", "name": "Ada Lovelace", "active": True},
    "big": {"pieces": [*DATA["big"]["pieces"][:99], {"id": 99, "name": "incomplete"}]},
}
