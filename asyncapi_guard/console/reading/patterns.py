"""Regular expressions in words, where words say exactly the same; else as they are written."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from asyncapi_guard.console.reading.wording import code, number

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["characters", "pattern_words"]

_ONE_CLASS = re.compile(
    r"\^\[(?P<members>(?:[^\]\\^]|\\[\]\\\-.])+)\](?P<times>\+|\*|\{\d+(?:,\d*)?\})\$"
)
_PREFIX = re.compile(r"\^(?P<text>[\w\- /:@#]+)", re.ASCII)
_TIMES = re.compile(r"\{(\d+)(,?)(\d*)\}")
_RANGES = {
    "a-z": "lower-case letters",
    "A-Z": "upper-case letters",
    "0-9": "digits",
    "a-f": "letters from a to f",
    "A-F": "letters from A to F",
}
_SIGNS = {
    "-": "hyphens",
    "_": "underscores",
    ".": "dots",
    " ": "spaces",
    "/": "slashes",
    ":": "colons",
    "@": "at signs",
}
_MEMBER = re.compile(r"[a-zA-Z0-9]-[a-zA-Z0-9]|\\?.", re.DOTALL)
#: A pattern that says nothing but how long a text is.
_NONE = frozenset(("", "^", ".*", "^.*$", ".*$", "^.*"))


@lru_cache(maxsize=4096)
def pattern_words(pattern: str) -> tuple[Markup, ...]:
    """What a pattern demands."""
    if pattern in _NONE:
        return ()
    found = _ONE_CLASS.fullmatch(pattern)
    if found is not None:
        names = [*_named(found["members"])]
        if None not in names:
            return (*_times(found["times"]), Markup.escape(_listed([n for n in names if n])))
    found = _PREFIX.fullmatch(pattern)
    if found is not None:
        return (Markup("begins with {}").format(code(found["text"])),)
    return (Markup("matches {}").format(code(pattern)),)


def characters(least: int | None, most: int | None, unit: str) -> str | None:
    """How many of something: `1 to 4,000 characters`; `None` for any number."""
    least = least or None
    if least is None and most is None:
        return None
    if least is None or most is None:
        if most is None:
            assert least is not None
            return f"{number(least)} or more {_plural(unit, 2)}"
        return (
            f"no {_plural(unit, 2)}"
            if most == 0
            else f"at most {number(most)} {_plural(unit, most)}"
        )
    if least == most:
        return f"exactly {number(least)} {_plural(unit, least)}"
    return f"{number(least)} to {number(most)} {_plural(unit, most)}"


def _plural(unit: str, amount: int) -> str:
    if amount == 1:
        return unit
    return f"{unit[:-1]}ies" if unit.endswith("ty") else f"{unit}s"


def _times(written: str) -> list[Markup]:
    bounds = _TIMES.fullmatch(written)
    if bounds is None:
        said = characters(1, None, "character") if written == "+" else None
    else:
        least, comma, most = bounds.groups()
        upper = int(most) if most else None if comma else int(least)
        said = characters(int(least), upper, "character")
    return [Markup.escape(said)] if said else []


def _named(members: str) -> Iterator[str | None]:
    """Each member of a class of characters in words; `None` for one that has none."""
    parts = _MEMBER.findall(members)
    letters = {"a-z", "A-Z"} <= {*parts}
    for part in parts:
        if letters and part in ("a-z", "A-Z"):
            yield "letters from a to z" if part == "a-z" else ""
        elif part in _RANGES:
            yield _RANGES[part]
        else:
            yield _SIGNS.get(part.removeprefix("\\"))


def _listed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else f"only {last}" if last else ""


def text_for(pattern: str, least: int) -> str:
    """A text that a pattern matches, where one is easily found; else some text."""
    found = _ONE_CLASS.fullmatch(pattern)
    if found is not None:
        first = _MEMBER.findall(found["members"])[0]
        bounds = _TIMES.fullmatch(found["times"])
        amount = max(least, int(bounds[1]) if bounds else 1, 1)
        words = "abcdefghijklmnopqrstuvwxyz"
        letter = first.removeprefix("\\")[0]
        return (words * (amount // 26 + 1))[:amount] if letter == "a" else letter * amount
    found = _PREFIX.fullmatch(pattern)
    candidates = [f"{found['text']}1"] if found is not None else []
    for text in (*candidates, *_TEXTS):
        if _matches(pattern, text):
            return text
    return "text"


#: What patterns often match.
_TEXTS = (
    "text", "a", "A", "1", "a1", "abc", "ABC", "123", "1234", "123456", "abcd1234", "12345678",
    "a-b", "a_b", "a.b", "1.0.0", "#a1b2c3", "+15550100", "u_1", "ABC-123", "00:00", "#1",
)  # fmt: skip


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:  # of another flavor
        return False
