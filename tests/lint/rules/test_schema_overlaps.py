"""Alternatives of `oneOf` that a value matches two of."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard import load

#: The payload begins at line 9.
DOCUMENT = """
asyncapi: 3.1.0
info: {{title: Chat, version: 1.0.0}}
channels:
  chat:
    address: /
    messages:
      say:
        payload:
          oneOf:
{}
components:
  schemas:
    Text: {{type: string, minLength: 1}}
    Cat: {{type: object, required: [kind], properties: {{kind: {{const: cat}}, lives: {{type: integer}}}}}}
    Dog: {{type: object, required: [kind], properties: {{kind: {{const: dog}}, tricks: {{type: array, items: {{type: string}}}}}}}}
    Open: {{type: object, properties: {{name: {{type: string}}}}}}
    Tree: {{type: object, required: [children], properties: {{children: {{type: array, items: {{$ref: '#/components/schemas/Tree'}}}}}}}}
"""
REF = "{{$ref: '#/components/schemas/{}'}}".format


def overlaps(folder, *alternatives):
    text = DOCUMENT.format("\n".join(f"            - {each}" for each in alternatives)).lstrip()
    return [f for f in folder.findings(text) if f.code == "overlapping-one-of"]


CASES = [
    (("{type: number}", "{type: integer}"), "alternatives 1 and 2 of this oneOf both accept integers, so the guard rejects them; write anyOf"),
    (("{type: boolean}", "{type: string}", "{type: string, format: date}"), "alternatives 2 and 3 of this oneOf both accept strings of the format date"),
    (("{type: string, pattern: '^q{7}z$'}", "{type: string}"), "both accept a value of type string"), (("{type: [string, 'null']}", "{type: 'null'}"), "both accept null"),
    (("{enum: [up, down]}", "{enum: [left, up]}"), "both accept 'up', so the guard rejects it; write anyOf"), (("{const: up}", "{type: string}"), "both accept 'up'"),
    (("{type: string}", "{}"), "alternative 2 of this oneOf accepts any value, so values that match another alternative are rejected; remove it, or write anyOf"),
    (("{type: string}", "{description: Anything.}"), "alternative 2 of this oneOf accepts any value"), (("true", "{type: string}"), "alternative 1 of this oneOf accepts any value"),
    (("{type: integer, maximum: 5}", "{type: integer, minimum: 5}"), "both accept 5, so the guard rejects it"),
    (("{type: string, title: A}", "{title: B, type: string}"), "alternatives 1 and 2 of this oneOf are equal, so values that match them are rejected; remove one of them"),
    ((REF("Text"), REF("Text")), "are equal"), ((REF("Text"), "{type: string}"), "both accept strings"),
    (("{type: array, items: {type: number}}", "{type: array, items: {type: integer}}"), "both accept lists"),
    ((REF("Open"), "{type: object, properties: {size: {type: integer}}}"), "both accept an object with 'name', so the guard rejects it; give each alternative a required property with its own const, or write anyOf"),
    ((REF("Cat"), REF("Open")), "both accept an object with 'kind', 'lives'"), ((REF("Tree"), REF("Open")), "both accept an object with 'children'"),
    (("{allOf: [{$ref: '#/components/schemas/Open'}]}", REF("Cat")), "both accept an object"),
]  # fmt: skip


@pytest.mark.parametrize(("alternatives", "advice"), CASES)
def test_overlaps(folder, alternatives, advice):
    """One warning at the `oneOf`, that says what two of them accept."""
    (finding,) = overlaps(folder, *alternatives)
    assert (finding.severity.value, finding.line) == ("warning", 9)
    assert advice in finding.message


@pytest.mark.parametrize(
    "alternatives",
    [
        ("{type: string}", "{type: integer}"), ("{type: number}", "{type: string}", "{type: 'null'}"), ("{const: a}", "{const: b}"), ("{const: 1}", "{const: '1'}"),
        (REF("Cat"), REF("Dog")), (REF("Cat"), REF("Dog"), "{type: 'null'}"), ("{required: [a]}", "{required: [b]}"), (REF("Tree"), REF("Text")), (REF("Tree"), "{type: array, items: {$ref: '#/components/schemas/Tree'}}"),
        ("{type: object, required: [a], properties: {a: {type: string}}}", "{type: object, required: [b], properties: {b: {type: string}}}"),
        ("{type: object, properties: {a: {type: string}}, additionalProperties: false}", "{type: object, properties: {b: {type: string}}, additionalProperties: false}"),
        ("{type: object, properties: {a: {type: string}}}", "{type: object, properties: {a: {type: integer}}}"),
        ("{type: string, maxLength: 5}", "{type: string, minLength: 6}"), ("{type: integer, maximum: 4}", "{type: integer, minimum: 5}"), ("{type: string, format: uuid}", "{type: string, format: ipv4}"),
        ("{type: array, items: {type: string}}", "{type: array, items: {type: integer}}"), (REF("Nothing"), "{type: string}"), ("{type: strin}", "{type: string}"), ("{type: string}", ""), ("5", "{type: string}"), ("{type: string}", "false"), ("{type: string}",),
    ],
)  # fmt: skip
def test_alternatives_that_exclude_one_another(folder, alternatives):
    """There is no warning, with tags, types, limits or names of their own, and none about faults."""
    assert overlaps(folder, *alternatives) == []


@pytest.mark.parametrize(
    ("alternatives", "value"),
    [(("{type: number}", "{type: integer}"), 5), ((REF("Cat"), REF("Open")), {"kind": "cat", "lives": 9}), (("{enum: [up, down]}", "{enum: [left, up]}"), "up")],
)  # fmt: skip
def test_what_is_warned_of_is_what_the_guard_rejects(folder, alternatives, value):
    """The value that two accept, by the payload."""
    assert overlaps(folder, *alternatives)
    (channel,) = load(folder.path / "asyncapi.yml").channels.values()
    (message,) = channel.messages.values()
    assert not message.payload.is_valid(value)


def test_what_the_schema_around_rejects_does_not_overlap(folder):
    """`type` beside `oneOf` leaves what only one of them accepts."""
    text = "components: {schemas: {s: {type: string, oneOf: [{type: [integer, string], minLength: 2}, {type: integer}]}}}"
    assert [f for f in folder.findings(text) if f.code == "overlapping-one-of"] == []
