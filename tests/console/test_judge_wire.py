"""The judge, asked by whoever can write bytes to a socket."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PATIENCE
from entrances import SAY, WAYS, Site
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "open-sesame"
MOST = 256 * 1024
ENTRANCES = ("flask", "wsgi", "asgi")
entrances = pytest.mark.parametrize("way", ENTRANCES)
BATCH = json.dumps({"items": [SAY]}).encode()


def exchange(connection: socket.socket, *parts: bytes) -> tuple[int, bytes]:
    """Write bytes, and read the response; some of them can come too late for the server."""
    connection.settimeout(PATIENCE)
    try:
        for part in parts:
            connection.sendall(part)
    except OSError:
        pass  # it has answered, and reads no more
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.read()


def request(
    site: Site, *body: bytes, headers: dict[str, str], target: str = "/asyncapi/judge"
) -> tuple[int, bytes]:
    """Send a request as it is; `Host` and `Content-Type` are those of the console's own pages."""
    sent = {"Host": "localhost", "Content-Type": "application/json", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    host, _, port = site.url.removeprefix("http://").partition(":")
    parts = (f"POST {target} HTTP/1.1\r\n{head}\r\n".encode(), *body)
    for left in reversed(range(20)):
        with socket.create_connection((host, int(port))) as connection:
            try:
                return exchange(connection, *parts)
            except ConnectionResetError:
                # A server that closes before it has read all takes its answer back with it.
                if not left:
                    raise
    raise AssertionError


def sized(body: bytes) -> dict[str, str]:
    return {"Content-Length": str(len(body))}


def chunks(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        part = body[start : start + size]
        yield b"%x\r\n%b\r\n" % (len(part), part)
    yield b"0\r\n\r\n"


@entrances
def test_a_body_ends_at_256_kilobytes(way: str, net: Any, chat: Path) -> None:
    """Of its length, or of its chunks, however small: not a byte more."""
    site = Site(way, net, chat)
    whole = BATCH + b" " * (MOST - len(BATCH))
    chunked = {"Transfer-Encoding": "chunked"}
    assert request(site, whole, headers=sized(whole))[0] == 200
    assert request(site, *chunks(whole, 50_000), headers=chunked)[0] == 200
    more = whole + b" "
    assert request(site, more, headers=sized(more))[0] == 413
    assert request(site, *chunks(more, 50_000), headers=chunked)[0] == 413


@entrances
def test_a_length_that_lies_smuggles_nothing(way: str, net: Any, chat: Path) -> None:
    """What is beyond it is not read as a part of the batch."""
    site = Site(way, net, chat)
    status, body = request(site, BATCH, headers={"Content-Length": str(len(BATCH) - 1)})
    assert (status, json.loads(body)) == (400, {"error": "the body is not JSON"})
    for lie in ("-1", "1e3", "+5", "0x10", "5, 6"):
        assert request(site, BATCH, headers={"Content-Length": lie})[0] in (400, 413)


BODIES: dict[str, bytes] = {
    "constants": b'{"items": [{"namespace": "/", "event": "say", "args": [NaN, "%b"]}]}',
    "no JSON": b'{"items": [{"namespace": "/", "event": "say", "args": ["%b"',
    "twice": b'{"items": [{"namespace": "/", "event": "say", "args": [{"a": "%b", "a": 1}]}]}',
    "a name": b'{"items": [{"namespace": 1, "event": "%b", "args": []}]}',
    "bytes": b'{"items": [{"namespace": "/", "event": "say", "args": [{"$bytes": "%b?"}]}]}',
    "auth": b'{"items": [{"namespace": "/", "auth": {"token": {"$bytes": "%b?"}}}]}',
    "deep": b'{"items": [{"namespace": "/", "event": "say", "args": ["%b", '
    + b"[" * 90_000
    + b"]" * 90_000
    + b"]}]}",
    "no text": b'\xff\xfe{"items": "%b"}',
}


@pytest.mark.crossed
@entrances
@pytest.mark.parametrize("kind", BODIES)
def test_what_is_no_batch_is_in_no_log(
    way: str, net: Any, chat: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is answered with 400, and the response has no value of it."""
    caplog.set_level("DEBUG", "asyncapi_guard")
    site = Site(way, net, chat)
    body = BODIES[kind].replace(b"%b", SECRET.encode())
    status, answer = request(site, body, headers=sized(body))
    assert (status, SECRET.encode() in answer) == (400, False)
    assert SECRET not in caplog.text


@entrances
def test_verdicts_have_no_values(
    way: str, net: Any, chat: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor has the log."""
    caplog.set_level("DEBUG", "asyncapi_guard")
    site = Site(way, net, chat)
    value = f"{SECRET}{SECRET}"
    items = [
        {"namespace": "/", "event": "say", "args": [{"text": value, "token": value}]},
        {"namespace": "/", "event": "said", "direction": "to-client", "args": [{"a": value}]},
        {"namespace": "/", "event": "say", "ack": [value]},
        {"namespace": "/", "auth": {"token": [value]}},
        {"namespace": "/", "auth": value, "query": f"token={value}"},
    ]
    body = json.dumps({"items": items}).encode()
    status, answer = request(site, body, headers=sized(body))
    assert status == 200
    assert {each["verdict"] for each in json.loads(answer)["verdicts"]} == {"rejected"}
    assert SECRET.encode() not in answer
    assert SECRET not in caplog.text


@pytest.mark.crossed
@entrances
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=application/json"}, 415),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Referer": "http://evil.example/"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"X-Forwarded-For": "127.0.0.1"}, 403),
        ({"x-forwarded-for": "::1", "X-Forwarded-Host": "localhost"}, 403),
        ({"Forwarded": "for=127.0.0.1;host=localhost"}, 403),
        ({"X-Real-IP": "127.0.0.1"}, 403),
    ],
)
def test_who_may_ask(way: str, net: Any, chat: Path, headers: dict[str, str], status: int) -> None:
    """This machine, for a page of the same origin, and nobody through a proxy."""
    site = Site(way, net, chat)
    assert request(site, BATCH, headers={**sized(BATCH), **headers})[0] == status


def test_a_proxy_fix_makes_nobody_local(chat: Path) -> None:
    """What Werkzeug and uvicorn make of what a client says of itself."""
    from werkzeug.middleware.proxy_fix import ProxyFix
    from werkzeug.test import Client

    _, app = WAYS["flask"](chat)
    app.wsgi_app = ProxyFix(app.wsgi_app)
    sent = {"X-Forwarded-For": "127.0.0.1", "Content-Type": "application/json"}
    answer = Client(app).post(
        "/asyncapi/judge", "http://localhost", data=BATCH, headers=sent,
        environ_base={"REMOTE_ADDR": "192.0.2.1"},
    )  # fmt: skip
    assert answer.status_code == 403


@pytest.mark.parametrize("way", ["flask", "asgi"])
@pytest.mark.parametrize("private", [False, True])
def test_the_other_end_of_a_unix_socket_is_a_proxy(
    way: str, chat: Path, tmp_path: Path, private: bool
) -> None:
    """As far as anybody knows, so it asks nothing without `docs_auth`."""
    options = {"docs_auth": lambda _request: True} if private else {}
    _, app = WAYS[way](chat, **options)
    path = str(tmp_path / "s")
    head = f"POST /asyncapi/judge HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BATCH)}\r\n"
    sent = f"{head}Content-Type: application/json\r\n\r\n".encode() + BATCH
    expected = 200 if private else 403
    if way == "flask":
        server = make_server(f"unix://{path}", 0, app)
        thread = threading.Thread(target=server.handle_request, daemon=True)
        thread.start()
        assert over(path, sent) == expected
        thread.join(PATIENCE)
        server.server_close()
        return
    asyncio.run(under_uvicorn(app, path, sent, expected))


def over(path: str, sent: bytes) -> int:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        return exchange(connection, sent)[0]


async def under_uvicorn(app: Any, path: str, sent: bytes, expected: int) -> None:
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, uds=path, log_config=None, lifespan="off"))
    serving = asyncio.ensure_future(server._serve())
    while not server.started:  # noqa: ASYNC110  # it has no event for that
        await asyncio.sleep(0.01)
    assert await asyncio.to_thread(over, path, sent) == expected
    server.should_exit = True
    await serving


@pytest.mark.parametrize("way", ["flask", "wsgi"])
def test_ipv6_has_a_loopback_too(way: str, chat: Path) -> None:
    """Under its own name, or as IPv4 is mapped into it."""
    _, app = WAYS[way](chat)
    server = make_server("::1", 0, app)
    thread = threading.Thread(target=server.handle_request, daemon=True)
    thread.start()
    with socket.create_connection(("::1", server.port)) as connection:
        head = f"Host: [::1]:{server.port}\r\nContent-Length: {len(BATCH)}\r\n"
        sent = f"POST /asyncapi/judge HTTP/1.1\r\n{head}Content-Type: application/json\r\n\r\n"
        assert exchange(connection, sent.encode() + BATCH)[0] == 200
    thread.join(PATIENCE)
    server.server_close()
