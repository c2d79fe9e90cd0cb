"""The lines of a violation log: one JSON object each, described in `docs/reference/violations.md`.

Four kinds, by `type`. A `log` line begins each file and says who writes it. A `violation` line is
a piece of traffic that broke the contract. A `counters` line says how much was seen meanwhile, so
that a reader knows what was fine. A `dropped` line says how many violations have no line.

Nothing in a line is a payload value. What a client chose (names of events, namespaces and
properties) is cut, and the client itself is a hash.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

__all__ = [
    "MOST_OPERATIONS",
    "VERSION",
    "CountersLine",
    "DroppedLine",
    "Line",
    "LogLine",
    "OperationCount",
    "ProblemLine",
    "ViolationLine",
    "encode",
]

#: Rises when a field goes or changes its meaning; new fields may come at any time.
VERSION: Literal[1] = 1

#: How many operations a violation names.
MOST_OPERATIONS = 100

_Version = Literal[1]
_Time = Annotated[datetime, msgspec.Meta(tz=True)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
#: Whoever can write to a file cannot fill the memory of whoever reads it.
_Name = Annotated[str, msgspec.Meta(max_length=200)]
_Text = Annotated[str, msgspec.Meta(max_length=600)]
_Hash = Annotated[str, msgspec.Meta(min_length=16, max_length=16)]
_Mode = Literal["enforce", "report", "off"]
_Checkpoint = Literal[
    "connect",
    "receive_event",
    "send_ack",
    "send_event",
    "receive_ack",
    "queue_event",
    "queue_ack",
    "queue_control",
]


class ProblemLine(msgspec.Struct, frozen=True, gc=False):
    """One schema keyword that failed.

    Attributes:
        path: JSON Pointer into the arguments; empty for all of them.
        keyword: the keyword of JSON Schema, or another word for what failed.
        message: one sentence, without values.
        schema: where the keyword is in the document, as `file#/json/pointer`; may be empty.
        place: the same for people, such as `asyncapi.yml:11:20`; may be empty.
    """

    path: _Text
    keyword: _Name
    message: _Text
    schema: _Text = ""
    place: _Text = ""


class LogLine(msgspec.Struct, frozen=True, tag="log"):
    """The first line of a file, and the first after a process has opened it again.

    Attributes:
        time: when it was written.
        host: the name of the host.
        pid: the id of the process.
        started: when the process began to keep a log.
        salt: tells whether the hashes of two processes can be compared: only if these are equal.
    """

    v: _Version
    time: _Time
    host: _Name
    pid: int
    started: _Time
    salt: _Name


class ViolationLine(msgspec.Struct, frozen=True, tag="violation"):
    """A piece of traffic that broke the contract.

    Attributes:
        contract: the digest of the contract that it broke.
        mode: what is done about such traffic.
        outcome: what was done.
        side: the side that validated: a guarded server, or a guarded client.
        declared: whether the contract has the event.
        channel: the address of the channel that has it, such as `/rooms/{id}`; `None` if none has.
        operations: the ids of the operations that have it.
        code: the kind of fault.
        reason: one sentence.
        problems: what failed; the first three.
        more: how many more failed.
        client: a hash of the client's address.
        session: a hash of its session id.
    """

    v: _Version
    time: _Time
    host: _Name
    pid: int
    contract: _Name
    mode: _Mode
    outcome: Literal["rejected", "reported"]
    side: Literal["server", "client"]
    checkpoint: _Checkpoint
    namespace: _Name
    event: _Name
    declared: bool
    channel: _Text | None
    operations: Annotated[list[_Text], msgspec.Meta(max_length=MOST_OPERATIONS)]
    code: _Name
    reason: _Text
    problems: Annotated[list[ProblemLine], msgspec.Meta(max_length=20)]
    more: _Count = 0
    client: _Hash | None = None
    session: _Hash | None = None


class OperationCount(msgspec.Struct, frozen=True, gc=False):
    """What passed of one operation since the counters were written before.

    Attributes:
        operation: its id; `None` for what is of no operation.
        mode: the weakest mode of its events.
        seen: events and connects.
        acks: acks of these events.
        rejected: of both, how many were stopped.
        reported: of both, how many broke the contract and passed.
    """

    operation: _Text | None
    mode: _Mode
    seen: _Count
    acks: _Count
    rejected: _Count
    reported: _Count


class CountersLine(msgspec.Struct, frozen=True, tag="counters"):
    """How much was seen from `since` until `time`; operations without traffic are left out.

    Attributes:
        title: `info.title` of the contract.
    """

    v: _Version
    time: _Time
    since: _Time
    host: _Name
    pid: int
    contract: _Name
    title: _Name
    counts: list[OperationCount]


class DroppedLine(msgspec.Struct, frozen=True, tag="dropped"):
    """How many violations have no line.

    Attributes:
        reason: `flood` if they came faster than they could be written.
    """

    v: _Version
    time: _Time
    host: _Name
    pid: int
    count: _Count
    reason: _Text


Line = LogLine | ViolationLine | CountersLine | DroppedLine

_encoder = msgspec.json.Encoder()


def encode(line: Line) -> bytes:
    """A line as it is in the file, with its line break."""
    return _encoder.encode(line) + b"\n"
