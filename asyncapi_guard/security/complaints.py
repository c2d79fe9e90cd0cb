"""What is wrong with how a verifier is used: the log has it once, and not for each client."""

from __future__ import annotations

import logging

from asyncapi_guard.integrations.recording.log import write

__all__ = ["Complaint"]


class Complaint:
    """A line in the log.

    Args:
        text: what it says.
        level: a level of `logging`.
    """

    def __init__(self, text: str, level: int = logging.ERROR) -> None:
        self._text = text
        self._level = level
        self._made = False

    def make(self) -> None:
        """Write it down, unless that is done."""
        if not self._made:
            self._made = True
            write(self._level, "%s", self._text)
