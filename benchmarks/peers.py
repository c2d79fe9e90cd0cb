"""What typed events cost, beside SIO-AsyncAPI and beside Flask-SocketIO with Pydantic by hand.

    python benchmarks/peers.py [--quick] [--rounds N] [--json]

Five servers, each with the same events, handlers and models:

`flask`   Flask-SocketIO as it comes. Nothing is validated: the floor.
`stock`   the same; its handlers call `Model.model_validate(data)`, and give
          `item.model_dump(mode="json")` to acks and emits.
`peer`    SIO-AsyncAPI 1.0 as its README shows it: `validate=True`, `get_from_typehint=True`, the
          handler returns an instance. Its ack is JSON *text* in a string, which costs less than the
          object that the others send; `peer, objects` returns `item.model_dump(mode="json")`, so
          that clients get an object. Its emits take no instances.
`ours`    `AsyncAPISocketIO`, the same hints; handlers return and emit instances.

Each is a process of its own, which this one asks for slices of a few milliseconds in turns, in an
order that changes every round; ratios are medians of the rounds' ratios. The processes are started
anew a few times: how objects happen to lie in memory is worth some percent, and would otherwise
count as a difference. As in `traffic.py`, encoded packets go into `server._handle_eio_message` and
are taken, encoded, at `server.eio.send_packet`; what counts is CPU time of the process, its threads
and its garbage collector among it. Every process shows first that it answers what is fine, and that
it rejects what is not (`flask` does not).

`server` runs a thread for each event, as Flask-SocketIO does; in `in line` handlers run where the
packet is read (`async_handlers=False`): no thread hides what a library costs.

SIO-AsyncAPI is installed into `benchmarks/.cache/peers`, an environment of its own, beside the
versions of Flask-SocketIO, python-socketio and Pydantic that run here. It rejects Python 3.13;
there, or without a network, it is left out.

Exits with 1 when a goal is missed.
"""
# No `from __future__ import annotations`: the peer does not see through hints that are strings.

import argparse
import importlib.metadata
import json
import statistics
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import flask
import flask_socketio
import pydantic
from measuring import middle, pin, slices
from tables import environment, progress, table
from typed_models import DATA, MODELS, WRONG, Piece
from workers import Worker, check_versions, installed, interpreter_of, take_turns, work

PEER = "sio-asyncapi==1.0.0"
#: What both environments have in the same version.
SHARED = (
    "flask",
    "flask-socketio",
    "pydantic",
    "pydantic-core",
    "python-engineio",
    "python-socketio",
    "simple-websocket",
    "werkzeug",
)
FLASK, STOCK, PEERS, OBJECTS, OURS = "flask", "stock", "peer", "peer, objects", "ours"
KINDS = ("server", "in line")
PATHS = ("request", "request + ack", "request + ack + emit")
PAYLOADS = ("small", "big")
#: Ours ÷ theirs, on every row.
PEER_GOAL, STOCK_GOAL = 0.90, 1.10
#: The peer's ÷ our time for the agent schema of so many events, the first time it is asked for.
AGENT_GOAL, AGENT_EVENTS = 100, 200

_CLIENT = "client"


# -- the servers -----------------------------------------------------------------------------------


def _event(path: str, payload: str) -> str:
    return f"{path} {payload}".replace(" + ", "_").replace(" ", "_")


def _sent(payload: str) -> str:
    return f"{payload}_happened"


def _untyped(path: str, payload: str) -> Callable[..., Any]:
    """A handler of `flask`."""

    def request(_data: Any) -> None:
        return

    def ack(data: Any) -> Any:
        return data

    def emit(data: Any) -> Any:
        flask_socketio.emit(_sent(payload), data)
        return data

    return dict(zip(PATHS, (request, ack, emit), strict=True))[path]


def _by_hand(path: str, payload: str) -> Callable[..., Any]:
    """A handler of `stock`."""
    model = MODELS[payload]

    def request(data: Any) -> None:
        model.model_validate(data)

    def ack(data: Any) -> Any:
        return model.model_validate(data).model_dump(mode="json")

    def emit(data: Any) -> Any:
        item = model.model_validate(data)
        flask_socketio.emit(_sent(payload), item.model_dump(mode="json"))
        return item.model_dump(mode="json")

    return dict(zip(PATHS, (request, ack, emit), strict=True))[path]


def _of_peer(path: str, payload: str, *, objects: bool) -> Callable[..., Any]:
    """A handler of SIO-AsyncAPI."""
    model = MODELS[payload]

    def request(item: model) -> None:
        assert type(item) is model

    def ack(item: model) -> model:
        return item.model_dump(mode="json") if objects else item

    def emit(item: model) -> model:
        flask_socketio.emit(_sent(payload), item.model_dump(mode="json"))
        return item.model_dump(mode="json") if objects else item

    return dict(zip(PATHS, (request, ack, emit), strict=True))[path]


def _of_ours(path: str, payload: str) -> Callable[..., Any]:
    """A handler of `AsyncAPISocketIO`."""
    model = MODELS[payload]

    def request(item: model) -> None:
        assert type(item) is model

    def ack(item: model) -> model:
        return item

    def emit(item: model) -> model:
        flask_socketio.emit(_sent(payload), item)
        return item

    return dict(zip(PATHS, (request, ack, emit), strict=True))[path]


def _application(variant: str, **options: Any) -> Any:
    """The `SocketIO` of a variant, without an application yet."""
    if variant in (FLASK, STOCK):
        return flask_socketio.SocketIO(**options)
    if variant == OURS:
        from asyncapi_guard import AsyncAPISocketIO

        return AsyncAPISocketIO(validate=True, **options)
    from loguru import logger
    from sio_asyncapi import AsyncAPISocketIO

    logger.remove()  # rejections are looked at here, not by people
    return AsyncAPISocketIO(validate=True, **options)


class Subject:
    """A server of one variant with one connected client."""

    def __init__(self, variant: str, kind: str) -> None:
        self.variant = variant
        self.sent: list[Any] = []
        self.keep = False
        app = flask.Flask("benchmark")
        app.secret_key = "benchmark"
        inline = kind == "in line"
        self.application = _application(variant, async_mode="threading", async_handlers=not inline)
        self.application.init_app(app, async_mode="threading", async_handlers=not inline)
        self.server = self.application.server
        self._register()
        self._threads: list[Any] = []
        if not inline:
            start = self.server.start_background_task
            self.server.start_background_task = lambda *a: self._threads.append(start(*a))
        self.server.eio.send_packet = self._sink
        with app.test_request_context() as context:
            environ = {**context.request.environ, "flask.app": app}
        self.server._handle_eio_connect(_CLIENT, environ)
        self.server._handle_eio_message(_CLIENT, "0")

    def _register(self) -> None:
        application, variant = self.application, self.variant
        declares = variant not in (FLASK, STOCK)
        for payload in PAYLOADS:
            if declares:
                application.doc_emit(_sent(payload), MODELS[payload])(lambda: None)
            for path in PATHS:
                event = _event(path, payload)
                if variant == FLASK:
                    application.on(event)(_untyped(path, payload))
                elif variant == STOCK:
                    application.on(event)(_by_hand(path, payload))
                elif variant == OURS:
                    handler = _of_ours(path, payload)
                    application.on(event, get_from_typehint=True)(handler)
                else:
                    handler = _of_peer(path, payload, objects=variant == OBJECTS)
                    application.on(event, get_from_typehint=True)(handler)

    def _sink(self, _eio_sid: str, packet: Any) -> None:
        encoded = packet.encode()
        if self.keep:
            self.sent.append(encoded)

    def action(self, path: str, payload: str, data: Any = None) -> Callable[[], Any]:
        """A function that feeds one event to the server, and waits for its thread."""
        handle, client, threads = self.server._handle_eio_message, _CLIENT, self._threads
        content = [_event(path, payload), DATA[payload] if data is None else data]
        text = json.dumps(content, separators=(",", ":"))
        encoded = f"2{'' if path == 'request' else 7}{text}"

        def receive() -> None:
            handle(client, encoded)
            while threads:
                threads.pop().join()

        return receive

    def check(self, path: str, payload: str) -> None:
        """Be sure that good events are answered, and bad ones rejected.

        Raises:
            AssertionError: it is otherwise.
        """
        self.keep = True
        self.action(path, payload)()
        good = {text[:2]: json.loads(text[2 + (text[1] == "3") :]) for text in self.sent}
        ack, emitted = DATA[payload], [_sent(payload), DATA[payload]]
        answered: Any = [json.dumps(ack, separators=(",", ":"))] if self.variant == PEERS else [ack]
        expected = {"43": answered} if path != "request" else {}
        if path == "request + ack + emit":
            expected["42"] = emitted
        assert good == expected, (self.variant, path, payload, good)
        self.sent.clear()
        if path != "request":
            threading.excepthook = lambda _: None  # nobody handles the peer's errors
            try:
                self.action(path, payload, WRONG[payload])()
            except Exception as error:  # noqa: BLE001  # whatever they raise, handlers in line
                self.sent.append(f"raised {type(error).__name__}")
            threading.excepthook = threading.__excepthook__
            rejected = not any(text.startswith("43") and "error" not in text for text in self.sent)
            assert rejected == (self.variant != FLASK), (self.variant, path, payload, self.sent)
        self.sent.clear()
        self.keep = False


def agent_schema(variant: str) -> Callable[[], Any]:
    """A function that makes the agent schema of a server with many events."""
    application = _application(variant)
    for number in range(AGENT_EVENTS):
        fields: dict[str, Any] = {"id": (int, ...), "piece": (Piece, ...), "note": (str, "")}
        model = pydantic.create_model(f"Request{number}", **fields)
        answer = pydantic.create_model(f"Answer{number}", ok=(bool, ...), piece=(Piece, ...))

        def handler(item: model) -> answer:
            """Does nothing."""

        handler.__name__ = handler.__qualname__ = f"handler_{number}"
        application.on(f"event_{number}", get_from_typehint=True)(handler)
    return application.get_agent_schema


# -- a worker --------------------------------------------------------------------------------------


def serve(variant: str) -> None:
    """Measure one variant for the parent."""
    takes = {}
    for kind in KINDS:
        subject = Subject(variant, kind)
        for payload in PAYLOADS:
            for path in PATHS:
                subject.check(path, payload)
                takes[f"{kind}, {path}, {payload}"] = slices(subject.action(path, payload))

    def agent(times: int) -> list[float]:
        make = agent_schema(variant)
        taken = [slices(make)(1) for _ in range(times)]
        assert len(make()["events"]) == AGENT_EVENTS
        return taken

    work(installed(SHARED), takes, {"agent": agent})


def peer_interpreter() -> tuple[str | None, str]:
    """The interpreter of the peer's environment, made if need be; or nothing, and why."""
    if sys.version_info >= (3, 13):
        return None, "SIO-AsyncAPI 1.0 rejects Python 3.13 and later: it is left out."
    return interpreter_of(PEER, "peers", SHARED)


# -- measuring -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        kind, path, payload: what was measured.
        times: µs of CPU per event by variant, medians over the rounds.
        ratios: ours ÷ theirs by variant, medians of the rounds' ratios.
        errors: how far these may be off: half of their 95 % intervals, by order statistics.
    """

    kind: str
    path: str
    payload: str
    times: dict[str, float]
    ratios: dict[str, float]
    errors: dict[str, float]

    def goal(self, variant: str) -> bool | None:
        """Whether a goal is met; `None` where there is none."""
        limit = {PEERS: PEER_GOAL, STOCK: STOCK_GOAL}.get(variant)
        return None if limit is None or variant not in self.ratios else self.met(variant, limit)

    def met(self, variant: str, limit: float) -> bool:
        return self.ratios[variant] <= limit

    def cells(self, variants: list[str]) -> list[str]:
        marks = {None: "", True: " ✓", False: " ✗"}
        return [
            f"{self.kind}, {self.path}",
            self.payload,
            *(f"{self.times[variant]:,.1f}" for variant in variants),
            *(
                f"{self.ratios[v]:.3f} ± {self.errors[v]:.3f}{marks[self.goal(v)]}"
                for v in variants
                if v != OURS
            ),
        ]


def _figures(rounds: list[dict[str, float]]) -> tuple[dict[str, float], ...]:
    times, ratios, errors = {}, {}, {}
    for variant in rounds[0]:
        times[variant] = statistics.median(one[variant] for one in rounds) * 1e6
        if variant != OURS:
            ratios[variant], errors[variant] = middle([one[OURS] / one[variant] for one in rounds])
    return times, ratios, errors


def measure(
    interpreters: dict[str, str], rounds: int, generations: int
) -> tuple[list[Row], dict[str, list[float]]]:
    """All rows, and the seconds that the agent schema takes, once after another."""
    found: dict[tuple[str, str, str], list[dict[str, float]]] = {}
    agent: dict[str, list[float]] = {}
    for generation in range(generations):
        progress(f"starting processes {generation + 1}/{generations} ...")
        workers = [Worker(__file__, variant, python) for variant, python in interpreters.items()]
        check_versions(workers)
        for place in ((k, path, size) for size in PAYLOADS for k in KINDS for path in PATHS):
            key = ", ".join(place)
            progress(f"{generation + 1}/{generations}: {key} ...")
            taken = take_turns(workers, key, rounds // generations)
            found.setdefault(place, []).extend(taken)
        if generation == generations - 1:
            progress("agent schema ...")
            for worker in workers:
                if worker.variant in (PEERS, OURS):
                    agent[worker.variant] = worker.ask("agent", 1 if worker.variant == PEERS else 5)
        for worker in workers:
            worker.close()
    progress("")
    places = ((kind, path, size) for kind in KINDS for size in PAYLOADS for path in PATHS)
    return [Row(*place, *_figures(found[place])) for place in places], agent


# -- the command -----------------------------------------------------------------------------------


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=60, help="slices of each server per figure")
    parser.add_argument("--quick", action="store_true", help="15 rounds: a look, not a figure")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        serve(options.worker)
        return 0
    rounds, generations = (15, 1) if options.quick else (max(15, options.rounds), 3)
    cpu = pin()
    peer, missing = peer_interpreter()
    interpreters = {FLASK: sys.executable, STOCK: sys.executable, OURS: sys.executable}
    if peer is not None:
        interpreters |= {PEERS: peer, OBJECTS: peer}
    rows, agent = measure(interpreters, rounds, generations)
    about = {
        **environment(),
        **{name: importlib.metadata.version(name) for name in SHARED},
        "sio-asyncapi": PEER.partition("==")[2] if peer is not None else missing,
        "cpu": str(cpu),
        "rounds": str(rounds),
    }
    faster = agent[PEERS][0] / agent[OURS][0] if PEERS in agent else None
    goals = [row.goal(variant) for row in rows for variant in (PEERS, STOCK)]
    goals.append(None if faster is None else faster >= AGENT_GOAL)
    missed = goals.count(False)
    if options.json:
        data = {"environment": about, "rows": [asdict(row) for row in rows], "agent": agent}
        json.dump({**data, "missed": missed}, sys.stdout, indent=2)
        print()
        return missed > 0
    print(", ".join(f"{name} {value}" for name, value in about.items()), end="\n\n")
    variants = [v for v in (FLASK, STOCK, PEERS, OBJECTS, OURS) if v in interpreters]
    limits = {PEERS: f" ≤ {PEER_GOAL:.2f}", STOCK: f" ≤ {STOCK_GOAL:.2f}"}
    head = ["server, path", "payload", *(f"{variant} µs" for variant in variants)]
    head += [
        f"ours ÷ {variant}{limits.get(variant, '')}" for variant in variants if variant != OURS
    ]
    print(table(head, [row.cells(variants) for row in rows]), end="\n\n")
    if faster is not None:
        mark = "✓" if faster >= AGENT_GOAL else "✗"
        first, *later = (seconds * 1e3 for seconds in agent[OURS])
        times = f"peer {agent[PEERS][0] * 1e3:,.0f} ms, ours {first:,.0f} ms"
        again = f"asked again {statistics.median(later):,.0f} ms"
        print(f"Agent schema of {AGENT_EVENTS} events: {times} ({again});", end=" ")
        print(f"{faster:,.0f} times as fast (goal ≥ {AGENT_GOAL} {mark})")
    print(f"{missed} of {sum(goal is not None for goal in goals)} goals are missed.")
    return missed > 0


if __name__ == "__main__":
    sys.exit(main())
