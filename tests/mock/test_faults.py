"""A mistake in a scenario or in `x-mock` is an error with file, line and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from asyncapi_guard import InvalidDocument, SpecError
from asyncapi_guard.mock.loading import load_mock
from asyncapi_guard.mock.options import MockOptions

if TYPE_CHECKING:
    from pathlib import Path

#: What is written below `rules:`, the line of the fault, and a part of what is said.
FAULTS = {
    "event": ("- on: create_gmae", 2, "no event 'create_gmae' in /", "did you mean 'create_game'?"),
    "sent": ("- on: news", 2, "clients send no event 'news'", "the server sends it"),
    "emit": (
        "- on: look\n  then:\n  - emit: nwes",
        4,
        "the server sends no event 'nwes' in /",
        "did you mean 'news'?",
    ),
    "received": ("- on: look\n  then: {emit: look}", 3, "clients send it"),
    "reserved": ("- on: look\n  then: {emit: connect}", 3, "Socket.IO reserves"),
    "namespace": ("- on: look\n  namespace: /chat", 3, "no namespace '/chat'", "'/rooms/{room}'"),
    "ack": (
        "- on: create_game\n  ack: {game_id: 0, name: x, owner: {}}",
        3,
        "the ack of 'create_game' breaks the contract: /game_id: ",
    ),
    "ack by expression": (
        "- on: create_game\n  ack: {game_id: $message.payload#/name, name: x, owner: {}}",
        3,
        "/game_id: expected integer, got string",
    ),
    "no ack": (
        "- on: look\n  ack: 1",
        3,
        "describes no ack of 'look'",
        "give its message an x-ack",
    ),
    "no error": ("- {on: say, error: true}", 2, "no alternative of the ack of 'say' looks like"),
    "payload": ("- on: look\n  then: {emit: news, payload: 7}", 3, "payload of 'news'", "string"),
    "pointer": (
        "- on: look\n  then: {emit: news, payload: '$ack#/name'}",
        3,
        "nothing at $ack#/name in any request",
    ),
    "too early": ("- on: create_game\n  ack: $ack", 3, "$ack is not known here"),
    "of nobody": ("- every: 1\n  then: {emit: news, payload: $sid}", 3, "$sid is not known here"),
    "expression": (
        "- on: look\n  join: 'game-{$foo}'",
        3,
        "'$foo' isn't a runtime expression",
        "$$",
    ),
    "condition": ("- on: look\n  when: {name: Ada}", 3, "'name' isn't a runtime expression"),
    "schema": (
        "- on: create_game\n  when: {$message.payload: {type: strnig}}",
        3,
        "not a JSON Schema: /type",
    ),
    "parameter": (
        "- on: say\n  when: {$parameters#/romo: x}",
        3,
        "no parameter 'romo'; did you mean 'room'?",
    ),
    "field": ("- on: look\n  thn: []", 3, "unknown field 'thn'; did you mean 'then'?"),
    "field of a step": ("- on: look\n  then: [{emitt: news}]", 3, "did you mean 'emit'?"),
    "nothing happens": ("- then: {emit: news}", 2, "either 'on' or 'every'"),
    "both": ("- {on: look, every: 3}", 2, "either 'on' or 'every'"),
    "never": ("- {every: 0}", 2, "more than 0"),
    "seconds": ("- {on: look, delay: soon}", 2, "'delay' must be a number of seconds"),
    "no effect": ("- on: connect\n  ack: 1", 3, "'ack' has no effect on 'connect'; remove it"),
    "refuse": ("- on: look\n  refuse: no", 3, "'refuse' has no effect on 'look'"),
    "ack and error": (
        "- {on: create_game, ack: {error: x}, error: true}",
        2,
        "'error' has no effect; remove one",
    ),
    "target": ("- on: look\n  then: {emit: news, to: room}", 3, "{room: NAME}"),
    "sender": (
        "- on: disconnect\n  then: {emit: news, to: sender}",
        3,
        "'sender' isn't a receiver",
    ),
    "other namespace": (
        "- on: look\n  then: {emit: said, namespace: /rooms/red, payload: x}",
        3,
        "a different session in each namespace",
    ),
    "orphan": ("- on: look\n  then: {payload: x}", 3, "'payload' needs 'emit'"),
    "kind": ("- look", 2, "expected a mapping, not a string"),
    "rooms": ("- {on: look, join: 7}", 2, "'join' must be the name of a room"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_a_scenario(name: str, game: Any, tmp_path: Path) -> None:
    """It is found before the server starts, at its line, with what is wrong."""
    text, line, *said = FAULTS[name]
    file = tmp_path / "scenario.yml"
    file.write_text(f"rules:\n{text}\n")
    with pytest.raises(InvalidDocument) as caught:
        load_mock(game, MockOptions(scenario=file))
    (finding,) = caught.value.findings
    assert (finding.file, finding.line) == (str(file), line)
    for part in said:
        assert part in finding.message


#: What is written as `x-mock` of a message, and a part of what is said.
MARKS = {
    "on an event": ("create_game", {"on": "look"}, "unknown field 'on'"),
    "ack": ("create_game", {"ack": 7}, "the ack of 'create_game' breaks the contract"),
    "never emitted": ("news", {"payload": "x"}, "'news' has no trigger"),
    "unknown event": ("news", {"on": "lok"}, "did you mean 'look'?"),
    "payload": ("news", {"on": "look", "payload": 7}, "the payload of 'news'"),
    "sender": ("news", {"every": 1, "to": "sender"}, "'sender' isn't a receiver"),
    "kind": ("news", "often", "expected a mapping, not a string"),
}


@pytest.mark.parametrize("name", MARKS)
def test_a_fault_of_a_mark(name: str, game: Any, tmp_path: Path) -> None:
    """`x-mock` is checked in the same way; the place is in the document."""
    message, mark, said = MARKS[name]
    game["channels"]["game"]["messages"][message]["x-mock"] = mark
    file = tmp_path / "asyncapi.yml"
    text = yaml.safe_dump(game, sort_keys=False)
    file.write_text(text)
    with pytest.raises(InvalidDocument) as caught:
        load_mock(file, MockOptions())
    (finding,) = caught.value.findings
    assert said in finding.message
    assert finding.file == str(file)
    assert finding.pointer.startswith(f"/channels/game/messages/{message}/x-mock")
    lines = text.splitlines()
    start = next(i for i, each in enumerate(lines, 1) if each.strip().startswith("x-mock"))
    assert start <= finding.line <= start + 3


def test_a_mark_in_another_file(game: Any, tmp_path: Path) -> None:
    """The place is in the file that has the message."""
    (tmp_path / "news.yml").write_text("payload: {type: string}\nx-mock:\n  on: lok\n")
    game["channels"]["game"]["messages"]["news"] = {"$ref": "./news.yml"}
    file = tmp_path / "asyncapi.yml"
    file.write_text(yaml.safe_dump(game))
    with pytest.raises(InvalidDocument) as caught:
        load_mock(file, MockOptions())
    (finding,) = caught.value.findings
    assert (finding.file, finding.line) == (str(tmp_path / "news.yml"), 3)


@pytest.mark.parametrize("text", ["", "- a list", "rules: 7", "rules: [", "rulse: []"])
def test_a_file_that_is_no_scenario(text: str, game: Any, tmp_path: Path) -> None:
    """It is named, whatever is wrong with it."""
    file = tmp_path / "scenario.yml"
    file.write_text(text)
    with pytest.raises(SpecError) as caught:
        load_mock(game, MockOptions(scenario=file))
    assert caught.value.findings[0].file == str(file)


def test_a_scenario_that_another_reader_read(game: Any) -> None:
    """PyYAML takes `on` for true, and its user learns so."""
    scenario = yaml.safe_load("rules: [{on: look}]")
    with pytest.raises(InvalidDocument, match="has read the key 'on' as true"):
        load_mock(game, MockOptions(scenario=scenario))


def test_all_faults_at_once(game: Any) -> None:
    """Faults are not found one after the other."""
    scenario = {"rules": [{"on": "lok"}, {"on": "look", "then": {"emit": "nwes"}}, {"every": -1}]}
    with pytest.raises(InvalidDocument) as caught:
        load_mock(game, MockOptions(scenario=scenario))
    assert len(caught.value.findings) == 3
