"""What code says of acks besides types, as the document has it, and in force."""

from __future__ import annotations

import asyncio
from typing import Any

import flask_socketio
import pytest
import socketio
from flask import Flask
from pydantic import BaseModel

from asyncapi_guard import (
    AsyncAPIAsyncClient,
    AsyncAPIAsyncServer,
    AsyncAPIClient,
    AsyncAPIServer,
    AsyncAPISocketIO,
    EmitValidationError,
    RegistrationError,
    ack_options,
    load,
)
from asyncapi_guard.lint import lint

OPTIONS: dict[str, dict[str, Any]] = {
    "must": {"ack_required": True},
    "soon": {"ack_timeout": 5},
    "both": {"ack_required": True, "ack_timeout": 0.5},
    "never": {"no_ack": True},
}
ACKS = {
    "must": {"required": True},
    "soon": {"timeout": 5.0},
    "both": {"required": True, "timeout": 0.5},
}


class Made(BaseModel):
    """What is sent, or answered."""

    number: int


def flask() -> Any:
    return AsyncAPISocketIO(Flask(__name__), typed=True, async_mode="threading")


def threads() -> Any:
    return AsyncAPIServer(typed=True, async_mode="threading")


def on_asyncio() -> Any:
    return AsyncAPIAsyncServer(typed=True, async_mode="asgi")


servers = pytest.mark.parametrize("server", [flask, threads, on_asyncio])


def acks(made: Any) -> dict[str, Any]:
    """What the document says of acks, by events."""
    document = made.asyncapi_doc.dict()
    assert [each for each in lint(document) if each.severity == "error"] == []
    messages = document["components"]["messages"].values()
    return {each["name"]: each.get("x-ack") for each in messages}


@servers
@pytest.mark.parametrize("hinted", [False, True])
def test_options_of_registrations(hinted: bool, server: Any) -> None:
    """They stand beside the schema of the hint; without one, an ack may be anything."""
    made = server()

    def plain(sid: Any = None) -> Any:
        return 1

    def typed() -> Made:
        return Made(number=1)

    for event, options in OPTIONS.items():
        handler = typed if hinted and event != "never" else plain
        made.on(event, **options)(handler) if server is flask else made.on(
            event, handler, **options, get_from_typehint=hinted and event != "never"
        )
    found = acks(made)
    assert found.pop("never") is False
    schema = "#/components/schemas/Made" if hinted else "#/components/schemas/AnyArguments"
    for event, options in ACKS.items():
        args = found[event].pop("args")
        assert found[event] == options
        assert not hinted or args == {"$ref": schema}
    contract = load(made.asyncapi_doc.dict())
    (channel,) = contract.channels.values()
    message = next(each for each in channel.messages.values() if each.event == "both")
    assert message.ack is not None
    assert (message.ack.required, message.ack.timeout) == (True, 0.5)


@servers
def test_options_of_declarations(server: Any) -> None:
    """A declaration again, with another type, does not take them back."""
    made = server()
    for event, options in OPTIONS.items():
        model = None if event == "never" else Made
        made.doc_emit(event, int, ack_model=model, **options)
        made.doc_emit(event, str)
    found = acks(made)
    assert found.pop("never") is False
    args = {"args": {"$ref": "#/components/schemas/Made"}}
    assert found == {event: {**args, **options} for event, options in ACKS.items()}


@pytest.mark.parametrize("server", [threads, on_asyncio])
def test_options_of_event_decorators(server: Any) -> None:
    """`@sio.event(...)` takes them as well."""
    made = server()

    @made.event(ack_required=True, get_from_typehint=True)
    def must(sid: str) -> Made:
        raise NotImplementedError

    assert acks(made)["must"]["required"] is True


KINDS = {
    flask: flask_socketio.Namespace,
    threads: socketio.Namespace,
    on_asyncio: socketio.AsyncNamespace,
    lambda: AsyncAPIClient(typed=True): socketio.ClientNamespace,
    lambda: AsyncAPIAsyncClient(typed=True): socketio.AsyncClientNamespace,
}


@pytest.mark.parametrize(("made", "base"), KINDS.items())
@pytest.mark.parametrize("hinted", [False, True])
def test_options_of_methods(made: Any, base: Any, hinted: bool) -> None:
    """Methods of class-based namespaces have them by a decorator; what overrides one does not."""

    class Above(base):  # type: ignore[misc]  # one of several
        @ack_options(no_ack=True)
        def on_soon(self) -> None: ...

        @ack_options(ack_required=True)
        def on_bare(self) -> None: ...

    class Bank(Above):
        @ack_options(**OPTIONS["both"])
        def on_both(self) -> Made:
            raise NotImplementedError

        @ack_options(**OPTIONS["soon"])
        def on_soon(self) -> Made:  # type: ignore[override]  # what a bad subclass might do
            raise NotImplementedError

        def on_bare(self) -> None: ...

    made = made()
    register = getattr(made, "on_namespace", None) or made.register_namespace
    register(Bank("/bank"), get_from_typehint=hinted)
    found = acks(made)
    assert found["bare"] in (None, {"type": "null"})
    assert {key: found["both"][key] for key in ("required", "timeout")} == ACKS["both"]
    assert found["soon"]["timeout"] == 5.0
    assert "required" not in found["soon"]
    assert (found["both"]["args"] == {"$ref": "#/components/schemas/Made"}) is hinted


@servers
def test_options_that_differ(server: Any) -> None:
    """A decorator and a registration must say the same; and nobody answers a connect."""
    made = server()

    @ack_options(ack_required=True)
    def pay(sid: Any = None) -> None: ...

    made.on("a")(pay)
    made.on("b", ack_required=True)(pay)
    assert (acks(made)["a"]["required"], acks(made)["b"]["required"]) == (True, True)
    with pytest.raises(RegistrationError, match="differ; keep one"):
        made.on("c", no_ack=True)(pay)
    with pytest.raises(RegistrationError, match="never acknowledges 'connect'"):
        made.on("connect")(pay)
    with pytest.raises(RegistrationError, match="ack_options: no_ack excludes"):
        ack_options(no_ack=True, ack_timeout=1)


@servers
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"ack_required": "yes"}, "ack_required must be true or false, not a string"),
        ({"ack_timeout": -1}, "ack_timeout must be a number of seconds above 0"),
        ({"ack_timeout": True}, "ack_timeout must be a number of seconds above 0"),
        ({"no_ack": 1}, "no_ack must be true or false, not a number"),
        ({"no_ack": True, "ack_timeout": 5}, "no_ack excludes an ack"),
        ({"no_ack": True, "ack_required": True}, "no_ack excludes an ack"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], text: str, server: Any) -> None:
    """They are errors where they are written."""
    made = server()
    with pytest.raises(RegistrationError, match="^on\\('a'\\): " + text):
        made.on("a", **options)(print)
    with pytest.raises(RegistrationError, match="^doc_emit\\('a'\\): " + text):
        made.doc_emit("a", int, **options)
    with pytest.raises(RegistrationError, match="no_ack excludes"):
        made.doc_emit("a", int, ack_model=Made, no_ack=True)


@servers
def test_they_are_in_force(server: Any) -> None:
    """What is emitted asks for acks as the declarations say."""
    made = server()
    made.doc_emit("must", int, ack_required=True)
    made.doc_emit("never", int, no_ack=True)

    def emit(event: str, **options: Any) -> None:
        done = made.emit(event, 1, **options)
        if server is on_asyncio:
            asyncio.run(done)

    for event, options in (("must", {}), ("never", {"callback": print, "to": "x"})):
        with pytest.raises(EmitValidationError):
            emit(event, **options)
    emit("never")
