"""Generated handlers, helpers and clients, between real servers and clients."""

from __future__ import annotations

import asyncio
import importlib
import itertools
import json
import queue
import subprocess
import sys
from importlib.util import find_spec
from textwrap import dedent
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("datamodel_code_generator", reason="the extra `models` is not installed")

import flask_socketio
import socketio as pysocketio
from flask import Flask
from serve_asgi import ASGIServer

from asyncapi_guard import AsyncAPIGuard, AsyncAPISocketIO
from asyncapi_guard.codegen.python.models import Destination, generate_models
from asyncapi_guard.codegen.python.options import Options
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

numbers = itertools.count()
PATIENCE = 60

HARBOUR = """
asyncapi: 3.1.0
info: {title: Harbour, version: '2'}
channels:
  main:
    address: /
    messages:
      connect: {payload: {type: object, required: [pilot], properties: {pilot: {type: string}}}}
      disconnect: {payload: {type: string}}
      castOff:
        payload: {$ref: '#/components/schemas/Ship'}
        x-ack: {$ref: '#/components/schemas/Ship'}
      'dock:free': {payload: {type: 'null'}, x-ack: {type: boolean}}
      dock_free: {payload: {type: integer}}
      'dock-moor':
        payload:
          type: array
          items: [{$ref: '#/components/schemas/Ship'}, {title: sid, type: integer}]
          minItems: 1
          additionalItems: false
        x-ack:
          args:
            type: array
            items: [{type: integer}, {type: string}]
            minItems: 2
            additionalItems: false
      shipSeen: {payload: {$ref: '#/components/schemas/Ship'}}
      'tide.turned':
        payload:
          type: array
          items: [{type: number}, {type: string}]
          minItems: 2
          additionalItems: false
      ask: {payload: {type: string}, x-ack: {$ref: '#/components/schemas/Ship'}}
  tower:
    address: /tower
    messages:
      hail: {payload: {$ref: '#/components/schemas/Ship'}, x-ack: {type: string}}
  quay:
    address: /quays/{number}
    parameters: {number: {}}
    messages:
      hail: {payload: {$ref: '#/components/schemas/Ship'}, x-ack: {type: string}}
      horn: {payload: {type: integer}}
operations:
  in:
    action: receive
    channel: {$ref: '#/channels/main'}
    messages:
      - {$ref: '#/channels/main/messages/connect'}
      - {$ref: '#/channels/main/messages/disconnect'}
      - {$ref: '#/channels/main/messages/castOff'}
      - {$ref: '#/channels/main/messages/dock:free'}
      - {$ref: '#/channels/main/messages/dock_free'}
      - {$ref: '#/channels/main/messages/dock-moor'}
  out:
    action: send
    channel: {$ref: '#/channels/main'}
    messages:
      - {$ref: '#/channels/main/messages/shipSeen'}
      - {$ref: '#/channels/main/messages/tide.turned'}
      - {$ref: '#/channels/main/messages/ask'}
  tower: {action: receive, channel: {$ref: '#/channels/tower'}}
  quayIn:
    action: receive
    channel: {$ref: '#/channels/quay'}
    messages: [{$ref: '#/channels/quay/messages/hail'}]
  quayOut:
    action: send
    channel: {$ref: '#/channels/quay'}
    messages: [{$ref: '#/channels/quay/messages/horn'}]
components:
  schemas:
    Ship:
      type: object
      required: [name]
      properties: {name: {type: string, maxLength: 9}, grossTons: {type: integer}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the document and its models."""
    found = tmp_path_factory.mktemp("harbour")
    (found / "asyncapi.yml").write_text(HARBOUR)
    documents = open_documents(found / "asyncapi.yml")
    for style in ("pydantic", "msgspec", "dataclass", "typeddict"):
        destination = Destination("asyncapi.yml", f"harbour_{style}.py")
        made = generate_models(documents, Options(style=style), destination)
        (found / f"harbour_{style}.py").write_text(made.files[""])
    package = generate_models(documents, Options(), Destination("asyncapi.yml", "quays", True))
    (found / "quays").mkdir()
    for name, text in package.files.items():
        (found / "quays" / name).write_text(text)
    return found


@pytest.fixture
def models(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(folder)
    importlib.invalidate_caches()
    yield importlib.import_module("harbour_pydantic")
    for name in [n for n in sys.modules if n.partition(".")[0] in ("harbour_pydantic", "quays")]:
        del sys.modules[name]


class Harbour:
    """Handlers; the session id is dropped where there is one."""

    def __init__(self, models: Any) -> None:
        self.models = models
        self.ran: queue.Queue[Any] = queue.Queue()

    def on_connect(self, auth: Any) -> None:
        self.ran.put(("connect", auth))

    def on_disconnect(self, reason: Any) -> None:
        self.ran.put(("disconnect", reason))

    def on_castOff(self, ship: Any) -> Any:
        self.ran.put(("castOff", ship))
        return self.models.Ship(name=ship.name, gross_tons=(ship.gross_tons or 0) + 1)

    def on_dock_free_2(self) -> bool:
        return True

    def on_dock_free(self, number: int) -> None:
        self.ran.put(("dock_free", number))

    def on_dock_moor(self, ship: Any, berth: int = 3) -> tuple[int, str]:
        self.ran.put(("dock-moor", ship))
        return berth, ship.name


def with_hints(models: Any, kind: type[Harbour]) -> type[Harbour]:
    """The class, annotated as its author would."""
    made = type("Annotated", (kind,), {})

    def annotate(name: str, **hints: Any) -> None:
        written = getattr(kind, name)
        method = FunctionType(written.__code__, globals(), name, written.__defaults__)
        method.__annotations__ = hints
        setattr(made, name, method)

    annotate("on_connect", auth=models.ConnectAuth)
    annotate("on_castOff", ship=models.Ship, **{"return": models.Ship})
    annotate("on_dock_moor", ship=models.Ship, berth=int, **{"return": tuple[int, str]})
    return made


class ServerHarbour:
    """The same with the session id, and the environment of a connect."""

    def __init__(self, inside: Harbour) -> None:
        self._inside = inside

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inside, name)

        def call(sid: str, *args: Any) -> Any:
            assert isinstance(sid, str)
            assert name != "on_connect" or "REQUEST_METHOD" in args[0]
            return method(*args[1 if name == "on_connect" else 0 :])

        return call


class AsyncHarbour(ServerHarbour):
    """The same as coroutine functions."""

    def __getattr__(self, name: str) -> Any:
        method = super().__getattr__(name)

        async def call(*args: Any) -> Any:
            await asyncio.sleep(0)
            return method(*args)

        return call


SERVERS = (
    *("drop-in", "drop-in-typed", "flask", "flask-guarded", "flask-typed"),
    *("server", "server-guarded", "server-typed", "async"),
)


class Served:
    """A server of some kind with registered handlers."""

    def __init__(self, kind: str, models: Any, folder: Path, net: Any) -> None:
        self.asgi: ASGIServer | None = None
        self.handlers = with_hints(models, Harbour)(models)
        handlers: Any = self.handlers
        app, spec = Flask(__name__), folder / "asyncapi.yml"
        if kind == "async":
            self.io: Any = pysocketio.AsyncServer(
                async_mode="asgi", ping_interval=0.5, ping_timeout=2
            )
            self.asgi = net.also_close(ASGIServer(pysocketio.ASGIApp(self.io)))
            models.register(self.io, AsyncHarbour(handlers))
            self.url = self.asgi.url
            return
        if kind.startswith("server"):
            self.io = pysocketio.Server(async_mode="threading")
            if kind != "server":
                AsyncAPIGuard(spec).protect(self.io, typed=kind == "server-typed")
            models.register(self.io, ServerHarbour(handlers))
            self.url = net.serve(pysocketio.WSGIApp(self.io))
            return
        if kind.startswith("drop-in"):
            typed = True if kind == "drop-in-typed" else None
            self.io = AsyncAPISocketIO(app, async_mode="threading", typed=typed)
        else:
            self.io = flask_socketio.SocketIO(app, async_mode="threading")
        if kind in ("flask-guarded", "flask-typed"):
            AsyncAPIGuard(spec).init_app(app, self.io, typed=kind == "flask-typed")
        models.register(self.io, handlers)
        self.url = net.serve(app)

    @property
    def transports(self) -> list[str]:
        """Those that are served."""
        return ["polling" if self.asgi else "websocket"]

    def run(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Call a helper, of the kind that the server needs."""
        return (
            self.asgi.run(function(*args, **options)) if self.asgi else function(*args, **options)
        )

    def helper(self, models: Any, name: str) -> Any:
        return getattr(models, f"{name}_async" if self.asgi else name)


@pytest.fixture(params=SERVERS)
def served(request: pytest.FixtureRequest, models: Any, folder: Path, net: Any) -> Served:
    return Served(request.param, models, folder, net)


@pytest.fixture
def client(served: Served, net: Any) -> Any:
    """A client of python-socketio; of an asynchronous server, over long polling."""
    made = net.client(served.url, auth={"pilot": "ann"}, transports=served.transports)
    kind, auth = served.handlers.ran.get(timeout=PATIENCE)
    assert (kind, auth.pilot) == ("connect", "ann")
    return made


def test_registered_handlers_hear_the_names_of_the_wire(
    served: Served, client: Any, models: Any
) -> None:
    assert client.ask("castOff", {"name": "Elsa", "grossTons": 4}) == [
        {"name": "Elsa", "grossTons": 5}
    ]
    assert served.handlers.ran.get(timeout=PATIENCE) == (
        "castOff",
        models.Ship(name="Elsa", gross_tons=4),
    )
    assert client.ask("dock:free") == [True]
    client.io.emit("dock_free", 7)
    assert served.handlers.ran.get(timeout=PATIENCE) == ("dock_free", 7)
    assert client.ask("dock-moor", {"name": "Ida"}) == [3, "Ida"]
    assert client.ask("dock-moor", {"name": "Ida"}, 5) == [5, "Ida"]


def test_a_client_sends_and_hears(served: Served, client: Any, models: Any) -> None:
    """Both sides typed, and nothing on the wire but the names of the document."""
    typed = models.Client(client.io)
    heard: queue.Queue[Any] = queue.Queue()
    typed.on_shipSeen(heard.put)
    typed.on_tide_turned(lambda *values: heard.put(values))

    @typed.on_ask  # type: ignore[untyped-decorator]
    def ask(name: str) -> Any:
        return models.Ship(name=name, gross_tons=2)

    ship = models.Ship(name="Elsa", gross_tons=8)
    assert typed.call_cast_off(ship) == models.Ship(name="Elsa", gross_tons=9)
    typed.emit_cast_off(ship, callback=heard.put)
    assert heard.get(timeout=PATIENCE) == models.Ship(name="Elsa", gross_tons=9)
    assert typed.call_dock_free() is True
    assert typed.call_dock_moor(ship, 4) == (4, "Elsa")
    typed.emit_dock_free_2(1)

    served.run(served.helper(models, "emit_ship_seen"), served.io, ship)
    assert heard.get(timeout=PATIENCE) == ship
    served.run(served.helper(models, "emit_tide_turned"), served.io, 1.5, "low")
    assert heard.get(timeout=PATIENCE) == (1.5, "low")
    sid = client.io.get_sid()
    answer = served.run(served.helper(models, "call_ask"), served.io, "Ida", to=sid)
    assert answer == models.Ship(name="Ida", gross_tons=2)
    served.run(served.helper(models, "emit_ask"), served.io, "Ute", to=sid, callback=heard.put)
    assert heard.get(timeout=PATIENCE).name == "Ute"


def test_a_callback_of_an_asynchronous_server_may_be_a_coroutine_function(
    models: Any, folder: Path, net: Any
) -> None:
    served = Served("async", models, folder, net)
    assert served.asgi is not None
    client = net.client(served.url, auth={"pilot": "ann"}, transports=["polling"])
    client.answers["ask"] = {"name": "Ida"}
    got: queue.Queue[Any] = queue.Queue()

    async def told(ship: Any) -> None:
        await asyncio.sleep(0)
        got.put(ship)

    served.run(models.emit_ask_async, served.io, "x", to=client.io.get_sid(), callback=told)
    assert got.get(timeout=PATIENCE) == models.Ship(name="Ida")


def test_disconnects_are_heard(served: Served, client: Any) -> None:
    client.close()
    kind, reason = served.handlers.ran.get(timeout=PATIENCE)
    assert kind == "disconnect"
    assert isinstance(reason, str)


def test_a_class_namespace_hears_what_python_can_name(models: Any, net: Any, folder: Path) -> None:
    """As it is dispatched; no `register` is needed."""

    class Tower(flask_socketio.Namespace):  # type: ignore[misc]
        def on_castOff(self, ship: Any) -> Any:
            return models.Ship(name=ship.name)

        def on_connect(self, auth: Any) -> None: ...

    Tower.on_castOff.__annotations__ = {"ship": models.Ship, "return": models.Ship}
    app = Flask(__name__)
    io = flask_socketio.SocketIO(app, async_mode="threading")
    AsyncAPIGuard(folder / "asyncapi.yml").init_app(app, io, typed=True)
    io.on_namespace(Tower("/"))
    client = net.client(net.serve(app), auth={"pilot": "ann"})
    assert client.ask("castOff", {"name": "Elsa", "grossTons": 4}) == [{"name": "Elsa"}]


def test_other_namespaces_have_their_own(models: Any, net: Any) -> None:
    server = pysocketio.Server(async_mode="threading", namespaces="*")

    class Hails:
        def on_hail(self, sid: str, ship: Any) -> str:
            assert isinstance(ship, models.Ship)
            return str(ship.name)

    models.register_tower(server, Hails())
    models.register_quays_number(server, Hails(), namespace="/quays/3")
    client = net.client(
        net.serve(pysocketio.WSGIApp(server)), namespaces=["/", "/tower", "/quays/3"]
    )
    ship = models.Ship(name="Elsa")
    assert models.TowerClient(client.io).call_hail(ship) == "Elsa"
    quay = models.QuaysNumberClient(client.io, "/quays/3")
    assert quay.call_hail(ship) == "Elsa"
    heard: queue.Queue[Any] = queue.Queue()
    quay.on_horn(heard.put)
    models.emit_horn(server, 2, namespace="/quays/3")
    assert heard.get(timeout=PATIENCE) == 2


@pytest.mark.parametrize("kind", ["flask", "server", "async", "server-typed", "flask-typed"])
def test_auth_that_no_instance_can_be_made_of_is_refused(
    kind: str, models: Any, folder: Path, net: Any
) -> None:
    """With a guard, and without one."""
    served = Served(kind, models, folder, net)
    for auth in (None, {"pilot": 7}, {}):
        if served.asgi is None:
            frame = net.raw(served.url).enter(auth="" if auth is None else json.dumps(auth))
            assert frame.startswith("4")
            continue
        client = pysocketio.Client(reconnection=False)
        with pytest.raises(pysocketio.exceptions.ConnectionError):
            client.connect(served.url, auth=auth, transports=["polling"], wait_timeout=PATIENCE)
    assert served.handlers.ran.empty()


def test_auth_of_any_kind_and_optional_auth(net: Any) -> None:
    for payload, auths in (
        ({}, [(None, ()), ({"a": 1}, ({"a": 1},)), ("text", ("text",))]),
        ({"payload": {"type": "null"}}, [(None, ())]),
        ({"payload": {"type": ["string", "null"]}}, [(None, (None,)), ("text", ("text",))]),
    ):
        spec = {
            "asyncapi": "3.1.0",
            "info": {"title": "T", "version": "1"},
            "channels": {"c": {"address": "/", "messages": {"connect": payload}}},
            "operations": {"r": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
        }
        made = generate_models(
            open_documents(spec), Options(), Destination("asyncapi.yml", "models.py")
        )
        name = f"auth_{next(numbers)}"
        module = sys.modules[name] = type(sys)(name)
        exec(compile(made.files[""], f"{name}.py", "exec"), vars(module))
        for auth, expected in auths:
            got: queue.Queue[Any] = queue.Queue()

            class Gate:
                def on_connect(self, sid: str, environ: Any, *rest: Any) -> None:
                    got.put(rest)  # noqa: B023  # it runs within the loop

            server = pysocketio.Server(async_mode="threading")
            vars(module)["register"](server, Gate())
            net.client(net.serve(pysocketio.WSGIApp(server)), auth=auth)
            assert got.get(timeout=PATIENCE) == expected, (payload, auth)
        del sys.modules[name]


def test_a_package_has_a_register_in_each_module(models: Any, net: Any) -> None:
    assert models
    quays = importlib.import_module("quays")

    class Tower:
        def on_hail(self, ship: Any) -> str:
            return str(ship.name)

    Tower.on_hail.__annotations__ = {"ship": quays.common.Ship, "return": str}
    io = AsyncAPISocketIO(app := Flask(__name__), async_mode="threading")
    quays.tower.register(io, Tower())
    client = net.client(net.serve(app), namespaces=["/tower"])
    typed = quays.tower.TowerClient(client.io)
    assert typed.call_hail(quays.common.Ship(name="Elsa")) == "Elsa"
    (rejected,) = client.ask("hail", {"name": "x" * 10}, namespace="/tower")
    assert rejected["error"]["problems"][0]["keyword"] == "maxLength"


# -- the wrong kind --------------------------------------------------------------------------------


def test_threads_and_asyncio_do_not_mix(models: Any) -> None:
    """A coroutine that nobody awaits would be lost in silence."""
    asynchronous = pysocketio.AsyncServer(async_mode="asgi")
    threaded = pysocketio.Server(async_mode="threading")
    ship = models.Ship(name="Elsa")
    calls: tuple[Callable[[], Any], ...] = (
        lambda: models.emit_ship_seen(asynchronous, ship),
        lambda: models.emit_ask(asynchronous, "x", to="sid", callback=print),
        lambda: models.call_ask(asynchronous, "x", to="sid"),
        lambda: models.Client(asynchronous).emit_cast_off(ship),
        lambda: models.Client(asynchronous).call_cast_off(ship),
        lambda: asyncio.run(models.emit_ship_seen_async(threaded, ship)),
        lambda: asyncio.run(models.AsyncClient(threaded).emit_cast_off(ship)),
        lambda: models.register(threaded, AsyncHarbour(Harbour(models))),
    )
    for call in calls:
        with pytest.raises(TypeError, match=r"async|coroutine"):
            call()


def test_an_asynchronous_client_awaits(models: Any) -> None:
    """Over what stands for an `AsyncClient`, which needs aiohttp."""
    sent: list[Any] = []
    heard: dict[tuple[str, str], Any] = {}

    class Loop:
        async def emit(self, event: str, data: Any, namespace: str, callback: Any = None) -> None:
            sent.append((event, data, namespace))
            if callback is not None:
                await callback(data[0])

        async def call(self, event: str, data: Any, namespace: str, timeout: float) -> Any:
            sent.append((event, data, namespace, timeout))
            return data[0]

        def on(self, event: str, handler: Any, namespace: str) -> None:
            heard[namespace, event] = handler

    async def run() -> None:
        client = models.AsyncClient(Loop())
        ship = models.Ship(name="Elsa", gross_tons=1)
        answers: list[Any] = []
        await client.emit_cast_off(ship, callback=answers.append)
        assert await client.call_cast_off(ship, timeout=5) == ship == answers[0]

        @client.on_ask  # type: ignore[untyped-decorator]
        async def ask(name: str) -> Any:
            return models.Ship(name=name)

        client.on_shipSeen(answers.append)
        assert await heard["/", "ask"]("Ida") == {"name": "Ida"}
        heard["/", "shipSeen"]({"name": "Ute"})
        assert answers[1] == models.Ship(name="Ute")

    asyncio.run(run())
    plain = ({"name": "Elsa", "grossTons": 1},)
    assert sent == [("castOff", plain, "/"), ("castOff", plain, "/", 5)]


@pytest.mark.parametrize("style", ["msgspec", "dataclass", "typeddict"])
def test_other_styles_have_the_same(
    style: str, folder: Path, net: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instances where the style's library makes them, else plain data; the wire is the same."""
    monkeypatch.syspath_prepend(folder)
    importlib.invalidate_caches()
    models = importlib.import_module(f"harbour_{style}")
    ship = models.Ship(name="Elsa")
    server = pysocketio.Server(async_mode="threading")

    class Tower:
        def on_hail(self, sid: str, ship: Any) -> str:
            return type(ship).__name__

    models.register_tower(server, Tower())
    client = net.client(net.serve(pysocketio.WSGIApp(server)), namespaces=["/tower"])
    expected = "Ship" if style == "msgspec" else "dict"
    assert models.TowerClient(client.io).call_hail(ship) == expected


# -- type checkers ---------------------------------------------------------------------------------

GOOD = """
from __future__ import annotations

import socketio
from flask_socketio import Namespace, SocketIO

from harbour_pydantic import (
    AsyncClient, AsyncHandlers, Client, ConnectAuth, Handlers, ServerHandlers, Ship,
    call_ask, call_ask_async, emit_ship_seen, emit_ship_seen_async, register,
)


class Flasky:
    def on_connect(self, auth: ConnectAuth) -> None: ...
    def on_disconnect(self, reason: str) -> None: ...
    def on_castOff(self, ship: Ship) -> Ship: return ship
    def on_dock_free(self, number: int) -> None: ...
    def on_dock_free_2(self) -> bool: return True
    def on_dock_moor(self, ship: Ship, berth: int = 1) -> tuple[int, str]: return 1, ""


class Threaded:
    def on_connect(self, sid: str, environ: dict[str, object], auth: ConnectAuth) -> None: ...
    def on_disconnect(self, sid: str, reason: str) -> None: ...
    def on_castOff(self, sid: str, ship: Ship) -> Ship: return ship
    def on_dock_free(self, sid: str, number: int) -> None: ...
    def on_dock_free_2(self, sid: str) -> bool: return True
    def on_dock_moor(self, sid: str, ship: Ship, berth: int = 1) -> tuple[int, str]: return 1, ""


class Async:
    async def on_connect(self, sid: str, environ: dict[str, object], auth: ConnectAuth) -> None: ...
    async def on_disconnect(self, sid: str, reason: str) -> None: ...
    async def on_castOff(self, sid: str, ship: Ship) -> Ship: return ship
    async def on_dock_free(self, sid: str, number: int) -> None: ...
    async def on_dock_free_2(self, sid: str) -> bool: return True
    async def on_dock_moor(self, sid: str, ship: Ship, berth: int = 1) -> tuple[int, str]:
        return 1, ""


flasky: Handlers = Flasky()
threaded: ServerHandlers = Threaded()
asynchronous: AsyncHandlers = Async()
sio = socketio.Server()
register(sio, threaded)
emit_ship_seen(sio, Ship(name="a"), to="room")
answer: Ship = call_ask(sio, "x", to="sid")
client = Client(socketio.Client())
moored: tuple[int, str] = client.call_dock_moor(Ship(name="a"), 1)


@client.on_shipSeen
def seen(ship: Ship) -> None: ...


@client.on_ask
def ask(name: str) -> Ship: return Ship(name=name)


async def main() -> None:
    server = socketio.AsyncServer()
    register(server, asynchronous)
    await emit_ship_seen_async(server, Ship(name="a"))
    other: Ship = await call_ask_async(server, "x", to="sid")
    client = AsyncClient(socketio.AsyncClient())
    ship: Ship = await client.call_cast_off(other)

    @client.on_ask
    async def ask(name: str) -> Ship: return ship


class AsyncEmitting:
    async def emit(self, event: str, *args: object, **kwargs: object) -> None: ...
    async def call(self, event: str, *args: object, **kwargs: object) -> object: ...


class Snaky(Flasky):
    def on_castOff(self, ship: str) -> Ship: return Ship(name=ship)  # type: ignore[override]
"""
BAD = (
    "a: Handlers = Snaky()",
    "b: ServerHandlers = Flasky()",
    "c: AsyncHandlers = Threaded()",
    'emit_ship_seen(AsyncEmitting(), Ship(name="a"))',
    'client.call_cast_off("Elsa")',
    "client.on_shipSeen(lambda number: number + 1)",
    "@client.on_ask\ndef other(name: str) -> int: return 1",
    "register(sio, Snaky())",
)


def test_mypy_takes_what_is_right_and_finds_what_is_wrong(folder: Path, skip_or_fail: Any) -> None:
    """Each line that is wrong has an error, and nothing else has."""
    if find_spec("mypy") is None:
        skip_or_fail("mypy is not installed: the dependency group 'types' has it")
    lines = GOOD.count("\n")
    starts = {}
    text = GOOD
    for wrong in BAD:
        starts[text.count("\n") + 1] = wrong
        text += f"{wrong}\n"
    (folder / "program.py").write_text(dedent(text))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports",
         "--cache-dir", str(folder / "cache"), "--allow-subclassing-any",
         "--allow-untyped-calls", "program.py", "harbour_pydantic.py", "quays"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = {
        int(line.split(":")[1])
        for line in done.stdout.splitlines()
        if line.startswith("program.py:") and ": error:" in line
    }
    others = [line for line in done.stdout.splitlines() if line.startswith(("harbour", "quays"))]
    assert others == []
    assert min(found, default=0) > lines, done.stdout
    assert found == starts.keys(), (starts, done.stdout)
