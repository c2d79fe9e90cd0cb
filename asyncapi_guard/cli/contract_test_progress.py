"""How far a test of a server is: a line on a terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from asyncapi_guard.contract_tests.failures import Phase

__all__ = ["ContractTestProgress"]

#: Seconds between two lines.
_PAUSE = 0.2


class ContractTestProgress:
    """A line that says what a run does; nothing on any other stream than a terminal.

    `with ContractTestProgress(sys.stderr) as progress:`, and `progress.show` now and then.
    """

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._shows = stream.isatty() and not quiet
        self._last = 0.0
        self._width = 0

    def __enter__(self) -> ContractTestProgress:  # noqa: PYI034  # Self is not in Python 3.10
        return self

    def __exit__(self, *_error: object) -> None:
        if self._width:
            click.echo("\r" + " " * self._width + "\r", file=self._stream, nl=False)

    def show(self, phase: Phase, sent: int, failures: int) -> None:
        """Say what is done now.

        Args:
            phase: the part of the run.
            sent: how many events were sent so far.
            failures: how many failures there are so far.
        """
        now = time.monotonic()
        if not self._shows or now - self._last < _PAUSE:
            return
        self._last = now
        found = f", {failures} failure{'s' * (failures != 1)}" if failures else ""
        line = f"Testing ({phase})… {sent} events{found}"
        click.echo("\r" + line.ljust(self._width), file=self._stream, nl=False)
        self._width = len(line)
