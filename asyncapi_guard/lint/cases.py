"""Cases of names: what each of them looks like, and a name written in another one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["CASES", "fits", "in_case"]

_WORD = r"[^\W_]+"
_PLAIN = re.compile(_WORD)
_SNAKE = re.compile(rf"{_WORD}(?:_{_WORD})*")
_KEBAB = re.compile(rf"{_WORD}(?:-{_WORD})*")
#: The words of a name: capitals that stand together are one, as `HTTP` in `HTTPServer`.
_WORDS = re.compile(r"[^\W\d_a-z]+(?![a-z])\d*|[^\W\d_]?[^\W_A-Z]+")


def _is_lower(name: str) -> bool:
    return name == name.lower()


def _is_upper(name: str) -> bool:
    return name == name.upper()


def _begins_lower(name: str) -> bool:
    return name[:1] == name[:1].lower()


def _begins_upper(name: str) -> bool:
    return name[:1] == name[:1].upper()


#: By name, as people write it: the form, what else holds, and how words become one.
_CASES: dict[str, tuple[re.Pattern[str], Callable[[str], bool], Callable[[list[str]], str]]] = {
    "camelCase": (
        _PLAIN,
        _begins_lower,
        lambda words: words[0].lower() + "".join(map(str.capitalize, words[1:])),
    ),
    "PascalCase": (_PLAIN, _begins_upper, lambda words: "".join(map(str.capitalize, words))),
    "snake_case": (_SNAKE, _is_lower, lambda words: "_".join(words).lower()),
    "kebab-case": (_KEBAB, _is_lower, lambda words: "-".join(words).lower()),
    "SCREAMING_SNAKE_CASE": (_SNAKE, _is_upper, lambda words: "_".join(words).upper()),
    "flatcase": (_PLAIN, _is_lower, lambda words: "".join(words).lower()),
}
#: The names of the cases.
CASES: tuple[str, ...] = tuple(_CASES)


def fits(name: str, cases: Iterable[str]) -> bool:
    """Whether a name is written in one of some cases; a name of one word fits several."""
    return any(_fits(name, case) for case in cases)


def _fits(name: str, case: str) -> bool:
    form, holds, _ = _CASES[case]
    return form.fullmatch(name) is not None and holds(name)


def in_case(name: str, case: str) -> str | None:
    """A name written in a case; `None` if it has no words, or would not be in it."""
    words = _WORDS.findall(name)
    written = _CASES[case][2](words) if words else ""
    return written if written != name and _fits(written, case) else None
