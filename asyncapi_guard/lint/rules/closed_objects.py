"""The rule about objects that are closed too early. `schemas` calls the check, for each schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.lint.schema_parts import (
    conjuncts,
    is_closed,
    rejects_all,
    schemas_in,
    some_names,
    texts_in,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.lint.context import Context, SchemaPlace
    from asyncapi_guard.spec.references import Node

__all__ = ["RULES", "check_closed"]

_warning = group("Schemas", Severity.WARNING)

RULES = (
    _warning(
        "closed-object",
        "`additionalProperties: false` should not reject the properties of combined schemas.",
        """
        `additionalProperties` considers only the `properties` of its own schema. It rejects
        properties that `allOf`, `anyOf` or `oneOf` add. Repeat their names as `name: {}`, or use
        `unevaluatedProperties: false` of JSON Schema 2020-12.
        """,
        """
        components:
          schemas:
            Move:
              type: object
              properties: {row: {type: integer}}
              additionalProperties: false
              allOf: [{properties: {column: {type: integer}}}]
        """,
        """
        components:
          schemas:
            Move:
              type: object
              properties: {row: {type: integer}, column: {}}
              additionalProperties: false
              allOf: [{properties: {column: {type: integer}}}]
        """,
    ),
)

#: What a schema may have beside its properties that is about the same object.
_SEVERAL = ("allOf", "anyOf", "oneOf")
_ONE = ("then", "else")
_COMBINING = frozenset((*_SEVERAL, "if"))


def check_closed(context: Context, place: SchemaPlace) -> None:
    """Report that a closed schema rejects what the schemas beside it add."""
    if _COMBINING.isdisjoint(place.node.value):
        return
    node, schema = place.node, place.node.value
    branches = _branches(context, place)
    if not branches:
        return
    if is_closed(schema):
        own = set(texts_in(schema.get("properties")))
        names = _others(own, [part for _, part in branches])
        if names:
            _report_closed(context, place, node.child("additionalProperties"), names)
        return
    for keyword, branch in branches:
        if is_closed(branch.value):
            own = set(texts_in(branch.value.get("properties")))
            others = [part for other, part in branches if other == keyword == "allOf"]
            names = _others(own, [node, *others])
            if names:
                message = f"additionalProperties: false in a schema of this {keyword} rejects"
                message += f" {some_names(names)}"
                advice = f"; repeat the name there: {names[0]}: {{}}"
                at = node.child(keyword) if keyword in schema else node
                context.report("closed-object", at, f"{message}{advice}", key=True)
                return


def _report_closed(context: Context, place: SchemaPlace, at: Node, names: list[str]) -> None:
    advice = f"repeat the name in 'properties': {names[0]}: {{}}"
    if place.dialect.siblings:
        advice = "write unevaluatedProperties: false instead"
    message = (
        "additionalProperties: false looks only at the 'properties' beside it, so "
        f"{some_names(names)} is rejected; {advice}"
    )
    context.report("closed-object", at, message, key=True)


def _branches(context: Context, place: SchemaPlace) -> list[tuple[str, Node]]:
    """The schemas beside the properties of a schema that are about the same object."""
    node = place.node
    roots = [(keyword, branch) for keyword in _SEVERAL for branch in schemas_in(node, keyword)]
    if "if" in node.value:
        roots += [(keyword, node.child(keyword)) for keyword in _ONE if keyword in node.value]
    found = ((keyword, part) for keyword, at in roots for part in conjuncts(context, place, at))
    return [(keyword, part) for keyword, part in found if part.place != node.place]


def _others(own: set[str], parts: Sequence[Node]) -> list[str]:
    """Names of properties that schemas have and that are not among some."""
    names: dict[str, None] = {}
    for part in parts:
        properties = part.value.get("properties")
        if isinstance(properties, dict):
            allowed = (name for name in properties if not rejects_all(properties[name]))
            names.update(dict.fromkeys(name for name in allowed if name not in own))
    return list(names)
