"""Numbers, texts and bytes at the boundaries of each keyword about them, and one step beyond."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.schema.boundary_values.texts import FORMATS, matching
from asyncapi_guard.schema.equality import equal
from asyncapi_guard.schema.formats import asserted
from asyncapi_guard.values.patterns import matches
from asyncapi_guard.values.scalars import draw_text
from asyncapi_guard.values.whole_values import WholeChoices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.values.facts import Facts
    from asyncapi_guard.values.nodes import Node
    from asyncapi_guard.values.places import Place

__all__ = ["Attempt", "kind_of", "of_types", "of_values"]

#: Texts and lists that are longer are not made.
LONGEST = 5_000
_MOST_TOLD = 50
_RIGHT, _WRONG = 2, 3
_PLAIN: dict[str, Any] = {
    "null": None,
    "boolean": True,
    "integer": 5,
    "number": 1.5,
    "string": "a",
    "array": [],
    "object": {},
}
#: By type: values that programs take for missing, and others that they often forget.
_SPECIAL: dict[str, tuple[tuple[str, Any], ...]] = {
    "null": (("null", None),),
    "boolean": (("false", False), ("true", True)),
    "integer": (("zero", 0), ("a number below zero", -1), ("a large number", 2**53 - 1)),
    "number": (("zero", 0), ("a number below zero", -1), ("a small fraction", 0.001)),
    "string": (("an empty text", ""), ("text outside ASCII", "\u00e4\u65e5\U0001f642")),
    "array": (("an empty list", []),),
    "object": (("an empty object", {}),),
}
_SHORT_OF = {"minLength": "shorter", "maxLength": "longer"}


_KINDS: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    bytes: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}


class Attempt(NamedTuple):
    """A value to be tried at a place.

    Attributes:
        keyword: what it tries.
        part: the schema that has the keyword.
        what: how, in a few words.
        value: the value.
        within: the keyword's value that is meant, by its name or number.
    """

    keyword: str
    part: Node
    what: str
    value: Any
    within: tuple[str | int, ...] = ()

    @property
    def location(self) -> str:
        """Where the keyword is."""
        return self.part.of(self.keyword, *self.within)


def of_types(place: Place, value: Any) -> Iterator[Attempt]:
    """Values of each type, of which a schema with `type` takes some."""
    parts = [part for part in place.parts if "type" in part.schema]
    for part in parts[:1]:
        kinds = place.facts.types
        for kind in kinds:
            is_bytes = kind == "string" and place.facts.binary
            for what, special in _SPECIAL.get(kind, ()) if not is_bytes else (("no bytes", b""),):
                yield Attempt("type", part, what, special)
        for kind, plain in _PLAIN.items():
            if kind not in kinds and not (kind == "integer" and "number" in kinds):
                yield Attempt("type", part, f"of type {kind}", plain)
        yield from _nearly(part, kinds, value)
        if place.facts.binary:
            yield Attempt("type", part, "text instead of bytes", "a")
        elif "string" in kinds:
            yield Attempt("type", part, "bytes instead of text", b"a")


def kind_of(value: Any) -> str:
    """The type of a value, the narrowest that there is."""
    return _KINDS.get(type(value), "")


def _nearly(part: Node, kinds: tuple[str, ...], value: Any) -> Iterator[Attempt]:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if "integer" in kinds and is_number and abs(value) < 2**53:
        yield Attempt("type", part, "a whole number with a point", float(value))
        yield Attempt("type", part, "a number with a fraction", value + 0.5)
    if is_number:
        yield Attempt("type", part, "a number as text", str(value))
    if isinstance(value, bool):
        yield Attempt("type", part, "a boolean as text", str(value).lower())
        yield Attempt("type", part, "zero instead of false", 0)
        yield Attempt("type", part, "one instead of true", 1)
    if isinstance(value, str):
        yield Attempt("type", part, "a list with the text", [value])
    if isinstance(value, (dict, list)):
        yield Attempt("type", part, "as JSON text", "{}" if isinstance(value, dict) else "[]")
        if isinstance(value, dict):
            yield Attempt("type", part, "a list with the object", [value])


def of_values(place: Place, value: Any) -> Iterator[Attempt]:
    """Values at the boundaries of keywords about numbers and texts, and of listed values."""
    for part in place.parts:
        yield from _told(part)
        if isinstance(value, str):
            yield from _of_text(part, place.facts)
        elif isinstance(value, bytes):
            yield from _of_bytes(part)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield from _of_number(part, place.facts, value)


# -- listed values ---------------------------------------------------------------------------------


def _told(part: Node) -> Iterator[Attempt]:
    listed = part.schema.get("enum")
    if isinstance(listed, list):
        for index, each in enumerate(listed[:_MOST_TOLD]):
            yield Attempt("enum", part, f"value {index + 1} of enum", each, (index,))
        for what, other in _near(listed):
            yield Attempt("enum", part, what, other)
    if "const" in part.schema:
        yield Attempt("const", part, "the value of const", part.schema["const"])
        for what, other in _near([part.schema["const"]]):
            yield Attempt("const", part, what, other)


def _near(listed: list[Any]) -> Iterator[tuple[str, Any]]:
    """Values that are not listed, and look like one that is."""
    first = listed[0] if listed else None
    others: list[tuple[str, Any]] = []
    if isinstance(first, str):
        others += [
            ("a listed text in other case", first.swapcase()),
            ("a listed text with a blank", first + " "),
            ("another text", "another"),
            ("an empty text", ""),
        ]
    if isinstance(first, (int, float)) and not isinstance(first, bool):
        numbers = [n for n in listed if isinstance(n, (int, float)) and not isinstance(n, bool)]
        others += [("one above the listed numbers", max(numbers) + 1)]
        others += [("one below the listed numbers", min(numbers) - 1)]
        others += [("a listed number as text", str(first))]
    if isinstance(first, bool):
        others += [("the other boolean", not first), ("a boolean as text", str(first).lower())]
    if isinstance(first, list):
        others += [("a listed list with one item more", [*first, None])]
    if isinstance(first, dict):
        others += [("a listed object with one property more", {**first, "another": 1})]
    others += [("null", None), ("an empty object", {})]
    yield from ((w, o) for w, o in others if not any(equal(each, o) for each in listed))


# -- texts and bytes -------------------------------------------------------------------------------


def _of_text(part: Node, facts: Facts) -> Iterator[Attempt]:
    schema = part.schema
    for keyword, step in (("minLength", -1), ("maxLength", 1)):
        bound = schema.get(keyword)
        if isinstance(bound, (int, float)) and bound <= LONGEST:
            length = int(bound)
            yield Attempt(keyword, part, f"as long as {keyword} {length}", _long(facts, length))
            if length + step >= 0:
                what = f"one {_SHORT_OF[keyword]} than {keyword} {length}"
                yield Attempt(keyword, part, what, _long(facts, length + step))
            if length > 1:
                # As JSON Schema counts: characters, and neither bytes nor UTF-16.
                what = f"as long as {keyword} {length}, of characters outside UCS-2"
                yield Attempt(keyword, part, what, "\U0001f642" * length)
    if isinstance(schema.get("pattern"), str):
        yield from _of_pattern(part, schema["pattern"])
    if isinstance(schema.get("format"), str):
        yield from _of_format(part, schema["format"])


def _long(facts: Facts, length: int) -> str:
    """A text of a length that is fine otherwise, if there is one."""
    texts = facts.texts()._replace(least=length, most=length)
    for seed in range(3):
        found = draw_text(texts, WholeChoices(full=True, seed=seed))
        if found is not None:
            return found
    return "a" * length


def _of_pattern(part: Node, pattern: str) -> Iterator[Attempt]:
    texts, _ = matching(pattern)
    right = [text for text in texts if matches(pattern, text)]
    wrong = [text for text in texts if not matches(pattern, text)]
    # What is nearly right before what has nothing to do with it.
    wrong.sort(key=lambda text: text in ("", "a", "1", "A", "text"))
    for text in right[:_RIGHT]:
        yield Attempt("pattern", part, "a text that the pattern matches", text)
    for text in wrong[:_WRONG]:
        yield Attempt("pattern", part, "a text that the pattern does not match", text)


def _of_format(part: Node, format: str) -> Iterator[Attempt]:
    right, wrong = FORMATS.get(format, ((), ()))
    for text in right[:_RIGHT]:
        yield Attempt("format", part, f"of the format {format}", text)
    for text in wrong[:_WRONG]:
        yield Attempt("format", part, f"nearly of the format {format}", text)


def _of_bytes(part: Node) -> Iterator[Attempt]:
    for keyword, step in (("minLength", -1), ("maxLength", 1)):
        bound = part.schema.get(keyword)
        if isinstance(bound, (int, float)) and bound <= LONGEST:
            length = int(bound)
            yield Attempt(keyword, part, f"as many bytes as {keyword} {length}", bytes(length))
            if length + step >= 0:
                what = f"one byte {'more' if step > 0 else 'fewer'} than {keyword} {length}"
                yield Attempt(keyword, part, what, bytes(length + step))


# -- numbers ---------------------------------------------------------------------------------------


def _of_number(part: Node, facts: Facts, value: float) -> Iterator[Attempt]:
    schema = part.schema
    is_whole = "number" not in facts.types
    step = facts.numbers(whole=is_whole).step
    for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if _is_number(schema.get(keyword)):
            yield from _of_bound(part, keyword, schema[keyword], step, is_whole=is_whole)
    format = schema.get("format")
    for keyword, bound in (asserted(format) or {}).items():
        if _is_number(bound):
            side = 1 if keyword == "maximum" else -1
            end = "largest" if side == 1 else "smallest"
            yield Attempt("format", part, f"the {end} {format}", bound)
            beyond = bound + side if isinstance(bound, int) else bound * 2
            yield Attempt("format", part, f"beyond the {end} {format}", beyond)
    size = schema.get("multipleOf")
    if _is_number(size) and size > 0:
        yield from _of_step(part, size, value, is_whole=is_whole)


def _of_bound(
    part: Node, keyword: str, bound: float, step: Fraction | None, *, is_whole: bool
) -> Iterator[Attempt]:
    side = -1 if "inimum" in keyword else 1
    size = step or Fraction(1)
    exact = (Fraction(bound) if isinstance(bound, int) else Fraction(str(bound))) / size
    # The last multiple within, which is the bound itself where that is a multiple.
    nearest = (math.ceil(exact) if side < 0 else math.floor(exact)) * size
    word = "below" if side < 0 else "above"
    yield Attempt(keyword, part, f"at {keyword} {bound}", _plain(nearest))
    what = f"one step {word} {keyword} {bound}"
    yield Attempt(keyword, part, what, _plain(nearest + side * size))
    if keyword.startswith("exclusive") or part.schema.get("exclusiveM" + keyword[1:]) is True:
        what = f"one step within {keyword} {bound}"
        yield Attempt(keyword, part, what, _plain(nearest - side * size))
    if not is_whole and step is None and abs(bound) < 1e12:
        yield Attempt(keyword, part, f"just {word} {keyword} {bound}", bound + side * 0.001)
        yield Attempt(keyword, part, f"just within {keyword} {bound}", bound - side * 0.001)


def _of_step(part: Node, size: float, value: float, *, is_whole: bool) -> Iterator[Attempt]:
    exact = Fraction(str(size))
    near = round(Fraction(str(value)) / exact) * exact
    what = f"a multiple of multipleOf {size}"
    yield Attempt("multipleOf", part, what, _plain(near))
    yield Attempt("multipleOf", part, f"the next {what}", _plain(near + exact))
    between = near + (Fraction(1) if is_whole else exact / 2)
    yield Attempt("multipleOf", part, f"between multiples of multipleOf {size}", _plain(between))


def _plain(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300
