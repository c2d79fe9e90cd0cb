"""Globs over file names: one meaning for configuration, folder walks and the command line.

A glob is a pattern of `.gitignore`, read by pathspec, that must match the whole of a name: `*` and
`?` stop at `/`, `**` stands for any number of folders, `[abc]` and `[!abc]` for one character, and
a backslash takes its meaning from the next character. One that ends with `/` is all that is in the
folder.
"""

from __future__ import annotations

import os
import posixpath
import re
import warnings
from functools import lru_cache

__all__ = ["absolute_glob", "comparable", "escape", "is_glob", "matches"]

_MAGIC = re.compile(r"[*?\[]")
_NOTHING = re.compile(r"(?!)")
#: A folder above all others: `**`, `/`, `!` and `#` have other meanings where a pattern begins.
_TOP = "top"


def is_glob(text: str) -> bool:
    """Whether a text has any of a glob's special characters."""
    return _MAGIC.search(text) is not None


def escape(text: str) -> str:
    """A glob that matches a text and nothing else."""
    return re.sub(r"[\\*?\[]", r"\\\g<0>", text)


def matches(glob: str, name: str) -> bool:
    """Whether a glob matches the whole of a name with `/`."""
    # Whoever says something about all files need not wait for pathspec to be imported.
    return glob == "**" or _matches(_compiled(glob), name)


def _matches(pattern: re.Pattern[str], name: str) -> bool:
    found = pattern.fullmatch(f"{_TOP}/{name}")
    # For `.gitignore`, what is below a folder that matches, matches too; then a group says so.
    return found is not None and found.lastindex is None


@lru_cache(maxsize=256)
def _compiled(glob: str) -> re.Pattern[str]:
    """The regular expression of a glob; what is none, such as `[z-a]`, matches nothing."""
    from pathspec import GitIgnoreSpec

    glob = f"{glob}**" if glob.endswith("/") else glob
    glob = f"{glob}/*" if f"/{glob}".endswith("/**") else glob
    try:
        with warnings.catch_warnings():
            # Python wonders about `[[]` and the like, which mean what they say.
            warnings.simplefilter("ignore", FutureWarning)
            (pattern,) = GitIgnoreSpec.from_lines([f"{_TOP}/{glob}"]).patterns
    except (re.error, ValueError):
        return _NOTHING
    return getattr(pattern, "regex", None) or _NOTHING


# -- names and globs that can be compared ----------------------------------------------------------


def comparable(name: str, folder: str = "") -> str:
    """A file's name as globs know it: with `/`, without `..`, below a folder if it is relative."""
    return _below(_with_slashes(folder), _with_slashes(name))


def absolute_glob(glob: str, folder: str) -> str:
    """A glob for comparable names, from one that is relative to an absolute folder.

    One without a slash matches at any depth, as in `.gitignore`.
    """
    glob = _with_slashes(glob)
    anywhere = "" if "/" in glob else "**/"
    end = "**" if glob.endswith("/") else ""
    return _below(escape(comparable(folder)), f"{anywhere}{glob}{end}")


def _with_slashes(name: str) -> str:
    return name if os.sep == "/" else name.replace(os.sep, "/")


def _below(folder: str, name: str) -> str:
    # On Windows, an absolute name with a drive letter stays as it is when it is joined.
    folder = "" if os.sep != "/" and name[1:2] == ":" else folder
    return posixpath.normpath(posixpath.join(folder, name))
