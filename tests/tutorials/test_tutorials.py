"""docs/tutorials: somebody who does what the pages say sees what they show."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from newcomer import Newcomer
from tutorial import PAGES, SERVER, Change, Run, Save, See, matches, read

from asyncapi_guard.cli import cli

NAMES = sorted(page.name for page in PAGES.glob("*.md") if page.name != "index.md")
#: Commands that need no server, and no process of their own.
QUICK = re.compile(r"asyncapi-guard (add|check|export|types|validate) ?")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of a POSIX shell")
@pytest.mark.parametrize("name", NAMES)
def test_from_nothing(name: str, tmp_path: Path) -> None:
    """A newcomer gets from an empty directory to the end of each page."""
    Newcomer(tmp_path).do(read(PAGES / name))


@pytest.mark.parametrize("name", NAMES)
def test_in_this_process(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The changes of each page fit, and its commands print what it shows."""
    pytest.importorskip("pydantic_core", reason="the tutorials show what Pydantic 2 exports")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)  # another format there
    ran = 0
    for step in read(PAGES / name):
        if isinstance(step, Save):
            Path(step.name).write_text(step.text, encoding="utf-8")
        elif isinstance(step, Change):
            file = Path(step.name)
            file.write_text(step.of(file.read_text(encoding="utf-8")), encoding="utf-8")
        elif isinstance(step, See) and step.name != SERVER:
            assert step.text in Path(step.name).read_text(encoding="utf-8"), f"line {step.line}"
        elif isinstance(step, Run) and QUICK.match(step.command):
            with monkeypatch.context() as fresh:
                fresh.setattr(sys, "path", [*sys.path])
                fresh.setattr(sys, "dont_write_bytecode", True)  # files change within a second
                done = CliRunner().invoke(cli, shlex.split(step.command)[1:])
                sys.modules.pop("app", None)
            assert done.exit_code == step.exit_code, f"line {step.line}: {done.output}"
            assert step.shown is None or matches(step.shown, done.output), (
                f"line {step.line}: {step.command}\n{done.output}\nbut the page shows\n{step.shown}"
            )
            ran += 1
    assert ran > 5
