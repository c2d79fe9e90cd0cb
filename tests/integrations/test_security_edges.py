"""Verifiers, clients and servers that do what nobody expects: nobody enters by that."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from functools import partial
from typing import Any
from unittest import mock

import pytest
import socketio as pysocketio
from security_stage import GOOD, WRONG, Shown, Stage, Visitor, document, identity_of, shown

from asyncapi_guard import AsyncAPIGuard, Identity, InstallationError, Policy
from asyncapi_guard.integrations.aio import expiring as on_asyncio
from asyncapi_guard.integrations.deciding import admissions
from asyncapi_guard.integrations.threads import expiring as on_threads

ways = pytest.mark.parametrize("way", ["threads", "asyncio"])


def visit(net: Any, at: Stage, given: Shown, transport: str = "websocket") -> Visitor:
    visitor: Visitor = net.also_close(Visitor(transport, at.url, given))
    return visitor


# -- what verifiers return and raise ---------------------------------------------------------------


class Odd(Identity):
    """An identity that does not look at what it is made of."""

    def __post_init__(self) -> None:
        pass


class Stop(BaseException):
    """An order to stop, of some library."""


async def raises_later(error: BaseException) -> Any:
    raise error


ODD: dict[str, Any] = {
    "text as end": lambda: Odd("ann", frozenset({"enter"}), "soon"),  # type: ignore[arg-type]  # the fault
    "no number": lambda: Odd("ann", frozenset({"enter"}), float("nan")),
    "text as scopes": lambda: Odd("ann", "enter"),  # type: ignore[arg-type]  # the fault
    "a list of scopes": lambda: Odd("ann", ["enter"]),  # type: ignore[arg-type]  # the fault
    "a mock": lambda: mock.Mock(spec=Identity),
}


@ways
@pytest.mark.parametrize("odd", ODD)
def test_an_identity_that_is_none_rejects(odd: str, way: str, net: Any) -> None:
    """Though its class is right; and the client is told."""
    at = Stage(way, net, document(["bearer"]), security={"bearer": lambda *_: ODD[odd]()})
    assert "unauthorized" in visit(net, at, shown("bearer", GOOD)).enter("/bearer")
    assert at.ran == []


@pytest.mark.parametrize("error", [SystemExit(), Stop(), GeneratorExit()], ids=repr)
def test_a_coroutine_that_raises_an_order_to_stop_rejects(error: Any, net: Any) -> None:
    """The server goes on."""

    async def verify(*_: Any) -> Any:
        raise error

    for each in (verify, lambda *_: raises_later(error)):
        at = Stage("asyncio", net, document(["bearer"]), security={"bearer": each})
        visitor = visit(net, at, shown("bearer", GOOD))
        assert "unauthorized" in visitor.enter("/bearer")
        assert visitor.enter("/open").startswith("0")


def test_a_coroutine_that_comes_too_late_is_closed(net: Any) -> None:
    """Nobody awaits it any more."""
    go_on, made = threading.Event(), []

    def verify(*_: Any) -> Any:
        go_on.wait()
        made.append(raises_later(Stop()))
        return made[0]

    options = {"security": {"bearer": verify}, "security_timeout": 0.05}
    at = Stage("asyncio", net, document(["bearer"]), **options)
    assert "unauthorized" in visit(net, at, shown("bearer", GOOD)).enter("/bearer")
    go_on.set()
    while not made or inspect.getcoroutinestate(made[0]) != inspect.CORO_CLOSED:
        time.sleep(0.001)


class Asked:
    """A verifier that counts, in all the forms in which a function may be passed."""

    def __init__(self) -> None:
        self.times = 0

    def verify(self, credential: Any, handshake: Any) -> Identity | None:
        self.times += 1
        return identity_of(credential, handshake)

    async def verify_later(self, credential: Any, handshake: Any) -> Identity | None:
        return self.verify(credential, handshake)

    __call__ = verify


@ways
def test_a_bound_method_is_asked_once(way: str, net: Any) -> None:
    """Each look at it is another object."""
    spec, asked = document(["bearer", "oauth2"], server=["bearer", "oauth2"]), Asked()
    at = Stage(way, net, spec, security={"bearer": asked.verify, "oauth2": asked.verify})
    assert visit(net, at, shown("bearer", GOOD)).enter("/open").startswith("0")
    assert asked.times == 1


class Later:
    async def __call__(self, credential: Any, handshake: Any) -> Identity | None:
        return identity_of(credential, handshake)


@pytest.mark.parametrize("verify", [Asked().verify_later, partial(Asked().verify_later), Later()])
def test_coroutines_are_for_asyncio(verify: Any, net: Any) -> None:
    """In whatever form they come."""
    at = Stage("asyncio", net, document(["bearer"]), security={"bearer": verify})
    assert visit(net, at, shown("bearer", GOOD)).enter("/bearer").startswith("0")
    server = pysocketio.Server(async_mode="threading")
    with pytest.raises(InstallationError, match="coroutine function"):
        AsyncAPIGuard(document(["bearer"]), security={"bearer": verify}).protect(server)


# -- other modes -----------------------------------------------------------------------------------


@ways
def test_in_report_mode_a_connection_may_be_refused_for_ever(way: str, net: Any) -> None:
    """By the application's own handlers, as without the guard."""
    at = Stage(way, net, document(["bearer"]), policy=Policy(security="report"))
    at.io.on("connect", lambda *_: False, namespace="/open")
    visitor = visit(net, at, shown("bearer", WRONG))
    for _ in range(7):
        assert visitor.enter("/open").startswith("4")


@ways
@pytest.mark.parametrize("transport", ["websocket", "polling"])
@pytest.mark.parametrize("guessing", ["at once", "one by one"])
def test_a_connection_has_five_guesses(way: str, transport: str, guessing: str, net: Any) -> None:
    """However fast they come, and in however many namespaces, declared or not."""
    asked: list[Any] = []
    verify = dict.fromkeys(("bearer", "oauth2"), lambda *given: asked.append(given))
    at = Stage(way, net, document(["bearer", "oauth2"]), security=verify)
    visitor = visit(net, at, Shown(), transport)
    names = ["/bearer", "/oauth2", "/nowhere"] * 4
    packets = [f'0{name},{{"token":"{n}-guess"}}' for n, name in enumerate(names)]
    if guessing == "at once" and transport == "polling":
        visitor.send("\x1e4".join(packets))
    elif guessing == "at once":
        for packet in packets:
            visitor.send(packet)
    else:
        for packet in packets[:5]:
            visitor.send(packet)
            visitor.until("4", "1")
    if "1" not in visitor.frames:
        visitor.until("1")
    assert [given[0] for given in asked] == ["0-guess", "1-guess", "3-guess", "4-guess"]
    assert sum(frame.startswith("4/") for frame in visitor.frames) <= 5
    assert at.ran == []


# -- uninstalling ----------------------------------------------------------------------------------


@ways
def test_uninstalling_forgets_who_clients_are(way: str, net: Any) -> None:
    """And nobody waits any more for their ends."""
    at = Stage(way, net, document(["bearer"]))
    ended = threading.Event()
    adapter = at.guard._adapters()[0]
    watch = adapter._end_sessions
    if way == "threads":
        adapter._end_sessions = lambda wake: (watch(wake), ended.set())
    else:

        async def watched(wake: Any) -> None:
            await watch(wake)
            ended.set()

        adapter._end_sessions = watched
    visitor = visit(net, at, shown("bearer", GOOD))
    assert visitor.enter("/bearer").startswith("0")

    async def uninstall() -> None:
        at.guard.uninstall()

    at.guard.uninstall() if way == "threads" else at.run(uninstall())
    assert len(adapter.decide.sessions) == 0
    assert ended.wait(5)


# -- clients that leave ----------------------------------------------------------------------------


@ways
def test_a_refusal_of_a_client_that_leaves_is_not_counted(way: str, net: Any) -> None:
    """Nothing would forget the count of a connection that is ending."""
    asked, leaving, hold, told = (threading.Event() for _ in range(4))

    def verify(credential: Any, handshake: Any) -> None:
        asked.set()
        leaving.wait()

    async def leave(*_: Any) -> None:
        leaving.set()
        await asyncio.to_thread(hold.wait)

    at = Stage(way, net, document(["bearer"]), security={"bearer": verify}, security_timeout=100)
    adapter = at.guard._adapters()[0]
    turn_away = adapter.turn_away
    if way == "threads":
        at.io.on("disconnect", lambda *_: (leaving.set(), hold.wait()), namespace="/open")
        adapter.turn_away = lambda *args: (turn_away(*args), told.set())
    else:

        async def turn_away_here(*args: Any) -> None:
            await turn_away(*args)
            told.set()

        at.io.on("disconnect", leave, namespace="/open")
        adapter.turn_away = turn_away_here
    visitor = visit(net, at, Shown(), "polling")
    assert visitor.enter("/open").startswith("0")
    entering = threading.Thread(target=visitor.send, args=('0/bearer,{"token":"x"}',))
    ending = threading.Thread(target=visitor.send_apart, args=("1",))
    entering.start()
    asked.wait()
    ending.start()
    told.wait()
    hold.set()
    for each in (entering, ending):
        each.join()
    assert adapter.decide.sessions._refusals == {}


# -- no more threads -------------------------------------------------------------------------------


@ways
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_who_cannot_be_ended_now_is_ended_later(way: str, net: Any, monkeypatch: Any) -> None:
    """When another client enters, at the latest."""
    left = [0.3, 10_000]
    security = {"bearer": lambda *_: Identity("ann", {"enter"}, time.time() + left.pop(0))}
    at = Stage(way, net, document(["bearer"]), security=security)
    module, failed = {"threads": on_threads, "asyncio": on_asyncio}[way], threading.Event()
    start = module.start

    def start_or_fail(server: Any, function: Any, *args: Any) -> None:
        if function.__name__ == "_end_session" and not failed.is_set():
            failed.set()
            raise RuntimeError("can't start new thread")
        start(server, function, *args)

    monkeypatch.setattr(module, "start", start_or_fail)
    first, second = (visit(net, at, shown("bearer", GOOD)) for _ in range(2))
    assert first.enter("/bearer").startswith("0")
    failed.wait()
    while at.guard._adapters()[0].decide.expiries._watched:
        time.sleep(0.001)
    assert second.enter("/bearer").startswith("0")
    assert first.until("1/bearer,")


# -- requests --------------------------------------------------------------------------------------


@ways
def test_a_request_that_cannot_be_read_rejects(way: str, net: Any, monkeypatch: Any) -> None:
    """The client is told, and the log has the place."""
    at = Stage(way, net, document(["bearer"]))
    monkeypatch.setattr(admissions, "request_in", lambda _: 1 / 0)
    assert "unauthorized" in visit(net, at, shown("bearer", GOOD)).enter("/bearer")


@ways
@pytest.mark.parametrize("mode", ["enforce", "report"])
def test_a_query_with_many_parameters_is_not_read(way: str, mode: str, net: Any) -> None:
    """The client is told, or, where connects are only reported, it is nobody."""
    operations = {"query_enter": mode}
    at = Stage(way, net, document(["query"]), policy=Policy(operations=operations))
    given = Shown(query=[("key", GOOD), *(("a", "b") for _ in range(300))])
    code = "malformed_packet" if mode == "enforce" else "unauthorized"
    assert code in visit(net, at, given).enter("/query")


@pytest.mark.parametrize("sent", ["X_Key", "x-key"])
def test_a_header_with_an_underscore_is_found(sent: str, net: Any) -> None:
    """No environment tells it from a dash."""
    spec = document(["header"])
    spec["components"]["securitySchemes"]["header"]["name"] = "X_Key"
    spec["channels"]["header"]["bindings"] = {
        "ws": {"headers": {"type": "object", "required": ["X_Key"]}}
    }
    at = Stage("asyncio", net, spec)
    assert visit(net, at, Shown(headers={sent: GOOD})).enter("/header").startswith("0")
    assert visit(net, at, Shown(headers={sent: WRONG})).enter("/header").startswith("4")


def test_a_client_that_is_given_verifiers_says_that_it_asks_nobody(caplog: Any) -> None:
    """They are for servers, and what is not in force says so."""
    guard = AsyncAPIGuard(document(), security={"bearer": lambda *_: None})
    guard.protect(pysocketio.Client())
    assert "security= is for servers" in caplog.text
