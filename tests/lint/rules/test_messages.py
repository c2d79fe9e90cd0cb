"""Messages: their headers and their examples."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

MESSAGE = "components: {{messages: {{m: {}}}}}\nx-s: {{type: string}}\nx-o: {{type: object}}"
AT = "/components/messages/m"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("{type: object}", []), ("{}", []), ("{properties: {}}", []), ("{type: [object, 'null']}", []), ("true", []),
        ("{$ref: '#/x-o'}", []), ("{oneOf: [{type: string}]}", []),
        ("{type: string}", [AT + "/headers/type"]), ("{type: [string, 'null']}", [AT + "/headers/type"]), ("{$ref: '#/x-s'}", ["/x-s/type"]),
    ],
)  # fmt: skip
def test_headers(folder, headers, expected):
    """They are a map."""
    found = folder.found(MESSAGE.format(f"{{headers: {headers}}}"), "headers-type")
    assert found == [("headers-type", pointer) for pointer in expected]


def test_headers_in_another_format(folder):
    """They are a map, whatever the format of their schema."""
    headers = "{schemaFormat: application/schema+json;version=draft-07, schema: {type: string}}"
    assert folder.found(MESSAGE.format(f"{{headers: {headers}}}"), "headers-type") != []


def test_headers_of_traits(folder):
    """Those of a trait are a map, even if no message has the trait."""
    text = "components: {messageTraits: {t: {headers: {type: string}}}}"
    assert folder.found(text) == [("headers-type", "/components/messageTraits/t/headers/type")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        # payload
        ("payload: {type: string}, examples: [{payload: a}, {payload: 1}]", ["payload /examples/1/payload"]),
        ("payload: {type: object, properties: {a: {items: {type: integer}}}}, examples: [{payload: {a: [1, x]}}]",
         ["payload /examples/0/payload/a/1"]),
        ("payload: {type: object, properties: {a/b: {type: integer}}}, examples: [{payload: {a/b: x}}]", ["payload /examples/0/payload/a~1b"]),
        ("payload: {required: [a]}, examples: [{payload: {}}]", ["payload /examples/0/payload"]),
        ("payload: {$ref: '#/x-s'}, examples: [{payload: 1}]", ["payload /examples/0/payload"]),
        ("payload: {type: 'null'}, examples: [{payload: null}]", []), ("payload: {type: string}, examples: [{payload: null}]", ["payload /examples/0/payload"]),
        ("payload: false, examples: [{payload: 1}]", ["payload /examples/0/payload"]), ("payload: true, examples: [{payload: 1}]", []),
        ("payload: {type: string, format: email}, examples: [{payload: a}]", ["payload /examples/0/payload"]),
        ("payload: {type: string, format: uuid}, examples: [{payload: a}]", ["payload /examples/0/payload"]),
        ("payload: {type: string, format: password}, examples: [{payload: a}]", []),
        # headers
        ("headers: {required: [a]}, examples: [{headers: {b: 1}}]", ["headers /examples/0/headers"]),
        ("headers: {properties: {a: {type: string}}}, payload: {type: string}, examples: [{headers: {a: 1}, payload: 1}]",
         ["payload /examples/0/payload", "headers /examples/0/headers/a"]),
        # nothing to judge, or by
        ("examples: [{payload: 1, headers: {a: 1}}]", []), ("payload: {type: string}, examples: [{name: a}, {}]", []),
        ("payload: {type: string}, examples: []", []), ("payload: {type: string}, examples: text", []), ("payload: {type: string}, examples: [text]", []),
        ("payload: {type: strin}, examples: [{payload: 1}]", []), ("payload: {$ref: '#/x-no'}, examples: [{payload: 1}]", []),
        ("payload: {schemaFormat: text/x, schema: a}, examples: [{payload: 1}]", []),
        ("payload: {type: string, format: binary}, examples: [{payload: 1}]", []),
        # other formats
        ("payload: {schemaFormat: application/schema+json;version=2020-12, schema: {prefixItems: [{type: string}]}}, examples: [{payload: [1]}]",
         ["payload /examples/0/payload/0"]),
        ("payload: {schemaFormat: application/vnd.oai.openapi;version=3.0.0, schema: {type: string, nullable: true}}, examples: [{payload: null}]", []),
        ("payload: {type: string, nullable: true}, examples: [{payload: null}]", ["payload /examples/0/payload"]),
        ("payload: {schemaFormat: application/schema+json;version=draft-04, schema: {maximum: 1, exclusiveMaximum: true}}, examples: [{payload: 1}]",
         ["payload /examples/0/payload"]),
        # several arguments are a list
        ("payload: {items: [{type: string}, {type: integer}]}, examples: [{payload: [a, 1]}, {payload: [1, a]}]",
         ["payload /examples/1/payload/0", "payload /examples/1/payload/1"]),
        # traits
        ("traits: [{examples: [{payload: 1}]}], payload: {type: string}", ["payload /traits/0/examples/0/payload"]),
        ("traits: [{examples: [{payload: 1}]}], payload: {type: string}, examples: [{payload: a}]", []),
        ("traits: [{headers: {required: [a]}}], examples: [{headers: {}}]", ["headers /examples/0/headers"]),
        ("traits: [{headers: {required: [a]}}], headers: {type: object}, examples: [{headers: {}}]", ["headers /examples/0/headers"]),
        ("traits: [{headers: {required: [a]}}, {headers: {required: [b]}}], examples: [{headers: {b: 1}}]", []),
        ("traits: [{headers: {required: [a]}}], headers: {required: null}, examples: [{headers: {}}]", []),
    ],
)  # fmt: skip
def test_examples(folder, fields, expected):
    """Each is valid under its payload and headers, with what traits add."""
    found = folder.found(MESSAGE.format(f"{{{fields}}}"), "example-payload", "example-headers")
    wanted = [(f"example-{each.split()[0]}", AT + each.split()[1]) for each in expected]
    assert sorted(found) == sorted(wanted)


def test_examples_of_messages_in_other_files(folder):
    """They are judged by the schemas of their own file."""
    folder.write(
        "m.yml", "m:\n  payload: {$ref: '#/s'}\n  examples: [{payload: 1}]\ns: {type: string}\n"
    )
    found = folder.found("channels: {c: {messages: {m: {$ref: 'm.yml#/m'}}}}", "example-payload")
    assert found == [("example-payload", "m.yml/m/examples/0/payload")]


def test_few_findings_for_one_example(folder):
    """At most three, however much is wrong."""
    names = ", ".join(f"p{i}: {{type: string}}" for i in range(20))
    values = ", ".join(f"p{i}: 1" for i in range(20))
    text = MESSAGE.format(
        f"{{payload: {{properties: {{{names}}}}}, examples: [{{payload: {{{values}}}}}]}}"
    )
    assert len(folder.found(text, "example-payload")) == 3


def test_examples_do_not_say_what_was_in_them_twice(folder):
    """A message that several channels have is judged once."""
    text = "channels: {a: {messages: {m: {$ref: '#/components/messages/m'}}}, b: {messages: {m: {$ref: '#/components/messages/m'}}}}\n"
    text += "components: {messages: {m: {payload: {type: string}, examples: [{payload: 1}]}}}"
    assert folder.found(text, "example-payload") == [
        ("example-payload", AT + "/examples/0/payload")
    ]


@pytest.mark.parametrize(
    ("example", "is_missing"),
    [
        ("{}", True), ("{name: a, summary: b}", True), ("{x-payload: 1}", True), ("{Payload: 1}", True), ("{payload: null}", False),
        ("{headers: {}}", False), ("{payload: 1, headers: {}}", False), ("{headers: null}", False), ("{payload: {}, name: a}", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["messages", "messageTraits"])
def test_an_example_of_nothing(folder, place, example, is_missing):
    """An example has a payload or headers, of whatever value, in messages and in their traits."""
    text = f"components: {{{place}: {{m: {{examples: [{{payload: 1}}, {example}]}}}}}}"
    expected = [("missing-field", f"/components/{place}/m/examples/1")] if is_missing else []
    assert folder.found(text, "missing-field") == expected
