"""Small servers on real sockets, and the documents that they are tested against."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import socketio
import uvicorn
from werkzeug.serving import WSGIRequestHandler, make_server

from asyncapi_guard import load
from asyncapi_guard.contract_tests.checks import examine
from asyncapi_guard.contract_tests.judge import Judge
from asyncapi_guard.contract_tests.running import Patience, run_program
from asyncapi_guard.contract_tests.settings import Settings
from asyncapi_guard.contract_tests.steps import Action, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: For how many seconds a program waits for an ack that does not come.
WAIT = 0.3
TEXT = {
    "type": "object",
    "properties": {"text": {"type": "string", "minLength": 1, "maxLength": 5}},
    "required": ["text"],
    "additionalProperties": False,
}
NUMBER = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
ERROR = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}


def contract(received: dict[str, Any], sent: dict[str, Any] | None = None, **more: Any) -> Any:
    """A contract of one namespace; messages have their payload, and `x-ack` if they are dicts."""
    sent = sent or {}
    messages = {"#/channels/c/messages/" + name: each for name, each in (received | sent).items()}
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "channels": {"c": {"address": "/", "messages": received | sent}},
        "operations": {},
        **more,
    }
    for action, names in (("receive", received), ("send", sent)):
        if names:
            document["operations"][action] = {
                "action": action,
                "channel": {"$ref": "#/channels/c"},
                "messages": [{"$ref": each} for each in messages if each.split("/")[-1] in names],
            }
    return load(document)


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def threads(register: Callable[[Any], None], **options: Any) -> Iterator[str]:
    """A server with threads; its address."""
    sio = socketio.Server(async_mode="threading", **options)
    register(sio)
    server = make_server(
        "127.0.0.1", 0, socketio.WSGIApp(sio), threaded=True, request_handler=_Quiet
    )
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        sio.shutdown()
        thread.join(60)


@contextmanager
def on_asyncio(register: Callable[[Any], None], **options: Any) -> Iterator[str]:
    """A server on asyncio; its address."""
    sio = socketio.AsyncServer(async_mode="asgi", **options)
    register(sio)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        socketio.ASGIApp(sio), log_config=None, ws="websockets-sansio", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(60)
        listener.close()


def connect(client: int = 1, *auth: Any, namespace: str = "/", **more: Any) -> Step:
    """A client connects."""
    return Step(Action.CONNECT, client, namespace, args=auth, **more)


def emit(event: str, *args: Any, client: int = 1, ack: bool = True, **more: Any) -> Step:
    """A client sends an event, and asks for an ack."""
    return Step(Action.EMIT, client, "/", event, args, ack=ack, seconds=WAIT, **more)


def found(url: str, contract: Any, *steps: Step, **settings: Any) -> dict[Any, Any]:
    """What the checks find in a program, by their names."""
    chosen = Settings(url, **settings)
    trace = run_program(steps, chosen, Patience(WAIT))
    return {each.check: each for each in examine(trace, Judge(contract, chosen.rejected_when))}
