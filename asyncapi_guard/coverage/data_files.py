"""The coverage of each process, in a file of its own: a header line, then lines of keys.

A line is appended before the traffic that has shown something new goes on. So nothing is lost when
a process is killed, nobody waits for a thread, and a file is as long as there are things to see.
Keys are places in the document: no value of any payload is in such a file.
"""

from __future__ import annotations

import glob
import json
import os
import re
import socket
import threading
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncapi_guard.coverage.facts import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from asyncapi_guard.coverage.model import Model

__all__ = ["Data", "DataFile", "NotCoverage", "digest_of", "names_like", "read_data", "text_of"]

_VERSION = 1
_HEAD = "asyncapi_coverage"
#: More than any document has.
_LARGEST = 50_000_000


class NotCoverage(ValueError):
    """A file is no data file."""


def digest_of(model: Model) -> str:
    """What tells what there is to be seen of a document from that of another."""
    found = blake2b(digest_size=16)
    for key in sorted(model.facts):
        found.update(json.dumps(key).encode("utf-8", "surrogatepass"))
    return found.hexdigest()


@dataclass(slots=True)
class Data:
    """What was seen of one document.

    Attributes:
        document: the path of the file, or an empty text.
        digest: of what there is to be seen.
        perspective: the side that the document describes.
        keys: what was seen.
        processes: who has said so: hosts and process ids.
    """

    document: str
    digest: str
    perspective: str = "server"
    keys: set[Key] = field(default_factory=set)
    processes: set[str] = field(default_factory=lambda: {this_process()})

    def head(self) -> dict[str, Any]:
        """The first line."""
        return {
            _HEAD: _VERSION,
            "document": self.document,
            "digest": self.digest,
            "perspective": self.perspective,
            "processes": sorted(self.processes),
        }


def text_of(data: Iterable[Data]) -> str:
    """A file with all of these."""
    lines = []
    for each in data:
        lines += [each.head(), sorted(each.keys)]
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def read_data(path: Path) -> list[Data]:
    """What a file says, of each document.

    A last line that is not whole yet is left out.

    Raises:
        NotCoverage: it is another kind of file.
        OSError: it cannot be read.
    """
    if path.stat().st_size > _LARGEST:
        raise NotCoverage(f"{path} is too large for a coverage data file")
    found: dict[tuple[str, str], Data] = {}
    current: Data | None = None
    for line in _lines(path):
        try:
            read = json.loads(line)
        except ValueError:
            continue  # somebody is writing it, or was killed at that
        if isinstance(read, dict) and read.get(_HEAD) == _VERSION:
            made = Data(
                str(read.get("document", "")),
                str(read.get("digest", "")),
                str(read.get("perspective", "server")),
                processes=_names_in(read.get("processes")) or {path.name},
            )
            current = found.setdefault((made.document, made.digest), made)
            current.processes |= made.processes
        elif current is not None and isinstance(read, list):
            current.keys |= {Key(*map(str, key)) for key in read if _is_key(key)}
    if current is None:
        raise NotCoverage(f"{path} is not a coverage data file")
    return list(found.values())


def _lines(path: Path) -> Iterator[str]:
    text = path.read_bytes().decode("utf-8", "replace")
    yield from (line for line in text.split("\n") if line)


def _names_in(value: Any) -> set[str]:
    return set(map(str, value)) if isinstance(value, list) else set()


def _is_key(value: Any) -> bool:
    return isinstance(value, list) and len(value) == len(Key._fields)


def names_like(pattern: str) -> list[Path]:
    """The files of all processes that a name with `{pid}` or `{host}` stands for."""
    parts = re.split(r"\{(?:pid|host)\}", pattern)
    return [Path(each) for each in sorted(glob.glob("*".join(map(glob.escape, parts))))]  # noqa: PTH207  # with their folder


def this_process() -> str:
    """The host, and the id of this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _own_name(pattern: str) -> Path:
    host = re.sub(r"[^\w.-]", "-", socket.gethostname())
    return Path(pattern.replace("{pid}", str(os.getpid())).replace("{host}", host))


class DataFile:
    """The file of this process; after a fork, that of the new one.

    Args:
        pattern: its name, with `{pid}`.
        complain: is told, once, if the file cannot be written.
    """

    def __init__(self, pattern: str, complain: Callable[[str], object]) -> None:
        # The working directory may be another one later.
        self.pattern: str = str(Path(pattern).absolute())
        self._complain = complain
        self._failed = False
        #: What the last line is about: the process, and the digest.
        self._last: tuple[int, str] = 0, ""
        #: By process: another thread may have had the lock when this one was forked.
        self._locks: dict[int, threading.Lock] = {}

    @property
    def path(self) -> Path:
        """The file of this process."""
        return _own_name(self.pattern)

    def add(self, keys: list[Key], data: Data) -> None:
        """Append what is new.

        Args:
            keys: that.
            data: all that was seen of the same document.
        """
        pid = os.getpid()
        with self._locks.setdefault(pid, threading.Lock()):
            try:
                self._add(keys, data, (pid, data.digest))
            except OSError as error:
                if not self._failed:
                    self._complain(f"can't write coverage data: {error.strerror or error}")
                self._failed = True

    def _add(self, keys: list[Key], data: Data, about: tuple[int, str]) -> None:
        lines: list[Any] = [keys]
        path = self.path
        # What another process with the same number has left is kept: it is merged anyway.
        start = "" if self._last[0] == about[0] or _is_whole(path) else "\n"
        if self._last != about:
            lines = [data.head(), sorted({*data.keys, *keys})]
        with path.open("a", encoding="utf-8") as file:
            file.write(start + "".join(f"{json.dumps(line)}\n" for line in lines))
        self._last = about


def _is_whole(path: Path) -> bool:
    """Whether the last line of a file has an end."""
    if not path.exists():
        return True
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
