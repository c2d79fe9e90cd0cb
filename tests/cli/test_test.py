"""`asyncapi-guard test`: options, formats, exit codes, and what it says when it cannot run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from either_click import runner
from planted_bugs import HERE, launched

from asyncapi_guard.cli import cli
from asyncapi_guard.cli.contract_test_progress import ContractTestProgress
from asyncapi_guard.contract_tests.failures import Phase
from asyncapi_guard.contract_tests.rejections import NotARejection, rejected_when

GAMES, CHAT = str(HERE / "games.yml"), str(HERE / "chat.yml")
#: Short: one event, and the phase that finds the bug.
SHORT = ("--event", "list_games", "--phases", "coverage", "--time", "10")


@pytest.fixture(scope="module")
def wrong():
    """A server that takes a limit of 0 for a missing one."""
    with launched("games", "limit_0_is_missing") as url:
        yield url


@pytest.fixture(scope="module")
def right():
    """A server that does not."""
    with launched("games") as url:
        yield url


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: runner().invoke(cli, ["test", *arguments])


def test_a_failure_is_shown(run, wrong):
    """With the line of the document, the packets, and the commands that replay it."""
    result = run(GAMES, "--url", wrong, *SHORT)
    assert result.exit_code == 1, result.output
    assert "error[ack_breaks_contract]: list_games in /" in result.stdout
    assert "^" in result.stdout
    assert '["list_games",{"limit":0}]' in result.stdout
    assert "1 failure" in result.stdout
    names = {each.name for each in Path("asyncapi-guard-replays").iterdir()}
    name = "list_games_ack_breaks_contract"
    assert names == {f"test_{name}.py", f"{name}.py", f"{name}.mjs"}
    for each in ("pytest", "python", "node"):
        assert f"replay: {each} asyncapi-guard-replays/" in result.stdout


@pytest.mark.slow
def test_a_right_server_passes(run, right):
    """And replays of a run before it go, but nobody's own files."""
    folder = Path("asyncapi-guard-replays")
    folder.mkdir()
    (folder / "old.py").write_text('"""Written by `asyncapi-guard test`."""')
    (folder / "own.py").write_text("")
    result = run(GAMES, "--url", right, *SHORT)
    assert result.exit_code == 0, result.output
    assert "no failures" in result.stdout
    assert [each.name for each in folder.iterdir()] == ["own.py"]


@pytest.mark.slow
def test_json(run, wrong):
    """One object, also in a file."""
    result = run(GAMES, "--url", wrong, *SHORT, "--format", "json", "-o", "report.json")
    assert (result.exit_code, result.stdout) == (1, "")
    report = json.loads(Path("report.json").read_text(encoding="utf-8"))
    (failure,) = report["failures"]
    assert not report["passed"]
    assert (failure["check"], failure["event"]) == ("ack_breaks_contract", "list_games")
    assert failure["place"].startswith(GAMES)
    assert failure["packets"][-1]["direction"] in ("in", "out")
    assert len(failure["replays"]) == 3


@pytest.mark.slow
def test_junit(run, wrong):
    """A failed test for the failure."""
    result = run(GAMES, "--url", wrong, *SHORT, "--format", "junit", "--no-replays")
    suite = ET.fromstring(result.stdout)[0]
    (failure,) = suite.iter("failure")
    assert failure.get("type") == "ack_breaks_contract"
    assert "list_games" in failure.text
    assert suite.get("failures") == "1"
    assert not Path("asyncapi-guard-replays").exists()


@pytest.mark.slow
def test_fail_on_none_reports_only(run, wrong):
    """For a first look."""
    result = run(GAMES, "--url", wrong, *SHORT, "--fail-on", "none")
    assert result.exit_code == 0
    assert "ack_breaks_contract" in result.stdout


def test_nobody_is_there(run):
    """Said in one line."""
    result = run(GAMES, "--url", "http://127.0.0.1:9", "--time", "3")
    assert result.exit_code == 2
    assert "http://127.0.0.1:9 cannot be tested" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_document_with_errors(run, right):
    """Is shown as `validate` shows it."""
    Path("bad.yml").write_text("asyncapi: 3.1.0\ninfo: {title: 5}\n", encoding="utf-8")
    result = run("bad.yml", "--url", right)
    assert result.exit_code == 2
    assert "bad.yml:2" in result.stderr
    assert "bad.yml cannot be tested against: it has errors" in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--url", "http://example.com"), "--i-own-this-server"),
        (("--url", "nowhere"), "http://localhost:5000"),
        (("--url", "http://localhost", "--auth", "{"), "expected JSON"),
        (("--url", "http://localhost", "--auth", "@none.json"), "none.json cannot be read"),
        (("--url", "http://localhost", "--header", "X"), "NAME: VALUE"),
        (("--url", "http://localhost", "--query", "a"), "NAME=VALUE"),
        (("--url", "http://localhost", "--phases", "fast"), "no phase 'fast'"),
        (("--url", "http://localhost", "--rejected-when", "ok"), "JSON Schema"),
        (("--url", "http://localhost", "--rejected-when", "/ok=no"), "must be JSON"),
        (("--url", "http://localhost", "--rejected-when", '{"type": "x"}'), "has errors"),
    ],
)
def test_wrong_usage(run, options, said):
    """Exits with 2, and says what is expected."""
    result = run(GAMES, *options)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_names_that_the_document_does_not_have(run, right):
    """Are mistakes of whoever typed them."""
    for option, name in (("--event", "lisst"), ("--namespace", "/nowhere")):
        result = run(GAMES, "--url", right, option, name)
        assert result.exit_code == 2
        assert name in result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_credentials_are_printed_nowhere(run):
    """Not in packets, nor in files."""
    secret = {"name": "annabelle", "password": "open sesame"}
    with launched("chat", "password_is_told") as url:
        Path("auth.json").write_text(json.dumps(secret), encoding="utf-8")
        result = run(
            CHAT, "--url", url, "--auth", "@auth.json", "--event", "who_am_i",
            "--phases", "coverage", "--time", "20",
        )  # fmt: skip
    assert result.exit_code == 1, result.output
    written = [each.read_text() for each in Path("asyncapi-guard-replays").iterdir()]
    assert len(written) >= 3
    for text in (result.output, *written):
        assert "open sesame" not in text


@pytest.mark.slow
@pytest.mark.parametrize("right_token", [True, False])
def test_wrong_credentials(run, right_token):
    """Nothing of the namespace is tested then, and that is said."""
    token = "open sesame" if right_token else "wrong password"
    auth = json.dumps({"name": "ann", "password": token})
    with launched("chat") as url:
        result = run(
            CHAT, "--url", url, "--auth", auth, "--event", "who_am_i", "--phases", "coverage",
            "--time", "10",
        )  # fmt: skip
    assert ("  namespace /chat: " in result.stdout) is not right_token


def test_a_missing_extra_is_named():
    """With the line that installs it."""
    code = (
        "import sys; sys.modules['websocket'] = None\n"
        "from asyncapi_guard.cli import cli\n"
        f"cli(['test', {GAMES!r}, '--url', 'http://127.0.0.1:9'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert 'pip install "asyncapi-guard[testing]"' in done.stderr
    assert "Traceback" not in done.stderr


class Terminal:
    """A stream that is a terminal, and keeps what is written."""

    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text

    def flush(self):
        """Nothing is kept back."""


def test_progress_on_a_terminal():
    """One line, which goes at the end."""
    stream = Terminal()
    with ContractTestProgress(stream) as progress:
        progress.show(Phase.COVERAGE, 12, 1)
    assert "Testing (coverage)… 12 events, 1 failure" in stream.text
    assert stream.text.endswith(" \r")


@pytest.mark.parametrize(
    ("description", "values", "rejects"),
    [
        ("/ok=false", ({"ok": False},), True),
        ("/ok=false", ({"ok": 0},), False),
        ("/ok=false", ({"ok": True},), False),
        ("/ok=false", (), False),
        ("/error", ({"error": None},), True),
        ("/error", ("error",), False),
        ("/1", (1, "why"), True),
        ('{"type": "string", "pattern": "^no"}', ("no",), True),
        ('{"type": "string", "pattern": "^no"}', ("yes",), False),
        ('{"required": ["why"], "type": "object"}', ({"why": 1},), True),
    ],
)
def test_what_rejects(description, values, rejects):
    """A place, a value there, or a schema."""
    assert rejected_when((description,))(values) is rejects


def test_several_descriptions():
    """One is enough; none is nothing."""
    rejects = rejected_when(("/ok=false", "/error"))
    assert rejects(({"error": 1},))
    assert rejected_when(()) is None
    with pytest.raises(NotARejection):
        rejected_when(("/ok=false", "["))
