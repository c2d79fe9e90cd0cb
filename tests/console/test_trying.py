"""What the Try page needs of a document: forms, connections, events and values to begin with."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from test_hostile_documents import poisoned_harbor

from asyncapi_guard.console.pages import Pages
from asyncapi_guard.console.reading.document import read_document
from asyncapi_guard.console.trying.contract_data import contract_data
from asyncapi_guard.spec.loader import load

HARBOR = Path(__file__).with_name("harbor.yml")


def data_of(document: Any) -> dict[str, Any]:
    contract = load(document)
    return contract_data(contract, read_document(contract))


def form_of(payload: Any, **schemas: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The data of a document with one event, and its node."""
    document = {
        "asyncapi": "3.0.0",
        "info": {"title": "One", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"say": {"payload": payload}}}},
        "operations": {"r": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
        "components": {"schemas": schemas},
    }
    data = data_of(document)
    event = data["namespaces"][0]["events"][0]
    return data, data["nodes"][event["node"] - 1] if event["node"] else event


@pytest.fixture(scope="module")
def harbor() -> dict[str, Any]:
    return data_of(HARBOR)


def event_of(data: dict[str, Any], name: str) -> dict[str, Any]:
    events = (each for namespace in data["namespaces"] for each in namespace["events"])
    return next(each for each in events if each["name"] == name)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"type": "string"}, {"kind": "text"}),
        ({"type": "string", "maxLength": 4000}, {"kind": "text", "long": True}),
        ({"type": "string", "format": "uuid"}, {"kind": "text", "format": "uuid"}),
        ({"type": "string", "format": "binary"}, {"kind": "bytes"}),
        (
            {"type": "integer", "maximum": 9},
            {"kind": "integer", "words": "whole number, at most 9"},
        ),
        ({"const": 5}, {"kind": "options", "values": [5]}),
        ({"enum": ["a", None]}, {"kind": "options", "values": ["a", None]}),
        (True, {"kind": "any"}),
        ({}, {"kind": "any"}),
        ({"type": "array", "items": {"type": "string"}}, {"kind": "list"}),
        ({"type": "object"}, {"kind": "object", "properties": []}),
        ({"allOf": [{"type": "object"}, {"properties": {"a": {}}}]}, {"kind": "object"}),
    ],
)
def test_each_schema_has_its_kind_of_field(payload: Any, expected: dict[str, Any]) -> None:
    """Types, listed values, bytes and constraints in the words of the Read page."""
    _, node = form_of(payload)
    assert expected.items() <= node.items()


def test_alternatives_have_names_and_what_they_have_in_common() -> None:
    """`oneOf` beside `properties`: each alternative has the common ones as well."""
    circle = {"title": "Circle", "properties": {"radius": {"type": "number"}}}
    square = {"properties": {"form": {"const": "square"}}}
    common = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    data, node = form_of({**common, "oneOf": [circle, square]})
    assert [title for title, _ in node["choices"]] == ["Circle", "square"]
    inner = [data["nodes"][number - 1] for _, number in node["choices"]]
    assert [[name for name, *_ in each["properties"]] for each in inner] == [
        ["id", "radius"],
        ["id", "form"],
    ]


def test_a_value_of_several_types_is_a_choice_of_them() -> None:
    """`[string, null]` asks for one of the two."""
    data, node = form_of({"type": ["string", "null"], "minLength": 2})
    kinds = [data["nodes"][number - 1]["kind"] for _, number in node["choices"]]
    assert kinds == ["text", "null"]


def test_a_schema_within_itself_is_one_node() -> None:
    """So the data of a page end, however a schema refers to itself."""
    tree = {
        "type": "object",
        "properties": {
            "left": {"$ref": "#/components/schemas/Tree"},
            "right": {"allOf": [{"$ref": "#/components/schemas/Tree"}], "description": "More."},
            "any": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Tree"}]},
        },
        "oneOf": [{"required": ["left"]}, {"required": ["right"]}],
    }
    data, _ = form_of({"$ref": "#/components/schemas/Tree"}, Tree=tree)
    assert len(data["nodes"]) < 200


def test_connections_have_auth_and_security(harbor: dict[str, Any]) -> None:
    """What the form of a connection asks for."""
    chat, moderation = (each["connect"] for each in harbor["namespaces"])
    fields = harbor["nodes"][chat["auth"] - 1]["properties"]
    assert [(name, required) for name, required, _ in fields] == [
        ("token", True),
        ("client", False),
    ]
    assert [each["name"] for each in chat["security"]] == ["memberToken"]
    assert moderation["security"][0]["scopes"] == ["moderate"]


def test_events_have_shapes_samples_and_acks(harbor: dict[str, Any]) -> None:
    """One argument, several, and those of the server, with what an ack may be."""
    assert event_of(harbor, "post_message")["shape"] == "one"
    assert event_of(harbor, "post_message")["ack"]["timeout"] == 4
    assert event_of(harbor, "typing")["ack"]["none"]
    assert event_of(harbor, "typing")["samples"][0] == ["example: started", ["quayside", True]]
    upload = event_of(harbor, "upload_attachment")
    assert (upload["shape"], len(upload["samples"])) == ("several", 2)
    assert event_of(harbor, "delivery_check")["ack"]["sample"] == [True]
    assert "node" not in event_of(harbor, "message_posted")


def test_the_page_has_the_data_as_text(harbor: dict[str, Any]) -> None:
    """Nothing that a stranger wrote becomes an element, and scripts read what was written."""
    page = Pages(load(poisoned_harbor()))
    text = page.try_out().partition('<template id="contract"')[2]
    text = text.partition(">")[2].partition("</template>")[0]
    assert "<" not in text
    assert len(json.loads(unescape(text))["namespaces"]) == 2
    assert "<script>alert" not in page.try_out()


def test_bytes_of_samples_are_the_name_of_a_file() -> None:
    """The page makes a file of this name, with as many bytes as the document asks for."""
    page = Pages(load(HARBOR)).try_out()
    assert '{"$bytes":"example.bin"}' in page
