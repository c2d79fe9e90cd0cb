"""What the mock sends where nobody says what: examples of the document, else drawn values.

The same seed gives the same values: which one it is depends on the event, and on how often it came
before, and not on when it came or on what else did.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from hashlib import blake2b
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

from asyncapi_guard.mock.echoing import Names, echoed, names_in
from asyncapi_guard.mock.refusals import is_refusal, without_error
from asyncapi_guard.values import (
    NoValue,
    RandomChoices,
    draw_ack,
    draw_arguments,
    example_acks,
    example_arguments,
)
from asyncapi_guard.values.judges import ack_judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from asyncapi_guard.contract import Ack, Message, Schema
    from asyncapi_guard.guard.rules import Rule

__all__ = ["Drawer"]

#: How many values are drawn until one says that all is well, or that it is not.
_TRIES = 40
#: How many values are remembered; drawing them takes longer than anything else.
_KEPT = 10_000
_EXAMPLES = 50


class _Pool:
    """What is known of the values of one ack, or of one event; found once.

    Attributes:
        place: identifies it.
        accepts: whether values are valid.
        examples: those of the document.
        names: the names of the fields that they may have.
    """

    def __init__(
        self,
        place: str,
        accepts: Callable[[Sequence[Any]], bool],
        examples: Iterable[list[Any]],
        schemas: Iterable[Schema],
    ) -> None:
        self.place: str = place
        self.accepts: Callable[[Sequence[Any]], bool] = accepts
        self.examples: list[list[Any]] = list(islice(examples, _EXAMPLES))
        self.names: Names = names_in(schemas)


class Drawer:
    """Makes values by a seed.

    Args:
        seed: of all of them.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn: OrderedDict[tuple[Any, ...], list[Any]] = OrderedDict()
        self._pools: dict[tuple[Any, ...], _Pool] = {}
        self._lock = Lock()

    def choices(self, *key: object) -> RandomChoices:
        """Decisions for one purpose."""
        text = "\0".join(map(str, (self._seed, *key)))
        return RandomChoices(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big"))

    def ack(
        self, message: Message, ack: Ack, times: int, sources: Sequence[Any], *, error: bool = False
    ) -> list[Any]:
        """The values of an ack.

        Args:
            message: that is acknowledged.
            ack: what its ack may be.
            times: how often it was acknowledged before.
            sources: what its fields have in common with.
            error: it says that something went wrong.

        Raises:
            NoValue: none was found.
        """
        pool = self._pool_of_ack(message, ack, error=error)
        base = self._one_of(pool, times, lambda: self._draw_ack(pool, ack, times, error=error))
        refused, accepts = is_refusal(base), pool.accepts

        def fits(args: list[Any]) -> bool:
            return is_refusal(args) is refused and accepts(args)

        return echoed(base, sources, pool.names, fits)

    def arguments(self, rule: Rule, event_at: str, times: int, sources: Sequence[Any]) -> list[Any]:
        """The arguments of an event.

        Args:
            rule: what they may be.
            event_at: identifies the event.
            times: how often it was emitted before.
            sources: what their fields have in common with.

        Raises:
            NoValue: none were found.
        """
        pool = self._pool_of_event(rule, event_at)
        base = self._one_of(pool, times, lambda: self._draw_arguments(rule, event_at, times))
        return echoed(base, sources, pool.names, rule.accepts)

    # -- what is known -----------------------------------------------------------------------------

    def _pool_of_ack(self, message: Message, ack: Ack, *, error: bool) -> _Pool:
        place = message.location or message.id
        key = place, ack.location, error
        pool = self._pools.get(key)
        if pool is None:
            listed = (each for each in example_acks(ack) if is_refusal(each) is error)
            # Without the name of the file: its folder has no part in what is drawn.
            text = f"{_pointer(place)} {_pointer(ack.location)} {error}"
            pool = _Pool(text, ack_judge(ack), listed, ack.alternatives)
            self._pools[key] = pool
        return pool

    def _pool_of_event(self, rule: Rule, event_at: str) -> _Pool:
        pool = self._pools.get((event_at,))
        if pool is None:
            messages = [each.message for each in rule.alternatives if each.message is not None]
            listed = (each for message in messages for each in example_arguments(message))
            valid = (each for each in listed if rule.accepts(each))
            schemas = [each.payload for each in messages if each.payload is not None]
            pool = self._pools[event_at,] = _Pool(event_at, rule.accepts, valid, schemas)
        return pool

    def _one_of(self, pool: _Pool, times: int, draw: Callable[[], list[Any]]) -> list[Any]:
        """An example, else a value that was drawn before, else one that is drawn now."""
        if pool.examples:
            return copy.deepcopy(pool.examples[times % len(pool.examples)])
        key = id(pool), times
        with self._lock:
            found = self._drawn.get(key)
            if found is not None:
                self._drawn.move_to_end(key)
        if found is None:
            found = draw()
            with self._lock:
                self._drawn[key] = found
                if len(self._drawn) > _KEPT:
                    self._drawn.popitem(last=False)
        return copy.deepcopy(found)

    # -- drawing -----------------------------------------------------------------------------------

    def _draw_ack(self, pool: _Pool, ack: Ack, times: int, *, error: bool) -> list[Any]:
        choices = self.choices(pool.place, times)
        drawn: list[Any] | None = None
        for _ in range(_TRIES):
            drawn = draw_ack(ack, choices)
            if is_refusal(drawn) is error:
                return drawn
            if not error:
                bare = without_error(drawn)
                if not is_refusal(bare) and pool.accepts(bare):
                    return bare
        if error or drawn is None:
            raise NoValue(ack.location)
        return drawn  # all that it may be are errors

    def _draw_arguments(self, rule: Rule, event_at: str, times: int) -> list[Any]:
        choices = self.choices(event_at, "event", times)
        left = list(rule.alternatives)
        while left:
            one = choices.one_of(left)
            try:
                return draw_arguments(one.schema, choices, accepts=rule.accepts)
            except NoValue:
                left.remove(one)
        raise NoValue(event_at)


def _pointer(location: str) -> str:
    return location.rpartition("#")[2]
