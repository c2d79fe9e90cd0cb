"""Traits: operation and message traits, merged into what has them.

AsyncAPI 3.1 ("Traits Merge Mechanism"): the traits in their order, then the object itself, by JSON
Merge Patch (RFC 7396); so what the object says wins, lists are replaced whole, and `null` deletes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from asyncapi_guard.spec.references import Node, is_reference

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["merge_traits"]

# Where a mapping with a `$ref` is somebody's data.
_DATA = frozenset(("const", "default", "enum", "example", "examples"))


def merge_traits(node: Node, traits: Iterable[Node]) -> dict[str, Node]:
    """The fields of an object with its traits, each with the place that it came from.

    Args:
        node: the object, a mapping.
        traits: its resolved traits, mappings, in order.
    """
    fields: dict[str, Node] = {}
    for trait in traits:
        for key, field in trait.items():
            _patch(fields, key, field)
    for key, own in node.items():
        if key == "traits":
            continue
        if key in fields:
            _patch(fields, key, own)
        else:
            fields[key] = own
    return fields


def _patch(fields: dict[str, Node], key: str, patch: Node) -> None:
    if patch.value is None:
        fields.pop(key, None)
        return
    base = fields.get(key)
    if base is None or not _mergeable(base.value) or not _mergeable(patch.value):
        fields[key] = patch
        return
    # Two places become one value: its references must mean the same wherever it is said to stand.
    below = base.value if base.source is patch.source else _absolute(base.value, base.source.uri)
    fields[key] = Node(patch.source, patch.path, _merged(below, patch.value))


def _mergeable(value: Any) -> bool:
    return isinstance(value, dict) and not is_reference(value)


def _merged(base: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    merged = dict(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merged(merged.get(key), value)
    return merged


def _absolute(value: Any, base: str) -> Any:
    if isinstance(value, list):
        return [_absolute(item, base) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {k: v if k in _DATA else _absolute(v, base) for k, v in value.items()}
    if is_reference(value):
        ref = value["$ref"]
        # `urljoin` does not know the scheme of a document that came as data.
        copy["$ref"] = base + ref if ref.startswith("#") else urljoin(base, ref)
    return copy
