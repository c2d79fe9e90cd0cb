"""How far a long run is: a line of click's on a terminal."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

__all__ = ["Progress"]

#: Seconds after which people wonder.
_PATIENCE = 1.0


class Progress(ExitStack):
    """Counts files on a terminal, if it takes long; does nothing on any other stream.

    `with Progress(9, sys.stderr) as progress:`, and `progress.step()` after each file.
    """

    def __init__(self, total: int, stream: TextIO) -> None:
        super().__init__()
        self._total = total
        self._stream = stream
        self._terminal = stream.isatty()
        self._began = time.monotonic()
        self._done = 0

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        # On other streams than terminals, click would print the label.
        if self._terminal and time.monotonic() - self._began > _PATIENCE:
            self._bar.update(self._done - self._bar.pos, self._done)

    @cached_property
    def _bar(self) -> ProgressBar[int]:
        """The line. It is ended also after an error, for it hides the cursor."""
        line: ProgressBar[int] = click.progressbar(
            length=self._total,
            label="Checking files…",
            bar_template="%(label)s %(info)s",
            item_show_func=lambda done: f"{done or self._done} of {self._total}",
            show_percent=False,
            show_eta=False,
            file=self._stream,
        )
        return self.enter_context(line)
