"""For GitHub Actions: a workflow command for each finding, which becomes an annotation of its line.

The runner takes a line that begins with `::` as a command, wherever its text comes from. Here every
line is either such a command, its parts escaped as GitHub's own toolkit does, or made of counts.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.cli.reporters.text import closing, distinct, plain, pointed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.cli.reporters import FileReport
    from asyncapi_guard.errors import Finding

__all__ = ["relative", "render"]


def render(reports: Sequence[FileReport], *, quiet: bool = False) -> str:
    """A command for each finding; unless `quiet`, a line with the counts."""
    commands = [_command(finding) for finding in distinct(reports)]
    return "\n".join(commands if quiet else [*commands, closing(reports, names=False)])


def _command(finding: Finding) -> str:
    properties = {"file": relative(finding.file)}
    if finding.line:
        properties |= {"line": str(finding.line), "col": str(finding.column)}
    properties["title"] = f"asyncapi-guard {finding.code}"
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{finding.severity.value} {written}::{_data(pointed(finding))}"


def relative(file: str) -> str:
    """A name as seen from the working directory, with `/`; as it is when it lies outside of it."""
    path = Path(file)
    if not path.parts or "://" in file:
        return file
    if path.is_relative_to(here := Path.cwd()):
        path = path.relative_to(here)
    return path.as_posix()


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return plain(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
