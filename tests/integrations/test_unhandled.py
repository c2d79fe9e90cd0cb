"""Declared events without a handler: functions, class namespaces, and who answers."""

from __future__ import annotations

from typing import Any

import flask_socketio
import pytest
import socketio


class OfFlask(flask_socketio.Namespace):  # type: ignore[misc]  # carries no types
    def on_begin(self) -> None:
        pass


class Bare(socketio.Namespace):  # type: ignore[misc]  # carries no types
    def on_begin(self, sid: str) -> None:
        pass


class Dispatching(socketio.Namespace):  # type: ignore[misc]  # carries no types
    def trigger_event(self, event: str, *args: Any) -> Any:
        return None


def register(made: Any) -> None:
    if made.way == "protect":
        made.io.register_namespace(Bare("/"))
    else:
        made.io.on_namespace(OfFlask("/"))


@pytest.mark.parametrize("respond", [None, True, False])
def test_a_class_namespace_without_the_method_does_not_handle_the_event(
    respond: bool | None, entrance: Any, net: Any
) -> None:
    """The client hears so, and not that the server's ack is wrong."""
    made = entrance(respond_unhandled=respond)
    register(made)
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('27["number",1]')
    frame = client.receive()
    assert ('"unhandled_event"' in frame) is (respond is not False)
    if respond is False:
        assert frame == "37[]"  # as without the guard
    client.send('28["begin"]')
    assert client.receive() == "38[]"
    assert made.violations == []


def test_one_that_dispatches_events_itself_handles_all(net: Any, entrances: Any) -> None:
    made = entrances("protect")
    made.io.register_namespace(Dispatching("/"))
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    client.send('27["number",1]')
    assert client.receive() == "37[]"


@pytest.mark.parametrize("respond", [None, False])
def test_the_additions_can_be_turned_off(respond: bool | None, entrance: Any, net: Any) -> None:
    """No ack for what has no handler, and none for a handler that raises."""

    def word(_: Any) -> None:
        raise ValueError("in the handler")

    made = entrance(respond_unhandled=respond, server={"async_handlers": False})
    made.on("word")(word)
    made.on("begin")(lambda: None)
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    heard = []
    for frame in ('27["word","a"]', '28["number",1]', '29["begin"]'):
        client.send(frame)
    while not heard or heard[-1] != "39[]":
        heard.append(client.receive())
    assert len(heard) == (3 if respond is None else 1)
