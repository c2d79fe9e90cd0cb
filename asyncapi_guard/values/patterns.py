"""Strings of a given length that a regular expression matches.

A pattern is read by Python's own parser, and a text is made for each part of what it reads. What
look-around says is not read: who makes texts tries them on the pattern.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.values.choices import Choices

__all__ = ["Pattern", "matches", "pattern_of"]

with warnings.catch_warnings():
    # Python's own parser of patterns; its module was renamed in 3.11.
    warnings.simplefilter("ignore", DeprecationWarning)
    try:
        from re import _parser  # type: ignore[attr-defined]  # private in typeshed
    except ImportError:  # before Python 3.11
        import sre_parse as _parser

_MANY = 1 << 30
#: How many more than the fewest repetitions are made, where nothing bounds them.
_MORE, _LONGEST = 12, 20_000
_PRINTABLE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.,:;!?/@#+é日🙂"
_DIGITS = "0123456789"
_WORDS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_SPACES = " \t\n"
_CATEGORIES = {
    "CATEGORY_DIGIT": _DIGITS,
    "CATEGORY_NOT_DIGIT": "".join(c for c in _PRINTABLE if c not in _DIGITS),
    "CATEGORY_SPACE": _SPACES,
    "CATEGORY_NOT_SPACE": "".join(c for c in _PRINTABLE if c not in _SPACES),
    "CATEGORY_WORD": _WORDS,
    # ASCII alone: which other letters are words depends on who asks.
    "CATEGORY_NOT_WORD": "".join(c for c in _PRINTABLE if c not in _WORDS and c.isascii()),
}
#: Of a range of characters, that are drawn from.
_MOST_OF_RANGE = 512
#: What ECMAScript has and Python reads otherwise, in Python's words.
_NAMED_GROUP = re.compile(r"\(\?<(?![=!])")
_CONTROL = re.compile(r"\\c([A-Za-z])")
_PROPERTY = re.compile(r"\\([pP])\{([^}]*)\}")
_LETTERS = {
    "L": "a-zA-Zéñ",
    "Letter": "a-zA-Zéñ",
    "Alphabetic": "a-zA-Zéñ",
    "Lu": "A-ZÉ",
    "Ll": "a-zé",
    "N": "0-9",
    "Nd": "0-9",
    "P": "!-/:-@",
    "S": "+<=>$",
    "Z": " ",
    "Zs": " ",
}


#: Parts that stand for no characters.
_EMPTY = ("AT", "ASSERT", "ASSERT_NOT")


class _Flaw(Exception):  # seen here only
    """A pattern that texts cannot be made for."""


class _Span(NamedTuple):
    """How many characters a text is to have."""

    least: int
    most: int


class Pattern:
    """A pattern, and texts for it.

    Attributes:
        looks: it looks around itself, so that many of the texts are not matched.
    """

    def __init__(self, pattern: str) -> None:
        self._tree = _parser.parse(_translated(pattern))
        self.looks: bool = "(?=" in pattern or "(?!" in pattern or "(?<" in pattern
        items = [*self._tree]
        self._starts = bool(items) and _is_anchor(items[0])
        self._ends = bool(items) and _is_anchor(items[-1])

    def text(self, choices: Choices, least: int, most: int) -> str | None:
        """A text that the pattern probably matches; `None` where none has such a length."""
        widest = self._tree.getwidth()[1]
        maker = _Maker(choices)
        try:
            found = maker.sequence([*self._tree], _Span(min(least, int(widest)), most))
        except _Flaw:
            return None
        if not (self._starts and self._ends):
            found = self._padded(found, choices, least, most)
        return found if least <= len(found) <= most else None

    def _padded(self, found: str, choices: Choices, least: int, most: int) -> str:
        """With more around it: a pattern matches anywhere in a text."""
        more = max(0, least - len(found) - _MORE) * "a"
        most = min(most, max(len(found), least) + _MORE)
        while choices.more(len(found) + len(more), least, most):
            more += choices.one_of(_PRINTABLE)
        return found + more if not self._ends else more + found


@lru_cache(maxsize=1024)
def pattern_of(pattern: str) -> Pattern | None:
    """A pattern; `None` where Python does not read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Pattern(pattern)
    except (re.error, RecursionError, OverflowError):
        return None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(_translated(pattern))
    except (re.error, RecursionError, OverflowError):  # of another flavor
        return None


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern matches a text; one that Python does not read matches all texts."""
    compiled = _compiled(pattern)
    return compiled is None or compiled.search(text) is not None


def _translated(pattern: str) -> str:
    """A pattern of ECMAScript in Python's words."""
    pattern = _NAMED_GROUP.sub("(?P<", pattern).replace("[^]", r"[\s\S]")
    pattern = re.sub(r"\\k<(\w+)>", r"(?P=\1)", pattern)
    pattern = re.sub(r"\\u\{([0-9a-fA-F]{1,6})\}", lambda m: re.escape(chr(int(m[1], 16))), pattern)
    pattern = _CONTROL.sub(lambda m: f"\\x{ord(m[1]) & 31:02x}", pattern)
    if _PROPERTY.search(pattern):
        pattern = _without_properties(pattern)
    return pattern


def _without_properties(pattern: str) -> str:
    """With characters in the place of classes by property, in brackets where there are none."""
    found, inside, index = "", False, 0
    while index < len(pattern):
        match = _PROPERTY.match(pattern, index)
        if match is not None:
            characters = _LETTERS.get(match[2].rpartition("=")[2], "a-z")
            is_not = match[1] == "P"
            found += characters if inside else f"[{'^' * is_not}{characters}]"
            index = match.end()
            continue
        step = 2 if pattern[index] == "\\" else 1
        inside = (inside or pattern[index] == "[") and pattern[index] != "]"
        found += pattern[index : index + step]
        index += step
    return found


def _is_anchor(item: Any) -> bool:
    return str(item[0]) == "AT"


class _Maker:
    """One text."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._groups: dict[int, str] = {}

    def sequence(self, items: Sequence[Any], span: _Span) -> str:
        """Text for parts that follow each other."""
        widths = [_width(item) for item in items]
        found = ""
        low, high = sum(w[0] for w in widths), sum(w[1] for w in widths)
        for item, (shortest, longest) in zip(items, widths, strict=True):
            low, high = low - shortest, high - longest
            least = max(shortest, min(longest, span.least - len(found) - high))
            most = min(longest, span.most - len(found) - low)
            if most < least:
                raise _Flaw
            found += self._piece(item, _Span(least, most))
        return found

    def _piece(self, item: Any, span: _Span) -> str:
        op, given = item
        name = str(op)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self._repeated(given, span)
        if name == "BRANCH":
            return self._branch(given[1], span)
        if name in ("SUBPATTERN", "ATOMIC_GROUP"):
            return self._group(name, given, span)
        if name == "GROUPREF":
            return self._groups.get(given, "")
        return "" if name in _EMPTY else self._character(name, given)

    def _group(self, name: str, given: Any, span: _Span) -> str:
        if name == "ATOMIC_GROUP":
            return self.sequence([*given], span)
        found = self.sequence([*given[-1]], span)
        if given[0] is not None:
            self._groups[given[0]] = found
        return found

    def _repeated(self, given: tuple[Any, Any, Any], span: _Span) -> str:
        least, most, repeated = int(given[0]), min(int(given[1]), _MANY), [*given[2]]
        shortest, longest = (sum(w[end] for w in map(_width, repeated)) for end in (0, 1))
        if longest:
            least = max(least, -(-span.least // longest))
        if shortest:
            most = min(most, span.most // shortest)
        most = min(most, max(least, least + _MORE, -(-span.least // max(1, shortest))))
        if most < least or least > _LONGEST:
            raise _Flaw
        count = least
        while self._choices.more(count, least, most):
            count += 1
        found = ""
        for left in range(count, 0, -1):
            rest = left - 1
            low = max(shortest, min(longest, span.least - len(found) - rest * longest))
            high = min(longest, span.most - len(found) - rest * shortest)
            if high < low:
                raise _Flaw
            found += self.sequence(repeated, _Span(low, high))
        return found

    def _branch(self, several: Sequence[Any], span: _Span) -> str:
        fitting = []
        for branch in several:
            items = [*branch]
            low, high = (sum(w[end] for w in map(_width, items)) for end in (0, 1))
            if low <= span.most and high >= span.least:
                fitting.append(items)
        if not fitting:
            raise _Flaw
        return self.sequence(self._choices.one_of(fitting), span)

    def _character(self, name: str, given: Any) -> str:
        if name == "LITERAL":
            return chr(given)
        if name == "NOT_LITERAL":
            return self._choices.one_of([c for c in _PRINTABLE if c != chr(given)])
        if name == "ANY":
            return self._choices.one_of(_PRINTABLE)
        if name == "IN":
            return self._choices.one_of(_members(tuple(given)))
        raise _Flaw


def _width(item: Any) -> tuple[int, int]:
    """The fewest and the most characters of a part."""
    op, given = item
    name = str(op)
    if name in _EMPTY:
        return 0, 0
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high = _sum(given[2])
        return min(int(given[0]) * low, _MANY), min(int(given[1]) * high, _MANY)
    if name == "BRANCH":
        widths = [_sum(branch) for branch in given[1]]
        return min(w[0] for w in widths), max(w[1] for w in widths)
    if name in ("SUBPATTERN", "ATOMIC_GROUP"):
        return _sum(given[-1] if name == "SUBPATTERN" else given)
    return (0, _MANY) if name.startswith("GROUPREF") else (1, 1)


def _sum(items: Any) -> tuple[int, int]:
    widths = [_width(item) for item in items]
    return sum(w[0] for w in widths), min(sum(w[1] for w in widths), _MANY)


@lru_cache(maxsize=1024)
def _members(given: tuple[Any, ...]) -> str:
    """Characters of a class, in its order."""
    found: dict[str, None] = {}
    is_not = False
    for op, value in given:
        name = str(op)
        if name == "NEGATE":
            is_not = True
        elif name == "LITERAL":
            found[chr(value)] = None
        elif name == "RANGE":
            low, high = value
            found.update(dict.fromkeys(map(chr, range(low, min(high, low + _MOST_OF_RANGE) + 1))))
            found[chr(high)] = None
        elif name == "CATEGORY":
            found.update(dict.fromkeys(_CATEGORIES.get(str(value), "a")))
    if is_not:
        return _rest(given, found)
    kept = "".join(c for c in found if not "\ud800" <= c <= "\udfff")
    if not kept:
        raise _Flaw
    return kept


def _rest(given: tuple[Any, ...], found: dict[str, None]) -> str:
    ranges = [value for op, value in given if str(op) == "RANGE"]
    kept = [
        c
        for c in (*_PRINTABLE, *map(chr, range(0xA1, 0x17F)))
        if c not in found and not any(low <= ord(c) <= high for low, high in ranges)
    ]
    if not kept:
        raise _Flaw
    return "".join(kept)
