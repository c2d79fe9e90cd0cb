"""docs/migrating-from-*.md: each program runs, before and after, and answers as the page says.

Those before the migration run with the peer, installed in an environment of its own.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json
import os
import queue
import re
import subprocess
import sys
import threading
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("fastapi", reason="FastAPI is not installed")
pytest.importorskip("pydantic_core", reason="the programs need Pydantic 2")

from code_first_client_stage import Server
from conftest import PATIENCE
from traffic_asyncio import Uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
RUNNER = ROOT / "tests" / "peers" / "serve.py"
FENCE = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What is installed for the programs of a page.
PACKAGES = {
    "pydantic-socketio": ("pydantic-socketio[fastapi,client]==0.2.1", "uvicorn"),
    "fastapi-socketio": ("fastapi-socketio==0.0.10", "fastapi==0.105.0", "uvicorn", "websockets"),
    "fastapi-sio": ("fastapi-sio==0.7.0",),
}


@dataclass(frozen=True)
class Step:
    """A program of a page, and the traffic under it.

    Attributes:
        peer: of which library the page is.
        program: it.
        path: where clients find the server.
        traffic: lines of the page.
        serves: it is a server, and no client.
    """

    peer: str
    program: str
    path: str
    traffic: tuple[str, ...]
    serves: bool

    @property
    def is_before(self) -> bool:
        return self.peer.replace("-", "_") in self.program


def page(peer: str) -> str:
    return (ROOT / "docs" / "how-to" / f"migrating-from-{peer}.md").read_text(encoding="utf-8")


def steps(*, before: bool) -> list[Any]:
    """The programs of all pages, before a migration or after one."""
    found: list[Any] = []
    for peer in PACKAGES:
        program = ""
        for kind, rest, body in FENCE.findall(page(peer)):
            if kind == "python":
                program = body
            elif kind in ("client", "server"):
                lines = tuple(body.splitlines())
                step = Step(peer, program, rest or "socket.io", lines, kind == "client")
                if step.is_before is before:
                    found.append(pytest.param(step, id=f"{peer} {len(found) + 1}"))
    return found


# -- traffic ---------------------------------------------------------------------------------------


def several(text: str) -> list[Any]:
    """The JSON values of a text, one after the other."""
    values = []
    while text := text.strip():
        value, end = json.JSONDecoder().raw_decode(text)
        values.append(value)
        text = text[end:]
    return values


def _is_heard(line: str) -> bool:
    return line.strip().startswith("<-")


def talk(lines: tuple[str, ...], emit: Any, hears: Any) -> None:
    """Send what the lines say, and see what comes back.

    Args:
        lines: of a page.
        emit: sends an event; takes the callback for its ack.
        hears: gives event and arguments of what comes next.
    """
    waiting: list[tuple[str, queue.Queue[list[Any]]]] = []
    # The first exchange again: what was not answered until then will not be.
    again = (lines[0], *itertools.takewhile(_is_heard, lines[1:]))
    for line in (*lines, *again):
        if _is_heard(line):
            event, _, rest = line.strip().removeprefix("<-").strip().partition(" ")
            assert hears() == (event, several(rest)), line
            continue
        sent, _, answer = (part.strip() for part in line.partition("->"))
        event, _, rest = sent.partition(" ")
        got: queue.Queue[list[Any]] = queue.Queue()
        emit(event, tuple(several(rest)), lambda *values, got=got: got.put(list(values)))
        if answer == "no answer":
            waiting.append((line, got))
            continue
        values = got.get(timeout=PATIENCE)
        if answer.startswith("!"):
            assert values[0]["error"]["code"] == answer[1:], line
        else:
            assert values == several(answer), line
    assert [line for line, got in waiting if not got.empty()] == []


def talk_to_server(step: Step, url: str, net: Any) -> None:
    client = net.client(url, socketio_path=step.path)

    def hears() -> tuple[str, list[Any]]:
        _, event, args = client.receive()
        return event, args

    talk(step.traffic, lambda *args: client.io.emit(*args[:2], callback=args[2]), hears)


def talk_to_client(step: Step, server: Server, sid: str) -> None:
    heard = iter(range(10_000))

    def hears() -> tuple[str, list[Any]]:
        _, event, args = server.got[next(heard)]
        return event, args

    talk(
        step.traffic,
        lambda *args: server.io.emit(*args[:2], to=sid, callback=args[2]),
        hears,
    )


# -- before ----------------------------------------------------------------------------------------


def _peers() -> Any:
    spec = importlib.util.spec_from_file_location("peers_export", ROOT / "tests/peers/export.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["peers_export"] = module  # dataclasses look for it
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Gives the Python of a peer's environment, made when it is first asked for."""
    peers, made = _peers(), dict[str, str]()

    def python(peer: str) -> str:
        if peer not in made:
            home = tmp_path_factory.mktemp(peer)
            try:
                (made[peer],) = peers.install_python(peers.Peer(PACKAGES[peer], ""), home)
            except peers.CannotInstallError as error:
                pytest.skip(f"{peer} cannot be installed here: {error}")
        return made[peer]

    return python


@contextlib.contextmanager
def running(python: str, *arguments: str) -> Iterator[str]:
    """Runs a program of a peer; gives the first line that it prints."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    process = subprocess.Popen(
        [python, str(RUNNER), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("step", steps(before=True))
def test_before(step: Step, environments: Any, net: Any, tmp_path: Path) -> None:
    """With the peer, for which this is what the page says."""
    program = tmp_path / "program.py"
    program.write_text(step.program, encoding="utf-8")
    python = environments(step.peer)
    if step.serves:
        with running(python, str(program)) as port:
            talk_to_server(step, f"http://127.0.0.1:{port}", net)
        return
    server = Server(net, async_handlers=False)
    with running(python, str(program), server.url) as said:
        assert said == "connected"
        ((sid, _),) = server.io.manager.get_participants("/", None)
        talk_to_client(step, server, sid)


# -- after -----------------------------------------------------------------------------------------


def run(program: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(program, "main.py", "exec", dont_inherit=True), names)
    return names


@pytest.mark.parametrize("step", steps(before=False))
def test_after(step: Step, net: Any) -> None:
    """With asyncapi-guard; the handlers are the same."""
    names = run(step.program)
    if step.serves:
        served = net.also_serve(Uvicorn(names["app"]))
        talk_to_server(step, served.url, net)
        return
    server, client = Server(net, async_handlers=False), names["sio"]
    client.connect(server.url, transports=["websocket"], wait_timeout=PATIENCE)
    try:
        talk_to_client(step, server, client.get_sid())
    finally:
        threading.Thread(target=client.disconnect, daemon=True).start()
        client.eio.wait()


@pytest.mark.slow
@pytest.mark.parametrize("peer", PACKAGES)
def test_the_commands(peer: str, tmp_path: Path) -> None:
    """Run one after the other, with the last server of the page."""
    servers = [each.values[0] for each in steps(before=False)]
    program = [each.program for each in servers if each.peer == peer and each.serves][-1]
    (tmp_path / "main.py").write_text(program, encoding="utf-8")
    ((_, _, shell),) = [each for each in FENCE.findall(page(peer)) if each[0] == "sh"]
    for line in shell.splitlines():
        command, *arguments = line.split()
        assert command == "asyncapi-guard"
        done = subprocess.run(
            [sys.executable, "-m", "asyncapi_guard", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    types = (tmp_path / "events.ts").read_text(encoding="utf-8")
    assert "export interface ServerToClientEvents" in types
    assert "export interface ClientToServerEvents" in types


def test_the_document_is_served_as_before(net: Any) -> None:
    """By a route of FastAPI."""
    (step,) = [
        each.values[0] for each in steps(before=False) if each.values[0].peer == "fastapi-sio"
    ]
    served = net.also_serve(Uvicorn(run(step.program)["app"]))
    with urllib.request.urlopen(f"{served.url}/sio/docs/asyncapi.json") as response:
        assert json.load(response)["info"]["title"] == "Cats"


def test_what_the_pages_name_is_there() -> None:
    """Each page has programs of both kinds."""
    import asyncapi_guard

    for peer in PACKAGES:
        kinds = {each.values[0].is_before for each in (*steps(before=True), *steps(before=False))}
        assert kinds == {True, False}
        for name in re.findall(r"`(AsyncAPI\w+)`", page(peer)):
            assert hasattr(asyncapi_guard, name), name
