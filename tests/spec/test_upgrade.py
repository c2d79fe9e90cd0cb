"""AsyncAPI 2.x to 3.1: what becomes what, what is noted, and that nothing breaks it."""

# ruff: noqa: E501, RUF005  # documents and tables, one case to a line
from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncapi_guard.errors import InvalidDocument, Severity, SpecError, UnsupportedVersion
from asyncapi_guard.lint import RULES, lint
from asyncapi_guard.spec import load
from asyncapi_guard.spec.serializing import to_yaml
from asyncapi_guard.spec.source import Source, read_source
from asyncapi_guard.spec.upgrade import upgrade
from asyncapi_guard.spec.upgrade.edited_file import edited_file

HEAD = "asyncapi: 2.6.0\ninfo: {title: T, version: '1'}\n"


def source_of(text):
    text = text if "asyncapi:" in text else HEAD + text
    return read_source("old.yml", "file:///old.yml", text.encode())


def up(text):
    """The converted data of a document; `HEAD` is put before it when it does not begin one."""
    return upgrade(source_of(text)).data


def notes(text):
    return [note.message for note in upgrade(source_of(text)).notes]


def fine(text):
    """The converted data, which our own checks have nothing against, and without a note."""
    upgraded = upgrade(source_of(text))
    assert not upgraded.notes
    assert not [finding for finding in lint(upgraded.data) if finding.severity == "error"]
    return upgraded.data


# -- versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [f"2.{minor}.0" for minor in range(7)] + ["2.6.1"])
def test_every_version_2_becomes_3_1(version):
    """Documents of 2.0 to 2.6 become 3.1.0."""
    assert fine(HEAD.replace("2.6.0", version) + "channels: {}")["asyncapi"] == "3.1.0"


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("asyncapi: 3.9.0", "'3.9.0' is not supported"),
        ("asyncapi: 2.0.0-rc1", "release candidates"),
        ("asyncapi: 1.2.0", "2.0 to 2.6 can"),
        ("asyncapi: 2.7.0", "2.0 to 2.6 can"),
        ("asyncapi: 2.6", "must be a string"),
        ("openapi: 3.0.0", "looks like an OpenAPI document"),
        ("info: {}", "not an AsyncAPI document"),
    ],
)
def test_other_versions_are_refused(head, said):
    """A document of another version, or another kind, is told apart."""
    with pytest.raises(UnsupportedVersion, match=said):
        upgrade(read_source("old.yml", "file:///old.yml", head.encode()))


@pytest.mark.parametrize("text", ["", "[]", "5"])
def test_what_is_no_mapping_is_refused(text):
    """A document must be a mapping."""
    with pytest.raises(InvalidDocument, match="expected a mapping"):
        upgrade(read_source("old.yml", "file:///old.yml", text.encode()))


# -- the head of a document ------------------------------------------------------------------------


def test_root_tags_and_docs_move_into_info():
    """`tags` and `externalDocs` of the document are those of `info`, references to them follow."""
    data = fine("""
        asyncapi: 2.6.0
        id: urn:example:chat
        info: {title: T, version: '1', contact: {name: N, x-room: 5}, x-a: 1}
        tags: [{name: a, externalDocs: {url: 'https://example.com'}}]
        externalDocs: {url: 'https://example.com'}
        defaultContentType: application/json
        channels: {}
        x-root: {y: 1}
    """)
    assert data["info"]["tags"] == [{"name": "a", "externalDocs": {"url": "https://example.com"}}]
    assert data["info"]["externalDocs"] == {"url": "https://example.com"}
    assert data["info"]["contact"] == {"name": "N", "x-room": 5}
    assert list(data) == ["asyncapi", "id", "info", "defaultContentType", "channels", "x-root"]


def test_unknown_fields_are_left_out_with_a_note():
    """What neither version knows is left out, with its place; extensions stay."""
    upgraded = upgrade(source_of("channels:\n  /:\n    descripton: typo\n    x-mine: 1\n"))
    assert upgraded.data["channels"]["root"] == {"address": "/", "x-mine": 1}
    (note,) = upgraded.notes
    assert (note.file, note.line, note.column) == ("old.yml", 5, 5)
    assert (note.pointer, note.code) == ("/channels/~1/descripton", "upgrade")
    assert note.severity is Severity.WARNING
    assert "3.x has no 'descripton' here" in note.message


# -- servers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "host", "pathname"),
    [
        ("ws://example.com/socket.io", "example.com", "/socket.io"),
        ("example.com:{port}", "example.com:{port}", None),
        ("{scheme}://example.com/{version}/", "example.com", "/{version}/"),
        ("//example.com/", "example.com", None),
        ("ws://[::1]:5000", "[::1]:5000", None),
    ],
)
def test_a_url_is_split(url, host, pathname):
    """A server's URL becomes host and pathname."""
    server = up(f"channels: {{}}\nservers:\n  s: {{url: '{url}', protocol: ws}}")["servers"]["s"]
    assert (server["host"], server.get("pathname")) == (host, pathname)
    assert "url" not in server


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://example.com", "no place for 'https'"),
        ("ws://user:secret@example.com", "no user and password"),
        ("ws://example.com/x?y=1", "'?y=1' has no place"),
        ("/socket.io", "names no host"),
        ("a:9092,b:9092", "one host"),
        ("{host}", "'host' was not declared"),
    ],
)
def test_what_a_host_cannot_say_is_noted(url, said):
    """Schemes that are not the protocol, users, queries and lists of hosts are noted."""
    (note,) = notes(f"channels: {{}}\nservers:\n  s: {{url: '{url}', protocol: ws}}")
    assert said in note
    assert "secret" not in note


def test_variables_of_a_url_are_declared():
    """A variable that 2.x did not declare gets an empty declaration."""
    server = up("channels: {}\nservers:\n  s: {url: '{h}:{p}', protocol: ws, variables: {p: {}}}")
    assert server["servers"]["s"]["variables"] == {"p": {}, "h": {}}


def test_illegal_server_names_change():
    """A server gets a legal name, and channels and references find it."""
    data = up("""
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        servers:
          my server: {url: a, protocol: ws}
          myServer: {url: b, protocol: ws}
        channels:
          /: {servers: [my server, myServer, nowhere]}
        x-see: {$ref: '#/servers/my%20server/url'}
    """)
    assert list(data["servers"]) == ["myServer2", "myServer"]
    assert data["channels"]["root"]["servers"] == [
        {"$ref": "#/servers/myServer2"},
        {"$ref": "#/servers/myServer"},
    ]
    assert data["x-see"] == {"$ref": "#/servers/myServer2/url"}


SECURE = """
    asyncapi: 2.6.0
    info: {{title: T, version: '1'}}
    channels: {{}}
    servers:
      s: {{url: example.com, protocol: ws, security: {}}}
    components:
      securitySchemes:
        key: {{type: apiKey, in: user}}
        oauth:
          type: oauth2
          flows:
            implicit: {{authorizationUrl: 'https://example.com', scopes: {{read: Reading}}}}
"""


def security(requirement):
    return up(SECURE.format(requirement))["servers"]["s"].get("security")


def test_requirements_become_references():
    """A requirement without scopes is a reference to the scheme."""
    assert security("[{key: []}]") == [{"$ref": "#/components/securitySchemes/key"}]
    assert security("[]") is None


def test_scopes_become_a_part_of_the_scheme():
    """A requirement with scopes is a copy of the scheme that says them."""
    (scheme,) = fine(SECURE.format("[{oauth: [read]}]"))["servers"]["s"]["security"]
    assert scheme["scopes"] == ["read"]
    assert scheme["flows"]["implicit"]["availableScopes"] == {"read": "Reading"}


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ("[{key: [], oauth: []}]", "any one of the schemes"),
        ("[{}]", "'no security'"),
        ("[{key: [read]}]", "takes no scopes"),
        ("5", "must be a list"),
    ],
)
def test_what_security_cannot_say_is_noted(requirement, said):
    """All of several schemes, none as an alternative, and scopes of what has none are noted."""
    (note,) = notes(SECURE.format(requirement))
    assert said in note


# -- channels --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "id"),
    [
        ("/", "root"),
        ("/chat", "chat"),
        ("user/{id}/events", "userIdEvents"),
        ("a.b-c", "aBC"),
        ("ünï", "n"),
        ("§", "root"),
    ],
)
def test_channel_ids_are_readable(address, id):
    """The id of a channel is made from its address."""
    channels = up(f"channels:\n  '{address}': {{}}")["channels"]
    assert {key: channel["address"] for key, channel in channels.items()} == {id: address}


def test_channel_ids_are_unique():
    """Addresses that would have the same id get different ones, in order."""
    channels = up("channels: {a/b: {}, a-b: {}, aB: {}, aB2: {}}")["channels"]
    assert list(channels) == ["aB", "aB2", "aB3", "aB22"]


def test_the_server_receives_what_clients_publish():
    """`publish` becomes `receive`, `subscribe` becomes `send`; each lists its own messages."""
    data = fine("""
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        channels:
          /:
            publish:
              message: {oneOf: [{$ref: '#/components/messages/Move'}, {name: chat}]}
            subscribe:
              operationId: tell
              message: {$ref: '#/components/messages/Move'}
        components: {messages: {Move: {name: move, payload: {type: object}}}}
    """)
    assert data["channels"]["root"]["messages"] == {
        "Move": {"$ref": "#/components/messages/Move"},
        "chat": {"name": "chat"},
    }
    assert data["operations"] == {
        "receiveRoot": {
            "action": "receive",
            "channel": {"$ref": "#/channels/root"},
            "messages": [
                {"$ref": "#/channels/root/messages/Move"},
                {"$ref": "#/channels/root/messages/chat"},
            ],
        },
        "tell": {
            "action": "send",
            "channel": {"$ref": "#/channels/root"},
            "messages": [{"$ref": "#/channels/root/messages/Move"}],
        },
    }
    contract = load(data)
    assert [m.event for m in contract.operations["receiveRoot"].messages] == ["move", "chat"]


def test_operation_ids_are_unique():
    """An operationId that was given twice, or that another would get, is used once."""
    data = up("""
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        channels:
          a: {publish: {operationId: x, message: {}}, subscribe: {message: {}}}
          b: {publish: {operationId: x, message: {}}}
          c: {publish: {operationId: sendA, message: {}}}
    """)
    assert list(data["operations"]) == ["x", "sendA2", "receiveB", "sendA"]


def test_an_operation_keeps_the_rest():
    """Summary, description, tags, docs, bindings, security and extensions stay."""
    data = fine("""
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        channels:
          /:
            description: D
            bindings: {ws: {method: GET, bindingVersion: 0.1.0}}
            x-handlers: {connect: app.connect}
            publish:
              summary: S
              description: D
              tags: [{name: t}]
              externalDocs: {url: 'https://example.com'}
              security: [{key: []}]
              bindings: {ws: {}}
              x-more: 1
              message: {name: a}
        components: {securitySchemes: {key: {type: apiKey, in: user}}}
    """)
    assert list(data["operations"]["receiveRoot"]) == [
        *("action", "channel", "summary", "description", "tags", "externalDocs", "security"),
        *("bindings", "x-more", "messages"),
    ]
    assert data["channels"]["root"]["x-handlers"] == {"connect": "app.connect"}
    assert data["channels"]["root"]["bindings"] == {
        "ws": {"method": "GET", "bindingVersion": "0.1.0"}
    }


def test_an_operation_without_messages_has_none():
    """No message in 2.x is an empty list in 3.x, where a missing one would mean all."""
    text = "channels:\n  /: {publish: {message: {name: a}}, subscribe: {}}"
    assert up(text)["operations"]["sendRoot"]["messages"] == []
    assert notes(text) == ["the operation names no message, so 'messages' is empty in 3.x"]


def test_an_empty_choice_is_no_note():
    """`oneOf: []`, as SIO-AsyncAPI writes it, says that there is none."""
    data = fine("channels:\n  /: {subscribe: {message: {oneOf: []}}}")
    assert data["operations"]["sendRoot"]["messages"] == []


def test_a_channel_that_is_a_reference_is_copied():
    """Only a channel says its address, so a component is copied into each that refers to it."""
    data = fine("""
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        channels:
          /a: {$ref: '#/components/channels/C'}
          /b: {$ref: '#/components/channels/C'}
        components:
          channels:
            C: {publish: {message: {name: m, payload: {type: string}}}}
            spare: {subscribe: {message: {name: n, payload: {type: string}}}}
    """)
    assert {c["address"] for c in data["channels"].values()} == {"/a", "/b"}
    assert [list(c["messages"]) for c in data["channels"].values()] == [["m"], ["m"]]
    assert list(data["operations"]) == ["receiveA", "receiveB"]
    assert list(data["components"]["channels"]) == ["spare"]
    assert data["components"]["operations"]["sendSpare"] == {
        "action": "send",
        "channel": {"$ref": "#/components/channels/spare"},
        "messages": [{"$ref": "#/components/channels/spare/messages/n"}],
    }


def test_a_query_goes_to_the_binding():
    """The query of an address is what the handshake carries; a fragment has no place."""
    text = "channels:\n  '/news?token={{t}}&v=1': {{}}\n  '/a#b': {{}}\nservers: {}"
    data = up(text.format("{s: {url: 'ws://example.com', protocol: ws}}"))
    assert data["channels"]["newsTokenTV1"] == {
        "address": "/news",
        "bindings": {
            "ws": {
                "query": {
                    "type": "object",
                    "properties": {"token": {"type": "string"}, "v": {"const": "1"}},
                }
            }
        },
    }
    kafka = text.format("{s: {url: example.com, protocol: kafka}}")
    assert [c["address"] for c in up(kafka)["channels"].values()] == ["/news", "/a"]
    assert len(notes(kafka)) == 2


def test_parameters_are_strings():
    """Enum, default, examples and description of a schema are a parameter's; the rest is noted."""
    text = """
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        channels:
          /{a}/{b}/{c.d}:
            parameters:
              a: {schema: {type: string, enum: [x], default: x, examples: [x], description: d}}
              b: {$ref: '#/components/parameters/B'}
              gone: {}
        components:
          parameters:
            B: {description: D, location: '$message.payload#/b', schema: {type: integer, enum: [1, true]}}
    """
    data = up(text)
    assert data["channels"]["aBCD"]["address"] == "/{a}/{b}/{cD}"
    assert data["channels"]["aBCD"]["parameters"] == {
        "a": {"enum": ["x"], "default": "x", "examples": ["x"], "description": "d"},
        "b": {"$ref": "#/components/parameters/B"},
        "cD": {},
    }
    assert data["components"]["parameters"]["B"] == {
        "enum": ["1", "true"],
        "description": "D",
        "location": "$message.payload#/b",
    }
    assert notes(text) == [
        "the address has no such parameter; left out",
        "a parameter is a string in 3.x, and has no type; left out",
    ]


def test_a_schema_of_a_parameter_that_is_used_elsewhere_survives():
    """A schema that 3.x has no place for gets one in `components` when something refers to it."""
    data = up("""
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        channels:
          /{a}:
            parameters: {a: {$ref: '#/components/parameters/A'}}
            publish: {message: {payload: {$ref: '#/components/parameters/A/schema'}}}
        components: {parameters: {A: {schema: {type: string, minLength: 3}}}}
    """)
    assert data["channels"]["a"]["messages"]["schema"]["payload"] == {
        "$ref": "#/components/schemas/A"
    }
    assert data["components"]["schemas"] == {"A": {"type": "string", "minLength": 3}}


# -- messages --------------------------------------------------------------------------------------


def message(text, more="{}"):
    """The one message whose fields are `text`, converted."""
    channel = f"channels:\n  /: {{publish: {{message: {text}}}}}\ncomponents: {more}"
    (found,) = up(channel)["channels"]["root"]["messages"].values()
    return found


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{messageId: id1, name: n}", "id1"),
        ("{name: new message}", "newMessage"),
        ("{title: A title}", "ATitle"),
        ("{payload: {$ref: '#/components/schemas/S'}}", "S"),
        ("{}", "message"),
    ],
)
def test_message_keys_are_readable(text, key):
    """The key of a message is its id, its component's, its name's, its schema's or its title's."""
    data = up(
        f"channels:\n  /: {{publish: {{message: {text}}}}}\ncomponents: {{schemas: {{S: {{}}}}}}"
    )
    assert list(data["channels"]["root"]["messages"]) == [key]


def test_other_formats_stand_beside_the_schema():
    """A payload in another format is a multi-format schema; AsyncAPI's own needs none."""
    other = "application/schema+json;version=draft-07"
    assert message(f"{{schemaFormat: '{other}', payload: {{type: string}}}}") == {
        "payload": {"schemaFormat": other, "schema": {"type": "string"}}
    }
    own = "application/vnd.aai.asyncapi+json;version=2.0.0"
    assert message(f"{{schemaFormat: '{own}', payload: {{type: string}}}}") == {
        "payload": {"type": "string"}
    }


def test_a_reference_into_a_payload_finds_the_schema():
    """References into what moved are rewritten, pointers with escapes too."""
    data = fine("""
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        channels:
          /a b:
            publish:
              message:
                name: one
                schemaFormat: application/schema+json;version=draft-07
                payload: {type: object, properties: {x/y: {type: string}}}
          /c:
            publish:
              message:
                name: two
                payload: {$ref: '#/channels/~1a%20b/publish/message/payload/properties/x~1y'}
            subscribe:
              message: {$ref: '#/channels/~1a%20b/publish/message'}
    """)
    assert data["channels"]["c"]["messages"] == {
        "two": {
            "name": "two",
            "payload": {"$ref": "#/channels/aB/messages/one/payload/schema/properties/x~1y"},
        },
        "one": {"$ref": "#/channels/aB/messages/one"},
    }
    assert load(data).channels["c"].messages["two"].payload.is_valid("a")


def test_a_component_of_several_messages_is_expanded():
    """`oneOf` in a component becomes components of their own, listed where it was used."""
    data = up("""
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        channels:
          /: {publish: {message: {$ref: '#/components/messages/Any'}}}
        components:
          messages:
            Any: {oneOf: [{$ref: '#/components/messages/A'}, {name: b}, {oneOf: [{name: c}]}]}
            A: {name: a}
    """)
    assert list(data["components"]["messages"]) == ["Any2", "Any3", "A"]
    assert [m["$ref"] for m in data["operations"]["receiveRoot"]["messages"]] == [
        "#/channels/root/messages/A",
        "#/channels/root/messages/b",
        "#/channels/root/messages/c",
    ]
    assert not [f for f in lint(data) if f.severity == "error"]


ACK = "{{name: m, x-ack: {}}}"
ACKS = "{messages: {Answer: {payload: {type: string}}, Bare: {}}, schemas: {S: {type: string}}}"


@pytest.mark.parametrize(
    ("ack", "converted"),
    [
        ("{args: {type: string}}", {"args": {"type": "string"}}),
        ("{type: object, properties: {args: {}}}", {"type": "object", "properties": {"args": {}}}),
        ("{$ref: '#/components/schemas/S'}", {"$ref": "#/components/schemas/S"}),
        (
            "{$ref: '#/components/messages/Answer'}",
            {"$ref": "#/components/messages/Answer/payload"},
        ),
        (
            "{args: {$ref: '#/components/messages/Answer'}}",
            {"args": {"$ref": "#/components/messages/Answer/payload"}},
        ),
        ("{name: a, payload: {type: string}}", {"type": "string"}),
        (
            "{payload: {type: string}, schemaFormat: application/schema+json;version=draft-07}",
            {
                "schemaFormat": "application/schema+json;version=draft-07",
                "schema": {"type": "string"},
            },
        ),
    ],
)
def test_an_ack_is_a_schema(ack, converted):
    """`x-ack` is kept in every form; where it says a message, that one's payload is meant."""
    assert message(ACK.format(ack), ACKS)["x-ack"] == converted


def test_an_ack_of_a_message_without_payload_is_noted():
    """A message that says nothing about its payload makes no ack."""
    ack = ACK.format("{$ref: '#/components/messages/Bare'}")
    text = f"channels:\n  /: {{publish: {{message: {ack}}}}}"
    assert notes(f"{text}\ncomponents: {ACKS}") == [
        "the message that x-ack says has no payload; left out"
    ]


OF_AN_OPERATION = {
    "of an operation": (
        "publish: {x-ack: {type: string}, message: {name: m}}",
        {"m": {"type": "string"}},
        "so it is on 'm' now",
    ),
    "of an operation with alternatives": (
        "subscribe: {x-ack: {type: string}, message: {oneOf: [{name: m}, {name: n}]}}",
        {"m": {"type": "string"}, "n": {"type": "string"}},
        "so it is on 'm', 'n' now",
    ),
    "that says a message": (
        "publish: {x-ack: {name: a, payload: {type: integer}}, message: {name: m}}",
        {"m": {"type": "integer"}},
        "so it is on 'm' now",
    ),
    "of a trait": (
        "publish: {traits: [{x-ack: {type: string}}], message: {name: m}}",
        {"m": {"type": "string"}},
        "so it is on 'm' now",
    ),
    "beside one of a message": (
        "publish: {x-ack: {type: string}, message: {name: m, x-ack: {type: integer}}}",
        {"m": {"type": "integer"}},
        "so its messages have their own",
    ),
}


@pytest.mark.parametrize(
    ("text", "acks", "note"), OF_AN_OPERATION.values(), ids=list(OF_AN_OPERATION)
)
def test_an_ack_of_an_operation_goes_to_its_messages(text, acks, note):
    """There it is judged; a note says so."""
    text = f"channels:\n  /: {{{text}}}"
    data = up(text)
    messages = data["channels"]["root"]["messages"]
    assert {key: each["x-ack"] for key, each in messages.items()} == acks
    assert "x-ack" not in str(data["operations"])
    assert notes(text) == [f"x-ack is read on messages only, {note}"]


TWO = "{/: {publish: {OWN, message: {$ref: '#/components/messages/m'}}}, /b: {publish: {OTHER, message: {$ref: '#/components/messages/m'}}}}"


def test_an_ack_of_two_operations_that_share_a_message():
    """It goes to the message if both say the same; else it stays, and a note says so."""
    text = f"channels: {TWO}\ncomponents: {{messages: {{m: {{payload: {{}}}}}}}}"
    same = text.replace("OWN", "x-ack: {type: string}").replace("OTHER", "x-ack: {type: string}")
    assert up(same)["components"]["messages"]["m"]["x-ack"] == {"type": "string"}
    other = text.replace("OWN", "x-ack: {type: string}").replace("OTHER", "summary: s")
    assert up(other)["operations"]["receiveRoot"]["x-ack"] == {"type": "string"}
    assert notes(other) == [
        (
            "x-ack is read on messages only, and stays where it is: another operation has the same "
            "message, and not the same x-ack"
        )
    ]


def test_an_ack_of_an_operation_without_messages_stays():
    """There is nothing that it could be the ack of."""
    text = "channels:\n  /: {publish: {x-ack: {type: string}}}"
    assert up(text)["operations"]["receiveRoot"]["x-ack"] == {"type": "string"}
    assert any("stays where it is: the operation has no messages" in n for n in notes(text))


def test_examples_of_2_0_are_payloads():
    """An example that has neither payload nor headers is one of the payload."""
    text = "{name: m, examples: [{payload: 1, name: n}, {a: 1}, {name: Ann}]}"
    assert message(text)["examples"] == [
        {"payload": 1, "name": "n"},
        {"payload": {"a": 1}},
        {"payload": {"name": "Ann"}},
    ]


def test_references_in_examples_are_data():
    """A `$ref` in an example, a default or a constant is no reference."""
    text = "channels:\n  /: {publish: {message: {name: m, payload: {default: {$ref: '#/channels/~1'}}}}}"
    payload = up(text)["channels"]["root"]["messages"]["m"]["payload"]
    assert payload == {"default": {"$ref": "#/channels/~1"}}


def test_a_property_called_default_is_a_schema():
    """Below `properties` stand schemas, whatever they are called."""
    text = """channels:
      /: {publish: {message: {name: m, payload: {properties: {default: {$ref: '#/channels/~1/publish/message/payload'}}}}}}"""
    payload = up(text)["channels"]["root"]["messages"]["m"]["payload"]
    assert payload["properties"]["default"] == {"$ref": "#/channels/root/messages/m/payload"}


def test_what_a_trait_replaced_is_left_out():
    """A trait's value replaced the message's own in 2.x; it still counts."""
    text = "{name: m, title: own, traits: [[{title: theirs, messageId: x}, {a: 1}]]}"
    assert message(text) == {"name": "m", "traits": [{"title": "theirs"}]}
    assert len(notes(f"channels:\n  /: {{publish: {{message: {text}}}}}")) == 3


def test_maps_of_a_trait_are_compared():
    """Maps are merged in both versions; only a value that differs is noted."""
    text = "channels:\n  /: {{publish: {{message: {{name: m, headers: {{title: a}}, traits: [{{headers: {}}}]}}}}}}"
    assert notes(text.format("{type: object}")) == []
    assert "2.x applied the trait's" in notes(text.format("{title: b}"))[0]


def test_a_schema_format_of_a_trait_is_the_payload_s():
    """`schemaFormat` of a message's trait goes where the payload is."""
    text = """
        asyncapi: 2.0.0
        info: {title: T, version: '1'}
        channels:
          /: {publish: {message: {$ref: '#/components/messages/M'}}}
        components:
          messages: {M: {payload: {type: string}, traits: [{$ref: '#/components/messageTraits/T'}]}}
          messageTraits: {T: {schemaFormat: application/schema+json;version=draft-07}}
    """
    data = up(text)
    assert data["components"]["messages"]["M"]["payload"]["schema"] == {"type": "string"}
    assert data["components"]["messageTraits"] == {"T": {}}


def test_other_files_are_noted():
    """A message, parameter or channel in another file stays a reference, and is noted; a schema is not."""
    text = """
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        channels:
          /a/{p}:
            parameters: {p: {$ref: 'other.yml#/p'}}
            publish: {message: {$ref: 'other.yml#/m'}}
            subscribe: {message: {name: n, payload: {$ref: 'other.yml#/s'}}}
          /b: {$ref: 'other.yml#/c'}
    """
    data = up(text)
    assert data["channels"]["b"] == {"$ref": "other.yml#/c"}
    assert data["channels"]["aP"]["messages"]["m"] == {"$ref": "other.yml#/m"}
    assert len(notes(text)) == 3
    assert all("in another file is not converted" in note for note in notes(text))


# -- components and bindings -----------------------------------------------------------------------


def test_illegal_component_names_change():
    """A component gets a legal name, and references find it."""
    text = """
        asyncapi: 2.6.0
        info: {title: T, version: '1'}
        channels:
          /: {publish: {message: {name: m, payload: {$ref: '#/components/schemas/a~1b'}}}}
        components: {schemas: {a/b: {type: string}, aB: {}}}
    """
    data = up(text)
    assert list(data["components"]["schemas"]) == ["aB2", "aB"]
    payload = data["channels"]["root"]["messages"]["m"]["payload"]
    assert payload == {"$ref": "#/components/schemas/aB2"}
    assert len(notes(text)) == 1


@pytest.mark.parametrize(
    ("bindings", "converted", "said"),
    [
        (
            "{http: {type: request, method: GET, bindingVersion: 0.1.0}}",
            {"http": {"method": "GET", "bindingVersion": "0.2.0"}},
            2,
        ),
        ("{kafka: {clientId: me}}", {"kafka": {"clientId": {"type": "string", "enum": ["me"]}}}, 1),
        ("{mqtt: {qos: many, x-a: 1}}", {"mqtt": {"x-a": 1}}, 1),
        (
            "{mqtt: {qos: 1, bindingVersion: latest}}",
            {"mqtt": {"qos": 1, "bindingVersion": "latest"}},
            0,
        ),
        (
            "{amqp: {deliveryMode: 2, expiration: 0}}",
            {"amqp": {"deliveryMode": 2, "expiration": 0}},
            0,
        ),
        ("{amqp: {deliveryMode: '2', expiration: -1}}", {"amqp": {}}, 2),
        ("{amqp: {priority: true}}", {"amqp": {}}, 1),
        ("{socket io: {a: 1}}", {"x-socketIo": {"a": 1}}, 1),
        ("{stomp: {}, redis: {a: 1}}", {"stomp": {}, "x-redis": {"a": 1}}, 1),
        (
            "{$ref: '#/components/operationBindings/x'}",
            {"$ref": "#/components/operationBindings/x"},
            0,
        ),
    ],
)
def test_bindings_fit_what_3_1_knows(bindings, converted, said):
    """Versions, fields and protocols that AsyncAPI 3.1 does not know are changed, and noted."""
    text = f"channels:\n  /: {{publish: {{bindings: {bindings}, message: {{name: m}}}}}}"
    assert up(text)["operations"]["receiveRoot"]["bindings"] == converted
    assert len(notes(text)) == said


@pytest.mark.parametrize(
    ("binding", "converted"),
    [
        ("{is: queue, queue: {name: q}, exchange: {}}", {"is": "queue", "queue": {"name": "q"}}),
        ("{is: routingKey}", {"is": "routingKey", "exchange": {}}),
        ("{exchange: {durable: many, name: n}}", {"exchange": {"name": "n"}}),
        ("{exchange: 5}", {}),
        ("{}", {}),
    ],
)
def test_an_amqp_channel_is_an_exchange_or_a_queue(binding, converted):
    """AMQP 0.3.0 wants the one that `is` says, and refuses the other."""
    data = up(f"channels:\n  /: {{bindings: {{amqp: {binding}}}}}")
    assert data["channels"]["root"]["bindings"]["amqp"] == converted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("channels: []", "channels must be a mapping, not a list; left out"),
        ("channels: {/: 5}", "a channel must be a mapping, not a number"),
        ("channels: {/: {publish: 5}}", "publish must be a mapping; left out"),
        (
            "channels: {/: {publish: {message: 5}}}",
            "a message must be a mapping, not a number; left out",
        ),
        ("channels: {/: {servers: 5}}", "servers must be a list, not a number; left out"),
        ("channels: {/: {bindings: 5}}", "bindings must be a mapping, not a number; left out"),
        (
            "channels: {/: {publish: {tags: 5, message: {name: m}}}}",
            "expected a list, not a number; left out",
        ),
        (
            "channels: {/: {publish: {message: {name: m, schemaFormat: 5}}}}",
            "schemaFormat must be a string, not a number; left out",
        ),
        (
            "channels: {/: {publish: {message: {name: m, schemaFormat: x}}}}",
            "schemaFormat has no meaning without a payload; left out",
        ),
        (
            "channels: {/: {publish: {message: {messageId: a b}}}}",
            "3.x has no 'messageId': the key in a channel's messages is it",
        ),
        ("components: {messages: {M: 5}}", "expected a mapping, not a number; left out"),
        (
            "components: {parameters: {P: {schema: {$ref: x.yml}}}}",
            "the schema of a parameter is not part of this document; left out",
        ),
        ("components: {replies: {}}", "3.x has no 'replies' here; left out"),
        ("components: 5", "components must be a mapping, not a number; left out"),
        ("servers: {s: {protocol: ws}}", "a server must have a 'url'"),
        ("servers: {s: {protocol: ws, url: 5}}", "url must be a string, not a number; left out"),
        (
            "servers: {s: {protocol: ws, url: a, variables: 5}}",
            "expected a mapping, not a number; left out",
        ),
        ("tags: 5", "expected a list, not a number; left out"),
    ],
)
def test_what_is_wrong_is_left_out_with_a_note(text, said):
    """A value of the wrong kind is noted; the rest is converted."""
    assert notes(text) == [said]
    assert up(text)["asyncapi"] == "3.1.0"


def test_extensions_are_kept_everywhere():
    """`x-` fields stay, and references in them follow."""
    ref = "{$ref: '#/channels/~1/publish/message'}"
    data = fine(f"""
        asyncapi: 2.6.0
        info: {{title: T, version: '1'}}
        servers: {{s: {{url: a, protocol: ws, x-a: {ref}, bindings: {{x-b: 1}}}}}}
        channels:
          /{{p}}: {{parameters: {{p: {{x-a: 1, schema: {{x-b: 2}}}}}}}}
          /: {{publish: {{message: {{name: m, payload: {{type: string}}, x-a: {ref}}}}}}}
        components: {{x-a: {ref}}}
    """)
    moved = {"$ref": "#/channels/root/messages/m"}
    assert data["servers"]["s"]["x-a"] == moved
    assert data["servers"]["s"]["bindings"] == {"x-b": 1}
    assert data["channels"]["p"]["parameters"] == {"p": {"x-a": 1, "x-b": 2}}
    assert data["channels"]["root"]["messages"]["m"]["x-a"] == moved
    assert data["components"]["x-a"] == moved


SIO = """
asyncapi: 2.5.0
info: {title: Demo, version: 1.0.0}
servers: {BACKEND: {url: 'http://localhost:5000', protocol: socketio}}
channels:
  /:
    publish: {message: {oneOf: [{$ref: '#/components/messages/Sign_Up'}]}}
    subscribe: {message: {oneOf: []}}
    x-handlers: {disconnect: disconnect}
components:
  messages:
    Sign_Up:
      name: sign_up
      payload: {$ref: '#/components/schemas/Request', deprecated: false}
      x-ack: {title: Answer, type: object, properties: {data: {$ref: '#/components/schemas/Answer/definitions/Data'}}}
  schemas:
    NoSpec: {deprecated: false, description: Specification is not provided}
    Request: {type: object, properties: {email: {type: string, format: email}}}
    Answer: {type: object, definitions: {Data: {type: string}}}
"""


def test_documents_of_sio_asyncapi_can_be_guarded_by():
    """What SIO-AsyncAPI generates is understood: events, their payloads, their acks."""
    assert notes(SIO) == ["3.x has no place for 'http'; the protocol is 'socketio'"]
    (message,) = load(up(SIO)).operations["receiveRoot"].messages
    assert message.event == "sign_up"
    assert message.payload.is_valid({"email": "a@example.com"})
    assert not message.payload.is_valid({"email": 5})
    assert message.ack.alternatives[0].is_valid({"data": "x"})
    assert not message.ack.alternatives[0].is_valid({"data": 5})


# -- everything ------------------------------------------------------------------------------------


def test_the_old_document_is_not_changed():
    """Conversion reads; the data that was given is as it was."""
    source = source_of(EVERYTHING)
    before = copy.deepcopy(source.data)
    upgrade(source)
    assert source.data == before


def test_it_says_the_same_each_time():
    """Two conversions of one document are equal, in order too."""
    first, second = upgrade(source_of(EVERYTHING)), upgrade(source_of(EVERYTHING))
    assert to_yaml(first.data) == to_yaml(second.data)
    assert first.notes == second.notes


def test_many_copies_are_refused():
    """References that would make a huge document out of a small one are refused, not followed."""
    channels = "\n".join(f"  /{i}: {{$ref: '#/components/channels/C'}}" for i in range(2000))
    schema = ", ".join(f"p{i}: {{type: string}}" for i in range(500))
    component = f"C: {{publish: {{message: {{payload: {{properties: {{{schema}}}}}}}}}}}"
    with pytest.raises(InvalidDocument, match="more than 400,000 values"):
        up(f"channels:\n{channels}\ncomponents: {{channels: {{{component}}}}}")


EVERYTHING = """
asyncapi: 2.6.0
id: urn:x
info: {title: T, version: '1', contact: {name: n}, license: {name: l}}
tags: [{name: a, externalDocs: {url: 'https://example.com'}}]
externalDocs: {url: 'https://example.com'}
servers:
  s: {url: 'ws://{h}/p?q', protocol: ws, variables: {h: {enum: [a], default: a}}, bindings: {mqtt: {}},
      security: [{o: [r]}], tags: [{name: a}]}
channels:
  /{p}?q={p}:
    servers: [s]
    parameters: {p: {schema: {$ref: '#/components/schemas/S'}, location: '$message.payload#/p'}}
    bindings: {ws: {query: {type: object}}, amqp: {is: queue}}
    publish:
      operationId: o
      traits: [{$ref: '#/components/operationTraits/T'}, [{operationId: x}, 1]]
      security: [{k: []}]
      message:
        oneOf:
          - {$ref: '#/components/messages/M'}
          - {name: i, schemaFormat: 'application/schema+json;version=draft-07', payload: {type: string},
             traits: [{headers: {type: object}}], headers: {type: object}, examples: [{a: 1}],
             correlationId: {location: '$message.header#/c'}, x-ack: {$ref: '#/components/messages/M'}}
    subscribe: {message: {$ref: '#/channels/~1{p}?q={p}/publish/message/oneOf/1'}}
  /c: {$ref: '#/components/channels/C'}
components:
  channels: {C: {publish: {message: {$ref: '#/components/messages/N'}}}, D: {subscribe: {}}}
  messages: {M: {messageId: m, payload: {$ref: '#/components/parameters/P/schema'}}, N: {oneOf: [{name: n}]}}
  schemas: {S: {type: string, minLength: 1}}
  parameters: {P: {schema: {type: integer}}}
  operationTraits: {T: {bindings: {kafka: {clientId: a}}}}
  messageTraits: {U: {messageId: u}}
  securitySchemes: {o: {type: oauth2, flows: {implicit: {scopes: {r: R}}}}, k: {type: apiKey, in: user}}
  serverVariables: {v: {enum: [a]}}
  correlationIds: {c: {location: '$message.header#/c'}}
  messageBindings: {b: {http: {headers: {type: object}}}}
"""
_DATA = source_of(EVERYTHING).data


def places(value, path=()):
    yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        yield from places(item, (*path, key))


REFERENCES = st.sampled_from(
    [
        "#",
        "#/",
        "#/channels",
        "#/channels/~1c",
        "#/components/messages/N",
        "#/components/messages/M",
    ]
    + [
        "#/components/channels/C",
        "#/nowhere",
        "#x",
        "other.yml",
        "#/components/parameters/P/schema",
    ]
)
KEYS = st.one_of(
    st.sampled_from(
        ["$ref", "oneOf", "payload", "message", "traits", "x-ack", "args", "publish", "enum"]
    ),
    st.text(max_size=3),
)
TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), REFERENCES),
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(KEYS, below, max_size=3),
        REFERENCES.map(lambda ref: {"$ref": ref}),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(places(_DATA), key=str)), TREES)
def test_nothing_breaks_it(place, tree):
    """Whatever stands in whatever place: there is a result that can be written, or a `SpecError`."""
    data = copy.deepcopy(_DATA)
    if not place:
        data = tree
    else:
        holder = data
        for part in place[:-1]:
            holder = holder[part]
        holder[place[-1]] = tree
    try:
        upgraded = upgrade(Source("old", "mapping:", None, data))
    except SpecError:
        return
    text = to_yaml(upgraded.data)
    assert read_source("new.yml", "file:///new.yml", text.encode()).data == upgraded.data


def test_the_examples_of_the_docs():
    """What `docs/how-to/upgrading.md` shows is what happens: of 2.x without a note, of 3.x in the file."""
    text = (Path(__file__).parents[2] / "docs" / "how-to" / "upgrading.md").read_text(
        encoding="utf-8"
    )
    old, new, differs, fits = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert to_yaml(fine(old)) == new
    source = source_of(differs)
    assert edited_file(source, differs.encode(), upgrade(source).data).decode() == fits


# -- what is invented, and what has no place -------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "event"),
    [
        pytest.param("{payload: {type: integer}}", "message", id="nothing"),
        pytest.param("{title: A move, payload: {}}", "AMove", id="a title"),
        pytest.param("{payload: {$ref: '#/components/schemas/Move'}}", "Move", id="a schema"),
    ],
)
def test_an_invented_name_is_noted(message, event):
    """The key of a message without a name is its event in Socket.IO, so the note says it."""
    text = f"channels:\n  /: {{publish: {{message: {message}}}}}\n"
    text += "components: {schemas: {Move: {type: object}}}\n"
    assert notes(text) == [f"the message has no name; its event is called {event!r} in the result"]
    assert load(up(text)).operations["receiveRoot"].messages[0].event == event


@pytest.mark.parametrize(
    "message",
    [
        "{name: m}",
        "{messageId: m}",
        "{$ref: '#/components/messages/M'}",
        "{traits: [{name: m}]}",
    ],
)
def test_a_name_of_the_author_is_not_noted(message):
    """A name, a messageId, the key of a component and the name of a trait are the author's."""
    assert (
        notes(
            f"channels:\n  /: {{publish: {{message: {message}}}}}\ncomponents: {{messages: {{M: {{}}}}}}"
        )
        == []
    )


def test_two_nameless_messages_have_notes_of_their_own():
    """Each name is said where its message stands."""
    found = upgrade(
        source_of(
            "channels:\n  /:\n    publish:\n      message:\n        oneOf:\n        - {payload: {}}\n        - {payload: {}}\n"
        )
    ).notes
    assert [(n.line, n.message.partition("called ")[2]) for n in found] == [
        (8, "'message' in the result"),
        (9, "'message2' in the result"),
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (
            "channels: {/: {publish: {message: {description: d, oneOf: [{name: m}]}}}}",
            "description",
        ),
        ("channels: {/: {publish: {message: {x-a: 1, oneOf: [{name: m}]}}}}", "x-a"),
        (
            "channels: {/: {publish: {message: {$ref: '#/components/messages/M'}}}}\ncomponents: {messages: {M: {summary: s, oneOf: [{name: m}]}}}",
            "summary",
        ),
        (
            "channels: {/: {publish: {message: {$ref: '#/components/messages/M', title: t}}}}\ncomponents: {messages: {M: {}}}",
            "title",
        ),
    ],
)
def test_what_stands_beside_is_noted(text, key):
    """Beside `oneOf` and `$ref` there is no place for anything in 3.x."""
    (note,) = [note for note in upgrade(source_of(text)).notes if note.pointer.endswith("/" + key)]
    assert note.message.endswith("left out")
    assert f"{key} beside" in note.message


@pytest.mark.parametrize(
    ("url", "variables", "left"),
    [
        ("{scheme}://h", "{scheme: {enum: [ws, wss]}}", []),
        ("{scheme}://h/{scheme}", "{scheme: {}}", ["scheme"]),
        ("{scheme}://{host}", "{scheme: {}, host: {}}", ["host"]),
    ],
)
def test_the_scheme_of_a_url_is_noted(url, variables, left):
    """A scheme that is a variable is left out, and the variable with it if nothing else uses it."""
    text = (
        f"channels: {{}}\nservers: {{s: {{url: '{url}', protocol: wss, variables: {variables}}}}}\n"
    )
    found = notes(text)
    assert "the scheme '{scheme}' is left out; the protocol is 'wss'" in found
    dropped = "the variable 'scheme' has no use without the scheme; left out"
    assert (dropped in found) == ("scheme" not in left)
    assert list(up(text)["servers"]["s"].get("variables", ())) == left


# -- documents of others ---------------------------------------------------------------------------

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
# Valid 2.x, as the official parser sees it, that does not become a document without errors.
EXCEPTIONS = {
    "asyncapi__cli__test__fixtures__specification.json": "defaultContentType is 'json'",
    "asyncapi__converter-js__test__input__2.6.0__for-3.0.0-with-custom-schema-format.yml": "Avro",
    "asyncapi__tck__tests__asyncapi-2.0__Message_Trait_Object__invalid-examples-item.yml": (
        "its example is none of its payload"
    ),
    "asyncapi__tck__tests__asyncapi-2.0__Schema_Object__"
    "invalid-polymorphism-discriminated-field-not-required.yml": "its discriminator is not required",
    "asyncapi__tck__tests__bindings__http__0.1.0__Operation_Bindings_Object__"
    "invalid-query-schema-type.yml": "the query of its binding is no object",
    "asyncapi__tck__tests__bindings__ibmmq__0.1.0__Channel_Bindings_Object__Fields_Types__"
    "invalid-queue-exclusive-type.yml": "a boolean of its binding is a string",
    "asyncapi__tck__tests__bindings__ibmmq__0.1.0__Channel_Bindings_Object__Fields_Types__"
    "invalid-queue-is-partitioned-type.yml": "a boolean of its binding is a string",
    "asyncapi__tck__tests__bindings__ibmmq__0.1.0__Channel_Bindings_Object__Fields_Types__"
    "invalid-queue-required-objectName.yml": "the queue of its binding has no name",
    "asyncapi__tck__tests__bindings__ibmmq__0.1.0__Server_BIndings_Object__Fields_Types__"
    "invalid-heartbeat-interval.yml": "a number of its binding is too large",
    "asyncapi__tck__tests__bindings__ibmmq__0.1.0__Server_BIndings_Object__"
    "invalid-extra-properties.yml": "a cipher of a connection without TLS",
}


@pytest.fixture(scope="module")
def corpus():
    """Names of 2.x documents, and whether the official parser accepts them."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside the repository: it is others', and no part of it")
    lines = (CORPUS / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()
    verdicts = [json.loads(line) for line in lines]
    return {v["file"]: v["official"] == "valid" for v in verdicts if v["file"].startswith("v2/")}


def test_documents_of_others(corpus):
    """Valid 2.x documents become 3.1 documents without errors; no document breaks the conversion."""
    faulty = {}
    for name, valid in corpus.items():
        path = CORPUS / name
        try:
            source = read_source(path.name, path.as_uri(), path.read_bytes())
            data = upgrade(source).data
        except SpecError:
            assert not valid, name
            continue
        assert json.dumps(upgrade(source).data) == json.dumps(data)
        if valid and _has_errors(data):
            faulty[path.name] = True
    assert faulty.keys() <= EXCEPTIONS.keys()
    assert len(faulty) <= 0.06 * sum(corpus.values())


def _has_errors(data):
    try:
        load(data)
    except SpecError:
        return True
    # An address without a slash is 2.x's as well, and no fault of the conversion.
    errors = [each for each in lint(data) if each.severity == "error"]
    return any(RULES[each.code].elsewhere is None for each in errors)
