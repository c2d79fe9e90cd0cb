"""Specs of several files as one document."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from asyncapi_guard.errors import SpecError, UnresolvableReference
from asyncapi_guard.lint import lint
from asyncapi_guard.spec import load
from asyncapi_guard.spec.export import bundle
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.spec.serializing import to_json, to_yaml
from asyncapi_guard.spec.source import read_source

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "corpus" / "real"

HEAD = "asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
ONE_MESSAGE = """\
channels:
  c: {address: /, messages: {m: {payload: {$ref: PAYLOAD}}}}
operations:
  o: {action: receive, channel: {$ref: '#/channels/c'}}
"""


class Files:
    """Files of a spec, the main one called `asyncapi.yml`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.main = folder / "asyncapi.yml"

    def write(self, **texts: str) -> Files:
        for name, text in texts.items():
            file = self.folder / (name.replace("__", "/") + ".yml")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(HEAD + text if name == "asyncapi" else text, encoding="utf-8")
        return self

    def bundle(self) -> dict[str, Any]:
        """The bundle; it means what the files mean, refers to no file, and lint finds no more."""
        data = bundle(open_documents(self.main))
        assert _meaning(data) == _meaning(self.main)
        assert [ref for ref in _references(data) if not ref.startswith("#")] == []
        found = {finding.code for finding in lint(self.main)}
        assert {finding.code for finding in lint(data)} <= found
        assert json.dumps(bundle(open_documents(data))) == json.dumps(data)
        return data


def _meaning(spec: Any) -> Any:
    contract = load(spec)
    return (
        {
            id: (c.address, c.parameters, {k: _message(m) for k, m in c.messages.items()})
            for id, c in contract.channels.items()
        },
        {
            id: (o.action, o.channel, [_message(m) for m in o.messages], o.mode)
            for id, o in contract.operations.items()
        },
    )


def _message(message: Any) -> Any:
    return message.id, message.event, message.payload, message.ack, message.mode


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [ref for item in value for ref in _references(item)]
    if not isinstance(value, dict):
        return []
    below = [ref for item in value.values() for ref in _references(item)]
    own = value.get("$ref")
    return [*below, own] if isinstance(own, str) else below


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_a_schema_of_another_file_becomes_a_component(files: Files) -> None:
    """It has the name that it has there, and the reference leads to it."""
    files.write(
        asyncapi=ONE_MESSAGE.replace("PAYLOAD", "'common.yml#/definitions/User'"),
        common="definitions: {User: {type: object, properties: {name: {type: string}}}}",
    )
    data = files.bundle()
    payload = data["channels"]["c"]["messages"]["m"]["payload"]
    assert payload == {"$ref": "#/components/schemas/User"}
    user = {"type": "object", "properties": {"name": {"type": "string"}}}
    assert data["components"] == {"schemas": {"User": user}}


def test_a_whole_file_is_called_as_the_file(files: Files) -> None:
    """`user.schema.yml` becomes `user`."""
    files.write(
        asyncapi=ONE_MESSAGE.replace("PAYLOAD", "'./schemas/user.schema.yml'"),
        **{"schemas__user.schema": "type: string"},
    )
    assert files.bundle()["components"]["schemas"] == {"user": {"type": "string"}}


def test_what_refers_to_itself_across_files_goes_on_doing_so(files: Files) -> None:
    """A recursion over two files is one over two components."""
    files.write(
        asyncapi=ONE_MESSAGE.replace("PAYLOAD", "a.yml"),
        a="properties: {b: {$ref: b.yml}, self: {$ref: '#'}}",
        b="properties: {a: {$ref: a.yml}, text: {$ref: '#/properties/a'}}",
    )
    assert files.bundle()["components"]["schemas"] == {
        "a": {
            "properties": {
                "b": {"$ref": "#/components/schemas/b"},
                "self": {"$ref": "#/components/schemas/a"},
            }
        },
        "b": {
            "properties": {
                "a": {"$ref": "#/components/schemas/a"},
                "text": {"$ref": "#/components/schemas/b/properties/a"},
            }
        },
    }


def test_equal_names_are_told_apart(files: Files) -> None:
    """By the file's name first, then by a number; names of the document's own stay."""
    files.write(
        asyncapi="""\
channels:
  c:
    address: /
    messages:
      m:
        payload:
          items:
            - {$ref: '#/components/schemas/User'}
            - {$ref: 'a.yml#/User'}
            - {$ref: 'b/a.yml#/User'}
            - {$ref: 'b/c.yml#/U%20s%E2%82%ACr'}
            - {$ref: 'b/c.yml#/allOf/0'}
operations:
  o: {action: receive, channel: {$ref: '#/channels/c'}}
components: {schemas: {User: {type: string}}}
""",
        a="User: {type: integer}",
        b__a="User: {type: number}",
        b__c="U s€r: {type: boolean}\nallOf: [{type: 'null'}]",
    )
    assert list(files.bundle()["components"]["schemas"]) == [
        "User",
        "a_User",
        "a_User_2",
        "U_s_r",
        "c_0",
    ]


def test_every_kind_of_object_moves_to_its_section(files: Files) -> None:
    """Messages, traits, parameters, channels, operations, servers, ...: all as components."""
    files.write(
        asyncapi="""\
tags: []
servers: {main: {$ref: 'more.yml#/server'}}
channels:
  room: {$ref: 'more.yml#/room'}
operations:
  talk: {$ref: 'more.yml#/talk'}
""".replace("tags: []\n", ""),
        more="""\
server:
  host: example.com
  protocol: wss
  security: [{$ref: '#/login'}]
  variables: {stage: {$ref: '#/stage'}}
login: {type: userPassword}
stage: {enum: [test, live]}
room:
  address: /rooms/{id}
  servers: [{$ref: 'asyncapi.yml#/servers/main'}]
  parameters: {id: {$ref: '#/id'}}
  messages: {say: {$ref: messages.yml#/say}}
  bindings: {ws: {query: {$ref: '#/query'}}}
query: {type: object}
id: {enum: [one, two]}
talk:
  action: receive
  channel: {$ref: 'asyncapi.yml#/channels/room'}
  messages: [{$ref: 'asyncapi.yml#/channels/room/messages/say'}]
  traits: [{$ref: '#/trait'}]
  reply: {$ref: '#/answer'}
trait: {description: text, tags: [{$ref: '#/tag'}]}
tag: {name: t, externalDocs: {$ref: '#/docs'}}
docs: {url: 'https://example.com'}
answer:
  address: {$ref: '#/where'}
where: {location: '$message.header#/to'}
""",
        messages="""\
say:
  payload: {$ref: '#/text'}
  x-ack: {args: {$ref: '#/text'}}
  traits: [{$ref: '#/trait'}]
  correlationId: {$ref: '#/correlation'}
text: {type: string}
trait: {headers: {$ref: '#/headers'}}
headers: {type: object}
correlation: {location: '$message.header#/id'}
""",
    )
    data = files.bundle()
    assert {section: list(names) for section, names in data["components"].items()} == {
        "servers": ["server"],
        "channels": ["room"],
        "operations": ["talk"],
        "securitySchemes": ["login"],
        "serverVariables": ["stage"],
        "messages": ["say"],
        "parameters": ["id"],
        "schemas": ["query", "text", "messages_headers"],
        "operationTraits": ["trait"],
        "tags": ["tag"],
        "externalDocs": ["docs"],
        "replies": ["answer"],
        "replyAddresses": ["where"],
        "messageTraits": ["trait"],
        "correlationIds": ["correlation"],
    }
    assert data["components"]["operations"]["talk"]["messages"] == [
        {"$ref": "#/channels/room/messages/say"}
    ]


def test_a_message_of_a_moved_channel_is_still_that_message(files: Files) -> None:
    """An operation's reference into a channel of another file leads into the moved channel."""
    files.write(
        asyncapi="""\
channels: {chat: {$ref: 'channels.yml#/chat'}}
operations:
  o:
    action: send
    channel: {$ref: '#/channels/chat'}
    messages: [{$ref: 'channels.yml#/chat/messages/hi'}]
""",
        channels="chat: {address: /, messages: {hi: {payload: {type: string}}}}",
    )
    data = files.bundle()
    assert data["operations"]["o"]["messages"] == [
        {"$ref": "#/components/channels/chat/messages/hi"}
    ]
    assert list(data["components"]) == ["channels"]


def test_whole_maps_are_written_where_they_are_referred_to(files: Files) -> None:
    """`operations`, `messages` and `components` of other files come into the document itself."""
    files.write(
        asyncapi="""\
channels: {chat: {address: /, messages: {$ref: messages.yml}}}
operations: {$ref: operations.yml}
components: {$ref: components.yml}
""",
        messages="hi: {payload: {$ref: 'components.yml#/schemas/Text'}}",
        operations="""\
o:
  action: receive
  channel: {$ref: 'asyncapi.yml#/channels/chat'}
  messages: [{$ref: 'messages.yml#/hi'}]
""",
        components="schemas: {Text: {type: string}}",
    )
    data = files.bundle()
    assert data["channels"]["chat"]["messages"] == {
        "hi": {"payload": {"$ref": "#/components/schemas/Text"}}
    }
    assert data["operations"]["o"]["messages"] == [{"$ref": "#/channels/chat/messages/hi"}]
    assert data["components"] == {"schemas": {"Text": {"type": "string"}}}


def test_a_schema_keeps_its_format(files: Files) -> None:
    """What a Multi Format Schema Object refers to says its own format as a component."""
    files.write(
        asyncapi="""\
channels:
  c:
    address: /
    messages:
      m:
        payload:
          schemaFormat: application/schema+json;version=2020-12
          schema: {$ref: tree.yml}
      n: {payload: {$ref: 'formats.yml#/other'}}
operations:
  o: {action: receive, channel: {$ref: '#/channels/c'}}
""",
        tree="""\
prefixItems: [{$ref: '#/$defs/leaf'}]
$defs: {leaf: {type: string}}
""",
        formats="""\
other:
  schemaFormat: application/schema+json;version=draft-07
  schema: {$ref: '#/bare'}
bare: {type: integer}
""",
    )
    data = files.bundle()
    assert data["components"]["schemas"] == {
        "tree": {
            "schemaFormat": "application/schema+json;version=2020-12",
            "schema": {
                "prefixItems": [{"$ref": "#/components/schemas/tree/schema/$defs/leaf"}],
                "$defs": {"leaf": {"type": "string"}},
            },
        },
        "other": {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": {"$ref": "#/components/schemas/bare"},
        },
        "bare": {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": {"type": "integer"},
        },
    }


def test_what_stands_where_nobody_looks_is_followed_too(files: Files) -> None:
    """A schema in an extension that is referred to may refer to another file."""
    files.write(
        asyncapi="x-schemas: {A: {$ref: a.yml}}\n"
        + ONE_MESSAGE.replace("PAYLOAD", "'#/x-schemas/A'"),
        a="type: string",
    )
    assert files.bundle()["x-schemas"] == {"A": {"$ref": "#/components/schemas/a"}}


def test_data_is_no_reference(files: Files) -> None:
    """What looks like a reference in examples, constants and extensions stays as it is."""
    text = """\
x-more: {$ref: nowhere.yml}
channels:
  c:
    address: /
    messages:
      m:
        payload: {enum: [{$ref: nowhere.yml}], examples: [{$ref: nowhere.yml}]}
        examples: [{payload: {$ref: nowhere.yml}}]
"""
    files.write(asyncapi=text)
    documents = open_documents(files.main)
    assert bundle(documents) == documents.main.data


def test_references_that_lead_nowhere_are_reported_all_at_once(files: Files) -> None:
    """Each has its place; a document that cannot be bundled is not half bundled."""
    files.write(
        asyncapi="""\
channels:
  c:
    address: /
    messages: {m: {payload: {$ref: nowhere.yml}}, n: {$ref: 'a.yml#/n'}}
""",
        a="m: {}",
    )
    with pytest.raises(UnresolvableReference) as caught:
        bundle(open_documents(files.main))
    assert [finding.line for finding in caught.value.findings] == [6, 6]


def test_the_files_are_not_changed(files: Files) -> None:
    """The data of the documents is as it was."""
    files.write(asyncapi=ONE_MESSAGE.replace("PAYLOAD", "a.yml"), a="properties: {a: {$ref: '#'}}")
    documents = open_documents(files.main)
    bundle(documents)["channels"]["c"]["address"] = "changed"
    assert [source.data for source in documents.sources()] == [
        open_documents(files.main).main.data,
        {"properties": {"a": {"$ref": "#"}}},
    ]


def _self_contained() -> list[Path]:
    files = sorted((ROOT / "specs").iterdir())
    return files + (sorted(REAL.iterdir()) if REAL.is_dir() else [])


@pytest.mark.parametrize("file", _self_contained(), ids=lambda file: file.name)
def test_a_document_of_one_file_comes_back_equal(file: Path) -> None:
    """Bundling it and writing it are the identity on its data, order included."""
    try:
        documents = open_documents(file)
    except SpecError:
        pytest.skip("it cannot be read at all")
    data = bundle(documents)
    assert json.dumps(data) == json.dumps(documents.main.data)
    for suffix, text in ((".yml", to_yaml(data)), (".json", to_json(data))):
        uri = f"file://{os.sep}written{suffix}"
        again = read_source("written", uri, text.encode()).data
        assert json.dumps(again) == json.dumps(data)


def _taken_apart(data: Any, folder: Path) -> Path:
    """The document with its components in files, one for each section."""
    components = data.get("components", {})

    def moved(value: Any) -> Any:
        if isinstance(value, list):
            return [moved(item) for item in value]
        if not isinstance(value, dict):
            return value
        copy = {key: moved(item) for key, item in value.items()}
        parts = str(copy.get("$ref")).split("/")
        if parts[:2] == ["#", "components"] and parts[3:]:
            copy["$ref"] = f"{parts[2]}.json#/{'/'.join(parts[3:])}"
        return copy

    for section, entries in components.items():
        (folder / f"{section}.json").write_text(to_json(moved(entries)), encoding="utf-8")
    main = folder / "asyncapi.json"
    rest = {key: moved(value) for key, value in data.items() if key != "components"}
    main.write_text(to_json(rest), encoding="utf-8")
    return main


@pytest.mark.parametrize("file", _self_contained(), ids=lambda file: file.name)
def test_a_document_that_was_taken_apart_is_put_together(file: Path, tmp_path: Path) -> None:
    """Its components moved to files and bundled, it means what it meant."""
    try:
        data = open_documents(file).main.data
        wanted = _meaning(data)
        together = bundle(open_documents(_taken_apart(data, tmp_path)))
    except SpecError:
        pytest.skip("it cannot be loaded, or refers to what is not there")
    if not all(ref.startswith("#") for ref in _references(together)):
        pytest.skip("it has references below keywords that nobody knows")
    assert _meaning(together) == wanted


def test_what_was_taken_apart_comes_back_under_its_names(tmp_path: Path) -> None:
    """Where the names are legal and all components are used, the data is what it was."""
    data = open_documents(ROOT / "specs" / "tictactoe.yml").main.data
    assert bundle(open_documents(_taken_apart(data, tmp_path))) == data
