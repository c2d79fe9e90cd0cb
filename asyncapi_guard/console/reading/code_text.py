"""Code as colored text: tokens of a language, and values as its literals."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.reading.sample_values import Bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["JAVASCRIPT", "JSON", "PYTHON", "Code", "Language", "literal"]

#: A token's class (`k` key, `s` text, `n` number, `w` word of the language, or none) and its text.
Token = tuple[str, str]
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


class Code:
    """Colored text that grows.

    Pages have thousands of them, so the HTML is made while they grow, once for each token.
    """

    __slots__ = ("_html", "_text")

    def __init__(self, tokens: Iterable[Token] = ()) -> None:
        self._text: list[str] = []
        self._html: list[str] = []
        for kind, text in tokens:
            self.add(text, kind)

    def add(self, text: str, kind: str = "") -> Code:
        """Add a token."""
        escaped = escape(text)
        self._text.append(text)
        self._html.append(f'<span class="{kind}">{escaped}</span>' if kind else escaped)
        return self

    def plain(self, text: str) -> Code:
        """Add a token of no kind that has no character to escape."""
        self._text.append(text)
        self._html.append(text)
        return self

    def key(self, name: str, language: Language) -> Code:
        """Add the name of a property, and what stands before its value."""
        if language.has_bare_keys and name == "__proto__":
            # Without brackets it would be the prototype, and no property.
            return self.plain("[").add(_encode(name), "k").plain("]: ")
        is_bare = language.has_bare_keys and _IDENTIFIER.fullmatch(name)
        return self.add(name if is_bare else _encode(name), "k").plain(": ")

    def extend(self, other: Code) -> Code:
        """Add what is in another."""
        self._text += other._text
        self._html += other._html
        return self

    @property
    def text(self) -> str:
        """The text alone."""
        return "".join(self._text)

    def __html__(self) -> str:
        """The text with its colors; everything is escaped."""
        return "".join(self._html)


def literal(value: Any, language: Language, indent: int = 0) -> Code:
    """A value as a literal; one that fits is on one line.

    Args:
        value: JSON, and `Bytes`.
        language: which one.
        indent: of the line that it begins on.
    """
    code = Code()
    _write(code, value, language, indent)
    return code


def _write(code: Code, value: Any, language: Language, indent: int) -> None:
    if not isinstance(value, (dict, list)) or not value or _is_short(value):
        _write_flat(code, value, language)
        return
    inner = "\n" + " " * (indent + 2)
    if isinstance(value, dict):
        separator = "{" + inner
        for name, item in value.items():
            code.plain(separator).key(name, language)
            _write(code, item, language, indent + 2)
            separator = "," + inner
    else:
        separator = "[" + inner
        for item in value:
            code.plain(separator)
            _write(code, item, language, indent + 2)
            separator = "," + inner
    code.plain(f"\n{' ' * indent}{'}' if isinstance(value, dict) else ']'}")


def _is_short(value: Any) -> bool:
    """Whether a value is for one line."""
    return len(_encode(value)) <= _ONE_LINE


def _write_flat(code: Code, value: Any, language: Language) -> None:
    """A value on one line."""
    if isinstance(value, dict):
        spaced = " " if value and language is not PYTHON else ""
        separator = "{" + spaced
        for name, item in value.items():
            code.plain(separator).key(name, language)
            _write_flat(code, item, language)
            separator = ", "
        code.plain(f"{spaced}}}" if value else "{}")
    elif isinstance(value, list):
        code.plain("[")
        for number, item in enumerate(value):
            if number:
                code.plain(", ")
            _write_flat(code, item, language)
        code.plain("]")
    else:
        kind, text = _scalar(value, language)
        code.add(text, kind)


def _scalar(value: Any, language: Language) -> Token:
    yes, no, null = language.words
    if isinstance(value, Bytes):
        return "", language.binary
    if value is None or isinstance(value, bool):
        return "n" if language is JSON else "w", null if value is None else yes if value else no
    if isinstance(value, str):
        return "s", _encode(value)
    return "n", json.dumps(value)
