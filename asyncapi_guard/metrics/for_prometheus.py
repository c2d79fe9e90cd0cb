"""A guard's counters and times, for prometheus_client."""

from __future__ import annotations

import atexit
import os
import threading
from collections import Counter as Sums
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

from asyncapi_guard.errors import InstallationError
from asyncapi_guard.integrations.observing import observe_times
from asyncapi_guard.metrics.labels import LABELS, counted
from asyncapi_guard.metrics.named_times import JUDGING, NamedTimes
from asyncapi_guard.metrics.times import Times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["export"]

_MESSAGES = "asyncapi_guard_messages"
_ABOUT = "Messages that the guard validated, by what was done."
_EVENT = ("namespace", "event")
#: In seconds: judging takes microseconds, and handlers as long as they like.
_JUDGING = (5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 1e-2, 1e-1)
_HANDLING = (1e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 1e-1, 2.5e-1, 5e-1, 1.0, 2.5, 5.0, 10.0)
#: By whether it is of judging: the name, what it is about, and its buckets.
_TIMES = {
    True: (
        "asyncapi_guard_judging_seconds",
        "How long the guard took to validate events that came.",
        _JUDGING,
    ),
    False: ("asyncapi_guard_handler_seconds", "How long the handlers of events took.", _HANDLING),
}
#: Seconds between two times at which counters go into memory-mapped files.
_EVERY = 1.0


def export(guard: AsyncAPIGuard, registry: Any, *, histograms: bool) -> None:
    """Put a guard into a registry; see `prometheus`."""
    registry = REGISTRY if registry is None else registry
    exported = _exported.get(registry)
    if exported is None:
        exported = _exported[registry] = _of_mode()(registry)
    exported.add(guard)
    if histograms:
        exported.measure(guard, registry)


class _Exported:
    """What a registry has of guards."""

    def __init__(self, registry: Any) -> None:
        self.guards: list[AsyncAPIGuard] = []
        self._times: _Measured | None = None
        self._register(registry)

    def _register(self, registry: Any) -> None:
        registry.register(self)

    def add(self, guard: AsyncAPIGuard) -> None:
        """Add the counters of one more guard."""
        if guard in self.guards:
            raise InstallationError("metrics.prometheus: the guard is already in this registry")
        self.guards.append(guard)

    def measure(self, guard: AsyncAPIGuard, registry: Any) -> None:
        """Measure the times of a guard."""
        if self._times is None:
            self._times = self._measuring(registry)
        observer = partial(NamedTimes, self._times.observe)
        guard.observe_adapters(lambda adapter: observe_times(adapter, observer))

    def _measuring(self, registry: Any) -> _Measured:  # noqa: ARG002  # in several processes
        return _Measured()

    def counted(self) -> Sums[tuple[str, ...]]:
        """What all of them have counted."""
        found: Sums[tuple[str, ...]] = Sums()
        for guard in self.guards:
            found.update(counted(guard))
        return found

    def describe(self) -> Iterator[Any]:
        """Say what there will be, so that nobody else can have the name."""
        yield CounterMetricFamily(_MESSAGES, _ABOUT, labels=LABELS)
        yield from _families(_Measured())

    def collect(self) -> Iterator[Any]:
        """Read the counters, because somebody scrapes."""
        family = CounterMetricFamily(_MESSAGES, _ABOUT, labels=LABELS)
        for labels, number in sorted(self.counted().items()):
            family.add_metric(labels, number)
        yield family
        if self._times is not None:
            yield from _families(self._times)


def _families(measured: _Measured) -> Iterator[Any]:
    """The histograms of what was measured."""
    families = {
        judging: HistogramMetricFamily(name, about, labels=_EVENT)
        for judging, (name, about, _) in _TIMES.items()
    }
    for (judging, *labels), times in measured.all():
        counts, total = times.read()
        bounds = [*map(str, _TIMES[judging][2]), "+Inf"]
        buckets = list(zip(bounds, accumulate(counts), strict=True))
        families[judging].add_metric(labels, buckets, total)
    yield from families.values()


class _InSeveralProcesses(_Exported):
    """The same in multiprocess mode: a thread carries counters into files that others read."""

    def _register(self, registry: Any) -> None:
        self._counter = Counter(_MESSAGES, _ABOUT, LABELS, registry=registry)
        self._begin()
        _CARRIERS.add(self)

    def _begin(self) -> None:
        self._carrying = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._carried = self.counted()
        if self._times is not None:
            self._times.renew_locks()
        known = () if self._times is None else self._times.all()
        self._carried_times = {key: times.read() for key, times in known}

    def add(self, guard: AsyncAPIGuard) -> None:
        """Add a guard; what it has counted until now counts, too."""
        super().add(guard)
        guard.observe_adapters(self._follow)
        if self.counted():
            self.start()  # else when there is something: the process may be forked before

    def _follow(self, adapter: Any) -> None:
        recorder = getattr(adapter, "recorder", None)
        if recorder is not None and self.start not in recorder.tally.listeners:
            recorder.tally.listeners += (self.start,)

    def start(self) -> None:
        """Start the thread of this process, unless it runs."""
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None:
                run = threading.Thread(target=self._run, name="asyncapi_guard metrics", daemon=True)
                self._thread = run
                run.start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self.carry()
            pause.wait(_EVERY)

    def carry(self) -> None:
        """Add what was counted since the last time."""
        with self._carrying:
            now = self.counted()
            for labels, number in (now - self._carried).items():
                self._counter.labels(*labels).inc(number)
            self._carried = now | self._carried
            if self._times is not None:
                self._carry_times(self._times)

    def _measuring(self, registry: Any) -> _Measured:
        self._histograms = {
            judging: Histogram(name, about, _EVENT, buckets=bounds, registry=registry)
            for judging, (name, about, bounds) in _TIMES.items()
        }
        return _Measured()

    def _carry_times(self, measured: _Measured) -> None:
        for key, times in measured.all():
            judging, *labels = key
            counts, total = times.read()
            before, total_before = self._carried_times.get(key, ([0] * len(counts), 0.0))
            self._carried_times[key] = counts, total
            histogram: Any = self._histograms[judging].labels(*labels)
            # What `observe` does for each of them.
            for bucket, new, old in zip(histogram._buckets, counts, before, strict=True):
                if new > old:
                    bucket.inc(new - old)
            histogram._sum.inc(total - total_before)

    def forget(self) -> None:
        """Begin anew in a process that was forked."""
        self._begin()


_exported: WeakKeyDictionary[Any, _Exported] = WeakKeyDictionary()
_CARRIERS: WeakSet[_InSeveralProcesses] = WeakSet()


def _of_mode() -> type[_Exported]:
    several = {"PROMETHEUS_MULTIPROC_DIR", "prometheus_multiproc_dir"} & os.environ.keys()
    return _InSeveralProcesses if several else _Exported


def _carry_all() -> None:
    for each in list(_CARRIERS):
        each.carry()


def _forget_all() -> None:
    for each in list(_CARRIERS):
        each.forget()


atexit.register(_carry_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


# -- times -----------------------------------------------------------------------------------------


class _Measured:
    """The times of guards, by which of them it is, namespace and event."""

    def __init__(self) -> None:
        self._times: dict[tuple[bool, str, str], Times] = {}
        self._adding = threading.Lock()

    def renew_locks(self) -> None:
        """Forget who had locks: a thread of the process from which this one was forked."""
        self._adding = threading.Lock()
        for times in self._times.values():
            times.renew_lock()

    def observe(self, kind: str, namespace: str, event: str) -> Callable[[float], None]:
        """What takes the times of an event."""
        judging = kind == JUDGING
        key = judging, namespace, event
        with self._adding:
            return self._times.setdefault(key, Times(_TIMES[judging][2])).observe

    def all(self) -> list[tuple[tuple[bool, str, str], Times]]:
        """What was measured."""
        with self._adding:
            return sorted(self._times.items(), key=lambda each: each[0])
