"""`asyncapi-guard diff --usage`: whom changes break, in each format, and what it fails for."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from either_click import runner

from asyncapi_guard.cli import cli
from asyncapi_guard.cli.change_reports import CHANGE_FORMATS
from asyncapi_guard.usage.lines import VERSION, DroppedLine, PlaceCount, UseLine, encode

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "diff.md").read_text(encoding="utf-8")
OLD, NEW = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
WIDER = OLD.replace("maxLength: 200", "maxLength: 300")
TODAY = date.today()  # noqa: DTZ011  # of no consequence: a day more or less is in the span
TEXT = {"": PlaceCount({"string": 3})}


def line(client: str | None, event: str = "post", ago: int = 1, **more: Any) -> bytes:
    """A line about `/chat`."""
    fields: dict[str, Any] = {
        "day": TODAY - timedelta(days=ago),
        "kind": "version" if client is not None else "unknown",
        "namespace": "/chat",
        "sender": "client" if event == "post" else "server",
        "what": "event",
        "message": event,
        "count": 3,
        "looked": 3,
        "places": TEXT if event == "post" else {},
    }
    return encode(UseLine(v=VERSION, client=client, event=event, **{**fields, **more}))


SEEN = [line("1.4"), line("1.5", "posted"), line("1.10", ago=60), line(None)]


@pytest.fixture
def diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Compare two versions by lines of use."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def run(new: str, lines: list[bytes], *options: str, old: str = OLD) -> Any:
        Path("old.yml").write_text(old, encoding="utf-8")
        Path("new.yml").write_text(new, encoding="utf-8")
        Path("usage-1.ndjson").write_bytes(b"".join(lines))
        options = ("old.yml", "new.yml", "--usage", "usage*.ndjson", *options)
        return runner().invoke(cli, ["diff", *options])

    return run


@pytest.mark.parametrize("format", CHANGE_FORMATS)
def test_each_format_says_it(diff: Any, format: str) -> None:
    """Who it is, of how many, and since when."""
    result = diff(NEW, SEEN, "--since", "7d", "--format", format)
    assert result.exit_code == 1
    text = result.stdout
    if format == "json":
        data = json.loads(text)
        assert data["usage"]["versions"] == ["1.4", "1.5"]
        assert data["changes"][0]["use"] == {
            "hurt": [],
            "unknown": [
                {
                    "versions": ["1.4"],
                    "without_version": True,
                    "other_versions": False,
                    "why": "still send `post`",
                    "untold": "values are not counted",
                }
            ],
        }
        assert data["changes"][-1]["use"] is None
        return
    said = text.replace("\\`", "`").replace("\n", " ")
    assert "may break 1 of 2 client versions seen in the last 7 days: 1.4 and clients" in said
    assert "breaks none of 2 client versions" in said


def test_versions_are_in_their_order(diff: Any) -> None:
    """1.10 is newer than 1.9; without `--since`, all days count."""
    lines = [line(each, "posted") for each in ("1.10", "1.9", "2", "a")] + SEEN
    data = json.loads(diff(NEW, lines, "--format", "json").stdout)
    assert data["usage"]["versions"] == ["1.4", "1.5", "1.9", "1.10", "2", "a"]
    assert data["usage"]["first"] == str(TODAY - timedelta(days=60))


@pytest.mark.parametrize(
    ("new", "lines", "code"),
    [
        (NEW, [line("1.4")], 1),
        (NEW, [line("1.5", "posted")], 0),
        (WIDER, [line("1.4")], 0),
    ],
)
def test_it_fails_for_what_is_used(diff: Any, new: str, lines: list[bytes], code: int) -> None:
    """Or may be; a breaking change that hurts nobody is none."""
    assert diff(new, lines, "--fail-on", "used").exit_code == code


@pytest.mark.parametrize(
    ("lines", "options", "said"),
    [
        ([], (), "have no client of that time"),
        ([line("1", ago=60)], ("--since", "7d"), "have no client of that time"),
        ([b"nothing of the kind\n"], (), "is not a usage log"),
        (SEEN, ("--usage", "missing-*.ndjson"), "no usage log: nothing matches"),
        (SEEN, ("--since", "soon"), "neither a time"),
    ],
)
def test_what_cannot_be_said_is_an_error(
    diff: Any, lines: list[bytes], options: tuple[str, ...], said: str
) -> None:
    """Not a report in which nobody is hurt."""
    result = diff(NEW, lines, *options)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


@pytest.mark.parametrize("options", [("--since", "7d"), ("--fail-on", "used")])
def test_options_without_usage_are_errors(options: Any, tmp_path: Path) -> None:
    """They would do nothing."""
    path = tmp_path / "old.yml"
    path.write_text(OLD, encoding="utf-8")
    result = runner().invoke(cli, ["diff", str(path), str(path), *options])
    assert result.exit_code == 2
    assert "also pass --usage" in result.stderr


@pytest.mark.parametrize("format", ["full", "json", "markdown", "concise"])
def test_what_should_be_known_is_said(diff: Any, format: str) -> None:
    """A file that was full, lines that nobody can read, another document."""
    dropped = encode(DroppedLine(VERSION, TODAY))
    lines = [*SEEN, dropped, b"{\n", line("1.4", "other")]
    result = diff(NEW, lines, "--format", format)
    text = " ".join((result.stdout + result.stderr).replace("\\", "").split())
    for note in (
        "a usage log was full",
        "1 lines of the usage logs",
        "clients use other, which OLD",
    ):
        assert note in text


def test_many_versions_are_not_all_named(diff: Any) -> None:
    """The sentence stays one."""
    result = diff(NEW, [line(str(n)) for n in range(20)])
    assert "0, 1, 2, 3, 4 and 15 others still send" in " ".join(result.stdout.split())
