"""The file to which a process writes what its traffic is like.

Shapes gather, and a thread writes them from time to time: once a minute, when learning ends, and
when the process does. A process that was forked has a file of its own.
"""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncapi_guard.learning.traffic_shapes import TrafficShapes
from asyncapi_guard.process_files.ends import close_at_the_end, close_at_the_end_of_a_child
from asyncapi_guard.process_files.names import check_name, host_name
from asyncapi_guard.process_files.summed_file import SummedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["DEFAULT_SIZE", "LEAST_SIZE", "ShapesLog", "read_lines"]

DEFAULT_SIZE = 20_000_000
LEAST_SIZE = 100_000
#: Rises when a field goes or changes its meaning.
VERSION = 1
#: Seconds between two times that shapes are written.
_INTERVAL = 60.0
#: How many seconds the end of a process waits for a disk that hangs.
_HANGS = 5.0


class ShapesLog:
    """What traffic is like, and the file of this process.

    Args:
        name: the name of the file, in which `{pid}` and `{host}` stand for the process's own.
        size: how many bytes it may have.
        complain: is called with a sentence about what is wrong.

    Raises:
        ValueError: the name or the size is none.
    """

    def __init__(
        self, name: str, *, size: int = DEFAULT_SIZE, complain: Callable[[str], None]
    ) -> None:
        check_name(name, "learning()")
        if size < LEAST_SIZE:
            raise ValueError(f"size must be at least {LEAST_SIZE:,} bytes, not {size:,}")
        path = Path.cwd() / Path(name).expanduser()  # not relative to a directory that changes
        folder = path.parent
        if "{" not in str(folder) and not os.access(folder, os.W_OK):
            complain(f"nothing can be written to {folder} yet")
        self._complain = complain
        self._file = SummedFile(str(path), size, _head, _added_up)
        self._largest = size
        self._begin()
        close_at_the_end(self)

    def _begin(self) -> None:
        """Begin as in a new process."""
        self._shapes = TrafficShapes()
        self._growing = threading.Lock()
        self._writing = threading.Lock()
        self._unwritten: deque[bytes] = deque()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._failing = False

    def grow(self, show: Callable[[TrafficShapes], None]) -> None:
        """Show the shapes something; one thread does at a time."""
        if self._thread is None:
            self._start()
        with self._growing:
            show(self._shapes)

    def _start(self) -> None:
        with self._writing:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._run, name="asyncapi_guard learning", daemon=True)
            self._stopping = threading.Event()
            self._thread = thread
        with suppress(RuntimeError):  # the process ends, and what is known is written there
            thread.start()
            close_at_the_end_of_a_child()

    def _run(self) -> None:
        stopping = self._stopping
        while not stopping.wait(_INTERVAL):
            self.flush()

    def flush(self) -> None:
        """Write what is known."""
        if not self._writing.acquire(timeout=_HANGS):
            return
        try:
            self._flush()
        except Exception as error:  # noqa: BLE001  # whatever it is, traffic comes first
            self._say_failed(getattr(error, "strerror", None) or type(error).__name__)
        finally:
            self._writing.release()

    def _flush(self) -> None:
        with self._growing:
            shapes, self._shapes = self._shapes, TrafficShapes()
        self._unwritten.extend(_encode(line) + b"\n" for line in shapes.lines())
        if sum(map(len, self._unwritten)) > self._largest:
            fewer = _added_up([*self._unwritten], self._largest // 2)
            self._unwritten = deque(line + b"\n" for line in fewer)
        if self._unwritten:
            self._file.write(self._unwritten)
            self._failing = False

    def _say_failed(self, why: str) -> None:
        if not self._failing:
            self._failing = True
            self._complain(f"what was learnt cannot be written: {why}; it is kept")

    def close(self) -> None:
        """Write all that is known, and end the thread; what comes next begins again."""
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
        """Begin anew in a process that was forked: what was seen is the other one's to write."""
        self._file.forget()
        self._begin()


def read_lines(lines: Iterable[bytes], into: TrafficShapes) -> int:
    """Add what lines of a file say; return how many of them say nothing that we know."""
    unreadable = 0
    for line in lines:
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            if isinstance(data, dict) and "learning" in data:
                if data["learning"] != VERSION:
                    unreadable += 1
                continue
            into.read_line(data)
        except (ValueError, RecursionError):
            unreadable += 1
    return unreadable


def _head() -> bytes:
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    head = {"learning": VERSION, "time": now, "host": host_name()[:120], "pid": os.getpid()}
    return _encode(head) + b"\n"


def _encode(data: Any) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode()


def _added_up(lines: list[bytes], most: int) -> list[bytes]:
    """All lines about the same as one; what finds no room is counted."""
    shapes = TrafficShapes()
    read_lines(lines, shapes)
    found: list[bytes] = []
    for line in shapes.lines():
        encoded = _encode(line)
        if most < len(encoded) + 100:
            shapes.left_out += 1
            continue
        most -= len(encoded) + 1
        found.append(encoded)
    rest = [_encode({"leftOut": shapes.left_out})] if shapes.left_out else []
    return [*(line for line in found if not line.startswith(b'{"leftOut"')), *rest]
