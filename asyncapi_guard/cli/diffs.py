"""What would change in a file, as a unified diff."""

from __future__ import annotations

import codecs
import difflib

__all__ = ["unified"]

_NO_NEWLINE = "\\ No newline at end of file\n"


def unified(name: str, old: bytes, new: bytes) -> str:
    """The difference between two contents of a file; empty where there is none."""
    before, after = (_text(raw).splitlines(keepends=True) for raw in (old, new))
    lines = difflib.unified_diff(before, after, name, name)
    return "".join(
        line if line.endswith(("\n", "\r")) else f"{line}\n{_NO_NEWLINE}" for line in lines
    )


def _text(raw: bytes) -> str:
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return raw.decode("utf-16" if wide else "utf-8-sig", errors="replace")
