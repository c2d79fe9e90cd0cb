"""Code as colored text: tokens of a language, and values as its literals."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.reading.sample_values import Bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["JAVASCRIPT", "JSON", "PYTHON", "Code", "Language", "literal"]

#: A token's class (`k` key, `s` text, `n` number, `w` word of the language, or none) and its text.
Token = tuple[str, str]
#: Characters of a value on one line.
_ONE_LINE = 44
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)


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

    def extend(self, other: Code) -> Code:
        """Add what is in another."""
        self._text.append(other.text)
        self._html.append("".join(other._html))
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
    if not isinstance(value, (dict, list)) or not value or _is_short(value):
        return Code(_flat(value, language))
    inner = " " * (indent + 2)
    items: Iterable[tuple[Code, Any]]
    if isinstance(value, dict):
        opening, closing = "{", "}"
        items = ((Code(_key(name, language)), item) for name, item in value.items())
    else:
        opening, closing = "[", "]"
        items = ((Code(), item) for item in value)
    code = Code().add(opening)
    for number, (key, item) in enumerate(items):
        code.add(f"{',' if number else ''}\n{inner}").extend(key).extend(
            literal(item, language, indent + 2)
        )
    return code.add(f"\n{' ' * indent}{closing}")


def _is_short(value: Any) -> bool:
    """Whether a value is for one line."""
    return len(json.dumps(value, ensure_ascii=False, default=repr)) <= _ONE_LINE


def _flat(value: Any, language: Language) -> Iterator[Token]:
    """A value on one line."""
    if isinstance(value, dict):
        spaced = " " if value and language is not PYTHON else ""
        yield "", "{" + spaced
        for number, (name, item) in enumerate(value.items()):
            if number:
                yield "", ", "
            yield from _key(name, language)
            yield from _flat(item, language)
        yield "", spaced + "}"
    elif isinstance(value, list):
        yield "", "["
        for number, item in enumerate(value):
            if number:
                yield "", ", "
            yield from _flat(item, language)
        yield "", "]"
    else:
        yield _scalar(value, language)


def _scalar(value: Any, language: Language) -> Token:
    yes, no, null = language.words
    if isinstance(value, Bytes):
        return "", language.binary
    if value is None or isinstance(value, bool):
        return "n" if language is JSON else "w", null if value is None else yes if value else no
    if isinstance(value, str):
        return "s", json.dumps(value, ensure_ascii=False)
    return "n", json.dumps(value)


def _key(name: str, language: Language) -> Iterator[Token]:
    is_bare = language.has_bare_keys and _IDENTIFIER.fullmatch(name) and name != "__proto__"
    yield "k", name if is_bare else json.dumps(name, ensure_ascii=False)
    yield "", ": "
