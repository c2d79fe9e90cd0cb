"""What several workers cost, with and without the guard: nginx, Redis, gunicorn or uvicorn.

    python benchmarks/scaling.py [--quick] [--rounds N] [--json] [--only threads|asyncio]

The set-up is that of docs/how-to/deployment.md: 1, 2 or 4 workers, each a process with one
upstream in nginx, which sends a client to the same one always, and Redis between them. On
`threads`, a worker is gunicorn with a pool of threads; on `asyncio`, it is uvicorn. Clients are
websockets in two processes of their own. Each sends an event, waits for its ack, and sends the
next. One of ten events makes the server emit to that client, by way of Redis: every worker reads
what any of them publishes.

All set-ups run at the same time, and get their traffic in turns of a second or so.

- *CPU* is that of all workers together, for an event, whatever else runs on the machine. Neither
  that of nginx and Redis nor that of clients counts. *Ratio* is guarded ÷ unguarded.
- *Growth* is the CPU of an event with so many workers ÷ that with one.
- *Events a second* are by the clock: on a machine with fewer processors than processes they say
  what is left beside clients, nginx and Redis, and not what a worker can do.

Ratios are medians of the rounds' ratios. It needs Linux, nginx, redis-server, redis and aiohttp.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring import middle
from tables import environment, progress, table

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("threads", "asyncio")
WORKERS = (1, 2, 4)
VARIANTS = ("unguarded", "guarded")
#: Clients of each set-up, and how many processes they are in.
CLIENTS, PROCESSES = 40, 2
_SECONDS, _PATIENCE = 1.0, 60.0
_DOCUMENT: dict[str, Any] = {
    "asyncapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "channels": {
        "notes": {
            "address": "/",
            "messages": {
                "post": {
                    "payload": {
                        "type": "object",
                        "properties": {"text": {"type": "string"}, "number": {"type": "integer"}},
                        "required": ["text", "number"],
                        "additionalProperties": False,
                    },
                    "x-ack": {"type": "integer"},
                },
                "posted": {"payload": {"type": "integer"}},
            },
        }
    },
    "operations": {
        "post": {
            "action": "receive",
            "channel": {"$ref": "#/channels/notes"},
            "messages": [{"$ref": "#/channels/notes/messages/post"}],
        },
        "posted": {
            "action": "send",
            "channel": {"$ref": "#/channels/notes"},
            "messages": [{"$ref": "#/channels/notes/messages/posted"}],
        },
    },
}


# -- a worker --------------------------------------------------------------------------------------


def _guard(io: Any) -> None:
    if os.environ["VARIANT"] == "guarded":
        from asyncapi_guard import AsyncAPIGuard

        AsyncAPIGuard(_DOCUMENT).protect(io)


def on_threads() -> Any:
    """The application that gunicorn runs."""
    import socketio

    queue = socketio.RedisManager(os.environ["REDIS_URL"], channel=os.environ["CHANNEL"])
    io = socketio.Server(async_mode="threading", client_manager=queue)

    @io.on("post")
    def post(sid: str, note: dict[str, Any]) -> int:
        if note["number"] % 10 == 0:
            io.emit("posted", note["number"], to=sid)
        return int(note["number"])

    _guard(io)
    return socketio.WSGIApp(io)


def on_asyncio() -> Any:
    """The application that uvicorn runs."""
    import socketio

    queue = socketio.AsyncRedisManager(os.environ["REDIS_URL"], channel=os.environ["CHANNEL"])
    io = socketio.AsyncServer(async_mode="asgi", client_manager=queue)

    @io.on("post")
    async def post(sid: str, note: dict[str, Any]) -> int:
        if note["number"] % 10 == 0:
            await io.emit("posted", note["number"], to=sid)
        return int(note["number"])

    _guard(io)
    return socketio.ASGIApp(io)


_COMMANDS = {
    "threads": ["gunicorn", "--threads", "100", "-b", "127.0.0.1:{port}", "scaling:on_threads()"],
    "asyncio": ["uvicorn", "--port", "{port}", "--log-level", "error", "--factory"],
}


# -- clients ---------------------------------------------------------------------------------------


async def _ask(ws: Any, until: float) -> int:
    """Send events, each after the ack of the last; return how many."""
    count = 0
    while time.monotonic() < until:
        count += 1
        await ws.send_str(f'427["post",{{"text":"a note of some length","number":{count}}}]')
        while not (frame := await ws.receive_str()).startswith("437["):
            if frame == "2":
                await ws.send_str("3")
            elif not frame.startswith('42["posted"'):
                raise RuntimeError(f"a server answered {frame!r}")
    return count


async def _be_clients(name: str) -> None:
    """Do as lines of JSON on the standard input say."""
    import aiohttp

    groups: dict[str, list[Any]] = {}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        while line := await asyncio.to_thread(sys.stdin.readline):
            command, key, value = json.loads(line)
            answer: Any = None
            if command == "connect":
                for index in range(CLIENTS // PROCESSES):
                    url = f"http://127.0.0.1:{value}/socket.io/?EIO=4&transport=websocket"
                    who = {"X-Forwarded-For": f"{name}-{index}"}
                    ws = await session.ws_connect(url, headers=who)
                    await ws.receive_str()
                    await ws.send_str("40")
                    assert (await ws.receive_str()).startswith("40")
                    groups.setdefault(key, []).append(ws)
            else:
                until = time.monotonic() + value
                answer = sum(await asyncio.gather(*(_ask(each, until) for each in groups[key])))
            print(json.dumps(answer), flush=True)


class Clients:
    """A process with clients of all set-ups."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, __file__, "--clients", name]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def say(self, *command: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())


# -- set-ups ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SetUp:
    """So many workers of one kind, and the port where nginx has them."""

    kind: str
    variant: str
    workers: int
    port: int
    processes: tuple[subprocess.Popen[bytes], ...]

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.variant}-{self.workers}"

    def cpu(self) -> float:
        """Seconds of CPU that all workers have used."""
        parents = {each.pid for each in self.processes}
        return sum(_cpu_of(pid) for pid in _with_children(parents))


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu_of(pid: int) -> float:
    return sum(map(int, _stat(pid)[11:13])) / os.sysconf("SC_CLK_TCK")


def _with_children(parents: set[int]) -> set[int]:
    """gunicorn's worker is a child of its master."""
    found = set(parents)
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int(_stat(int(entry.name))[1]) in parents:
                found.add(int(entry.name))
    return found


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} does not listen")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)


def _nginx(folder: Path, places: dict[int, list[int]]) -> Path:
    """A configuration with one server for each set-up."""
    blocks = "".join(
        f"upstream at_{port} {{ hash $http_x_forwarded_for; "
        + "".join(f"server 127.0.0.1:{each}; " for each in ports)
        + f"}}\nserver {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://at_{port}; "
        "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
        'proxy_set_header Connection "upgrade"; proxy_buffering off; '
        "proxy_read_timeout 600s; } }\n"
        for port, ports in places.items()
    )
    temp = "".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; worker_processes 1;\n"
        f"events {{ worker_connections 4096; }}\nhttp {{ access_log off; {temp}\n{blocks} }}\n"
    )
    return path


@contextlib.contextmanager
def _set_ups(kinds: tuple[str, ...]) -> Iterator[list[SetUp]]:
    """All of them, until the context ends."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)

        def start(command: list[str], port: int, **env: str) -> subprocess.Popen[bytes]:
            log = stack.enter_context((folder / f"{port}.log").open("wb"))
            process = subprocess.Popen(
                command,
                cwd=Path(__file__).parent,
                env={**os.environ, **env},
                stdout=log,
                stderr=log,
            )
            stack.callback(_end, process)
            _wait_for(port, process)
            return process

        (redis,) = _free_ports(1)
        start(["redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", ""], redis)
        found, places = [], {}
        for kind in kinds:
            for count in WORKERS:
                for variant in VARIANTS:
                    progress(f"{count} workers on {kind}, {variant} ...")
                    port, *ports = _free_ports(count + 1)
                    processes = tuple(
                        start(
                            _command(kind, each),
                            each,
                            VARIANT=variant,
                            CHANNEL=f"{kind}-{variant}-{count}",
                            REDIS_URL=f"redis://127.0.0.1:{redis}/0",
                        )
                        for each in ports
                    )
                    found.append(SetUp(kind, variant, count, port, processes))
                    places[port] = ports
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        configuration = _nginx(folder, places)
        start([program, "-p", name, "-c", str(configuration)], found[0].port)
        yield found


def _command(kind: str, port: int) -> list[str]:
    module, *options = _COMMANDS[kind]
    command = [sys.executable, "-m", module, *(each.format(port=port) for each in options)]
    return [*command, "scaling:on_asyncio"] if kind == "asyncio" else command


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# -- measuring -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A line of the table: µs of CPU for an event, events a second, and ratios ± what they may err.

    Attributes:
        kind, workers: which set-up.
        cpu: by variant.
        events: by variant.
        ratio: guarded ÷ unguarded CPU.
        growth: by variant, CPU ÷ that of one worker.
    """

    kind: str
    workers: int
    cpu: dict[str, float]
    events: dict[str, float]
    ratio: tuple[float, float]
    growth: dict[str, float]

    def cells(self) -> list[str]:
        return [
            self.kind,
            str(self.workers),
            *(f"{self.cpu[each]:.0f}" for each in VARIANTS),
            f"{self.ratio[0]:.2f} ± {self.ratio[1]:.2f}",
            *(f"{self.growth[each]:.2f}" for each in VARIANTS),
            *(f"{self.events[each]:,.0f}" for each in VARIANTS),
        ]


HEAD = (
    "servers",
    "workers",
    "unguarded µs",
    "guarded µs",
    "ratio",
    "growth, unguarded",
    "growth, guarded",
    "events/s, unguarded",
    "events/s, guarded",
)


def measure(kinds: tuple[str, ...], rounds: int) -> list[Row]:
    """All rows."""
    clients = [Clients(f"{index}") for index in range(PROCESSES)]
    try:
        with _set_ups(kinds) as set_ups:
            return _measured(set_ups, clients, rounds)
    finally:
        for each in clients:
            each.process.terminate()
            each.process.communicate()
        progress("")


def _measured(set_ups: list[SetUp], clients: list[Clients], rounds: int) -> list[Row]:
    def all_of_them(command: str, set_up: SetUp, value: Any) -> list[Any]:
        for each in clients:
            each.say(command, set_up.key, value)
        return [each.hear() for each in clients]

    for set_up in set_ups:
        all_of_them("connect", set_up, set_up.port)
        all_of_them("run", set_up, _SECONDS)  # warm
    cpu: dict[str, list[float]] = {each.key: [] for each in set_ups}
    events: dict[str, list[float]] = {each.key: [] for each in set_ups}
    for turn in range(rounds):
        progress(f"round {turn + 1} of {rounds} ...")
        first = turn % len(set_ups)
        order = [*set_ups[first:], *set_ups[:first]]
        for set_up in order[::-1] if turn % 2 else order:
            before, begun = set_up.cpu(), time.monotonic()
            count = sum(all_of_them("run", set_up, _SECONDS))
            events[set_up.key].append(count / (time.monotonic() - begun))
            cpu[set_up.key].append((set_up.cpu() - before) / count * 1e6)
    return [
        _row(kind, count, cpu, events)
        for kind in dict.fromkeys(each.kind for each in set_ups)
        for count in WORKERS
    ]


def _row(kind: str, count: int, cpu: dict[str, list[float]], events: dict[str, list[float]]) -> Row:
    keys = {variant: f"{kind}-{variant}-{count}" for variant in VARIANTS}
    plain, guarded = (cpu[keys[variant]] for variant in VARIANTS)
    growth = {
        variant: statistics.median(
            a / b for a, b in zip(cpu[key], cpu[f"{kind}-{variant}-1"], strict=True)
        )
        for variant, key in keys.items()
    }
    return Row(
        kind,
        count,
        {variant: statistics.median(cpu[key]) for variant, key in keys.items()},
        {variant: statistics.median(events[key]) for variant, key in keys.items()},
        middle([a / b for a, b in zip(guarded, plain, strict=True)]),
        growth,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20, help="turns of each set-up")
    parser.add_argument("--quick", action="store_true", help="6 rounds: a look, not a figure")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--only", choices=KINDS, help="leave the other servers out")
    parser.add_argument("--clients", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.clients:
        asyncio.run(_be_clients(options.clients))
        return
    rounds = 6 if options.quick else max(6, options.rounds)
    rows = measure((options.only,) if options.only else KINDS, rounds)
    about = {
        **environment("gunicorn", "uvicorn", "redis"),
        "processors": str(os.cpu_count()),
        "rounds": str(rounds),
    }
    if options.json:
        json.dump({"environment": about, "rows": [asdict(row) for row in rows]}, sys.stdout)
        print()
        return
    print(", ".join(f"{name} {value}" for name, value in about.items()), end="\n\n")
    print(table(HEAD, [row.cells() for row in rows]))


if __name__ == "__main__":
    main()
