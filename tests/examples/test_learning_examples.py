"""Documents that are learnt from examples, beside those that their authors have written."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
import requests
import socketio
from click.testing import CliRunner

from asyncapi_guard import AsyncAPIGuard, load
from asyncapi_guard.cli import cli
from asyncapi_guard.compatibility import Direction, Level, compare
from asyncapi_guard.compatibility.changes import Area
from tests.examples.test_examples import EXAMPLES, Client, fastapi, generated, started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Talk:
    """Clients of an example whose guards learn, and then those that obey what was learnt."""

    def __init__(self, url: str, make_guard: Callable[[], Any]) -> None:
        self.url = url
        self._make_guard = make_guard
        self._clients: list[Client] = []

    def client(self, **options: Any) -> Client:
        """A client that its guard looks at from the first packet on."""
        guard = self._make_guard()
        connect = socketio.Client.connect
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                socketio.Client,
                "connect",
                lambda io, *args, **kwargs: (guard.protect(io), connect(io, *args, **kwargs)),
            )
            self._clients.append(Client(self.url, **options))
        return self._clients[-1]

    def close(self) -> None:
        for client in self._clients:
            client.close()


def chat(talk: Talk) -> None:
    """Two people talk, and somebody announces something."""
    ann, bob = (talk.client(auth={"name": n, "password": "open sesame"}) for n in ("Ann", "Bob"))
    for room in ("tea", "games", "music"):
        assert [person.ask("join", room) for person in (ann, bob)] == [1, 2]
        for length in range(1, 9):
            ann.ask_nothing("say", {"room": room, "text": "x" * length * length})
            while bob.hear()[0] != "said":
                pass
        assert bob.ask("share", {"room": room, "file": f"{room}.txt", "data": b"abc"}) == 3
    requests.post(f"{talk.url}/announcements", params={"text": "tea"}, timeout=60)
    heard: set[str] = set()
    while not {"announced", "time"} <= heard:
        heard.add(ann.hear()[0])


def rooms(talk: Talk) -> None:
    """Somebody shouts, and somebody is asked how they are."""
    ann = talk.client(auth={"name": "Ann", "password": "open sesame"})
    scores = itertools.cycle(range(11))
    ann.io.on("mood", lambda *_: {"mood": "fine", "score": next(scores)})
    for room in ("tea", "games"):
        ann.ask("join", room)
        for length in range(1, 11):
            ann.ask("shout", "x" * length)
            ann.ask_nothing("say", {"room": room, "text": "x" * length})
            assert ann.hear()[0] == "said"
    for _ in range(120):
        requests.get(f"{talk.url}/clients/{ann.io.get_sid()}/mood", timeout=60).raise_for_status()
    requests.post(f"{talk.url}/announcements", params={"text": "tea"}, timeout=60)
    assert ann.hear()[0] == "announced"


def sign_up(talk: Talk) -> None:
    """People become users, or not."""
    client = talk.client()
    for number in range(1, 21):
        person = {"email": f"p{number}@example.com", "password": "x" * (7 + number)}
        assert client.ask("user_sign_up", person) == {"success": True, "error": ""}


def typed_chat(talk: Talk) -> None:
    """Somebody talks, and sometimes shouts."""
    ann = talk.client(namespace="/chat", auth={"nickname": "ann"})
    for room in ("garden", "kitchen"):
        ann.ask("join", room)
        for number in range(1, 13):
            ann.ask("say", room, {"body": "x" * number, "shout": number % 2 == 0})


def to_do(talk: Talk) -> None:
    """Somebody has much to do."""
    client = talk.client()
    for number in range(1, 31):
        client.ask("add", {"text": "x" * number})


class Case:
    """An example, what happens on it, and the facts of its document that no traffic tells.

    Attributes:
        script: the example.
        spec: its document.
        talk: what happens.
        looser: what the learnt document accepts and the author's does not.
    """

    def __init__(self, script: str, talk: Callable[[Talk], None], *looser: str) -> None:
        self.script, self.talk, self.looser = script, talk, set(looser)
        self.spec = (EXAMPLES / script).with_name("asyncapi.yml")


CASES = [
    pytest.param(
        Case(
            "asyncio_fastapi/chat.py",
            chat,
            "join: does not match the pattern ^[a-z]{1,20}$",
            "say/room: does not match the pattern ^[a-z]{1,20}$",
            "share/room: does not match the pattern ^[a-z]{1,20}$",
            "join: is less than the minimum of 1",
        ),
        id="chat",
        marks=fastapi,
    ),
    pytest.param(
        Case(
            "code_first_fastapi/rooms.py",
            rooms,
            "join: does not match the pattern ^[a-z]+$",
            "say/room: does not match the pattern ^[a-z]+$",
            "say: expected no argument, got 1",  # nobody has asked for that ack
        ),
        id="rooms",
        marks=fastapi,
    ),
    pytest.param(
        Case("simple/sign_up.py", sign_up, "user_sign_up/password: is shorter than 8 characters"),
        id="sign_up",
    ),
    pytest.param(
        Case(
            "spec_first_typed/typed_chat.py",
            typed_chat,
            "connect/nickname: does not match the pattern ^[a-z]{2,12}$",
            'join: expected one of "garden", "kitchen"',
            'say/*: expected one of "garden", "kitchen"',
            'said/room: expected one of "garden", "kitchen"',
            "join: is less than the minimum of 1",
        ),
        id="typed",
        marks=generated,
    ),
    pytest.param(Case("guarded_client/todo_server.py", to_do), id="to_do"),
]


@pytest.fixture
def talking(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Has a case's traffic happen, with a guard on each client."""

    def talk(case: Case, make_guard: Callable[[], Any]) -> None:
        with started(case.script) as url:
            made = Talk(url, make_guard)
            try:
                case.talk(made)
            finally:
                made.close()

    return talk


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_a_document_is_learnt_from_an_example(case: Case, talking: Any, tmp_path: Path) -> None:
    """All traffic follows it, validate finds nothing, and its author knew little more."""
    guards: list[Any] = []

    def learning() -> Any:
        guards.append(AsyncAPIGuard.learning(tmp_path / f"traffic-{len(guards)}.ndjson"))
        return guards[-1]

    talking(case, learning)
    for guard in guards:
        guard.uninstall()
    learnt = tmp_path / "asyncapi.yml"
    made = CliRunner().invoke(cli, ["learn", str(tmp_path / "traffic-*.ndjson"), "-o", str(learnt)])
    assert made.exit_code == 0, made.output
    assert CliRunner().invoke(cli, ["validate", "--strict", str(learnt)]).exit_code == 0
    violations: list[Any] = []
    talking(case, lambda: AsyncAPIGuard(learnt, on_violation=violations.append))
    assert violations == []
    assert looser(case.spec, learnt) == case.looser


def looser(hand_written: Path, learnt: Path) -> set[str]:
    """What a document accepts that another one does not."""
    found = set()
    for change in compare(load(hand_written), load(learnt)):
        if change.area is Area.SERVER:
            continue
        # Who is sent more than before is hurt by it; who may send more is not.
        wider = Level.COMPATIBLE if change.direction is Direction.TO_SERVER else Level.BREAKING
        if change.level is wider:
            found.add(f"{change.event}{change.path}: {change.text.rpartition(': ')[2]}")
    return found
