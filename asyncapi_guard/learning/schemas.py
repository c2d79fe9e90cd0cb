"""Shapes as JSON Schemas, and their counts in words.

A schema accepts all recorded traffic. How much more it takes is a choice:

- `seen`: lengths and ranges are those that were seen;
- `rounded`: as far as what was seen tells. A range of whole numbers is kept where each number of it
  was seen many times over, one length where it is always the same. Otherwise lengths are bounded by
  the next power of four, and numbers by 0;
- `none`: lengths and ranges are free.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from asyncapi_guard.codefirst.argument_schemas import NOTHING, several, single
from asyncapi_guard.codefirst.permissive_schemas import ANY_VALUE

if TYPE_CHECKING:
    from asyncapi_guard.learning.shapes import Arrays, Objects, Range, Shape, Texts
    from asyncapi_guard.learning.traffic_shapes import Arguments

__all__ = ["BOUNDS", "Bounds", "Learnt", "Style", "schema_of", "schema_of_arguments"]

Bounds = Literal["seen", "rounded", "none"]
BOUNDS: tuple[Bounds, ...] = ("seen", "rounded", "none")
#: How often one length must have been seen, and each number of a range, to be taken for the rule.
_ALWAYS = 20
_EACH = 10
#: Of these, a text has rather one than several: the first that all texts have.
_FORMATS = ("uuid", "date-time", "date", "time", "email", "ipv4", "ipv6", "uri")


@dataclass(frozen=True, slots=True)
class Style:
    """How much more than what was seen a schema takes.

    Attributes:
        bounds: of lengths and ranges.
        closed: whether objects take no other fields than those that were seen.
    """

    bounds: Bounds = "rounded"
    closed: bool = True


@dataclass(slots=True)
class Learnt:
    """A schema, and what was seen.

    Attributes:
        schema: the schema.
        facts: for places within it, as paths of keys, what was seen there.
    """

    schema: Any
    facts: dict[tuple[str, ...], str] = field(default_factory=dict)

    def take(self, other: Learnt, *path: str) -> Any:
        """Take the facts of a part, which stands at that path, and return its schema."""
        for place, fact in other.facts.items():
            self.facts[path + place] = fact
        return other.schema


def schema_of_arguments(arguments: Arguments, style: Style) -> Learnt:
    """The schema of the arguments of an event, or of an ack."""
    least, most = min(arguments.counts, default=0), max(arguments.counts, default=0)
    if most == 0:
        return Learnt(dict(NOTHING))
    if most > len(arguments.shapes):
        return Learnt({"type": "array", "items": [ANY_VALUE], "additionalItems": ANY_VALUE})
    parts = [schema_of(shape, style) for shape in arguments.shapes[:most]]
    if least == most == 1 and parts[0].schema != NOTHING:
        return parts[0]
    found = Learnt(None)
    schemas = [found.take(part, "items", str(position)) for position, part in enumerate(parts)]
    whole = single(schemas[0]) if most == 1 else several(schemas)
    whole["minItems"] = least
    found.schema = whole
    if least != most:
        counts = sorted(arguments.counts.items())
        times = ", ".join(f"{number} arguments {_times(count)}" for number, count in counts)
        found.facts["minItems",] = times
    return found


def schema_of(shape: Shape, style: Style) -> Learnt:
    """The schema of the values at one place."""
    found = Learnt({})
    if shape.unknown or not shape.count:
        found.schema = dict(ANY_VALUE) if shape.unknown else {}
        return found
    kinds: list[tuple[str, dict[str, Any]]] = []
    if shape.objects.sizes.count:
        kinds.append(("object", _object(shape.objects, style, found)))
    if shape.arrays.lengths.count:
        kinds.append(("array", _array(shape.arrays, style, found)))
    if shape.texts.lengths.count:
        kinds.append(("string", _text(shape.texts, style)))
    if shape.numbers.count:
        span = _both(shape.integers, shape.numbers)
        kinds.append(("number", _numbers(span, style, whole=False)))
    elif shape.integers.count:
        kinds.append(("integer", _numbers(shape.integers, style, whole=True)))
    kinds.extend((name, {}) for name in _plain(shape))
    types = [name for name, _ in kinds]
    schema = {key: value for _, keywords in kinds for key, value in keywords.items()}
    if "enum" in schema and len(types) > 1:
        schema = _with_null(schema, types)
    found.schema = _with_binary({"type": types[0] if len(types) == 1 else types, **schema}, shape)
    return found


def _plain(shape: Shape) -> list[str]:
    """The types of which there is no more to say."""
    counts = {"boolean": shape.booleans, "null": shape.nulls}
    return [name for name, count in counts.items() if count]


def _with_null(schema: dict[str, Any], types: list[str]) -> dict[str, Any]:
    """A list of words, beside other types: null is one more of them, and others have no list."""
    if types == ["string", "null"]:
        return {**schema, "enum": [*schema["enum"], None]}
    return {key: value for key, value in schema.items() if key != "enum"}


def _with_binary(schema: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """The schema of a place where bytes were, too."""
    if not shape.binary.count:
        return schema
    binary = {"type": "string", "format": "binary"}
    if shape.binary.count == shape.count:
        return binary
    return {"anyOf": [schema, binary]}


def _object(objects: Objects, style: Style, found: Learnt) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    fields = sorted(objects.fields.items(), key=lambda pair: -pair[1].count)
    for name, shape in fields:
        part = schema_of(shape, style)
        schema.setdefault("properties", {})[name] = found.take(part, "properties", name)
        found.facts["properties", name] = _seen(shape, objects.sizes.count)
    required = [name for name, shape in fields if shape.count >= objects.sizes.count]
    if required:
        schema["required"] = required
    if objects.others is not None:
        part = schema_of(objects.others, style)
        schema["additionalProperties"] = found.take(part, "additionalProperties")
    elif style.closed:
        schema["additionalProperties"] = False
    return schema


def _array(arrays: Arrays, style: Style, found: Learnt) -> dict[str, Any]:
    schema = _sizes(arrays.lengths, style, "minItems", "maxItems", most=False)
    if arrays.items is not None:
        schema["items"] = found.take(schema_of(arrays.items, style), "items")
    return schema


def _text(texts: Texts, style: Style) -> dict[str, Any]:
    if texts.words is not None:
        return {"enum": sorted(texts.words)}
    format = next((each for each in _FORMATS if each in (texts.formats or ())), None)
    if format is not None:
        return {"format": format}
    return _sizes(texts.lengths, style, "minLength", "maxLength")


def _sizes(
    lengths: Range, style: Style, least: str, greatest: str, *, most: bool = True
) -> dict[str, Any]:
    """Bounds of a length.

    Args:
        lengths: that were seen.
        style: how they are bounded.
        least: the keyword of the lower bound.
        greatest: that of the upper one.
        most: whether lengths that differ are bounded above.
    """
    low, high = int(lengths.low or 0), int(lengths.high or 0)
    if style.bounds == "none":
        return {}
    if style.bounds == "seen" or (low == high and lengths.count >= _ALWAYS):
        return {least: low, greatest: high} if low else {greatest: high}
    found = {least: 1} if low else {}
    return {**found, greatest: _next_power(high)} if most else found


def _next_power(number: int) -> int:
    """The power of four that leaves room above a length."""
    power = 16
    while power < number * 1.25:
        power *= 4
    return power


def _numbers(span: Range, style: Style, *, whole: bool) -> dict[str, Any]:
    if style.bounds == "none" or span.low is None or span.high is None:
        return {}
    low, high = int(span.low), int(span.high)
    each = whole and (high - low + 1) * _EACH <= span.count
    if style.bounds == "seen" or each:
        return {"minimum": low, "maximum": high}
    if low < 0:
        return {}
    return {"minimum": int(whole and low == 1 and span.count >= _ALWAYS)}


def _both(one: Range, other: Range) -> Range:
    found = type(one)(one.count, one.low, one.high)
    found.merge(other)
    return found


# -- in words --------------------------------------------------------------------------------------


def _seen(shape: Shape, of: int) -> str:
    """What was seen of a field of so many objects."""
    parts = [f"{shape.count:,} of {of:,}"]
    lengths = shape.texts.lengths
    if lengths.count and shape.texts.words is None:
        parts.append(_span(lengths, "characters"))
    if shape.integers.count or shape.numbers.count:
        parts.append(_span(_both(shape.integers, shape.numbers), ""))
    if shape.arrays.lengths.count:
        parts.append(_span(shape.arrays.lengths, "items"))
    if shape.binary.count:
        parts.append(_span(shape.binary, "bytes"))
    if shape.nulls:
        parts.append(f"null {_times(shape.nulls)}")
    return "; ".join(parts)


def _span(span: Range, unit: str) -> str:
    low, high = int(span.low or 0), int(span.high or 0)
    text = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return f"{text} {unit}".strip()


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
