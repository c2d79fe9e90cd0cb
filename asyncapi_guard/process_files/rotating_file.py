"""A file of whole lines, bounded in size: full files are renamed, and the oldest is deleted."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from asyncapi_guard.process_files.names import name_of_process, older

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["FILES", "RotatingFile"]

#: How many files a process has: the one that it writes to, and those before it.
FILES = 5
#: How much is handed to the operating system in one go, in bytes.
_CHUNK = 1 << 20


class RotatingFile:
    """The file of this process, opened when there is something to write.

    Args:
        name: its name, which can have `{pid}` and `{host}`.
        size: how many bytes all files of the process may have.
        head: makes the line with which a file begins.
        files: how many files that are.

    Attributes:
        path: the file; `None` until it is open.
    """

    def __init__(
        self, name: str, size: int, head: Callable[[], bytes], files: int | None = None
    ) -> None:
        self.path: Path | None = None
        self._name = name
        self._files = FILES if files is None else files
        self._largest = size // self._files
        self._head = head
        self._descriptor: int | None = None
        self._size = 0
        #: It has nothing but its first line.
        self._is_new = False

    @property
    def has_wanted_name(self) -> bool:
        """Whether no other process has the name that was wanted; true until it is open."""
        return self.path is None or self.path == next(name_of_process(self._name))

    def write(self, lines: deque[bytes]) -> None:
        """Write lines, and take those out that were written.

        Raises:
            OSError: some were not; they are left, and none of them is in the file in part.
        """
        self._leave_if_moved()
        while lines:
            descriptor = self._open()
            room = min(self._largest - self._size, _CHUNK)
            count, length = _fitting(lines, room)
            if not count:
                if not self._is_new:
                    self._rotate()
                    continue
                count, length = 1, len(lines[0])  # longer than a file may be: better than lost
            self._append(descriptor, b"".join(lines[index] for index in range(count)))
            for _ in range(count):
                lines.popleft()
            self._size += length
            self._is_new = False

    def close(self) -> None:
        """Close it; the next line opens it again."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.close(self._descriptor)
        self._descriptor = None

    def forget(self) -> None:
        """Leave the file to the process from which this one was forked."""
        self.close()
        self.path = None

    def _append(self, descriptor: int, data: bytes) -> None:
        """Append all of some lines, or nothing."""
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(descriptor, left) :]
        except OSError:
            # Its beginning might be there: a line that is not whole is worse than none.
            with suppress(OSError):
                os.ftruncate(descriptor, self._size)
            raise

    def _open(self) -> int:
        if self._descriptor is not None:
            return self._descriptor
        for path in name_of_process(self._name):
            descriptor = _locked(path)
            if descriptor is not None:
                break
        else:
            raise BlockingIOError("other processes use all of its names")
        self.path, self._descriptor = path, descriptor
        self._size = os.fstat(descriptor).st_size
        head = self._head()
        self._is_new = not self._size
        if self._size and not _ends_with_a_line(descriptor, self._size):
            head = b"\n" + head  # whoever wrote it before was ended in the middle of a line
        try:
            self._append(descriptor, head)
        except OSError:
            self.close()
            raise
        self._size += len(head)
        return descriptor

    def _rotate(self) -> None:
        path = self.path
        if path is not None and os.name != "nt":
            # It stays locked meanwhile: others see that this process is there.
            _move(path, self._files)
            self.close()
            return
        self.close()  # what is open has no other name there
        if path is not None:
            _move(path, self._files)

    def _leave_if_moved(self) -> None:
        """Begin a new file where somebody has moved or deleted this one."""
        if self._descriptor is None or self.path is None:
            return
        try:
            there, ours = self.path.stat(), os.fstat(self._descriptor)
        except OSError:
            self.close()
            return
        if (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino) or not ours.st_nlink:
            self.close()
        else:
            self._size = ours.st_size


def _move(path: Path, files: int) -> None:
    """Give a file, and those before it, the next older names."""
    for number in range(files - 1, 0, -1):
        newer = older(path, number - 1) if number > 1 else path
        with suppress(FileNotFoundError):
            newer.replace(older(path, number))


#: Where Windows would write another line break than ours.
_BINARY: int = getattr(os, "O_BINARY", 0)


def _fitting(lines: deque[bytes], room: int) -> tuple[int, int]:
    """How many lines fit into some bytes, and how long they are."""
    count = length = 0
    for line in lines:
        if length + len(line) > room:
            break
        count, length = count + 1, length + len(line)
    return count, length


def _locked(path: Path) -> int | None:
    """Open a file, and lock it; `None` if it is another's."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY, 0o640)
        if not _is_ours(descriptor):
            os.close(descriptor)
            return None
        if os.fstat(descriptor).st_nlink or os.name == "nt":
            return descriptor
        os.close(descriptor)  # somebody has deleted it between the two


def _is_ours(descriptor: int) -> bool:
    """Lock a file, as long as it is open; `False` if it is another's."""
    try:
        import fcntl
    except ImportError:  # on Windows nothing of the kind lets others read
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _ends_with_a_line(descriptor: int, size: int) -> bool:
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) == b"\n"
