"""The verifiers of `asyncapi_guard.security`, on every server and over both transports."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import sys
import threading
import time
from base64 import b64decode, b64encode
from typing import Any

import flask
import flask_login
import jwt as pyjwt
import pytest
import requests
import socketio as pysocketio
from conftest import PATIENCE
from cryptography.hazmat.primitives.asymmetric import ed25519
from fastapi import FastAPI, Request
from flask.sessions import SessionInterface, SessionMixin
from flask_socketio import SocketIO
from itsdangerous import TimestampSigner
from security_stage import CANARY, Shown, Stage, Visitor, document, with_renewing
from starlette.middleware.sessions import SessionMiddleware
from traffic_asyncio import Uvicorn
from werkzeug.security import generate_password_hash

from asyncapi_guard import (
    AsyncAPIAsyncServer,
    AsyncAPIGuard,
    AsyncAPIServer,
    AsyncAPISocketIO,
    Handshake,
    Identity,
    InstallationError,
    UserPassword,
    security,
)
from asyncapi_guard.security import published_keys

ways = pytest.mark.parametrize("way", ["threads", "asyncio"])
transports = pytest.mark.parametrize("transport", ["websocket", "polling"])

SECRET = f"{CANARY}-of-the-server-0123456789-0123"
KEY = f"{CANARY}-of-ann-0123456789"
COOKIE = {"type": "httpApiKey", "in": "cookie", "name": "session"}


def token(secret: Any = SECRET, algorithm: str = "HS256", **more: Any) -> str:
    claims = {"sub": "ann", "exp": time.time() + 1000, "scope": "enter", **more}
    return pyjwt.encode(claims, secret, algorithm)


def visit(net: Any, transport: str, url: str, given: Shown) -> Visitor:
    visitor: Visitor = net.also_close(Visitor(transport, url, given))
    return visitor


# -- tokens, keys, passwords -----------------------------------------------------------------------


ANN = Identity("ann", frozenset({"enter"}))
VERIFIERS: dict[str, Any] = {
    "bearer": security.jwt(key=SECRET, algorithms=["HS256"]),
    "key": security.api_keys({ANN: KEY}),
    "header": security.api_keys({ANN: KEY}),
    "password": security.passwords({ANN: generate_password_hash(KEY, "pbkdf2:sha256:1")}),
}
RIGHT: dict[str, Any] = {
    "bearer": lambda: Shown({"token": token()}),
    "key": lambda: Shown({"key": KEY}),
    "header": lambda: Shown(headers={"x-key": KEY}),
    "password": lambda: Shown({"username": "ann", "password": KEY}),
}
WRONG: dict[str, Any] = {
    "bearer": lambda: Shown({"token": token(secret=SECRET[::-1])}),
    "key": lambda: Shown({"key": f"{KEY}x"}),
    "header": lambda: Shown(headers={"x-key": f"x{KEY}"}),
    "password": lambda: Shown({"username": "ann", "password": f"{KEY}x"}),
}
OTHERS: dict[str, tuple[str, Any]] = {
    "unknown user": ("password", lambda: Shown({"username": CANARY, "password": KEY})),
    "expired": ("bearer", lambda: Shown({"token": token(exp=1)})),
    "no scopes": ("bearer", lambda: Shown({"token": token(scope="")})),
    "unsigned": ("bearer", lambda: Shown({"token": token(None, "none")})),
    "no token": ("bearer", lambda: Shown({"token": CANARY})),
}
SHOWN: dict[str, tuple[str, str, Any]] = {
    **{f"right-{name}": (name, "0", make) for name, make in RIGHT.items()},
    **{f"wrong-{name}": (name, "4", make) for name, make in WRONG.items()},
    **{name: (scheme, "4", make) for name, (scheme, make) in OTHERS.items()},
}


@pytest.fixture(scope="module")
def stages(module_net: Any) -> Any:
    """A stage for each way, whose drop-ins have handlers that ask for the identity."""
    made: dict[str, Any] = {}

    def stage(way: str) -> Any:
        if way not in made:
            make = {"threads": Stage, "asyncio": Stage}.get(way, DropIn)
            spec = document(list(VERIFIERS))
            made[way] = make(way, module_net, spec, security=VERIFIERS)
        return made[way]

    return stage


class DropIn:
    """One of the drop-ins, with the same document."""

    def __init__(self, way: str, net: Any, spec: Any, **options: Any) -> None:
        kinds: Any = {"AsyncAPIServer": AsyncAPIServer, "AsyncAPIAsyncServer": AsyncAPIAsyncServer}
        shared: Any = {"spec": spec, "verifiers": options["security"], "namespaces": "*"}
        if way == "AsyncAPISocketIO":
            app = flask.Flask(__name__)
            self.io: Any = AsyncAPISocketIO(app, async_mode="threading", **shared)
            self.url: str = net.serve(app)
        elif way == "AsyncAPIServer":
            self.io = kinds[way](async_mode="threading", **shared)
            self.url = net.serve(pysocketio.WSGIApp(self.io))
        else:
            self.io = kinds[way](async_mode="asgi", **shared)
            self.url = net.also_serve(Uvicorn(pysocketio.ASGIApp(self.io))).url


@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.parametrize(
    "way", ["threads", "asyncio", "AsyncAPISocketIO", "AsyncAPIServer", "AsyncAPIAsyncServer"]
)
@transports
@pytest.mark.sampled(5)
def test_who_enters(
    transport: str, way: str, shown: str, stages: Any, net: Any, caplog: Any
) -> None:
    """Whoever shows what is right; and no credential is told, neither to clients nor to the log."""
    caplog.set_level(logging.DEBUG, "asyncapi_guard")
    scheme, expected, make = SHOWN[shown]
    visitor = visit(net, transport, stages(way).url, make())
    assert visitor.enter(f"/{scheme}").startswith(f"{expected}/{scheme}")
    assert CANARY not in caplog.text + "".join(visitor.frames)


@ways
def test_identities_are_those_of_tokens(way: str, net: Any) -> None:
    """Subject, scopes, end and claims."""
    at = Stage(way, net, document(["bearer"]), security={"bearer": VERIFIERS["bearer"]})
    visitor = visit(net, "websocket", at.url, Shown({"token": token(exp=9_999_999_999, room="a")}))
    sid = json.loads(visitor.enter("/bearer").partition(",")[2])["sid"]
    identity = at.guard.identity(sid, "/bearer")
    assert (identity.subject, identity.scopes) == ("ann", {"enter"})
    assert identity.expires_at == 9_999_999_999
    assert identity.claims["room"] == "a"


@ways
@transports
def test_a_token_is_renewed(way: str, transport: str, net: Any) -> None:
    """By an event or by the application: the new token's scopes, end and claims count."""
    spec = with_renewing(document(["bearer"]), "bearer")
    at = Stage(way, net, spec, security={"bearer": VERIFIERS["bearer"]})
    visitor = visit(net, transport, at.url, Shown({"token": token()}))
    sid = json.loads(visitor.enter("/bearer").partition(",")[2])["sid"]

    def by_event(shown: str) -> bool:
        visitor.send(f"2/bearer,7{json.dumps(['renew', shown])}")
        return visitor.until("3/bearer,7") == "3/bearer,7[]"

    def by_application(shown: str) -> bool:
        return at.run(at.guard.reauthenticate(sid, "/bearer", shown)) is not None

    for renews in (by_event, by_application):
        good = token(scope=f"enter {renews.__name__}", exp=9_999_999_999, room=renews.__name__)
        assert renews(good)
        for wrong in (
            token(sub="bob"),
            token(exp=1),
            token(secret=SECRET[::-1]),
            token(scope="other"),
        ):
            assert not renews(wrong)
        identity = at.guard.identity(sid, "/bearer")
        assert identity.scopes == {"enter", renews.__name__}
        assert (identity.expires_at, identity.claims["room"]) == (9_999_999_999, renews.__name__)
    assert CANARY not in "".join(visitor.frames)


@pytest.mark.parametrize("kind", ["flask", "starlette"])
def test_a_session_is_renewed(kind: str, net: Any) -> None:
    """The credential is the value of the cookie, and not what the client came with."""
    spec = document(["cookie"])
    spec["components"]["securitySchemes"]["cookie"] = {**COOKIE, "scopes": ["enter"]}
    app = flask.Flask(__name__)
    app.secret_key = SECRET

    def scopes(session: Any) -> list[str]:
        return ["enter", session.get("more", "")]

    def cookie(**session: Any) -> str:
        if kind == "starlette":
            return signed(session)
        signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # of cookies
        return str(signer.dumps(session))

    verify: Any = security.session_user(app=app, scopes=scopes)
    if kind == "starlette":
        verify = security.starlette_session(secret_key=SECRET, scopes=scopes)
    way = "threads" if kind == "flask" else "asyncio"
    at = Stage(way, net, spec, security={"cookie": verify})
    given = Shown(headers={"cookie": f"session={cookie(user_id='ann')}"})
    sid = json.loads(visit(net, "polling", at.url, given).enter("/cookie").partition(",")[2])["sid"]
    for value, found in (
        (cookie(user_id="ann", more="more"), {"enter", "more"}),
        (cookie(user_id="bob"), None),
        (cookie(user_id="ann")[:-1] + "!", None),
        ("", None),
    ):
        renewed = at.guard.reauthenticate(sid, "/cookie", value, scheme="cookie")
        identity = at.run(renewed)
        assert (None if identity is None else identity.scopes) == found


@ways
def test_a_token_that_ends_in_a_million_years_is_no_fault(way: str, net: Any, caplog: Any) -> None:
    """Nothing waits for so long at once."""
    at = Stage(way, net, document(["bearer"]), security={"bearer": VERIFIERS["bearer"]})
    for exp in (1e300, 9_999_999_999.5):  # the second one wakes what waits for the first
        visitor = visit(net, "websocket", at.url, Shown({"token": token(exp=exp)}))
        assert visitor.enter("/bearer").startswith("0")
        visitor.enter("/open", "")
        assert not any(frame.startswith("1") for frame in visitor.frames)
    assert at.guard._adapters()[0].decide.expiries._watched
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


@ways
def test_an_issuer_that_hangs_holds_up_no_other_clients(
    way: str, net: Any, monkeypatch: Any
) -> None:
    """However many show tokens: some of them wait, and the others are rejected at once."""
    monkeypatch.setattr(published_keys, "_PATIENCE", 100)
    key = ed25519.Ed25519PrivateKey.generate()
    public = pyjwt.algorithms.get_default_algorithms()["EdDSA"].to_jwk(key.public_key())
    go_on = threading.Event()

    def keys(environ: Any, start_response: Any) -> Any:
        go_on.wait()
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"keys": [json.loads(public)]}).encode()]

    verify = security.jwt(jwks_url=f"{net.serve(keys)}/keys", algorithms=["EdDSA"])
    options = {"security": {"bearer": verify, "header": VERIFIERS["header"]}}
    at = Stage(way, net, document(["bearer", "header"]), security_timeout=100, **options)
    rejected = threading.Semaphore(0)
    at.guard.on_violation = lambda _: rejected.release()
    shown = Shown({"token": token(key, "EdDSA")})
    several = [visit(net, "websocket", at.url, shown) for _ in range(40)]
    for visitor in several:
        visitor.send(f"0/bearer,{json.dumps(shown.auth)}")
    for _ in range(24):
        assert rejected.acquire(timeout=PATIENCE)
    other = visit(net, "websocket", at.url, Shown(headers={"x-key": KEY}))
    assert other.enter("/header").startswith("0")
    go_on.set()
    answers = [visitor.until("0/bearer", "4/bearer")[0] for visitor in several]
    assert (answers.count("0"), answers.count("4")) == (16, 24)


@pytest.mark.parametrize("scheme", VERIFIERS)
def test_coroutines_call_them_in_threads(scheme: str, net: Any) -> None:
    """And look at more."""
    asked: list[str] = []

    async def verify(credential: Any, handshake: Handshake) -> Identity | None:
        identity = await asyncio.to_thread(VERIFIERS[scheme], credential, handshake)
        asked.append("" if identity is None else identity.subject)
        return identity

    at = Stage("asyncio", net, document([scheme]), security={scheme: verify})
    right, wrong = (visit(net, "websocket", at.url, each[scheme]()) for each in (RIGHT, WRONG))
    assert right.enter(f"/{scheme}").startswith("0")
    assert wrong.enter(f"/{scheme}").startswith("4")
    assert asked == ["ann", ""]


@pytest.mark.parametrize("verifier", [*VERIFIERS, "session"])
def test_a_verifier_of_something_else_stops_the_start(verifier: str) -> None:
    """And says what it would get."""
    given = {**VERIFIERS, "session": security.starlette_session()}[verifier]
    scheme = "header" if verifier in ("password", "session") else "password"
    guard = AsyncAPIGuard(document([scheme]), security={scheme: given})
    with pytest.raises(InstallationError, match=f"verifier of '{scheme}' does not fit"):
        guard.protect(pysocketio.Server(async_mode="threading"))


# -- sessions --------------------------------------------------------------------------------------


def with_session() -> dict[str, Any]:
    """The document of a server that requires a cookie."""
    spec = document(["cookie"])
    spec["components"]["securitySchemes"]["cookie"] = {**COOKIE, "scopes": ["enter"]}
    return spec


class User(flask_login.UserMixin):
    def __init__(self, number: str) -> None:
        self.id, self.roles = number, ["enter"]


class Inactive(User):
    is_active = False


def website() -> flask.Flask:
    """Where people log in."""
    app = flask.Flask(__name__)
    app.secret_key = SECRET
    manager = flask_login.LoginManager(app)
    manager.user_loader(lambda number: User(number) if number == "7" else None)
    #: What Flask-Login must not ask where there is a session without a user.
    manager.request_loader(lambda _: User("7"))

    @app.get("/login/<number>")
    def login(number: str) -> str:
        flask.session["user_id"] = int(number)
        flask.session["scopes"] = ["enter"]
        flask_login.login_user(User(number))
        return ""

    @app.get("/logout")
    def logout() -> str:
        flask_login.logout_user()
        flask.session.pop("user_id")
        return ""

    return app


FLASK: dict[str, Any] = {
    "session_user": lambda **options: security.session_user(
        scopes=lambda session: session["scopes"], **options
    ),
    "flask_login": lambda **options: security.flask_login(
        scopes=lambda user: user.roles, **options
    ),
}
SITES = ("init_app", "AsyncAPISocketIO", "protect", "asyncio")


def site(kind: str, name: str, net: Any, **options: Any) -> tuple[Any, str, Any]:
    """A guarded server beside a website: the website, the address, and the guard's `identity`."""
    app = website()
    if kind in ("protect", "asyncio"):
        options.setdefault("app", app)
    verifiers = {"cookie": FLASK[name](**options)}
    if kind == "AsyncAPISocketIO":
        drop_in = AsyncAPISocketIO(
            app, spec=with_session(), verifiers=verifiers, async_mode="threading", namespaces="*"
        )
        return app, net.serve(app), drop_in._guarded.identity
    guard = AsyncAPIGuard(with_session(), security=verifiers)
    if kind == "init_app":
        guard.init_app(app, SocketIO(app, async_mode="threading", namespaces="*"))
        return app, net.serve(app), guard.identity
    if kind == "protect":
        server = pysocketio.Server(async_mode="threading", namespaces="*")
        guard.protect(server)
        return app, net.serve(pysocketio.WSGIApp(server, app)), guard.identity
    other = pysocketio.AsyncServer(async_mode="asgi", namespaces="*")
    guard.protect(other)
    return app, net.also_serve(Uvicorn(pysocketio.ASGIApp(other))).url, guard.identity


def cookie_of(app: flask.Flask, *paths: str) -> str:
    """The cookie of a browser that has been there."""
    browser = app.test_client()
    for path in paths:
        browser.get(path)
    return browser.get_cookie("session").value


def with_cookie(value: str) -> Shown:
    return Shown(headers={"cookie": f"a=b; session={value}"})


@pytest.mark.parametrize("name", FLASK)
@pytest.mark.parametrize("kind", SITES)
@transports
def test_who_is_logged_in_with_flask(transport: str, kind: str, name: str, net: Any) -> None:
    """Enters; and others do not, whatever they show."""
    app, url, identity = site(kind, name, net)
    good = cookie_of(app, "/login/7")
    forged = "".join((good[:-8], "A" * 8))
    shown = [
        with_cookie(good),
        with_cookie(forged),
        with_cookie(cookie_of(app, "/login/7", "/logout")),
        Shown(),
        Shown(headers={"cookie": f"session={good}; session={forged}"}),
        Shown(headers={"cookie": f"other={good}"}),
        Shown({"token": good}),
    ]
    answers = [visit(net, transport, url, each).enter("/cookie") for each in shown]
    assert [answer[0] for answer in answers] == ["0", "4", "4", "4", "4", "4", "4"]
    sid = json.loads(answers[0].partition(",")[2])["sid"]
    assert identity(sid, "/cookie").subject == "7"


def test_a_user_that_the_website_does_not_know_does_not_enter(net: Any) -> None:
    """Flask-Login asks for the user each time, and the session alone does not."""
    for name, expected in (("flask_login", "4"), ("session_user", "0")):
        app, url, _ = site("init_app", name, net)
        shown = with_cookie(cookie_of(app, "/login/8"))
        assert visit(net, "websocket", url, shown).enter("/cookie").startswith(expected)


@pytest.mark.parametrize("user", [None, True, 1.5, "", ["7"], {"id": 7}])
def test_users_are_texts_or_integers(user: Any) -> None:
    app = website()
    with app.test_client() as browser, browser.session_transaction() as session:
        session["user_id"] = user
        session["scopes"] = []
    verify = security.session_user(app=app)
    handshake = handshake_with({})
    assert verify(browser.get_cookie("session").value, handshake) is None
    assert verify(cookie_of(app, "/login/7"), handshake).subject == "7"


def handshake_with(more: dict[str, Any]) -> Any:
    return Handshake({"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http", **more})


def test_a_user_who_is_not_active_does_not_enter() -> None:
    """Though the session is still good."""
    app = website()
    cookie, verify = cookie_of(app, "/login/7"), security.flask_login(app=app)
    assert verify(cookie, handshake_with({})).subject == "7"
    app.login_manager.user_loader(Inactive)
    assert verify(cookie, handshake_with({})) is None


class KeptSessions(SessionInterface):
    """Sessions that the server keeps; the cookie has only their number."""

    class Session(dict, SessionMixin):
        pass

    def __init__(self) -> None:
        self.kept: dict[str, KeptSessions.Session] = {}

    def open_session(self, app: Any, request: Any) -> Any:
        return self.kept.get(request.cookies.get(self.get_cookie_name(app)), self.Session())

    def save_session(self, app: Any, session: Any, response: Any) -> None:
        number = secrets.token_hex()
        self.kept[number] = session
        response.set_cookie(self.get_cookie_name(app), number)


@pytest.mark.parametrize("name", FLASK)
def test_sessions_can_be_kept_on_the_server(name: str, net: Any) -> None:
    """In whatever way the application does, and under another name."""
    app, url, _ = site("init_app", name, net)
    app.session_interface = KeptSessions()
    app.config["SESSION_COOKIE_NAME"] = "number"
    with app.test_client() as browser:
        browser.get("/login/7")
        number = browser.get_cookie("number").value
    assert visit(net, "websocket", url, with_cookie(number)).enter("/cookie").startswith("0")
    assert visit(net, "websocket", url, with_cookie(number[1:])).enter("/cookie").startswith("4")


@pytest.mark.parametrize("name", FLASK)
def test_the_credential_is_verified_and_not_the_handshake(name: str) -> None:
    """So a client can show a newer session; and none puts another cookie beside it."""
    app = website()
    verify = FLASK[name](app=app)
    good, bad = cookie_of(app, "/login/7"), cookie_of(app, "/login/7", "/logout")
    assert verify(good, handshake_with({"HTTP_COOKIE": f"session={bad}"})).subject == "7"
    handshake = handshake_with({"HTTP_COOKIE": f"session={good}"})
    for other in (
        bad,
        f"{bad}; session={good}",
        f"x; session={good}",
        "",
        None,
        "ü",
        ("ann", good),
    ):
        assert verify(other, handshake) is None
    with app.test_request_context(headers={"Cookie": f"session={good}"}):
        assert flask_login.current_user.is_authenticated
        assert verify(bad, handshake) is None


def test_a_server_beside_flask_says_that_it_needs_the_application(net: Any, caplog: Any) -> None:
    """Once, since it is the same for all clients."""
    app, url, _ = site("protect", "session_user", net, app=None)
    for _ in range(2):
        shown = with_cookie(cookie_of(app, "/login/7"))
        assert visit(net, "websocket", url, shown).enter("/cookie").startswith("4")
    assert caplog.text.count("pass app=") == 1


@pytest.mark.parametrize("make", [*FLASK.values(), security.starlette_session])
def test_an_identity_can_end_before_its_session(make: Any) -> None:
    for value in (0, -1, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="expires_in must be more than 0 seconds"):
            make(expires_in=value)
    for other in ("1", True):
        with pytest.raises(TypeError, match="expires_in must be a number of seconds"):
            make(expires_in=other)
    app, now = website(), time.time()
    if make is not security.starlette_session:
        identity = make(app=app, expires_in=60)(cookie_of(app, "/login/7"), handshake_with({}))
        assert now + 60 <= identity.expires_at <= time.time() + 60


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (security.session_user, {"key": 7}),
        (security.session_user, {"app": "app"}),
        (security.session_user, {"scopes": {"enter"}}),
        (security.flask_login, {"app": object()}),
        (security.starlette_session, {"key": 7}),
        (security.starlette_session, {"scopes": "enter"}),
        (security.starlette_session, {"session_cookie": None}),
        (security.starlette_session, {"max_age": "1"}),
    ],
)
def test_options_of_other_types_are_errors(make: Any, options: Any) -> None:
    """Where the verifier is made, and not when clients come."""
    with pytest.raises(TypeError, match="must be"):
        make(**options)


def test_the_test_client_of_flask_socketio_logs_in() -> None:
    """As browsers do."""
    app = website()
    io = SocketIO(app, async_mode="threading", namespaces="*")
    guard = AsyncAPIGuard(with_session(), security={"cookie": FLASK["flask_login"]()})
    guard.init_app(app, io)
    browser = app.test_client()
    assert not io.test_client(app, "/cookie", flask_test_client=browser).is_connected("/cookie")
    browser.get("/login/7")
    assert io.test_client(app, "/cookie", flask_test_client=browser).is_connected("/cookie")


def test_a_missing_flask_login_is_named(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "flask_login", None)
    with pytest.raises(InstallationError, match="pip install flask-login"):
        security.flask_login()


# -- Starlette -------------------------------------------------------------------------------------


def signed(value: Any, secret: str = SECRET) -> str:
    """A cookie, as `SessionMiddleware` writes it."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return TimestampSigner(secret).sign(b64encode(text)).decode()


def starlette(kind: str, net: Any, verify: Any) -> tuple[str, Any]:
    """A guarded server beside a website of FastAPI: its address, and the guard's `identity`."""
    api = FastAPI()

    @api.get("/login")
    async def login(request: Request) -> None:
        request.session["user_id"] = 7

    verifiers, common = {"cookie": verify}, {"async_mode": "asgi", "namespaces": "*"}
    if kind == "drop-in":
        io: Any = AsyncAPIAsyncServer(spec=with_session(), verifiers=verifiers, **common)
        identity = io._guarded.identity
    else:
        io = pysocketio.AsyncServer(**common)
        guard = AsyncAPIGuard(with_session(), security=verifiers)
        guard.protect(io)
        identity = guard.identity
    app: Any = api
    if kind != "around":
        api.add_middleware(SessionMiddleware, secret_key=SECRET)
    if kind == "mounted":
        api.mount("/socket.io", pysocketio.ASGIApp(io, socketio_path=""))
    else:
        app = pysocketio.ASGIApp(io, other_asgi_app=api)
    if kind == "around":
        app = SessionMiddleware(app, secret_key=SECRET)
    return net.also_serve(Uvicorn(app)).url, identity


def enter_scope(_: Any) -> list[str]:
    return ["enter"]


@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        ("beside", SECRET),
        ("drop-in", SECRET),
        ("mounted", SECRET),
        ("mounted", None),
        ("around", SECRET),
        ("around", None),
    ],
)
@transports
def test_who_is_logged_in_with_starlette(transport: str, kind: str, secret: Any, net: Any) -> None:
    """Enters, wherever the middleware is; and others do not."""
    verify = security.starlette_session(secret_key=secret, scopes=enter_scope)
    url, identity = starlette(kind, net, verify)
    with requests.Session() as browser:
        browser.get(f"{url}/login")
        good = browser.cookies["session"]
    shown = [
        with_cookie(good),
        with_cookie(f"{good[:-4]}AAAA"),
        with_cookie(signed({"user_id": 7}, "another")),
        with_cookie(signed({})),
        with_cookie("null"),
        Shown(headers={"cookie": f"session={good}; session={signed({})}"}),
        Shown(),
    ]
    answers = [visit(net, transport, url, each).enter("/cookie") for each in shown]
    assert [answer[0] for answer in answers] == ["0", "4", "4", "4", "4", "4", "4"]
    sid = json.loads(answers[0].partition(",")[2])["sid"]
    assert identity(sid, "/cookie").subject == "7"


def test_without_a_secret_the_middleware_must_be_around(net: Any, caplog: Any) -> None:
    """The log says so once, and nobody enters."""
    url, _ = starlette("beside", net, security.starlette_session(scopes=enter_scope))
    for _ in range(2):
        shown = with_cookie(signed({"user_id": 7}))
        assert visit(net, "websocket", url, shown).enter("/cookie").startswith("4")
    assert caplog.text.count("pass secret_key=") == 1


def test_a_session_of_another_handshake_is_not_taken() -> None:
    """A client that shows a newer one needs a verifier that knows the secret."""
    old, new = signed({"user_id": 7}), signed({"user_id": 8})
    scope = {"session": {"user_id": 7}}
    handshake = handshake_with({"HTTP_COOKIE": f"session={old}", "asgi.scope": scope})
    in_scope = security.starlette_session()
    assert in_scope(old, handshake).subject == "7"
    assert [in_scope(other, handshake) for other in (new, "x", "", None)] == [None] * 4
    assert security.starlette_session(secret_key=SECRET)(new, handshake).subject == "8"
    twice = {"HTTP_COOKIE": f"session={old}; session={new}", "asgi.scope": scope}
    assert in_scope(old, handshake_with(twice)) is None


def test_a_session_ends_when_the_middleware_forgets_it(monkeypatch: Any) -> None:
    """By its own time, or sooner."""
    cookie = signed({"user_id": 7})
    signed_at = time.time()
    handshake = handshake_with({})

    def verify(**options: Any) -> Any:
        return security.starlette_session(secret_key=SECRET, **options)(cookie, handshake)

    assert abs(verify().expires_at - signed_at - 14 * 86_400) < 60
    assert abs(verify(max_age=1000).expires_at - signed_at - 1000) < 60
    assert verify(max_age=1000, expires_in=10).expires_at < signed_at + 500
    assert verify(max_age=None).expires_at is None
    monkeypatch.setattr(
        "itsdangerous.TimestampSigner.get_timestamp", lambda _: int(signed_at) + 2000
    )
    assert verify(max_age=1000) is None


@pytest.mark.parametrize(
    "cookie",
    [
        signed([7]),
        signed(7),
        signed({"user_id": None}),
        signed({"user_id": True}),
        signed({"user": 7}),
        b64decode(b"eA==").decode(),
        f"{signed({'user_id': 7})} ",
        "é",
        "a.b.c",
        None,
        UserPassword("a", "b"),
    ],
    # A signature is another one at another time.
    ids=[
        *("a list", "a number", "no user", "a user that is true", "another key", "unsigned"),
        *("a blank", "another alphabet", "three parts", "none", "a password"),
    ],
)
def test_other_cookies_are_none(cookie: Any) -> None:
    assert security.starlette_session(secret_key=SECRET)(cookie, handshake_with({})) is None


def test_no_secret_is_an_error() -> None:
    with pytest.raises(ValueError, match="secret_key is empty"):
        security.starlette_session(secret_key="")
