"""The clocks that know when a handler or an ack is late: one timer, whatever it waits for."""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import Any

import pytest
import socketio

from asyncapi_guard.integrations.aio.timing import Clock as AsyncioClock
from asyncapi_guard.integrations.threads.timing import Clock

PATIENCE = 60
LONG = 600.0


class Target:
    """A server, as a clock sees it.

    Attributes:
        started: what was called in threads of their own.
    """

    def __init__(self) -> None:
        self.eio = socketio.Server(async_mode="threading").eio
        self.started: list[Any] = []
        self.threads: list[threading.Thread] = []
        self.done: queue.Queue[Any] = queue.Queue()

    def start_background_task(self, function: Any, *args: Any) -> None:
        self.started.append(function)
        self.threads.append(threading.Thread(target=function, args=args, daemon=True))
        self.threads[-1].start()

    def timers(self, clock: Clock) -> int:
        return sum(each == clock._run for each in self.started)


def waiting(clock: Clock) -> int:
    return sum(map(len, clock._queues.values()))


def test_a_deadline_is_over_once() -> None:
    """Then it is too late to meet it."""
    target = Target()
    clock = Clock(target)
    deadline = clock.set(0.001, target.done.put, "over")
    assert target.done.get(timeout=PATIENCE) == "over"
    assert not deadline.met()
    assert target.done.empty()
    assert waiting(clock) == 0


def test_a_deadline_that_is_met_is_forgotten() -> None:
    """At once, however far away it was; and it stays met."""
    target = Target()
    clock = Clock(target)
    deadlines = [clock.set(LONG, target.done.put, n) for n in range(1000)]
    assert waiting(clock) == 1000
    assert all(each.met() for each in reversed(deadlines))
    assert waiting(clock) == 0
    assert all(each.met() for each in deadlines)
    assert target.timers(clock) == 1
    clock.stop()


def test_a_nearer_deadline_wakes_the_timer() -> None:
    """There is one timer, also where times differ."""
    target = Target()
    clock = Clock(target)
    far = clock.set(LONG, target.done.put, "far")
    for seconds in (0.03, 0.002, 0.01):
        clock.set(seconds, target.done.put, seconds)
    assert {target.done.get(timeout=PATIENCE) for _ in range(3)} == {0.002, 0.01, 0.03}
    assert target.timers(clock) == 1
    assert far.met()
    clock.stop()


def test_the_timer_ends_when_nothing_is_waited_for() -> None:
    """And begins anew when something is."""
    target = Target()
    clock = Clock(target)
    for n in range(3):
        clock.set(0.001, target.done.put, n)
        assert target.done.get(timeout=PATIENCE) == n
    assert clock.set(LONG, target.done.put, "far").met()
    clock.stop()
    for thread in target.threads:
        thread.join(PATIENCE)
    assert clock._next is None


def test_a_clock_that_is_stopped() -> None:
    """What was waited for counts as met; the clock can be used again."""
    target = Target()
    clock = Clock(target)
    deadline = clock.set(LONG, target.done.put, "far")
    clock.stop()
    assert deadline.met()
    clock.set(0.001, target.done.put, "again")
    assert target.done.get(timeout=PATIENCE) == "again"


def test_a_server_without_threads_left() -> None:
    """One that cannot start the timer says so, and can when there are some again."""
    target = Target()
    clock = Clock(target)
    start, target.start_background_task = target.start_background_task, _no_thread  # type: ignore[method-assign]  # a double
    with pytest.raises(RuntimeError):
        clock.set(LONG, target.done.put, "first")
    assert waiting(clock) == 0
    target.start_background_task = start  # type: ignore[method-assign]  # as above
    clock.set(0.001, target.done.put, "second")
    assert target.done.get(timeout=PATIENCE) == "second"


def test_a_server_that_cannot_start_threads_meanwhile() -> None:
    """The timer calls itself what it cannot have called."""
    target = Target()
    clock = Clock(target)
    clock.set(0.05, target.done.put, "over")
    clock.set(0.05, target.done.put, "over as well")
    target.start_background_task = _no_thread  # type: ignore[method-assign]  # a double
    assert target.done.get(timeout=PATIENCE) == "over"
    assert target.done.get(timeout=PATIENCE) == "over as well"


def _no_thread(*_: Any) -> None:
    raise RuntimeError("can't start new thread")


def test_deadlines_that_are_met_and_over_at_once() -> None:
    """Each is either met or over, never both and never none."""
    target = Target()
    clock = Clock(target)
    met: queue.Queue[int] = queue.Queue()

    def race(first: int) -> None:
        for n in range(first, first + 100):
            deadline = clock.set(0.0005, target.done.put, n)
            threading.Event().wait(0.0005)
            if deadline.met():
                met.put(n)

    racers = [threading.Thread(target=race, args=(first,)) for first in (0, 100, 200)]
    for each in racers:
        each.start()
    for each in racers:
        each.join(PATIENCE)
    in_time = {met.get() for _ in range(met.qsize())}
    over = {target.done.get(timeout=PATIENCE) for _ in range(300 - len(in_time))}
    assert in_time.isdisjoint(over)
    assert in_time | over == set(range(300))
    assert target.done.empty()


def test_a_loop_that_tells_the_time() -> None:
    """On asyncio a blocked loop cannot tell; the deadline is over all the same."""
    server = socketio.AsyncServer(async_mode="asgi")
    done: list[str] = []

    async def put(text: str) -> None:
        done.append(text)
        over.set()

    async def run() -> None:
        clock = AsyncioClock(server)
        late = clock.set(0.001, put, "late")
        far = clock.set(LONG, put, "far")
        threading.Event().wait(0.01)  # as a handler that does not await
        assert not late.met()
        assert far.met()
        await asyncio.wait_for(over.wait(), PATIENCE)
        assert clock.waiting == set()
        stopped = clock.set(LONG, put, "stopped")
        clock.stop()
        assert stopped.met()
        assert clock.waiting == set()

    over = asyncio.Event()
    asyncio.run(run())
    assert done == ["late"]
