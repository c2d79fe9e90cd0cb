"""Warnings about the use of a verifier, logged once instead of for each client."""

from __future__ import annotations

import logging

from asyncapi_guard.integrations.recording.log import write

__all__ = ["Complaint"]


class Complaint:
    """A line that is logged once.

    Args:
        text: the text of the line.
        level: a level of `logging`.
    """

    def __init__(self, text: str, level: int = logging.ERROR) -> None:
        self._text = text
        self._level = level
        self._made = False

    def make(self) -> None:
        """Log the line, unless it has been logged."""
        if not self._made:
            self._made = True
            write(self._level, "%s", self._text)
