"""What asyncio's adapters do in rare moments, as those of threads."""

from __future__ import annotations

import asyncio
import functools
import logging
import queue
import time
from typing import Any

import pytest
import socketio
from conftest import PATIENCE, document
from pydantic import BaseModel, field_validator
from security_stage import GOOD, Visitor, shown
from security_stage import document as secured
from test_asyncio import Place, ask
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIAsyncServer, AsyncAPIGuard, EmitValidationError, Identity
from asyncapi_guard.integrations.aio import expiring


@pytest.fixture
def place(net: Any) -> Any:
    """Makes guarded servers; options go to `new_async_application`."""
    return functools.partial(Place, net)


# -- connects --------------------------------------------------------------------------------------


def test_a_connect_handler_is_said_to_run_once(place: Any, caplog: Any) -> None:
    """Where it raises a `TypeError`, after which python-socketio would call it again."""
    at, ran = place(), list[str]()

    async def connect(sid: str, environ: Any, auth: Any) -> None:
        ran.append(sid)
        raise TypeError("inside")

    at.io.on("connect", connect)
    with caplog.at_level(logging.ERROR, "asyncapi_guard"):
        assert '"handler_error"' in at.client().enter()
    assert len(ran) == 1
    assert "the guard does not call it again without the auth value" in caplog.text


def test_what_an_error_handler_has_seen_is_raised_no_further(place: Any, caplog: Any) -> None:
    """Nobody else logs it."""
    at = place()
    seen: queue.Queue[str] = queue.Queue()

    @at.made.guard.on_error
    async def on_error(error: Exception, event: str, sid: str) -> None:
        seen.put(type(error).__name__)

    async def connect(sid: str, environ: Any, auth: Any) -> None:
        raise LookupError("inside")

    at.io.on("connect", connect)
    with caplog.at_level(logging.ERROR):
        assert '"handler_error"' in at.client().enter()
        at.served.run(asyncio.sleep(0))
    assert seen.get(timeout=PATIENCE) == "LookupError"
    assert [record.name for record in caplog.records if record.exc_info] == []


class Token(BaseModel):
    token: str

    @field_validator("token")
    @classmethod
    def is_known(cls, token: str) -> str:
        if token != "good":
            raise ValueError("nobody knows it")
        return token


def test_an_auth_that_a_model_rejects_is_recorded(net: Any) -> None:
    """Of what no schema says: the application's hook hears of it."""
    violations: queue.Queue[Any] = queue.Queue()
    io = AsyncAPIAsyncServer(async_mode="asgi", typed=True, on_violation=violations.put)

    @io.on("connect")
    async def connect(sid: str, environ: dict[str, Any], auth: Token) -> None:
        pass

    served = net.also_serve(Uvicorn(socketio.ASGIApp(io)))
    client = net.raw(served.url)
    assert '"request_validation_error"' in client.enter(auth='{"token":"bad"}')
    assert violations.get(timeout=PATIENCE).event == "connect"


# -- frames ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", [b"nobody waits for it", "461-", '44{"message":"no"}'])
def test_a_frame_that_the_server_cannot_handle_is_junk(frame: Any, place: Any, caplog: Any) -> None:
    """It is a line in the log and no traceback, and the client goes on."""
    at = place()
    at.io.on("begin", lambda sid: None)
    client = at.entered()
    if isinstance(frame, bytes):
        client.ws.send_binary(frame)
    else:
        client.ws.send(frame)
    assert ask(client, "begin") == "37[]"
    assert [record for record in caplog.records if record.exc_info] == []
    assert sum(each.seen for each in at.made.guard.statistics()) > 1


# -- emits and acks --------------------------------------------------------------------------------


def test_an_emit_to_one_client_is_recorded_with_its_address(place: Any) -> None:
    """As the scope has it."""
    at = place()

    async def behind_a_proxy(scope: Any, receive: Any, send: Any) -> None:
        await socketio.ASGIApp(at.io)({**scope, "client": ("192.0.2.7", 5)}, receive, send)

    served = at.net.also_serve(Uvicorn(behind_a_proxy))
    at.net.raw(served.url).enter()
    with pytest.raises(EmitValidationError):
        served.run(at.io.emit("news", object(), to=at.sid()))
    with pytest.raises(EmitValidationError):
        served.run(at.io.emit("nothing_of_it", to=at.sid()))
    assert {each.address for each in at.made.violations} == {"192.0.2.7"}


# -- clients ---------------------------------------------------------------------------------------


def test_what_was_under_way_to_a_client_runs_when_its_guard_goes() -> None:
    """An event that came before passes through what is not guarded any more."""
    ran: list[Any] = []
    client = socketio.AsyncClient()
    client.on("news", lambda *args: ran.append(args))
    guard = AsyncAPIGuard(document())
    guard.protect(client)
    taken = client._handle_event
    guard.uninstall()

    async def come() -> None:
        await taken("/", None, ["news", 1])
        while not ran:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(come(), PATIENCE))
    assert ran == [(1,)]


# -- ends of identities ----------------------------------------------------------------------------


def test_a_watch_that_could_not_begin_begins_with_the_next_client(
    net: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else no identity would ever end."""
    starts = [RuntimeError("no more threads")]
    begun: queue.Queue[None] = queue.Queue()
    start = expiring.start

    def start_later(*args: Any) -> Any:
        if starts:
            raise starts.pop()
        begun.put(None)
        return start(*args)

    def verify(credential: Any, handshake: Any) -> Identity:
        return Identity("ann", frozenset({"enter"}), time.time() + 1)

    io = socketio.AsyncServer(async_mode="asgi", namespaces="*")
    guard = AsyncAPIGuard(secured(["bearer"]), security={"bearer": verify})
    guard.protect(io)
    served = net.also_serve(Uvicorn(socketio.ASGIApp(io)))
    monkeypatch.setattr(expiring, "start", start_later)
    first = net.also_close(Visitor("websocket", served.url, shown("bearer", GOOD)))
    first.enter("/bearer")
    if "1/bearer," not in first.frames:
        first.until("1/bearer,")  # nobody would see that its identity has ended
    assert starts == []
    second = net.also_close(Visitor("websocket", served.url, shown("bearer", GOOD)))
    assert second.enter("/bearer").startswith("0")
    begun.get(timeout=PATIENCE)
    if "1/bearer," not in second.frames:
        second.until("1/bearer,")
