"""Keywords that no dialect has, and what is meant by them.

People bring names from validators of other languages (`optional`, `values`, `maxLen`), and write
properties where keywords belong. What a validator passes over limits nothing, so each has advice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.schema_habits import ALL_KEYWORDS, TYPES, as_schema
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["keyword_advice", "lost_properties", "properties_text"]

_REQUIRED = "list the property in the parent's 'required' instead: required: [NAME]"
_OPTIONAL = "remove it: a property is optional unless the parent's 'required' lists it"
_ENUM = "write enum: [...], a list of the values"
_FIELDS = "write properties: {...}, with a schema for each name"
_ITEMS = "write items: {...}, the schema of each item"
_PATTERN = "write 'pattern'"
_CLOSED = "write additionalProperties: false"
_NULL = "to accept null, write type: [..., 'null']"
_ITSELF = "write the schema itself instead"
#: Names (several with a blank between), and what is meant by them.
_ADVICE: Mapping[str, str] = {
    key: advice
    for keys, advice in (
        ("optional isOptional", _OPTIONAL),
        ("mandatory isRequired require needed must", _REQUIRED),
        ("values options choices allowed allowedValues valid enums oneof_values", _ENUM),
        ("fields attributes props members keys columns", _FIELDS),
        ("of elements element itemType arrayOf each", _ITEMS),
        ("regex regexp regExp re match matches", _PATTERN),
        ("strict closed exact additionalProps allowExtra noExtra additional", _CLOSED),
        ("null allowNull isNullable allowNone none", _NULL),
        ("payload schema content body", _ITSELF),
        ("schemas definition", "move the schemas to components: schemas:, each under its name"),
        ("unique distinct", "write uniqueItems: true"),
        ("datatype dataType valueType", "write 'type'"),
        ("range between", "write minimum: ... and maximum: ..."),
        ("extends inherits mixin", "write allOf: [{$ref: ...}, {...}]"),
        ("defaultValue", "write 'default'"),
        ("name label", "remove it: the key in 'properties' is the name, and 'title' is for people"),
        ("summary", "write 'description'"),
        ("comment note", "write '$comment', or 'description'"),
    )
    for key in keys.split()
}
_LIMIT = re.compile(
    r"(?P<end>min|max)(?:imum)?[-_]?(?P<of>len(?:gth)?|size|count|items|chars|value)?"
)
_LENGTH = frozenset(("length", "len", "size", "count"))
_BY_TYPE = {"string": "Length", "array": "Items", "object": "Properties"}
#: So many names are said of several.
_READ = 3
_ASSIGNED = re.compile(r"(?P<key>[\w$]+)\s*(?:=>?|:=)\s*(?P<value>.*)", re.DOTALL)


def keyword_advice(key: str, schema: Any, name: str) -> str:
    """What to write for a keyword that there is not; empty where it is not known.

    Args:
        key: the keyword.
        schema: the schema that has it.
        name: what the schema is the value of, such as the name of a property.
    """
    assigned = _ASSIGNED.fullmatch(key)
    if assigned is not None:
        return f"; write {assigned['key']}: {assigned['value'].strip() or '...'}"
    limit = _limit(key, schema.get("type"))
    if limit:
        return f"; write {limit}"
    advice = _ADVICE.get(key)
    return f"; {advice.replace('NAME', name)}" if advice is not None else ""


def _limit(key: str, type: Any) -> str:
    """The keyword that limits values of a type, or those to choose from."""
    if key in _LENGTH:
        end = _BY_TYPE.get(type, "Length") if isinstance(type, str) else "Length"
        return f"min{end} and max{end}"
    found = _LIMIT.fullmatch(key.lower())
    if found is None or key in ALL_KEYWORDS:
        return ""
    end, of = found["end"], found["of"] or ""
    if of.startswith(("len", "char")):
        return f"{end}Length"
    if of == "items":
        return f"{end}Items"
    if isinstance(type, str) and type in _BY_TYPE:
        return f"{end}{_BY_TYPE[type]}"
    number = f"{end}imum"
    return (
        number
        if type in ("integer", "number") or of == "value"
        else f"{number}, {end}Length for texts"
    )


# -- properties among keywords ---------------------------------------------------------------------


def lost_properties(schema: Mapping[str, Any]) -> list[str]:
    """The keys of a schema that are names of properties; none if it has a keyword that limits.

    A mapping with keywords is a schema, the name of a type stands for one, and an example of the
    data has neither.
    """
    unknown = [key for key in schema if key not in ALL_KEYWORDS and not key.startswith("x-")]
    named = [key for key in unknown if _is_schema(schema[key]) and not _is_habit(key)]
    if named:
        return named
    is_all = unknown and len(unknown) == len(schema) and not any(map(_is_habit, unknown))
    return unknown if is_all else []


def _is_habit(key: str) -> bool:
    return key in _ADVICE or _ASSIGNED.fullmatch(key) is not None


def _is_schema(value: Any) -> bool:
    if isinstance(value, dict):
        return not ALL_KEYWORDS.isdisjoint(value)
    return isinstance(value, str) and (value.lower() in TYPES or as_schema(value) is not None)


def properties_text(schema: Mapping[str, Any], names: list[str]) -> str:
    """What is said once of names that stand where keywords do."""
    listed = ", ".join(map(shown, names[:3])) + (
        ", …" if len(names) > 3 else ""
    )  # as many as are read
    first = names[0] if names[0].isidentifier() else shown(names[0])
    if "properties" in schema:
        limits = "limits" if len(names) == 1 else "limit"
        return f"{listed} beside 'properties' {limits} nothing; indent further, under 'properties'"
    kind = "" if "type" in schema else "type: object, "
    return (
        f"{listed} {'is not a keyword' if len(names) == 1 else 'are not keywords'} of JSON Schema, "
        "so nothing is validated; if you mean properties, write "
        f"{kind}properties: {{{first}: {{type: ...}}, ...}}"
    )
