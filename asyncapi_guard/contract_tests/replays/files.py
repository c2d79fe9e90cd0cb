"""The files that replay a failure, and their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.replays.javascript_program import javascript_program
from asyncapi_guard.contract_tests.replays.pytest_file import pytest_file
from asyncapi_guard.contract_tests.replays.python_program import python_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.contract_tests.failures import Failure
    from asyncapi_guard.contract_tests.settings import Settings

__all__ = ["ReplayFile", "replay_files", "replay_names"]


@dataclass(frozen=True, slots=True)
class ReplayFile:
    """A file that replays a failure.

    Attributes:
        name: of the file, without a folder.
        text: what is in it.
        command: runs it, where the file is in `folder`.
    """

    name: str
    text: str
    command: str


def replay_names(failures: Sequence[Failure]) -> list[str]:
    """A name for each failure, made of its event and check; numbers where two are equal."""
    counts: dict[str, int] = {}
    names = []
    for each in failures:
        space = re.sub(r"\W+", "_", each.namespace).strip("_")
        event = re.sub(r"[^A-Za-z0-9_]+", "_", each.event).strip("_")[:40]
        name = "_".join(filter(None, (space[:20], event, str(each.check)))).lower()
        counts[name] = counts.get(name, 0) + 1
        names.append(name if counts[name] == 1 else f"{name}_{counts[name]}")
    return names


def replay_files(
    failure: Failure, settings: Settings, *, name: str, document: str, folder: str
) -> Iterator[ReplayFile]:
    """The files of a failure: a test of pytest, a Python program, and a JavaScript program.

    Args:
        failure: what they show.
        settings: of the run that found it.
        name: of the failure, one of `replay_names`.
        document: the file of the document, as seen from the folder.
        folder: where the files will be.
    """
    command = f"pytest {folder}/test_{name}.py"
    yield ReplayFile(f"test_{name}.py", pytest_file(failure, settings, document, name), command)
    command = f"python {folder}/{name}.py"
    yield ReplayFile(f"{name}.py", python_program(failure, settings, command), command)
    command = f"node {folder}/{name}.mjs"
    yield ReplayFile(f"{name}.mjs", javascript_program(failure, settings, command), command)
