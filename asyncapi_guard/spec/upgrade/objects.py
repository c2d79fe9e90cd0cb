"""The objects of 2.x whose fields are the same in 3.x, as tables, and their conversion.

A field is written `name` when its value is kept, `name:Object` when it is an object of its own,
`name:[Object]` for a list and `name:{Object}` for a map of them, `name:server` for the bindings of
a server. Where a reference may stand for an object, it is kept. Fields that are in no table are
left out with a note, but for extensions.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.upgrade.bindings import convert_bindings
from asyncapi_guard.spec.upgrade.conversion import OMIT, is_extension, is_local
from asyncapi_guard.spec.wording import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Node
    from asyncapi_guard.spec.upgrade.conversion import Conversion

    #: Converts the value of a field, which goes to the place that is given.
    Convert = Callable[[Conversion, Node, Path], Any]

__all__ = [
    "convert_fields",
    "convert_items",
    "convert_map",
    "convert_object",
    "elements",
    "note_foreign",
    "omit",
]

_OBJECTS = {
    "Info": "title version description termsOfService contact:Contact license:License",
    "Contact": "name url email",
    "License": "name url",
    "Tag": "name description externalDocs:ExternalDocs",
    "ExternalDocs": "description url",
    "CorrelationId": "description location",
    "ServerVariable": "enum default description examples",
    # `host` and `pathname` come from `url`.
    "Server": "protocol protocolVersion description variables:{ServerVariable} tags:[Tag]"
    " bindings:server",
    "ChannelItem": "description bindings:channel",
    "Operation": "summary description tags:[Tag] externalDocs:ExternalDocs bindings:operation",
    "OperationTrait": "summary description tags:[Tag] externalDocs:ExternalDocs bindings:operation",
    "Message": "headers correlationId:CorrelationId contentType name title summary description"
    " tags:[Tag] externalDocs:ExternalDocs bindings:message",
    "MessageTrait": "headers correlationId:CorrelationId contentType name title summary description"
    " tags:[Tag] externalDocs:ExternalDocs bindings:message",
    "Parameter": "description location",
}


_BINDINGS = frozenset(("server", "channel", "operation", "message"))


@cache
def _fields(kind: str) -> Mapping[str, str]:
    pairs = (field.partition(":") for field in _OBJECTS[kind].split())
    return {name: type_ for name, _, type_ in pairs}


def convert_object(
    conversion: Conversion,
    node: Node,
    new: Path,
    kind: str,
    special: Mapping[str, Convert] | None = None,
) -> Any:
    """An object, or a reference to one.

    Args:
        conversion: its state.
        node: the old object.
        new: where the new one goes.
        kind: which table says its fields.
        special: how fields are converted that the table does not say.
    """
    if is_reference(node.value):
        return conversion.reference(node)
    if not isinstance(node.value, dict):
        conversion.note(node, f"expected a mapping, not {kind_of(node.value)}; left out")
        return OMIT
    return convert_fields(conversion, dict(node.items()), new, kind, special)


def convert_fields(
    conversion: Conversion,
    fields: Mapping[str, Node],
    new: Path,
    kind: str,
    special: Mapping[str, Convert] | None = None,
    *,
    done: Collection[str] = (),
) -> dict[str, Any]:
    """The fields of an object; those that are `done` are converted elsewhere."""
    table = _fields(kind)
    result = {}
    for key, child in fields.items():
        if key in done:
            continue
        if special and key in special:
            value = special[key](conversion, child, (*new, key))
        elif key in table:
            value = _convert_field(conversion, child, (*new, key), table[key])
        elif is_extension(key):
            value = conversion.keep(child)
        else:
            conversion.note(child, f"3.x has no {key!r} here; left out", key=True)
            continue
        if value is not OMIT:
            result[key] = value
    return result


def _convert_field(conversion: Conversion, node: Node, new: Path, type_: str) -> Any:
    """The value of a field."""
    if not type_:
        return conversion.keep(node)
    if type_ in _BINDINGS:
        return convert_bindings(conversion, node, type_)
    if type_.startswith("["):
        return convert_items(
            conversion, node, new, lambda r, n, p: convert_object(r, n, p, type_[1:-1])
        )
    if type_.startswith("{"):
        return convert_map(
            conversion, node, new, lambda r, n, p: convert_object(r, n, p, type_[1:-1])
        )
    return convert_object(conversion, node, new, type_)


def convert_items(conversion: Conversion, node: Node, new: Path, convert: Convert) -> Any:
    """A list of objects."""
    if not isinstance(node.value, list):
        conversion.note(node, f"expected a list, not {kind_of(node.value)}; left out")
        return OMIT
    result: list[Any] = []
    for item in elements(node):
        place = (*new, len(result))
        value = convert(conversion, item, place)
        if value is not OMIT:
            conversion.move(item.path, place)
            result.append(value)
    return result


def convert_map(conversion: Conversion, node: Node, new: Path, convert: Convert) -> Any:
    """A map of objects."""
    if not isinstance(node.value, dict):
        conversion.note(node, f"expected a mapping, not {kind_of(node.value)}; left out")
        return OMIT
    result: dict[str, Any] = {}
    for key, item in node.items():
        value = convert(conversion, item, (*new, key))
        if value is not OMIT:
            result[key] = value
    return result


def elements(node: Node) -> list[Node]:
    """The items of what is known to be a list."""
    return [node.child(index) for index in range(len(node.value))]


def omit(_conversion: Conversion, _node: Node, _new: Path) -> Any:
    """A field that is converted elsewhere."""
    return OMIT


def note_foreign(conversion: Conversion, node: Node, what: str) -> None:
    """A reference leads to another file, whose content stays as it is."""
    if is_reference(node.value) and not is_local(node):
        conversion.note(node, f"{what} in another file is not converted: upgrade it there")
