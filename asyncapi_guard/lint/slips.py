"""Slips that are YAML, and mean something else: a missing blank, an unquoted `#`, other quotes.

They are looked for in the data of a file before anything else is. What is found explains what is
wrong at its place, so that nothing further is said of the place.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.lint.grammar import OBJECTS
from asyncapi_guard.spec.references import Node
from asyncapi_guard.spec.wording import COMMENT, GLUED, blank_missing, quoted_reference, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.lint.findings import Findings
    from asyncapi_guard.spec.memory import Memory
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.source import Source

__all__ = ["glued_name", "report_slips"]

#: Texts for people, which may say anything.
_PROSE = frozenset(("$comment", "description", "summary", "title"))
#: Somebody's data.
_DATA = frozenset(("const", "default", "enum", "example", "examples"))
_FREE = _PROSE | _DATA
_OURS = frozenset(("x-ack", "x-guard"))
#: Fields and keywords with a value of one word.
_WORDS = frozenset(("$ref", "action", "address", "asyncapi", "format", "host", "protocol", "type"))
_KNOWN = (
    frozenset(name for fields in OBJECTS.values() for name in fields)
    | _WORDS
    | frozenset(
        """
        additionalItems additionalProperties allOf anyOf const items maxItems maxLength maximum
        minItems minLength minimum oneOf pattern properties required uniqueItems
        """.split()  # noqa: SIM905  # read as a list
    )
)
#: Fields that hold a text.
_PLAIN = frozenset(
    field.name
    for fields in OBJECTS.values()
    for field in fields.values()
    if field.type.kind in ("plain", "choice") and field.type.name not in ("any", "open")
)
#: A comment of other languages, and the key behind it.
_COMMENT_BEFORE = re.compile(r"/\*.*?\*/\s*([\w$\-]+)", re.DOTALL)
_ASSIGNED = re.compile(r"\$?ref\s*=\s*['\"]?([^'\"]*)['\"]?")
#: What people write for `$ref`.
_NO_REFERENCES = frozenset(
    ("ref", "$Ref", "$REF", "#ref", "_ref", "$reference", "reference", "$refs")
)
_REF = re.compile(r"\$ref[ \t]")
_HAS_KEY = re.compile(r"\s[\w$\-]+:(?:\s|$)")
_TYPOGRAPHIC = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a\u201b"
#: What a text has that is a slip: a blank, a mark, or a quote.
_TELLING = re.compile(rf"[\s:#,;{_TYPOGRAPHIC}]")
_COMMENTED = re.compile(r"[^\s/#]\S*(?:[ \t]+(?://|/\*|--[ \t])|#[ \t])")
_COMMENTED_NUMBER = re.compile(r"(?:-?[0-9.]+|true|false)(?:[ \t]+(?://|/\*|--[ \t])|#[ \t])")
#: A comment where a value should be, and what it would be without a blank before the `#`.
_HASH = re.compile(r"[^:]*:[ \t]+(#\S+)")
_HAS_HASH = re.compile(r":[ \t]+#[^\s#]")


def glued_name(key: Any) -> str:
    """The field that a key was meant to be, to which its value is glued; else the key itself."""
    is_text = isinstance(key, str)
    found = (GLUED.fullmatch(key) or _COMMENT_BEFORE.fullmatch(key)) if is_text else None
    return found[1] if found is not None else key


def report_slips(source: Source, findings: Findings, memory: Memory | None = None) -> None:
    """Report the slips of a file.

    Args:
        source: the file.
        findings: takes them.
        memory: knows which values had none.
    """
    has_hash = _HAS_HASH.search(source.text or "") is not None
    if memory is not None and not has_hash and _is_clean(source.data, memory, {}, _REMEMBERED):
        return
    # Values and paths, not nodes: there are many, and few slips.
    todo: list[tuple[Any, Path]] = [(source.data, ())]
    seen: set[int] = set()
    while todo:
        value, path = todo.pop()
        seen.add(id(value))  # what stands behind an alias is one object
        found = []
        for key, below in _entries(value):
            if isinstance(below, (dict, list)) and id(below) not in seen:
                todo.append((below, (*path, key)))
            slip = _slip(key, below, Node(source, (*path, key), below) if has_hash else None)
            if slip is not None:
                found.append((key, slip))
        _report(Node(source, path, value), found, findings)


#: Levels of which each value is remembered by itself: documents, channels, messages, payloads.
_REMEMBERED = 6


def _is_clean(value: Any, memory: Memory, seen: dict[int, bool], levels: int) -> bool:
    """Whether a value has no slips; what has none is remembered."""
    if id(value) in seen:  # what stands behind an alias is one object
        return seen[id(value)]
    if levels > 0 and memory.recall("slips", value) is not None:
        return True
    clean = True
    for key, below in _entries(value):
        if isinstance(below, (dict, list)):
            # Not `all()`: whatever has none is to be remembered.
            clean = _is_clean(below, memory, seen, levels - 1) and clean
        clean = clean and _slip(key, below, None) is None
    seen[id(value)] = clean
    if clean and levels > 0:
        memory.keep("slips", value, True)  # noqa: FBT003  # a fact
    return clean


def _report(node: Node, found: list[tuple[Any, _Slip]], findings: Findings) -> None:
    """Report the slips of a mapping or a list; one finding is for all keys without a blank."""
    is_glued = False
    for key, slip in found:
        item = node.child(key)
        if slip.is_glued and is_glued:
            findings.hide(item)
            continue
        is_glued = is_glued or slip.is_glued
        is_reference = glued_name(key) == "$ref" or key in _NO_REFERENCES
        is_reference = is_reference or _is_assigned(key)
        place = node if is_reference else item
        findings.explain(slip.code, item, slip.message, key=slip.is_key, place=place)


def _is_assigned(key: Any) -> bool:
    return isinstance(key, str) and _ASSIGNED.fullmatch(key) is not None


def _entries(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, list):
        return enumerate(value)
    return (
        (entry for entry in value.items() if not _is_free(entry[0]))
        if value.__class__ is dict
        else ()
    )


@lru_cache(maxsize=4_096)
def _is_free(key: str) -> bool:
    """Whether whatever stands below a key is text for people, or somebody's data."""
    return key in _FREE or (key.startswith("x-") and key not in _OURS)


class _Slip(NamedTuple):
    code: str
    message: str
    is_key: bool = False
    is_glued: bool = False


def _slip(key: Any, value: Any, hashed: Node | None) -> _Slip | None:
    """The slip of an entry; `hashed` is its place, if a comment may stand for a value."""
    if isinstance(key, str) and not key.isascii() and _in_other_quotes(key):
        return _Slip("unknown-field", _other_quotes(key), is_key=True)
    if isinstance(key, str) and key.startswith("/*") and _COMMENT_BEFORE.fullmatch(key):
        return _Slip("unknown-field", f"{COMMENT}, so {shown(key)} is a key", is_key=True)
    if value is None:
        return _empty(key, hashed)
    return _text(key, value) if isinstance(value, str) else None


# -- what is null ----------------------------------------------------------------------------------


def _empty(key: Any, hashed: Node | None) -> _Slip | None:
    found = GLUED.fullmatch(key) if isinstance(key, str) else None
    if found is not None:
        message = f"key {shown(key)} has no value: {blank_missing(found[1], found[2])}"
        return _Slip("unknown-field", message, is_key=True, is_glued=True)
    assigned = _ASSIGNED.fullmatch(key) if isinstance(key, str) else None
    if assigned is not None:
        message = f"key {shown(key)} has no value; write $ref: '{assigned[1]}'"
        return _Slip("unknown-field", message, is_key=True, is_glued=True)
    hidden = _hidden(hashed) if hashed is not None and (key == "$ref" or key in _KNOWN) else ""
    if key == "$ref":
        message = "'$ref' has no value; write a reference such as '#/components/schemas/Name'"
        return _Slip("wrong-type", quoted_reference(hidden) if hidden else message, is_key=True)
    if hidden:
        message = f"'#' starts a comment; put the text in quotes: {key}: '{hidden}'"
        return _Slip("wrong-type", message, is_key=True)
    return None


def _hidden(item: Node) -> str:
    """The comment that stands where a value should be."""
    line, column = item.source.position(item.path, key=True)
    text = (item.source.text or "").split("\n")[line - 1 : line]
    found = _HASH.match(text[0], column - 1) if text else None
    return found[1] if found is not None else ""


# -- texts -----------------------------------------------------------------------------------------


def _text(key: Any, value: str) -> _Slip | None:
    if _TELLING.search(value) is None:
        return None
    return _reference(key, value) or _word(key, value)


def _reference(key: Any, value: str) -> _Slip | None:
    if key in _NO_REFERENCES and value.startswith("#/"):
        message = f"{shown(key)} is not a reference; write $ref: {shown(value)}"
        return _Slip("unknown-field", message, is_key=True)
    if key == "$ref" and _HAS_KEY.search(value):
        return _Slip("bad-value", "unclosed quote in this reference; close it")
    return _Slip("wrong-type", "missing ':' after '$ref'; add it") if _REF.match(value) else None


def _word(key: Any, value: str) -> _Slip | None:
    if _in_other_quotes(value):
        return _Slip("bad-value", _other_quotes(value))
    if key in _WORDS and value[-1:] in (",", ";"):
        message = f"{shown(value)} ends with {value[-1]!r}, which is part of the text; remove it"
        return _Slip("bad-value", message)
    found = GLUED.match(value)
    if found is not None and found[1] in _KNOWN and key not in _PLAIN:
        rest = found[2].split()[0]
        message = f"{shown(value)} is a string; {blank_missing(found[1], rest)}"
        return _Slip("wrong-type", message)
    plain = value.lstrip("/") if key == "address" else value
    sign = _COMMENTED.match(plain) if key in _WORDS else _COMMENTED_NUMBER.match(value)
    if sign is not None and key not in ("pattern", "version"):
        return _Slip("bad-value", f"{COMMENT}, so {shown(value)} is one string; write ' #'")
    return None


def _in_other_quotes(text: str) -> bool:
    return len(text) > 1 and text[0] in _TYPOGRAPHIC and text[-1] in _TYPOGRAPHIC


def _other_quotes(text: str) -> str:
    return f"{shown(text)} is in typographic quotes, which are part of the text; use ' or \""
