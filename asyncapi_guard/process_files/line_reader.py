"""Reads files of JSON lines; counts and skips unreadable lines."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LineReader"]

_Line = TypeVar("_Line")

_BLOCK = 1 << 20
#: How long a line can be, in bytes. Those that a guard writes are shorter than 10 kB.
_LONGEST = 1 << 20
_GZIP = b"\x1f\x8b"
_UNREADABLE = (msgspec.DecodeError, RecursionError, ValueError, OverflowError)


class LineReader(Generic[_Line]):
    """Reads the lines of files.

    Args:
        kind: the type of a line.

    Attributes:
        lines: how many lines were read.
        unreadable: how many could not be: they are no such lines, they are of another version, or
            their end is missing.
    """

    def __init__(self, kind: Any) -> None:
        self.lines: int = 0
        self.unreadable: int = 0
        self._decoder: msgspec.json.Decoder[_Line] = msgspec.json.Decoder(kind)

    def read(self, stream: IO[bytes]) -> Iterator[_Line]:
        """The lines of a file, which may be compressed by gzip.

        Raises:
            OSError: it cannot be read, for another reason than what is in it.
        """
        rest = b""
        skips = False  # the rest of a line that is too long
        for block in self._blocks(stream):
            end = block.rfind(b"\n") + 1
            if not end:
                if not skips:
                    rest += block
                    skips = len(rest) > _LONGEST
                    rest = b"" if skips else rest
                continue
            if skips:
                skips, rest = False, b""
                self.unreadable += 1
                start = block.find(b"\n") + 1
            else:
                start = 0
            yield from self._decoded(rest + block[start:end])
            rest = block[end:]
        if skips:
            self.unreadable += 1
        elif rest:
            yield from self._decoded(rest)

    def _blocks(self, stream: IO[bytes]) -> Iterator[bytes]:
        first = stream.read(_BLOCK)
        if not first.startswith(_GZIP):
            block = first
            while block:
                yield block
                block = stream.read(_BLOCK)
            return
        packed = gzip.GzipFile(mode="rb", fileobj=io.BufferedReader(_Rewound(first, stream)))
        try:
            while block := packed.read(_BLOCK):
                yield block
        except (EOFError, gzip.BadGzipFile, zlib.error):
            self.unreadable += 1  # its end is missing, or it is no gzip

    def _decoded(self, chunk: bytes) -> list[_Line]:
        try:
            found = self._decoder.decode_lines(chunk)
        except _UNREADABLE:
            found = self._one_by_one(chunk)
        self.lines += len(found)
        return found

    def _one_by_one(self, chunk: bytes) -> list[_Line]:
        found: list[_Line] = []
        for line in chunk.split(b"\n"):
            if not line.strip():
                continue
            try:
                if len(line) > _LONGEST:
                    raise ValueError
                found.append(self._decoder.decode(line))
            except _UNREADABLE:
                self.unreadable += 1
        return found


class _Rewound(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, first: bytes, stream: IO[bytes]) -> None:
        self._first = first
        self._stream = stream

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; return how much of it."""
        size = len(buffer)
        if self._first:
            part, self._first = self._first[:size], self._first[size:]
        else:
            part = self._stream.read(size)
        buffer[: len(part)] = part
        return len(part)
