"""What no schema has a say in: texts that are no Unicode, and values that are no JSON.

Half a surrogate pair is in no Unicode text, and no UTF-8 has a form for it. A value with one, in a
text or in a property name, at any depth, is not valid by any schema. `jsonschema-rs` sees it in
places that it reads, so each schema is made to read all that it accepts (`reading_all`), which
costs next to nothing; what no schema describes is looked through with `is_text`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Union

import msgspec

from asyncapi_guard.schema.dialects import Dialect, Draft, replace_subschemas
from asyncapi_guard.schema.formats import BINARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.schema.dialects import SchemaPath

__all__ = ["TEXT", "Unreadable", "is_text", "reading_all", "unreadable"]

#: The keyword for a value that is to be looked through.
TEXT = "x-guard-text"

_encode = msgspec.json.Encoder().encode


def is_text(value: Any) -> bool:
    """Whether all texts and property names in a value are Unicode."""
    try:
        _encode(value)
    except UnicodeEncodeError:
        return False
    except Exception:  # noqa: BLE001  # other types, deep values, long integers: no matter here
        return not any(found.keyword == "unicode" for found in unreadable(value))
    return True


# -- finding ---------------------------------------------------------------------------------------

#: The way to a part of a value: the way to what holds it, and a name or an index.
_Place = Union["tuple[Any, Any]", None]


class Unreadable:
    """A thing in a value that no engine can read.

    Attributes:
        keyword: `unicode` for texts and property names, `json` for the rest.
        message: which kind of thing it is, never the thing.
        foreign: its type is none of JSON's.
    """

    __slots__ = ("_place", "foreign", "keyword", "message")

    def __init__(self, place: _Place, keyword: str, message: str, *, foreign: bool = False) -> None:
        self._place = place
        self.keyword = keyword
        self.message = message
        self.foreign = foreign

    @property
    def path(self) -> tuple[Any, ...]:
        """Where it is; for a property name, the object that has it."""
        parts = []
        place = self._place
        while place is not None:
            place, part = place
            parts.append(part)
        return tuple(reversed(parts))


_HALF = "has half of a surrogate pair, which is no Unicode"


def unreadable(
    value: Any, *, binary: bool = False, reads: Callable[[Any], bool] | None = None
) -> Iterator[Unreadable]:
    """The things in a value that no engine can read, in linear time and without recursion.

    Args:
        value: any object.
        binary: bytes are read.
        reads: of a type of its own, whether the engine reads it; without, subclasses are read.
    """
    todo: list[tuple[_Place, Any]] = [(None, value)]
    seen: set[int] = set()
    while todo:
        place, held = todo.pop()
        if isinstance(held, (dict, list, tuple)):
            if id(held) in seen:
                continue
            seen.add(id(held))
        if isinstance(held, dict):
            yield from _names(place, held)
            left = [((place, n), item) for n, item in held.items() if not _is_plain(item)]
            todo += reversed(left)
        elif isinstance(held, (list, tuple)):
            left = [((place, i), item) for i, item in enumerate(held) if not _is_plain(item)]
            todo += reversed(left)
        elif not _is_plain(held):
            fault = _fault(place, held, binary=binary, reads=reads)
            if fault is not None:
                yield fault


def _names(place: _Place, held: dict[Any, Any]) -> Iterator[Unreadable]:
    for name in held:
        if not isinstance(name, str):
            message = f"a property name is of type {type(name).__name__}, and not a string"
            yield Unreadable(place, "json", message)
        elif not _is_unicode(name):
            yield Unreadable(place, "unicode", f"a property name {_HALF}")


_CONSTANT = frozenset((int, bool, type(None)))
_PLAIN = _CONSTANT | {str, float}
_JSON = (str, int, float, type(None))


def _is_plain(value: Any) -> bool:
    """Whether a value is one that nearly all are: a text in ASCII, a number, a constant."""
    kind = type(value)
    if kind is str:
        return bool(value.isascii())
    return kind in _CONSTANT or (kind is float and math.isfinite(value))


def _fault(
    place: _Place, leaf: Any, *, binary: bool, reads: Callable[[Any], bool] | None
) -> Unreadable | None:
    kind = type(leaf).__name__
    if isinstance(leaf, str) and not _is_unicode(leaf):
        return Unreadable(place, "unicode", f"a text {_HALF}")
    if isinstance(leaf, float) and not math.isfinite(leaf):
        return Unreadable(place, "json", "NaN and infinities are no JSON numbers")
    if isinstance(leaf, (bytes, bytearray)) and binary:
        return None
    if type(leaf) in _PLAIN or (isinstance(leaf, _JSON) if reads is None else reads(leaf)):
        return None
    return Unreadable(place, "json", f"a value of type {kind} is no JSON", foreign=True)


def _is_unicode(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


# -- schemas that read all that they accept --------------------------------------------------------

# Compares each text, at the cost of a few nanoseconds, and accepts all.
_READ: dict[str, Any] = {"anyOf": [{"not": {"enum": [""]}}, {"maxLength": 0}]}
_LOOK: dict[str, Any] = {TEXT: True}
_BRANCHES = ("$ref", "allOf", "anyOf", "oneOf")
_STRUCTURE = frozenset(
    ("properties", "patternProperties", "additionalProperties", "items", "prefixItems")
)


def reading_all(document: Any, dialect: Dialect) -> Any:
    """A schema that reads all of what it accepts; of Unicode, it accepts the same."""
    if isinstance(document, dict) and _has_leftovers(document):
        # What is added to schemas would count as evaluated.
        return {**document, TEXT: True}
    return _reading(document, dialect, needed=True)


def _has_leftovers(document: Any) -> bool:
    todo = [document]
    while todo:
        held = todo.pop()
        if isinstance(held, dict):
            if "unevaluatedItems" in held or "unevaluatedProperties" in held:
                return True
            todo.extend(held.values())
        elif isinstance(held, list):
            todo.extend(held)
    return False


def _reading(schema: Any, dialect: Dialect, *, needed: bool) -> Any:
    """As `reading_all`; nothing is needed where another schema reads the same value."""
    if not isinstance(schema, dict):
        return _LOOK if schema is True and needed else schema
    if "$ref" in schema and not dialect.siblings:
        return schema
    needed = needed and not _is_closed(schema, dialect)
    branched = needed and _is_branched(schema)
    whole = needed and not branched and _is_open(schema)
    own = needed and not branched and not whole
    reading = _STRUCTURE | {"additionalItems"} if own else frozenset()
    if branched and not _refers(schema):
        reading = frozenset(_BRANCHES)

    def change(path: SchemaPath, below: Any) -> Any:
        # Entries, and with resources all other places, may be referred to.
        anywhere = dialect.resources or path[0] in ("$defs", "definitions")
        return _reading(below, dialect, needed=anywhere or path[0] in reading)

    changed = replace_subschemas(schema, change)
    if whole:
        changed[TEXT] = True
    elif own:
        _complete(changed, dialect)
    return changed


def _is_closed(schema: dict[str, Any], dialect: Dialect) -> bool:
    """Whether it lists what it accepts, or takes bytes."""
    constant = "const" in schema and dialect.draft is not Draft.DRAFT4
    return constant or "enum" in schema or BINARY in schema


def _is_branched(schema: dict[str, Any]) -> bool:
    """Whether it leaves to others what its objects and arrays are made of."""
    holds = not _types(schema).isdisjoint(("object", "array"))
    return holds and _STRUCTURE.isdisjoint(schema) and any(map(schema.get, _BRANCHES))


def _refers(schema: dict[str, Any]) -> bool:
    """Whether all that it accepts is read elsewhere."""
    both = [schema, *schema.get("allOf", ())]
    return any(isinstance(part, dict) and "$ref" in part for part in both)


def _is_open(schema: dict[str, Any]) -> bool:
    """Whether it has objects or arrays, and says nothing of what is in them."""
    return _STRUCTURE.isdisjoint(schema) and not _types(schema).isdisjoint(("object", "array"))


def _types(schema: dict[str, Any]) -> frozenset[str]:
    types = schema.get("type") or ("string", "object", "array")
    return frozenset((types,) if isinstance(types, str) else types)


def _complete(schema: dict[str, Any], dialect: Dialect) -> None:
    """Add what reads texts, and whatever else is in objects and arrays."""
    types = _types(schema)
    if "string" in types and "pattern" not in schema:
        schema["allOf"] = [*schema.get("allOf", ()), _READ]
    if "object" in types:
        schema.setdefault("additionalProperties", _LOOK)
    if "array" in types:
        rest = dialect.tuple_keyword == "items" and isinstance(schema.get("items"), list)
        schema.setdefault("additionalItems" if rest else "items", _LOOK)
