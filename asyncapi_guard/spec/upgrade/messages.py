"""Messages: which an operation has, their payloads and acknowledgements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.upgrade.conversion import OMIT
from asyncapi_guard.spec.upgrade.names import COMPONENT, identifier, legal
from asyncapi_guard.spec.upgrade.objects import elements, note_foreign, omit
from asyncapi_guard.spec.upgrade.traits import (
    convert_examples,
    convert_message_traits,
    convert_with_traits,
    traits_of,
)
from asyncapi_guard.spec.wording import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Node
    from asyncapi_guard.spec.upgrade.conversion import Conversion

__all__ = ["Use", "convert_message", "is_choice", "note_beside_choice", "uses"]

# The format that a payload has when none is said, in the versions that 2.x knew.
_OWN_FORMAT = re.compile(r"application/vnd\.aai\.asyncapi(\+json|\+yaml)?;\s*version=2\.\d+\.\d+")
_MESSAGE_FIELDS = frozenset(
    (
        *("bindings", "contentType", "correlationId", "description", "examples", "externalDocs"),
        *("headers", "messageId", "name", "payload", "schemaFormat", "summary", "tags", "title"),
        *("traits", "x-ack"),
    )
)
_COMPONENTS: Path = ("components", "messages")


# -- which messages an operation has ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Use:
    """A message of an operation.

    Attributes:
        node: where it is used: the message itself, or a reference to it.
        target: the message; `None` if it is in another file, or nowhere.
    """

    node: Node
    target: Node | None

    @property
    def identity(self) -> Any:
        """Equal for two uses of the same message."""
        return self.target.place if self.target is not None else self.node.value["$ref"]

    @property
    def name(self) -> str:
        """How 3.x is going to call it: a key that is readable and needs no escapes."""
        wanted = next((name for name in self._names() if isinstance(name, str) and name), "message")
        return legal(wanted, COMPONENT, "message")

    def has_name(self, conversion: Conversion, key: str) -> bool:
        """Whether 2.x named the message: by its name, or by what its key says unchanged."""
        if self.target is None:
            return True  # in another file, which nobody reads
        traits = traits_of(conversion, self.target)
        if any("name" in each.value for each in (self.target, *traits)):
            return True
        # What becomes of a messageId is noted where it is converted.
        return key in self._keys() or isinstance(self.target.value.get("messageId"), str)

    def _keys(self) -> Iterator[Any]:
        if self.target is not None:
            yield self.target.value.get("messageId")
            if _is_component(self.target):
                yield str(self.target.path[2])

    def _names(self) -> Iterator[Any]:
        message = self.target.value if self.target is not None else {}
        yield from self._keys()
        yield message.get("name")
        for value in (self.node.value, message.get("payload")):
            if isinstance(value, dict) and is_reference(value):
                yield value["$ref"].rpartition("/")[2].rpartition("#")[2].partition(".")[0]
        title = message.get("title")
        yield identifier(title, "") if isinstance(title, str) else None


def is_choice(value: Any) -> bool:
    """Whether a message is several: `{oneOf: [...]}`."""
    return isinstance(value, dict) and isinstance(value.get("oneOf"), list)


def uses(conversion: Conversion, node: Node) -> list[Use]:
    """The messages that a `message` field says, each once."""
    found: dict[Any, Use] = {}
    _collect(conversion, node, found, set())
    return list(found.values())


def note_beside_choice(conversion: Conversion, node: Node) -> None:
    """Say what stands beside the alternatives of a message: there is no place for it."""
    for key, child in node.items():
        if key != "oneOf":
            message = f"a message is one in 3.x, and has no 'oneOf': {key} beside it is left out"
            conversion.note(child, message, key=True)


def _collect(conversion: Conversion, node: Node, found: dict[Any, Use], seen: set[Any]) -> None:
    conversion.spend(node)
    conversion.note_siblings(node)
    target = conversion.resolve(node)
    value = target.value if target is not None else None
    if target is None or (isinstance(value, dict) and not is_choice(value)):
        use = Use(node, target)
        found.setdefault(use.identity, use)
    elif not isinstance(value, dict):
        conversion.note(node, f"a message must be a mapping, not {kind_of(value)}; left out")
    elif target.place not in seen:
        seen.add(target.place)
        note_beside_choice(conversion, target)
        choice = target.child("oneOf")
        for item in elements(choice):
            _collect(conversion, item, found, seen)


# -- a message -------------------------------------------------------------------------------------


def convert_message(conversion: Conversion, node: Node, new: Path) -> Any:
    """A message, or a reference to one."""
    note_foreign(conversion, node, "a message")
    special = {
        "payload": _payload_of(conversion, node),
        "messageId": _message_id,
        "schemaFormat": omit,
        "examples": convert_examples,
        "traits": convert_message_traits,
        "x-ack": convert_ack,
    }
    return convert_with_traits(conversion, node, new, "Message", special)


def _message_id(conversion: Conversion, node: Node, new: Path) -> Any:
    is_key = isinstance(node.value, str) and node.value in conversion.message_keys
    if node.value != new[-2] and not is_key:
        conversion.note(
            node, "3.x has no 'messageId': the key in a channel's messages is it", key=True
        )
    return OMIT


def _payload_of(conversion: Conversion, message: Node) -> Any:
    schema_format = _schema_format(conversion, message)

    def convert(conversion: Conversion, node: Node, new: Path) -> Any:
        payload = conversion.keep(node)
        if schema_format is None:
            return payload
        conversion.move(node.path, (*new, "schema"))
        return {"schemaFormat": schema_format, "schema": payload}

    return convert


def _schema_format(conversion: Conversion, message: Node) -> str | None:
    """The format of the payload; `None` if it is AsyncAPI's own."""
    node = message.get("schemaFormat")
    for trait in traits_of(conversion, message):
        # As in 2.x, the last trait has the last word.
        node = trait.get("schemaFormat") or node
    if node is None:
        return None
    if not isinstance(node.value, str):
        conversion.note(node, f"schemaFormat must be a string, not {kind_of(node.value)}; left out")
        return None
    if "payload" not in message.value:
        conversion.note(node, "schemaFormat has no meaning without a payload; left out")
    return None if _OWN_FORMAT.fullmatch(node.value) else node.value


def convert_ack(conversion: Conversion, node: Node, new: Path) -> Any:
    """What a message's acknowledgement carries: a schema, or `{args: schema}`.

    Some 2.x documents say a message here; its payload is what is meant.
    """
    args = node.get("args")
    if args is not None and not _is_message(conversion, node):
        ack = conversion.keep(node)
        ack["args"] = convert_ack(conversion, args, (*new, "args"))
        return ack if ack["args"] is not OMIT else OMIT
    if not _is_message(conversion, node):
        return conversion.keep(node)
    target = conversion.resolve(node)
    if target is None or "payload" not in target.value:
        conversion.note(node, "the message that x-ack says has no payload; left out", key=True)
        return OMIT
    if target.place == node.place:
        return _payload_of(conversion, node)(conversion, node.child("payload"), new)
    # Not the place of the payload: with a format it moves down, and the format must come along.
    return conversion.reference_to(tuple(map(str, target.path)), ("payload",))


def _is_component(message: Node) -> bool:
    return message.path[:2] == _COMPONENTS and len(message.path) == 3


def _is_message(conversion: Conversion, node: Node) -> bool:
    target = conversion.resolve(node)
    if target is None or not isinstance(target.value, dict):
        return False
    return _is_component(target) or (
        "payload" in target.value and _MESSAGE_FIELDS.issuperset(target.value)
    )
