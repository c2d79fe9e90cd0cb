"""Methods of python-socketio that a tracer has wrapped, on their class: the guard calls them."""

from __future__ import annotations

import functools
import inspect
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import engineio
import pytest
import socketio
from code_first_stage import Stage
from pydantic import BaseModel
from socketio import packet

if TYPE_CHECKING:
    from collections.abc import Callable


class Step(BaseModel):
    x: int


class Proxy:
    """In the place of a function, and transparent: whatever it is asked, the function answers."""

    def __init__(self, inside: Any, note: Callable[[], None]) -> None:
        vars(self).update(inside=inside, note=note)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inside, name)

    def __eq__(self, other: object) -> bool:
        return bool(self.inside == other)

    def __hash__(self) -> int:
        return hash(self.inside)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return Proxy(self.inside.__get__(instance, owner), self.note)

    def __call__(self, *args: Any, **options: Any) -> Any:
        self.note()
        return self.inside(*args, **options)


def wrapper(inside: Any, note: Callable[[], None]) -> Any:
    """A function in the place of another."""

    @functools.wraps(inside)
    def call(*args: Any, **options: Any) -> Any:
        note()
        return inside(*args, **options)

    @functools.wraps(inside)
    async def call_later(*args: Any, **options: Any) -> Any:
        return await call(*args, **options)

    return call_later if inspect.iscoroutinefunction(inside) else call


#: Those of servers on threads, and of those on asyncio.
OWNERS: dict[str, tuple[Any, Any]] = {
    **dict.fromkeys(
        [
            *("_handle_eio_message", "_get_event_handler", "_trigger_event"),
            *("start_background_task", "_send_packet", "_send_eio_packet"),
        ],
        (socketio.Server, socketio.AsyncServer),
    ),
    "send_packet": (engineio.Server, engineio.AsyncServer),
    "emit": (socketio.Manager, socketio.AsyncManager),
    "get_participants": (socketio.Manager, socketio.AsyncManager),
    **dict.fromkeys(("encode", "decode", "__init__"), (packet.Packet, packet.Packet)),
}


@pytest.mark.parametrize("wrap", [wrapper, Proxy])
@pytest.mark.parametrize("name", OWNERS)
@pytest.mark.parametrize("kind", ["threads", "asyncio"])
def test_what_is_wrapped_is_called(
    kind: str, name: str, wrap: Any, net: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often as without the guard, for an event with an ack whose handler emits another one."""
    owner, called = OWNERS[name][kind != "threads"], list[str]()
    monkeypatch.setattr(owner, name, wrap(getattr(owner, name), lambda: called.append(name)))
    guarded = Stage(kind, net, typed=True)
    guarded.io.doc_emit("told", Step)
    plain = Stage(kind, net, typed=True)
    plain.io = SERVERS[kind]()
    counts = []
    for made in (plain, guarded):
        made.io.on("step", handler_of(made))
        client = made.raw()
        client.enter()
        called.clear()
        client.send('21["step",{"x":3}]')
        assert [client.receive(), client.receive()] == ['2["told",{"x":1}]', "31[3]"]
        counts.append(len(called))
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("wrap", [wrapper, Proxy])
@pytest.mark.parametrize("name", ["_send_packet", "_send_eio_packet", "send_packet"])
@pytest.mark.parametrize("kind", ["threads", "asyncio"])
def test_what_is_wrapped_later_is_called(
    kind: str, name: str, wrap: Any, net: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While clients are connected, and something was sent before."""
    made, owner, called = Stage(kind, net, typed=True), OWNERS[name][kind != "threads"], list[str]()
    made.io.on("step", handler_of(made))
    made.io.doc_emit("told", Step)
    client = made.raw()
    client.enter()
    for wrapped in (False, True):
        client.send('21["step",{"x":3}]')
        assert [client.receive(), client.receive()] == ['2["told",{"x":1}]', "31[3]"]
        assert bool(called) is wrapped
        inside = getattr(owner, name)
        monkeypatch.setattr(owner, name, wrap(inside, lambda: called.append(name)))


def handler_of(made: Stage) -> Any:
    """A handler that emits something before it returns."""

    def take(sid: str, step: Step) -> int:
        made.io.emit("told", {"x": 1}, to=sid)
        return 3

    async def take_and_await(sid: str, step: Step) -> int:
        await made.io.emit("told", {"x": 1}, to=sid)
        return 3

    return take_and_await if made.awaits else take


#: Without the guard.
SERVERS = {
    "threads": lambda: socketio.Server(async_mode="threading"),
    "asyncio": lambda: socketio.AsyncServer(async_mode="asgi"),
}


FIRST = """
import asyncio, socketio

inside, called = socketio.AsyncServer.start_background_task, []

def start(self, *args):
    called.append(1)
    return inside(self, *args)

socketio.AsyncServer.start_background_task = start

from asyncapi_guard.integrations.aio import calling

async def work():
    called.append(2)

async def main():
    calling.start(socketio.AsyncServer(async_mode="asgi"), work)
    await asyncio.sleep(0)

asyncio.run(main())
assert called == [1, 2], called
"""


@pytest.mark.slow
def test_what_was_wrapped_before_the_guard_was_imported_is_called() -> None:
    """As tracers do it, which come first of all."""
    subprocess.run([sys.executable, "-c", FIRST], check=True, timeout=120)
