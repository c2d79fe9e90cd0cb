"""Values on the boundaries of what schemas say, of all kinds of keywords."""

from __future__ import annotations

from typing import Any

import pytest
from chat_versions import changed

from asyncapi_guard import load
from asyncapi_guard.schema.boundary_values import Search, arguments_of
from asyncapi_guard.schema.boundary_values.texts import matching


def payload(schema: Any) -> Any:
    """A schema, compiled as a document has it."""
    contract = load(changed({"channels.chat.messages.typing.payload": schema}))
    return contract.channels["chat"].messages["typing"].payload


def searched(one: Any, other: Any, **options: Any) -> Search:
    """A search among the values of two schemas."""
    first, second = payload(one), payload(other)

    def of(schema: Any) -> Any:
        return lambda args: len(args) == 1 and schema.is_valid(args[0])

    arguments = [arguments_of([first]), arguments_of([second])]
    return Search(arguments, of(first), of(second), **options)


LISTS = {"type": "array", "items": {"type": "integer"}}
PAIRS: dict[str, tuple[Any, Any]] = {
    "positions": (
        {"type": "object", "properties": {"a": {**LISTS, "items": [{"type": "integer"}]}}},
        {"type": "object", "properties": {"a": {**LISTS, "items": [{"type": "number"}]}}},
    ),
    "many items": ({**LISTS, "minItems": 30}, {**LISTS, "minItems": 31}),
    "distinct items": (
        {**LISTS, "uniqueItems": True, "minItems": 3},
        {**LISTS, "uniqueItems": True, "minItems": 2},
    ),
    "an item somewhere": (
        {"type": "array", "contains": {"const": 5}},
        {"type": "array", "contains": {"enum": [5, 6]}},
    ),
    "names by a pattern": (
        {"type": "object", "patternProperties": {"^x-": {"type": "string"}}},
        {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}},
    ),
    "many properties": (
        {"type": "object", "minProperties": 4},
        {"type": "object", "minProperties": 5},
    ),
    "names": (
        {"type": "object", "propertyNames": {"maxLength": 3}},
        {"type": "object", "propertyNames": {"maxLength": 4}},
    ),
    "what depends": (
        {"type": "object", "dependencies": {"a": {"required": ["b"]}}},
        {"type": "object", "dependencies": {"a": ["c"]}},
    ),
    "steps between bounds": (
        {"type": "integer", "minimum": 10, "multipleOf": 7},
        {"type": "integer", "minimum": 15, "multipleOf": 7},
    ),
    "bytes": (
        {"type": "string", "format": "binary", "maxLength": 5},
        {"type": "string", "format": "binary", "maxLength": 6},
    ),
    "formats": (
        {"type": "string", "format": "ipv4"},
        {"type": "string", "format": "ipv6"},
    ),
    "alternatives of both": (
        {"allOf": [{"anyOf": [{"type": "string"}, {"type": "integer"}]}, {"not": {"const": 7}}]},
        {"oneOf": [{"type": "string", "minLength": 2}, {"type": "integer"}]},
    ),
    "further items": (
        {"anyOf": [{**LISTS, "items": [{"type": "string"}], "additionalItems": {"type": "null"}}]},
        {"anyOf": [{**LISTS, "items": [{"type": "string"}], "additionalItems": {"const": 1}}]},
    ),
    "conditions": (
        {"if": {"type": "integer"}, "then": {"minimum": 3}},
        {"if": {"type": "integer"}, "then": {"minimum": 4}},
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_two_schemas_are_told_apart(name: str) -> None:
    """By a value that one of them accepts alone."""
    found = searched(*PAIRS[name])
    assert found.only_one or found.only_other
    assert found.is_whole


def test_one_schema_is_not_told_from_itself() -> None:
    """Whatever is tried."""
    for one, _ in PAIRS.values():
        found = searched(one, one)
        assert (found.only_one, found.only_other) == ([], [])


def test_a_recursive_schema_is_searched_as_far_as_needed() -> None:
    """Its values end where it does not ask for more."""
    tree = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        },
    }
    named = {**tree, "properties": {**tree["properties"], "name": {"type": "integer"}}}

    def of(schema: Any) -> Any:
        edits = {
            "components.schemas.Tree": schema,
            "channels.chat.messages.typing.payload": {"$ref": "#/components/schemas/Tree"},
        }
        return load(changed(edits)).channels["chat"].messages["typing"].payload

    first, second = of(tree), of(named)
    found = Search(
        [arguments_of([first]), arguments_of([second])],
        lambda args: len(args) == 1 and first.is_valid(args[0]),
        lambda args: len(args) == 1 and second.is_valid(args[0]),
    )
    assert found.only_one
    assert found.only_other


def test_a_search_that_ends_too_early_says_so() -> None:
    """Nobody may take what it did not find for what there is not."""
    assert not searched(*PAIRS["many items"], most=5).is_whole


@pytest.mark.parametrize(
    "pattern",
    [
        *("^a+$", "^[a-c]{2,4}$", "^(x|yy)z?$", r"^\d{3}-\w+$", "^[^0-9]+$", r"\.$", "^.{2}$"),
        *("^(?:ab)*$", "^a*?b$", "[A-Z][a-z]+", r"^\S+@\S+$", "^(?=a)a", "^[^a]$"),
    ],
)
def test_a_pattern_has_texts_on_both_sides(pattern: str) -> None:
    """That match it, and that nearly do."""
    texts, is_whole = matching(pattern, (2, 3))
    assert is_whole
    assert len(texts) > 3


@pytest.mark.parametrize("pattern", [r"^(a)\1$", "(", "^a{2}$(?!b)c"])
def test_a_pattern_without_known_texts_says_so(pattern: str) -> None:
    """References back, faults, and what nothing matches."""
    assert not matching(pattern)[1]
