"""Logs are read whatever is in them: what is no line is counted, and left out."""

from __future__ import annotations

import gzip
import io
import json

import pytest
from made_lines import counters, head, violation

from asyncapi_guard.violation_log.reading import LogReader

GOOD = head() + violation() + counters(onSay=("report", 3, 0, 1))


def read(raw: bytes) -> tuple[int, int]:
    """How many lines could be read, and how many could not."""
    reader = LogReader()
    found = list(reader.read(io.BytesIO(raw)))
    assert len(found) == reader.lines
    return reader.lines, reader.unreadable


def changed(line: bytes, **fields: object) -> bytes:
    return json.dumps({**json.loads(line), **fields}).encode() + b"\n"


HOSTILE = {
    "no JSON": b"127.0.0.1 - - GET /\n",
    "binary": b"\xff\xfe\x00\x01\n",
    "not UTF-8": violation().replace(b"say", b"\xff\xfe"),
    "a list": b"[]\n",
    "a number": b"1e999\n",
    "without a type": b"{}\n",
    "another type": changed(violation(), type="else"),
    "another version": changed(violation(), v=2),
    "no version": changed(violation(), v="1"),
    "a time without a zone": changed(violation(), time="2026-11-01T00:00:00"),
    "no time": changed(violation(), time=17),
    "an event that is no text": changed(violation(), event=["say"]),
    "problems that are none": changed(violation(), problems=[1]),
    "a hash that is too long": changed(violation(), client="0" * 99),
    "a negative count": changed(counters(), counts=[{"operation": "x", "seen": -1}]),
    "a count without an end": changed(counters(onSay=("report", 10**18, 0, 0))).replace(
        b"1" + b"0" * 18, b"9" * 5_000
    ),
    "too deep": b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
    "too long": changed(violation(), reason="x" * (3 << 20)),
    "an endless name": violation(event="x" * 1_000),
    "an endless text": violation(reason="x" * 1_000),
    "endless operations": violation(operations=["x"] * 1_000),
    "a half": violation()[:50] + b"\n",
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_line_is_counted(line: bytes) -> None:
    """And the lines around it are read."""
    assert read(GOOD + line + GOOD) == (6, 1)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", (0, 0)),
        (b"\n\n", (0, 0)),
        (GOOD[:-1], (3, 0)),
        (GOOD.replace(b"\n", b"\r\n"), (3, 0)),
        (GOOD + violation()[:70], (3, 1)),
        (GOOD + b"\0" * 500, (3, 1)),
        (GOOD + b"x" * (5 << 20), (3, 1)),
        (b"x" * (5 << 20) + b"\n" + GOOD, (3, 1)),
        (GOOD * 2_000, (6_000, 0)),
    ],
    ids=["empty", "blank", "no break", "CRLF", "torn", "zeros", "long", "long first", "blocks"],
)
def test_files_end_and_break_as_they_do(raw: bytes, expected: tuple[int, int]) -> None:
    assert read(raw) == expected


def test_unknown_fields_are_of_a_later_release() -> None:
    """They are read past, as the version is the same."""
    assert read(changed(violation(), surprise={"a": [1]})) == (1, 0)


def test_compressed_logs() -> None:
    """By what is in them, not by their names; several in one, too."""
    packed = gzip.compress(GOOD)
    assert read(packed) == (3, 0)
    assert read(packed * 2) == (6, 0)


@pytest.mark.parametrize("end", [b"", b"no gzip", b"\0" * 20], ids=["cut", "garbage", "zeros"])
def test_compressed_logs_that_are_damaged(end: bytes) -> None:
    """What could be read counts."""
    packed = gzip.compress(GOOD * 500)
    lines, unreadable = read(packed[: len(packed) // 2] + end)
    assert lines < 1_500
    assert unreadable >= 1
