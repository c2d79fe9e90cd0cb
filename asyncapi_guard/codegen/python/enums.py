"""Lists of values as classes of Python's enum instead of `Literal`.

A class is made of texts alone, or of integers alone: its members are texts or integers then, and go
over the wire as they are. Other lists have no such class, and stand for their types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.codegen.python.combining import ONE, PLACE
from asyncapi_guard.codegen.python.scalars import literal, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["is_enum", "names_of_member", "with_enums"]

_KINDS = ("string", "integer")


def is_enum(schema: dict[str, Any]) -> bool:
    """Whether a class is made of a schema, of those that `with_enums` makes."""
    return "enum" in schema and schema.get("type") in _KINDS


def names_of_member(index: int, members: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """What one of several alternatives is called; a list of values beside null as the whole."""
    others = [member for member in members if member.get("type") != "null"]
    position = str(index + 1)
    return ("", "Value", position) if len(others) == 1 and is_enum(others[0]) else (position,)


def with_enums(schema: Any, note: Callable[[str, str, str], None]) -> Any:
    """A schema in which all lists of values are as `is_enum` knows them, or types.

    Args:
        schema: in the one dialect.
        note: told of the place, the keyword and the loss, where a list stands for its types.
    """
    if isinstance(schema, list):
        return [with_enums(each, note) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {**schema}
    for keyword in ("items", "prefixItems", "anyOf", "allOf", "additionalProperties"):
        if keyword in found:
            found[keyword] = with_enums(found[keyword], note)
    if "properties" in found:
        found["properties"] = {n: with_enums(s, note) for n, s in found["properties"].items()}
    if "anyOf" in found:
        return _alternatives(found, note)
    if "enum" not in found:
        return found
    values = found.pop("enum")
    return {**found, **_listed(found, values, note)}


def _alternatives(schema: dict[str, Any], note: Callable[[str, str, str], None]) -> dict[str, Any]:
    """Alternatives that are values, such as titled constants, as one list of them."""
    members = [member for member in schema["anyOf"] if member.get("type") != "null"]
    if len(members) < 2 or not all("const" in each or "enum" in each for each in members):
        return schema
    values = [value for each in members for value in each.get("enum", [each.get("const")])]
    one = {PLACE: schema.get(PLACE, members[0][PLACE])}
    one |= _listed({**one}, values, note)
    if len(members) < len(schema["anyOf"]):
        return {**schema, "anyOf": [one, {PLACE: one[PLACE], "type": "null"}]}
    return {**{key: value for key, value in schema.items() if key not in ("anyOf", ONE)}, **one}


def _listed(
    schema: dict[str, Any], values: list[Any], note: Callable[[str, str, str], None]
) -> dict[str, Any]:
    found = literal([value for at, value in enumerate(values) if value not in values[:at]])
    if "const" in found or is_enum(found):
        return found
    note(
        schema[PLACE],
        "enum",
        "any value of these types is accepted, because no enum can have them all",
    )
    return {"type": list(dict.fromkeys(map(type_of, values)))}
