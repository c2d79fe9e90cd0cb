"""Documents from shapes: what they say, and what stands beside it as comments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from asyncapi_guard import load
from asyncapi_guard.contract import Action
from asyncapi_guard.guard import Guard
from asyncapi_guard.learning import traffic_shapes
from asyncapi_guard.learning.document import learnt_document
from asyncapi_guard.learning.log import read_lines
from asyncapi_guard.learning.schemas import Style
from asyncapi_guard.learning.traffic_shapes import TrafficShapes, template_of
from asyncapi_guard.lint import lint

if TYPE_CHECKING:
    from pathlib import Path


def seen(*events: tuple[Any, ...]) -> TrafficShapes:
    """Traffic: namespace, action, event, arguments, and perhaps the values of an ack."""
    traffic = TrafficShapes()
    for namespace, action, name, arguments, *ack in events:
        event = traffic.event(namespace, Action(action), name)
        assert event is not None
        event.arguments.add(arguments)
        for values in ack:
            event.acks.add(values)
    return traffic


def document(traffic: TrafficShapes, **style: Any) -> Any:
    return yaml.safe_load(learnt_document(traffic, Style(**style), "Learnt"))


def message(traffic: TrafficShapes, **style: Any) -> Any:
    """The only message of a document."""
    (channel,) = document(traffic, **style)["channels"].values()
    (only,) = channel["messages"].values()
    return only


MOVE = ("/", "receive", "move")


@pytest.mark.parametrize(
    ("events", "payload"),
    [
        ([(*MOVE, [])], {"type": "null"}),
        ([(*MOVE, [1])] * 3, {"type": "integer", "minimum": 0}),
        ([(*MOVE, [n % 9]) for n in range(90)], {"type": "integer", "minimum": 0, "maximum": 8}),
        ([(*MOVE, ["abc"])], {"type": "string", "minLength": 1, "maxLength": 16}),
        ([(*MOVE, ["abc"])] * 20, {"type": "string", "minLength": 3, "maxLength": 3}),
        ([(*MOVE, ["2026-01-02"])], {"type": "string", "format": "date"}),
        ([(*MOVE, [b"abc"])], {"type": "string", "format": "binary"}),
        ([(*MOVE, [1.5]), (*MOVE, [-2])], {"type": "number"}),
        ([(*MOVE, [None]), (*MOVE, [True])], {"type": ["boolean", "null"]}),
        (
            [(*MOVE, [None])],
            {
                "type": "array",
                "items": [{"type": "null"}],
                "minItems": 1,
                "maxItems": 1,
                "additionalItems": False,
            },
        ),
        (
            [(*MOVE, ["a", 1]), (*MOVE, ["a"])],
            {
                "type": "array",
                "items": [
                    {"type": "string", "minLength": 1, "maxLength": 16},
                    {"type": "integer", "minimum": 0},
                ],
                "minItems": 1,
                "maxItems": 2,
                "additionalItems": False,
            },
        ),
        (
            [(*MOVE, [{"x": 1}]), (*MOVE, [{"x": 1, "y": [True]}])],
            {
                "type": "object",
                "properties": {
                    "x": {"type": "integer", "minimum": 0},
                    "y": {"type": "array", "minItems": 1, "items": {"type": "boolean"}},
                },
                "required": ["x"],
                "additionalProperties": False,
            },
        ),
        (
            [(*MOVE, [{"12": True, "13": False}])],
            {"type": "object", "additionalProperties": {"type": "boolean"}},
        ),
    ],
)
def test_arguments_as_a_schema(events: list[Any], payload: Any) -> None:
    """What was seen, with some room, as an author would write it."""
    assert message(seen(*events))["payload"] == payload


def test_bounds_are_a_choice() -> None:
    """As seen, with room, or none."""
    traffic = seen((*MOVE, ["abc", 7]), (*MOVE, ["abcd", 9]))
    assert message(traffic, bounds="seen")["payload"]["items"] == [
        {"type": "string", "minLength": 3, "maxLength": 4},
        {"type": "integer", "minimum": 7, "maximum": 9},
    ]
    assert message(traffic, bounds="none")["payload"]["items"] == [
        {"type": "string"},
        {"type": "integer"},
    ]


def test_objects_can_stay_open() -> None:
    """Other fields are no fault then."""
    payload = message(seen((*MOVE, [{"x": 1}])), closed=False)["payload"]
    assert "additionalProperties" not in payload


@pytest.mark.parametrize("nothing", [None, {}])
def test_who_sends_nothing_may_go_on(nothing: Any, tmp_path: Path) -> None:
    """Python's clients send an empty object for it, and JavaScript's send null."""
    for auths in ([nothing], [nothing, {"token": "t"}]):
        traffic = seen((*MOVE, []))
        for auth in auths:
            traffic.connect("/", auth)
        (tmp_path / "asyncapi.yml").write_text(learnt_document(traffic, Style(), "T"))
        guard = Guard(load(tmp_path / "asyncapi.yml"))
        for auth in (None, *auths):
            assert not guard.connect("/", auth).rejected


def test_comments_say_what_was_seen() -> None:
    """Of events, fields and acks, each at its line."""
    traffic = seen(
        (*MOVE, [{"x": 1, "name": "Ann"}], [True]),
        (*MOVE, [{"x": 4}]),
        (*MOVE, [{"x": 2, "name": None}]),
    )
    traffic.connect("/", {"token": "secret"})
    text = learnt_document(traffic, Style(), "Learnt")
    lines = [line.strip() for line in text.splitlines() if "  # " in line]
    assert lines == [
        "connect:  # seen once",
        "token:  # 1 of 1; 6 characters",
        "move:  # seen 3 times",
        "x:  # 3 of 3; 1 to 4",
        "name:  # 2 of 3; 3 characters; null once",
        "x-ack:  # 1 of 3",
    ]
    assert text.startswith("# Learned by `asyncapi-guard learn` from 3 events and 1 connects.\n")


def test_validate_finds_nothing(tmp_path: Path) -> None:
    """Whatever names clients and fields have, in several namespaces and both directions."""
    traffic = seen(
        (*MOVE, [{"a b": 1, "#": 2, "x:": 3, "- y": {}, "null": None, "12": 1}]),
        ("/", "send", "move", []),
        ("/", "send", 'it\'s "said": yes', [[]]),
        ("/admin panel", "receive", "ban", ["x"]),
        ("/game/12345", "send", "moved", [1]),
        ("/game/67890", "send", "moved", [2]),
    )
    traffic.connect("/quiet", None)
    text = learnt_document(traffic, Style(), 'It\'s: "quoted" #1')
    path = tmp_path / "asyncapi.yml"
    path.write_text(text)
    found = [each for each in lint(path) if each.severity == "error"]
    assert found == []
    guard = Guard(load(path))
    assert guard.receive_event("/", "move", [{"12": 1, "13": 2, "a b": 1}]).rejected
    assert not guard.send_event("/game/4242", "moved", [1]).rejected


@pytest.mark.parametrize(
    ("namespace", "template"),
    [
        ("/", "/"),
        ("/chat", "/chat"),
        ("/game/12345", "/game/{id}"),
        ("/org/9f8e7d6c/room/12345", "/org/{id}/room/{id2}"),
    ],
)
def test_ids_in_namespaces_are_parameters(namespace: str, template: str) -> None:
    """One channel for all of them."""
    assert template_of(namespace) == template


def test_names_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends more names than that is not learnt from any more, and that is said."""
    monkeypatch.setattr(traffic_shapes, "MOST_PLACES", 9)
    traffic = seen(*(("/", "receive", f"e{n}", []) for n in range(9)))
    assert traffic.event("/", Action.RECEIVE, "one more") is None
    assert "1 more events were not looked at" in learnt_document(traffic, Style(), "T")


def test_lines_add_up_and_bad_ones_are_left_out() -> None:
    """Of files of several processes, whose ends may be missing."""
    one = seen((*MOVE, [1], [True]), (*MOVE, ["a"]))
    one.connect("/", {"a": 1})
    lines = [json.dumps(line).encode() for line in one.lines()]
    both = TrafficShapes()
    bad = [b"{", b"[]", b"1", b'{"namespace": 1}', b'{"namespace":"/","event":"e"}', lines[0][:-9]]
    assert read_lines([b'{"learning":1}', b"", *lines, *bad, *lines], both) == len(bad)
    assert read_lines([b'{"learning":2}'], both) == 1
    twice = seen((*MOVE, [1], [True]), (*MOVE, ["a"]))
    twice.connect("/", {"a": 1})
    twice.merge(one)
    assert both.lines() == twice.lines()
