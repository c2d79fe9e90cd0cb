"""What is counted of values: facts at places that the document names."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard import load
from asyncapi_guard.usage.places import MOST_PARTS, Plan

RED, BLUE = {"const": "red"}, {"const": "blue"}
FORM = {
    "oneOf": [
        {"type": "object", "required": ["r"], "properties": {"r": {"type": "number"}}},
        {"type": "object", "required": ["w"], "properties": {"w": {"type": "number"}}},
    ]
}


def plan_of(*payloads: Any, **components: Any) -> Plan:
    messages = {f"m{index}": {"payload": each} for index, each in enumerate(payloads)}
    contract = load(
        {
            "asyncapi": "3.1.0",
            "info": {"title": "Shapes", "version": "1"},
            "channels": {"c": {"address": "/", "messages": messages}},
            "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
            "components": {"schemas": components},
        }
    )
    return Plan(each.payload for each in contract.operations["o"].messages)


def seen(plan: Plan, *several: list[Any]) -> dict[str, Any]:
    """Facts as `path: types`, `path=member` and `path fits n`, for short."""
    counts: list[int] = []
    for args in several:
        plan.look(args, counts)
    found: dict[str, Any] = {}
    for path, place in plan.counted(counts).items():
        found[path] = place.types
        found |= {f"{path}={member}": count for member, count in place.members.items()}
        found |= {f"{path} {p.rpartition('/')[2]}": n for p, n in place.fits.items() if n}
        if place.others:
            found[f"{path}=?"] = place.others
        if place.unknown:
            found[f"{path}/?"] = place.unknown
    return found


@pytest.mark.parametrize(
    ("payload", "args", "expected"),
    [
        ({"type": "string"}, ["secret"], {"": {"string": 1}}),
        ({}, [1.0], {"": {"integer": 1}}),
        ({}, [1.5], {"": {"number": 1}}),
        ({}, [True], {"": {"boolean": 1}}),
        ({}, [b"x"], {"": {"bytes": 1}}),
        ({}, [object()], {"": {"other": 1}}),
        ({}, [], {"": {"null": 1}}),
        ({"type": "object"}, [{"secret": 1}], {"": {"object": 1}, "/?": 1}),
        (
            {"properties": {"a/b": {}}, "additionalProperties": {"type": "integer"}},
            [{"a/b": None, "secret": 1, "other": 2}],
            {"": {"object": 1}, "/a~1b": {"null": 1}, "/*": {"integer": 2}, "/?": 1},
        ),
        (
            {"patternProperties": {"^s": {"enum": [1, "1"]}}},
            [{"secret": 1, "s": "1", "s2": 1.0}],
            {"": {"object": 1}, "/*": {"integer": 2, "string": 1}, "/*=1": 2, '/*="1"': 1, "/?": 1},
        ),
        (
            {"allOf": [{"properties": {"a": RED}}, {"properties": {"a": BLUE}}]},
            [{"a": "blue"}],
            {"": {"object": 1}, "/a": {"string": 1}, '/a="blue"': 1},
        ),
        ({"anyOf": [RED, BLUE]}, ["blue"], {"": {"string": 1}, '="blue"': 1}),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, [None], {"": {"null": 1}}),
        (FORM, [{"w": 1}], {"": {"object": 1}, " 1": 1, "/w": {"integer": 1}}),
        ({"if": RED, "then": {}, "else": BLUE}, ["red"], {"": {"string": 1}, '="red"': 1}),
        (False, [], {"": {"null": 1}}),
    ],
)  # fmt: skip
def test_facts(payload: Any, args: list[Any], expected: Any) -> None:
    """And never a value that the document does not have."""
    found = seen(plan_of(payload), args)
    assert "secret" not in str(found)
    assert found == expected


def test_items_and_arguments() -> None:
    """Items of a list share a place; arguments have one each."""
    listed = plan_of({"type": "array", "items": {"properties": {"x": RED}}})
    assert seen(listed, [[{"x": "red"}, {}, {"x": "?"}]]) == {
        "": {"array": 1}, "/*": {"object": 3}, "/*/x": {"string": 2}, '/*/x="red"': 1, "/*/x=?": 1
    }  # fmt: skip
    several = plan_of({"type": "array", "items": [{}, {"enum": [True]}]})
    assert seen(several, [1, True], [1]) == {
        "": {"array": 2}, "/0": {"integer": 2}, "/1": {"boolean": 1}, "/1=true": 1
    }  # fmt: skip


def test_references_and_recursion() -> None:
    """A tree is followed to a depth, and its alternatives to themselves are judged."""
    tree = {"properties": {"left": {"$ref": "#/components/schemas/Tree"}, "leaf": {}}}
    plan = plan_of({"$ref": "#/components/schemas/Tree"}, Tree=tree)
    value: Any = {"leaf": 1}
    for _ in range(40):
        value = {"left": value}
    found = seen(plan, [value])
    assert len(found) == 13
    assert plan.look([value], []) == MOST_PARTS
    assert found["/left/left"] == {"object": 1}


def test_an_alternative_may_refer_to_the_whole() -> None:
    """Its references lead where they did."""
    either = {"properties": {"a": {"$ref": "#/components/schemas/Either"}}, "required": ["a"]}
    other = {"properties": {"b": {"type": "string"}}, "required": ["b"]}
    several = [{"type": "object", **each} for each in (either, other)]
    plan = plan_of({"$ref": "#/components/schemas/Either"}, Either={"oneOf": several})
    found = seen(plan, [{"a": {"b": ""}}], [{"b": ""}])
    assert (found[" 0"], found[" 1"], found["/a 1"]) == (1, 1, 1)


def test_large_values_are_looked_at_in_part() -> None:
    """And so much is said."""
    plan, counts = plan_of({"type": "array", "items": {}}), []
    assert plan.look([[1] * 10], counts) == 11
    assert plan.look([[1] * 100], counts) == MOST_PARTS
    plan = plan_of({"properties": {str(n): {} for n in range(1_000)}})
    assert plan.look([{str(n): 1 for n in range(1_000)}], []) == MOST_PARTS


def test_several_schemas_are_alternatives() -> None:
    """As those of an ack are."""
    plan, counts = plan_of({"type": "object", "required": ["a"]}, {"type": "object"}), []
    plan.look([{}], counts)
    assert plan.counted(counts)[""].fits == {
        "/channels/c/messages/m0/payload": 0,
        "/channels/c/messages/m1/payload": 1,
    }
