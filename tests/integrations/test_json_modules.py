"""`json=`: modules and objects of an application's own, on every server and every client."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

import engineio
import flask.json
import orjson
import pytest
import socketio
from client_conversations import KINDS, Guarded, Rogue
from conftest import Entrance, document
from engineio import json as engineio_json
from socketio import ASGIApp, packet
from socketio.msgpack_packet import MsgPackPacket
from test_client_traffic import swapped
from traffic_asyncio import Uvicorn, new_async_application

from asyncapi_guard import (
    AsyncAPIAsyncServer,
    AsyncAPIGuard,
    EmitValidationError,
    InstallationError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Orjson:
    """orjson, which writes bytes and takes no separators."""

    @staticmethod
    def dumps(data: Any, **_: Any) -> str:
        return orjson.dumps(data).decode()

    loads = staticmethod(orjson.loads)


class Object:
    """An object with the two functions, and without options."""

    def dumps(self, data: Any, separators: Any = None) -> str:
        return json.dumps(data, separators=separators)

    def loads(self, text: str) -> Any:
        return json.loads(text)


class Keywords:
    """Takes whatever options it is given, and heeds none."""

    @staticmethod
    def dumps(data: Any, **kwargs: Any) -> str:
        return json.dumps(data, separators=(",", ":"))

    @staticmethod
    def loads(text: str, **kwargs: Any) -> Any:
        return json.loads(text)


MODULES = {
    "json": json,
    "engineio.json": engineio_json,
    "flask.json": flask.json,
    "orjson": Orjson,
    "simplejson": "simplejson",
    "ujson": "ujson",
    "an object": Object(),
    "keywords": Keywords,
}


@pytest.fixture(autouse=True)
def _own_json() -> Iterator[None]:
    """python-socketio keeps the module that it was given last for the whole process."""
    before = packet.Packet.json, engineio.packet.Packet.json
    yield
    packet.Packet.json, engineio.packet.Packet.json = before


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest, skip_or_fail: Any) -> Any:
    """A JSON module."""
    made = MODULES[request.param]
    if isinstance(made, str):
        try:
            made = importlib.import_module(made)
        except ImportError:
            skip_or_fail(f"{made} is not installed")
    return made


SERVERS = ("init_app", "protect", "AsyncAPISocketIO", "AsyncAPIServer")
ON_ASYNCIO = ("AsyncServer", "AsyncAPIAsyncServer")


class Served:
    """A guarded server with a JSON module: its address, and how it emits."""

    def __init__(self, kind: str, module: Any, net: Any) -> None:
        self.got: list[Any] = []
        if kind in SERVERS:
            made = Entrance(kind, server={"json": module})
            made.on("word")(lambda word: (1, word))
            made.on("upload")(self.uploaded)
            self.url, self.emit = net.serve(made.wsgi), made.server.emit
            return
        if kind == "AsyncServer":
            io = new_async_application(handlers=False, server={"json": module}).server
        else:
            io = AsyncAPIAsyncServer(async_mode="asgi", spec=document(), json=module)
        io.on("word", lambda sid, word: (1, word))
        io.on("upload", lambda sid, data: self.uploaded(data))
        served = net.also_serve(Uvicorn(ASGIApp(io)))
        self.url = served.url
        self.emit = lambda *args: served.run(io.emit(*args))

    def uploaded(self, data: Any) -> int:
        self.got.append(data)
        return 1


@pytest.mark.parametrize("kind", [*SERVERS, *ON_ASYNCIO])
def test_a_server_is_guarded_with_any_json_module(kind: str, module: Any, net: Any) -> None:
    """It writes what leaves; what comes is held to JSON, whatever the module puts up with."""
    made = Served(kind, module, net)
    client = net.raw(made.url)
    client.enter()

    def ask(frame: str, *attachments: bytes) -> Any:
        for each in (frame, *attachments):
            client.send(each)
        return json.loads(client.receive().removeprefix("37"))

    assert ask('27["word","é/"]') == [1, "é/"]
    place = '{"_placeholder":true,"num":0}'
    assert ask('51-7["upload",{"name":"n","data":' + place + "}]", b"x") == [1]
    assert made.got == [{"name": "n", "data": b"x"}]
    assert ask('27["word",1]')[0]["error"]["code"] == "request_validation_error"
    for malformed in ('27["number",NaN]', '27["bag",{"a":1,"a":2}]', "27[", '27["word","\\ud800"]'):
        assert ask(malformed)[0]["error"]["code"] == "malformed_packet"
    made.emit("moved", {"x": 1, "note": "é"})
    assert json.loads(client.receive()[1:]) == ["moved", {"x": 1, "note": "é"}]
    made.emit("file", {"data": b"x"})
    assert client.receive().startswith("51-[")
    assert client.ws.recv() == b"x"
    for broken in ({"x": "1"}, {"x": float("nan")}, {"x": object()}, {"x": b"1"}):
        with pytest.raises(EmitValidationError):
            made.emit("moved", broken)


class NoOptions:
    """Takes no options."""

    loads = staticmethod(json.loads)

    @staticmethod
    def dumps(data: Any) -> str:
        return json.dumps(data)


@pytest.mark.parametrize("made", [orjson, NoOptions], ids=["orjson as it is", "no options"])
def test_a_module_by_which_nothing_could_be_sent_cannot_be_guarded(made: Any) -> None:
    """Without the guard, each packet that is sent raises."""
    quiet = {"handle_sigint": False}
    for target in (
        socketio.Server(json=made),
        socketio.AsyncServer(json=made),
        socketio.Client(json=made, **quiet),
        socketio.AsyncClient(json=made, **quiet),
    ):
        with pytest.raises(InstallationError, match="with this json=: python-socketio needs"):
            AsyncAPIGuard(document()).protect(target)


def test_what_speaks_messagepack_may_have_any_json_module() -> None:
    """Nothing is sent by it."""
    own = type("Own", (MsgPackPacket,), {})
    guard = AsyncAPIGuard(document())
    guard.protect(socketio.Server(json=orjson, serializer=own))
    assert guard.installed


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_is_guarded_with_any_json_module(kind: str, module: Any, net: Any) -> None:
    """As a server."""
    rogue = net.also_serve(Rogue("word"))
    client = net.also_close(Guarded(kind, swapped(), json=module))
    client.connect(net.serve(rogue.wsgi))
    rogue.ack = ['3%s[{"answer":"é"}]']
    assert client.call("question", "q") == {"answer": "é"}
    rogue.received()
    client.emit("moved", {"x": 1, "note": "é"})
    assert json.loads(rogue.received()[1:]) == ["moved", {"x": 1, "note": "é"}]
    for broken in ({"x": "1"}, {"x": float("nan")}, {"x": object()}):
        with pytest.raises(EmitValidationError):
            client.emit("moved", broken)
    for malformed in ('27["number",NaN]', '27["bag",{"a":1,"a":2}]', '27["word",1]'):
        rogue.send(malformed)
        assert '"error"' in rogue.received()
    assert rogue.heard() == []
    assert [event for _, event, _ in client.ran] == ["word"]
