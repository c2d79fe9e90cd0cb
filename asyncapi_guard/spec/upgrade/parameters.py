"""Parameters of channels: 2.x had a schema, 3.x has strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.upgrade.conversion import OMIT, is_extension
from asyncapi_guard.spec.upgrade.objects import convert_object, note_foreign
from asyncapi_guard.spec.wording import kind_of

if TYPE_CHECKING:
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Node
    from asyncapi_guard.spec.upgrade.conversion import Conversion

__all__ = ["convert_parameter"]

_LISTS = ("enum", "examples")


def convert_parameter(conversion: Conversion, node: Node, new: Path) -> Any:
    """A parameter, or a reference to one."""
    note_foreign(conversion, node, "a parameter")
    carried: dict[str, Any] = {}

    def schema(conversion: Conversion, node: Node, _new: Path) -> Any:
        conversion.evict(node)
        carried.update(_from_schema(conversion, node))
        return OMIT

    parameter = convert_object(conversion, node, new, "Parameter", {"schema": schema})
    if not isinstance(parameter, dict):
        return parameter
    _note_replaced(conversion, node, carried, parameter)
    return {**carried, **parameter}


def _note_replaced(
    conversion: Conversion, node: Node, carried: dict[str, Any], parameter: dict[str, Any]
) -> None:
    """Say what of a schema the parameter says itself."""
    schema = node.get("schema")
    target = conversion.resolve(schema) if schema is not None else None
    for key in carried.keys() & parameter.keys():
        if target is not None and carried[key] != parameter[key]:
            message = f"the parameter has its own {key}, so the {key} of its schema is left out"
            conversion.note(target.child(key), message, key=True)


def _from_schema(conversion: Conversion, node: Node) -> dict[str, Any]:
    """What of a schema a parameter can say."""
    target = conversion.resolve(node)
    if target is None:
        conversion.note(node, "the schema of a parameter is not part of this document; left out")
        return {}
    if not isinstance(target.value, dict):
        conversion.note(node, f"a schema must be a mapping, not {kind_of(target.value)}; left out")
        return {}
    carried, lost = {}, []
    for key, child in target.items():
        value = _strings(child) if key in _LISTS else _string(child.value)
        if key in ("enum", "examples", "default") and value is not OMIT:
            carried[key] = value
        elif key == "description" and isinstance(child.value, str):
            carried[key] = child.value
        elif is_extension(key):
            carried[key] = conversion.keep(child)
        elif (key, child.value) != ("type", "string"):
            lost.append(key)
    if lost:
        conversion.note(
            node, f"a parameter is a string in 3.x, and has no {', '.join(lost)}; left out"
        )
    return carried


def _strings(node: Node) -> Any:
    values = [_string(value) for value in node.value] if isinstance(node.value, list) else [OMIT]
    return OMIT if OMIT in values else values


def _string(value: Any) -> Any:
    """A value as it stands in an address."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else OMIT
