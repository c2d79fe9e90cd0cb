"""The schemas of a document: what is refused while loading, and what is collected for use."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard import load
from asyncapi_guard.errors import InvalidDocument, UnresolvableReference

ENGINES = pytest.mark.parametrize("engine", ["rust", "jsonschema"])


def multi(version, schema):
    return f"{{schemaFormat: application/schema+json;version={version}, schema: {schema}}}"


OPENAPI = "{{schemaFormat: application/vnd.oai.openapi;version={}, schema: {}}}"


@ENGINES
def test_recursion_through_a_keyword_works(folder, engine):
    """A tree may refer to itself below `properties` or `items`."""
    payload = folder.payload(
        "{$ref: '#/x-tree'}",
        "x-tree: {type: object, required: [v], properties: {v: {type: integer},"
        " next: {$ref: '#/x-tree'}, all: {type: array, items: {$ref: '#/x-tree'}}}}",
        engine=engine,
    )
    assert payload.bundle.cyclic
    assert payload.is_valid({"v": 1, "next": {"v": 2, "all": [{"v": 3}]}})
    assert not payload.is_valid({"v": 1, "next": {"v": 2, "all": [{}]}})


@ENGINES
@pytest.mark.parametrize(
    "text",
    [
        "{allOf: [{$ref: '#/x-a'}]}", "{anyOf: [{}, {$ref: '#/x-a'}]}", "{oneOf: [{$ref: '#/x-a'}]}",
        "{not: {$ref: '#/x-a'}}", "{if: {$ref: '#/x-a'}}", "{then: {$ref: '#/x-a'}}",
        "{else: {allOf: [{$ref: '#/x-a'}]}}", "{dependencies: {p: {$ref: '#/x-a'}}}",
        "{allOf: [{$ref: '#/x-b'}]}",
    ],
)  # fmt: skip
def test_a_circle_that_reads_nothing_is_refused(folder, engine, text):
    """A schema that judges a value by itself, through keywords in place, is a fault."""
    findings = folder.faults(
        "channels: {c: {messages: {m: {payload: {$ref: '#/x-a'}}}}}\n"
        f"x-a: {text}\nx-b: {{anyOf: [{{$ref: '#/x-a'}}]}}",
        UnresolvableReference,
        engine=engine,
    )
    assert {f.message for f in findings} == {
        "the schema refers back to itself without descending into the value"
    }
    assert all(f.line > 3 for f in findings)


@ENGINES
def test_a_circle_in_a_newer_dialect_is_refused(folder, engine):
    """`$ref` beside other keywords, and `dependentSchemas`, judge in place too."""
    for version in ("2019-09", "2020-12"):
        text = multi(version, "{$ref: '#/x-a'}")
        for circle in ("{$ref: '#/x-a'}", "{minimum: 1, $ref: '#/x-b'}"):
            more = f"x-a: {circle}\nx-b: {{dependentSchemas: {{p: {{$ref: '#/x-a'}}}}}}"
            assert (
                "without descending into the value"
                in folder.fault(text, more, engine=engine).message
            )


@ENGINES
@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("{type: strin}", "/type"), ("{type: [string, string]}", "/type"), ("{minimum: x}", "/minimum"),
        ("{properties: {a: {maxLength: -1}}}", "/properties/a/maxLength"), ("{required: a}", "/required"),
        ("{items: {items: {enum: x}}}", "/items/items/enum"), ("{pattern: '('}", "/pattern"),
        ("{patternProperties: {'[': {}}}", "/patternProperties"), ("{multipleOf: 0}", "/multipleOf"),
        ("{allOf: []}", "/allOf"), ("{allOf: [{}, {not: 1}]}", "/allOf/1/not"), ("3", ""), ("null", ""),
        ("{exclusiveMinimum: true}", "/exclusiveMinimum"), ("[]", ""), ("text", ""),
        ("{properties: {'': {type: 3}}}", "/properties"), ("{dependencies: {a: 1}}", "/dependencies/a"),
    ],
)  # fmt: skip
def test_a_schema_that_is_none_is_a_fault_of_its_keyword(folder, engine, text, pointer):
    """What the metaschema forbids is reported at the keyword, by either engine."""
    findings = folder.faults(
        f"channels: {{c: {{messages: {{m: {{payload: {text}}}}}}}}}", InvalidDocument, engine=engine
    )
    base = "/channels/c/messages/m/payload"
    assert findings[0].pointer.startswith(base + pointer)
    assert len(findings) == 1


@ENGINES
def test_the_message_of_a_fault_is_short(folder, engine):
    """However large a schema is, its fault is told in a few lines."""
    huge = ", ".join(f"p{i}: {{}}" for i in range(1000))
    assert len(folder.fault(f"{{required: {{{huge}}}}}", engine=engine).message) < 400


@ENGINES
def test_what_stands_beside_a_reference_is_not_checked(folder, engine):
    """Siblings of `$ref` are ignored where the dialect ignores them, and count where they count."""
    assert folder.payload("{properties: {a: {$ref: '#/x-s', type: 3}}}", "x-s: {}", engine=engine)
    text = "{$ref: '#/x-s', minLength: 2}"
    old = folder.payload(multi("draft-07", text), "x-s: {type: string}", engine=engine)
    new = folder.payload(multi("2020-12", text), "x-s: {type: string}", engine=engine)
    assert old.is_valid("a")
    assert not new.is_valid("a")
    assert new.is_valid("aa")
    bad = multi("2020-12", "{$ref: '#/x-s', minLength: x}")
    assert folder.fault(bad, "x-s: {}", engine=engine).pointer.endswith("/schema/minLength")


@ENGINES
@pytest.mark.parametrize(
    "schema_format",
    ["application/vnd.apache.avro;version=1.9.0", "application/raml+yaml;version=1.0", "text/plain",
     "application/vnd.google.protobuf;version=3", "application/schema+json;version=draft-03",
     "application/vnd.oai.openapi;version=2.0.0", "''"],
)  # fmt: skip
def test_a_format_that_cannot_be_judged_is_refused(folder, engine, schema_format):
    """Avro, RAML, Protobuf and unknown versions are an error that says what can be judged."""
    fault = folder.fault(f"{{schemaFormat: {schema_format}, schema: {{}}}}", engine=engine)
    assert "the guard does not support the schema format" in fault.message
    assert fault.pointer.endswith("/payload/schemaFormat")


def test_a_schema_format_must_be_a_string(folder):
    """A `schemaFormat` of another type is a fault."""
    assert folder.fault("{schemaFormat: 1, schema: {}}").message == "schemaFormat must be a string"


@ENGINES
@pytest.mark.parametrize(
    ("text", "valid", "not_valid"),
    [
        (multi("draft-04", "{minimum: 1, exclusiveMinimum: true}"), 2, 1),
        (multi("draft-06", "{const: 1}"), 1, 2),
        (multi("draft-07", "{if: {type: string}, then: {minLength: 2}}"), "ab", "a"),
        (multi("2019-09", "{dependentRequired: {a: [b]}}"), {"a": 1, "b": 1}, {"a": 1}),
        (multi("2020-12", "{prefixItems: [{type: string}], items: {type: integer}}"), ["a", 1], [1]),
        (multi("2020-12", "{type: object, properties: {a: {}}, unevaluatedProperties: false}"), {"a": 1}, {"b": 1}),
        (OPENAPI.format("3.0.3", "{type: string, nullable: true}"), None, 1),
        (OPENAPI.format("3.0.3", "{type: number, minimum: 1, exclusiveMinimum: true}"), 2, 1),
        (OPENAPI.format("3.1.0", "{type: [string, 'null']}"), None, 1),
        (multi("draft-07", "{$id: 'http://e.com/a', definitions: {d: {$id: '#x', type: string}}, "
                           "properties: {p: {$ref: '#x'}}}"), {"p": "a"}, {"p": 1}),
        (multi("draft-04", "{id: 'http://e.com/a', definitions: {d: {type: string}}, "
                           "properties: {p: {$ref: '#/definitions/d'}}}"), {"p": "a"}, {"p": 1}),
        (multi("2020-12", "{$id: x, $defs: {q: {$anchor: z, type: string}}, $ref: '#z'}"), "a", 1),
        (multi("2020-12", "{$id: dir/x, $defs: {q: {$id: y, type: string}}, $ref: y}"), "a", 1),
        (multi("2020-12", "{$defs: {q: {$anchor: z, type: string}}, items: {$ref: '#z'}}"), ["a"], [1]),
        (multi("2020-12", "{items: {$ref: '#/x-s'}}"), [1], ["a"]),
        (multi("2020-12", "{$dynamicAnchor: n, properties: {n: {$dynamicRef: '#n'}}, type: object}"),
         {"n": {"n": {}}}, {"n": {"n": 1}}),
        (multi("2019-09", "{$recursiveAnchor: true, properties: {n: {$recursiveRef: '#'}}, type: object}"),
         {"n": {}}, {"n": {"n": 1}}),
        (multi("2020-12", "{properties: {a: {$ref: '#/x-m'}}}"), {"a": 1}, {"a": "a"}),
        (multi("draft-07", "true"), 1, None), (multi("2020-12", "{$id: x, format: binary, type: string}"), b"a", "a"),
    ],
)  # fmt: skip
def test_every_dialect_judges_by_its_own_rules(folder, engine, text, valid, not_valid):
    """`schemaFormat` decides what keywords mean, and whether `$id` and anchors count."""
    more = f"x-s: {{type: integer}}\nx-m: {multi('2020-12', '{type: integer}')}"
    payload = folder.payload(text, more, engine=engine)
    assert payload.is_valid(valid)
    if not_valid is not None:
        assert not payload.is_valid(not_valid)
        assert payload.explain(not_valid).problems
    if "$dynamic" in text or "$recursive" in text or "$id: x" in text:
        assert payload.bundle.cyclic


@ENGINES
@pytest.mark.parametrize("identifier", ["''", "'http://e.com/s'", "x", "'#x'"])
def test_an_identifier_says_nothing_in_the_schema_object_of_asyncapi(folder, engine, identifier):
    """AsyncAPI's references do not know `$id`: they mean the document all the same."""
    text = f"{{$id: {identifier}, properties: {{a: {{$ref: '#/x-s'}}}}}}"
    payload = folder.payload(text, "x-s: {$id: y, type: integer}", engine=engine)
    assert payload.is_valid({"a": 1})
    assert not payload.is_valid({"a": "a"})


@ENGINES
@pytest.mark.parametrize(
    "text",
    [
        multi("2020-12", "{$ref: '#no-such-anchor'}"),
        multi("2020-12", "{$id: 'http://e.com/a', $ref: other}"),
        multi("draft-07", "{$id: 'http://e.com/a', definitions: {a: {$ref: 'http://e.com/b'}}}"),
        multi("2020-12", "{$id: x, $ref: '#/$defs/nothing'}"),
    ],
)
def test_a_reference_inside_a_resource_must_have_a_target(folder, engine, text):
    """Where JSON Schema's own rules resolve, a reference without a target is found at load."""
    assert "the schema cannot be compiled" in folder.fault(text, engine=engine).message


@pytest.mark.parametrize("other", ["draft-04", "2019-09"])
def test_a_reference_may_not_change_the_dialect(folder, other):
    """A schema refers to schemas of its own format only."""
    fault = folder.fault("{items: {$ref: '#/x-m'}}", f"x-m: {multi(other, '{}')}")
    assert fault.message == (
        f"refers to the schema format 'application/schema+json;version={other}'; here it is "
        "AsyncAPI Schema Object"
    )
    avro = "x-m: {schemaFormat: avro, schema: {}}"
    assert (
        "refers to the schema format 'avro'" in folder.fault("{not: {$ref: '#/x-m'}}", avro).message
    )


def test_a_reference_to_the_same_format_is_followed(folder):
    """Out of a Multi Format Schema Object of the same dialect, the schema is taken."""
    for wanted in (
        "application/vnd.aai.asyncapi;version=3.0.0",
        "application/vnd.aai.asyncapi+json",
    ):
        more = f"x-m: {{schemaFormat: '{wanted}', schema: {{type: integer}}}}"
        payload = folder.payload("{items: {$ref: '#/x-m'}}", more)
        assert payload.is_valid([1])
        assert not payload.is_valid(["a"])


def test_a_bundle_is_self_contained(folder):
    """Collected schemas refer to one another by name only, and know where they stand."""
    folder.write("s.yml", "A: {properties: {b: {$ref: '#/B'}}}\nB: {type: integer}")
    payload = folder.payload("{items: {$ref: 's.yml#/A'}, default: {$ref: '#/data'}}")
    assert payload.document == {
        "allOf": [{"$ref": "#/definitions/s0"}],
        "definitions": {
            "s0": {"items": {"$ref": "#/definitions/s1"}, "default": {"$ref": "#/data"}},
            "s1": {"properties": {"b": {"$ref": "#/definitions/s2"}}},
            "s2": {"type": "integer"},
        },
    }
    places = [
        place.rpartition("/asyncapi.yml")[2] or place for place in payload.bundle.places.values()
    ]
    assert places[0] == "#/channels/c/messages/m/payload"
    assert [place.rpartition("/")[2] for place in places[1:]] == ["A", "B"]
    assert not payload.bundle.cyclic


def test_a_schema_is_compiled_once_for_all_who_refer_to_it(folder):
    """Two messages with the same schema share it, and a fault of it is reported once."""
    text = "channels: {{c: {{messages: {{m: {{payload: {0}}}, n: {{payload: {0}}}}}}}}}\nx-s: {1}"
    ref = "{$ref: '#/x-s'}"
    messages = folder.load(text.format(ref, "{type: string}")).channels["c"].messages
    assert messages["m"].payload is messages["n"].payload
    assert len(folder.faults(text.format(ref, "{type: strin, pattern: '('}"))) == 2


@ENGINES
def test_what_a_schema_is_for_arguments_is_known(folder, engine):
    """Positional items, `false` and bytes are seen without compiling."""
    positional = folder.payload("{items: [{}, {}]}", engine=engine)
    assert (positional.positional, positional.nothing, positional.binary) == (True, False, False)
    assert folder.payload(multi("2020-12", "{prefixItems: [{}]}"), engine=engine).positional
    assert not folder.payload(multi("2020-12", "{items: {}}"), engine=engine).positional
    assert folder.payload("false", engine=engine).nothing
    nested = "{properties: {a: {$ref: '#/x-b'}}}"
    assert folder.payload(nested, "x-b: {type: string, format: binary}", engine=engine).binary


def test_a_long_chain_of_schemas_is_no_problem(folder):
    """A thousand schemas that refer to the next one are walked without recursion."""
    chain = "\n".join(f"x-{i}: {{allOf: [{{$ref: '#/x-{i + 1}'}}]}}" for i in range(1000))
    payload = folder.payload("{items: {$ref: '#/x-0'}}", chain + "\nx-1000: {}")
    assert not payload.bundle.cyclic


@pytest.mark.parametrize("name", ["emial", "int33", "x"])
def test_an_unknown_format_is_a_finding_and_no_error(name):
    """A format that nobody knows is told with its place; the contract loads, and passes it over."""
    message = {"payload": {"items": {"type": "string", "format": name}}}
    channels = {"c": {"address": "/", "messages": {"m": message}}}
    info = {"title": "t", "version": "1"}
    contract = load({"asyncapi": "3.1.0", "info": info, "channels": channels})
    (finding,) = contract.findings
    assert finding.pointer == "/channels/c/messages/m/payload/items/format"
    assert repr(name) in finding.message
