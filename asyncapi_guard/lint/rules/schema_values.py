"""Rules about the values that stand in schemas: defaults and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.lint.values import check_value
from asyncapi_guard.schema import Dialect, get_engine
from asyncapi_guard.schema.dialects import ASYNCAPI
from asyncapi_guard.spec.wording import kind_of

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

#: Each default is judged by its schema with all that this refers to.
_AFFORDED = 20_000
_TOO_MUCH = "defaults and examples from here on aren't validated, because there are too many"

_error = group("Schemas", Severity.ERROR)
_warning = group("Schemas", Severity.WARNING)

RULES = (
    _error(
        "default-type",
        "A default must have the schema's type.",
        "The AsyncAPI specification requires this, although JSON Schema itself doesn't.",
        "components: {schemas: {Size: {type: integer, default: large}}}",
        "components: {schemas: {Size: {type: integer, default: 9}}}",
    ),
    _warning(
        "default-value",
        "A default should be valid under its schema.",
        "Clients and servers can't fall back to a default that the schema rejects.",
        "components: {schemas: {Size: {type: integer, maximum: 9, default: 10}}}",
        "components: {schemas: {Size: {type: integer, maximum: 9, default: 9}}}",
    ),
    _warning(
        "schema-example",
        "The `examples` of a schema should be valid under it.",
        """
        People copy examples, and an invalid example teaches them to send values that the server
        rejects. JSON Schema only recommends valid examples. For the examples of messages, see
        `example-payload`.
        """,
        "components: {schemas: {Size: {type: integer, examples: [large]}}}",
        "components: {schemas: {Size: {type: integer, examples: [9]}}}",
    ),
)


def _check_schema_values(context: Context) -> None:
    if context.schemas.endless:
        return  # no value may be judged
    for schema in context.judged_schemas:
        if not {"default", "examples"}.isdisjoint(schema.node.value):
            if context.schemas.collected > _AFFORDED:
                context.report("default-value", schema.node, _TOO_MUCH)
                break
            _check_values(context, schema.node, schema.dialect)


def _check_values(context: Context, schema: Node, dialect: Dialect) -> None:
    default = schema.get("default")
    if default is not None:
        _default(context, default, schema, dialect)
    examples = schema.get("examples")
    if examples is not None and isinstance(examples.value, list):
        for example in examples.values():
            check_value(context, "schema-example", example, schema, dialect)


def _default(context: Context, default: Node, schema: Node, dialect: Dialect) -> None:
    if "type" in schema.value and not _has_type(default.value, schema.value, dialect):
        message = f"the default is {kind_of(default.value)}, which doesn't match the schema's type"
        # AsyncAPI demands it of its own schemas alone.
        code = "default-type" if dialect == ASYNCAPI else "default-value"
        context.report(code, default, message)
    else:
        check_value(context, "default-value", default, schema, dialect)


def _has_type(value: Any, schema: dict[str, Any], dialect: Dialect) -> bool:
    if value is None and dialect.nullable and schema.get("nullable") is True:
        return True
    try:
        is_valid = get_engine().compile(
            {"type": schema["type"]}, dialect, cyclic=False, binary=False
        )
    except ValueError:
        return True  # no type at all, which was reported
    return is_valid(value)


CHECKS = (_check_schema_values,)
