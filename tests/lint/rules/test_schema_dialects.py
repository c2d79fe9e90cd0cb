"""What depends on a schema's dialect, and where the references inside of schemas lead."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.lint import RULES

HERE = "/components/schemas/s"
CODES = [
    *(code for code, rule in RULES.items() if rule.group in ("Schemas", "Structure")),
    "headers-type",
]
CODES = [code for code in CODES if code != "unused-component"]
FORMATS = {
    "asyncapi": "application/vnd.aai.asyncapi;version=3.0.0",
    "draft-04": "application/schema+json;version=draft-04",
    "draft-07": "application/schema+json;version=draft-07",
    "2020-12": "application/schema+json;version=2020-12",
    "openapi-30": "application/vnd.oai.openapi;version=3.0.0",
    "openapi-31": "application/vnd.oai.openapi;version=3.1.0",
}
OTHERS = [name for name in FORMATS if name != "asyncapi"]
#: Their metaschemas say of which type `deprecated` is.
NEWER = ("2020-12", "openapi-31")


def multi(name, schema):
    return f"{{schemaFormat: '{FORMATS[name]}', schema: {schema}}}"


def found(folder, schema, more=""):
    """Code and pointer (below the schema) of what is found with one schema."""
    pairs = folder.found(f"components: {{schemas: {{s: {schema}}}}}\n{more}", *CODES)
    return [f"{code} {pointer.removeprefix(HERE)}".strip() for code, pointer in pairs]


# -- AsyncAPI's own keywords -----------------------------------------------------------------------

#: Where a schema stands in another, with the pointer to it.
DEPTHS = [
    ("<>", ""), ("{properties: {a: <>}}", "/properties/a"), ("{items: {items: <>}}", "/items/items"), ("{items: [true, <>]}", "/items/1"),
    ("{allOf: [{not: <>}]}", "/allOf/0/not"), ("{definitions: {d: <>}}", "/definitions/d"), ("{dependencies: {a: <>}}", "/dependencies/a"),
    ("{patternProperties: {a: <>}, additionalProperties: true}", "/patternProperties/a"), ("{then: {}, if: {if: true, then: <>}}", "/if/then"),
    ("{propertyNames: <>}", "/propertyNames"), ("{contains: <>}", "/contains"),
]  # fmt: skip
OWN = [
    ("{externalDocs: {url: 'https://a.b', description: d, x-a: 1}, deprecated: false}", []), ("{deprecated: true}", []),
    ("{externalDocs: {$ref: '#/components/externalDocs/d'}}", []), ("{externalDocs: {$ref: '#/x-docs'}}", []),
    ("{deprecated: 'yes'}", ["wrong-type /deprecated"]), ("{deprecated: 0}", ["wrong-type /deprecated"]), ("{deprecated: null}", ["wrong-type /deprecated"]),
    ("{deprecated: {$ref: '#/x-docs'}}", ["wrong-type /deprecated"]), ("{externalDocs: 5}", ["wrong-type /externalDocs"]), ("{externalDocs: []}", ["wrong-type /externalDocs"]),
    ("{externalDocs: {}}", ["missing-field /externalDocs"]), ("{externalDocs: {url: a}}", ["bad-format /externalDocs/url"]),
    ("{externalDocs: {url: 'https://a.b', name: n}}", ["unknown-field /externalDocs/name"]),
    ("{externalDocs: {$ref: 1}}", ["wrong-type /externalDocs/$ref"]), ("{externalDocs: {$ref: '#/x-no'}}", ["unresolvable-reference /externalDocs/$ref"]),
    ("{externalDocs: {$ref: '#/components/tags/t'}}", ["wrong-kind /externalDocs"]),
    ("{externalDocs: {$ref: '#/components/schemas/o'}}", ["wrong-kind /externalDocs"]),
]  # fmt: skip
DOCS = "x-docs: {url: 'https://a.b'}\n"


@pytest.mark.parametrize(("around", "pointer"), DEPTHS)
@pytest.mark.parametrize(("schema", "expected"), OWN)
def test_asyncapis_own_keywords(folder, around, pointer, schema, expected):
    """`externalDocs` and `deprecated` are what AsyncAPI says, in every schema inside of a schema."""
    text = f"components: {{externalDocs: {{d: {{url: 'https://a.b'}}}}, tags: {{t: {{name: t}}}}, schemas: {{o: {{}}, s: {around.replace('<>', schema)}}}}}\n{DOCS}"
    pairs = folder.found(text, *CODES)
    assert pairs == [(e.split()[0], HERE + pointer + e.split()[1]) for e in expected]


def test_asyncapis_own_keywords_behind_its_format(folder):
    """A `schemaFormat` of AsyncAPI means the same as none."""
    schema = "{externalDocs: 5, items: {deprecated: 1}}"
    expected = ["wrong-type /schema/externalDocs", "wrong-type /schema/items/deprecated"]
    assert found(folder, multi("asyncapi", schema)) == expected


@pytest.mark.parametrize("name", OTHERS)
def test_other_dialects_have_other_keywords(folder, name):
    """There `externalDocs` may be anything, and `deprecated` what the dialect itself says."""
    schema = (
        "{externalDocs: 5, properties: {a: {externalDocs: {$ref: '#/x-no'}, deprecated: 'yes'}}}"
    )
    expected = ["invalid-schema /schema/properties/a/deprecated"] if name in NEWER else []
    assert [
        each for each in found(folder, multi(name, schema)) if "unknown" not in each
    ] == expected


@pytest.mark.parametrize("data", ["const", "default", "x-a"])
def test_own_keywords_in_data(folder, data):
    """Data is not looked into."""
    assert found(folder, f"{{{data}: {{externalDocs: 5, deprecated: 1}}}}") == []


def test_external_docs_in_another_file(folder):
    """What a reference leads to is judged where it stands."""
    folder.write("docs.yml", "d: {url: nowhere}\n")
    text = "components: {schemas: {s: {items: {externalDocs: {$ref: 'docs.yml#/d'}}}}}"
    assert folder.found(text) == [("bad-format", "docs.yml/d/url")]


@pytest.mark.xfail(strict=True, reason="everything below a schema is taken for a schema")
def test_the_external_docs_of_a_schema_are_external_docs(folder):
    """Others may refer to them where they stand."""
    text = "info: {title: T, version: '1', externalDocs: {$ref: '#/components/schemas/s/externalDocs'}}\n"
    text += "components: {schemas: {s: {externalDocs: {url: 'https://a.b'}}}}"
    assert folder.found(text) == []


@pytest.mark.parametrize(
    ("name", "code"), [("asyncapi", "default-type"), *((name, "default-value") for name in OTHERS)]
)
@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        ("{type: string, default: 1}", "/default"), ("{type: integer, default: '1'}", "/default"), ("{properties: {a: {type: array, default: {}}}}", "/properties/a/default"),
        ("{type: object, default: null}", "/default"), ("{type: boolean, default: 0}", "/default"),
    ],
)  # fmt: skip
def test_the_type_of_a_default(folder, name, code, schema, pointer):
    """AsyncAPI demands that a default is of the type; elsewhere it is only an odd value."""
    assert found(folder, multi(name, schema)) == [f"{code} /schema{pointer}"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_default_of_the_type_that_is_not_valid(folder, name):
    """It is an odd value in every dialect."""
    schema = multi(name, "{type: string, maxLength: 1, default: ab}")
    assert found(folder, schema) == ["default-value /schema/default"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{type: [string, 'null']}", ["/type"]), ("{type: [string]}", ["/type"]), ("{items: {type: [integer, string]}, type: array}", ["/items/type"]),
        ("{type: [string], properties: {a: {type: [string]}}}", ["/type", "/properties/a/type"]), ("{type: string, nullable: true}", []),
        ("{properties: {type: {type: string}}}", []), ("{enum: [{type: [a]}]}", []), ("{default: {type: [a]}}", []),
    ],
)  # fmt: skip
def test_lists_of_types(folder, schema, expected):
    """In OpenAPI 3.0 a type is one name; in every other dialect it may be a list."""
    for name in FORMATS:
        wanted = [f"invalid-schema /schema{p}" for p in expected] if name == "openapi-30" else []
        codes = [each for each in found(folder, multi(name, schema)) if each.startswith("invalid")]
        assert codes == wanted, name


# -- headers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("form", "place"),
    [("headers: <>", "/components/messages/m/headers/schema"), ("headers: {$ref: '#/x-headers'}", "/x-headers/schema"),
     ("traits: [{headers: <>}]", "/components/messages/m/traits/0/headers/schema")],
)  # fmt: skip
def test_headers_behind_a_format(folder, name, form, place):
    """Headers are a map in every dialect, and in the one of their schema the type says so."""
    for schema, is_fault in (("{type: object}", False), ("{}", False), ("true", False), ("{type: array}", True)):  # fmt: skip
        headers = multi(name, schema)
        text = f"components: {{messages: {{m: {{{form.replace('<>', headers)}}}}}}}\nx-headers: {headers}"
        expected = [("headers-type", f"{place}/type")] if is_fault else []
        assert folder.found(text, "headers-type") == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("{schemaFormat: application/schema+json, schema: {$ref: '#/x-s'}}", ["headers-type /x-s/type"]),
        ("{schemaFormat: application/schema+json, schema: {$ref: '#/x-no'}}", ["unresolvable-reference /components/messages/m/headers/schema/$ref"]),
        ("{schemaFormat: application/schema+json, schema: {$ref: '#/x-multi'}}", ["reference-format /components/messages/m/headers/schema"]),
        ("{schemaFormat: application/schema+json}", ["missing-field /components/messages/m/headers"]),
        ("{schemaFormat: text/x, schema: {type: string}}", ["unjudged-format /components/messages/m/headers/schemaFormat"]),
        ("{schemaFormat: 1, schema: {type: string}}", ["wrong-type /components/messages/m/headers/schemaFormat"]),
        ("{$ref: '#/x-no'}", ["unresolvable-reference /components/messages/m/headers/$ref"]),
    ],
)  # fmt: skip
def test_headers_that_cannot_be_judged(folder, headers, expected):
    """What is wrong with their schema is said once, and nothing more."""
    more = "x-s: {type: string}\nx-multi: {schemaFormat: application/schema+json;version=draft-04, schema: {type: string}}"
    text = f"components: {{messages: {{m: {{headers: {headers}}}}}}}\n{more}"
    assert [" ".join(pair) for pair in folder.found(text, *CODES)] == expected


# -- where references lead -------------------------------------------------------------------------

PLACES = """
x-text: text
x-number: 5
x-list: [{type: string}]
x-null: null
x-true: true
x-schema: {type: string}
x-alias: {$ref: '#/x-list'}
channels: {c: {messages: {m: {payload: {items: {}}}}}}
"""


@pytest.mark.parametrize("name", ["", "draft-07", "2020-12", "openapi-30"])
@pytest.mark.parametrize(
    ("ref", "is_schema"),
    [
        ("#/x-schema", True), ("#/x-list/0", True), ("#/channels/c/messages/m/payload", True),
        ("#/channels/c/messages/m/payload/items", True), ("schema.yml", True), ("#/x-text", False), ("#/x-number", False), ("#/x-list", False),
        ("#/x-null", False), ("#/channels", False), ("#/channels/c", False), ("#/channels/c/messages/m", False), ("#/info", False), ("#/components", False),
        ("#/components/schemas", False), ("text.yml", False), ("list.yml", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("form", "at"), [("{items: <>}", "/items"), ("{properties: {a: {not: <>}}}", "/properties/a/not")])  # fmt: skip
def test_references_in_schemas_lead_to_schemas(folder, name, ref, is_schema, form, at):
    """What is another kind of thing, a scalar or a list, is one fault at the reference."""
    folder.write("schema.yml", "type: string\n")
    folder.write("text.yml", "text\n")
    folder.write("list.yml", "- type: string\n")
    schema = form.replace("<>", f"{{$ref: '{ref}'}}")
    at = f"/schema{at}" if name else at
    schema = multi(name, schema) if name else schema
    assert found(folder, schema, PLACES) == ([] if is_schema else [f"wrong-kind {at}"])


@pytest.mark.parametrize("name", FORMATS)
def test_a_reference_to_true(folder, name):
    """It is a schema in every dialect that has such, and a fault at its place in those that have not."""
    old = name in ("draft-04", "openapi-30")
    expected = ["invalid-schema /x-true"] if old else []
    assert found(folder, multi(name, "{items: {$ref: '#/x-true'}}"), PLACES) == expected


def test_a_reference_through_another_to_what_is_no_schema(folder):
    """The chain is followed to its end."""
    assert found(folder, "{items: {$ref: '#/x-alias'}}", PLACES) == ["wrong-kind /items"]


def test_a_reference_to_a_field_that_is_a_value(folder):
    """It is one finding, as every reference to another kind of thing."""
    findings = folder.findings("components: {schemas: {s: {items: {$ref: '#/info/title'}}}}")
    assert [f.code for f in findings if f.code != "unused-component"] == ["wrong-kind"]


@pytest.mark.parametrize(
    ("binding", "pointer"),
    [
        ("kafka: {key: <>}", "kafka/key"),
        ("kafka: {key: {type: record, a: <>}}", "kafka/key/a"), ("kafka: {x-a: <>}", "kafka/x-a"),
    ],
)  # fmt: skip
def test_a_reference_to_what_may_be_anything(folder, binding, pointer):
    """It may be a schema, too."""
    text = f"components: {{messageBindings: {{b: {{{binding.replace('<>', '{type: string}')}}}}}, "
    text += f"schemas: {{s: {{$ref: '#/components/messageBindings/b/{pointer}'}}}}}}"
    assert folder.found(text) == []


#: No URI, but it stands in a pointer as the key is written.
BLANK = "#/x-d/p q"


@pytest.mark.xfail(strict=True, reason="metaschemas ask for a URI, the walk for a pointer")
def test_a_blank_in_a_reference(folder):
    """It is read alike by references to channels, to schemas and in schemas."""
    places = (
        "channels: {c: {$ref: '<>'}}",
        "components: {schemas: {s: {$ref: '<>'}}}",
        "components: {schemas: {s: {items: {$ref: '<>'}}}}",
    )
    more = "\nx-d: {p q: {title: t}}"
    assert len({len(folder.found(each.replace("<>", BLANK) + more)) for each in places}) == 1


# -- what no schema is judged by -------------------------------------------------------------------


@pytest.mark.parametrize("value", ["5", "true", "1.5"])
@pytest.mark.parametrize("form", ["{discriminator: k, properties: <>}", "{discriminator: k, properties: {k: {}}, required: <>}"])  # fmt: skip
def test_a_discriminator_beside_what_is_no_list_of_names(folder, form, value):
    """`lint` does not raise, whatever stands there."""
    assert "discriminator /discriminator" in found(folder, form.replace("<>", value))


TAGGED = (
    "{{required: [k], properties: {{k: {{const: {}}}, l: {{$ref: '#/components/schemas/s'}}}}}}"
)


@pytest.mark.parametrize(
    ("one", "other", "is_told"),
    [
        ("{a: 1}", "{a: 2}", True), ("[1]", "[2]", True), ("{a: 1, b: 2}", "{b: 2, a: 1}", False), ("[1]", "[1]", False), ("[]", "{}", True), ("1", "true", True),
        ("[1]", "[1.0]", False),
    ],
)  # fmt: skip
def test_tags_that_are_no_scalars(folder, one, other, is_told):
    """Mappings and lists tell alternatives apart unless they are equal to JSON Schema."""
    schema = f"{{oneOf: [{TAGGED.format(one)}, {TAGGED.format(other)}]}}"
    assert ("ambiguous-union /oneOf" in found(folder, schema)) != is_told
