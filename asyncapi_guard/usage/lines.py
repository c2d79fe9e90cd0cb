"""The lines of a usage log: one JSON object each, described in `docs/how-to/usage.md`.

A `usage` line says who writes a file. A `use` line says how often one message of one event, or its
ack, was used on one day by the clients of one version. Lines add up: those about the same say how
much more it was. A `dropped` line says that a file was full, and which days are no longer in it.

Nothing in a line is a value of a client. Names are those of the document, and so are the members of
an enum. The one text that clients choose is the label of their version, which is cleaned and cut.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

__all__ = [
    "VERSION",
    "DroppedLine",
    "Kind",
    "Line",
    "PlaceCount",
    "Sender",
    "UsageLine",
    "UseLine",
    "What",
    "encode",
]

#: Rises when a field goes or changes its meaning; new fields may come at any time.
VERSION: Literal[1] = 1

_Version = Literal[1]
_Time = Annotated[datetime, msgspec.Meta(tz=True)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
#: Whoever can write to a file cannot fill the memory of whoever reads it.
_Name = Annotated[str, msgspec.Meta(max_length=200)]
_Text = Annotated[str, msgspec.Meta(max_length=1000)]
_Counts = Annotated[dict[_Text, _Count], msgspec.Meta(max_length=200)]
Kind = Literal["version", "unknown", "others"]
Sender = Literal["client", "server"]
What = Literal["event", "ack"]


class UsageLine(msgspec.Struct, frozen=True, tag="usage"):
    """The first line of a file, and the first after a process has opened it again.

    Attributes:
        time: when it was written.
        host: the name of the host.
        pid: the id of the process.
    """

    v: _Version
    time: _Time
    host: _Name
    pid: int


class PlaceCount(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What stood at one place of the values.

    Attributes:
        types: how often there was a value, by its type.
        members: how often it was a member of the document's `enum` or `const`, by its JSON text.
        others: how often it was another text, number or boolean where there are such members.
        lengths: how often a text had so many characters at least, by powers of two: `8` is for
            those with 8 to 15 of them, and `1024` for all longer ones.
        sizes: how often an array had so many items at least, likewise.
        unknown: how often an object had properties that the document does not name.
        fits: how often it fitted an alternative of `oneOf` or `anyOf`, by where that stands in the
            document.
    """

    types: _Counts
    members: _Counts = {}
    others: _Count = 0
    lengths: _Counts = {}
    sizes: _Counts = {}
    unknown: _Count = 0
    fits: _Counts = {}


class UseLine(msgspec.Struct, frozen=True, tag="use", omit_defaults=True):
    """How often something was used.

    Attributes:
        day: on which day, in UTC.
        client: the label of the version of the clients; `None` unless `kind` is `version`.
        kind: `unknown` of clients that do not say it, `others` of versions that are too many.
        namespace: the address of the channel, as in the document.
        event: the Socket.IO event; `connect` for the auth value.
        sender: who sends the event.
        what: the event, or its ack, which the other side sends.
        message: the id of the message that matched; `None` where none did, and it was let pass.
        count: how often.
        looked: how many of these were looked into; `places` are about them.
        part: how many of these were too large to be looked at as a whole.
        asked: how often an ack was asked for.
        places: by their JSON Pointers into the value, with `*` for all items and all other
            properties; of several arguments, the first one is at `/0`.
    """

    v: _Version
    day: date
    client: _Name | None
    kind: Kind
    namespace: _Text
    event: _Name
    sender: Sender
    what: What
    message: _Name | None
    count: _Count
    looked: _Count = 0
    part: _Count = 0
    asked: _Count = 0
    places: Annotated[dict[_Text, PlaceCount], msgspec.Meta(max_length=1000)] = {}


class DroppedLine(msgspec.Struct, frozen=True, tag="dropped"):
    """A file was full.

    Attributes:
        until: the last day that is not whole in it any more.
    """

    v: _Version
    until: date


Line = UsageLine | UseLine | DroppedLine

_encoder = msgspec.json.Encoder()


def encode(line: Line) -> bytes:
    """A line as it is in the file, with its line break."""
    return _encoder.encode(line) + b"\n"
