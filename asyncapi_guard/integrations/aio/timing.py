"""How a server on asyncio knows that a time is over: the event loop tells it."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.aio.calling import start

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Clock", "Deadline"]


class Deadline:
    """A time that will be over.

    Attributes:
        at: when, by `time.monotonic()`: the loop's own time stands still while a handler blocks it.
        handle: the loop's.
    """

    __slots__ = ("_clock", "at", "handle")

    handle: asyncio.TimerHandle

    def __init__(self, clock: Clock, at: float) -> None:
        self._clock = clock
        self.at: float = at

    def met(self) -> bool:
        """Return whether it is not over yet; then nothing happens when it is."""
        if self.at <= time.monotonic():
            return False
        self.forget()
        return True

    def forget(self) -> None:
        """Count as met."""
        self.at = math.inf
        self.handle.cancel()
        self._clock.waiting.discard(self)


class Clock:
    """Calls functions when times are over.

    Args:
        target: the server or the client in whose tasks they are called.

    Attributes:
        waiting: the deadlines that are not over.
    """

    def __init__(self, target: Any) -> None:
        self.waiting: set[Deadline] = set()
        self._target = target

    def set(self, seconds: float, function: Callable[..., Any], *args: Any) -> Deadline:
        """Call a function, in a task of its own, unless its deadline is met."""
        deadline = Deadline(self, time.monotonic() + seconds)
        loop = asyncio.get_running_loop()
        deadline.handle = loop.call_later(seconds, self._call, deadline, function, args)
        self.waiting.add(deadline)
        return deadline

    def stop(self) -> None:
        """Forget all deadlines that are not over yet: they count as met."""
        now = time.monotonic()
        for deadline in [each for each in self.waiting if each.at > now]:
            deadline.forget()

    def _call(
        self, deadline: Deadline, function: Callable[..., Any], args: tuple[Any, ...]
    ) -> None:
        deadline.at = -math.inf  # a loop may be early, by its clock's resolution
        self.waiting.discard(deadline)
        start(self._target, function, *args)
