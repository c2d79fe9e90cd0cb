"""What a document has to generate code from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from asyncapi_guard.codegen.catalogue import Catalogue, Event, read_catalogue
from asyncapi_guard.contract import Action
from asyncapi_guard.spec import schema_bundles
from asyncapi_guard.spec.loader import open_documents

SPECS = Path(__file__).parents[2] / "specs"
TEXT = {"type": "string"}


def catalogue(
    messages: dict[str, Any], schemas: dict[str, Any] | None = None, **channels: list[str]
) -> Catalogue:
    """Of channels that receive messages of the components."""
    channels = channels or {"root": list(messages)}
    document: dict[str, Any] = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {
            id: {
                "address": "/" if id == "root" else f"/{id}",
                "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in keys},
            }
            for id, keys in channels.items()
        },
        "operations": {
            id: {"action": "receive", "channel": {"$ref": f"#/channels/{id}"}} for id in channels
        },
        "components": {"messages": messages, "schemas": schemas or {}},
    }
    return read_catalogue(open_documents(document), reserved={"Any"})


def shown(event: Event) -> tuple[str, str, list[Any], list[Any]]:
    return (
        event.namespace,
        event.name,
        [(form.name, form.definition and form.definition.name) for form in event.payloads],
        [(form.name, form.definition and form.definition.name) for form in event.acks],
    )


def test_the_game() -> None:
    found = read_catalogue(open_documents(SPECS / "tictactoe.yml"))
    assert found.namespaces == ("/",)
    assert shown(found.events[2]) == (
        "/",
        "make_move",
        [("MakeMovePayload", "Move")],
        [("MakeMoveAck", "MakeMoveAck")],
    )
    assert found.events[0].payloads[0].nothing
    assert [event.name for event in found.events_of("/", Action.SEND)] == [
        "game_created",
        "move_made",
        "game_won",
        "game_drawn",
    ]
    assert found.events[2].operations == ("makeMove",)
    assert found.events[2].description


def test_schemas_that_many_messages_share_are_copied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However densely they refer to one another, and whatever messages have of their own."""
    count, copied = 40, 0
    original = schema_bundles.replace_subschemas

    def counting(schema: Any, change: Any) -> Any:
        nonlocal copied
        copied += 1
        return original(schema, change)

    monkeypatch.setattr(schema_bundles, "replace_subschemas", counting)
    references = [{"$ref": f"#/components/schemas/Part{number}"} for number in range(count)]
    parts = {f"Part{number}": {"anyOf": references} for number in range(count)}
    messages = {
        f"use{number}": {"payload": references[number], "x-ack": {"items": references[number]}}
        for number in range(count)
    }
    # In objects, else each would be itself.
    schemas = {name: {"properties": {"of": part}} for name, part in parts.items()}
    found = catalogue(messages, schemas)
    assert len(found.definitions) == 2 * count
    assert copied < 2 * count * 3 + count * 2


def test_schemas_are_named_after_what_they_are_for() -> None:
    found = catalogue(
        {
            "say": {"payload": TEXT, "x-ack": {"type": "integer"}},
            "connect": {"payload": {"type": "object"}},
            "open": {},
        }
    )
    assert [shown(event)[1:] for event in found.events] == [
        ("say", [("SayPayload", "SayPayload")], [("SayAck", "SayAck")]),
        ("connect", [("ConnectAuth", "ConnectAuth")], []),
        ("open", [("OpenPayload", None)], []),
    ]


def test_what_is_shared_is_one_definition() -> None:
    ref = {"$ref": "#/components/schemas/user-name"}
    found = catalogue(
        {"a": {"payload": ref}, "b": {"payload": {"type": "object", "properties": {"n": ref}}}},
        {"user-name": TEXT, "unused": {"type": "integer"}},
    )
    assert list(found.definitions) == ["UserName", "Unused", "BPayload"]
    assert found.definitions["BPayload"].schema["properties"]["n"] == {
        "$ref": "#/definitions/UserName"
    }
    assert shown(found.events[0])[2] == [("APayload", "UserName")]


def test_components_keep_their_names() -> None:
    """Also where another one, before or behind, only refers to them."""
    ref = {"$ref": "#/components/schemas/user"}
    found = catalogue({"a": {"payload": ref}}, {"author": ref, "user": TEXT, "reader": ref})
    assert list(found.definitions) == ["User"]
    assert found.aliases == {"Author": "User", "Reader": "User"}


def test_equal_names_are_told_apart_by_their_files(tmp_path: Path) -> None:
    """A component that refers to one of them is what it is called."""
    (tmp_path / "chat.yml").write_text("user: {type: string}\nroom: {type: integer}\n")
    components = {"user": {"type": "null"}, "place": {"$ref": "chat.yml#/room"}}
    (tmp_path / "spec.yml").write_text(
        f"""
asyncapi: 3.1.0
info: {{title: T, version: '1'}}
channels:
  root:
    address: /
    messages:
      a: {{payload: {{type: array, items: {{$ref: 'chat.yml#/user'}}}}}}
operations:
  hear: {{action: receive, channel: {{$ref: '#/channels/root'}}}}
components: {{schemas: {components}}}
"""
    )
    found = read_catalogue(open_documents(tmp_path / "spec.yml"))
    assert set(found.definitions) == {"APayload", "ChatUser", "Place", "User"}


def test_equal_names_are_told_apart_by_their_namespaces() -> None:
    one, other = {"name": "say", "payload": TEXT}, {"name": "say", "payload": {"type": "null"}}
    third = {"name": "say", "payload": {"type": "integer"}}
    found = catalogue({"a": one, "b": other, "c": third}, root=["a"], admin=["b"], chat=["c"])
    assert [shown(event)[2][0][0] for event in found.events] == [
        "SayPayload",
        "AdminSayPayload",
        "ChatSayPayload",
    ]


def test_the_main_namespace_has_the_plain_names() -> None:
    """Also when it is not the first."""
    one, other = {"name": "say", "payload": TEXT}, {"name": "say", "payload": {"type": "integer"}}
    found = catalogue({"a": one, "b": other}, admin=["a"], root=["b"])
    assert [(event.namespace, shown(event)[2][0][0]) for event in found.events] == [
        ("/admin", "AdminSayPayload"),
        ("/", "SayPayload"),
    ]


def test_one_message_in_two_namespaces_is_one_form() -> None:
    found = catalogue({"say": {"payload": TEXT}}, root=["say"], admin=["say"])
    assert [shown(event)[2] for event in found.events] == [[("SayPayload", "SayPayload")]] * 2


def test_alternatives_are_named_after_their_messages() -> None:
    found = catalogue(
        {"sayText": {"name": "say", "payload": TEXT}, "sayNumber": {"name": "say", "payload": True}}
    )
    assert shown(found.events[0])[2] == [
        ("SayTextPayload", "SayTextPayload"),
        ("SayNumberPayload", "SayNumberPayload"),
    ]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"items": [TEXT, True]}, (2, 0, {})),
        ({"items": [TEXT], "additionalItems": False, "minItems": 1}, (1, 1, False)),
        ({"items": [TEXT, TEXT, TEXT], "maxItems": 2, "minItems": 5}, (2, 2, False)),
        ({"items": [TEXT], "additionalItems": TEXT}, (1, 0, TEXT)),
        (
            {
                "schemaFormat": "application/schema+json;version=2020-12",
                "schema": {"prefixItems": [TEXT], "items": False},
            },
            (1, 0, False),
        ),
    ],
)
def test_several_arguments(payload: Any, expected: tuple[int, int, Any]) -> None:
    (form,) = catalogue({"say": {"payload": payload}}).events[0].payloads
    assert form.positions is not None
    assert (len(form.positions), form.required, form.rest) == expected


def test_reserved_names_are_given_to_nobody() -> None:
    found = catalogue({}, {"any": TEXT, "Any": TEXT, "ANY": TEXT}, root=[])
    assert list(found.definitions) == ["Any2", "Any3", "ANY4"]


def test_components_that_are_no_json_schema_are_left() -> None:
    avro = {"schemaFormat": "application/vnd.apache.avro;version=1.9.0", "schema": "string"}
    found = catalogue({}, {"avro": avro}, root=[])
    assert found.left == ("<mapping>#/components/schemas/avro",)


def test_other_files_are_named_after_what_they_hold(tmp_path: Path) -> None:
    (tmp_path / "user.json").write_text('{"definitions": {"name": {"type": "string"}}}')
    (tmp_path / "spec.yml").write_text(
        """
asyncapi: 3.1.0
info: {title: T, version: '1'}
channels:
  root:
    address: /
    messages:
      hi: {payload: {type: array, items: {$ref: 'user.json#/definitions/name'}}}
      all: {payload: {type: array, items: {$ref: user.json}}}
operations:
  hear: {action: receive, channel: {$ref: '#/channels/root'}}
"""
    )
    found = read_catalogue(open_documents(tmp_path / "spec.yml"))
    assert set(found.definitions) == {"HiPayload", "AllPayload", "Name", "User"}
    assert found.definitions["HiPayload"].schema["items"] == {"$ref": "#/definitions/Name"}


def test_a_payload_from_another_file_has_its_own_name(tmp_path: Path) -> None:
    """Not that of the first event that has it: others have it, too, and it may have itself."""
    (tmp_path / "user.json").write_text(
        '{"definitions": {"User": {"properties": {"boss": {"$ref": "#/definitions/User"}}}}}'
    )
    (tmp_path / "spec.yml").write_text(
        """
asyncapi: 3.1.0
info: {title: T, version: '1'}
channels:
  root:
    address: /
    messages:
      joined: {payload: {$ref: 'user.json#/definitions/User'}}
      all: {payload: {$ref: user.json}}
operations:
  hear: {action: receive, channel: {$ref: '#/channels/root'}}
"""
    )
    found = read_catalogue(open_documents(tmp_path / "spec.yml"))
    assert shown(found.events[0])[2] == [("JoinedPayload", "User")]
    assert shown(found.events[1])[2] == [("AllPayload", "User2")]


def test_circles_refer_to_themselves() -> None:
    tree = {"properties": {"below": {"$ref": "#/components/schemas/tree"}}}
    found = catalogue({"grow": {"payload": {"$ref": "#/components/schemas/tree"}}}, {"tree": tree})
    assert found.definitions["Tree"].schema == {
        "properties": {"below": {"$ref": "#/definitions/Tree"}}
    }
