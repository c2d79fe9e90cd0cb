"""The file to which a process writes the shapes of its traffic, once a minute."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from asyncapi_guard.learning.traffic_shapes import TrafficShapes
from asyncapi_guard.process_files.gathering import Gathering
from asyncapi_guard.process_files.names import host_name
from asyncapi_guard.process_files.summed_file import SummedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["DEFAULT_SIZE", "LEAST_SIZE", "ShapesLog", "read_lines"]

DEFAULT_SIZE = 20_000_000
LEAST_SIZE = 100_000
#: Rises when a field goes or changes its meaning.
VERSION = 1


class ShapesLog(Gathering):
    """What traffic is like, and the file of this process.

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
        if size < LEAST_SIZE:
            raise ValueError(f"size must be at least {LEAST_SIZE:,} bytes, not {size:,}")
        self._largest = size

        def open_file(path: str) -> SummedFile:
            return SummedFile(path, size, _head, _added_up)

        super().__init__("learning()", "shapes", name, open_file, complain)

    def _begin(self) -> None:
        super()._begin()
        self._shapes = TrafficShapes()
        self._growing = threading.Lock()
        self._unwritten: deque[bytes] = deque()

    def grow(self, show: Callable[[TrafficShapes], None]) -> None:
        """Show the shapes something; one thread does at a time."""
        if self._thread is None:
            self._start()
        with self._growing:
            show(self._shapes)

    def _lines(self) -> deque[bytes]:
        with self._growing:
            shapes, self._shapes = self._shapes, TrafficShapes()
        lines = deque(self._unwritten)
        lines.extend(_encode(line) + b"\n" for line in shapes.lines())
        if sum(map(len, lines)) > self._largest:
            lines = deque(line + b"\n" for line in _added_up([*lines], self._largest // 2))
        self._unwritten = lines
        return lines

    def _written(self, left: deque[bytes]) -> None:
        self._unwritten = left


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
