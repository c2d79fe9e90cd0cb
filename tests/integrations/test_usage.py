"""What clients of several versions use, counted at real sockets by each way to guard a server."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from conftest import PATIENCE, document
from socketio.pubsub_manager import PubSubManager
from traffic_asyncio import Uvicorn

from asyncapi_guard import (
    AsyncAPIAsyncServer,
    AsyncAPIClient,
    AsyncAPIGuard,
    AsyncAPIServer,
    InstallationError,
    Policy,
)
from asyncapi_guard.integrations.traffic import observe_traffic
from asyncapi_guard.usage.reading import Usage, UsageReader
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

USAGE: dict[str, Any] = {"usage": "usage-{pid}.ndjson", "usage_version": "auth:/version"}
FILE = Path(f"usage-{os.getpid()}.ndjson")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def used() -> Usage:
    """What all files here add up to."""
    found, reader = Usage(), UsageReader()
    for path in Path().glob("*.ndjson"):
        with path.open("rb") as stream:
            found.add(reader.read(stream))
    assert reader.unreadable == 0
    return found


def counts(sender: Any, what: Any = "event", namespace: str = "/") -> Mapping[str, dict[str, int]]:
    """How often each event was used, by the versions of clients."""
    usage = used()
    return {
        label.text or label.kind: {
            event: count
            for at, event, by in sorted(usage.events)
            if at == namespace
            and by == sender
            and (count := usage.use(label, at, event, by, what).count)
        }
        for label in usage.labels
    }


def test_each_way_to_guard_a_server_counts(entrance: Callable[..., Any], net: Any) -> None:
    """Events and acks in both directions, by the versions of clients, and no values."""
    made = entrance(**USAGE)

    @made.on("word")
    def word(*_: Any) -> Any:
        made.emit("plain", "secret value")
        return 1, "secret value"

    made.on("move")(lambda *_: {"ok": True})
    url = net.serve(made.wsgi)
    one, two = (net.client(url, auth={"version": each}) for each in ("1.4", "1.5"))
    for _ in range(3):
        one.ask("word", "secret value")
    two.ask("move", {"x": 1, "note": "secret value"})
    two.ask("move", {"x": "refused"})
    for _ in range(3):
        two.receive()
    made.guard.uninstall()
    assert counts("client") == {
        "1.4": {"connect": 1, "word": 3},
        "1.5": {"connect": 1, "move": 1},
    }
    assert counts("client", "ack") == {"1.4": {"word": 3}, "1.5": {"move": 1}}
    assert counts("server") == {"1.4": {"plain": 3}, "1.5": {"plain": 3}}
    usage = used()
    use = usage.use(usage.labels[1], "/", "move", "client", "event")
    assert (use.asked, use.types("/x"), use.types("/note")) == (1, {"integer": 1}, {"string": 1})
    assert b"secret" not in FILE.read_bytes()


@pytest.mark.parametrize("drop_in", [False, True])
def test_servers_on_asyncio_count(drop_in: bool, net: Any) -> None:
    """As those on threads do; the answer of a client to a call, too."""
    if drop_in:
        io: Any = AsyncAPIAsyncServer(spec=document(), async_mode="asgi", **USAGE)
        guard = io.guard
    else:
        io = socketio.AsyncServer(async_mode="asgi")
        guard = AsyncAPIGuard(document(), **USAGE)
        guard.protect(io)

    @io.on("move")
    async def move(sid: str, data: Any) -> Any:
        await io.call("question", "how?", to=sid)
        return {"ok": True}

    served = net.also_serve(Uvicorn(socketio.ASGIApp(io)))
    client = net.client(served.url, auth={"version": "2"})
    client.answers["question"] = {"answer": "so"}
    client.ask("move", {"x": 1})
    guard.uninstall()
    assert counts("client") == {"2": {"connect": 1, "move": 1}}
    assert counts("server") == counts("server", "ack") == {"2": {"question": 1}}


def _by_the_agent(handshake: Any) -> Any:
    return handshake.headers["user-agent"].partition("/")[2]


@pytest.mark.parametrize(
    ("source", "options", "expected"),
    [
        ("header:X-Client-Version", {"headers": {"x-client-version": "7"}}, "7"),
        ("query:v", {"query": "?v=8"}, "8"),
        ("auth:/app/version", {"auth": {"app": {"version": 9}}}, "9"),
        (_by_the_agent, {"headers": {"User-Agent": "shop/10.2"}}, "10.2"),
        ("auth:/version", {}, "unknown"),
        ("auth:/version", {"auth": {"version": "\n<b>1\0"}}, "b1"),
        ("auth:/version", {"auth": {"version": {"a": 1}}}, "unknown"),
    ],
)
def test_where_a_version_is(source: Any, options: Any, expected: str, net: Any) -> None:
    """In the auth value, a header, the query, or where a function finds it; cleaned."""
    io = AsyncAPIServer(
        spec=document(), async_mode="threading", usage="u.ndjson", usage_version=source
    )
    io.on("begin", lambda _sid: None)
    url = net.serve(socketio.WSGIApp(io)) + options.pop("query", "")
    net.client(url, **options).ask("begin")
    io.guard.uninstall()
    assert counts("client") == {expected: {"begin": 1, "connect": 1}}


def test_a_function_that_fails_is_told_once(net: Any, caplog: Any, entrances: Any) -> None:
    """Its clients are answered, and counted without a version."""

    def fails(_handshake: Any) -> Any:
        raise ValueError("secret value")

    made = entrances("protect", usage="u.ndjson", usage_version=fails)
    made.on("begin")(lambda: None)
    url = net.serve(made.wsgi)
    for _ in range(2):
        net.client(url).ask("begin")
    made.guard.uninstall()
    assert counts("client") == {"unknown": {"begin": 2, "connect": 2}}
    (line,) = [each for each in caplog.messages if "usage=" in each]
    assert "ValueError" in line
    assert "secret" not in line


def test_a_room_is_counted_by_who_is_in_it(net: Any, entrances: Any) -> None:
    """But for those that are skipped; a template is one address."""
    made = entrances("protect", **USAGE)

    @made.server.on("say", namespace="/rooms/red")
    def say(sid: str, _data: Any) -> None:
        made.server.emit("said", "x", namespace="/rooms/red", skip_sid=sid)

    url = net.serve(made.wsgi)
    options = {"namespaces": ["/rooms/red"]}
    clients = [net.client(url, auth={"version": v}, **options) for v in ("1", "2", "2")]
    clients[0].ask("say", "x", namespace="/rooms/red")
    made.guard.uninstall()
    assert counts("server", namespace="/rooms/{id}") == {"1": {}, "2": {"said": 2}}


def test_several_can_look_at_traffic(net: Any, entrances: Any) -> None:
    """What is told to one of them is told to the others, too."""
    made = entrances("protect", **USAGE)
    seen: list[Any] = []

    class Looks:
        def seen(self, traffic: Any) -> None:
            seen.append((traffic.checkpoint, traffic.event))
            raise RuntimeError

    for _ in range(2):
        made.guard.observe_adapters(lambda adapter: observe_traffic(adapter, lambda _: Looks()))
    made.on("begin")(lambda: made.emit("plain", "x"))
    client = net.client(net.serve(made.wsgi), auth={"version": "1"})
    client.ask("begin")
    made.guard.uninstall()
    assert counts("server") == {"1": {"plain": 1}}
    assert seen.count((Checkpoint.SEND_EVENT, "plain")) == 2
    assert seen.count((Checkpoint.RECEIVE_EVENT, "begin")) == 2
    assert seen.count((Checkpoint.CONNECT, "connect")) == 2


def test_what_is_reported_is_counted_and_not_looked_into(net: Any, entrances: Any) -> None:
    """It passes, so clients use it; it is of no message. What nobody declared has no name."""
    made = entrances("protect", policy=Policy(mode="report"), **USAGE)
    made.on("move")(lambda _data: {"ok": True})
    client = net.client(net.serve(made.wsgi), auth={"version": "1"})
    client.ask("move", {"x": "no integer"})
    client.io.emit("made_up", "x")
    client.ask("move", {"x": 1})
    made.guard.uninstall()
    assert counts("client") == {"1": {"connect": 1, "move": 2}}
    usage = used()
    use = usage.use(usage.labels[0], "/", "move", "client", "event")
    assert (use.looked, use.types("/x")) == (1, {"integer": 1})
    assert b"made_up" not in FILE.read_bytes()


def test_a_guarded_client_is_told_that_nothing_is_counted(caplog: Any) -> None:
    """And the drop-in for clients does not have the option."""
    guard = AsyncAPIGuard(document(), **USAGE)
    guard.protect(socketio.Client())
    assert "usage=: only what a server does" in caplog.text
    guard.uninstall()
    with pytest.raises(TypeError, match="has no option 'usage"):
        AsyncAPIClient(spec=document(), **USAGE)


async def _later(_handshake: Any) -> str:
    return "1"


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"usage": "u.ndjson"}, InstallationError, "usage_version="),
        ({"usage_version": "query:v"}, InstallationError, "usage='usage-{pid}.ndjson'"),
        ({"usage_size": 200_000}, InstallationError, "usage='usage-{pid}.ndjson'"),
        ({**USAGE, "usage_version": "auth:/token"}, ValueError, "credential"),
        ({**USAGE, "usage_version": "header:Authorization"}, ValueError, "credential"),
        ({**USAGE, "usage_version": "version"}, ValueError, "auth:/version"),
        ({**USAGE, "usage_version": 5}, TypeError, "not a int"),
        ({**USAGE, "usage_version": _later}, TypeError, "coroutine function"),
        ({**USAGE, "usage": 5}, TypeError, "name of a file"),
        ({**USAGE, "usage": "u-{x}.ndjson"}, ValueError, "{pid} and {host}"),
        ({**USAGE, "usage_size": 5}, ValueError, "100,000"),
        ({**USAGE, "usage_size": True}, TypeError, "number of bytes"),
    ],
)
def test_options_without_effect_are_errors(options: Any, error: Any, said: str) -> None:
    """So is a place where a credential is."""
    with pytest.raises(error, match=said.replace("{", "\\{")):
        AsyncAPIGuard(document(), **options)


def test_counts_without_a_guard_are_an_error() -> None:
    """Nothing would be counted."""
    with pytest.raises(InstallationError, match="validate is False"):
        AsyncAPIServer(validate=False, **USAGE)


def test_a_disk_that_hangs_holds_up_nobody(net: Any, entrances: Any) -> None:
    """Clients are answered while not a line can be written, and nothing is lost."""
    made = entrances("protect", **USAGE)
    made.on("begin")(lambda: None)
    client = net.client(net.serve(made.wsgi), auth={"version": "1"})
    with made.guard._logs[0]._writing:
        for _ in range(20):
            client.ask("begin")
    made.guard.uninstall()
    assert counts("client") == {"1": {"connect": 1, "begin": 20}}


_PROCESS = """
import sys, os, json, threading, socketio
from asyncapi_guard import AsyncAPIServer
usage = {"usage": "usage-{pid}.ndjson", "usage_version": "auth:/version"}
io = AsyncAPIServer(spec=json.loads(sys.argv[1]), async_mode="threading", **usage)
io.on("begin", lambda sid: None)
from werkzeug.serving import make_server
server = make_server("127.0.0.1", 0, socketio.WSGIApp(io), threaded=True)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
"""


@pytest.mark.slow
def test_processes_add_up(net: Any) -> None:
    """Each writes what it knows when it ends."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _PROCESS, json.dumps(document())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        net.client(url, auth={"version": "1"}).ask("begin")
    for process in processes:
        process.communicate(timeout=PATIENCE)
    assert len([*Path().glob("usage-*.ndjson")]) == 2
    assert counts("client") == {"1": {"begin": 2, "connect": 2}}


class _Shared(PubSubManager):  # type: ignore[misc]  # python-socketio carries no types
    """A queue for the servers of one process."""

    def __init__(self, lines: list[queue.Queue[Any]]) -> None:
        super().__init__()
        self._lines, self._line = lines, queue.Queue[Any]()
        lines.append(self._line)

    def _publish(self, data: Any) -> None:
        for line in self._lines:
            line.put(data)

    def _listen(self) -> Iterator[Any]:
        yield from iter(self._line.get, None)


def test_a_message_queue_counts_for_the_clients_of_each_host(net: Any) -> None:
    """What one server sends to a room is counted where the clients are, once each."""
    lines: list[queue.Queue[Any]] = []
    guards, urls, servers = [], [], []
    for _ in range(2):
        io = socketio.Server(async_mode="threading", client_manager=_Shared(lines))
        io.on("begin", lambda _sid: None)
        guard = AsyncAPIGuard(document(), usage="usage.ndjson", usage_version="auth:/version")
        guard.protect(io)
        guards.append(guard)
        servers.append(io)
        urls.append(net.serve(socketio.WSGIApp(io)))
    clients = [net.client(url, auth={"version": str(i)}) for i, url in enumerate(urls)]
    servers[0].emit("moved", {"x": 1})
    for client in clients:
        assert client.receive()[1] == "moved"
    for guard, line in zip(guards, lines, strict=True):
        guard.uninstall()
        line.put(None)
    assert counts("server") == {"0": {"moved": 1}, "1": {"moved": 1}}
    use = used().use(used().labels[1], "/", "moved", "server", "event")
    assert use.types("/x") == {"integer": 1}
