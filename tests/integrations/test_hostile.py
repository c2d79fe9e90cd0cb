"""A client that keeps to nothing but the framing of WebSocket: it gets answers, and no further."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import websocket
from socketio import ASGIApp
from traffic_asyncio import AsyncControls, Uvicorn, new_async_application
from traffic_controls import PATIENCE, Controls, RemoteControls
from traffic_processes import GREENLETS, THREADING, is_missing, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACE = '{"_placeholder":true,"num":%d}'


class Socket:
    """A bare WebSocket that is connected to `/`; packets go out as they are given."""

    def __init__(self, url: str) -> None:
        address = url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self._socket = websocket.create_connection(address, timeout=PATIENCE)
        assert self._socket.recv().startswith("0{")
        self._socket.send("40")
        assert self._socket.recv().startswith("40{")

    def say(self, *packets: str | bytes) -> list[str]:
        """What comes back before the answer to a good event that is sent last, but for pings."""
        for packet in (*packets, '2987654["begin"]'):
            if isinstance(packet, str):
                self._socket.send("4" + packet)
            else:
                self._socket.send_binary(packet)
        got: list[str] = []
        while (answer := self._socket.recv()) != "43987654[]":
            if answer != "2":  # a slow machine takes longer than it takes to be pinged
                got.append(answer)
        return got

    def close(self) -> None:
        self._socket.close(timeout=0)


@dataclass(frozen=True)
class Served:
    """A guarded server: its address, and its controls."""

    url: str
    controls: Any


@pytest.fixture(scope="module", params=[THREADING, "asyncio", *GREENLETS])
def made(
    request: pytest.FixtureRequest,
    application: Any,
    module_net: Any,
    skip_or_fail: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """On threads and on asyncio in this process, on greenlets in one of its own."""
    if request.param == "threading":
        one = application()
        yield Served(module_net.serve(one.app), Controls(one))
    elif request.param == "asyncio":
        asynchronous = new_async_application()
        served = module_net.also_serve(Uvicorn(ASGIApp(asynchronous.server)))
        yield Served(served.url, AsyncControls(asynchronous, served))
    elif reason := is_missing(request.param):
        skip_or_fail(reason)
    else:
        with serving(tmp_path_factory.mktemp(request.param) / "log", request.param) as url:
            yield Served(url, RemoteControls(url))


@pytest.fixture
def socket(made: Served, net: Any) -> Iterator[Socket]:
    made.controls.reset()
    logging.getLogger("asyncapi_guard").disabled = True
    yield net.also_close(Socket(made.url))
    logging.getLogger("asyncapi_guard").disabled = False


def ran(made: Served) -> list[str]:
    """The events whose handlers ran."""
    return [event for _, event, _ in made.controls.ran()]


def test_attachments_are_given_up_when_they_become_too_large(socket: Socket, made: Served) -> None:
    """Forty megabytes wait nowhere: the client is answered, and the rest is rejected one by one."""
    places = ",".join(PLACE % number for number in range(40))
    got = socket.say(f'540-5["anything",{places}]', *[b"x" * 900_000] * 40)
    assert len(got) == 1
    assert got[0].startswith('435[{"error":{"code":"malformed_packet"')
    assert "the attachments are too large" in got[0]
    assert ran(made) == ["begin"]


def test_an_unfinished_binary_packet_does_not_swallow_the_next_event(socket: Socket) -> None:
    """The text that comes in place of the attachment ends the wait, and the client is told."""
    (answer,) = socket.say('51-5["upload",{"name":"n","data":' + PLACE % 0 + "}]", '2["begin"]')
    assert "a text arrived instead of an attachment" in answer


FLOODS = {
    "undeclared events": ['2["nope"]'] * 500,
    "bad payloads": ['2["move",{"x":"1"}]'] * 500,
    "packets of unknown types": ["9"] * 200,
    "lone attachments": [b"x"] * 200,
    "rejected connects": ["0/nope,"] * 200,
    "second connects": ["0"] * 200,
    "acks for nothing": ["37[1]", "30[]", "3[]"] * 100,
}


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_leaves_the_connection_and_the_server_alive(
    kind: str, socket: Socket, made: Any
) -> None:
    """Good events are answered after it, and no handler ran because of it."""
    socket.say(*FLOODS[kind])
    assert ran(made) == ["begin"]


EXPENSIVE = {
    "80,000 unknown properties": '25["move",{'
    + ",".join(f'"k{i}":1' for i in range(80_000))
    + "}]",
    "400,000 arguments": '25["pair",' + ",".join("1" * 400_000) + "]",
    "20,000 places": '51-5["upload",' + ",".join([PLACE % 0] * 20_000) + "]",
    "half a megabyte of digits": '25["move",{"x":0.' + "1" * 500_000 + "}]",
    "900 levels": '25["tree",' + '{"child":' * 900 + "1" + "}" * 900 + "]",
    "an event name of 900 kB": '25["' + "n" * 900_000 + '"]',
    "a namespace of 900 kB": "0/" + "a-" * 450_000 + ",",
}


@pytest.mark.parametrize("kind", EXPENSIVE)
def test_what_is_expensive_to_reject_is_rejected_cheaply(
    kind: str, socket: Socket, made: Any
) -> None:
    """One packet of the greatest size is answered within the wait that every answer has."""
    (answer,) = socket.say(EXPENSIVE[kind])
    assert '"error"' in answer


def test_rejections_do_not_wait_for_handlers(socket: Socket, made: Served) -> None:
    """They come while a handler of the same client is still at work."""
    made.controls.hold("number")
    rejections = socket.say(
        "21000[" + '"number",1]', *[f'2{id}["move",{{}}]' for id in range(100, 150)]
    )
    made.controls.release("number")
    assert len(rejections) == 50
