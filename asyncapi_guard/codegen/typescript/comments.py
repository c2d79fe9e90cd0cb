"""Descriptions of a document as JSDoc."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codegen.typescript.literals import plain_text

if TYPE_CHECKING:
    from asyncapi_guard.schema.dialects import Dialect

__all__ = ["comment", "comment_of", "jsdoc"]

#: Longer values are left out: a comment is for reading.
_LONGEST = 120
_MOST_EXAMPLES = 3
_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def comment_of(schema: Any, dialect: Dialect) -> tuple[str, ...]:
    """The lines about a schema: title, description, deprecation, default, examples."""
    if not isinstance(schema, dict) or ("$ref" in schema and not dialect.siblings):
        return ()
    tags = ["@deprecated"] if schema.get("deprecated") is True else []
    if "default" in schema:
        tags += _tag("default", schema["default"])
    examples = schema.get("examples")
    for example in examples[:_MOST_EXAMPLES] if isinstance(examples, list) else ():
        tags += _tag("example", example)
    if "example" in schema:  # OpenAPI 3.0's
        tags += _tag("example", schema["example"])
    return comment(schema.get("title"), schema.get("description"), tags)


def comment(title: Any, description: Any, tags: list[str]) -> tuple[str, ...]:
    """The lines of a comment; what is no text, or said twice, is left out."""
    texts = [_lines(text) for text in (title, description) if isinstance(text, str)]
    parts = [lines for at, lines in enumerate(texts) if lines and lines not in texts[:at]]
    parts += [tags] if tags else []
    found: list[str] = []
    for part in parts:
        found += ["", *part] if found else part
    return tuple(found)


def jsdoc(lines: tuple[str, ...], indent: str) -> str:
    """A comment, each line of it indented and ended; empty without lines."""
    if not lines:
        return ""
    safe = [line.replace("*/", "*\\/") for line in lines]
    if len(safe) == 1:
        return f"{indent}/** {safe[0]} */\n"
    inside = "".join(f"{indent} * {line}".rstrip() + "\n" for line in safe)
    return f"{indent}/**\n{inside}{indent} */\n"


def _lines(text: str) -> list[str]:
    lines = [plain_text(line).rstrip() for line in _BREAK.split(text.strip())]
    return [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]


def _tag(name: str, value: Any) -> list[str]:
    text = plain_text(json.dumps(value, ensure_ascii=False))
    return [f"@{name} {text}"] if len(text) <= _LONGEST else []
