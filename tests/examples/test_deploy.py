"""The recipes of docs/how-to/deployment.md: several workers, nginx and Redis, and real clients."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from configparser import ConfigParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import socketio as pysocketio
import yaml
from ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "deploy"
PATIENCE = 120
#: How one worker of each recipe is started.
RECIPES = {
    "gunicorn with threads": [
        *("gunicorn", "--threads", "100", "--bind", "127.0.0.1:{port}", "flask_notes:app"),
    ],
    "uvicorn": [
        *("uvicorn", "--port", "{port}", "--timeout-graceful-shutdown", "1", "asgi_notes:app"),
    ],
    "gunicorn with gevent": [
        *("gunicorn", "--worker-class", "gevent", "--bind", "127.0.0.1:{port}", "flask_notes:app"),
    ],
    "gunicorn with gevent-websocket": [
        *("gunicorn", "--worker-class", "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"),
        *("--bind", "127.0.0.1:{port}", "flask_notes:app"),
    ],
}
#: What workers of gevent need in their environment.
GEVENT = {"ASYNC_MODE": "gevent"}
#: So many clients that each of two workers has some.
CLIENTS = 12


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a process listens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)


class Place:
    """Processes of a deployment, in a folder of their own; all end with the test."""

    def __init__(self, folder: Path, recipe: str) -> None:
        self.folder = folder
        self.recipe = recipe
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.redis_port, self.port, *self.ports = free_ports(4)
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, name: str, command: list[str], port: int, **environment: str) -> None:
        """Start a process, and wait until it listens."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=FOLDER,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # its children end with it
            )
        self.processes[name] = process
        wait_for(port, process, log)

    def start_redis(self) -> None:
        port = str(self.redis_port)
        command = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", ""]
        self.start("redis", [*command, "--dir", str(self.folder)], self.redis_port)

    def start_worker(self, number: int) -> None:
        """Start the worker of a number, by the command of the recipe."""
        port = self.ports[number]
        program, *arguments = (part.format(port=port) for part in RECIPES[self.recipe])
        command = [sys.executable, "-m", program, *arguments]
        environment = {"REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0"}
        if "gevent" in self.recipe:
            environment |= GEVENT
        if self.recipe == "gunicorn with gevent-websocket":
            environment["PYTHONPATH"] = os.environ["GEVENT_WEBSOCKET"]
        self.start(f"worker{number}", command, port, **environment)

    def start_nginx(self) -> None:
        """Start nginx with the file of the recipe, whose ports are free ones."""
        text = (FOLDER / "nginx.conf").read_text()
        for old, new in zip((8000, 8001, 8002), (self.port, *self.ports), strict=True):
            text = text.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}")
        folders = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "".join(f"{name}_temp_path {self.folder}/{name};\n" for name in folders)
        text = text.replace("http {\n", f"http {{\naccess_log off;\n{paths}", 1)
        file = self.folder / "nginx.conf"
        file.write_text(f"pid {self.folder}/nginx.pid;\nerror_log stderr;\n{text}")
        command = ["nginx", "-p", str(self.folder), "-c", str(file), "-g", "daemon off;"]
        self.start("nginx", command, self.port)

    def kill(self, name: str) -> None:
        """End a process and its children as a machine does that has no more memory."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)


@pytest.fixture
def place(tmp_path: Path, skip_or_fail: Any) -> Iterator[Callable[[str], Place]]:
    """Makes deployments."""
    made: list[Place] = []

    def make(recipe: str) -> Place:
        for program in ("redis-server", "nginx"):
            if shutil.which(program) is None:
                skip_or_fail(f"{program} is not installed")
        if why := is_missing(recipe):
            skip_or_fail(why)
        at = Place(tmp_path, recipe)
        made.append(at)
        at.start_redis()
        for number in range(2):
            at.start_worker(number)
        at.start_nginx()
        return at

    yield make
    for each in made:
        each.close()


class Reader:
    """A client that keeps what it reads; nginx sends it to a worker by its number."""

    def __init__(self, url: str, number: int) -> None:
        self.got: queue.Queue[dict[str, Any]] = queue.Queue()
        headers = {"X-Forwarded-For": f"192.0.2.{number}"}
        session = requests.Session()
        session.headers.update(headers)  # of each poll; a load balancer does the same
        self.io = pysocketio.Client(
            http_session=session,
            reconnection_delay=0.05,
            reconnection_delay_max=0.5,
            request_timeout=PATIENCE,
        )
        self.io.on("posted", self.got.put)
        transports = [["polling"], ["websocket"], None][number % 3]
        self.io.connect(url, headers=headers, transports=transports, wait_timeout=PATIENCE)

    def post(self, text: Any) -> Any:
        """The ack of a note."""
        return self.io.call("post", text, timeout=PATIENCE)

    def until(self, text: str) -> None:
        """Read until a note comes; all of them are as the contract says."""
        while True:
            note = self.got.get(timeout=PATIENCE)
            assert note.keys() == {"text", "worker"}
            if note["text"] == text:
                return

    def close(self) -> None:
        self.io.eio.disconnect(abort=True)  # without waiting for the end of a poll


@contextlib.contextmanager
def readers(url: str) -> Iterator[list[Reader]]:
    made: list[Reader] = []
    try:
        made += (Reader(url, number) for number in range(CLIENTS))
        yield made
    finally:
        for each in made:
            each.close()


def is_missing(recipe: str) -> str | None:
    """What a recipe needs and is not here, if anything is."""
    if "gevent" in recipe and importlib.util.find_spec("gevent") is None:
        return "gevent is not installed: `nox -s greenlets` has it"
    if recipe == "gunicorn with gevent-websocket" and "GEVENT_WEBSOCKET" not in os.environ:
        # Where it is installed, python-socketio uses it for all servers on gevent.
        return "GEVENT_WEBSOCKET does not name a folder with it: `nox -s greenlets` does"
    return None


recipes = pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(each, marks=[pytest.mark.greenlets] if "gevent" in each else [])
        for each in RECIPES
    ],
)


@recipes
@pytest.mark.slow
def test_clients_of_all_workers_read_each_other(recipe: str, place: Any) -> None:
    """By polling and by websockets; what breaks the contract reaches nobody."""
    at = place(recipe)
    with readers(at.url) as clients:
        workers = set()
        for number, client in enumerate(clients):
            answer = client.post("")
            assert answer["error"]["code"] == "request_validation_error"
            workers.add(client.post(f"note {number}")["worker"])
        for client in clients:
            for number in range(CLIENTS):
                client.until(f"note {number}")
    assert len(workers) == 2
    logs = [(at.folder / f"worker{number}.log").read_text() for number in range(2)]
    assert all("rejected event 'post' from a client in '/'" in log for log in logs)


@recipes
@pytest.mark.slow
def test_what_another_process_publishes_is_validated(recipe: str, place: Any) -> None:
    """By every worker, before a client reads it."""
    at = place(recipe)
    url = f"redis://127.0.0.1:{at.redis_port}/0"
    # Flask-SocketIO has a channel of its own.
    channel = "flask-socketio" if "flask_notes:app" in RECIPES[recipe] else "socketio"
    outside = pysocketio.RedisManager(url, channel=channel, write_only=True)
    with readers(at.url) as clients:
        outside.emit("posted", {"text": 5})
        outside.emit("posted", {"text": "from outside", "worker": 0})
        for client in clients:
            client.until("from outside")


@recipes
@pytest.mark.slow
def test_a_worker_that_is_killed(recipe: str, place: Any) -> None:
    """Its clients come back, and nobody reads anything that is wrong."""
    at = place(recipe)
    with readers(at.url) as clients:
        for turn in range(2):
            at.kill(f"worker{turn}")
            at.start_worker(turn)
            note = f"after {turn}"
            ended = threading.Event()
            others = [client for client in clients if client is not clients[0]]

            def post(note: str = note, ended: threading.Event = ended) -> None:
                while not ended.is_set():
                    with contextlib.suppress(pysocketio.exceptions.SocketIOError):
                        clients[0].io.emit("post", note)
                    ended.wait(0.05)

            writing = threading.Thread(target=post, daemon=True)
            writing.start()
            try:
                for client in others:
                    client.until(note)
            finally:
                ended.set()
                writing.join(PATIENCE)


@pytest.mark.slow
def test_several_workers_of_one_uvicorn(tmp_path: Path) -> None:
    """Where all clients use websockets from the beginning, no request must find its worker."""
    at = Place(tmp_path, "uvicorn")
    port = at.ports[0]
    try:
        arguments = ["--workers", "2", "--port", str(port), "asgi_notes:app"]
        at.start("uvicorn", [sys.executable, "-m", "uvicorn", *arguments], port)
        client = pysocketio.Client()
        deadline = time.monotonic() + PATIENCE
        while not client.connected:
            with contextlib.suppress(pysocketio.exceptions.ConnectionError):
                client.connect(f"http://127.0.0.1:{port}", transports=["websocket"])
            assert time.monotonic() < deadline
        assert "worker" in client.call("post", "hello", timeout=PATIENCE)
        client.disconnect()
    finally:
        at.close()


def test_nginx_reads_its_file(tmp_path: Path, skip_or_fail: Any) -> None:
    """As it stands."""
    if shutil.which("nginx") is None:
        skip_or_fail("nginx is not installed")
    checked = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(FOLDER / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "syntax is ok" in checked.stderr


def test_the_unit_starts_what_the_page_says() -> None:
    """And systemd knows its keys, where it is installed."""
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # keys as they are written
    unit.read(FOLDER / "notes@.service")
    started = unit["Service"]["ExecStart"].partition("/bin/")[2]
    recipe = " ".join(RECIPES["gunicorn with threads"])
    assert started == recipe.replace("{port}", "%i")


def test_compose_starts_the_same() -> None:
    """Each service has an image or is built, and what `sed` replaces is in nginx's file."""
    services = yaml.safe_load((FOLDER / "compose.yml").read_text())["services"]
    assert services.keys() == {"redis", "worker1", "worker2", "nginx"}
    assert services["worker1"] == services["worker2"]
    nginx = (FOLDER / "nginx.conf").read_text()
    replaced = re.findall(r"'s/([^/]+)/[^/]+/'", services["nginx"]["command"][-1])
    assert len(replaced) == 3
    assert all(text in nginx for text in replaced)
    docker = (FOLDER / "Dockerfile").read_text()
    for file in re.findall(r"^COPY (.*) \./$", docker, re.MULTILINE)[0].split():
        assert (FOLDER / file).is_file()


def test_the_page_has_the_commands_of_the_recipes() -> None:
    """And names the files that the tests start."""
    page = (FOLDER.parents[1] / "docs" / "how-to" / "deployment.md").read_text(encoding="utf-8")
    for recipe in RECIPES.values():
        assert " ".join(recipe).replace("{port}", "8001") in page
    for file in FOLDER.iterdir():
        if file.suffix != ".pyc" and file.is_file():
            assert file.name in page
    assert "eventlet" in page


def test_flask_notes_answer_who_asks(tmp_path: Path) -> None:
    """For load balancers."""
    at = Place(tmp_path, "gunicorn with threads")
    try:
        at.start_worker(0)
        assert requests.get(f"http://127.0.0.1:{at.ports[0]}/healthy", timeout=PATIENCE).ok
    finally:
        at.close()
