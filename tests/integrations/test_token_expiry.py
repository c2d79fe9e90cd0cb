"""JSON Web Tokens that expire while their clients are connected, with clients that people use."""

from __future__ import annotations

import functools
import queue
import time
from typing import Any

import jwt
import pytest
import socketio as pysocketio
from security_stage import Stage, document, with_renewing
from test_js_client import node, run  # noqa: F401  # a fixture

from asyncapi_guard import Identity

_KEY = "a key that is as long as HS256 wants it"
_OVER = {"x-guard": {"expired": True}}


def token_for(seconds: float) -> str:
    """A token that expires: whole seconds, as tokens have them, so at least that long."""
    claims = {"sub": "ann", "scope": "enter", "exp": int(time.time() + seconds) + 1}
    return jwt.encode(claims, _KEY, "HS256")


def verify(token: str, handshake: Any) -> Identity | None:
    try:
        claims = jwt.decode(token, _KEY, ["HS256"], options={"require": ["exp"]})
    except jwt.InvalidTokenError:
        return None
    return Identity(claims["sub"], frozenset(claims["scope"].split()), claims["exp"])


def stage(way: str, net: Any) -> Stage:
    """Only one of its namespaces tells clients of the end by an event."""
    names = ("bearer", "oauth2")
    spec = with_renewing(document(names), *names)
    spec["channels"]["bearer"]["messages"]["session_over"] = _OVER
    reference = {"$ref": "#/channels/bearer/messages/session_over"}
    news = {**spec["operations"]["bearer_news"], "messages": [reference]}
    spec["operations"]["bearer_over"] = news
    # A client that leaves while it polls waits for the next ping.
    server = {"ping_interval": 1, "ping_timeout": 60}
    at = Stage(way, net, spec, io=server, security=dict.fromkeys(names, verify))
    at.io.on("say", lambda sid, seconds: token_for(seconds), namespace="/open")
    for name in names:
        here = f"/{name}"
        at.io.on(
            "say",
            lambda sid, _, here=here: at.guard.identity(sid, here).subject,
            namespace=here,
        )
    return at


class Client:
    """A client of python-socketio that writes down what it hears."""

    def __init__(self, url: str, transport: str, namespace: str, seconds: float) -> None:
        self.heard: queue.Queue[Any] = queue.Queue()
        self.io = pysocketio.Client(reconnection=False, handle_sigint=False)
        self.namespace = namespace
        self.io.on("session_over", self.heard.put, namespace=namespace)
        self.io.on("disconnect", self.heard.put, namespace=namespace)
        auth, options = {"token": token_for(seconds)}, {"transports": [transport]}
        self.io.connect(url, auth=auth, namespaces=[namespace], wait_timeout=60, **options)

    def ask(self, *args: Any) -> Any:
        return self.io.call(*args, namespace=self.namespace, timeout=60)

    def close(self) -> None:
        ws = self.io.eio.ws
        if ws is not None and self.io.connected:
            # It waits for the server's closing frame, which does not come.
            ws.close = functools.partial(ws.close, timeout=0)
        if self.io.connected:
            self.io.disconnect()
        if ws is not None:
            ws.shutdown()  # where it was the server that ended it, something still reads
        self.io.eio.wait()
        if self.io.eio.http is not None:
            self.io.eio.http.close()


@pytest.mark.parametrize("way", ["threads", "asyncio"])
@pytest.mark.parametrize("transport", ["websocket", "polling"])
@pytest.mark.sampled(4)
def test_a_token_that_expires(way: str, transport: str, net: Any) -> None:
    """The client is told and disconnected, and comes again with a new one; another one renews."""
    at = stage(way, net)
    staying = net.also_close(Client(at.url, transport, "/bearer", 1))
    silent = net.also_close(Client(at.url, transport, "/oauth2", 1))
    assert staying.ask("renew", token_for(100)) in (None, [], ())
    leaving = net.also_close(Client(at.url, transport, "/bearer", 1))
    told = leaving.heard.get(timeout=60)
    assert told["error"]["code"] == "unauthorized"
    # python-socketio says so of what the server ends.
    assert leaving.heard.get(timeout=60) == leaving.io.reason.SERVER_DISCONNECT
    assert silent.heard.get(timeout=60) == silent.io.reason.SERVER_DISCONNECT
    again = net.also_close(Client(at.url, transport, "/bearer", 100))
    assert [again.ask("say", 1), staying.ask("say", 1)] == ["ann", "ann"]
    assert staying.heard.empty()


@pytest.mark.slow
@pytest.mark.parametrize("way", ["threads", "asyncio"])
def test_the_javascript_client_hears_of_the_end(way: str, net: Any, node: str) -> None:  # noqa: F811  # the fixture
    """Over WebSocket and polling; and renews its token without a new connection."""
    run(node, "expiry.test.mjs", 6, EXPIRY_URL=stage(way, net).url)
