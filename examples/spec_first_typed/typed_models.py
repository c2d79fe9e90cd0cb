"""What `asyncapi.yml` describes, as Python types: the file judges, these have attributes."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # Pydantic reads the hints
from enum import Enum

from pydantic import BaseModel, Field


class Room(str, Enum):
    """A room; there are no others."""

    garden = "garden"
    kitchen = "kitchen"


class Auth(BaseModel):
    """Who is there."""

    nickname: str


class Text(BaseModel):
    """What somebody writes."""

    body: str
    shout: bool = False


class Said(BaseModel):
    """What everybody in the room hears."""

    room: Room
    from_: str = Field(alias="from")
    text: Text


class Receipt(BaseModel):
    """The writer's ack."""

    number: int
    at: datetime
