"""The pytest plugin: measures how much of an AsyncAPI document an application's tests cover.

    pytest --asyncapi-coverage asyncapi.yml

pytest imports this module in every run, so it imports nothing until you pass an option. The guards
of all processes of a run write data files into one directory (see `covering`), which are merged at
the end. So the figures include workers of pytest-xdist, and servers that tests start as programs.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from asyncapi_guard.coverage.report import Report

__all__ = [
    "pytest_addoption",
    "pytest_load_initial_conftests",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_unconfigure",
]

#: As `covering.VARIABLE`, which would import half of the library.
_VARIABLE = "ASYNCAPI_GUARD_COVERAGE"
_NAME = ".asyncapi-coverage"
_FORMATS = ("term", "html", "json", "lcov")
_FAIL_UNDER = "asyncapi_coverage_fail_under"
_KEY = pytest.StashKey["_Run"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("asyncapi-guard", "coverage of AsyncAPI documents")
    group.addoption(
        "--asyncapi-coverage",
        action="append",
        default=[],
        metavar="FILE",
        help="Measure how much of an AsyncAPI document the tests cover; can be repeated.",
    )
    group.addoption(
        "--asyncapi-coverage-report",
        action="append",
        default=[],
        metavar="FORMAT[:PATH]",
        help="Report format: term (the default), html:PATH, json:PATH or lcov:PATH.",
    )
    parser.addini(
        _FAIL_UNDER, "Fail if the tests cover less than this percentage of an AsyncAPI document."
    )


class _Run:
    """The measurements of a run of pytest.

    Attributes:
        documents: the AsyncAPI files.
        folder: the directory of the data files.
        wanted: the report formats, each with its file; the terminal needs no file.
        least: the percentage that must be covered; `None` for any.
        reports: made at the end.
    """

    def __init__(self, config: pytest.Config) -> None:
        options = config.known_args_namespace
        here = config.invocation_params.dir
        self.folder: Path = config.rootpath
        self.documents: list[Path] = [self._found(each, here) for each in options.asyncapi_coverage]
        self.wanted: list[tuple[str, Path | None]] = [
            _wanted(each, here) for each in options.asyncapi_coverage_report or ["term"]
        ]
        self.least: float | None = _least(config.getini(_FAIL_UNDER))
        self.reports: list[Report] = []
        self._before = os.environ.get(_VARIABLE)

    def _found(self, name: str, here: Path) -> Path:
        """Find a document, relative to the directory where pytest runs, or to its configuration."""
        from asyncapi_guard.errors import SpecError
        from asyncapi_guard.spec import load

        path = next((p for p in (here / name, self.folder / name) if p.is_file()), None)
        if path is None:
            raise pytest.UsageError(f"--asyncapi-coverage: the file {here / name} doesn't exist")
        try:
            load(path)
        except SpecError as error:
            raise pytest.UsageError(f"--asyncapi-coverage: {error}") from None
        return path

    def begin(self) -> None:
        """Start measuring the guards of this process, and of the processes that it starts."""
        for path in self._files():
            path.unlink(missing_ok=True)  # of a process with the same number
        os.environ[_VARIABLE] = str(self.folder / f"{self._name}{{pid}}")

    @property
    def _name(self) -> str:
        """Return the prefix of this run's data files; other runs can share the directory."""
        return f"{_NAME}.{os.getpid()}-"

    def _files(self) -> list[Path]:
        """Return the data files of the processes of this run."""
        return sorted(self.folder.glob(f"{self._name}*"))

    def finish(self) -> None:
        """Merge the data of all processes, and report."""
        from asyncapi_guard.coverage.data_files import NotCoverage, read_data, text_of
        from asyncapi_guard.coverage.formats import render
        from asyncapi_guard.coverage.gathering import merged, report_on

        data = []
        for path in self._files():
            try:
                data += read_data(path)
            except NotCoverage:
                continue  # a process was killed before it had written its first line
        self.reports = [report_on(each, data) for each in self.documents]
        (self.folder / _NAME).write_text(text_of(merged(data)), encoding="utf-8")
        for path in self._files():
            path.unlink(missing_ok=True)
        for format, file in self.wanted:
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(render(format, self.reports) + "\n", encoding="utf-8")

    def too_low(self) -> list[Report]:
        """Return the reports of documents whose coverage is too low."""
        least = 0.0 if self.least is None else self.least
        return [report for report in self.reports if report.percent < least]

    def end(self) -> None:
        """Leave the environment as it was."""
        if self._before is None:
            os.environ.pop(_VARIABLE, None)
        else:
            os.environ[_VARIABLE] = self._before


def _wanted(text: str, here: Path) -> tuple[str, Path | None]:
    format, _, path = text.partition(":")
    if format not in _FORMATS or (format == "term") is bool(path):
        raise pytest.UsageError(
            "--asyncapi-coverage-report must be term, html:PATH, json:PATH or lcov:PATH, not "
            f"{text}"
        )
    return format, here / path if path else None


def _least(text: Any) -> float | None:
    if not text:
        return None
    try:
        least = float(text)
    except ValueError:
        least = -1
    if not 0 <= least <= 100:
        raise pytest.UsageError(f"{_FAIL_UNDER} needs a percentage from 0 to 100, not {text}")
    return least


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start before any test module imports the application."""
    options = early_config.known_args_namespace
    if not getattr(options, "asyncapi_coverage", None):
        if getattr(options, "asyncapi_coverage_report", None):
            raise pytest.UsageError(
                "--asyncapi-coverage-report needs --asyncapi-coverage asyncapi.yml"
            )
        return
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # the main process has set the environment of workers, and reports
    run = _Run(early_config)
    run.begin()
    early_config.stash[_KEY] = run


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Merge, report, and fail the run if the coverage is too low."""
    run = session.config.stash.get(_KEY, None)
    if run is None or session.config.option.collectonly:
        return
    run.finish()
    if run.too_low() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show the report."""
    run = config.stash.get(_KEY, None)
    if run is None or not run.reports:
        return
    for line in _summary(run):
        terminalreporter.write_line(line)


def _summary(run: _Run) -> Iterator[str]:
    from asyncapi_guard.coverage.formats import render

    yield ""
    if any(file is None for _, file in run.wanted):
        yield from render("term", run.reports).splitlines()
    else:
        yield from _totals(run.reports)
    for format, file in run.wanted:
        if file is not None:
            yield f"AsyncAPI coverage as {format}: {file}"
    for report in run.too_low():
        least = f"{_FAIL_UNDER} is {run.least:g}"
        yield f"FAILED: {report.title}: {report.percent:g}% is covered, and {least}"


def _totals(reports: Sequence[Report]) -> Iterator[str]:
    from asyncapi_guard.coverage.formats.wording import notes, shown

    for report in reports:
        yield f"Coverage of {report.title}: {report.percent:g}% ({shown(report.counted)})"
        yield from (f"note: {each}" for each in notes(report))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave the environment as it was."""
    run = config.stash.get(_KEY, None)
    if run is not None:
        run.end()
