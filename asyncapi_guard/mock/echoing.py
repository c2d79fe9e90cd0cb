"""Answers that belong to their requests: a field that both have by one name has one value.

What a client asks for by `game_id` it is told about under the same `game_id`, so its code finds it
again. The result is as valid as before, or the field stays as it was.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from asyncapi_guard.contract import Schema

__all__ = ["Names", "echoed", "names_in"]

#: What nobody sends back.
_SECRET = re.compile(
    r"pass(?:word|wd|phrase|code)|secret|token|api_?-?key|credential|authorization|cvv|^pin$",
    re.IGNORECASE,
)
_IN_PLACE = ("allOf", "anyOf", "oneOf")
_BRANCHES = ("then", "else")
_MOST = 200

#: The names of properties, each with the names of the properties of its value.
Names = dict[str, set[str]]
#: Whether values are valid, and say what they said.
Fits = "Callable[[list[Any]], bool]"


def names_in(schemas: Iterable[Schema]) -> Names:
    """The names of all properties that schemas describe, and of those one level below."""
    found: Names = {}
    for schema in schemas:
        document = schema.document
        parts = document.get("items", ()) if schema.positional else ()
        roots = [document, *(parts if isinstance(parts, list) else ())]
        for root in roots:
            for name, below in _properties(root, document):
                inner = {each for each, _ in _properties(below, document)}
                found.setdefault(name, set()).update(inner)
    return found


def _properties(schema: Any, document: Any) -> Iterator[tuple[str, Any]]:
    """The properties of a schema, and of all that judges the same value."""
    todo, seen = [schema], set[int]()
    while todo and len(seen) < _MOST:
        part = todo.pop()
        if not isinstance(part, dict) or id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part.get("$ref"), str):
            todo.append(_target(part["$ref"], document))
        for keyword in _IN_PLACE:
            several = part.get(keyword)
            todo.extend(several if isinstance(several, list) else ())
        todo.extend(part.get(keyword) for keyword in _BRANCHES)
        properties = part.get("properties")
        if isinstance(properties, dict):
            yield from properties.items()


def _target(reference: str, document: Any) -> Any:
    if not reference.startswith("#"):
        return None
    from asyncapi_guard.spec.pointers import parse_fragment

    found = document
    try:
        for token in parse_fragment(reference[1:]):
            found = found[int(token)] if isinstance(found, list) else found[token]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return found


def echoed(
    args: Sequence[Any],
    sources: Sequence[Any],
    names: Mapping[str, set[str]],
    fits: Callable[[list[Any]], bool],
) -> list[Any]:
    """Values with the fields that they share with others.

    Args:
        args: the values.
        sources: where fields come from, such as what the client sent; the first has the last word.
        names: those that the values may have, as of `names_in`.
        fits: whether values may take the place of these.
    """
    made = list(args)
    for source in reversed(sources):
        for each in source if isinstance(source, list) else [source]:
            if isinstance(each, dict):
                for index, value in enumerate(made):
                    if isinstance(value, dict):
                        _echo_into(made, index, each, names, fits)
    return made


def _echo_into(
    made: list[Any],
    index: int,
    source: Mapping[str, Any],
    names: Mapping[str, set[str]],
    fits: Callable[[list[Any]], bool],
) -> None:
    def put(path: tuple[str, ...], item: Any) -> bool:
        """Put a value at a place, if the whole may be so."""
        value = dict(made[index])
        if len(path) == 1:
            value[path[0]] = item
        else:
            value[path[0]] = {**value[path[0]], path[1]: item}
        candidate = [*made[:index], value, *made[index + 1 :]]
        if fits(candidate):
            made[index] = value
            return True
        return False

    for name in [*made[index], *(each for each in names if each not in made[index])]:
        whole = False
        if name in source and not _SECRET.search(name):
            whole = put((name,), source[name])
        inner = made[index].get(name)
        if whole or not isinstance(inner, dict):
            continue
        below = source.get(name)
        fields = {**source, **below} if isinstance(below, dict) else source
        known = {*inner, *names.get(name, ())}
        for field in sorted(known & fields.keys()):
            if not _SECRET.search(field):
                put((name, field), fields[field])
