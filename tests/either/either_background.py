"""Commands that run until they are interrupted, wherever the tests themselves run.

In a shell's background (`pytest &`, `nohup`) programs inherit that SIGINT is ignored, and a command
that waits for it never ends: so it is told not to. What a command should say is waited for; that
nobody waits for ever, the command is ended after a time that no machine needs.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PATIENCE", "Running", "running"]

#: Seconds within which anything has happened, however busy the machine is.
PATIENCE = 300
_RUN = (
    "import runpy, signal\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "runpy.run_module('asyncapi_guard', run_name='__main__', alter_sys=True)\n"
)


class Running:
    """A command that was started; `said` has its lines so far, of both outputs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.said: list[str] = []

    def await_line(self, text: str) -> None:
        """Read until a line has a text in it."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)
            if text in line:
                return
        raise AssertionError(f"{text!r} was never said: {''.join(self.said)}")

    def interrupt(self) -> int:
        """What Ctrl-C does; the exit code."""
        self._process.send_signal(signal.SIGINT)
        assert self._process.stdout is not None
        self.said.extend(self._process.stdout)
        return self._process.wait(PATIENCE)


@contextmanager
def running(*args: str) -> Iterator[Running]:
    """`asyncapi-guard` with arguments, in a process of its own that ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-u", "-c", _RUN, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            yield Running(process)
        finally:
            watchdog.cancel()
            process.kill()
