"""What the guard costs over real connections: `AsyncServer` under uvicorn.

    python benchmarks/under_uvicorn.py [--quick] [--rounds N] [--json]

Three servers, each a process of its own: unguarded, unguarded again (`control`), and guarded. This
process has their clients, websockets without manners and without compression, and takes turns with
the servers in slices.

- *events*: a hundred clients each send an event, wait for its ack, and send the next. What counts
  is how many events the server answers in a second of its own CPU time, guarded ÷ unguarded: a
  server that has a CPU to itself, and more clients than it can answer, has that throughput,
  whatever else runs on the machine. Events per second of the clock stand beside it.
- *emit to 1,000*: the server emits to a room, and every client has read the event. What counts is
  the CPU time of the server, all of engine.io's and uvicorn's part in it.

Ratios are medians of the rounds' ratios. Goals are printed beside them; they fail nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
from documents import ACK, PAYLOADS, SIZES, traffic_document
from measuring import middle
from tables import environment, progress, table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

#: Guarded ÷ unguarded: of throughput, at least; and of CPU, at most.
THROUGHPUT_GOALS = {"tiny": 0.98, "medium": 0.93, "large": 0.93}
EMIT_GOAL = 0.95
CLIENTS, ROOM = 100, 1_000
VARIANTS = ("unguarded", "control", "guarded")
#: How many events a client sends in one slice, and how often one is emitted to all.
_EVENTS = {"tiny": 50, "medium": 50, "large": 4}
_EMITS = {"tiny": 4, "medium": 4, "large": 2}


# -- the server ------------------------------------------------------------------------------------


def serve(variant: str) -> None:
    """Serve one variant on a port that it prints; it ends with its standard input."""
    import socket

    import socketio
    import uvicorn

    from asyncapi_guard import AsyncAPIGuard

    io = socketio.AsyncServer(async_mode="asgi")
    if variant == "guarded":
        AsyncAPIGuard(traffic_document()).protect(io)
    for event in SIZES:

        @io.on(event)
        async def handler(_sid: str, _data: Any) -> Any:
            return ACK

    async def control(scope: Any, _receive: Any, send: Any) -> None:
        """`/cpu` tells the CPU time; `/emit/tiny` emits first."""
        path = scope["path"].split("/")
        if path[1] == "emit":
            await io.emit(path[2], PAYLOADS[path[2]])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        body = str(time.process_time()).encode()
        await send({"type": "http.response.body", "body": body})

    listening = socket.create_server(("127.0.0.1", 0), backlog=2_000)
    app = socketio.ASGIApp(io, other_asgi_app=control)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    print(listening.getsockname()[1], flush=True)

    async def run() -> None:
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        server.should_exit = server.force_exit = True
        await serving

    asyncio.run(run())


# -- its clients -----------------------------------------------------------------------------------


class Client:
    """A websocket to one server, past engine.io's greeting, and in the namespace `/`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def enter(self) -> None:
        await self._socket.receive_str()
        await self._socket.send_str("40")
        assert (await self.read()).startswith("40")

    async def read(self) -> str:
        """The next packet of Socket.IO."""
        while (frame := await self._socket.receive_str()) == "2":
            await self._socket.send_str("3")
        return frame

    async def ask(self, frame: str, count: int) -> None:
        """Send an event so often, each after the ack of the last."""
        for _ in range(count):
            await self._socket.send_str(frame)
            while not (await self.read()).startswith("437["):
                pass

    async def wait_for_event(self) -> None:
        """Read one event."""
        assert (await self.read()).startswith("42")


class Place:
    """A server's process and its clients."""

    def __init__(self, variant: str) -> None:
        self.variant = variant
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--serve", variant],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._url = f"http://127.0.0.1:{self._process.stdout.readline().strip()}"
        self.clients: list[Client] = []

    async def connect(self, session: aiohttp.ClientSession, count: int) -> None:
        """Have so many clients."""
        self._session = session
        address = f"{self._url}/socket.io/?EIO=4&transport=websocket"
        while len(self.clients) < count:
            client = Client(await session.ws_connect(address, max_msg_size=0))
            await client.enter()
            self.clients.append(client)

    async def cpu(self, path: str = "/cpu") -> float:
        """Seconds of CPU that the server has used."""
        async with self._session.get(self._url + path) as answer:
            return float(await answer.text())

    async def events(self, size: str) -> tuple[float, float]:
        """Events for each second of the server's CPU, and of the clock."""
        data = json.dumps([size, PAYLOADS[size]], separators=(",", ":"))
        count, asking = _EVENTS[size], self.clients[:CLIENTS]
        before, begun = await self.cpu(), time.monotonic()
        await asyncio.gather(*(client.ask(f"427{data}", count) for client in asking))
        seconds = time.monotonic() - begun
        events = count * len(asking)
        return events / (await self.cpu() - before), events / seconds

    async def emits(self, size: str) -> tuple[float, float]:
        """Seconds of the server's CPU for an emit to all, and of the clock until all have it."""
        count = _EMITS[size]
        before, begun = await self.cpu(), time.monotonic()
        for _ in range(count):  # one after the other: none saves another a turn of the loop
            reading = [client.wait_for_event() for client in self.clients]
            await asyncio.gather(self.cpu(f"/emit/{size}"), *reading)
        seconds = time.monotonic() - begun
        return (await self.cpu() - before) / count, seconds / count

    def close(self) -> None:
        """End the server."""
        self._process.communicate()


# -- measuring -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        path, payload: what was measured.
        figures: by variant, medians of what counts, and of the same by the clock.
        ratios: control ÷ unguarded and guarded ÷ unguarded, and how far they may be off.
        goal: what the latter should be at least, or at most.
    """

    path: str
    payload: str
    figures: dict[str, tuple[float, float]]
    ratios: dict[str, tuple[float, float]]
    goal: float

    def cells(self) -> list[str]:
        events = self.path == "events"
        shown = [f"{a:,.0f}" if events else f"{a * 1e3:.2f}" for a, _ in self.figures.values()]
        clock = [f"{b:,.0f}" if events else f"{b * 1e3:.2f}" for _, b in self.figures.values()]
        control, guarded = self.ratios["control"], self.ratios["guarded"]
        met = guarded[0] >= self.goal if events else guarded[0] <= self.goal
        return [
            f"{self.path}, {'per s' if events else 'ms'}",
            self.payload,
            f"{shown[0]} ({clock[0]})",
            f"{shown[2]} ({clock[2]})",
            f"{control[0]:.3f} ± {control[1]:.3f}",
            f"{guarded[0]:.3f} ± {guarded[1]:.3f}",
            f"{'≥' if events else '≤'} {self.goal:.2f} {'✓' if met else '✗'}",
        ]


HEAD = (
    "under uvicorn (by the clock)",
    "payload",
    "unguarded",
    "guarded",
    "control ÷ unguarded",
    "guarded ÷ unguarded",
    "goal",
)


async def _row(
    path: str, size: str, places: list[Place], take: Callable[[Place], Awaitable[Any]], rounds: int
) -> Row:
    found: dict[str, list[tuple[float, float]]] = {place.variant: [] for place in places}
    for place in places:
        await take(place)  # warm
    for turn in range(rounds):
        progress(f"{path}, {size}: {turn + 1}/{rounds} ...")
        order = places[turn % len(places) :] + places[: turn % len(places)]
        for place in order[::-1] if turn // len(places) % 2 else order:
            found[place.variant].append(await take(place))
    figures = {
        name: (statistics.median(a for a, _ in each), statistics.median(b for _, b in each))
        for name, each in found.items()
    }
    plain = [a for a, _ in found["unguarded"]]
    ratios = {
        name: middle([a / b for (a, _), b in zip(found[name], plain, strict=True)])
        for name in VARIANTS[1:]
    }
    goal = THROUGHPUT_GOALS[size] if path == "events" else EMIT_GOAL
    return Row(path, size, figures, ratios, goal)


async def measure(rounds: int) -> list[Row]:
    """All rows."""
    places = [Place(variant) for variant in VARIANTS]
    rows = []
    connector = aiohttp.TCPConnector(limit=0)
    try:
        async with aiohttp.ClientSession(connector=connector) as session:
            for count, path in ((CLIENTS, "events"), (ROOM, f"emit to {ROOM:,}")):
                for place in places:
                    progress(f"{count} clients of {place.variant} ...")
                    await place.connect(session, count)
                take = Place.events if path == "events" else Place.emits
                for size in SIZES:
                    row = await _row(path, size, places, partial(take, size=size), rounds)
                    rows.append(row)  # it is awaited
    finally:
        for place in places:
            place.close()
    progress("")
    return rows


# -- the command -----------------------------------------------------------------------------------


def _allow_many_sockets() -> None:
    """A thousand clients of each server; where the system has such limits."""
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8_192 if most == resource.RLIM_INFINITY else min(8_192, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=30, help="slices of each server per figure")
    parser.add_argument("--quick", action="store_true", help="9 rounds: a look, not a figure")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    options = parser.parse_args()
    _allow_many_sockets()
    if options.serve:
        serve(options.serve)
        return
    rounds = 9 if options.quick else max(9, options.rounds)
    about = {**environment("uvicorn", "aiohttp", "websockets"), "rounds": str(rounds)}
    rows = asyncio.run(measure(rounds))
    if options.json:
        found = {"environment": about, "rows": [asdict(row) for row in rows]}
        json.dump(found, sys.stdout, indent=2)
        print()
        return
    print(", ".join(f"{name} {value}" for name, value in about.items()), end="\n\n")
    print(table(HEAD, [row.cells() for row in rows]))


if __name__ == "__main__":
    main()
