"""Servers that require something of their clients, and clients that show this and that."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from typing import Any, NamedTuple
from urllib.parse import urlencode

import requests
import socketio as pysocketio
import websocket
from conftest import PATIENCE
from cryptography.hazmat.primitives.asymmetric import ed25519
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIGuard, Handshake, Identity, UserPassword

#: Looked for in all that is logged and sent.
CANARY = "c4n4ry"
GOOD, OTHER, WRONG, OLD, WEAK = (
    f"{each}-{CANARY}" for each in ("good", "other", "wrong", "old", "weak")
)

#: Signs the tokens of an issuer that publishes its keys.
ISSUER = ed25519.Ed25519PrivateKey.from_private_bytes(b"the key of an issuer, in tests. ")

SCHEMES: dict[str, dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "oauth2": {"type": "oauth2", "flows": {}},
    "openid": {"type": "openIdConnect", "openIdConnectUrl": "https://example.com"},
    "basic": {"type": "http", "scheme": "basic"},
    "password": {"type": "userPassword"},
    "key": {"type": "apiKey", "in": "password"},
    "header": {"type": "httpApiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "httpApiKey", "in": "query", "name": "key"},
    "cookie": {"type": "httpApiKey", "in": "cookie", "name": "sid"},
    "peer": {"type": "X509"},
}


def identity_of(credential: Any, handshake: Handshake) -> Identity | None:
    """What all verifiers say."""
    if isinstance(credential, UserPassword):
        credential = credential.password
    if credential is None:
        credential = handshake.headers.get("x-peer")
    expires_at = time.time() + (-1 if credential == OLD else 10_000)
    scopes = {"enter"} - ({"enter"} if credential == WEAK else set())
    known = credential in (GOOD, OTHER, OLD, WEAK)
    return Identity("ann", frozenset(scopes), expires_at) if known else None


def document(names: Any = SCHEMES, server: Any = ()) -> dict[str, Any]:
    """A namespace for each scheme, and one that anybody may enter."""

    def ref(name: str) -> dict[str, str]:
        return {"$ref": f"#/components/securitySchemes/{name}"}

    def channel(name: str) -> dict[str, Any]:
        messages = {"connect": {}, "say": {}, "news": {}}
        return {"address": f"/{name}", "messages": messages}

    def operation(name: str, message: str, action: str = "receive") -> dict[str, Any]:
        here = {"$ref": f"#/channels/{name}"}
        messages = [{"$ref": f"#/channels/{name}/messages/{message}"}]
        return {"action": action, "channel": here, "messages": messages}

    operations: dict[str, Any] = {}
    for name in (*names, "open"):
        operations[f"{name}_say"] = operation(name, "say")
        operations[f"{name}_news"] = operation(name, "news", "send")
        operations[f"{name}_enter"] = operation(name, "connect")
        if name != "open":
            operations[f"{name}_enter"]["security"] = [ref(name)]
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "servers": {"main": {"host": "h", "protocol": "ws", "security": list(map(ref, server))}},
        "channels": {name: channel(name) for name in (*names, "open")},
        "operations": operations,
        "components": {"securitySchemes": {n: {**SCHEMES[n], "scopes": ["enter"]} for n in names}},
    }


class Stage:
    """A guarded server on threads or on asyncio, whose verifiers tell the news to everybody.

    Attributes:
        ran: the namespaces whose connect handlers ran.
        violations: what the hook was called with.
    """

    def __init__(
        self,
        way: str,
        net: Any,
        spec: Any = None,
        *,
        served: Any = None,
        io: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self.ran: list[str] = []
        self.violations: list[Any] = []
        spec = document() if spec is None else spec
        self.namespaces = [each["address"] for each in spec["channels"].values()]
        on_asyncio = way == "asyncio"
        kind: Any = pysocketio.AsyncServer if on_asyncio else pysocketio.Server
        mode = "asgi" if on_asyncio else "threading"
        self.io: Any = kind(async_mode=mode, namespaces="*", **(io or {}))
        verify = self._verify_later if on_asyncio else self._verify
        options.setdefault("security", dict.fromkeys(spec["components"]["securitySchemes"], verify))
        self.guard = AsyncAPIGuard(spec, on_violation=self.violations.append, **options)
        self.guard.protect(self.io)
        self.io.on("connect", self._connected, namespace="*")
        if on_asyncio:
            self._served = net.also_serve((served or Uvicorn)(pysocketio.ASGIApp(self.io)))
            self.url: str = self._served.url
        elif served is not None:
            self.url = net.also_serve(served(pysocketio.WSGIApp(self.io))).url
        else:
            self.url = net.serve(pysocketio.WSGIApp(self.io))
        self.run: Any = self._served.run if on_asyncio else lambda value: value

    def _connected(self, namespace: str, sid: str, environ: Any, auth: Any) -> None:
        self.ran.append(namespace)

    def _verify(self, credential: Any, handshake: Handshake) -> Identity | None:
        for namespace in self.namespaces:
            self.io.emit("news", namespace=namespace)
        return identity_of(credential, handshake)

    async def _verify_later(self, credential: Any, handshake: Handshake) -> Identity | None:
        for namespace in self.namespaces:
            await self.io.emit("news", namespace=namespace)
        return identity_of(credential, handshake)


class Shown(NamedTuple):
    """What a client shows: in its auth value, its headers, and its URL."""

    auth: Any = None
    headers: dict[str, str] = {}
    query: Any = ()


def basic(password: str) -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(f"ann:{password}".encode()).decode()}


def shown(scheme: str, credential: str) -> Shown:
    """A credential, where a scheme wants it."""
    return {
        "token": Shown({"token": credential}),
        "password": Shown({"username": "ann", "password": credential}),
        "key": Shown({"key": credential}),
        "header": Shown(headers={"x-key": credential}),
        "query": Shown(query=[("key", credential)]),
        "cookie": Shown(headers={"cookie": f"a=b; sid={credential}"}),
        "peer": Shown(headers={"x-peer": credential}),
    }[{"basic": "password"}.get(scheme, scheme if scheme in SCHEMES_OF_THEIR_OWN else "token")]


SCHEMES_OF_THEIR_OWN = ("password", "key", "header", "query", "cookie", "peer")


def two(scheme: str) -> Shown:
    """Two credentials, each of which is right."""
    one = shown(scheme, GOOD)
    if scheme in ("header", "peer"):
        (name,) = one.headers
        return Shown(headers={name: f"{GOOD}, {OTHER}"})
    if scheme == "query":
        return Shown(query=[("key", GOOD), ("key", OTHER)])
    if scheme == "cookie":
        return Shown(headers={"cookie": f"sid={GOOD}; sid={OTHER}"})
    if scheme in ("basic", "password", "key"):
        return one._replace(headers=basic(OTHER))
    return one._replace(headers={"authorization": f"Bearer {OTHER}"})


def malformed(scheme: str) -> Shown:
    """A credential of another form."""
    one = shown(scheme, "")
    if scheme in ("basic", "password"):
        return Shown(headers={"authorization": f"Basic {CANARY}!"})
    if scheme == "key":
        return Shown({"key": [GOOD]})
    return one if one.auth is None else Shown({"token": {"token": GOOD}})


SITUATIONS: dict[str, Any] = {
    "right": lambda scheme: shown(scheme, GOOD),
    "wrong": lambda scheme: shown(scheme, WRONG),
    "missing": lambda scheme: Shown({"other": CANARY}),
    "malformed": malformed,
    "expired": lambda scheme: shown(scheme, OLD),
    "insufficient": lambda scheme: shown(scheme, WEAK),
    "disagreeing": two,
}


class _OverWebsocket:
    def __init__(self, url: str, given: Shown) -> None:
        asked = urlencode([("EIO", "4"), ("transport", "websocket"), *given.query])
        address = f"{url.replace('http', 'ws')}/socket.io/?{asked}"
        headers = [f"{name}: {text}" for name, text in given.headers.items()]
        self._ws = websocket.create_connection(address, timeout=PATIENCE, header=headers)
        self._ws.recv()

    def send(self, frame: str) -> None:
        self._ws.send(frame)

    def receive(self) -> list[str]:
        text = self._ws.recv()
        return [str(text)] if text else ["1"]

    def close(self) -> None:
        self._ws.close(timeout=0)
        self._ws.shutdown()


class _OverPolling:
    def __init__(self, url: str, given: Shown) -> None:
        asked = urlencode([("EIO", "4"), ("transport", "polling"), *given.query])
        self._http = requests.Session()
        address = f"{url}/socket.io/?{asked}"
        opened = self._http.get(address, headers=given.headers, timeout=PATIENCE)
        sid = json.loads(opened.text[1:])["sid"]
        self.address = f"{url}/socket.io/?EIO=4&transport=polling&sid={sid}"

    def send(self, frame: str) -> None:
        self._http.post(self.address, data=frame.encode(), timeout=PATIENCE)

    def receive(self) -> list[str]:
        answer = self._http.get(self.address, timeout=PATIENCE)
        return answer.text.split("\x1e") if answer.ok else ["1"]

    def close(self) -> None:
        self._http.close()


class Visitor:
    """A client that shows something, and keeps what it is sent.

    Attributes:
        frames: of Socket.IO, all that came; `1` is the end of the connection.
    """

    def __init__(self, transport: str, url: str, given: Shown) -> None:
        kind: Any = _OverWebsocket if transport == "websocket" else _OverPolling
        self._connection = kind(url, given)
        self._auth = "" if given.auth is None else json.dumps(given.auth)
        self.frames: list[str] = []

    def send(self, frame: str) -> None:
        self._connection.send(f"4{frame}")

    def send_apart(self, frame: str) -> None:
        """Send a frame of engine.io while another request is under way; over polling only."""
        requests.post(self._connection.address, data=frame.encode(), timeout=PATIENCE)

    def until(self, *beginnings: str) -> str:
        """The next frame that begins like this."""
        while True:
            seen = len(self.frames)
            for text in self._connection.receive():
                if text == "2":
                    self._connection.send("3")
                else:
                    self.frames.append(text.removeprefix("4"))
            for frame in self.frames[seen:]:
                if frame.startswith(beginnings):
                    return frame
            assert "1" not in self.frames[seen:], self.frames

    def enter(self, namespace: str, auth: str | None = None) -> str:
        """Connect to a namespace: the frame that answers it."""
        self.send(f"0{namespace},{self._auth if auth is None else auth}")
        return self.until(f"0{namespace}", f"4{namespace}")

    def close(self) -> None:
        self._connection.close()


def with_renewing(spec: dict[str, Any], *names: str, **marked: Any) -> dict[str, Any]:
    """A document in whose namespaces clients can show again who they are, by the event `renew`."""
    marked = {"x-guard": {"reauthenticate": True}, **marked}
    for name in names:
        spec["channels"][name]["messages"]["renew"] = marked
        reference = {"$ref": f"#/channels/{name}/messages/renew"}
        entry = {**spec["operations"][f"{name}_say"], "messages": [reference]}
        spec["operations"][f"{name}_renew"] = {**entry, "security": entry.get("security", [])}
    return spec


#: Credentials for verifiers that take long, and that say that the identity ends soon.
HANGING, SOON = f"hanging-{CANARY}", f"soon-{CANARY}"


def with_ending(spec: dict[str, Any], *names: str, payload: Any = None) -> dict[str, Any]:
    """The same, and the server tells clients by the event `session_over` that it has ended."""
    with_renewing(spec, *names)
    for name in names:
        message = {"x-guard": {"expired": True}}
        spec["channels"][name]["messages"]["session_over"] = message
        if payload is not None:
            message["payload"] = payload
        reference = {"$ref": f"#/channels/{name}/messages/session_over"}
        news = {**spec["operations"][f"{name}_news"], "messages": [reference]}
        spec["operations"][f"{name}_over"] = news
    return spec
