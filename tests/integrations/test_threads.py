"""The adapter for threads, hook by hook: frames go in, what the server sends is written down."""

from __future__ import annotations

import logging
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

import flask
import flask_socketio
import pytest
import socketio
from ack_stages import document as with_late_acks

from asyncapi_guard import AsyncAPIGuard, EmitValidationError, Policy
from asyncapi_guard.integrations.installed import MARK

if TYPE_CHECKING:
    from collections.abc import Callable

ADDRESS = "192.0.2.7"
MOVED = ['2["moved",{"x":1}]', '2["moved",{"x":2}]']


class Stage:
    """A guarded server without a network.

    Attributes:
        server: the `socketio.Server`.
        sent: what it has sent: the client's connection, and the frame.
        violations: what the hook was called with.
    """

    def __init__(self, contract: Any, policy: Policy | None = None, **options: Any) -> None:
        self.sent: list[tuple[str, Any]] = []
        self.violations: list[Any] = []
        self.server = socketio.Server(
            async_mode="threading", async_handlers=False, namespaces="*", **options
        )
        self.guard = AsyncAPIGuard(contract(), policy=policy, on_violation=self.violations.append)
        self.guard.protect(self.server)
        self.server.eio.send_packet = lambda client, packet: self.sent.append((client, packet.data))

    @property
    def adapter(self) -> Any:
        return getattr(self.server, MARK)

    def feed(self, client: str, frame: str) -> None:
        """A frame comes from a client."""
        self.server._handle_eio_message(client, frame)

    def connect(self, client: str, namespace: str = "/") -> Any:
        """A client comes and enters a namespace; its session, if it is in."""
        if client not in self.server.environ:
            self.server._handle_eio_connect(client, {"REMOTE_ADDR": ADDRESS})
        self.feed(client, "0" if namespace == "/" else f"0{namespace},")
        return self.server.manager.sid_from_eio_sid(client, namespace)

    def take(self) -> list[tuple[str, Any]]:
        """What was sent since the last time."""
        taken, self.sent[:] = list(self.sent), []
        return taken


@pytest.fixture
def stage(contract: Any) -> Callable[..., Stage]:
    """Makes guarded servers."""

    def make(**options: Any) -> Stage:
        return Stage(contract, **options)

    return make


class Listed(socketio.Manager):  # type: ignore[misc]  # python-socketio carries no types
    """A manager that sends by itself, and writes down what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[Any] = []

    def emit(self, event: str, data: Any, *args: Any, **options: Any) -> None:
        self.given.append(data)
        super().emit(event, data, *args, **options)


class Queued(socketio.PubSubManager):  # type: ignore[misc]  # as above
    """A manager with a message queue that nobody listens to."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[Any] = []

    def initialize(self) -> None:
        """There is nothing to listen to."""

    def _publish(self, data: Any) -> None:
        self.published.append(data)


# -- emits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["to", "room"])
def test_an_emit_reaches_only_whom_it_is_for(name: str, stage: Any) -> None:
    """Whichever of python-socketio's two words for it the application uses."""
    made = stage()
    sid = made.connect("a")
    made.connect("b")
    made.take()
    made.server.emit("moved", {"x": 1}, **{name: sid})
    assert made.take() == [("a", MOVED[0])]


def test_an_emit_that_is_rejected_is_recorded_with_its_client(stage: Any) -> None:
    """With the session it was for, and the address of that."""
    made = stage()
    sid = made.connect("a")
    with pytest.raises(EmitValidationError):
        made.server.emit("moved", {"x": 9}, to=sid)
    assert [(each.sid, each.address) for each in made.violations] == [(sid, ADDRESS)]


def test_an_emit_to_everybody_is_recorded_without_a_client(stage: Any) -> None:
    """Nobody in particular was to have it."""
    made = stage()
    made.connect("a")
    with pytest.raises(EmitValidationError):
        made.server.emit("moved", {"x": 9})
    assert [(each.sid, each.address) for each in made.violations] == [(None, None)]


class Turning(dict):  # type: ignore[type-arg]  # what is in it does not matter
    """Shows something else each time that somebody looks."""

    looks = 0

    def items(self) -> Any:
        self.looks += 1
        return {"x": self.looks}.items()


def test_what_is_reported_is_what_is_sent(stage: Any) -> None:
    """An event is encoded once, also where a violation would not stop it."""
    made = stage(policy=Policy(mode="report"))
    made.connect("a")
    made.take()
    made.server.emit("moved", Turning(x=0))
    assert made.take() == [("a", MOVED[0])]


def test_an_own_manager_gets_a_copy_of_what_was_judged(stage: Any) -> None:
    """What it does with it afterwards is not seen by the application, and the other way round."""
    manager = Listed()
    made = stage(client_manager=manager)
    made.connect("a")
    data = {"x": 1}
    made.server.emit("moved", data)
    assert manager.given == [data]
    assert manager.given[0] is not data


# -- acks ------------------------------------------------------------------------------------------


def asked(made: Stage, sid: str, heard: list[Any]) -> str:
    """Ask a client something: the id of its ack."""
    made.take()
    made.server.emit("question", "why?", to=sid, callback=lambda *values: heard.append(values))
    [(_, frame)] = made.take()
    return str(frame[1 : frame.index("[")])


def test_an_ack_reaches_its_callback(stage: Any) -> None:
    """The server's hook for acks hands on what it is given."""
    made, heard = stage(), []  # type: ignore[var-annotated]  # of whatever comes
    id = asked(made, made.connect("a"), heard)
    made.feed("a", f'3{id}[{{"answer":"so"}}]')
    assert heard == [({"answer": "so"},)]
    assert made.violations == []


@pytest.mark.parametrize("values", ["{}", '"so"', ""])
def test_a_malformed_ack_is_rejected(values: str, stage: Any) -> None:
    """It reaches no callback, and is recorded with the event that it answers."""
    made, heard = stage(), []  # type: ignore[var-annotated]  # of whatever comes
    sid = made.connect("a")
    id = asked(made, sid, heard)
    made.feed("a", f"3{id}{values}")
    assert heard == []
    [violation] = made.violations
    assert (violation.code, violation.event, violation.sid) == ("malformed_packet", "question", sid)


def test_an_ack_by_another_way_is_not_taken_for_the_last_client_s(stage: Any) -> None:
    """Once an ack was handled, whose it was is forgotten."""
    made, heard = stage(), []  # type: ignore[var-annotated]  # of whatever comes
    first, second = made.connect("a"), made.connect("b")
    made.feed("b", f'3{asked(made, second, heard)}[{{"answer":"so"}}]')
    id = asked(made, first, heard)
    made.server.manager.trigger_callback(first, int(id), [5])
    assert [violation.sid for violation in made.violations] == [first]


def test_an_ack_is_not_taken_for_that_of_a_client_that_was_late() -> None:
    """Once an ack is overdue and recorded, whose it was is forgotten."""
    made = Stage(with_late_acks)
    first, second = made.connect("a"), made.connect("b")
    for sid in (first, second):
        made.server.emit("late_sent", to=sid, callback=print)
    callbacks = made.server.manager.callbacks
    ((late, callback),) = [each for each in callbacks[first].items() if each[0]]
    ((id, _),) = [each for each in callbacks[second].items() if each[0]]
    made.adapter._overdue(first, late, callback)  # as the clock does, where it has no thread
    made.server.manager.trigger_callback(second, id, ["no integer"])
    made.guard.uninstall()
    assert [violation.sid for violation in made.violations] == [first, second]


# -- connects --------------------------------------------------------------------------------------


def test_connect_handlers_with_and_without_the_auth_run_once(stage: Any) -> None:
    """What they are called with is what they take."""
    made, ran = stage(), []  # type: ignore[var-annotated]  # of whatever comes
    made.server.on("connect", lambda sid, environ: ran.append("old"), namespace="/rooms/red")
    made.server.on("connect", lambda sid, environ, auth: ran.append(auth), namespace="/rooms/blue")
    assert made.connect("a", "/rooms/red") is not None
    assert made.connect("a", "/rooms/blue") is not None
    assert ran == ["old", None]


def test_a_connect_handler_of_the_old_kind_behind_a_decorator(stage: Any) -> None:
    """The decorator hands on all it gets, so it is given what the handler takes."""
    made, ran = stage(), []  # type: ignore[var-annotated]  # of whatever comes

    def decorated(handler: Any) -> Any:
        @wraps(handler)
        def run(*args: Any) -> Any:
            ran.append(len(args))
            return handler(*args)

        return run

    @made.server.on("connect")
    @decorated
    def connect(sid: str, environ: Any) -> None:
        assert environ == {"REMOTE_ADDR": ADDRESS}

    assert made.connect("a") is not None
    assert ran == [2]


def test_a_flask_socketio_handler_with_an_optional_second_parameter(contract: Any) -> None:
    """Gets the auth: what Flask-SocketIO registers takes it, whatever is beneath."""
    app = flask.Flask(__name__)
    app.secret_key = "tests"
    application = flask_socketio.SocketIO(app, async_mode="threading", async_handlers=False)
    AsyncAPIGuard(contract()).init_app(app, application)
    got: list[Any] = []

    @application.on("connect", namespace="/locked")
    def connect(auth: Any = None, more: Any = None) -> None:
        got.append((auth, more))

    application.server.eio.send_packet = lambda *_sent: None
    with app.test_request_context() as context:
        environ = {**context.request.environ, "flask.app": app}
    application.server._handle_eio_connect("a", environ)
    application.server._handle_eio_message("a", '0/locked,{"token":"secret"}')
    assert got == [({"token": "secret"}, None)]


def test_what_a_connect_handler_raises_is_raised(stage: Any) -> None:
    """After the client was turned away."""
    made = stage()

    @made.server.on("connect")
    def connect(_sid: str, _environ: Any) -> None:
        raise LookupError("a")

    with pytest.raises(LookupError):
        made.connect("a")
    assert [frame[:1] for _, frame in made.take()] == ["4"]
    assert made.server.manager.sid_from_eio_sid("a", "/") is None


def test_a_connect_that_fails_is_no_matter_for_the_queue(stage: Any) -> None:
    """No other host has heard of the session yet."""
    manager = Queued()
    made = stage(client_manager=manager)

    @made.server.on("connect")
    def connect(_sid: str, _environ: Any) -> None:
        raise LookupError("a")

    with pytest.raises(LookupError):
        made.connect("a")
    assert manager.published == []
    assert manager.sid_from_eio_sid("a", "/") is None


def test_after_the_guard_connect_handlers_run_as_without_it(stage: Any) -> None:
    """Where somebody still calls ours, a `TypeError` is python-socketio's own to look at."""
    made, ran = stage(), []  # type: ignore[var-annotated]  # of whatever comes
    made.server._trigger_event = partial(made.server._trigger_event)

    @made.server.on("connect")
    def connect(_sid: str, _environ: Any, *auth: Any) -> None:
        ran.append(auth)
        raise TypeError("a")

    made.guard.uninstall()
    with pytest.raises(TypeError):
        made.connect("a")
    assert ran == [(None,), ()]


# -- coming and going ------------------------------------------------------------------------------


def entering(made: Stage, meanwhile: Callable[[str], None]) -> None:
    """Have something done while the connect handler of client `b` runs."""

    @made.server.on("connect")
    def connect(sid: str, _environ: Any) -> None:
        if made.server.manager.sid_from_eio_sid("b", "/") == sid:
            meanwhile(sid)


def names(sent: list[tuple[str, Any]], client: str) -> list[str]:
    """The kinds of the frames that a client got."""
    return [frame if frame[0] == "2" else frame[0] for who, frame in sent if who == client]


@pytest.mark.parametrize("manager", [socketio.Manager, Listed, Queued])
def test_broadcasts_wait_for_a_client_on_its_way(manager: Any, stage: Any) -> None:
    """It gets each of them once, after it is told that it is in; with every manager."""
    made = stage(client_manager=manager())

    def meanwhile(_sid: str) -> None:
        for x in (1, 2):
            made.server.emit("moved", {"x": x})

    entering(made, meanwhile)
    made.connect("a")
    made.take()
    made.connect("b")
    sent = made.take()
    assert names(sent, "a") == MOVED
    assert names(sent, "b") == ["0", *MOVED]


@pytest.mark.parametrize("manager", [socketio.Manager, Listed, Queued])
def test_without_anybody_on_the_way_all_get_a_broadcast(manager: Any, stage: Any) -> None:
    """Once each."""
    made = stage(client_manager=manager())
    made.connect("a")
    made.connect("b")
    made.take()
    made.server.emit("moved", {"x": 1})
    sent = made.take()
    assert sorted(sent) == [("a", MOVED[0]), ("b", MOVED[0])]


def test_who_is_in_a_room_does_not_depend_on_who_is_on_the_way(stage: Any) -> None:
    """Where nothing is sent, an own manager's participants are all that there are."""
    made = stage(client_manager=Listed())
    found: list[Any] = []

    def meanwhile(_sid: str) -> None:
        found.extend(each for _, each in made.server.manager.get_participants("/", None))

    entering(made, meanwhile)
    made.connect("a")
    made.connect("b")
    assert found == ["a", "b"]


def test_a_kept_broadcast_that_cannot_be_sent_is_logged(
    stage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """And the next one is sent."""
    made = stage()

    def meanwhile(_sid: str) -> None:
        for x in (1, 2):
            made.server.emit("moved", {"x": x})

    entering(made, meanwhile)
    send = made.server.eio.send_packet

    def failing(client: str, packet: Any) -> None:
        if packet.data == MOVED[0]:
            raise LookupError("secret")
        send(client, packet)

    made.server.eio.send_packet = failing
    assert made.connect("b") is not None
    assert names(made.take(), "b") == ["0", MOVED[1]]
    assert "a broadcast could not be sent: LookupError" in caplog.messages


def test_a_client_that_leaves_while_it_enters_is_out_afterwards(stage: Any) -> None:
    """Its disconnect handler runs after its connect handler."""
    made, left = stage(), []  # type: ignore[var-annotated]  # of whatever comes
    entering(made, lambda _sid: made.feed("b", "1"))
    made.server.on("disconnect", lambda sid, _reason: left.append(sid))
    assert made.connect("b") is None
    assert len(left) == 1


def test_a_session_that_begins_while_its_connection_ends_is_ended(stage: Any) -> None:
    """With what the server knows of the connection, for its disconnect handler."""
    made, left = stage(), []  # type: ignore[var-annotated]  # of whatever comes

    @made.server.on("disconnect")
    def disconnect(_sid: str, _reason: Any) -> None:
        assert made.connect("a", "/rooms/red") is not None

    @made.server.on("disconnect", namespace="/rooms/red")
    def leave(sid: str, reason: Any) -> None:
        left.append((made.server.get_environ(sid, "/rooms/red"), reason))

    made.connect("a")
    other = made.connect("other")
    made.server._handle_eio_disconnect("a", "transport close")
    assert left == [({"REMOTE_ADDR": ADDRESS}, "transport close")]
    assert made.server.manager.sid_from_eio_sid("a", "/rooms/red") is None
    assert made.server.manager.is_connected(other, "/")
    assert set(made.server.environ) == {"other"}


# -- events ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_a_handler_that_ends_its_thread_is_answered(end: Any, stage: Any) -> None:
    """Before the end goes on its way; and what might end the server lets the answer out first."""
    made, turns = stage(), list[Any]()
    made.connect("a")
    made.take()

    @made.server.on("begin")
    def begin(_sid: str) -> None:
        raise end

    made.server.sleep = lambda seconds: turns.append((seconds, len(made.sent)))
    with pytest.raises(end):
        made.feed("a", '27["begin"]')
    [(client, frame)] = made.take()
    assert client == "a"
    assert frame.startswith('37[{"error":{"code":"handler_error"')
    assert turns == ([] if end is GeneratorExit else [(0, 1)])


#: Packets that announce far more attachments than there may be.
OF_NOBODY, NO_EVENT = '599999999999-/rooms/red,7["say"]', "699999999999-7[1]"


@pytest.mark.parametrize("frame", [OF_NOBODY, NO_EVENT])
def test_junk_is_answered_only_where_an_ack_can_come(frame: str, stage: Any) -> None:
    """To an event of a client in the namespace; else it is a violation, and that is all."""
    made = stage()
    made.connect("a")
    made.take()
    made.feed("a", frame)
    assert [(each.code, each.event) for each in made.violations] == [("malformed_packet", "")]
    assert made.take() == []


def test_the_server_s_log_has_the_events_that_came(
    stage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """At INFO: their names, and who sent them; not what was sent."""
    logger = logging.getLogger("tests.socketio")
    made = stage(logger=logger)
    sid = made.connect("a")
    with caplog.at_level(logging.INFO, logger.name):
        made.feed("a", '2["move",{"x":1}]')
    received = [each for each in caplog.messages if each.startswith("received event")]
    assert received == [f"received event 'move' from {sid} ['/']"]


def test_an_event_whose_name_is_no_text_is_left_with_a_line(
    stage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Where it is not rejected: no handler can be found by it."""
    made = stage(policy=Policy(mode="report"))
    made.connect("a")
    made.take()
    with caplog.at_level(logging.DEBUG, "asyncapi_guard"):
        made.feed("a", '27[["move"],{"x":1}]')
    assert "the name of an event in '/' is not a string" in caplog.messages
    assert made.take() == []
