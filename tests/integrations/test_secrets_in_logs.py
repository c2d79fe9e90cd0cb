"""Nothing that a client shows to enter is in any log, nor in what others are sent."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import threading
import time
import traceback
from functools import partial
from typing import Any

import pytest
import socketio as pysocketio
from conftest import PATIENCE
from secret_hunt import FORMS, NAMES, Lines, Werkzeug
from security_stage import (
    CANARY,
    GOOD,
    OTHER,
    SCHEMES,
    SITUATIONS,
    WRONG,
    Shown,
    Stage,
    Visitor,
    basic,
    document,
    shown,
    with_renewing,
)
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIAsyncServer, AsyncAPIGuard, AsyncAPIServer, Identity, Policy

SERVED = {"threads": Werkzeug, "asyncio": partial(Uvicorn, log_level="trace")}
LOUD = {"logger": True, "engineio_logger": True}

ways = pytest.mark.parametrize("way", SERVED)
transports = pytest.mark.parametrize("transport", ["websocket", "polling"])


@pytest.fixture
def lines(monkeypatch: Any) -> Any:
    found = Lines()
    found.start()

    def threads(args: Any) -> None:
        found.lines.append(("stderr", "".join(traceback.format_exception(args.exc_value))))

    monkeypatch.setattr(threading, "excepthook", threads)
    yield found
    found.stop()


class Told(Stage):
    """A server whose handlers quote in their exceptions what a client showed."""

    def __init__(self, way: str, net: Any, spec: Any = None, **options: Any) -> None:
        self._known: dict[str, Any] = {}
        super().__init__(way, net, spec, served=SERVED[way], reject_event="rejected", **options)
        self.io.on("say", self._said, namespace="*")
        self.io.on("disconnect", self._left, namespace="*")
        net.also_close(self)

    def close(self) -> None:
        """Let who is noticed to be gone after the test have nothing to tell in another one."""
        self._known.clear()

    def _quoted(self, environ: Any, auth: Any) -> str:
        shown = [each for key, each in environ.items() if key.startswith(("HTTP_", "QUERY"))]
        return repr((auth, shown))

    def _connected(self, namespace: str, sid: str, environ: Any, auth: Any) -> None:
        super()._connected(namespace, sid, environ, auth)
        self._known[sid] = environ, auth
        if (auth or {}).get("fails"):
            raise RuntimeError(self._quoted(environ, auth))

    def _said(self, namespace: str, sid: str, *args: Any) -> None:
        if args and args[0] == "fail":
            try:
                raise KeyError(self._quoted(*self._known[sid]))
            except KeyError as error:
                raise RuntimeError("it failed") from error

    def _left(self, namespace: str, sid: str, reason: Any) -> None:
        if sid in self._known:
            raise RuntimeError(self._quoted(*self._known[sid]))


def converse(net: Any, transport: str, at: Stage, given: Shown, namespace: str) -> list[str]:
    """All that a client may come to; the frames that it gets."""
    visitor: Visitor = net.also_close(Visitor(transport, at.url, given))
    if visitor.enter(namespace).startswith("0"):
        for event in ('["say","hello"]', '["say","fail"]', '["shout",1]', "[1]"):
            visitor.send(f"2{namespace},7{event}")
            visitor.until(f"3{namespace},7")
        visitor.send(f"2{namespace},7x")
        visitor.send(f"1{namespace},")
    visitor.enter("/open", "")
    failing = dict(given.auth) if isinstance(given.auth, dict) else {}
    visitor.send(f"0{namespace},{json.dumps({**failing, 'fails': True})}")
    visitor.until(f"4{namespace}", "1")
    return visitor.frames


#: Credentials that are written otherwise in a URL, in JSON and in Python.
ODD = f'p\u00e4ss "{CANARY}" %+\\/'
MORE = {
    "odd basic": ("basic", Shown({"username": "ann", "password": ODD})),
    "odd header": ("basic", Shown(headers=basic(CANARY * 3))),
    "odd key": ("key", Shown({"key": ODD})),
    "odd query": ("query", Shown(query=[("key", ODD)])),
    "odd cookie": ("cookie", Shown(headers={"cookie": f'sid="{GOOD}"; other={CANARY}'})),
    "long": ("bearer", Shown({"token": (GOOD + ".") * 99})),
    "late": ("bearer", Shown({"a": "x" * 150, "token": GOOD})),
}


#: By what is shown: the scheme that reads it.
CASES: dict[str, tuple[str, Shown]] = MORE | {
    f"{scheme} {situation}": (scheme, make(scheme))
    for scheme, (situation, make) in itertools.product(SCHEMES, SITUATIONS.items())
}


@ways
@transports
@pytest.mark.slow
def test_ten_thousand_lines_and_frames_have_no_secret(
    way: str, transport: str, net: Any, lines: Lines
) -> None:
    """All schemes, right and wrong, events, violations, errors: one canary is looked for."""
    at, frames = Told(way, net, io=LOUD), []
    while len(lines.lines) + len(frames) < 10_000:
        for scheme, given in CASES.values():
            frames += converse(net, transport, at, given, f"/{scheme}")
    assert lines.telling() == []
    assert [frame for frame in frames if FORMS.search(frame)] == []


@ways
@transports
@pytest.mark.parametrize("shows", CASES)
@pytest.mark.sampled(24)
def test_no_secret_is_told(shows: str, way: str, transport: str, net: Any, lines: Lines) -> None:
    """One conversation at a time."""
    scheme, given = CASES[shows]
    at = Told(way, net, document([scheme]), io=LOUD)
    frames = converse(net, transport, at, given, f"/{scheme}")
    assert lines.telling() == []
    assert [frame for frame in frames if FORMS.search(frame)] == []


@ways
def test_the_canary_rings_where_there_is_no_guard(
    way: str, net: Any, lines: Lines, monkeypatch: Any
) -> None:
    """In the lines of all that has a hand in a connection."""
    at = Told(way, net, io=LOUD)
    at.guard.uninstall()
    for name in NAMES:  # of guards that others have left
        monkeypatch.setattr(logging.getLogger(name), "filters", [])
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error", "uvicorn.asgi"):  # and of servers
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
        monkeypatch.setattr(logging.getLogger(name), "disabled", False)
    given = Shown({"token": GOOD}, {"x-key": GOOD}, [("key", GOOD)])
    for transport in ("websocket", "polling"):
        visitor = net.also_close(Visitor(transport, at.url, given))
        visitor.enter("/bearer")
    loggers = {name for name, line in lines.lines if FORMS.search(line)}
    web = {"werkzeug"} if way == "threads" else {"uvicorn.access", "uvicorn.error", "uvicorn.asgi"}
    assert {"engineio.server", *web} <= loggers


@ways
@transports
def test_no_secret_is_told_at_the_end_of_an_identity(
    way: str, transport: str, net: Any, lines: Lines
) -> None:
    """Which comes while the client is connected, and whose disconnect handler fails."""

    def verify(*_: Any) -> Identity:
        return Identity("ann", frozenset({"enter"}), time.time() + 0.3)

    at = Told(way, net, document(["bearer"]), io=LOUD, security={"bearer": verify})
    visitor = net.also_close(Visitor(transport, at.url, shown("bearer", GOOD)))
    visitor.enter("/bearer")
    if "1/bearer," not in visitor.frames:
        visitor.until("1/bearer,")
    visitor.enter("/open", "")
    assert lines.telling() == []
    assert [frame for frame in visitor.frames if FORMS.search(frame)] == []


#: Events by which a client shows again who it is: right, wrong, of other forms, not valid.
RENEWING = {
    "right": json.dumps(["renew", OTHER]),
    "wrong": json.dumps(["renew", WRONG]),
    "odd": json.dumps(["renew", f'"{CANARY}\\\n/2["x",'], ensure_ascii=False),
    "object": json.dumps(["renew", {"a": CANARY, "token": OTHER}]),
    "not valid": json.dumps(["renew", [CANARY]]),
    "several": json.dumps(["renew", OTHER, CANARY]),
    "written otherwise": f'[ \n"\\u0072enew"\n,"{OTHER}"]',
    "not JSON": f'["renew","{OTHER}"',
    "failing": json.dumps(["renew", {"token": OTHER, "fails": CANARY}]),
}


class Renewed(Told):
    """A server whose handler quotes what a client has shown again; and who it is stays the same."""

    def __init__(self, way: str, net: Any, **options: Any) -> None:
        payload = {"type": ["string", "object"]}
        spec = with_renewing(document(["bearer"]), "bearer", payload=payload)
        super().__init__(way, net, spec, policy=Policy(include_values=True), **options)
        self.io.on("renew", self._renewed, namespace="/bearer")

    def _renewed(self, sid: str, shown: Any, *_: Any) -> None:
        if "fails" in shown:
            raise RuntimeError(f"cannot use {shown['token']}")


@ways
@transports
def test_no_secret_is_told_of_renewals(way: str, transport: str, net: Any, lines: Lines) -> None:
    """Whether the client shows itself again, or the application does that for it."""
    at, frames = Renewed(way, net, io=LOUD), []
    for event in RENEWING.values():
        visitor = net.also_close(Visitor(transport, at.url, shown("bearer", GOOD)))
        sid = json.loads(visitor.enter("/bearer").partition(",")[2])["sid"]
        visitor.send(f"2/bearer,{event}")
        visitor.send(f"2/bearer,7{event}")
        visitor.send('2/bearer,8["say",1]')
        visitor.until("3/bearer,8")
        for credential in (OTHER, WRONG, {"token": OTHER, "other": CANARY}):
            at.run(at.guard.reauthenticate(sid, "/bearer", credential))
            at.run(at.guard.reauthenticate(sid, "/bearer", credential, scheme="bearer"))
        frames += visitor.frames
        visitor.close()
    assert lines.telling() == []
    assert [frame for frame in frames if FORMS.search(frame)] == []
    assert not FORMS.search(str(at.violations))
    assert any('["renew",***' in line for _, line in lines.lines)


@ways
def test_no_secret_is_told_of_renewals_in_messagepack(
    way: str, net: Any, lines: Lines, monkeypatch: Any
) -> None:
    """Whoever sends them: the client is guarded as well."""
    monkeypatch.setattr("websocket._logging._traceEnabled", True)
    packets = {**LOUD, "serializer": "msgpack"}
    at = Renewed(way, net, io=packets)
    client = pysocketio.Client(reconnection=False, handle_sigint=False, **packets)
    AsyncAPIGuard(at.guard.contract).protect(client)
    client.connect(
        at.url, auth={"token": GOOD}, namespaces=["/bearer"], wait_timeout=PATIENCE, retry=False
    )
    for value in (OTHER, WRONG, {"token": OTHER, "fails": CANARY}):
        client.call("renew", value, namespace="/bearer", timeout=PATIENCE)
    client.disconnect()
    assert lines.telling() == []


@pytest.mark.parametrize("kind", ["AsyncAPIServer", "AsyncAPIAsyncServer"])
def test_no_secret_is_told_of_renewals_that_are_registered_late(
    kind: str, net: Any, lines: Lines
) -> None:
    """The line about the packet comes before anybody has judged it."""
    bearer = {"bearer": {"type": "http", "scheme": "bearer"}}
    drop_in = AsyncAPIServer if kind == "AsyncAPIServer" else AsyncAPIAsyncServer
    mode = "threading" if kind == "AsyncAPIServer" else "asgi"
    verifiers = {"bearer": lambda *_: Identity("ann")}
    options = {"typed": True, "security": bearer, "verifiers": verifiers, **LOUD}
    io: Any = drop_in(async_mode=mode, **options)
    io.on("say", namespace="/game")(lambda _: None)
    if kind == "AsyncAPIServer":
        url = net.also_serve(Werkzeug(pysocketio.WSGIApp(io))).url
    else:
        url = net.also_serve(Uvicorn(pysocketio.ASGIApp(io))).url
    visitor = net.also_close(Visitor("websocket", url, shown("bearer", GOOD)))
    visitor.enter("/game")

    @io.on("renew", namespace="/game", reauthenticate=True)
    def renew(shown: str) -> None:
        """Go on."""

    visitor.send(f'2/game,7["renew","{OTHER}"]')
    visitor.until("3/game,7")
    assert lines.telling() == []
    assert any('["renew",***' in line for _, line in lines.lines)


@ways
@transports
@pytest.mark.slow
def test_no_secret_is_told_of_messagepack(
    way: str, transport: str, net: Any, lines: Lines, monkeypatch: Any
) -> None:
    """Whose packets are shown in numbers, and as Python writes bytes."""
    monkeypatch.setattr("websocket._logging._traceEnabled", True)
    at = Told(way, net, document(["bearer"]), io={**LOUD, "serializer": "msgpack"})
    client = pysocketio.Client(serializer="msgpack", reconnection=False, handle_sigint=False)
    shows = {"auth": {"token": GOOD}, "transports": [transport], "wait_timeout": PATIENCE}
    client.connect(at.url, namespaces=["/bearer"], **shows)
    failed = client.call("say", "fail", namespace="/bearer", timeout=PATIENCE)
    assert failed["error"]["code"] == "handler_error"
    client.disconnect()
    assert lines.telling() == []


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
@transports
@pytest.mark.slow
def test_a_client_does_not_tell_its_own(
    kind: str, transport: str, net: Any, lines: Lines, monkeypatch: Any
) -> None:
    """What it shows in its auth value, its URL and its headers, whoever it connects to."""
    for name in NAMES:  # of guards that others have left
        monkeypatch.setattr(logging.getLogger(name), "filters", [])
    monkeypatch.setattr("websocket._logging._traceEnabled", True)
    bare = pysocketio.Server(async_mode="threading", namespaces="*")
    url = net.serve(pysocketio.WSGIApp(bare))
    client = getattr(pysocketio, kind)(reconnection=False, handle_sigint=False, **LOUD)
    spec = with_renewing(document(["bearer", "query", "header"]), "bearer")
    AsyncAPIGuard(spec).protect(client)
    options = {
        "auth": {"token": GOOD},
        "headers": {"X-Key": GOOD, "Authorization": f"Bearer {GOOD}"},
        "namespaces": ["/bearer"],
        "transports": [transport],
        "wait_timeout": PATIENCE,
    }

    async def on_asyncio() -> None:
        with pytest.raises(pysocketio.exceptions.ConnectionError):
            await client.connect(f"http://127.0.0.1:1/?key={GOOD}", **options)
        await client.connect(f"{url}?key={GOOD}", **options)
        await client.emit("say", "hello", namespace="/bearer")
        await client.emit("renew", GOOD, namespace="/bearer")
        await client.disconnect()

    if kind == "AsyncClient":
        asyncio.run(on_asyncio())
    else:
        with pytest.raises(pysocketio.exceptions.ConnectionError):
            client.connect(f"http://127.0.0.1:1/?key={GOOD}", **options)
        client.connect(f"{url}?key={GOOD}", **options)
        client.emit("say", "hello", namespace="/bearer")
        client.emit("renew", GOOD, namespace="/bearer")
        client.disconnect()
    assert lines.telling() == []
    assert any("***" in line for _, line in lines.lines)
