"""Rules about runtime expressions: whether there can be something where they lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.lint.schema_paths import Absent, SchemaPaths
from asyncapi_guard.spec.pointers import parse_fragment
from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

_warning = group("Semantics", Severity.WARNING)

RULES = (
    _warning(
        "location-property",
        "A `location` should point to a property that messages can have.",
        """
        The `location` of a correlation ID, parameter or reply address says where messages contain
        the value. If the schema is closed and lacks the property, or has a type without properties,
        no message can contain the value there.
        """,
        """
        components:
          messages:
            say:
              correlationId: {location: $message.payload#/ident}
              payload:
                type: object
                properties: {id: {type: string}}
                additionalProperties: false
        """,
        """
        components:
          messages:
            say:
              correlationId: {location: $message.payload#/id}
              payload:
                type: object
                properties: {id: {type: string}}
                additionalProperties: false
        """,
    ),
)


def _check_locations(context: Context) -> None:
    for message in context.all("Message"):
        _check(context, context.merged(message).get("correlationId"), [message])
    for channel in context.all("Channel"):
        for _, entry, _ in context.entries(channel, "parameters"):
            _check(context, entry, _messages_in(context, channel))
    for operation in context.all("Operation"):
        reply = context.field(operation, "reply", dict)
        if reply is not None and "address" in reply.value:
            _check(context, reply.child("address"), _messages_of(context, operation))


def _messages_in(context: Context, channel: Node | None) -> list[Node]:
    return [place for _, _, place in context.entries(channel, "messages")]


def _messages_of(context: Context, operation: Node) -> list[Node]:
    """Those that an operation lists; without a list, all of its channel."""
    if "messages" not in operation.value:
        return _messages_in(context, context.field(operation, "channel", dict))
    places = [context.resolve(ref) for _, ref in context.items(operation, "messages")]
    return [place for place in places if place is not None and isinstance(place.value, dict)]


def _check(context: Context, entry: Node | None, messages: Sequence[Node]) -> None:
    """Report an object whose `location` leads nowhere, whichever of the messages comes."""
    location = context.field(context.resolve(entry), "location", str)
    if entry is None or location is None or not messages:
        return
    field, tokens = _parse(location.value)
    absent = None
    for message in messages:
        absent = _absent(context, message, field, tokens)
        if absent is None:
            return
    if absent is not None:
        text = (
            f"no message has a value at {shown(location.value)}, because the {field} {_why(absent)}"
        )
        # What several messages share may be right for the others.
        at = entry if is_reference(entry.value) else location
        context.report("location-property", at, text + nearest(absent.token, absent.known))


def _parse(expression: str) -> tuple[str, Sequence[str]]:
    """The field of a message, and the path in it; no path for what is no expression."""
    where, _, fragment = expression.partition("#")
    field = {"$message.payload": "payload", "$message.header": "headers"}.get(where)
    try:
        return (field, parse_fragment(fragment)) if field else ("", ())
    except ValueError:
        return "", ()


def _absent(context: Context, message: Node, field: str, tokens: Sequence[str]) -> Absent | None:
    found = context.schema_behind(context.merged(message).get(field))
    if found is None:
        return None  # nothing is known about it
    return SchemaPaths(context).absent(found.node, tokens, found.dialect)


def _why(absent: Absent) -> str:
    if absent.type:
        return f"has type {absent.type} where {shown(absent.token)} is expected"
    return f"can't have {shown(absent.token)} there"


CHECKS = (_check_locations,)
