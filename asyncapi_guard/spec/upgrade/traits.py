"""Traits and examples of messages, and traits of operations.

A trait's value replaced the object's own in 2.x; in 3.x the object's own value stays. What a trait
replaced is left out, so that the meaning is the same; maps are merged by both, and only compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.upgrade.conversion import OMIT, is_extension
from asyncapi_guard.spec.upgrade.objects import (
    convert_fields,
    convert_items,
    convert_object,
    elements,
)
from asyncapi_guard.spec.upgrade.servers import convert_security

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Node
    from asyncapi_guard.spec.upgrade.conversion import Conversion
    from asyncapi_guard.spec.upgrade.objects import Convert

__all__ = [
    "convert_examples",
    "convert_message_trait",
    "convert_message_traits",
    "convert_operation_trait",
    "convert_operation_traits",
    "convert_with_traits",
    "traits_of",
]

# What no trait of 3.x says, or nothing ever took from one.
_NOT_OF_TRAITS = frozenset(
    ("message", "messageId", "operationId", "payload", "schemaFormat", "traits")
)
_EXAMPLE = frozenset(("headers", "name", "payload", "summary"))


def convert_with_traits(
    conversion: Conversion, node: Node, new: Path, kind: str, special: Mapping[str, Convert]
) -> Any:
    """A message or an operation, without the values that a trait replaced."""
    if is_reference(node.value) or not isinstance(node.value, dict):
        return convert_object(conversion, node, new, kind, special)
    fields = dict(node.items())
    for trait in traits_of(conversion, node):
        _overrule(conversion, fields, trait.value)
    return convert_fields(conversion, fields, new, kind, special)


def traits_of(conversion: Conversion, node: Node) -> Iterator[Node]:
    """The traits of a message or an operation that are in this document."""
    traits = node.get("traits")
    if traits is None or not isinstance(traits.value, list):
        return
    for item in elements(traits):
        trait = conversion.resolve(_unwrap(item))
        if trait is not None and isinstance(trait.value, dict):
            yield trait


def _overrule(conversion: Conversion, fields: dict[str, Node], trait: dict[str, Any]) -> None:
    for key, theirs in trait.items():
        own = fields.get(key)
        if own is None or own.value == theirs or key in _NOT_OF_TRAITS:
            continue
        if not isinstance(own.value, dict) or not isinstance(theirs, dict):
            conversion.note(own, f"a trait replaced {key} in 2.x, so it is left out", key=True)
            del fields[key]
        elif _conflict(own.value, theirs):
            message = (
                f"{key} differs from a trait's; 2.x applied the trait's, and 3.x applies this one"
            )
            conversion.note(own, message, key=True)


def _conflict(own: Any, theirs: Any) -> bool:
    if not isinstance(own, dict) or not isinstance(theirs, dict):
        return bool(own != theirs)
    return any(_conflict(own[key], theirs[key]) for key in own.keys() & theirs.keys())


# -- traits themselves -----------------------------------------------------------------------------


def convert_message_traits(conversion: Conversion, node: Node, new: Path) -> Any:
    """The traits of a message."""
    return _traits(conversion, node, new, convert_message_trait)


def convert_operation_traits(conversion: Conversion, node: Node, new: Path) -> Any:
    """The traits of an operation."""
    return _traits(conversion, node, new, convert_operation_trait)


def _traits(conversion: Conversion, node: Node, new: Path, convert: Convert) -> Any:
    def unwrapped(conversion: Conversion, item: Node, place: Path) -> Any:
        trait = _unwrap(item)
        if trait is not item:
            conversion.move(trait.path, place)
            if len(item.value) > 1:
                conversion.note(item, "parameters of a trait have no place in 3.x; left out")
        return convert(conversion, trait, place)

    return convert_items(conversion, node, new, unwrapped)


def _unwrap(item: Node) -> Node:
    """The trait, where 2.0 had a list of it and of parameters."""
    return item.child(0) if isinstance(item.value, list) and item.value else item


def convert_message_trait(conversion: Conversion, node: Node, new: Path) -> Any:
    """A trait of messages; a `schemaFormat` goes to the payloads of the messages that have it."""
    special = {"messageId": _dropped, "schemaFormat": _dropped, "examples": convert_examples}
    return convert_object(conversion, node, new, "MessageTrait", special)


def convert_operation_trait(conversion: Conversion, node: Node, new: Path) -> Any:
    """A trait of operations."""
    special = {"operationId": _dropped, "security": convert_security}
    return convert_object(conversion, node, new, "OperationTrait", special)


def _dropped(conversion: Conversion, node: Node, new: Path) -> Any:
    conversion.note(node, f"a trait has no {new[-1]!r} in 3.x; left out", key=True)
    return OMIT


# -- examples --------------------------------------------------------------------------------------


def convert_examples(conversion: Conversion, node: Node, new: Path) -> Any:
    """The examples of a message."""
    return convert_items(conversion, node, new, _example)


def _example(conversion: Conversion, node: Node, new: Path) -> Any:
    """An example; 2.0 took any map, which was meant as the payload."""
    value = conversion.keep_data(node)
    if isinstance(value, dict) and _is_example(value):
        return value
    conversion.note(node, "the example is taken for one of the payload")
    conversion.move(node.path, (*new, "payload"))
    return {"payload": value}


def _is_example(value: dict[str, Any]) -> bool:
    known = all(key in _EXAMPLE or is_extension(key) for key in value)
    texts = all(isinstance(value.get(key, ""), str) for key in ("name", "summary"))
    headers = isinstance(value.get("headers", {}), dict)
    return known and texts and headers and ("payload" in value or "headers" in value)
