"""Globs over file names: one meaning for configuration, folder walks and the command line.

`*` and `?` stop at `/`, `**` stands for any number of folders, `[abc]` and `[!abc]` for one
character. `fnmatch` has another meaning (its `*` crosses folders) and `glob.translate` needs
Python 3.13.
"""

from __future__ import annotations

import os
import posixpath
import re
from functools import lru_cache

__all__ = ["comparable", "compile_glob", "escape", "is_glob"]

_MAGIC = re.compile(r"[*?\[]")
_TOKEN = re.compile(r"\*+/?|\?|\[!?\]?[^\]/]*\]|[^*?\[]+|\[")


def is_glob(text: str) -> bool:
    """Whether a text has any of a glob's special characters."""
    return _MAGIC.search(text) is not None


def escape(text: str) -> str:
    """A glob that matches a text and nothing else."""
    return _MAGIC.sub(lambda found: f"[{found[0]}]", text)


def comparable(name: str, folder: str = "") -> str:
    """A file's name as globs know it: with `/`, without `..`, below a folder if it is relative."""
    if os.sep != "/":
        folder, name = folder.replace(os.sep, "/"), name.replace(os.sep, "/")
        # An absolute name with a drive letter stays as it is when it is joined.
        folder = "" if name[1:2] == ":" else folder
    return posixpath.normpath(posixpath.join(folder, name))


@lru_cache(maxsize=256)
def compile_glob(glob: str) -> re.Pattern[str]:
    """The regular expression whose `fullmatch` says whether a name with `/` matches."""
    return re.compile("".join(_translated(glob)), re.DOTALL)


def _translated(glob: str) -> list[str]:
    parts: list[str] = []
    for token in _TOKEN.finditer(glob):
        text = token[0]
        first = token.start() == 0 or glob[token.start() - 1] == "/"
        if text[0] == "*":
            parts.append(
                _stars(text, whole=first and (text[-1] == "/" or token.end() == len(glob)))
            )
        elif text == "?":
            parts.append("[^/]")
        elif text[0] == "[" and len(text) > 1:
            parts.append(_characters(text))
        else:
            parts.append(re.escape(text))
    return parts


def _stars(text: str, *, whole: bool) -> str:
    """Stars: `**` as a whole part of the path is any number of folders, all else stays in one."""
    slash = text[-1] == "/"
    if whole and len(text.rstrip("/")) > 1:
        return "(?:.*/)?" if slash else ".*"
    return "[^/]*/" if slash else "[^/]*"


def _characters(text: str) -> str:
    negated = text[1] == "!"
    inside = text[2 if negated else 1 : -1]
    escaped = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside)
    # A hyphen is one, unless it stands between two letters or digits.
    escaped = re.sub(r"(?<![A-Za-z0-9])-|-(?![A-Za-z0-9])", r"\\-", escaped)
    # A range that runs backwards matches nothing, as in a shell, rather than being an error.
    try:
        re.compile(f"[{escaped}]")
    except re.error:
        return "(?!)"
    return f"(?!/)[{'^' if negated else ''}{escaped}]"
