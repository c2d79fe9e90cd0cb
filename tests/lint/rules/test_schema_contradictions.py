"""Schemas that accept nothing, or reject what they name: line and advice of each."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard import load

CODES = ("impossible-schema", "impossible-value", "equal-values", "closed-object")
#: The schema begins at line 5.
DOCUMENT = "components:\n  schemas:\n    Move:\n{}    Base:\n      properties: {{kind: {{type: string}}}}\n    Text: {{type: string}}\n"
NEW = "schemaFormat: application/schema+json;version=2020-12\nschema:\n  "


def findings_of(folder, schema):
    lines = "".join(f"      {line}\n" for line in schema.split("\n"))
    found = folder.findings(DOCUMENT.format(lines))
    return [finding for finding in found if finding.code != "unused-component"]


def check(folder, schema, code, line, advice):
    """One finding, a warning, at a line of the schema (counted from 1), with the advice."""
    (finding,) = findings_of(folder, schema)
    assert (finding.code, finding.severity.value, finding.line - 5) == (code, "warning", line)
    assert advice in finding.message


IMPOSSIBLE = [
    # values of another type
    ("type: string\nenum: [1, 2]", 2, "; put it in quotes, or write type: integer"),
    ("type: integer\nenum: ['1', '2']", 2, "; remove the quotes, or write type: string"),
    ("type: boolean\nenum: ['true']", 2, "; remove the quotes, or write type: string"),
    ("type: string\nconst: true", 2, "the value of 'const' is a boolean, but the type is string, so no value is valid; put it in quotes, or write type: boolean"),
    ("type: object\nenum: [up]", 2, "; write type: string, or values of the type"),
    ("type: string\nenum: [null]", 2, "; write type: [string, 'null'] if null is allowed"),
    ("type: string\nenum: []", 2, "empty 'enum', so no value is valid; list the allowed values"),
    ("type: string\nmaxLength: 2\nenum: [left]", 3, "is above maxLength: 2, so no value is valid"),
    ("type: integer\nminimum: 3\nconst: 2", 3, "the value of 'const' is below minimum: 3, so no value is valid"),
    # limits
    ("type: integer\nminimum: 9\nmaximum: 1", 2, "no number is valid under both minimum: 9 and maximum: 1; correct one of them"),
    ("maximum: 1\nexclusiveMinimum: 1", 2, "exclusiveMinimum: 1 and maximum: 1"),
    ("type: integer\nexclusiveMinimum: 1\nexclusiveMaximum: 2", 2, "no number is valid under both"), ("type: integer\nminimum: 1.2\nmaximum: 1.8", 2, "no number is valid under both"),
    ("minLength: 3\nmaxLength: 2", 1, "no string is valid under both"), ("maxItems: 2\nminItems: 3", 2, "no list is valid under both"), ("minProperties: 2\nmaxProperties: 1", 1, "no object is valid under both"),
    (NEW + "contains: {}\n  minContains: 2\n  maxContains: 1", 4, "no list is valid under both"),
    ("type: integer\nminimum: 1\nmaximum: 9\nmultipleOf: 10", 4, "no multiple of 10 is between minimum: 1 and maximum: 9; correct one"),
    ("minimum: 0.1\nmaximum: 0.19\nmultipleOf: 0.1\nexclusiveMinimum: 0.1", 3, "no multiple of 0.1"),
    ("schemaFormat: application/vnd.oai.openapi;version=3.0.0\nschema:\n  minimum: 3\n  maximum: 3\n  exclusiveMinimum: true", 3, "no number is valid under both"),
    # objects and lists
    ("properties: {to: false}\nrequired: [to]", 2, "'to' is required, but its schema rejects every value"),
    ("properties: {to: {not: {}}}\nrequired: [to]", 2, "rejects every value"),
    ("type: object\nadditionalProperties: false\nrequired: [to]", 3, "; define it in 'properties'"),
    ("maxProperties: 1\nrequired: [to, from]", 1, "2 properties are required, but maxProperties is 1"),
    ("properties: {to: {}}\nadditionalProperties: false\nminProperties: 2", 3, "allows only 1"),
    ("type: array\nitems: [{}, {}]\nadditionalItems: false\nminItems: 3", 4, "only 2 can be present"), (NEW + "prefixItems: [{}]\n  items: false\n  minItems: 2", 5, "only 1 can be present"),
    ("items: false\nminItems: 1", 2, "only 0 can be present"), ("maxItems: 0\ncontains: {}", 2, "no item can match 'contains', so"),
    ("items: {type: string}\ncontains: {type: integer}", 2, "the items are string, but 'contains' requires integer"),
    # not
    ("not: {}", 1, "'not' rejects every value"), ("type: string\nnot: {}", 2, "'not' rejects every value"), ("not: true", 1, "'not' rejects every value"),
    ("properties:\n  to: {type: string, not: {description: none}}", 2, "'not' rejects every value"),
    ("type: integer\nnot: {type: number}", 2, "'not' rejects integer, which is the schema's type"),
    # allOf
    ("allOf:\n  - {type: string}\n  - {type: object}", 1, "both string and object, as this allOf requires; for one of them, write anyOf"),
    ("type: array\nallOf: [{$ref: '#/components/schemas/Text'}]", 2, "both array and string"),
    ("allOf: [{enum: [a, b]}, {const: c}]", 1, 'both one of "a", … and "c"'), ("minimum: 5\nallOf: [{maximum: 3}]", 2, "minimum: 5 and maximum: 3"),
    ("allOf: [{properties: {kind: {const: a}}}, {properties: {kind: {const: b}}}]", 1, "no value of 'kind' is both"),
    ("allOf:\n  - $ref: '#/components/schemas/Base'\n  - properties: {kind: {type: integer}}", 1, "no value of 'kind' is both"),
    ("allOf:\n  - title: outer\n  - allOf: [{type: string}, {type: integer}]", 3, "both string and integer"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "line", "advice"), IMPOSSIBLE)
def test_schemas_that_accept_nothing(folder, schema, line, advice):
    """They have one finding, a warning that says why."""
    check(folder, schema, "impossible-schema", line, advice)


@pytest.mark.parametrize(
    ("schema", "line", "advice"),
    [
        ("type: string\nenum:\n  - a\n  - null", 4, "the value is null, but the type is string, so it is always rejected; write type: [string, 'null'] if null is allowed"),
        ("type: integer\nenum: [1, '2']", 2, "; remove the quotes, or write type: string"), ("type: string\nenum: [a, 1]", 2, "; put it in quotes, or write type: integer"),
        ("maximum: 5\nenum: [1, 9]", 2, "is above maximum: 5, so it is always rejected"), ("type: string\nenum: [yes, true]", 2, "; put it in quotes"),
    ],
)  # fmt: skip
def test_values_that_are_never_accepted(folder, schema, line, advice):
    """Some are of another type, or beyond a limit."""
    check(folder, schema, "impossible-value", line, advice)


@pytest.mark.parametrize(
    "values", ["[a, b, a]", "[1, 2, 1.0]", "[{x: 1, y: [2]}, b, {y: [2.0], x: 1}]"]
)
def test_equal_values(folder, values):
    """Equal is what JSON Schema takes for equal."""
    check(folder, f"title: T\nenum: {values}", "equal-values", 2, "position 1; remove one of them")


CLOSED = [
    ("properties: {to: {}}\nadditionalProperties: false\nallOf: [{properties: {from: {}}}]", 2, "so 'from' is rejected; repeat the name in 'properties': from: {}"),
    ("additionalProperties: false\noneOf:\n  - {required: [a], properties: {a: {}}}\n  - {required: [b], properties: {b: {}}}", 1, "so 'a', 'b' is rejected; repeat the name in 'properties': a: {}"),
    ("additionalProperties: false\nproperties: {}\nanyOf: [{$ref: '#/components/schemas/Base'}]", 1, "so 'kind' is rejected"),
    ("additionalProperties: false\nif: {required: [a]}\nthen: {properties: {b: {}}}\nproperties: {a: {}}", 1, "so 'b' is rejected"),
    ("allOf:\n  - {properties: {a: {}}, additionalProperties: false}\n  - {properties: {b: {}}, additionalProperties: false}", 1, "additionalProperties: false in a schema of this allOf rejects 'b'; repeat the name there: b: {}"),
    ("properties: {kind: {}}\noneOf:\n  - {properties: {b: {}}, additionalProperties: false}", 2, "in a schema of this oneOf rejects 'kind'"),
    (NEW + "properties: {a: {}}\n  additionalProperties: false\n  allOf: [{properties: {b: {}}}]", 4, "; write unevaluatedProperties: false instead"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "line", "advice"), CLOSED)
def test_closed_objects(folder, schema, line, advice):
    """They reject what the schemas beside them define."""
    check(folder, schema, "closed-object", line, advice)


FINE = [
    "type: number\nenum: [1, 2.5]", "type: integer\nenum: [1.0]", "type: [string, 'null']\nenum: [a, null]", "enum: [1, '1', true, null]",
    "schemaFormat: application/vnd.oai.openapi;version=3.0.0\nschema: {type: string, nullable: true, enum: [a, null]}",
    "schemaFormat: application/vnd.oai.openapi;version=3.0.0\nschema: {minimum: 3, maximum: 3, exclusiveMaximum: false}",
    "minimum: 1\nmaximum: 1", "type: number\nexclusiveMinimum: 1\nexclusiveMaximum: 2", "minimum: 0.1\nmaximum: 0.3\nmultipleOf: 0.1", "minimum: 10\nmultipleOf: 3",
    "minLength: 0\nmaxLength: 0", "properties: {to: false}\nrequired: [from]\npatternProperties: {f: {}}", "additionalProperties: false\npatternProperties: {a: {}}\nrequired: [ab]",
    "items: [{}]\nminItems: 2", "items: {type: number}\ncontains: {type: integer}", "properties: {to: {not: {}}}", "items: {not: {}}", "additionalProperties: {not: {}}",
    "type: string\nnot: {type: integer}", "type: number\nnot: {type: integer}", "type: string\nnot: {type: string, const: a}",
    "allOf: [{type: number}, {type: integer}]", "allOf: [{type: [string, 'null']}, {type: string}]", "allOf: [{enum: [a, b]}, {enum: [b, c]}]",
    "minimum: 3\nallOf: [{maximum: 5}]", "allOf: [{properties: {kind: {type: string}}}, {properties: {kind: {const: a}}}]",
    "properties: {a: {}, b: {}}\nadditionalProperties: false\noneOf: [{required: [a]}, {required: [b]}]",
    "properties: {a: {}}\nadditionalProperties: false\nallOf: [{properties: {a: {type: string}}}]", "patternProperties: {'^x': {}}\nadditionalProperties: false\nallOf: [{properties: {xa: {}}}]",
    "oneOf:\n  - {properties: {kind: {const: a}}, required: [kind], additionalProperties: false}\n  - {properties: {kind: {const: b}, c: {}}, required: [kind], additionalProperties: false}",
    "properties: {kind: {}}\noneOf: [{properties: {kind: {const: a}, x: {}}, additionalProperties: false}]", "additionalProperties: false\noneOf: [{properties: {b: false}}]",
    NEW + "properties: {a: {}}\n  unevaluatedProperties: false\n  allOf: [{properties: {b: {}}}]", "allOf: [{$ref: '#/components/schemas/Base'}]\nproperties: {more: {}}",
]  # fmt: skip


@pytest.mark.parametrize("schema", FINE)
def test_schemas_that_accept_something(folder, schema):
    """What only looks like a contradiction has no such finding."""
    assert [f.code for f in findings_of(folder, schema) if f.code in CODES] == []


def test_a_message_whose_schemas_accept_nothing_can_be_loaded(folder):
    """So they are warnings: the guard starts, and rejects the event."""
    text = (
        "channels:\n  c:\n    address: /\n    messages: {m: {payload: {type: string, enum: [1]}}}\n"
    )
    assert "impossible-schema" in [finding.code for finding in folder.findings(text)]
    assert load(folder.path / "asyncapi.yml").channels


@pytest.mark.parametrize("schema", ["[]", "text", "5", "null", "{a: 1}"])
@pytest.mark.parametrize(
    "keyword",
    ["enum", "minimum", "maxLength", "required", "properties", "allOf", "oneOf", "not", "items", "contains", "type", "if", "multipleOf"],
)  # fmt: skip
def test_nothing_is_expected_of_values(folder, keyword, schema):
    """Whatever a keyword has, the linter does not raise."""
    folder.findings(
        DOCUMENT.format(f"      {keyword}: {schema}\n      additionalProperties: false\n")
    )
    folder.findings(DOCUMENT.format(f"      allOf: [{{{keyword}: {schema}}}, {{type: string}}]\n"))
