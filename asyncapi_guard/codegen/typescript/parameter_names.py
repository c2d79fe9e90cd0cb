"""Names of parameters and of places in tuples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.codegen.catalogue import PREFIX
from asyncapi_guard.codegen.names import snake

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["camel", "label", "told_apart"]

#: What TypeScript does not take as the name of a parameter.
_RESERVED = frozenset(
    (
        *("arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger"),
        *("default", "delete", "do", "else", "enum", "eval", "export", "extends", "false"),
        *("finally", "for", "function", "if", "implements", "import", "in", "instanceof"),
        *("interface", "let", "new", "null", "package", "private", "protected", "public"),
        *("return", "static", "super", "switch", "this", "throw", "true", "try", "typeof", "var"),
        *("void", "while", "with", "yield"),
    )
)


def camel(text: str) -> str:
    """`user-status` as `userStatus`: a legal name of a parameter; empty if nothing is left."""
    first, *others = snake(text).split("_")
    name = first + "".join(word[:1].upper() + word[1:] for word in others)
    if name and not name.isidentifier():
        name = f"arg{name}"
    return f"{name}_" if name in _RESERVED else name


def label(schema: Any) -> str:
    """What a place with a schema is called: its title, or the definition that it is."""
    if not isinstance(schema, dict):
        return ""
    title, ref = schema.get("title"), schema.get("$ref")
    name = camel(title) if isinstance(title, str) else ""
    if not name and isinstance(ref, str) and ref.startswith(PREFIX):
        name = camel(ref[len(PREFIX) :])
    return name


def told_apart(names: Iterable[str]) -> list[str]:
    """Names, those that are there already with a number."""
    found: list[str] = []
    for name in names:
        number, free = 2, name
        while free in found:
            free, number = f"{name}{number}", number + 1
        found.append(free)
    return found
