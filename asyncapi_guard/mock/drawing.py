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
    from collections.abc import Callable, Sequence

    from asyncapi_guard.contract import Ack, Message
    from asyncapi_guard.guard.rules import Rule

__all__ = ["Drawer"]

#: How many values are drawn until one says that all is well, or that it is not.
_TRIES = 40
#: How many values are remembered; drawing them takes longer than anything else.
_KEPT = 10_000
_EXAMPLES = 50


class Drawer:
    """Makes values by a seed.

    Args:
        seed: of all of them.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn: OrderedDict[tuple[Any, ...], list[Any]] = OrderedDict()
        self._examples: dict[tuple[str, bool], list[list[Any]]] = {}
        self._names: dict[str, Names] = {}
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
        accepts = ack_judge(ack)
        place = f"{_place(message)} {ack.location}"
        examples = self._listed(place, lambda: example_acks(ack), error=error)
        if examples:
            base = examples[times % len(examples)]
        else:
            base = self._kept(
                (place, error, times), lambda: self._draw_ack(place, ack, times, error=error)
            )
        names = self._names_of(place, "ack", ack.alternatives)
        refused = is_refusal(base)
        return echoed(
            copy.deepcopy(base),
            sources,
            names,
            lambda args: is_refusal(args) is refused and accepts(args),
        )

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
        messages = [each.message for each in rule.alternatives if each.message is not None]

        def found() -> Any:
            return (each for message in messages for each in example_arguments(message))

        examples = [each for each in self._listed(event_at, found) if rule.accepts(each)]
        if examples:
            base = examples[times % len(examples)]
        else:
            base = self._kept(
                (event_at, None, times), lambda: self._draw_arguments(rule, event_at, times)
            )
        schemas = [each.payload for each in messages if each.payload is not None]
        return echoed(
            copy.deepcopy(base), sources, self._names_of(event_at, "event", schemas), rule.accepts
        )

    # -- drawing -----------------------------------------------------------------------------------

    def _draw_ack(self, place: str, ack: Ack, times: int, *, error: bool) -> list[Any]:
        choices = self.choices(place, "error" if error else "ack", times)
        drawn: list[Any] | None = None
        for _ in range(_TRIES):
            drawn = draw_ack(ack, choices)
            if is_refusal(drawn) is error:
                return drawn
            if not error:
                bare = without_error(drawn)
                if not is_refusal(bare) and ack_judge(ack)(bare):
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

    # -- what is kept ------------------------------------------------------------------------------

    def _kept(self, key: tuple[Any, ...], draw: Callable[[], list[Any]]) -> list[Any]:
        with self._lock:
            found = self._drawn.get(key)
            if found is not None:
                self._drawn.move_to_end(key)
                return found
        found = draw()
        with self._lock:
            self._drawn[key] = found
            if len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)
        return found

    def _listed(
        self, place: str, found: Callable[[], Any], *, error: bool | None = None
    ) -> list[list[Any]]:
        """The examples; of an ack, those that say that all is well, or that it is not."""
        key = place, bool(error)
        if error is None:
            key = f"event {place}", False
        examples = self._examples.get(key)
        if examples is None:
            listed = list(islice(found(), _EXAMPLES))
            if error is not None:
                listed = [each for each in listed if is_refusal(each) is error]
            examples = self._examples[key] = listed
        return examples

    def _names_of(self, place: str, kind: str, schemas: Sequence[Any]) -> Names:
        names = self._names.get(f"{kind} {place}")
        if names is None:
            names = self._names[f"{kind} {place}"] = names_in(schemas)
        return names


def _place(message: Message) -> str:
    return message.location or message.id
