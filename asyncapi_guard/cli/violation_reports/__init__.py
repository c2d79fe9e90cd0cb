"""How violation logs are shown: one module per format, imported when it is asked for.

A format takes what was found and returns text; who prints it, and where, is the command's business.
Much of what is shown was chosen by clients, or by whoever can write to the files: each format
escapes all of it.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from asyncapi_guard.violation_log.summary import Kind, Summary

__all__ = ["FORMATS", "ViolationReport", "render"]

FORMATS = ("full", "json", "markdown", "html")


@dataclass(frozen=True, slots=True)
class ViolationReport:
    """What was found in violation logs.

    Attributes:
        summary: of their lines.
        files: their names.
        lines: how many lines could be read.
        unreadable: how many could not.
        known: the kinds of the baseline; `None` without a baseline.
    """

    summary: Summary
    files: tuple[str, ...]
    lines: int
    unreadable: int
    known: frozenset[Kind] | None = None

    def is_new(self, kind: Kind) -> bool:
        """Whether a kind is not in the baseline; there is one."""
        return self.known is not None and kind not in self.known


def render(format: str, report: ViolationReport) -> str:
    """The text of a report, without a line break at its end.

    Args:
        format: one of `FORMATS`.
        report: what was found.
    """
    module = importlib.import_module(f"asyncapi_guard.cli.violation_reports.{format}")
    return cast("str", module.render(report))
