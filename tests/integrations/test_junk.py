"""Frames that are no Socket.IO packets: a line, a count, an answer where one was asked for."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from asyncapi_guard import Policy

LONG = "9" * 101
#: Frames, and whether an ack is asked for in them.
JUNK: dict[str, tuple[list[str | bytes], bool]] = {
    "a letter": (["a"], False),
    "nothing": ([""], False),
    "a sign": (["-"], False),
    "another alphabet's digit": (["²"], False),
    "an unknown type": (["7"], False),
    "a type of two digits": (["99[]"], False),
    "an error": (['4{"message":"no"}'], False),
    "an error without anything": (["4{}"], False),
    "too many attachments": (['599999999999-7["word"]'], True),
    "too many attachments, no ack": (['599999999999-["word"]'], False),
    "an endless number of attachments": (["5" + LONG + '-7["word"]'], True),
    "attachments that are no number": (['5x-7["word"]'], False),
    "an endless ack id": (["2" + LONG + '["word"]'], False),
    "a digit that is none as the ack id": (['2²["word","a"]'], False),
    "an ack id and no JSON": (["27[bad"], True),
    "an ack id and nothing": (["27"], True),
    "an ack id and a number": (["27,5"], True),
    "no ack id and no JSON": (["2[bad"], False),
    "bytes": ([b"x"], False),
    "attachments announced, and none": (['50-7["word"]'], True),
    "an attachment announced without a number": (['57["word"]'], True),
    "a list as the name": (['27[["word"]]'], True),
    "an object as the name": (['27[{"word":1}]'], True),
    "no bytes": ([b""], False),
    "a long integer": (["27[" + '"number",' + LONG + "]"], True),
    "an ack of a letter": (["3a"], False),
    "an ack without anything": (["3"], False),
    "an ack with an endless id": (["3" + LONG + "[]"], False),
    "an event in no namespace": (["2/nope,7[]"], False),
    "bytes in no namespace": (['51-/nope,7["word",{"_placeholder":true,"num":0}]'], False),
    "a namespace without an end": (["2/" + "x" * 5000], False),
}


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.INFO, "asyncapi_guard")
    caplog.set_level(logging.WARNING, "engineio.server")
    return caplog


@pytest.mark.parametrize("name", JUNK)
@pytest.mark.sampled(4)
def test_junk_is_a_line_a_count_and_an_answer(
    name: str, entrance: Any, net: Any, lines: Any
) -> None:
    """Never a traceback; and the client may go on."""
    frames, asks = JUNK[name]
    made = entrance()
    made.on("begin")(lambda: None)
    made.on("word")(lambda word: pytest.fail("a handler ran"))
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('29["begin"]')
    client.receive()
    lines.clear()  # of handlers that are not there
    before = sum(s.seen for s in made.guard.statistics())
    for frame in frames:
        client.send(frame)
    if asks:
        frame = client.receive()
        assert frame.startswith("37[")
        assert json.loads(frame[2:])[0]["error"]["code"] == "malformed_packet"
    client.send('28["begin"]')
    assert client.receive() == "38[]"
    written = [record for record in lines.records if "Traceback" in lines.text or record.exc_info]
    assert written == []
    assert len(lines.text.splitlines()) <= 1
    seen = sum(s.seen for s in made.guard.statistics()) - before
    assert len(lines.text.splitlines()) == seen - 2  # the event and its ack
    if lines.text:
        assert "malformed_packet" in lines.text
        assert len(lines.text) < 600


@pytest.mark.parametrize("mode", ["report", "off"])
@pytest.mark.parametrize("name", JUNK)
@pytest.mark.sampled(4)
def test_junk_is_no_more_than_a_line_in_any_mode(
    name: str, mode: str, entrance: Any, net: Any, lines: Any
) -> None:
    """python-socketio rejects it as well, in twenty lines. Nobody is answered."""
    made = entrance(policy=Policy(mode=mode))
    made.on("begin")(lambda: None)
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('29["begin"]')
    client.receive()
    lines.clear()
    for frame in JUNK[name][0]:
        client.send(frame)
    client.send('28["begin"]')
    assert client.receive() == "38[]"
    assert "Traceback" not in lines.text
    assert len(lines.text.splitlines()) <= 1


def test_a_handler_in_line_that_raises_is_not_taken_for_junk(
    entrance: Any, net: Any, lines: Any
) -> None:
    """Its traceback is written, as without the guard."""
    made = entrance(server={"async_handlers": False})

    def word(_: Any) -> None:
        raise ValueError("in the handler")

    made.on("word")(word)
    made.on("begin")(lambda: None)
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('27["word","a"]')
    assert '"handler_error"' in client.receive()
    client.send('28["begin"]')
    client.receive()
    assert "in the handler" in lines.text
