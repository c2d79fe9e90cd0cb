"""Every way in and every way out is guarded, however the application is put together."""

from __future__ import annotations

import contextlib
import decimal
import enum
import json
import queue
import threading
from typing import Any

import flask_socketio
import pytest
import socketio
from flask import Flask

from asyncapi_guard import (
    AsyncAPIGuard,
    AsyncAPISocketIO,
    EmitValidationError,
    InstallationError,
    Policy,
)

BAD, GOOD = {"x": "1"}, {"x": 1}


class Word(str, enum.Enum):
    A = "a"


def code(ack: Any) -> str:
    return ack["error"]["code"]


@pytest.fixture
def bare(application: Any) -> Any:
    """A guarded application without handlers, and its test client once something is connected."""
    return application(handlers=False)


def asked(made: Any, event: str = "move", *, namespace: str | None = None) -> list[Any]:
    """What a bad and then a good event are answered."""
    client = made.socketio.test_client(made.app, namespace=namespace)
    return [client.emit(event, data, callback=True, namespace=namespace) for data in (BAD, GOOD)]


# -- handlers --------------------------------------------------------------------------------------


def _on(made: Any, handler: Any) -> None:
    made.socketio.on("move")(handler)


def _on_event(made: Any, handler: Any) -> None:
    made.socketio.on_event("move", handler)


def _event(made: Any, handler: Any) -> None:
    @made.socketio.event
    def move(data: Any) -> Any:
        return handler(data)


def _class(made: Any, handler: Any) -> None:
    class Moves(flask_socketio.Namespace):
        def on_move(self, data: Any) -> Any:
            return handler(data)

    made.socketio.on_namespace(Moves("/"))


def _catch_all(made: Any, handler: Any) -> None:
    made.socketio.on("*")(lambda event, data: handler(data))


def _every_namespace(made: Any, handler: Any) -> None:
    made.socketio.on("connect")(lambda: None)
    made.server.on("move", lambda namespace, sid, data: handler(data), namespace="*")


def _server(made: Any, handler: Any) -> None:
    made.server.on("move", lambda sid, data: handler(data))


def _server_class(made: Any, handler: Any) -> None:
    class Moves(socketio.Namespace):
        def on_move(self, sid: str, data: Any) -> Any:
            return handler(data)

    made.server.register_namespace(Moves("/"))


WAYS_IN = [_on, _on_event, _event, _class, _catch_all, _every_namespace, _server, _server_class]


@pytest.mark.parametrize("register", WAYS_IN, ids=lambda way: way.__name__.strip("_"))
def test_a_handler_is_guarded_however_it_is_registered(register: Any, bare: Any) -> None:
    """The bad event is answered by the guard, the good one by the handler, in every style."""
    got: list[Any] = []
    register(bare, lambda data: (got.append(data), {"ok": True})[1])
    bad, good = asked(bare)
    assert (code(bad), good) == ("request_validation_error", {"ok": True})
    assert got == [GOOD]


@pytest.mark.parametrize("register", WAYS_IN, ids=lambda way: way.__name__.strip("_"))
def test_an_ack_is_guarded_however_the_handler_is_registered(register: Any, bare: Any) -> None:
    """What the handler returns is judged in every style."""
    register(bare, lambda data: {"ok": "yes"})
    assert code(asked(bare)[1]) == "response_validation_error"


def test_handlers_registered_before_the_guard_are_guarded(contract: Any) -> None:
    """The order of registering and guarding does not matter."""
    app = Flask(__name__)
    io = flask_socketio.SocketIO(app, async_mode="threading")
    got: list[Any] = []
    io.on_event("move", got.append)
    AsyncAPIGuard(contract()).init_app(app)
    io.on_event("number", got.append)
    client = io.test_client(app)
    assert code(client.emit("move", BAD, callback=True)) == "request_validation_error"
    assert code(client.emit("number", "1", callback=True)) == "request_validation_error"
    assert got == []


def test_an_application_factory_is_guarded(contract: Any) -> None:
    """`SocketIO()`, `guard`, handlers, and only then the application."""
    io, guard, got = flask_socketio.SocketIO(), AsyncAPIGuard(contract()), []  # type: ignore[var-annotated]
    io.on_event("move", got.append)

    def create_app() -> Flask:
        app = Flask(__name__)
        io.init_app(app, async_mode="threading")
        guard.init_app(app, io)
        return app

    app = create_app()
    assert app.extensions["asyncapi_guard"] is guard
    assert code(io.test_client(app).emit("move", BAD, callback=True)) == "request_validation_error"
    assert got == []


def test_a_test_client_from_before_the_guard_is_guarded(contract: Any) -> None:
    """The test client replaces the server's methods; the guard lives with that, in any order."""
    app = Flask(__name__)
    io = flask_socketio.SocketIO(app, async_mode="threading")
    io.on_event("move", lambda data: {"ok": True})
    client = io.test_client(app)
    guard = AsyncAPIGuard(contract())
    guard.init_app(app)
    assert code(client.emit("move", BAD, callback=True)) == "request_validation_error"
    with pytest.raises(EmitValidationError):
        io.emit("moved", BAD)
    io.emit("moved", GOOD)
    assert client.get_received() == [{"name": "moved", "args": [GOOD], "namespace": "/"}]
    after = io.test_client(app)
    assert code(after.emit("move", BAD, callback=True)) == "request_validation_error"
    assert after.emit("move", GOOD, callback=True) == {"ok": True}


# -- emits -----------------------------------------------------------------------------------------


class _Sender(flask_socketio.Namespace):
    def on_say(self, way: str) -> None:
        getattr(self, way)("moved", BAD, namespace="/")


EMITS = {
    "SocketIO.emit": lambda made, sid: made.socketio.emit("moved", BAD),
    "SocketIO.emit to a room": lambda made, sid: made.socketio.emit("moved", BAD, to="room"),
    "SocketIO.emit to a client": lambda made, sid: made.socketio.emit("moved", BAD, to=sid),
    "SocketIO.emit to a list": lambda made, sid: made.socketio.emit("moved", BAD, to=[sid, "room"]),
    "SocketIO.emit past the queue": lambda made, sid: made.socketio.emit(
        "moved", BAD, ignore_queue=True
    ),
    "SocketIO.emit with a callback": lambda made, sid: made.socketio.emit(
        "question", 1, to=sid, callback=print
    ),
    "SocketIO.emit of several": lambda made, sid: made.socketio.emit("spread", (1, 2)),
    "SocketIO.emit of bytes": lambda made, sid: made.socketio.emit("plain", b"1"),
    "SocketIO.send": lambda made, sid: made.socketio.send(1),
    "SocketIO.send of JSON": lambda made, sid: made.socketio.send({}, json=True),
    "SocketIO.call": lambda made, sid: made.socketio.call("question", 1, to=sid),
    "Server.emit": lambda made, sid: made.server.emit("moved", BAD),
    "Server.send": lambda made, sid: made.server.send(1),
    "Server.call": lambda made, sid: made.server.call("question", 1, to=sid),
    "manager.emit": lambda made, sid: made.server.manager.emit("moved", BAD, "/"),
}


@pytest.mark.parametrize("way", EMITS)
def test_an_emit_is_guarded_however_it_is_made(way: str, application: Any) -> None:
    """It raises where it is made, and no client receives it."""
    made = application()
    client = made.socketio.test_client(made.app)
    sid = made.server.manager.sid_from_eio_sid(client.eio_sid, "/")
    made.server.async_handlers = True  # the test client says no, and then `call` rejects
    with pytest.raises(EmitValidationError):
        EMITS[way](made, sid)
    assert client.get_received() == []


IN_A_HANDLER = {
    "emit": lambda: flask_socketio.emit("moved", BAD),
    "emit, broadcast": lambda: flask_socketio.emit("moved", BAD, broadcast=True),
    "emit, to others": lambda: flask_socketio.emit(
        "moved", BAD, broadcast=True, include_self=False
    ),
    "emit, to a room": lambda: flask_socketio.emit("moved", BAD, to="room"),
    "emit, several": lambda: flask_socketio.emit("spread", ("a", 1)),
    "send": lambda: flask_socketio.send("hi"),
    "another namespace": lambda: flask_socketio.emit(
        "said", 1, namespace="/locked", broadcast=True
    ),
}


@pytest.mark.parametrize("way", IN_A_HANDLER)
def test_an_emit_of_a_handler_is_guarded(way: str, bare: Any) -> None:
    """The handler gets the error."""
    errors: list[Exception] = []

    @bare.socketio.on("begin")
    def begin() -> None:
        flask_socketio.join_room("room")
        with pytest.raises(EmitValidationError) as caught:
            IN_A_HANDLER[way]()
        errors.append(caught.value)

    clients = [bare.socketio.test_client(bare.app) for _ in range(2)]
    clients[0].emit("begin")
    assert len(errors) == 1
    assert [client.get_received() for client in clients] == [[], []]


@pytest.mark.parametrize("kind", ["flask", "plain"])
@pytest.mark.parametrize("way", ["emit", "send"])
def test_an_emit_of_a_class_namespace_is_guarded(kind: str, way: str, bare: Any) -> None:
    """`self.emit` and `self.send` raise like the others."""
    namespace = (flask_socketio if kind == "flask" else socketio).Namespace("/")
    if kind == "flask":
        bare.socketio.on_namespace(namespace)
    else:
        bare.server.register_namespace(namespace)
    client = bare.socketio.test_client(bare.app)
    with pytest.raises(EmitValidationError):
        namespace.emit("moved", BAD) if way == "emit" else namespace.send("hi")
    namespace.emit("moved", GOOD)
    assert [event["args"] for event in client.get_received()] == [[GOOD]]


def test_an_emit_of_a_route_a_task_and_a_thread_is_guarded(bare: Any) -> None:
    """No Socket.IO context is needed for an emit to be judged."""
    bare.socketio.on("connect")(lambda: None)
    client = bare.socketio.test_client(bare.app)
    errors: list[str] = []

    def emit(where: str) -> None:
        try:
            bare.socketio.emit("moved", BAD)
        except EmitValidationError:
            errors.append(where)

    bare.app.add_url_rule("/emit", view_func=lambda: (emit("route"), "")[1], endpoint="emit")
    assert bare.app.test_client().get("/emit").status_code == 200
    for thread in (
        bare.socketio.start_background_task(emit, "task"),
        threading.Thread(target=emit, args=("thread",)),
    ):
        if not thread.is_alive() and thread.ident is None:
            thread.start()
        thread.join()
    assert errors == ["route", "task", "thread"]
    assert client.get_received() == []


def test_an_emit_is_counted_once_whatever_it_is_made_of(application: Any) -> None:
    """Also when only its form on the wire keeps the contract, or not even that."""
    made = application()
    for data in ({"x": 1}, {"x": True}, {"x": {1}}):
        with contextlib.suppress(EmitValidationError):
            made.server.emit("moved", data)
    made.server.emit("spread", (1, Word.A))
    counted = {s.event: s.seen for s in made.guard.statistics() if s.seen}
    assert counted == {"moved": 3, "spread": 1}


def test_good_emits_reach_rooms_and_everybody(net: Any, application: Any) -> None:
    """Rooms, skipped clients, several arguments and bytes work as without the guard."""
    made = application()
    url = net.serve(made.app)
    one, two = net.client(url), net.client(url)
    one_sid = one.io.get_sid("/")
    made.server.enter_room(one_sid, "room")
    made.server.emit("moved", {"x": 0}, room="room")
    made.server.emit("moved", {"x": 1}, skip_sid=one_sid)
    made.server.emit("spread", (1, "a"))
    made.server.emit("file", {"data": bytearray(b"\x00\xff")})
    common = [("/", "spread", [1, "a"]), ("/", "file", [{"data": b"\x00\xff"}])]
    assert [one.receive() for _ in range(3)] == [("/", "moved", [{"x": 0}]), *common]
    assert [two.receive() for _ in range(3)] == [("/", "moved", [{"x": 1}]), *common]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_callbacks_get_good_acks_only(transport: str, net: Any, application: Any) -> None:
    """A real client's ack is judged before the callback runs, over both transports."""
    made = application()
    client = net.client(net.serve(made.app), transports=[transport])
    got: queue.Queue[Any] = queue.Queue()
    for answer in ({"answer": 1}, {"answer": "a"}):
        client.answers["question"] = answer
        made.server.emit("question", "q", to=client.io.get_sid("/"), callback=got.put)
        client.receive()
        client.ask("begin")
    assert got.get(timeout=120) == {"answer": "a"}
    assert got.empty()
    assert len(made.violations) == 1


# -- plain python-socketio -------------------------------------------------------------------------


def test_a_bare_server_is_guarded(net: Any, contract: Any) -> None:
    """`protect` guards a `socketio.Server` behind `socketio.WSGIApp`, with a real client."""
    server = socketio.Server(async_mode="threading")
    got: list[Any] = []

    @server.on("move")
    def move(sid: str, data: Any) -> Any:
        got.append(data)
        server.emit("moved", data, to=sid)
        return {"ok": data["x"] == 1}

    AsyncAPIGuard(contract()).protect(server)
    client = net.client(net.serve(socketio.WSGIApp(server)))
    assert code(client.ask("move", BAD)[0]) == "request_validation_error"
    assert client.ask("move", GOOD) == [{"ok": True}]
    assert client.received() == [("/", "moved", [GOOD])]
    assert got == [GOOD]
    with pytest.raises(EmitValidationError):
        server.emit("moved", BAD)


def test_the_reject_event_tells_those_who_asked_for_no_ack(net: Any, application: Any) -> None:
    """The same object comes as an event; only to the client that sent it."""
    made = application(reject_event="rejected")
    url = net.serve(made.app)
    client, other = net.client(url), net.client(url)
    client.io.emit("move", BAD)
    namespace, event, (answer,) = client.receive()
    assert (namespace, event, code(answer)) == ("/", "rejected", "request_validation_error")
    other.ask("begin")
    assert other.received() == []


# -- putting on and taking off ---------------------------------------------------------------------


def test_uninstall_restores_the_server(application: Any) -> None:
    """Every attribute is what it was, and traffic passes unjudged."""
    app = Flask(__name__)
    io = flask_socketio.SocketIO(app, async_mode="threading")
    owners = (io, io.server, io.server.manager)
    before = [dict(vars(owner)) for owner in owners]
    made = application()
    made.guard.init_app(app, io)
    assert [dict(vars(owner)) for owner in owners] != before
    made.guard.uninstall()
    assert [dict(vars(owner)) for owner in owners] == before
    io.on_event("move", lambda data: "anything")
    assert io.test_client(app).emit("move", BAD, callback=True) == "anything"
    with pytest.raises(InstallationError, match="not installed"):
        made.guard.uninstall()


def test_a_guard_can_be_put_on_again(application: Any) -> None:
    """Uninstalling leaves nothing behind that says `guarded already`."""
    made = application()
    made.guard.uninstall()
    made.guard.init_app(made.app)
    assert code(asked(made)[0]) == "request_validation_error"


def test_callbacks_from_before_uninstall_run_after_it(application: Any) -> None:
    """Acks that are still on their way are not lost."""
    made = application()
    client = made.socketio.test_client(made.app)
    sid = made.server.manager.sid_from_eio_sid(client.eio_sid, "/")
    got: list[Any] = []
    made.server.emit("question", "q", to=sid, callback=got.append)
    made.guard.uninstall()
    made.server._handle_eio_message(client.eio_sid, "31[1]")
    assert got == [1]


def test_a_server_cannot_be_guarded_twice(application: Any, contract: Any) -> None:
    """Neither by the same guard nor by another."""
    made = application()
    with pytest.raises(InstallationError, match="already guarded"):
        made.guard.init_app(made.app, made.socketio)
    with pytest.raises(InstallationError, match="already guarded"):
        AsyncAPIGuard(contract()).protect(made.server)
    with pytest.raises(InstallationError, match=r"call .* once"):
        AsyncAPIGuard(contract()).init_app(made.app)


def test_the_drop_in_is_not_guarded_again(contract: Any) -> None:
    """It has a guard of its own, and takes the document by `spec=`."""
    app = Flask(__name__)
    io = AsyncAPISocketIO(app, spec=contract())
    with pytest.raises(InstallationError, match=r"an AsyncAPISocketIO guards itself.*spec="):
        AsyncAPIGuard(contract()).init_app(app, io)


def test_one_guard_may_guard_several_servers(application: Any) -> None:
    """They are judged by one contract, and counted together."""
    made = application()
    app = Flask(__name__)
    io = flask_socketio.SocketIO(app, async_mode="threading")
    made.guard.init_app(app, io)
    io.on("connect")(lambda: None)
    assert code(io.test_client(app).emit("move", BAD, callback=True)) == "request_validation_error"
    assert code(asked(made)[0]) == "request_validation_error"
    (counted,) = (
        s for s in made.guard.statistics() if s.checkpoint == "receive_event" and s.rejected
    )
    assert counted.rejected == 2


def test_guarding_too_early_says_what_to_do(contract: Any) -> None:
    """Without a `SocketIO`, and with one that has no server yet."""
    for io in (None, flask_socketio.SocketIO()):
        with pytest.raises(InstallationError, match=r"call socketio\.init_app\(app\) before"):
            AsyncAPIGuard(contract()).init_app(Flask(__name__), io)


@pytest.mark.parametrize("which", ["exchanged", "alone", "server"])
def test_the_application_comes_first(which: str, contract: Any) -> None:
    """`init_app` says what it takes, and that it comes too early only where it does."""
    app = Flask(__name__)
    io = flask_socketio.SocketIO(app)
    arguments: Any = {"exchanged": (io, app), "alone": (io,), "server": (app, io.server)}[which]
    with pytest.raises(InstallationError, match=r"^init_app\(app, socketio\) needs .*Flask"):
        AsyncAPIGuard(contract()).init_app(*arguments)


@pytest.mark.parametrize("make", [flask_socketio.SocketIO, lambda: Flask(__name__)])
def test_protect_leads_to_init_app(make: Any, contract: Any) -> None:
    """Whoever has Flask-SocketIO is told which method is theirs."""
    with pytest.raises(InstallationError, match=r"guard\.init_app\(app, socketio\)"):
        AsyncAPIGuard(contract()).protect(make())


@pytest.mark.parametrize(
    "make",
    [
        lambda: socketio.ASGIApp(socketio.AsyncServer(async_mode="asgi")),
        socketio.PubSubManager,
        flask_socketio.SocketIO,
        lambda: None,
        object,
    ],
)
def test_other_objects_cannot_be_guarded(make: Any, contract: Any) -> None:
    """The message names what it was, and what is expected."""
    it = make()
    kind = "None" if it is None else type(it).__qualname__
    with pytest.raises(InstallationError, match=f"{kind}: (expected|pass|call|it) "):
        AsyncAPIGuard(contract()).protect(it)


@pytest.mark.parametrize("wrap", [socketio.WSGIApp, socketio.Middleware])
def test_what_a_server_is_in_leads_to_the_server(wrap: Any, contract: Any) -> None:
    """Deployments have the WSGI application at hand."""
    with pytest.raises(InstallationError, match=r"pass the socketio\.Server that it serves"):
        AsyncAPIGuard(contract()).protect(wrap(socketio.Server(async_mode="threading")))


def test_a_server_of_another_serializer_cannot_be_guarded(contract: Any) -> None:
    """What it writes and reads, nobody else knows."""

    class Other(socketio.packet.Packet):
        uses_binary_events = False

    server = socketio.Server(serializer=Other, async_mode="threading")
    with pytest.raises(InstallationError, match=r"the serializer .*Other: derive it from"):
        AsyncAPIGuard(contract()).protect(server)


class OwnJSON:
    """An application's JSON module: it writes sets as lists, and reads numbers as they were."""

    @staticmethod
    def dumps(data: Any, **options: Any) -> str:
        return json.dumps(data, default=list, **options)

    @staticmethod
    def loads(text: str, **options: Any) -> Any:
        return json.loads(text, parse_float=decimal.Decimal)


def test_an_own_json_module_is_used_and_held_to_json(
    contract: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sent is judged as it is written; what is no JSON is rejected, either way."""
    # python-socketio sets it for all servers of the process.
    monkeypatch.setattr(socketio.packet.Packet, "json", socketio.packet.Packet.json)
    app, got = Flask(__name__), []  # type: ignore[var-annotated]
    io = flask_socketio.SocketIO(app, async_mode="threading", json=OwnJSON)
    io.on_event("anything", lambda data: (got.append(data), {3})[1])
    io.on_event("move", lambda data: {"ok": {1}})
    AsyncAPIGuard(contract()).init_app(app, io)
    client = io.test_client(app)
    assert client.emit("anything", [0.5], callback=True) == [3]
    assert got == [[decimal.Decimal("0.5")]]
    assert code(client.emit("anything", float("nan"), callback=True)) == "malformed_packet"
    assert code(client.emit("move", GOOD, callback=True)) == "response_validation_error"
    io.emit("bag_sent", {"k": {1}})
    assert client.get_received()[0]["args"] == [{"k": [1]}]
    with pytest.raises(EmitValidationError):
        io.emit("moved", {"x": {1}})
    with pytest.raises((EmitValidationError, ValueError)):
        io.emit("bag_sent", {"k": float("nan")})
    assert client.get_received() == []


# -- the admin instrumentation ---------------------------------------------------------------------


@pytest.fixture
def admin(application: Any) -> Any:
    """An application whose guard leaves the admin namespace alone."""
    made = application(policy=Policy(exclude=["/admin"]))
    made.guard.uninstall()
    made.returns["move"] = {"ok": True}
    yield made
    while made.instrumented:
        made.instrumented.pop().uninstrument()


ORDERS = {
    "guard, instrument": "gi",
    "instrument, guard": "ig",
    "guard, instrument, uninstrument": "giu",
    "instrument, guard, uninstrument": "igu",
    "instrument, uninstrument, guard": "iug",
    "guard, instrument, unguard, guard": "giUg",
    "instrument, guard, unguard, guard": "igUg",
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_admin_instrumentation_and_the_guard_work_together(order: str, admin: Any) -> None:
    """In whatever order they come and go, bad traffic is rejected and good traffic arrives."""
    server, admin.instrumented = admin.server, []
    steps = {
        "g": lambda: admin.guard.init_app(admin.app, admin.socketio),
        "U": admin.guard.uninstall,
        "i": lambda: admin.instrumented.append(server.instrument(auth=False)),
        "u": lambda: admin.instrumented.pop().uninstrument(),
    }
    for step in ORDERS[order]:
        steps[step]()
    # The instrumentation asks engine.io, which does not know the test client.
    server.eio._get_socket = lambda eio_sid: type("Socket", (), {"upgraded": True})
    client = admin.socketio.test_client(admin.app)
    assert code(client.emit("move", BAD, callback=True)) == "request_validation_error"
    assert client.emit("move", GOOD, callback=True) == {"ok": True}
    with pytest.raises(EmitValidationError):
        server.emit("moved", BAD)
    server.emit("moved", GOOD)
    assert [event["args"] for event in client.get_received()] == [[GOOD]]


@pytest.mark.parametrize("order", ["giU", "igU", "giUu", "igUu", "iUu"])
def test_without_the_guard_traffic_passes_whatever_the_order(order: str, admin: Any) -> None:
    """Uninstalling under or over the instrumentation leaves nothing that judges."""
    server, admin.instrumented = admin.server, []
    steps = {
        "g": lambda: admin.guard.init_app(admin.app, admin.socketio),
        "U": lambda: admin.guard._installed and admin.guard.uninstall(),
        "i": lambda: admin.instrumented.append(server.instrument(auth=False)),
        "u": lambda: admin.instrumented.pop().uninstrument(),
    }
    for step in order:
        steps[step]()
    admin.ran.clear()
    server.emit("moved", BAD)
    assert admin.guard.statistics() == []


def test_excluded_namespaces_pass_but_for_reserved_names(contract: Any, application: Any) -> None:
    """Nothing is judged there; yet nobody may run handlers of connects by an event."""
    made = application(policy=Policy(exclude=["/admin", "/locked"]))
    got: list[Any] = []
    for namespace in ("/admin", "/locked"):
        made.socketio.on("connect", namespace=namespace)(lambda *a: got.append("connect"))
        made.socketio.on("*", namespace=namespace)(lambda *a: (got.append(a), "ack")[1])
        client = made.socketio.test_client(made.app, namespace=namespace)
        assert client.emit("whatever", BAD, callback=True, namespace=namespace) == "ack"
        made.server.emit("whatever", BAD, namespace=namespace)
        assert len(client.get_received(namespace)) == 1
        got.clear()
        for reserved in ("connect", "disconnect", "*", "connect_error"):
            answer = client.emit(reserved, "sid", callback=True, namespace=namespace)
            assert code(answer) == "reserved_event"
        assert got == []


@pytest.mark.parametrize("mode", ["report", "off"])
def test_reserved_names_are_rejected_in_every_mode(mode: str, application: Any) -> None:
    """They are no matter of the contract."""
    policy = Policy(mode=mode, undeclared_events="off", undeclared_namespaces="off")
    made = application(policy=policy)
    got: list[Any] = []
    made.socketio.on("connect")(lambda *a: got.append(a))
    made.socketio.on("*")(lambda *a: got.append(a))
    client = made.socketio.test_client(made.app)
    got.clear()
    for reserved in ("connect", "disconnect", "*"):
        assert code(client.emit(reserved, "sid", callback=True)) == "reserved_event"
    assert got == []
