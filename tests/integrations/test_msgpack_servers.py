"""Guarded servers that speak MessagePack: each way to guard them, own classes, floods, modes."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING, Any

import msgpack
import pytest
import socketio
import websocket
from ack_stages import document as ack_contract
from client_conversations import Guarded
from code_first_stage import KINDS, Stage
from conftest import PATIENCE, document
from socketio.msgpack_packet import MsgPackPacket
from test_msgpack_packets import Loose, Stamped, Zipped
from test_strict_msgpack import UNDEFINED, pack
from traffic_asyncio import Uvicorn, new_async_application
from traffic_msgpack import packed

from asyncapi_guard import AsyncAPIGuard, EmitValidationError, Policy, testing

if TYPE_CHECKING:
    from collections.abc import Iterator

MSGPACK = {"serializer": "msgpack"}


class Bare:
    """A bare WebSocket: packets go out as they are, and come as what they say."""

    def __init__(self, url: str, kind: Any = MsgPackPacket) -> None:
        address = url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self.ws = websocket.create_connection(address, timeout=PATIENCE)
        self.ws.recv()  # engine.io's own greeting
        self.kind = kind

    def send(self, frame: Any) -> None:
        if isinstance(frame, bytes):
            self.ws.send_binary(frame)
        else:
            self.ws.send("4" + frame)

    def receive(self) -> dict[str, Any]:
        while not isinstance(frame := self.ws.recv(), bytes):
            self.ws.send("3")  # to engine.io's ping
        if self.kind is Zipped:
            frame = zlib.decompress(frame)
        made: dict[str, Any] = msgpack.unpackb(frame)
        return made

    def enter(self, namespace: str = "/", data: Any = None) -> dict[str, Any]:
        self.send(self.kind(0, data, namespace).encode())
        return self.receive()

    def ask(self, *data: Any) -> Any:
        """Send an event: the values of its ack."""
        self.send(self.kind(2, list(data), "/", 7).encode())
        return self.receive()["data"]

    def say(self, *frames: Any) -> list[Any]:
        """What comes back before the answer to a good event that is sent last."""
        for frame in (*frames, packed(data=["begin"], id=987654)):
            self.send(frame)
        got = []
        while (answer := self.receive()).get("id") != 987654:
            got.append(answer)
        return got

    def close(self) -> None:
        self.ws.close(timeout=0)
        self.ws.shutdown()


# -- each way to guard a server --------------------------------------------------------------------


def test_a_server_is_guarded_whichever_way_it_is_made(entrance: Any, net: Any) -> None:
    """Its packets have python-socketio's fields, and what the guard says is one of them."""
    made = entrance(server=MSGPACK)
    made.on("word")(lambda word: (1, word))
    made.on("connect", "/locked")(lambda auth: None)
    client = net.also_close(Bare(net.serve(made.wsgi)))
    assert set(client.enter()["data"]) == {"sid"}
    assert client.ask("word", "a") == [1, "a"]
    answer = client.ask("word", b"a")[0]["error"]
    assert (answer["code"], answer["event"]) == ("request_validation_error", "word")
    made.emit("file", {"data": b"x"})
    assert client.receive() == {"type": 2, "data": ["file", {"data": b"x"}], "nsp": "/"}
    with pytest.raises(EmitValidationError):
        made.emit("bag_sent", {1: 2})
    rejection = client.enter("/locked", {"token": b"abcd"})
    assert (rejection["type"], rejection["nsp"]) == (4, "/locked")
    assert rejection["data"]["data"]["error"]["code"] == "malformed_packet"
    assert client.enter("/locked", {"token": "abcd"})["type"] == 0
    assert len(made.violations) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_drop_ins_for_servers_on_threads_and_asyncio(kind: str, net: Any) -> None:
    """Type hints are held to what comes."""
    made = Stage(kind, net, serializer="msgpack", get_from_typehint=True)

    @made.on("add", get_from_typehint=True)
    def add(sid: str, number: int, data: bytes) -> int:
        made.got.append((number, data))
        return number + 1

    client = net.also_close(Bare(made.serve()))
    client.enter()
    assert client.ask("add", 1, b"x") == [2]
    for wrong in (("add", "1", b"x"), ("add", 1, "x"), ("add", 1.5, b""), ("add", UNDEFINED, b"")):
        assert "error" in client.ask(*wrong)[0]
    assert made.got == [(1, b"x")]


@pytest.mark.parametrize("kind", ["threads", "asyncio"])
@pytest.mark.parametrize("serializer", [Zipped, Stamped, Loose, MsgPackPacket.configure()])
def test_packets_may_be_of_an_own_class(
    serializer: Any, kind: str, entrances: Any, net: Any
) -> None:
    """It has its say in what is on the wire."""
    if kind == "threads":
        made = entrances("protect", server={"serializer": serializer})
        made.on("word")(lambda word: (1, word))
        url, emit = net.serve(made.wsgi), made.server.emit
    else:
        other = new_async_application(server={"serializer": serializer})
        other.returns["word"] = (1, "a")
        served = net.also_serve(Uvicorn(socketio.ASGIApp(other.server)))
        url = served.url
        emit = lambda *args: served.run(other.server.emit(*args))  # noqa: E731  # one of two
    client = net.also_close(Bare(url, serializer))
    client.enter()
    assert client.ask("word", "a") == [1, "a"]
    for wrong in (b"a", float("nan"), msgpack.ExtType(5, b"")):
        assert "error" in client.ask("word", wrong)[0]
    emit("plain", "a")
    stamp = {"stamp": 1} if serializer is Stamped else {}
    assert client.receive() == {"type": 2, "data": ["plain", "a"], "nsp": "/", **stamp}
    with pytest.raises(EmitValidationError):
        emit("plain", b"a")


@pytest.mark.parametrize("mode", ["report", "off"])
def test_nothing_is_rejected_where_nothing_is_enforced(mode: str, entrance: Any, net: Any) -> None:
    """Handlers get what python-socketio reads, and clients what it writes."""
    made, seen = entrance(policy=Policy(mode=mode), server=MSGPACK), []  # type: ignore[var-annotated]  # of frames
    made.on("anything")(lambda *args: (seen.append(args), len(args))[1])
    made.on("begin")(lambda: None)
    client = net.also_close(Bare(net.serve(made.wsgi)))
    client.enter()
    odd = [b"x", {"a": float("inf")}, msgpack.ExtType(5, b""), UNDEFINED, {b"a": 1}]
    for value in odd:
        assert client.ask("anything", value) == [1]
    assert seen == [(value,) for value in odd]
    made.emit("bag_sent", {1: 2})
    assert msgpack.unpackb(client.ws.recv(), strict_map_key=False)["data"] == ["bag_sent", {1: 2}]
    assert client.say(pack({"type": 5, "nsp": "/", "data": []}), b"\xc1", "2[]") == []
    # Bytes may be in anything, and what was undefined is as in JSON.
    reported = ["receive_event"] * 3 + ["send_event"] + ["receive_event"] * 3
    found = [str(each.checkpoint) for each in made.violations]
    assert found == (reported if mode == "report" else [])


def test_a_server_is_as_it_was_when_the_guard_goes(entrance: Any, net: Any) -> None:
    """Its packets are python-socketio's again."""
    made = entrance(server=MSGPACK)
    made.on("anything")(lambda *args: len(args))
    client = net.also_close(Bare(net.serve(made.wsgi)))
    client.enter()
    made.guard.uninstall()
    assert made.server.packet_class is MsgPackPacket
    assert client.ask("anything", msgpack.ExtType(5, b"")) == [1]


# -- a client that keeps to nothing ----------------------------------------------------------------


@pytest.fixture(scope="module", params=["threads", "asyncio"])
def served(request: pytest.FixtureRequest, application: Any, module_net: Any) -> Any:
    """A guarded application, and its address."""
    if request.param == "threads":
        made = application(serializer="msgpack")
        return made, module_net.serve(made.app)
    made = new_async_application(server=MSGPACK)
    return made, module_net.also_serve(Uvicorn(socketio.ASGIApp(made.server))).url


@pytest.fixture
def bare(served: Any, net: Any) -> Iterator[Bare]:
    """A client of it."""
    made, url = served
    made.ran.clear()
    client = net.also_close(Bare(url))
    client.enter()
    yield client
    assert [name for _, name, _ in made.ran] == ["begin"]


FLOODS = {
    "undeclared events": [packed(data=["nope"])] * 300,
    "bad payloads": [packed(data=["move", {"x": "1"}])] * 300,
    "extensions": [packed(data=["move", msgpack.ExtType(5, b"")])] * 300,
    "packets of unknown types": [packed(type=9)] * 200,
    "packets that wait for attachments": [packed(type=5, data=["begin"])] * 200,
    "frames of nothing": [b"\xc1"] * 200,
    "texts": ["2[]"] * 200,
    "rejected connects": [packed(type=0, nsp="/nope")] * 200,
    "connects to a star": [packed(type=0, nsp="*")] * 200,
    "second connects": [packed(type=0, data=None)] * 200,
    "acks for nothing": [packed(type=3, data=[1], id=each) for each in (0, 7)] * 100,
}


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_leaves_the_connection_and_the_server_alive(kind: str, bare: Bare) -> None:
    """Good events are answered after it, and no handler ran because of it."""
    bare.say(*FLOODS[kind])


def asked(written: bytes, name: str = "anything") -> bytes:
    """An event with an argument that is written already."""
    start = packed(data=..., id=5)
    return b"\x84" + start[1:] + pack("data") + b"\x92" + pack(name) + written


EXPENSIVE = {
    "80,000 unknown properties": packed(data=["move", {f"k{i}": 1 for i in range(80_000)}], id=5),
    "400,000 arguments": packed(data=["pair", *[1] * 400_000], id=5),
    "900,000 arguments in a long form": asked(
        b"\xdd" + (400_000).to_bytes(4, "big") + b"\xcc\x01" * 400_000, "pair"
    ),
    "80,000 properties in a long form": asked(
        b"\xdf"
        + (80_000).to_bytes(4, "big")
        + b"".join(b"\xd9\x06%06d\x01" % number for number in range(80_000)),
        "move",
    ),
    "one name 200,000 times": asked(
        b"\xdf" + (200_000).to_bytes(4, "big") + b"\xa1k\x01" * 200_000
    ),
    "200,000 bytes": packed(data=["move", [b""] * 200_000], id=5),
    "200,000 floats that may be infinite": packed(data=["move", [1.7e308] * 100_000], id=5),
    "490 levels": asked(b"\x81\xa5child" * 490 + b"\x01", "tree"),
    "600 levels": asked(b"\x81\xa5child" * 600 + b"\x01", "tree"),
    "an event name of 900 kB": packed(data=["n" * 900_000], id=5),
    "a namespace of 900 kB": packed(type=0, data=None, nsp="/" + "a-" * 450_000),
}


@pytest.mark.parametrize("kind", EXPENSIVE)
def test_what_is_expensive_to_reject_is_rejected_cheaply(kind: str, bare: Bare) -> None:
    """One packet of the greatest size is answered within the wait that every answer has."""
    (answer,) = bare.say(EXPENSIVE[kind])
    assert "error" in str(answer)


# -- clients for tests -----------------------------------------------------------------------------


def test_clients_for_tests_speak_it(served: Any) -> None:
    """On threads and on asyncio."""
    made, url = served
    made.returns["move"] = {"ok": True}
    with testing.client(url, document(), serializer="msgpack") as client:
        assert client.call("move", {"x": 1}) == {"ok": True}

    async def ask() -> Any:
        async with testing.async_client(url, document(), serializer="msgpack") as other:
            return await other.call("move", {"x": 1})

    assert asyncio.run(ask()) == {"ok": True}


@pytest.mark.parametrize("kind", ["Client", "AsyncClient", "SimpleClient", "AsyncSimpleClient"])
def test_guarded_clients_and_servers_understand_each_other(
    kind: str, served: Any, net: Any
) -> None:
    """Both sides are guarded by one document."""
    made, url = served
    made.returns["move"] = {"ok": True}
    client = net.also_close(Guarded(kind, document(), serializer="msgpack"))
    client.connect(url)
    assert client.call("move", {"x": 1}) == {"ok": True}
    with pytest.raises(EmitValidationError):
        client.emit("move", {"x": b"1"})
    assert len(client.violations) == 1


def test_each_client_has_packets_of_bytes_of_its_own() -> None:
    """Engine.io writes bytes in another way for each transport, and keeps what it wrote."""
    io = socketio.Server(async_mode="threading", **MSGPACK)
    AsyncAPIGuard(ack_contract()).protect(io)
    sent: list[Any] = []
    io._send_eio_packet = lambda eio_sid, packet: sent.append(packet)
    for client in ("one", "another"):
        io.manager.basic_enter_room(client, "/", None, eio_sid=client)
    io.emit("plain_sent")
    by_websocket, by_polling = sent
    assert isinstance(by_websocket.encode(), bytes)
    assert by_polling.encode(b64=True).startswith("b")
