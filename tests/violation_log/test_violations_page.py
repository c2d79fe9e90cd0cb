"""docs/reference/violations.md.

Its programs run, its output is printed, its schema is that of the lines.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import pytest
from either_click import runner
from made_lines import broken, client, counters, dropped, head, problem, violation

from asyncapi_guard.cli import cli
from asyncapi_guard.violation_log.lines import Line, OperationCount, ProblemLine
from asyncapi_guard.violation_log.log import DEFAULT_SIZE, ViolationLog

DOCS = Path(__file__).parents[2] / "docs" / "reference"
TEXT = (DOCS / "violations.md").read_text(encoding="utf-8")
SCHEMA = json.loads((DOCS / "violation-log.schema.json").read_text(encoding="utf-8"))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENT = "asyncapi: 3.1.0\ninfo: {title: Chat, version: '1'}\n"


def blocks(kind: str) -> list[str]:
    return [text for each, text in FENCE.findall(TEXT) if each == kind]


def is_line(line: dict[str, Any]) -> bool:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(SCHEMA, format_checker=checker).is_valid(line)


def test_the_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "asyncapi.yml").write_text(DOCUMENT)
    (program,) = blocks("python")
    names: dict[str, Any] = {}
    exec(compile(program, "violations.md", "exec", dont_inherit=True), names)
    assert names["guard"].recorder.file is not None
    assert f"{DEFAULT_SIZE:,}" in TEXT


def test_the_commands_print_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ten = (29 * 24 + 10) * 3600  # o'clock, on the 30th
    shout = problem("", "event", schema="", place="", message="the event is not declared")
    unknown = {"channel": None, "operations": [], "code": "undeclared_event", "problems": [shout]}
    who = {"client": client(1), "session": client(2)}
    lines = [
        violation(ten + 60, **who),
        violation(ten + 120, client=client(1), session=client(3)),
        violation(ten + 180, event="shout", declared=False, **who, **unknown),
        counters(ten + 60, onSay=("report", 10, 0, 1), onLeave=("report", 30, 0, 0)),
        counters(ten + 300, onSay=("report", 2, 0, 1), onLeave=("report", 10, 0, 0)),
    ]
    (tmp_path / "guard-7.ndjson").write_bytes(b"".join(lines))
    commands = [each for each in "".join(blocks("console")).splitlines() if each.startswith("$")]
    said = blocks("console")[0].partition("\n")[2]
    done = [
        runner().invoke(cli, [each.strip("'") for each in command.split()[2:]])
        for command in commands
    ]
    assert done[0].stdout == said
    assert [each.exit_code for each in done] == [1, 0, 0]


def test_the_example_is_a_line() -> None:
    """By the schema, and by what reads it."""
    (example,) = blocks("json")
    assert is_line(json.loads(example))
    msgspec.json.decode(example, type=Line)


@pytest.mark.parametrize("kind", get_args(Line), ids=lambda kind: kind.__name__)
def test_the_schema_has_each_field(kind: Any) -> None:
    """Those that are written, all of which are there."""
    config = kind.__struct_config__
    described = SCHEMA["$defs"][config.tag]
    fields = {"type", *kind.__struct_fields__}
    assert set(described["properties"]) == set(described["required"]) == fields


def test_the_schema_has_the_fields_within() -> None:
    kinds = SCHEMA["$defs"]
    for kind, described in (
        (ProblemLine, kinds["violation"]["properties"]["problems"]["items"]),
        (OperationCount, kinds["counters"]["properties"]["counts"]["items"]),
    ):
        fields = set(kind.__struct_fields__)
        assert set(described["properties"]) == set(described["required"]) == fields


def test_lines_are_as_the_schema_says(tmp_path: Path) -> None:
    """Whatever clients chose."""
    log = ViolationLog(str(tmp_path / "x.ndjson"), complain=print)
    for name in ("say", "x" * 5_000, "\ud800\n"):
        log.add(broken(event=name, namespace=name, sid=name, address=name), str, declared=False)
    log.close()
    written = (tmp_path / "x.ndjson").read_bytes().splitlines()
    made = [head(), violation(), counters(onSay=("report", 1, 2, 3)), dropped(1)]
    assert all(is_line(json.loads(line)) for line in (*written, *made))
    assert len(written) == 4


@pytest.mark.parametrize(
    "change", [{"v": 2}, {"type": "x"}, {"mode": "x"}, {"time": 5}, {"more": -1}, {"client": "x"}]
)
def test_the_schema_rejects_what_is_no_line(change: dict[str, Any]) -> None:
    """So the tests above could fail."""
    assert not is_line({**json.loads(violation()), **change})
