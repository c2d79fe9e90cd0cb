"""`asyncapi-guard coverage`: data files of many processes, merged and reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from either_click import runner

from asyncapi_guard import load
from asyncapi_guard.cli import cli
from asyncapi_guard.coverage.data_files import Data, digest_of, text_of
from asyncapi_guard.coverage.model import Model

DOCUMENT = """\
asyncapi: 3.1.0
info: {title: One, version: '1'}
channels:
  main:
    address: /
    messages:
      say:
        payload: {enum: [hello, bye]}
operations:
  say:
    action: receive
    channel: {$ref: '#/channels/main'}
    messages: [{$ref: '#/channels/main/messages/say'}]
"""
TABLE = """\
Coverage of asyncapi.yml

Operation  Seen          Place
say         3/5     60%  asyncapi.yml:10
  asyncapi.yml:8: 'say' was never "bye"
  asyncapi.yml:7: no 'say' that breaks the contract was rejected
Total       3/5     60%

operations 1/1, messages 1/1, values 1/2, rejections 0/1
note: merged from 2 processes
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("asyncapi.yml").write_text(DOCUMENT)


def write(name: str, *numbers: int, document: str = "asyncapi.yml") -> None:
    """A data file with some of the facts: operation, message, hello, bye, rejection."""
    model = Model(load("asyncapi.yml"))
    keys = list(model.facts)
    path = str(Path(document).absolute()) if document else ""
    data = Data(path, digest_of(model), keys={keys[number] for number in numbers})
    data.processes = {name}
    Path(name).write_text(text_of([data]))


def run(*options: str) -> Any:
    return runner().invoke(cli, ["coverage", *options])


def test_files_are_merged() -> None:
    """By default all that begin with `.asyncapi-coverage`, and the document that they name."""
    write(".asyncapi-coverage.1", 0, 1)
    write(".asyncapi-coverage.2", 2)
    result = run()
    assert (result.exit_code, result.stdout) == (0, TABLE)


@pytest.mark.parametrize(("least", "code"), [("60", 0), ("60.1", 1)])
def test_it_fails_under_a_percentage(least: str, code: int) -> None:
    """And says so beside the report."""
    write("a.cov", 0, 1, 2)
    result = run("*.cov", "--fail-under", least)
    assert result.exit_code == code
    assert ("60% was seen, and --fail-under is 60.1" in result.stderr) is bool(code)


@pytest.mark.parametrize("format", ["term", "html", "json", "lcov"])
def test_each_format_goes_into_a_file(format: str) -> None:
    """The same text as on standard output."""
    write("a.cov", 0, 1, 2)
    shown = run("a.cov", "--format", format)
    written = run("a.cov", "--format", format, "-o", "out")
    assert (shown.exit_code, written.exit_code) == (0, 0)
    assert Path("out").read_text() == shown.stdout
    assert "Wrote the report to out" in written.stderr


def test_an_equal_document_elsewhere_is_this_one() -> None:
    """Data from another machine counts, and from a guard that was given data."""
    write("a.cov", 0, 1, document="/elsewhere/asyncapi.yml")
    write("b.cov", 2, document="")
    found = json.loads(run("*.cov", "--spec", "asyncapi.yml", "--format", "json").stdout)
    assert found["documents"][0]["seen"] == 3


def test_what_the_document_does_not_have_any_more_is_told() -> None:
    """It has changed since."""
    write("a.cov", 0, 1, 2, 3)
    Path("asyncapi.yml").write_text(DOCUMENT.replace("[hello, bye]", "[new, hello]"))
    found = json.loads(run("a.cov", "--format", "json").stdout)["documents"][0]
    assert (found["seen"], found["total"], found["unknown"]) == (3, 5, 1)
    assert "note: 1 recorded item is not in the document" in run("a.cov").stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["none*"], "nothing matches 'none*'"),
        (["asyncapi.yml"], "asyncapi.yml is not a coverage data file"),
        (["away.cov"], "name no AsyncAPI file that is here: pass it by --spec"),
        (["away.cov", "--spec", "missing.yml"], "cannot be read"),
        (["."], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(options: list[str], said: str) -> None:
    """With exit code 2."""
    write("away.cov", 0, document="/elsewhere/asyncapi.yml")
    result = run(*options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_names_do_not_steer_a_terminal() -> None:
    """Operations may be called anything."""
    evil = '  "s\\x1b<script>":\n    action'
    Path("asyncapi.yml").write_text(DOCUMENT.replace("  say:\n    action", evil))
    write("a.cov", 0)
    assert "\x1b" not in run("a.cov").stdout
    assert "<script>" not in run("a.cov", "--format", "html").stdout
