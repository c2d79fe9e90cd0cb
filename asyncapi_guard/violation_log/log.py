"""The violation log of a process: lines are made during validation, and written in a thread.

A thread writes what has gathered a few times a second, so a full disk or a slow one costs traffic
nothing. It is started by the first line, or by the first event of a kind, in the process that has
it: a process that was forked has a log, a file and a thread of its own. What is left is written
when the guard is uninstalled, and when the process ends.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.process_files.ends import close_at_the_end, close_at_the_end_of_a_child
from asyncapi_guard.process_files.names import check_name, host_name
from asyncapi_guard.process_files.rotating_file import RotatingFile
from asyncapi_guard.violation_log.ended import delete_ended
from asyncapi_guard.violation_log.hashing import ClientHashes
from asyncapi_guard.violation_log.lines import (
    VERSION,
    CountersLine,
    DroppedLine,
    LogLine,
    ProblemLine,
    ViolationLine,
    encode,
)
from asyncapi_guard.violation_log.operations import Counts, Operations
from asyncapi_guard.violations import Perspective

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Guard
    from asyncapi_guard.violations import Violation

__all__ = ["DEFAULT_SIZE", "LEAST_SIZE", "ViolationLog"]

DEFAULT_SIZE = 50_000_000
LEAST_SIZE = 100_000

#: How many bytes of lines may wait to be written.
_WAITING = 8_000_000
#: Seconds in which lines gather before they are written.
_GATHER = 0.2
#: Seconds until writing is tried again where it failed.
_RETRY = 5.0
#: Seconds between two lines of counters: at least, at most.
_SELDOM, _OFTEN = 3600.0, 60.0
#: In which time counters take a tenth of the files, at most: a week.
_LASTS = 7 * 86_400.0
#: How many seconds the end of a process waits for a disk that hangs.
_HANGS = 5.0
#: How many problems a line has.
_PROBLEMS = 3
#: How many characters names, and all other texts, have.
_NAME, _TEXT = 120, 500


class ViolationLog:
    """Writes violations, and counters, to the file of this process.

    Args:
        name: the name of the file, in which `{pid}` and `{host}` stand for the process's own.
        size: how many bytes the files of a process may have together.
        salt: of the hashes of clients; a random one by default.
        keep: of how many processes that have ended the files are kept; `None` for all.
        complain: writes a line to the guard's own log; of what is wrong with this one.

    Attributes:
        side: the side whose traffic is counted.

    Raises:
        ValueError: the name or the size is none.
    """

    def __init__(
        self,
        name: str,
        *,
        size: int = DEFAULT_SIZE,
        salt: str | bytes | None = None,
        keep: int | None = None,
        complain: Callable[..., None],
    ) -> None:
        check_name(name, "violations")
        if size < LEAST_SIZE:
            raise ValueError(f"violations_size must be at least {LEAST_SIZE:,} bytes, not {size:,}")
        self._size, self._keep = size, keep
        self._complain = complain
        self._hashes = ClientHashes(salt)
        # Not relative to a working directory that changes.
        self._name = str(Path.cwd() / Path(name).expanduser())
        self._file = RotatingFile(self._name, size, self._head)
        self.side: Perspective = Perspective.SERVER
        self._guard: Callable[[], Guard] | None = None
        self._numbers: Callable[[], Counts] = dict
        self._operations: dict[Perspective, Operations] = {}
        self._begin()
        self._warn_of_folder(Path.cwd() / name)
        close_at_the_end(self)

    def _begin(self) -> None:
        """Begin as in a new process."""
        self._waiting = threading.Lock()
        self._writing = threading.Lock()
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._dropped = 0
        self._more = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._failing = False
        self._said_name = self._tidied = False
        self._host = host_name()[:_NAME]
        self._pid = os.getpid()
        self._started = self._since = _now()
        self._counted: Counts = self._numbers()
        self._next_counters = time.monotonic() + _OFTEN

    def count_from(self, guard: Callable[[], Guard], numbers: Callable[[], Counts]) -> None:
        """Say where to find the guard that is in force, and the counters; those count from now."""
        self._guard = guard
        self._numbers = numbers
        self.count_from_now()

    def count_from_now(self) -> None:
        """Leave out what was counted until now."""
        self._counted, self._since = self._numbers(), _now()

    def _warn_of_folder(self, name: Path) -> None:
        folder = name.parent
        if "{" in str(folder) or (folder.is_dir() and os.access(folder, os.W_OK)):
            return
        why = "is not writable" if folder.is_dir() else "does not exist"
        self._complain(logging.WARNING, "violations=: nothing is written while %s %s", folder, why)

    # -- what is written ---------------------------------------------------------------------------

    def add(self, violation: Violation, place: Callable[[str], str], *, declared: bool) -> None:
        """Have a violation written.

        Args:
            violation: it, with its client.
            place: names the place of a problem for people, by its `schema`.
            declared: whether the contract has the event.
        """
        if self._bytes > _WAITING:
            with self._waiting:
                self._dropped += 1
            self._more.set()
            return
        line = encode(self._line(violation, place, declared=declared))
        with self._waiting:
            self._lines.append(line)
            self._bytes += len(line)
        if not self._more.is_set():
            self._more.set()
        if self._thread is None:
            self.start()

    def _line(
        self, violation: Violation, place: Callable[[str], str], *, declared: bool
    ) -> ViolationLine:
        operations = self._current(violation.perspective)
        event, namespace = violation.event, violation.namespace
        shown = violation.problems[:_PROBLEMS]
        channel, found = (
            operations.of(namespace, event, violation.checkpoint)
            if declared and operations is not None
            else (None, ())
        )
        hashed = self._hashes
        return ViolationLine(
            v=VERSION,
            time=_now(),
            host=self._host,
            pid=self._pid,
            contract="" if operations is None else operations.digest,
            mode="enforce" if violation.rejected else "report",
            outcome="rejected" if violation.rejected else "reported",
            side=violation.perspective.value,
            checkpoint=violation.checkpoint.value,
            namespace=_cut(namespace, _NAME),
            event=_cut(event, _NAME),
            declared=declared,
            channel=None if channel is None else _cut(channel, _TEXT),
            operations=list(found),
            code=violation.code.value,
            reason=_cut(violation.reason, _TEXT),
            problems=[
                ProblemLine(
                    _cut(each.path, _TEXT),
                    _cut(each.keyword, _NAME),
                    _cut(each.message, _TEXT),
                    _cut(each.schema, _TEXT),
                    _cut(place(each.schema), _TEXT),
                )
                for each in shown
            ],
            more=len(violation.problems) - len(shown),
            client=None if violation.address is None else hashed(violation.address),
            session=None if violation.sid is None else hashed(violation.sid),
        )

    def _current(self, side: Perspective) -> Operations | None:
        """The operations of the contract in force, as one side sees it."""
        if self._guard is None:
            return None
        guard = self._guard()
        guard = guard if guard.perspective is side else guard.mirrored
        known = self._operations.get(side)
        if known is None or known.guard is not guard:
            known = self._operations[side] = Operations(guard)
        return known

    def _head(self) -> bytes:
        salt = self._hashes.salt_id
        return encode(LogLine(VERSION, _now(), self._host, self._pid, self._started, salt))

    def _counters(self) -> bytes:
        """The line of what was counted since the last one; empty if there was nothing."""
        operations = self._current(self.side)
        numbers, before = self._numbers(), self._counted
        new = {
            key: (seen - old[0], rejected - old[1], reported - old[2])
            for key, (seen, rejected, reported) in numbers.items()
            if (old := before.get(key, (0, 0, 0))) != (seen, rejected, reported)
        }
        if not new or operations is None:
            return b""
        self._counted, since, self._since = numbers, self._since, _now()
        return encode(
            CountersLine(
                v=VERSION,
                time=self._since,
                since=since,
                host=self._host,
                pid=self._pid,
                contract=operations.digest,
                title=operations.title,
                counts=operations.counted(new),
            )
        )

    # -- the thread --------------------------------------------------------------------------------

    def start(self) -> None:
        """Start what writes, unless it runs."""
        if self._thread is not None:
            return
        with self._waiting:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._run, name="asyncapi_guard log", daemon=True)
            self._stopping = threading.Event()
            self._thread = thread
        try:
            thread.start()
        except RuntimeError:  # the process ends
            self._thread = None
            self.flush()
            return
        close_at_the_end_of_a_child()

    def _run(self) -> None:
        stopping = self._stopping
        with suppress(Exception):  # what is asked for again when it is needed
            operations = self._current(self.side)
            if operations is not None:
                operations.digest  # noqa: B018  # takes a while where the document is no file
        while not stopping.is_set():
            self._more.wait(max(0.0, self._next_counters - time.monotonic()))
            if stopping.wait(_RETRY if self._failing else _GATHER):
                return
            self._more.clear()
            self.flush(counters=time.monotonic() >= self._next_counters)

    def flush(self, *, counters: bool = False) -> None:
        """Write all that waits.

        Args:
            counters: and what was counted.
        """
        if not self._writing.acquire(timeout=_HANGS):
            return
        try:
            self._flush(counters=counters)
        except Exception as error:  # noqa: BLE001  # the log is worth less than what it is about
            self._say_failed(type(error).__name__)
        finally:
            self._writing.release()

    def _flush(self, *, counters: bool) -> None:
        with self._waiting:
            lines, self._lines = self._lines, deque()
            dropped, self._dropped = self._dropped, 0
        if counters:
            self._count(lines)
        last = b""
        if dropped:
            why = "unwritable" if self._failing else "flood"
            last = encode(DroppedLine(VERSION, _now(), self._host, self._pid, dropped, why))
            lines.append(last)
        if not lines:
            return
        try:
            self._file.write(lines)
        except OSError as error:
            self._say_failed(error.strerror or type(error).__name__)
        else:
            self._say_it_works()
            self._tidy()
        with self._waiting:
            if dropped and lines and lines[-1] is last:
                lines.pop()
                self._dropped += dropped
            self._lines.extendleft(reversed(lines))
            self._bytes = sum(map(len, self._lines))

    def _tidy(self) -> None:
        """Delete files of processes that have ended, once."""
        if self._keep is None or self._tidied:
            return
        self._tidied = True
        try:
            delete_ended(self._name, self._keep)
        except OSError as error:
            why = error.strerror or type(error).__name__
            text = "violations_keep=: files of processes that have ended cannot be deleted: %s"
            self._complain(logging.WARNING, text, why)

    def _count(self, lines: deque[bytes]) -> None:
        """Add what was counted, if it can be written."""
        line = b"" if self._failing else self._counters()
        pace = _LASTS * len(line) / (self._size / 10)
        self._next_counters = time.monotonic() + min(_SELDOM, max(_OFTEN, pace))
        if line:
            lines.append(line)

    def close(self) -> None:
        """Write all that is known, and end the thread; the next line begins again."""
        thread = self._thread
        self._stopping.set()
        self._more.set()
        if thread is not None and thread is not threading.current_thread():
            with suppress(RuntimeError):  # it never started
                thread.join(_HANGS)
        self._thread = None
        self.flush(counters=True)
        if self._writing.acquire(timeout=_HANGS):
            self._file.close()
            self._writing.release()

    def forget(self) -> None:
        """Begin anew in a process that was forked: what waited is the other process's to write."""
        self._file.forget()
        self._begin()

    # -- what is wrong -----------------------------------------------------------------------------

    def _say_failed(self, why: str) -> None:
        if self._failing:
            return
        self._failing = True
        self._complain(
            logging.ERROR,
            "violations=: the log cannot be written: %s; traffic is still validated",
            why,
        )

    def _say_it_works(self) -> None:
        if self._failing:
            self._failing = False
            self._complain(logging.WARNING, "violations=: the log is written again")
        if not self._said_name and not self._file.has_wanted_name:
            self._said_name = True
            self._complain(
                logging.WARNING,
                "violations=: another process or guard writes that file, so this one writes %s; "
                "to give each process its own file, put {pid} in the name",
                self._file.path,
            )


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _cut(text: object, most: int) -> str:
    """A text that can be encoded, and is not longer."""
    shown = text if isinstance(text, str) else f"<{type(text).__name__}>"
    kept = shown if len(shown) <= most else shown[:most] + "…"
    return kept if kept.isascii() else kept.encode("utf-8", "replace").decode("utf-8")
