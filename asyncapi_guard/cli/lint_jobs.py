"""Checking files: one, many, and many at once in several processes.

Processes cost a start (an interpreter and the imports each), so they are used only where there is
enough to do.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.reporters import FileReport
from asyncapi_guard.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from asyncapi_guard.lint.linter import Examined
    from asyncapi_guard.lint.rule import Rule
    from asyncapi_guard.lint.settings import Settings

__all__ = ["STDIN", "Checked", "Job", "check", "check_all", "own_texts", "processes_for"]

#: The argument that means standard input.
STDIN = "-"
#: From so many bytes on, processes pay: it takes one some seconds to check them.
_ENOUGH = 2_000_000
#: What a file costs at least, in bytes of a larger one.
_LEAST = 4_000
#: What Windows can wait for.
_MOST = 61


@dataclass(frozen=True, slots=True)
class Job:
    """A file to check, and how.

    Attributes:
        file: its name as given; `-` for standard input.
        settings: which findings are reported.
        root: the folder that references may not leave; `None` for the file's own.
        allow_http: hosts that references may lead to.
        name: what it is called in reports, when that is not its name.
    """

    file: str
    settings: Settings
    root: str | None = None
    allow_http: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was checked.

    Attributes:
        report: what was found.
        strict: whether its warnings fail the run.
        unread: the operating system did not let us read it.
        applied: the project's own rules that were about anything; `None` if nobody knows.
    """

    report: FileReport
    strict: bool = False
    unread: bool = False
    applied: frozenset[str] | None = None

    @property
    def failed(self) -> bool:
        """Whether there is an error, or a warning where these count."""
        return any(self.strict or each.severity == "error" for each in self.report.findings)


class WorkerLost(CannotRun):
    """A process that checks files ended before its work."""


def check(job: Job) -> Checked:
    """Check one file."""
    began = time.perf_counter()
    raw = sys.stdin.buffer.read() if job.file == STDIN else None
    unread = _unreadable(job.file) if raw is None else ""
    applied: frozenset[str] | None = None
    if unread:
        message = f"cannot be read: {unread}"
        findings: tuple[Finding, ...] = (Finding(job.file, 0, 0, "", message, "unreadable"),)
    else:
        examined = _examined(job, raw)
        findings, applied = examined.findings, examined.applied
    report = FileReport(
        job.name or job.file, findings, time.perf_counter() - began, raw, own=own_texts(job)
    )
    return Checked(report, job.settings.strict, bool(unread), applied)


def own_texts(job: Job) -> Mapping[str, Rule]:
    """The project's own rules, by code, as reports describe them."""
    if not job.settings.rules:
        return {}
    from asyncapi_guard.lint.own.rule import texts_of

    return texts_of(job.settings.rules)


def _examined(job: Job, raw: bytes | None) -> Examined:
    from asyncapi_guard.lint.linter import examine

    return examine(
        job.name or job.file,
        raw=raw,
        root=job.root,
        allow_http=job.allow_http,
        settings=job.settings,
    )


def _unreadable(file: str) -> str:
    """Why the operating system does not open a file; empty when it does."""
    try:
        with Path(file).open("rb"):
            return ""
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)


# -- several ---------------------------------------------------------------------------------------


def processes_for(jobs: Sequence[Job], wanted: int | None) -> int:
    """How many processes to use: as many as wanted, by default as many as there are CPUs.

    Few and small files are checked before a second process would have begun.
    """
    if len(jobs) < 2 or any(job.file == STDIN for job in jobs):
        return 1
    if wanted is None and sum(map(_size, jobs)) < _ENOUGH:
        return 1
    return min(wanted or _cpus(), len(jobs), _MOST)


def _size(job: Job) -> int:
    path = Path(job.file)
    return max(_LEAST, path.stat().st_size if path.is_file() else 0)


def _cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_all(
    jobs: Sequence[Job], *, processes: int | None = None, done: Callable[[], None]
) -> list[Checked]:
    """Check files, in order.

    Args:
        jobs: the files.
        processes: how many processes may work on them; by default what is sensible.
        done: called after each file.

    Raises:
        WorkerLost: a process ended before its work.
    """
    count = processes_for(jobs, processes)
    return _each(map(check, jobs), done) if count == 1 else _in_processes(jobs, count, done)


def _each(results: Iterable[Checked], done: Callable[[], None]) -> list[Checked]:
    checked = []
    for result in results:
        checked.append(result)
        done()
    return checked


def _in_processes(jobs: Sequence[Job], count: int, done: Callable[[], None]) -> list[Checked]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    # The same everywhere, and no copies of somebody's threads.
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:
        try:
            return _each(pool.map(check, jobs, chunksize=1 + len(jobs) // (count * 8)), done)
        except BrokenProcessPool as error:
            raise WorkerLost(
                "a process that checks files ended unexpectedly; it might have run out of memory: "
                "--jobs 1 needs the least"
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
