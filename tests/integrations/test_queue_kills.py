"""Redis and workers are killed in mid-traffic: the service comes back, and nothing adds up."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from conftest import PATIENCE, RawClient
from levels import LEVEL
from queue_traffic import MARK, another_bad, emit, written
from redis_server import RedisServer

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("threads", "asyncio")
#: How often Redis is killed, and after each time a worker.
TIMES = 20 if LEVEL.fuzzing >= 60 else 2


class Held(NamedTuple):
    """What a process holds.

    Attributes:
        memory: in kB.
        files: how many are open, connections among them.
        threads: how many run.
    """

    memory: int
    files: int
    threads: int


class Worker:
    """A process that serves, behind Redis.

    Attributes:
        url: where.
    """

    def __init__(self, url: str, kind: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("serve_worker.py")), url, kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.url = self._read()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def held(self) -> Held:
        """What it holds, as the kernel says; without garbage, such as redis-py's old clients."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._read()
        process = Path(f"/proc/{self._process.pid}")
        status = (process / "status").read_text()
        memory, threads = (
            int(re.findall(rf"^{name}:\s+(\d+)", status, re.MULTILINE)[0])
            for name in ("VmRSS", "Threads")
        )
        return Held(memory, len(list((process / "fd").iterdir())), threads)

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.communicate()


class Listener:
    """A client that keeps what was said, and reads in a thread of its own.

    Attributes:
        bad: frames that none may get.
    """

    def __init__(self, url: str) -> None:
        self.bad: list[str] = []
        self._said: set[str] = set()
        self._came = threading.Condition()
        self._client = RawClient(url)
        self._client.enter()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(Exception):  # its worker was killed
            while True:
                self._keep(self._client.receive())

    def _keep(self, frame: str) -> None:
        if frame.startswith('2["plain",') and MARK not in frame:
            frame = json.loads(frame[1:])[1]
        elif not frame.startswith("37["):
            self.bad.append(frame)
        with self._came:
            self._said.add(frame)
            self._came.notify_all()

    def say(self, word: str) -> None:
        """Tell everybody, and ask for an ack."""
        self._client.send(f"27{json.dumps(['word', word])}")

    def heard(self, word: str, seconds: float) -> bool:
        """Whether a word has come, or an ack, or comes within some seconds."""
        with self._came:
            return self._came.wait_for(lambda: word in self._said, seconds)

    def close(self) -> None:
        self._client.close()


def talk(one: Listener, other: Listener, word: str) -> None:
    """Have a client tell another one something; what was lost meanwhile is said again."""
    deadline = time.monotonic() + PATIENCE
    while not other.heard(word, 0.1):
        assert time.monotonic() < deadline, "the service did not come back"
        one.say(word)
    assert one.heard(f'37[1,"{word}"]', PATIENCE)


@contextlib.contextmanager
def publishing(redis: RedisServer) -> Iterator[None]:
    """Publish good and bad messages, as fast as Redis takes them."""
    ends, draw = threading.Event(), random.Random(1)

    def run() -> None:
        connection = redis.connection()
        while not ends.wait(0.0005):
            try:
                connection.publish("socketio", written(another_bad(draw)))
                connection.publish("socketio", written(emit("plain", "good")))
            except Exception:
                ends.wait(0.05)  # it is down
        connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join(PATIENCE)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_killed_in_mid_traffic(
    kind: str, tmp_path: Path, skip_or_fail: Any, record_property: Any
) -> None:
    """Nobody gets what is wrong, clients of two workers talk again, and the one that stays holds
    no more than before."""
    if not Path("/proc/self/status").exists():
        skip_or_fail("there is no /proc, which says what a process holds")
    redis = RedisServer(tmp_path, skip_or_fail)
    workers = [Worker(redis.url, kind) for _ in range(2)]
    clients = [Listener(worker.url) for worker in workers]
    everybody = list(clients)
    held: list[Held] = []
    with publishing(redis):
        for turn in range(TIMES):
            talk(*clients, f"before {turn}")
            redis.kill()
            redis.start()
            talk(*clients, f"with Redis {turn}")
            workers[1].kill()
            clients[0].say("nobody else hears this")
            workers[1] = Worker(redis.url, kind)
            clients[1] = Listener(workers[1].url)
            everybody.append(clients[1])
            talk(*clients, f"with a worker {turn}")
            talk(*reversed(clients), f"back {turn}")
            held.append(workers[0].held())
    for client in everybody:
        client.close()
    for worker in workers:
        worker.kill()
    redis.close()
    assert [client.bad for client in everybody] == [[] for _ in everybody]
    first, last = held[0], held[-1]
    record_property("figures", f"{kind}, {TIMES} times: {first} to {last}")
    assert last.memory < first.memory * 1.3
    assert last.files <= first.files + 2
    assert last.threads <= first.threads + 2
