"""What handlers of types do with values that their types do not take."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from pydantic import BaseModel
from socketio.exceptions import ConnectionRefusedError as RefusedConnect

from asyncapi_guard import AsyncAPISocketIO, RequestValidationError
from asyncapi_guard.codefirst import CATCH_ALL, Registry
from asyncapi_guard.integrations.deciding.calls import Rejected
from asyncapi_guard.integrations.typed_handlers import TypedHandlers, construct


class Move(BaseModel):
    x: int


BAD = {"x": "no"}


def called(event: str, *args: Any, guarded: bool) -> Any:
    """Call a handler of `Move` by an event."""

    def handler(move: Move) -> int:
        return move.x

    registry = Registry()
    registry.receive("/", event, handler, hints=True)
    handlers = TypedHandlers(registry, lambda: guarded)

    def handle(function: Any, _event: str, _namespace: str, _sid: str, *args: Any) -> Any:
        return function(*args)

    return handlers.handle(handle, handler, event, "/", "s", *args)


@pytest.mark.parametrize("guarded", [True, False])
def test_what_the_types_take_reaches_the_handler(guarded: bool) -> None:
    """As an instance, with or without a guard."""
    assert called("move", {"x": 1}, guarded=guarded) == 1


def test_a_guard_is_given_its_own_kind_of_rejection() -> None:
    """It knows what to answer."""
    for event in ("move", "connect"):
        with pytest.raises(Rejected):
            called(event, BAD, guarded=True)


def test_without_a_guard_a_rejection_is_an_error_that_applications_know() -> None:
    """The contract's for an event, and Socket.IO's for a connect."""
    with pytest.raises(RequestValidationError):
        called("move", BAD, guarded=False)
    with pytest.raises(RefusedConnect):
        called("connect", BAD, guarded=False)


def test_a_handler_of_all_events_rejects_by_the_name_of_the_event() -> None:
    """Which is its first argument; the values come after."""

    def every(event: str, move: Move) -> None: ...

    registry = Registry()
    receiver = registry.receive("/", CATCH_ALL, every, hints=True)
    assert construct(receiver, "/", ("moved", {"x": 1})) == ("moved", Move(x=1))
    with pytest.raises(Rejected) as caught:
        construct(receiver, "/", ("moved", BAD))
    violation = caught.value.verdict.violation
    assert violation is not None
    assert violation.event == "moved"


def test_a_guard_that_was_taken_off_is_none() -> None:
    """What the types reject is raised then."""
    app = Flask(__name__)
    io: Any = AsyncAPISocketIO(app, async_mode="threading")

    @io.on("move", get_from_typehint=True)
    def move(move: Move) -> None: ...

    client = io.test_client(app)
    answer = client.emit("move", BAD, callback=True)
    assert answer["error"]["code"] == "request_validation_error"
    io._guarded.uninstall()
    with pytest.raises(RequestValidationError):
        client.emit("move", BAD)
