"""What is secret is taken out of lines, whoever writes them, and nothing else."""

from __future__ import annotations

import gc
import json
import logging
import logging.config
import pickle
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import socketio as pysocketio
from flask import Flask
from flask_socketio import SocketIO
from hypothesis import given
from hypothesis import strategies as st
from security_stage import CANARY, GOOD, document
from uvicorn.logging import AccessFormatter

from asyncapi_guard import AsyncAPIGuard, AsyncAPIServer, Policy
from asyncapi_guard.contract import SecurityScheme
from asyncapi_guard.integrations.recording.redacting import mark, quiet
from asyncapi_guard.integrations.recording.secrets import Secrets

#: The name of an event, which may be written in six times as many letters.
LONG = "renew" * 20
SECRETS = Secrets.of(
    [
        SecurityScheme("b", "http", "bearer"),
        SecurityScheme("h", "httpApiKey", place="header", parameter="X_Key"),
        SecurityScheme("q", "httpApiKey", place="query", parameter="key"),
    ],
    events=["renew", 'a\\"b', LONG],
)
ANYWHERE = Secrets.of([SecurityScheme("x", "X509")])


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        (
            's: Received packet MESSAGE data 0/b,{"token":"C"}',
            "s: Received packet MESSAGE data 0/b,***",
        ),
        ('0{"t":"C"}', "0***"),
        ('012/a b,3{\n"t":"C"}', "012/a b,***"),
        ("0/a,C", "0/a,***"),
        ('2["renewed","eyJhbGci.eyJzdWIi.c2ln-_"]', '2["renewed","***"]'),
        ('< TEXT \'40/b,{"token": "C......C"}\' [99 bytes]', "< TEXT '40/b,***"),
        ('2/b,5["renew","C"]', '2/b,5["renew",***'),
        ('2["\\u0072enew",{"x":"C"}]', '2["\\u0072enew",***'),
        (r"""< TEXT '42["\\u0072enew","C"]' [9 bytes]""", r"""< TEXT '42["\\u0072enew",***"""),
        (r"""b'42[\n "renew"\t ,"C"]""", r"""b'42[\n "renew"\t ,***"""),
        (r"""'2["a\\\"b","C"]""", r"""'2["a\\\"b",***"""),
        (f'2["{"".join(f"{chr(92)}u{ord(c):04x}" for c in LONG)}","C"]', None),
        ("> Authorization: Bearer C", "> Authorization: ***"),
        ("< x-key: C", "< x-key: ***"),
        ("GET / HTTP/1.1\r\nCookie: a=C\r\nHost: h", "GET / HTTP/1.1\r\nCookie: ***\nHost: h"),
        ('"GET /s/?EIO=4&key=C&t=1 HTTP/1.1" 200', '"GET /s/?EIO=4&key=***&t=1 HTTP/1.1" 200'),
        ('"WebSocket /s/?k%65y=C" [accepted]', '"WebSocket /s/?k%65y=***" [accepted]'),
        ("{'token': 'C', 'a': 1}", "{'token': '***', 'a': 1}"),
        ('{"password":7,"a":1}', '{"password":***,"a":1}'),
        ('{"token":{"token":"C"}}', '{"token":***'),
        (r'"{\"token\":\"C\",\"a\":1}"', r'"{\"token\":\"***\",\"a\":1}"'),
        (r'"{\"token\":\"C\\\"C\",\"a\":1}"', r'"{\"token\":\"***'),
        (r"""(b'cookie', b"'C\\"), (b'x-key', b'C')""", """(b'cookie', "***"""),
        ("[(b'authorization', b'Bearer C')]", "[(b'authorization', '***')]"),
        ("BINARY 84 a4 74 79 70 65 00 a4 ... 6e 73 [52 bytes]", "BINARY ***[52 bytes]"),
        (
            r"opcode=2 data=b'\x84\xa4type\x00\xa4data\x81\xa5token\xa1C'",
            r"opcode=2 data=b'\x84***",
        ),
    ],
)
def test_what_is_secret_is_taken_out(line: str, clean: str | None) -> None:
    """In the forms of those who write it; and what is clean stays."""
    clean = clean or line.replace('"C"]', "***")
    assert SECRETS.redact(line) == clean
    assert SECRETS.redact(clean) == clean


@pytest.mark.parametrize(
    "line",
    [
        's: Sending packet MESSAGE data 0/b,{"sid":"a-_B"}',
        '> TEXT \'40/b,{"sid":"a-_B"}\' [40 bytes]',
        'emitting event "x" to 0 [/]',
        '"GET /s/?EIO=4&t=0 HTTP/1.0" 200',
        'received event "token" from a [/]',
        '2["token",{"a":1}]',
        '2["say \\\\ it \\u00e4",{"a":1}]',
        "0abcdEF_-z9: Received packet PONG data None",
        "rejected event 'say': /text: expected a string address=127.0.0.1",
        "http: 127.0.0.1",
    ],
)
def test_other_lines_stay(line: str) -> None:
    assert SECRETS.redact(line) == line
    assert ANYWHERE.redact(line) == line


def test_where_a_credential_may_be_anywhere() -> None:
    """All headers and parameters count that are no part of every request."""
    lines = "> x-cert: C\n> host: h", "/s/?EIO=4&sid=7&cert=C"
    assert [*map(ANYWHERE.redact, lines)] == [
        "> x-cert: ***\n> host: h",
        "/s/?EIO=4&sid=7&cert=***",
    ]


PARTS = st.text("ab '\"\\,:{}[]=&?/%+\n;<>\u00e4\u2028()0#.", max_size=8)
NAMED = st.sampled_from(["token", "password", "key", "authorization", "X-Key", "Cookie"])


def packet(text: str, name: str, around: str) -> str:
    return f"s: data 0/{around.replace(',', '')},{json.dumps({'a': around, name: text})}"


#: How others write what a client shows.
WRITTEN: dict[str, Any] = {
    "packet": packet,
    "packet in bytes": lambda *given: repr(packet(*given).encode()),
    "cut packet": lambda *given: f"< TEXT '4{packet(*given)[8:60]}...' [99 bytes]",
    "event": lambda text, _, around: f"2{json.dumps(['renew', around, text], ensure_ascii=False)}",
    "query": lambda text, *_: f'"GET /s/?EIO=4&key={quote(text)}&t=1 HTTP/1.1" 200',
    "plus": lambda text, *_: f"/s/?a=b&k%65y={quote_plus(text)}",
    "header": lambda text, *_: f"< x-key: {text.translate({10: 32, 0x2028: 32})}",
    "dictionary": lambda text, name, around: repr({"a": around, name: text, "b": around}),
    "json": lambda text, name, around: json.dumps({name: text, "b": around}),
    "json in json": lambda text, name, around: json.dumps(json.dumps({name: text, "b": around})),
    "python of json": lambda text, name, around: repr(json.dumps({name: text, "b": around})),
    "scope": lambda text, *_: repr([(b"authorization", text.encode()), (b"x-key", text.encode())]),
}


@pytest.mark.parametrize("way", WRITTEN)
@given(PARTS, PARTS, NAMED, PARTS)
def test_however_it_is_written(way: str, before: str, after: str, name: str, around: str) -> None:
    """Whatever the credential is made of, and whatever stands beside it."""
    clean = SECRETS.redact(WRITTEN[way](f"{before}{CANARY}{after}", name, around))
    assert CANARY not in clean
    assert "***" in clean


# -- loggers ---------------------------------------------------------------------------------------


class Kept(logging.Handler):
    """Keeps records, and what a formatter makes of them."""

    def __init__(self, formatter: logging.Formatter | None = None) -> None:
        super().__init__()
        self.setFormatter(formatter or logging.Formatter("%(message)s"))
        self.records: list[logging.LogRecord] = []
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.texts.append(self.format(record))


def guarded(spec: Any = None, on: Any = None, **options: Any) -> tuple[Any, AsyncAPIGuard]:
    """A guarded server, and its guard."""
    spec = document(["bearer", "query"]) if spec is None else spec
    verifiers = dict.fromkeys(spec["components"]["securitySchemes"], lambda *_: None)
    server = on or pysocketio.Server(async_mode="threading", **options)
    guard = AsyncAPIGuard(spec, security=verifiers if on is None else None)
    guard.protect(server)
    return server, guard


class Own(logging.Logger):
    """A logger that is in no hierarchy."""


@pytest.fixture
def logger() -> Any:
    """A logger of its own, at every level, whose handler keeps what comes."""
    made = Own("of an application", 1)
    made.addHandler(Kept())
    return made


PACKET = f'0/b,{{"token":"{GOOD}"}}'


@pytest.mark.parametrize("adapted", [False, True])
def test_a_logger_of_the_application(adapted: bool, logger: Any) -> None:
    """Whatever the level and the way of formatting, until the guard is taken away."""
    given = logging.LoggerAdapter(logging.LoggerAdapter(logger, {}), {}) if adapted else logger
    server, guard = guarded(logger=given, engineio_logger=given)
    logger.handlers[0].texts.clear()
    formatted = f"s: data {PACKET}"
    for level in (logging.DEBUG, logging.CRITICAL):
        server.eio.logger.log(level, "%s: data %s", "s", PACKET)
        server.logger.log(level, formatted)
    server.logger.log(logging.INFO, "key=%s", GOOD)
    assert set(logger.handlers[0].texts) == {"s: data 0/b,***", "key=***"}
    guard.uninstall()
    assert logger.filters == []
    server.logger.info(PACKET)
    assert logger.handlers[0].texts[-1] == PACKET


class Loguru:
    """Loguru's way: formats with braces, and finds exceptions by itself."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        self.level = 7

    def info(self, text: str, *args: Any, **more: Any) -> None:
        self.lines.append(text.format(*args) if args else text)

    error = info

    def exception(self, text: str) -> None:
        raise AssertionError


def test_a_logger_that_has_no_filters() -> None:
    """Something stands in front of it, until the guard is taken away."""
    given = Loguru()
    server, guard = guarded(logger=given, engineio_logger=given)
    given.lines.clear()
    formatted, braces = f"data {PACKET}", "data {}"
    server.eio.logger.info(braces, PACKET)
    server.logger.info(formatted)
    server.logger.info("%s %s", "0/b,", GOOD)
    try:
        error = RuntimeError(GOOD)
        mark(error, [GOOD])
        raise error
    except RuntimeError:
        server.eio.logger.exception("it failed")
    assert CANARY not in str(given.lines)
    assert given.lines[:2] == ["data 0/b,***"] * 2
    assert given.lines[3].endswith("RuntimeError: ***\n")
    assert server.logger.level == 7
    guard.uninstall()
    assert (server.logger, server.eio.logger) == (given, given)


def test_access_logs_keep_their_form() -> None:
    """Formatters and handlers find what they look for."""
    _, guard = guarded()
    kept = Kept(AccessFormatter("%(request_line)s %(status_code)s", use_colors=False))
    access, other = logging.getLogger("uvicorn.access"), logging.getLogger("gunicorn.access")
    plain = Kept()
    access.addHandler(kept)
    other.addHandler(plain)
    path = f"/s/?EIO=4&key={GOOD}"
    atoms = {"r": f"GET {path} HTTP/1.1", "{authorization}i": f"Bearer {GOOD}", "s": "200"}
    extra = {"request_header": {"Authorization": GOOD}, "first_request_line": path}
    try:
        access.error('%s - "%s %s HTTP/%s" %d', "1.2.3.4:5", "GET", path, "1.1", 200)
        other.error('%(r)s "%({authorization}i)s" %(s)s', atoms)
        other.error("aiohttp", extra=extra)
    finally:
        access.removeHandler(kept)
        other.removeHandler(plain)
        guard.uninstall()
    assert kept.texts == ["GET /s/?EIO=4&key=*** HTTP/1.1 200 OK"]
    assert plain.texts[0] == 'GET /s/?EIO=4&key=*** HTTP/1.1 "***" 200'
    assert CANARY not in str([vars(each) for each in plain.records])
    assert extra["request_header"] == {"Authorization": GOOD}  # what is whose


def test_an_exception_that_quotes_a_credential(logger: Any) -> None:
    """Nothing of it is left for handlers; any other stays as it is."""
    server, _ = guarded(logger=logger)
    for text in ("wrong: good c4n4ry, good%20c4n4ry, good+c4n4ry %s", "other"):
        try:
            try:
                raise KeyError(text)
            except KeyError as error:
                mark(error, ["good c4n4ry"])
                raise RuntimeError("it failed") from error
        except RuntimeError:
            server.logger.exception("it failed")
    *_, first, second = logger.handlers[0].records
    assert CANARY not in str(logger.handlers[0].texts)
    assert "KeyError" in logger.handlers[0].texts[-2]
    assert first.exc_info is None
    assert second.exc_info[0] is RuntimeError


@pytest.mark.parametrize(
    "name",
    [
        *("socketio", "socketio.server", "socketio.client", "engineio.server", "engineio.client"),
        *("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"),
        *("hypercorn.access", "hypercorn.error", "gunicorn.access", "gunicorn.error", "werkzeug"),
        *("aiohttp.access", "aiohttp.client", "aiohttp.server", "aiohttp.web"),
        *("tornado.access", "sanic.access", "websockets", "websockets.client"),
        *("websockets.server", "websocket", "urllib3.connectionpool", "asyncio"),
    ],
)
def test_whoever_logs_about_connections(name: str) -> None:
    """The servers and libraries that python-socketio runs on."""
    _, guard = guarded()
    kept = Kept()
    logger = logging.getLogger(name)
    logger.addHandler(kept)
    try:
        logger.critical("GET %s", f"/s/?EIO=4&key={GOOD}")
    finally:
        logger.removeHandler(kept)
        guard.uninstall()
    assert kept.texts == ["GET /s/?EIO=4&key=***"]


def test_an_access_log_keeps_its_arguments() -> None:
    """Its formatter takes them apart, even where the line as a whole shows more."""
    _, guard = guarded()
    kept = Kept()
    access = logging.getLogger("uvicorn.access")
    access.addHandler(kept)
    try:
        access.error("key=%s", GOOD)
    finally:
        access.removeHandler(kept)
        guard.uninstall()
    (record,) = kept.records
    assert isinstance(record.args, tuple)
    assert len(record.args) == 1


class Several(Exception):
    """As an `ExceptionGroup`, which Python 3.10 does not have."""

    def __init__(self, *exceptions: Exception) -> None:
        super().__init__("several")
        self.exceptions = exceptions


def test_an_exception_in_a_group_that_quotes_a_credential(logger: Any) -> None:
    """A traceback shows it with the group."""
    server, _ = guarded(logger=logger)
    inner = KeyError(f"wrong: {GOOD}")
    mark(inner, [GOOD])
    try:
        raise Several(ValueError("other"), inner)
    except Several:
        server.logger.exception("it failed")
    assert logger.handlers[0].records[-1].exc_info is None
    assert CANARY not in str(logger.handlers[0].texts)


def test_an_exception_that_nobody_logs() -> None:
    """It goes to standard error, without what the client showed."""
    error = RuntimeError(f"wrong: {GOOD}", 7)
    mark(error, [GOOD])
    quiet(error)
    assert error.args == ("wrong: ***", 7)


def test_no_client_hides_what_it_does(logger: Any, caplog: Any) -> None:
    """By names that look like packets: who it is stays in the line."""
    server, _ = guarded(logger=logger)
    for name in ('0/a,"', '"token":{', "\ncookie: ", "Cookie: ", " key=", '["renew",', "40{"):
        server.logger.info("received event %s from %s [%s]", name, "its-sid", "/")
        assert "its-sid [/]" in logger.handlers[0].texts[-1]
        logging.getLogger("asyncapi_guard").error("rejected event %r address=1.2.3.4", name)
        assert "address=1.2.3.4" in caplog.records[-1].getMessage()


def test_a_marked_exception_tells_nobody_else(logger: Any) -> None:
    """Whoever sends it to another process, or shows its attributes."""
    error = RuntimeError("it failed")
    mark(error, [GOOD])
    assert GOOD not in repr(vars(error))
    assert GOOD.encode() not in pickle.dumps(error)


@pytest.mark.parametrize(("shown", "left"), [("a", True), ("note", True), ("notes", False)])
def test_short_words_are_left(shown: str, left: bool) -> None:
    """A password that might be any word is not looked for in exceptions."""
    error = RuntimeError("a few notes")
    mark(error, [shown])
    quiet(error)
    assert (error.args == ("a few notes",)) is left


def test_a_line_that_cannot_be_looked_at_has_nothing(logger: Any) -> None:
    """But it is there."""
    server, _ = guarded(logger=logger)

    class Broken:
        def __str__(self) -> str:
            raise OSError(GOOD)

    server.logger.error("%s", Broken())
    assert logger.handlers[0].texts[-1] == "a line that could not be redacted: OSError"


# -- how long --------------------------------------------------------------------------------------


def filters() -> list[Any]:
    return list(logging.getLogger("engineio.server").filters)


def test_two_guards_share_it() -> None:
    """It is there until the last one goes; in front of the application's own filters."""
    spec = document(["query"])
    spec["components"]["securitySchemes"]["query"]["name"] = "shared"
    before = filters()
    guards = [guarded(spec)[1] for _ in range(2)]
    (added,) = set(filters()) - set(before)
    assert filters()[0] is added
    guards[0].uninstall()
    assert added in filters()
    guards[1].uninstall()
    assert filters() == before


def test_it_goes_with_its_server() -> None:
    """Though nobody took the guard away."""
    spec = document(["query"])
    spec["components"]["securitySchemes"]["query"]["name"] = "its-own"
    before = filters()
    made = [guarded(spec)]
    assert len(filters()) == len(before) + 1
    made.clear()
    gc.collect()
    assert set(filters()) <= set(before)


def test_it_survives_a_new_configuration() -> None:
    """Of logging, after the guard was installed."""
    _, guard = guarded()
    added = filters()[0]
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    logging.config.dictConfig(
        {"version": 1, "disable_existing_loggers": False, "loggers": {"engineio.server": {}}}
    )
    root.handlers[:], root.level = handlers, level
    assert filters()[0] is added
    guard.uninstall()


@pytest.mark.parametrize(
    "make",
    [
        lambda: guarded(document([])),
        lambda: AsyncAPIGuard(document(["bearer"]), policy=Policy(security="off")).protect(
            pysocketio.Server(async_mode="threading")
        ),
        lambda: AsyncAPIServer(async_mode="threading"),
    ],
)
def test_without_security_lines_stay(make: Any) -> None:
    """Where no document says what a credential is, and where the application cares for it."""
    before = filters()
    kept = make()
    assert filters() == before
    assert kept is None or kept


def test_a_drop_in_has_it_before_anything_is_registered() -> None:
    """Its security schemes are said at once."""
    before = filters()
    scheme = {"type": "httpApiKey", "in": "query", "name": "early"}
    made = AsyncAPIServer(async_mode="threading", security={"b": scheme})
    assert len(filters()) == len(before) + 1
    made.guard.uninstall()
    assert filters() == before


def test_an_application_of_flask_has_it() -> None:
    """As any other server."""
    spec = document(["query"])
    spec["components"]["securitySchemes"]["query"]["name"] = "of-flask"
    before, app = filters(), Flask("app")
    guard = AsyncAPIGuard(spec, security={"query": lambda *_: None})
    guard.init_app(app, SocketIO(app, async_mode="threading"))
    assert len(filters()) == len(before) + 1
    guard.uninstall()
    assert filters() == before


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
def test_a_client_keeps_its_own(kind: str, logger: Any) -> None:
    """In the lines of its own connection."""
    client = getattr(pysocketio, kind)(logger=logger, engineio_logger=logger)
    guarded(on=client)
    url = f"http://h/?key={GOOD}"
    client.eio.logger.info("Attempting connection to %s", url)
    client.eio.logger.info("Sending packet %s data %s", "MESSAGE", PACKET)
    assert CANARY not in str(logger.handlers[0].texts)
    assert len(logger.handlers[0].texts) == 2


def test_a_level_that_is_off_costs_nothing(logger: Any, monkeypatch: Any) -> None:
    """Nobody looks at what nobody writes."""
    server, _ = guarded(logger=logger)
    logger.handlers[0].texts.clear()
    logger.setLevel(logging.ERROR)
    monkeypatch.setattr(Secrets, "redact", lambda *_: 1 / 0)
    server.logger.info("%s", PACKET)
    assert logger.handlers[0].texts == []
