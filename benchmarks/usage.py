"""What counting use adds to an event and its ack, and to what is sent, in µs of CPU.

    python benchmarks/usage.py [--quick] [--json] [--rounds N]

A guarded `socketio.Server` runs a handler that does nothing where the packet is read, with
`usage=` and without it, in turns. An event with its ack is counted twice: the event, and the ack.
Values are looked into within a budget for each second, as they are on a busy server.

- *tiny* is a text, *medium* an object of some 40 values.
- *emit* is one event to one client, and to a room of 1,000 clients.

Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from measuring import Figure, compare, pin, slices
from tables import environment, progress, table

if TYPE_CHECKING:
    from collections.abc import Callable

#: µs at most for each event; an event with its ack are two.
GOALS = {"tiny": 6.0, "medium": 6.0, "emit": 3.0, "emit to 1,000": None}
_CLIENTS = 1_000
_ITEM = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "kind": {"enum": ["a", "b"]},
        "at": {"type": "object", "properties": {"x": {"type": "number"}, "y": {"type": "number"}}},
    },
}
_DOCUMENT = {
    "asyncapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "channels": {
        "main": {
            "address": "/",
            "messages": {
                "say": {"payload": {"type": "string"}, "x-ack": {"type": "boolean"}},
                "put": {"payload": {"type": "array", "items": _ITEM}, "x-ack": {"type": "boolean"}},
                "said": {"payload": {"type": "string"}},
            },
        }
    },
    "operations": {
        "take": {
            "action": "receive",
            "channel": {"$ref": "#/channels/main"},
            "messages": [
                {"$ref": "#/channels/main/messages/say"},
                {"$ref": "#/channels/main/messages/put"},
            ],
        },
        "tell": {
            "action": "send",
            "channel": {"$ref": "#/channels/main"},
            "messages": [{"$ref": "#/channels/main/messages/said"}],
        },
    },
}
_ITEMS = [{"id": n, "name": "a name", "kind": "a", "at": {"x": 1.5, "y": n}} for n in range(6)]
_FRAMES = {
    "tiny": '27["say","hello"]',
    "medium": f'27["put",{json.dumps(_ITEMS)}]',
}


def server(row: str, **options: Any) -> Callable[[], Any]:
    """What handles one event on a server, or sends one."""
    import socketio

    from asyncapi_guard import AsyncAPIGuard

    io = socketio.Server(async_handlers=False)
    for event in ("say", "put"):
        io.on(event, lambda _sid, _data: True)
    AsyncAPIGuard(_DOCUMENT, **options).protect(io)
    io.eio.send_packet = lambda _eio_sid, _packet: None
    io.eio.send = lambda _eio_sid, _data: None
    for number in range(_CLIENTS if "1,000" in row else 1):
        name = f"e{number}"
        io._handle_eio_connect(name, {})
        io._handle_eio_message(name, json.dumps({"version": str(number % 7)}).join(("0", "")))
    if row in _FRAMES:
        frame = _FRAMES[row]
        return lambda: io._handle_eio_message("e0", frame)
    return lambda: io.emit("said", "hello")


def measure(row: str, rounds: int) -> Figure:
    """A server without it, and one with it."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"{folder}/usage-{{pid}}.ndjson"
        counted = server(row, usage=name, usage_version="auth:/version")
        return compare(slices(server(row)), slices(counted), rounds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--rounds", type=int, default=101)
    options = parser.parse_args()
    pin()
    rounds = 15 if options.quick else options.rounds
    results: dict[str, Any] = {}
    for row in GOALS:
        progress(f"{row} ...")
        found = measure(row, rounds)
        results[row] = {**asdict(found), "difference": found.difference}
    progress("")
    faults = [
        f"{row}: {found['difference']:.2f} µs, not {GOALS[row]:g}"
        for row, found in results.items()
        if GOALS[row] is not None and found["difference"] > GOALS[row]
    ]
    if options.json:
        print(json.dumps({"environment": environment(), "results": results, "missed": faults}))
    else:
        print(", ".join(f"{name} {value}" for name, value in environment().items()), end="\n\n")
        rows = [
            (
                row,
                f"{found['first']:.1f}",
                f"{found['second']:.1f}",
                f"{found['difference']:+.2f}",
                f"{found['ratio']:.2f}",
                "" if GOALS[row] is None else f"≤ {GOALS[row]:g}",
            )
            for row, found in results.items()
        ]
        heads = ("what", "without µs", "with µs", "difference µs", "ratio", "goal")
        print(table(heads, rows), end="\n\n")
        print("\n".join(f"MISSED: {each}." for each in faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
