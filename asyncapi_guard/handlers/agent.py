"""A document as a catalogue of events, for programs that call them."""

from __future__ import annotations

from typing import Any

__all__ = ["agent_schema"]

_SCHEMAS = "#/components/schemas/"
#: How often one event has a schema written out: those that share others would grow without end.
_MOST = 8


def agent_schema(document: dict[str, Any]) -> dict[str, Any]:
    """The events of a document, each with its schemas written out.

    A schema that leads back to itself, or that is used often in one event, keeps its `$ref`, and
    stands in `components`. The work grows with the number of events.
    """
    schemas = document.get("components", {}).get("schemas", {})
    messages = document.get("components", {}).get("messages", {})
    left: set[str] = set()
    events = []
    for id, operation in sorted(document["operations"].items()):
        channel = document["channels"][_last(operation["channel"])]
        for ref in operation["messages"]:
            key = _last(ref)
            writer = _Writer(schemas, left)
            events.append(_event(id, operation["action"], channel, key, messages[key], writer))
    catalogue = {
        "format": "asyncapi-guard-agent-schema",
        "version": "1.0",
        "asyncapi_version": document["asyncapi"],
        "info": document["info"],
        "servers": document["servers"],
        "events": events,
    }
    if left:
        catalogue["components"] = {"schemas": _with_all_they_need(left, schemas)}
    return catalogue


def _event(  # an entry of the catalogue
    id: str,
    action: str,
    channel: dict[str, Any],
    key: str,
    message: dict[str, Any],
    writer: _Writer,
) -> dict[str, Any]:
    received = action == "receive"
    event: dict[str, Any] = {
        "name": message["name"],
        "namespace": channel["address"],
        "direction": "client_to_server" if received else "server_to_client",
        "operation_id": id,
        "message_component": key,
        "description": message.get("description", ""),
    }
    for field, name in (
        ("payload", "input_schema" if received else "output_schema"),
        ("x-ack", "ack_schema"),
    ):
        schema = message.get(field)
        if schema is not None:
            event[name] = writer.write(schema)
            if isinstance(schema, dict) and "$ref" in schema:
                event[f"{name}_component"] = _last(schema)
    return event


class _Writer:
    """Writes out the schemas of one event.

    Args:
        schemas: by name.
        left: where names are put whose references stay.
    """

    def __init__(self, schemas: dict[str, Any], left: set[str]) -> None:
        self._schemas = schemas
        self._left = left
        self._written: dict[str, int] = {}

    def write(self, schema: Any, within: tuple[str, ...] = ()) -> Any:
        """A copy of a schema, inside of those that are named."""
        if isinstance(schema, list):
            return [self.write(item, within) for item in schema]
        if not isinstance(schema, dict):
            return schema
        ref = schema.get("$ref")
        if isinstance(ref, str) and ref.removeprefix(_SCHEMAS) in self._schemas:
            return self._component(ref, within)
        return {key: self.write(value, within) for key, value in schema.items()}

    def _component(self, ref: str, within: tuple[str, ...]) -> Any:
        name = ref.removeprefix(_SCHEMAS)
        count = self._written[name] = self._written.get(name, 0) + 1
        if name in within or count > _MOST:
            self._left.add(name)
            return {"$ref": ref}
        found = self.write(self._schemas[name], (*within, name))
        return {**found, "x-component-ref": ref} if isinstance(found, dict) else found


def _with_all_they_need(names: set[str], schemas: dict[str, Any]) -> dict[str, Any]:
    """Schemas with those that they refer to, as they stand in the document."""
    found: dict[str, Any] = {}
    stack: list[Any] = [{"$ref": f"{_SCHEMAS}{name}"} for name in names]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.values())
            name = str(item.get("$ref", "")).removeprefix(_SCHEMAS)
            if name in schemas and name not in found:
                found[name] = schemas[name]
                stack.append(schemas[name])
        elif isinstance(item, list):
            stack.extend(item)
    return {name: found[name] for name in sorted(found)}


def _last(ref: dict[str, Any]) -> str:
    return str(ref["$ref"]).rpartition("/")[2]
