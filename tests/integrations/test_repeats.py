"""Many equal violations in report mode: one line and a count."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard import AsyncAPIGuard, Policy
from asyncapi_guard.integrations.recording.repeats import Repeats

if TYPE_CHECKING:
    from collections.abc import Callable

BAD = {"x": "no"}


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def repeats(clock: Clock) -> Callable[[Any], str | None]:
    """What the next line of a kind adds: an empty text for nothing, `None` for no line."""
    made = Repeats(clock)

    def ask(kind: Any) -> str | None:
        repeat = made.next(kind)
        return None if repeat is None else str(repeat)

    return ask


def test_the_first_is_written_at_once(repeats: Any) -> None:
    """The first of each kind; the next of a kind within a minute are not."""
    assert [repeats("a"), repeats("a"), repeats("b"), repeats("a")] == ["", None, "", None]


def test_then_one_a_minute_says_how_many(repeats: Any, clock: Clock) -> None:
    """The line that is written after a minute counts those that were not, in its own time."""
    repeats("a")
    for _ in range(41):
        assert repeats("a") is None
    clock.now += 59.9
    assert repeats("a") is None
    clock.now += 0.1
    assert repeats("a") == "; and 42 more like it in the last 60 s"
    assert repeats("a") is None
    clock.now += 200
    assert repeats("a") == "; and 1 more like it in the last 200 s"
    clock.now += 200
    assert repeats("a") == ""


def test_memory_is_bounded(clock: Clock) -> None:
    """Kinds beyond a thousand a minute share one; after a minute new ones replace old ones."""
    made = Repeats(clock)
    written = sum(made.next(number) is not None for number in range(100_000))
    assert written == 1_001
    assert len(made._kinds) == 1_001
    clock.now += 61
    assert sum(made.next(-number) is not None for number in range(1, 501)) == 500
    assert len(made._kinds) <= 1_001


def test_a_new_kind_takes_the_place_of_the_one_that_was_written_longest_ago(clock: Clock) -> None:
    """After a minute; one that was written again meanwhile keeps its place."""
    made = Repeats(clock)
    for number in range(1_000):
        made.next(number)
    clock.now += 60
    assert made.next(0) is not None
    assert made.next("x") is not None
    assert made.next("y") is not None
    assert made.next(0) is None


def test_the_first_line_of_a_kind_follows_none(clock: Clock) -> None:
    """So there is nothing to count, and no time since."""
    first = Repeats(clock).next("a")
    assert first is not None
    assert (first.count, first.seconds) == (0, 0)


def test_any_thread_can_ask(clock: Clock) -> None:
    """No violation is counted twice, and none is lost."""
    made = Repeats(clock)
    written: list[Any] = []

    def ask() -> None:
        written.extend(r for _ in range(500) if (r := made.next("a")) is not None)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 1
    clock.now += 60
    repeat = made.next("a")
    assert repeat is not None
    assert repeat.count == 8 * 500 - 1


# -- of a guard ------------------------------------------------------------------------------------


class Watched:
    """A guard with a clock that is set by hand, and what its hook and its log got."""

    def __init__(self, contract: Any, caplog: Any, clock: Clock, mode: str) -> None:
        self.violations: list[Any] = []
        policy = Policy(mode=mode)  # type: ignore[arg-type]
        self.guard = AsyncAPIGuard(contract(), policy=policy, on_violation=self.violations.append)
        self.guard.recorder._repeats = Repeats(clock)
        self._caplog = caplog
        caplog.clear()

    def receive(self, event: str, *args: Any, namespace: str = "/") -> None:
        self.guard.recorder.record(self.guard.guard.receive_event(namespace, event, args))

    @property
    def lines(self) -> list[str]:
        return [line.partition(" [")[0] for line in self._caplog.messages]


@pytest.fixture
def watched(contract: Any, caplog: Any, clock: Clock) -> Callable[..., Watched]:
    return lambda mode="report": Watched(contract, caplog, clock, mode)


def test_a_storm_in_report_mode_is_a_line(watched: Any) -> None:
    """The statistics and the hook have all of it."""
    one = watched()
    for _ in range(500):
        one.receive("move", BAD)
    (line,) = one.lines
    assert line == "reported event 'move' from a client in '/': /x: expected integer, got string"
    assert len(one.violations) == 500
    assert [s.reported for s in one.guard.statistics()] == [500]


def test_the_next_line_says_how_many_were_not_written(
    watched: Any, clock: Clock, caplog: Any
) -> None:
    """At the end of the line."""
    one = watched()
    for _ in range(42):
        one.receive("move", BAD)
    clock.now += 60
    one.receive("move", BAD)
    assert len(caplog.messages) == 2
    assert caplog.messages[1].endswith("/x/type); and 41 more like it in the last 60 s")


def test_each_event_and_reason_has_its_own_line(watched: Any) -> None:
    """Another event, another place, another keyword, or another direction is another line."""
    one = watched()
    for _ in range(3):
        one.receive("move", BAD)
        one.receive("move", {"x": 9})
        one.receive("move", {"x": 1, "note": 5})
        one.receive("word", 5)
        one.receive("say", 5, namespace="/locked")
        one.guard.recorder.record(one.guard.guard.send_event("/", "moved", [BAD]))
    assert len(one.lines) == 6


def test_names_that_clients_make_up_share_a_line(watched: Any) -> None:
    """Undeclared events of a namespace are one kind; undeclared namespaces are another."""
    one = watched()
    for number in range(2_000):
        one.receive(f"made up {number}")
        one.receive("any", namespace=f"/made/up/{number}")
    assert len(one.lines) == 2
    assert len(one.violations) == 4_000


def test_each_rejection_is_a_line(watched: Any) -> None:
    """In `enforce` a client notices, so the log has each one."""
    one = watched("enforce")
    for _ in range(3):
        one.receive("move", BAD)
    assert len(one.lines) == 3


def test_a_log_that_was_switched_off_counts_nothing(watched: Any, caplog: Any) -> None:
    """The first violation after it is switched on again is a line."""
    one = watched()
    with caplog.at_level(logging.ERROR, "asyncapi_guard"):
        one.receive("move", BAD)
    one.receive("move", BAD)
    assert len(one.lines) == 1
