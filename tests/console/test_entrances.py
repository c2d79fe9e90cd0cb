"""The console in front of applications, over real sockets."""

from __future__ import annotations

import http.client
import json
import logging
import queue
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import fastapi
import flask
import pytest
import socketio as pysocketio
from conftest import PATIENCE, Client
from console_chat import ask, judge
from entrances import AWAITING, SAY, WAYS, Site, on_asgi, on_flask
from flask_socketio import SocketIO
from traffic_asyncio import Uvicorn

from asyncapi_guard import (
    AsyncAPIAsyncClient,
    AsyncAPIClient,
    AsyncAPIGuard,
    AsyncAPIServer,
    AsyncAPISocketIO,
    InstallationError,
    Policy,
)
from asyncapi_guard.console.asgi import ConsoleASGI
from asyncapi_guard.console.files import FileDocument
from asyncapi_guard.console.gate import Gate
from asyncapi_guard.console.routes import Console

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asyncapi_guard.console.edition import Edition

way = pytest.mark.parametrize("way", WAYS)


@way
def test_it_is_served(way: str, net: Any, chat: Path) -> None:
    """Pages, the document, files, the judge; and the rest is the application's own."""
    site = Site(way, net, chat)
    for path, kind in (
        ("/", "text/html; charset=utf-8"),
        ("/try", "text/html; charset=utf-8"),
        ("/asyncapi.json", "application/json"),
        ("/static/socketio.js", "text/javascript; charset=utf-8"),
    ):
        answer = ask(site.root + path)
        assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        bare = ask(site.root + path, "HEAD")
        assert (bare.status, bare.body) == (200, b"")
        assert bare.headers["Content-Length"] == str(len(answer.body))
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert (ask(site.root + path, headers=tag).status) == 304
    assert ask(f"{site.root}/asyncapi.yml").body == chat.read_bytes()
    assert ask(f"{site.root}.yml").body == chat.read_bytes()
    assert ask(f"{site.root}.json").json["info"] == {"title": "Chat", "version": "1"}
    moved = ask(site.root)
    assert (moved.status, moved.headers["Location"]) == (308, "asyncapi/")
    assert ask(f"{site.root}/nothing").status == 404
    assert ask(f"{site.root}/live").status == 404
    assert ask(f"{site.root}/", "DELETE").status == 405
    assert ask(f"{site.url}/asyncapicious").headers.get("X-Content-Type-Options") is None
    (verdict,) = judge(site.root, SAY).json["verdicts"]
    assert verdict["problems"][0]["path"] == "/text"


@way
def test_traffic_passes_beside_it(way: str, net: Any, chat: Path) -> None:
    """By both transports; and the judge's verdicts are not counted, logged or told."""
    told: list[Any] = []
    site = Site(way, net, chat, on_violation=told.append)
    judge(site.root, SAY, {"namespace": "/", "auth": None})
    assert (told, site.guard.statistics()) == ([], [])
    for transport in ("websocket", "polling"):
        client = net.client(site.url, auth={"token": "x"}, transports=[transport])
        assert client.ask("say", {"text": "too long"})[0]["error"]["code"]
    assert len(told) == 2


@way
def test_a_guard_that_is_off_says_so(way: str, net: Any, chat: Path) -> None:
    """The document is shown all the same; no verdict is that of a guard that validates nothing."""
    site = Site(way, net, chat)
    assert b"Guard on" in ask(f"{site.root}/").body
    site.guard.uninstall()
    page = ask(f"{site.root}/")
    assert (page.status, b"Guard off" in page.body) == (200, True)
    assert judge(site.root, SAY).json["verdicts"] == [{"verdict": "off", "message": None}]


@way
def test_pages_know_where_socketio_is(way: str, net: Any, chat: Path) -> None:
    """Relative to themselves."""
    site = Site(way, net, chat)
    assert b'data-socketio="../socket.io/"' in ask(f"{site.root}/try").body


@way
def test_docs_auth_decides_about_all_of_it(
    way: str, net: Any, chat: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """`True` is yes, and anything else is no; it gets the request of the framework."""
    asked: list[Any] = []
    answers: list[Any] = []

    def docs_auth(request: Any) -> Any:
        asked.append(request if isinstance(request, dict) else request.path)
        if isinstance(answers[0], Exception):
            raise answers[0]
        return answers[0]

    site = Site(way, net, chat, docs_auth=docs_auth, live=True)
    paths = ("", "/", "/try", "/live", "/live.json", "/asyncapi.yml", "/static/socketio.js", "/x")
    for answer in (False, None, 1, "yes", flask.Response("log in"), ValueError("secret")):
        answers[:] = [answer]
        for path in (*paths, ".yml", ".json"):
            refused = ask(site.root + path)
            assert (refused.status, refused.body) == (403, b"Forbidden\n")
            assert refused.headers["Cache-Control"] == "no-store"
            assert "default-src 'self'" in refused.headers["Content-Security-Policy"]
        assert judge(site.root, SAY).status == 403
    assert "docs_auth raised, answered with 403: ValueError in " in caplog.text
    assert "docs_auth returned a Response, not True or False" in caplog.text
    assert "secret" not in caplog.text
    answers[:] = [True]
    for path in paths[1:-1]:
        allowed = ask(site.root + path)
        kept = "private, no-cache" if "static" in path else "no-store"
        assert (allowed.status, allowed.headers["Cache-Control"]) == (200, kept)
    assert judge(site.root, SAY).status == 200
    assert len(asked) == 6 * 11 + 7
    first = asked[0]
    assert (first if isinstance(first, str) else first.get("PATH_INFO", first.get("path"))) == (
        "/asyncapi"
    )


@pytest.mark.parametrize("way", AWAITING)
def test_docs_auth_can_be_awaited(way: str, net: Any, chat: Path) -> None:
    """On ASGI."""
    answers = [False]

    async def docs_auth(_scope: Any) -> bool:
        return answers[0]

    site = Site(way, net, chat, docs_auth=docs_auth)
    assert ask(f"{site.root}/").status == 403
    answers[0] = True
    assert ask(f"{site.root}/").status == 200


@pytest.mark.parametrize("way", ["flask", "AsyncAPISocketIO", "wsgi", "AsyncAPIServer"])
def test_docs_auth_is_a_plain_function_elsewhere(way: str, chat: Path) -> None:
    """A coroutine would be true."""

    async def docs_auth(_request: Any) -> bool:
        raise NotImplementedError

    with pytest.raises(InstallationError, match="docs_auth is a coroutine function"):
        WAYS[way](chat, docs_auth=docs_auth)


@pytest.mark.parametrize("way", ["flask", "wsgi"])
def test_a_coroutine_that_is_returned_is_no(
    way: str, net: Any, chat: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A plain function can return one."""

    async def decide() -> bool:
        raise NotImplementedError

    site = Site(way, net, chat, docs_auth=lambda _request: decide())
    assert ask(f"{site.root}/").status == 403
    assert "docs_auth returned a coroutine, not True or False" in caplog.text


def test_what_is_said_of_one_operation_counts(chat: Path) -> None:
    """Where the guard is off for all others."""
    policy = Policy(mode="off", operations={"receive": "enforce"})
    _, app = on_flask(chat, policy=policy)
    (verdict,) = app.test_client().post("/asyncapi/judge", json={"items": [SAY]}).json["verdicts"]
    assert verdict["verdict"] == "rejected"


@way
def test_many_ask_at_once(way: str, net: Any, chat: Path) -> None:
    """Each gets the verdict on its own traffic."""
    site = Site(way, net, chat)
    texts = ["hi", "too long"] * 8

    def asked(text: str) -> str:
        answer = judge(site.root, {**SAY, "args": [{"text": text}]})
        return str(answer.json["verdicts"][0]["verdict"])

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(asked, texts)) == ["accepted", "rejected"] * 8


# -- bodies ----------------------------------------------------------------------------------------

HEAD = "POST /asyncapi/judge HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def send(url: str, *parts: bytes) -> http.client.HTTPResponse:
    """Write bytes to a server, and read its response."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        for part in parts:
            connection.sendall(part)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()
        return answer


@way
def test_a_long_body_is_not_read(way: str, net: Any, chat: Path) -> None:
    """Whether it says how long it is, or comes in chunks."""
    site = Site(way, net, chat)
    assert send(site.url, f"{HEAD}Content-Length: 999999999999\r\n\r\n".encode()).status == 413
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    answer = send(site.url, f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode(), *[chunk] * 5)
    assert answer.status == 413


@way
def test_a_body_in_chunks_is_read(way: str, net: Any, chat: Path) -> None:
    """To its end."""
    site = Site(way, net, chat)
    sent = json.dumps({"items": [SAY]}).encode()
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (sent[:10], sent[10:]))
    head = f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode()
    assert send(site.url, head, chunks, b"0\r\n\r\n").status == 200


@way
def test_no_body_is_waited_for_where_none_matters(way: str, net: Any, chat: Path) -> None:
    """A request that is refused is answered before it has come."""
    site = Site(way, net, chat)
    head = HEAD.replace("localhost", "rebound.example")
    assert send(site.url, f"{head}Content-Length: 100\r\n\r\n".encode()).status == 403
    page = "POST /asyncapi/try HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
    assert send(site.url, page.encode()).status == 405


def test_a_slow_body_has_an_end(net: Any, chat: Path) -> None:
    """On ASGI; servers of WSGI have limits of their own."""
    _, app = on_asgi(chat)
    app._patience = 0.05
    url = net.also_serve(Uvicorn(app)).url
    assert send(url, f"{HEAD}Content-Length: 100\r\n\r\n".encode(), b"{").status == 408


@way
def test_others_are_served_meanwhile(way: str, net: Any, chat: Path) -> None:
    """While many bodies do not come."""
    site = Site(way, net, chat)
    host, _, port = site.url.removeprefix("http://").partition(":")
    slow = [socket.create_connection((host, int(port)), timeout=PATIENCE) for _ in range(20)]
    try:
        for each in slow:
            each.sendall(f"{HEAD}Content-Length: 100\r\n\r\n".encode())
        assert ask(f"{site.root}/").status == 200
        assert judge(site.root, SAY).status == 200
    finally:
        for each in slow:
            each.close()


@pytest.mark.parametrize("way", ["flask", "wsgi"])
@pytest.mark.parametrize(
    ("length", "status"),
    [(None, "411 "), ("1x", "400 "), ("-1", "400 "), ("0" * 5_000 + "2", "400 ")],
)
def test_a_body_has_a_length(way: str, chat: Path, length: str | None, status: str) -> None:
    """Where the web server does not say where it ends, or says no number."""
    from werkzeug.test import EnvironBuilder, run_wsgi_app

    _, app = WAYS[way](chat)
    environ = EnvironBuilder("/asyncapi/judge", "http://localhost", method="POST").get_environ()
    environ.update(REMOTE_ADDR="127.0.0.1", CONTENT_TYPE="application/json")
    environ.pop("CONTENT_LENGTH", None)
    if length is not None:
        environ["CONTENT_LENGTH"] = length
    assert run_wsgi_app(app, environ)[1].startswith(status)


# -- mounts ----------------------------------------------------------------------------------------


def test_below_a_prefix_of_the_web_server(chat: Path) -> None:
    """WSGI's own, and a relative redirect leads to the right place."""
    from werkzeug.middleware.dispatcher import DispatcherMiddleware
    from werkzeug.test import Client as TestClient

    for way in ("flask", "wsgi"):
        _, app = WAYS[way](chat)
        client = TestClient(DispatcherMiddleware(flask.Flask(__name__), {"/shop": app}))
        answer = client.get("/shop/asyncapi")
        assert answer.status_code == 308
        moved = urljoin("http://localhost/shop/asyncapi", answer.headers["Location"])
        assert moved == "http://localhost/shop/asyncapi/"
        assert client.get("/shop/asyncapi/").status_code == 200
        assert client.get("/asyncapi/").status_code == 404


def test_mounted_in_fastapi(net: Any, chat: Path) -> None:
    """And around it: lifespan, routes and WebSockets pass."""
    began: list[str] = []

    async def lifespan(_app: Any) -> Any:
        began.append("lifespan")
        yield

    server = pysocketio.AsyncServer(async_mode="asgi")
    guard = AsyncAPIGuard(chat, docs="/asyncapi")
    guard.protect(server)
    inner = guard.asgi(pysocketio.ASGIApp(server, socketio_path="/ws/socket.io"))
    app = fastapi.FastAPI(lifespan=lifespan)

    @app.get("/own")
    async def own() -> str:
        return "own"

    app.mount("/ws", inner)
    outer = guard.asgi(app)
    url = net.also_serve(Uvicorn(outer, lifespan="on")).url
    assert began == ["lifespan"]
    assert ask(f"{url}/own").json == "own"
    for root in (f"{url}/asyncapi", f"{url}/ws/asyncapi"):
        assert ask(f"{root}/asyncapi.yml").body == chat.read_bytes()
        assert judge(root, SAY).status == 200
    assert ask(f"{url}/ws/asyncapi").headers["Location"] == "asyncapi/"
    assert b'data-socketio="../socket.io/"' in ask(f"{url}/ws/asyncapi/try").body
    client: Client = net.client(url, auth={"token": "x"}, socketio_path="/ws/socket.io")
    assert client.ask("say", {"text": "too long"})[0]["error"]["code"]


@pytest.mark.parametrize("root_path", ["/api", "/api/"])
def test_behind_a_proxy_with_a_prefix(net: Any, chat: Path, root_path: str) -> None:
    """`--root-path` of uvicorn, which is a part of the path or not."""
    _, app = on_asgi(chat)
    url = net.also_serve(Uvicorn(app, root_path=root_path.rstrip("/"))).url
    assert ask(f"{url}/asyncapi/").status == 200


def test_socketio_has_another_path(chat: Path) -> None:
    """Which is the server's, or Flask-SocketIO's."""
    app = flask.Flask(__name__)
    guard = AsyncAPIGuard(chat, docs="/about/chat")
    guard.init_app(app, SocketIO(app, async_mode="threading", path="/own/io"))
    assert b'data-socketio="../../own/io/"' in app.test_client().get("/about/chat/try").data


# -- Flask -----------------------------------------------------------------------------------------


def test_flask_has_its_session_and_its_hooks_around_it(chat: Path) -> None:
    """A hook that reads the body first takes nothing away."""

    def docs_auth(request: Any) -> bool:
        return flask.session.get("user") == request.args["u"]

    def read_first() -> None:
        flask.request.get_data()

    _, app = on_flask(chat, docs_auth=docs_auth)
    app.secret_key = "tests"
    app.before_request(read_first)
    client = app.test_client()
    assert client.get("/asyncapi/?u=ada").status_code == 403
    with client.session_transaction() as session:
        session["user"] = "ada"
    assert client.get("/asyncapi/?u=ada").status_code == 200
    assert client.get("/asyncapi/?u=ben").status_code == 403
    answer = client.post("/asyncapi/judge?u=ada", json={"items": [SAY]})
    assert answer.get_json()["verdicts"][0]["verdict"] == "rejected"


def test_debug_mode_opens_the_judge(chat: Path) -> None:
    """As long as it is on."""
    _, app = on_flask(chat)
    client = app.test_client()
    elsewhere = {"REMOTE_ADDR": "192.0.2.1"}

    def asked() -> int:
        sent = {"json": {"items": [SAY]}, "environ_base": elsewhere}
        return int(client.post("/asyncapi/judge", **sent).status_code)

    assert asked() == 403
    app.debug = True
    assert asked() == 200


@pytest.mark.parametrize("hosts", [{}, {"host_matching": True, "static_host": "localhost"}])
def test_flask_dispatches_by_hosts(chat: Path, hosts: dict[str, Any]) -> None:
    """Or does not."""
    app = flask.Flask(__name__, **hosts)
    guard = AsyncAPIGuard(chat, docs="/asyncapi")
    guard.init_app(app, SocketIO(app, async_mode="threading"))
    assert app.test_client().get("/asyncapi/").status_code == 200


def test_it_comes_from_the_configuration(chat: Path) -> None:
    """Each application has its own."""
    guard = AsyncAPIGuard()
    apps = []
    for root in ("/one", "/two"):
        app = flask.Flask(__name__)
        app.config.update(
            ASYNCAPI_GUARD_SPEC=chat,
            ASYNCAPI_GUARD_DOCS=root,
            ASYNCAPI_GUARD_DOCS_AUTH=lambda _request: True,
            ASYNCAPI_GUARD_LIVE="true",
        )
        guard.init_app(app, SocketIO(app, async_mode="threading"))
        apps.append(app.test_client())
    assert [each.get("/one/live").status_code for each in apps] == [200, 404]
    assert [each.get("/two/live.json").status_code for each in apps] == [404, 200]


@pytest.mark.parametrize(
    ("key", "value"),
    [("DOCS", "asyncapi"), ("DOCS", 1), ("DOCS_AUTH", "me"), ("LIVE", "perhaps")],
)
def test_the_configuration_is_checked(chat: Path, key: str, value: Any) -> None:
    """By the name of its key."""
    app = flask.Flask(__name__)
    app.config.update({"ASYNCAPI_GUARD_SPEC": chat, f"ASYNCAPI_GUARD_{key}": value})
    with pytest.raises(InstallationError, match=f"ASYNCAPI_GUARD_{key}: "):
        AsyncAPIGuard().init_app(app, SocketIO(app, async_mode="threading"))


def test_another_server_takes_its_place(chat: Path, tmp_path: Path) -> None:
    """Of the same application, also after its first request; and no other path is added then."""
    app = flask.Flask(__name__)
    client = app.test_client()
    other = tmp_path / "other.yml"
    other.write_text(chat.read_text().replace("title: Chat", "title: Other"))
    for spec in (chat, other):
        guard = AsyncAPIGuard(spec, docs="/asyncapi")
        guard.init_app(app, SocketIO(app, async_mode="threading"))
        assert client.get("/asyncapi/asyncapi.yml").data == spec.read_bytes()
    late = AsyncAPIGuard(chat, docs="/late")
    socketio = SocketIO(app, async_mode="threading")
    with pytest.raises(InstallationError, match="after its first request"):
        late.init_app(app, socketio)
    assert not late.installed


def test_paths_that_look_alike_are_two(chat: Path) -> None:
    """Two guards of one application, each with its own routes."""
    app = flask.Flask(__name__)
    for root in ("/v1.1", "/v1_1"):
        guard = AsyncAPIGuard(chat, docs=root)
        guard.init_app(app, SocketIO(app, async_mode="threading"))
    for root in ("/v1.1", "/v1_1"):
        assert app.test_client().get(f"{root}/").status_code == 200


@pytest.mark.parametrize(
    "rule",
    ["/asyncapi", "/asyncapi/", "/asyncapi.json", "/asyncapi/try", "/asyncapi/static/<path:name>"],
)
def test_routes_of_the_application_are_not_hidden(chat: Path, rule: str) -> None:
    """Nor do they hide the console."""
    app = flask.Flask(__name__)
    app.add_url_rule(rule, "own", lambda: "own")
    guard = AsyncAPIGuard(chat, docs="/asyncapi")
    with pytest.raises(InstallationError, match=f"already has the route '{rule}'"):
        guard.init_app(app, SocketIO(app, async_mode="threading"))
    assert not guard.installed


@pytest.mark.parametrize("route", ["/asyncapi", "/asyncapi.yml", "/asyncapi/{name}"])
def test_no_route_behind_the_console_is_hidden(chat: Path, route: str) -> None:
    """Where the application tells its routes: FastAPI, Flask, static files, mounts."""
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    server, asyncio_server = (
        pysocketio.Server(async_mode="threading"),
        pysocketio.AsyncServer(async_mode="asgi"),
    )
    api = fastapi.FastAPI()
    api.get(route)(lambda: None)
    mounting = fastapi.FastAPI()
    mounting.mount(route, api)
    app = flask.Flask(__name__)
    app.add_url_rule(route.replace("{name}", "<name>"), "own", lambda: "own")
    guard = AsyncAPIGuard(chat, docs="/asyncapi")
    for hidden in (
        pysocketio.ASGIApp(asyncio_server, api),
        pysocketio.ASGIApp(asyncio_server, static_files={route: __file__}),
        api,
        mounting,
    ):
        with pytest.raises(InstallationError, match="has the route '/asyncapi"):
            guard.asgi(hidden)
    for hidden in (
        pysocketio.WSGIApp(server, app),
        DispatcherMiddleware(app, {}),
        DispatcherMiddleware(lambda *_: [], {route: app}),
    ):
        with pytest.raises(InstallationError, match="has the route '/asyncapi"):
            guard.wsgi(hidden)
    own = flask.Flask(__name__)
    guard.init_app(own, SocketIO(own, async_mode="threading"))
    assert guard.wsgi(own) is not None
    other = AsyncAPIGuard(chat, docs="/other")
    assert other.asgi(api) is not None
    assert other.wsgi(app) is not None


@pytest.mark.parametrize("way", ["flask", "wsgi", "asgi"])
@pytest.mark.parametrize(
    ("docs", "root"),
    [
        ("/\u00fc", "/%C3%BC"),
        ("/u\u0308/\u6587/", "/%C3%BC/%E6%96%87"),
        ("/v1.2/a_b~c-/", "/v1.2/a_b~c-"),
    ],
)
def test_paths_in_every_script(net: Any, chat: Path, way: str, docs: str, root: str) -> None:
    """As browsers send them; a slash at the end makes no difference."""
    site = Site(way, net, chat, docs=docs)
    root = f"{site.url}{root}"
    moved = ask(root)
    assert urljoin(root, moved.headers["Location"]) == f"{root}/"
    assert ask(f"{root}/try").status == 200
    assert ask(f"{root}.yml").body == chat.read_bytes()
    assert judge(root, SAY).json["verdicts"][0]["verdict"] == "rejected"


# -- code first ------------------------------------------------------------------------------------


def test_handlers_that_come_later_are_in_it() -> None:
    """The document is made when somebody looks."""
    app = flask.Flask(__name__)
    io = AsyncAPISocketIO(app, async_mode="threading", docs="/asyncapi", typed=True, title="T")
    client = app.test_client()
    assert b"first" not in client.get("/asyncapi/asyncapi.yml").data

    @io.on("first")
    def a_handler_of_mine(number: int) -> str:
        raise NotImplementedError

    assert b"first" in client.get("/asyncapi/asyncapi.yml").data
    item = {"namespace": "/", "event": "first", "args": ["x"]}
    answer = client.post("/asyncapi/judge", json={"items": [item]})
    (problem,) = answer.get_json()["verdicts"][0]["problems"]
    hit = next(
        each["text"]
        for each in problem["clause"]["lines"]
        if each["number"] == problem["clause"]["line"]
    )
    assert hit.strip() == "type: integer"
    assert hit in client.get("/asyncapi/asyncapi.yml").get_data(as_text=True).splitlines()
    shown = [client.get(f"/asyncapi/{each}").data for each in ("", "try", "asyncapi.json")]
    assert not [text for text in (*shown, answer.data) if b"a_handler_of_mine" in text]


def test_a_handler_of_all_events_is_in_no_document() -> None:
    """What its types reject has no line, also where the document has an event of that name."""
    app = flask.Flask(__name__)
    io = AsyncAPISocketIO(app, async_mode="threading", docs="/asyncapi", typed=True)

    @io.on("*")
    def everything(event: str, number: int) -> None:
        raise NotImplementedError

    @io.on("event")
    def one(text: str) -> None:
        raise NotImplementedError

    items = [{"namespace": "/", "event": name, "args": [[]]} for name in ("other", "event")]
    answer = app.test_client().post("/asyncapi/judge", json={"items": items})
    other, known = (each["problems"][0] for each in answer.get_json()["verdicts"])
    assert (other["keyword"], other["pointer"], other["clause"]) == ("type", "", None)
    assert (known["keyword"], known["clause"] is None) == ("type", False)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"validate": False}, "validate is False"), ({"generate_docs": False}, "generate_docs")],
)
def test_a_drop_in_without_a_document_or_a_guard_has_no_console(
    options: dict[str, Any], message: str
) -> None:
    """And says so."""
    app = flask.Flask(__name__)
    with pytest.raises(InstallationError, match=message):
        AsyncAPISocketIO(app, async_mode="threading", docs="/asyncapi", **options)
    with pytest.raises(InstallationError, match=message):
        AsyncAPIServer(async_mode="threading", docs="/asyncapi", **options)


# -- what is not in force --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"docs": "/asyncapi", "live": True}, "pass docs_auth="),
        ({"live": True, "docs_auth": bool}, "live= has no effect without the console"),
        ({"docs_auth": bool}, "docs_auth= has no effect without the console"),
    ],
)
def test_options_that_do_not_go_together(chat: Path, options: dict[str, Any], message: str) -> None:
    """One of them would do nothing, or show the traffic to everybody."""
    with pytest.raises(InstallationError, match=message):
        AsyncAPIGuard(chat, **options)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"docs": True}, TypeError),
        ({"docs": "/"}, ValueError),
        ({"docs": "asyncapi"}, ValueError),
        ({"docs": "/a//b"}, ValueError),
        ({"docs": "/a/../b"}, ValueError),
        ({"docs": "/a b"}, ValueError),
        ({"docs": "/\u202ea"}, ValueError),
        ({"docs": "/%C3%BC"}, ValueError),
        ({"docs": "/\ud800"}, ValueError),
        ({"docs": "//evil.example"}, ValueError),
        ({"docs": "/<path:x>"}, ValueError),
        ({"docs": "/a", "docs_auth": True}, TypeError),
        ({"docs": "/a", "docs_auth": bool, "live": 1}, TypeError),
    ],
)
def test_options_of_another_kind(
    chat: Path, options: dict[str, Any], error: type[Exception]
) -> None:
    """As all options of the guard."""
    with pytest.raises(error):
        AsyncAPIGuard(chat, **options)


@pytest.mark.parametrize("docs", [None, False, ""])
def test_it_is_off_unless_it_is_asked_for(chat: Path, docs: Any) -> None:
    """Neither routes nor entrances."""
    app = flask.Flask(__name__)
    guard = AsyncAPIGuard(chat, docs=docs)
    guard.init_app(app, SocketIO(app, async_mode="threading"))
    assert app.test_client().get("/asyncapi/").status_code == 404
    for entrance in (guard.wsgi, guard.asgi):
        with pytest.raises(InstallationError, match="the guard has no console"):
            entrance(app)


def test_a_contract_has_no_text(chat: Path) -> None:
    """So there is nothing to show."""
    from asyncapi_guard import load

    with pytest.raises(InstallationError, match="pass its path"):
        AsyncAPIGuard(load(chat), docs="/asyncapi")


def test_it_does_not_hide_socketio(chat: Path) -> None:
    """The requests of clients would come to the console."""
    server = pysocketio.Server(async_mode="threading")
    guard = AsyncAPIGuard(chat, docs="/socket.io")
    guard.protect(server)
    with pytest.raises(InstallationError, match=r"is the path of Socket\.IO"):
        guard.wsgi(pysocketio.WSGIApp(server))
    with pytest.raises(InstallationError, match=r"is the path of Socket\.IO"):
        on_flask_at(chat, "/socket.io")


def on_flask_at(spec: Any, root: str) -> None:
    app = flask.Flask(__name__)
    AsyncAPIGuard(spec, docs=root).init_app(app, SocketIO(app, async_mode="threading"))


def test_a_console_that_nothing_serves_is_in_the_log(
    net: Any, chat: Path, lines: queue.Queue[str]
) -> None:
    """When the first client comes; and that of a client at once."""
    AsyncAPIGuard(chat, docs="/asyncapi").protect(pysocketio.Client())
    assert lines.get(timeout=PATIENCE) == "docs=: ignored, because only a server serves the console"
    server = pysocketio.Server(async_mode="threading")
    AsyncAPIGuard(chat, docs="/asyncapi").protect(server)
    net.client(net.serve(pysocketio.WSGIApp(server)), auth={"token": "x"})
    expected = "docs='/asyncapi' has no effect, because nothing serves the console; wrap"
    while not lines.get(timeout=PATIENCE).startswith(expected):
        pass


@pytest.fixture
def lines() -> Iterator[queue.Queue[str]]:
    """What is logged."""
    found: queue.Queue[str] = queue.Queue()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.put(record.getMessage())

    handler = Handler()
    logging.getLogger("asyncapi_guard").addHandler(handler)
    yield found
    logging.getLogger("asyncapi_guard").removeHandler(handler)


@pytest.mark.parametrize("kind", [AsyncAPIClient, AsyncAPIAsyncClient])
@pytest.mark.parametrize("option", ["docs", "docs_auth", "live"])
def test_clients_have_no_console(kind: Any, option: str) -> None:
    """Nor its options."""
    with pytest.raises(TypeError, match=f"has no option '{option}'"):
        kind(**{option: None})


def test_an_event_loop_goes_on_while_a_page_is_made(net: Any, chat: Path) -> None:
    """A page of a large document takes a while."""
    made, asked = threading.Event(), threading.Event()

    class Slow(FileDocument):
        def edition(self) -> Edition:
            asked.set()
            assert made.wait(PATIENCE)
            return super().edition()

    own = fastapi.FastAPI()
    app = ConsoleASGI(own, Console(Slow(chat)), "/asyncapi", Gate(None))
    url = net.also_serve(Uvicorn(app)).url
    with ThreadPoolExecutor() as threads:
        page = threads.submit(ask, f"{url}/asyncapi/")
        assert asked.wait(PATIENCE)
        assert ask(f"{url}/openapi.json").status == 200
        made.set()
        assert page.result(PATIENCE).status == 200
