"""Fields that an author believes to be judged by, and that nobody reads.

A message with `paylod` or `ack` loads as one without a payload or an ack, which accepts whatever is
sent; a schema with the key `type:string` limits nothing. The linter says what to write. Here it is
made sure that no guard starts with them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.spec.own_extensions import own_extension
from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.wording import GLUED, blank_missing, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Node

__all__ = ["FIELDS", "is_like_ack", "is_message", "schema_slips", "unread_fields"]

_TEXTS = "title summary description tags externalDocs bindings"
_MESSAGE = f"{_TEXTS} deprecated headers correlationId contentType name examples"
#: The fields of the objects that a contract is compiled from, as the specification has them.
FIELDS: dict[str, frozenset[str]] = {
    "Channel": frozenset(f"{_TEXTS} address messages servers parameters".split()),
    "Parameter": frozenset(["enum", "default", "description", "examples", "location"]),
    "Message": frozenset(f"{_MESSAGE} payload traits".split()),
    "MessageTrait": frozenset(_MESSAGE.split()),
    "Operation": frozenset(f"{_TEXTS} action channel security traits messages reply".split()),
    "OperationTrait": frozenset(f"{_TEXTS} security".split()),
    "Reply": frozenset(["address", "channel", "messages"]),
}
_SPOKEN = {
    "MessageTrait": "a message trait",
    "Operation": "an operation",
    "OperationTrait": "an operation trait",
}
_ACK = re.compile(r"acks?|acknowledge(?:s|d|ments?)?|acknowledgments?|ackschema|ackpayload")
#: What people write for `$ref`.
_REFERENCES = frozenset(("ref", "$Ref", "$REF", "#ref", "_ref", "$reference", "reference"))
_TYPOGRAPHIC = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a\u201b"


def unread_fields(node: Node, kind: str) -> Iterator[Finding]:
    """The fields of an object that it does not have, and that are no extensions.

    Args:
        node: the object, a mapping.
        kind: its name in the grammar, such as `Message`.
    """
    known = FIELDS.get(kind)
    if known is None or not isinstance(node.value, dict) or is_reference(node.value):
        return
    for key in node.value:
        if key not in known and not key.startswith("x-") and own_extension(key) is None:
            what = _SPOKEN.get(kind, f"a {kind.lower()}")
            message = f"unknown field {shown(key)} of {what}, which has no effect"
            yield node.child(key).finding(message + _advice(key, known), "unknown-field", key=True)


def _advice(key: str, known: frozenset[str]) -> str:
    glued = GLUED.fullmatch(key)
    if glued is not None:
        return f": {blank_missing(glued[1], glued[2])}"
    if is_like_ack(key):
        return "; write 'x-ack', on the message"
    return nearest(key, known) or "; asyncapi-guard validate says what to write"


def is_like_ack(key: str) -> bool:
    """Whether a field was meant as `x-ack`, without its `x-`."""
    return _ACK.fullmatch(re.sub(r"[-_.]", "", key.lower())) is not None


def schema_slips(schema: Node) -> Iterator[Finding]:
    """The keys of a schema that are slips of YAML, so that they limit nothing."""
    for key, value in schema.value.items():
        if value is not None and key not in _REFERENCES and key.isascii():
            continue  # as nearly all are
        message = _slip(key, value)
        if message:
            yield schema.child(key).finding(message, "unknown-field", key=True)


def _slip(key: str, value: object) -> str:
    glued = GLUED.fullmatch(key) if value is None else None
    if glued is not None:
        return f"{shown(key)} is a key without a value: {blank_missing(glued[1], glued[2])}"
    if key in _REFERENCES and isinstance(value, str) and value.startswith("#/"):
        return f"{shown(key)} is not a reference; write $ref: {shown(value)}"
    if len(key) > 1 and key[0] in _TYPOGRAPHIC and key[-1] in _TYPOGRAPHIC:
        return f"{shown(key)} is in typographic quotes, which are part of the text; use ' or \""
    return ""


def is_message(path: Path) -> bool:
    """Whether a message stands at a path of a document: one in components, or of a channel."""
    if path[:2] == ("components", "messages"):
        return len(path) == len(("components", "messages", "NAME"))
    is_of_channel = path[:1] == ("channels",) and path[2:3] == ("messages",)
    return is_of_channel and len(path) == len(("channels", "NAME", "messages", "NAME"))
