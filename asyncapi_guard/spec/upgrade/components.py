"""Components: each map by the kind of its objects, names made legal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.upgrade.bindings import convert_bindings
from asyncapi_guard.spec.upgrade.conversion import OMIT, is_extension
from asyncapi_guard.spec.upgrade.messages import convert_message, is_choice, note_beside_choice
from asyncapi_guard.spec.upgrade.names import COMPONENT, Names, legal
from asyncapi_guard.spec.upgrade.objects import convert_object, elements
from asyncapi_guard.spec.upgrade.parameters import convert_parameter
from asyncapi_guard.spec.upgrade.servers import convert_security_scheme, convert_server
from asyncapi_guard.spec.upgrade.traits import convert_message_trait, convert_operation_trait

if TYPE_CHECKING:
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Node
    from asyncapi_guard.spec.upgrade.channels import Channels
    from asyncapi_guard.spec.upgrade.conversion import Conversion
    from asyncapi_guard.spec.upgrade.objects import Convert

__all__ = ["convert_components"]


def _of_kind(kind: str) -> Convert:
    return lambda conversion, node, new: convert_object(conversion, node, new, kind)


def _bindings_of(where: str) -> Convert:
    return lambda conversion, node, _new: convert_bindings(conversion, node, where)


def _keep(conversion: Conversion, node: Node, _new: Path) -> Any:
    return conversion.keep(node)


_SECTIONS: dict[str, Convert] = {
    "schemas": _keep,
    "servers": convert_server,
    "serverVariables": _of_kind("ServerVariable"),
    "messages": convert_message,
    "securitySchemes": convert_security_scheme,
    "parameters": convert_parameter,
    "correlationIds": _of_kind("CorrelationId"),
    "operationTraits": convert_operation_trait,
    "messageTraits": convert_message_trait,
    "serverBindings": _bindings_of("server"),
    "channelBindings": _bindings_of("channel"),
    "operationBindings": _bindings_of("operation"),
    "messageBindings": _bindings_of("message"),
}


def convert_components(conversion: Conversion, node: Node, channels: Channels) -> Any:
    """The `components` of the document."""
    result: dict[str, Any] = {}
    sections = {**_SECTIONS, "channels": lambda _conversion, n, p: channels.convert_spare(n, p)}
    for key, section in conversion.mapping(node, "components"):
        if key in sections:
            converted = _section(conversion, section, key, sections[key])
            if converted or not section.value:
                result[key] = converted
        elif is_extension(key):
            result[key] = conversion.keep(section)
        else:
            conversion.note(section, f"3.x has no {key!r} here; left out", key=True)
    if channels.spare_operations:
        result["operations"] = channels.spare_operations
    return result if isinstance(node.value, dict) else OMIT


def _section(conversion: Conversion, node: Node, name: str, convert: Convert) -> Any:
    items = conversion.mapping(node, name)
    reserved = frozenset(key for key, _ in items)
    names = conversion.schemas if name == "schemas" else Names(reserved)
    for key, _ in items:
        if COMPONENT.fullmatch(key):
            names.claim(key)
    result: dict[str, Any] = {}
    for key, item in items:
        if name == "messages" and is_choice(item.value):
            _choice(conversion, item, key, names, result)
            continue
        new = key
        if not COMPONENT.fullmatch(key):
            new = names.take(legal(key, COMPONENT, name))
            conversion.note(
                item, f"renamed to {new!r}, because names are letters, digits, '.', '_' and '-'"
            )
        place = ("components", name, new)
        conversion.move(item.path, place)
        value = convert(conversion, item, place)
        if value is not OMIT:
            result[new] = value
    return result


def _choice(
    conversion: Conversion, node: Node, key: str, names: Names, result: dict[str, Any]
) -> None:
    """A component that is several messages: each becomes one, those that use it list them."""
    conversion.note(node, "a message is one in 3.x; the operations list the alternatives")
    note_beside_choice(conversion, node)
    for item in elements(node.child("oneOf")):
        if is_choice(item.value):
            _choice(conversion, item, key, names, result)
        elif isinstance(item.value, dict) and "$ref" not in item.value:
            name = names.take(legal(key, COMPONENT, "message"))
            place = ("components", "messages", name)
            conversion.move(item.path, place)
            value = convert_message(conversion, item, place)
            if value is not OMIT:
                result[name] = value
