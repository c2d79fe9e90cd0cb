"""Clients show who they are as the document says, or they do not enter."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from typing import Any

import pytest
import socketio as pysocketio
from flask import Flask, g, request
from flask_socketio import SocketIO
from security_stage import (
    CANARY,
    GOOD,
    OLD,
    OTHER,
    SCHEMES,
    SITUATIONS,
    WEAK,
    WRONG,
    Shown,
    Stage,
    Visitor,
    basic,
    document,
    identity_of,
    shown,
)
from traffic_asyncio import Uvicorn

from asyncapi_guard import (
    AsyncAPIAsyncServer,
    AsyncAPIGuard,
    AsyncAPIServer,
    AsyncAPISocketIO,
    Identity,
    InstallationError,
    Policy,
)
from asyncapi_guard.integrations.deciding.sessions import Expiries, Session, Sessions, Watch

ways = pytest.mark.parametrize("way", ["threads", "asyncio"])
transports = pytest.mark.parametrize("transport", ["websocket", "polling"])


@pytest.fixture(scope="module")
def stages(module_net: Any) -> Any:
    """A server of each kind, for the whole table."""
    made: dict[str, Stage] = {}

    def stage(way: str) -> Stage:
        if way not in made:
            made[way] = Stage(way, module_net)
        made[way].ran.clear()
        made[way].violations.clear()
        return made[way]

    return stage


def visit(net: Any, transport: str, at: Stage, given: Shown) -> Visitor:
    visitor: Visitor = net.also_close(Visitor(transport, at.url, given))
    return visitor


@ways
@transports
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.sampled(5)
def test_who_enters(
    scheme: str, situation: str, transport: str, way: str, stages: Any, net: Any, caplog: Any
) -> None:
    """Nobody else, before any handler runs and without one broadcast; and no secret is told."""
    caplog.set_level(logging.DEBUG, "asyncapi_guard")
    at = stages(way)
    visitor = visit(net, transport, at, SITUATIONS[situation](scheme))
    namespace = f"/{scheme}"
    answer = visitor.enter(namespace)
    visitor.enter("/open", "")  # whatever was broadcast before has come by then
    if situation == "right":
        assert answer.startswith(f"0{namespace},")
        assert at.ran == [namespace, "/open"]
        assert at.violations == []
    else:
        code = "forbidden" if situation == "insufficient" else "unauthorized"
        error = json.loads(answer.partition(",")[2])["data"]["error"]
        assert (error["code"], error["event"]) == (code, "connect")
        assert at.ran == ["/open"]
        assert [each.code for each in at.violations] == [code]
        assert not any(f"2{namespace}" in frame for frame in visitor.frames)
    assert CANARY not in "".join(visitor.frames) + caplog.text + str(at.violations)


@ways
@transports
def test_those_who_are_in_hear_what_others_do_not(way: str, transport: str, net: Any) -> None:
    """The news is really sent while a client is asked who it is."""
    at = Stage(way, net, document(["bearer"]))
    inside, outside = (visit(net, transport, at, shown("bearer", each)) for each in (GOOD, WRONG))
    assert inside.enter("/bearer").startswith("0")
    assert outside.enter("/bearer").startswith("4")
    assert inside.until('2/bearer,["news"')


@ways
def test_a_client_that_leaves_while_it_is_asked_is_gone(way: str, net: Any) -> None:
    """Its connect handler does not run, and nothing of it is left."""
    go_on, started, done = threading.Event(), threading.Event(), threading.Event()

    def verify(credential: Any, handshake: Any) -> Identity:
        started.set()
        go_on.wait()
        return Identity("ann", {"enter"})

    options = {"security": {"bearer": verify}, "security_timeout": 100}
    at = Stage(way, net, document(["bearer"]), **options)
    adapter = at.guard._adapters()[0]
    end, admit_one = adapter.decide.sessions.forget, adapter._admit
    adapter.decide.sessions.forget = lambda eio_sid: (end(eio_sid), go_on.set())
    if way == "threads":
        adapter._admit = lambda *args: (admit_one(*args), done.set())
    else:

        async def admit(*args: Any) -> None:
            await admit_one(*args)
            done.set()

        adapter._admit = admit
    visitor = visit(net, "polling", at, shown("bearer", GOOD))
    entering = threading.Thread(target=visitor.send, args=(f'0/bearer,{{"token":"{GOOD}"}}',))
    entering.start()
    started.wait()
    visitor.send_apart("1")
    done.wait()
    entering.join()
    assert at.ran == []
    assert not at.io.manager.rooms.get("/bearer")
    assert len(adapter.decide.sessions) == 0


# -- servers and operations ------------------------------------------------------------------------


@ways
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (shown("bearer", GOOD), "0"),
        (shown("header", GOOD), "0"),
        (Shown({"token": GOOD}, {"x-key": GOOD}), "0"),
        (Shown({"token": GOOD}, {"x-key": WRONG}), "4"),
        (Shown({"token": WRONG}, {"x-key": GOOD}), "4"),
        (Shown({"token": GOOD}, {"x-key": OLD}), "4"),
        (Shown({"token": WEAK}, {"x-key": GOOD}), "0"),
        (Shown({"token": GOOD}, {"x-key": ""}), "4"),
        (Shown(), "4"),
        (Shown(query=[("token", GOOD), ("access_token", GOOD)]), "4"),
        (Shown(headers=basic(GOOD)), "4"),
    ],
)
def test_any_scheme_of_a_server_will_do(way: str, given: Shown, expected: str, net: Any) -> None:
    """But whatever is shown must be right; and a token is never looked for in the URL."""
    spec = document(["bearer", "header"], server=["bearer", "header"])
    at = Stage(way, net, spec)
    assert visit(net, "websocket", at, given).enter("/open").startswith(expected)


def _is_user(credential: Any, handshake: Any) -> Identity | None:
    return Identity("user", {"enter"}) if credential == ("ann", GOOD) else None


def _is_key(credential: Any, handshake: Any) -> Identity | None:
    return Identity("key", {"enter"}) if credential in ("ann", OTHER) else None


@ways
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Shown(headers=basic(GOOD)), "0"),  # the user; no key
        (Shown(headers=basic(OTHER)), "0"),  # the key; no user
        (Shown(headers=basic(WRONG)), "4"),
        (Shown(headers=basic("")), "4"),
        (Shown({"key": OTHER}, basic(OTHER)), "0"),
        (Shown({"key": WRONG}, basic(GOOD)), "4"),
        (Shown({"username": "ann", "password": GOOD}, basic(OTHER)), "4"),
        (Shown({"username": "ann", "password": GOOD}, basic(GOOD)), "0"),
        (Shown({"username": "ann", "password": GOOD, "key": OTHER}), "0"),
        (Shown({"username": "ann", "password": GOOD, "key": WRONG}), "4"),
        (Shown({"username": "ann", "key": OTHER}), "4"),
        (Shown({"key": OTHER}, {"authorization": "Basic !"}), "4"),
    ],
)
def test_one_place_has_several_readings(way: str, given: Shown, expected: str, net: Any) -> None:
    """What `Authorization: Basic` holds must be right to one of those who read it."""
    spec = document(["basic", "key"], server=["basic", "key"])
    for name in ("basic", "key"):  # only the server requires something
        spec["operations"][f"{name}_enter"].pop("security")
    at = Stage(way, net, spec, security={"basic": _is_user, "key": _is_key})
    assert visit(net, "websocket", at, given).enter("/open").startswith(expected)


@ways
def test_a_key_in_the_user_needs_no_password(way: str, net: Any) -> None:
    """Nor does an empty password count as a key."""
    spec = document(["basic", "key"], server=["basic", "key"])
    spec["components"]["securitySchemes"]["basic"] = {
        "type": "apiKey",
        "in": "user",
        "scopes": ["enter"],
    }
    at = Stage(way, net, spec, security={"basic": _is_key, "key": lambda *_: None})
    assert visit(net, "websocket", at, Shown(headers=basic(""))).enter("/open").startswith("0")


@ways
def test_an_operation_compares_who_the_client_is(way: str, net: Any) -> None:
    """Its scheme is verified when the client connects; the events of others go on."""
    spec = document(["bearer", "header"], server=["bearer"])
    spec["operations"]["open_say"]["security"] = [{"$ref": "#/components/securitySchemes/header"}]
    at = Stage(way, net, spec, reject_event="rejected")
    at.io.on("say", lambda *_: None, namespace="/open")

    def said(*headers: str) -> str:
        sent = dict.fromkeys(["x-key"], *headers) if headers else {}
        visitor = visit(net, "websocket", at, Shown({"token": GOOD}, sent))
        assert visitor.enter("/open").startswith("0")
        visitor.send('2/open,7["say",1]')
        return visitor.until("3/open,7")

    assert said(GOOD) == "3/open,7[]"
    assert json.loads(said()[9:-1])["error"]["code"] == "unauthorized"
    assert json.loads(said(WEAK)[9:-1])["error"]["code"] == "forbidden"
    assert [str(each.checkpoint) for each in at.violations] == ["receive_event"] * 2


@ways
@pytest.mark.parametrize("mode", ["report", "off"])
def test_in_other_modes_everybody_enters(way: str, mode: str, net: Any) -> None:
    """And in `report`, somebody hears of it."""
    at = Stage(way, net, policy=Policy(security=mode))
    assert visit(net, "websocket", at, shown("bearer", WRONG)).enter("/bearer").startswith("0")
    assert [each.rejected for each in at.violations] == ([False] if mode == "report" else [])


@ways
def test_the_contract_comes_first(way: str, net: Any) -> None:
    """No verifier is asked about what does not fit; and what it says is never told."""
    asked: list[Any] = []
    spec = document(["bearer"])
    spec["channels"]["bearer"]["messages"]["connect"]["payload"] = {"required": ["room"]}
    at = Stage(way, net, spec, security={"bearer": lambda *given: asked.append(given)})
    answer = visit(net, "websocket", at, shown("bearer", GOOD)).enter("/bearer")
    assert json.loads(answer.partition(",")[2])["data"]["error"]["code"] != "unauthorized"
    assert asked == []


# -- verifiers -------------------------------------------------------------------------------------


def raises(credential: Any, handshake: Any) -> Any:
    raise RuntimeError(credential)


def exits(credential: Any, handshake: Any) -> Any:
    raise SystemExit


async def raises_later(credential: Any, handshake: Any) -> Any:
    raise RuntimeError(credential)


async def is_cancelled(credential: Any, handshake: Any) -> Any:
    raise asyncio.CancelledError


async def says_yes(credential: Any, handshake: Any) -> Any:
    return True


BAD: dict[str, Any] = {
    "raises": raises,
    "exits": exits,
    "none": lambda *_: None,
    "true": lambda *_: True,
    "text": lambda *_: "ann",
    "dict": lambda *_: {"subject": "ann"},
    "expired": lambda *_: Identity("ann", {"enter"}, 0),
    "not an identity": lambda *_: Identity(7),  # type: ignore[arg-type]  # that is the point
    "a coroutine nobody awaits": lambda *_: says_yes(None, None),
    "no parameters": lambda: Identity("ann", {"enter"}),
}


@pytest.mark.parametrize(
    ("way", "verify"),
    [
        *[pytest.param("threads", each, id=f"threads-{name}") for name, each in BAD.items()],
        *[pytest.param("asyncio", each, id=f"asyncio-{name}") for name, each in BAD.items()],
        ("asyncio", raises_later),
        ("asyncio", is_cancelled),
        ("asyncio", says_yes),
    ],
)
def test_a_verifier_that_says_no_rejects(way: str, verify: Any, net: Any, caplog: Any) -> None:
    """In whatever way it says so; and its words are nobody's business."""
    at = Stage(way, net, document(["bearer"]), security={"bearer": verify})
    answer = visit(net, "websocket", at, shown("bearer", GOOD)).enter("/bearer")
    assert json.loads(answer.partition(",")[2])["data"]["error"]["code"] == "unauthorized"
    assert at.ran == []
    assert CANARY not in caplog.text


@ways
@pytest.mark.parametrize("kind", ["plain", "coroutine"])
def test_a_verifier_that_takes_too_long_rejects(way: str, kind: str, net: Any) -> None:
    """What it says later is dropped; a coroutine is cancelled."""
    if (way, kind) == ("threads", "coroutine"):
        with pytest.raises(InstallationError, match="verifier of 'bearer' is a coroutine function"):
            Stage(way, net, document(["bearer"]), security={"bearer": says_yes})
        return
    go_on, ended, cancelled = threading.Event(), threading.Event(), threading.Event()

    def hang(credential: Any, handshake: Any) -> Identity:
        go_on.wait()
        ended.set()
        return Identity("ann", {"enter"})

    async def hang_later(credential: Any, handshake: Any) -> Identity:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    verify = hang if kind == "plain" else hang_later
    options = {"security": {"bearer": verify}, "security_timeout": 0.05}
    at = Stage(way, net, document(["bearer"]), **options)
    visitor = visit(net, "websocket", at, shown("bearer", GOOD))
    assert "unauthorized" in visitor.enter("/bearer")
    go_on.set()
    (ended if kind == "plain" else cancelled).wait()
    assert visitor.enter("/open").startswith("0")
    assert at.ran == ["/open"]


@ways
def test_only_so_many_verifiers_run_at_once(way: str, net: Any, monkeypatch: Any) -> None:
    """Those that never return keep nobody else busy, and let nobody in."""
    from asyncapi_guard.integrations.aio import verifying as on_asyncio
    from asyncapi_guard.integrations.threads import verifying as on_threads

    for module in (on_asyncio, on_threads):
        monkeypatch.setattr(module, "_MOST", 1)
    go_on, started = threading.Event(), threading.Event()

    def hang(credential: Any, handshake: Any) -> Identity:
        started.set()
        go_on.wait()
        return Identity("ann", {"enter"})

    at = Stage(way, net, document(["bearer"]), security={"bearer": hang}, security_timeout=100)
    first, second = (visit(net, "websocket", at, shown("bearer", GOOD)) for _ in range(2))
    first.send(f'0/bearer,{{"token":"{GOOD}"}}')
    started.wait()
    assert "unauthorized" in second.enter("/bearer")
    go_on.set()
    assert first.until("0/bearer", "4/bearer").startswith("0")


@ways
def test_one_verifier_is_asked_once_of_one_credential(way: str, net: Any) -> None:
    """Though two schemes want it; another verifier may take what the first does not know."""
    asked: list[Any] = []

    def ask(credential: Any, handshake: Any) -> Identity | None:
        asked.append((credential, handshake.auth, handshake.headers["x-other"]))
        return identity_of(credential, handshake)

    spec = document(["bearer", "oauth2", "openid"], server=["bearer"])
    for name in ("oauth2", "openid"):
        ref = {"$ref": f"#/components/securitySchemes/{name}"}
        spec["operations"][f"open_{name}"] = {**spec["operations"]["open_say"], "security": [ref]}
    verifiers = {"bearer": ask, "oauth2": ask, "openid": lambda *_: None}
    at = Stage(way, net, spec, security=verifiers)
    given = Shown({"token": OTHER}, {"x-other": "1"})
    assert visit(net, "websocket", at, given).enter("/open").startswith("0")
    assert asked == [(OTHER, {"token": OTHER}, "1")]


# -- who it is -------------------------------------------------------------------------------------


@ways
@transports
def test_handlers_know_who_it_is(way: str, transport: str, net: Any) -> None:
    """From the connect handler to the disconnect handler, and nothing is kept after that."""
    at, known, gone = Stage(way, net, document(["bearer"])), [], threading.Event()

    def connected(sid: str, environ: Any, auth: Any) -> None:
        known.append((sid, at.guard.identity(sid, "/bearer"), at.guard.identity(sid)))

    def disconnected(sid: str, reason: Any) -> None:
        known.append((sid, at.guard.identity(sid, "/bearer"), at.guard.identity("x", "/bearer")))
        gone.set()

    at.io.on("connect", connected, namespace="/bearer")
    at.io.on("disconnect", disconnected, namespace="/bearer")
    visitor = visit(net, transport, at, shown("bearer", GOOD))
    assert visitor.enter("/bearer").startswith("0")
    assert visitor.enter("/bearer", f'{{"token":"{OTHER}"}}').startswith("4")  # it is in already
    visitor.send("1/bearer,")
    gone.wait()
    (sid, *first), (same, *second) = known
    assert (same, first[0].subject, first[1], second) == (sid, "ann", None, [first[0], None])
    visitor.enter("/open")  # the disconnect is done by then
    sessions = at.guard._adapters()[0].decide.sessions
    assert [key for key in sessions._sessions if key[0] == "/bearer"] == []


@ways
def test_a_rejected_client_leaves_nothing_behind(way: str, net: Any) -> None:
    """Neither of the guard's refusals, nor of the application's."""
    at = Stage(way, net, document(["bearer"]))
    gone = threading.Event()
    at.io.on("connect", lambda *_: False, namespace="/bearer")
    at.io.on("connect", lambda *_: None, namespace="/open")
    at.io.on("disconnect", lambda *_: gone.set(), namespace="/open")
    visitor = visit(net, "websocket", at, shown("bearer", GOOD))
    assert visitor.enter("/bearer").startswith("4")
    assert visitor.enter("/bearer", "").startswith("4")
    assert visitor.enter("/open").startswith("0")
    visitor.close()
    gone.wait()
    sessions = at.guard._adapters()[0].decide.sessions
    assert (sessions._sessions.keys() - {("/open", None)}, sessions._refusals) == (set(), {}) or (
        wait_until(lambda: not sessions._sessions and not sessions._refusals)
    )


def wait_until(condition: Any) -> bool:
    """Wait for what the server does right after a handler."""
    while not condition():
        time.sleep(0.001)
    return True


@ways
@transports
def test_a_connection_is_refused_five_times(way: str, transport: str, net: Any) -> None:
    """Whoever guesses needs a new connection then; the guard's and the application's count."""
    at = Stage(way, net, document(["bearer"]))
    at.io.on("connect", lambda *_: False, namespace="/open")
    visitor = visit(net, transport, at, shown("bearer", WRONG))
    for namespace in ("/bearer", "/open", "/bearer", "/bearer"):
        assert visitor.enter(namespace).startswith("4")
    visitor.send('0/bearer,{"token":"x"}')
    visitor.until("1")


# -- until when ------------------------------------------------------------------------------------


class Expiry:
    """A verifier of identities that end soon, or when a test says so."""

    def __init__(self) -> None:
        self.ends: list[float | None] = []

    def __call__(self, credential: Any, handshake: Any) -> Identity:
        ends = self.ends.pop(0)
        return Identity("ann", {"enter"}, None if ends is None else time.time() + ends)


@ways
@transports
def test_a_client_whose_identity_ends_is_told_and_disconnected(
    way: str, transport: str, net: Any
) -> None:
    """And it may come again; others stay, and so do those that end later."""
    verify = Expiry()
    options = {"security": {"bearer": verify}, "reject_event": "rejected"}
    at, gone = Stage(way, net, document(["bearer"]), **options), threading.Event()
    at.io.on("disconnect", lambda *_: gone.set(), namespace="/bearer")
    at.io.on("connect", lambda *_: None, namespace="/bearer")
    at.io.on("say", lambda *_: None, namespace="/bearer")
    verify.ends[:] = [1_000, None, 0.4, 1_000]
    later, never, visitor = (visit(net, transport, at, shown("bearer", GOOD)) for _ in range(3))
    for each in (later, never, visitor):
        assert each.enter("/bearer").startswith("0")
    told = visitor.until('2/bearer,["rejected"')
    error = json.loads(told.partition(",")[2])[1]["error"]
    assert (error["code"], error["event"]) == ("unauthorized", "disconnect")
    if "1/bearer," not in visitor.frames:
        visitor.until("1/bearer,")
    gone.wait()
    assert visitor.enter("/bearer").startswith("0")
    for each in (visitor, later, never):
        each.send('2/bearer,7["say",1]')
        assert each.until("3/bearer,7") == "3/bearer,7[]"


@ways
def test_a_disconnect_handler_that_raises_ends_a_session_all_the_same(
    way: str, net: Any, caplog: Any
) -> None:
    """Nothing of the client is left."""
    verify = Expiry()
    at = Stage(way, net, document(["bearer"]), security={"bearer": verify})

    def disconnected(*_: Any) -> None:
        raise RuntimeError

    at.io.on("disconnect", disconnected, namespace="/bearer")
    verify.ends[:] = [0.3]
    visitor = visit(net, "websocket", at, shown("bearer", GOOD))
    assert visitor.enter("/bearer").startswith("0")
    visitor.until("1/bearer,")
    wait_until(lambda: not at.io.manager.rooms.get("/bearer"))
    assert len(at.guard._adapters()[0].decide.sessions) == 0
    assert "a disconnect handler failed" in caplog.text


@ways
def test_an_event_of_somebody_who_is_no_more_is_rejected(way: str, net: Any) -> None:
    """Even before anybody has noticed that it is time."""
    at = Stage(way, net, document(["bearer"]))
    at.io.on("say", lambda *_: None, namespace="/bearer")
    visitor = visit(net, "websocket", at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    sessions = at.guard._adapters()[0].decide.sessions
    ((_, sid),) = sessions._sessions
    sessions.open(sid, "/bearer", Session({"bearer": Identity("ann", {"enter"}, 1)}))
    visitor.send('2/bearer,7["say",1]')
    assert "unauthorized" in visitor.until("3/bearer,7")


def test_one_heap_knows_who_is_next() -> None:
    """Whoever has left is not waited for, and does not stay in it."""
    sessions = Sessions()
    expiries = Expiries(sessions)

    def enter(sid: str, ends: float | None) -> Watch:
        sessions.open(sid, "/", Session({"b": Identity("ann", expires_at=ends)}))
        return expiries.add(sid, "/")

    assert enter("never", None) is Watch.NOTHING
    assert enter("b", 20) is Watch.START
    assert enter("c", 30) is Watch.NOTHING
    assert enter("a", 10) is Watch.WAKE
    assert expiries.next(5) == ([], 5)
    sessions.close("b", "/")
    assert expiries.next(10) == ([("a", "/")], 20)
    assert expiries.next(31) == ([("c", "/")], None)
    assert enter("d", 1_000) is Watch.START
    assert expiries.next(31) == ([], 60)
    for n in range(1_000):
        enter(str(n), 2_000)
        sessions.close(str(n), "/")
    assert len(expiries._heap) < 100


# -- at the start ----------------------------------------------------------------------------------


def protect(on: Any = None, spec: Any = None, **options: Any) -> Any:
    on = on or pysocketio.Server(async_mode="threading")
    AsyncAPIGuard(spec or document(["bearer", "cookie"]), **options).protect(on)
    return on


def yes(credential: Any, handshake: Any) -> Identity:
    return Identity("ann")


BOTH = {"bearer": yes, "cookie": yes}


def test_a_scheme_without_a_verifier_stops_the_start() -> None:
    """The message names it, and has the line to write."""
    with pytest.raises(InstallationError) as error:
        protect(security={"bearer": yes})
    text = str(error.value)
    assert "requires 'cookie'" in text
    assert "security={'bearer': yes, 'cookie': verify_cookie}" in text
    assert "Policy(security='off')" in text


@pytest.mark.parametrize("mode", ["report", "off"])
def test_in_other_modes_it_does_not(mode: str, caplog: Any) -> None:
    protect(policy=Policy(security=mode))
    assert ("requires 'bearer', 'cookie'" in caplog.text) is (mode == "report")


def test_a_scheme_that_nobody_requires_needs_none() -> None:
    """Nor one of what only the server sends."""
    spec = document(["bearer", "cookie"])
    spec["operations"]["cookie_news"]["security"] = spec["operations"]["cookie_enter"].pop(
        "security"
    )
    protect(spec=spec, security={"bearer": yes})


def test_a_scheme_needs_a_name() -> None:
    """Else there is nothing to pass a verifier by."""
    spec = document(["bearer"])
    spec["operations"]["open_enter"]["security"] = [{"type": "X509"}]
    with pytest.raises(InstallationError, match=r"open_enter/security/0 has no name"):
        protect(spec=spec, security={"bearer": yes})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"security": {"baerer": yes}}, r"lacks: 'baerer' \(did you mean 'bearer'\?\)"),
        ({"security": {"bearer": "yes"}}, r"security\['bearer'\] takes a function, not a str"),
        ({"security": [yes]}, "security takes verifiers by names, such as"),
        ({"security": BOTH, "security_timeout": "5"}, "must be a number of seconds, not a str"),
        ({"security": BOTH, "security_timeout": 0}, "must be more than 0 seconds, not 0"),
        ({"security": BOTH, "server": "mian"}, r"'mian' \(did you mean 'main'\?\)"),
    ],
)
def test_options_that_do_not_fit_are_errors(options: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        protect(**options)


def test_servers_that_require_different_things() -> None:
    """The guard must know which of them it is on."""
    spec = document(["bearer"], server=["bearer"])
    spec["servers"]["other"] = {"host": "i", "protocol": "ws"}
    with pytest.raises(InstallationError, match=r"server='other'"):
        protect(spec=spec, security={"bearer": yes})
    protect(spec=spec, security={"bearer": yes}, server="other")
    spec["servers"]["other"]["security"] = spec["servers"]["main"]["security"]
    protect(spec=spec, security={"bearer": yes})


@ways
@pytest.mark.parametrize(("server", "entered"), [("main", "4"), ("other", "0")])
def test_a_channel_is_on_the_servers_that_it_names(
    way: str, server: str, entered: str, net: Any
) -> None:
    """On others, there is no such namespace."""
    spec = document(["bearer"], server=["bearer"])
    spec["servers"]["other"] = {"host": "i", "protocol": "ws"}
    spec["channels"]["bearer"]["servers"] = [{"$ref": "#/servers/other"}]
    spec["channels"]["open"]["servers"] = []
    spec["operations"]["bearer_enter"].pop("security")
    at = Stage(way, net, spec, server=server, security={"bearer": identity_of})
    visitor = visit(net, "websocket", at, shown("bearer", GOOD))
    answer = visitor.enter("/bearer")
    assert answer.startswith(entered)
    assert ("undeclared_namespace" in answer) is (entered == "4")
    assert visitor.enter("/open").startswith("0")


def test_a_policy_may_name_operations_of_another_server() -> None:
    """Which is a fault of this server's policy, and no misspelling."""
    spec = document(["bearer"], server=["bearer"])
    spec["servers"]["other"] = {"host": "i", "protocol": "ws"}
    spec["channels"]["bearer"]["servers"] = [{"$ref": "#/servers/main"}]
    words = r"names operations that server='other' leaves out, .* other servers: 'bearer_say'$"
    options = {"spec": spec, "security": {"bearer": yes}}
    with pytest.raises(ValueError, match=words):
        protect(**options, server="other", policy=Policy(operations={"bearer_say": "report"}))
    with pytest.raises(ValueError, match="names unknown operations: 'bearer_sya'"):
        protect(**options, server="other", policy=Policy(operations={"bearer_sya": "report"}))
    protect(**options, server="main", policy=Policy(operations={"bearer_say": "report"}))


@pytest.mark.parametrize("make", [AsyncAPIServer, AsyncAPIAsyncServer, AsyncAPISocketIO])
def test_a_drop_in_is_one_of_the_servers_of_its_document(make: Any) -> None:
    """And without a document, of none."""
    spec = document(["bearer"], server=["bearer"])
    spec["servers"]["other"] = {"host": "i", "protocol": "ws"}
    mode = "asgi" if make is AsyncAPIAsyncServer else "threading"
    app = (Flask("app"),) if make is AsyncAPISocketIO else ()
    options = {"async_mode": mode, "spec": spec, "verifiers": {"bearer": yes}}
    with pytest.raises(InstallationError, match="server='other'"):
        make(*app, **options)
    made = make(*app, **options, server="other")
    assert list((made.guard if not app else made._guarded).contract.servers) == ["other"]
    with pytest.raises(TypeError, match="so it needs spec="):
        make(*app, async_mode=mode, server="other")


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        [],
        ["*"],
        ["https://example.com", "*"],
        ("*",),
        {"*"},
        {"*": 1},
        "null",
        ["https://example.com", "null"],
    ],
)
@pytest.mark.parametrize("kind", ["Server", "AsyncServer"])
def test_a_cookie_needs_an_origin_that_is_checked(origins: Any, kind: str) -> None:
    """Else any page on the web comes with the cookies of its visitors."""

    def server() -> Any:
        mode = "asgi" if kind == "AsyncServer" else "threading"
        return getattr(pysocketio, kind)(async_mode=mode, cors_allowed_origins=origins)

    with pytest.raises(InstallationError, match="'cookie' is a cookie, and cors_allowed_origins"):
        protect(server(), security=BOTH)
    protect(server(), document(["bearer"]), security={"bearer": yes})


@pytest.mark.parametrize(
    "origins",
    [None, "https://example.com", ["https://x.org"], {"https://x.org"}, (), lambda _: 1],
)
def test_origins_that_are_checked_are_fine(origins: Any) -> None:
    server = pysocketio.Server(async_mode="threading", cors_allowed_origins=origins)
    protect(server, security=BOTH)


def test_uninstalling_lets_everybody_in(net: Any) -> None:
    """As without the guard."""
    at = Stage("threads", net)
    at.guard.uninstall()
    assert visit(net, "websocket", at, Shown()).enter("/bearer").startswith("0")


# -- drop-ins, and Flask ---------------------------------------------------------------------------

BEARER = {"bearer": {"type": "http", "scheme": "bearer"}}


def ann_or_nobody(credential: Any, handshake: Any) -> Identity | None:
    return Identity("ann") if credential == GOOD else None


@pytest.mark.parametrize("kind", ["AsyncAPIServer", "AsyncAPIAsyncServer", "AsyncAPISocketIO"])
@pytest.mark.parametrize("url", [None, "wss://game.example"])
def test_a_drop_in_has_schemes_and_verifiers(kind: str, url: Any, net: Any) -> None:
    """Its handlers get the identity by its type, under Flask by `flask.g`."""
    options = {"security": BEARER, "verifiers": {"bearer": ann_or_nobody}, "server_url": url}
    made = served(kind, net, **options)
    visitor = net.also_close(Visitor("websocket", made, shown("bearer", GOOD)))
    assert visitor.enter("/game").startswith("0")
    visitor.send('2/game,7["who",1]')
    assert visitor.until("3/game,7") == '3/game,7["ann 1"]'
    wrong = net.also_close(Visitor("websocket", made, shown("bearer", WRONG)))
    assert "unauthorized" in wrong.enter("/game")


@pytest.mark.parametrize("kind", ["AsyncAPIServer", "AsyncAPIAsyncServer", "AsyncAPISocketIO"])
def test_a_scheme_of_code_may_be_left_to_the_connect_handler(
    kind: str, net: Any, caplog: Any
) -> None:
    """The log says so, with the line to write."""
    made = served(kind, net, security=BEARER, server_url="wss://game.example")
    assert "verifiers={'bearer': verify_bearer}" in caplog.text
    visitor = net.also_close(Visitor("websocket", made, Shown()))
    assert visitor.enter("/game").startswith("0")
    visitor.send('2/game,7["who",1]')
    assert visitor.until("3/game,7") == '3/game,7["nobody 1"]'


def served(kind: str, net: Any, **options: Any) -> str:
    """Serve a drop-in with one event, which says who the client is: its address."""
    options = {"typed": True, **options}
    if kind == "AsyncAPISocketIO":
        app = Flask(__name__)
        socketio = AsyncAPISocketIO(app, async_mode="threading", **options)

        @socketio.on("who", namespace="/game")
        def who_in_flask(number: int) -> str:
            identity = g.get("identity")
            return f"{identity.subject if identity else 'nobody'} {number}"

        return str(net.serve(app))
    on_asyncio = kind == "AsyncAPIAsyncServer"
    server: Any = AsyncAPIAsyncServer if on_asyncio else AsyncAPIServer
    io = server(async_mode="asgi" if on_asyncio else "threading", **options)

    @io.on("connect", namespace="/game")
    def connect(identity: Identity | None) -> None:
        assert (identity is None) is ("verifiers" not in options)

    @io.on("who", namespace="/game")
    def who(number: int, identity: Identity | None) -> str:
        return f"{identity.subject if identity else 'nobody'} {number}"

    if on_asyncio:
        return str(net.also_serve(Uvicorn(pysocketio.ASGIApp(io))).url)
    return str(net.serve(pysocketio.WSGIApp(io)))


@pytest.mark.parametrize("kind", [AsyncAPIServer, AsyncAPIAsyncServer, AsyncAPISocketIO])
def test_a_drop_in_with_a_document_needs_its_verifiers(kind: Any) -> None:
    """As every server does whose contract is a document."""
    app = [Flask(__name__)] if kind is AsyncAPISocketIO else []
    with pytest.raises(InstallationError, match=r"verifiers=\{'bearer': verify_bearer\}"):
        kind(*app, spec=document(["bearer"]))
    with pytest.raises(ValueError, match="verifiers has verifiers for schemes"):
        kind(*app, spec=document(["bearer"]), verifiers={"x": yes})
    kind(*app, spec=document(["bearer"]), verifiers={"bearer": yes})


def test_flask_has_the_identity_of_each_event(net: Any) -> None:
    """From the connect handler to the disconnect handler; a verifier has the request."""
    app, seen, gone = Flask(__name__), [], threading.Event()
    socketio = SocketIO(app, async_mode="threading")

    def verify(credential: str, handshake: Any) -> Identity | None:
        return Identity(f"{credential} {request.headers['x-here']}", {"enter"})

    guard = AsyncAPIGuard(document(["bearer"]), security={"bearer": verify})
    guard.init_app(app, socketio)
    for name in ("connect", "say", "disconnect"):
        socketio.on(name, namespace="/bearer")(lambda *_: seen.append(g.identity))
    socketio.on("connect", namespace="/open")(lambda *_: seen.append(g.identity))
    socketio.on("disconnect", namespace="/open")(lambda *_: gone.set())
    given = Shown({"token": "ann"}, {"x-here": "there"})
    visitor = net.also_close(Visitor("websocket", net.serve(app), given))
    assert visitor.enter("/bearer").startswith("0")
    visitor.send('2/bearer,7["say",1]')
    visitor.until("3/bearer,7")
    visitor.send("1/bearer,")
    assert visitor.enter("/open").startswith("0")
    assert [each and each.subject for each in seen] == ["ann there"] * 3 + [None]
    visitor.close()
    gone.wait()


def test_the_test_client_of_flask_shows_who_it_is() -> None:
    """It has no connection of engine.io, and is refused and let in all the same."""
    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="threading")
    guard = AsyncAPIGuard(document(["bearer"]), security={"bearer": identity_of})
    guard.init_app(app, socketio)
    socketio.on("connect", namespace="/bearer")(lambda *_: None)
    for token, expected in ((GOOD, True), (WRONG, False)):
        client = socketio.test_client(app, namespace="/bearer", auth={"token": token})
        assert client.is_connected("/bearer") is expected
    for _ in range(6):
        client.connect("/bearer", auth={"token": WRONG})
        assert not client.is_connected("/bearer")


def test_a_client_within_a_handler_is_another_one() -> None:
    """Of an application that asks nobody who they are, as in a test of two of them."""
    seen = []
    apps = {name: Flask(name) for name in ("bearer", "open")}
    made = {name: SocketIO(app, async_mode="threading") for name, app in apps.items()}
    guard = AsyncAPIGuard(document(["bearer"]), security={"bearer": identity_of})
    guard.init_app(apps["bearer"], made["bearer"])
    AsyncAPIGuard(document([])).init_app(apps["open"], made["open"])

    @made["bearer"].on("say", namespace="/bearer")
    def say(*_: Any) -> None:
        seen.append(g.identity.subject)
        other.emit("say", 1, namespace="/open")

    made["open"].on("say", namespace="/open")(lambda *_: seen.append(g.get("identity")))
    other = made["open"].test_client(apps["open"], namespace="/open")
    app = apps["bearer"]
    client = made["bearer"].test_client(app, namespace="/bearer", auth={"token": GOOD})
    client.emit("say", 1, namespace="/bearer")
    assert seen == ["ann", None]
