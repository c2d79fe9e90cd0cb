"""ZeroMQ, with python-socketio's own manager on eventlet: it works on nothing else."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PATIENCE, document
from levels import LEVEL
from ports import free_ports
from queue_floods import flood
from queue_managers import Place
from queue_traffic import HOST, MARK, emit
from traffic_processes import PROGRAM, serving

from asyncapi_guard import AsyncAPIGuard

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.greenlets]
HERE = Path(__file__).parent


class ZmqBroker:
    """It runs from the beginning, in a process of its own.

    Attributes:
        url: for managers.
    """

    def __init__(self) -> None:
        self.ports = free_ports(2)
        self.url = f"zmq+tcp://127.0.0.1:{self.ports[0]}+{self.ports[1]}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(HERE / "zmq_broker.py"), *map(str, self.ports)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


class ZmqPlace(Place):
    """A guarded server in a process of its own, and its client."""

    def __init__(self, net: Any, url: str, broker: ZmqBroker, file: Path) -> None:
        import zmq

        self.guard = AsyncAPIGuard(document())  # it has the policy of the one in the process
        self.file = file
        context = zmq.Context()
        net.also_close(SimpleNamespace(close=lambda: context.destroy(linger=0)))
        self.sink, self.source = context.socket(zmq.PUSH), context.socket(zmq.SUB)
        self.sink.setsockopt(zmq.SNDHWM, 0)
        self.source.setsockopt(zmq.RCVTIMEO, PATIENCE * 1_000)
        self.source.setsockopt_string(zmq.SUBSCRIBE, "")
        self.sink.connect(f"tcp://127.0.0.1:{broker.ports[0]}")
        self.source.connect(f"tcp://127.0.0.1:{broker.ports[1]}")
        self.client = net.raw(url)
        self.sid = json.loads(self.client.enter()[1:])["sid"]
        self.hear()
        self.before = len(self.lines())

    def put(self, raw: Any) -> None:
        """Publish something in an envelope."""
        text = json.dumps(raw) if isinstance(raw, dict) else raw
        self.sink.send(f'{{"type": "message", "channel": "socketio", "data": {text}}}'.encode())

    def lines(self) -> list[str]:
        return self.file.read_text("utf-8").splitlines()

    @property
    def violations(self) -> list[Any]:  # type: ignore[override]  # of another process
        """Those that the process has written down."""
        rows = [line.split() for line in self.lines()[self.before :]]
        return [SimpleNamespace(channel=row[1], rejected=row[2] == "True") for row in rows]


@pytest.fixture
def broker(skip_or_fail: Any) -> Iterator[ZmqBroker]:
    for name in ("zmq", "eventlet"):
        if importlib.util.find_spec(name) is None:
            skip_or_fail(f"{name} is not installed: `nox -s greenlets` has it")
    made = ZmqBroker()
    yield made
    made.kill()


@pytest.fixture
def place(broker: ZmqBroker, net: Any, tmp_path: Path) -> Iterator[ZmqPlace]:
    """A guarded server that listens to the broker."""
    file, program = tmp_path / "violations.txt", PROGRAM.with_name("serve_zmq.py")
    with serving(tmp_path / "log.txt", broker.url, str(file), program=program) as url:
        yield ZmqPlace(net, url, broker, file)


@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow, id="all")])
def test_a_flood_of_bad_messages_reaches_nobody(
    count: int, place: ZmqPlace, broker: ZmqBroker
) -> None:
    """By raw envelopes and from a process without a guard; all good ones arrive, in their order."""
    flood(place, broker.url, count if LEVEL.fuzzing >= 60 else min(count, 1_000), kind="zmq")


def test_what_is_no_envelope_is_ignored(place: ZmqPlace) -> None:
    """The listener goes on: of events between, all arrive."""
    raws = [b"", b"5", b"{", b"[]", b"null", b"\xff", b'"a"', b"{}", b'{"type": "message"}']
    raws += [b'{"type": "message", "channel": "socketio"}', b'{"type": ["message"]}', b"[" * 10_000]
    for number, raw in enumerate(raws):
        place.sink.send(raw)
        place.put(emit("plain", str(number)))
    assert place.settle() == [f'2["plain","{n}"]' for n in range(len(raws))]


def test_a_host_without_a_guard_gets_no_ack_that_breaks_the_contract(place: ZmqPlace) -> None:
    """And the one that is right."""
    for ack, answer in enumerate(({"answer": MARK, "more": 1}, {"answer": "a"}), start=1):
        place.put(emit("question", "q", callback=["a room", "/", ack]))
        while not (frame := place.receive()).endswith('["question","q"]'):
            pass
        place.client.send(f"3{frame[1:].partition('[')[0]}{json.dumps([answer])}")
    while (message := json.loads(place.source.recv())["data"])["method"] != "callback":
        pass
    assert (message["host_id"], message["id"], message["args"]) == (HOST, 2, [{"answer": "a"}])


def test_a_broker_that_is_killed(place: ZmqPlace, broker: ZmqBroker) -> None:
    """The service comes back by itself."""
    broker.kill()
    broker.start()
    place.hear()
    place.put(emit("moved", {"x": MARK}))
    deadline = time.monotonic() + PATIENCE
    while not place.violations:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert place.settle() == []
