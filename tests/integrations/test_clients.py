"""Guarded clients: sessions, handlers, hooks, broken servers, and the end of the guard."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

import engineio
import pytest
import socketio
from client_conversations import KINDS, Guarded, Rogue
from conftest import PATIENCE, document

from asyncapi_guard import (
    AckValidationError,
    AsyncAPIGuard,
    EmitValidationError,
    InstallationError,
    Policy,
    RegistrationError,
    ResponseValidationError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
WHOLE = [kind for kind in KINDS if "Simple" not in kind]
kinds = pytest.mark.parametrize("kind", KINDS)
whole_kinds = pytest.mark.parametrize("kind", WHOLE)


@pytest.fixture(autouse=True)
def _swept() -> Iterator[None]:
    """Engine.io's clients leave HTTP sessions to the garbage collector, which says so."""
    yield
    gc.collect()


@pytest.fixture
def rogue(net: Any) -> Rogue:
    """A server that sends anything."""
    made: Rogue = net.also_serve(Rogue())
    made.url = net.serve(made.wsgi)
    return made


@pytest.fixture
def guarded(net: Any) -> Callable[..., Guarded]:
    """Makes guarded clients; options go to `AsyncAPIGuard`."""

    def make(kind: str, spec: Any = None, **options: Any) -> Guarded:
        made: Guarded = net.also_close(Guarded(kind, spec, **options))
        return made

    return make


@whole_kinds
def test_junk_of_a_server_is_a_violation(
    kind: str, guarded: Any, rogue: Rogue, caplog: pytest.LogCaptureFixture
) -> None:
    """Which frames are none is said by no traceback; the client goes on."""
    client = guarded(kind)
    client.connect(rogue.url)
    rogue.send("7")
    assert rogue.heard() == []
    assert [each.code for each in client.violations] == ["malformed_packet"]
    assert [record for record in caplog.records if record.exc_info] == []


# -- entering namespaces ---------------------------------------------------------------------------


@kinds
def test_the_auth_is_judged_before_anything_leaves(kind: str, guarded: Any, rogue: Rogue) -> None:
    """It is an `EmitValidationError` where `connect` was called, and a `ConnectionError`."""
    client = guarded(kind)
    options = {"namespace": "/locked"} if client.is_simple else {"namespaces": ["/locked"]}
    for auth in (
        {"token": 1},
        {"token": "abcd", "more": 1},
        {"token": object()},
        None,
        {"token": b""},
    ):
        with pytest.raises(EmitValidationError) as caught:
            client.connect(rogue.url, auth=auth, **options)
        assert isinstance(caught.value, socketio.exceptions.ConnectionError)
        assert caught.value.violation.code == "emit_validation_error"
        assert "connection from the client to '/locked'" in str(caught.value)
    assert rogue.connects.empty()
    client.connect(rogue.url, auth=lambda: {"token": "abcd"}, **options)
    assert rogue.connects.get(timeout=PATIENCE) == '0/locked,{"token":"abcd"}'


@whole_kinds
def test_auth_is_asked_for_once_for_each_connection(kind: str, guarded: Any, rogue: Rogue) -> None:
    """What was judged is what leaves."""
    client, asked = guarded(kind), []

    def auth() -> dict[str, str]:
        asked.append(1)
        return {"token": "abcd" * len(asked)}

    client.connect(rogue.url, auth=auth, namespaces=["/", "/locked"])
    got = {rogue.connects.get(timeout=PATIENCE) for _ in range(2)}
    assert got == {'0{"token":"abcd"}', '0/locked,{"token":"abcd"}'}
    assert len(asked) == 1


@whole_kinds
@pytest.mark.parametrize(
    "welcome", ["0%s[1]", '0%s"s"', '0%s{"sid":5}', "0%s{sid}", '0%s{"sid":NaN}']
)
def test_a_session_that_cannot_be_is_none(
    welcome: str, kind: str, guarded: Any, rogue: Rogue
) -> None:
    """`connect` raises, and does not wait."""
    rogue.welcome = [welcome]
    client, told = guarded(kind), []
    client.io.on("connect", lambda: told.append("in"))
    client.io.on("connect_error", told.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(rogue.url)
    assert [each["message"] for each in told]
    assert [each.checkpoint for each in client.violations] == ["connect"]


@whole_kinds
def test_a_connect_error_reaches_its_handler(kind: str, guarded: Any, rogue: Rogue) -> None:
    """One that cannot be read does not, but the client is rejected all the same."""
    for data, expected in (('{"message":"no"}', "no"), ('{"message":NaN}', "NaN is not JSON")):
        rogue.welcome = [f"4%s{data}"]
        client, told = guarded(kind), []
        client.io.on("connect_error", told.append)
        with pytest.raises(socketio.exceptions.ConnectionError):
            client.connect(rogue.url)
        (error,) = told
        assert isinstance(error["message"], str)
        assert (error["message"] == "no") is (expected == "no")


@whole_kinds
def test_nothing_comes_from_a_namespace_that_the_server_ended(
    kind: str, guarded: Any, rogue: Rogue
) -> None:
    """Its handlers do not run any more, and the disconnect handler runs once."""
    client, left = guarded(kind), []
    client.io.on("disconnect", left.append, namespace="/locked")
    client.connect(rogue.url, auth={"token": "abcd"}, namespaces=["/", "/locked"])
    rogue.send('2/locked,["said","a"]', "1/locked,", "1/locked,", '2/locked,["said","b"]')
    assert rogue.heard() == []
    assert [ran[2] for ran in client.ran if ran[0] == "/locked"] in ([], [["a"]])
    assert left == ["server disconnect"]
    assert [each.event for each in client.violations] == ["said"]


@whole_kinds
def test_the_guard_stays_over_a_reconnect(kind: str, guarded: Any, rogue: Rogue) -> None:
    """The new connection has a new session, and is judged."""
    client = guarded(kind)
    client.io.reconnection, client.io.reconnection_delay = True, 0.01
    client.io.randomization_factor = 0
    client.connect(rogue.url)
    rogue.connects.get(timeout=PATIENCE)
    rogue.send_broken_frame()
    rogue.connects.get(timeout=PATIENCE)
    rogue.send('27["plain",5]')
    assert "request_validation_error" in rogue.received()
    client.io.reconnection = False


# -- handlers --------------------------------------------------------------------------------------


class Heard:
    """An error handler, and what it was called with."""

    def __init__(self, client: Guarded, answer: Any) -> None:
        self.errors: queue.Queue[tuple[Exception, str, str]] = queue.Queue()

        @client.guard.on_error
        def on_error(error: Exception, event: str, sid: str) -> Any:
            self.errors.put((error, event, sid))
            if isinstance(answer, type):
                raise error
            return answer


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@whole_kinds
def test_a_handler_that_raises_answers(kind: str, guarded: Any, rogue: Rogue) -> None:
    """And says nothing of what it raised."""
    client = guarded(kind)
    client.connect(rogue.url)
    client.returns["question"] = RuntimeError("hunter2")
    with contextlib.suppress(Exception):
        rogue.send('27["question","q"]')
    assert rogue.received() == (
        '37[{"error":{"code":"handler_error","namespace":"/","event":"question"}}]'
    )
    assert client.connected


@whole_kinds
@pytest.mark.parametrize("answer", [{"answer": "sorry"}, Exception])
def test_the_error_handler_hears_of_everything(
    answer: Any, kind: str, guarded: Any, rogue: Rogue
) -> None:
    """What it returns is the ack."""
    client = guarded(kind)
    heard = Heard(client, answer)
    client.connect(rogue.url)
    replaced = answer is not Exception
    rogue.send('27["plain",5]')
    assert ('"sorry"' in rogue.received()) is replaced
    client.returns["question"] = 5
    rogue.send('28["question","q"]')
    assert ('"sorry"' in rogue.received()) is replaced
    errors = [heard.errors.get(timeout=PATIENCE) for _ in range(2)]
    assert [(event, sid) for _, event, sid in errors] == [("plain", "s1"), ("question", "s1")]
    assert isinstance(errors[1][0], ResponseValidationError)


@whole_kinds
def test_an_event_without_a_handler_is_answered(kind: str, guarded: Any, rogue: Rogue) -> None:
    """Unless `respond_unhandled` says no: then as python-socketio does."""
    for respond, expected in ((None, "unhandled_event"), (False, "37[]")):
        client = guarded(kind, respond_unhandled=respond)
        client.io.handlers.clear()
        client.connect(rogue.url)
        rogue.send('27["plain","a"]')
        assert expected in rogue.received()


@whole_kinds
def test_class_based_namespaces_are_guarded(kind: str, guarded: Any, rogue: Rogue) -> None:
    """Methods that no event of the contract calls are not called, and its emits are judged."""
    client, ran = guarded(kind), []
    base: Any = socketio.AsyncClientNamespace if client.is_async else socketio.ClientNamespace

    class Main(base):  # type: ignore[misc]  # one of two
        def on_plain(self, text: str) -> None:
            ran.append(text)

        def on_helper(self, *args: Any) -> None:
            ran.append("helper")

        def on_disconnect(self, reason: str) -> None:
            ran.append("disconnect")

    namespace = Main("/")
    client.io.handlers.clear()
    client.io.register_namespace(namespace)
    client.connect(rogue.url)
    rogue.send('2["plain","a"]', '27["helper"]', '28["disconnect","x"]', '29["question","q"]')
    answers = [json.loads(rogue.received()[2:])[0]["error"]["code"] for _ in range(3)]
    assert answers == ["undeclared_event", "reserved_event", "unhandled_event"]
    assert ran == ["a"]
    with pytest.raises(EmitValidationError):
        client._run(namespace.emit, "move", {"x": 7})
    with pytest.raises(EmitValidationError):
        client._run(namespace.send, "a message")


def test_a_cancelled_handler_is_no_silence(guarded: Any, rogue: Rogue) -> None:
    """On asyncio, `CancelledError` that surfaces in a handler is a fault of it."""
    client = guarded("AsyncClient")

    @client.io.on("question")
    async def question(text: str) -> Any:
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    client.connect(rogue.url)
    rogue.send('27["question","q"]')
    assert '"handler_error"' in rogue.received()


def test_handlers_that_return_awaitables_are_awaited(guarded: Any, rogue: Rogue) -> None:
    """Whatever python-socketio thinks of them."""
    client = guarded("AsyncClient")

    async def later(text: str) -> dict[str, str]:
        await asyncio.sleep(0)
        return {"answer": text}

    client.io.on("question", lambda text, later=later: later(text))
    client.connect(rogue.url)
    rogue.send('27["question","q"]')
    assert rogue.received() == '37[{"answer":"q"}]'


def test_a_handler_that_never_runs_is_found(guarded: Any) -> None:
    """A client on threads awaits nothing."""

    async def handler(text: str) -> None:
        pass

    client = guarded("Client")
    with pytest.raises(RegistrationError, match="AsyncClient"):
        client.io.on("plain", handler)
    namespace = type("Later", (socketio.ClientNamespace,), {"on_plain": handler})("/")
    with pytest.raises(RegistrationError, match="AsyncClient"):
        client.io.register_namespace(namespace)
    with pytest.raises(InstallationError, match=r"a socketio\.Client never awaits"):
        client.guard.on_error(handler)


@whole_kinds
def test_a_misspelt_handler_is_told_of(
    kind: str, guarded: Any, rogue: Rogue, caplog: pytest.LogCaptureFixture
) -> None:
    """What a client has no handler for is its own business."""
    client = guarded(kind)
    client.io.on("plani", print)
    with caplog.at_level(logging.WARNING, "asyncapi_guard"):
        client.connect(rogue.url)
    (line,) = caplog.messages
    assert line.startswith("the guard rejects event 'plani' in namespace '/'")
    assert line.endswith("did you mean 'plain'?")


# -- acks that are a guard's -----------------------------------------------------------------------


@kinds
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("request_validation_error", "the server rejected the event; /x: too much"),
        ("handler_error", "the server's handler raised an exception"),
        ("unhandled_event", "the server has no handler for the event"),
        ("response_validation_error", "its ack breaks the contract"),
    ],
)
def test_a_rejection_of_a_guarded_server_is_told_as_what_it_is(
    code: str, reason: str, kind: str, guarded: Any, rogue: Rogue
) -> None:
    """And not as an ack that lacks a property."""
    error: dict[str, Any] = {"code": code, "namespace": "/", "event": "move"}
    if code == "request_validation_error":
        error["problems"] = [{"path": "/x", "keyword": "maximum", "message": "too much"}, 5]
    rogue.ack = [f"3%s[{json.dumps({'error': error})}]"]
    client = guarded(kind)
    client.connect(rogue.url)
    with pytest.raises(AckValidationError, match=reason) as caught:
        client.call("move", {"x": 1})
    assert caught.value.violation.code == code


@pytest.mark.parametrize(
    "error",
    [
        5,
        {},
        {"code": ["handler_error"], "namespace": "/", "event": "move"},
        {"code": "other", "namespace": "/", "event": "move"},
        {"code": "handler_error", "namespace": "/", "event": "word"},
        {"code": "handler_error", "event": "move"},
    ],
    ids=str,
)
def test_what_only_looks_like_one_is_an_ack_that_breaks_the_contract(
    error: Any, guarded: Any, rogue: Rogue
) -> None:
    """A server may send anything."""
    rogue.ack = [f"3%s[{json.dumps({'error': error})}]"]
    client = guarded("Client")
    client.connect(rogue.url)
    with pytest.raises(AckValidationError) as caught:
        client.call("move", {"x": 1})
    assert caught.value.violation.code == "ack_validation_error"


# -- modes -----------------------------------------------------------------------------------------


@whole_kinds
def test_in_report_mode_everything_passes(kind: str, guarded: Any, rogue: Rogue) -> None:
    """And is on record."""
    client = guarded(kind, policy=Policy(mode="report"))
    rogue.ack = ["3%s[5]"]
    client.connect(rogue.url)
    rogue.send('2["plain",5]')
    rogue.heard()
    assert ("/", "plain", [5]) in client.ran
    client.emit("move", {"x": 9})
    assert rogue.received() == '2["move",{"x":9}]'
    assert client.call("move", {"x": 1}) == 5
    assert [(each.checkpoint.value, each.rejected) for each in client.violations] == [
        ("receive_event", False),
        ("send_event", False),
        ("receive_ack", False),
    ]


@kinds
def test_without_the_guard_all_is_as_before(kind: str, guarded: Any, rogue: Rogue) -> None:
    """Also for an emit whose ack comes after the guard has gone."""
    client = guarded(kind)
    client.connect(rogue.url)
    before = {name for name in vars(client.client) if "asyncapi" in name}
    assert before == {"_asyncapi_guard"}
    client.guard.uninstall()
    assert not client.guard.installed
    rogue.send('27["plain",5]')
    assert rogue.received() == "37[]"
    assert client.ran[-1][2] == [5]
    rogue.ack = ["3%s[5]"]
    assert client.call("anything", 9) == 5
    assert not any("asyncapi" in name for name in vars(client.client))
    replaced = {"emit", "call", "_handle_event", "packet_class"} & set(vars(client.client))
    assert replaced <= {"packet_class"}
    assert "asyncapi" not in client.client.packet_class.__module__


# -- what can be guarded ---------------------------------------------------------------------------


def test_what_cannot_be_guarded_says_so() -> None:
    """A client once; packets of JSON or MessagePack; `typed` for servers."""
    guard = AsyncAPIGuard(document())
    packets = type("Packets", (socketio.packet.Packet,), {"uses_binary_events": False})
    for client in (socketio.Client(handle_sigint=False), socketio.SimpleClient()):
        guard.protect(client)
        with pytest.raises(
            InstallationError, match=r"this client is already guarded: call protect\(\) once"
        ):
            guard.protect(client)
    with pytest.raises(InstallationError, match=r"a client with the serializer .*Packets: derive"):
        guard.protect(socketio.Client(handle_sigint=False, serializer=packets))
    with pytest.raises(InstallationError, match="typed=True is for servers"):
        guard.protect(socketio.Client(handle_sigint=False), typed=True)
    with pytest.raises(InstallationError, match=r"pass the socketio\.Client or"):
        guard.protect(engineio.Client(handle_sigint=False))


def test_a_perspective_is_one_of_two() -> None:
    """The error names both."""
    with pytest.raises(ValueError, match="'server' or 'client', not 'both'"):
        AsyncAPIGuard(document(), perspective="both")  # type: ignore[arg-type]  # that is the point


def test_a_document_of_a_client_has_its_perspective(guarded: Any, rogue: Rogue) -> None:
    """Then the client receives what its operations receive, and a server sends it."""
    client = guarded("Client", perspective="client")
    client.connect(rogue.url)
    client.emit("plain", "a")
    assert rogue.received() == '2["plain","a"]'
    rogue.send('27["move",{"x":9}]', '28["plain","a"]')
    assert "request_validation_error" in rogue.received()
    assert "undeclared_event" in rogue.received()
    server = socketio.Server()
    client.guard.protect(server)
    server.emit("move", {"x": 1})
    with pytest.raises(EmitValidationError):
        server.emit("plain", "a")


def test_one_guard_guards_both_sides(net: Any) -> None:
    """Each by the contract as it sees it."""
    server = socketio.Server(async_mode="threading")
    server.on("move", lambda sid, move: {"ok": True})
    client = net.also_close(Guarded("Client"))
    client.guard.protect(server)
    client.connect(net.serve(socketio.WSGIApp(server)))
    assert client.call("move", {"x": 1}) == {"ok": True}
    with pytest.raises(EmitValidationError, match="from the client"):
        client.emit("moved", {"x": 1})
    with pytest.raises(EmitValidationError, match="from the server"):
        server.emit("move", {"x": 1})


# -- servers that break engine.io ------------------------------------------------------------------

OPEN = '0{"sid":"e1","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'
BROKEN_OPENS = {
    "no text": "",
    "no packet": "x",
    "no session": '0{"upgrades":[],"pingInterval":25000,"pingTimeout":20000}',
    "no object": "0[]",
    "deep lists": "0" + "[" * 100_000,
    "no upgrades": OPEN.replace("[]", "null"),
    "a ping that is no number": OPEN.replace("25000", "NaN"),
    "a ping before now": OPEN.replace("25000", "-25000000"),
    "a ping in the far future": OPEN.replace("25000", "1e30"),
    "another packet": "6",
}


class Polled:
    """A web server that answers polls with what a test says, and posts with `ok`.

    Attributes:
        bodies: the answers, in order; then it closes.
        waits: the last answer waits for it.
    """

    def __init__(self, *bodies: str) -> None:
        self.bodies = list(bodies)
        self.waits = threading.Event()
        self.waits.set()

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        body = "ok"
        if environ["REQUEST_METHOD"] == "GET":
            if len(self.bodies) == 1:
                self.waits.wait(PATIENCE)
            body = self.bodies.pop(0) if self.bodies else "1"
        start_response("200 OK", [("Content-Type", "text/plain; charset=UTF-8")])
        return [body.encode("utf-8", "surrogatepass")]


@whole_kinds
@pytest.mark.parametrize("row", BROKEN_OPENS, ids=str)
def test_a_connection_that_is_not_opened_as_engine_io_does_raises(
    row: str, kind: str, guarded: Any, net: Any
) -> None:
    """It is python-socketio's own error, and the client can connect to another server."""
    client = guarded(kind)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(net.serve(Polled(BROKEN_OPENS[row])), "polling", wait_timeout=1)
    assert client.client.eio.state == "disconnected"
    assert client.client.eio not in engineio.base_client.connected_clients
    rogue = net.also_serve(Rogue())
    client.connect(net.serve(rogue.wsgi))
    assert rogue.heard() == []


@whole_kinds
@pytest.mark.parametrize(
    "body",
    ["4" + "[" * 100_000, "x", "4\x1e", "bA", "\ud800"],
    ids=["deep", "x", "empty", "b64", "utf8"],
)
def test_frames_that_cannot_be_read_end_the_connection(
    body: str, kind: str, guarded: Any, net: Any
) -> None:
    """The disconnect handler runs, so that the application knows."""
    client = guarded(kind)
    ended: queue.Queue[Any] = queue.Queue()
    client.io.on("disconnect", ended.put)
    server = Polled(OPEN, '40{"sid":"s1"}', body)
    server.waits.clear()  # until the client knows that it is in
    client.connect(net.serve(server), "polling")
    server.waits.set()
    assert ended.get(timeout=PATIENCE) == "transport error"


class Late(threading.Event):
    """What `connect` waits for: it comes once, and when the connection has ended."""

    def __init__(self, eio: Any) -> None:
        super().__init__()
        self._eio = eio
        self._came = False

    def wait(self, timeout: float | None = None) -> bool:
        if self._came or not super().wait(timeout):
            return False
        self._came = True
        ends = time.monotonic() + PATIENCE
        while self._eio.state == "connected" and time.monotonic() < ends:
            time.sleep(0.001)
        return True


class LateLater(asyncio.Event):
    """The same on asyncio."""

    def __init__(self, eio: Any) -> None:
        super().__init__()
        self._eio = eio
        self._came = False

    async def wait(self) -> Any:
        if self._came:
            raise asyncio.TimeoutError
        await super().wait()
        self._came = True
        while self._eio.state == "connected":  # noqa: ASYNC110  # engine.io has no event for it
            await asyncio.sleep(0.001)
        return True


@whole_kinds
def test_a_connection_that_ends_before_connect_returns(kind: str, guarded: Any, net: Any) -> None:
    """No disconnect handler runs, so `connect` raises; it can be called again."""
    client = guarded(kind)
    eio = client.client.eio
    client.client._connect_event = Late(eio) if kind == "Client" else LateLater(eio)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(net.serve(Polled(OPEN, '40{"sid":"s1"}', "x")), "polling")
    assert (client.client.connected, client.client.namespaces) == (False, {})
    client.client._connect_event = None
    rogue = net.also_serve(Rogue())
    client.connect(net.serve(rogue.wsgi))
    assert rogue.heard() == []
