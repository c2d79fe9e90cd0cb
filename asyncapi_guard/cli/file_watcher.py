"""Doing something again whenever files change.

Files are asked for their times, a few times a second: that works on every system and file system,
network folders among them, and needs no library.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from asyncapi_guard.cli.command_errors import DocumentFaults
from asyncapi_guard.cli.file_search import NothingToCheck, walk
from asyncapi_guard.cli.shown_path import shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["Watched", "watch"]

_INTERVAL = 0.3
#: Looking may take a fifth of the time, not more: a folder can be large.
_REST = 4

if TYPE_CHECKING:
    #: The time and size of each file; `None` while it is not there.
    Stamps = dict[Path, tuple[int, int] | None]


class Watched:
    """What a run depends on.

    Attributes:
        files: single files, there or not.
        folders: folders in which any document or schema counts.
        written: files that a run writes itself, which are no reason for another.
    """

    def __init__(self) -> None:
        self.files: set[Path] = set()
        self.folders: set[Path] = set()
        self.written: set[Path] = set()

    def stamps(self) -> Stamps:
        """The state of each file."""
        written = {path.resolve() for path in self.written}
        paths = {*self.files, *_below(self.folders)}
        if written:
            paths = {path for path in paths if path.resolve() not in written}
        return {path: _stamp(path) for path in paths}


def _below(folders: Iterable[Path]) -> Iterable[Path]:
    for folder in folders:
        try:
            yield from walk(folder)
        except NothingToCheck:
            # A folder that is gone, or not ours to read, changes nothing.
            continue


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def watch(run: Callable[[Watched], int]) -> int:
    """Run, and again after each change, until somebody interrupts; the exit code of the last run.

    Args:
        run: does it, says what it depends on, and gives an exit code.

    Raises:
        click.ClickException: the first run could not begin. Faults of a document are no reason to
            end, nor is anything that later runs raise: they say so and wait.
    """
    watched = Watched()
    try:
        code = run(watched)
    except DocumentFaults as error:
        error.show()
        code = error.exit_code
    seen = watched.stamps()
    try:
        while True:
            click.echo("Watching for changes. Press Ctrl+C to stop.", err=True)
            before, changed = _wait(watched, seen)
            click.echo(f"\n{_names(changed)} changed at {time.strftime('%H:%M:%S')}", err=True)
            watched = Watched()
            code = _again(run, watched)
            # What was seen before the run counts: a change meanwhile is a change.
            seen = {path: before.get(path, now) for path, now in watched.stamps().items()}
    except KeyboardInterrupt:
        click.echo(err=True)
        return code


def _again(run: Callable[[Watched], int], watched: Watched) -> int:
    try:
        return run(watched)
    except click.ClickException as error:
        error.show()
        return error.exit_code


def _wait(watched: Watched, seen: Stamps) -> tuple[Stamps, list[Path]]:
    """Wait for a change: the new state, and what changed."""
    while True:
        began = time.monotonic()
        now = watched.stamps()
        changed = [path for path in {**seen, **now} if seen.get(path) != now.get(path)]
        if changed:
            return now, changed
        time.sleep(max(_INTERVAL, _REST * (time.monotonic() - began)))


def _names(paths: list[Path]) -> str:
    first = shown_path(min(paths).absolute())
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"
