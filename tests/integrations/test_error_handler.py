"""`guard.on_error`, the error handler for python-socketio, which has none of its own."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import socketio as pysocketio
from flask import Flask
from flask_socketio import SocketIO

from asyncapi_guard import (
    AckValidationError,
    AsyncAPIGuard,
    InstallationError,
    RequestValidationError,
    ResponseValidationError,
)


class Said:
    """A guarded server with an error handler, and what that was called with."""

    def __init__(self, entrances: Any, net: Any, answer: Any = None) -> None:
        self.made = entrances("protect")
        self.heard: list[tuple[Exception, str, str]] = []
        self.answer = answer

        @self.made.guard.on_error
        def on_error(error: Exception, event: str, sid: str) -> Any:
            self.heard.append((error, event, sid))
            return self.answer(error) if callable(self.answer) else self.answer

        self.client = net.raw(net.serve(self.made.wsgi))

    @property
    def sid(self) -> str:
        return next(self.made.server.manager.get_participants("/", None))[0]

    def ask(self, data: str) -> str:
        self.client.send(f"27{data}")
        return str(self.client.receive())


def fail(*args: Any) -> Any:
    raise RuntimeError("hunter2")


def test_a_rejected_event_is_answered_by_it(entrances: Any, net: Any) -> None:
    """It gets the violation, the event and the session; what it returns is the ack."""
    said = Said(entrances, net, ({"no": 1}, 2))
    said.client.enter()
    assert said.ask('["word",5]') == '37[{"no":1},2]'
    ((error, event, sid),) = said.heard
    assert isinstance(error, RequestValidationError)
    assert (event, sid) == ("word", said.sid)


def test_what_a_handler_raises_is_answered_by_it(entrances: Any, net: Any) -> None:
    """Its answer is not judged, as the contract does not speak of failures."""
    said = Said(entrances, net, str)
    said.made.on("word")(fail)
    said.client.enter()
    assert said.ask('["word","a"]') == '37["hunter2"]'
    assert [(type(error), event) for error, event, _ in said.heard] == [(RuntimeError, "word")]


def test_a_bad_ack_is_answered_by_it(entrances: Any, net: Any) -> None:
    """The handler ran, and what it returned breaks the contract."""
    said = Said(entrances, net, {"sorry": True})
    said.made.on("word")(lambda word: 5)
    said.client.enter()
    assert said.ask('["word","a"]') == '37[{"sorry":true}]'
    assert isinstance(said.heard[0][0], ResponseValidationError)


def test_a_bad_ack_of_a_client_is_heard_of(entrances: Any, net: Any) -> None:
    """Nobody waits for an answer then."""
    said = Said(entrances, net, {"sorry": True})
    said.made.on("begin")(lambda: None)
    said.client.enter()
    said.made.server.emit("question", "q", to=said.sid, callback=fail)
    assert said.client.receive().startswith("21")
    said.client.send("31[5]")
    assert said.ask('["begin"]') == "37[]"
    assert [(type(error), event) for error, event, _ in said.heard] == [
        (AckValidationError, "question")
    ]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("again", [True, False])
def test_without_its_answer_the_guard_answers(
    again: bool, entrances: Any, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """It raises the error again, or one of its own, which the log has."""

    def answer(error: Exception) -> None:
        raise error if again else ValueError("of its own")

    said = Said(entrances, net, answer)
    said.made.on("begin")(fail)
    said.client.enter()
    assert '"request_validation_error"' in said.ask('["word",5]')
    assert '"handler_error"' in said.ask('["begin"]')
    lines = [line for line in caplog.messages if "on_error failed" in line]
    assert len(lines) == (0 if again else 2)


def test_what_has_no_form_in_json_is_no_answer(entrances: Any, net: Any) -> None:
    """The guard answers, and the log says why."""
    said = Said(entrances, net, object())
    said.client.enter()
    assert '"request_validation_error"' in said.ask('["word",5]')


@pytest.mark.parametrize("error", [RuntimeError, TypeError])
def test_it_hears_of_a_connect_handler_that_raises(
    error: type[Exception], entrances: Any, net: Any
) -> None:
    """The client is rejected all the same, whatever is returned."""
    said = Said(entrances, net, True)

    @said.made.on("connect")
    def connect(auth: Any) -> None:
        raise error("hunter2")

    assert '"handler_error"' in said.client.enter()
    assert [(type(heard), event) for heard, event, _ in said.heard] == [(error, "connect")]
    assert said.made.server.manager.rooms == {}


def test_a_rejection_by_a_connect_handler_is_no_error(entrances: Any, net: Any) -> None:
    """It is what the handler wants; and so is a connect that breaks the contract."""
    said = Said(entrances, net, True)

    @said.made.on("connect")
    def connect(auth: Any) -> None:
        raise pysocketio.exceptions.ConnectionRefusedError("no")

    assert '"no"' in said.client.enter()
    assert '"undeclared_namespace"' in said.client.enter("/nope")
    assert said.heard == []


def test_it_hears_of_a_disconnect_handler_that_raises(
    entrances: Any, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Then the session is taken down to its end."""
    said = Said(entrances, net)
    said.made.io.on("disconnect", lambda sid, reason: fail())
    said.made.on("begin")(lambda: None)
    said.client.enter()
    said.client.send("1")
    said.client.enter()
    assert said.ask('["begin"]') == "37[]"
    assert [(type(heard), event) for heard, event, _ in said.heard] == [
        (RuntimeError, "disconnect")
    ]
    assert not said.made.server.manager.pending_disconnect.get("/")
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []


def test_without_the_guard_nothing_is_handed_to_it(entrances: Any, net: Any) -> None:
    """The server is as it was before."""
    said = Said(entrances, net, "an answer")
    said.made.on("word")(lambda word: word)
    said.client.enter()
    said.made.guard.uninstall()
    assert said.ask('["word",5]') == "37[5]"
    assert said.heard == []


# -- where it cannot be ----------------------------------------------------------------------------


async def coroutine(error: Exception, event: str, sid: str) -> None: ...


def test_a_server_on_threads_takes_no_coroutine_function(contract: Any) -> None:
    """Before and after the guard is put on it."""
    guard = AsyncAPIGuard(contract())
    guard.on_error(coroutine)
    server = pysocketio.Server(async_mode="threading")
    with pytest.raises(InstallationError, match="on_error is a coroutine function"):
        guard.protect(server)
    other = AsyncAPIGuard(contract())
    other.protect(server)
    with pytest.raises(InstallationError, match="on_error is a coroutine function"):
        other.on_error(coroutine)


def test_a_coroutine_that_comes_out_of_it_is_no_answer(
    entrances: Any, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The guard answers, and the log says what to do."""
    said = Said(entrances, net, lambda error: coroutine(error, "", ""))
    said.client.enter()
    assert '"request_validation_error"' in said.ask('["word",5]')
    assert "on_error failed: on_error is a coroutine function" in caplog.text


def test_flask_socketio_has_its_own(contract: Any) -> None:
    """An error says which, before and after."""
    app = Flask(__name__)
    io = SocketIO(app, async_mode="threading")
    guard = AsyncAPIGuard(contract())
    guard.on_error(lambda *args: None)
    with pytest.raises(InstallationError, match="on_error_default"):
        guard.init_app(app, io)
    other = AsyncAPIGuard(contract())
    other.init_app(app, io)
    with pytest.raises(InstallationError, match="on_error_default"):
        other.on_error(lambda *args: None)
