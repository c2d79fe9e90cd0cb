"""docs/how-to/clients.md and examples/guarded_client: their programs run against a server."""

from __future__ import annotations

import asyncio
import inspect
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import socketio
from pages import Page

from asyncapi_guard import testing

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "clients.md"
EXAMPLE = ROOT / "examples" / "guarded_client"
COMPLETE = Page("clients.md")
PROGRAMS = [each for each in COMPLETE.blocks("python") if each not in COMPLETE.files.values()]


@pytest.fixture
def url(net: Any) -> str:
    """Where the example's server is."""
    names = runpy.run_path(str(EXAMPLE / "todo_server.py"))
    address: str = net.serve(socketio.WSGIApp(names["server"]))
    return address


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_the_programs_of_the_page_run(
    number: int, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the example's document, and its server."""
    monkeypatch.chdir(EXAMPLE)
    names: dict[str, Any] = {}
    program = PROGRAMS[number].replace("http://127.0.0.1:5000", url)
    exec(compile(program, str(PAGE), "exec", dont_inherit=True), names)
    if (test := names.get("test_add")) is None:
        assert names["item"] == {"id": 1, "text": "milk"}
    elif inspect.iscoroutinefunction(test):
        asyncio.run(test())
    else:
        test()


def test_the_page_names_what_there_is() -> None:
    """Each option and method of the clients for tests."""
    text = PAGE.read_text("utf-8")
    for name in list(inspect.signature(testing.client).parameters)[2:]:
        assert f"`{name}`" in text
    for name in ("received", "answer", "events", "io"):
        assert re.search(rf"`{name}[`(]", text)


def test_the_page_has_the_files_of_the_example() -> None:
    """Both are one text."""
    assert set(COMPLETE.files) == {"asyncapi.yml", "todo_client.py", "todo_server.py"}
    for name, text in COMPLETE.files.items():
        assert text == (EXAMPLE / name).read_text(encoding="utf-8"), name


def test_the_complete_client_prints_what_the_page_says(url: str, tmp_path: Path) -> None:
    """Its own mistake does not leave; the ack and the event come."""
    COMPLETE.save(tmp_path)
    done = subprocess.run(
        [sys.executable, "todo_client.py"],
        cwd=tmp_path,
        env={**os.environ, "URL": url},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    (says,) = COMPLETE.blocks("text")
    lines = [re.sub(r" sid=.*", "", line) for line in done.stdout.splitlines()]
    assert sorted(lines) == sorted(says.splitlines())
