"""Documents that are made to take what was seen, and stay their authors'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from either_click import runner

from asyncapi_guard import Guard, load
from asyncapi_guard.cli import cli
from asyncapi_guard.contract import Action
from asyncapi_guard.learning.traffic_shapes import TrafficShapes

if TYPE_CHECKING:
    from pathlib import Path

WRITTEN = """\
# The law of the house.
asyncapi: 3.1.0
info: {title: House, version: '1'}
channels:
  house:
    address: /
    messages:
      knock:   # at the door
        payload: {SCHEMA}
      other: {payload: {type: string}}
operations:
  hear: {action: receive, channel: {$ref: '#/channels/house'}}
components:
  schemas:
    Name: {type: string, maxLength: 3}
"""


def record(path: Path, *values: Any, event: str = "knock", ack: Any = None) -> None:
    import json

    traffic = TrafficShapes()
    for value in values:
        found = traffic.event("/", Action.RECEIVE, event)
        assert found is not None
        found.arguments.add([value])
        if ack is not None:
            found.acks.add([ack])
    path.write_text("".join(json.dumps(line) + "\n" for line in traffic.lines()))


@pytest.fixture
def update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command on a document with that schema, and traffic with those values."""
    monkeypatch.chdir(tmp_path)

    def run(schema: str, *values: Any, **more: Any) -> Any:
        (tmp_path / "asyncapi.yml").write_text(WRITTEN.replace("{SCHEMA}", schema))
        record(tmp_path / "t.ndjson", *values, **more)
        arguments = ["learn", "t.ndjson", "--update", "asyncapi.yml"]
        shown = runner().invoke(cli, arguments)
        assert (tmp_path / "asyncapi.yml").read_text() == WRITTEN.replace("{SCHEMA}", schema)
        written = runner().invoke(cli, [*arguments, "--write"])
        assert written.exit_code == 0, written.output
        assert shown.exit_code in (0, 1), shown.output
        return shown, (tmp_path / "asyncapi.yml").read_text()

    return run


@pytest.mark.parametrize(
    ("schema", "values", "expected"),
    [
        ("{type: integer, minimum: 3}", [1, 5], "{type: integer, minimum: 1}"),
        ("{type: integer, exclusiveMaximum: 5}", [5], "{type: integer, maximum: 5}"),
        ("{type: integer}", [1.5], "{type: number}"),
        ("{type: string, maxLength: 2}", ["abcd"], "{type: string, maxLength: 4}"),
        ("{type: string, format: date}", ["no date at all"], "{type: string}"),
        ("{type: string}", [None], "{type: [string, 'null']}"),
        ("{type: array, items: {type: integer}}", [["a"]], None),
        (
            "{type: object, properties: {a: {}}, required: [a]}",
            [{}, {"a": 1}],
            "{type: object, properties: {a: {}}}",
        ),
        ("{$ref: '#/components/schemas/Name'}", ["abcd"], None),
    ],
)
def test_what_is_too_narrow_is_widened(
    schema: str, values: list[Any], expected: str | None, update: Any, tmp_path: Path
) -> None:
    """And the rest of the file stays, comments and all."""
    shown, text = update(schema, *values)
    assert shown.exit_code == 1
    assert shown.stdout.startswith("--- asyncapi.yml")
    assert "# The law of the house." in text
    assert "# at the door" in text
    if expected is not None:
        assert f"payload: {expected}" in text.replace('"null"', "'null'")
    guard = Guard(load(tmp_path / "asyncapi.yml"))
    for value in values:
        assert not guard.receive_event("/", "knock", [value]).rejected, text


def test_new_fields_of_closed_objects_are_added(update: Any, tmp_path: Path) -> None:
    """An open object takes them as it is."""
    closed = "{type: object, properties: {a: {type: integer}}, additionalProperties: false}"
    shown, _ = update(closed, {"a": 1, "b": "x"})
    assert shown.exit_code == 1
    guard = Guard(load(tmp_path / "asyncapi.yml"))
    assert not guard.receive_event("/", "knock", [{"a": 1, "b": "x"}]).rejected
    assert guard.receive_event("/", "knock", [{"c": 1}]).rejected
    shown, _ = update("{type: object, properties: {a: {type: integer}}}", {"a": 1, "b": "x"})
    assert shown.exit_code == 0


def test_new_events_and_acks_are_added(update: Any, tmp_path: Path) -> None:
    """As the file's own events are written."""
    shown, _ = update("{type: string}", {"x": 1}, event="ring", ack=True)
    assert shown.exit_code == 1
    guard = Guard(load(tmp_path / "asyncapi.yml"))
    assert not guard.receive_event("/", "ring", [{"x": 1}]).rejected
    assert guard.receive_event("/", "ring", [1]).rejected
    shown, text = update("{type: string}", "a", ack={"ok": True})
    assert "x-ack" in text
    assert "not seen: / other (receive)" in shown.stderr


@pytest.mark.parametrize(
    ("schema", "note"),
    [
        ("{type: string, pattern: '^a'}", "payload has pattern"),
        ("{anyOf: [{type: string}]}", "payload has anyOf"),
        ("{type: string, enum: [a]}", "payload has an enum"),
    ],
)
def test_what_shapes_do_not_tell_is_a_note(schema: str, note: str, update: Any) -> None:
    """Nobody can say without values whether it takes what was seen."""
    shown, _ = update(schema, "b")
    assert f"note: / knock: {note}" in shown.stderr


def test_what_takes_all_that_was_seen_stays(update: Any) -> None:
    """Byte for byte, with exit code 0."""
    shown, text = update("{type: string}", "a")
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert text == WRITTEN.replace("{SCHEMA}", "{type: string}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.ndjson"], "no recorded traffic"),
        (["empty.ndjson"], "there is no Socket.IO traffic"),
        (["t.ndjson", "--update", "gone.yml"], "gone.yml cannot be read"),
        (["t.ndjson", "--update", "broken.yml"], "nothing was changed"),
        (["t.ndjson", "--write"], "--write needs --update"),
        (["t.ndjson", "--update", "x.yml", "-o", "y.yml"], "--output is for a new document"),
    ],
)
def test_mistakes_say_what_to_do(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With exit code 2, and no file written."""
    monkeypatch.chdir(tmp_path)
    record(tmp_path / "t.ndjson", 1)
    (tmp_path / "empty.ndjson").write_text("")
    (tmp_path / "broken.yml").write_text("asyncapi: 3.1.0\n")
    before = sorted(each.name for each in tmp_path.iterdir())
    done = runner().invoke(cli, ["learn", *arguments])
    assert done.exit_code == 2
    assert message in done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == before
