"""The catalogue for programs has every event, with its schemas written out."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, create_model

from asyncapi_guard import AsyncAPISocketIO
from asyncapi_guard.handlers import About, Registry, agent_schema, build_document


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
