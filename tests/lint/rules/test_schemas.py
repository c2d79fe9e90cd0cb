"""Rules about schemas, in every dialect."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.lint import RULES

SCHEMA_CODES = [code for code, rule in RULES.items() if rule.group == "Schemas"] + ["ref-siblings"]
HERE = "/components/schemas/s"
AVRO = "application/vnd.apache.avro;version=1.9.0"


def multi(form, schema, more=""):
    return f"{{schemaFormat: '{form}', schema: {schema}{more}}}"


def json_schema(version, schema):
    return multi(f"application/schema+json;version={version}", schema)


def openapi(version, schema):
    return multi(f"application/vnd.oai.openapi;version={version}", schema)


def schema_findings(folder, schema, more="", *codes):
    """Code and pointer (below the schema) of what is found in the one schema of a document."""
    text = f"components: {{schemas: {{s: {schema}}}}}\n{more}"
    found = folder.found(
        text,
        *(
            codes
            or (
                *SCHEMA_CODES,
                "unresolvable-reference",
                "missing-field",
                "wrong-type",
                "wrong-kind",
            )
        ),
    )
    return [f"{code} {pointer.removeprefix(HERE)}".strip() for code, pointer in found]


def cases(*rows):
    return pytest.mark.parametrize(("schema", "expected"), rows)


# -- what is no schema -----------------------------------------------------------------------------


@cases(
    ("{type: object}", []), ("{}", []), ("true", []), ("false", []),
    ("text", ["invalid-schema"]), ("null", ["invalid-schema"]), ("[]", ["invalid-schema"]), ("1", ["invalid-schema"]),
    ("{type: strin}", ["invalid-schema /type"]), ("{type: [string, integer]}", []), ("{type: []}", ["invalid-schema /type"]),
    ("{minLength: -1}", ["invalid-schema /minLength"]), ("{properties: {a: text}}", ["invalid-schema /properties/a"]),
    ("{exclusiveMinimum: true}", ["invalid-schema /exclusiveMinimum"]), ("{allOf: []}", ["invalid-schema /allOf"]),
    ("{items: [{type: x}, {}]}", ["invalid-schema /items/0/type"]), ("{dependencies: {a: 1}}", ["invalid-schema /dependencies/a"]),
    ("{enum: [a, a]}", ["equal-values /enum/1"]), ("{enum: a}", ["invalid-schema /enum"]), ("{required: [a, a]}", ["invalid-schema /required"]),
    ("{definitions: {d: {type: x}}}", ["invalid-schema /definitions/d/type"]),
    # data is not looked into
    ("{const: {type: 1, $ref: '#/no'}}", []), ("{enum: [{type: 1, minLenght: 1}]}", []), ("{properties: {type: {}}}", []),
    ("{x-a: {type: 1}}", []),
)  # fmt: skip
def test_metaschema(folder, schema, expected):
    """A schema is valid under draft-07, at every keyword."""
    assert schema_findings(folder, schema) == expected


@cases(
    (json_schema("draft-04", "{exclusiveMinimum: true, minimum: 1}"), []),
    (json_schema("draft-04", "{minimum: 1, exclusiveMinimum: 1}"), ["invalid-schema /schema/exclusiveMinimum"]),
    (json_schema("draft-06", "{exclusiveMinimum: 1, contains: {}}"), []),
    (json_schema("draft-06", "{exclusiveMinimum: true}"), ["invalid-schema /schema/exclusiveMinimum"]),
    (json_schema("draft-07", "{if: {type: x}, then: {}}"), ["invalid-schema /schema/if/type"]),
    (json_schema("2019-09", "{dependentSchemas: {a: {type: x}}}"), ["invalid-schema /schema/dependentSchemas/a/type"]),
    (json_schema("2020-12", "{prefixItems: [{type: x}]}"), ["invalid-schema /schema/prefixItems/0/type"]),
    (json_schema("2020-12", "{items: [{}]}"), ["invalid-schema /schema/items"]),
    (openapi("3.0.0", "{type: string, nullable: true, example: a, xml: {}}"), []),
    (openapi("3.0.0", "{minimum: 1, exclusiveMinimum: 1}"), ["invalid-schema /schema/exclusiveMinimum"]),
    (openapi("3.1.0", "{type: [array, 'null'], prefixItems: [{}]}"), []),
    (multi("application/vnd.aai.asyncapi+yaml;version=3.0.0", "{type: x}"), ["invalid-schema /schema/type"]),
    (multi("application/vnd.aai.asyncapi;version=2.6.0", "{type: string}"), []),
)  # fmt: skip
def test_dialects(folder, schema, expected):
    """Each is judged by its own metaschema."""
    assert schema_findings(folder, schema) == expected


@pytest.mark.parametrize(
    "form",
    [
        "application/schema+json;version=draft-07",
        "application/vnd.aai.asyncapi",
        "application/vnd.oai.openapi;version=3.0.0",
        AVRO,
    ],
)
def test_a_schema_of_another_format_that_leads_nowhere(folder, form):
    """A reference right in `schema` leads to something, in every format that is data."""
    found = schema_findings(folder, multi(form, "{$ref: '#/x-no'}"), "", "unresolvable-reference")
    assert found == ["unresolvable-reference /schema/$ref"]


# -- Multi Format Schema Objects -------------------------------------------------------------------


@cases(
    (multi("application/schema+json", "{}", ", x-a: 1"), []),
    (multi("application/schema+json", "{}", ", maxLength: 1"), ["multi-format-field /maxLength"]),
    (multi("application/schema+json", "{}", ", description: a"), ["multi-format-field /description"]),
    ("{schemaFormat: application/schema+json}", ["missing-field"]),
    ("{schemaFormat: 1, schema: {}}", ["wrong-type /schemaFormat"]),
    (multi("application/schema+json", "text"), ["schema-format /schema"]),
    (multi("application/schema+json", "[]"), ["schema-format /schema"]), (multi("application/schema+json", "true"), []),
    (multi("application/schema+json", "{$ref: '#/x-s'}"), []),
    (json_schema("2020-12", "{$ref: '#/x-no'}"), ["unresolvable-reference /schema/$ref"]),
    # what cannot be judged
    (multi("text/plain", "text"), ["unjudged-format /schemaFormat"]), (multi("", "{}"), ["unjudged-format /schemaFormat"]),
    (multi("application/schema+json;version=draft-03", "{}"), ["unjudged-format /schemaFormat"]),
    (multi("application/vnd.oai.openapi;version=2.0.0", "{}"), ["unjudged-format /schemaFormat"]),
    (multi("application/raml+yaml;version=1.0", "{type: x}"), ["unjudged-format /schemaFormat"]),
    (multi("application/vnd.google.protobuf;version=3", "'message M {}'"), ["unjudged-format /schemaFormat"]),
    (multi("application/vnd.google.protobuf;version=3", "{a: 1}"), ["unjudged-format /schemaFormat", "schema-format /schema"]),
    (multi("application/xml", "{a: 1}"), ["unjudged-format /schemaFormat", "schema-format /schema"]),
    (multi("application/vnd.google.protobuf", "{$ref: '#/x-s'}"), ["unjudged-format /schemaFormat"]),
)  # fmt: skip
def test_multi_format(folder, schema, expected):
    """A schema is written as its `schemaFormat` says; what the guard cannot judge by is a warning."""
    assert schema_findings(folder, schema, "x-s: {type: string}") == expected


@cases(
    ("string", []), ("'null'", []), ("[string, 'null']", []), ("{type: string}", []), ("{type: com.example.R}", ["/type"]),
    ("{type: record, name: R, fields: []}", []), ("{type: record, name: R, fields: [{name: a, type: int}]}", []),
    ("{type: record, name: R, fields: [{name: a, type: {type: array, items: long}}]}", []),
    ("{type: record, name: R, fields: [{name: a, type: [R, 'null']}]}", []),
    ("{type: enum, name: E, symbols: [A]}", []), ("{type: map, values: bytes}", []), ("{type: fixed, name: F, size: 16}", []),
    ("{type: int, logicalType: date}", []), ("{type: {type: string}}", []), ("{$ref: '#/x-a'}", []),
    ("'{\"type\": 1}'", [""]), ("message", [""]), ("1", [""]), ("null", [""]), ("true", [""]),
    ("{name: R}", [""]), ("{type: record, name: R}", [""]), ("{type: record, fields: []}", [""]),
    ("{type: record, name: R, fields: {}}", ["/fields"]), ("{type: record, name: R, fields: [{name: a}]}", ["/fields/0"]),
    ("{type: record, name: R, fields: [{name: a, type: 1}]}", ["/fields/0/type"]),
    ("{type: record, name: R, fields: [text]}", ["/fields/0"]),
    ("{type: array}", [""]), ("{type: map, values: [{type: array}]}", ["/values/0"]), ("{type: fixed, name: F}", [""]),
    ("{type: enum, name: E, symbols: A}", ["/symbols"]), ("{type: a-b}", ["/type"]), ("[string, 1]", ["/1"]), ("{type: null}", ["/type"]),
    ("{type: error, name: E, fields: [{name: a, type: {type: map}}]}", ["/fields/0/type"]), ("{type: [string, 1]}", ["/type/1"]),
)  # fmt: skip
def test_avro(folder, schema, expected):
    """The form of an Avro schema is looked at, and nothing else."""
    found = schema_findings(folder, multi(AVRO, schema), "x-a: string", "schema-format")
    assert sorted(found) == sorted(f"schema-format /schema{pointer}" for pointer in expected)


def test_an_avro_type_that_was_mistyped(folder):
    """A name that is no name of a type says what was meant."""
    text = f"components: {{schemas: {{s: {multi(AVRO, '{type: recrod}')}}}}}"
    (message,) = (f.message for f in folder.findings(text) if f.code == "schema-format")
    assert message == "unknown Avro type 'recrod'; did you mean 'record'?"


MULTI_TARGETS = (
    "x-same: {schemaFormat: application/vnd.aai.asyncapi;version=3.0.0, schema: {type: string}}\n"
    "x-old: {schemaFormat: application/schema+json;version=draft-04, schema: {type: string}}\n"
    f"x-avro: {{schemaFormat: '{AVRO}', schema: string}}\n"
    "x-new: {schemaFormat: application/schema+json;version=2020-12, schema: {type: string}}\n"
)


@cases(
    ("{properties: {a: {$ref: '#/x-old'}}}", ["reference-format /properties/a"]),
    ("{properties: {a: {$ref: '#/x-avro'}}}", ["reference-format /properties/a"]),
    ("{properties: {a: {$ref: '#/x-same'}}}", []), (json_schema("2020-12", "{items: {$ref: '#/x-new'}}"), []),
    (json_schema("2020-12", "{items: {$ref: '#/x-same'}}"), ["reference-format /schema/items"]),
)  # fmt: skip
def test_a_schema_of_another_format(folder, schema, expected):
    """What a schema refers to has the same format."""
    assert schema_findings(folder, schema, MULTI_TARGETS, "reference-format") == expected


@pytest.mark.parametrize(
    "schema",
    [
        "{properties: {a: {$ref: '#/x-same'}}}",
        json_schema("2020-12", "{items: {$ref: '#/x-new'}}"),
        "{properties: {a: {$ref: '#/x-avro'}}}",
    ],
)
def test_a_multi_format_schema_has_no_unknown_keywords(folder, schema):
    """A schema may refer to one; `schemaFormat` and `schema` are no keywords then."""
    assert schema_findings(folder, schema, MULTI_TARGETS, "unknown-keyword") == []


# -- keywords --------------------------------------------------------------------------------------


@cases(
    ("{minLenght: 1}", ["unknown-keyword /minLenght"]), ("{properties: {a: {tpye: string}}}", ["unknown-keyword /properties/a/tpye"]),
    ("{items: {items: {foo: 1}}}", ["unknown-keyword /items/items/foo"]), ("{not: {foo: 1}}", ["unknown-keyword /not/foo"]),
    ("{properties: {foo: {}}, patternProperties: {foo: {}}, definitions: {foo: {}}, dependencies: {foo: [a]}}", []),
    ("{x-foo: 1, xml: {}, example: 1, id: a, nullable: true}", ["openapi-keyword /xml", "openapi-keyword /example"]), ("{const: {foo: 1}, default: {foo: 1}}", []),
    ("{externalDocs: {url: 'https://a.b'}, deprecated: true, $comment: a, readOnly: true, title: t}", []),
    # of another draft
    ("{prefixItems: []}", ["prefix-items /prefixItems"]), ("{$defs: {a: {}}}", ["unknown-keyword /$defs"]),
    (json_schema("draft-04", "{unevaluatedProperties: false}"), ["unknown-keyword /schema/unevaluatedProperties"]),
    (json_schema("2019-09", "{unevaluatedProperties: false, $defs: {a: {}}, dependentRequired: {a: [b]}}"), []),
    (json_schema("2020-12", "{unevaluatedItems: false, minContains: 1, contains: {}, $anchor: a}"), []),
    (json_schema("2020-12", "{minLenght: 1}"), ["unknown-keyword /schema/minLenght"]),
    (openapi("3.1.0", "{prefixItems: [{}], xml: {}}"), []),
)  # fmt: skip
def test_unknown_keywords(folder, schema, expected):
    """A keyword is one of the dialect's, or begins with `x-`; names of properties are free."""
    assert schema_findings(folder, schema) == expected


def test_what_an_unknown_keyword_may_have_been(folder):
    """A near name, or a newer dialect."""
    text = "components: {schemas: {s: {minLenght: 1, unevaluatedItems: false}}}"
    messages = [f.message for f in folder.findings(text) if f.code == "unknown-keyword"]
    assert messages[0].endswith("; did you mean 'minLength'?")
    assert messages[1].endswith(
        "AsyncAPI Schema Object doesn't have it; write additionalItems, or set a newer dialect with schemaFormat"
    )


@cases(
    ("{format: emial}", ["unknown-format /format"]), ("{format: email}", []), ("{format: int64}", []), ("{format: binary}", []),
    ("{format: password}", []), ("{properties: {a: {format: color}}}", ["unknown-format /properties/a/format"]),
    ("{properties: {format: {type: string}}}", []), ("{format: 1}", ["invalid-schema /format"]),
    (json_schema("2020-12", "{format: emial}"), ["unknown-format /schema/format"]), ("{format: ''}", ["unknown-format /format"]),
)  # fmt: skip
def test_formats(folder, schema, expected):
    """A format is one that is checked."""
    assert schema_findings(folder, schema) == expected


@cases(
    ("{pattern: '^[a-z'}", ["bad-pattern /pattern"]), ("{pattern: '^a$'}", []), ("{pattern: '(?P<a>b)'}", ["bad-pattern /pattern"]),
    ("{pattern: '(?<a>b)'}", []), (r"{pattern: '\p{L}+'}", []),
    ("{pattern: '(?=a)'}", ["pattern-backtracking /pattern"]), ("{pattern: '(?!a)'}", ["pattern-backtracking /pattern"]),
    ("{pattern: '(?<=a)b'}", ["pattern-backtracking /pattern"]), ("{pattern: '(?<!a)b'}", ["pattern-backtracking /pattern"]),
    (r"{pattern: '(a)\1'}", ["pattern-backtracking /pattern"]), ("{pattern: '(?<=a)(?!b)'}", ["pattern-backtracking /pattern"]),
    ("{patternProperties: {'^(?!x)': {}}}", ["pattern-backtracking /patternProperties/^(?!x)"]), ("{pattern: '(?:a)+b?'}", []),
    ("{properties: {pattern: {const: '(?=a)'}}}", []), (r"{pattern: '\d\.[0-9]'}", []),
)  # fmt: skip
def test_patterns(folder, schema, expected):
    """They are ECMA-262, and better without backtracking."""
    assert schema_findings(folder, schema) == expected


def test_a_bad_pattern_that_is_a_name(folder):
    """A name below `patternProperties` is a pattern like others."""
    assert schema_findings(folder, "{patternProperties: {'(': {}}}") == [
        "bad-pattern /patternProperties/("
    ]


@pytest.mark.xfail(strict=True, reason="neither engine reads `\\k<name>`")
def test_a_named_back_reference(folder):
    """ECMA-262 has them: they are no fault, though they need backtracking."""
    assert schema_findings(folder, r"{pattern: '(?<x>a)\k<x>'}") == [
        "pattern-backtracking /pattern"
    ]


@pytest.mark.parametrize("pattern", [r"a\\1", r"[(?=]x", r"\\k<a>"])
def test_patterns_that_only_look_like_backtracking(folder, pattern):
    """An escaped backslash before a digit is none, nor what stands in brackets."""
    assert schema_findings(folder, f"{{pattern: '{pattern}'}}", "", "pattern-backtracking") == []


@cases(
    ("{required: [a], properties: {a: {}}}", []), ("{required: [a]}", []), ("{required: [a], properties: {b: {}}}", ["required-undefined /required/0"]),
    ("{required: [a, b], properties: {a: {}}, additionalProperties: false}", ["required-undefined /required/1"]),
    ("{required: [a], properties: {}, allOf: [{properties: {a: {}}}]}", []), ("{required: [a], properties: {}, patternProperties: {a: {}}}", []),
    ("{required: [a], properties: {}, anyOf: [{}]}", []), ("{required: [a], properties: {}, oneOf: [{}]}", []),
    ("{items: {required: [x], properties: {y: {}}}}", ["required-undefined /items/required/0"]),
    ("{required: a, properties: {b: {}}}", ["invalid-schema /required"]), ("{properties: {required: {const: [a]}, properties: {}}}", []),
    (json_schema("2020-12", "{$ref: '#/x-s', required: [a], properties: {}}"), []),
)  # fmt: skip
def test_required(folder, schema, expected):
    """What is required is defined, unless it may be defined elsewhere."""
    assert schema_findings(folder, schema, "x-s: {}") == expected


def test_required_and_closed(folder):
    """Then nothing is valid, and the finding says so, and what was meant."""
    text = "components: {schemas: {s: {required: [txet], properties: {text: {}}, additionalProperties: false}}}"
    (message,) = (f.message for f in folder.findings(text) if f.code == "required-undefined")
    assert (
        message
        == "required property 'txet' is not in 'properties', and additionalProperties is false, so no value is valid; did you mean 'text'?"
    )


@cases(
    ("{discriminator: k, properties: {k: {}}, required: [k]}", []), ("{discriminator: k, properties: {k: {}}}", ["discriminator /discriminator"]),
    ("{discriminator: k, required: [k]}", ["discriminator /discriminator"]), ("{discriminator: k}", ["discriminator /discriminator"]),
    ("{discriminator: k, properties: [], required: [k]}", ["invalid-schema /properties", "discriminator /discriminator"]),
    ("{discriminator: {propertyName: k}, properties: {k: {}}, required: [k]}", ["discriminator /discriminator"]),
    ("{discriminator: [k], properties: {k: {}}, required: [k]}", ["discriminator /discriminator"]),
    ("{properties: {discriminator: {type: string}}}", []), ("{items: {discriminator: k}}", ["discriminator /items/discriminator"]),
    (openapi("3.0.0", "{discriminator: {propertyName: k}}"), []), (openapi("3.1.0", "{discriminator: {propertyName: k}}"), []),
    (json_schema("draft-07", "{discriminator: k}"), []),
    (multi("application/vnd.aai.asyncapi;version=3.1.0", "{discriminator: k}"), ["discriminator /schema/discriminator"]),
)  # fmt: skip
def test_discriminators(folder, schema, expected):
    """AsyncAPI's names a property that is defined and required; other dialects have others, or none."""
    assert sorted(schema_findings(folder, schema)) == sorted(expected)


# -- defaults and examples -------------------------------------------------------------------------


@cases(
    ("{type: integer, default: 1}", []), ("{type: integer, default: a}", ["default-type /default"]), ("{type: integer, default: 1.0}", []),
    ("{type: number, default: 1}", []), ("{type: [integer, 'null'], default: null}", []), ("{type: string, default: null}", ["default-type /default"]),
    ("{type: boolean, default: 'false'}", ["default-type /default"]), ("{default: 1}", []), ("{type: strin, default: 1}", ["invalid-schema /type"]),
    ("{type: integer, maximum: 1, default: 2}", ["default-value /default"]), ("{enum: [a], default: b}", ["default-value /default"]),
    ("{properties: {a: {type: string, default: 1}}}", ["default-type /properties/a/default"]),
    ("{properties: {default: {type: string}}}", []), ("{type: object, properties: {a: {type: string}}, default: {a: 1}}", ["default-value /default/a"]),
    ("{type: string, nullable: true, default: null}", ["nullable /nullable", "default-type /default"]),
    (openapi("3.0.0", "{type: string, nullable: true, default: null}"), []), (openapi("3.0.0", "{type: string, nullable: false, default: null}"), ["default-value /schema/default"]),
    (openapi("3.0.0", "{type: string, default: null}"), ["default-value /schema/default"]),
    (json_schema("2020-12", "{type: [string, 'null'], default: 1}"), ["default-value /schema/default"]),
    (json_schema("2020-12", "{$ref: '#/x-s', maxLength: 1, default: ab}"), ["default-value /schema/default"]),
    (json_schema("2019-09", "{$ref: '#/x-s', default: 1}"), ["default-value /schema/default"]),
    ("{$ref: '#/x-s', default: 1}", ["ref-siblings /default"]), ("{type: string, format: date, default: a}", ["default-value /default"]),
    # examples
    ("{type: integer, examples: [1, a, b]}", ["schema-example /examples/1", "schema-example /examples/2"]), ("{type: integer, examples: a}", ["invalid-schema /examples"]),
    ("{type: integer, examples: []}", []), ("{properties: {examples: {type: string}}}", []), ("{type: integer, example: a}", ["openapi-keyword /example"]),
    ("{items: {type: integer, examples: [a]}}", ["schema-example /items/examples/0"]), ("{type: string, format: binary, examples: [1]}", []),
    (json_schema("2020-12", "{prefixItems: [{type: string}], examples: [[1]]}"), ["schema-example /schema/examples/0/0"]),
    (json_schema("draft-04", "{type: string, default: 1}"), ["default-value /schema/default"]),
)  # fmt: skip
def test_values(folder, schema, expected):
    """Defaults and examples are valid under the schemas that have them."""
    assert schema_findings(folder, schema, "x-s: {type: string}") == expected


# -- references in schemas -------------------------------------------------------------------------


@cases(
    ("{$ref: '#/x-s', maxLength: 9}", ["ref-siblings /maxLength"]), ("{items: {$ref: '#/x-s', type: 3}}", ["ref-siblings /items/type"]),
    ("{$ref: '#/x-s', title: a, description: b, x-a: d}", []), ("{items: {$ref: '#/x-s', $comment: c}}", []), (json_schema("2020-12", "{$ref: '#/x-s', maxLength: 9}"), []),
    (json_schema("2019-09", "{items: {$ref: '#/x-s', maxLength: 9, foo: 1}}"), ["unknown-keyword /schema/items/foo"]),
    (json_schema("draft-07", "{items: {$ref: '#/x-s', maxLength: 9}}"), ["ref-siblings /schema/items/maxLength"]),
    (json_schema("2020-12", "{$ref: '#/x-s', maxLength: x}"), ["invalid-schema /schema/maxLength"]),
    ("{items: {$ref: '#/x-no'}}", ["unresolvable-reference /items/$ref"]), ("{properties: {$ref: {type: string}}}", []),
    ("{items: {$ref: '#/x-t'}}", ["unknown-keyword /x-t/foo"]), ("{items: {$ref: '#/x-u'}}", ["unknown-keyword /x-t/foo"]),
    ("{$ref: '#anchor'}", ["unresolvable-reference /$ref"]), ("{items: {$ref: '#/x-text'}}", ["wrong-kind /items"]),
    # resources, in which references are JSON Schema's own
    (json_schema("2020-12", "{$id: 'https://a.b/c', $defs: {d: {type: string}}, items: {$ref: '#/$defs/d'}}"), []),
    (json_schema("2020-12", "{items: {$ref: '#a'}, $defs: {d: {$anchor: a}}}"), []),
    (json_schema("draft-07", "{$id: 'https://a.b/c', definitions: {d: {}}, items: {$ref: '#/definitions/d'}}"), []),
    (json_schema("draft-04", "{id: 'https://a.b/c', definitions: {d: {}}, items: {$ref: '#/definitions/d'}}"), []),
    (json_schema("2020-12", "{$id: 'https://a.b/c', items: {minLenght: 1}}"), ["unknown-keyword /schema/items/minLenght"]),
    (json_schema("2020-12", "{items: {$id: 'https://a.b/c', type: integer, default: a}}"), []),
    ("{$id: 'https://a.b/c', definitions: {d: {}}, items: {$ref: '#/definitions/d'}}", ["unresolvable-reference /items/$ref"]),
)  # fmt: skip
def test_references(folder, schema, expected):
    """What stands beside them counts in newer dialects; what they lead to is checked where it stands."""
    more = "x-s: {type: string}\nx-t: {foo: 1}\nx-u: {$ref: '#/x-t'}\nx-text: text\n"
    assert schema_findings(folder, schema, more) == expected


def test_a_comment_beside_a_reference(folder):
    """Comments are for people, at the top of a schema as inside of it."""
    assert schema_findings(folder, "{$ref: '#/x-s', $comment: c}", "x-s: {type: string}") == []


@pytest.mark.parametrize("version", ["2019-09", "2020-12"])
@pytest.mark.parametrize("value", ["default: a", "examples: [a]"])
def test_values_beside_a_reference_that_leads_nowhere(folder, version, value):
    """The reference is the one fault; `lint` does not raise."""
    schema = json_schema(version, f"{{$ref: '#/x-no', {value}}}")
    assert schema_findings(folder, schema) == ["unresolvable-reference /schema/$ref"]


def test_a_schema_that_many_refer_to_is_checked_once(folder):
    """In each dialect."""
    text = "components: {schemas: {a: {$ref: '#/x-s'}, b: {items: {$ref: '#/x-s'}}}}\nx-s: {foo: 1}"
    assert folder.found(text) == [("unknown-keyword", "/x-s/foo")]


@cases(
    ("{allOf: [{$ref: '#/components/schemas/s'}]}", ["endless-schema /allOf/0"]),
    ("{oneOf: [{}, {not: {$ref: '#/components/schemas/s'}}]}", ["endless-schema /oneOf/1/not"]),
    ("{allOf: [{$ref: '#/x-a'}]}", ["endless-schema /x-a/anyOf/0"]),
    ("{properties: {a: {$ref: '#/components/schemas/s'}}}", []), ("{items: {allOf: [{$ref: '#/components/schemas/s'}]}}", []),
    ("{properties: {a: {allOf: [{$ref: '#/x-b'}]}}}", []), ("{if: {$ref: '#/components/schemas/s'}}", ["endless-schema /if"]),
)  # fmt: skip
def test_endless_schemas(folder, schema, expected):
    """A schema reads something of a value before it comes to itself again."""
    more = "x-a: {anyOf: [{$ref: '#/components/schemas/s'}]}\nx-b: {required: [a]}\n"
    assert schema_findings(folder, schema, more, "endless-schema") == expected


def test_examples_are_not_judged_by_endless_schemas(folder):
    """They would never end."""
    text = "components: {messages: {m: {payload: {$ref: '#/x-s'}, examples: [{payload: 1}]}}}\nx-s: {allOf: [{$ref: '#/x-s'}], default: 1}"
    assert {code for code, _ in folder.found(text)} == {"endless-schema"}


# -- unions ----------------------------------------------------------------------------------------

UNION = "{oneOf: [<A>, <B>]}"
ME = "$ref: '#/components/schemas/s'"


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("{properties: {a: {ME}}}", "{properties: {b: {ME}}}", True), ("{items: {ME}}", "{additionalProperties: {ME}}", True),
        ("{items: {ME}}", "{$ref: '#/x-b'}", True), ("{items: {ME}}", "{type: string}", False), ("{type: string}", "{type: integer}", False),
        ("{required: [k], properties: {k: {const: a}, l: {ME}}}", "{required: [k], properties: {k: {const: b}, l: {ME}}}", False),
        ("{required: [k], properties: {k: {enum: [a]}, l: {ME}}}", "{required: [k], properties: {k: {const: b}, l: {ME}}}", False),
        ("{required: [k], properties: {k: {const: a}, l: {ME}}}", "{required: [k], properties: {k: {const: a}, l: {ME}}}", True),
        ("{properties: {k: {const: a}, l: {ME}}}", "{properties: {k: {const: b}, l: {ME}}}", True),
        ("{required: [k], properties: {k: {const: a}, l: {ME}}}", "{required: [j], properties: {j: {const: b}, l: {ME}}}", True),
        ("{required: [k], properties: {k: {const: a}, l: {ME}}}", "{$ref: '#/x-tagged'}", False),
        ("{properties: {a: {$ref: '#/x-no'}}}", "{properties: {b: {ME}}}", False),
        ("{const: {ME}}", "{default: {ME}}", False),
        ("{type: array, items: {ME}}", "{type: object, additionalProperties: {ME}}", False),
        ("{type: array, items: {ME}}", "{$ref: '#/x-b'}", True),
        ("{type: [array, object], items: {ME}}", "{type: object, additionalProperties: {ME}}", True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_unions(folder, keyword, one, other, found):
    """Alternatives of which several lead back to the union have a tag."""
    more = "x-b: {properties: {c: {ME}}}\nx-tagged: {required: [k], properties: {k: {const: z}, l: {ME}}}\n".replace(
        "ME", ME
    )
    schema = f"{{{keyword}: [{one}, {other}]}}".replace("ME", ME)
    expected = [f"ambiguous-union /{keyword}"] if found else []
    assert schema_findings(folder, schema, more, "ambiguous-union") == expected


def test_all_of_is_no_union(folder):
    """Each part of it judges; there is nothing to try."""
    schema = "{allOf: [{properties: {a: {ME}}}, {properties: {b: {ME}}}]}".replace("ME", ME)
    assert schema_findings(folder, schema, "", "ambiguous-union") == []


def test_equal_tags_of_other_types(folder):
    """`1` and `1.0` are one value in JSON Schema: they tell nothing apart."""
    schema = "{oneOf: [{required: [k], properties: {k: {const: 1}, l: {ME}}}, {required: [k], properties: {k: {const: 1.0}, l: {ME}}}]}".replace(
        "ME", ME
    )
    assert schema_findings(folder, schema, "", "ambiguous-union") != []


def test_overlapping_tags(folder):
    """Two lists of values with one in common do not tell apart what has that."""
    schema = "{oneOf: [{required: [k], properties: {k: {enum: [a, b]}, l: {ME}}}, {required: [k], properties: {k: {enum: [b, c]}, l: {ME}}}]}".replace(
        "ME", ME
    )
    assert schema_findings(folder, schema, "", "ambiguous-union") != []


# -- acks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ack", "expected"),
    [
        ("{type: boolean}", []), ("true", []), ("{args: {type: boolean}}", []), ("{args: {type: boolean}, description: d, x-a: 1}", []),
        ("{args: true}", []), ("{$ref: '#/x-s'}", []), ("{args: {$ref: '#/x-s'}}", []), (json_schema("2020-12", "{prefixItems: [{type: string}]}"), []),
        ("{args: " + json_schema("2020-12", "{prefixItems: []}") + "}", ["invalid-schema /args/schema/prefixItems"]),
        ("{properties: {args: {}}}", []), ("{items: [{type: string}]}", []),
        ("text", ["ack-schema"]), ("null", ["ack-schema"]), ("[]", ["ack-schema"]), ("{args: text}", ["ack-schema /args"]), ("{args: [{}]}", ["ack-schema /args"]),
        ("{type: strin}", ["invalid-schema /type"]), ("{args: {type: strin}}", ["invalid-schema /args/type"]),
        ("{args: {tpye: string}}", ["ack-schema"]), ("{payload: {type: string}}", ["ack-schema"]), ("{ok: {type: boolean}}", ["ack-schema"]),
        ("{args: {type: string, tpye: string}}", ["unknown-keyword /args/tpye"]), ("{args: {}, type: string}", ["ack-options /type"]),
        ("{$ref: '#/x-no'}", ["unresolvable-reference /$ref"]), ("{$ref: '#/x-text'}", ["ack-schema /x-text"]),
        (multi(AVRO, "string"), ["unjudged-format /schemaFormat"]), ("{type: integer, default: a}", ["default-type /default"]),
        ("false", []), ("{args: true, required: true, timeout: 5}", []), ("{args: {}, required: false, timeout: 0.5}", []), ("{type: object, required: [a]}", []),
        ("{args: {}, required: 'yes'}", ["ack-options /required"]), ("{args: {}, timeout: true}", ["ack-options /timeout"]), ("{args: {}, requried: true}", ["ack-options /requried"]),
        ("{args: false, required: true}", ["ack-options /args"]), ("{required: true}", ["ack-options /required"]), ("{type: boolean, timeout: 5}", ["ack-options /timeout"]),
        ("{$ref: '#/x-s', required: true}", ["ack-options /required"]), ("{$ref: '#/x-long'}", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["messages", "messageTraits"])
def test_acks(folder, place, ack, expected):
    """`x-ack` is a schema in any form, on messages and their traits; `{args: ...}` is asynction's."""
    base = f"/components/{place}/m/x-ack"
    text = (
        f"components: {{{place}: {{m: {{x-ack: {ack}}}}}}}\nx-s: {{type: boolean}}\nx-text: text\n"
        "x-long: {args: {type: boolean}, required: true}\n"
    )
    found = folder.found(text, *SCHEMA_CODES, "ack-options", "unresolvable-reference")
    assert [f"{code} {pointer.removeprefix(base)}".strip() for code, pointer in found] == expected


@pytest.mark.parametrize("mode", ["enforce", "report", "off"])
def test_modes(folder, mode):
    """`x-guard` takes three modes; `off` is no boolean in YAML 1.2."""
    assert folder.found(f"components: {{messages: {{m: {{x-guard: {{mode: {mode}}}}}}}}}") == []
    text = f"components: {{messages: {{m: {{x-guard: {{mode: {mode}X}}}}}}}}"
    assert folder.found(text) == [("bad-value", "/components/messages/m/x-guard/mode")]
