"""Traits: JSON Merge Patch, in order, and the object wins."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.contract import Mode
from asyncapi_guard.spec import load


def message(folder, text, more=""):
    contract = folder.load(f"channels: {{c: {{address: /, messages: {{m: {text}}}}}}}\n{more}")
    return contract.channels["c"].messages["m"]


@pytest.mark.parametrize(
    ("text", "meta"),
    [
        ("{traits: [{summary: a}]}", {"summary": "a"}),
        ("{summary: own, traits: [{summary: a}]}", {"summary": "own"}),
        ("{traits: [{summary: a}, {summary: b}]}", {"summary": "b"}),
        ("{traits: [{summary: a}, {summary: null}]}", {}),
        ("{summary: null, traits: [{summary: a}]}", {}),
        ("{traits: [{x-a: {p: 1, q: 1}}, {x-a: {q: 2, r: 2}}], x-a: {r: 3}}",
         {"x-a": {"p": 1, "q": 2, "r": 3}}),
        ("{traits: [{x-a: {p: {q: 1}}}], x-a: {p: null}}", {"x-a": {}}),
        ("{traits: [{tags: [1, 2]}], tags: [3]}", {"tags": [3]}),
        ("{traits: [{x-a: {p: 1}}], x-a: [1]}", {"x-a": [1]}),
        ("{traits: [{x-a: 1}, {x-a: {p: {q: null, r: 1}}}]}", {"x-a": {"p": {"q": None, "r": 1}}}),
        ("{traits: [{x-a: {p: 1}}], x-a: {p: {q: null, r: 1}}}", {"x-a": {"p": {"r": 1}}}),
        ("{traits: []}", {}),
    ],
)  # fmt: skip
def test_traits_are_merged_by_json_merge_patch(folder, text, meta):
    """Later traits win over earlier ones, the object over all; null deletes, lists are replaced."""
    assert dict(message(folder, text).meta) == meta


def test_a_trait_may_give_the_name_the_ack_and_the_mode(folder):
    """Every field of a message may come from a trait."""
    found = message(
        folder, "{traits: [{name: n, x-ack: {type: integer}, x-guard: {mode: report}}]}"
    )
    assert (found.event, found.mode) == ("n", Mode.REPORT)
    assert found.ack.alternatives[0].is_valid(1)


def test_a_trait_may_be_a_reference_in_another_file(folder):
    """A trait's relative references are those of the file where it stands."""
    folder.write(
        "sub/traits.yml", "T: {headers: {$ref: '#/H'}, x-ack: {$ref: 'ack.yml#/A'}}\nH: {}"
    )
    folder.write("sub/ack.yml", "A: {type: integer}")
    found = message(folder, "{traits: [{$ref: 'sub/traits.yml#/T'}]}")
    assert found.ack.alternatives[0].is_valid(1)
    assert not found.ack.alternatives[0].is_valid("1")


def test_two_places_merged_keep_their_references(folder):
    """Where a trait and an object become one schema, the references of both mean what they meant."""
    folder.write(
        "t.yml",
        "T: {x-ack: {properties: {far: {$ref: '#/F'}, list: {anyOf: [{$ref: '#/F'}]}},"
        " default: {$ref: '#/data'}}}\nF: {type: integer}",
    )
    found = message(
        folder,
        "{x-ack: {properties: {near: {$ref: '#/x-n'}}}, traits: [{$ref: 't.yml#/T'}]}",
        "x-n: {type: string}",
    )
    (ack,) = found.ack.alternatives
    assert ack.is_valid({"near": "a", "far": 1, "list": 1})
    assert not ack.is_valid({"near": 1})
    assert not ack.is_valid({"far": "a"})
    assert not ack.is_valid({"list": "a"})


def test_a_reference_is_replaced_not_merged(folder):
    """What a field refers to is no part of the object: a patch beside it replaces it."""
    found = message(
        folder, "{x-ack: {type: string}, traits: [{x-ack: {$ref: '#/x-n'}}]}", "x-n: {maximum: 1}"
    )
    assert found.ack.alternatives[0].is_valid("a")


def test_a_document_given_as_data_keeps_its_references_beside_a_file(tmp_path):
    """References of a mapping mean the mapping, also where a file's trait is merged into it."""
    (tmp_path / "t.yml").write_text("T: {x-ack: {properties: {far: {type: integer}}}}")
    contract = load(
        {
            "asyncapi": "3.0.0",
            "info": {"title": "T", "version": "1"},
            "x-n": {"type": "string"},
            "channels": {
                "c": {
                    "address": "/",
                    "messages": {
                        "m": {
                            "x-ack": {"properties": {"near": {"$ref": "#/x-n"}}},
                            "traits": [{"$ref": "t.yml#/T"}],
                        }
                    },
                }
            },
        },
        root=tmp_path,
    )
    (ack,) = contract.channels["c"].messages["m"].ack.alternatives
    assert ack.is_valid({"near": "a", "far": 1})
    assert not ack.is_valid({"near": 1})
    assert not ack.is_valid({"far": "a"})


def test_operations_have_traits_too(folder):
    """An operation's traits give its mode and its other fields."""
    operation = folder.load("""
        channels: {c: {address: /}}
        operations:
          o:
            action: send
            channel: {$ref: '#/channels/c'}
            summary: own
            traits: [{x-guard: {mode: off}, summary: a, description: d}]
        """).operations["o"]
    assert operation.mode is Mode.OFF
    assert dict(operation.meta) == {"summary": "own", "description": "d"}


@pytest.mark.parametrize(
    ("traits", "message_"),
    [("1", "traits must be a list"), ("[1]", "a trait must be a mapping"), ("{}", "must be a list"),
     ("[{$ref: '#/x-no'}]", "unresolved reference"), ("[[{}]]", "a trait must be a mapping")],
)  # fmt: skip
def test_a_trait_that_is_none_is_a_fault(folder, traits, message_):
    """Traits are a list of mappings, or of references to some."""
    (finding,) = folder.faults(f"channels: {{c: {{messages: {{m: {{traits: {traits}}}}}}}}}")
    assert message_ in finding.message
