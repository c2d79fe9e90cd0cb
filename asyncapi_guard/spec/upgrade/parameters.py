"""Parameters of channels: 2.x had a schema, 3.x has strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.upgrade.conversion import OMIT, is_extension
from asyncapi_guard.spec.upgrade.objects import convert_object, note_foreign

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
    return {**carried, **parameter} if isinstance(parameter, dict) else parameter


def _from_schema(conversion: Conversion, node: Node) -> dict[str, Any]:
    """What of a schema a parameter can say."""
    target = conversion.resolve(node)
    if target is None:
        conversion.note(node, "the schema of a parameter is not part of this document; left out")
        return {}
    if not isinstance(target.value, dict):
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
