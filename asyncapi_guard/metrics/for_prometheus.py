"""A guard's counters and times, for prometheus_client."""

from __future__ import annotations

import atexit
import os
import threading
from collections import Counter as Sums
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import CounterMetricFamily

from asyncapi_guard.errors import InstallationError
from asyncapi_guard.integrations.observing import observe_times
from asyncapi_guard.integrations.recording.statistics import UNDECLARED
from asyncapi_guard.metrics.labels import LABELS, Names, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard

__all__ = ["export"]

_MESSAGES = "asyncapi_guard_messages"
_ABOUT = "Messages that the guard validated, by what was done."
#: In seconds: judging takes microseconds, and handlers as long as they like.
_JUDGING = (5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 1e-2, 1e-1)
_HANDLING = (1e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 1e-1, 2.5e-1, 5e-1, 1.0, 2.5, 5.0, 10.0)
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
        self._times: _Times | None = None
        self._register(registry)

    def _register(self, registry: Any) -> None:
        registry.register(self)

    def add(self, guard: AsyncAPIGuard) -> None:
        """Add the counters of one more guard."""
        if guard in self.guards:
            raise InstallationError("metrics.prometheus: the guard is in this registry already")
        self.guards.append(guard)

    def measure(self, guard: AsyncAPIGuard, registry: Any) -> None:
        """Measure the times of a guard."""
        if self._times is None:
            self._times = _Times(registry)
        times = self._times
        guard.observe_adapters(lambda adapter: observe_times(adapter, times.of(guard)))

    def counted(self) -> Sums[tuple[str, ...]]:
        """What all of them have counted."""
        found: Sums[tuple[str, ...]] = Sums()
        for guard in self.guards:
            found.update(counted(guard))
        return found

    def describe(self) -> Iterator[Any]:
        """Say what there will be, so that nobody else can have the name."""
        yield CounterMetricFamily(_MESSAGES, _ABOUT, labels=LABELS)

    def collect(self) -> Iterator[Any]:
        """Read the counters, because somebody scrapes."""
        family = CounterMetricFamily(_MESSAGES, _ABOUT, labels=LABELS)
        for labels, number in sorted(self.counted().items()):
            family.add_metric(labels, number)
        yield family


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

    def add(self, guard: AsyncAPIGuard) -> None:
        """Add a guard; what it has counted until now counts, too."""
        super().add(guard)
        guard.observe_adapters(self._follow)
        self.start()

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


class _Times:
    """The histograms of a registry."""

    def __init__(self, registry: Any) -> None:
        self._judging = Histogram(
            "asyncapi_guard_judging_seconds",
            "How long the guard took to validate events that came.",
            ("namespace", "event"),
            buckets=_JUDGING,
            registry=registry,
        )
        self._handling = Histogram(
            "asyncapi_guard_handler_seconds",
            "How long the handlers of events took.",
            ("namespace", "event"),
            buckets=_HANDLING,
            registry=registry,
        )

    def of(self, guard: AsyncAPIGuard) -> _TimesOfGuard:
        """Those of a guard's events."""
        return _TimesOfGuard(guard, self._judging, self._handling)


class _TimesOfGuard:
    """Observes the times of an adapter."""

    def __init__(self, guard: AsyncAPIGuard, judging: Histogram, handling: Histogram) -> None:
        self._guard = guard
        self._names = Names()
        self._observe: dict[tuple[bool, str, Any], Any] = {}
        self._histograms = handling, judging

    def judged(self, namespace: str, event: Any, verdict: Verdict, seconds: float) -> None:
        """An event was judged."""
        self._observer(True, namespace, event if verdict.declared else UNDECLARED)(seconds)  # noqa: FBT003  # which one

    def handled(self, namespace: str, event: Any, expected: bool, seconds: float) -> None:  # noqa: FBT001  # each event's
        """A handler is done."""
        self._observer(False, namespace, event if expected else UNDECLARED)(seconds)  # noqa: FBT003  # which one

    def _observer(self, judging: bool, namespace: str, event: str) -> Any:  # noqa: FBT001  # each event's
        key = judging, namespace, event
        found = self._observe.get(key)
        if found is None:
            self._names.follow(self._guard.contract)
            labels = self._names.namespace(namespace), event
            found = self._histograms[judging].labels(*labels).observe
            if event != UNDECLARED and len(self._observe) < 10_000:
                self._observe[key] = found
        return found
