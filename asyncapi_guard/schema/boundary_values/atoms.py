"""Values of one place: of each type, and on both sides of each bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.boundary_values.texts import FORMATS, formatted, matching
from asyncapi_guard.schema.formats import asserted, is_binary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.schema.boundary_values.parts import Place

__all__ = ["atoms_of", "is_told", "lengths_of"]

_PLAIN: tuple[Any, ...] = (None, True, False, 0, 1, -1, 1.5, "", "a", [], {})
_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_LENGTHS = ("minLength", "maxLength")
#: A text or a list that is longer is not made.
LONGEST = 5_000


def atoms_of(place: Place) -> Iterator[Any]:
    """Values that a place may be filled with, nothing that is inside of them looked at."""
    for keyword in ("enum", "examples"):
        for values in place.each(keyword):
            yield from values if isinstance(values, list) else ()
    for keyword in ("const", "default", "example"):
        yield from place.each(keyword)
    if any(is_binary(part.keywords) for part in place.parts):
        yield from map(bytes, (0, 1, *lengths_of(place, *_LENGTHS)))
    yield from _numbers(place)
    yield from _texts(place)
    yield from _PLAIN


def is_told(place: Place) -> bool:
    """Whether there are values on both sides of all that a place says of texts."""
    for pattern in place.each("pattern"):
        if isinstance(pattern, str) and not matching(pattern, _short(place))[1]:
            return False
    return all(
        asserted(format) is not None or format in FORMATS or format in ("binary", "password")
        for format in place.each("format")
        if isinstance(format, str)
    )


def lengths_of(place: Place, *keywords: str) -> list[int]:
    """Amounts around the bounds of some keywords."""
    found: dict[int, None] = {}
    for keyword in keywords:
        for limit in place.each(keyword):
            if isinstance(limit, (int, float)) and not isinstance(limit, bool):
                near = (int(limit) + step for step in (0, -1, 1))
                found.update(dict.fromkeys(each for each in near if 0 <= each <= LONGEST))
    return [*found]


def _numbers(place: Place) -> Iterator[int | float]:
    limits = [limit for keyword in _LIMITS for limit in place.each(keyword)]
    for format in place.each("format"):
        limits += [v for k, v in (asserted(format) or {}).items() if k in _LIMITS]
    steps = [step for step in place.each("multipleOf") if _is_number(step) and step > 0]
    for limit in filter(_is_number, limits):
        yield from (limit, limit + 1, limit - 1, limit + 0.5, limit - 0.5)
        for step in steps:
            nearest = limit // step * step
            yield from (nearest, nearest + step, nearest - step)
    for step in steps:
        yield from (0, step, 2 * step, 3 * step, step * 1.5, step + 1)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def _short(place: Place) -> tuple[int, ...]:
    return tuple(each for each in lengths_of(place, *_LENGTHS) if each <= 300)


def _texts(place: Place) -> Iterator[str]:
    short = _short(place)
    for pattern in place.each("pattern"):
        if isinstance(pattern, str):
            yield from matching(pattern, short)[0]
    for format in place.each("format"):
        yield from formatted(format)
    for length in lengths_of(place, *_LENGTHS):
        yield "a" * length
