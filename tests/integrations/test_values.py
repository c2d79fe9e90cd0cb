"""Values of an application's own kinds: what is validated is what leaves, on every entrance."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import Any

import jsonschema
import pytest
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from asyncapi_guard import EmitValidationError


class Attributes(dict[str, Any]):
    """A dictionary whose items are attributes, and whose missing ones are more of itself."""

    def __getattr__(self, name: str) -> Any:
        return self.setdefault(name, Attributes())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return Attributes()


class Strict(dict[str, Any]):
    """A dictionary whose attributes are its items, and of which others raise KeyError."""

    def __getattr__(self, name: str) -> Any:
        return self[name]


class Text(dict[str, Any]):
    """A dictionary that can write itself, as something else."""

    def wire_text(self) -> str:
        return '{"x":99}'

    def __str__(self) -> str:
        return '{"x":99}'

    to_json = json = wire_text


class Each(dict[str, Any]):
    """Tells each reader something else: 1, and then what breaks the contract."""

    def __init__(self, *told: Any) -> None:
        super().__init__(x=told[0])
        self.told = list(told)

    def items(self) -> Any:
        told = self.told.pop(0) if len(self.told) > 1 else self.told[0]
        return {"x": told}.items()


KINDS = {
    "attributes": lambda x: Attributes(x=x),
    "strict attributes": lambda x: Strict(x=x),
    "what writes itself": lambda x: Text(x=x),
    "a form": lambda x: MultiDict([("x", x), ("x", "second")]),
    "a form that is read": lambda x: ImmutableMultiDict([("x", x)]),
    "a dictionary": lambda x: {"x": x},
}
MOVE = {
    "type": "object",
    "properties": {"x": {"type": "integer", "minimum": 0, "maximum": 2}},
    "required": ["x"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("name", KINDS)
def test_a_value_leaves_as_it_was_validated(name: str, entrance: Any, net: Any) -> None:
    """As it does without the guard, when it keeps the contract; and not when it breaks it."""
    made = entrance()
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    made.server.emit("moved", KINDS[name](1))
    assert client.receive() == '2["moved",{"x":1}]'
    with pytest.raises(EmitValidationError):
        made.server.emit("moved", KINDS[name]("1"))
    for nested in ([KINDS[name](1)], {"a": KINDS[name](1)}):
        made.server.emit("bag_sent", {"in": nested})
        assert json.loads(client.receive()[1:]) == [
            "bag_sent",
            json.loads(json.dumps({"in": nested})),
        ]


@pytest.mark.parametrize("name", KINDS)
def test_an_ack_leaves_as_it_was_validated(name: str, entrance: Any, net: Any) -> None:
    """A handler's own kinds, which a client can ask for."""
    spec = {
        "asyncapi": "3.1.0",
        "info": {"title": "Acks", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"ask": {"payload": {}, "x-ack": MOVE}}}},
        "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
    }
    made = entrance(spec)
    made.on("ask")(KINDS[name])
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('27["ask",1]')
    assert client.receive() == '37[{"x":1}]'
    client.send('27["ask","1"]')
    assert '"response_validation_error"' in client.receive()


@pytest.mark.parametrize("told", [(1, 9), (1, "1"), (1, 1, 9), (9, 1), (1, 2, 9), (1, b"", 9)])
def test_a_value_that_reads_differently_each_time_never_breaks_the_contract(
    told: Any, entrance: Any, net: Any
) -> None:
    """What a client gets keeps it, or the emit is an error."""
    made = entrance()
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    with contextlib.suppress(EmitValidationError):
        made.server.emit("moved", Each(*told))
    made.server.emit("plain", "last")
    while (frame := client.ws.recv()) != '42["plain","last"]':
        jsonschema.validate(json.loads(frame[2:])[1], MOVE)


def test_what_another_thread_changes_meanwhile_never_breaks_the_contract(
    entrance: Any, net: Any
) -> None:
    """Thousands of emits of one dictionary, whose only value is wrong half of the time."""
    made = entrance()
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    shared, stop = {"x": 1}, threading.Event()

    def change() -> None:
        while not stop.is_set():
            shared["x"] = 9
            shared["x"] = 1

    thread = threading.Thread(target=change)
    thread.start()
    sent = 0
    try:
        for _ in range(3000):
            with contextlib.suppress(EmitValidationError):
                made.server.emit("moved", shared)
                sent += 1
    finally:
        stop.set()
        thread.join()
    made.server.emit("plain", "last")
    heard = 0
    while (frame := client.ws.recv()) != '42["plain","last"]':
        assert frame == '42["moved",{"x":1}]'
        heard += 1
    assert heard == sent
