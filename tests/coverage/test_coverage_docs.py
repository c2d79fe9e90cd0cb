"""docs/how-to/coverage.md: its example reports what the page shows, and its programs run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from coverage_runs import ROOT, run
from either_click import runner

from asyncapi_guard.cli import cli

TEXT = (ROOT / "docs" / "how-to" / "coverage.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of the example."""
    server, test, _ = blocks("python")
    (tmp_path / "asyncapi.yml").write_text(blocks("yaml")[0])
    (tmp_path / "shop.py").write_text(server)
    (tmp_path / "test_shop.py").write_text(test)
    (tmp_path / "pytest.ini").write_text(blocks("ini")[0])
    monkeypatch.chdir(tmp_path)


def test_the_example_reports_what_the_page_shows(tmp_path: Path) -> None:
    """By the options of its configuration; then the command reports the same."""
    shown = blocks("console")[0].split("\n\n", 1)[1]
    done = run(tmp_path, "-q", env={"COLUMNS": "80"})
    assert done.returncode == 0, done.stdout
    assert shown in done.stdout
    for line in blocks("sh")[0].splitlines():
        arguments = line.replace("'", "").replace("guard-*.cov", ".asyncapi-coverage")
        arguments = arguments.replace("ci/*/.asyncapi-coverage", ".asyncapi-coverage")
        result = runner().invoke(cli, arguments.split()[1:])
        assert result.exit_code == 0, result.output
    assert "69.2% (9/13)" in Path("coverage.html").read_text()


def test_a_running_server_reports(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything came, each operation was never used."""
    names: dict[str, Any] = {}
    exec(compile(blocks("python")[2], "coverage.md", "exec", dont_inherit=True), names)
    assert capsys.readouterr().out.splitlines() == [
        "0.0% of asyncapi.yml, by 1 process",
        "takeOrder: never used (asyncapi.yml:21)",
        "tellOrder: never used (asyncapi.yml:25)",
    ]
