"""Values as literals of a language. A script colors them, when they come into view."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from asyncapi_guard.console.reading.sample_values import Bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["JAVASCRIPT", "JSON", "PYTHON", "Language", "code_html", "literal"]

#: Characters of a value on one line.
_ONE_LINE = 44
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
#: A value as JSON. `json.dumps` makes an encoder for each of them.
_encode = json.JSONEncoder(ensure_ascii=False, default=repr).encode


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes values.

    Attributes:
        words: true, false and null.
        binary: what stands for bytes.
        has_bare_keys: keys need no quotes.
    """

    words: tuple[str, str, str]
    binary: str
    has_bare_keys: bool = False


JSON = Language(("true", "false", "null"), "<bytes>")
JAVASCRIPT = Language(("true", "false", "null"), "bytes", has_bare_keys=True)
PYTHON = Language(("True", "False", "None"), "content")


def code_html(code: str) -> Markup:
    """Code within an element. Quotes stay as they are: pages have thousands of them."""
    return Markup(escape(code, quote=False))  # noqa: S704  # escaped


def literal(value: Any, language: Language, indent: int = 0) -> str:
    """A value as a literal; one that fits is on one line.

    Args:
        value: JSON, and `Bytes`.
        language: which one.
        indent: of the line that it begins on.
    """
    if not isinstance(value, (dict, list)) or not value or _is_short(value):
        return _flat(value, language)
    inner = "\n" + " " * (indent + 2)
    items = f",{inner}".join(_items(value, language, indent + 2))
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}{inner}{items}\n{' ' * indent}{closing}"


def _items(value: Any, language: Language, indent: int) -> Iterator[str]:
    """What is in a value, each on lines of its own."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield f"{_key(name, language)}: {literal(item, language, indent)}"
    else:
        for item in value:
            yield literal(item, language, indent)


def _is_short(value: Any) -> bool:
    """Whether a value is for one line."""
    return len(_encode(value)) <= _ONE_LINE


def _key(name: str, language: Language) -> str:
    if language.has_bare_keys and name == "__proto__":
        # Without brackets it would be the prototype, and no property.
        return f"[{_encode(name)}]"
    is_bare = language.has_bare_keys and _IDENTIFIER.fullmatch(name)
    return name if is_bare else _encode(name)


def _flat(value: Any, language: Language) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        spaced = " " if value and language is not PYTHON else ""
        items = (f"{_key(name, language)}: {_flat(item, language)}" for name, item in value.items())
        return f"{{{spaced}{', '.join(items)}{spaced}}}"
    if isinstance(value, list):
        return f"[{', '.join(_flat(item, language) for item in value)}]"
    return _scalar(value, language)


def _scalar(value: Any, language: Language) -> str:
    yes, no, null = language.words
    if isinstance(value, Bytes):
        return language.binary
    if value is None or isinstance(value, bool):
        return null if value is None else yes if value else no
    return _encode(value) if isinstance(value, str) else json.dumps(value)
