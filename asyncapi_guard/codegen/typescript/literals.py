"""Values and names as TypeScript writes them."""

from __future__ import annotations

import json
import re
from typing import Any

from asyncapi_guard.codegen.typescript.type_model import (
    NEVER,
    NULL,
    Element,
    Literal,
    Member,
    Object,
    Tuple,
    Type,
)

__all__ = ["key", "kind_of_value", "literal", "plain_text", "quoted"]

_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
#: What no text file should have in it: control characters, separators of lines that only some
#: readers know, half surrogate pairs, and marks that change the direction of what is read.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def quoted(text: str) -> str:
    """A string in double quotes."""
    return _UNSEEN.sub(
        lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def plain_text(text: str) -> str:
    """A text without what should not be in a file, for comments."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


def key(name: str) -> str:
    """The name of a property: in quotes if it must be."""
    return name if _IDENTIFIER.fullmatch(name) else quoted(name)


def literal(value: Any) -> Type:
    """The type of one value of JSON."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return Literal("true" if value else "false", "boolean")
    if isinstance(value, str):
        return Literal(quoted(value), "string")
    if isinstance(value, (int, float)):
        return Literal(_number(value), "number")
    if isinstance(value, list):
        return Tuple(tuple(Element(literal(item)) for item in value))
    members = (Member(name, literal(item), required=True) for name, item in value.items())
    return Object(tuple(members)) if value else Object((), NEVER)


def _number(value: float) -> str:
    # 1.0 and 1 are one number, and one type.
    return str(int(value)) if value == int(value) else repr(value)


def kind_of_value(value: Any) -> str:
    """The type of a value in JSON; integers are numbers."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
