"""Decisions by Hypothesis, which shrinks them; and strategies for values and arguments.

Needs Hypothesis: `pip install "asyncapi-guard[testing]"`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

try:
    from hypothesis import reject
    from hypothesis import strategies as st
except ImportError:
    from asyncapi_guard.extras import missing_extra

    raise missing_extra("values.hypothesis_choices", "hypothesis", "testing") from None

from asyncapi_guard.values.arguments import draw_ack, draw_arguments
from asyncapi_guard.values.drawing import draw_value
from asyncapi_guard.values.invalid import invalid_arguments
from asyncapi_guard.values.no_value import NoValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from asyncapi_guard.contract import Ack, Schema
    from asyncapi_guard.values.cases import Case

__all__ = [
    "HypothesisChoices",
    "ack_strategy",
    "arguments_strategy",
    "invalid_strategy",
    "value_strategy",
]

_T = TypeVar("_T")


@lru_cache(maxsize=4096)
def _integers(low: int, high: int) -> SearchStrategy[int]:
    return st.integers(low, high)


@lru_cache(maxsize=1024)
def _numbers(low: float, high: float) -> SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@lru_cache(maxsize=1024)
def _texts(least: int, most: int) -> SearchStrategy[str]:
    # No half of a surrogate pair: it is not Unicode.
    return st.text(st.characters(exclude_categories=["Cs"]), min_size=least, max_size=most)


@lru_cache(maxsize=1024)
def _bytes(least: int, most: int) -> SearchStrategy[bytes]:
    return st.binary(min_size=least, max_size=most)


class HypothesisChoices:
    """Decisions by the `draw` of a composite strategy.

    Args:
        draw: the first argument of a function that `hypothesis.strategies.composite` decorates.
    """

    def __init__(self, draw: DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        """A whole number; the nearest to zero is the simplest."""
        return self._draw(_integers(low, high)) if low < high else low

    def number(self, low: float, high: float) -> float:
        """A number; a whole one near zero is the simplest."""
        return self._draw(_numbers(low, high))

    def boolean(self) -> bool:
        """`False` is the simplest."""
        return self._draw(_BOOLEANS)

    def one_of(self, items: Sequence[_T]) -> _T:
        """One of some items; the first is the simplest."""
        return items[self.integer(0, len(items) - 1)]

    def more(self, count: int, least: int, most: int) -> bool:
        """Whether another one follows; the fewest are the simplest."""
        if count < least or least >= most:
            return count < least
        # Drawn at the end as well: so what is before it can be left out, and nothing is missing.
        return self.boolean() and count < most

    def text(self, least: int, most: int) -> str:
        """Text; the shortest is the simplest."""
        return self._draw(_texts(least, most))

    def binary(self, least: int, most: int) -> bytes:
        """Bytes; the fewest are the simplest."""
        return self._draw(_bytes(least, most))


_BOOLEANS = st.booleans()


@st.composite
def value_strategy(draw: DrawFn, schema: Schema) -> Any:
    """Values that a schema accepts.

    Args:
        draw: passed by Hypothesis.
        schema: the schema.
    """
    try:
        return draw_value(schema, HypothesisChoices(draw))
    except NoValue:
        reject()


@st.composite
def arguments_strategy(
    draw: DrawFn,
    schema: Schema | None,
    accepts: Callable[[Sequence[Any]], bool] | None = None,
) -> list[Any]:
    """Lists of arguments that a payload accepts.

    Args:
        draw: passed by Hypothesis.
        schema: the payload of a message.
        accepts: what must accept the arguments, too, as in `draw_arguments`.
    """
    try:
        return draw_arguments(schema, HypothesisChoices(draw), accepts=accepts)
    except NoValue:
        reject()


@st.composite
def ack_strategy(draw: DrawFn, ack: Ack) -> list[Any]:
    """Lists of arguments of an ack.

    Args:
        draw: passed by Hypothesis.
        ack: the ack.
    """
    try:
        return draw_ack(ack, HypothesisChoices(draw))
    except NoValue:
        reject()


@st.composite
def invalid_strategy(draw: DrawFn, schema: Schema) -> Case:
    """Cases of arguments that a schema does not accept, and nearly does.

    Args:
        draw: passed by Hypothesis.
        schema: the schema.
    """
    try:
        return invalid_arguments(schema, HypothesisChoices(draw))
    except NoValue:
        reject()
