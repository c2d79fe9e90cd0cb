"""Our own extensions, `x-ack` and `x-guard`: where they are read, and what is nearly one of them.

Whoever writes `x-ack` on an operation, or `x-acks` on a message, believes that acks are judged. So
these are faults: for the linter, and for the loader. Extensions of others are none of our business.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import Node, is_reference
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.pointers import Path

__all__ = ["extension_faults", "faults_anywhere", "own_extension"]

#: What is read where, by the objects' names in the grammar.
_READ = {
    "Message": frozenset(("x-ack", "x-guard")),
    "MessageTrait": frozenset(("x-ack", "x-guard")),
    "Operation": frozenset(("x-guard",)),
    "OperationTrait": frozenset(("x-guard",)),
}
_NOWHERE: frozenset[str] = frozenset()
_ADVICE = {
    "x-ack": "so it validates no ack; write it on the message, beside its payload",
    "x-guard": "so it sets no mode; write it on the message or the operation",
}
#: What `x-acknowledgement` and its like have in common, without separators.
_LONG = re.compile(r"ack(?:nowledge(?:s|d|ment|ments)?|nowledgment|nowledgments|args?|schema)")
#: Words one letter away from ours, which are extensions of others.
_OTHERS = frozenset(
    "ac acc acd ace acl acm acs act adk apk ark ask auk awk gourd".split()  # noqa: SIM905  # a list
)


def extension_faults(node: Node, kind: str) -> Iterator[Finding]:
    """The fields of an object, or beside a reference to it, that look like ours and are not read.

    Args:
        node: the object, or the reference.
        kind: its name in the grammar, such as `Message`.
    """
    if not isinstance(node.value, dict):
        return
    beside = is_reference(node.value)
    read = _NOWHERE if beside else _READ.get(kind, _NOWHERE)
    for key in node.value:
        own = own_extension(key)
        if own is None or key in read:
            continue
        item = node.child(key)
        if own in read:
            yield item.finding(_misspelt(key, own), "misspelt-extension", key=True)
        else:
            where = "beside a $ref" if beside else "here"
            message = f"{shown(key)} is not read {where}, {_ADVICE[own]}"
            yield item.finding(message, "misplaced-extension", key=True)


#: Maps whose keys are names that the author chose.
_NAMED = frozenset(
    """
    $defs availableScopes channels correlationIds definitions dependencies dependentSchemas
    messageTraits messages operationTraits operations parameters patternProperties
    properties replies schemas securitySchemes serverVariables servers variables
    """.split()  # noqa: SIM905  # read as a list
)
#: Somebody's data.
_DATA = frozenset(("const", "default", "enum", "example", "examples"))
#: What stands below a key, by the key above it.
_KINDS = {
    "messages": "Message",
    "messageTraits": "MessageTrait",
    "operations": "Operation",
    "operationTraits": "OperationTrait",
    "traits": "MessageTrait",
}


def faults_anywhere(root: Node) -> Iterator[Finding]:
    """The same for all of a document, below whatever object."""
    todo: list[tuple[Any, Path, bool]] = [(root.value, (), False)]
    while todo:
        value, path, named = todo.pop()
        if isinstance(value, list):
            todo.extend((item, (*path, index), False) for index, item in enumerate(value))
        if not isinstance(value, dict):
            continue
        if not named and any(map(own_extension, value)):
            kind = _KINDS.get(str(path[-2]), "") if len(path) > 1 else ""
            yield from extension_faults(Node(root.source, path, value), kind)
        if not named and is_reference(value):
            continue  # what stands beside a reference is ignored, whatever is in it
        for key, item in value.items():
            if isinstance(item, (dict, list)) and (named or not _is_closed(key)):
                below = not named and key in _NAMED and isinstance(item, dict)
                todo.append((item, (*path, key), below and "$ref" not in item))


def _is_closed(key: str) -> bool:
    """Whether what stands below a field is an extension, or data."""
    return key in _DATA or key.startswith("x-")


def _misspelt(key: str, own: str) -> str:
    effect = "it validates no ack" if own == "x-ack" else "it sets no mode"
    return f"unknown extension {shown(key)}, so {effect}; did you mean {own!r}?"


@lru_cache(maxsize=4_096)
def own_extension(key: str) -> str | None:
    """`x-ack` or `x-guard`, if a key is one of them or was probably meant to be one."""
    if key in ("x-ack", "x-guard"):
        return key
    start = key[:2].lower()
    if start not in ("x-", "x_", "xa", "xg") or len(key) > len("x-acknowledgements-"):
        return None
    word = re.sub(r"[-_.]", "", key[1:].lower())
    if _LONG.fullmatch(word) or _is_near(word, "ack"):
        return "x-ack"
    return "x-guard" if word == "guardmode" or _is_near(word, "guard") else None


def _is_near(word: str, own: str) -> bool:
    """Whether a word is one slip of the hand away; a letter in front makes another word."""
    if word in _OTHERS:
        return False
    if word in (own, f"{own}s") or word in _slips(own):
        return True
    return word.endswith("s") and word[:-1] not in _OTHERS and word[:-1] in _slips(own)


@cache
def _slips(own: str) -> frozenset[str]:
    """What one letter too few, too many or different makes of a word, or two that are swapped."""
    return frozenset(_with_one_slip(own))


def _with_one_slip(own: str) -> Iterator[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    for at in range(len(own)):
        before, after = own[:at], own[at:]
        yield before + after[1:]
        yield from (f"{before}{letter}{after[1:]}" for letter in letters if at or len(own) > 3)
        yield from (f"{before}{letter}{after}" for letter in letters if at)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
    yield from (own + letter for letter in letters)
