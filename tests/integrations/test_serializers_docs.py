"""docs/how-to/serializers.md: its programs run, and its values are judged as it says."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any

import engineio
import msgpack
import pytest
import socketio
from socketio import packet
from socketio.msgpack_packet import MsgPackPacket
from test_msgpack_servers import Bare
from test_strict_msgpack import UNDEFINED
from traffic_asyncio import Uvicorn

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "serializers.md"
TEXT = PAGE.read_text("utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
VALUES = re.findall(r"^```values\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
NAMES = {"UNDEFINED": UNDEFINED, "ExtType": msgpack.ExtType, "Timestamp": msgpack.Timestamp}

DOCUMENT = """\
asyncapi: 3.1.0
info: {title: Items, version: '1'}
channels:
  items:
    address: /
    messages:
      add:
        payload:
          type: object
          properties: {text: {type: string}}
          required: [text]
        x-ack: {type: object}
operations:
  add:
    action: receive
    channel: {$ref: '#/channels/items'}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "asyncapi.yml").write_text(DOCUMENT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    before = packet.Packet.json, engineio.packet.Packet.json
    yield
    packet.Packet.json, engineio.packet.Packet.json = before


def run(number: int, url: str = "") -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": __name__}
    program = PROGRAMS[number].replace("http://127.0.0.1:5000", url)
    exec(compile(program, str(PAGE), "exec", dont_inherit=True), names)
    return names


def test_a_server_and_its_client(net: Any) -> None:
    """They understand each other, and the client gets the ack."""
    sio = run(0)["sio"]
    assert run(1, net.serve(socketio.WSGIApp(sio)))["item"] == {"id": 1, "text": "milk"}


def test_packets_that_are_zipped(net: Any) -> None:
    """The guard judges what is within."""
    names = run(2)
    sio = names["sio"]
    sio.on("add", lambda sid, item: item)
    client = net.also_close(Bare(net.serve(socketio.WSGIApp(sio)), names["Zipped"]))
    client.receive = lambda: msgpack.unpackb(zlib.decompress(client.ws.recv()))
    client.enter()
    assert client.ask("add", {"text": "milk"}) == [{"text": "milk"}]
    assert "error" in client.ask("add", {"text": b"milk"})[0]


def test_a_json_module(net: Any) -> None:
    """It writes acks."""
    sio = run(3)["sio"]
    sio.on("add", lambda sid, item: item)
    client = net.raw(net.also_serve(Uvicorn(socketio.ASGIApp(sio))).url)
    client.enter()
    client.send('27["add",{"text":"milk"}]')
    assert client.receive() == '37[{"text":"milk"}]'


@pytest.mark.parametrize("line", VALUES[0].splitlines())
def test_values_are_judged_as_the_page_says(line: str, application: Any, net: Any) -> None:
    """Where anything is accepted."""
    value, verdict = line.rsplit(maxsplit=1)
    made = application(serializer="msgpack")
    client = net.also_close(Bare(net.serve(made.app)))
    client.enter()
    answer = client.ask("anything", eval(value, dict(NAMES)))
    assert bool(answer) is (verdict == "rejected")
    if answer:
        assert answer[0]["error"]["code"] == "malformed_packet"
    assert MsgPackPacket.__name__ in TEXT
