"""Plain values of the grammar: strings, numbers, and their forms."""

from __future__ import annotations

from typing import Any

from asyncapi_guard.lint.forms import FORMS
from asyncapi_guard.spec.wording import boolean_hint, kind_of, shown

__all__ = ["plain_fault"]

_SHORT = 255
#: The least value of an integer of each kind.
_INTEGERS = {"integer": None, "natural": 0, "positive": 1}


def plain_fault(value: Any, kind: str) -> tuple[str, str] | None:
    """The code of the rule that a value breaks, and a sentence; `None` if it is of its kind."""
    if kind in ("any", "open"):
        return None
    if kind == "boolean":
        return None if isinstance(value, bool) else _other_type("true or false", value)
    if kind == "number" or kind in _INTEGERS:
        return _number_fault(value, kind)
    return _string_fault(value, kind)


def _number_fault(value: Any, kind: str) -> tuple[str, str] | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or (kind != "number" and value != int(value)):
        return _other_type("a number" if kind == "number" else "an integer", value)
    least = _INTEGERS.get(kind)
    if least is not None and value < least:
        return "bad-value", f"expected an integer of at least {least}, got {shown(value)}"
    return None


def _string_fault(value: Any, kind: str) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return _other_type("a string", value)
    if kind == "short" and len(value) > _SHORT:
        return "bad-value", f"expected at most {_SHORT} characters, got {len(value)}"
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
    return "wrong-type", f"expected {expected}, got {kind_of(value)}{hint}"
