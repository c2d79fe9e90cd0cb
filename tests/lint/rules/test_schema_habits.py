"""What people bring to schemas from other languages: line and advice of each."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

#: The schema begins at line 4.
DOCUMENT = "components:\n  schemas:\n    Move:\n{}"


def findings_of(folder, schema):
    lines = "".join(f"      {line}\n" for line in schema.split("\n"))
    found = folder.findings(DOCUMENT.format(lines))
    return [finding for finding in found if finding.code != "unused-component"]


def check(folder, schema, line, advice):
    """One finding, an error, at a line of the schema (counted from 1), with the advice."""
    (finding,) = findings_of(folder, schema)
    assert finding.severity.value == "error"
    assert finding.line - 5 == line
    assert finding.message.endswith(advice)


TYPES = [
    ("string[]", "; write type: array, items: {type: string}"),
    ("Move[]", "; there are array, boolean, integer, null, number, object, string"),
    ("int[][]", "; write type: array, items: {type: array, items: {type: integer}}"),
    ("Array<boolean>", "; write type: array, items: {type: boolean}"),
    ("List[str]", "; write type: array, items: {type: string}"),
    ("array of numbers", "; write type: array, items: {type: number}"),
    ("[number]", "; write type: array, items: {type: number}"),
    ("string?", "; write type: [string, 'null'] if null is allowed; what can be missing is not in 'required'"),
    ("Optional[datetime]", "; write anyOf: [{type: string, format: date-time}, {type: 'null'}] if null is allowed; what can be missing is not in 'required'"),
    ("string | null", "; write type: [string, 'null']"), ("int or bool", "; write type: [integer, boolean]"),
    ("int", "; write type: integer"), ("Long", "; write type: integer"), ("float", "; write type: number"), ("double", "; write type: number"),
    ("bool", "; write type: boolean"), ("str", "; write type: string"), ("dict", "; write type: object"), ("list", "; write type: array"),
    ("none", "; write type: 'null'"), ("any", "; leave 'type' out: a schema without it accepts any value"),
    ("date", "; write type: string, format: date"), ("datetime", "; write type: string, format: date-time"), ("uuid", "; write type: string, format: uuid"),
    ("file", "; write type: string, format: binary"), ("url", "; write type: string, format: uri"),
    ("strings", "; write type: string, or for a list type: array, items: {type: string}"),
    ("nubmer", "; did you mean 'number'?"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "advice"), TYPES)
def test_types_of_other_languages(folder, name, advice):
    """The message says how JSON Schema writes them."""
    check(folder, f"title: A move\ntype: '{name}'", 2, advice)


VALUES = [
    ("properties:\n  to:\n    type: string\n    required: true", 4, "; list the name in the parent's 'required', beside 'properties': required: [to]"),
    ("properties:\n  to: {type: string, required: false}", 2, "; remove it: a property is optional unless the parent's 'required' lists it"),
    ("type: object\nrequired: to", 2, "; write a list: required: [to]"), ("required: to, from", 1, "; write a list: required: [to, from]"),
    ("type: string\nenum: up, down", 2, "; write a list: enum: [up, down]"), ("enum: up | down", 1, "; write a list: enum: [up, down]"),
    ("enum: {up: 1, down: 2}", 1, "; write a list: enum: [up, down]"), ("examples: up", 1, "; write a list: examples: [up]"),
    ("properties:\n  - to\n  - from", 2, "; write each name as a key: properties: {to: {type: string}}"),
    ("properties:\n  - {name: to, type: string}", 2, "; write each name as a key: properties: {to: {type: string}}"),
    ("type: integer\nmaximum: '2'", 2, "; remove the quotes: maximum: 2"), ('minLength: "3"', 1, "; remove the quotes: minLength: 3"),
    ("multipleOf: '0.5'", 1, "; remove the quotes: multipleOf: 0.5"), ("uniqueItems: 'true'", 1, "; remove the quotes: uniqueItems: true"),
    ("minimum: 1\nexclusiveMinimum: true", 2, "; write exclusiveMinimum: 1 instead of minimum: 1"),
    ("maximum: 9\nexclusiveMaximum: false", 2, "; remove exclusiveMaximum: maximum allows the limit itself"),
    ("items: string", 1, "; write items: {type: string}"), ("properties:\n  to: int", 2, "; write to: {type: integer}"),
    ("properties:\n  to:", 2, "; write to: {} if any value is accepted"), ("anyOf: [string]", 1, "; write {type: string}"),
    ("properties:\n  $ref: '#/components/schemas/Other'", 2, "; write allOf: [{$ref: '#/components/schemas/Other'}] beside 'properties'"),
    ("additionalProperties: 'false'", 1, "; remove the quotes: additionalProperties: false"),
    ("oneOf:\n  type: string", 2, "; write a list of schemas, each after a dash: oneOf: [{...}, {...}]"),
    ("type: [string, null]", 1, "; put it in quotes: 'null'"), ("description: 5", 1, "; put it in quotes"),
    # names of properties are names
    ("properties: {required: str, maximum: {type: integer}}", 1, "; write required: {type: string}"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "line", "advice"), VALUES)
def test_values_of_another_form(folder, schema, line, advice):
    """The message says what to write instead, at the value."""
    check(folder, schema, line, advice)


def test_limits_in_openapi(folder):
    """OpenAPI 3.0 has Draft 04's: one finding, though the limit is missing, too."""
    schema = (
        "schemaFormat: application/vnd.oai.openapi;version=3.0.3\nschema: {exclusiveMinimum: 3}"
    )
    check(folder, schema, 2, "; write minimum: 3, exclusiveMinimum: true")


def test_positional_items_in_a_newer_dialect(folder):
    """`items` takes no list since 2020-12."""
    schema = "schemaFormat: application/schema+json;version=2020-12\nschema: {items: [{}]}"
    check(folder, schema, 2, "; positional items are in 'prefixItems' here")


def test_a_discriminator_of_openapi(folder):
    """Its mapping has the name inside."""
    schema = "properties: {kind: {}}\nrequired: [kind]\ndiscriminator:\n  propertyName: kind"
    check(folder, schema, 4, "; write discriminator: kind (only OpenAPI has the mapping)")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("uint16", "; write type: integer, minimum: 0, maximum: 65535"), ("uint32", "; write type: integer, minimum: 0, maximum: 4294967295"),
        ("uint64", "; write type: integer, minimum: 0"), ("int8", "; write type: integer, minimum: -128, maximum: 127"), ("int128", ": it is not checked"),
        ("number", "; 'number' is a type: write type: number"), ("url", "; did you mean 'uri'?"), ("timestamp", "; did you mean 'date-time'?"),
        ("base64", "; did you mean 'byte'?"), ("guid", "; did you mean 'uuid'?"), ("emial", "; did you mean 'email'?"), ("color", ": it is not checked"),
    ],
)  # fmt: skip
def test_formats_of_other_languages(folder, name, advice):
    """The hint is a format that says the same, or keywords that do, and no other number of bits."""
    (finding,) = findings_of(folder, f"title: A move\nformat: {name}")
    assert (finding.code, finding.line - 5) == ("unknown-format", 2)
    assert finding.message.endswith(advice)


PLACES = [
    ("payload: [{type: string}, {type: boolean}]", "; for several arguments, write payload: {type: array, items: [...]}"),
    ("x-ack: [{type: string}, {type: boolean}]", "; for several arguments, write x-ack: {args: {type: array, items: [...]}}"),
    ("payload: {}\n        x-ack: {args: [{type: string}]}", "; for several arguments, write x-ack: {args: {type: array, items: [...]}}"),
    ("x-ack: boolean", "; write x-ack: {type: boolean}"), ("payload: string", "; write payload: {type: string}"),
    ("payload: datetime", "; write payload: {type: string, format: date-time}"), ("x-ack: 'yes'", "got a string; write the schema of the ack"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "advice"), PLACES)
def test_what_is_no_schema(folder, field, advice):
    """Arguments as a list, and types by their names, have a form of their own."""
    text = f"components:\n  messages:\n    move:\n        {field}\n"
    (finding,) = (f for f in folder.findings(text) if f.severity.value == "error")
    assert finding.line == 6 + field.count("\n")
    assert finding.message.endswith(advice)
