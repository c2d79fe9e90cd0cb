"""docs/how-to/test.md: its server is tested, and its programs do what it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from either_click import runner
from werkzeug.serving import WSGIRequestHandler, make_server

from asyncapi_guard.cli import cli
from asyncapi_guard.cli.commands.test import command
from asyncapi_guard.contract_tests.failures import Check, Group, Phase

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "test.md").read_text(encoding="utf-8")


def blocks(kind):
    """The blocks of a language."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


(DOCUMENT,) = blocks("yaml")
SERVER, REPLAY, CASES = blocks("python")
FIXED = SERVER.replace("if not number:", "if number is None:").replace("0 < number", "0 <= number")
FIXED = FIXED.replace('{"error": None}', '{"error": "there is no number"}')


class Quiet(WSGIRequestHandler):
    """No line for each request."""

    def log_request(self, *_):
        """Say nothing."""


@contextmanager
def served(program):
    """The server of the page, on a free port."""
    names = {"__name__": "page"}
    exec(compile(program, "test.md", "exec", dont_inherit=True), names)
    app = SimpleNamespace(**names).app
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("asyncapi.yml").write_text(DOCUMENT, encoding="utf-8")
    Path("auth.json").write_text("{}", encoding="utf-8")


def stable(text):
    """Output without what differs each time, and where it was run."""
    text = re.sub(r'"sid":"[^"]*"', '"sid":"…"', text)
    text = re.sub(r"http://(127\.0\.0\.1:\d+|localhost:5000)", "URL", text)
    text = re.sub(r"\d+ events in [\d.]+ s", "N events in T s", text)
    return re.sub(r"\([a-z]+ \d+(, [a-z]+ \d+)*\)", "(phases)", text)


@pytest.mark.slow
def test_the_bug_is_found_as_the_page_shows():
    """And the server with the bug fixed passes."""
    shown = next(each for each in blocks("text") if "error[" in each)
    with served(SERVER) as url:
        result = runner().invoke(cli, ["test", "asyncapi.yml", "--url", url, "--time", "12"])
    assert result.exit_code == 1
    # On a machine with much to do, there may be no time to shorten what is found to the end.
    said, replays = stable(shown).split("\n\n    → ")[0], shown.split("\n\n")[-1]
    assert said in stable(result.stdout)
    assert replays.strip() in stable(result.stdout)
    for packet in ('["finish",{"id":0}]', '[{"error":null}]'):
        assert packet in shown
        assert packet in result.stdout
    names = {each.name for each in Path("asyncapi-guard-replays").iterdir()}
    assert set(re.findall(r"^\| `(\w+\.\w+)` \|", PAGE, re.MULTILINE)) <= names
    with served(FIXED) as url:
        result = runner().invoke(cli, ["test", "asyncapi.yml", "--url", url, "--time", "6"])
    assert result.exit_code == 0, result.output


def run_pytest(program, url):
    """Run a program of the page as a test; its exit code and what it prints."""
    Path("test_api.py").write_text(
        program.replace("http://localhost:5000", url).replace("time=5", "time=2"), encoding="utf-8"
    )
    arguments = ["-m", "pytest", "-v", "-p", "no:cacheprovider", "test_api.py"]
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    return done.returncode, done.stdout


@pytest.mark.slow
def test_a_replay_of_ones_own():
    """It fails on the server with the bug."""
    with served(SERVER) as url:
        code, printed = run_pytest(REPLAY, url)
    assert code == 1
    assert "ServerBrokeContract: ack_breaks_contract: finish in /" in printed
    assert '["finish",{"id":0}]' in printed
    with served(FIXED) as url:
        code, printed = run_pytest(REPLAY, url)
    assert code == 0, printed


@pytest.mark.slow
def test_cases_of_pytest():
    """One for each event and phase, named as the page shows."""
    with served(SERVER) as url:
        code, printed = run_pytest(CASES, url)
    assert code == 1
    shown = re.findall(r"^test_api\.py::(.*) (PASSED|FAILED)$", PAGE, re.MULTILINE)
    assert len(shown) == 4
    for name, outcome in shown:
        assert re.search(rf"{re.escape(name)} {outcome}", printed), printed
    assert "[/ all security]" in printed
    assert "transport" not in printed.partition("FAILURES")[0]


LINES = [line for block in blocks("sh") for line in block.splitlines()]


@pytest.mark.parametrize("line", [line for line in LINES if "asyncapi-guard test" in line])
def test_commands_have_options_that_there_are(line):
    """Each command of the page can be understood."""
    _, _, *arguments = shlex.split(line)
    command.make_context("test", arguments)


def rows(heading):
    """The first column of a table after a heading's text."""
    table = PAGE.partition(heading)[2].partition("|---|---|\n")[2].partition("\n\n")[0]
    return re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)


def named(cells):
    """The names in cells."""
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_all_checks_and_phases_are_told():
    """With what each is about."""
    for check in Check:
        assert f"| `{check}` | {check.sentence[0].upper()}{check.sentence[1:]}. |" in PAGE
    assert named(rows("These are the checks:")) == {c for c in Check if c.group is Group.CONTRACT}
    assert named(rows("A run has these phases.")) == set(Phase)


def test_json_has_the_fields_of_the_page():
    """And no others."""
    with served(SERVER) as url:
        arguments = ["--event", "finish", "--phases", "coverage", "--time", "8"]
        result = runner().invoke(
            cli, ["test", "asyncapi.yml", "--url", url, *arguments, "--format", "json"]
        )
    report = json.loads(result.stdout)
    assert report.keys() == named(rows("prints one object:"))
    assert report["failures"][0].keys() == named(rows("Each failure has these fields:"))
