"""What the console answers, without a server."""

from __future__ import annotations

import gzip
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard.console.edition import Edition
from asyncapi_guard.console.exchange import MOST_BYTES, Request, Response
from asyncapi_guard.console.routes import Console
from asyncapi_guard.console.static_files import static_files
from asyncapi_guard.errors import Finding, UnreadableDocument
from asyncapi_guard.guard import Guard
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCAL = {"host": "localhost:5000"}


class Document:
    """A document that can be changed."""

    def __init__(self, spec: Any) -> None:
        self.use(spec)

    def use(self, spec: Any) -> None:
        documents = open_documents(spec)
        self.shown = Edition(Guard(compile_contract(documents, "auto")), documents)

    def edition(self) -> Edition:
        return self.shown


class Broken:
    """A document that cannot be shown."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def edition(self) -> Edition:
        raise self.error


@pytest.fixture
def document(chat: Path) -> Document:
    return Document(chat)


@pytest.fixture
def console(document: Document) -> Console:
    return Console(document)


def get(console: Console, path: str, method: str = "GET", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return console.respond(Request(method, path, "/asyncapi", "", {**LOCAL, **named}, "127.0.0.1"))


@pytest.mark.parametrize("path", ["/", "/try", "/asyncapi.yml", "/asyncapi.json", "/nothing", ""])
@pytest.mark.parametrize("private", [False, True])
def test_all_have_the_headers(document: Document, path: str, private: bool) -> None:  # a parameter
    """Errors and redirects as well as pages."""
    headers = get(Console(document, private=private), path).headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "object-src 'none'" in policy
    assert "connect-src 'self' ws://localhost:5000 wss://localhost:5000" in policy
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    if private:
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/try", "text/html; charset=utf-8"),
        ("/asyncapi.yml", "application/yaml"),
        ("/asyncapi.json", "application/json"),
        ("/static/socketio.js", "text/javascript; charset=utf-8"),
    ],
)
def test_browsers_keep_what_has_not_changed(console: Console, path: str, kind: str) -> None:
    """They ask whether it has."""
    response = get(console, path)
    assert (response.status, response.headers["Content-Type"]) == (200, kind)
    assert response.headers["Cache-Control"] == "private, no-cache"
    again = get(console, path, if_none_match=f'"other", W/{response.headers["ETag"]}')
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [("gzip, deflate, br", True), ("br, GZIP;q=0.5", True), ("gzip;q=0, br", False), ("", False)],
)
def test_browsers_get_files_compressed(console: Console, accepted: str, is_packed: bool) -> None:
    """If they take them so, and know one form from the other."""
    plain = get(console, "/static/try.js")
    response = get(console, "/static/try.js", accept_encoding=accepted)
    assert response.headers["Vary"] == "Accept-Encoding"
    assert (response.headers.get("Content-Encoding") == "gzip") is is_packed
    assert (gzip.decompress(response.body) if is_packed else response.body) == plain.body
    assert (response.headers["ETag"] != plain.headers["ETag"]) is is_packed


@pytest.mark.parametrize(
    "host", ["", "a b", "evil; script-src *", "x\r\nSet-Cookie: a", "a'b", "x" * 300, "[::1]:80x"]
)
def test_no_host_writes_into_the_policy(console: Console, host: str) -> None:
    """It comes from the client."""
    policy = get(console, "/", host=host).headers["Content-Security-Policy"]
    assert "connect-src 'self';" in policy


def test_a_server_elsewhere_can_be_connected_to(document: Document) -> None:
    """By HTTP and by WebSocket, and no other."""
    console = Console(document, connect="https://me:secret@chat.example.com:8443/socket.io")
    policy = get(console, "/try").headers["Content-Security-Policy"]
    assert "https://chat.example.com:8443 wss://chat.example.com:8443;" in policy
    assert "secret" not in policy


@pytest.mark.parametrize("url", ["ftp://x", "localhost:5000", "http://", "http://a b", "//x", ""])
def test_a_server_elsewhere_has_a_url(document: Document, url: str) -> None:
    """Anything else would come to nothing, or change the policy."""
    with pytest.raises(ValueError, match="takes the URL of a server"):
        Console(document, connect=url)


@pytest.mark.parametrize(
    ("path", "location"), [("", "asyncapi/"), ("/try/", "../try"), ("/asyncapi.yml/", None)]
)
def test_links_of_pages_are_right(console: Console, path: str, location: str | None) -> None:
    """A page is only where its relative links lead to others."""
    response = get(console, path)
    assert response.status == 308
    assert response.headers["Location"] == (location or "../asyncapi.yml")


@pytest.mark.parametrize(
    "path",
    [
        "/live", "/live.json", "/static/", "/static", "/static/../pages.py", "/static//etc/passwd",
        "/static/%2e%2e/pages.py", "/static/..\\pages.py", "/static/socketio.js\0", "/../../etc/x",
        "//", "/.", "/try/..", "/static/" + "a" * 10_000, "/\ud800", "/judge.json", "/ASYNCAPI.yml",
    ],
)  # fmt: skip
def test_nothing_else_is_there(console: Console, path: str) -> None:
    """No path is looked for on the disk."""
    assert get(console, path).status == 404


def test_only_what_a_browser_needs_is_static() -> None:
    """Nothing of the package itself."""
    assert "socketio.js" in static_files()
    assert not [name for name in static_files() if name.endswith((".py", ".pyc", ".html"))]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/", "/asyncapi.yml", "/static/socketio.js"])
def test_pages_are_only_read(console: Console, method: str, path: str) -> None:
    """The response says how."""
    response = get(console, path, method)
    assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_the_judge_is_only_posted_to(console: Console, method: str) -> None:
    """A link or a picture asks nothing."""
    response = get(console, "/judge", method)
    assert (response.status, response.headers["Allow"]) == (405, "POST")


# -- the document ----------------------------------------------------------------------------------


def test_the_document_is_the_author_s_own(console: Console, chat: Path) -> None:
    """With its comments; as JSON it has the same data."""
    assert get(console, "/asyncapi.yml").body == chat.read_bytes()
    data = json.loads(get(console, "/asyncapi.json").body)
    assert data == open_documents(chat).main.data


def test_a_document_of_several_files_is_one(tmp_path: Path) -> None:
    """What it refers to is in it."""
    (tmp_path / "asyncapi.yml").write_text(
        "asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\nchannels:\n  c:\n    address: /\n"
        "    messages: {say: {payload: {$ref: 'types/text.yml'}}}\noperations:\n"
        "  r: {action: receive, channel: {$ref: '#/channels/c'}}\n"
    )
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "text.yml").write_text("type: string\nmaxLength: 3\n")
    document = Document(tmp_path / "asyncapi.yml")
    text = get(Console(document), "/asyncapi.yml").body.decode()
    assert "maxLength: 3" in text
    assert "types/text.yml" not in text
    rule = document.shown.guard.receive_event("/", "say", ["long"]).violation
    (problem,) = rule.problems
    assert document.shown.place(problem.schema) == ("types/text.yml", "/maxLength")
    assert document.shown.clause(problem.schema) == {
        "line": 2,
        "column": 1,
        "served": None,
        "lines": [
            {"number": 1, "text": "type: string"},
            {"number": 2, "text": "maxLength: 3"},
            {"number": 3, "text": ""},
        ],
    }


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("file:///srv/spec/types/text.yml", "types/text.yml"),
        ("file:///srv/common.yml", "../common.yml"),
        ("file:///home/me/secret/common.yml", "common.yml"),
        (
            "https://me:secret@schemas.example.com/a.yml?key=secret",
            "https://schemas.example.com/a.yml",
        ),
        ("mapping:", ""),
    ],
)
def test_other_files_are_named_as_references_write_them(uri: str, shown: str) -> None:
    """Without credentials, and without a path of this machine."""
    from asyncapi_guard.console.edition import relative_name

    assert relative_name(uri, "file:///srv/spec/asyncapi.yml") == shown


@pytest.mark.parametrize(
    ("kind", "file", "served"),
    [
        ("yml", "asyncapi.yml", "asyncapi.yml"),
        ("json", "asyncapi.json", "asyncapi.json"),
        ("yaml", "asyncapi.yaml", "asyncapi.yml"),
        ("data", "", "asyncapi.yml"),
    ],
)
def test_a_line_is_that_of_the_file_that_is_served(
    tmp_path: Path, chat: Path, kind: str, file: str, served: str
) -> None:
    """With its column, and the name of the file: data has none."""
    data = open_documents(chat).main.data
    path = tmp_path / "deep" / f"asyncapi.{kind}"
    path.parent.mkdir()
    path.write_text(json.dumps(data, indent=1) if kind == "json" else chat.read_text())
    document = Document(data if kind == "data" else path)
    item = {**SAY, "args": [{"text": "too long"}]}
    (problem,) = verdicts(Console(document), item)[0]["problems"]
    clause = problem["clause"]
    assert (problem["file"], clause["served"]) == (file, served)
    line = get(Console(document), f"/{served}").body.decode().splitlines()[clause["line"] - 1]
    assert line[clause["column"] - 1 :].strip('"').startswith("maxLength")


def test_a_document_in_json_stays_as_it_is(tmp_path: Path, chat: Path) -> None:
    """As YAML, it has the same data; of a long line, the part that decides is shown."""
    path = tmp_path / "asyncapi.json"
    path.write_text(json.dumps(open_documents(chat).main.data))
    document = Document(path)
    console = Console(document)
    assert get(console, "/asyncapi.json").body == path.read_bytes()
    assert b"title: Chat" in get(console, "/asyncapi.yml").body
    violation = document.shown.guard.receive_event("/", "say", [{"text": "too long"}]).violation
    clause = document.shown.clause(violation.problems[0].schema)
    (line,) = clause["lines"]
    assert '"maxLength": 5' in line["text"]
    assert len(line["text"]) < 210


def test_a_changed_document_is_shown_anew(console: Console, document: Document, chat: Path) -> None:
    """And the browser is told."""
    tag = get(console, "/").headers["ETag"]
    chat.write_text(chat.read_text().replace("title: Chat", "title: <Other>"))
    document.use(chat)
    response = get(console, "/", if_none_match=tag)
    assert response.status == 200
    assert b"&lt;Other&gt;" in response.body


@pytest.mark.parametrize("path", ["/", "/try", "/asyncapi.yml", "/asyncapi.json", "/judge"])
def test_a_request_has_one_document(document: Document, path: str) -> None:
    """Whatever takes its place meanwhile: it is asked for once."""
    asked: list[str] = []

    class Changing:
        def edition(self) -> Edition:
            asked.append(path)
            return document.edition()

    console = Console(Changing())
    items = [{**SAY, "args": [{"text": 1}]}, {**SAID, "args": [1]}]
    response = post(console, *items) if path == "/judge" else get(console, path)
    assert (response.status, asked) == (200, [path])


def test_a_document_that_cannot_be_used_is_in_the_log_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its findings name files."""
    finding = Finding("/home/me/asyncapi.yml", 3, 5, "", "cannot be read", "unreadable")
    with caplog.at_level(logging.ERROR):
        response = get(Console(Broken(UnreadableDocument(finding))), "/")
    assert (response.status, response.body) == (
        500,
        b"The document cannot be used; the log says why\n",
    )
    assert "/home/me/asyncapi.yml" in caplog.text


def test_an_error_is_in_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    """By its place. Its text can quote what was sent, and is nowhere."""
    response = get(Console(Broken(OSError("/home/me: secret"))), "/")
    assert (response.status, response.body) == (500, b"The console failed (OSError)\n")
    assert f"the console failed at '/': OSError in {__file__}, line " in caplog.text
    assert "secret" not in caplog.text


# -- the judge -------------------------------------------------------------------------------------


def post(
    console: Console, *items: Any, client: str | None = "127.0.0.1", raw: Any = None, **headers: str
) -> Response:
    body = raw if raw is not None else json.dumps({"items": items}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"content-type": "application/json", **LOCAL, **named}
    return console.respond(Request("POST", "/judge", "/asyncapi", "", sent, client, body=body))


def verdicts(console: Console, *items: Any) -> list[Any]:
    response = post(console, *items)
    assert response.status == 200, response.body
    return json.loads(response.body)["verdicts"]


SAY = {"namespace": "/", "event": "say"}
SAID = {"namespace": "/", "event": "said", "direction": "to-client"}


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        ({**SAY, "args": [{"text": "hi"}]}, "accepted"),
        ({**SAY, "args": [{"text": 1}]}, "rejected"),
        ({**SAY, "args": []}, "rejected"),
        ({**SAY, "ack": [True]}, "accepted"),
        ({**SAY, "ack": [1], "args": [{"text": "hi"}]}, "rejected"),
        ({**SAID, "args": ["hi"]}, "accepted"),
        ({**SAID, "args": [1]}, "rejected"),
        ({**SAID, "ack": [1]}, "accepted"),
        ({**SAID, "ack": ["1"]}, "rejected"),
        ({**SAY, "direction": "to-client", "args": ["hi"]}, "rejected"),
        ({"namespace": "/", "auth": {"token": "x"}}, "accepted"),
        ({"namespace": "/", "auth": {}}, "rejected"),
        ({"namespace": "/", "auth": None}, "rejected"),
        ({"namespace": "/none", "event": "say", "args": []}, "rejected"),
        ({"namespace": "/", "event": "calm", "args": [1]}, "reported"),
        ({"namespace": "/", "event": "quiet", "args": [1]}, "off"),
        ({"namespace": "/", "event": "file", "args": [{"$bytes": 100}]}, "accepted"),
        ({"namespace": "/", "event": "file", "args": [{"$bytes": 101}]}, "rejected"),
        ({"namespace": "/", "event": "file", "args": [{"$bytes": "aGk="}]}, "accepted"),
        ({"namespace": "/", "event": "file", "args": ["aGk="]}, "rejected"),
        ({**SAY, "args": [{"$bytes": 1}]}, "rejected"),
    ],
)
def test_the_guard_s_own_verdict(console: Console, item: Any, verdict: str) -> None:
    """On each thing that can be asked about."""
    assert [each["verdict"] for each in verdicts(console, item)] == [verdict]


def test_a_problem_has_its_line(console: Console, chat: Path) -> None:
    """Path, reason, keyword, pointer, and the lines around the one that decides."""
    (verdict,) = verdicts(console, {**SAY, "args": [{"text": "too long"}]})
    (problem,) = verdict.pop("problems")
    assert verdict == {
        "verdict": "rejected",
        "message": "say",
        "code": "request_validation_error",
        "reason": "the payload does not match the contract",
        "truncated": False,
        "suggestions": [],
    }
    clause = problem.pop("clause")
    pointer = "/channels/chat/messages/say/payload/properties/text/maxLength"
    assert problem == {
        "path": "/text",
        "reason": "is longer than 5 characters",
        "keyword": "maxLength",
        "file": "chat.yml",
        "pointer": pointer,
    }
    texts = chat.read_text().splitlines()
    line = clause["line"]
    assert texts[line - 1].strip() == "maxLength: 5"
    assert clause["column"] == texts[line - 1].index("maxLength") + 1
    assert clause["lines"] == [
        {"number": n, "text": texts[n - 1]} for n in range(line - 3, line + 4)
    ]


def test_near_names_are_suggested(console: Console) -> None:
    """For a slip in the name of an event."""
    (verdict,) = verdicts(console, {"namespace": "/", "event": "sya", "args": []})
    assert verdict["code"] == "undeclared_event"
    assert verdict["suggestions"] == ["say"]
    assert verdict["problems"][0]["clause"] is None


def test_whether_an_ack_is_asked_for_counts(chat: Path) -> None:
    """Where it is said, and the document requires one."""
    chat.write_text(
        chat.read_text().replace(
            "x-ack:\n          type: boolean", "x-ack: {args: true, required: true}"
        )
    )
    console = Console(Document(chat))
    item = {**SAY, "args": [{"text": "hi"}]}
    asked = [item, {**item, "ack_asked": True}, {**item, "ack_asked": False}]
    found = [each["verdict"] for each in verdicts(console, *asked)]
    assert found == ["accepted", "accepted", "rejected"]


def test_the_request_of_a_connection_is_validated(chat: Path) -> None:
    """Its query, and the headers that the browser sends."""
    text = chat.read_text()
    binding = """    bindings:
      ws:
        query: {type: object, required: [room], properties: {room: {maxLength: 3}}}
        headers: {type: object, required: [x-team]}
"""
    chat.write_text(text.replace("    address: /\n", f"    address: /\n{binding}"))
    console = Console(Document(chat))
    connect = {"namespace": "/", "auth": {"token": "x"}}
    items = [connect, *({**connect, "query": query} for query in ("room=a", "room=abcd", ""))]

    def found(**headers: str) -> list[str]:
        response = post(console, *items, **headers)
        return [each["verdict"] for each in json.loads(response.body)["verdicts"]]

    assert found(x_team="red") == ["accepted", "accepted", "rejected", "rejected"]
    assert found() == ["accepted", "rejected", "rejected", "rejected"]


def test_twenty_a_second_are_checked(document: Document) -> None:
    """Of each client; what comes faster says so."""
    from asyncapi_guard.console.judge import Judge
    from asyncapi_guard.console.rate_limit import RateLimit

    now = [0.0]
    console = Console(document, judge=Judge(RateLimit(20, lambda: now[0])), private=True)
    item = {**SAY, "args": [{"text": "hi"}]}

    def checked(client: str) -> list[int]:
        found = json.loads(post(console, *[item] * 15, client=client).body)["verdicts"]
        rest = [each for each in found if each["verdict"] != "accepted"]
        assert all(e == {"verdict": "not-checked", "reason": "more than 20 a second"} for e in rest)
        return [len(found) - len(rest), len(rest)]

    assert [checked("a"), checked("a"), checked("b")] == [[15, 0], [5, 10], [15, 0]]
    now[0] += 0.5
    assert checked("a") == [10, 5]
    now[0] += 100
    assert [checked("a"), checked("a")] == [[15, 0], [5, 10]]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        (None, "", False),
        ("a", "b", False),
    ],
)
def test_one_client_has_one_limit(first: str | None, second: str | None, same: bool) -> None:
    """Under each of its addresses."""
    from asyncapi_guard.console.rate_limit import network_of

    assert (network_of(first) == network_of(second)) is same


def test_many_threads_share_a_limit() -> None:
    """What is granted is granted once."""
    from concurrent.futures import ThreadPoolExecutor

    from asyncapi_guard.console.rate_limit import RateLimit

    limit = RateLimit(1_000, lambda: 0.0)
    with ThreadPoolExecutor(8) as threads:
        granted = list(threads.map(lambda _: limit.take("a", 3), range(1_000)))
    assert sum(granted) == 1_000


def test_values_of_any_depth_have_a_verdict(console: Console) -> None:
    """Or are no JSON that Python reads."""
    for depth in (*range(100, 1_100, 50), 5_000):
        for begin, end in ((b"[", b"]"), (b'{"a":', b"}")):
            deep = begin * depth + b"1" + end * depth
            raw = b'{"items": [{"namespace": "/", "event": "say", "args": [%b]}]}' % deep
            assert post(console, raw=raw).status in (200, 400)


def test_clients_that_are_told_apart_are_bounded() -> None:
    """The memory for them is."""
    from asyncapi_guard.console.rate_limit import RateLimit

    limit = RateLimit(20, lambda: 0.0)
    for number in range(3_000):
        limit.take(number, 1)
    assert len(limit._left) == 1_000


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"null", b'{"items": 1}', b'{"items": [1]}', b'{"items": [{}]}',
        b'{"items": [{"namespace": "/", "event": "say"}]}',
        b'{"items": [{"namespace": "/", "event": 1, "args": []}]}',
        b'{"items": [{"namespace": "/", "event": "say", "args": {}}]}',
        b'{"items": [{"namespace": "/", "event": "say", "args": [NaN]}]}',
        b'{"items": [{"namespace": "/", "event": "say", "args": [], "direction": "up"}]}',
        b'{"items": [{"namespace": "/", "event": "say", "args": [], "direction": []}]}',
        b'{"items": [{"namespace": "/", "event": "say", "args": [], "ack_asked": 1}]}',
        b'{"items": [{"namespace": "/", "event": "say", "args": [{"$bytes": "?"}]}]}',
        b'{"items": [{"namespace": "/", "event": "say", "args": [{"$bytes": -1}]}]}',
        b'{"items": [{"namespace": "/", "event": "say", "args": [{"$bytes": true}]}]}',
        b'{"items": [{"namespace": "/", "auth": {"$bytes": "?"}}]}',
        b'{"items": [{"namespace": "/", "auth": null, "query": 1}]}',
        b'{"items": [{"namespace": "/", "auth": null, "query": "%b"}]}' % (b"a=1&" * 256),
        b'{"items": [{"namespace": "/", "event": "say", "args": [' + b"[" * 100_000 + b"]}]}",
        b'{"items": [' + b",".join([b"{}"] * 101) + b"]}",
        b'{"items": [], "items": []}',
        b'{"items": [{"namespace": "/", "event": "say", "args": [{"a": {"b": 1, "b": 2}}]}]}',
        b'{"items": [{"namespace": "/", "namespace": "/x", "event": "say", "args": []}]}',
        b"\xff\xfe", b"1" * 5_000,
    ],
)  # fmt: skip
def test_a_body_that_is_something_else_is_400(console: Console, raw: bytes) -> None:
    """And says what is wrong."""
    response = post(console, raw=raw)
    assert response.status == 400
    assert json.loads(response.body)["error"]


def test_odd_values_are_validated_all_the_same(console: Console) -> None:
    """Half of a surrogate pair, what only looks like bytes, a number beyond all numbers."""
    items = [
        {**SAY, "args": [{"text": "\ud800"}]},
        {**SAY, "args": [{"$bytes": None}]},
        {**SAY, "args": [{"$bytes": 1, "text": "x"}]},
    ]
    assert [each["verdict"] for each in verdicts(console, *items)] == ["rejected"] * 3
    for odd in (b"[1e999]", b"[" * 500 + b"]" * 500, b'{"a":' * 500 + b"1" + b"}" * 500):
        raw = b'{"items": [{"namespace": "/", "event": "say", "args": [%b]}]}' % odd
        assert json.loads(post(console, raw=raw).body)["verdicts"][0]["verdict"] == "rejected"


def test_a_body_has_a_limit(console: Console) -> None:
    """Whatever the entrance says."""
    assert post(console, raw=b" " * (MOST_BYTES + 1)).status == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:5001"},
        {"origin": "http://localhost"},
        {"origin": "http://localhost:5000.evil.example"},
        {"origin": "http://localhost:port"},
        {"origin": "file://"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "", "origin": "http://localhost:5000"},
        {"referer": "http://evil.example/page"},
        {"referer": ""},
        {"origin": "http://evil.example", "referer": "http://localhost:5000/"},
        {"sec_fetch_site": "same-site", "origin": "http://localhost:5000"},
    ],
)
def test_no_other_origin_asks(document: Document, headers: dict[str, str]) -> None:
    """Nor does one that has no name, and `docs_auth` makes no difference."""
    for private in (False, True):
        assert post(Console(document, private=private), **headers).status == 403


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:5000", "localhost:5000"),
        ("https://Chat.example", "chat.example"),
        ("https://chat.example", "chat.example:443"),
        ("http://[::1]:80", "[::1]"),
    ],
)
def test_the_own_origin_asks(document: Document, origin: str, host: str) -> None:
    """Also behind a proxy that ends TLS."""
    response = post(Console(document, private=True), origin=origin, host=host)
    assert response.status == 200


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"]
)
def test_no_form_asks(console: Console, kind: str) -> None:
    """What any page of any site can post."""
    assert post(console, content_type=kind).status == 415


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("127.8.9.1", {"host": "127.0.0.1:80"}, 200),
        ("::1", {"host": "[::1]:5000"}, 200),
        ("::ffff:127.0.0.1", {"host": "chat.localhost"}, 200),
        ("192.0.2.1", {}, 403),
        ("", {}, 403),
        (None, {}, 403),
        ("unix", {}, 403),
        ("127.0.0.1", {"host": "rebound.example"}, 403),
        ("127.0.0.1", {"host": "localhost.evil.example"}, 403),
        ("127.0.0.1", {"host": ""}, 403),
        ("127.0.0.1", {"host": "[::1"}, 403),
        ("127.0.0.1", {"x_forwarded_for": "127.0.0.1"}, 403),
        ("127.0.0.1", {"forwarded": "for=1"}, 403),
        ("127.0.0.1", {"x_forwarded_proto": "https"}, 403),
        ("127.0.0.1", {"x_real_ip": "192.0.2.1"}, 403),
        ("127.0.0.1", {"via": "1.1 proxy"}, 403),
    ],
)
def test_only_this_machine_asks_without_docs_auth(
    document: Document, client: str | None, headers: dict[str, str], status: int
) -> None:
    """Or anybody in debug mode, and who `docs_auth` lets in."""
    assert post(Console(document), client=client, **headers).status == status
    assert post(Console(document, debug=lambda: True), client=client, **headers).status == 200
    assert post(Console(document, private=True), client=client, **headers).status == 200


def test_a_refusal_needs_no_body(console: Console) -> None:
    """It is not even read, and neither is that of what is not the judge."""
    sent = {"content-type": "application/json", **LOCAL}
    asks = Request("POST", "/judge", "/asyncapi", "", sent, "192.0.2.1")
    assert console.before_reading(asks).status == 403
    assert console.before_reading(Request("POST", "/", "/asyncapi")) is None
    assert not console.reads(Request("POST", "/", "/asyncapi"))


def test_nothing_says_where_files_are(
    console: Console, chat: Path, contract_texts: Callable[[Console], list[bytes]]
) -> None:
    """Neither the page nor the document nor a verdict, which has the name alone."""
    for text in contract_texts(console):
        assert str(chat.parent).encode() not in text
        assert b"/chat.yml" not in text


@pytest.fixture
def contract_texts() -> Callable[[Console], list[bytes]]:
    def texts(console: Console) -> list[bytes]:
        items = [{**SAY, "args": [{"text": 1}]}, {"namespace": "/x", "auth": None}]
        pages = [get(console, path).body for path in ("/", "/try", "/asyncapi.json", "/nothing")]
        return [*pages, post(console, *items).body]

    return texts
