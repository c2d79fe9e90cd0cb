"""Schemas in words: what each keyword says, and that none is left out in silence."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from asyncapi_guard.console.reading.schema_tree import Trees
from asyncapi_guard.spec.loader import load


def row_of(schema, components=None, schema_format=None):
    """The tree of an argument."""
    payload = {"schemaFormat": schema_format, "schema": schema} if schema_format else schema
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "Words", "version": "1"},
        "channels": {"main": {"address": "/", "messages": {"say": {"payload": payload}}}},
        "operations": {"say": {"action": "receive", "channel": {"$ref": "#/channels/main"}}},
        "components": {"schemas": components or {}},
    }
    message = load(document).channels["main"].messages["say"]
    return Trees().tree(message.payload)


def words(row):
    """A row in one line, as people read it."""
    return f"{row.kind}: {Markup(row.limits).striptags()}".rstrip(": ")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "minLength": 1, "maxLength": 4000}, "text: 1 to 4,000 characters"),
        ({"type": "string", "minLength": 1}, "text: 1 or more characters"),
        ({"type": "string", "maxLength": 1}, "text: at most 1 character"),
        ({"type": "string", "minLength": 3, "maxLength": 3}, "text: exactly 3 characters"),
        ({"type": "string", "pattern": "^u_"}, "text: begins with u_"),
        (
            {"type": "string", "pattern": "^[a-z0-9-]{3,40}$"},
            "text: 3 to 40 characters, lower-case letters, digits and hyphens",
        ),
        (
            {"type": "string", "pattern": "^[a-zA-Z]+$"},
            "text: 1 or more characters, only letters from a to z",
        ),
        ({"type": "string", "pattern": "^(a|b)"}, "text: matches ^(a|b)"),
        ({"type": "string", "pattern": "^[^a]+$"}, "text: matches ^[^a]+$"),
        ({"type": "string", "format": "uuid"}, "text: UUID"),
        ({"type": "string", "format": "date-time"}, "text: date and time, with a time zone"),
        ({"type": "string", "format": "binary", "maxLength": 5}, "bytes: at most 5 bytes"),
        ({"type": "string", "format": "color"}, "text: format color, which isn't validated"),
        ({"type": "string", "enum": ["a", "", "1", "true"]}, 'text: one of a "" "1" "true"'),
        ({"enum": ["a", 1]}, 'text or whole number: one of "a" 1'),
        ({"const": "X"}, "text: always X"),
        ({"type": ["string", "null"]}, "text or null"),
        ({"type": "integer", "minimum": 1, "maximum": 8}, "whole number: 1 to 8"),
        ({"type": "integer", "minimum": -5}, "whole number: \N{MINUS SIGN}5 or more"),
        ({"type": "number", "exclusiveMinimum": 0}, "number: more than 0"),
        (
            {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
            "number: 0 or more and less than 1",
        ),
        ({"type": "number", "multipleOf": 0.05}, "number: a multiple of 0.05"),
        ({"type": "number", "maximum": 3.14159265}, "number: at most 3.14159265"),
        ({"type": "boolean", "default": False}, "true or false: default false"),
        ({"type": "array", "items": {"type": "integer"}}, "list of whole numbers"),
        (
            {
                "type": "array",
                "maxItems": 20,
                "uniqueItems": True,
                "items": {"type": "string", "pattern": "^u_"},
            },
            "list of text: at most 20 items, no duplicates; each begins with u_",
        ),
        ({"type": "object", "minProperties": 2}, "object: 2 or more properties"),
        ({"type": "object", "dependencies": {"a": ["b", "c"]}}, "object: a needs b, c"),
        ({}, "anything"),
        (
            {"oneOf": [{"type": "null"}, {"type": "string", "maxLength": 3}]},
            "text or null: at most 3 characters",
        ),
        (
            {"allOf": [{"type": "string", "minLength": 2}, {"maxLength": 9}]},
            "text: 2 or more characters, at most 9 characters",
        ),
        ({"type": "string", "minimumm": 3, "x-own": 1}, "text: minimumm: 3"),
    ],
)
def test_keywords_are_said_in_words(schema, said):
    """A limit that the guard validates, as a sentence would say it."""
    assert words(row_of(schema)) == said


@pytest.mark.parametrize(
    ("schema", "closings"),
    [
        (
            {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
            ("No other properties.",),
        ),
        ({"type": "object", "properties": {"a": {}}}, ("Other properties are accepted.",)),
        ({"type": "object"}, ("Any properties are accepted.",)),
        ({"type": "object", "additionalProperties": False}, ("No properties.",)),
        ({"type": "object", "additionalProperties": {"type": "string"}}, ()),
        ({"type": "array", "items": [{}], "additionalItems": False}, ()),
        ({"type": "array", "items": [{}]}, ("Further items are accepted.",)),
        ({"type": "array", "items": [{}], "maxItems": 1}, ()),
    ],
)
def test_whether_there_may_be_more_is_a_sentence(schema, closings):
    """An object that is closed says so, and one that is not as well."""
    assert row_of(schema).closings == closings


@pytest.mark.parametrize(
    "schema",
    [
        {"not": {"const": "inside"}},
        {"if": {"const": "inside"}, "then": {"type": "string"}},
        {"type": "array", "contains": {"const": "inside"}},
        {"type": "object", "propertyNames": {"const": "inside"}},
        {"type": "object", "patternProperties": {"^x": {"const": "inside"}}},
        {"type": "object", "additionalProperties": {"const": "inside"}},
        {"type": "object", "dependencies": {"a": {"required": ["inside"]}}},
        {"type": "array", "items": [{}], "additionalItems": {"const": "inside"}},
        {"type": "array", "items": {"type": "array", "items": {"const": "inside"}}},
        {"anyOf": [{"type": "string"}, {"const": "inside"}]},
        {"type": "object", "required": ["inside"]},
        {
            "type": "array",
            "items": {
                "oneOf": [{"type": "object", "properties": {"inside": {}}}, {"type": "string"}]
            },
        },
    ],
)
def test_schemas_within_schemas_are_rows_or_branches(schema):
    """Whatever judges a part of a value can be seen."""
    assert "inside" in repr(row_of(schema))


@pytest.mark.parametrize(
    ("schema", "schema_format", "said"),
    [
        (
            {"type": "string", "nullable": True},
            "application/vnd.oai.openapi;version=3.0.3",
            "text or null",
        ),
        (
            {"type": "number", "minimum": 1, "exclusiveMinimum": True},
            "application/schema+json;version=draft-04",
            "number: more than 1",
        ),
        (
            {"type": "object", "dependentRequired": {"a": ["b"]}},
            "application/schema+json;version=2020-12",
            "object: a needs b",
        ),
    ],
)
def test_other_dialects_are_read_by_their_own_rules(schema, schema_format, said):
    """What a keyword means depends on the dialect."""
    assert words(row_of(schema, schema_format=schema_format)) == said


def test_a_schema_with_a_name_is_a_link_and_a_schema_within_itself_is_not_unfolded():
    """The link leads to the schema's own place; recursion is one row."""
    message = {
        "type": "object",
        "properties": {
            "author": {"$ref": "#/components/schemas/Member"},
            "replies": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
        },
    }
    member = {"type": "object", "properties": {"id": {"type": "string"}}}
    row = row_of({"$ref": "#/components/schemas/Message"}, {"Message": message, "Member": member})
    author, replies = row.rows
    assert [link.anchor for link in row.links] == ["schema-Message"]
    assert [link.anchor for link in author.links] == ["schema-Member"]
    assert [each.name for each in author.rows] == ["id"]
    assert words(replies) == "list of objects: each is a Message again"
    assert replies.rows == ()


def test_properties_say_whether_they_are_required_by_words():
    """By `required` in any part of the schema."""
    row = row_of(
        {"allOf": [{"type": "object", "properties": {"a": {}, "b": {}}}, {"required": ["b"]}]}
    )
    assert [(each.name, each.presence) for each in row.rows] == [
        ("a", "optional"),
        ("b", "required"),
    ]


def test_a_schema_looks_the_same_in_each_event_whichever_comes_first():
    """In one event it stands within itself, and in the next it does not."""
    message = {
        "type": "object",
        "properties": {"author": {"$ref": "#/components/schemas/Member"}, "id": {"type": "string"}},
    }
    member = {"type": "object", "properties": {"last": {"$ref": "#/components/schemas/Message"}}}
    inline = {"type": "object", "properties": {"author": {"$ref": "#/components/schemas/Member"}}}
    payloads = {"a": {"$ref": "#/components/schemas/Message"}, "b": inline, "c": inline}
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "Words", "version": "1"},
        "channels": {
            "main": {"address": "/", "messages": {k: {"payload": v} for k, v in payloads.items()}}
        },
        "operations": {"say": {"action": "receive", "channel": {"$ref": "#/channels/main"}}},
        "components": {"schemas": {"Message": message, "Member": member}},
    }
    messages = load(document).channels["main"].messages
    for order in ("abc", "bca", "cab"):
        trees = Trees()
        rows = {name: trees.tree(messages[name].payload) for name in order}
        (author, _), (own,) = rows["a"].rows, rows["b"].rows
        assert author.rows[0].again, "within a Message"
        assert not own.rows[0].again, "not within a Message"
        assert rows["b"] == rows["c"]
