"""What several rules about schemas ask of one: its types, and what else judges the same value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import Node, Unresolvable, is_reference
from asyncapi_guard.spec.schema_bundles import follow
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.lint.context import Context, SchemaPlace
    from asyncapi_guard.schema import Dialect

__all__ = [
    "common_types",
    "conjuncts",
    "is_anything",
    "is_closed",
    "rejects_all",
    "resolved",
    "schemas_in",
    "some_names",
    "texts_in",
    "type_name",
    "types_of",
]

#: References that are followed from one schema, and schemas that are looked at as one.
_FURTHEST = 20
_MOST = 60
_TYPE_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}


#: In messages, at most so many names.
_SHOWN = 3
_PROSE = frozenset(("$comment", "description", "title"))


def is_anything(schema: Any) -> bool:
    """Whether a schema accepts everything, and says so: a keyword that is misspelt is no such."""
    return schema is True or (isinstance(schema, dict) and schema.keys() <= _PROSE)


def type_name(value: Any) -> str:
    """The type of a value, as schemas name it."""
    return "null" if value is None else _TYPE_NAMES.get(type(value), "object")


def types_of(schema: Any, dialect: Dialect) -> frozenset[str] | None:
    """The types that a schema names; `None` if it names none."""
    named = schema.get("type") if isinstance(schema, dict) else None
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        return None
    is_nullable = dialect.nullable and schema.get("nullable") is True
    return frozenset([*names, "null"] if is_nullable else names)


def common_types(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """The types that two schemas have in common; `None` for any."""
    if one is None or other is None:
        return one if other is None else other
    return _with_integers(one) & _with_integers(other)


def _with_integers(types: frozenset[str]) -> frozenset[str]:
    return types | {"integer"} if "number" in types else types


def resolved(context: Context, place: SchemaPlace, node: Node) -> Node | None:
    """The schema that a branch means; `None` if its references cannot be followed here.

    A reference with keywords beside it that count is itself.
    """
    for _ in range(_FURTHEST):
        if not is_reference(node.value) or (place.dialect.siblings and len(node.value) > 1):
            return node
        target = _target(context, place, node)
        if target is None:
            return None
        node = target
    return None


def _target(context: Context, place: SchemaPlace, ref: Node) -> Node | None:
    if place.in_resource:
        return None
    try:
        return follow(context.documents, ref, place.dialect)
    except Unresolvable:
        return None


def conjuncts(context: Context, place: SchemaPlace, root: Node | None = None) -> list[Node]:
    """The schemas all of which a value must match: this one, and what is in its `allOf`."""
    root = resolved(context, place, root or place.node)
    if root is None or not isinstance(root.value, dict):
        return []
    known = (root.place, place.dialect, place.in_resource)
    if known not in context.conjuncts:
        context.conjuncts[known] = _conjuncts(context, place, root)
    return context.conjuncts[known]


def _conjuncts(context: Context, place: SchemaPlace, root: Node) -> list[Node]:
    found: dict[Any, Node] = {}
    followed: set[tuple[str, str]] = set()
    todo = [root]
    while todo and len(found) < _MOST:
        node = todo.pop()
        if is_reference(node.value):
            name = (node.source.uri, node.value["$ref"])
            if name in followed and len(node.value) == 1:
                continue
            followed.add(name)
        meant = resolved(context, place, node)
        if meant is None or not isinstance(meant.value, dict) or meant.place in found:
            continue
        found[meant.place] = meant
        todo.extend(_required_as_well(context, place, meant))
    return list(found.values())


def _required_as_well(context: Context, place: SchemaPlace, node: Node) -> Iterator[Node]:
    branches = node.get("allOf")
    if branches is not None and isinstance(branches.value, list):
        yield from reversed(list(branches.values()))
    if is_reference(node.value):
        target = _target(context, place, node)
        if target is not None:
            yield target


def rejects_all(schema: Any) -> bool:
    """Whether a schema says that there must be no value."""
    if not isinstance(schema, dict):
        return schema is False
    return "not" in schema and is_anything(schema["not"])


def texts_in(value: Any) -> list[str]:
    """The texts of a list, or the names of a mapping."""
    names = value if isinstance(value, (list, dict)) else ()
    return [name for name in names if isinstance(name, str)]


def is_closed(schema: dict[str, Any]) -> bool:
    """Whether an object may have no properties but those that the schema names."""
    return schema.get("additionalProperties") is False and not schema.get("patternProperties")


def some_names(names: Sequence[str]) -> str:
    """Names in words: a few of them, and how many more."""
    some = [shown(name) for name in names[:_SHOWN]]
    rest = len(names) - len(some)
    return ", ".join(some) + (f" and {rest} more" if rest else "")


def schemas_in(node: Node, keyword: str) -> list[Node]:
    """The schemas in the list of a keyword."""
    several = node.get(keyword)
    return list(several.values()) if several is not None and isinstance(several.value, list) else []
