"""Several processes and a message queue: what another process published is judged too.

With a real Redis. Two guarded servers in this process stand for two hosts: each has its own manager
and its own clients, and they know each other only through the queue.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import socketio
import websocket
from redis_server import RedisServer
from traffic_conversations import with_id

from asyncapi_guard import AckValidationError, AsyncAPIGuard, EmitValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

BAD, GOOD = {"x": "1"}, {"x": 1}


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory, skip_or_fail: Any) -> Iterator[str]:
    """A Redis of our own."""
    server = RedisServer(tmp_path_factory.mktemp("redis"), skip_or_fail)
    yield server.url
    server.close()


class Manager(socketio.RedisManager):
    """One whose listening thread ends, instead of connecting again for ever."""

    def _thread(self) -> None:
        with contextlib.suppress(SystemExit):
            super()._thread()

    def end(self) -> None:
        self._redis_connect = sys.exit


class Host:
    """One guarded server on the queue, with one real client."""

    def __init__(self, url: str, contract: Any, net: Any, serializer: str) -> None:
        self.violations: queue.Queue[Any] = queue.Queue()
        self.manager = Manager(url)
        self.server = socketio.Server(
            async_mode="threading", client_manager=self.manager, serializer=serializer
        )
        self.server.on("begin", lambda sid: None)
        self.guard = AsyncAPIGuard(contract, on_violation=self.violations.put)
        self.guard.protect(self.server)
        url = net.serve(socketio.WSGIApp(self.server))
        self.client = net.client(url, serializer=serializer)
        self.sid = self.client.io.get_sid("/")


@pytest.fixture(scope="module")
def cluster(redis_url: str, contract: Any, module_net: Any) -> Iterator[Any]:
    """Two hosts and an outside publisher, all of which hear one another."""
    yield from clustered(redis_url, contract, module_net)


def clustered(
    redis_url: str, contract: Any, net: Any, serializer: str = "default"
) -> Iterator[Any]:
    """Let two hosts and an outside publisher hear one another."""
    hosts = [Host(redis_url, contract(), net, serializer) for _ in range(2)]
    outside = socketio.RedisManager(redis_url, write_only=True)
    heard = threading.Event()
    threading.Thread(target=lambda: (_until_heard(hosts), heard.set()), daemon=True).start()
    deadline = time.monotonic() + 120
    while not heard.wait(0.05):  # Redis forgets what was published before it was listened to
        assert time.monotonic() < deadline, "the hosts do not hear what is published"
        outside.emit("ended", None)
    for host in hosts:
        host.client.received()
    yield hosts, outside
    for host in hosts:
        host.manager.end()


def _until_heard(hosts: list[Host]) -> None:
    for host in hosts:
        host.client.receive()


@pytest.fixture
def hosts(cluster: Any) -> Any:
    settle(cluster)
    for host in cluster[0]:
        while not host.violations.empty():
            host.violations.get()
    return cluster[0]


@pytest.fixture
def outside(cluster: Any) -> Any:
    return cluster[1]


def settle(cluster: Any) -> list[list[Any]]:
    """What the clients received before an event that comes last."""
    cluster[1].emit("plain", "last")
    got: list[list[Any]] = []
    for host in cluster[0]:
        got.append([])
        while (event := host.client.receive())[1:] != ("plain", ["last"]):
            if event[1] != "ended":
                got[-1].append(event[1:])
    return got


def test_good_events_of_another_process_reach_every_client(
    cluster: Any, hosts: Any, outside: Any
) -> None:
    """One argument, several, bytes, and none."""
    outside.emit("moved", GOOD)
    outside.emit("spread", (1, "a"))
    outside.emit("file", {"data": b"\x00\xff"})
    expected = [("moved", [GOOD]), ("spread", [1, "a"]), ("file", [{"data": b"\x00\xff"}])]
    assert settle(cluster) == [expected, expected]
    outside.emit("ended", None)
    assert [host.client.receive()[1] for host in hosts] == ["ended", "ended"]
    assert [host.violations.qsize() for host in hosts] == [0, 0]


BAD_EVENTS = {
    "wrong type": ("moved", BAD, "/"),
    "missing property": ("moved", {}, "/"),
    "one argument for two": ("spread", 1, "/"),
    "one argument for none": ("ended", 1, "/"),
    "none for one": ("moved", None, "/"),
    "bytes for a text": ("plain", b"x", "/"),
    "bytes in an open object": ("bag_sent", {"k": b"x"}, "/"),
    "undeclared event": ("nope", 1, "/"),
    "undeclared namespace": ("moved", GOOD, "/nope"),
    "a client's event": ("move", GOOD, "/"),
    "NaN": ("moved", {"x": float("nan")}, "/"),
}


@pytest.mark.parametrize("row", BAD_EVENTS)
def test_bad_events_of_another_process_reach_nobody(
    row: str, cluster: Any, hosts: Any, outside: Any
) -> None:
    """Each host rejects for its own clients, and has it on record."""
    event, data, namespace = BAD_EVENTS[row]
    outside.emit(event, data, namespace=namespace)
    assert settle(cluster) == [[], []]
    for host in hosts:
        violation = host.violations.get(timeout=120)
        assert (violation.checkpoint, violation.event) == ("queue_event", event)
        assert (violation.channel, violation.method) == ("socketio", "emit")


RAW = {
    "no data": {"method": "emit", "event": "moved"},
    "data that is no list": {"method": "emit", "event": "moved", "data": GOOD},
    "an event that is no text": {"method": "emit", "event": ["moved"], "data": [GOOD]},
    "no event": {"method": "emit", "data": [GOOD]},
    "attachments that are no texts": {
        "method": "emit",
        "event": "file",
        "data": [[1], 2],
        "binary": True,
    },
    "an attachment that is not there": {
        "method": "emit",
        "event": "file",
        "data": [[{"data": {"_placeholder": True, "num": 3}}]],
        "binary": True,
    },
    "bytes without the mark": {
        "method": "emit",
        "event": "file",
        "data": [{"data": {"_placeholder": True, "num": 0}}],
    },
    "no binary data at all": {"method": "emit", "event": "file", "data": [], "binary": True},
}


@pytest.mark.parametrize("row", RAW)
def test_a_malformed_message_of_the_queue_reaches_nobody(
    row: str, cluster: Any, hosts: Any, outside: Any
) -> None:
    """Whoever can write to the queue cannot get past the guard, or end the listening thread."""
    outside._publish({"namespace": "/", "room": None, "host_id": "elsewhere", **RAW[row]})
    assert settle(cluster) == [[], []]


def test_own_emits_reach_all_hosts_and_are_judged_once_here(cluster: Any, hosts: Any) -> None:
    """The emitter counts one, the other host counts one."""
    before = [counted(host) for host in hosts]
    hosts[0].server.emit("moved", GOOD)
    assert settle(cluster) == [[("moved", [GOOD])], [("moved", [GOOD])]]
    assert [counted(host) - was for host, was in zip(hosts, before, strict=True)] == [1, 1]


def counted(host: Host) -> int:
    return sum(s.seen for s in host.guard.statistics() if s.event == "moved")


@pytest.mark.parametrize("row", [row for row in BAD_EVENTS if row != "NaN"])
def test_own_bad_emits_raise_and_are_not_published(row: str, cluster: Any, hosts: Any) -> None:
    """The emitter gets the error; no host hears of it."""
    event, data, namespace = BAD_EVENTS[row]
    with pytest.raises(EmitValidationError):
        hosts[0].server.emit(event, data, namespace=namespace)
    assert settle(cluster) == [[], []]
    assert (hosts[0].violations.qsize(), hosts[1].violations.qsize()) == (1, 0)


@pytest.mark.parametrize("of", [0, 1], ids=["own client", "another host's client"])
def test_the_ack_of_a_client_is_judged_wherever_the_client_is(of: int, hosts: Any) -> None:
    """The callback runs for a good ack only; the emitter's host has the rejection on record."""
    client, got = hosts[of].client, queue.Queue()  # type: ignore[var-annotated]
    for answer in ({"answer": 1}, {"answer": "a"}):
        client.answers["question"] = answer
        hosts[0].server.emit("question", "q", to=hosts[of].sid, callback=got.put)
        client.receive()
    assert got.get(timeout=120) == {"answer": "a"}
    assert got.empty()
    violation = hosts[0].violations.get(timeout=120)
    assert violation.checkpoint == "receive_ack"


@pytest.mark.parametrize("of", [0, 1], ids=["own client", "another host's client"])
def test_call_raises_wherever_the_client_is(of: int, hosts: Any) -> None:
    """At once, not after the timeout."""
    hosts[of].client.answers["question"] = {}
    with pytest.raises(AckValidationError):
        hosts[0].server.call("question", "q", to=hosts[of].sid, timeout=120)
    hosts[of].client.answers["question"] = {"answer": "a"}
    assert hosts[0].server.call("question", "q", to=hosts[of].sid, timeout=120) == {"answer": "a"}


def answer_with(host: Host, frames: list[Any]) -> threading.Event:
    """Let a host's client answer the next event with frames; `%d` stands for the ack id."""
    done = threading.Event()

    def acknowledge(_namespace: str, id: int, _data: Any) -> None:
        del host.client.io._handle_event
        for frame in frames:
            host.client.io.eio.send(with_id(frame, id))
        done.set()

    host.client.io._handle_event = acknowledge
    return done


MALFORMED_ACKS = {
    "an object": ['3%d{"not":"a list"}'],
    "no data": ["3%d"],
    "no JSON": ["3%d[1"],
    "NaN": ['3%d[{"answer":NaN}]'],
    "attachments that it does not name": ['61-%d[{"answer":"a"}]'],
    "bytes": ['61-%d[{"_placeholder":true,"num":0}]', b"x"],
}


@pytest.mark.parametrize("of", [0, 1], ids=["own client", "another host's client"])
@pytest.mark.parametrize("row", MALFORMED_ACKS)
def test_a_malformed_ack_raises_at_once_wherever_the_client_is(
    row: str, of: int, cluster: Any, hosts: Any
) -> None:
    """Nothing that the queue cannot carry is handed to it: the hosts go on hearing each other."""
    answer_with(hosts[of], MALFORMED_ACKS[row])
    with pytest.raises(AckValidationError):
        hosts[0].server.call("question", "q", to=hosts[of].sid, timeout=120)
    for _ in range(3):
        hosts[0].server.emit("moved", GOOD)
    assert settle(cluster) == [[("moved", [GOOD])] * 3] * 2


@pytest.mark.parametrize("row", MALFORMED_ACKS)
def test_a_caller_without_a_guard_gets_no_malformed_ack(
    row: str, redis_url: str, cluster: Any, hosts: Any
) -> None:
    """Its callback never runs, and its queue goes on."""
    manager, got = Manager(redis_url), queue.Queue()  # type: ignore[var-annotated]
    server = socketio.Server(async_mode="threading", client_manager=manager)
    manager.initialize()
    heard = threading.Event()
    manager.callbacks["probe"] = {1: heard.set}
    deadline = time.monotonic() + 120
    while not heard.wait(0.05):
        assert time.monotonic() < deadline, "the caller does not hear what is published"
        probe = {"method": "callback", "host_id": manager.host_id, "sid": "probe", "id": 1}
        manager.callbacks["probe"][1] = heard.set
        cluster[1]._publish({**probe, "args": [], "namespace": "/"})
    done = answer_with(hosts[1], MALFORMED_ACKS[row])
    server.emit("question", "q", to=hosts[1].sid, callback=lambda *values: got.put(values))
    assert done.wait(120)
    hosts[1].client.answers["question"] = {"answer": "a"}
    server.emit("question", "q", to=hosts[1].sid, callback=lambda *values: got.put(values))
    assert got.get(timeout=120) == ({"answer": "a"},)
    assert got.empty()
    manager.end()


class Worker:
    """A guarded server in a process of its own."""

    def __init__(self, redis_url: str) -> None:
        here = Path(__file__).parent
        self.process = subprocess.Popen(
            [sys.executable, str(here / "serve_worker.py"), redis_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(here), *sys.path])},
        )
        self.url = self.read()

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def call(self, sid: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(sid + "\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=120)


@pytest.fixture(scope="module")
def workers(redis_url: str) -> Iterator[list[Worker]]:
    """Two processes on one queue."""
    made = [Worker(redis_url) for _ in range(2)]
    yield made
    for each in made:
        each.end()


@pytest.mark.parametrize("row", MALFORMED_ACKS)
def test_a_malformed_ack_makes_no_worker_deaf(row: str, workers: list[Worker], net: Any) -> None:
    """It raises in the process that called, and every event after it arrives in both."""
    clients = [net.raw(worker.url) for worker in workers]
    sids = [json.loads(client.enter()[1:])["sid"] for client in clients]
    outside = socketio.RedisManager(redis_of(workers), write_only=True)
    for client in clients:
        hears(client, outside)
    workers[0].call(sids[1])
    while not (frame := clients[1].receive()).startswith("21["):
        assert frame == '2["ended"]'
    for part in MALFORMED_ACKS[row]:
        clients[1].send(part.replace("%d", "1") if isinstance(part, str) else part)
    assert workers[0].read() == "AckValidationError"
    for number in range(10):
        outside.emit("plain", str(number))
    for client in clients:
        got: list[str] = []
        while len(got) < 10:
            frame = client.receive()
            got += [frame] if "plain" in frame else []
        assert got == [f'2["plain","{number}"]' for number in range(10)]


def redis_of(workers: list[Worker]) -> str:
    return str(workers[0].process.args[-1])  # type: ignore[index, union-attr]  # a list of texts


def hears(client: Any, outside: Any) -> None:
    """Wait until a client's worker hears the queue: Redis forgets what came before."""
    client.ws.settimeout(0.2)
    deadline = time.monotonic() + 120
    while True:
        outside.emit("ended", None)
        with contextlib.suppress(websocket.WebSocketTimeoutException):
            client.receive()
            break
        assert time.monotonic() < deadline, "the worker does not hear what is published"
    client.ws.settimeout(120)
