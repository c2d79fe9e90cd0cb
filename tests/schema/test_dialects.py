"""Dialects: by which name, with which keywords."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.schema.dialects import (
    ASYNCAPI,
    Draft,
    UnknownFormatError,
    dialect_of,
    replace_subschemas,
    subschemas,
)


@pytest.mark.parametrize(
    ("schema_format", "name"),
    [
        (None, "AsyncAPI Schema Object"),
        ("application/vnd.aai.asyncapi", "AsyncAPI Schema Object"),
        ("application/vnd.aai.asyncapi;version=3.1.0", "AsyncAPI Schema Object"),
        ("application/vnd.aai.asyncapi+json;version=3.0.0", "AsyncAPI Schema Object"),
        ("application/vnd.aai.asyncapi+yaml; version=2.6.0", "AsyncAPI Schema Object"),
        ("application/schema+json", "JSON Schema draft-07"),
        ("application/schema+json;version=draft-04", "JSON Schema draft-04"),
        ("application/schema+yaml ; version=draft-06 ", "JSON Schema draft-06"),
        ("application/schema+json;version=draft-07", "JSON Schema draft-07"),
        ("application/schema+json;version=2019-09", "JSON Schema 2019-09"),
        ("application/schema+json;version=2020-12", "JSON Schema 2020-12"),
        ("application/vnd.oai.openapi;version=3.0.0", "OpenAPI 3.0 Schema Object"),
        ("application/vnd.oai.openapi+json;version=3.0.4", "OpenAPI 3.0 Schema Object"),
        ("application/vnd.oai.openapi+yaml;version=3.1.1", "OpenAPI 3.1 Schema Object"),
    ],
)
def test_a_schema_format_names_a_dialect(schema_format, name):
    """The media types of AsyncAPI, JSON Schema and OpenAPI are known, whatever the patch."""
    assert dialect_of(schema_format).name == name


@pytest.mark.parametrize(
    "schema_format",
    ["", "application/json", "application/vnd.apache.avro;version=1.9.0", "application/schema+xml",
     "application/schema+json;version=draft-03", "application/schema+json;version=2020-09",
     "application/vnd.oai.openapi", "application/vnd.oai.openapi;version=3.2.0",
     "application/vnd.oai.openapi;version=30", "application/schema+json;version=draft-07;x=1",
     "application/raml+yaml;version=1.0", "application/vnd.google.protobuf;version=3"],
)  # fmt: skip
def test_an_unknown_schema_format_is_refused(schema_format):
    """What cannot be judged is an error that names it and says what can."""
    with pytest.raises(UnknownFormatError, match="; use AsyncAPI ") as caught:
        dialect_of(schema_format)
    assert repr(schema_format) in str(caught.value)


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("draft-2020-12", "2020-12"), ("draft2020-12", "2020-12"), ("draft202012", "2020-12"),
        ("draft/2019-09", "2019-09"), ("Draft-2019-09", "2019-09"), ("draft-7", "draft-07"), ("7", "draft-07"),
        ("draft04", "draft-04"), ('"draft-06"', "draft-06"), ("http://json-schema.org/draft-07/schema#", "draft-07"),
        ("https://json-schema.org/draft/2020-12/schema", "2020-12"),
    ],
)  # fmt: skip
def test_versions_that_are_spelt_otherwise(version, name):
    """A spelling that can be one version only is that version, in any case."""
    dialect = dialect_of(f"application/schema+json;version={version}")
    assert dialect.name == f"JSON Schema {name}"
    assert dialect_of(f"Application/Schema+JSON; VERSION={version}") == dialect


@pytest.mark.parametrize(
    ("schema_format", "meant"),
    [
        ("application/json", "application/schema+json;version=draft-07"),
        ("jsonschema", "application/schema+json;version=draft-07"),
        ("application/vnd.oai.openapi", "application/vnd.oai.openapi;version=3.1.0"),
        ("asyncapi", "application/vnd.aai.asyncapi;version=3.1.0"),
        ("application/xmlschema", None), ("avro", None), ("application/schema+json;version=draft-03", None),
    ],
)  # fmt: skip
def test_what_a_format_may_have_been(schema_format, meant):
    """Another spelling of a language that is known says which one, and no other language does."""
    with pytest.raises(UnknownFormatError) as caught:
        dialect_of(schema_format)
    hint = str(caught.value).partition("; did you mean ")[2]
    assert hint == (f"{meant!r}?" if meant else "")


def test_dialects_know_where_their_tuples_are():
    """Positional items stand in `items`, since 2020-12 in `prefixItems`."""
    new = dialect_of("application/schema+json;version=2020-12")
    assert ASYNCAPI.is_positional({"items": [{}]})
    assert not ASYNCAPI.is_positional({"items": {}})
    assert not ASYNCAPI.is_positional({"prefixItems": [{}]})
    assert new.is_positional({"prefixItems": [{}]})
    assert not new.is_positional({"items": [{}]})
    assert not ASYNCAPI.is_positional(True)
    assert (ASYNCAPI.siblings, new.siblings, ASYNCAPI.draft) == (False, True, Draft.DRAFT7)


SCHEMA = {
    "properties": {"a": {"type": "string"}, "items": True},
    "items": [{"minimum": 1}, False],
    "not": {},
    "dependencies": {"a": ["b"], "b": {"required": ["c"]}},
    "enum": [{"properties": {"no": {}}}],
    "const": {"not": {}},
    "default": {"items": {}},
    "x-own": {"not": {}},
    "allOf": {"not": "a list"},
    "definitions": ["not a mapping"],
}


def test_subschemas_are_found_and_data_is_not_looked_into():
    """Each schema directly inside has its path; enum, const, default and extensions are data."""
    assert dict(subschemas(SCHEMA)) == {
        ("properties", "a"): {"type": "string"},
        ("properties", "items"): True,
        ("items", 0): {"minimum": 1},
        ("items", 1): False,
        ("not",): {},
        ("dependencies", "b"): {"required": ["c"]},
    }
    assert list(subschemas(True)) == []


def test_subschemas_are_replaced_in_a_copy():
    """`replace_subschemas` changes what `subschemas` finds, and nothing else, in a copy."""
    changed = replace_subschemas(SCHEMA, lambda path, _: "/".join(map(str, path)))
    assert changed == {
        **SCHEMA,
        "properties": {"a": "properties/a", "items": "properties/items"},
        "items": ["items/0", "items/1"],
        "not": "not",
        "dependencies": {"a": ["b"], "b": "dependencies/b"},
    }
    assert SCHEMA["not"] == {}
