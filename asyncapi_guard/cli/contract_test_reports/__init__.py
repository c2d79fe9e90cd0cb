"""How the results of `asyncapi-guard test` are shown: one module per format."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from asyncapi_guard.contract_tests.failures import Failure, Report

__all__ = ["FORMATS", "ContractTestReport", "Shown", "render"]

FORMATS = ("full", "json", "junit")


@dataclass(frozen=True, slots=True)
class Shown:
    """A failure or a warning, and how it is replayed.

    Attributes:
        failure: it.
        replays: commands that replay it.
    """

    failure: Failure
    replays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContractTestReport:
    """What is reported.

    Attributes:
        report: the result of the run.
        document: its file, as it was named.
        url: of the server.
        failures: those of the report.
        warnings: those of the report.
        secrets: texts that nobody may read.
        again: a command that runs the same once more.
    """

    report: Report
    document: str
    url: str
    failures: tuple[Shown, ...]
    warnings: tuple[Shown, ...]
    secrets: tuple[str, ...]
    again: str


def render(format: str, report: ContractTestReport, *, quiet: bool = False) -> str:
    """The text of a report, without a line break at its end.

    Args:
        format: one of `FORMATS`.
        report: what was found.
        quiet: failures only, in the format for people.
    """
    module = importlib.import_module(f"asyncapi_guard.cli.contract_test_reports.{format}")
    return cast("str", module.render(report, quiet=quiet))
