"""docs/how-to/learn.md: an application without a document gets one, step by step."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from either_click import runner

from asyncapi_guard.cli import cli

if TYPE_CHECKING:
    import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "how-to" / "learn.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PROGRAMS = {title: body for kind, title, body in BLOCKS if kind == "python"}
COMMANDS = [body.split("\n", 1) for kind, _, body in BLOCKS if kind == "console"]


def serve(net: Any, step: str) -> tuple[str, Any]:
    """The application of the page with one of its guards: its address, and the guard."""
    names: dict[str, Any] = {"__name__": "notes"}
    for program in (PROGRAMS["notes.py"], PROGRAMS[step]):
        exec(compile(program, "learn.md", "exec", dont_inherit=True), names)
    guard = names["app"].extensions["asyncapi_guard"]
    return str(net.serve(names["app"])), guard


def write(net: Any, url: str, *moods: str) -> list[Any]:
    client = net.client(url)
    answers = [
        client.ask("write", {"text": "x" * (5 + number), "mood": mood})
        for number, mood in enumerate(moods)
    ]
    client.ask("read")
    client.close()
    return answers


def run(number: int) -> Any:
    """A command of the page, and its output."""
    line, shown = COMMANDS[number]
    arguments = line.removeprefix("$ asyncapi-guard ").replace("'", "").split()
    done = runner().invoke(cli, arguments)
    output = "".join(each for each in (done.stdout, done.stderr))
    assert shown.rstrip() in output.rstrip()
    return done


def test_the_page(net: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step does what it says."""
    monkeypatch.chdir(tmp_path)
    url, guard = serve(net, "recording")
    moods = ["glad", "sad"] * 15
    assert len(write(net, url, *moods)) == 30
    guard.uninstall()
    assert run(0).exit_code == 0
    learnt = (tmp_path / "asyncapi.yml").read_text()
    (beginning,) = [body for kind, title, body in BLOCKS if title == "asyncapi.yml"]
    assert learnt.startswith(beginning)
    url, guard = serve(net, "reporting")
    assert write(net, url, "curious") == [[{"id": 1}]]
    guard.uninstall()
    report = runner().invoke(cli, ["report", "guard-*.ndjson"])
    assert report.exit_code == 1
    assert "/mood" in report.output
    url, guard = serve(net, "recording")
    write(net, url, "curious")
    guard.uninstall()
    assert run(1).exit_code == 1
    update = ["learn", "traffic-*.ndjson", "--update", "asyncapi.yml", "--write"]
    assert runner().invoke(cli, update).exit_code == 0
    url, guard = serve(net, "enforcing")
    assert write(net, url, "curious", "glad") == [[{"id": 1}], [{"id": 2}]]
    rejected = net.client(url).ask("write", {"text": "x", "mood": "angry"})
    assert rejected[0]["error"]["code"] == "request_validation_error"
