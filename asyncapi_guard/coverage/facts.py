"""The facts of a document that traffic can cover, one at a time."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

__all__ = ["Fact", "Key", "Kind", "Part"]


class Kind(str, Enum):
    """What kind of thing it is; the order is that of reports."""

    #: One of its messages was valid.
    OPERATION = "operation"
    #: The message was there, and valid.
    MESSAGE = "message"
    #: A valid ack answered it.
    ACK = "ack"
    #: A property was there.
    FIELD = "field"
    #: An optional property was not there.
    ABSENCE = "absence"
    #: A value of `enum`, or `const`.
    VALUE = "value"
    #: A branch of `oneOf` or `anyOf`, one of several types, `then` or `else`.
    ALTERNATIVE = "alternative"
    #: One that is not valid was rejected.
    REFUSAL = "refusal"

    __hash__ = str.__hash__
    __str__ = str.__str__


class Part(str, Enum):
    """Which values of a message it is about."""

    #: None of them.
    NONE = ""
    PAYLOAD = "payload"
    ACK = "ack"

    __hash__ = str.__hash__
    __str__ = str.__str__


class Key(NamedTuple):
    """What tells one fact from another, in whichever process it is seen.

    Attributes:
        operation: the operation's key in the document.
        message: the message's key in its channel.
        part: which values it is about.
        kind: what kind of thing it is.
        place: where it is in the document, as `#/json/pointer`; of another file, after its name.
        pointer: where it is in the value; `*` stands for any item or name.
        name: which one of several it is, such as the index of a branch.
    """

    operation: str
    message: str = ""
    part: str = Part.NONE
    kind: str = Kind.OPERATION
    place: str = ""
    pointer: str = ""
    name: str = ""


class Fact:
    """One thing that can be seen.

    Attributes:
        key: what tells it from others.
        location: where it is in the document, as `file#/json/pointer`.
        label: the value or the alternative, for people: words of the document.
        seen: whether it was seen.
    """

    __slots__ = ("key", "label", "location", "seen")

    def __init__(self, key: Key, location: str, label: str = "") -> None:
        self.key: Key = key
        self.location: str = location
        self.label: str = label
        self.seen: bool = False
