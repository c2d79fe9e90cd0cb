"""Names of fields that differ from the library's defaults.

- Dataclasses have no aliases: what is no name in Python gets another, and a table says which.
- In a TypedDict, names are those on the wire; the library calls what begins with `_` otherwise.
- A Pydantic model is filled by the names of its fields, too. So none may be called as another
  property is: of `fooBar` and `foo_bar`, the second has the name.
- Python takes names in one form of Unicode, JSON as they are written.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codegen.names import snake
from asyncapi_guard.codegen.python.reserved_names import PYDANTIC_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

__all__ = ["FieldNames", "field_names", "likeness"]


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Fields that are not called as their properties are.

    Attributes:
        given: for the library: the field's name by `Type.property`.
        wire: for the generated module: the property's name by type and field.
    """

    given: Mapping[str, str]
    wire: Mapping[str, Mapping[str, str]]


def field_names(schemas: Mapping[str, Any], style: str) -> FieldNames:
    """The fields of all classes among some schemas whose names the library must be told."""
    if style == "dataclass":
        return _of_dataclasses(schemas)
    given: dict[str, str] = {}
    for kind, names in _properties(schemas):
        own = _of_typed_dict(names) if style == "typeddict" else _of_model(names)
        given |= {f"{kind}.{name}": field for name, field in own.items()}
    return FieldNames(given, {})


def likeness(name: str) -> str:
    """What is equal for properties whose fields may get the same name."""
    plain = re.sub(r"_\d+_*$", "", unicodedata.normalize("NFKC", name))
    return re.sub(r"[\W_]", "", plain).casefold().removeprefix("field")


def _properties(schemas: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The names of all properties of each class."""
    for kind, schema in schemas.items():
        parts = [schema, *schema.get("allOf", ())]
        names = dict.fromkeys(name for part in parts for name in part.get("properties", {}))
        if names:
            yield kind, list(names)


def _of_dataclasses(schemas: Mapping[str, Any]) -> FieldNames:
    given: dict[str, str] = {}
    wire: dict[str, dict[str, str]] = {}
    for kind, names in _properties(schemas):
        taken = {name for name in names if _is_name(name, schemas)}
        for name in names:
            if not _is_name(name, schemas):
                field = _free(_plain(name, re.sub(r"\W+", "_", name, flags=re.ASCII)), taken)
                given[f"{kind}.{name}"] = field
                wire.setdefault(kind, {})[field] = name
    return FieldNames(given, wire)


def _of_typed_dict(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names if name.startswith("_") and name.isidentifier()}


def _of_model(names: Collection[str]) -> dict[str, str]:
    """All names of fields of a class in which two properties want the same; else none."""
    alike = len({likeness(name) for name in names}) < len(names)
    if not alike and all(map(_is_composed, names)):
        return {}
    found = {
        name: name for name in names if name == snake(name) and _is_name(name, PYDANTIC_ATTRIBUTES)
    }
    taken = set(names)
    for name in names:
        if name not in found:
            words = snake(name)
            found[name] = _free(f"field_{words}" if name[:1] == "_" else _plain(name, words), taken)
    return found


def _is_composed(name: str) -> bool:
    """Whether Python reads a name as it is written."""
    return unicodedata.is_normalized("NFKC", name)


def _is_name(text: str, reserved: Collection[str]) -> bool:
    """Whether a field may be called so: no other field's type must mean the field by it."""
    if not text.isidentifier() or keyword.iskeyword(text) or text.startswith("_"):
        return False
    return _is_composed(text) and text not in _TYPES and text not in reserved


_TYPES = frozenset(
    ("str", "int", "float", "bool", "bytes", "list", "dict", "tuple", "object", "field", "Any")
) | {"Literal", "Union", "Annotated"}


def _plain(name: str, words: str) -> str:
    """A name that is legal, of the words in a property's name."""
    plain = words.strip("_")
    if keyword.iskeyword(plain) or plain in _TYPES or plain in PYDANTIC_ATTRIBUTES or plain == name:
        plain = f"{plain}_"
    return plain if _is_name(plain, PYDANTIC_ATTRIBUTES) else f"field_{plain}"


def _free(plain: str, taken: set[str]) -> str:
    found, number = plain, 2
    while found in taken:
        found, number = f"{plain}_{number}", number + 1
    taken.add(found)
    return found
