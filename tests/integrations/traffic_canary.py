"""A canary: it looks at all that got through, and knows nothing of what is tested.

It goes by the document, by the `jsonschema` package and by a few lines of Python; so what the guard
misreads, it does not misread in the same way.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import jsonschema

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Event = tuple[str, str, "Sequence[Any]"]

_TYPES = jsonschema.Draft7Validator.TYPE_CHECKER.redefine(
    "binary", lambda _, value: isinstance(value, (bytes, bytearray))
)
_Validator: Any = jsonschema.validators.extend(jsonschema.Draft7Validator, type_checker=_TYPES)


class Canary:
    """Knows of each event and ack whether it may have got where it was seen."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._receivable = self._messages("receive")
        self._sendable = self._messages("send")
        channels = document["channels"].values()
        self._namespaces = {address for channel in channels for address in _addresses(channel)}
        # What a namespace says nothing about is not judged.
        connects = {key: value for key, value in self._receivable.items() if key[1] == "connect"}
        self._auths = {address: message["payload"] for (address, _), message in connects.items()}

    def _messages(self, action: str) -> dict[tuple[str, str], Any]:
        found = {}
        for operation in self._document["operations"].values():
            if operation["action"] == action:
                channel = self._document["channels"][_last(operation["channel"])]
                for reference in operation["messages"]:
                    name = _last(reference)
                    for address in _addresses(channel):
                        found[address, name] = channel["messages"][name]
        return found

    def handled(self, events: Iterable[Event]) -> list[str]:
        """Which of these events must not have reached a handler."""
        return [leak for event in events if (leak := self._of_event(self._receivable, *event))]

    def delivered(self, events: Iterable[Event]) -> list[str]:
        """Which of these events must not have reached a client."""
        return [leak for event in events if (leak := self._of_event(self._sendable, *event))]

    def acknowledged(self, acks: Iterable[Event]) -> list[str]:
        """Which of these acks must not have reached a client."""
        return [leak for ack in acks if not _is_error(ack[2]) and (leak := self._of_ack(*ack))]

    def called(self, acks: Iterable[Event]) -> list[str]:
        """Which of these acks of clients must not have reached a callback."""
        return [
            f"a callback for {event}: {values!r:.80}"
            for namespace, event, values in acks
            if not self._keeps(self._sendable[namespace, event]["x-ack"], values)
        ]

    def entered(self, connects: Iterable[tuple[str, Any]]) -> list[str]:
        """Which of these namespaces must not have let a client in, with the auth that it had."""
        return [
            f"{namespace} with {auth!r:.80}"
            for namespace, auth in connects
            if namespace not in self._namespaces
            or not self._keeps(self._auths.get(namespace), [] if auth is None else [auth])
        ]

    def _of_event(
        self, messages: Any, namespace: str, event: str, args: Sequence[Any]
    ) -> str | None:
        message = messages.get((namespace, event)) if isinstance(event, str) else None
        if message is None:
            return f"no message {event!r:.40} in {namespace:.40}"
        if self._keeps(message.get("payload"), args):
            return None
        return f"{event} in {namespace}: {args!r:.80}"

    def _of_ack(self, namespace: str, event: str, values: Sequence[Any]) -> str | None:
        message = self._receivable.get((namespace, event))
        if message is None:
            return f"an ack for {event!r:.40} in {namespace:.40}"
        ack = message.get("x-ack")
        ack = ack["args"] if ack and "args" in ack else ack
        return None if self._keeps(ack, values) else f"ack of {event}: {values!r:.80}"

    def _keeps(self, schema: Any, args: Sequence[Any]) -> bool:
        """Whether arguments keep to a schema, which stands for one, several, or none."""
        if not _is_sound(list(args)):
            return False
        if schema is None:
            return True
        if schema == {"type": "null"}:
            return not args
        if isinstance(schema.get("items"), list):
            return self._is_valid(schema, list(args))
        return len(args) == 1 and self._is_valid(schema, args[0])

    def _is_valid(self, schema: Any, value: Any) -> bool:
        places = '"binary"' in json.dumps(schema)
        whole = {**_with_bytes(schema), "components": self._document["components"]}
        return (places or not _has_bytes(value)) and _Validator(whole).is_valid(value)


def _last(reference: dict[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]


def _addresses(channel: Any) -> list[str]:
    """The addresses of a channel; its template's parameter has an `enum`."""
    addresses = [channel["address"]]
    for name, parameter in channel.get("parameters", {}).items():
        place = "{" + name + "}"
        addresses = [one.replace(place, value) for one in addresses for value in parameter["enum"]]
    return addresses


def _with_bytes(schema: Any) -> Any:
    """A schema in which bytes are a type of their own."""
    if isinstance(schema, list):
        return [_with_bytes(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "binary":
        return {"type": "binary"}
    return {key: _with_bytes(value) for key, value in schema.items()}


def _is_sound(value: Any) -> bool:
    """Whether a value is of JSON and bytes, and nothing in it is what JSON has no text for."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_sound(key) for key in value) and all(
            map(_is_sound, value.values())
        )
    if isinstance(value, list):
        return all(map(_is_sound, value))
    if isinstance(value, str):
        return not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (bool, int, bytes, bytearray))


def _has_bytes(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_bytes, value.values()))
    if isinstance(value, list):
        return any(map(_has_bytes, value))
    return isinstance(value, (bytes, bytearray))


def _is_error(values: Sequence[Any]) -> bool:
    """Whether an ack is the object that says what went wrong."""
    return (
        len(values) == 1
        and isinstance(values[0], dict)
        and list(values[0]) == ["error"]
        and isinstance(values[0]["error"].get("code"), str)
    )
