"""What asynction's users know of security, in this package's words; each behaviour holds.

asynction reads `x-basicInfoFunc` and the like from the document. Here the functions are verifiers,
and what they return as a mapping is an `Identity`. Four things are stricter here: what is shown and
wrong rejects even if another scheme would do, text of `Basic` is UTF-8, a key in a header may not
come twice, and all of it holds in every namespace, whether or not it has a connect handler.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from flask import Flask, g
from flask_socketio import SocketIO
from security_stage import Shown, Visitor, document

from asyncapi_guard import AsyncAPIGuard, Identity, InstallationError, SpecError, UserPassword

NAMES = ("basic", "bearer", "header", "query", "cookie", "oauth2")
VERIFIED: list[Any] = []


def authorization(text: str) -> Shown:
    return Shown(headers={"authorization": text})


def coded(text: str) -> str:
    return b64encode(text.encode()).decode()


def user_info(credential: UserPassword, handshake: Any) -> Identity | None:
    VERIFIED.append(credential)
    known = credential == ("username", "password")
    return Identity("username", {"enter", "more"}) if known else None


def key_info(credential: str, handshake: Any) -> Identity | None:
    VERIFIED.append(credential)
    scopes = {"enter", "more"} - ({"enter"} if credential == "weak" else set())
    return Identity(credential, scopes) if credential in ("foo", "weak") else None


@pytest.fixture(scope="module")
def url(module_net: Any) -> Any:
    """A Flask application as asynction has it: handlers of connects find who the client is."""
    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="threading")
    verifiers = {name: user_info if name == "basic" else key_info for name in NAMES}
    spec = document([*NAMES], server=())
    more = [{"$ref": f"#/components/securitySchemes/{name}"} for name in ("bearer", "header")]
    spec["operations"]["bearer_enter"]["security"] = more
    AsyncAPIGuard(spec, security=verifiers).init_app(app, socketio)
    for name in NAMES:
        # What a handler emits tells whether it ran, and with which identity.
        socketio.on("connect", namespace=f"/{name}")(
            lambda *_, name=name: socketio.emit("news", g.identity.subject, namespace=f"/{name}")
        )
    return module_net.serve(app)


RIGHT = coded("username:password")
#: What a client shows, and what becomes of it: its identity, a refusal, or what no verifier sees.
TABLE: list[tuple[str, str, Shown, str]] = [
    ("basic", "the right user", authorization(f"Basic {RIGHT}"), "username"),
    ("basic", "the scheme in lower case", authorization(f"basic {RIGHT}"), "username"),
    ("basic", "a wrong password", authorization(f"Basic {coded('username:wrong')}"), "asked"),
    ("basic", "nothing", Shown(), "refused"),
    ("basic", "no blank behind the scheme", authorization(f"basic{RIGHT}"), "refused"),
    ("basic", "no password", authorization(f"Basic {coded('username:')}"), "refused"),
    ("basic", "no user", authorization(f"Basic {coded(':password')}"), "refused"),
    ("basic", "no colon", authorization(f"Basic {coded('username')}"), "refused"),
    ("basic", "no password in the auth", Shown({"username": "ann", "password": ""}), "refused"),
    ("basic", "another scheme", authorization(f"Bearer {RIGHT}"), "refused"),
    ("bearer", "the right token", authorization("Bearer foo"), "foo"),
    ("bearer", "the scheme in lower case", authorization("bearer foo"), "foo"),
    ("bearer", "nothing", Shown(), "refused"),
    ("bearer", "another scheme", authorization("not_bearer foo"), "refused"),
    ("bearer", "no scheme", authorization("foo"), "refused"),
    ("bearer", "a wrong token", authorization("Bearer bar"), "asked"),
    ("bearer", "a scope that is missing", authorization("Bearer weak"), "forbidden"),
    ("bearer", "the next scheme of the list", Shown(headers={"x-key": "foo"}), "foo"),
    ("header", "the right key", Shown(headers={"x-key": "foo"}), "foo"),
    ("header", "a wrong key", Shown(headers={"x-key": "bar"}), "asked"),
    ("header", "a scope that is missing", Shown(headers={"x-key": "weak"}), "forbidden"),
    ("query", "the right key", Shown(query=[("key", "foo")]), "foo"),
    ("query", "another parameter", Shown(query=[("kye", "foo")]), "refused"),
    ("cookie", "the right key", Shown(headers={"cookie": "a=b; sid=foo"}), "foo"),
    ("cookie", "another cookie", Shown(headers={"cookie": "wrong=value"}), "refused"),
    ("cookie", "no cookie", Shown(), "refused"),
    ("oauth2", "the right token", authorization("Bearer foo"), "foo"),
    ("oauth2", "a scope that is missing", authorization("Bearer weak"), "forbidden"),
    ("oauth2", "a wrong token", authorization("Bearer bar"), "asked"),
    ("oauth2", "nothing", Shown(), "refused"),
    ("oauth2", "another scheme", authorization("not_bearer foo"), "refused"),
]


@pytest.mark.parametrize(
    ("scheme", "given", "expected"),
    [pytest.param(scheme, *rest, id=f"{scheme}-{what}") for scheme, what, *rest in TABLE],
)
def test_who_enters(scheme: str, given: Shown, expected: str, url: str, net: Any) -> None:
    """The handler gets what the function said; else it does not run, and the client is told."""
    VERIFIED.clear()
    visitor = net.also_close(Visitor("websocket", url, given))
    answer = visitor.enter(f"/{scheme}", "" if given.auth is None else None)
    if answer.startswith("0"):
        (said,) = [frame for frame in visitor.frames if frame.startswith("2")] or [
            visitor.until("2")
        ]
        assert said == f'2/{scheme},["news","{expected}"]'
        return
    code = json.loads(answer.partition(",")[2])["data"]["error"]["code"]
    assert code == ("forbidden" if expected == "forbidden" else "unauthorized")
    assert bool(VERIFIED) is (expected in ("asked", "forbidden"))


@pytest.mark.parametrize("name", NAMES)
def test_a_scheme_without_its_function(name: str) -> None:
    """It stops the start, and never lets anybody in."""
    app, guard = Flask(__name__), AsyncAPIGuard(document([name]))
    socketio = SocketIO(app, async_mode="threading")
    with pytest.raises(InstallationError, match=f"requires '{name}' of clients"):
        guard.init_app(app, socketio)


def without(field: str) -> dict[str, Any]:
    spec = document(["header"])
    del spec["components"]["securitySchemes"]["header"][field]
    return spec


def elsewhere() -> dict[str, Any]:
    spec = document(["header"])
    spec["components"]["securitySchemes"]["header"]["in"] = "body"
    return spec


def unknown() -> dict[str, Any]:
    spec = document(["header"])
    spec["components"]["securitySchemes"] = {}
    return spec


@pytest.mark.parametrize("spec", [without("name"), without("in"), elsewhere(), unknown()])
def test_a_scheme_that_is_none(spec: Any) -> None:
    """A key without a name, without a place or in another one, and a scheme that nobody defines."""
    with pytest.raises(SpecError):
        AsyncAPIGuard(spec, security={"header": key_info})


@pytest.mark.parametrize("kind", ["scramSha256", "symmetricEncryption", "X509"])
def test_a_scheme_that_no_request_can_show(kind: str) -> None:
    """It is for a function that looks at the whole request; without one it stops the start."""
    spec = document(["peer"])
    spec["components"]["securitySchemes"]["peer"] = {"type": kind}
    app, guard = Flask(__name__), AsyncAPIGuard(spec)
    socketio = SocketIO(app, async_mode="threading")
    with pytest.raises(InstallationError, match="requires 'peer' of clients"):
        guard.init_app(app, socketio)


def test_a_server_that_the_document_lacks() -> None:
    """`server_name` is `server` here."""
    with pytest.raises(ValueError, match="none of the document's servers"):
        AsyncAPIGuard(document(["bearer"]), security={"bearer": key_info}, server="mian")


def test_a_server_is_for_all_its_namespaces(net: Any) -> None:
    """Also for those without a connect handler, and for those that have a requirement besides."""
    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="threading")
    spec = document(["bearer", "header"], server=["bearer"])
    guard = AsyncAPIGuard(spec, security={"bearer": key_info, "header": key_info})
    guard.init_app(app, socketio)
    for name in ("open", "header"):
        socketio.on("say", namespace=f"/{name}")(lambda *_: None)
    address = net.serve(app)
    for headers, entered in (
        ({}, ""),
        ({"authorization": "Bearer foo"}, "/open"),
        ({"authorization": "Bearer foo", "x-key": "foo"}, "/open /header"),
        ({"x-key": "foo"}, ""),
    ):
        visitor = net.also_close(Visitor("websocket", address, Shown(headers=headers)))
        let_in = [each for each in ("/open", "/header") if visitor.enter(each, "").startswith("0")]
        assert " ".join(let_in) == entered
