"""`asyncapi-guard mock`, as a process."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner
from ports import free_port

from asyncapi_guard.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 120


@pytest.fixture
def file(game: Any, tmp_path: Path) -> Path:
    path = tmp_path / "asyncapi.yml"
    path.write_text(yaml.safe_dump(game, sort_keys=False))
    return path


class Process:
    """A mock that runs: its URL, and what it prints."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self.lines: list[str] = []
        self._more = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        first = self.wait_for(r"http://127\.0\.0\.1:\d+")
        self.url = re.search(r"http://\S+?:\d+", first)[0]  # type: ignore[index]  # it was found

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._more:
                self.lines.append(line.rstrip())
                self._more.notify_all()

    def wait_for(self, pattern: str) -> str:
        """The first line that has something."""

        def found() -> str | None:
            return next((each for each in self.lines if re.search(pattern, each)), None)

        with self._more:
            assert self._more.wait_for(found, PATIENCE), self.lines
            return str(found())

    def interrupt(self) -> int:
        """What Ctrl-C does: the exit code."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Process]:
    command = [sys.executable, "-u", "-m", "asyncapi_guard", "mock", "asyncapi.yml", *options]
    with subprocess.Popen(
        [*command, "--port", str(free_port())],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Process(process, folder)
        finally:
            process.terminate()


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="threads"),
        pytest.param(("--asgi",), id="asyncio", marks=pytest.mark.slow),
    ],
)
def test_it_serves_and_says_what_was_wrong(options: tuple[str, ...], file: Path, play: Any) -> None:
    """With the line in the document, and no value; Ctrl-C ends it while clients are there."""
    with running(file.parent, *options, "--cors", "loopback") as mock:
        player = play(mock.url)
        assert player.ask("create_game", {"name": "Ada"})["name"] == "Ada"
        player.ask("create_game", {"name": "Ada", "colour": "sea-green"})
        line = mock.wait_for("rejected event 'create_game'")
        assert re.search(r"\(asyncapi\.yml:\d+:\d+\)", line)
        assert "received 'create_game' in '/'" in mock.wait_for("asyncapi_guard.mock.*received")
        mock.wait_for("Pages of these origins can connect: loopback")
        assert mock.interrupt() == 0
        told = "\n".join(mock.lines)
    assert "Traceback" not in told
    assert "sea-green" not in told
    assert "Ada" not in told


@pytest.mark.slow
def test_quiet(file: Path, play: Any) -> None:
    """Only what breaks the document is printed."""
    with running(file.parent, "--quiet") as mock:
        player = play(mock.url)
        player.ask("look")
        player.ask("look", 1)
        mock.wait_for("rejected event 'look'")
        assert not any("received" in line for line in mock.lines)


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["mock", *arguments])
    return done.exit_code, done.output


def test_a_mistake_in_the_scenario(file: Path) -> None:
    """Exit code 2, the excerpt of the file, and nothing listens."""
    scenario = file.with_name("scenario.yml")
    scenario.write_text("rules:\n- on: lok\n")
    code, told = run(str(file), "--scenario", str(scenario))
    assert code == 2
    assert f"{scenario}:2" in told
    assert "did you mean 'look'?" in told
    assert "cannot use" in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--cors", "localhost"), "isn't an origin"),
        (("--cors", "*", "--host", "0.0.0.0"), "for loopback only"),
        (("--credential", "sesame"), "SCHEME=VALUE"),
        (("--credential", "bearer=sesame"), "it requires none"),
        (("--server", "moon"), "none of the document's servers"),
        (("--interval", "0"), "0.001"),
        (("--delay", "-1"), "-1"),
        (("--scenario", "nowhere.yml"), "does not exist"),
    ],
    ids=["origin", "everybody", "credential", "scheme", "server", "interval", "delay", "scenario"],
)
def test_options_that_are_none(options: tuple[str, ...], said: str, file: Path) -> None:
    """Each says what is wrong, without what is secret."""
    code, told = run(str(file), *options)
    assert code == 2
    assert said in " ".join(told.split())
    assert "sesame" not in told


def test_a_document_that_cannot_be_used(tmp_path: Path) -> None:
    """Its faults are shown as by the other commands."""
    file = tmp_path / "asyncapi.yml"
    file.write_text("asyncapi: 3.1.0\ninfo: {title: x}\n")
    code, told = run(str(file))
    assert code == 2
    assert "cannot use" in told


def test_a_port_that_is_taken(file: Path) -> None:
    """It is said at once."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, told = run(str(file), "--port", str(taken.getsockname()[1]))
    assert (code, "choose another --port" in told) == (2, True)


def test_help_has_an_example() -> None:
    """`--help` shows how it is used."""
    code, told = run("--help")
    assert code == 0
    assert "asyncapi-guard mock asyncapi.yml --scenario scenario.yml" in " ".join(told.split())
