"""JSON Pointers (RFC 6901), as text and as URI fragments."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Path", "format_pointer", "parse_fragment"]

#: The parts of a pointer, unescaped: keys of mappings, indexes of sequences.
Path = tuple["str | int", ...]


def format_pointer(path: Iterable[str | int]) -> str:
    """The pointer for unescaped parts: `("a/b", 0)` is `/a~1b/0`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def parse_fragment(fragment: str) -> tuple[str, ...]:
    """The unescaped parts of a URI fragment that holds a pointer (RFC 6901, section 6).

    Raises:
        ValueError: the fragment is no JSON Pointer; the message says why.
    """
    if not fragment:
        return ()
    text = unquote(fragment, errors="strict")
    if not text.startswith("/"):
        raise ValueError(f"a JSON Pointer begins with '/', such as {f'/{text}'!r}")
    if "~" not in text:
        return tuple(text[1:].split("/"))
    return tuple(_unescape(part) for part in text[1:].split("/"))


def _unescape(part: str) -> str:
    rest = part.replace("~0", "").replace("~1", "")
    if "~" in rest:
        raise ValueError("'~' is written '~0' in a JSON Pointer")
    return part.replace("~1", "/").replace("~0", "~")
