"""The schemas of all hints of a document, and the components that they share.

Pydantic tells definitions of one name apart by the names of their modules, so that a document would
depend on how the application was imported. It also compares every definition with every other one,
under six names each. Here a definition is called as its type; others of that name are numbered, in
the order in which the hints come by them. Definitions of one name that say the same are one: a
model that is received and sent, and one that was loaded twice.
"""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.asyncapi_schemas import DATA, to_asyncapi
from asyncapi_guard.codefirst.hints import Direction, definitions_of
from asyncapi_guard.schema.dialects import subschemas
from asyncapi_guard.spec.deep_stack import with_room
from asyncapi_guard.spec.references import Documents, Node
from asyncapi_guard.spec.schema_bundles import at
from asyncapi_guard.spec.schemas import Schemas
from asyncapi_guard.spec.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asyncapi_guard.codefirst.hints import Definition, Hint
    from asyncapi_guard.schema.dialects import SchemaPath
    from asyncapi_guard.spec.ids import Names

__all__ = ["Direction", "components_of"]

_TITLES = {"validation": "Input", "serialization": "Output"}
_REF = "#/components/schemas/"


def components_of(
    hints: Sequence[tuple[str, Direction, Hint]], taken: Names
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schemas of hints by their keys, and the components by their names.

    Args:
        hints: a key, how the hint is used, and the hint.
        taken: the names that components may not have.
    """
    if not hints:
        return {}, {}
    written = with_room(lambda: definitions_of(hints))
    schemas, definitions = written.schemas, written.definitions
    _name_properties([*schemas.values(), *definitions.values()], definitions)
    used = _reached([schemas[key] for key, _, _ in hints], definitions)
    names = _named([written.known[key] for key in used], definitions, taken)
    components: dict[str, Any] = {}
    for key in used:
        if names[key] not in components:
            components[names[key]] = to_asyncapi(definitions[key], names)
    components = {name: components[name] for name in sorted(components)}
    schemas = {key: to_asyncapi(schema, names) for key, schema in schemas.items()}
    _drop_defaults({"schemas": schemas, "components": {"schemas": components}})
    return schemas, components


def _name_properties(schemas: Sequence[Any], definitions: Mapping[str, Any]) -> None:
    """Let names of properties be texts, where a type of keys is an enumeration of numbers."""
    todo = list(schemas)
    while todo:
        schema = todo.pop()
        if not isinstance(schema, dict):
            continue
        todo += [below for _, below in subschemas(schema)]
        names = schema.get("propertyNames")
        if isinstance(names, dict) and isinstance(names.get("$ref"), str):
            key = definitions.get(names["$ref"].removeprefix(_REF), {})
            values = key.get("enum", [key["const"]] if "const" in key else [])
            if any(type(value) is int for value in values):
                texts = [str(value) if type(value) is int else value for value in values]
                schema["propertyNames"] = {"enum": texts}


def _drop_defaults(data: dict[str, Any]) -> None:
    """Leave out the defaults that clients could not send.

    Pydantic writes a default as it would be sent, also where it says what is received: with other
    names than a model takes, or as data where a text that holds JSON is wanted.
    """
    source = Source("<types>", "types:", None, data)
    root, checker = Node(source, (), data), None
    for section in (("schemas",), ("components", "schemas")):
        todo: list[tuple[SchemaPath, Any]] = [
            ((*section, name), schema) for name, schema in at(root, section).value.items()
        ]
        while todo:
            path, schema = todo.pop()
            if not isinstance(schema, dict):
                continue
            todo += [((*path, *inner), below) for inner, below in subschemas(schema)]
            if isinstance(schema.get("default"), (dict, list)):
                checker = checker or Schemas(Documents(source), "auto", lambda _: None)
                judge = checker.compile(at(root, path))
                if judge is not None and not judge.is_valid(schema["default"]):
                    del schema["default"]


# -- what is used ----------------------------------------------------------------------------------


def _reached(roots: Iterable[Any], definitions: dict[Any, Any]) -> list[str]:
    """The keys of the definitions that schemas refer to, in the order in which one meets them."""
    found: dict[str, None] = {}
    for root in roots:
        todo = deque([root])
        while todo:
            for key in _references(todo.popleft()):
                if key in definitions and key not in found:
                    found[key] = None
                    todo.append(definitions[key])
    return list(found)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _references(item)
    elif isinstance(schema, dict):
        for keyword, value in schema.items():
            if keyword == "$ref" and isinstance(value, str):
                yield value.removeprefix(_REF)
            elif isinstance(value, (dict, list)) and keyword not in DATA:
                yield from _references(value)


# -- names -----------------------------------------------------------------------------------------


def _named(
    found: Sequence[Definition], definitions: dict[Any, Any], taken: Names
) -> dict[str, str]:
    """The name of each definition, by its key; the same for those that are one."""
    groups = _alike(found, definitions)
    group_of = {each.key: index for index, group in enumerate(groups) for each in group}
    directions: dict[str, set[int]] = {}
    for each in found:
        directions.setdefault(each.type, set()).add(group_of[each.key])
    names: dict[int, str] = {}
    for each in found:
        index = group_of[each.key]
        if index not in names:
            wanted = each.wanted
            if len(directions[each.type]) > 1 and len({e.direction for e in groups[index]}) == 1:
                wanted = f"{wanted}-{_TITLES[each.direction]}"
            names[index] = taken.take(wanted)
    return {key: names[index] for key, index in group_of.items()}


def _alike(
    found: Sequence[Definition], definitions: dict[Any, Any]
) -> list[tuple[Definition, ...]]:
    """Groups of definitions of one name that say the same.

    All of one name are taken to be the same, until their references or what is around them differs.
    """
    by_name: dict[str, list[Definition]] = {}
    for each in found:
        by_name.setdefault(each.wanted, []).append(each)
    groups = [tuple(group) for group in by_name.values()]
    while True:
        called = {each.key: f"{index}" for index, group in enumerate(groups) for each in group}
        parts: list[tuple[Definition, ...]] = []
        for group in groups:
            parts += _parted(group, definitions, called) if len(group) > 1 else [group]
        if len(parts) == len(groups):
            return groups
        groups = parts


def _parted(
    group: Sequence[Definition], definitions: dict[Any, Any], called: dict[str, str]
) -> list[tuple[Definition, ...]]:
    parts: dict[str, list[Definition]] = {}
    for each in group:
        # As text: to Python, 1 and true are equal.
        schema = to_asyncapi(definitions[each.key], called)
        text = json.dumps(schema, sort_keys=True, default=repr)
        parts.setdefault(text, []).append(each)
    return [tuple(part) for part in parts.values()]
