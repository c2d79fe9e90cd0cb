"""Reads violation logs line by line; counts and skips unreadable lines."""

from __future__ import annotations

from asyncapi_guard.process_files.line_reader import LineReader
from asyncapi_guard.violation_log.lines import Line

__all__ = ["LogReader"]


class LogReader(LineReader[Line]):
    """Reads the lines of violation logs."""

    def __init__(self) -> None:
        super().__init__(Line)
