"""What the guard costs: guarded ÷ unguarded CPU time per event, on the packet path.

    python benchmarks/traffic.py [--quick] [--rounds N] [--json] [--only threads|asyncio]

Encoded packets go into `server._handle_eio_message`; what the server sends is taken at
`server.eio.send_packet`, encoded. So decoding, dispatch, the handler (which only returns), and
encoding count; HTTP, WebSocket, the network, and what an application does do not: against a real
server's total the guard weighs less.

How the figures are made, so that they can be trusted:

- Each figure is a ratio of neighbours: a slice of unguarded events and one of guarded events, a few
  milliseconds each, in one process and on one CPU, the order changing every round. A slow moment of
  the machine hits both. The ratio printed is the median of the rounds' ratios.
- The `control` rows compare an unguarded server with a second unguarded one. They should say 1.00;
  by how much they do not, nothing here can be known better.
- CPU time of the process (`time.process_time`), not wall time.
- The garbage collector runs, because it does in a server, and a guard that makes garbage must pay
  for it. What exists before a slice is collected or frozen first: each slice pays for its own.
- Every packet is checked to have been answered, and the guard to have judged and rejected nothing.

The servers: `flask` is Flask-SocketIO as it comes, a thread for each event; `flask, in line` and
`bare, in line` (`socketio.Server` alone) run handlers where the packet is read
(`async_handlers=False`), so that the same microseconds of the guard weigh more. The rows of
`socketio.AsyncServer`, and of emits to many clients, are made in `traffic_asyncio.py`: there,
packets are taken from the clients' queues. The same
over real connections is in `under_uvicorn.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import flask
import flask_socketio
import socketio
import traffic_asyncio
from documents import ACK, ANYTHING, PAYLOADS, SIZES, traffic_document
from measuring import HEAD, Row, alone, compare, pin, slices
from tables import environment, progress, table

from asyncapi_guard import AsyncAPIGuard, Guard, load

if TYPE_CHECKING:
    from collections.abc import Callable

#: Guarded ÷ unguarded for an event and its ack, by server, with the default engine.
GOALS = {
    "flask": {"tiny": 0.72, "medium": 0.77, "large": 1.14},
    "flask, in line": {"tiny": 0.47, "medium": 0.55, "large": 1.08},
    "bare, in line": {"tiny": 0.97, "medium": 1.15, "large": 1.08},
}
#: The same for what is emitted, on every server.
EMIT_GOALS = {"tiny": 1.00, "medium": 0.60, "large": 0.35}
KINDS = tuple(GOALS)
#: What the guard may cost without a validator, in µs per event.
OWN_GOAL = 1.5

_SLICE = 0.010  # seconds of CPU that one slice aims at
_CLIENT = "client"


# -- what is measured ------------------------------------------------------------------------------


class Subject:
    """A server with one connected client, guarded or not.

    Attributes:
        server: the `socketio.Server`.
        sid: the client's session in the namespace `/`.
        sent: packets of engine.io that the server has sent.
    """

    def __init__(self, kind: str, guard: AsyncAPIGuard | None) -> None:
        self.sent = 0
        self.guard = guard
        environ: dict[str, Any] = {}
        inline = kind.endswith("in line")
        if kind.startswith("flask"):
            app = flask.Flask("benchmark")
            app.secret_key = "benchmark"
            application = flask_socketio.SocketIO(
                app, async_mode="threading", async_handlers=not inline
            )
            register, self.server, self._emit = application.on, application.server, application.emit
            with app.test_request_context() as context:
                environ = {**context.request.environ, "flask.app": app}
            handler: Callable[..., Any] = lambda _data: ACK  # noqa: E731  # one line beside the other
            if guard is not None:
                guard.init_app(app, application)
        else:
            self.server = socketio.Server(async_mode="threading", async_handlers=False)
            register, self._emit = self.server.on, self.server.emit
            handler = lambda _sid, _data: ACK  # noqa: E731  # one line beside the other
            if guard is not None:
                guard.protect(self.server)
        for event in (*SIZES, ANYTHING):
            register(event)(handler)
        self._threads: list[Any] = []
        if not inline:
            start = self.server.start_background_task
            self.server.start_background_task = lambda *a: self._threads.append(start(*a))
        self.server.eio.send_packet = self._sink
        self.server._handle_eio_connect(_CLIENT, environ)
        self.server._handle_eio_message(_CLIENT, "0")
        self.sid = self.server.manager.sid_from_eio_sid(_CLIENT, "/")

    def _sink(self, _eio_sid: str, packet: Any) -> None:
        packet.encode()
        self.sent += 1

    def receive(self, event: str, *, ack: bool = True) -> Callable[[], Any]:
        """A function that feeds one event to the server."""
        handle, client = self.server._handle_eio_message, _CLIENT
        data = json.dumps([event, PAYLOADS[event]], separators=(",", ":"))
        encoded = f"2{7 if ack else ''}{data}"
        threads = self._threads

        def receive() -> None:
            handle(client, encoded)
            while threads:
                threads.pop().join()

        return receive

    def emit(self, event: str) -> Callable[[], Any]:
        """A function that emits one event to the client."""
        emit, data, sid = self._emit, PAYLOADS[event], self.sid
        return lambda: emit(event, data, to=sid)

    def action(self, path: str, event: str) -> Callable[[], Any]:
        """`receive` for the path "event + ack", `emit` for "emit"."""
        if path == "emit":
            return self.emit(event)
        return self.receive(event, ack=path == "event + ack")

    def check(self, path: str, event: str) -> None:
        """Be sure that the path does what is meant to be measured.

        Raises:
            AssertionError: something was rejected, or nothing was sent or judged.
        """
        before, judged = self.sent, self._judged()
        self.action(path, event)()
        assert self.sent == before + (path != "event"), "the server did not answer"
        if self.guard is not None:
            assert self._judged() > judged, "the guard did not judge"
            assert not any(s.rejected or s.reported for s in self.guard.statistics())

    def _judged(self) -> int:
        return sum(s.seen for s in self.guard.statistics()) if self.guard is not None else 0


# -- measuring -------------------------------------------------------------------------------------


def measure(rounds: int) -> list[Row]:
    """All ratios; engines other than the default one in a quarter of the rounds."""
    rows = []
    default = load(traffic_document(), engine="auto")
    slow = load(traffic_document(), engine="jsonschema")
    for kind in KINDS:
        subjects = {
            "control": Subject(kind, None),
            "rust": Subject(kind, AsyncAPIGuard(default)),
            "jsonschema": Subject(kind, AsyncAPIGuard(slow)),
        }
        plain = Subject(kind, None)
        for engine, subject in subjects.items():
            turns = max(5, rounds // 4) if engine == "jsonschema" else rounds
            for path in ("event + ack", "emit"):
                for size in SIZES:
                    progress(f"{engine}, {kind}, {path}, {size} ...")
                    plain.check(path, size)
                    subject.check(path, size)
                    pair = plain.action(path, size), subject.action(path, size)
                    figure = compare(*map(slices, pair), turns)
                    goal = None
                    if engine == "rust":
                        goal = (EMIT_GOALS if path == "emit" else GOALS[kind])[size]
                    rows.append(Row(engine, kind, path, size, figure, goal))
    progress("")
    return rows


def own_costs(rounds: int) -> dict[str, float]:
    """µs per event of the guard without a validator, and of the core alone."""
    contract = load(traffic_document())
    costs = {}
    for kind in KINDS:
        plain, guarded = Subject(kind, None), Subject(kind, AsyncAPIGuard(contract))
        for path in ("event", "emit"):
            progress(f"own cost, {kind}, {path} ...")
            guarded.check(path, ANYTHING)
            pair = plain.action(path, ANYTHING), guarded.action(path, ANYTHING)
            figure = compare(*map(slices, pair), rounds)
            costs[f"{kind}, {path} of anything: guarded - unguarded"] = figure.difference
    guard = Guard(contract)
    for event in (ANYTHING, *SIZES):
        progress(f"Guard.receive_event, {event} ...")
        judge = partial(guard.receive_event, "/", event, [PAYLOADS[event]])
        costs[f"Guard.receive_event alone, {event}"] = alone(judge, rounds)
    progress("")
    return costs


# -- the command -----------------------------------------------------------------------------------


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=60, help="pairs of slices per figure")
    parser.add_argument("--quick", action="store_true", help="20 rounds: a look, not a figure")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--only", choices=["threads", "asyncio"], help="these servers alone")
    options = parser.parse_args()
    rounds = 20 if options.quick else max(5, options.rounds)
    about = {**environment(), "cpu": str(pin()), "rounds": str(rounds)}
    rows = [] if options.only == "asyncio" else measure(rounds)
    costs = {} if options.only == "asyncio" else own_costs(rounds)
    missing: list[str] = []
    if options.only != "threads":
        on_asyncio, missing = traffic_asyncio.measure(load(traffic_document()), rounds)
        rows += on_asyncio
    if options.json:
        found = {"environment": about, "traffic": [asdict(row) for row in rows], "own": costs}
        found["missing"] = missing
        json.dump(found, sys.stdout, indent=2)
        print()
        return
    print(", ".join(f"{name} {value}" for name, value in about.items()), end="\n\n")
    print(table(HEAD, [row.cells() for row in rows]), end="\n\n")
    print(*missing, sep="\n", end="\n\n" if missing else "")
    if not costs:
        return
    goal = f"µs (goal for what is its own: ≤ {OWN_GOAL})"
    print(table(("the guard's own cost", goal), [(k, f"{v:.2f}") for k, v in costs.items()]))


if __name__ == "__main__":
    main()
