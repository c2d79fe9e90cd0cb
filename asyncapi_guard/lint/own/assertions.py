"""What can be asserted of a value, or of the fields of an object.

Each assertion is a function: it takes a value and what is wanted, and says what is wrong with the
value in words that follow its name ("must start with 'on_'"); `None` if nothing is.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from asyncapi_guard.lint.cases import fits, in_case
from asyncapi_guard.lint.own.patterns import matcher
from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.wording import kind_of, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["VALUE_ASSERTIONS", "order_fault", "reference_fault", "repeats"]

_NAMED = 5


def _listed(values: Sequence[Any]) -> str:
    """Some of several values, as they are written in YAML."""
    names = [shown(each) if isinstance(each, str) else _plain(each) for each in values[:_NAMED]]
    more = f" and {len(values) - _NAMED} more" if len(values) > _NAMED else ""
    return ", ".join(names) + more


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_text(value: Any) -> str | None:
    return None if isinstance(value, str) else f"must be a string, not {kind_of(value)}"


def _matches(value: Any, pattern: str) -> str | None:
    fault = _is_text(value)
    return fault or (None if matcher(pattern)(value) else f"must match {shown(pattern)}")


def _not_matches(value: Any, pattern: str) -> str | None:
    fault = _is_text(value)
    return fault or (f"must not match {shown(pattern)}" if matcher(pattern)(value) else None)


def _case(value: Any, cases: Sequence[str]) -> str | None:
    fault = _is_text(value)
    if fault or fits(value, cases):
        return fault
    near = in_case(value, cases[0])
    hint = f"; write {shown(near)}" if near else ""
    return f"must be in {' or '.join(cases)}{hint}"


def _same(one: Any, other: Any) -> bool:
    """Whether two plain values are equal; `1` is not `true`."""
    is_truth = isinstance(one, bool) == isinstance(other, bool)
    return is_truth and bool(one == other)


def _in(value: Any, values: Sequence[Any]) -> str | None:
    if any(_same(value, each) for each in values):
        return None
    return f"must be {'one of ' * (len(values) > 1)}{_listed(values)}"


def _not_in(value: Any, values: Sequence[Any]) -> str | None:
    found = next((each for each in values if _same(value, each)), None)
    return None if found is None else f"must not be {_listed([found])}"


def _starts_with(value: Any, beginnings: tuple[str, ...]) -> str | None:
    fault = _is_text(value)
    ok = fault is None and value.startswith(beginnings)
    return fault or (None if ok else f"must start with {_or(beginnings)}")


def _ends_with(value: Any, endings: tuple[str, ...]) -> str | None:
    fault = _is_text(value)
    ok = fault is None and value.endswith(endings)
    return fault or (None if ok else f"must end with {_or(endings)}")


def _or(texts: Sequence[str]) -> str:
    return " or ".join(map(shown, texts))


def _units(value: Any, number: int) -> str:
    unit = "character" if isinstance(value, str) else "item" if isinstance(value, list) else "field"
    return f"{number:,} {unit}{'s' * (number != 1)}"


def _no_length(value: Any) -> str | None:
    has_length = isinstance(value, (str, list, dict))
    return None if has_length else f"must be a string, a list or a mapping, not {kind_of(value)}"


def _min_length(value: Any, least: int) -> str | None:
    fault = _no_length(value)
    ok = fault is None and len(value.strip() if isinstance(value, str) else value) >= least
    return fault or (None if ok else f"must have at least {_units(value, least)}")


def _max_length(value: Any, most: int) -> str | None:
    fault = _no_length(value)
    ok = fault is None and len(value) <= most
    return fault or (None if ok else f"must have at most {_units(value, most)}")


#: Assertions about a value by itself, by name.
VALUE_ASSERTIONS: dict[str, Callable[[Any, Any], str | None]] = {
    "matches": _matches,
    "not-matches": _not_matches,
    "case": _case,
    "in": _in,
    "not-in": _not_in,
    "starts-with": _starts_with,
    "ends-with": _ends_with,
    "min-length": _min_length,
    "max-length": _max_length,
}


def reference_fault(written: Any, *, wanted: bool) -> str | None:
    """Whether a value is written as a reference, as is wanted."""
    if is_reference(written) == wanted:
        return None
    return "must be a reference ($ref)" if wanted else "must not be a reference ($ref)"


# -- lists -----------------------------------------------------------------------------------------


def _compared(item: Any, by: str) -> Any:
    return item.get(by) if by and isinstance(item, dict) else item


def _order(text: str) -> tuple[str, str]:
    return text.casefold(), text


def _items(value: Any, by: str) -> tuple[list[tuple[Any, str]], str | None]:
    """What is compared of a list or a mapping, by index or key; or why it cannot be."""
    if isinstance(value, dict):
        pairs = [(key, str(key)) for key in value]
        return pairs, None
    if not isinstance(value, list):
        return [], f"must be a list or a mapping, not {kind_of(value)}"
    if not by and any(isinstance(item, dict) for item in value):
        return [], "has mappings as items; set 'by' to the field that compares them"
    compared = [(index, _compared(item, by)) for index, item in enumerate(value)]
    texts = [(i, _plain(v)) for i, v in compared if isinstance(v, (str, int, float))]
    return texts, None


def order_fault(value: Any, by: str) -> tuple[Any, str] | None:
    """The first item that stands behind one that should follow it, and what is wrong with that."""
    items, fault = _items(value, by)
    if fault:
        return None, fault
    for (_, before), (at, text) in pairwise(items):
        if _order(text) < _order(before):
            return at, f"must be sorted, but {shown(before)} is before {shown(text)}"
    return None


def repeats(value: Any, by: str) -> Iterator[tuple[Any, str]]:
    """The items that are there already, and what is wrong with that."""
    items, fault = _items(value, by)
    if fault:
        yield None, fault
    seen: set[str] = set()
    for at, text in items:
        if text in seen:
            yield at, f"must be unique, but has {shown(text)} twice"
        seen.add(text)
