"""Rules about bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

_error = group("Semantics", Severity.ERROR)

RULES = (
    _error(
        "binding-schema",
        "Query and headers of a binding are schemas of objects with properties.",
        """
        The bindings of WebSockets and HTTP say so: the schema is of `type: object`, and its
        `properties` are the parameters.
        """,
        "channels: {chat: {address: /chat, bindings: {ws: {query: {type: string}}}}}",
        """
        channels:
          chat:
            address: /chat
            bindings:
              ws: {query: {type: object, properties: {token: {type: string}}}}
        """,
    ),
)


def _check_object_schemas(context: Context) -> None:
    for schema in context.all("ObjectSchema"):
        _object_schema(context, schema)


def _object_schema(context: Context, schema: Node) -> None:
    """The schema of a binding: `type: object` with `properties`, as the binding says."""
    found = context.schema_behind(schema)
    if found is None or not isinstance(found.node.value, (dict, bool)):
        return  # reported as no schema
    keywords = found.node.value if isinstance(found.node.value, dict) else {}
    if keywords.get("type") != "object" or "properties" not in keywords:
        message = "this schema must be of type object, and have properties"
        context.report("binding-schema", schema, message, key=True)


CHECKS = (_check_object_schemas,)
