"""Values that stand in a document (examples, defaults), judged by its schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import Node, Unresolvable

if TYPE_CHECKING:
    from asyncapi_guard.contract import Schema
    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.schema import Dialect

__all__ = ["check_value"]

_SHOWN = 3


def check_value(
    context: Context, code: str, value: Node, schema: Node, dialect: Dialect | None = None
) -> None:
    """Report a value that is not valid under a schema, at the parts of it that are at fault.

    Nothing is said of schemas with faults, which were reported themselves.

    Args:
        context: the document.
        code: the rule that is broken.
        value: what is judged.
        schema: the place of a schema.
        dialect: how to read it; by default by its `schemaFormat`.
    """
    compiled = context.schemas.compile(schema, dialect)
    if compiled is None or _is_valid(compiled, value.value):
        return
    for problem in compiled.explain(value.value).problems[:_SHOWN]:
        place = _below(value, problem.path)
        context.report(code, place, problem.message, key=isinstance(place.value, (dict, list)))


def _is_valid(schema: Schema, value: Any) -> bool:
    try:
        # No JSON document holds bytes: what is said of them cannot be shown.
        return schema.binary or schema.is_valid(value)
    except (ValueError, Unresolvable):
        return True  # the schema is at fault


def _below(node: Node, pointer: str) -> Node:
    """The node at a pointer below another, or its nearest ancestor."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        value = node.value
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            node = node.child(int(name))
        elif isinstance(value, dict) and name in value:
            node = node.child(name)
        else:
            break
    return node
