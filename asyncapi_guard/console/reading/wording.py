"""Small words that several views use: numbers, lists, names, values."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["code", "count", "joined", "number", "value_code"]

_MINUS = "\N{MINUS SIGN}"
#: Beyond it a float is written with its exponent.
_WIDEST = 10**18
#: Texts that would be read as something else without their quotes.
_AMBIGUOUS = re.compile(r"|true|false|null|-?\d.*|\s.*|.*\s|\".*", re.DOTALL)


def number(value: float) -> str:
    """A number for people: `4,000`."""
    is_whole = isinstance(value, int) or (value.is_integer() and abs(value) < _WIDEST)
    # No digit may be lost: people copy limits.
    text = f"{int(value):,}" if is_whole else repr(value)
    return text.replace("-", _MINUS) if text.startswith("-") else text


def count(amount: int, one: str, many: str | None = None) -> str:
    """An amount of something: `1 event`, `2 events`."""
    return f"{number(amount)} {one if amount == 1 else many or one + 's'}"


def joined(parts: Iterable[str | Markup], separator: str = ", ") -> Markup:
    """Texts and markup in one line."""
    return Markup(separator).join(parts)  # noqa: S704  # separators are ours


def code(text: str) -> Markup:
    """A text as it stands in the document or on the wire."""
    return Markup(f"<code>{escape(text)}</code>")  # noqa: S704  # escaped; `format` takes long


def value_code(value: Any, *, quoted: bool = False) -> Markup:
    """A value in a sentence: texts without quotes where they cannot be taken for something else."""
    if isinstance(value, str) and not quoted and not _AMBIGUOUS.fullmatch(value):
        text = value
    else:
        text = json.dumps(value, ensure_ascii=False)
    return code(text)
