"""A model that has the name of another module's."""

from __future__ import annotations

from enum import Enum

from pydantic import BaseModel, Field


class Address(BaseModel):
    """Where a machine is."""

    host: str
    port: int = Field(ge=1, le=65535)


class Level(str, Enum):
    """Another module has a Level, too."""

    low = "low"
    high = "high"
