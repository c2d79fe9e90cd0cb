"""Texts at the boundaries of lengths, patterns and formats."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["FORMATS", "formatted", "matching"]

with warnings.catch_warnings():
    # Python's own parser of patterns; its module was renamed in 3.11.
    warnings.simplefilter("ignore", DeprecationWarning)
    try:
        from re import _constants as _names  # type: ignore[attr-defined]  # private in typeshed
        from re import _parser  # type: ignore[attr-defined]  # as above
    except ImportError:  # before Python 3.11
        import sre_constants as _names
        import sre_parse as _parser

#: By format: texts that have it, and texts that do not, the nearest ones first.
FORMATS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "byte": (("aGVsbG8=", "", "YQ=="), ("?", "a")),
    "date": (("2024-02-29", "2026-12-31"), ("2023-02-29", "2024-2-9", "today")),
    "date-time": (
        ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00.5+02:00"),
        ("2024-02-29 12:00", "2024-02-29", "now"),
    ),
    "duration": (("P1D", "PT30M"), ("P1", "1d")),
    "email": (("ada@example.com",), ("ada", "ada@")),
    "hostname": (("example.com", "a"), ("-a", "a b")),
    "idn-email": (("ada@example.com", "ü@example.com"), ("ada",)),
    "idn-hostname": (("example.com", "bücher.example"), ("a b",)),
    "ipv4": (("192.0.2.1",), ("192.0.2", "256.0.0.1")),
    "ipv6": (("2001:db8::1",), ("2001:db8", "1.2.3.4")),
    "iri": (("https://example.com/ü", "https://example.com/"), ("ü", "/a")),
    "iri-reference": (("/ü", "https://example.com/"), ("\\\\a",)),
    "json-pointer": (("/a", ""), ("a",)),
    "regex": (("^a",), ("(", "[")),
    "relative-json-pointer": (("0", "1/a"), ("/a", "-1")),
    "time": (("12:00:00Z",), ("12:00", "noon")),
    "uri": (("https://example.com/", "urn:a"), ("/a", "example.com", "https://example.com/ü")),
    "uri-reference": (("/a", "https://example.com/"), ("\\\\a", "ü")),
    "uri-template": (("/users/{id}", "/a"), ("/users/{id",)),
    "uuid": (
        ("8f14e45f-ceea-4e67-9d7b-2f1c55a0b3d1", "8F14E45F-CEEA-4E67-9D7B-2F1C55A0B3D1"),
        ("8f14e45fceea4e679d7b2f1c55a0b3d1", "8f14e45f"),
    ),
}
#: What stands beside a text to break a pattern that it matches.
_BREAKING = ("!", " ", "ü", "0", "a", "Z", "-", "\n")
#: Texts of one pattern, and characters of one of its repetitions.
_MOST, _LONGEST = 40, 300
_ANY = "a0 Z"
_CLASSES = {
    "CATEGORY_DIGIT": "09",
    "CATEGORY_NOT_DIGIT": "a-",
    "CATEGORY_SPACE": " \t",
    "CATEGORY_NOT_SPACE": "a-",
    "CATEGORY_WORD": "azAZ09_",
    "CATEGORY_NOT_WORD": "- ",
}


def formatted(format: Any) -> tuple[str, ...]:
    """Texts that have a format, then texts that do not."""
    right, wrong = FORMATS.get(format, ((), ())) if isinstance(format, str) else ((), ())
    return (*right, *wrong)


@lru_cache(maxsize=1024)
def matching(pattern: str, lengths: tuple[int, ...] = ()) -> tuple[tuple[str, ...], bool]:
    """Texts that a pattern matches and nearly matches, and whether there are some of both.

    Args:
        pattern: a regular expression, as JSON Schema has it: it may match anywhere in a text.
        lengths: numbers of characters that some of the texts are to have.
    """
    try:
        compiled = re.compile(pattern)
        parsed = _parser.parse(pattern)
        found = [*dict.fromkeys(islice(_texts(parsed, lengths), _MOST))]
    except (re.error, RecursionError, OverflowError, NotImplementedError):
        return ("a", "1", ""), False
    right = [text for text in found if compiled.search(text)]
    near = [*_near(right[:4]), "", "a", "1", "A", "text"]
    wrong = [text for text in near if not compiled.search(text)]
    more = [text for text in near if compiled.search(text)]
    texts = dict.fromkeys((*right, *wrong, *more))
    return (*texts,), bool(right) and (bool(wrong) or bool(compiled.search("")))


def _near(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for each in _BREAKING:
            yield text + each
            yield each + text
        yield text[1:]
        yield text[:-1]
        yield text.swapcase()


def _texts(parsed: Any, lengths: tuple[int, ...]) -> Iterator[str]:
    """Texts of a pattern: each of its choices once, repetitions at their bounds."""
    for least in (True, False):
        yield _one(parsed, _Chooser(fewest=least))
    for which in range(1, 24):
        yield _one(parsed, _Chooser(fewest=which % 2 == 0, which=which))
    for length in lengths:
        for times in (length, *range(max(0, length - 3), length)):
            text = _one(parsed, _Chooser(times=times))
            if len(text) <= _LONGEST:
                yield text


class _Chooser:
    """What is taken where a pattern leaves a choice.

    Args:
        fewest: repetitions are as short as can be; else a bit longer, or as long as can be.
        which: the number of the alternative, or of the character in a class.
        times: how often what may be repeated without an end is repeated.
    """

    def __init__(self, *, fewest: bool = False, which: int = 0, times: int | None = None) -> None:
        self._fewest = fewest
        self._which = which
        self._times = times

    def amount(self, least: int, most: int) -> int:
        if self._times is not None:
            return max(least, min(most, self._times, _LONGEST))
        if self._fewest:
            return min(least, _LONGEST)
        is_open = most >= int(_names.MAXREPEAT)
        return min(least + 2 if is_open else most, _LONGEST)

    def one_of(self, several: Any) -> Any:
        return several[self._which % len(several)]


def _one(parsed: Any, choose: _Chooser) -> str:
    return "".join(_piece(str(op), given, choose) for op, given in parsed)


def _piece(op: str, given: Any, choose: _Chooser) -> str:
    """Text for one part of a pattern, by the name that Python's parser has for it."""
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, repeated = given
        return _one(repeated, choose) * choose.amount(int(least), int(most))
    make = _PIECES.get(op)
    if make is None:
        raise NotImplementedError(op)  # references back to groups
    return make(given, choose)


def _nothing(_given: Any, _choose: _Chooser) -> str:
    return ""


_PIECES: dict[str, Callable[[Any, _Chooser], str]] = {
    "LITERAL": lambda given, _: chr(given),
    "NOT_LITERAL": lambda given, _: "b" if chr(given) == "a" else "a",
    "ANY": lambda _, choose: str(choose.one_of(_ANY)),
    "IN": lambda given, choose: str(choose.one_of(_members(given))),
    "BRANCH": lambda given, choose: _one(choose.one_of(given[1]), choose),
    "SUBPATTERN": lambda given, choose: _one(given[-1], choose),
    "ATOMIC_GROUP": _one,
    "AT": _nothing,
    "ASSERT": _nothing,
    "ASSERT_NOT": _nothing,
}


def _members(given: Any) -> str:
    """Characters of a class: the first and the last of each range."""
    found = ""
    negated = False
    for op, value in given:
        name = str(op)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            found += chr(value)
        elif name == "RANGE":
            found += chr(value[0]) + chr(value[1])
        elif name == "CATEGORY":
            found += _CLASSES.get(str(value), "a")
    if not negated:
        return found or "a"
    listed = re.escape(found)
    rest = "".join(each for each in "aZ0 -_.é" if each not in found)
    return rest or listed or "a"
