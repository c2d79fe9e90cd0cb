"""The fields that a contract keeps for people: as written, but for references to tags and the like.

A contract has no references, so what a tag, external documentation or a binding refers to is looked
up here. One that leads nowhere stays as it is: `validate` reports it, and no traffic depends on it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import Documents, Node, Unresolvable, is_reference

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["prose"]

#: Fields whose values, or the values in them, can be references.
_MAY_REFER = frozenset(("bindings", "externalDocs", "info", "tags", "variables"))


def prose(
    documents: Documents, fields: Mapping[str, Node], known: Collection[str]
) -> Mapping[str, Any]:
    """The fields of an object that nothing is compiled from.

    Args:
        documents: where references lead.
        fields: of the object, by their names.
        known: those that something is compiled from.
    """
    return MappingProxyType(
        {
            name: _followed(documents, node, 2) if name in _MAY_REFER else node.value
            for name, node in fields.items()
            if name not in known
        }
    )


def _followed(documents: Documents, node: Node, levels: int) -> Any:
    """A value with its references followed, a few levels down."""
    if is_reference(node.value):
        try:
            node = documents.resolve(node)
        except Unresolvable:
            return node.value
    if levels and isinstance(node.value, list):
        return [_followed(documents, item, levels - 1) for _, item in node.items()]
    if levels and isinstance(node.value, dict):
        return {key: _followed(documents, item, levels - 1) for key, item in node.items()}
    return node.value
