"""A whole run against small servers: bugs are found, shortened and placed, and nothing else is."""

from __future__ import annotations

import pytest
from small_servers import ERROR, NUMBER, TEXT, contract, on_asyncio, threads

from asyncapi_guard.contract_tests.engine import run
from asyncapi_guard.contract_tests.engine_io import CannotConnect
from asyncapi_guard.contract_tests.failures import Check, Phase
from asyncapi_guard.contract_tests.settings import Settings
from asyncapi_guard.contract_tests.steps import Action

NOTE = {"type": "object", "properties": {"id": {"type": "integer"}, "size": {"type": "integer"}}}
NOTES = {
    "add_note": {
        "payload": TEXT,
        "x-ack": {"oneOf": [{**NUMBER, "additionalProperties": False}, ERROR]},
    },
    "read_note": {
        "payload": {**NUMBER, "additionalProperties": False},
        "x-ack": {"oneOf": [{**TEXT}, {**ERROR, "additionalProperties": False}]},
    },
}
SENT = {"added": {"payload": NUMBER}}


class Notes:
    """A right server; `bug` names what is not."""

    def __init__(self, bug=""):
        self.bug, self.notes = bug, []

    def add(self, data):
        fits = isinstance(data, dict) and list(data) == ["text"] and isinstance(data["text"], str)
        if not fits or not 0 < len(data["text"]) <= (9 if self.bug == "long" else 5):
            return {"error": "invalid"}
        self.notes.append(data["text"])
        if self.bug == "third" and len(self.notes) % 3 == 0:
            return {"id": str(len(self.notes))}
        return {"id": len(self.notes) + 100}

    def read(self, data):
        number = data.get("id") if isinstance(data, dict) and len(data) == 1 else None
        if not isinstance(number, int) or isinstance(number, bool):
            return {"error": "invalid"}
        if not 100 < number <= len(self.notes) + 100:
            return {} if self.bug == "unknown" else {"error": "unknown"}
        return {"txt": "hi"} if self.bug == "read" else {"text": self.notes[number - 101]}


class OnThreads(Notes):
    """Such a server with threads."""

    def __call__(self, sio):
        @sio.on("add_note")
        def add_note(_sid, *args):
            answer = self.add(*args)
            if "id" in answer:
                sio.emit("added", {"id": len(self.notes)})
            return answer

        @sio.on("read_note")
        def read_note(_sid, *args):
            return self.read(*args)


class OnAsyncio(Notes):
    """And on asyncio."""

    def __call__(self, sio):
        @sio.on("add_note")
        async def add_note(_sid, *args):
            answer = self.add(*args)
            if "id" in answer:
                await sio.emit("added", {"id": len(self.notes)})
            return answer

        @sio.on("read_note")
        async def read_note(_sid, *args):
            return self.read(*args)


KINDS = {"threads": (threads, OnThreads), "asyncio": (on_asyncio, OnAsyncio)}
BUGS = {
    "long": (Check.INVALID_INPUT_ACCEPTED, "add_note"),
    "third": (Check.ACK_BREAKS_CONTRACT, "add_note"),
    "unknown": (Check.ACK_BREAKS_CONTRACT, "read_note"),
    "read": (Check.ACK_BREAKS_CONTRACT, "read_note"),
}


def report_of(kind, bug="", **settings):
    """What a run finds."""
    serve, server = KINDS[kind]
    with serve(server(bug)) as url:
        return run(contract(NOTES, SENT), Settings(url, **settings))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("kind", "bug"), [("threads", "third"), ("asyncio", "unknown")])
def test_a_bug_is_found(kind, bug):
    """One that needs three calls, and one that shows at once."""
    check, event = BUGS[bug]
    failure, *_ = report_of(kind, bug, max_failures=1).failures
    assert (failure.check, failure.event) == (check, event)
    assert failure.pointer.startswith("/channels/c/messages/" + event)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "bug", "needed"),
    [
        ("threads", "long", 2),
        ("asyncio", "third", 4),
        ("threads", "unknown", 3),  # the number may be one that the server has given
        ("asyncio", "read", 3),
    ],
)
def test_each_bug_is_found_and_shortened(kind, bug, needed):
    """The program has what the bug needs, and no more; its packets are those of one run."""
    check, event = BUGS[bug]
    report = report_of(kind, bug, max_failures=1)
    assert {(each.check, each.event) for each in report.failures} == {(check, event)}
    failure = report.failures[0]
    assert failure.seen
    assert len(failure.steps) <= needed
    assert failure.steps[0].action is Action.CONNECT
    assert [each.direction for each in failure.packets][:2] == ["out", "out"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_found_in_a_right_server(kind):
    """Though it is not guarded, and open in the ways of its framework."""
    report = report_of(kind, time=12)
    assert report.failures == ()
    assert report.warnings
    assert {Phase.COVERAGE, Phase.STATEFUL, Phase.TRANSPORT} <= set(report.phases)
    assert report.checks[Check.ACK_BREAKS_CONTRACT]


def test_the_events_that_are_named_are_tested_alone():
    """And names that the document does not have are told."""
    report = report_of("threads", "read", events=("add_note",), phases=(Phase.EXAMPLES,), time=5)
    assert report.failures == ()
    with pytest.raises(ValueError, match="ad_note"):
        report_of("threads", events=("ad_note",))
    with pytest.raises(ValueError, match="/admin"):
        report_of("threads", namespaces=("/admin",))


def test_nobody_answers():
    """Where nothing listens, the run does not begin."""
    with pytest.raises(CannotConnect):
        run(contract(NOTES), Settings("http://127.0.0.1:1"))
