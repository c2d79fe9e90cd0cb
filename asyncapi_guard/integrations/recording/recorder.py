"""What is written down of violations: counters, log lines, and the application's hook.

Whatever a log handler or the hook does, the client that waits for an answer gets it.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from asyncapi_guard.integrations.recording.log import logger, write
from asyncapi_guard.integrations.recording.repeats import Repeats, kind_of
from asyncapi_guard.integrations.recording.source_lines import SourceLines
from asyncapi_guard.integrations.recording.statistics import UNDECLARED, Tally
from asyncapi_guard.violations import Code

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract import Contract, SourceFile
    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.violation_log.log import ViolationLog
    from asyncapi_guard.violation_log.operations import Counts
    from asyncapi_guard.violations import Perspective, Violation

__all__ = ["Recorder"]


class Recorder:
    """Counts, logs, and tells the application.

    Args:
        on_violation: called with each violation.
        addresses: put the addresses of clients into violations and log lines.

    Attributes:
        tally: the counters.
        namespaces: the addresses that the contract declares. What clients invent besides is
            counted under one name.
        place_of: names the place of a problem of a violation for people.
        file: where violations are written as data; `None` for nowhere.
    """

    def __init__(
        self, on_violation: Callable[[Violation], object] | None = None, *, addresses: bool = True
    ) -> None:
        self.on_violation: Callable[[Violation], object] | None = on_violation
        self.addresses: bool = addresses
        self.tally: Tally = Tally()
        self.namespaces: frozenset[str | None] = frozenset()
        self.place_of: Callable[[Violation, str], str] = self._place_in_document
        self.file: ViolationLog | None = None
        self._repeats = Repeats()
        #: Apart: clients that come again and again must not hide what is reported of others.
        self._limited = Repeats()
        #: The last violations, where somebody wants to see them.
        self._last: deque[tuple[float, Violation]] | None = None
        self._keeping = threading.Lock()
        self._files: tuple[SourceFile, ...] = ()
        self._lines = SourceLines(())

    def follow(self, contract: Contract) -> None:
        """Count what a contract declares, and name places in the files that it was read from."""
        self.namespaces = frozenset(each.address for each in contract.channels.values())
        if contract.sources != self._files:
            self._files = contract.sources
            self._lines = SourceLines(contract.sources)

    def keep_last(self, count: int) -> None:
        """Keep so many violations for `last`."""
        self._last = deque(maxlen=count)

    def last(self) -> list[tuple[float, Violation]]:
        """The violations that were kept, oldest first, with the seconds since the epoch."""
        with self._keeping:
            return list(self._last or ())

    def write_to(self, file: ViolationLog | None, guard: Callable[[], Guard]) -> None:
        """Write violations, and counters, as data.

        Args:
            file: where; `None` for nowhere.
            guard: returns the guard that is in force.
        """
        self.file = file
        if file is not None:
            file.count_from(guard, self._numbers)
            self.tally.listeners += (file.start,)

    def _numbers(self) -> Counts:
        return self.tally.numbers()

    def take_over(self, previous: Recorder) -> None:
        """Count on where another recorder stopped."""
        previous.close()
        self.tally = previous.tally
        start = None if previous.file is None else previous.file.start
        self.tally.listeners = tuple(each for each in self.tally.listeners if each != start)
        if self.file is not None:
            self.file.count_from_now()
            self.tally.listeners += (self.file.start,)

    def count_as(self, side: Perspective) -> None:
        """Say on which side what is counted is validated."""
        if self.file is not None:
            self.file.side = side

    def close(self) -> None:
        """Write all that is known."""
        if self.file is not None:
            self.file.close()

    def log(self, level: int, text: str, *args: object) -> None:
        """Write a line; a log handler that raises must not cost a client its answer."""
        write(level, text, *args)

    def counted_as(self, namespace: str, event: str, verdict: Verdict) -> tuple[str, str]:
        """Return the names that traffic is counted under."""
        if verdict.declared:
            return namespace, event
        violation = verdict.violation
        if violation is not None and violation.code is not Code.UNDECLARED_NAMESPACE:
            return (namespace if namespace in self.namespaces else UNDECLARED), UNDECLARED
        return UNDECLARED, UNDECLARED

    def record(
        self, verdict: Verdict, sid: str | None = None, address: str | None = None
    ) -> Violation | None:
        """Write a violation down, and tell the application.

        An `Exception` that a log handler or the hook raises goes no further.

        Args:
            verdict: the result of judging.
            sid: the session id of the client, when the traffic has one client.
            address: the client's address.

        Returns:
            The violation with both, as the hook got it; `None` if the verdict has none.
        """
        violation = self.write_down(verdict, sid, address)
        self.tell(violation)
        return violation

    def write_down(
        self, verdict: Verdict, sid: str | None = None, address: str | None = None
    ) -> Violation | None:
        """Count and log a violation; return it with its client, as for `record`."""
        if verdict.violation is None:
            return None
        address = address if self.addresses else None
        violation = dataclasses.replace(
            verdict.violation, sid=sid, address=address, places=self._places(verdict.violation)
        )
        names = self.counted_as(violation.namespace, violation.event, verdict)
        count = self.tally.rejected if violation.rejected else self.tally.reported
        count(*names, violation.checkpoint)
        if self._last is not None:
            # Code first, handlers of all events are in no document.
            kept = violation if verdict.declared else violation.without_places()
            with self._keeping:
                self._last.append((time.time(), kept))
        self._log(violation, *names)
        if self.file is not None:
            self._write(self.file, violation, declared=verdict.declared)
        return violation

    def _write(self, file: ViolationLog, violation: Violation, *, declared: bool) -> None:
        """Write it as data; whatever goes wrong costs a client nothing."""
        try:
            kept = violation if declared else violation.without_places()
            file.add(kept, partial(self.place_of, kept), declared=declared)
        except Exception as error:  # noqa: BLE001  # as for other logs
            kind = type(error).__name__
            write(logging.ERROR, "a violation could not be written as data: %s", kind)

    def tell(self, violation: Violation | None) -> object:
        """Call the application's hook; return what it returned, which may wait to be awaited."""
        if violation is None or self.on_violation is None:
            return None
        try:
            return self.on_violation(violation)
        except Exception:  # noqa: BLE001  # whatever it is, the client is answered
            self.hook_failed()
            return None

    def hook_failed(self) -> None:
        """Log the exception of the application's hook, which is being handled."""
        write(logging.ERROR, "on_violation failed", exc_info=True)

    def place_in_document(self, location: str) -> str:
        """Return the place of a message or a schema (`file#/json/pointer`), for people."""
        return self._lines.of(location) if location else ""

    def _place_in_document(self, _violation: Violation, location: str) -> str:
        return self.place_in_document(location)

    def _log(self, violation: Violation, namespace: str, event: str) -> None:
        """Write a line; about what is reported or too much, not more often than once a minute."""
        if not logger.isEnabledFor(logging.WARNING):
            return
        limited = violation.code is Code.RATE_LIMITED
        if violation.rejected and not limited:
            write(logging.WARNING, "%s", violation.line())
            return
        if limited:  # of each client: its events are many by nature
            place = violation.namespace, violation.sid, violation.problems[0].keyword
            repeat = self._limited.next(place)
        else:
            repeat = self._repeats.next(kind_of(violation, namespace, event))
        if repeat is not None:
            write(logging.WARNING, "%s%s", violation.line(), repeat)

    def _places(self, violation: Violation) -> tuple[str, ...]:
        try:
            return violation.placed(partial(self.place_of, violation))
        except Exception:  # noqa: BLE001  # the client is answered, wherever it was
            write(logging.ERROR, "the guard failed to find a place", exc_info=True)
            return ()
