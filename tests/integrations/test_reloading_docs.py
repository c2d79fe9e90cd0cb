"""docs/how-to/reloading.md: its programs run, and its lines are the real ones."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from reload_stage import document, write

from asyncapi_guard import AsyncAPIGuard
from asyncapi_guard.integrations.watching import watcher

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "reloading.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
PROGRAMS = [text for kind, text in FENCE.findall(TEXT) if kind == "python"]
LINES = [text.strip() for kind, text in FENCE.findall(TEXT) if kind == "text"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("asyncapi.yml").write_text(json.dumps(document("number")), encoding="utf-8")


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_run(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that define a function reload the document by it, or say that they cannot."""
    names: dict[str, Any] = {}
    exec(compile(program, str(PAGE), "exec"), names)
    reload, guard = names.get("reload_document"), names["guard"]
    if reload is None:
        assert guard._watcher is not None
        return
    write(Path("asyncapi.yml"), "word")
    result = reload()
    if asyncio.iscoroutine(result):
        asyncio.run(result)
    assert guard.contract.title == "word"
    if not asyncio.iscoroutine(result):
        Path("asyncapi.yml").write_text("a: [", encoding="utf-8")
        reload()
        assert "the old document stays in force: asyncapi.yml:" in capsys.readouterr().out


def test_lines_are_what_the_log_says(caplog: pytest.LogCaptureFixture) -> None:
    """Word for word."""
    guard = AsyncAPIGuard("asyncapi.yml")
    Path("asyncapi.yml").write_text("asyncapi: 3.1.0\n\ninfo: [\n", encoding="utf-8")
    watching = watcher.Watcher(guard)
    watching.look()
    write(Path("asyncapi.yml"), "word")
    watching.look()
    assert caplog.messages == LINES[:2]
    assert LINES[2].startswith("the document no longer declares '/old'")  # test_reloading.py


def test_errors_of_the_table_are_raised() -> None:
    """The three exceptions that the page lists are those of `reload`'s docstring."""
    names = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)
    assert names == ["SpecError", "ValueError", "InstallationError"]
    assert all(f"{name}: " in (AsyncAPIGuard.reload.__doc__ or "") for name in names)


def test_the_log_is_the_guards(caplog: pytest.LogCaptureFixture) -> None:
    """A reload is one line of INFO, so that deployments can see which document is in force."""
    caplog.set_level(logging.INFO, "asyncapi_guard")
    guard = AsyncAPIGuard("asyncapi.yml")
    write(Path("asyncapi.yml"), "word")
    guard.reload()
    assert caplog.messages == ["the document is in force as it is now: asyncapi.yml"]
