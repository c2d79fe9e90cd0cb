"""`validate --fix`: repairs files, and says what it did.

All documents are repaired in memory before the first file is written: they may refer to the same
files. What was done is told on stderr; files that are not written (`--diff`, standard input) go to
stdout.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from asyncapi_guard.cli.atomic_writes import write_all
from asyncapi_guard.cli.lint_jobs import STDIN, Checked, Job, own_texts
from asyncapi_guard.cli.reporters import FileReport
from asyncapi_guard.cli.unified_diff import unified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.lint.fixing import Files, Fixed

__all__ = ["fix_all"]


def fix_all(jobs: Sequence[Job], *, diff: bool, quiet: bool) -> list[Checked] | None:
    """Repair files.

    Args:
        jobs: the documents, and which findings count.
        diff: show what would change, and write nothing.
        quiet: do not say what was repaired.

    Returns:
        What is left, where it is not in files that can be checked as ever.
    """
    files: Files = {}
    in_memory = diff or any(job.file == STDIN for job in jobs)
    given = sys.stdin.buffer.read() if any(job.file == STDIN for job in jobs) else b""
    fixed = [_fixed(job, files, given) for job in jobs]
    if not quiet:
        for each in fixed:
            _tell(each, diff=diff)
    _publish(jobs, fixed, files, given, diff=diff)
    return [_checked(*each, files) for each in zip(jobs, fixed, strict=True)] if in_memory else None


def _fixed(job: Job, files: Files, given: bytes) -> Fixed:
    from asyncapi_guard.lint.fixing import fix

    return fix(
        job.name or job.file,
        files,
        raw=given if job.file == STDIN else None,
        root=job.root,
        allow_http=job.allow_http,
        settings=job.settings,
    )


def _tell(fixed: Fixed, *, diff: bool) -> None:
    verb = "would be fixed" if diff else "fixed"
    for repair in fixed.repairs:
        found = repair.finding
        place = f"{found.file}:{found.line}:{found.column}"
        click.echo(f"{place}: {verb}: {found.code}: {repair.what}", err=True)
    for reason in fixed.refused:
        click.echo(reason, err=True)


def _publish(
    jobs: Sequence[Job], fixed: Sequence[Fixed], files: Files, given: bytes, *, diff: bool
) -> None:
    """Write the files; show those that have no place, or are not to be written."""
    if not diff:
        write_all({place: file.new for place, file in files.items()})
    for file in files.values() if diff else ():
        click.echo(unified(file.name, file.old, file.new), nl=False)
    for job, each in zip(jobs, fixed, strict=True):
        if job.file == STDIN and each.raw is not None:
            text = unified(job.name or STDIN, given, each.raw) if diff else each.raw
            click.echo(text, nl=False)


def _checked(job: Job, fixed: Fixed, files: Files) -> Checked:
    """What is left in a document as it would be, when all files are as they would be."""
    began = time.perf_counter()
    again = _fixed(job, files, fixed.raw or b"")
    seconds = time.perf_counter() - began
    report = FileReport(job.name or job.file, again.left, seconds, again.raw, own=own_texts(job))
    return Checked(report, job.settings.strict, unread=again.raw is None)
