"""What applications, clients and logs learn of a violation, and what they never do."""

from __future__ import annotations

import json
import logging
import random
import threading
from typing import Any

import flask
import flask_socketio
import pytest
import socketio

from asyncapi_guard import (
    AckValidationError,
    AsyncAPIGuard,
    ContractViolation,
    EmitValidationError,
    Policy,
    RequestValidationError,
    ResponseValidationError,
)

BAD, GOOD = {"x": "1"}, {"x": 1}
SECRET = "hunter2-7f3a"  # that is the point
TYPE_PROBLEM = {"path": "/x", "keyword": "type", "message": "expected integer, got string"}
REJECTED = {
    "error": {
        "code": "request_validation_error",
        "namespace": "/",
        "event": "move",
        "problems": [TYPE_PROBLEM],
    }
}
HANDLER_RAISED = "ignore::pytest.PytestUnhandledThreadExceptionWarning"


@pytest.fixture
def made(application: Any) -> Any:
    return application()


def client_of(made: Any, namespace: str | None = None) -> Any:
    return made.socketio.test_client(made.app, namespace=namespace)


def ask(client: Any, event: str, *args: Any, namespace: str | None = None) -> Any:
    return client.emit(event, *args, callback=True, namespace=namespace)


def trouble(code: str, event: str = "move", namespace: str = "/") -> Any:
    return {"error": {"code": code, "namespace": namespace, "event": event}}


# -- the application's error handlers --------------------------------------------------------------


def register(made: Any, way: str, handler: Any) -> None:
    if way == "on_error":
        made.socketio.on_error()(handler)
    elif way == "on_error_default":
        made.socketio.on_error_default(handler)
    else:
        methods = {"error": lambda self, error: handler(error), "on_move": lambda self, data: None}
        namespace = type("Moves", (flask_socketio.Namespace,), methods)("/")
        made.socketio.on_namespace(namespace)


ALL_WAYS = pytest.mark.parametrize("way", ["on_error", "on_error_default", "error method"])


@ALL_WAYS
@pytest.mark.parametrize(
    ("returned", "ack"), [("mine", "mine"), (None, []), (("a", 2), ["a", 2]), ({"e": 1}, {"e": 1})]
)
def test_what_the_error_handler_returns_is_the_ack(
    way: str, returned: Any, ack: Any, application: Any
) -> None:
    """`None` is an ack without values, a tuple one with several."""
    made, errors = application(handlers=way != "error method"), []  # type: ignore[var-annotated]
    register(made, way, lambda error: (errors.append(error), returned)[1])
    assert ask(client_of(made), "move", BAD) == ack
    assert [type(error) for error in errors] == [RequestValidationError]
    assert errors[0].errors() == [TYPE_PROBLEM]
    assert errors[0].violation.checkpoint == "receive_event"


@pytest.mark.parametrize("way", ["on_error", "on_error_default"])
def test_the_error_handler_has_its_request_context(way: str, made: Any) -> None:
    """`request.sid`, `request.event`, `request.namespace`, the session, and `current_app`."""
    seen: dict[str, Any] = {}

    def handler(error: Exception) -> str:
        seen.update(
            sid=flask.request.sid,  # type: ignore[attr-defined]
            namespace=flask.request.namespace,  # type: ignore[attr-defined]
            event=flask.request.event,  # type: ignore[attr-defined]
            user=flask.session["user"],
            app=flask.current_app.name,
        )
        flask_socketio.emit("moved", GOOD)
        return "seen"

    register(made, way, handler)
    made.socketio.on("connect")(lambda: flask.session.update(user="me"))
    client = client_of(made)
    assert ask(client, "move", BAD) == "seen"
    assert seen == {
        "sid": made.server.manager.sid_from_eio_sid(client.eio_sid, "/"),
        "namespace": "/",
        "event": {"message": "move", "args": (BAD,)},
        "user": "me",
        "app": made.app.name,
    }
    assert [event["name"] for event in client.get_received()] == ["moved"]


@ALL_WAYS
def test_a_handler_that_raises_the_error_again_leaves_it_to_the_guard(
    way: str, application: Any
) -> None:
    """`raise error` is how an application says that it does not care."""
    made = application(handlers=way != "error method")

    def again(error: Exception) -> None:
        raise error

    register(made, way, again)
    assert ask(client_of(made), "move", BAD) == REJECTED


@ALL_WAYS
def test_a_handler_that_fails_leaves_the_answer_to_the_guard(
    way: str, application: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The client is answered, and the failure is in the log."""
    made = application(handlers=way != "error method")
    register(made, way, lambda error: {}["missing"])
    assert ask(client_of(made), "move", BAD) == REJECTED
    assert "error handler failed" in caplog.text


@pytest.mark.parametrize("returned", [object(), {1, 2}, float("nan")])
def test_an_answer_that_cannot_be_sent_is_replaced(
    returned: Any, made: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Returning the exception object itself is an easy mistake; the client is answered anyhow."""
    made.socketio.on_error_default(lambda error: returned)
    made.returns["move"] = {"wrong": 1}
    client = client_of(made)
    assert ask(client, "move", BAD) == REJECTED
    assert ask(client, "move", GOOD) == trouble("response_validation_error")
    assert "cannot be sent" in caplog.text


def test_without_an_ack_the_error_handler_still_hears_of_it(made: Any) -> None:
    """The answer goes nowhere, the handler runs."""
    errors: list[Any] = []
    made.socketio.on_error_default(errors.append)
    client_of(made).emit("move", BAD)
    assert [error.event for error in errors] == ["move"]


def test_errors_of_another_namespace_go_to_its_own_handler(made: Any) -> None:
    """`on_error(namespace)` before `on_error_default`, as without the guard."""
    made.socketio.on_error("/rooms/red")(lambda error: "room")
    made.socketio.on_error_default(lambda error: "default")
    client = client_of(made)
    client.connect("/rooms/red")
    assert ask(client, "say", 1, namespace="/rooms/red") == "room"
    assert ask(client, "move", BAD) == "default"


def test_over_a_real_connection_error_handlers_run_off_the_receiving_thread(
    net: Any, made: Any
) -> None:
    """A slow error handler does not hold up the client's other events."""
    release = threading.Event()
    made.socketio.on_error_default(lambda error: (release.wait(120), "slow")[1])
    client = net.client(net.serve(made.app))
    answers: list[Any] = []
    done = threading.Event()
    client.io.emit("move", BAD, callback=lambda *a: (answers.append(a), done.set()))
    assert client.ask("begin") == []
    release.set()
    assert done.wait(120)
    assert answers == [("slow",)]


# -- the structured answer -------------------------------------------------------------------------


def test_without_an_error_handler_the_client_gets_the_object(made: Any) -> None:
    """Exactly the object of the documentation."""
    client = client_of(made)
    assert ask(client, "move", BAD) == REJECTED
    assert ask(client, "move", {}) == {
        "error": {
            "code": "request_validation_error",
            "namespace": "/",
            "event": "move",
            "problems": [
                {"path": "/x", "keyword": "required", "message": "'x' is a required property"}
            ],
        }
    }


def test_a_bad_ack_is_answered_without_details(made: Any) -> None:
    """It is the server's fault; the log and the hook have the details."""
    made.returns["move"] = {"ok": "yes"}
    assert ask(client_of(made), "move", GOOD) == trouble("response_validation_error")
    (violation,) = made.violations
    assert violation.problems[0].path == "/ok"


def test_a_bad_ack_goes_to_the_error_handler(made: Any) -> None:
    """As a `ResponseValidationError`; what it returns is the ack, unjudged."""
    errors: list[Any] = []
    made.socketio.on_error_default(lambda error: (errors.append(error), "mine")[1])
    assert ask(client_of(made), "move", GOOD) == "mine"
    assert [type(error) for error in errors] == [ResponseValidationError]


def test_an_unhandled_declared_event_is_answered(application: Any) -> None:
    """The contract promises it, the server has no handler: the client does not wait."""
    made = application(handlers=False)
    made.socketio.on("connect")(lambda: None)
    assert ask(client_of(made), "move", GOOD) == trouble("unhandled_event")


@pytest.mark.filterwarnings(HANDLER_RAISED)
def test_a_handler_that_raises_is_answered_and_still_raises(net: Any, application: Any) -> None:
    """The client gets `handler_error` without the text; the exception goes where it went before."""
    made, raised = application(handlers=False), []  # type: ignore[var-annotated]

    @made.socketio.on("move")
    def move(data: Any) -> None:
        raise RuntimeError(SECRET)

    with pytest.raises(RuntimeError, match=SECRET):
        ask(client_of(made), "move", GOOD)
    made = application(handlers=False)
    made.socketio.on_event("move", move)
    others = threading.enumerate()
    hook, threading.excepthook = threading.excepthook, lambda args: raised.append(args.exc_value)
    try:
        assert net.client(net.serve(made.app)).ask("move", GOOD) == [trouble("handler_error")]
        for thread in threading.enumerate():
            if "_run" in thread.name and thread not in others:
                thread.join(120)
    finally:
        threading.excepthook = hook
    assert [str(error) for error in raised] == [SECRET]


def test_a_handler_that_raises_without_an_ack_still_raises(made: Any) -> None:
    """Nobody is answered, and nothing is swallowed."""
    made.socketio.on("move")(lambda data: {}["missing"])
    with pytest.raises(KeyError):
        client_of(made).emit("move", GOOD)


# -- emits -----------------------------------------------------------------------------------------


def test_an_emit_error_of_a_handler_goes_to_the_error_handler(made: Any) -> None:
    """It is an exception of the handler like any other."""
    made.socketio.on_error_default(lambda error: type(error).__name__)
    made.socketio.on("begin")(lambda: flask_socketio.emit("moved", BAD))
    assert ask(client_of(made), "begin") == "EmitValidationError"


def test_an_emit_error_that_nobody_handles_is_answered_without_details(made: Any) -> None:
    """The client learns that an emit failed, not what was in it."""
    made.socketio.on("begin")(lambda: flask_socketio.emit("moved", BAD))
    client, answers = client_of(made), []  # type: ignore[var-annotated]
    with pytest.raises(EmitValidationError):
        ask(client, "begin")
    answers.append(client.acks["args"])
    assert answers == [[trouble("emit_validation_error", "moved")]]


def test_an_emit_error_of_a_route_is_the_routes(made: Any) -> None:
    """Flask answers 500, or what the route makes of it."""

    @made.app.get("/bad")
    def bad() -> str:
        made.socketio.emit("moved", BAD)
        return ""

    made.app.register_error_handler(EmitValidationError, lambda error: (error.answer(), 418))
    answer = made.app.test_client().get("/bad")
    assert (answer.status_code, answer.json) == (418, trouble("emit_validation_error", "moved"))


def test_an_emit_error_says_where_the_contract_says_so(made: Any) -> None:
    """For the developer: the place in the document, the problem, and plain data."""
    with pytest.raises(EmitValidationError) as caught:
        made.server.emit("moved", BAD)
    assert str(caught.value).startswith("rejected event 'moved' from the server in '/': /x: ")
    assert "#/channels/main/messages/moved/payload/properties/x/type" in str(caught.value)
    assert caught.value.errors() == [TYPE_PROBLEM]
    assert json.loads(caught.value.json()) == trouble("emit_validation_error", "moved")


# -- acks of clients -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer", [{"answer": 1}, {}, None, b"x", ({"answer": "a"}, 2), float("nan")]
)
def test_call_raises_at_once_when_the_client_answers_wrongly(
    answer: Any, net: Any, made: Any
) -> None:
    """No waiting for the timeout: the rejection is the answer."""
    client = net.client(net.serve(made.app))
    client.answers["question"] = answer
    with pytest.raises(AckValidationError) as caught:
        made.socketio.call("question", "q", to=client.io.get_sid("/"), timeout=120)
    assert caught.value.event == "question"
    client.answers["question"] = {"answer": "a"}
    assert made.server.call("question", "q", to=client.io.get_sid("/")) == {"answer": "a"}


def test_call_of_a_handler_raises_in_the_handler(net: Any, made: Any) -> None:
    """`flask_socketio.call` in a handler, whose error handler answers the client."""
    made.socketio.on_error_default(lambda error: type(error).__name__)
    made.socketio.on("begin")(lambda: flask_socketio.call("question", "q"))
    client = net.client(net.serve(made.app))
    client.answers["question"] = 5
    assert client.ask("begin") == ["AckValidationError"]


def test_a_bad_client_ack_goes_to_the_error_handler(net: Any, made: Any) -> None:
    """With the client's request context; the callback does not run."""
    errors: list[Any] = []
    made.socketio.on_error_default(lambda error: errors.append((flask.request.sid, error)))  # type: ignore[attr-defined]
    client = net.client(net.serve(made.app))
    client.answers["question"] = {"answer": 1}
    sid, ran = client.io.get_sid("/"), []  # type: ignore[var-annotated]
    made.server.emit("question", "q", to=sid, callback=ran.append)
    client.receive()
    client.ask("begin")
    assert ran == []
    ((of, error),) = errors
    assert (of, type(error)) == (sid, AckValidationError)


# -- the hook and the log --------------------------------------------------------------------------


def test_the_hook_is_called_with_each_violation(made: Any) -> None:
    """Rejections of every kind reach it, with the checkpoint and the event."""
    client = client_of(made)
    ask(client, "move", BAD)
    ask(client, "nope")
    ask(client, "move", GOOD)
    client.connect("/locked")
    with pytest.raises(EmitValidationError):
        made.server.emit("moved", BAD)
    assert [(v.checkpoint.value, v.code.value, v.event) for v in made.violations] == [
        ("receive_event", "request_validation_error", "move"),
        ("receive_event", "undeclared_event", "nope"),
        ("send_ack", "response_validation_error", "move"),
        ("connect", "request_validation_error", "connect"),
        ("send_event", "emit_validation_error", "moved"),
    ]
    assert all(violation.rejected for violation in made.violations)


def test_a_hook_that_fails_is_logged_only(
    application: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The client is answered as if nothing had happened."""
    made = application(on_violation=lambda violation: {}["missing"])
    assert ask(client_of(made), "move", BAD) == REJECTED
    (failed,) = [each for each in caplog.records if each.getMessage() == "on_violation failed"]
    assert failed.exc_info  # whoever wrote the hook sees where it failed


HOSTILE = [
    "a\nrejected everything",
    "a\r\nb",
    "\x1b[31mred\x1b[0m",
    "\u2028line",
    "\x85next",
    "é" * 10,
    '"quoted"',
    "m" * 1_000_000,
    "\x00",
    "\u202eright to left",
]


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: repr(name[:12]))
def test_a_log_line_is_one_escaped_line(
    name: str, made: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a client puts into the names of events, namespaces and properties."""
    client = client_of(made)
    ask(client, name)
    ask(client, "move", {"x": 1, name: 1})
    ask(client, "pair", {name: 1}, {name: {name: 1}})
    client.connect("/" + name.replace(",", ""))
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 4
    for line in lines:
        assert "\x1b" not in line
        assert line.isprintable()
        assert len(line) < 2_000


BAD_IN = {
    "value": ("move", {"x": SECRET}),
    "whole": ("move", SECRET),
    "unknown property's value": ("move", {"x": 1, "z": SECRET}),
    "enum-like": ("number", SECRET),
    "several": ("pair", SECRET, SECRET),
    "none expected": ("begin", SECRET),
    "bytes": ("word", SECRET.encode()),
    "nested": ("tree", {"child": {"child": SECRET}}),
    "undeclared": ("nope", SECRET),
    "reserved": ("connect", {"password": SECRET}),
    "text for bytes": ("upload", {"name": "n", "data": SECRET}),
}


@pytest.mark.parametrize("case", BAD_IN)
def test_no_value_of_a_payload_is_shown_to_anybody(
    case: str, made: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in the ack, not in the log, not in the error's text, not in the hook's violation."""
    caplog.set_level(logging.DEBUG)
    errors: list[Any] = []
    made.socketio.on_error_default(lambda error: (errors.append(error), error.answer())[1])
    answer = ask(client_of(made), *BAD_IN[case])
    assert "error" in answer
    shown = [answer, caplog.text, str(errors[0]), repr(errors[0]), errors[0].json()]
    assert SECRET not in " ".join(map(str, [*shown, *made.violations]))


def test_no_value_that_leaves_or_answers_is_shown_either(
    made: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The same for emits, acks in both directions, connects, and packets that cannot be read."""
    caplog.set_level(logging.DEBUG)
    client, answers = client_of(made), []  # type: ignore[var-annotated]
    sid = made.server.manager.sid_from_eio_sid(client.eio_sid, "/")
    made.returns["move"] = {"ok": SECRET}
    answers.append(ask(client, "move", GOOD))
    made.returns["move"] = object()
    with pytest.raises(TypeError) as unsendable:  # as without the guard
        ask(client, "move", GOOD)
    answers.append((str(unsendable.value), repr(unsendable.value)))
    for data in (SECRET, {"x": SECRET}, {"x": 1, "z": SECRET}, b"x" + SECRET.encode()):
        with pytest.raises(EmitValidationError) as caught:
            made.server.emit("moved", data)
        answers.append((str(caught.value), repr(caught.value)))
    made.server.emit("question", "q", to=sid, callback=answers.append)
    for raw in (
        f'31["{SECRET}"]',
        f'31{{"{SECRET}":NaN}}',
        f'2["move",{{"{SECRET}"',
        f"0/locked,{SECRET}",
    ):
        made.server._handle_eio_message(client.eio_sid, raw)
    client.connect("/locked", auth={"token": SECRET, "z": SECRET})
    assert SECRET not in caplog.text + str(answers) + str(made.violations)
    assert len(made.violations) == 11


def test_values_are_shown_when_they_are_asked_for(application: Any) -> None:
    """`include_values=True`, for development."""
    made = application(policy=Policy(include_values=True))
    assert SECRET in str(ask(client_of(made), "move", {"x": SECRET}))


# -- statistics ------------------------------------------------------------------------------------


def test_statistics_are_exact_under_threads(made: Any) -> None:
    """Eight threads, each with good and bad emits; not one is lost."""
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        for turn in range(300):
            if turn % 3:
                made.server.emit("moved", GOOD)
            else:
                with pytest.raises(EmitValidationError):
                    made.server.emit("moved", BAD)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (counted,) = made.guard.statistics()
    assert (counted.namespace, counted.event, counted.checkpoint) == ("/", "moved", "send_event")
    assert (counted.seen, counted.rejected, counted.reported) == (2400, 800, 0)


@pytest.mark.slow
def test_a_client_cannot_fill_the_statistics(contract: Any, application: Any) -> None:
    """Names that the contract does not have are counted together."""
    document = contract()
    document["channels"]["room"]["parameters"] = {"id": {}}
    made = application(document)
    made.guard.on_violation = None
    client, dice = client_of(made), random.Random(1)
    logging.getLogger("asyncapi_guard").disabled = True
    try:
        for _ in range(10_000):
            name = f"{dice.random()}"
            made.server._handle_eio_message(client.eio_sid, f'2["{name}"]')
            made.server._handle_eio_message(client.eio_sid, f"0/{name}")
    finally:
        logging.getLogger("asyncapi_guard").disabled = False
    for number in range(10_100):
        made.server._asyncapi_guard.decide.connecting(f"/rooms/{number}", None, None)
    counted = made.guard.statistics()
    assert len(counted) <= 10_010
    assert sum(s.rejected for s in counted) == 20_000
    assert len(made.guard.guard._remembered) <= 1_024


# -- a guard that fails ----------------------------------------------------------------------------


def broken(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError(SECRET)


@pytest.fixture
def failing(made: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Switches one of the guard's methods off."""

    def fail(name: str) -> None:
        monkeypatch.setattr(made.guard.guard, name, broken)

    return fail


def test_a_guard_that_fails_rejects_at_every_checkpoint(
    made: Any, failing: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Closed, not open; the log says where, and does not quote what was judged."""
    made.returns["move"] = {"ok": True}
    client, called = client_of(made), []  # type: ignore[var-annotated]
    sid = made.server.manager.sid_from_eio_sid(client.eio_sid, "/")
    move = made.guard.contract.channels["main"].messages["move"]
    move.ack.alternatives[0].accepts = broken
    assert ask(client, "move", GOOD) == trouble("guard_error")
    made.ran.clear()
    move.payload.accepts = broken
    assert ask(client, "move", GOOD)["error"]["code"] == "guard_error"
    assert made.ran == []
    made.server.emit("question", "q", to=sid, callback=called.append)
    failing("receive_ack")
    made.server._handle_eio_message(client.eio_sid, '31[{"answer":"a"}]')
    assert called == []
    failing("connect")
    client.connect("/rooms/red")
    assert not client.is_connected("/rooms/red")
    client.get_received()
    made.guard.contract.channels["main"].messages["moved"].payload.accepts = broken
    with pytest.raises(EmitValidationError, match="guard_error"):
        made.server.emit("moved", GOOD)
    assert client.get_received() == []
    assert [v.code.value for v in made.violations] == ["guard_error"] * 5
    assert caplog.text.count("the guard failed at") == 5
    assert SECRET not in caplog.text


# -- connects --------------------------------------------------------------------------------------


def test_a_rejected_connect_has_the_object_as_its_data(net: Any, made: Any) -> None:
    """A real client's `connect_error` gets message and data."""
    client = net.client(net.serve(made.app))
    assert client.enter("/locked", {"token": "abc"}) == {
        "message": "the auth value does not match the contract",
        "data": {
            "error": {
                "code": "request_validation_error",
                "namespace": "/locked",
                "event": "connect",
                "problems": [
                    {
                        "path": "/token",
                        "keyword": "minLength",
                        "message": "is shorter than 4 characters",
                    }
                ],
            }
        },
    }


def _boom(*args: Any) -> None:
    raise RuntimeError(SECRET)


class _Failing(flask_socketio.Namespace):
    on_connect = staticmethod(_boom)


class _FailingWithError(_Failing):
    def error(self, error: Exception) -> None:
        """Takes everything, and says nothing."""


class _RejectingWithError(_FailingWithError):
    def on_connect(self, auth: Any = None) -> None:
        raise flask_socketio.ConnectionRefusedError("no")


class _Plain(socketio.Namespace):
    on_connect = staticmethod(_boom)


CONNECTS: dict[str, Any] = {
    "no error handler": lambda io: io.on("connect", namespace="/rooms/red")(_boom),
    "on_error_default returns None": lambda io: (
        io.on("connect", namespace="/rooms/red")(_boom),
        io.on_error_default(lambda error: None),
    ),
    "on_error returns True": lambda io: (
        io.on("connect", namespace="/rooms/red")(_boom),
        io.on_error("/rooms/red")(lambda error: True),
    ),
    "on_error raises": lambda io: (
        io.on("connect", namespace="/rooms/red")(_boom),
        io.on_error("/rooms/red")(_boom),
    ),
    "class namespace": lambda io: io.on_namespace(_Failing("/rooms/red")),
    "class namespace with an error method": lambda io: io.on_namespace(
        _FailingWithError("/rooms/red")
    ),
    "class namespace with both": lambda io: (
        io.on_namespace(_FailingWithError("/rooms/red")),
        io.on_error_default(lambda error: None),
    ),
    "class namespace that rejects, with an error method": lambda io: io.on_namespace(
        _RejectingWithError("/rooms/red")
    ),
    "plain class namespace": lambda io: io.server.register_namespace(_Plain("/rooms/red")),
    "plain handler": lambda io: io.server.on("connect", _boom, namespace="/rooms/red"),
    "returns False": lambda io: io.on("connect", namespace="/rooms/red")(lambda: False),
}


@pytest.mark.parametrize("always_connect", [False, True])
@pytest.mark.parametrize("case", CONNECTS)
def test_a_connect_handler_that_raises_rejects(
    case: str, always_connect: bool, net: Any, application: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The client is told, is in no room, receives no broadcast, and may try again."""
    made = application(handlers=False)
    made.socketio.on("connect")(lambda: None)
    made.server.always_connect = always_connect
    CONNECTS[case](made.socketio)
    client = net.client(net.serve(made.app))
    if always_connect:
        gone = threading.Event()
        client.io.on("disconnect", lambda *a: gone.set(), namespace="/rooms/red")
        client.enter("/rooms/red")
        assert gone.wait(120)
    else:
        rejection = client.enter("/rooms/red")
        assert SECRET not in str(rejection)
        assert client.enter("/rooms/red") == rejection
    assert list(made.server.manager.get_participants("/rooms/red", None)) == []
    assert made.server.manager.pending_connect == {}
    made.server.emit("said", "hi", namespace="/rooms/red")
    client.io.emit("say", "hi", namespace="/")  # the connection itself lives
    made.server.emit("moved", GOOD)
    assert client.receive() == ("/", "moved", [GOOD])


def test_a_rejection_of_the_application_itself_is_left_alone(net: Any, application: Any) -> None:
    """`ConnectionRefusedError("no", 1)` is not rewritten."""
    made = application(handlers=False)

    @made.socketio.on("connect", namespace="/rooms/red")
    def connect(auth: Any = None) -> None:
        raise flask_socketio.ConnectionRefusedError("no", 1)

    made.socketio.on_error_default(lambda error: None)
    made.socketio.on("connect")(lambda: None)
    client = net.client(net.serve(made.app))
    assert client.enter("/rooms/red") == {"message": "no", "data": 1}
    made.socketio.on_namespace(_RejectingWithError("/locked"))
    assert client.enter("/locked", {"token": "abcd"}) == {"message": "no"}


def test_a_legacy_connect_handler_without_arguments_works(application: Any) -> None:
    """Flask-SocketIO tries with and without auth; the first TypeError is no rejection."""
    made, ran = application(handlers=False), []  # type: ignore[var-annotated]
    made.socketio.on("connect")(lambda: ran.append(1))
    assert client_of(made).is_connected()
    assert ran == [1]


# -- modes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["report", "off"])
def test_report_and_off_let_all_traffic_pass(mode: str, application: Any) -> None:
    """Events, acks both ways, emits and connects; report has them on record."""
    policy = Policy(mode=mode, undeclared_events=mode, undeclared_namespaces=mode)
    made = application(policy=policy)
    made.returns["move"] = "wrong"
    client, called = client_of(made), []  # type: ignore[var-annotated]
    sid = made.server.manager.sid_from_eio_sid(client.eio_sid, "/")
    assert ask(client, "move", BAD) == "wrong"
    made.server.emit("moved", BAD)
    made.server.emit("nope", BAD)
    made.server.emit("question", 1, to=sid, callback=called.append)
    made.server._handle_eio_message(client.eio_sid, "31[5]")
    client.connect("/locked")
    assert client.is_connected("/locked")
    assert called == [5]
    assert len(client.get_received()) == 3
    counted = made.guard.statistics()
    assert sum(s.rejected for s in counted) == 0
    assert sum(s.reported for s in counted) == (7 if mode == "report" else 0)
    assert [v.rejected for v in made.violations] == [False] * (7 if mode == "report" else 0)


def test_modes_may_be_given_by_checkpoint_and_operation(application: Any) -> None:
    """The nearest word counts."""
    policy = Policy(
        mode="report", checkpoints={"send_event": "enforce"}, operations={"main_move": "enforce"}
    )
    made = application(policy=policy)
    client = client_of(made)
    assert ask(client, "move", BAD) == REJECTED
    assert ask(client, "number", "1") == []
    with pytest.raises(EmitValidationError):
        made.server.emit("moved", BAD)


def test_modes_may_be_given_in_the_document(contract: Any, application: Any) -> None:
    """`x-guard` on a message or an operation, the message before the operation."""
    document = contract()
    document["channels"]["main"]["messages"]["move"]["x-guard"] = {"mode": "report"}
    document["operations"]["main_move"]["x-guard"] = {"mode": "enforce"}
    document["operations"]["main_number"]["x-guard"] = {"mode": "off"}
    made = application(document)
    client = client_of(made)
    assert ask(client, "move", BAD) == []
    assert ask(client, "number", "1") == []
    assert [v.event for v in made.violations] == ["move", "move"]
    assert "error" in ask(client, "word", 1)


def test_every_violation_is_one_exception_class() -> None:
    """`except ContractViolation` takes them all."""
    kinds = (RequestValidationError, ResponseValidationError, EmitValidationError)
    assert all(issubclass(kind, ContractViolation) for kind in (*kinds, AckValidationError))


def test_a_missing_engine_is_an_error_not_a_silent_pass(contract: Any) -> None:
    """A name that is none is rejected when the guard is made."""
    with pytest.raises(ValueError, match="engine"):
        AsyncAPIGuard(contract(), engine="fast")  # type: ignore[arg-type]
