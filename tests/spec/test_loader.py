"""`load`: files and mappings, versions, and what is no document at all."""

# ruff: noqa: E501, PT017  # the cases are tables, one to a line; properties allow either outcome
from __future__ import annotations

import copy
import json
import pathlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncapi_guard.contract import Contract
from asyncapi_guard.errors import (
    InvalidDocument,
    SpecError,
    UnreadableDocument,
    UnsupportedVersion,
)
from asyncapi_guard.schema import get_engine
from asyncapi_guard.spec import load
from asyncapi_guard.spec.limits import Limits

MINIMAL = {"asyncapi": "3.1.0", "info": {"title": "T", "version": "1"}}


def test_a_file_is_read_by_its_path(folder):
    """A path may be a string or a Path, YAML or JSON; the contract knows title, version and file."""
    for name in ("a.yml", "b.yaml", "c.json", "no-extension"):
        path = folder.write(name, json.dumps(MINIMAL))
        for spec in (path, str(path)):
            contract = load(spec)
            assert (contract.title, contract.version, contract.file) == ("T", "1", str(path))


def test_a_mapping_is_copied(folder):
    """What the caller changes after loading does not reach the contract."""
    data = copy.deepcopy(MINIMAL)
    data["channels"] = {"c": {"address": "/", "messages": {"m": {"payload": {"type": "string"}}}}}
    contract = load(data)
    data["channels"]["c"]["messages"]["m"]["payload"]["type"] = "integer"
    assert contract.channels["c"].messages["m"].payload.is_valid("a")
    assert contract.file == "<mapping>"


def test_a_mapping_has_no_lines():
    """Faults of a document given as data have a pointer, and line 0."""
    with pytest.raises(SpecError) as caught:
        load({**MINIMAL, "info": {"title": 1, "version": "1"}})
    error = caught.value
    assert (error.file, error.line, error.column, error.pointer) == (
        "<mapping>",
        0,
        0,
        "/info/title",
    )
    assert str(error) == (
        "<mapping>: title must be a string, not a number; put it in quotes (at /info/title)"
    )


@pytest.mark.parametrize("ref", ["x.yml", "file:///x.yml"])
def test_a_mapping_refers_to_files_only_below_a_root(tmp_path, ref):
    """Without `root=` there is no folder that a mapping's references could be relative to."""
    with pytest.raises(SpecError, match="give root="):
        load({**MINIMAL, "channels": {"c": {"$ref": ref}}})


def test_a_mapping_with_a_root_refers_to_its_files(tmp_path):
    """With `root=` they are relative to it."""
    (tmp_path / "x.yml").write_text("address: /x")
    contract = load({**MINIMAL, "channels": {"c": {"$ref": "x.yml"}}}, root=tmp_path)
    assert contract.channels["c"].address == "/x"
    assert contract.channels["c"].location == "x.yml#"


@pytest.mark.parametrize(
    "version", ["3.0.0", "3.1.0", "3.0.99", "3.1.7", "3.0.0-rc.1", "3.1.0-beta"]
)
def test_every_patch_of_3_0_and_3_1_is_read(version):
    """The patch version does not matter."""
    assert load({**MINIMAL, "asyncapi": version}).asyncapi == version


@pytest.mark.parametrize(
    "version", ["3.2.0", "4.0.0", "3.0", "3", "3.10.0", "", "3.1.0 ", "3.1.x", "\u0663.1.0"]
)
def test_other_versions_are_refused(version):
    """A version that is not known is a fault of the field."""
    with pytest.raises(UnsupportedVersion, match=r"3\.0 and 3\.1 are") as caught:
        load({**MINIMAL, "asyncapi": version})
    assert caught.value.pointer == "/asyncapi"


@pytest.mark.parametrize("version", ["2.6.0", "2.0.0"])
def test_an_old_version_says_how_to_convert(version):
    """AsyncAPI 2 gets the command that converts them."""
    with pytest.raises(UnsupportedVersion, match="asyncapi-guard upgrade FILE"):
        load({**MINIMAL, "asyncapi": version})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"openapi": "3.1.0"}, "OpenAPI"), ({"swagger": "2.0"}, "OpenAPI"), ({}, "begins with"),
        ({"asyncapi": 3.1}, "'asyncapi' must be a string, but 3.1 is a number; write '3.1.0'"),
        ({"asyncapi": None}, "not null"), ({"asyncapi": ["3.1.0"]}, "not a list"),
        ({"asyncapi": {}}, "not a mapping"), ({"asyncapi": True}, "not a boolean"),
    ],
)  # fmt: skip
def test_what_is_no_asyncapi_document_is_told_apart(data, message):
    """A document without a good `asyncapi` field is refused before anything else is looked at."""
    with pytest.raises(UnsupportedVersion) as caught:
        load({**data, "info": 1})
    assert message in str(caught.value)
    assert len(caught.value.findings) == 1


@pytest.mark.parametrize(
    ("text", "what"),
    [("", "empty"), ("# nothing", "empty"), ("---", "empty"), ("null", "empty"), ("[a]", "a list"),
     ("text", "a string"), ("1", "a number"), ("true", "a boolean")],
)  # fmt: skip
def test_a_document_that_is_no_mapping_is_refused(folder, text, what):
    """Empty documents, lists and scalars are refused, with a line."""
    (finding,) = folder.faults(text.encode(), InvalidDocument)
    assert finding.message == f"the document is {what}; expected a mapping with 'asyncapi'"
    assert finding.line in (1, 2)


def test_a_file_that_is_not_there_is_an_error_with_its_name(folder):
    """Missing files, folders and impossible names are SpecErrors that name the file."""
    for path in (folder.path / "no.yml", folder.path, pathlib.Path("a\0b")):
        with pytest.raises(UnreadableDocument, match="cannot be read") as caught:
            load(path)
        assert caught.value.file == str(path)


def test_a_relative_name_is_missed_in_the_working_directory(tmp_path, monkeypatch):
    """Servers are started from anywhere; a full name needs no explanation."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableDocument) as caught:
        load("asyncapi.yml")
    assert str(caught.value).endswith(f" (in the working directory, {tmp_path})")
    with pytest.raises(UnreadableDocument) as caught:
        load(tmp_path / "asyncapi.yml")
    assert "working directory" not in str(caught.value)


def test_limits_can_be_set():
    """`limits=` holds for mappings, too."""
    with pytest.raises(UnreadableDocument, match="more than 1 levels deep"):
        load(MINIMAL, limits=Limits(depth=1))


_NESTINGS = {
    "properties": lambda schema: {"properties": {"a": schema}},
    "allOf": lambda schema: {"allOf": [schema]},
    "items": lambda schema: {"items": schema},
}


def deep(nesting, levels):
    """The least document whose only schema has schemas inside one another."""
    schema = {"type": "string"}
    for _ in range(levels):
        schema = _NESTINGS[nesting](schema)
    document = copy.deepcopy(MINIMAL)
    document["channels"] = {"c": {"address": "/", "messages": {"e": {}}}}
    document["operations"] = {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}}
    document["channels"]["c"]["messages"]["e"]["payload"] = schema
    return document


@pytest.mark.parametrize("engine", ["rust", "jsonschema"])
@pytest.mark.parametrize("nesting", _NESTINGS)
def test_schemas_within_the_levels_of_engines_validate(nesting, engine):
    """What loads by a raised limit can be used."""
    contract = load(deep(nesting, 60), limits=Limits(depth=5_000), engine=engine)
    schema = contract.operations["o"].messages[0].payload
    value = "text"
    for _ in range(60):
        value = {"properties": {"a": value}, "allOf": value, "items": [value]}[nesting]
    assert schema.is_valid(value)
    assert not schema.is_valid(json.loads(json.dumps(value).replace('"text"', "5")))


@pytest.mark.parametrize("engine", ["rust", "jsonschema"])
@pytest.mark.parametrize("nesting", _NESTINGS)
@pytest.mark.parametrize("levels", [150, 300, 450])
def test_schemas_that_engines_cannot_follow_are_refused(nesting, levels, engine, tmp_path):
    """From a file and from a mapping, as faults of the document."""
    document, limits = deep(nesting, levels), Limits(depth=5_000)
    (tmp_path / "deep.json").write_text(json.dumps(document))
    for spec in (document, tmp_path / "deep.json"):
        with pytest.raises(SpecError, match=r"too deep|levels deep"):
            load(spec, limits=limits, engine=engine)


@pytest.mark.parametrize("engine", ["rust", "jsonschema", "auto"])
def test_the_engine_can_be_chosen(engine):
    """Every engine loads a document."""
    assert isinstance(load(MINIMAL, engine=engine), Contract)


def test_an_unknown_engine_is_the_callers_mistake():
    """An engine that does not exist is a ValueError, not a SpecError."""
    with pytest.raises(ValueError, match="engine must be"):
        get_engine("ajv")


# -- properties ------------------------------------------------------------------------------------

VALID = {
    "asyncapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "channels": {
        "c": {
            "address": "/{room}",
            "parameters": {"room": {"enum": ["a"]}},
            "messages": {
                "m": {
                    "name": "event",
                    "payload": {
                        "type": "object",
                        "properties": {"a": {"$ref": "#/components/schemas/S"}, "b": {"enum": [1]}},
                        "required": ["a"],
                        "patternProperties": {"^x": {"not": {"const": 1}}},
                    },
                    "x-ack": {"args": {"type": "integer"}},
                    "traits": [{"headers": {"type": "object"}}, {"$ref": "#/components/x/T"}],
                    "x-guard": {"mode": "report"},
                },
                "n": {"$ref": "#/components/messages/N"},
            },
        },
        "alias": {"$ref": "#/channels/c"},
    },
    "operations": {
        "o": {
            "action": "receive",
            "channel": {"$ref": "#/channels/c"},
            "messages": [{"$ref": "#/channels/alias/messages/m"}],
            "traits": [{"x-guard": {"mode": "off"}}],
            "reply": {"messages": [{"$ref": "#/components/messages/N"}]},
        },
    },
    "components": {
        "schemas": {"S": {"properties": {"next": {"$ref": "#/components/schemas/S"}}}},
        "messages": {
            "N": {
                "payload": {
                    "schemaFormat": "application/schema+json;version=2020-12",
                    "schema": {"$defs": {"q": {"$anchor": "z"}}, "$id": "x", "$ref": "#z"},
                }
            }
        },
        "x": {"T": {"name": "other"}},
    },
}


def places(value, path=()):
    yield path
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


WORDS = [
    "", "~", "#", "#/", "#z", "#/channels/c", "#/components/schemas/S", "x.yml", "http://[", "//x",
    "urn:x", "%ff", "#/%ff", "(", "^a", "(?<=a)b", "string", "object", "receive", "off", "date",
    "application/schema+json;version=draft-04", "application/vnd.oai.openapi;version=3.0.0",
]  # fmt: skip
KEYS = [
    "$ref", "type", "properties", "items", "allOf", "oneOf", "not", "if", "then", "const", "enum",
    "pattern", "patternProperties", "format", "minimum", "exclusiveMinimum", "required", "contains",
    "dependencies", "$id", "id", "$anchor", "$dynamicRef", "$recursiveRef", "$schema", "schema",
    "schemaFormat", "args", "mode", "name", "payload", "x-ack", "traits", "messages", "channel",
    "action", "reply", "address", "parameters", "definitions", "$defs", "prefixItems", "nullable",
]  # fmt: skip
TREES = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, -1, 1.5, 1e308, 10**400]) | st.sampled_from(WORDS)
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=2), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


def replaced(path, tree):
    if not path:
        return tree
    document = copy.deepcopy(VALID)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = tree
    return document


def test_the_document_of_the_properties_is_valid():
    """What is broken below is whole at first, in every engine."""
    for engine in ("rust", "jsonschema"):
        assert load(VALID, engine=engine).channels.keys() == {"c", "alias"}


@pytest.mark.parametrize("engine", ["rust", "jsonschema"])
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.sampled_from(sorted(places(VALID), key=str)), tree=TREES)
def test_any_tree_in_place_of_any_node_loads_or_is_a_spec_error(engine, path, tree):
    """A document with anything anywhere gives a contract whose schemas judge, or a SpecError."""
    document = replaced(path, tree)
    if not isinstance(document, dict):
        return
    try:
        contract = load(document, engine=engine)
    except SpecError as error:
        assert error.findings == tuple(sorted(set(error.findings)))
        return
    for channel in contract.channels.values():
        for message in channel.messages.values():
            for schema in (message.payload, *(message.ack.alternatives if message.ack else ())):
                if schema is None:
                    continue
                assert schema.document is not None
                for value in (None, {"a": {"next": 1}}, [], 1, "x", b"x"):
                    if not schema.is_valid(value):
                        assert schema.explain(value).problems


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=st.binary(max_size=100), name=st.sampled_from(["asyncapi.yml", "asyncapi.json"]))
def test_random_bytes_as_a_file_are_a_spec_error(tmp_path, raw, name):
    """No file of a hundred random bytes is a contract, and none is another exception."""
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(SpecError):
        load(path)
