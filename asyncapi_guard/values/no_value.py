"""The exception for a schema without a generated value."""

from __future__ import annotations

__all__ = ["NoValue"]


class NoValue(Exception):
    """No valid value of a schema was found within the effort that was allowed.

    Attributes:
        location: where the schema is, as `file#/json/pointer`.
    """

    def __init__(self, location: str) -> None:
        super().__init__(f"found no value that the schema at {location} accepts")
        self.location: str = location
