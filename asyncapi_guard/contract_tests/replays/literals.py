"""Values as Python and JavaScript literals, with placeholders for values from the server."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["JAVASCRIPT", "PYTHON", "Language", "accessed", "is_exact_in_javascript", "written"]

#: A text of one repeated character is written as such from this length on.
_LONG = 40
#: Integers up to this one are the same in JavaScript.
_SAFE = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes what differs.

    Attributes:
        true: the constant.
        false: the constant.
        null: the constant.
        repeated: of a text and a number.
        binary: of bytes in base64, and of their Python literal.
    """

    true: str
    false: str
    null: str
    repeated: str
    binary: str


PYTHON = Language("True", "False", "None", "{text} * {count}", "{literal}")
JAVASCRIPT = Language(
    "true", "false", "null", "{text}.repeat({count})", 'Buffer.from("{base64}", "base64")'
)


def written(
    value: Any, language: Language, given: Mapping[str, str] | None = None, pointer: str = ""
) -> str:
    """An expression for a value of JSON, or bytes.

    Args:
        value: it.
        language: of the expression.
        given: expressions for parts of it, by their JSON Pointers.
        pointer: where the value is.
    """
    given = given or {}
    if pointer in given:
        return given[pointer]
    if isinstance(value, (list, tuple)):
        parts = (written(v, language, given, f"{pointer}/{i}") for i, v in enumerate(value))
        return f"[{', '.join(parts)}]"
    if isinstance(value, dict):
        parts = (
            f"{_text(key, language)}: {written(each, language, given, f'{pointer}/{_step(key)}')}"
            for key, each in value.items()
        )
        return f"{{{', '.join(parts)}}}"
    return _scalar(value, language)


def _scalar(value: Any, language: Language) -> str:
    if value is None:
        return language.null
    if isinstance(value, bool):
        return language.true if value else language.false
    if isinstance(value, (bytes, bytearray)):
        encoded = base64.b64encode(value).decode("ascii")
        return language.binary.format(base64=encoded, literal=repr(bytes(value)))
    if isinstance(value, str):
        return _text(value, language)
    return json.dumps(value)


def _text(text: str, language: Language) -> str:
    if len(text) >= _LONG and len(set(text)) == 1:
        return language.repeated.format(text=_quoted(text[0], language), count=len(text))
    return _quoted(text, language)


def _quoted(text: str, language: Language) -> str:
    """In double quotes: JSON's escapes are JavaScript's, and Python's but for pairs of halves."""
    if language is JAVASCRIPT or all(each < "\ud800" for each in text):
        return json.dumps(text)
    return repr(text)


def _step(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def accessed(name: str, pointer: str) -> str:
    """An expression for what a variable has at a JSON Pointer, in either language."""
    steps = (each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:])
    return name + "".join(f"[{s}]" if s.isdecimal() else f"[{json.dumps(s)}]" for s in steps)


def is_exact_in_javascript(value: Any) -> bool:
    """Whether JavaScript would send a value as it was sent."""
    if isinstance(value, (list, tuple)):
        return all(map(is_exact_in_javascript, value))
    if isinstance(value, dict):
        return all(map(is_exact_in_javascript, value.values())) and "__proto__" not in value
    if isinstance(value, float):
        return not value.is_integer()  # 1.0 would be 1
    return not isinstance(value, int) or abs(value) <= _SAFE
