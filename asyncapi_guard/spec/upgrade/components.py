"""Components: each map by the kind of its objects, names made legal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.upgrade.bindings import convert_bindings
from asyncapi_guard.spec.upgrade.conversion import OMIT, is_extension
from asyncapi_guard.spec.upgrade.messages import convert_message, is_choice
from asyncapi_guard.spec.upgrade.names import COMPONENT, Names, legal
from asyncapi_guard.spec.upgrade.objects import convert_object, elements
from asyncapi_guard.spec.upgrade.parameters import convert_parameter
from asyncapi_guard.spec.upgrade.servers import convert_security_scheme, convert_server
from asyncapi_guard.spec.upgrade.traits import convert_message_trait, convert_operation_trait

if TYPE_CHECKING:
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Node
    from asyncapi_guard.spec.upgrade.channels import Channels
    from asyncapi_guard.spec.upgrade.conversion import Run
    from asyncapi_guard.spec.upgrade.objects import Convert

__all__ = ["convert_components"]


def _of_kind(kind: str) -> Convert:
    return lambda run, node, new: convert_object(run, node, new, kind)


def _bindings_of(where: str) -> Convert:
    return lambda run, node, _new: convert_bindings(run, node, where)


def _keep(run: Run, node: Node, _new: Path) -> Any:
    return run.keep(node)


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


def convert_components(run: Run, node: Node, channels: Channels) -> Any:
    """The `components` of the document."""
    result: dict[str, Any] = {}
    sections = {**_SECTIONS, "channels": lambda _run, n, p: channels.convert_spare(n, p)}
    for key, section in run.mapping(node, "components"):
        if key in sections:
            converted = _section(run, section, key, sections[key])
            if converted or not section.value:
                result[key] = converted
        elif is_extension(key):
            result[key] = run.keep(section)
        else:
            run.note(section, f"3.x has no {key!r} here; left out", key=True)
    if channels.spare_operations:
        result["operations"] = channels.spare_operations
    return result if isinstance(node.value, dict) else OMIT


def _section(run: Run, node: Node, name: str, convert: Convert) -> Any:
    items = run.mapping(node, name)
    reserved = frozenset(key for key, _ in items)
    names = run.schemas if name == "schemas" else Names(reserved)
    for key, _ in items:
        if COMPONENT.fullmatch(key):
            names.claim(key)
    result: dict[str, Any] = {}
    for key, item in items:
        if name == "messages" and is_choice(item.value):
            _choice(run, item, key, names, result)
            continue
        new = key
        if not COMPONENT.fullmatch(key):
            new = names.take(legal(key, COMPONENT, name))
            run.note(item, f"it is called {new!r} now: names are letters, digits, '.', '_' and '-'")
        place = ("components", name, new)
        run.move(item.path, place)
        value = convert(run, item, place)
        if value is not OMIT:
            result[new] = value
    return result


def _choice(run: Run, node: Node, key: str, names: Names, result: dict[str, Any]) -> None:
    """A component that is several messages: each becomes one, those that use it list them."""
    run.note(node, "a message is one in 3.x; the operations list the alternatives")
    for item in elements(node.child("oneOf")):
        if is_choice(item.value):
            _choice(run, item, key, names, result)
        elif isinstance(item.value, dict) and "$ref" not in item.value:
            name = names.take(legal(key, COMPONENT, "message"))
            place = ("components", "messages", name)
            run.move(item.path, place)
            value = convert_message(run, item, place)
            if value is not OMIT:
                result[name] = value
