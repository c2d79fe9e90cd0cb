"""The drop-ins: an event by which clients show again who they are, said where it is handled."""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

import pytest
import socketio as pysocketio
from flask import Flask, g
from security_stage import CANARY, GOOD, OTHER, WRONG, Visitor, document, shown, with_renewing
from traffic_asyncio import Uvicorn

from asyncapi_guard import (
    AsyncAPIAsyncServer,
    AsyncAPIClient,
    AsyncAPIServer,
    AsyncAPISocketIO,
    Identity,
    RegistrationError,
)

KINDS = ("AsyncAPIServer", "AsyncAPIAsyncServer", "AsyncAPISocketIO")
BEARER = {"bearer": {"type": "http", "scheme": "bearer"}}
kinds = pytest.mark.parametrize("kind", KINDS)


def export(io: Any) -> Any:
    return io.document()


class People:
    """Whoever has a good token is ann; `ends` says until when, and the next token is for long."""

    def __init__(self, ends: float = 10_000) -> None:
        self.left = {GOOD: ends, OTHER: 10_000.0}

    def __call__(self, credential: Any, handshake: Any) -> Identity | None:
        left = self.left.get(credential)
        scope = credential.partition("-")[0]
        return None if left is None else Identity("ann", {scope}, time.time() + left)


def made(kind: str, **options: Any) -> tuple[Any, Any]:
    """A drop-in, and what serves it."""
    options = {"typed": True, "security": BEARER, **options}
    options.setdefault("verifiers", {"bearer": People()})
    if kind == "AsyncAPISocketIO":
        app = Flask(__name__)
        return AsyncAPISocketIO(app, async_mode="threading", **options), app
    if kind == "AsyncAPIAsyncServer":
        server: Any = AsyncAPIAsyncServer(async_mode="asgi", **options)
        return server, pysocketio.ASGIApp(server)
    server = AsyncAPIServer(async_mode="threading", **options)
    return server, pysocketio.WSGIApp(server)


def visit(kind: str, app: Any, net: Any) -> Visitor:
    on_asyncio = kind == "AsyncAPIAsyncServer"
    url = net.also_serve(Uvicorn(app)).url if on_asyncio else net.serve(app)
    visitor: Visitor = net.also_close(Visitor("websocket", url, shown("bearer", GOOD)))
    return visitor


def ask(visitor: Visitor, *args: Any) -> Any:
    visitor.send(f"2/game,7{json.dumps(args)}")
    return json.loads(visitor.until("3/game,7")[len("3/game,7") :])


@kinds
def test_a_decorator_says_it(kind: str, net: Any) -> None:
    """The handler runs after success, with the new identity; the document says it, too."""
    io, app = made(kind)
    if kind == "AsyncAPISocketIO":

        @io.on("renew", namespace="/game", reauthenticate=True)
        def renew_in_flask(token: str) -> list[str]:
            return sorted(g.identity.scopes)
    else:

        @io.on("renew", namespace="/game", reauthenticate=True)
        def renew(token: str, identity: Identity) -> list[str]:
            return sorted(identity.scopes)

    messages = export(io)["components"]["messages"]
    assert [each.get("x-guard") for each in messages.values()] == [{"reauthenticate": True}]
    visitor = visit(kind, app, net)
    assert visitor.enter("/game").startswith("0")
    assert ask(visitor, "renew", OTHER) == [["other"]]
    assert ask(visitor, "renew", WRONG)[0]["error"]["code"] == "unauthorized"


@kinds
def test_the_logs_are_told_before_the_first_of_these_events(
    kind: str, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A packet is a line in the log before anybody asks what is in it."""
    renew = f"renew_at_{kind}"  # filters of other tests' servers may still be there
    io, app = made(kind, engineio_logger=logging.getLogger("engineio.server"))
    io.on("say", namespace="/game")(lambda *_: None)
    visitor = visit(kind, app, net)
    assert visitor.enter("/game").startswith("0")
    io.on(renew, namespace="/game", reauthenticate=True)(lambda *_: "handled")
    with caplog.at_level(logging.INFO, "engineio.server"):
        assert ask(visitor, renew, OTHER) == ["handled"]
    lines = [line for line in caplog.messages if "eceived packet MESSAGE" in line]
    assert any(f'2/game,7["{renew}",***' in line for line in lines)
    assert CANARY not in caplog.text


@kinds
def test_a_declaration_says_what_tells_of_the_end(kind: str, net: Any) -> None:
    """The guard emits it, and then disconnects the client."""
    io, app = made(kind, verifiers={"bearer": People(0.2)})
    gone = threading.Event()
    io.doc_emit("session_over", None, namespace="/game", expired=True)  # before any handler
    io.on("disconnect", namespace="/game")(lambda *_: gone.set())
    visitor = visit(kind, app, net)
    while not visitor.enter("/game").startswith("0"):
        pass  # a slow machine
    if not any(frame.startswith('2/game,["session_over"]') for frame in visitor.frames):
        visitor.until('2/game,["session_over"]')
    gone.wait()


@kinds
def test_a_document_says_it_itself(kind: str) -> None:
    """Where `spec=` is the contract, an option would do nothing."""
    spec = with_renewing(document(["bearer"]), "bearer")
    io, _ = made(kind, spec=spec, security=None)
    words = (
        r"reauthenticate has no effect with spec=; mark the message in the document with x-guard"
    )
    with pytest.raises(RegistrationError, match=words):
        io.on("renew", namespace="/bearer", reauthenticate=True)(lambda *_: None)


def test_options_may_come_later() -> None:
    """With `init_app`, which looks at all that was registered before."""
    for options, words in (({"security": BEARER}, ""), ({}, "reauthenticate needs security=")):
        io = AsyncAPISocketIO(typed=True)
        io.on("renew", reauthenticate=True)(lambda: None)
        if words:
            with pytest.raises(RegistrationError, match=words):
                io.init_app(Flask(__name__), async_mode="threading", **options)
        else:
            io.init_app(Flask(__name__), async_mode="threading", **options)


@kinds
def test_without_a_verifier_the_handler_does_it(kind: str, net: Any) -> None:
    """As the connect handler does."""
    io, app = made(kind, verifiers=None)
    io.on("renew", namespace="/game", reauthenticate=True)(lambda *_: "handled")
    visitor = visit(kind, app, net)
    assert visitor.enter("/game").startswith("0")
    assert ask(visitor, "renew", WRONG) == ["handled"]


@kinds
def test_it_needs_security(kind: str) -> None:
    """Else there is nothing to renew, and nothing that ends."""
    io, _ = made(kind, security=None, verifiers=None)
    with pytest.raises(RegistrationError, match=r"on\('renew'\): reauthenticate needs security="):
        io.on("renew", reauthenticate=True)(lambda *_: None)
    with pytest.raises(RegistrationError, match=r"doc_emit\('over'\): expired needs security="):
        io.doc_emit("over", str, expired=True)


@kinds
def test_it_must_be_able_to_happen(kind: str) -> None:
    """A header is in no event, and a number is no error object."""
    header = {"key": {"type": "httpApiKey", "in": "header", "name": "X-Key"}}
    io, _ = made(kind, security=header, verifiers={"key": People()})
    with pytest.raises(RegistrationError, match=r"on\('renew'\): reauthenticate has no effect"):
        io.on("renew", reauthenticate=True)(lambda *_: None)
    io, _ = made(kind)
    with pytest.raises(RegistrationError, match=r"doc_emit\('over'\): expired has no effect"):
        io.doc_emit("over", int, expired=True)


def test_a_client_has_neither() -> None:
    """Both are what a server does."""
    client = AsyncAPIClient()
    with pytest.raises(RegistrationError, match="reauthenticate has an effect only on servers"):
        client.on("renew", reauthenticate=True)(lambda *_: None)
    with pytest.raises(RegistrationError, match="expired has an effect only on servers"):
        client.doc_emit("over", str, expired=True)
