"""Many measurements, recorded in one step.

OpenTelemetry's SDK looks up the attributes of each measurement anew, which takes longer than the
guard takes for an event. So measurements of the same attributes gather here, without a lock, and
the SDK's aggregations get them together: once there are many, and whenever somebody collects.

Each batch begins with the API's own `record`. So the SDK says what becomes of measurements (views,
their buckets, limits); the others of the batch go where that one went. An SDK in which this
cannot be seen gets each of them by `record`.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, Any

from opentelemetry.context import Context
from opentelemetry.metrics import NoOpHistogram

from asyncapi_guard.integrations.recording.log import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["Batches"]

#: How many measurements gather before they are recorded.
_MOST = 1_000
#: That of no event: a batch belongs to none.
_NOWHERE = Context()


class Batches:
    """The measurements of one histogram.

    Args:
        histogram: an instrument of OpenTelemetry's API.
    """

    def __init__(self, histogram: Any) -> None:
        self._histogram = histogram
        self._gathered: dict[tuple[tuple[str, Any], ...], deque[float]] = {}
        self._told = False

    def of(self, attributes: Mapping[str, Any]) -> Callable[[float], None]:
        """Return what takes a measurement with these attributes."""
        gathered = self._gathered.setdefault(tuple(attributes.items()), deque())
        own = dict(attributes)

        def observe(number: float) -> None:
            gathered.append(number)
            if len(gathered) > _MOST:
                self._record(gathered, own)

        return observe

    def record(self) -> None:
        """Record all that has gathered."""
        for attributes, gathered in list(self._gathered.items()):
            self._record(gathered, dict(attributes))

    def _record(self, gathered: deque[float], attributes: dict[str, Any]) -> None:
        numbers = list(_taken(gathered))
        if not numbers:
            return
        record = self._histogram.record
        record(numbers[0], attributes, _NOWHERE)
        rest = numbers[1:]
        if rest and not self._add(rest, attributes):
            for number in rest:
                record(number, attributes, _NOWHERE)

    def _add(self, numbers: list[float], attributes: dict[str, Any]) -> bool:
        """Add to where the first one went; `False`, and nothing is added, if that is not clear."""
        try:
            matches = list(_matches(self._histogram))
            # Those that came too late for the SDK's limit have no aggregation of their own.
            if any(_aggregation(match, attributes) is None for match in matches):
                return False
        except (AttributeError, TypeError):
            self._say_it_costs()
            return False
        for match in matches:
            _aggregate(match, attributes, numbers)
        return True

    def _say_it_costs(self) -> None:
        if not self._told:
            self._told = True
            write(
                logging.WARNING,
                "histograms are recorded one by one, which costs several µs for each event: %s is "
                "not OpenTelemetry's SDK as it was tested",
                type(self._histogram).__module__,
            )


def _taken(gathered: deque[float]) -> Iterator[float]:
    """What is in a queue now; another thread may take some of it."""
    for _ in range(len(gathered)):
        try:
            yield gathered.popleft()
        except IndexError:
            return


class _Measurement:
    """What the SDK's aggregations read of a measurement; one after the other has its value."""

    __slots__ = ("attributes", "value")

    def __init__(self, attributes: Mapping[str, Any]) -> None:
        self.attributes = attributes
        self.value = 0.0


def _matches(histogram: Any) -> Iterator[Any]:
    """What the SDK keeps for an instrument: one for each reader, and each view that fits."""
    # Until the application has set a provider, an instrument stands for a real one.
    real = getattr(histogram, "_real_instrument", histogram)
    if real is None or isinstance(real, NoOpHistogram):
        return  # nobody keeps anything
    for storage in real._measurement_consumer._reader_storages.values():
        yield from storage._get_or_init_view_instrument_match(real)


def _aggregation(match: Any, attributes: Mapping[str, Any]) -> Any:
    """What adds up measurements with these attributes, or `None`."""
    keys = match._view._attribute_keys
    kept = {key: each for key, each in attributes.items() if keys is None or key in keys}
    known = list(match._attributes_aggregation.values())
    return next((each for each in known if dict(each._attributes or {}) == kept), None)


def _aggregate(match: Any, attributes: Mapping[str, Any], numbers: Sequence[float]) -> None:
    measurement, left = _Measurement(attributes), len(numbers)
    while left:
        # A collection may take an aggregation away, within this lock.
        with match._lock:
            aggregation = _aggregation(match, attributes)
            if aggregation is not None:
                aggregate = aggregation.aggregate
                for measurement.value in numbers[:left]:
                    aggregate(measurement, False)  # noqa: FBT003  # no exemplar
                return
        left -= 1
        measurement.value = numbers[left]
        match.consume_measurement(measurement, False)  # noqa: FBT003  # makes another one
