"""What would change in a file, as a unified diff."""

from __future__ import annotations

import codecs
import difflib

__all__ = ["unified"]

_NO_NEWLINE = "\\ No newline at end of file\n"


def unified(name: str, old: bytes, new: bytes) -> str:
    """The difference between two contents of a file; empty where there is none.

    It is a patch of the file's bytes: byte order marks are part of it, and a line ends with a line
    feed, as `patch` counts lines. UTF-16 is shown as text; no patch is about such files.
    """
    before, after = _lines(old), _lines(new)
    # A tab ends a name that has blanks: else `patch` takes what follows the first for a date.
    label = f"{name}\t" if " " in name else name
    lines = difflib.unified_diff(before, after, label, label)
    return "".join(line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}" for line in lines)


def _lines(raw: bytes) -> list[str]:
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = raw.decode("utf-16" if wide else "utf-8", errors="replace")
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]
