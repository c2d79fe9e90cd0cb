"""AsyncAPI 2.x to 3.1: every value of the old document is in the result, or in a note about it."""

# ruff: noqa: E501  # a document, one object to a line
from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncapi_guard.errors import SpecError
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.source import Source, read_source
from asyncapi_guard.spec.upgrade import upgrade

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
#: What has another form in 3.x, which other tests look at: the version, URLs, references.
IN_ANOTHER_FORM = ("asyncapi", "url", "$ref")
#: Texts that mean nothing, so that each can be made another one.
TEXTS = ("description", "summary", "title")


def leaves(value, path=()):
    if isinstance(value, (dict, list)) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from leaves(item, (*path, key))
    elif value not in ({}, [], None):
        yield path, value


def lost(data, *, of_interest=lambda _path, _value: True):
    """The leaves that are neither in what `upgrade` makes of the data nor below a note."""
    upgraded = upgrade(Source("old", "mapping:", None, data))
    written = {json.dumps(value) for _, value in leaves(upgraded.data)}
    keys = {key for path in mappings(upgraded.data) for key in at(upgraded.data, path)}
    noted = {note.pointer for note in upgraded.notes}
    return [
        (format_pointer(path), value)
        for path, value in leaves(data)
        if of_interest(path, value)
        and path[-1] not in IN_ANOTHER_FORM
        and json.dumps(value) not in written
        and not (isinstance(value, str) and value in keys)
        and not any(format_pointer(path[:end]) in noted for end in range(1, len(path) + 1))
    ]


def mappings(value, path=()):
    if isinstance(value, dict):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, (dict, list)):
            yield from mappings(item, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


# -- documents of others ---------------------------------------------------------------------------


def with_other_texts(data):
    """A copy in which no two texts are the same, nor those of extensions."""
    data = json.loads(json.dumps(data))
    for number, (path, value) in enumerate(list(leaves(data))):
        if isinstance(value, str) and str(path[-1]).startswith(("x-", *TEXTS)):
            at(data, path[:-1])[path[-1]] = f"{value} ({number})"
    return data


def says_nothing_new(path, value):
    """AsyncAPI's own format and the type of a parameter are those that 3.x has unsaid."""
    own = path[-1] == "schemaFormat" and "vnd.aai.asyncapi" in str(value)
    return own or (path[-2:] == ("schema", "type") and value == "string")


@pytest.mark.parametrize("folder", ["v2"])
def test_of_documents_of_others_nothing_is_lost(folder):
    """Over many documents, no leaf is lost without a note."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside the repository: it is others', and no part of it")
    found, converted = {}, 0
    for path in sorted((CORPUS / folder).iterdir()):
        try:
            data = with_other_texts(read_source(path.name, path.as_uri(), path.read_bytes()).data)
            gone = lost(data, of_interest=lambda p, v: not says_nothing_new(p, v))
        except SpecError:
            continue
        converted += 1
        if gone:
            found[path.name] = gone
    assert not found
    assert converted > 300


# -- generated documents ---------------------------------------------------------------------------

FULL = """
asyncapi: 2.6.0
id: urn:x
info: {title: T, version: '1', description: d, termsOfService: t, contact: {name: n, email: e},
       license: {name: l}}
tags: [{name: a, description: d, externalDocs: {url: u}}]
externalDocs: {url: u, description: d}
servers:
  s: {url: 'ws://{h}/p?q', protocol: ws, protocolVersion: '1', description: d, tags: [{name: a}],
      variables: {h: {enum: [a], default: a, description: d}}, security: [{o: [r]}], bindings: {mqtt: {}}}
channels:
  /p/{p}:
    description: d
    servers: [s]
    parameters: {p: {schema: {type: string, enum: [b]}, location: '$message.payload#/p', description: d}}
    bindings: {ws: {query: {type: object}}}
    publish:
      operationId: o
      summary: s
      tags: [{name: a}]
      traits: [{$ref: '#/components/operationTraits/T'}, {summary: s}]
      message:
        oneOf:
          - {$ref: '#/components/messages/M'}
          - {name: i, schemaFormat: 'application/schema+json;version=draft-07', payload: {type: string},
             traits: [{headers: {type: object}}], headers: {type: object}, examples: [{payload: a}],
             correlationId: {location: '$message.header#/c'}, x-ack: {type: boolean}}
    subscribe: {message: {name: j, payload: {title: t}}}
  /c: {$ref: '#/components/channels/C'}
components:
  channels: {C: {publish: {message: {$ref: '#/components/messages/N'}}}}
  messages: {M: {messageId: m, payload: {type: integer}}, N: {oneOf: [{name: n}]}}
  schemas: {S: {type: string}}
  parameters: {P: {schema: {type: integer}}}
  operationTraits: {T: {bindings: {kafka: {clientId: {type: string}}}}}
  messageTraits: {U: {description: d}}
  securitySchemes: {o: {type: oauth2, flows: {implicit: {scopes: {r: R}}}}}
"""
DATA = read_source("full.yml", "file:///full.yml", FULL.encode()).data


KNOWN = {str(key) for path, _ in leaves(DATA) for key in path if isinstance(key, str)}
OTHERS = ["x-a", "deprecated", "oneOf", "args", "prefixItems", "items", "publish", "nonsense"]
KEYS = st.sampled_from([*sorted(KNOWN), *OTHERS])
VALUES = st.recursive(
    st.just("leaf"),
    lambda below: (
        st.lists(below, min_size=1, max_size=2)
        | st.dictionaries(KEYS.filter(lambda key: key != "$ref"), below, min_size=1, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(mappings(DATA), key=str)), KEYS, VALUES)
def test_of_what_stands_anywhere_nothing_is_lost(place, key, value):
    """Whatever field is put into whatever object: its leaves are in the result, or in a note."""
    data = copy.deepcopy(DATA)
    if "$ref" in (key, *place) or (not place and key in ("asyncapi", "channels")):
        return
    at(data, place)[key] = numbered(value, iter(range(100)))
    try:
        gone = lost(data, of_interest=lambda _, leaf: str(leaf).startswith("leaf"))
    except SpecError:
        return
    assert gone == []


def numbered(value, numbers):
    """The same tree, whose leaves are all different."""
    if isinstance(value, dict):
        return {key: numbered(item, numbers) for key, item in value.items()}
    if isinstance(value, list):
        return [numbered(item, numbers) for item in value]
    return f"leaf{next(numbers)}"


def test_a_loss_is_seen(monkeypatch):
    """The property would fail if a value went without a note."""
    import asyncapi_guard.spec.upgrade.conversion as conversion

    monkeypatch.setattr(conversion.Conversion, "note", lambda *_args, **_options: None)
    data = copy.deepcopy(DATA)
    data["channels"]["/c"]["nonsense"] = "leaf"
    assert ("/channels/~1c/nonsense", "leaf") in lost(data)
