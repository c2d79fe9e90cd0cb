"""Keywords of schemas that say nothing, or not what they seem to: line and advice of each."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard import load

#: The schema begins at line 6.
DOCUMENT = "components:\n  schemas:\n    Name: {{type: string}}\n    Move:\n{}"
OLD = "schemaFormat: application/vnd.oai.openapi;version=3.0.3\nschema: "
NEW = "schemaFormat: application/schema+json;version=2020-12\nschema: "


def findings_of(folder, schema):
    lines = "".join(f"      {line}\n" for line in schema.split("\n"))
    found = folder.findings(DOCUMENT.format(lines))
    return [finding for finding in found if finding.code != "unused-component"]


def check(folder, schema, code, line, advice):
    """One finding, a warning, at a line of the schema (counted from 1), with the advice."""
    (finding,) = findings_of(folder, schema)
    assert (finding.code, finding.severity.value, finding.line - 6) == (code, "warning", line)
    assert advice in finding.message


IDLE = [
    ("type: integer\nminLength: 1", 2, "'minLength' applies only to strings, but the type is integer, so nothing is validated; write minimum, or type: string"),
    ("type: string\nmaximum: 9", 2, "; write maxLength, or type: number"), ("type: string\nminItems: 1", 2, "; write minLength, or type: array"),
    ("type: array\nminLength: 1\nmaxLength: 9", 2, "'minLength' and 'maxLength' apply only to strings, but the type is array, so nothing is validated; write minItems"),
    ("type: array\nproperties: {a: {}}\nrequired: [a]", 2, "'properties' and 'required' apply only to objects, but the type is array, so nothing is validated; move it to 'items'"),
    ("type: object\nitems: {type: string}", 2, "; write type: array, or remove it"), ("type: string\nproperties: {a: {}}", 2, "; write type: object, or remove it"),
    ("type: boolean\npattern: a", 2, "; write type: string, or remove it"), ("type: ['null', integer]\nuniqueItems: true", 2, "the type is integer or null"),
    ("type: integer\nformat: date", 2, "'format' date applies only to strings"), ("type: string\nformat: int64", 2, "'format' int64 applies only to integers, but the type is string, so nothing is validated; write type: integer"),
    (OLD + "\n  type: integer\n  minLength: 1", 4, "; write minimum"),
    ("title: T\nthen: {type: string}", 2, "'then' without 'if' has no effect; write the condition in 'if'"), ("title: T\nelse: {}", 2, "'else' without 'if' has no effect"),
    ("if: {required: [a]}", 1, "'if' without 'then' and 'else' has no effect; add 'then' or 'else'"),
    ("items: {type: string}\nadditionalItems: false", 2, "applies only beside a list in 'items', so it has no effect"), (NEW + "{minContains: 2}", 2, "'minContains' without 'contains' has no effect"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "line", "advice"), IDLE)
def test_keywords_that_judge_nothing(folder, schema, line, advice):
    """They are about another type, or need another keyword; each type has one finding."""
    check(folder, schema, "idle-keyword", line, advice)


NULLABLE = [
    ("type: string\nnullable: true", 2, "AsyncAPI Schema Object doesn't have 'nullable', so null is rejected; write type: [string, 'null']"),
    ("nullable: true\nenum: [a]\ntype: string", 1, "; write type: [string, 'null'], and list null in 'enum'"),
    ("properties:\n  to:\n    oneOf: [{type: string}, {type: integer}]\n    nullable: true", 4, "; write anyOf: [{...}, {type: 'null'}]"),
    (NEW + "\n  type: integer\n  nullable: true", 4, "JSON Schema 2020-12 doesn't have 'nullable', so null is rejected; write type: [integer, 'null']"),
    (OLD + "{nullable: true, allOf: [{type: string}]}", 2, "'nullable' applies only beside 'type', so null is rejected"),
    (OLD + "{nullable: true, type: string, enum: [a]}", 2, "'nullable' doesn't add null to 'enum', so null is rejected; list null there"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "line", "advice"), NULLABLE)
def test_null_by_a_keyword_of_openapi(folder, schema, line, advice):
    """The advice is how the dialect writes it."""
    check(folder, schema, "nullable", line, advice)


def test_null_beside_a_reference(folder):
    """There it is ignored as all else is, and the advice is not an allOf, which would reject null."""
    schema = "properties:\n  to: {$ref: '#/components/schemas/Name', nullable: true}"
    check(
        folder, schema, "ref-siblings", 2,
        "so null is rejected; write anyOf: [{$ref: '#/components/schemas/Name'}, {type: 'null'}]",
    )  # fmt: skip


@pytest.mark.parametrize(
    "schema",
    ["{type: string, nullable: true}", "{$ref: '#/components/schemas/Name', nullable: true}"],
)
def test_the_guard_rejects_null_there(folder, schema):
    """So the warning is right."""
    text = f"channels: {{c: {{address: /, messages: {{m: {{payload: {schema}}}}}}}}}\ncomponents: {{schemas: {{Name: {{type: string}}}}}}\n"
    folder.findings(text)
    (channel,) = load(folder.path / "asyncapi.yml").channels.values()
    assert not channel.messages["m"].payload.is_valid(None)


def test_keywords_of_openapi(folder):
    """Each is reported once for a file, at its first place."""
    check(
        folder, "type: string\nexample: a", "openapi-keyword", 2, "; write a list: examples: [...]"
    )
    check(folder, "properties: {a: {xml: {name: b}}}", "openapi-keyword", 1, "; remove it")
    schema = "properties:\n  a: {type: string, example: a}\n  b: {type: string, example: b}"
    check(folder, schema, "openapi-keyword", 2, "'example' (2 times in this file)")


SLASHES = [
    ("pattern: '/^[a-z]+$/'", 1, "; write '^[a-z]+$'"), ("type: string\npattern: /^[a-z]+$/i", 2, "; write '^[a-z]+$', which has no flags"),
    ("pattern: '/a[/]b/'", 1, "; write 'a[/]b'"), ("patternProperties: {'/^x-/': {}}", 1, "; write '^x-'"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "line", "advice"), SLASHES)
def test_patterns_as_literals_of_javascript(folder, schema, line, advice):
    """The slashes would have to be in the value."""
    check(folder, schema, "pattern-slashes", line, advice)


def test_a_list_of_one_schema(folder):
    """It is about the first item alone."""
    schema = "type: array\nitems:\n  - type: string"
    check(
        folder,
        schema,
        "items-of-one",
        2,
        "to apply it to all items, write items: {...} without the list",
    )


FORMS = [
    (OLD + "{const: a}", 2, "OpenAPI 3.0 Schema Object doesn't have it; write enum, a list of one"),
    ("schemaFormat: application/schema+json;version=draft-06\nschema: {if: {}}", 2, "JSON Schema draft-06 doesn't have it"),
    (NEW + "{additionalItems: false}", 2, "doesn't have it; write items"), (NEW + "{dependencies: {a: [b]}}", 2, "; write dependentRequired or dependentSchemas"),
    ("$defs: {a: {}}", 1, "; write definitions"), ("dependentRequired: {a: [b]}", 1, "; write dependencies"), ("unevaluatedProperties: false", 1, "; write additionalProperties"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "line", "advice"), FORMS)
def test_keywords_of_other_dialects(folder, schema, line, advice):
    """They say which keyword the dialect has for it."""
    check(folder, schema, "unknown-keyword", line, advice)


FINE = [
    "type: [string, integer]\nminLength: 1", "minLength: 1", "type: number\nformat: double", "type: integer\nformat: int64", "type: string\nformat: date", "type: string\nminLength: 0",
    "if: {}\nthen: {}", "if: {}\nelse: {}", "items: [{}, {}]\nadditionalItems: false", "nullable: true", "type: string\nnullable: false", "type: [string, 'null']\nnullable: true",
    "anyOf: [{type: string}, {type: 'null'}]\nnullable: true", OLD + "{type: string, nullable: true, example: a, xml: {}}", OLD + "{type: string, nullable: true, enum: [a, null]}",
    "type: string\nexamples: [a]", "properties: {example: {}, nullable: {}, xml: {}}", "pattern: '^/[a-z]+/$'", "pattern: '/rooms/[0-9]+/'", "pattern: '/'",
    "type: array\nitems: [{type: string}]\nadditionalItems: false", "items: [{}]\nminItems: 1", "items: [{}, {}]", NEW + "{prefixItems: [{}]}",
    "readOnly: true", "type: object\nproperties: {a: {readOnly: true}}\nrequired: [a]",
]  # fmt: skip


@pytest.mark.parametrize("schema", FINE)
def test_keywords_that_say_something(folder, schema):
    """There is nothing to report."""
    assert findings_of(folder, schema) == []


@pytest.mark.parametrize("place", ["payload", "x-ack"])
def test_arguments_are_positional(folder, place):
    """An event or an ack of one argument may be a list of one."""
    for schema in ("{items: [{type: string}]}", "{args: {items: [{type: string}]}}"):
        if place == "x-ack" or "args" not in schema:
            text = f"components: {{messages: {{m: {{{place}: {schema}}}}}}}"
            assert [f.code for f in folder.findings(text) if f.code == "items-of-one"] == []
