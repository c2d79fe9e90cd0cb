"""The lists of arguments that several schemas are about, as one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from asyncapi_guard.schema.boundary_values.parts import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.schema.compiled import CompiledSchema

__all__ = ["Arguments", "arguments_of"]


class Arguments(NamedTuple):
    """What schemas say of a list of arguments: of each of them, as a schema of a list."""

    nodes: tuple[Node, ...]


def arguments_of(schemas: Sequence[Schema | None]) -> Arguments:
    """The arguments of some schemas.

    Args:
        schemas: each of which may be of one argument, or of several; `None` says nothing.
    """
    compiled = [cast("CompiledSchema", schema) for schema in schemas if schema is not None]
    return Arguments(tuple(Node(each.bundle, _as_list(each)) for each in compiled))


def _as_list(schema: CompiledSchema) -> Any:
    if schema.positional:
        return schema.bundle.root
    if schema.nothing:
        return {"type": "array", "maxItems": 0}
    one = [schema.bundle.root]
    return {"type": "array", "prefixItems": one, "minItems": 1, "maxItems": 1}
