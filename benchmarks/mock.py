"""What a mock takes for an event and its ack, beside a bare server whose handler does nothing.

    python benchmarks/mock.py [--quick] [--json] [--rounds N]

Packets are fed in and acks are taken where they leave, as in `metrics.py`: nothing is measured of
connections. Servers hand each event to a thread or a task of its own, as they do by default.

- *example*: the ack is an example of the document.
- *echo*: an example, with two fields of the request.
- *drawn*: each ack is a new value.
- *scenario*: a rule with a condition, and an ack with a field of the request.

Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import socketio
from measuring import Figure, compare, pin, slices, slices_on
from tables import environment, progress, table

from asyncapi_guard.mock.aio import AsyncioMock
from asyncapi_guard.mock.loading import load_mock
from asyncapi_guard.mock.options import MockOptions
from asyncapi_guard.mock.threads import ThreadedMock

if TYPE_CHECKING:
    from collections.abc import Callable

_KINDS = ("threads", "asyncio")
#: Mock ÷ bare at most, for threads and asyncio; drawing depends on the schema and has no goal.
GOALS: dict[str, tuple[float | None, float | None]] = {
    "example": (2.5, 4.0),
    "echo": (2.5, 4.0),
    "drawn": (None, None),
    "scenario": (2.5, 4.0),
}
_ACK = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "text": {"type": "string"},
        "likes": {"type": "integer", "minimum": 0},
    },
    "required": ["id", "text", "likes"],
}
_PAYLOAD = {"type": "object", "properties": {"text": {"type": "string"}, "id": {}}}
_SCENARIO = {
    "rules": [
        {
            "on": "say",
            "when": {"$message.payload#/text": "hello"},
            "ack": {"id": 1, "text": "$message.payload#/text", "likes": 0},
        }
    ]
}


def _document(row: str) -> dict[str, Any]:
    ack = dict(_ACK)
    if row in ("example", "echo"):
        ack["examples"] = [{"id": 1, "text": "hi", "likes": 0}]
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {
            "main": {"address": "/", "messages": {"say": {"payload": _PAYLOAD, "x-ack": ack}}}
        },
        "operations": {"say": {"action": "receive", "channel": {"$ref": "#/channels/main"}}},
    }


def _frame(row: str) -> str:
    sent = {"text": "hello", "id": 7} if row == "echo" else {"text": "hello"}
    return f"27{json.dumps(['say', {} if row == 'example' else sent])}"


def _mock(row: str) -> Any:
    options = MockOptions(scenario=_SCENARIO if row == "scenario" else None, docs=None)
    return load_mock(_document(row), options)


def on_threads(row: str | None, frame: str) -> Callable[[], None]:
    """What handles one event and waits for its ack."""
    if row is None:
        io = socketio.Server(async_mode="threading")
        io.on("say", lambda _sid, _data: {"id": 1, "text": "hi", "likes": 0})
    else:
        io = ThreadedMock(_mock(row)).server
    answered = threading.Semaphore(0)
    io.eio.send_packet = lambda _eio_sid, _packet: answered.release()
    io._handle_eio_connect("e1", {})
    io._handle_eio_message("e1", "0")
    answered.acquire()

    def once() -> None:
        io._handle_eio_message("e1", frame)
        answered.acquire()

    return once


async def on_asyncio(row: str | None, frame: str) -> Callable[[], Any]:
    """The same in an event loop."""
    if row is None:
        io = socketio.AsyncServer(async_mode="asgi")
        io.on("say", lambda _sid, _data: {"id": 1, "text": "hi", "likes": 0})
    else:
        io = AsyncioMock(_mock(row)).server
    answered = asyncio.Semaphore(0)

    async def send(_eio_sid: str, _packet: Any) -> None:
        answered.release()

    io.eio.send_packet = send
    await io._handle_eio_connect("e1", {})
    await io._handle_eio_message("e1", "0")
    await answered.acquire()

    async def once() -> None:
        await io._handle_eio_message("e1", frame)
        await answered.acquire()

    return once


def measure(kind: str, row: str, rounds: int) -> Figure:
    """The figure of a row."""
    frame = _frame(row)
    if kind == "threads":
        return compare(slices(on_threads(None, frame)), slices(on_threads(row, frame)), rounds)
    loop = asyncio.new_event_loop()
    try:
        bare, mock = (loop.run_until_complete(on_asyncio(each, frame)) for each in (None, row))
        return compare(slices_on(loop, bare), slices_on(loop, mock), rounds)
    finally:
        loop.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--rounds", type=int, default=101)
    options = parser.parse_args()
    rounds = 15 if options.quick else options.rounds
    pin()
    results, rows, faults = {}, [], []
    for row, goals in GOALS.items():
        for kind, goal in zip(_KINDS, goals, strict=True):
            progress(f"{row}, {kind} ...")
            found = results[f"{row}, {kind}"] = measure(kind, row, rounds)
            shown = "" if goal is None else f"≤ {goal:g}"
            ratio = f"{found.ratio:.2f} ± {found.error:.2f}"
            rate = f"{1e6 / found.second:,.0f}"
            rows.append(
                (row, kind, f"{found.first:.1f}", f"{found.second:.1f}", rate, ratio, shown)
            )
            if goal is not None and found.ratio - found.error > goal:
                faults.append(f"{row}, {kind}: {found.ratio:.2f}, not {goal:g}")
    progress("")
    if options.json:
        figures = {name: asdict(each) for name, each in results.items()}
        print(json.dumps({"environment": environment(), "results": figures, "missed": faults}))
    else:
        print(", ".join(f"{name} {value}" for name, value in environment().items()), end="\n\n")
        head = ("ack", "server", "bare µs", "mock µs", "events/s", "mock ÷ bare", "goal")
        print(table(head, rows), end="\n\n")
        print("\n".join(f"MISSED: {each}." for each in faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
