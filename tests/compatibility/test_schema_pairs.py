"""Pairs of schemas, each said of what clients send and of what they are sent, forth and back."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard import load
from asyncapi_guard.compatibility import Direction, compare

_ORDER = ("breaking", "dangerous", "compatible", "none")
DRAFT4, DRAFT2019, DRAFT2020 = (
    f"application/schema+json;version={each}" for each in ("draft-04", "2019-09", "2020-12")
)
OPENAPI = "application/vnd.oai.openapi;version=3.0.0"
TEXT, INT, NUM, NULL = ({"type": each} for each in ("string", "integer", "number", "null"))
#: What a relation of the new schema to the old one does to senders of it, forth and back.
RELATIONS = {
    "same": ("none", "none"),
    "narrower": ("breaking", "compatible"),
    "wider": ("compatible", "breaking"),
    "other": ("breaking", "breaking"),
}
REF = {"$ref": "#/components/schemas/X"}


def form(format: str, schema: Any) -> Any:
    """A schema in a format."""
    return {"schemaFormat": format, "schema": schema}


def obj(**keywords: Any) -> Any:
    """An object."""
    return {"type": "object", **keywords}


def of(**properties: Any) -> Any:
    """An object with properties."""
    return {"type": "object", "properties": properties}


def args(*items: Any, **keywords: Any) -> Any:
    """A list with positional items: several arguments."""
    return {"type": "array", "items": list(items), **keywords}


CONDITIONS = tuple(
    {**of(k=TEXT, v=TEXT), "if": {**condition, "required": ["k"]}, "then": {"required": ["v"]}}
    for condition in ({"properties": {"k": {"const": "x"}}}, {})
)
CASES: list[tuple[str, Any, Any, str]] = [
    (
        "false as not",
        obj(additionalProperties=False),
        obj(additionalProperties={"not": {}}),
        "same",
    ),
    ("no property as not", of(a=False), of(a={"not": {}}), "same"),
    ("any item", {"type": "array", "contains": True}, {"type": "array", "minItems": 1}, "same"),
    (
        "no item",
        form(DRAFT2020, {"type": "array", "contains": INT, "minContains": 0}),
        {"type": "array"},
        "same",
    ),
    (
        "all types",
        {"type": ["string", "number", "boolean", "object", "array", "null"]},
        {},
        "same",
    ),
    ("nested allOf", {"allOf": [{"allOf": [of(a=INT)]}, of(b=TEXT)]}, of(a=INT, b=TEXT), "same"),
    ("arguments swapped", args(TEXT, INT, minItems=2), args(INT, TEXT, minItems=2), "other"),
    ("no argument any more", NULL, TEXT, "other"),
    ("a condition wider", *CONDITIONS, "narrower"),
    (
        "dependentRequired",
        form(DRAFT2019, of(a=TEXT, b=TEXT)),
        form(DRAFT2019, {**of(a=TEXT, b=TEXT), "dependentRequired": {"a": ["b"]}}),
        "narrower",
    ),
    (
        "dependencies-as-dependentRequired",
        {**of(a=TEXT, b=TEXT), "dependencies": {"a": ["b"]}},
        form(DRAFT2019, {**of(a=TEXT, b=TEXT), "dependentRequired": {"a": ["b"]}}),
        "same",
    ),
    (
        "dependentSchemas",
        form(DRAFT2019, of(a=TEXT, b={})),
        form(
            DRAFT2019, {**of(a=TEXT, b={}), "dependentSchemas": {"a": {"properties": {"b": INT}}}}
        ),
        "narrower",
    ),
    (
        "if-then",
        of(k={"enum": ["x", "y"]}, v={}),
        {
            **of(k={"enum": ["x", "y"]}, v={}),
            "if": {"properties": {"k": {"const": "x"}}, "required": ["k"]},
            "then": {"required": ["v"]},
        },
        "narrower",
    ),
    ("if-without-then", obj(), {**obj(), "if": {"required": ["a"]}}, "same"),
    (
        "else-added",
        {**obj(), "if": {"required": ["a"]}, "then": {"required": ["b"]}},
        {
            **obj(),
            "if": {"required": ["a"]},
            "then": {"required": ["b"]},
            "else": {"required": ["c"]},
        },
        "narrower",
    ),
    ("multipleOf-2-4", {**INT, "multipleOf": 2}, {**INT, "multipleOf": 4}, "narrower"),
    ("multipleOf-2-3", {**INT, "multipleOf": 2}, {**INT, "multipleOf": 3}, "other"),
    ("multipleOf-tenth", {**NUM, "multipleOf": 0.1}, {**NUM, "multipleOf": 0.01}, "wider"),
    ("multipleOf-1", {**NUM, "multipleOf": 1}, INT, "same"),
    ("contains-added", {"type": "array"}, {"type": "array", "contains": INT}, "narrower"),
    (
        "minContains",
        form(DRAFT2020, {"type": "array", "contains": INT}),
        form(DRAFT2020, {"type": "array", "contains": INT, "minContains": 2}),
        "narrower",
    ),
    (
        "maxContains",
        form(DRAFT2020, {"type": "array", "contains": INT}),
        form(DRAFT2020, {"type": "array", "contains": INT, "maxContains": 2}),
        "narrower",
    ),
    (
        "minContains-0",
        form(DRAFT2020, {"type": "array", "contains": INT}),
        form(DRAFT2020, {"type": "array", "contains": INT, "minContains": 0}),
        "wider",
    ),
    (
        "contains-type",
        {"type": "array", "contains": INT},
        {"type": "array", "contains": NUM},
        "wider",
    ),
    (
        "patternProperties-type",
        obj(patternProperties={"^a": INT}),
        obj(patternProperties={"^a": NUM}),
        "wider",
    ),
    (
        "patternProperties-closed",
        obj(patternProperties={"^x-": {}}, additionalProperties=False),
        obj(patternProperties={"^(x|y)-": {}}, additionalProperties=False),
        "wider",
    ),
    (
        "patternProperties-all",
        obj(patternProperties={"": INT}),
        obj(additionalProperties=INT),
        "same",
    ),
    (
        "patternProperties-open",
        obj(additionalProperties=False, patternProperties={".*": {}}),
        obj(),
        "same",
    ),
    ("propertyNames-length", obj(), obj(propertyNames={"maxLength": 3}), "narrower"),
    (
        "propertyNames-enum-as-closed",
        obj(propertyNames={"enum": ["a", "b"]}),
        obj(properties={"a": {}, "b": {}}, additionalProperties=False),
        "same",
    ),
    ("not-type", {"not": TEXT}, {"not": {"type": ["string", "null"]}}, "narrower"),
    ("not-not", {"not": {"not": TEXT}}, TEXT, "same"),
    ("not-enum", TEXT, {**TEXT, "not": {"enum": ["a"]}}, "narrower"),
    (
        "not-required-as-false",
        obj(**{"not": {"required": ["a"]}}),
        obj(properties={"a": False}),
        "same",
    ),
    ("minLength-as-not-const", {**TEXT, "minLength": 1}, {**TEXT, "not": {"const": ""}}, "same"),
    (
        "allOf-distribute",
        {"allOf": [obj(), {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}]},
        {"anyOf": [obj(required=["a"]), obj(required=["b"])]},
        "same",
    ),
    (
        "allOf-bounds",
        {"allOf": [{**INT, "minimum": 1}, {**INT, "maximum": 5}]},
        {**INT, "minimum": 1, "maximum": 5},
        "same",
    ),
    ("enum-types", {"enum": [1, 2]}, {"enum": [1.0, 2.0]}, "same"),
    ("enum-bool", {"type": "boolean"}, {"enum": [True, False]}, "same"),
    ("enum-null-args", {"type": ["string", "null"]}, {"anyOf": [TEXT, {"enum": [None]}]}, "same"),
    ("enum-mixed", {"enum": ["a", 1, None]}, {"enum": ["a", 1]}, "narrower"),
    ("int-excl", {**INT, "minimum": 1}, {**INT, "exclusiveMinimum": 0}, "same"),
    ("int-fraction", {**INT, "minimum": 1.5}, {**INT, "minimum": 2}, "same"),
    ("num-excl", {**NUM, "maximum": 10}, {**NUM, "exclusiveMaximum": 10}, "narrower"),
    ("zero", {**NUM, "minimum": 0}, {**NUM, "minimum": -0.0}, "same"),
    ("int-bounds-as-enum", {**INT, "minimum": 1, "maximum": 3}, {"enum": [1, 2, 3]}, "same"),
    ("oneOf-disjoint", {"oneOf": [TEXT, INT]}, {"anyOf": [TEXT, INT]}, "same"),
    ("oneOf-types", {"oneOf": [TEXT, INT]}, {"type": ["string", "integer"]}, "same"),
    ("oneOf-overlap-any", {"oneOf": [NUM, INT]}, {"anyOf": [NUM, INT]}, "wider"),
    ("oneOf-overlap", {"oneOf": [NUM, INT]}, NUM, "wider"),
    ("anyOf-covered", {"anyOf": [INT, NUM]}, NUM, "same"),
    ("oneOf-one", {"oneOf": [TEXT]}, TEXT, "same"),
    ("anyOf-false", {"anyOf": [TEXT, False]}, TEXT, "same"),
    (
        "uniqueItems-1",
        {"type": "array", "maxItems": 1},
        {"type": "array", "maxItems": 1, "uniqueItems": True},
        "same",
    ),
    (
        "minItems-0",
        {"type": "array", "items": TEXT},
        {"type": "array", "items": TEXT, "minItems": 0, "uniqueItems": False},
        "same",
    ),
    ("items-false", {"type": "array", "items": False}, {"type": "array", "maxItems": 0}, "same"),
    ("items-true", {"type": "array", "items": {}}, {"type": "array"}, "same"),
    (
        "additional-true",
        obj(properties={"a": TEXT}, additionalProperties=True),
        obj(properties={"a": TEXT}, additionalProperties={}),
        "same",
    ),
    ("minProperties-required", obj(required=["a"]), obj(required=["a"], minProperties=1), "same"),
    ("format-added", TEXT, {**TEXT, "format": "email"}, "narrower"),
    ("format-unknown", TEXT, {**TEXT, "format": "colour"}, "same"),
    ("format-swap", {**TEXT, "format": "date"}, {**TEXT, "format": "date-time"}, "other"),
    ("pattern-anchor", {**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "a"}, "wider"),
    (
        "pattern-length",
        {**TEXT, "pattern": "^[a-z]{3}$"},
        {**TEXT, "pattern": "^[a-z]{3,4}$"},
        "wider",
    ),
    (
        "tuple-max",
        args(TEXT, INT, additionalItems=False),
        args(TEXT, INT, additionalItems=False, maxItems=2),
        "same",
    ),
    ("tuple-more", args(TEXT, minItems=1), args(TEXT, INT, minItems=1), "narrower"),
    ("tuple-closed", args(TEXT, INT), args(TEXT, INT, additionalItems=False), "narrower"),
    ("tuple-rest", args(TEXT, additionalItems=INT), args(TEXT, additionalItems=NUM), "wider"),
    (
        "tuple-optional",
        args(TEXT, INT, minItems=2, maxItems=2),
        args(TEXT, INT, minItems=1, maxItems=2),
        "wider",
    ),
    ("tuple-to-single", args(TEXT, minItems=1, maxItems=1), TEXT, "same"),
    (
        "tuple-2020",
        args(TEXT, INT, additionalItems=False),
        form(DRAFT2020, {"type": "array", "prefixItems": [TEXT, INT], "items": False}),
        "same",
    ),
    (
        "tuple-rest-2020",
        args(TEXT, additionalItems=INT),
        form(DRAFT2020, {"type": "array", "prefixItems": [TEXT], "items": INT}),
        "same",
    ),
    (
        "tuple-nested",
        args(of(a=TEXT), minItems=1),
        args({**of(a=TEXT), "required": ["a"]}, minItems=1),
        "narrower",
    ),
    (
        "nullable",
        form(OPENAPI, {"type": "string", "nullable": True}),
        {"type": ["string", "null"]},
        "same",
    ),
    (
        "nullable-object",
        of(a={"type": ["string", "null"]}),
        form(OPENAPI, of(a={"type": "string", "nullable": True})),
        "same",
    ),
    (
        "draft4-exclusive",
        form(DRAFT4, {"type": "number", "minimum": 0, "exclusiveMinimum": True}),
        {"type": "number", "exclusiveMinimum": 0},
        "same",
    ),
    (
        "annotations",
        TEXT,
        {
            **TEXT,
            "title": "x",
            "description": "y",
            "default": "z",
            "examples": ["a"],
            "deprecated": True,
            "readOnly": True,
            "$comment": "c",
        },
        "same",
    ),
    (
        "discriminator",
        obj(required=["k"], properties={"k": TEXT}),
        obj(required=["k"], properties={"k": TEXT}, discriminator="k"),
        "same",
    ),
    (
        "unevaluated",
        form(
            DRAFT2019,
            {
                "allOf": [of(a=TEXT)],
                "properties": {"b": TEXT},
                "type": "object",
                "unevaluatedProperties": False,
            },
        ),
        obj(properties={"a": TEXT, "b": TEXT}, additionalProperties=False),
        "same",
    ),
    (
        "unevaluated-added",
        form(DRAFT2019, {"allOf": [of(a=TEXT)], "type": "object"}),
        form(DRAFT2019, {"allOf": [of(a=TEXT)], "type": "object", "unevaluatedProperties": False}),
        "narrower",
    ),
    ("type-order", {"type": ["string", "integer"]}, {"type": ["integer", "string"]}, "same"),
    ("type-int-num", {"type": ["integer", "number"]}, NUM, "same"),
    ("no-type-bounds", {"minimum": 3}, {"minimum": 4}, "narrower"),
    ("no-type-to-type", {"maxLength": 3}, {**TEXT, "maxLength": 3}, "narrower"),
    (
        "deep-optional",
        of(a=of(b=of(c=TEXT))),
        of(a=of(b={**of(c=TEXT), "required": ["c"]})),
        "narrower",
    ),
    (
        "map-values",
        obj(additionalProperties=of(a=TEXT)),
        obj(additionalProperties={**of(a=TEXT), "required": ["a"]}),
        "narrower",
    ),
    (
        "map-keys",
        obj(additionalProperties=INT),
        obj(additionalProperties=INT, propertyNames={"pattern": "^[a-z]+$"}),
        "narrower",
    ),
    (
        "list-of-lists",
        {"type": "array", "items": {"type": "array", "items": INT}},
        {"type": "array", "items": {"type": "array", "items": NUM}},
        "wider",
    ),
    (
        "closed-optional",
        obj(properties={"a": TEXT}, additionalProperties=False),
        obj(properties={"a": TEXT, "b": TEXT}, additionalProperties=False),
        "wider",
    ),
    (
        "open-optional",
        obj(properties={"a": TEXT}),
        obj(properties={"a": TEXT, "b": TEXT}),
        "narrower",
    ),
    ("true-vs-empty", True, {}, "same"),
    (
        "bytes",
        {"type": "string", "format": "binary"},
        {"type": "string", "format": "binary", "maxLength": 10},
        "narrower",
    ),
    ("bytes-in-object", of(f={"type": "string", "format": "binary"}), of(f=TEXT), "other"),
    (
        "huge-enum",
        {"enum": [f"v{i}" for i in range(500)]},
        {"enum": [f"v{i}" for i in range(499)]},
        "narrower",
    ),
    ("long-max", {**TEXT, "maxLength": 100000}, {**TEXT, "maxLength": 99999}, "narrower"),
    (
        "big-items",
        {"type": "array", "maxItems": 10000},
        {"type": "array", "maxItems": 9999},
        "narrower",
    ),
    ("big-int", {**INT, "maximum": 2**63}, {**INT, "maximum": 2**63 - 1}, "narrower"),
    ("float-big", {**NUM, "maximum": 1e300}, {**NUM, "maximum": 1e301}, "wider"),
    (
        "required-many",
        obj(properties=dict.fromkeys("abcdefgh", TEXT), required=list("abcdefg")),
        obj(properties=dict.fromkeys("abcdefgh", TEXT), required=list("abcdefgh")),
        "narrower",
    ),
    (
        "one-of-const-objects",
        {"oneOf": [obj(properties={"k": {"const": c}}, required=["k"]) for c in "abc"]},
        {"oneOf": [obj(properties={"k": {"const": c}}, required=["k"]) for c in "ab"]},
        "narrower",
    ),
    (
        "one-of-const-as-enum",
        {"oneOf": [obj(properties={"k": {"const": c}}, required=["k"]) for c in "abc"]},
        obj(properties={"k": {"enum": ["a", "b", "c"]}}, required=["k"]),
        "same",
    ),
    (
        "uuid-format",
        {**TEXT, "format": "uuid"},
        {**TEXT, "format": "uuid", "maxLength": 36},
        "same",
    ),
    (
        "email-max",
        {**TEXT, "format": "email"},
        {**TEXT, "format": "email", "maxLength": 10},
        "narrower",
    ),
    ("date-min", {**TEXT, "format": "date"}, {**TEXT, "format": "date", "minLength": 10}, "same"),
]
RECURSIVE: list[tuple[str, Any, Any, Any, Any, str]] = [
    (
        "rec-renamed",
        REF,
        {"X": of(child=REF, v=INT)},
        REF,
        {"X": of(child={"$ref": "#/components/schemas/Y"}, v=INT), "Y": of(child=REF, v=INT)},
        "same",
    ),
    (
        "rec-unrolled",
        REF,
        {"X": of(child=REF, v=INT)},
        {**of(child=REF, v=INT)},
        {"X": of(child=REF, v=INT)},
        "same",
    ),
    ("rec-leaf", REF, {"X": of(child=REF, v=INT)}, REF, {"X": of(child=REF, v=NUM)}, "wider"),
    (
        "rec-list",
        REF,
        {"X": obj(properties={"kids": {"type": "array", "items": REF}})},
        REF,
        {"X": obj(properties={"kids": {"type": "array", "items": REF, "maxItems": 3}})},
        "narrower",
    ),
    (
        "rec-map",
        REF,
        {"X": obj(additionalProperties=REF)},
        REF,
        {"X": obj(additionalProperties={"anyOf": [REF, TEXT]})},
        "wider",
    ),
    (
        "rec-second-level",
        REF,
        {"X": of(child={"$ref": "#/components/schemas/Y"}), "Y": of(child=REF, v=INT)},
        REF,
        {"X": of(child={"$ref": "#/components/schemas/Y"}), "Y": of(child=REF, v=NUM)},
        "wider",
    ),
    ("ref-sibling-07", REF, {"X": TEXT}, {**REF, "maxLength": 3}, {"X": TEXT}, "same"),
]


def document(payload: Any, action: str, schemas: Any = None) -> dict[str, Any]:
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "One event", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"m": {"payload": payload}}}},
        "operations": {"o": {"action": action, "channel": {"$ref": "#/channels/c"}}},
        "components": {"schemas": schemas or {}},
    }


def told(old: Any, new: Any, direction: Direction) -> str:
    found = compare(load(old), load(new))
    assert all(each.direction is direction for each in found)
    return min((str(each.level) for each in found), key=_ORDER.index, default="none")


def check(old: Any, new: Any, relation: str, schemas: Any = (None, None)) -> None:
    forth, back = RELATIONS[relation]
    for action, direction, expected in (
        ("receive", Direction.TO_SERVER, (forth, back)),
        ("send", Direction.TO_CLIENT, (back, forth)),
    ):
        one, other = (
            document(each, action, named) for each, named in zip((old, new), schemas, strict=True)
        )
        assert (told(one, other, direction), told(other, one, direction)) == expected


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    ("old", "new", "relation"), [pytest.param(*each, id=name) for name, *each in CASES]
)
def test_a_pair(old: Any, new: Any, relation: str) -> None:
    """Nothing is told of what is the same, and all else is told of the right side."""
    check(old, new, relation)


@pytest.mark.parametrize(
    ("old", "before", "new", "after", "relation"),
    [pytest.param(*each, id=name) for name, *each in RECURSIVE],
)
def test_a_recursive_pair(old: Any, before: Any, new: Any, after: Any, relation: str) -> None:
    """Schemas that refer to themselves end, and are told apart."""
    check(old, new, relation, (before, after))
