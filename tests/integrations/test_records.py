"""Violations as people get them: in the log, and in `on_violation`."""

from __future__ import annotations

import functools
import json
import logging
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flask_socketio
import pytest
import yaml
from flask import Flask
from pydantic import BaseModel

from asyncapi_guard import AsyncAPIGuard, AsyncAPISocketIO, Policy, load
from asyncapi_guard.errors import violation_error
from asyncapi_guard.integrations.deciding.emits import EmitDecisions
from asyncapi_guard.integrations.wire.codec import Codec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.guard import Verdict

BAD = ("/", "move", [{"x": "secret"}])


class Watched:
    """A guard, the violations that its hook got, and the lines that it logged."""

    def __init__(self, spec: Any, caplog: pytest.LogCaptureFixture, **options: Any) -> None:
        self.violations: list[Any] = []
        options.setdefault("on_violation", self.violations.append)
        self.guard = AsyncAPIGuard(spec, **options)
        self._caplog = caplog
        caplog.clear()

    def receive(self, namespace: str, event: str, args: list[Any], **client: Any) -> Verdict:
        verdict = self.guard.guard.receive_event(namespace, event, args)
        self.guard.recorder.record(verdict, **client)
        return verdict

    @property
    def lines(self) -> list[str]:
        return self._caplog.messages


@pytest.fixture
def watched(contract: Any, caplog: pytest.LogCaptureFixture) -> Callable[..., Watched]:
    def make(spec: Any = None, **options: Any) -> Watched:
        return Watched(contract() if spec is None else spec, caplog, **options)

    return make


# -- who it was ------------------------------------------------------------------------------------


def test_a_violation_carries_the_client(watched: Any) -> None:
    """The session id and the address, in the hook and in what `record` returns."""
    one = watched()
    one.receive(*BAD, sid="s1", address="192.0.2.7")
    (violation,) = one.violations
    assert (violation.sid, violation.address) == ("s1", "192.0.2.7")
    verdict = one.guard.guard.receive_event(*BAD)
    assert one.guard.recorder.record(verdict, "s2", "192.0.2.8").sid == "s2"
    assert verdict.violation.sid is None


def test_a_violation_of_no_client_has_none(watched: Any) -> None:
    """An emit to many has neither a session id nor an address."""
    one = watched()
    one.receive(*BAD)
    assert (one.violations[0].sid, one.violations[0].address) == (None, None)
    assert "sid=" not in one.lines[0]
    assert "address=" not in one.lines[0]


def test_addresses_can_be_left_out(watched: Any) -> None:
    """With `addresses=False` neither the hook nor the log has them."""
    one = watched(addresses=False)
    one.receive(*BAD, sid="s1", address="192.0.2.7")
    assert (one.violations[0].sid, one.violations[0].address) == ("s1", None)
    assert "192.0.2.7" not in one.lines[0]


def test_the_error_response_never_names_the_client(watched: Any) -> None:
    """Neither the session id nor the address is in what a client is sent."""
    one = watched()
    one.receive(*BAD, sid="session", address="192.0.2.7")
    error = violation_error(one.violations[0])
    sent = json.dumps([error.answer(), error.errors()]) + error.json()
    assert "session" not in sent
    assert "192.0.2.7" not in sent


# -- what raises meanwhile -------------------------------------------------------------------------


class _Broken(logging.Handler):
    def handle(self, record: logging.LogRecord) -> bool:
        raise OSError("the disk is full of secrets")


@pytest.fixture
def broken_log() -> Iterator[None]:
    """A handler at the guard's logger that raises past `logging`."""
    handler, logger = _Broken(), logging.getLogger("asyncapi_guard")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)


@pytest.mark.usefixtures("broken_log")
def test_a_log_handler_that_raises_stops_nothing(watched: Any, capsys: Any) -> None:
    """The hook is called and the violation is counted; one line on standard error says it."""
    one = watched()
    one.receive(*BAD)
    assert len(one.violations) == 1
    assert [s.rejected for s in one.guard.statistics()] == [1]
    assert capsys.readouterr().err == (
        "asyncapi_guard: a log handler raised OSError; a line is lost\n"
    )


@pytest.mark.usefixtures("broken_log")
def test_a_hook_and_a_log_handler_that_raise_stop_nothing(watched: Any) -> None:
    """Also when the failure of the hook cannot be logged."""

    def hook(violation: Any) -> None:
        raise RuntimeError

    one = watched(on_violation=hook)
    one.receive(*BAD)
    assert [s.rejected for s in one.guard.statistics()] == [1]


@pytest.mark.usefixtures("broken_log")
def test_a_guard_that_fails_rejects_although_its_log_raises(watched: Any) -> None:
    """Traffic that cannot be validated is rejected when nothing can be logged, either."""
    one = watched()

    def judge(*args: Any, **known: Any) -> Any:
        raise ZeroDivisionError

    one.guard.guard.send_event = judge
    verdict, _, _ = EmitDecisions(one.guard, Codec(json)).emitted("/", "unheard of", 1, None)
    assert verdict.violation.code == "guard_error"
    assert verdict.rejected


def test_a_place_that_cannot_be_found_costs_no_line(watched: Any, caplog: Any) -> None:
    """The line has the pointer alone, and another says what failed."""

    def lost(violation: Any, location: str) -> str:
        raise LookupError

    one = watched()
    one.guard.recorder.place_of = lost
    one.receive(*BAD)
    failed, written = caplog.records
    assert (failed.levelno, failed.exc_info[0]) == (logging.ERROR, LookupError)
    assert (written.levelno, len(one.violations)) == (logging.WARNING, 1)
    assert written.getMessage() == one.violations[0].line()


# -- the line --------------------------------------------------------------------------------------

SAY = """\
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels:
  chat:
    address: /chat
    messages:
      connect: {payload: {type: string}}
      say:
        payload:
          type: object
          properties:
            text: {type: string}
            "a/b~c d": {type: string}
        x-ack: {type: boolean}
      pair: {payload: {items: [{type: integer}, {$ref: 'more.yml#/Text'}]}}
      move: {}
      said: {payload: {type: string}, x-ack: {type: string}}
operations:
  receive:
    action: receive
    channel: {$ref: '#/channels/chat'}
    messages:
      - $ref: '#/channels/chat/messages/connect'
      - $ref: '#/channels/chat/messages/say'
      - $ref: '#/channels/chat/messages/pair'
      - $ref: '#/channels/chat/messages/move'
  send:
    action: send
    channel: {$ref: '#/channels/chat'}
    messages: [$ref: '#/channels/chat/messages/said']
"""
MORE = "# Shared\nText:\n  type: string\n"


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watched: Any) -> Callable[..., Watched]:
    """Guards of a document in two files, in the working directory."""
    (tmp_path / "asyncapi.yml").write_text(SAY, encoding="utf-8")
    (tmp_path / "more.yml").write_text(MORE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def make(spec: Any = "asyncapi.yml", **options: Any) -> Watched:
        return watched(spec, **options)

    return make


LINES = [
    (
        ("receive_event", "say", [{"text": 5}]),
        (
            "event 'say' from a client in '/chat': /text: expected string, got integer"
            " [request_validation_error] sid=s address=192.0.2.7 (asyncapi.yml:12:20)"
        ),
    ),
    (
        ("connect", 5),
        (
            "connection from a client to '/chat': expected string, got integer"
            " [request_validation_error] sid=s address=192.0.2.7 (asyncapi.yml:7:27)"
        ),
    ),
    (
        ("send_event", "said", [5]),
        (
            "event 'said' from the server in '/chat': expected string, got integer"
            " [emit_validation_error] sid=s address=192.0.2.7 (asyncapi.yml:17:24)"
        ),
    ),
    (
        ("send_ack", "say", ["yes"]),
        (
            "ack of event 'say' from the server in '/chat': expected boolean, got string"
            " [response_validation_error] sid=s address=192.0.2.7 (asyncapi.yml:14:17)"
        ),
    ),
    (
        ("receive_ack", "said", [5]),
        (
            "ack of event 'said' from a client in '/chat': expected string, got integer"
            " [ack_validation_error] sid=s address=192.0.2.7 (asyncapi.yml:17:47)"
        ),
    ),
    (
        ("receive_event", "pair", ["a", 1]),
        (
            "event 'pair' from a client in '/chat': /0: expected integer, got string; /1: expected"
            " string, got integer [request_validation_error] sid=s address=192.0.2.7"
            " (asyncapi.yml:15:33, more.yml:3:3)"
        ),
    ),
    (
        ("receive_event", "mvoe", []),
        (
            "event 'mvoe' from a client in '/chat': the event is not declared; did you mean 'move'?"
            " [undeclared_event] sid=s address=192.0.2.7"
        ),
    ),
    (
        ("receive_event", "say", [{"a/b~c d": 5}]),
        (
            "event 'say' from a client in '/chat': '/a~1b~0c d': expected string, got integer"
            " [request_validation_error] sid=s address=192.0.2.7 (asyncapi.yml:13:25)"
        ),
    ),
]


@pytest.mark.parametrize("mode", ["enforce", "report"])
@pytest.mark.parametrize(("traffic", "line"), LINES, ids=lambda value: str(value[:2]))
def test_the_line_says_who_what_why_and_where(
    traffic: Any, line: str, mode: str, chat: Any
) -> None:
    """One line for each checkpoint; the place is `file:line:column`, which editors open."""
    one = chat(policy=Policy(mode=mode))
    method, *args = traffic
    verdict = getattr(one.guard.guard, method)("/chat", *args)
    one.guard.recorder.record(verdict, "s", "192.0.2.7")
    verb = "rejected" if mode == "enforce" else "reported"
    assert one.lines == [f"{verb} {line}"]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("2001:db8::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("1.2.3.4] x=1", "'1.2.3.4] x=1'"),
        ("a\nrejected event", "'a\\nrejected event'"),
        ("\u202e", "'\\u202e'"),
        ("9" * 1_000, "9" * 120 + "…"),
    ],
)
def test_an_address_forges_no_line(address: str, shown: str, watched: Any) -> None:
    """Behind a proxy it is the text of a header, which a client can write."""
    one = watched()
    one.receive(*BAD, sid="s", address=address)
    assert f" sid=s address={shown} (#/" in one.lines[0]


def test_errors_have_the_places_that_the_log_has(chat: Any) -> None:
    """What is raised, and what the hook gets, reads as the line does; copies of it as well."""
    one = chat()
    one.receive("/chat", "say", [{"text": 5}])
    (violation,) = one.violations
    assert violation.places == ("asyncapi.yml:12:20",)
    assert str(violation_error(violation)) == str(violation) == one.lines[0]
    assert str(pickle.loads(pickle.dumps(violation_error(violation)))) == one.lines[0]


def test_a_file_elsewhere_has_its_whole_path(
    chat: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file outside the working directory; one below it is relative, however it was passed."""
    one = chat(tmp_path / "asyncapi.yml")
    one.receive("/chat", "say", [{"text": 5}])
    assert "(asyncapi.yml:12:20)" in one.lines[0]
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    two = chat(tmp_path / "asyncapi.yml")
    two.receive("/chat", "say", [{"text": 5}])
    assert f"({tmp_path / 'asyncapi.yml'}:12:20)" in two.lines[0]


@pytest.mark.parametrize("change", ["gone", "changed", "not text", "too deep"])
def test_a_file_that_changed_has_no_lines(change: str, chat: Any) -> None:
    """The pointer is right whatever the file contains now."""
    one = chat()
    path = Path("asyncapi.yml")
    texts: dict[str, bytes] = {
        "changed": b"# one more line\n" + SAY.encode(),
        "not text": b"\xff",
        "too deep": b"[" * 1000,
    }
    path.unlink()
    if change in texts:
        path.write_bytes(texts[change])
    one.receive("/chat", "say", [{"text": 5}])
    pointer = "/channels/chat/messages/say/payload/properties/text/type"
    assert one.lines[0].endswith(f"(asyncapi.yml#{pointer})")


def test_a_file_is_read_once(chat: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No matter how many violations point into it, and whether it is still the same."""
    read: list[str] = []
    read_bytes = Path.read_bytes

    def watch(path: Path) -> bytes:
        read.append(path.name)
        return read_bytes(path)

    one, two = chat(), chat()
    monkeypatch.setattr(Path, "read_bytes", watch)
    for _ in range(5):
        one.receive("/chat", "say", [{"text": 5}])
        one.receive("/chat", "say", [{"a/b~c d": 5}])
        one.receive("/chat", "pair", [1, 1])
    assert read == ["asyncapi.yml", "more.yml"]
    Path("asyncapi.yml").write_text("changed", encoding="utf-8")
    for _ in range(5):
        two.receive("/chat", "say", [{"text": 5}])
        two.receive("/chat", "say", [{"a/b~c d": 5}])
    assert read == ["asyncapi.yml", "more.yml", "asyncapi.yml"]


def test_a_log_that_nobody_wants_reads_no_file(
    chat: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Places are looked for when a line is written."""
    one = chat()
    caplog.set_level(logging.ERROR, "asyncapi_guard")
    monkeypatch.setattr(Path, "read_bytes", None)
    one.receive("/chat", "say", [{"text": 5}])
    assert len(one.violations) == 1


def test_a_document_given_as_data_has_pointers(watched: Any) -> None:
    """There is no file, and none is made up."""
    one = watched()
    one.receive(*BAD)
    assert one.lines[0].endswith("(#/channels/main/messages/move/payload/properties/x/type)")


NAMES = ["my #spec.yml", "späc.yml", "a%20b.yml", "flow.json"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_file_will_do(name: str, chat: Any) -> None:
    """What URIs escape is what people see; JSON has lines, too."""
    chat()
    text = json.dumps(yaml.safe_load(SAY), indent=1) if name.endswith(".json") else SAY
    Path(name).write_text(text, encoding="utf-8")
    one = chat(name)
    one.receive("/chat", "say", [{"text": 5}])
    place = one.lines[0].rpartition("(")[2].removesuffix(")")
    file, line, column = place.rsplit(":", 2)
    assert file == name
    assert text.splitlines()[int(line) - 1][int(column) - 1 :].replace('"', "").startswith("type:")


def test_a_loaded_contract_knows_its_files(chat: Any) -> None:
    """`load` and then `AsyncAPIGuard` is the same as a path."""
    chat()
    one = chat(load("asyncapi.yml"))
    one.receive("/chat", "pair", [1, 1])
    assert one.lines[0].endswith("(more.yml:3:3)")


PARTS = """asyncapi: 3.1.0
info: {title: Parts, version: '1'}
channels:
  chat:
    address: /chat
    messages:
      any:
        payload:
          oneOf:
            - {type: integer}
            - &text
              type: string
              enum:
                - a
      "0": {payload: {properties: {"0": *text}}}
operations:
  receive:
    action: receive
    channel: {$ref: '#/channels/chat'}
"""


def test_pointers_with_numbers_and_aliases_have_their_line(chat: Any) -> None:
    """A number is an index of a sequence, or a key of a mapping."""
    chat()
    Path("parts.yml").write_text(PARTS, encoding="utf-8")
    one = chat("parts.yml")
    one.receive("/chat", "any", ["b"])
    one.receive("/chat", "0", [{"0": "b"}])
    assert [line.rpartition("(")[2] for line in one.lines] == [
        "parts.yml:9:11, parts.yml:10:16)",
        "parts.yml:13:15)",
    ]


def test_the_text_of_an_error_reads_no_file(chat: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the pointer."""
    one = chat()
    verdict = one.guard.guard.send_event("/chat", "said", [5])
    monkeypatch.setattr(Path, "read_bytes", None)
    assert str(violation_error(verdict.violation)).endswith(
        "[emit_validation_error] (asyncapi.yml#/channels/chat/messages/said/payload/type)"
    )


# -- code first ------------------------------------------------------------------------------------


class Move(BaseModel):
    x: int


class Chat(flask_socketio.Namespace):
    def on_say(self, data: Move) -> int:
        return data.x


def on_move(data: Move) -> int:
    return data.x


@pytest.fixture
def typed(caplog: pytest.LogCaptureFixture) -> Any:
    """A code-first server with functions, a class namespace, and what they send."""
    socketio = AsyncAPISocketIO(Flask(__name__), typed=True)
    socketio.on_event("move", functools.wraps(on_move)(functools.partial(on_move)))
    socketio.on_event("*", on_any, namespace="/any")
    socketio.on_namespace(Chat("/chat"))
    socketio.doc_emit("moved", Move)
    socketio.doc_emit("number", int)
    caplog.clear()
    return socketio


def on_any(event: str, data: int) -> None: ...


CODE = [
    ("receive_event", "/", "move", "on_move"),
    ("send_ack", "/", "move", "on_move"),
    ("receive_event", "/chat", "say", "Chat.on_say"),
    ("receive_event", "/any", "whatever", "on_any"),
    ("send_event", "/", "moved", "Move"),
]


@pytest.mark.parametrize(("method", "namespace", "event", "name"), CODE)
def test_code_first_lines_name_the_code(
    method: str, namespace: str, event: str, name: str, typed: Any, caplog: Any
) -> None:
    """Module and handler, or module and class of what is sent; there is no file to name."""
    guard = typed._guarded
    guard.recorder.record(getattr(guard.guard, method)(namespace, event, ["no"]))
    (line,) = caplog.messages
    assert line.endswith(f"_error] ({__name__}:{name})")
    assert "<mapping>" not in line


def test_an_emit_of_a_plain_type_names_its_declaration(typed: Any, caplog: Any) -> None:
    """`int` has no place of its own."""
    guard = typed._guarded
    guard.recorder.record(guard.guard.send_event("/", "number", ["no"]))
    assert caplog.messages[0].endswith("[emit_validation_error] (doc_emit('number'))")


@pytest.mark.parametrize("given", [{}, {"addresses": False, "respond_unhandled": False}], ids=str)
def test_the_drop_in_takes_the_options(given: Any, caplog: Any) -> None:
    """Those about clients, as `AsyncAPIGuard` does."""
    socketio = AsyncAPISocketIO(Flask(__name__), typed=True, **given)
    socketio.on_event("move", on_move)
    guard: Any = socketio._guarded
    guard.recorder.record(guard.guard.receive_event("/", "move", ["no"]), "s", "192.0.2.7")
    assert ("address=192.0.2.7" in caplog.messages[-1]) == (not given)
    assert guard.respond_unhandled == given.get("respond_unhandled")


def test_a_typed_handler_with_a_document_has_the_file(chat: Any, caplog: Any) -> None:
    """Where a document is the contract, lines point into it."""
    chat()
    socketio = AsyncAPISocketIO(Flask(__name__), spec="asyncapi.yml")
    guard: Any = socketio._guarded
    guard.recorder.record(guard.guard.receive_event("/chat", "say", [{"text": 5}]))
    assert caplog.messages[-1].endswith("(asyncapi.yml:12:20)")
