"""The catalogue for programs has every event, with its schemas written out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, create_model

from asyncapi_guard import AsyncAPISocketIO, load
from asyncapi_guard.codefirst import About, Registry, agent_schema, build_document
from asyncapi_guard.errors import SpecError
from asyncapi_guard.schema.dialects import subschemas
from asyncapi_guard.spec.acks import AckOptions
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


class Leaf(BaseModel):
    """A leaf."""

    name: str


class Branch(BaseModel):
    leaf: Leaf
    branches: list[Branch] = []


def catalogue(registry: Registry) -> dict[str, Any]:
    return agent_schema(build_document(registry, About()))


def test_an_event_has_its_schemas() -> None:
    """By direction, with the ack, without references."""

    def sign(data: Leaf) -> int:
        """Sign."""
        return 1

    registry = Registry()
    registry.receive("/n", "sign", sign, hints=True)
    registry.send("/n", "signed", Leaf, description="Signed.", ack_model=bool)
    received, sent = catalogue(registry)["events"]
    assert (received["name"], received["namespace"]) == ("sign", "/n")
    assert (received["direction"], received["description"]) == ("client_to_server", "Sign.")
    assert received["input_schema"]["properties"]["name"]["type"] == "string"
    assert received["input_schema_component"] == "Leaf"
    assert received["ack_schema"] == {"type": "integer"}
    assert (sent["direction"], sent["description"]) == ("server_to_client", "Signed.")
    assert sent["output_schema"]["required"] == ["name"]
    assert sent["ack_schema"] == {"type": "boolean"}


def test_a_schema_that_leads_back_to_itself_keeps_its_reference() -> None:
    """And is written out once."""

    def grow(data: Branch) -> None: ...

    registry = Registry()
    registry.receive("/", "grow", grow, hints=True)
    found = catalogue(registry)
    (event,) = found["events"]
    properties = event["input_schema"]["properties"]
    assert properties["leaf"]["properties"]["name"]["type"] == "string"
    assert properties["branches"]["items"] == {"$ref": "#/components/schemas/Branch"}
    assert sorted(found["components"]["schemas"]) == ["Branch", "Leaf"]


def test_it_grows_with_the_number_of_events() -> None:
    """Ten times the events make ten times the catalogue; models are shared, and it is JSON."""

    def size(count: int) -> int:
        registry = Registry()
        for number in range(count):
            registry.send("/", f"event {number:04}", Leaf)
        return len(json.dumps(catalogue(registry)["events"]))

    assert size(100) <= 11 * size(10)


def test_schemas_that_share_others_do_not_explode() -> None:
    """Twenty models, each with the one before in two of its fields: a million when written out."""
    model: Any = Leaf
    for number in range(20):
        model = create_model(f"Level{number}", a=(model, ...), b=(model, ...))
    registry = Registry()
    registry.send("/", "deep", model)
    assert len(json.dumps(catalogue(registry))) < 1_000_000


def test_it_is_read_from_the_server() -> None:
    """As data and as JSON; the same each time."""
    io = AsyncAPISocketIO()
    io.doc_emit("signed", Leaf)
    assert json.loads(io.get_agent_schema_json()) == io.get_agent_schema()
    assert io.get_agent_schema_json() == io.get_agent_schema_json()


# -- documents that people have written ------------------------------------------------------------

HEAD = "asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\n"


def of_files(folder: Path, text: str, **others: str) -> dict[str, Any]:
    """The catalogue of a file that loads, with its neighbours."""
    for name, other in others.items():
        (folder / f"{name}.yml").write_text(other, encoding="utf-8")
    main = folder / "asyncapi.yml"
    main.write_text(HEAD + text, encoding="utf-8")
    found = AsyncAPISocketIO(spec=str(main)).get_agent_schema()
    json.dumps(found)
    assert unresolved(found) == []
    return found


def unresolved(found: dict[str, Any]) -> list[str]:
    """References that lead nowhere in the catalogue itself."""
    known = found.get("components", {}).get("schemas", {})
    schemas = [event[key] for event in found["events"] for key in event if key.endswith("_schema")]
    refs = [ref for schema in (*schemas, *known.values()) for ref in references(schema)]
    return [
        ref
        for ref in refs
        if ref.startswith("#/") and ref.removeprefix("#/components/schemas/") not in known
    ]


def references(schema: Any) -> Iterator[str]:
    """Those in a schema, where references mean something."""
    if isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        yield schema["$ref"]
    for _, inner in subschemas(schema):
        yield from references(inner)


def test_a_file_rules_and_hints_do_not(tmp_path: Path) -> None:
    """With `spec=` the file is described, whatever is registered."""
    (tmp_path / "asyncapi.yml").write_text(
        HEAD
        + """\
channels: {c: {address: /n, messages: {say: {payload: {type: string}, x-ack: {type: integer}}}}}
operations: {hear: {action: receive, channel: {$ref: '#/channels/c'}}}
""",
        encoding="utf-8",
    )
    io = AsyncAPISocketIO(spec=tmp_path / "asyncapi.yml", typed=True)

    @io.on("other")
    def other(data: Leaf) -> None: ...

    (event,) = io.get_agent_schema()["events"]
    assert event == {
        "name": "say",
        "namespace": "/n",
        "direction": "client_to_server",
        "operation_id": "hear",
        "description": "",
        "input_schema": {"type": "string"},
        "ack_schema": {"type": "integer"},
    }
    assert io.get_agent_schema()["servers"] == {}
    assert io.get_agent_schema()["info"] == {"title": "T", "version": "1"}


def test_a_mapping_may_be_the_spec() -> None:
    """As it may be for the guard."""
    spec = {
        "asyncapi": "3.0.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"m": {"payload": {"type": "string"}}}}},
        "operations": {"o": {"action": "send", "channel": {"$ref": "#/channels/c"}}},
    }
    (event,) = AsyncAPISocketIO(spec=spec).get_agent_schema()["events"]
    assert (event["name"], event["output_schema"]) == ("m", {"type": "string"})


def test_traits_names_and_descriptions(tmp_path: Path) -> None:
    """What a message has by its traits is its own; where it tells nothing, the operation does."""
    found = of_files(
        tmp_path,
        """\
channels:
  c:
    address: /
    messages:
      one: {name: uno, traits: [{$ref: '#/components/messageTraits/t'}], payload: {minLength: 1}}
      two: {$ref: '#/components/messages/Two'}
operations:
  o: {action: receive, channel: {$ref: '#/channels/c'}, traits: [{summary: All of it.}]}
components:
  messages: {Two: {summary: The second., payload: {type: 'null'}}}
  messageTraits: {t: {payload: {type: string}, x-ack: {args: {type: boolean}}}}
""",
    )
    one, two = found["events"]
    assert (one["name"], one["description"]) == ("uno", "All of it.")
    assert one["input_schema"] == {"type": "string", "minLength": 1}
    assert one["ack_schema"] == {"type": "boolean"}
    assert "message_component" not in one
    assert (two["name"], two["description"]) == ("two", "The second.")
    assert two["message_component"] == "Two"


def test_several_files_are_one_catalogue(tmp_path: Path) -> None:
    """Channels, messages and schemas from anywhere; what is left stands among the components."""
    found = of_files(
        tmp_path,
        """\
servers: {s: {$ref: 'other.yml#/server'}}
channels: {c: {$ref: 'other.yml#/channel'}}
operations: {o: {$ref: 'other.yml#/operation'}}
components: {schemas: {Tree: {type: string}}}
""",
        other="""\
server: {host: example.com, protocol: ws}
operation: {action: receive, channel: {$ref: 'asyncapi.yml#/channels/c'}}
channel: {address: /, messages: {grow: {$ref: 'messages.yml'}}}
""",
        messages="""\
payload:
  properties:
    own: {$ref: 'asyncapi.yml#/components/schemas/Tree'}
    tree: {$ref: 'schemas.yml#/Tree'}
    part: {$ref: '#/payload/properties/own'}
""",
        schemas="""\
Tree: {type: object, properties: {left: {$ref: '#/Tree'}, name: {$ref: '#/name'}}}
name: {type: string, maxLength: 9}
""",
    )
    (event,) = found["events"]
    properties = event["input_schema"]["properties"]
    assert found["servers"]["s"]["host"] == "example.com"
    assert properties["own"] == {
        "type": "string",
        "x-component-ref": "asyncapi.yml#/components/schemas/Tree",
    }
    assert properties["part"]["type"] == "string"
    assert properties["tree"]["properties"]["name"] == {"type": "string", "maxLength": 9}
    assert properties["tree"]["properties"]["left"] == {"$ref": "#/components/schemas/Tree_2"}
    assert found["components"]["schemas"]["Tree_2"]["type"] == "object"


def test_servers_say_all_that_is_said_of_them(tmp_path: Path) -> None:
    """How to be let in above all."""
    found = of_files(
        tmp_path,
        """\
servers:
  s: {host: example.com, protocol: wss, security: [{$ref: '#/components/securitySchemes/key'}]}
components:
  securitySchemes: {key: {$ref: 'other.yml'}}
""",
        other="{type: httpApiKey, name: key, in: query}",
    )
    assert found["servers"]["s"]["security"] == [
        {"type": "httpApiKey", "name": "key", "in": "query"}
    ]


def test_what_is_said_of_servers_has_an_end(tmp_path: Path) -> None:
    """Extensions may refer to anything, as often as they like."""
    more = "".join(
        f"x-{n}: {{a: {{$ref: '#/x-{n + 1}'}}, b: {{$ref: '#/x-{n + 1}'}}}}\n" for n in range(40)
    )
    server = "servers: {s: {host: a, protocol: ws, x-a: {$ref: '#/x-0'}}}\nx-40: {}\n"
    found = of_files(tmp_path, server + more)
    assert len(json.dumps(found)) < 1_000_000


def test_replies_are_acks(tmp_path: Path) -> None:
    """Where their messages are no events, and the message has no ack."""
    found = of_files(
        tmp_path,
        """\
channels:
  c:
    address: /
    messages: {ask: {payload: {type: string}}, own: {payload: {}, x-ack: {type: 'null'}}}
  r: {messages: {a: {payload: {type: integer}}, b: {payload: {type: boolean}}}}
  far: {address: /far, messages: {a: {payload: {type: integer}}}}
operations:
  one: {action: receive, channel: {$ref: '#/channels/c'}, reply: {channel: {$ref: '#/channels/r'}}}
  two:
    action: send
    channel: {$ref: '#/channels/c'}
    messages: [{$ref: '#/channels/c/messages/ask'}]
    reply: {messages: [{$ref: '#/channels/r/messages/a'}]}
  three:
    action: send
    channel: {$ref: '#/channels/c'}
    messages: [{$ref: '#/channels/c/messages/ask'}]
    reply: {channel: {$ref: '#/channels/far'}}
""",
    )
    events = {(e["operation_id"], e["name"]): e.get("ack_schema") for e in found["events"]}
    assert events == {
        ("one", "ask"): {"oneOf": [{"type": "integer"}, {"type": "boolean"}]},
        ("one", "own"): {"type": "null"},
        ("two", "ask"): {"type": "integer"},
        ("three", "ask"): {"type": "integer"},
    }


def test_other_dialects_say_so(tmp_path: Path) -> None:
    """Keywords beside a reference count where the dialect has it so; identifiers stay."""
    found = of_files(
        tmp_path,
        """\
channels:
  c:
    address: /
    messages:
      a:
        payload:
          schemaFormat: application/schema+json;version=2020-12
          schema:
            prefixItems: [{$ref: '#/components/schemas/T', title: x}, {$ref: '#local'}]
            $defs: {local: {$anchor: local, type: string}}
      b:
        payload:
          schemaFormat: application/schema+json;version=draft-07
          schema: {$id: 'http://a/b', items: {$ref: 'b#/definitions/d'}, definitions: {d: {}}}
      c: {payload: {$ref: '#/components/schemas/M'}}
operations: {o: {action: receive, channel: {$ref: '#/channels/c'}}}
components:
  schemas:
    T: {schemaFormat: application/schema+json;version=2020-12, schema: {type: string}}
    M: {schemaFormat: application/vnd.aai.asyncapi+json;version=3.0.0, schema: {type: integer}}
""",
    )
    a, b, c = found["events"]
    assert a["input_schema_format"] == "application/schema+json;version=2020-12"
    assert a["input_schema"]["prefixItems"] == [
        {"title": "x", "allOf": [{"type": "string"}]},
        {"$ref": "#local"},
    ]
    assert b["input_schema"]["items"] == {"$ref": "b#/definitions/d"}
    assert c["input_schema"] == {"type": "integer"}
    assert "input_schema_format" not in c


def test_references_in_data_are_data(tmp_path: Path) -> None:
    """An example may look like a reference, and a property may be called one."""
    data = {"$ref": "#/components/schemas/S"}
    spec = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"m": {"payload": data}}}},
        "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
        "components": {
            "schemas": {
                "S": {
                    "default": data,
                    "examples": [data],
                    "properties": {"$ref": {"type": "string"}, "const": {"const": data}},
                }
            }
        },
    }
    (event,) = agent_schema(spec)["events"]
    schema = event["input_schema"]
    assert schema["default"] == schema["examples"][0] == data
    assert schema["properties"] == {"$ref": {"type": "string"}, "const": {"const": data}}


def test_long_chains_and_deep_schemas_are_cut(tmp_path: Path) -> None:
    """A thousand schemas inside of one another are too many to write out, and no reason to fail."""
    schemas: dict[str, Any] = {
        f"S{n}": {"properties": {"below": {"$ref": f"#/components/schemas/S{n + 1}"}}}
        for n in range(1000)
    }
    schemas["S1000"] = {"type": "string"}
    spec = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {
            "c": {
                "address": "/",
                "messages": {"m": {"payload": {"$ref": "#/components/schemas/S0"}}},
            }
        },
        "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
        "components": {"schemas": schemas},
    }
    found = AsyncAPISocketIO(spec=spec).get_agent_schema()
    assert unresolved(found) == []
    assert len(found["components"]["schemas"]) < 1000


def test_a_wide_schema_is_cut(tmp_path: Path) -> None:
    """Everything refers to everything, and the catalogue keeps its size."""
    names = [f"S{n}" for n in range(400)]
    every = {name: {"$ref": f"#/components/schemas/{name}"} for name in names}
    spec = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"m": {"payload": {"properties": every}}}}},
        "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
        "components": {"schemas": {name: {"properties": every} for name in names}},
    }
    found = agent_schema(spec)
    assert unresolved(found) == []
    assert len(json.dumps(found["events"])) < 100_000_000


CHANNEL = "channels: {c: {messages: {o: {MESSAGE}}}}\n"
OPERATION = "operations: {o: {channel: {$ref: '#/channels/c'}, MORE}}\n"
FAULTY = [
    "{}",
    "asyncapi: 3.1.0",
    "{info: 1, servers: [], channels: 2, operations: {o: 1, p: {action: x}}, components: []}",
    "{operations: {o: {channel: {$ref: '#/no'}}, p: {$ref: '#/operations/p'}}}",
    "{servers: {a: {$ref: '#/servers/b'}, b: {$ref: '#/servers/a'}, c: {$ref: '#/servers'}}}",
    *(
        CHANNEL.replace("MESSAGE", message) + OPERATION.replace("MORE", "action: send")
        for message in (
            "payload: {$ref: '#/x'}, traits: 1",
            "payload: {$ref: '#/x'}, traits: [1], x-ack: 1, name: 1, description: []",
            "payload: {schemaFormat: avro, schema: {a: []}}",
            "payload: {schemaFormat: 1, schema: [1]}, x-ack: {args: {$ref: '#/x'}}",
            "payload: {properties: 1, allOf: {}, items: [1, {$ref: 1}], $ref: 1}",
        )
    ),
    *(
        CHANNEL.replace("MESSAGE", "payload: {}") + OPERATION.replace("MORE", more)
        for more in (
            "messages: 1",
            "messages: [{$ref: '#/no'}, 1]",
            "reply: 1",
            "reply: {messages: [1]}",
            "reply: {channel: {$ref: '#/no'}}",
            "traits: [{$ref: '#/no'}, 1]",
        )
    ),
]


@pytest.mark.parametrize("text", FAULTY)
def test_a_document_with_faults_is_described_as_far_as_it_goes(text: str, tmp_path: Path) -> None:
    """With `validate=False` nobody has loaded it."""
    (tmp_path / "asyncapi.yml").write_text(text, encoding="utf-8")
    json.dumps(AsyncAPISocketIO(spec=tmp_path / "asyncapi.yml", validate=False).get_agent_schema())


def documents() -> list[Path]:
    """The documents of the project, and those of others where they are."""
    others = ROOT.parent / "shared" / "corpus" / "real"
    own = [*ROOT.glob("specs/*.yml"), *ROOT.glob("examples/*/asyncapi.yml")]
    return [*own, *(sorted(others.iterdir()) if others.is_dir() else ())]


@pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)
def test_every_document_that_loads_has_a_catalogue(file: Path) -> None:
    """With every message of every operation in it, and no reference that leads nowhere."""
    try:
        contract = load(file)
    except SpecError:
        return
    found = agent_schema(open_documents(file))
    json.dumps(found)
    expected = sorted(
        (id, message.event, contract.channels[operation.channel].address)
        for id, operation in contract.operations.items()
        for message in operation.messages
    )
    events = found["events"]
    assert sorted((e["operation_id"], e["name"], e["namespace"]) for e in events) == expected
    for event in events:
        messages = {m.event: m for m in contract.operations[event["operation_id"]].messages}
        message = messages[event["name"]]
        assert ("input_schema" in event or "output_schema" in event) == (
            message.payload is not None
        )
        assert ("ack_schema" in event) == (message.ack is not None)
    assert unresolved(found) == []


def test_options_of_acks() -> None:
    """A program learns that it must ask for an ack, or must not, and how long one takes."""
    registry = Registry()
    registry.send("/", "a", int, ack_model=bool, ack_options=AckOptions(required=True, timeout=5.0))
    registry.send("/", "b", int, ack_options=AckOptions(none=True))
    document = build_document(registry, About())
    one, other = agent_schema(document)["events"]
    assert one["ack_schema"] == {"type": "boolean"}
    assert (one["ack_required"], one["ack_timeout"]) == (True, 5.0)
    assert other["ack"] is False
    assert "ack_schema" not in other
