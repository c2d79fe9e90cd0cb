"""Counters: what is counted under which name, and how many names there are."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from asyncapi_guard import AsyncAPIGuard, Checkpoint
from asyncapi_guard.integrations.recording.statistics import Statistic, Tally, merged

RECEIVED, SENT = Checkpoint.RECEIVE_EVENT, Checkpoint.SEND_EVENT


def test_each_name_and_checkpoint_has_its_counters() -> None:
    """Seen, rejected and reported; sorted by namespace, event and checkpoint."""
    tally = Tally()
    for namespace, event, checkpoint in (
        ("/b", "move", RECEIVED),
        ("/", "move", SENT),
        ("/", "move", RECEIVED),
        ("/", "begin", RECEIVED),
        ("/", "move", RECEIVED),
        ("/", "move", RECEIVED),
    ):
        tally.seen(namespace, event, checkpoint)
    tally.rejected("/", "move", RECEIVED)
    tally.rejected("/", "move", RECEIVED)
    tally.reported("/", "move", RECEIVED)
    assert merged([tally]) == [
        Statistic("/", "begin", RECEIVED, 1, 0, 0),
        Statistic("/", "move", RECEIVED, 3, 2, 1),
        Statistic("/", "move", SENT, 1, 0, 0),
        Statistic("/b", "move", RECEIVED, 1, 0, 0),
    ]


def test_the_counters_of_several_guards_are_sums() -> None:
    """Of the same names; those of one alone stay."""
    one, other = Tally(), Tally()
    for tally in (one, other, other):
        tally.seen("/", "move", RECEIVED)
        tally.rejected("/", "move", RECEIVED)
        tally.reported("/", "move", RECEIVED)
    other.seen("/", "begin", RECEIVED)
    assert merged([one, other]) == [
        Statistic("/", "begin", RECEIVED, 1, 0, 0),
        Statistic("/", "move", RECEIVED, 3, 3, 3),
    ]
    assert merged([]) == []


@pytest.mark.parametrize("count", ["seen", "rejected", "reported"])
def test_too_many_names_are_counted_as_one(count: str) -> None:
    """Ten thousand have counters of their own, and keep them; the rest is `(other)`."""
    tally = Tally()
    for number in range(10_000):
        tally.seen("/", f"e{number}", RECEIVED)
    for event in ("late", "later", "e7"):
        getattr(tally, count)("/", event, RECEIVED)
    getattr(tally, count)("/", "late", SENT)
    found = {(s.namespace, s.event, s.checkpoint): getattr(s, count) for s in merged([tally])}
    assert len(found) == 10_002
    assert found["(other)", "(other)", RECEIVED] == 2
    assert found["(other)", "(other)", SENT] == 1
    assert found["/", "e7", RECEIVED] == (2 if count == "seen" else 1)


def test_no_thread_loses_a_count() -> None:
    """Whichever counts first."""
    tally = Tally()

    def count() -> None:
        for number in range(1_000):
            tally.seen("/", f"e{number % 7}", RECEIVED)
            tally.rejected("/", "e0", RECEIVED)

    threads = [Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found: list[Any] = merged([tally])
    assert sum(s.seen for s in found) == 8_000
    assert sum(s.rejected for s in found) == 8_000


def test_names_that_a_client_chose_are_counted_as_undeclared(contract: Any) -> None:
    """Its events, and its namespaces."""
    guard = AsyncAPIGuard(contract())
    for namespace in ("/", "/nope"):
        guard.recorder.record(guard.guard.receive_event(namespace, "nope", []))
    assert [(s.namespace, s.event) for s in guard.statistics()] == [
        ("(undeclared)", "(undeclared)"),
        ("/", "(undeclared)"),
    ]
