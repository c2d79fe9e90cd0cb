"""Numbers and texts within their bounds."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from asyncapi_guard.schema.boundary_values.texts import FORMATS as RIGHT
from asyncapi_guard.schema.boundary_values.texts import matching
from asyncapi_guard.values.choices import RandomChoices
from asyncapi_guard.values.formats import FORMATS, SHORTEST, stretched
from asyncapi_guard.values.patterns import matches, pattern_of

if TYPE_CHECKING:
    from asyncapi_guard.values.choices import Choices
    from asyncapi_guard.values.facts import Numbers, Texts

__all__ = ["draw_number", "draw_text"]

#: How far from the number next to zero others are, and how often each of these is the case.
_REACHES = (10, 10, 1_000, 100_000, 2**31, 2**53 - 1)
#: Numbers that JSON's readers keep apart.
_LARGEST = 2**53 - 1
#: How much longer than the shortest a text is, and how many are tried.
_LONGER, _TRIES, _POOL = 20, 6, 24


def draw_number(numbers: Numbers, choices: Choices, *, whole: bool) -> int | float | None:
    """A number within bounds; `None` where none was found."""
    step = numbers.step
    if step is not None:
        return _stepped(numbers, step, choices)
    inner = _stepped(numbers, Fraction(1), choices) if not choices.boolean() else None
    if inner is not None or whole:
        return inner
    return _fraction(numbers, choices)


def _stepped(numbers: Numbers, step: Fraction, choices: Choices) -> int | float | None:
    low, high = numbers.low, numbers.high
    least = None if low is None else math.ceil(low / step)
    if least is not None and numbers.low_open and least * step == low:
        least += 1
    most = None if high is None else math.floor(high / step)
    if most is not None and numbers.high_open and most * step == high:
        most -= 1
    if least is not None and most is not None and least > most:
        return None
    near = 0
    if least is not None and least > 0:
        near = least
    elif most is not None and most < 0:
        near = most
    reach = choices.one_of(_REACHES)
    first = max(near - reach, -_LARGEST if near > -_LARGEST else near - reach)
    last = min(near + reach, _LARGEST if near < _LARGEST else near + reach)
    first = first if least is None else max(least, first)
    last = last if most is None else min(most, last)
    found = choices.integer(first, last) * step
    return int(found) if found.denominator == 1 else float(found)


def _fraction(numbers: Numbers, choices: Choices) -> float | None:
    reach = choices.one_of((1.0, 100.0, 1e6, 1e12))
    low = None if numbers.low is None else float(numbers.low)
    high = None if numbers.high is None else float(numbers.high)
    if low is None:
        low = -reach if high is None else min(high, reach) - 2 * reach
    if high is None:
        high = max(low, -reach) + 2 * reach
    low = max(low, high - 1e308) if high > 0 else low
    if numbers.low_open and low == numbers.low:
        low = math.nextafter(low, math.inf)
    if numbers.high_open and high == numbers.high:
        high = math.nextafter(high, -math.inf)
    if low > high:
        return None
    found = choices.number(low, high)
    short = round(found, 3)
    return short if low <= short <= high else found


def draw_text(texts: Texts, choices: Choices) -> str | None:
    """A text; `None` where none was found."""
    if texts.least > texts.most:
        return None
    if texts.patterns:
        return _matching(texts, choices)
    makers = [FORMATS[format] for format in texts.formats if format in FORMATS]
    if not makers:
        # Of a long text, the end alone is drawn.
        known = max(0, texts.least - _LONGER)
        most = min(texts.most, texts.least + _LONGER) - known
        return "a" * known + choices.text(texts.least - known, most)
    for _ in range(_TRIES):
        found = choices.one_of(makers)(choices)
        if texts.least <= len(found) <= texts.most:
            return found
    pool = _formatted(texts)
    return choices.one_of(pool) if pool else None


def _matching(texts: Texts, choices: Choices) -> str | None:
    patterns = [each for each in map(pattern_of, texts.patterns) if each is not None]
    is_plain = len(texts.patterns) == 1 and not any(each.looks for each in patterns)
    if is_plain and patterns and not texts.formats:
        found = patterns[0].text(choices, texts.least, texts.most)
        if found is not None:
            return found
    # What texts rarely are is looked for beside the choices, so that those stay simple.
    pool = _pool(texts)
    return choices.one_of(pool) if pool else None


@lru_cache(maxsize=512)
def _pool(texts: Texts) -> tuple[str, ...]:
    """Texts that all patterns match, of their format if there are some, the shortest first."""
    with_format = _formatted(texts) if texts.formats else ()
    if with_format:
        return with_format
    found: dict[str, None] = {}
    random = RandomChoices(0)
    for source in texts.patterns:
        lengths = tuple(n for n in (texts.least, texts.most) if n <= 300)
        tried = [*matching(source, lengths)[0]]
        pattern = pattern_of(source)
        for count in range(8 * _POOL if pattern is not None else 0):
            # First as short as can be, since longer ones take longer.
            most = min(texts.most, texts.least + 2 + count)
            text = pattern.text(random, texts.least, most) if pattern is not None else None
            tried += [text] if text is not None else []
            if len(tried) > _POOL and len(found) > _POOL:
                break
            if text is not None and _fits(texts, text):
                found[text] = None
        found.update(dict.fromkeys(text for text in tried if _fits(texts, text)))
    return tuple(sorted(found, key=lambda text: (len(text), text))[: 2 * _POOL])


@lru_cache(maxsize=512)
def _formatted(texts: Texts) -> tuple[str, ...]:
    """Texts of a format and of a length, which all patterns match, the shortest first."""
    found: dict[str, None] = {}
    random = RandomChoices(0)
    for format in texts.formats:
        listed = (*SHORTEST.get(format, ()), *RIGHT.get(format, ((),))[0])
        tried = [*listed, *(stretched(format, text, texts.least) for text in listed)]
        make = FORMATS.get(format)
        found.update(dict.fromkeys(text for text in tried if _fits(texts, text)))
        for _ in range(40 * _POOL if make is not None else 0):
            text = make(random) if make is not None else ""
            for each in (text, stretched(format, text, texts.least)):
                if _fits(texts, each):
                    found[each] = None
            if len(found) >= _POOL:
                break
    return tuple(sorted(found, key=lambda text: (len(text), text)))


def _fits(texts: Texts, text: str) -> bool:
    if not texts.least <= len(text) <= texts.most:
        return False
    return all(matches(pattern, text) for pattern in texts.patterns)
