"""The folder with the files that replay failures of a server."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.cli.atomic_writes import write_all
from asyncapi_guard.cli.contract_test_reports import Shown
from asyncapi_guard.contract_tests.replays import replay_files, replay_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.contract_tests.failures import Failure
    from asyncapi_guard.contract_tests.settings import Settings

__all__ = ["write_replays"]

#: What every file has that we wrote: others are somebody's own, and stay.
_MARK = "Written by `asyncapi-guard test`"


def write_replays(
    folder: str, failures: Sequence[Failure], settings: Settings, document: str
) -> tuple[Shown, ...]:
    """Write the files, and take away those of the run before.

    Args:
        folder: where they go; it is made if there are failures.
        failures: what they replay.
        settings: of the run.
        document: its file.

    Returns:
        The failures with the commands that replay them.

    Raises:
        OSError: the files cannot be written.
    """
    _forget(Path(folder))
    if not failures:
        return ()
    Path(folder).mkdir(parents=True, exist_ok=True)
    shown, texts = [], {}
    seen_from_tests = _relative(document, folder)
    for failure, name in zip(failures, replay_names(failures), strict=True):
        files = list(
            replay_files(
                failure,
                settings,
                name=name,
                document=seen_from_tests,
                folder=shlex.quote(folder),
            )
        )
        texts.update({str(Path(folder, each.name)): each.text for each in files})
        shown.append(Shown(failure, tuple(each.command for each in files)))
    write_all(texts)
    return tuple(shown)


def _relative(document: str, folder: str) -> str:
    """The file as seen from the folder."""
    try:
        return Path(os.path.relpath(document, folder)).as_posix()
    except ValueError:  # another drive
        return Path(document).absolute().as_posix()


def _forget(folder: Path) -> None:
    for each in sorted(folder.glob("*.py")) + sorted(folder.glob("*.mjs")):
        if each.is_file() and _MARK in each.read_text(encoding="utf-8", errors="replace"):
            each.unlink()
