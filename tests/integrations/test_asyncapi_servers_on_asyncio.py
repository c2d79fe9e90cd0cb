"""What asyncio adds to `AsyncAPIAsyncServer`: cancellation, hooks to be awaited, tasks."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import pytest
import socketio
from code_first_stage import Stage
from pydantic import BaseModel

from asyncapi_guard import AckValidationError, Handshake


class Move(BaseModel):
    x: int


@pytest.fixture
def stage(net: Any) -> Any:
    return functools.partial(Stage, "asyncio", net)


async def await_what_was_cancelled() -> None:
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


@pytest.mark.parametrize("in_class", [False, True])
def test_cancellation_that_surfaces_in_a_handler_is_a_fault(in_class: bool, stage: Any) -> None:
    """A connect is rejected, an event is answered, whatever the handler asks for."""
    made = stage(typed=True)

    async def on_connect(handshake: Handshake) -> None:
        await await_what_was_cancelled()

    async def on_move(move: Move) -> int:
        await await_what_was_cancelled()
        return 1

    if in_class:

        class Main(socketio.AsyncNamespace):  # type: ignore[misc]  # it carries no types
            async def on_move(self, move: Move) -> int:
                return await on_move(move)

        class Locked(socketio.AsyncNamespace):  # type: ignore[misc]  # as above
            async def on_connect(self, handshake: Handshake) -> None:
                await on_connect(handshake)

        made.io.register_namespace(Main("/"))
        made.io.register_namespace(Locked("/locked"))
    else:
        made.io.on("move", on_move)
        made.io.on("connect", on_connect, "/locked")
    client = made.client()
    assert client.ask("move", {"x": 1})[0]["error"]["code"] == "handler_error"
    assert client.enter("/locked") is not None
    assert list(made.io.manager.get_participants("/locked", None)) == []


def test_a_partial_and_a_callable_object_are_awaited(stage: Any) -> None:
    """Though python-socketio does not see that they are coroutine functions."""
    made = stage(typed=True)

    async def add(more: int, move: Move) -> int:
        return move.x + more

    class Adding:
        async def __call__(self, move: Move) -> int:
            return move.x + 2

    made.io.on("partial", functools.partial(add, 1), get_from_typehint=True)
    made.io.on("object", Adding(), get_from_typehint=True)
    client = made.client()
    assert client.ask("partial", {"x": 1}) == [2]
    assert client.ask("object", {"x": 1}) == [3]


def test_the_hook_is_awaited_for_what_call_rejects(stage: Any) -> None:
    """Before `call` raises."""
    heard: list[Any] = []

    async def on_violation(violation: Any) -> None:
        await asyncio.sleep(0)
        heard.append(violation.event)

    made = stage(on_violation=on_violation)
    client = made.client()
    client.answers["vote"] = "no"
    with pytest.raises(AckValidationError):
        made.call("vote", to=made.sid(), response_model=Move)
    assert heard == ["vote"]


def test_each_of_many_calls_has_its_own_answer(stage: Any) -> None:
    """The types of callers do not get mixed up."""
    made = stage()
    client = made.client()
    client.answers.update(number=1, move={"x": 2})
    sid = made.sid()

    async def ask() -> list[Any]:
        return await asyncio.gather(
            *(made.io.call("number", to=sid, response_model=int) for _ in range(20)),
            *(made.io.call("move", to=sid, response_model=Move) for _ in range(20)),
        )

    assert made.do(ask()) == [1] * 20 + [Move(x=2)] * 20
