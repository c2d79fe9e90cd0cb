"""How a server on threads knows that a time is over: one timer for all that it waits for.

The timer sleeps in a thread or a greenlet of the server's own kind, for as long as something is
waited for. What waits equally long is over in the order in which it began, so nothing is sorted.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.threads.calling import start

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Clock", "Deadline"]

#: So many seconds are slept at once; an event cannot wait for centuries.
_LONGEST = 3_600.0


class Deadline:
    """A time that will be over.

    Attributes:
        at: when, by `time.monotonic()`.
    """

    __slots__ = ("_clock", "_queue", "args", "at", "function")

    def __init__(
        self, clock: Clock, queue: _Queue, function: Callable[..., Any], args: tuple[Any, ...]
    ) -> None:
        self._clock = clock
        self._queue = queue
        self.at: float = math.inf
        self.function: Callable[..., Any] = function
        self.args: tuple[Any, ...] = args

    def met(self) -> bool:
        """Return whether it is not over yet; then nothing happens when it is."""
        with self._clock.lock:
            if self.at <= time.monotonic():
                return False
            self.at = math.inf
            self._queue.pop(self, None)
            return True


#: Deadlines in the order of their times.
_Queue = OrderedDict[Deadline, None]


class Clock:
    """Calls functions when times are over.

    Args:
        target: the server or the client in whose threads they are called.

    Attributes:
        lock: held while something about a deadline changes.
    """

    def __init__(self, target: Any) -> None:
        self.lock: threading.Lock = threading.Lock()
        self._target = target
        #: By how many seconds the deadlines are away when they are set.
        self._queues: dict[float, _Queue] = {}
        #: When the timer looks again; `None` while there is no timer.
        self._next: float | None = None
        self._wake: Any = None

    def set(self, seconds: float, function: Callable[..., Any], *args: Any) -> Deadline:
        """Call a function, in a thread of its own, unless its deadline is met.

        Raises:
            RuntimeError: no thread can be started.
        """
        with self.lock:
            queue = self._queues.get(seconds)
            if queue is None:
                queue = self._queues[seconds] = OrderedDict()
            deadline = Deadline(self, queue, function, args)
            deadline.at = time.monotonic() + seconds
            queue[deadline] = None
            sleeps = self._next is not None
            if self._next is not None and self._next <= deadline.at:
                return deadline
            self._next = deadline.at
            self._wake = self._wake or self._target.eio.create_event()
        if sleeps:
            self._wake.set()
        else:
            self._start(deadline)
        return deadline

    def _start(self, deadline: Deadline) -> None:
        """Start the timer for the first deadline."""
        try:
            start(self._target, self._run)
        except BaseException:  # no thread can be started, so nothing waits for this one either
            with self.lock:
                self._next = None
            deadline.met()
            raise

    def stop(self) -> None:
        """Forget all deadlines that are not over yet: they count as met."""
        with self.lock:
            now = time.monotonic()
            for queue in self._queues.values():
                for deadline in [each for each in queue if each.at > now]:
                    deadline.at = math.inf
                    del queue[deadline]
            sleeps = self._next is not None
        if sleeps:
            self._wake.set()

    def _run(self) -> None:
        """Sleep and call, until nothing is waited for."""
        try:
            while (pause := self._call_due()) is not None:
                self._wake.wait(pause)
                self._wake.clear()
        except BaseException:
            with self.lock:
                self._next = None  # the next one that is set begins anew
            raise

    def _call_due(self) -> float | None:
        """Call for what is over; return for how long to sleep then, `None` for no more."""
        with self.lock:
            now = time.monotonic()
            due = [each for queue in self._queues.values() for each in _take_due(queue, now)]
            for seconds in [each for each, queue in self._queues.items() if not queue]:
                del self._queues[seconds]
            firsts = [next(iter(queue)).at for queue in self._queues.values()]
            self._next = min(firsts, default=None)
            pause = None if self._next is None else min(self._next - now, _LONGEST)
        for deadline in due:
            self._call(deadline)
        return pause

    def _call(self, deadline: Deadline) -> None:
        try:
            start(self._target, deadline.function, *deadline.args)
        except RuntimeError:  # no thread can be started, and somebody waits for an answer
            deadline.function(*deadline.args)


def _take_due(queue: _Queue, now: float) -> list[Deadline]:
    due = []
    while queue and (first := next(iter(queue))).at <= now:
        del queue[first]
        due.append(first)
    return due
