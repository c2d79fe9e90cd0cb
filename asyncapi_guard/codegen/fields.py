"""Names of fields of dataclasses, which have no aliases: what is no name in Python gets another."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FieldNames", "field_names"]


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Fields that are not called as their properties are.

    Attributes:
        given: for the library: the field's name by `Type.property`.
        wire: for the generated module: the property's name by type and field.
    """

    given: Mapping[str, str]
    wire: Mapping[str, Mapping[str, str]]


def field_names(schemas: Mapping[str, Any]) -> FieldNames:
    """The fields of all classes among some schemas that need another name."""
    given: dict[str, str] = {}
    wire: dict[str, dict[str, str]] = {}
    for kind, schema in schemas.items():
        parts = [schema, *schema.get("allOf", ())]
        properties = [name for part in parts for name in part.get("properties", {})]
        taken = {name for name in properties if _is_name(name)}
        for name in dict.fromkeys(properties):
            if not _is_name(name):
                field = _field(name, taken)
                taken.add(field)
                given[f"{kind}.{name}"] = field
                wire.setdefault(kind, {})[field] = name
    return FieldNames(given, wire)


def _is_name(text: str) -> bool:
    """Whether a field may be called so: no other field's type must mean the field by it."""
    if not text.isidentifier() or keyword.iskeyword(text) or text.startswith("_"):
        return False
    return text not in _TYPES


_TYPES = frozenset(
    ("str", "int", "float", "bool", "bytes", "list", "dict", "tuple", "object", "field", "Any")
) | {"Literal", "Union", "Annotated"}


def _field(name: str, taken: set[str]) -> str:
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    plain = f"{plain}_" if keyword.iskeyword(plain) or plain in _TYPES else plain
    plain = plain if _is_name(plain) else f"field_{plain}"
    found, number = plain, 2
    while found in taken:
        found, number = f"{plain}_{number}", number + 1
    return found
