"""The usage log of a process: counts gather, and a thread writes them from time to time.

What cannot be written stays with what is counted next, so a disk that is full for an hour loses
nothing. A process that was forked counts for itself. What is left is written when the guard is
uninstalled, and when the process ends.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.process_files.ends import close_at_the_end, close_at_the_end_of_a_child
from asyncapi_guard.process_files.names import check_name, host_name
from asyncapi_guard.process_files.summed_file import SummedFile
from asyncapi_guard.usage.adding import Sum, add_up
from asyncapi_guard.usage.counting import Counter
from asyncapi_guard.usage.lines import VERSION, UsageLine, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.usage.lines import UseLine

__all__ = ["DEFAULT_SIZE", "LEAST_SIZE", "UsageLog"]

DEFAULT_SIZE = 20_000_000
LEAST_SIZE = 100_000
#: Seconds between two times that counts are written.
_INTERVAL = 60.0
#: How many seconds the end of a process waits for a disk that hangs.
_HANGS = 5.0
_NAME = 120


class UsageLog:
    """Counts, and writes to the file of this process.

    Args:
        name: the name of the file, in which `{pid}` and `{host}` stand for the process's own.
        size: how many bytes it may have.
        complain: writes a line to the guard's own log; of what is wrong with this one.

    Raises:
        ValueError: the name or the size is none.
    """

    def __init__(
        self, name: str, *, size: int = DEFAULT_SIZE, complain: Callable[..., None]
    ) -> None:
        check_name(name, "usage")
        if size < LEAST_SIZE:
            raise ValueError(f"usage_size must be at least {LEAST_SIZE:,} bytes, not {size:,}")
        self._complain = complain
        # Not relative to a working directory that changes.
        path = Path.cwd() / Path(name).expanduser()
        self._file = SummedFile(str(path), size, self._head, self._summed)
        self._begin()
        self._warn_of_folder(path)
        close_at_the_end(self)

    def _begin(self) -> None:
        """Begin as in a new process."""
        self._counter = Counter()
        self._writing = threading.Lock()
        self._waiting: list[UseLine] = []
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._failing = self._said_fault = self._said_full = self._said_name = False

    def _warn_of_folder(self, path: Path) -> None:
        folder = path.parent
        if "{" in str(folder) or (folder.is_dir() and os.access(folder, os.W_OK)):
            return
        why = "is not writable" if folder.is_dir() else "does not exist"
        self._complain(logging.WARNING, "usage=: nothing is written as long as %s %s", folder, why)

    @property
    def counter(self) -> Counter:
        """What counts in this process; what it counts is written from now on."""
        if self._thread is None:
            self._start()
        return self._counter

    def failed(self, error: Exception) -> None:
        """Say once that counting has failed."""
        if not self._said_fault:
            self._said_fault = True
            kind = type(error).__name__
            self._complain(
                logging.ERROR, "usage=: counting failed: %s; some counts are too low", kind
            )

    # -- writing -----------------------------------------------------------------------------------

    def _head(self) -> bytes:
        now = datetime.now(timezone.utc)
        return encode(UsageLine(VERSION, now, host_name()[:_NAME], os.getpid()))

    def _summed(self, lines: list[bytes], most: int) -> list[bytes]:
        found = add_up(lines, most)
        if found and found[0].startswith(b'{"type":"dropped"') and not self._said_full:
            self._said_full = True
            self._complain(
                logging.WARNING, "usage=: the file is full: its first days go; raise usage_size"
            )
        return found

    def _start(self) -> None:
        with self._writing:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._run, name="asyncapi_guard usage", daemon=True)
            self._stopping = threading.Event()
            self._thread = thread
        try:
            thread.start()
        except RuntimeError:  # the process ends, and what is counted is written there
            return
        close_at_the_end_of_a_child()

    def _run(self) -> None:
        stopping = self._stopping
        while not stopping.wait(_INTERVAL):
            self.flush()

    def flush(self) -> None:
        """Write what was counted."""
        if not self._writing.acquire(timeout=_HANGS):
            return
        try:
            self._flush()
        except Exception as error:  # noqa: BLE001  # counts are worth less than what they count
            self._say_failed(type(error).__name__)
        finally:
            self._writing.release()

    def _flush(self) -> None:
        sum = Sum()
        for line in (*self._waiting, *self._counter.take()):
            sum.add(line)
        self._waiting = [*sum.by_key.values()]
        if not self._waiting:
            return
        lines = deque(map(encode, self._waiting))
        try:
            self._file.write(lines)
        except OSError as error:
            self._say_failed(error.strerror or type(error).__name__)
        else:
            self._say_it_works()
        # Lines are written from the first one on.
        self._waiting = self._waiting[len(self._waiting) - len(lines) :]

    def close(self) -> None:
        """Write all that is known, and end the thread; what is counted next begins again."""
        thread = self._thread
        self._stopping.set()
        if thread is not None and thread is not threading.current_thread():
            with suppress(RuntimeError):  # it never started
                thread.join(_HANGS)
        self._thread = None
        self.flush()
        if self._writing.acquire(timeout=_HANGS):
            self._file.close()
            self._writing.release()

    def forget(self) -> None:
        """Begin anew in a process that was forked: what was counted is the other one's to write."""
        self._file.forget()
        self._begin()

    # -- what is wrong -----------------------------------------------------------------------------

    def _say_failed(self, why: str) -> None:
        if self._failing:
            return
        self._failing = True
        self._complain(
            logging.ERROR,
            "usage=: counts cannot be written: %s; they are kept, and traffic passes all the same",
            why,
        )

    def _say_it_works(self) -> None:
        if self._failing:
            self._failing = False
            self._complain(logging.WARNING, "usage=: counts are written again")
        if not self._said_name and not self._file.has_wanted_name:
            self._said_name = True
            self._complain(
                logging.WARNING,
                "usage=: another process or guard writes that file, so this one writes %s; give "
                "each process a file of its own by {pid} in the name",
                self._file.path,
            )
