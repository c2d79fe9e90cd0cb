"""A document is reloaded while traffic goes on: what comes is validated by the new one."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import threading
import weakref
from typing import TYPE_CHECKING, Any

import pytest
import requests
import socketio
from conftest import PATIENCE, WAYS
from flask import Flask
from flask_socketio import SocketIO
from levels import LEVEL
from pydantic import BaseModel
from reload_stage import KINDS, ON_ASYNCIO, Guarded, code_of, document, write

from asyncapi_guard import (
    AckValidationError,
    AsyncAPIAsyncServer,
    AsyncAPIClient,
    AsyncAPIGuard,
    AsyncAPIServer,
    AsyncAPISocketIO,
    EmitValidationError,
    Guard,
    Identity,
    InstallationError,
    Policy,
    SpecError,
    load,
)
from asyncapi_guard.integrations.installed import MARK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ways = pytest.mark.parametrize("way", [*WAYS, *ON_ASYNCIO])
REJECTED = "request_validation_error"


@pytest.fixture
def guarded(net: Any) -> Callable[..., Guarded]:
    """Makes served servers that are guarded in one of the ways there are."""
    return lambda way, spec, **options: Guarded(net, way, spec, **options)


@ways
def test_the_new_document_is_in_force(way: str, guarded: Any, net: Any) -> None:
    """For events, acks, and what is sent, from when `reload` returns; statistics go on."""
    made = guarded(way, document("number"))
    made.on("say", lambda value: value)
    client = net.client(made.url)
    client.answers["ask"] = 1
    assert client.ask("say", 1) == [1]
    assert made.guard.reload(document("word"))
    assert code_of(client.ask("say", 1)) == REJECTED
    assert client.ask("say", "one") == ["one"]
    with pytest.raises(EmitValidationError):
        made.call(made.sid(), 1)
    client.answers["ask"] = "one"
    assert made.call(made.sid(), "one") == "one"
    assert made.guard.contract.title == "word"
    (said,) = [
        s for s in made.guard.statistics() if (s.event, s.checkpoint) == ("say", "receive_event")
    ]
    assert (said.seen, said.rejected) == (3, 1)


@ways
def test_a_handler_that_runs_is_answered_by_what_accepted_its_event(
    way: str, guarded: Any, net: Any
) -> None:
    """Its ack is validated by the contract from before, although another one is in force."""
    made = guarded(way, document("number"))
    made.on("say", lambda value: made.guard.reload(document("word")) and value)
    client = net.client(made.url)
    assert client.ask("say", 1) == [1]
    assert code_of(client.ask("say", 1)) == REJECTED


@ways
def test_the_ack_of_a_client_is_validated_by_what_accepted_the_event(
    way: str, guarded: Any, net: Any
) -> None:
    """Also if another contract has come in force while the client took its time."""
    made = guarded(way, document("number"))
    client = net.client(made.url)

    def answer(value: int) -> int:
        made.guard.reload(document("word"))
        return value

    client.io.on("ask", answer)
    assert made.call(made.sid(), 1) == 1
    assert made.guard.contract.title == "word"


def test_only_what_is_a_change_is_one(tmp_path: Path) -> None:
    """A file with the same text is not; a document without text always is."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    guard = AsyncAPIGuard(path)
    before = guard.guard
    assert not guard.reload()
    assert guard.guard is before
    write(path, "word")
    assert guard.reload()
    assert guard.contract.title == "word"
    data = document("number")
    assert guard.reload(data)
    data["info"]["title"] = "other"
    assert guard.reload()
    assert guard.contract.title == "other"
    assert guard.reload(path)
    assert guard.contract.title == "word"
    assert guard.reload(load(document("number")))
    with pytest.raises(InstallationError, match="can't be read again; pass a new one"):
        guard.reload()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("asyncapi: 3.1.0\ninfo: [", r"asyncapi\.yml:3:1: not YAML"),
        ("", r"asyncapi\.yml"),
        (
            "asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\nchannels: {a: 1}",
            r"asyncapi\.yml:3:\d+",
        ),
        (None, "cannot be read"),
    ],
)
def test_a_document_that_cannot_be_used_changes_nothing(
    text: str | None, expected: str, tmp_path: Path
) -> None:
    """`reload` raises what is wrong with it and where, and the old one judges on."""
    path = tmp_path / "asyncapi.yml"
    path.write_text(json.dumps(document("number")), encoding="utf-8")
    guard = AsyncAPIGuard(path)
    before = guard.guard
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=expected):
        guard.reload()
    assert guard.guard is before
    write(path, "word")
    assert guard.reload()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"policy": Policy(operations={"onSay": "report"})}, "unknown operations: 'onSay'"),
        ({"server": "here"}, "server is none of the document's servers"),
        ({"security": {"token": lambda *_: None}}, "schemes that the document lacks"),
    ],
)
def test_options_that_do_not_fit_another_document_keep_the_old_one(
    options: dict[str, Any], expected: str
) -> None:
    """The same errors as from the constructor."""
    spec = document("number")
    spec["servers"] = {"here": {"host": "h", "protocol": "ws"}}
    spec["components"] = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
    guard = AsyncAPIGuard(spec, **options)
    before, other = guard.guard, document("word")
    del other["operations"]["onSay"]
    with pytest.raises(ValueError, match=expected):
        guard.reload(other)
    assert guard.guard is before


@pytest.mark.parametrize("spec", [1, object(), b"asyncapi.yml", []])
def test_what_is_no_document_is_an_error(spec: Any) -> None:
    """As for the constructor."""
    with pytest.raises(TypeError, match="needs a document"):
        AsyncAPIGuard(document("number")).reload(spec)


def test_a_path_is_the_same_file_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the working directory has changed since."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "asyncapi.json", "number")
    guard = AsyncAPIGuard("asyncapi.json")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    write(tmp_path / "asyncapi.json", "word")
    assert guard.reload()
    assert guard.contract.title == "word"


def test_a_root_is_the_same_folder_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the path of the document."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schemas.json").write_text('{"type": "integer"}', encoding="utf-8")
    (tmp_path / "sub").mkdir()
    spec = document("number")
    spec["channels"]["main"]["messages"]["say"] = {"payload": {"$ref": "../schemas.json"}}
    (tmp_path / "sub" / "asyncapi.json").write_text(json.dumps(spec), encoding="utf-8")
    guard = AsyncAPIGuard("sub/asyncapi.json", root=".")
    monkeypatch.chdir(tmp_path / "sub")
    (tmp_path / "schemas.json").write_text('{"type": "string"}', encoding="utf-8")
    assert guard.reload()
    assert guard.guard.receive_event("/", "say", ["one"]).violation is None


@pytest.mark.parametrize("way", ["protect", "AsyncServer"])
def test_an_ack_is_late_by_what_accepted_the_event(way: str, guarded: Any, net: Any) -> None:
    """Also if the contract that has come in force gives it all the time there is."""
    timed = document("number")
    ack = {"args": {"type": "integer"}, "timeout": 0.05}
    timed["channels"]["main"]["messages"]["ask"]["x-ack"] = ack
    made = guarded(way, timed)
    client, late = net.client(made.url), threading.Event()

    def answer(value: int) -> int:
        made.guard.reload(document("number"))
        assert late.wait(PATIENCE)
        return value

    client.io.on("ask", answer)
    with pytest.raises(AckValidationError, match="no ack came within"):
        made.call(made.sid(), 1)
    late.set()
    client.io.on("ask", lambda value: value)
    assert made.call(made.sid(), 1) == 1


class Say(BaseModel):
    text: str


@pytest.mark.parametrize("kind", [AsyncAPIServer, AsyncAPIAsyncServer])
def test_instances_are_made_of_what_the_other_document_accepts(
    kind: Any, guarded: Any, net: Any
) -> None:
    """What was known of a handler's types and of the contract before is found out anew."""

    def spec(**more: Any) -> dict[str, Any]:
        made = document("word")
        text = {"type": "string", **more}
        say = {
            "payload": {"type": "object", "properties": {"text": text}, "required": ["text"]},
            "x-ack": {"type": "string"},
        }
        made["channels"]["main"]["messages"]["say"] = say
        return made

    made = guarded(kind.__name__, spec(), typed=True)
    if made.on_asyncio:

        @made.server.on("say")
        async def say_later(sid: str, said: Say) -> str:
            return said.text

    else:

        @made.server.on("say")
        def say(sid: str, said: Say) -> str:
            return said.text

    client = net.client(made.url)
    assert client.ask("say", {"text": "hello"}) == ["hello"]
    made.guard.reload(spec(maxLength=2))
    assert code_of(client.ask("say", {"text": "hello"})) == REJECTED
    assert client.ask("say", {"text": "hi"}) == ["hi"]
    made.guard.reload(spec())
    assert client.ask("say", {"text": "hello"}) == ["hello"]


# -- the other guards ------------------------------------------------------------------------------


def test_registrations_are_their_own_contract() -> None:
    """There is no document to reload, and the error says so."""
    server = AsyncAPIServer(async_mode="threading")
    for spec in (None, document("number")):
        with pytest.raises(InstallationError, match="is its registrations, which take effect"):
            server.guard.reload(spec)


def test_a_drop_in_shows_the_other_document() -> None:
    """Its document is the one that is in force, and handlers that are registered later keep it."""
    socketio = AsyncAPISocketIO(Flask(__name__), spec=document("number"), async_mode="threading")
    guard = socketio._guarded
    guard.reload(document("word"))
    assert socketio.asyncapi_doc.dict()["info"]["title"] == "word"
    socketio.on("say")(lambda value: value)
    assert guard.guard.contract.title == "word"
    with pytest.raises(InstallationError, match="as a path or as data"):
        guard.reload(load(document("number")))


def test_a_policy_that_was_put_in_force_stays(tmp_path: Path) -> None:
    """Also where it is not the one that the guard was created with."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    guard = AsyncAPIGuard(path)
    guard.guard = Guard(guard.contract, Policy(mode="report"))
    write(path, "word")
    guard.reload()
    assert guard.contract.title == "word"
    assert str(guard.guard.policy.mode) == "report"


@pytest.mark.parametrize("kind", ["AsyncAPISocketIO", "AsyncAPIServer", "AsyncAPIClient"])
def test_the_document_that_a_drop_in_has_is_in_force(kind: str, tmp_path: Path) -> None:
    """However the file has changed since; and nobody changes it by what was handed out."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    if kind == "AsyncAPISocketIO":
        made: Any = AsyncAPISocketIO(Flask(__name__), spec=path, async_mode="threading")
        guard = made._guarded
    else:
        options = {"async_mode": "threading"} if kind == "AsyncAPIServer" else {}
        made = {"AsyncAPIServer": AsyncAPIServer, "AsyncAPIClient": AsyncAPIClient}[kind](
            spec=path, **options
        )
        guard = made.guard
    for text in (json.dumps(document("word")), "{", None):
        path.unlink() if text is None else path.write_text(text)
        assert made.asyncapi_doc.dict()["info"]["title"] == "number"
        assert json.loads(made.asyncapi_doc.get_json()) == made.asyncapi_doc.dict()
        assert "title: number" in made.asyncapi_doc.get_yaml()
        assert made.get_agent_schema()["info"]["title"] == "number"
        made.asyncapi_doc.dict()["info"]["title"] = "changed"
    write(path, "word")
    guard.reload()
    assert made.asyncapi_doc.dict()["info"]["title"] == guard.contract.title == "word"
    assert made.get_agent_schema()["info"]["title"] == "word"


def test_each_application_reloads_the_document_of_its_configuration(tmp_path: Path) -> None:
    """All of them, or none: a document that cannot be used keeps the others back."""
    guard, paths = AsyncAPIGuard(), [tmp_path / "a.json", tmp_path / "b.json"]
    with pytest.raises(InstallationError, match="set ASYNCAPI_GUARD_SPEC"):
        guard.reload()
    apps = []
    for path in paths:
        write(path, "number")
        apps.append(Flask(__name__))
        apps[-1].config["ASYNCAPI_GUARD_SPEC"] = str(path)
        guard.init_app(apps[-1], SocketIO(apps[-1], async_mode="threading"))
    with pytest.raises(InstallationError, match=r"app\.extensions"):
        guard.reload(paths[0])

    def titles() -> list[str]:
        return [app.extensions["asyncapi_guard"].contract.title for app in apps]

    write(paths[0], "word")
    paths[1].write_text("{", encoding="utf-8")
    with pytest.raises(SpecError):
        guard.reload()
    assert titles() == ["number", "number"]
    write(paths[1], "word")
    assert guard.reload()
    assert titles() == ["word", "word"]


def test_a_client_takes_another_document(net: Any, guarded: Any) -> None:
    """Its emits are validated by it, and so is what comes."""
    made = guarded("protect", document("number"), policy=Policy(mode="off"))
    made.on("say", lambda value: value)
    client = socketio.SimpleClient()
    guard = AsyncAPIGuard(document("number"))
    guard.protect(client)
    client.connect(made.url, transports=["websocket"])
    try:
        assert client.call("say", 1) == 1
        guard.reload(document("word"))
        with pytest.raises(EmitValidationError):
            client.call("say", 1)
        assert client.call("say", "one") == "one"
    finally:
        client.disconnect()


# -- what changes around the traffic ---------------------------------------------------------------


@pytest.mark.parametrize("mode", ["enforce", "report", "off"])
def test_clients_stay_in_a_namespace_that_is_gone(
    mode: str, guarded: Any, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Their events are rejected, the log says who they are, and they go on if it comes back."""
    made = guarded("protect", document("number", namespace="/old"), policy=Policy(mode=mode))
    made.on("say", lambda value: value, "/old")
    client = net.client(made.url, namespaces=["/old"])
    made.guard.reload(document("number", namespace="/new"))
    expected = {"enforce": "undeclared_namespace"}.get(mode)
    assert code_of(client.ask("say", 1, namespace="/old")) == expected
    lines = [line for line in caplog.messages if "no longer declares" in line]
    does = {"enforce": "rejected", "report": "reported"}.get(mode)
    line = (
        "the document no longer declares '/old', to which clients are connected (1): their events, "
        f"and what is sent to them, are {does}"
    )
    assert lines == [line] * (does is not None)
    made.guard.reload(document("number", namespace="/old"))
    assert client.ask("say", 1, namespace="/old") == [1]


def test_handlers_are_compared_again(
    guarded: Any, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Only lines that are new are written, and none before the first client has come."""
    made = guarded("protect", document("number"))
    made.on("say", lambda value: value)
    made.on("other", lambda value: value)
    made.guard.reload(document("word"))
    assert not [line for line in caplog.messages if "other" in line]
    assert net.client(made.url).ask("say", "one") == ["one"]
    assert len([line for line in caplog.messages if "'other'" in line]) == 1
    spec = document("number")
    del spec["operations"]["onSay"]
    made.guard.reload(spec)
    found = [line for line in caplog.messages if "handles it" in line]
    assert [("'say'" in line, "'other'" in line) for line in found] == [
        (False, True),
        (True, False),
    ]


def secured(kind: str) -> dict[str, Any]:
    scheme = {"type": "http", "scheme": "bearer"}
    require = [{"$ref": "#/components/securitySchemes/token"}]
    return {
        **document(kind),
        "servers": {"main": {"host": "h", "protocol": "ws", "security": require}},
        "components": {"securitySchemes": {"token": scheme}},
    }


def test_a_document_that_nobody_can_enforce_is_not_taken(guarded: Any) -> None:
    """It requires of clients what no verifier is there for."""
    made = guarded("protect", document("number"))
    with pytest.raises(InstallationError, match="nothing verifies that"):
        made.guard.reload(secured("number"))
    assert made.guard.contract.security_schemes == {}


def test_clients_that_are_in_must_show_what_is_required_now(guarded: Any, net: Any) -> None:
    """And their credentials are kept out of logs from then on."""
    spec = document("number")
    spec["components"] = {"securitySchemes": secured("number")["components"]["securitySchemes"]}
    made = guarded("protect", spec, security={"token": lambda *_: None})
    made.on("say", lambda value: value)
    client = net.client(made.url)
    assert client.ask("say", 1) == [1]
    assert getattr(made.server, MARK).redaction is None
    made.guard.reload(secured("number"))
    assert code_of(client.ask("say", 1)) == "unauthorized"
    assert getattr(made.server, MARK).redaction is not None
    made.guard.reload(spec)
    assert client.ask("say", 1) == [1]


def test_a_connect_is_judged_by_one_document() -> None:
    """Who a client must be is asked of the one that has accepted its auth."""
    guard = AsyncAPIGuard(secured("number"), security={"token": lambda *_: None})
    server = socketio.Server(async_mode="threading")
    guard.protect(server)
    decide = getattr(server, MARK).decide
    verdict, judge = decide.connecting("/", None, None, {})
    spec = secured("number")
    del spec["servers"]
    guard.reload(spec)
    assert verdict.violation is None
    assert decide.admission("/", None, {}, judge) is not None
    assert decide.admission("/", None, {}, decide.guard) is None


@pytest.mark.parametrize("scoped", [False, True])
def test_who_is_known_goes_on(scoped: bool, guarded: Any, net: Any) -> None:
    """If it has all that the other document requires of who connects."""

    def verify(*_: Any) -> Identity:
        return Identity("ann", scopes={"enter"})

    made = guarded("protect", secured("number"), security={"token": verify})
    made.on("say", lambda value: value)
    client = net.client(made.url, auth={"token": "t"})
    spec = secured("word")
    scheme = spec["components"]["securitySchemes"]["token"]
    scheme |= {"type": "oauth2", "flows": {}, "scopes": ["enter", "admin"] if scoped else ["enter"]}
    del scheme["scheme"]
    made.guard.reload(spec)
    assert code_of(client.ask("say", "one")) == ("forbidden" if scoped else None)


def test_the_console_shows_the_other_document(net: Any) -> None:
    """And refuses one that has no text."""
    guard = AsyncAPIGuard(document("number"), docs="/asyncapi")
    server = socketio.Server(async_mode="threading")
    guard.protect(server)
    url = net.serve(guard.wsgi(socketio.WSGIApp(server)))
    titles = []
    for kind in ("number", "word"):
        guard.reload(document(kind))
        titles.append(
            requests.get(f"{url}/asyncapi/asyncapi.json", timeout=PATIENCE).json()["info"]
        )
    assert [each["title"] for each in titles] == ["number", "word"]
    with pytest.raises(InstallationError, match="docs= shows the text"):
        guard.reload(load(document("number")))


def test_schemas_that_were_used_are_compiled_before_they_are_in_force() -> None:
    """No event waits for that; those that nobody used wait for their first value, as ever."""
    guard = AsyncAPIGuard(document("number"))
    assert guard.guard.receive_event("/", "say", [1]).violation is None
    guard.reload(document("word"))
    messages = guard.contract.channels["main"].messages
    assert [messages[name].payload.in_use for name in ("say", "ask")] == [True, False]


@pytest.mark.parametrize("mode", ["report", "off"])
def test_the_policy_stays(mode: str) -> None:
    """Another document is judged as the one before."""
    guard = AsyncAPIGuard(document("number"), policy=Policy(mode=mode))
    guard.reload(document("word"))
    found = guard.guard.receive_event("/", "say", [1]).violation
    assert (found is not None and not found.rejected) is (mode == "report")


# -- under load ------------------------------------------------------------------------------------

RELOADS = 1_000 if LEVEL.everything else 25
CLIENTS = 1


class Load:
    """Clients that send numbers and words without end, each with the ack of its own kind.

    Attributes:
        wrong: answers that neither contract gives.
        counts: how many were accepted and rejected, of each kind.
    """

    def __init__(self, made: Guarded, net: Any) -> None:
        self.wrong: list[Any] = []
        self.counts: dict[tuple[str, bool], int] = {}
        self._counting = threading.Condition()
        self._ends = threading.Event()
        made.on("say", lambda value: value)
        self._threads = [
            threading.Thread(target=self._send, args=(net.client(made.url), kind), daemon=True)
            for kind in KINDS
            for _ in range(CLIENTS)
        ]
        for thread in self._threads:
            thread.start()

    def _send(self, client: Any, kind: str) -> None:
        value = KINDS[kind][1]
        while not self._ends.is_set():
            answer = client.ask("say", value)
            with self._counting:
                accepted = answer == [value]
                if not accepted and code_of(answer) != REJECTED:
                    self.wrong.append(answer)
                self.counts[kind, accepted] = self.counts.get((kind, accepted), 0) + 1
                self._counting.notify_all()

    def wait_for(self, kind: str) -> None:
        """Wait until something more of a kind was accepted."""
        with self._counting:
            before = self.counts.get((kind, True), 0)
            assert self._counting.wait_for(
                lambda: self.counts.get((kind, True), 0) > before, PATIENCE
            )

    def end(self) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join(PATIENCE)


@pytest.mark.parametrize("way", ["init_app", "protect", "AsyncServer", "AsyncAPIAsyncServer"])
def test_reloads_under_load(way: str, guarded: Any, net: Any) -> None:
    """Each answer is right by one of two contracts, and the ack by the one of its event."""
    made = guarded(way, document("number"))
    load = Load(made, net)
    acks: list[Any] = []
    asked = net.client(made.url).io
    asked.on("ask", lambda value: value)
    sid = asked.get_sid("/")
    try:
        for number in range(RELOADS):
            kind = list(KINDS)[number % 2]
            assert made.guard.reload(document(kind))
            load.wait_for(kind)
            if number % 5 == 0:
                acks.append(made.call(sid, KINDS[kind][1]) == KINDS[kind][1])
    finally:
        load.end()
    assert load.wrong == []
    assert all(acks)
    assert {(kind, ok) for kind in KINDS for ok in (True, False)} == set(load.counts)
    assert not [s for s in made.guard.statistics() if s.checkpoint == "send_ack" and s.rejected]


@pytest.mark.parametrize("way", ["protect", "AsyncServer", "AsyncAPIServer"])
def test_contracts_that_are_no_longer_in_force_are_forgotten(
    way: str, guarded: Any, net: Any
) -> None:
    """Also where each of them has judged something."""
    made = guarded(way, document("number"))
    made.on("say", lambda value: value)
    client = net.client(made.url)
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    for number in range(RELOADS):
        kind = list(KINDS)[number % 2]
        made.guard.reload(document(kind))
        alive.add(made.guard.guard)
        assert client.ask("say", KINDS[kind][1]) == [KINDS[kind][1]]
    made.guard.reload(document("word"))
    gc.collect()
    assert len(alive) <= 1  # what judged last may be in a frame of its thread


def test_on_asyncio_the_loop_goes_on() -> None:
    """What the page says to write works: the reload runs in a thread."""

    async def run() -> str:
        guard = AsyncAPIGuard(document("number"))
        guard.protect(socketio.AsyncServer(async_mode="asgi"))
        await asyncio.to_thread(guard.reload, document("word"))
        return guard.contract.title

    assert asyncio.run(run()) == "word"


def test_reloads_of_several_threads_follow_one_another(caplog: pytest.LogCaptureFixture) -> None:
    """Whichever comes last is in force, and what is read afterwards is that one."""
    caplog.set_level(logging.INFO)
    guard = AsyncAPIGuard(document("number"))
    specs = [
        {**document(k), "info": {"title": f"{k}{n}", "version": "1"}}
        for k in KINDS
        for n in range(5)
    ]
    threads = [threading.Thread(target=guard.reload, args=(spec,)) for spec in specs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len([line for line in caplog.messages if "in force as it is now" in line]) == len(specs)
    title = guard.contract.title
    guard.reload()
    assert guard.contract.title == title
