"""`typed=True` on asyncio: the document judges, and coroutine handlers get instances."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import socketio
from pydantic import BaseModel, Field, field_validator
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIGuard, EmitValidationError, RegistrationError


class Move(BaseModel):
    x: int = Field(ge=0, le=2)

    @field_validator("x")
    @classmethod
    def is_free(cls, x: int) -> int:
        if x == 2:
            raise ValueError("it is taken")
        return x


class Done(BaseModel):
    ok: bool


class Token(BaseModel):
    token: str


def serve(net: Any, contract: Any, register: Any) -> tuple[Any, Any, Uvicorn]:
    """A server whose guard calls typed handlers, before and after which handlers come."""
    io = socketio.AsyncServer(async_mode="asgi")
    guard = AsyncAPIGuard(contract())
    guard.protect(io, typed=True)
    register(io)
    served = net.also_serve(Uvicorn(socketio.ASGIApp(io)))
    client = net.raw(served.url)
    return io, client, served


def ask(client: Any, event: str, data: str, namespace: str = "") -> str:
    client.send(f'2{namespace}7["{event}",{data}]')
    return str(client.receive()).removeprefix(f"3{namespace}7")


def functions(io: Any) -> None:
    @io.on("move")
    async def move(sid: str, move: Move) -> Done:
        await asyncio.sleep(0)
        return Done(ok=move.x == 1)

    @io.on("connect", namespace="/locked")
    async def connect(sid: str, environ: Any, auth: Token) -> None:
        assert type(auth) is Token


def plain_functions(io: Any) -> None:
    @io.on("move")
    def move(sid: str, move: Move) -> Done:
        return Done(ok=move.x == 1)

    @io.on("connect", namespace="/locked")
    def connect(sid: str, environ: Any, auth: Token) -> None:
        assert type(auth) is Token


def awaitables(io: Any) -> None:
    async def later(value: Any) -> Any:
        await asyncio.sleep(0)
        return value

    @io.on("move")
    def move(sid: str, move: Move) -> Any:
        return asyncio.ensure_future(later(Done(ok=move.x == 1)))

    @io.on("connect", namespace="/locked")
    def connect(sid: str, environ: Any, auth: Token) -> Any:
        return asyncio.ensure_future(later(None))


def classes(io: Any) -> None:
    class Main(socketio.AsyncNamespace):  # type: ignore[misc]  # python-socketio carries no types
        async def on_move(self, sid: str, move: Move) -> Done:
            await asyncio.sleep(0)
            return Done(ok=move.x == 1)

    class Locked(socketio.AsyncNamespace):  # type: ignore[misc]  # as above
        async def on_connect(self, sid: str, environ: Any, auth: Token) -> None:
            assert type(auth) is Token

    io.register_namespace(Main("/"))
    io.register_namespace(Locked("/locked"))


@pytest.mark.parametrize("register", [functions, plain_functions, awaitables, classes])
def test_handlers_get_instances_and_return_them(register: Any, net: Any, contract: Any) -> None:
    """What their types reject is rejected as if the document had said so."""
    _, client, _ = serve(net, contract, register)
    client.enter()
    assert ask(client, "move", '{"x":1}') == '[{"ok":true}]'
    assert '"request_validation_error"' in ask(client, "move", '{"x":9}')
    assert "is_free" not in (rejected := ask(client, "move", '{"x":2}'))
    assert '"request_validation_error"' in rejected
    assert client.enter("/locked", '{"token":"abcd"}').startswith("0")
    assert '"request_validation_error"' in client.enter("/locked", '{"token":"a"}')


def test_emits_take_instances(net: Any, contract: Any) -> None:
    """The document judges what they are as plain data."""
    io, client, served = serve(net, contract, lambda io: None)
    client.enter()
    served.run(io.emit("moved", Move(x=1)))
    assert client.receive() == '2["moved",{"x":1}]'
    with pytest.raises(EmitValidationError):
        served.run(io.emit("moved", Done(ok=True)))


@pytest.mark.parametrize("dispatching", [False, True])
def test_a_cancelled_typed_handler_is_a_fault(dispatching: bool, net: Any, contract: Any) -> None:
    """As a handler without types."""

    class Main(socketio.AsyncNamespace):  # type: ignore[misc]  # as above
        async def on_move(self, sid: str, move: Any) -> Done:
            future = asyncio.get_running_loop().create_future()
            future.cancel()
            await future
            return Done(ok=True)

    class Dispatching(Main):
        async def trigger_event(self, event: str, *args: Any) -> Any:
            return await super().trigger_event(event, *args)

    kind = Dispatching if dispatching else Main
    _, client, _ = serve(net, contract, lambda io: io.register_namespace(kind("/")))
    client.enter()
    assert '"handler_error"' in ask(client, "move", '{"x":1}')


def test_hints_that_cannot_be_modelled_are_an_error(contract: Any) -> None:
    """The server is as it was, and its handlers are found as before."""
    io = socketio.AsyncServer(async_mode="asgi")

    class Odd:
        pass

    async def move(sid: str, move: Odd) -> None: ...

    move.__annotations__["move"] = Odd
    io.on("move", move)
    with pytest.raises(RegistrationError):
        AsyncAPIGuard(contract()).protect(io, typed=True)
    assert io._get_event_handler("move", "/", ()) == (move, ())
    AsyncAPIGuard(contract()).protect(io)
