"""Schemas that the guard cannot judge by: Avro's form, text and data, references among formats."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

AVRO = "application/vnd.apache.avro;version=1.9.0"
PROTOBUF = "application/vnd.google.protobuf;version=3"
HERE = "/components/schemas/s"
CODES = ("schema-format", "reference-format", "unresolvable-reference")


def document(form, schema, more=""):
    return f"components: {{schemas: {{s: {{schemaFormat: '{form}', schema: {schema}}}}}}}\n{more}"


def found(folder, form, schema, more=""):
    """Code and pointer (below the schema) of what is found in one schema of a format."""
    pairs = folder.found(document(form, schema, more), *CODES)
    return sorted(f"{code} {pointer.removeprefix(HERE)}" for code, pointer in pairs)


def avro(folder, schema, more=""):
    """Pointers (below `schema`) and messages of what is wrong with the form of an Avro schema."""
    findings = folder.findings(document(AVRO, schema, more))
    base = f"{HERE}/schema"
    return sorted(
        (f.pointer.removeprefix(base), f.message) for f in findings if f.code == "schema-format"
    )


def record(*fields):
    return f"{{type: record, name: R, fields: [{', '.join(fields)}]}}"


NAME = "expected a name of letters, digits and '_', got "
ORDER = "expected one of ascending, descending, ignore; got "


# -- Avro ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["null", "boolean", "int", "long", "float", "double", "bytes", "string"])  # fmt: skip
@pytest.mark.parametrize(
    "form", ["'{}'", "{{type: '{}'}}", "['{}', {{type: array, items: int}}]", "{{type: map, values: '{}'}}", "{{type: {{type: '{}'}}}}"],
)  # fmt: skip
def test_primitive_types(folder, form, name):
    """Each primitive type stands by its name, as `type`, in a union and below another type."""
    assert avro(folder, form.format(name)) == []


@pytest.mark.parametrize(
    "schema",
    [
        record(), record("{name: a, type: int}", "{name: _b2, type: [R, 'null'], default: null, order: ignore}"),
        record("{name: a, type: R}"), record("{name: a, type: com.example.R}"), record("{$ref: '#/x-field'}"),
        record("{name: a, type: {$ref: '#/x-type'}}"), record("{name: a, type: int, order: ascending, doc: d, aliases: [b]}"),
        record("{name: a, type: {type: enum, name: E, symbols: [A]}}", "{name: b, type: {type: array, items: E}}"),
        "{type: record, name: com.example.R, namespace: a.b, fields: [{name: a, type: R}]}", "{type: error, name: E, fields: []}",
        "{type: enum, name: E, symbols: []}", "{type: enum, name: a.b.E, symbols: [A, _b, C9]}", "{type: fixed, name: F, size: 0}",
        "{type: array, items: [int, 'null']}", "{type: map, values: {type: fixed, name: F, size: 12}}", "{type: [int, 'null']}",
        "[{type: record, name: A, fields: []}, {type: record, name: B, fields: [{name: a, type: A}]}]",
        "{type: long, logicalType: timestamp-millis}", "[]", "{type: {$ref: '#/x-type'}}", "[{$ref: '#/x-type'}, other.Name]",
    ],
)  # fmt: skip
def test_avro_schemas(folder, schema):
    """Every kind of type is accepted, with what it may have besides, and with references in it."""
    assert (
        avro(folder, schema, "x-type: {type: map, values: int}\nx-field: {name: a, type: int}")
        == []
    )


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        # what is no type
        ("text", [("", "an Avro schema is written as data here, not as a string")]),
        ("com.example.R", [("", "an Avro schema is written as data here, not as a string")]),
        ("1", [("", "expected an Avro type, got a number")]), ("null", [("", "expected an Avro type, got null")]),
        ("[int, true]", [("/1", "expected an Avro type, got a boolean")]), ("[a-b]", [("/0", "expected an Avro type, got 'a-b'")]),
        ("['']", [("/0", "expected an Avro type, got ''")]), ("{type: 'a..b'}", [("/type", "expected an Avro type, got 'a..b'")]),
        ("{}", [("", "an Avro schema needs a 'type'")]), ("{name: R, fields: []}", [("", "an Avro schema needs a 'type'")]),
        ("{type: 1}", [("/type", "expected an Avro type, got a number")]), ("{type: null}", [("/type", "expected an Avro type, got null")]),
        ("{type: strin}", [("/type", "unknown Avro type 'strin'; did you mean 'string'?")]),
        ("[Int]", [("/0", "unknown Avro type 'Int'; did you mean 'int'?")]), ("[Zz]", [("/0", "unknown Avro type 'Zz'")]),
        ("[a.b.Zz]", [("/0", "unknown Avro type 'a.b.Zz'")]),
        # what a type must have
        ("{type: record}", [("", "an Avro record needs 'fields'"), ("", "an Avro record needs 'name'")]),
        ("{type: error, name: E}", [("", "an Avro error needs 'fields'")]), ("{type: enum, name: E}", [("", "an Avro enum needs 'symbols'")]),
        ("{type: enum, symbols: [A]}", [("", "an Avro enum needs 'name'")]), ("{type: array}", [("", "an Avro array needs 'items'")]),
        ("{type: map}", [("", "an Avro map needs 'values'")]), ("{type: fixed, size: 1}", [("", "an Avro fixed needs 'name'")]),
        ("{type: fixed, name: F}", [("", "an Avro fixed needs 'size'")]),
        # names
        ("{type: record, name: 1, fields: []}", [("/name", NAME + "a number")]), ("{type: enum, name: a-b, symbols: []}", [("/name", NAME + "'a-b'")]),
        ("{type: fixed, name: .F, size: 1}", [("/name", NAME + "'.F'")]), ("{type: error, name: É, fields: []}", [("/name", NAME + "'É'")]),
        ("{type: record, name: null, fields: []}", [("/name", NAME + "null")]),
        # sizes and symbols
        ("{type: fixed, name: F, size: '1'}", [("/size", "'size' of an Avro fixed must be a number of bytes")]),
        ("{type: fixed, name: F, size: true}", [("/size", "'size' of an Avro fixed must be a number of bytes")]),
        ("{type: enum, name: E, symbols: A}", [("/symbols", "'symbols' of an Avro enum must be a list")]),
        ("{type: enum, name: E, symbols: {A: 1}}", [("/symbols", "'symbols' of an Avro enum must be a list")]),
        ("{type: enum, name: E, symbols: [A, B, A, A]}", [("/symbols/2", "duplicate symbol 'A'; remove one of them"), ("/symbols/3", "duplicate symbol 'A'; remove one of them")]),
        ("{type: enum, name: E, symbols: [a.b, 1, {}]}", [("/symbols/0", NAME + "'a.b'"), ("/symbols/1", NAME + "a number"), ("/symbols/2", NAME + "a mapping")]),
        # fields
        ("{type: record, name: R, fields: {a: int}}", [("/fields", "'fields' of an Avro record must be a list")]),
        ("{type: error, name: R, fields: text}", [("/fields", "'fields' of an Avro record must be a list")]),
        (record("text"), [("/fields/0", "expected a field of an Avro record, got a string")]),
        (record("[]"), [("/fields/0", "expected a field of an Avro record, got a list")]),
        (record("{}"), [("/fields/0", "a field of an Avro record needs 'name'"), ("/fields/0", "a field of an Avro record needs 'type'")]),
        (record("{type: int}"), [("/fields/0", "a field of an Avro record needs 'name'")]),
        (record("{name: 1a, type: int}"), [("/fields/0/name", NAME + "'1a'")]), (record("{name: a.b, type: int}"), [("/fields/0/name", NAME + "'a.b'")]),
        (record("{name: a, type: int, order: up}"), [("/fields/0/order", ORDER + "'up'")]),
        (record("{name: a, type: int, order: 1}"), [("/fields/0/order", ORDER + "a number")]),
        (record("{name: a, type: int, order: [ignore]}"), [("/fields/0/order", ORDER + "a list")]),
        # unions
        ("[int, int]", [("/1", "duplicate 'int' in this union; remove one of them")]),
        ("[int, [string]]", [("/1", "an Avro union can't directly contain another union")]),
        ("{type: [int, string, int]}", [("/type/2", "duplicate 'int' in this union; remove one of them")]),
        # at depth, and in what is no type of its own
        ("{type: array, items: {type: map, values: [int, strin]}}", [("/items/values/1", "unknown Avro type 'strin'; did you mean 'string'?")]),
        ("{type: map, values: {type: [{type: array}]}}", [("/values/type/0", "an Avro array needs 'items'")]),
        (record("{name: a, type: {type: record, name: S, fields: [{name: b, type: T}]}}"), [("/fields/0/type/fields/0/type", "unknown Avro type 'T'")]),
        ("{type: {type: {type: 1}}}", [("/type/type/type", "expected an Avro type, got a number")]),
        ("{type: int, items: nonsense, fields: [nonsense]}", []), ("{type: array, items: int, fields: {}, symbols: 1, size: x}", []),
    ],
)  # fmt: skip
def test_faults_of_avro_schemas(folder, schema, expected):
    """Each fault is found where it stands, and said in a sentence."""
    assert avro(folder, schema) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("[Zz, {$ref: '#/x-type'}]", []), (record("{name: a, type: Zz}", "{$ref: '#/x-type'}"), []),
        ("[a-b, {$ref: '#/x-type'}]", [("/0", "expected an Avro type, got 'a-b'")]),
    ],
)  # fmt: skip
def test_names_are_open_beside_a_reference(folder, schema, expected):
    """What is referred to may declare names, so no name is unknown then, though it is a name."""
    assert avro(folder, schema, "x-type: {type: enum, name: Zz, symbols: []}") == expected


@pytest.mark.parametrize("name", ["record", "enum", "array", "map", "fixed", "error"])
def test_a_complex_type_by_its_name_alone(folder, name):
    """`items: record` is a fault, and the word itself is not what was meant."""
    ((pointer, message),) = avro(folder, f"{{type: array, items: {name}}}")
    assert pointer == "/items"
    assert f"did you mean {name!r}" not in message


@pytest.mark.parametrize(
    "field",
    ["{name: a, type: a}", "{name: a, type: b, default: {name: b}}", "{name: a, type: E, doc: d, x: [{name: E}]}"],
)  # fmt: skip
def test_what_declares_a_name(folder, field):
    """Records, enums and fixed types do; fields and data do not."""
    assert [pointer for pointer, _ in avro(folder, record(field))] == ["/fields/0/type"]


@pytest.mark.parametrize("size", ["1.5", "-1"])
def test_the_size_of_a_fixed(folder, size):
    """It is an integer that is not negative."""
    assert [p for p, _ in avro(folder, f"{{type: fixed, name: F, size: {size}}}")] == ["/size"]


@pytest.mark.parametrize(
    "union",
    ["[string, {type: string}]", "[{type: array, items: int}, {type: array, items: string}]", "[{type: map, values: int}, {type: map, values: int}]"],
)  # fmt: skip
def test_a_union_has_each_type_once(folder, union):
    """But for named types, whatever they hold and however they are written."""
    assert [pointer for pointer, _ in avro(folder, union)] == ["/1"]


def test_symbols_that_are_equal_in_python_alone(folder):
    """`true` is not `1`: each is no name, and nothing else is said."""
    found = avro(folder, "{type: enum, name: E, symbols: [1, true]}")
    assert found == [("/symbols/0", NAME + "a number"), ("/symbols/1", NAME + "a boolean")]


def test_the_default_of_an_avro_field_is_data(folder):
    """What looks like a reference in it is somebody's own."""
    field = "{name: a, type: {type: map, values: string}, default: {$ref: '#/nothing'}}"
    assert found(folder, AVRO, record(field)) == []


# -- text and data ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "schema", "is_fault"),
    [
        (PROTOBUF, "'message M {}'", False), (PROTOBUF, "''", False), (PROTOBUF, "{}", True), (PROTOBUF, "[]", True), (PROTOBUF, "1", True),
        (PROTOBUF, "null", True), (PROTOBUF, "true", True), ("Application/Vnd.Google.ProtoBuf", "{}", True),
        ("application/xml", "'<a/>'", False), ("application/xml", "{a: 1}", True), ("application/xml", "2", True),
        # neither is known of these; what they are is nobody's business here
        ("application/raml+yaml;version=1.0", "{type: x}", False), ("application/raml+yaml;version=1.0", "text", False), ("text/x", "[]", False),
        ("application/schema+json;version=draft-03", "{type: any}", False), ("application/schema+json;version=draft-03", "text", False),
        ("application/vnd.APACHE.Avro", "int", False), ("application/vnd.APACHE.Avro", "text", True),
    ],
)  # fmt: skip
def test_text_and_data(folder, form, schema, is_fault):
    """Protobuf and XML are text, Avro is data, by the name of the format in any case of letters."""
    assert found(folder, form, schema) == (["schema-format /schema"] if is_fault else [])


def test_what_a_schema_of_text_should_be(folder):
    """The finding says what it is, and what it should be."""
    findings = folder.findings(document(PROTOBUF, "[]"))
    (message,) = (f.message for f in findings if f.code == "schema-format")
    assert message == "a schema of this format must be a string, got a list"


# -- references ------------------------------------------------------------------------------------

TARGETS = (
    f"x-avro: {{schemaFormat: '{AVRO}', schema: string}}\n"
    "x-avro-18: {schemaFormat: application/vnd.apache.avro;version=1.8.2, schema: string}\n"
    f"x-protobuf: {{schemaFormat: '{PROTOBUF}', schema: 'message M {{}}'}}\n"
    "x-json: {schemaFormat: application/schema+json, schema: {type: string}}\n"
    "x-plain: {type: string}\nx-text: text\nx-list: []\nx-chain: {$ref: '#/x-json'}\nx-odd: {schemaFormat: 1, schema: {}}\n"
)


@pytest.mark.parametrize("form", [AVRO, PROTOBUF, "application/raml+yaml;version=1.0"])
@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{$ref: '#/x-no'}", ["/schema/$ref"]), ("{$ref: no.yml}", ["/schema/$ref"]), ("{$ref: '#/x-text/a'}", ["/schema/$ref"]),
        ("{type: array, items: {$ref: '#/x-no'}}", ["/schema/items/$ref"]),
        ("{type: array, items: [int, {$ref: '#/x-no'}, {$ref: '#/x-list/0'}]}", ["/schema/items/1/$ref", "/schema/items/2/$ref"]),
        ("{$ref: '#/components/schemas/s/schema'}", ["/schema"]),
        ("{$ref: '#/x-plain'}", []), ("{$ref: '#/x-text'}", []), ("{$ref: '#/x-list'}", []), ("{$ref: '#/x-odd'}", []),
    ],
)  # fmt: skip
def test_dangling_references(folder, form, schema, expected):
    """A reference leads to something, in every format and at any depth."""
    codes = found(folder, form, schema, TARGETS)
    assert [each for each in codes if each.startswith("unres")] == [
        f"unresolvable-reference {p}" for p in expected
    ]


@pytest.mark.parametrize(
    ("form", "ref", "is_fault"),
    [
        (AVRO, "#/x-avro", False), (AVRO, "#/x-avro-18", False), (AVRO, "#/x-protobuf", True), (AVRO, "#/x-json", True), (AVRO, "#/x-plain", False),
        (AVRO, "#/x-chain", True), (AVRO, "#/x-odd", False), (AVRO, "#/x-list", False), (PROTOBUF, "#/x-protobuf", False), (PROTOBUF, "#/x-avro", True),
        ("application/vnd.google.protobuf", "#/x-protobuf", False), ("text/x", "#/x-json", True),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("schema", "pointer"), [("<>", ""), ("{items: <>, type: array}", "/items"), ("[int, <>]", "/1")])  # fmt: skip
def test_references_between_formats(folder, form, ref, is_fault, schema, pointer):
    """What is referred to has the same format in any version, if it says which it has."""
    schema = schema.replace("<>", f"{{$ref: '{ref}'}}")
    codes = [each for each in found(folder, form, schema, TARGETS) if each.startswith("ref")]
    assert codes == ([f"reference-format /schema{pointer}"] if is_fault else [])


@pytest.mark.parametrize("other", ["application/vnd.apache.avro+yaml;version=1.9.0", "application/vnd.apache.avro+json;version=1.9.0", "application/vnd.apache.avro ; version=1.9.0"])  # fmt: skip
def test_one_format_in_several_spellings(folder, other):
    """`+json`, `+yaml` and blanks make no other format."""
    more = f"x-other: {{schemaFormat: '{other}', schema: string}}"
    assert found(folder, AVRO, "{$ref: '#/x-other'}", more) == []


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        # of AsyncAPI's own
        ("{properties: {a: {$ref: '#/x-avro'}}}", ["reference-format /properties/a"]),
        ("{properties: {a: {$ref: '#/x-chain'}}}", ["reference-format /properties/a"]),
        ("{properties: {a: {$ref: '#/x-odd'}}}", ["reference-format /properties/a"]),
        ("{allOf: [{items: {$ref: '#/x-protobuf'}}]}", ["reference-format /allOf/0/items"]),
        ("{properties: {a: {$ref: '#/x-plain'}}}", []),
        # of another dialect
        ("{schemaFormat: application/schema+json;version=draft-07, schema: {$ref: '#/x-json'}}", []),
        ("{schemaFormat: application/schema+json;version=draft-06, schema: {$ref: '#/x-json'}}", ["reference-format /schema"]),
        ("{schemaFormat: application/schema+json;version=draft-07, schema: {items: {$ref: '#/x-avro'}}}", ["reference-format /schema/items"]),
        ("{schemaFormat: application/schema+json;version=draft-07, schema: {items: {$ref: '#/x-no'}}}", ["unresolvable-reference /schema/items/$ref"]),
        ("{schemaFormat: application/schema+json;version=draft-07, schema: {$ref: '#/x-text'}}", ["schema-format /schema"]),
        ("{schemaFormat: application/vnd.oai.openapi;version=3.0.0, schema: {$ref: '#/x-list'}}", ["schema-format /schema"]),
    ],
)  # fmt: skip
def test_schemas_that_refer_to_other_formats(folder, schema, expected):
    """A schema that can be judged refers to schemas of its own dialect, or of none in particular."""
    text = f"components: {{schemas: {{s: {schema}}}}}\n{TARGETS}"
    pairs = folder.found(text, *CODES)
    assert [f"{code} {pointer.removeprefix(HERE)}" for code, pointer in pairs] == expected
