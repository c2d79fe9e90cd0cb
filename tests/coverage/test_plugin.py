"""The pytest plugin, in runs of its own."""

from __future__ import annotations

import json
import re
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from coverage_runs import SPEC, run

from asyncapi_guard import pytest_plugin

if TYPE_CHECKING:
    from pathlib import Path

#: A guarded server, and a test that talks to it.
TEST = """
from flask import Flask
from flask_socketio import SocketIO
from asyncapi_guard import AsyncAPIGuard

app = Flask(__name__)
io = SocketIO(app, async_mode="threading")
GUARD
io.on_event("say", lambda text: 1)

def test_say():
    assert io.test_client(app).emit("say", "hello", callback=True) == 1
"""
GUARD = 'AsyncAPIGuard("asyncapi.yml").init_app(app, io)'
DOCUMENT = """\
asyncapi: 3.1.0
info: {title: One, version: '1'}
channels:
  main:
    address: /
    messages:
      say:
        payload: {enum: [hello, bye]}
        x-ack: {type: integer}
operations:
  say:
    action: receive
    channel: {$ref: '#/channels/main'}
    messages: [{$ref: '#/channels/main/messages/say'}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "asyncapi.yml").write_text(DOCUMENT)
    (tmp_path / "test_app.py").write_text(TEST.replace("GUARD", GUARD))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def test_nothing_is_imported_until_it_is_asked_for(folder: Path) -> None:
    """Neither the library, nor Socket.IO, nor what reads documents."""
    (folder / "test_app.py").write_text(
        "import sys\n"
        "def test_none():\n"
        "    heavy = {'socketio', 'flask', 'yaml', 'jsonschema', 'jsonschema_rs', 'click'}\n"
        "    ours = {name for name in sys.modules if name.startswith('asyncapi_guard')}\n"
        "    assert ours == {'asyncapi_guard', 'asyncapi_guard.pytest_plugin'}\n"
        "    assert not heavy & sys.modules.keys()\n"
    )
    done = run(folder, "-p", "no:anyio", "-p", "no:hypothesispytest", "-p", "no:cov")
    assert done.returncode == 0, done.stdout
    assert not list(folder.glob(".asyncapi-coverage*"))


def test_a_run_reports_and_fails_below_the_least(folder: Path) -> None:
    """In all formats, with a percentage that is not reached."""
    (folder / "pytest.ini").write_text("[pytest]\nasyncapi_coverage_fail_under = 90\n")
    formats = ("term", "html:out/c.html", "json:out/c.json", "lcov:out/c.lcov")
    options = [f"--asyncapi-coverage-report={each}" for each in formats]
    done = run(folder, "--asyncapi-coverage=asyncapi.yml", *options)
    assert done.returncode == 1, done.stdout
    assert "1 passed" in done.stdout
    assert "FAILED: asyncapi.yml: 66.7% is covered, and asyncapi_coverage_fail_under is 90" in (
        done.stdout
    )
    table = [line.rstrip() for line in done.stdout.splitlines() if "asyncapi.yml:" in line]
    assert table[:3] == [
        "say         4/6   66.7%  asyncapi.yml:11",
        "  asyncapi.yml:8: 'say' was never \"bye\"",
        "  asyncapi.yml:7: no invalid 'say' was rejected",
    ]
    page = (folder / "out" / "c.html").read_text()
    assert "66.7% (4/6)" in page
    assert "payload: {enum: [hello, bye]}" in page
    assert re.search(r"https?:|<script|src=", page) is None
    record = (folder / "out" / "c.lcov").read_text().splitlines()
    assert record[:2] == ["TN:", "SF:asyncapi.yml"]
    assert [line for line in record if line.startswith("DA:")] == [
        "DA:7,1",
        "DA:8,1",
        "DA:9,1",
        "DA:11,1",
    ]
    assert "BRDA:8,0,0,1" in record
    assert "BRDA:8,0,1,0" in record
    report = json.loads((folder / "out" / "c.json").read_text())["documents"][0]
    assert (report["seen"], report["total"], report["processes"]) == (4, 6, 1)
    assert [each.name for each in folder.glob(".asyncapi-coverage*")] == [".asyncapi-coverage"]


def test_applications_without_a_guard_are_told(folder: Path) -> None:
    """Coverage sees the traffic of guards, and says so where there is none."""
    (folder / "test_app.py").write_text(TEST.replace("GUARD", ""))
    done = run(folder, "--asyncapi-coverage=asyncapi.yml")
    assert done.returncode == 0, done.stdout
    assert "note: no data, because no guarded server or client used this document;" in done.stdout


@pytest.mark.slow
def test_a_server_in_another_process_counts(folder: Path) -> None:
    """Even if it is killed: what was seen is in its file before the client has its answer."""
    (folder / "program.py").write_text(
        "import sys\n"
        + TEST.replace("GUARD", GUARD).partition("def test")[0]
        + "io.test_client(app).emit('say', 'hello', callback=True)\n"
        "print('ready', flush=True)\n"
        "sys.stdin.read()\n"
    )
    (folder / "test_app.py").write_text(
        "import subprocess, sys\n"
        "def test_program():\n"
        "    pipes = {'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE}\n"
        "    with subprocess.Popen([sys.executable, 'program.py'], **pipes) as program:\n"
        "        assert program.stdout.readline() == b'ready\\n'\n"
        "        program.kill()\n"
    )
    done = run(folder, "--asyncapi-coverage=asyncapi.yml")
    assert done.returncode == 0, done.stdout
    assert "66.7%" in done.stdout


class Early:
    """What pytest has of a configuration before conftests are loaded."""

    def __init__(self, folder: Path, report: list[str], least: str = "") -> None:
        names = {"asyncapi_coverage": [str(SPEC)], "asyncapi_coverage_report": report}
        self.known_args_namespace = SimpleNamespace(**names)
        self.invocation_params = SimpleNamespace(dir=folder)
        self.rootpath = folder
        self.stash = pytest.Stash()
        self._least = least

    def getini(self, name: str) -> Any:
        assert name == "asyncapi_coverage_fail_under"
        return self._least


@pytest.mark.parametrize(
    ("report", "least", "said"),
    [
        (["pdf:x"], "", "not pdf:x"),
        (["html"], "", "not html"),
        (["term:x"], "", "not term:x"),
        ([], "101", "not 101"),
        ([], "many", "not many"),
    ],
)
def test_what_it_cannot_do_is_said_at_once(
    report: list[str], least: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any test runs."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    early: Any = Early(tmp_path, report, least)
    with pytest.raises(pytest.UsageError, match=said):
        pytest_plugin.pytest_load_initial_conftests(early)


def test_a_file_that_is_none_is_said_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    early: Any = Early(tmp_path, [])
    for name, said in (
        ("missing.yml", "the file .*missing.yml doesn't exist"),
        ("bad.yml", "bad.yml:1:1: "),
    ):
        (tmp_path / "bad.yml").write_text("asyncapi: 3.1.0")
        early.known_args_namespace.asyncapi_coverage = [name]
        with pytest.raises(pytest.UsageError, match=said):
            pytest_plugin.pytest_load_initial_conftests(early)


def test_the_variable_is_the_one_that_guards_read() -> None:
    """The plugin has it twice, since it imports nothing."""
    from asyncapi_guard.coverage.formats import FORMATS
    from asyncapi_guard.integrations import covering

    assert pytest_plugin._VARIABLE == covering.VARIABLE
    assert pytest_plugin._FORMATS == FORMATS
    assert "asyncapi_guard.pytest_plugin" in sys.modules
