"""All that a schema says of one value: its own keywords, and those behind `$ref` and `allOf`."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.reading.constraints import types_of
from asyncapi_guard.schema.bundle import target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.schema import Bundle

__all__ = ["FlatSchema", "flatten", "schema_name"]

#: Objects of keywords about one value; a document with more of them is shown in part, and says so.
_MOST_PARTS = 500
_HOLDERS = frozenset(("schemas", "definitions", "$defs"))
#: What a whole number is, too.
_WIDER = {"integer": "number"}


@dataclass(slots=True)
class FlatSchema:
    """A schema without what it refers to in place.

    Attributes:
        parts: objects of keywords, all of which judge the same value, the outermost first.
        entries: what references led to, as names of the bundle.
        named: those of them that have names, but for names within names.
        is_never: no value is valid.
        types: those that all parts take; none for any.
        is_cut: there are more parts.
    """

    parts: list[dict[str, Any]] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    is_never: bool = False
    types: tuple[str, ...] = ()
    is_cut: bool = False

    def first(self, keyword: str) -> Any:
        """The value of a keyword in the outermost part that has it, or `None`."""
        return next((part[keyword] for part in self.parts if keyword in part), None)

    def each(self, keyword: str) -> Iterator[Any]:
        """The values of a keyword in all parts."""
        return (part[keyword] for part in self.parts if keyword in part)

    def is_true(self, keyword: str) -> bool:
        """Whether some part has the keyword with `true`."""
        return any(value is True for value in self.each(keyword))

    def texts(self, keyword: str) -> str:
        """The first text of a keyword."""
        return next((value for value in self.each(keyword) if isinstance(value, str)), "")

    def by_name(self, keyword: str) -> dict[str, Any]:
        """Schemas by names; what several parts say of one name counts together."""
        found: dict[str, list[Any]] = {}
        for schemas in self.each(keyword):
            for name, schema in schemas.items() if isinstance(schemas, dict) else ():
                found.setdefault(name, []).append(schema)
        return {
            name: several[0] if len(several) == 1 else {"allOf": several}
            for name, several in found.items()
        }

    @property
    def required(self) -> list[str]:
        """The properties that must be there."""
        lists = (names for names in self.each("required") if isinstance(names, list))
        return [*dict.fromkeys(str(name) for names in lists for name in names)]


def flatten(bundle: Bundle, schema: Any) -> FlatSchema:
    """All that a schema says of one value."""
    if isinstance(schema, dict) and "$ref" not in schema and "allOf" not in schema:
        return FlatSchema([schema], types=types_of(schema))  # as most are
    return _flattened(bundle, schema)


def _flattened(bundle: Bundle, schema: Any) -> FlatSchema:
    flat = FlatSchema()
    todo: deque[tuple[Any, bool]] = deque([(schema, False)])
    while todo:
        part, is_within = todo.popleft()
        if part is False:
            flat.is_never = True
        if not isinstance(part, dict):
            continue
        if len(flat.parts) >= _MOST_PARTS:
            flat.is_cut = True
            break
        entry = target(bundle.dialect, part.get("$ref"))
        if entry is not None:
            if entry not in flat.entries:
                flat.entries.append(entry)
                has_name = bool(schema_name(bundle.places[entry]))
                if has_name and not is_within:
                    flat.named.append(entry)
                todo.appendleft((bundle.schemas[entry], is_within or has_name))
            if not bundle.dialect.siblings:
                continue
        flat.parts.append(part)
        together = part.get("allOf")
        if isinstance(together, list):
            todo.extend((each, is_within) for each in together)
    flat.types = _common_types(flat.parts)
    return flat


def schema_name(place: str) -> str:
    """The name of a schema in the document, or of a file that is one; empty without one.

    Args:
        place: `file#/json/pointer`.
    """
    file, _, pointer = place.rpartition("#")
    if not pointer:
        stem = file.replace("\\", "/").rpartition("/")[2]
        return stem.rsplit(".", 1)[0]
    *_, holder, name = ["", *pointer.split("/")]
    return name.replace("~1", "/").replace("~0", "~") if holder in _HOLDERS else ""


def _common_types(parts: list[dict[str, Any]]) -> tuple[str, ...]:
    common: tuple[str, ...] = ()
    for part in parts:
        types = types_of(part)
        if not common or not types:
            common = common or types
            continue
        both = [each for each in common if each in types or _WIDER.get(each) in types]
        both += [each for each in types if _WIDER.get(each) in common and each not in both]
        common = tuple(both) or common
    return common
