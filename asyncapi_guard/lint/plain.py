"""Plain values of the grammar: strings, numbers, and their forms."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from asyncapi_guard.lint.forms import FORMS
from asyncapi_guard.spec.wording import boolean_hint, kind_of, shown

__all__ = ["kind_of_plain", "plain_fault"]

#: The least and the most of an integer of each kind, and how long a string may be.
_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "natural": (0, None),
    "positive": (1, None),
}
_STRINGS = {"short": 255}
_RANGE = re.compile(r"(-?\d+)\.\.(\d*)")
_SIZED = re.compile(r"string\((\d+)\)")


def plain_fault(value: Any, kind: str) -> tuple[str, str] | None:
    """The code of the rule that a value breaks, and a sentence; `None` if it is of its kind."""
    if kind in ("any", "open"):
        return None
    if kind == "scalar":
        is_one = not isinstance(value, (dict, list))
        return None if is_one else _other_type("a string, a number, a boolean or null", value)
    if kind == "boolean":
        return None if isinstance(value, bool) else _other_type("true or false", value)
    if kind == "number" or _bounds(kind):
        return _number_fault(value, kind)
    return _string_fault(value, kind)


def kind_of_plain(kind: str) -> str:
    """What a value of a kind is, as `kind_of` says it."""
    if kind == "boolean":
        return "a boolean"
    return "a number" if kind == "number" or _bounds(kind) else "a string"


@cache
def _bounds(kind: str) -> tuple[int | None, int | None] | None:
    """The least and the most of a kind of integers; `None` for other kinds."""
    written = _RANGE.fullmatch(kind)
    if written is None:
        return _INTEGERS.get(kind)
    return int(written[1]), int(written[2]) if written[2] else None


@cache
def _longest(kind: str) -> int | None:
    """How long a string of a kind may be."""
    written = _SIZED.fullmatch(kind)
    return int(written[1]) if written else _STRINGS.get(kind)


def _number_fault(value: Any, kind: str) -> tuple[str, str] | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or (kind != "number" and value != int(value)):
        return _other_type("a number" if kind == "number" else "an integer", value)
    least, most = _bounds(kind) or (None, None)
    if least is not None and value < least:
        return "bad-value", f"expected an integer of at least {least}, got {shown(value)}"
    if most is not None and value > most:
        return "bad-value", f"expected an integer of at most {most}, got {shown(value)}"
    return None


def _string_fault(value: Any, kind: str) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return _other_type("a string", value)
    longest = _longest(kind)
    if longest is not None and len(value) > longest:
        return "bad-value", f"expected at most {longest} characters, got {len(value)}"
    if kind in FORMS:
        matches, expected = FORMS[kind]
        if not matches(value):
            return "bad-format", f"expected {expected}, got {shown(value)}"
    return None


def _other_type(expected: str, value: Any) -> tuple[str, str]:
    quotes = expected == "a string" and isinstance(value, (bool, int, float))
    hint = "; put it in quotes" if quotes else ""
    if expected == "true or false":
        hint = boolean_hint(value)
    if value is None:
        hint = "; write a value, or remove the field"
    return "wrong-type", f"expected {expected}, got {kind_of(value)}{hint}"
