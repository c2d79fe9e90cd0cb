"""Counts the used parts of a contract: by day, client version, event and message.

Whether something came is counted each time. What is in it is looked at each time, too, as long as
that costs little: the first values of each day and version always, and the others within a budget
for each second. So a server with much traffic pays no more, and a line says how many were looked
into.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from asyncapi_guard.usage.lines import VERSION, UseLine
from asyncapi_guard.usage.places import MOST_PARTS, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.usage.client_versions import Label
    from asyncapi_guard.usage.lines import Sender, What

__all__ = ["Counter", "Subject"]

#: How many values of each version, message and day are looked into in any case.
_ALWAYS = 100
#: How many parts of others are looked at in a second.
_PER_SECOND = 10_000
#: How many kinds of things are counted between two times that they are written.
_MOST = 20_000
_DAY = 86_400
_EPOCH = date(1970, 1, 1)
_NAME, _TEXT = 150, 800


class Subject:
    """What is counted: a message of an event, or its ack.

    Args:
        namespace: the address of the channel.
        event: the Socket.IO event.
        sender: who sends the event.
        what: the event, or its ack.
        message: the id of the message; `None` where none has matched.
        schemas: what the values may be; none where nothing is looked into.
    """

    __slots__ = ("about", "plan")

    def __init__(
        self,
        namespace: str,
        event: str,
        sender: Sender,
        what: What,
        message: str | None,
        schemas: Iterable[Schema | None] = (),
    ) -> None:
        self.about: tuple[str, str, Sender, What, str | None] = (
            namespace[:_TEXT],
            event[:_NAME],
            sender,
            what,
            None if message is None else message[:_NAME],
        )
        several = [*schemas]
        self.plan: Plan | None = Plan(several) if several else None


@dataclass(slots=True)
class _Tally:
    """How often something was used by one version on one day.

    Attributes:
        day: the day.
        before: how many values were looked into on that day that are written already.
    """

    day: int
    before: int = 0
    count: int = 0
    looked: int = 0
    part: int = 0
    asked: int = 0
    slots: list[int] = field(default_factory=list)


class Counter:
    """Counts; all threads may.

    Args:
        clock: seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tallies: dict[tuple[Label, Subject], _Tally] = {}
        self._ended: list[UseLine] = []
        self._next_second = 0.0
        self._left = _PER_SECOND
        #: How often each was looked into on this day, of what is written.
        self._looked: dict[tuple[Label, Subject], int] = {}
        self._day = 0

    def count(
        self,
        label: Label,
        subject: Subject,
        args: Sequence[Any] | None,
        asked: bool = False,  # noqa: FBT001, FBT002  # positional, as quick as can be
        times: int = 1,
    ) -> None:
        """Count something.

        Args:
            label: the version of the client.
            subject: what it is.
            args: its arguments; `None` where they should not be looked at.
            asked: an ack is asked for.
            times: so many clients have it.
        """
        now = self._clock()
        key = label, subject
        plan = subject.plan
        with self._lock:
            if now >= self._next_second:
                self._begin_second(now)
            tally = self._tallies.get(key)
            if tally is None or tally.day != self._day:
                tally = self._new(key)
            tally.count += times
            if asked:
                tally.asked += times
            if args is None or plan is None:
                return
            if self._left <= 0 and tally.before + tally.looked >= _ALWAYS:
                return
            parts = plan.look(args, tally.slots)
            self._left -= parts
            tally.looked += 1
            if parts >= MOST_PARTS:
                tally.part += 1

    def _begin_second(self, now: float) -> None:
        self._next_second, self._left = int(now) + 1, _PER_SECOND
        day = int(now) // _DAY
        if day != self._day:
            self._day, self._looked = day, {}

    def _new(self, key: tuple[Label, Subject]) -> _Tally:
        previous = self._tallies.get(key)
        if previous is not None:
            self._ended.append(_line(key, previous))
        elif len(self._tallies) >= _MOST:
            raise OverflowError("too many counts are waiting to be written")
        tally = self._tallies[key] = _Tally(self._day, self._looked.get(key, 0))
        return tally

    def take(self) -> list[UseLine]:
        """What was counted since the last time, as lines."""
        with self._lock:
            tallies, self._tallies = self._tallies, {}
            for key, tally in tallies.items():
                if tally.day == self._day:
                    self._looked[key] = tally.before + tally.looked
            ended, self._ended = self._ended, []
        return ended + [_line(key, tally) for key, tally in tallies.items()]


def _line(key: tuple[Label, Subject], tally: _Tally) -> UseLine:
    label, subject = key
    namespace, event, sender, what, message = subject.about
    return UseLine(
        v=VERSION,
        day=_EPOCH + timedelta(days=tally.day),
        client=label.text,
        kind=label.kind,
        namespace=namespace,
        event=event,
        sender=sender,
        what=what,
        message=message,
        count=tally.count,
        looked=tally.looked,
        part=tally.part,
        asked=tally.asked,
        places={} if subject.plan is None else subject.plan.counted(tally.slots),
    )
