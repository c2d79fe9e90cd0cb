"""The rule about ambiguous recursive unions. `schemas` calls its check, for each schema.

A `oneOf` or `anyOf` several of whose alternatives lead back to it makes a validator try every
alternative at every level. A verdict stays quick; saying *why* a value does not fit takes time that
grows with a power of its depth, in every library, and for people it is as hard. A tag (a required
property with a constant of its own in each alternative) makes it plain which one was meant, and so
do types: an object is no array.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.schema.dialects import subschemas
from asyncapi_guard.spec.references import Node, is_reference
from asyncapi_guard.spec.schema_bundles import at

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context

__all__ = ["RULES", "check_unions", "differ_in_type", "is_tagged"]

_warning = group("Schemas", Severity.WARNING)

RULES = (
    _warning(
        "ambiguous-union",
        "Alternatives that contain the union should have a tag.",
        """
        If several alternatives of a `oneOf` or `anyOf` refer to it, each level of a value
        multiplies the ways in which the value can fail. Errors then can't name a single cause, and
        other validators become slow. Give each alternative a required property with a `const`.
        """,
        """
        components:
          schemas:
            Node:
              oneOf:
                - {type: object, properties: {left: {$ref: '#/components/schemas/Node'}}}
                - {type: object, properties: {right: {$ref: '#/components/schemas/Node'}}}
        """,
        """
        components:
          schemas:
            Node:
              oneOf:
                - type: object
                  required: [kind]
                  properties: {kind: {const: l}, left: {$ref: '#/components/schemas/Node'}}
                - type: object
                  required: [kind]
                  properties: {kind: {const: r}, right: {$ref: '#/components/schemas/Node'}}
        """,
    ),
)


def check_unions(context: Context, schema: Node) -> None:
    """Report unions of which several untagged alternatives lead back to them."""
    for keyword in ("oneOf", "anyOf"):
        _check_union(context, schema, keyword)


def _check_union(context: Context, schema: Node, keyword: str) -> None:
    branches = schema.value.get(keyword)
    if not isinstance(branches, list) or len(branches) < 2:
        return
    union = schema.child(keyword)
    again = [branch for branch in union.values() if _leads_to(context, branch, schema)]
    if len(again) < 2 or differ_in_type(context, again):
        return
    if not is_tagged(context, union):
        message = (
            f"{len(again)} alternatives of this {keyword} refer to it without a tag, so errors "
            "can't name one cause; give each a required property with its own const"
        )
        context.report("ambiguous-union", union, message, key=True)


def _leads_to(context: Context, start: Node, goal: Node) -> bool:
    """Whether some value inside a value of one schema is judged by another."""
    seen: set[Any] = set()
    todo = [start]
    while todo and context.steps_left > 0:
        context.steps_left -= 1
        node = todo.pop()
        if node.place in seen:
            continue
        seen.add(node.place)
        if node.place == goal.place:
            return True
        if is_reference(node.value):
            target = context.resolve(node)
            todo.extend([target] if target is not None else [])
        else:
            todo.extend(at(node, path) for path, _ in subschemas(node.value))
    return False


def differ_in_type(context: Context, branches: list[Node]) -> bool:
    """Whether no value is of the types of two of them: one look tells them apart."""
    types = [_types(context.resolve(branch)) for branch in branches]
    return all(types) and _disjoint(types)


def _types(branch: Node | None) -> set[Any]:
    """The types of a schema that says them; integers are numbers."""
    value = branch.value if branch is not None and isinstance(branch.value, dict) else {}
    named = value.get("type")
    names = named if isinstance(named, list) else [named] if isinstance(named, str) else []
    return {"number" if name == "integer" else name for name in names if isinstance(name, str)}


def is_tagged(context: Context, union: Node) -> bool:
    """Whether some property tells the alternatives apart: its constants differ in each."""
    tags = [_tags(context.resolve(branch)) for branch in union.values()]
    common = set.intersection(*(set(tag) for tag in tags))
    return any(_disjoint([tag[name] for tag in tags]) for name in common)


def _disjoint(constants: list[set[Any]]) -> bool:
    return sum(map(len, constants)) == len(set().union(*constants))


def _constant(value: Any) -> Any:
    """What is equal to JSON Schema is equal here: 1 and 1.0, but not true."""
    if isinstance(value, (dict, list)):
        return json.dumps(_normal(value), sort_keys=True)
    return isinstance(value, bool), value


def _normal(value: Any) -> Any:
    """The value with whole floats as integers."""
    if isinstance(value, list):
        return [_normal(item) for item in value]
    if isinstance(value, dict):
        return {key: _normal(item) for key, item in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _tags(branch: Node | None) -> dict[str, set[Any]]:
    """The required properties of an alternative that have constants, with these."""
    value = branch.value if branch is not None and isinstance(branch.value, dict) else {}
    properties, required = value.get("properties"), value.get("required")
    if not isinstance(properties, dict) or not isinstance(required, list):
        return {}
    return {
        name: constants
        for name, item in properties.items()
        if name in required and isinstance(item, dict) and (constants := _constants(item))
    }


def _constants(schema: dict[str, Any]) -> set[Any]:
    if "const" in schema:
        return {_constant(schema["const"])}
    values = schema.get("enum")
    return set(map(_constant, values)) if isinstance(values, list) else set()
