"""How long one large packet keeps an asyncio server's event loop from everything else.

    python benchmarks/loop.py [--packets N]

Packets of a megabyte go into `AsyncServer._handle_eio_message`, unguarded and guarded in turns.
Each is one stretch without an `await` that waits: it is decoded, judged, and handed to a task, or
answered. What the guard adds is the guarded stretch without the unguarded one, at the same
quantile. The contract describes every property of the thousands of records in a packet.

- `accepted`: all records keep the contract.
- `rejected, last`: the last record breaks it.
- `rejected, all`: every record breaks it.
- `rejected, text`: the text is no JSON at its end.

CPU time of the thread, with the garbage collector on: what others do on the machine is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import time
from typing import Any

import socketio
from tables import progress, table

from asyncapi_guard import AsyncAPIGuard

#: What judging may add, in milliseconds, at the 99.9th percentile.
GOAL = 6.0
_SIZE = 1_000_000
_CLIENT = "client"


def document() -> dict[str, Any]:
    """A contract of one event, `records`, of which each property is described."""
    record = {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "minimum": 0},
            "name": {"type": "string", "minLength": 1, "maxLength": 80},
            "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
            "place": {
                "type": "object",
                "properties": {"x": {"type": "number"}, "y": {"type": "number"}},
                "required": ["x", "y"],
                "additionalProperties": False,
            },
        },
        "required": ["id", "name", "tags", "place"],
        "additionalProperties": False,
    }
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Records", "version": "1"},
        "channels": {
            "root": {
                "address": "/",
                "messages": {"records": {"payload": {"type": "array", "items": record}}},
            }
        },
        "operations": {"receive": {"action": "receive", "channel": {"$ref": "#/channels/root"}}},
    }


def frames() -> dict[str, str]:
    """A megabyte of records, kept and broken, as frames that ask for an ack."""
    record = {
        "id": 1234567,
        "name": "a name of some forty characters, or more",
        "tags": ["red", "green", "blue"],
        "place": {"x": 12.25, "y": -7.5},
    }
    bad = {**record, "id": "1234567"}
    count = _SIZE // len(_packed(record))

    def frame(records: list[Any]) -> str:
        return "27" + _packed(["records", records])

    good = frame([record] * count)
    return {
        "accepted": good,
        "rejected, last": frame([*[record] * (count - 1), bad]),
        "rejected, all": frame([bad] * count),
        "rejected, text": good[:-2] + ",}]",
    }


def _packed(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


async def server(*, guarded: bool) -> Any:
    """A server with one client, whose handler only returns."""
    made = socketio.AsyncServer(async_mode="asgi")
    if guarded:
        AsyncAPIGuard(document()).protect(made)

    @made.on("records")
    async def records(_sid: str, _records: Any) -> None: ...

    async def sink(*_: Any) -> None: ...

    made.eio.send = made.eio.send_packet = sink
    await made._handle_eio_connect(_CLIENT, {})
    await made._handle_eio_message(_CLIENT, "0")
    return made


async def stretch(made: Any, frame: str) -> float:
    """How many milliseconds one packet takes."""
    begun = time.thread_time()
    with contextlib.suppress(ValueError):  # of the unguarded server, for what is no JSON
        await made._handle_eio_message(_CLIENT, frame)
    taken = time.thread_time() - begun
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return taken * 1000


def quantile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


async def measure(packets: int) -> list[list[Any]]:
    """Rows of the table."""
    bare, guarded = await server(guarded=False), await server(guarded=True)
    rows = []
    for name, frame in frames().items():
        progress(name)
        times: tuple[list[float], list[float]] = [], []
        for _ in range(packets):
            for subject, taken in zip((bare, guarded), times, strict=True):
                taken.append(await stretch(subject, frame))
        row: list[Any] = [name]
        for share in (0.5, 0.99, 0.999):
            unguarded, judged = (quantile(each, share) for each in times)
            row.append(f"{unguarded:.1f} → {judged:.1f} ({judged - unguarded:+.1f})")
        rows.append(row)
    return rows


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--packets", type=int, default=1000, help="of each kind; 1000 by default")
    packets = parser.parse_args().packets
    logging.getLogger("asyncapi_guard").setLevel(logging.CRITICAL)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rows = asyncio.run(measure(packets))
    head = ["a packet of 1 MB", "median, ms", "p99", "p99.9"]
    print(table(head, rows))
    print(f"goal: the guard adds at most {GOAL:.0f} ms at p99.9")


if __name__ == "__main__":
    main()
