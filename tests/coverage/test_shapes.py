"""What there is to be seen of schemas, and what values show of them."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard import Guard, load
from asyncapi_guard.contract import Perspective
from asyncapi_guard.coverage.recording import Recording
from asyncapi_guard.integrations.traffic import Traffic
from asyncapi_guard.violations import Checkpoint

CYCLE = {
    "type": "object",
    "properties": {"leaf": {"enum": ["a", "b"]}, "next": {"$ref": "#/components/schemas/Node"}},
}


def document(payload: Any, **message: Any) -> dict[str, Any]:
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "One", "version": "1"},
        "channels": {
            "main": {"address": "/", "messages": {"say": {"payload": payload, **message}}}
        },
        "operations": {
            "op": {
                "action": "receive",
                "channel": {"$ref": "#/channels/main"},
                "messages": [{"$ref": "#/channels/main/messages/say"}],
            }
        },
        "components": {"schemas": {"Node": CYCLE, "Mark": {"enum": [1, 2]}}},
    }


class Seen:
    """What events show of a payload."""

    def __init__(self, payload: Any, **message: Any) -> None:
        self.contract = load(document(payload, **message))
        self.guard = Guard(self.contract)
        self.told: list[Any] = []
        self.recording = Recording(self.contract, self.told.extend)

    def receive(self, *args: Any) -> None:
        verdict = self.guard.receive_event("/", "say", list(args))
        place = Checkpoint.RECEIVE_EVENT, "/", "say"
        self.recording.see(
            Traffic(*place, list(args), verdict, verdict.message, Perspective.SERVER)
        )

    def facts(self, *, seen: bool) -> list[str]:
        """Those of the payload, as `kind pointer name`."""
        return [
            " ".join(filter(None, (key.kind, key.pointer, key.name)))
            for key, fact in self.recording.model.facts.items()
            if key.part == "payload" and fact.seen is seen
        ]


OBJECT: dict[str, Any] = {"type": "object"}
ROWS = [
    pytest.param({"type": "integer"}, [1], [], [], id="nothing"),
    pytest.param(True, [{"x": 1}], [], [], id="anything"),
    pytest.param(
        {**OBJECT, "properties": {"a": {}, "b": {}}, "required": ["a"]},
        [{"a": 1}],
        ["field /a", "absence /b"],
        ["field /b"],
        id="optional fields",
    ),
    pytest.param(
        {"allOf": [{"required": ["a"]}, {**OBJECT, "properties": {"a": {}}}]},
        [{"a": 1}],
        ["field /a"],
        [],
        id="required elsewhere",
    ),
    pytest.param(
        {**OBJECT, "properties": {"a": False, "b/c~": {"const": 1}}},
        [{"b/c~": 1}],
        ["field /b~1c~0", "value /b~1c~0 const"],
        ["absence /b~1c~0"],
        id="forbidden fields and odd names",
    ),
    pytest.param(
        {"enum": [1, True, None, {"a": [1]}, "x"]},
        [1.0, {"a": [1.0]}],
        ["value 1", 'value {"a":[1]}'],
        ["value true", "value null", 'value "x"'],
        id="values are equal as in JSON",
    ),
    pytest.param(
        {"type": ["integer", "number", "null", "string"]},
        [2, b"x"],
        ["alternative integer", "alternative number"],
        ["alternative null", "alternative string"],
        id="types",
    ),
    pytest.param(
        {"oneOf": [{"type": "integer"}, {**OBJECT, "properties": {"a": {}}, "required": ["a"]}]},
        [{"a": 1}],
        ["alternative oneOf/1", "field /a"],
        ["alternative oneOf/0"],
        id="alternatives",
    ),
    pytest.param(
        {"anyOf": [{"minimum": 0}, {"maximum": 9}, {"const": 77}]},
        [5],
        ["alternative anyOf/0", "alternative anyOf/1"],
        ["alternative anyOf/2", "value const"],
        id="several alternatives at once",
    ),
    pytest.param({"oneOf": [{"const": 1}]}, [1], ["value const"], [], id="one alternative is none"),
    pytest.param(
        {
            "if": {"properties": {"a": {"const": 1}}, "required": ["a"]},
            "then": {"required": ["b"]},
            "else": {"properties": {"c": {"const": 2}}},
        },
        [{"c": 2}],
        ["alternative else", "field /c", "value /c const"],
        ["alternative then", "absence /c"],
        id="conditions",
    ),
    pytest.param(
        {"type": "array", "items": {"enum": ["x", "y"]}},
        [["x", "x"]],
        ['value "x" /*'],
        ['value "y" /*'],
        id="items",
    ),
    pytest.param(
        {
            "type": "array",
            "items": [{"const": "x"}, {**OBJECT, "properties": {"a": {}}}],
            "additionalItems": {"enum": [1, 2]},
        },
        [["x", {}, 2]],
        ["value /0 const", "absence /1/a", "value /* 2"],
        ["field /1/a", "value /* 1"],
        id="positions",
    ),
    pytest.param(
        {
            "properties": {"a": {}},
            "required": ["a"],
            "patternProperties": {"^x": {"const": 1}},
            "additionalProperties": {"enum": [1, 2]},
        },
        [{"a": 2, "xy": 1, "z": 2}],
        ["field /a", "value /* const", "value /* 2"],
        ["value /* 1"],
        id="names that the schema does not list",
    ),
    pytest.param(
        {"dependencies": {"a": {"properties": {"b": {}}}, "c": ["a"]}},
        [{"b": 1}, {"a": 1}],
        ["absence /b"],
        ["field /b"],
        id="dependent schemas",
    ),
    pytest.param(
        {"$ref": "#/components/schemas/Node"},
        [{"next": {"next": {"leaf": "b"}}}],
        ["absence /leaf", "field /leaf", "field /next", 'value /leaf "b"', "absence /next"],
        ['value /leaf "a"'],
        id="cycles",
    ),
    pytest.param(
        {"not": {"const": 1}, "contains": {"const": 2}}, [[2]], [], [], id="what no value shows"
    ),
    pytest.param(
        {
            "schemaFormat": "application/schema+json;version=2020-12",
            "schema": {
                "properties": {
                    "a": {"$ref": "#/components/schemas/Mark", "enum": [2, 3]},
                    "b": {"prefixItems": [{"const": 5}], "items": {"const": 6}},
                }
            },
        },
        [{"a": 2, "b": [4, 6]}, {"a": 2, "b": [5, 6]}],
        [
            "field /a",
            "value /a 2",
            "value /a 2",
            "field /b",
            "value /b/0 const",
            "value /b/* const",
        ],
        ["absence /a", "value /a 1", "value /a 3", "absence /b"],
        id="another dialect",
    ),
]


def _named(lines: list[str]) -> list[str]:
    """The pointer before the name, in whichever order a row has them."""
    return sorted(" ".join(sorted(line.split())) for line in lines)


@pytest.mark.parametrize(("payload", "values", "seen", "missing"), ROWS)
def test_what_values_show(
    payload: Any, values: list[Any], seen: list[str], missing: list[str]
) -> None:
    """Each keyword of whose values there is something to see."""
    made = Seen(payload)
    for value in values:
        made.receive(*value) if isinstance(payload, dict) and isinstance(
            payload.get("items"), list
        ) else made.receive(value)
    assert _named(made.facts(seen=True)) == _named(seen)
    assert _named(made.facts(seen=False)) == _named(missing)


def test_all_is_told_once() -> None:
    """And what is complete is not looked at again."""
    made = Seen({"type": "object", "properties": {"a": {"enum": [1, 2]}}})
    values: list[Any] = [{"a": 1}, {"a": 1}, {"a": 2}, {}, {"a": 2}]
    for value in values:
        made.receive(value)
    assert len(made.told) == len(set(made.told)) == 2 + 4
    (spot,) = made.recording.model.spots
    assert spot.payload is not None
    assert not spot.payload.is_open


def test_what_is_rejected_shows_nothing_but_that() -> None:
    """Fields of values that break the contract do not count."""
    made = Seen({"type": "object", "properties": {"a": {"enum": [1, 2]}}})
    made.receive({"a": 3})
    assert [(key.kind, key.pointer) for key in made.told] == [("refusal", "")]


def test_schemas_that_multiply_are_bounded() -> None:
    """Ten levels of four references each would be a million shapes."""
    levels = {
        f"L{n}": {"properties": {k: {"$ref": f"#/components/schemas/L{n + 1}"} for k in "abcd"}}
        for n in range(10)
    }
    spec = document({"$ref": "#/components/schemas/L0"})
    spec["components"]["schemas"] |= {**levels, "L10": {"enum": [1, 2]}}
    contract = load(spec)
    recording = Recording(contract, lambda keys: None)
    assert 2_000 < len(recording.model.facts) < 30_000
    value: Any = 1
    for _ in range(10):
        value = {"a": value}
    verdict = Guard(contract).receive_event("/", "say", [value])
    place = Checkpoint.RECEIVE_EVENT, "/", "say"
    recording.see(Traffic(*place, [value], verdict, verdict.message, Perspective.SERVER))
    seen = recording.keys()
    assert any(key.kind == "value" and key.name == "1" for key in seen)


def test_deep_schemas_are_bounded() -> None:
    """A chain of references may be as long as a document."""
    levels = {
        f"L{n}": {"properties": {"a": {"$ref": f"#/components/schemas/L{n + 1}"}}}
        for n in range(1_000)
    }
    spec = document({"$ref": "#/components/schemas/L0"})
    spec["components"]["schemas"] |= {**levels, "L1000": {"enum": [1, 2]}}
    facts = Recording(load(spec), lambda keys: None).model.facts
    assert sum(key.kind == "field" for key in facts) == 100


def test_huge_values_are_looked_at_for_a_while() -> None:
    """The number of steps is bounded, whatever a client sends."""
    made = Seen({"type": "array", "items": {"properties": {"a": {"enum": [1, 2]}}}})
    made.receive([{"a": 1}] * 100_000)
    assert "value /* 1" in [" ".join(each.split()) for each in _by_pointer(made)]


def _by_pointer(made: Seen) -> list[str]:
    return [f"{key.kind} {key.pointer[:2]} {key.name}" for key in made.told if key.kind == "value"]
