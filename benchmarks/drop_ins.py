"""What typed events cost on our drop-ins for python-socketio's servers, beside pydantic-socketio.

    python benchmarks/drop_ins.py [--quick] [--rounds N] [--json]

For a `socketio.Server` and for a `socketio.AsyncServer`, three servers with the same events,
handlers and models:

`bare`  python-socketio as it comes; nothing is validated.
`peer`  pydantic-socketio's `Server` and `AsyncServer`: handlers with models as hints, which return
        models; what is emitted is registered with `register_emit`.
`ours`  `AsyncAPIServer` and `AsyncAPIAsyncServer`, with the same hints, and `doc_emit`.

Handlers run where the packet is read (`in line`), and, on asyncio, in tasks as well, as they come.
Packets are fed in and taken as in `traffic.py`, and measured in processes of their own as in
`peers.py`, which has `AsyncAPISocketIO` beside its own peer: pydantic-socketio knows no Flask.
What is judged differs: pydantic-socketio lets through what its models make something of ("5" for
5), properties that they do not have, and events and emits that nobody declared.

pydantic-socketio is installed into `benchmarks/.cache/drop-ins`, an environment of its own; where
that fails, it is left out with the reason.

Exits with 1 when a goal is missed.
"""
# No `from __future__ import annotations`: hints are looked at while handlers are registered.

import argparse
import asyncio
import json
import logging
import statistics
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pydantic
import socketio
from engineio.async_socket import AsyncSocket
from engineio.socket import Socket
from measuring import middle, pin, slices, slices_on
from tables import environment, progress, table
from typed_models import DATA, MODELS, WRONG
from workers import Worker, check_versions, installed, interpreter_of, take_turns, work

PEER = "pydantic-socketio==0.2.1"
SHARED = ("pydantic", "pydantic-core", "python-engineio", "python-socketio")
BARE, PEERS, OURS = "bare", "peer", "ours"
KINDS = {
    "Server, in line": {"async_mode": "threading", "async_handlers": False},
    "AsyncServer, in line": {"async_mode": "asgi", "async_handlers": False},
    "AsyncServer": {"async_mode": "asgi"},
}
PATHS = ("event", "event + ack", "emit")
#: Ours ÷ theirs, on every row.
GOAL = 0.90
_CLIENT = "client"


# -- the servers -----------------------------------------------------------------------------------


def _make(variant: str, kind: str) -> Any:
    on_asyncio = kind.startswith("Async")
    options = KINDS[kind]
    if variant == BARE:
        return (socketio.AsyncServer if on_asyncio else socketio.Server)(**options)
    if variant == PEERS:
        from pydantic_socketio import pydantic_socketio

        made = pydantic_socketio.AsyncServer if on_asyncio else pydantic_socketio.Server
        return made(**options)
    from asyncapi_guard import AsyncAPIAsyncServer, AsyncAPIServer

    return (AsyncAPIAsyncServer if on_asyncio else AsyncAPIServer)(typed=True, **options)


def _handlers(variant: str, model: Any, *, on_asyncio: bool) -> dict[str, Callable[..., Any]]:
    """What handles the events of one model, by the path."""
    hint = dict if variant == BARE else model

    if on_asyncio:

        async def event(sid: str, item: hint) -> None:  # noqa: ARG001  # by its name
            assert type(item) is hint

        async def ack(sid: str, item: hint) -> hint:  # noqa: ARG001  # by its name
            return item

    else:

        def event(sid: str, item: hint) -> None:  # noqa: ARG001  # by its name
            assert type(item) is hint

        def ack(sid: str, item: hint) -> hint:  # noqa: ARG001  # by its name
            return item

    return {"event": event, "event + ack": ack}


def _name(path: str, payload: str) -> str:
    return f"{path} {payload}".replace(" + ", "_").replace(" ", "_")


class Subject:
    """A server of one variant with one client, which is a queue."""

    def __init__(self, variant: str, kind: str, loop: asyncio.AbstractEventLoop) -> None:
        self.variant, self._loop = variant, loop
        self._on_asyncio = kind.startswith("Async")
        self.server = _make(variant, kind)
        for payload, model in MODELS.items():
            handlers = _handlers(variant, model, on_asyncio=self._on_asyncio)
            for path, handler in handlers.items():
                self.server.on(_name(path, payload))(handler)
            if variant == PEERS:
                self.server.register_emit(_name("emit", payload), model)
            elif variant == OURS:
                self.server.doc_emit(_name("emit", payload), model)(lambda: None)
        eio = self.server.eio
        self._socket = (AsyncSocket if self._on_asyncio else Socket)(eio, _CLIENT)
        eio.sockets[_CLIENT] = self._socket
        self._socket.connected, self._socket.last_ping = True, None
        self._do(self.server._handle_eio_connect, _CLIENT, {})
        self._do(self.server._handle_eio_message, _CLIENT, "0")
        self.take()

    def _do(self, function: Callable[..., Any], *args: Any) -> Any:
        done = function(*args)
        return self._loop.run_until_complete(done) if self._on_asyncio else done

    def take(self) -> list[str]:
        """Take what was sent to the client, as texts."""
        texts = []
        while not self._socket.queue.empty():
            texts.append(self._socket.queue.get_nowait().encode())
        return texts

    def action(self, path: str, payload: str, data: Any = None) -> Callable[[], Any]:
        """What feeds one event to the server, or emits one, and takes what the client gets."""
        take, send = self.take, self.server.emit
        if path == "emit":
            name = _name(path, payload)
            item = DATA[payload] if self.variant == BARE else MODELS[payload](**DATA[payload])

            async def emit_on_asyncio() -> None:
                await send(name, item)
                take()

            def emit() -> None:
                send(name, item)
                take()

            return emit_on_asyncio if self._on_asyncio else emit
        content = [_name(path, payload), DATA[payload] if data is None else data]
        text = json.dumps(content, separators=(",", ":"))
        frame = f"2{'' if path == 'event' else 7}{text}"
        handle, queue = self.server._handle_eio_message, self._socket.queue

        async def receive_on_asyncio() -> None:
            await handle(_CLIENT, frame)
            if path == "event":
                await asyncio.sleep(0)  # its task runs
            else:
                (await queue.get()).encode()

        def receive() -> None:
            handle(_CLIENT, frame)
            take()

        return receive_on_asyncio if self._on_asyncio else receive

    def slices(self, path: str, payload: str) -> Callable[[int], float]:
        """Slices of an action."""
        action = self.action(path, payload)
        return slices_on(self._loop, action) if self._on_asyncio else slices(action)

    def check(self, payload: str) -> None:
        """Be sure that what is good is answered and sent, and what is bad rejected.

        Raises:
            AssertionError: it is otherwise.
        """
        name = _name("event + ack", payload)
        for data, good in ((DATA[payload], True), (WRONG[payload], self.variant == BARE)):
            text = json.dumps([name, data])
            try:
                self._do(self.server._handle_eio_message, _CLIENT, f"27{text}")
            except Exception:  # noqa: BLE001  # whatever it is that the peer raises, in line
                assert not good
            if self._on_asyncio:
                for _ in range(3):
                    self._loop.run_until_complete(asyncio.sleep(0))
            acks = [json.loads(each[3:]) for each in self.take()]
            accepted = bool(acks) and "error" not in acks[0][0]
            assert accepted == good, (self.variant, payload, acks)
            assert not good or acks == [[data]], (self.variant, payload, acks)
        item = DATA[payload] if self.variant == BARE else MODELS[payload](**DATA[payload])
        self._do(self.server.emit, _name("emit", payload), item)
        (sent,) = self.take()
        assert json.loads(sent[2:]) == [_name("emit", payload), DATA[payload]]


def serve(variant: str) -> None:
    """Measure one variant for the parent."""
    logging.disable(logging.CRITICAL)  # rejections are looked at here, not by people
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # the peer's handlers raise
    takes = {}
    for kind in KINDS:
        subject = Subject(variant, kind, loop)
        for payload in MODELS:
            subject.check(payload)
            for path in PATHS:
                takes[f"{kind}, {path}, {payload}"] = subject.slices(path, payload)
    work(installed(SHARED), takes)


# -- measuring -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        kind, path, payload: what was measured.
        times: µs of CPU by variant, medians over the rounds.
        ratios: ours ÷ theirs by variant, and how far that may be off.
    """

    kind: str
    path: str
    payload: str
    times: dict[str, float]
    ratios: dict[str, tuple[float, float]]

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; `None` without the peer."""
        return self.ratios[PEERS][0] <= GOAL if PEERS in self.ratios else None

    def cells(self) -> list[str]:
        marks = {None: "", True: " ✓", False: " ✗"}
        return [
            f"{self.kind}, {self.path}",
            self.payload,
            *(f"{each:,.1f}" for each in self.times.values()),
            *(
                f"{ratio:.3f} ± {error:.3f}{marks[self.met] if name == PEERS else ''}"
                for name, (ratio, error) in self.ratios.items()
            ),
        ]


def measure(interpreters: dict[str, str], rounds: int, generations: int) -> list[Row]:
    """All rows; processes are started anew for each generation."""
    found: dict[tuple[str, str, str], list[dict[str, float]]] = {}
    places = [(kind, path, size) for kind in KINDS for path in PATHS for size in MODELS]
    for generation in range(generations):
        progress(f"starting processes {generation + 1}/{generations} ...")
        workers = [Worker(__file__, variant, python) for variant, python in interpreters.items()]
        check_versions(workers)
        for place in places:
            key = ", ".join(place)
            progress(f"{generation + 1}/{generations}: {key} ...")
            found.setdefault(place, []).extend(take_turns(workers, key, rounds // generations))
        for worker in workers:
            worker.close()
    progress("")
    return [Row(*place, *_figures(found[place])) for place in places]


def _figures(rounds: list[dict[str, float]]) -> tuple[dict[str, float], dict[str, Any]]:
    names = list(rounds[0])
    times = {name: statistics.median(one[name] for one in rounds) * 1e6 for name in names}
    ratios = {
        name: middle([one[OURS] / one[name] for one in rounds]) for name in names if name != OURS
    }
    return times, ratios


# -- the command -----------------------------------------------------------------------------------


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=60, help="slices of each server per figure")
    parser.add_argument("--quick", action="store_true", help="15 rounds: a look, not a figure")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        serve(options.worker)
        return 0
    rounds, generations = (15, 1) if options.quick else (max(15, options.rounds), 3)
    cpu = pin()
    peer, missing = interpreter_of(PEER, "drop-ins", SHARED)
    interpreters = {BARE: sys.executable, OURS: sys.executable}
    if peer is not None:
        interpreters = {BARE: sys.executable, PEERS: peer, OURS: sys.executable}
    rows = measure(interpreters, rounds, generations)
    about = {
        **environment(),
        "pydantic": pydantic.VERSION,
        "pydantic-socketio": PEER.partition("==")[2] if peer is not None else missing,
        "cpu": str(cpu),
        "rounds": str(rounds),
    }
    goals = [row.met for row in rows if row.met is not None]
    missed = goals.count(False)
    if options.json:
        found = {"environment": about, "rows": [asdict(row) for row in rows], "missed": missed}
        json.dump(found, sys.stdout, indent=2)
        print()
        return missed > 0
    print(", ".join(f"{name} {value}" for name, value in about.items()), end="\n\n")
    head = ["server, path", "payload", *(f"{name} µs" for name in interpreters)]
    limits = {PEERS: f" ≤ {GOAL:.2f}"}
    head += [f"ours ÷ {name}{limits.get(name, '')}" for name in interpreters if name != OURS]
    print(table(head, [row.cells() for row in rows]), end="\n\n")
    print(f"{missed} of {len(goals)} goals are missed.")
    return missed > 0


if __name__ == "__main__":
    sys.exit(main())
