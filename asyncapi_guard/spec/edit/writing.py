"""New data as text in the style of a file: lines of a block, or brackets on one line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.serializing import to_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.spec.edit.style import Style

__all__ = [
    "block",
    "flow_key",
    "in_brackets",
    "indented",
    "is_block",
    "item_lines",
    "json_lines",
    "key_text",
    "lines_behind",
    "quoted",
]

#: What YAML takes for something else than text, or shows to nobody.
_HIDDEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
#: Plain text may have these outside of brackets alone.
_BRACKETS = re.compile(r"[,\[\]{}]|^[?:-]|:$")
_LONGEST = 100


def is_block(value: Any, style: Style) -> bool:
    """Whether a value needs lines of its own."""
    if style.json or not isinstance(value, (dict, list)) or not value:
        return False
    return not (style.flow_references and isinstance(value, dict) and list(value) == ["$ref"])


def lines_behind(value: Any, style: Style, quote: str = "") -> tuple[str, list[str]]:
    """A value behind a `key:` or a `-`: what stands on that line, and the lines below it.

    Lines are indented relative to the key. The line behind a dash has the first line below on it.
    """
    if is_block(value, style):
        behind = style.step if isinstance(value, dict) else style.dash
        return "", indented(block(value, style), behind)
    if isinstance(value, (dict, list)):
        return in_brackets(value, style), []
    first, *rest = scalar(value, style, quote)
    return first, indented(rest, style.step)


def block(value: Any, style: Style) -> list[str]:
    """The lines of a mapping or a list that is not empty."""
    lines: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            first, rest = lines_behind(item, style)
            lines += [f"{key_text(key, style)}:{' ' * bool(first)}{first}", *rest]
        return lines
    for item in value:
        lines += item_lines(item, style)
    return lines


def item_lines(item: Any, style: Style) -> list[str]:
    """The lines of an item, its dash among them."""
    if is_block(item, style):
        inner = block(item, style)
    elif isinstance(item, (dict, list)):
        inner = [in_brackets(item, style)]
    else:
        inner = scalar(item, style)
    dash = "-" + " " * (style.item - 1)
    return [dash + inner[0], *indented(inner[1:], style.item)]


def indented(lines: Sequence[str], columns: int) -> list[str]:
    """Lines that stand deeper; those that are empty stay so."""
    return [" " * columns + line if line else "" for line in lines]


def scalar(value: Any, style: Style, quote: str = "") -> list[str]:
    """The lines of a plain value; those behind the first are relative to what it belongs to."""
    if style.json:
        return [_json(value, style)]
    if isinstance(value, str) and quote and "\n" not in value:
        return [quoted(value, quote)]
    first, *rest = to_yaml([value])[2:].removesuffix("\n").split("\n")
    if isinstance(value, str) and (first[:1] in ("'", '"') or not _may_stand(first, style)):
        return [quoted(value, style.quote)]
    return [first, *(line[2:] for line in rest)]


def _may_stand(first: str, style: Style) -> bool:
    """Whether a value may begin so: blocks of text take in what is blank behind them."""
    return first[:1] != "|" or style.blocks == "+" or (style.blocks == "|" and "+" not in first)


def quoted(text: str, quote: str) -> str:
    """A string in quotes, on one line."""
    if quote == "'" and text.isprintable() and not _HIDDEN.search(text):
        return "'" + text.replace("'", "''") + "'"
    return _escaped(json.dumps(text, ensure_ascii=False))


def _escaped(text: str) -> str:
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def key_text(key: str, style: Style, quote: str = "", *, brackets: bool = False) -> str:
    """A key as it is written."""
    if style.json:
        return _json(key, style)
    if quote:
        return quoted(key, quote)
    (plain, *more) = scalar(key, style)
    if more or len(plain) > _LONGEST or plain[:1] in ("|", ">"):
        return quoted(key, '"')
    return quoted(key, style.quote) if brackets and _needs_quotes(plain) else plain


def _needs_quotes(plain: str) -> bool:
    return plain[:1] not in ("'", '"') and _BRACKETS.search(plain) is not None


def _json(value: Any, style: Style) -> str:
    separators = (style.comma, style.colon)
    return _escaped(json.dumps(value, ensure_ascii=style.ascii, separators=separators))


# -- in brackets -----------------------------------------------------------------------------------


def in_brackets(value: Any, style: Style) -> str:
    """A value on one line, as it can stand inside of brackets."""
    if style.json:
        return _json(value, style)
    if isinstance(value, dict):
        pairs = (f"{flow_key(key, style)}{in_brackets(item, style)}" for key, item in value.items())
        inner = ", ".join(pairs)
        return f"{{{style.brace}{inner}{style.brace}}}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(in_brackets(item, style) for item in value)}]"
    (text, *more) = scalar(value, style)
    if isinstance(value, str) and (more or text[:1] in ("|", ">") or _needs_quotes(text)):
        return quoted(value, '"' if "\n" in value else style.quote)
    return text


def flow_key(key: str, style: Style) -> str:
    """A key with its colon, inside of brackets."""
    return key_text(key, style, brackets=True) + (style.colon if style.json else ": ")


def json_lines(value: Any, style: Style) -> list[str]:
    """A value of JSON on several lines, the first of them without indentation."""
    text = json.dumps(
        value,
        ensure_ascii=style.ascii,
        indent="\t" if style.tabs else style.step,
        separators=(",", style.colon),
    )
    return _escaped(text).split("\n")
