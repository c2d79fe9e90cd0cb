"""Clients show again who they are while they are connected, by an event or by the application."""

from __future__ import annotations

import json
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
    WEAK,
    WRONG,
    Shown,
    Stage,
    Visitor,
    basic,
    document,
    identity_of,
    shown,
    with_renewing,
)

from asyncapi_guard import (
    AsyncAPIGuard,
    Identity,
    InstallationError,
    InvalidDocument,
    Policy,
    UserPassword,
)

ways = pytest.mark.parametrize("way", ["threads", "asyncio"])
transports = pytest.mark.parametrize("transport", ["websocket", "polling"])
BOB = f"bob-{CANARY}"


def visit(net: Any, at: Stage, given: Shown, transport: str = "websocket") -> Visitor:
    visitor: Visitor = net.also_close(Visitor(transport, at.url, given))
    return visitor


class People:
    """A verifier that says when identities end, and counts."""

    def __init__(self, **ends: float | None) -> None:
        self.ends = ends
        self.asked: list[Any] = []

    def __call__(self, credential: Any, handshake: Any) -> Identity | None:
        self.asked.append(credential)
        if credential == BOB:
            return Identity("bob", {"enter"})
        known = identity_of(credential, handshake)
        if known is None or credential not in (GOOD, OTHER):
            return known
        name = "first" if credential == GOOD else "second"
        left = self.ends.get(name)
        end = None if left is None else time.time() + left
        return Identity("ann", {"enter", name}, end)


def stage(way: str, net: Any, *names: str, spec: Any = None, **options: Any) -> Stage:
    names = names or ("bearer",)
    spec = with_renewing(document(names), *names) if spec is None else spec
    options.setdefault("security", dict.fromkeys(names, People()))
    at = Stage(way, net, spec, **options)
    for name in names:
        here = f"/{name}"
        at.io.on("say", lambda sid, *_, here=here: said(at, sid, here), namespace=here)
    return at


def said(at: Stage, sid: str, namespace: str) -> str:
    identity = at.guard.identity(sid, namespace)
    return "nobody" if identity is None else " ".join([identity.subject, *sorted(identity.scopes)])


def ask(visitor: Visitor, event: str, *args: Any, namespace: str = "/bearer", id: int = 7) -> Any:
    """Send an event: what its ack has, or the code of the error."""
    visitor.send(f"2{namespace},{id}{json.dumps([event, *args])}")
    frame = visitor.until(f"3{namespace},{id}", f"1{namespace}")
    assert frame.startswith("3"), "the client is gone"
    answer = json.loads(frame[len(f"3{namespace},{id}") :])
    if answer and isinstance(answer[0], dict) and "error" in answer[0]:
        assert answer[0]["error"]["event"] == event
        return answer[0]["error"]["code"]
    return answer


def sid_of(at: Stage, namespace: str = "/bearer") -> str:
    """The session id of the one client of a namespace."""
    sessions = at.guard._adapters()[0].decide.sessions
    (sid,) = [sid for place, sid in sessions._sessions if place == namespace]
    return str(sid)


def renew(at: Stage, sid: str, *args: Any, **options: Any) -> Any:
    """What `reauthenticate` returns."""
    found = at.guard.reauthenticate(sid, *args, **options)
    return at.run(found)


# -- by an event -----------------------------------------------------------------------------------


@ways
@transports
@pytest.mark.parametrize("form", ["string", "object"])
def test_a_client_renews_itself(way: str, transport: str, form: str, net: Any, caplog: Any) -> None:
    """From its next event on it is who it says, and its scopes are new; nothing is told."""
    caplog.set_level(0)
    at = stage(way, net)
    visitor = visit(net, at, shown("bearer", GOOD), transport)
    assert visitor.enter("/bearer").startswith("0")
    assert ask(visitor, "say", 1) == ["ann enter first"]
    assert ask(visitor, "renew", OTHER if form == "string" else {"token": OTHER}) == []
    assert ask(visitor, "say", 1) == ["ann enter second"]
    assert at.violations == []
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("asyncapi")]
    assert CANARY not in "".join([*visitor.frames, *ours])


@ways
def test_over_messagepack(way: str, net: Any) -> None:
    """As over JSON, with a real client."""
    at = stage(way, net, io={"serializer": "msgpack"})
    options = {"namespaces": ["/bearer"], "auth": {"token": GOOD}}
    client = net.client(at.url, serializer="msgpack", **options)
    (answer,) = client.ask("renew", {"token": WRONG}, namespace="/bearer")
    assert answer["error"]["code"] == "unauthorized"
    assert client.ask("renew", {"token": OTHER}, namespace="/bearer") == []
    assert client.ask("say", 1, namespace="/bearer") == ["ann enter second"]


FAILING: dict[str, tuple[Any, str]] = {
    "wrong": (WRONG, "unauthorized"),
    "expired": (OLD, "unauthorized"),
    "of another subject": (BOB, "unauthorized"),
    "with too few scopes": (WEAK, "forbidden"),
    "empty": ("", "unauthorized"),
    "no text": ({"token": [GOOD]}, "unauthorized"),
    "nothing": (None, "unauthorized"),
    "of another scheme": ({"key": GOOD}, "unauthorized"),
    "a list": ([GOOD], "unauthorized"),
}


@ways
@pytest.mark.parametrize("what", FAILING)
def test_what_is_wrong_renews_nothing(way: str, what: str, net: Any, caplog: Any) -> None:
    """The client stays who it was, its handler does not run, and no secret is told."""
    at, (credential, code) = stage(way, net), FAILING[what]
    at.io.on("renew", lambda *_: at.ran.append("renew"), namespace="/bearer")
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    assert ask(visitor, "renew", *([] if credential is None else [credential])) == code
    assert ask(visitor, "say", 1) == ["ann enter first"]
    assert at.ran == ["/bearer"]
    (violation,) = at.violations
    assert (violation.code, violation.event, violation.sid) == (code, "renew", sid_of(at))
    assert CANARY not in "".join(visitor.frames) + caplog.text + str(violation)


@ways
def test_other_forms_of_credentials(way: str, net: Any) -> None:
    """A user with a password, and a key, as in the auth value."""
    at = stage(way, net, "password", "key")
    for name, renewed in (
        ("password", {"username": "ann", "password": OTHER}),
        ("key", {"key": OTHER}),
    ):
        visitor = visit(net, at, shown(name, GOOD))
        visitor.enter(f"/{name}")
        asked = at.guard.verifiers[name].asked
        assert ask(visitor, "renew", renewed, namespace=f"/{name}") == []
        assert len(asked) == (2 if name == "password" else 4)


@ways
def test_its_handler_runs_after_success(way: str, net: Any) -> None:
    """It has the new identity, and answers; python-socketio's own acks are as ever."""
    at = stage(way, net)
    at.io.on("renew", lambda sid, *_: said(at, sid, "/bearer"), namespace="/bearer")
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    assert ask(visitor, "renew", OTHER) == ["ann enter second"]


@ways
@pytest.mark.parametrize(("ack", "answer"), [({"type": "null"}, []), ({"type": "string"}, None)])
def test_a_declared_ack_is_judged(way: str, ack: Any, answer: Any, net: Any) -> None:
    """Without a handler the ack is empty, which the document must allow."""
    spec = with_renewing(document(["bearer"]), "bearer", **{"x-ack": ack})
    at = stage(way, net, spec=spec)
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    assert ask(visitor, "renew", OTHER) == (answer if answer is not None else RESPONSE)


RESPONSE = "response_validation_error"


@ways
def test_no_handler_is_missing(way: str, net: Any, caplog: Any) -> None:
    """The guard says nothing of an event that it answers itself; else it does."""
    for ack, missing in ({"type": "null"}, False), ({"type": "string"}, True):
        spec = with_renewing(document(["bearer"]), "bearer", **{"x-ack": ack})
        at = stage(way, net, spec=spec)
        visitor = visit(net, at, shown("bearer", GOOD))
        visitor.enter("/bearer")
        ask(visitor, "say", 1)  # the handlers have been looked at by then
        assert ("no handler for event 'renew'" in caplog.text) is missing


@ways
def test_a_class_namespace_needs_no_method(way: str, net: Any) -> None:
    """Nor does it hide that the event was dealt with."""
    at = stage(way, net)
    kind: Any = pysocketio.Namespace if way == "threads" else pysocketio.AsyncNamespace
    at.io.handlers.clear()
    at.io.register_namespace(kind("/bearer"))
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    assert ask(visitor, "renew", OTHER) == []


@ways
def test_five_failures_end_the_connection(way: str, net: Any) -> None:
    """The last one is answered; a success in between counts anew."""
    at = stage(way, net)
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    for _ in range(4):
        assert ask(visitor, "renew", WRONG) == "unauthorized"
    assert ask(visitor, "renew", OTHER) == []
    for _ in range(4):
        assert ask(visitor, "renew", WRONG) == "unauthorized"
    visitor.send(f'2/bearer,9["renew","{WRONG}"]')
    visitor.until("1")
    assert any(frame.startswith("3/bearer,9") for frame in visitor.frames)


@ways
def test_the_payload_is_judged_first(way: str, net: Any) -> None:
    """No verifier hears of what does not fit, and values are never told, whatever the policy."""
    spec = with_renewing(document(["bearer"]), "bearer", payload={"type": "string", "maxLength": 9})
    verify = People()
    at = stage(way, net, spec=spec, security={"bearer": verify}, policy=Policy(include_values=True))
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    assert ask(visitor, "renew", OTHER) == "request_validation_error"
    assert verify.asked == [GOOD]
    assert CANARY not in "".join(visitor.frames) + str(at.violations)


@ways
@pytest.mark.parametrize("mode", ["report", "off"])
def test_in_other_modes_handlers_decide(way: str, mode: str, net: Any) -> None:
    """`report` tells of it, `off` does not, and the handler runs once."""
    at = stage(way, net, policy=Policy(security=mode))
    at.io.on("renew", lambda *_: "handled", namespace="/bearer")
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    assert ask(visitor, "renew", WRONG) == ["handled"]
    assert ask(visitor, "renew", OTHER) == ["handled"]
    expected = ["ann enter second"] if mode == "report" else ["nobody"]
    assert ask(visitor, "say", 1) == expected
    assert len(at.violations) == (mode == "report")
    for _ in range(6):
        assert ask(visitor, "renew", WRONG) == ["handled"]
    assert ask(visitor, "renew", OTHER) == ["handled"]
    assert len(at.violations) == 7 * (mode == "report")


@ways
def test_an_event_whose_mode_is_off_still_renews(way: str, net: Any) -> None:
    """Its payload is not judged; who the client is, is."""
    guard = {"mode": "off", "reauthenticate": True}
    at = stage(way, net, spec=with_renewing(document(["bearer"]), "bearer", **{"x-guard": guard}))
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    assert ask(visitor, "renew", WRONG) == "unauthorized"
    assert ask(visitor, "renew", OTHER) == []


# -- several schemes -------------------------------------------------------------------------------


@ways
def test_what_is_not_shown_stays(way: str, net: Any) -> None:
    """Only the schemes whose credential is shown are renewed, and all of these must be right."""
    names = ("bearer", "password", "key")
    spec = with_renewing(document(names, server=names), "bearer")
    del spec["operations"]["bearer_enter"]["security"]
    at = stage(way, net, *names, spec=spec)
    visitor = visit(net, at, Shown({"token": GOOD, "key": GOOD}))
    visitor.enter("/bearer")

    def subjects() -> dict[str, list[str]]:
        sessions = at.guard._adapters()[0].decide.sessions
        found = sessions.find(sid_of(at), "/bearer").identities
        return {name: sorted(identity.scopes) for name, identity in found.items()}

    assert ask(visitor, "renew", OTHER) == []
    assert subjects() == {"bearer": ["enter", "second"], "key": ["enter", "first"]}
    assert ask(visitor, "renew", {"token": GOOD, "key": WRONG}) == "unauthorized"
    assert subjects() == {"bearer": ["enter", "second"], "key": ["enter", "first"]}
    more = {"username": "ann", "password": OTHER}
    assert ask(visitor, "renew", more) == []
    assert list(subjects()) == ["bearer", "password", "key"]
    with_bob = {"username": "ann", "password": BOB}
    assert ask(visitor, "renew", with_bob) == "unauthorized"


@ways
def test_somebody_nobody_knew_becomes_somebody(way: str, net: Any) -> None:
    """Where only an operation requires something, a client may enter without."""
    spec = document(["bearer"])
    required = spec["operations"]["bearer_enter"].pop("security")
    spec["operations"]["bearer_say"]["security"] = required
    with_renewing(spec, "bearer")
    spec["operations"]["bearer_renew"]["security"] = []
    at = stage(way, net, spec=spec)
    visitor = visit(net, at, Shown())
    visitor.enter("/bearer", "")
    assert ask(visitor, "say", 1) == "unauthorized"
    assert ask(visitor, "renew", GOOD) == []
    assert ask(visitor, "say", 1) == ["ann enter first"]
    assert ask(visitor, "renew", BOB) == "unauthorized"


# -- until when ------------------------------------------------------------------------------------


@ways
@transports
def test_a_long_connection_renews_itself(way: str, transport: str, net: Any) -> None:
    """The first end is over, the next one counts."""
    people = People(first=0.4, second=10_000)
    at = stage(way, net, security={"bearer": people})
    gone = threading.Event()
    at.io.on("disconnect", lambda *_: gone.set(), namespace="/bearer")
    visitor, ended = _renewed_before_the_end(net, at, people, transport)
    gone.clear()
    while time.time() < ended + 0.1:
        time.sleep(0.01)
    assert ask(visitor, "say", 1) == ["ann enter second"]
    assert not gone.is_set()
    visitor.send(f'2/bearer,7["renew","{GOOD}"]')  # which ends soon
    visitor.until("1/bearer")
    gone.wait()


def _renewed_before_the_end(
    net: Any, at: Stage, people: People, transport: str
) -> tuple[Visitor, float]:
    """A client that was renewed in time, and the end that it had; a slow machine needs longer."""
    while True:
        visitor = visit(net, at, shown("bearer", GOOD), transport)
        if visitor.enter("/bearer").startswith("0"):
            ended = time.time() + people.ends["first"]
            visitor.send(f'2/bearer,7["renew","{OTHER}"]')
            if visitor.until("3/bearer,7", "1/bearer") == "3/bearer,7[]":
                return visitor, ended
        people.ends["first"] *= 2


@ways
def test_an_identity_that_has_ended_is_not_renewed(way: str, net: Any) -> None:
    """Whoever is about to be disconnected stays what it was, whenever the verifier returns."""
    go_on, started = threading.Event(), threading.Event()

    def verify(credential: Any, handshake: Any) -> Identity:
        if credential == GOOD:
            return Identity("ann", {"enter"}, time.time() + 10_000)
        started.set()
        go_on.wait()
        return Identity("ann", {"enter"})

    at = stage(way, net, security={"bearer": verify}, security_timeout=100)
    gone = threading.Event()
    at.io.on("disconnect", lambda *_: gone.set(), namespace="/bearer")
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    sid = sid_of(at)
    decide = at.guard._adapters()[0].decide
    old = decide.sessions.find(sid, "/bearer")
    visitor.send(f'2/bearer,7["renew","{OTHER}"]')
    started.wait()
    assert decide.sessions.end(sid, "/bearer", old.expires_at)
    go_on.set()
    assert "unauthorized" in visitor.until("3/bearer,7")
    assert decide.sessions.find(sid, "/bearer") is old


@ways
def test_who_leaves_meanwhile_is_gone(way: str, net: Any) -> None:
    """Nothing of it comes back when its verifier returns."""
    go_on, started = threading.Event(), threading.Event()

    def verify(credential: Any, handshake: Any) -> Identity:
        if credential == OTHER:
            started.set()
            go_on.wait()
        return Identity("ann", {"enter"}, time.time() + 10_000)

    at = stage(way, net, security={"bearer": verify}, security_timeout=100)
    gone, done = threading.Event(), threading.Event()
    at.io.on("disconnect", lambda *_: gone.set(), namespace="/bearer")
    decide = at.guard._adapters()[0].decide
    leave = decide.turns.leave
    decide.turns.leave = lambda *args: (leave(*args), done.set())
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    visitor.send(f'2/bearer,["renew","{OTHER}"]')
    started.wait()
    visitor.send("1/bearer,")
    gone.wait()
    while len(decide.sessions):
        time.sleep(0.001)
    go_on.set()
    done.wait()
    assert len(decide.sessions) == 0
    assert len(decide.turns) == 0


def test_a_task_that_is_cancelled_lets_the_next_one_go_on(net: Any) -> None:
    """Whoever waits for a client that shows who it is, may be cancelled."""
    import asyncio

    started = threading.Event()

    async def verify(credential: Any, handshake: Any) -> Identity:
        if credential == OTHER:
            started.set()
            await asyncio.Event().wait()
        return Identity("ann", {"enter"})

    at = stage("asyncio", net, security={"bearer": verify}, security_timeout=100)
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    sid, tasks = sid_of(at), []

    async def begin() -> None:
        coroutine = at.guard.reauthenticate(sid, "/bearer", OTHER)
        tasks.append(asyncio.ensure_future(coroutine))

    async def cancel() -> bool:
        tasks[0].cancel()
        await asyncio.wait(tasks)
        return bool(tasks[0].cancelled())

    at.run(begin())
    started.wait()
    visitor.send(f'2/bearer,7["renew","{GOOD}"]')
    assert at.run(cancel())
    assert visitor.until("3/bearer,7") == "3/bearer,7[]"
    assert len(at.guard._adapters()[0].decide.turns) == 0


@ways
def test_of_two_at_once_the_second_waits(way: str, net: Any) -> None:
    """So the last word of the client counts, however long a verifier takes."""
    go_on, started, running = threading.Event(), threading.Event(), []

    def verify(credential: Any, handshake: Any) -> Identity:
        running.append(credential)
        if credential == OTHER:
            started.set()
            go_on.wait()
        return Identity("ann", {"enter", credential.partition("-")[0]})

    at = stage(way, net, security={"bearer": verify}, security_timeout=100)
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    visitor.send(f'2/bearer,1["renew","{OTHER}"]')
    started.wait()
    visitor.send(f'2/bearer,2["renew","{GOOD}"]')
    assert ask(visitor, "say", 1, id=3) == ["ann enter good"]  # events go on meanwhile
    assert running == [GOOD, OTHER]
    go_on.set()
    for id in (1, 2):
        while not any(frame.startswith(f"3/bearer,{id}") for frame in visitor.frames):
            visitor.until("3/bearer,")
    assert running == [GOOD, OTHER, GOOD]
    assert ask(visitor, "say", 1) == ["ann enter good"]


@ways
def test_only_so_many_wait_at_once(way: str, net: Any) -> None:
    """Each of them has a thread or a task, so who sends more of them is refused, and ended."""
    go_on, started = threading.Event(), threading.Event()

    def verify(credential: Any, handshake: Any) -> Identity:
        if credential == OTHER:
            started.set()
            go_on.wait()
        return Identity("ann", {"enter"})

    at = stage(way, net, security={"bearer": verify}, security_timeout=100)
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    for id in range(10):
        visitor.send(f'2/bearer,{id}["renew","{OTHER}"]')
    visitor.until("1")
    refused = [each for each in visitor.frames if "unauthorized" in each]
    assert len(refused) <= 5
    go_on.set()
    decide = at.guard._adapters()[0].decide
    while len(decide.turns):
        time.sleep(0.001)


@ways
def test_a_handler_that_runs_keeps_its_identity(way: str, net: Any) -> None:
    """The next event has the new one; what a handler has started sees what is so now."""
    at = stage(way, net)
    go_on, inside, handled, looked = (threading.Event() for _ in range(4))
    seen: list[str] = []
    at.io.handlers["/bearer"].pop("say")

    def say(sid: str, *_: Any) -> str:
        inside.set()
        go_on.wait()
        return said(at, sid, "/bearer")

    async def say_later(sid: str, *_: Any) -> str:
        import asyncio

        async def after() -> None:
            await asyncio.to_thread(handled.wait)
            seen.append(said(at, sid, "/bearer"))
            looked.set()

        seen_by = asyncio.ensure_future(after())
        at.io._tests = seen_by  # else nobody holds it
        inside.set()
        await asyncio.to_thread(go_on.wait)
        return said(at, sid, "/bearer")

    at.io.on("say", say if way == "threads" else say_later, namespace="/bearer")
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    visitor.send('2/bearer,8["say",1]')
    inside.wait()
    assert ask(visitor, "renew", OTHER) == []
    go_on.set()
    assert visitor.until("3/bearer,8") == '3/bearer,8["ann enter first"]'
    handled.set()
    if way == "asyncio":
        looked.wait()
        assert seen == ["ann enter second"]


# -- verifiers -------------------------------------------------------------------------------------


class Stop(BaseException):
    """An order to stop, of some library."""


@ways
@pytest.mark.parametrize("error", [RuntimeError, SystemExit, Stop, GeneratorExit])
@pytest.mark.parametrize("kind", ["plain", "coroutine"])
def test_a_verifier_that_raises_renews_nothing(
    way: str, error: Any, kind: str, net: Any, caplog: Any
) -> None:
    """Whatever it raises: the client stays who it was, and the next one gets its turn."""

    def verify(credential: Any, handshake: Any) -> Identity:
        if credential == OTHER:
            raise error(credential)
        return Identity("ann", {"enter"})

    async def verify_later(credential: Any, handshake: Any) -> Identity:
        return verify(credential, handshake)

    if (way, kind) == ("threads", "coroutine"):
        kind = "plain"
    at = stage(way, net, security={"bearer": verify if kind == "plain" else verify_later})
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    assert ask(visitor, "renew", OTHER) == "unauthorized"
    assert ask(visitor, "renew", GOOD) == []
    assert len(at.guard._adapters()[0].decide.turns) == 0
    assert CANARY not in caplog.text


@ways
def test_a_verifier_that_takes_too_long_renews_nothing(way: str, net: Any) -> None:
    """What it says later is dropped."""
    go_on = threading.Event()

    def verify(credential: Any, handshake: Any) -> Identity:
        if credential == OTHER:
            go_on.wait()
        return Identity("ann", {"enter", credential[:4]})

    at = stage(way, net, security={"bearer": verify}, security_timeout=0.05)
    visitor = visit(net, at, shown("bearer", GOOD))
    while not visitor.enter("/bearer").startswith("0"):
        pass  # a slow machine
    assert ask(visitor, "renew", OTHER) == "unauthorized"
    go_on.set()
    assert ask(visitor, "say", 1) == ["ann enter good"]


@ways
def test_what_a_verifier_finds_around_it(way: str, net: Any) -> None:
    """The request with which the client came, and what it shows now as its auth."""
    found: list[Any] = []

    def verify(credential: Any, handshake: Any) -> Identity:
        found.append((credential, handshake.auth, handshake.headers["x-other"]))
        return Identity("ann", {"enter"})

    at = stage(way, net, security={"bearer": verify})
    visitor = visit(net, at, Shown({"token": GOOD}, {"x-other": "1"}))
    visitor.enter("/bearer")
    assert ask(visitor, "renew", OTHER) == []
    assert found[1] == (OTHER, {"token": OTHER}, "1")


@ways
def test_uninstalling_in_the_middle(way: str, net: Any) -> None:
    """The event goes to its handler, as without the guard; nothing is kept."""
    go_on, started = threading.Event(), threading.Event()

    def verify(credential: Any, handshake: Any) -> Identity:
        if credential == OTHER:
            started.set()
            go_on.wait()
        return Identity("ann", {"enter"})

    at = stage(way, net, security={"bearer": verify}, security_timeout=100)
    at.io.on("renew", lambda *_: "as ever", namespace="/bearer")
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    decide = at.guard._adapters()[0].decide
    visitor.send(f'2/bearer,7["renew","{OTHER}"]')
    started.wait()

    async def uninstall() -> None:
        at.guard.uninstall()

    at.guard.uninstall() if way == "threads" else at.run(uninstall())
    go_on.set()
    assert visitor.until("3/bearer,7") == '3/bearer,7["as ever"]'
    assert len(decide.sessions) == 0


# -- by the application ----------------------------------------------------------------------------


@ways
def test_the_application_renews(way: str, net: Any) -> None:
    """With a token, an object, or the credential of one scheme."""
    names = ("bearer", "password", "header", "peer")
    spec = document(names, server=["bearer", "header"])
    at = stage(way, net, *names, spec=spec)
    visitor = visit(net, at, Shown({"token": GOOD}, {"x-key": GOOD}))
    visitor.enter("/bearer")
    sid = sid_of(at)
    there = sid, "/bearer"
    assert renew(at, *there, OTHER).scopes == {"enter", "second"}
    assert renew(at, *there, {"token": GOOD}).scopes == {"enter", "first"}
    assert renew(at, *there, OTHER, scheme="bearer").scopes == {"enter", "second"}
    assert renew(at, *there, {"token": GOOD}, scheme="bearer").scopes == {"enter", "first"}
    assert renew(at, *there, WRONG, scheme="header") is None
    assert renew(at, *there, OTHER, scheme="header").scopes == {"enter", "first"}
    found = at.guard._adapters()[0].decide.sessions.find(*there).identities
    assert [sorted(each.scopes) for each in found.values()] == [
        ["enter", "first"],
        ["enter", "second"],
    ]
    for wrong in (WRONG, BOB, {"key": GOOD}, {}):
        assert renew(at, *there, wrong) is None
    assert ask(visitor, "say", 1) == ["ann enter first"]
    assert renew(at, "somebody", "/bearer", OTHER) is None
    assert renew(at, sid, "/open", OTHER) is None  # it is not in there


@ways
def test_a_verifier_of_the_whole_handshake_is_asked_again(way: str, net: Any) -> None:
    """There is no credential to pass."""
    at = stage(way, net, "peer", spec=document(["peer"]))
    visit(net, at, shown("peer", GOOD)).enter("/peer")
    assert renew(at, sid_of(at, "/peer"), "/peer", None, scheme="peer").subject == "ann"
    with pytest.raises(TypeError, match="reads the whole handshake; pass None"):
        renew(at, sid_of(at, "/peer"), "/peer", GOOD, scheme="peer")


@ways
def test_a_user_with_a_password(way: str, net: Any) -> None:
    """It is the named tuple that verifiers get."""
    at = stage(way, net, "basic")
    visit(net, at, Shown(headers=basic(GOOD))).enter("/basic", "")
    sid = sid_of(at, "/basic")
    for options in ({}, {"scheme": "basic"}):
        assert renew(at, sid, "/basic", UserPassword("ann", OTHER), **options).subject == "ann"


@ways
@pytest.mark.parametrize(
    ("args", "options", "words"),
    [
        (("/bearer", b"x"), {}, "credential takes a token, a UserPassword, or .*not a bytes"),
        (("/bearer", GOOD), {"scheme": "baerer"}, r"'baerer' \(did you mean 'bearer'\?\)"),
        (("/bearer", UserPassword("a", "b")), {"scheme": "bearer"}, "is a str, not a UserPassword"),
        (("/key", GOOD), {}, "a string is a token, which no security scheme of '/key' accepts"),
        (("/key", UserPassword("a", "b")), {}, "which no security scheme of '/key' accepts"),
        (("/open", GOOD), {}, "clients of '/open' don't authenticate"),
        (("bearer", GOOD), {}, "did you mean '/bearer'"),
    ],
)
def test_what_is_no_credential_is_an_error(
    way: str, args: Any, options: Any, words: str, net: Any
) -> None:
    """Of the application's, so it hears of it; and not in its words."""
    at = stage(way, net, "bearer", "key")
    with pytest.raises((TypeError, ValueError), match=words) as raised:
        renew(at, "x", *args, **options)
    assert CANARY not in str(raised.value)


def test_without_a_server_there_is_nobody_to_renew() -> None:
    guard = AsyncAPIGuard(document(["bearer"]), security={"bearer": identity_of})
    with pytest.raises(InstallationError):
        guard.reauthenticate("x", "/bearer", GOOD)


@ways
def test_a_handler_that_renews_its_own_client(way: str, net: Any) -> None:
    """It keeps the old identity until it is done; failures end the connection here, too."""
    at = stage(way, net)
    at.io.handlers["/bearer"].pop("say")

    def say(sid: str, token: str) -> list[Any]:
        renewed = at.guard.reauthenticate(sid, "/bearer", token)
        return [renewed is not None, said(at, sid, "/bearer")]

    async def say_later(sid: str, token: str) -> list[Any]:
        renewed = await at.guard.reauthenticate(sid, "/bearer", token)
        return [renewed is not None, said(at, sid, "/bearer")]

    at.io.on("say", say if way == "threads" else say_later, namespace="/bearer")
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    assert ask(visitor, "say", OTHER) == [[True, "ann enter first"]]
    for _ in range(4):
        assert ask(visitor, "say", WRONG) == [[False, "ann enter second"]]
    visitor.send(f'2/bearer,7["say","{WRONG}"]')
    visitor.until("1")


def test_flask_has_the_new_identity_with_the_next_event(net: Any) -> None:
    """And `flask.g` of an event is one identity from its beginning to its end."""
    app, seen = Flask(__name__), []
    socketio = SocketIO(app, async_mode="threading")

    def verify(credential: str, handshake: Any) -> Identity | None:
        assert request.namespace == "/bearer"  # type: ignore[attr-defined]  # Flask-SocketIO's
        return Identity("ann", {"enter", credential}) if credential in "ab" else None

    spec = with_renewing(document(["bearer"]), "bearer")
    guard = AsyncAPIGuard(spec, security={"bearer": verify})
    guard.init_app(app, socketio)

    def note(*_: Any) -> None:
        first = g.identity
        guard.reauthenticate(request.sid, "/bearer", "b")  # type: ignore[attr-defined]  # as above
        seen.append((first.scopes, g.identity is first))

    socketio.on("say", namespace="/bearer")(note)
    socketio.on("renew", namespace="/bearer")(lambda *_: seen.append(g.identity.scopes))
    visitor = net.also_close(Visitor("websocket", net.serve(app), Shown({"token": "a"})))
    visitor.enter("/bearer")
    assert ask(visitor, "say", 1) == []
    assert ask(visitor, "renew", "a") == []
    assert ask(visitor, "renew", "c") == "unauthorized"
    assert seen == [({"enter", "a"}, True), {"enter", "a"}]


# -- documents -------------------------------------------------------------------------------------


def marked(action: str = "receive", **message: Any) -> dict[str, Any]:
    spec = with_renewing(document(["bearer"]), "bearer", **message)
    spec["operations"]["bearer_renew"]["action"] = action
    return spec


def without_security() -> dict[str, Any]:
    spec = marked()
    for operation in spec["operations"].values():
        operation.pop("security", None)
    return spec


def of_a_header() -> dict[str, Any]:
    return with_renewing(document(["header"]), "header")


EXPIRED = {"x-guard": {"expired": True}}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (marked("send"), "the server sends 'renew'"),
        (marked(name="connect"), "'connect' isn't an event"),
        (without_security(), "no security applies here"),
        (of_a_header(), "no security scheme of this namespace accepts one of them"),
        (marked(**EXPIRED), "clients send 'renew'"),
        (
            marked("send", payload={"type": "integer"}, **EXPIRED),
            "neither the error object nor an event without",
        ),
        (marked(**{"x-guard": {"reauthenticate": "yes"}}), "must be true or false"),
    ],
)
def test_a_mark_that_would_do_nothing(spec: Any, words: str) -> None:
    """It stops the start, with the place."""
    with pytest.raises(InvalidDocument, match=words) as raised:
        AsyncAPIGuard(spec, security={})
    assert "x-guard" in str(raised.value)


# -- at the end ------------------------------------------------------------------------------------


def ending(payload: Any = None, **options: Any) -> dict[str, Any]:
    """A document in which the server tells a client that its identity has ended."""
    spec = with_renewing(document(["bearer"]), "bearer", **options)
    message = {"x-guard": {"expired": True}} | ({} if payload is None else {"payload": payload})
    spec["channels"]["bearer"]["messages"]["session_over"] = message
    reference = {"$ref": "#/channels/bearer/messages/session_over"}
    news = {**spec["operations"]["bearer_news"], "messages": [reference]}
    spec["operations"]["bearer_over"] = news
    return spec


@ways
@transports
@pytest.mark.parametrize("payload", ["error", "nothing", "positional"])
def test_a_declared_event_tells_of_the_end(
    way: str, transport: str, payload: str, net: Any, caplog: Any
) -> None:
    """With the error object, or without an argument where the document has none."""
    caplog.set_level(0)
    error = {"type": "object", "required": ["error"]}
    schema = {
        "error": error,
        "nothing": {"type": "null"},
        "positional": {"type": "array", "items": [error], "minItems": 1},
    }[payload]
    at = stage(way, net, spec=ending(schema), security={"bearer": People(first=0.3)})
    visitor = visit(net, at, shown("bearer", GOOD), transport)
    while not visitor.enter("/bearer").startswith("0"):
        pass  # a slow machine
    told = visitor.until('2/bearer,["session_over"')
    args = json.loads(told.partition(",")[2])[1:]
    if payload == "nothing":
        assert args == []
    else:
        (told_error,) = args
        assert (told_error["error"]["code"], told_error["error"]["event"]) == (
            "unauthorized",
            "disconnect",
        )
    if "1/bearer," not in visitor.frames:
        visitor.until("1/bearer,")
    assert "and told so by 'session_over'" in caplog.text


@ways
def test_what_cannot_be_told_ends_all_the_same(way: str, net: Any, monkeypatch: Any) -> None:
    """A fault of the guard's own keeps nobody connected."""
    at = stage(way, net, spec=ending(), security={"bearer": People(first=0.3)})
    decide = at.guard._adapters()[0].decide
    monkeypatch.setattr(decide, "_told_of_end", lambda _: 1 / 0)
    visitor = visit(net, at, shown("bearer", GOOD))
    while not visitor.enter("/bearer").startswith("0"):
        pass  # a slow machine
    visitor.until("1/bearer,")


@ways
def test_one_credential_again_and_again_costs_nothing(way: str, net: Any) -> None:
    """Neither one, nor two by turns: what waits for their ends does not grow."""
    end = time.time() + 10_000

    def verify(credential: Any, handshake: Any) -> Identity:
        return Identity("ann", {"enter"}, end if credential == GOOD else end + 1)

    at = stage(way, net, security={"bearer": verify})
    visitor = visit(net, at, shown("bearer", GOOD))
    visitor.enter("/bearer")
    for number in range(200):
        assert ask(visitor, "renew", GOOD if number % 4 else OTHER) == []
    assert len(at.guard._adapters()[0].decide.expiries._heap) < 100


@ways
def test_what_the_document_declares_comes_before_what_was_chosen(way: str, net: Any) -> None:
    """`reject_event` tells of the end where the document has nothing for that."""
    options = {"security": {"bearer": People(first=0.3)}, "reject_event": "rejected"}
    at = stage(way, net, spec=ending(), **options)
    visitor = visit(net, at, shown("bearer", GOOD))
    while not visitor.enter("/bearer").startswith("0"):
        pass  # a slow machine
    visitor.until("1/bearer,")
    assert not any("rejected" in frame for frame in visitor.frames)
