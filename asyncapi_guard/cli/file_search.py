"""Arguments to files: as they are, from folders, from globs, or from the configuration.

Whoever names a file means it. In a folder, only AsyncAPI documents count: files whose text has an
`asyncapi` key at the top, told by a look at their beginning. Shells that expand no globs (Windows')
and quoted globs are served here; `**` means any number of folders.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.lint.globs import comparable, is_glob, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "SUFFIXES",
    "NothingToCheck",
    "collect",
    "is_document",
    "is_document_text",
    "usual_files",
    "walk",
]

SUFFIXES = (".yml", ".yaml", ".json")
#: How much of a file is looked at to see whether it is a document.
_HEAD = 1 << 20
_SKIPPED = {"node_modules", "__pycache__"}


class NothingToCheck(CannotRun):
    """Arguments do not lead to files."""


def collect(arguments: Iterable[str], exclude: Callable[[str], tuple[str, ...]]) -> list[str]:
    """The files that arguments stand for, each once, those of each argument sorted.

    Args:
        arguments: files, folders and globs. A file need not be there: who reads it will say so.
        exclude: the globs of what is left out of a folder, for that folder.

    Raises:
        NothingToCheck: a folder or a glob has no files.
    """
    found: dict[str, str] = {}
    for argument in arguments:
        for name in _files_of(argument, exclude):
            found.setdefault(os.path.abspath(name), name)  # noqa: PTH100  # without `..`
    return list(found.values())


def _files_of(argument: str, exclude: Callable[[str], tuple[str, ...]]) -> list[str]:
    path = Path(argument)
    if path.is_dir():
        files = [str(file) for file in walk(path, exclude(argument)) if is_document(file)]
        if not files:
            raise NothingToCheck(
                f"the directory {argument!r} has no AsyncAPI documents: no *.yml, *.yaml or *.json "
                "with an `asyncapi` key"
            )
        return sorted(files)
    if is_glob(argument) and not path.exists():
        files = _matching(argument, exclude)
        if not files:
            raise NothingToCheck(f"nothing matches {argument!r}")
        return sorted(files)
    return [argument]


def _matching(glob: str, exclude: Callable[[str], tuple[str, ...]]) -> list[str]:
    """The files that a glob names, and the documents in the folders that it names."""
    parts = PurePath(glob).parts
    fixed = next(index for index, part in enumerate(parts) if is_glob(part))
    start = Path(*parts[:fixed])
    pattern = "/".join(parts[fixed:])
    if not start.is_dir():
        return []
    found = []
    for file in walk(start, exclude(str(start))):
        inside = file.relative_to(start)
        folders = [folder.as_posix() for folder in inside.parents][:-1]
        if matches(pattern, inside.as_posix()) or (
            any(matches(pattern, each) for each in folders) and is_document(file)
        ):
            found.append(str(file))
    return found


def usual_files(folder: Path, exclude: tuple[str, ...] = ()) -> list[str]:
    """What is checked when nothing says what: `asyncapi.yml` and the documents in `specs/`."""
    names = [f"asyncapi{suffix}" for suffix in SUFFIXES if (folder / f"asyncapi{suffix}").is_file()]
    specs = folder / "specs"
    if not specs.is_dir() or _is_excluded(specs, exclude):
        return [str(folder / name) for name in names]
    below = sorted(str(file) for file in walk(specs, exclude) if is_document(file))
    return [*(str(folder / name) for name in names), *below]


# -- folders ---------------------------------------------------------------------------------------


def walk(folder: Path, exclude: tuple[str, ...] = ()) -> Iterator[Path]:
    """The YAML and JSON files below a folder, without those that are nobody's documents.

    Hidden folders, `node_modules` and virtual environments are left out. Links to folders are
    followed, each folder once.

    Args:
        folder: where to begin.
        exclude: globs over absolute names of files and folders to leave out.

    Raises:
        NothingToCheck: a folder may not be read. What was not looked at is not clean.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        for entry in _entries(current, seen):
            path = current / entry.name
            if _is_excluded(path, exclude):
                continue
            if entry.is_dir():
                if not _is_skipped(path):
                    waiting.append(path)
            elif entry.name.lower().endswith(SUFFIXES) and (entry.is_file() or entry.is_symlink()):
                # A link that leads nowhere is a document that cannot be read; a pipe is none.
                yield path


def _is_excluded(path: Path, globs: tuple[str, ...]) -> bool:
    if not globs:
        return False
    name = comparable(str(path), os.getcwd())  # noqa: PTH109  # as quick as can be
    return any(matches(glob, name) for glob in globs)


def _entries(folder: Path, seen: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing when it was seen before, by whatever name."""
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            return []
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        text = f"cannot read the directory {str(folder)!r}: {error.strerror}"
        raise NothingToCheck(text) from error


def _is_skipped(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name in _SKIPPED:
        return True
    return (folder / "pyvenv.cfg").exists()


# -- documents -------------------------------------------------------------------------------------

_AT_LINE_START = re.compile(r"""^(?:asyncapi|"asyncapi"|'asyncapi')[ \t]*:(?:\s|$)""", re.MULTILINE)
#: What matters in a text in braces: strings (which may have braces in them), brackets, the key.
_IN_BRACES = re.compile(
    r"""(?P<key>"asyncapi"|'asyncapi'|\basyncapi\b)[ \t\r\n]*:
    |"(?:[^"\\]|\\.)*" | (?P<open>[\[{]) | (?P<close>[\]}])""",
    re.VERBOSE,
)


def is_document(file: Path) -> bool:
    """Whether a file looks like a document: `asyncapi` is a key at the top of its text."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(_HEAD)
    except OSError:
        # Who reads it will say why it cannot be read.
        return True
    return is_document_text(_decoded(raw))


def is_document_text(text: str) -> bool:
    """Whether a text looks like a document, or like the beginning of one."""
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        return "asyncapi" in text and _has_key_in_braces(text)
    return _AT_LINE_START.search(text) is not None


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw[: len(raw) // 2 * 2].decode("utf-16", errors="replace")
    return raw.decode("utf-8", errors="replace")


def _has_key_in_braces(text: str) -> bool:
    depth = 0
    for token in _IN_BRACES.finditer(text):
        if token["key"] and depth == 1:
            return True
        depth += bool(token["open"]) - bool(token["close"])
    return False
