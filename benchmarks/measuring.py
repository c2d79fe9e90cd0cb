"""How figures are made of short slices, so that they can be trusted; see `traffic.py`."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable

__all__ = [
    "HEAD",
    "Figure",
    "Row",
    "alone",
    "compare",
    "filling",
    "middle",
    "pin",
    "slices",
    "slices_on",
]

#: Runs something as many times, and returns the seconds of CPU that it took.
Slices: TypeAlias = Callable[[int], float]
_SLICE = 0.010  # seconds of CPU that one slice aims at


@dataclass(frozen=True)
class Figure:
    """Two things measured against one another.

    Attributes:
        first, second: µs of CPU per event, medians over the rounds.
        ratio: second ÷ first, the median of the rounds' ratios.
        spread: half of the range that the middle half of these ratios fills.
        error: how far that median may be off: half of its 95 % interval, by order statistics.
        difference: second - first in µs, the median of the rounds' differences.
    """

    first: float
    second: float
    ratio: float
    spread: float
    error: float
    difference: float


def slices(action: Callable[[], Any]) -> Slices:
    """Slices of calls of a function."""

    def take(count: int) -> float:
        gc.collect()
        repetitions = range(count)
        start = time.process_time()
        for _ in repetitions:
            action()
        return time.process_time() - start

    return take


def slices_on(
    loop: asyncio.AbstractEventLoop,
    action: Callable[[], Awaitable[Any]],
    after: Callable[[], Any] = lambda: None,
) -> Slices:
    """Slices of what an event loop awaits; what comes after a slice does not count."""

    async def run(count: int) -> float:
        repetitions = range(count)
        start = time.process_time()
        for _ in repetitions:
            await action()
        return time.process_time() - start

    def take(count: int) -> float:
        gc.collect()
        seconds = loop.run_until_complete(run(count))
        after()
        return seconds

    return take


def filling(take: Slices) -> int:
    """How many calls fill a slice; found by running them, which warms everything up."""
    count = 1
    while (seconds := take(count)) < _SLICE / 2:
        count *= 2
    return max(1, round(count * _SLICE / seconds))


def middle(values: list[float]) -> tuple[float, float]:
    """The median, and how far it may be off: half of its 95 % interval, by order statistics."""
    ordered, half = sorted(values), len(values) // 2
    margin = round(0.98 * len(values) ** 0.5)
    low, high = ordered[max(0, half - margin)], ordered[min(len(ordered) - 1, half + margin)]
    return statistics.median(ordered), (high - low) / 2


def compare(first: Slices, second: Slices, rounds: int) -> Figure:
    """Measure two things in turns."""
    counts = filling(first), filling(second)
    gc.collect()
    gc.freeze()
    pairs = []
    for turn in range(rounds):
        if turn % 2:
            b = second(counts[1]) / counts[1]
            a = first(counts[0]) / counts[0]
        else:
            a = first(counts[0]) / counts[0]
            b = second(counts[1]) / counts[1]
        pairs.append((a * 1e6, b * 1e6))
    gc.unfreeze()
    ratios = [b / a for a, b in pairs]
    lower, _, upper = statistics.quantiles(ratios, n=4)
    ratio, error = middle(ratios)
    return Figure(
        first=statistics.median(a for a, _ in pairs),
        second=statistics.median(b for _, b in pairs),
        ratio=ratio,
        spread=(upper - lower) / 2,
        error=error,
        difference=statistics.median(b - a for a, b in pairs),
    )


def alone(action: Callable[[], Any], rounds: int) -> float:
    """µs of CPU of one call, without the loop around it: the median."""
    return compare(slices(lambda: None), slices(action), rounds).difference


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, what came of it, and what it should be at most."""

    engine: str
    server: str
    path: str
    payload: str
    figure: Figure
    goal: float | None

    def cells(self) -> tuple[str, ...]:
        figure = self.figure
        goal = ""
        if self.goal is not None:
            goal = f"≤ {self.goal:.2f} {'✓' if figure.ratio <= self.goal else '✗'}"
        return (
            f"{self.engine}, {self.server}, {self.path}",
            self.payload,
            f"{figure.first:,.1f}",
            f"{figure.second:,.1f}",
            f"{figure.ratio:.3f}",
            f"{figure.spread:.3f}",
            f"{figure.error:.3f}",
            goal,
        )


HEAD = (
    "engine, server, path",
    "payload",
    "unguarded µs",
    "guarded µs",
    "ratio",
    "± spread",
    "± error",
    "goal",
)


def pin() -> int | None:
    """Keep the process on one CPU, where the system can; which one."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    cpu = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpu})
    return cpu
