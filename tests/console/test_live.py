"""The numbers of the Live page."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import flask
import pytest
import socketio as pysocketio
from console_chat import ask
from flask_socketio import SocketIO

from asyncapi_guard import AsyncAPIGuard
from asyncapi_guard.console.edition import Edition
from asyncapi_guard.console.live import Live
from asyncapi_guard.guard import Guard
from asyncapi_guard.integrations.recording.recorder import Recorder
from asyncapi_guard.integrations.recording.statistics import Statistic
from asyncapi_guard.integrations.serving import Shown
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from pathlib import Path


class Counters:
    """Traffic that nobody sent."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str, Checkpoint], list[int]] = {}
        self.connected: dict[str, int] = {}

    def count(self, event: str, *numbers: int, namespace: str = "/") -> None:
        self.counts[namespace, event, Checkpoint.RECEIVE_EVENT] = list(numbers)

    def statistics(self) -> list[Statistic]:
        return sorted(Statistic(*key, *numbers) for key, numbers in self.counts.items())

    def violations(self) -> list[Any]:
        return []

    def clients(self) -> dict[str, int]:
        return self.connected

    def several(self) -> bool:
        return False


@pytest.fixture
def edition(chat: Path) -> Edition:
    documents = open_documents(chat)
    return Edition(Guard(compile_contract(documents, "auto")), documents)


def test_the_growth_between_samples_is_kept(edition: Edition) -> None:
    """Of all events together, and of each; not more often than once a second."""
    now = [100.0]
    traffic = Counters()
    live = Live(traffic, lambda: now[0])
    traffic.count("say", 5, 1, 0)
    now[0] = 102.0
    first = live.shown(edition)
    assert (first["started"], first["at"], first["mode"]) == (100.0, 102.0, None)
    grown = {"at": 102.0, "seconds": 2.0, "seen": 5, "rejected": 1, "reported": 0}
    assert first["samples"] == [{**grown, "changes": [(0, 5, 1, 0)]}]
    traffic.count("say", 6, 1, 1)
    traffic.count("begin", 2, 0, 0)
    now[0] = 102.5
    assert live.shown(edition)["samples"] == first["samples"]
    now[0] = 103.0
    second = live.shown(edition, after=102.0)
    assert [each["event"] for each in second["events"]] == ["say", "begin"]
    (sample,) = second["samples"]
    assert (sample["seconds"], sample["seen"], sample["reported"]) == (1.0, 3, 1)
    assert sorted(sample["changes"]) == [(0, 1, 0, 1), (1, 2, 0, 0)]
    now[0] = 50.0  # the clock was put back
    assert live.shown(edition)["samples"][-1]["at"] == 50.0


def test_what_is_kept_is_bounded(edition: Edition) -> None:
    """Samples, the events in one, and namespaces, which clients choose."""
    clock = itertools.count(0.0, 2.0)
    traffic = Counters()
    live = Live(traffic, lambda: next(clock))
    for number in range(600):
        traffic.count(f"event{number}", number + 1, 0, 0)
    traffic.connected = {f"/room/{'x' * 200}{number}": number for number in range(300)}
    shown = live.shown(edition)
    assert shown["samples"][0]["seen"] == sum(range(601))
    assert len(shown["samples"][0]["changes"]) == 500
    assert [each["count"] for each in shown["clients"]] == list(range(299, 99, -1))
    assert shown["others"] == sum(range(100))
    assert max(len(each["namespace"]) for each in shown["clients"]) < 130


def test_all_of_the_time_is_told_by_few_samples(edition: Edition) -> None:
    """The last five minutes as they were sampled, the last hour by half minutes, the rest by less.

    Nothing is lost of any count, however long somebody looks.
    """
    now = [0.0]
    traffic = Counters()
    live = Live(traffic, lambda: now[0])
    for second in range(5, 9001, 5):
        now[0] = float(second)
        traffic.count("say", 2 * second, second // 1000, second // 3000)
        with live._sampling:
            live._sample()
    samples = live.shown(edition)["samples"]
    assert len(samples) <= 800
    assert sum(each["seconds"] for each in samples) == 9000
    assert [each["seconds"] for each in samples[-59:]] == [5.0] * 59
    assert max(each["seconds"] for each in samples if each["at"] > 9000 - 3500) <= 30
    for number, name in enumerate(("seen", "rejected", "reported"), 1):
        total = (18000, 9, 3)[number - 1]
        assert sum(each[name] for each in samples) == total
        assert sum(change[number] for each in samples for change in each["changes"]) == total
    for before, after in itertools.pairwise(samples):
        assert after["at"] - after["seconds"] == before["at"]


def test_nothing_is_kept_where_nobody_looks() -> None:
    """A recorder keeps violations only when it is told to."""
    recorder = Recorder()
    verdict = Guard(compile_contract(open_documents({**_EMPTY}), "auto")).receive_event(
        "/", "say", []
    )
    recorder.record(verdict)
    assert recorder.last() == []
    recorder.keep_last(2)
    for _ in range(3):
        recorder.record(verdict)
    assert len(recorder.last()) == 2


_EMPTY = {"asyncapi": "3.1.0", "info": {"title": "T", "version": "1"}}


def test_real_traffic_is_shown(net: Any, chat: Path) -> None:
    """Counters, the last violations with their lines and without values, and who is connected."""
    app = flask.Flask(__name__)
    socketio = SocketIO(app, async_mode="threading")
    guard = AsyncAPIGuard(chat, docs="/asyncapi", docs_auth=lambda _request: True, live=True)
    guard.init_app(app, socketio)
    socketio.on_event("say", lambda message: True)
    socketio.on_event("calm", lambda message: None)
    url = net.serve(app)
    clients = [net.client(url, auth={"token": "open sesame"}) for _ in range(2)]
    assert clients[0].ask("say", {"text": "hi"}) == [True]
    clients[0].ask("say", {"text": "a secret"})
    clients[1].ask("calm", 12345678)
    clients[1].ask("slip", "a secret")
    answer = ask(f"{url}/asyncapi/live.json")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    for hidden in (b"secret", b"12345678", b"sesame", str(chat.parent).encode(), b"/chat.yml"):
        assert hidden not in answer.body
    shown = answer.json
    counts = {
        (each["event"], each["direction"], each["ack"]): (
            each["seen"],
            each["rejected"],
            each["reported"],
        )
        for each in shown["events"]
    }
    assert counts["connect", "to-server", False] == (2, 0, 0)
    assert counts["say", "to-server", False] == (2, 1, 0)
    assert counts["say", "to-client", True] == (1, 0, 0)
    assert counts["calm", "to-server", False] == (1, 0, 1)
    assert counts["(undeclared)", "to-server", False] == (1, 1, 0)
    assert shown["samples"][0]["seen"] == sum(each["seen"] for each in shown["events"])
    assert shown["clients"] == [{"namespace": "/", "count": 2}]
    slip, calm, say = shown["violations"]
    assert (slip["code"], slip["verdict"]) == ("undeclared_event", "rejected")
    assert (calm["event"], calm["verdict"], calm["message"]) == ("calm", "reported", "calm")
    (problem,) = say["problems"]
    assert problem["file"] == "chat.yml"
    hit = problem["clause"]["line"]
    assert chat.read_text().splitlines()[hit - 1].strip() == "maxLength: 5"
    clients[0].close()
    after = ask(f"{url}/asyncapi/live.json?after={shown['at']}").json
    assert all(each["at"] > shown["at"] for each in after["samples"])
    assert ask(f"{url}/asyncapi/live.json?after=never").status == 200


def test_a_guard_on_no_server_has_no_clients(chat: Path) -> None:
    """Nor has one that was taken off."""
    server = pysocketio.Server(async_mode="threading")
    guard = AsyncAPIGuard(chat, docs="/asyncapi", docs_auth=lambda _environ: True, live=True)
    guard.protect(server)
    guard.uninstall()
    assert guard._serving is not None
    assert guard._serving._shown.clients() == {}


class Queue(pysocketio.PubSubManager):
    """Shares events with other processes; there are none."""

    def _publish(self, data: Any) -> None:
        """Tell nobody."""

    def _listen(self) -> Any:
        return iter(())


@pytest.mark.parametrize(
    ("workers", "queue", "several"),
    [
        ("", False, False),
        ("1", False, False),
        ("x", False, False),
        ("4", False, True),
        ("", True, True),
    ],
)
def test_other_processes_are_told_of(
    net: Any, chat: Path, monkeypatch: pytest.MonkeyPatch, workers: str, queue: bool, several: bool
) -> None:
    """Where the server shares its events, or the web server was started with several workers."""
    monkeypatch.setenv("WEB_CONCURRENCY", workers)
    manager = Queue() if queue else None
    server = pysocketio.Server(async_mode="threading", client_manager=manager)
    guard = AsyncAPIGuard(chat, docs="/asyncapi", docs_auth=lambda _environ: True, live=True)
    guard.protect(server)
    url = net.serve(guard.wsgi(pysocketio.WSGIApp(server)))
    assert ask(f"{url}/asyncapi/live.json").json["several"] is several


def test_a_document_and_its_guard_are_of_one_moment(tmp_path: Path, chat: Path) -> None:
    """Also where somebody looks while they are replaced, one after the other."""
    old = open_documents(chat)
    chat.write_text(chat.read_text().replace("title: Chat", "title: Talk"))
    new = open_documents(chat)
    guards = [Guard(compile_contract(each, "auto")) for each in (old, new)]
    told = iter([old, new])
    shown = Shown(lambda: guards[1], lambda: next(told), list, list, list)
    edition = shown.edition()
    assert (edition.contract.title, "title: Talk" in edition.yaml) == ("Talk", True)
