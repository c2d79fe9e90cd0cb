"""How findings speak of values and names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "COMMENT",
    "GLUED",
    "blank_missing",
    "boolean_hint",
    "callback_hint",
    "cut",
    "kind_of",
    "nearest",
    "quoted_reference",
    "shown",
]

_QUOTED = 120
_MESSAGE = 300
# Names are compared with so many others; among many, with those that are about as long. Among more
# than that no hint is given: a document may have as many typos as names.
_FEW = 30
_LONGER = 2
_MOST = 500
_CALLBACKS = frozenset(("function", "func", "callback", "callable", "ack"))
_KINDS = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list"}


def kind_of(value: Any) -> str:
    """What a value is: `null`, `a string`, `a mapping`, ..."""
    return "null" if value is None else _KINDS.get(type(value), "a mapping")


_BOOLEAN_WORDS = {
    **dict.fromkeys(("true", "yes", "y", "on"), "true"),
    **dict.fromkeys(("false", "no", "n", "off"), "false"),
}


def boolean_hint(value: Any) -> str:
    """What to write in place of a word that is a boolean to YAML 1.1, or to people."""
    word = _BOOLEAN_WORDS.get(value.lower()) if isinstance(value, str) else None
    if word is None:
        return ""
    if value == word:
        return "; remove the quotes"
    return f"; YAML 1.2 reads {shown(value)} as text: write {word}"


def shown(value: Any) -> str:
    """A short quotation of a document's own text."""
    text = str(value)
    return repr(text if len(text) <= _QUOTED else text[:_QUOTED] + "…")


def callback_hint(name: str) -> str:
    """What to do about a type or a format that stands for a callback; nothing for another one."""
    if name.lower() not in _CALLBACKS:
        return ""
    return "; a callback is not an argument, so describe its arguments as x-ack of the message"


def cut(message: str) -> str:
    """A library's message, which may quote a schema, however large."""
    return message if len(message) <= _MESSAGE else message[:_MESSAGE] + "…"


def nearest(name: Any, names: Collection[Any]) -> str:
    """`; did you mean 'x'?` for a name that was probably meant, or nothing."""
    if not isinstance(name, str) or len(name) > _QUOTED or len(names) > _MOST:
        return ""
    from difflib import get_close_matches

    lowered = {known.lower(): known for known in names if isinstance(known, str)}
    near = get_close_matches(
        name.lower(), sorted(_candidates(name.lower(), lowered)), n=1, cutoff=0.7
    )
    return f"; did you mean {lowered[near[0]]!r}?" if near else ""


def _candidates(name: str, names: Collection[str]) -> Collection[str]:
    """Of many names, those that are as long and begin or end alike: comparing is slow."""
    if len(names) <= _FEW:
        return names
    ends = name[:1], name[-1:]
    return [
        known
        for known in names
        if -_LONGER <= len(known) - len(name) <= _LONGER
        and (known[:1] == ends[0] or known[-1:] == ends[1])
    ][:_FEW]


# -- slips of YAML ---------------------------------------------------------------------------------

COMMENT = "comments start with '#' in YAML"
#: A key, and what stands behind its colon without a blank; but no URL.
GLUED = re.compile(r"([A-Za-z$][\w$.\-]*):(?!//)([^\s:].*)")


def blank_missing(key: str, value: str) -> str:
    """What to do about a key with its value glued to the colon."""
    return f"missing space after the colon; write '{key}: {value}'"


def quoted_reference(reference: str) -> str:
    """What to do about a reference that is read as a comment."""
    plain = reference.strip("'\"")
    return f"'#' starts a comment; put the reference in quotes: $ref: '{plain}'"
