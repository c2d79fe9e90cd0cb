"""Looks for what breaks the rules of a project, and says which of them applied anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.lint.own.assertions import (
    VALUE_ASSERTIONS,
    order_fault,
    reference_fault,
    repeats,
)
from asyncapi_guard.lint.own.places import Place, Spot, key_of, places_of, spots_of
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.wording import cut, kind_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.lint.own.rule import Condition, OwnRule

__all__ = ["check_own_rules"]

_LONGEST = 120


def check_own_rules(context: Context, rules: Iterable[OwnRule]) -> frozenset[str]:
    """Report what breaks some rules.

    Returns:
        The names of those that were about anything in the document.
    """
    applied = set()
    for rule in rules:
        for place in places_of(context, rule.where, entries=rule.about_entries):
            if all(_holds(context, place, each) for each in rule.when):
                applied.add(rule.name)
                _check(context, rule, place)
    return frozenset(applied)


def _holds(context: Context, place: Place, condition: Condition) -> bool:
    spots = spots_of(context, place, condition.field)
    return all(_all_hold(spots, name, wanted) for name, wanted in condition.checks)


def _all_hold(spots: list[Spot], name: str, wanted: Any) -> bool:
    if name == "defined":
        return bool(spots) is bool(wanted)
    return bool(spots) and not any(True for spot in spots for _ in _faults(spot, name, wanted, ""))


# -- one rule at one place -------------------------------------------------------------------------


def _check(context: Context, rule: OwnRule, place: Place) -> None:
    for name, wanted in rule.checks:
        if name in _OF_OBJECTS:
            for holder in _objects(context, rule, place):
                _check_object(context, rule, holder, name, wanted)
            continue
        spots = spots_of(context, place, rule.field)
        if name == "defined":
            _check_defined(context, rule, place, spots, wanted=wanted)
            continue
        for spot in spots:
            for found, problem in _faults(spot, name, wanted, rule.by):
                _report(context, rule, place, found, problem)


def _faults(spot: Spot, name: str, wanted: Any, by: str) -> Iterator[tuple[Spot, str]]:
    """What is wrong with a value, and where."""
    if name == "reference":
        fault = reference_fault(spot.entry.value, wanted=wanted)
        yield from [(spot, fault)] if fault else ()
    elif name == "sorted":
        found = order_fault(spot.value, by)
        yield from [(_item(spot, found[0]), found[1])] if found else ()
    elif name == "unique":
        yield from ((_item(spot, at), text) for at, text in repeats(spot.value, by))
    else:
        fault = VALUE_ASSERTIONS[name](spot.value, wanted)
        yield from [(spot, fault)] if fault else ()


def _item(spot: Spot, at: Any) -> Spot:
    """An item of a list, or a key of a mapping; the whole where there is none."""
    if at is None or spot.node is None:
        return spot
    return Spot(spot.node.child(at), spot.value[at], key=isinstance(at, str))


def _check_defined(
    context: Context, rule: OwnRule, place: Place, spots: list[Spot], *, wanted: bool
) -> None:
    if wanted and not spots:
        whole = Spot(place.entry, None, key=key_of(place.entry))
        _report(context, rule, place, whole, "is required")
    if not wanted:
        for spot in spots:
            at_key = Spot(spot.entry, spot.value, spot.node, key=key_of(spot.entry))
            _report(context, rule, place, at_key, "isn't allowed")


# -- fields of objects -----------------------------------------------------------------------------


def _objects(context: Context, rule: OwnRule, place: Place) -> Iterator[Place]:
    """The object itself, or those in its field."""
    if not rule.field:
        yield place
        return
    for spot in spots_of(context, place, rule.field):
        if spot.node is not None:
            fields = dict(spot.node.items()) if isinstance(spot.value, dict) else None
            yield Place(spot.entry, spot.node, place.name, fields)


def _check_object(context: Context, rule: OwnRule, place: Place, name: str, wanted: Any) -> None:
    whole = Spot(place.entry, place.node.value, place.node, key=key_of(place.entry))
    there = {field: spots_of(context, place, field) for field in wanted}
    if name == "required":
        missing = [field for field, spots in there.items() if not any(map(_says, spots))]
        for field in missing:
            _report(context, rule, place, whole, f"must have {shown(field)}")
        return
    present = [field for field, spots in there.items() if spots]
    if name == "forbidden":
        for field in present:
            spot = there[field][0]
            at_key = Spot(spot.entry, spot.value, spot.node, key=key_of(spot.entry))
            _report(context, rule, place, at_key, f"must not have {shown(field)}")
        return
    problem = _OF_SEVERAL[name](present, wanted)
    if problem:
        _report(context, rule, place, whole, problem)


def _says(spot: Spot) -> bool:
    """Whether a field says anything: a text of blanks does not."""
    if isinstance(spot.value, str):
        return bool(spot.value.strip())
    return spot.value is not None


def _names(fields: Iterable[str]) -> str:
    return ", ".join(map(shown, fields))


def _at_least_one(present: list[str], wanted: tuple[str, ...]) -> str:
    return "" if present else f"must have at least one of {_names(wanted)}"


def _at_most_one(present: list[str], wanted: tuple[str, ...]) -> str:
    if len(present) < 2:
        return ""
    return f"must have at most one of {_names(wanted)}, but has {_names(present)}"


def _exactly_one(present: list[str], wanted: tuple[str, ...]) -> str:
    if len(present) == 1:
        return ""
    has = f", but has {_names(present)}" if present else ", but doesn't have any"
    return f"must have exactly one of {_names(wanted)}{has}"


def _together(present: list[str], wanted: tuple[str, ...]) -> str:
    if not present or len(present) == len(wanted):
        return ""
    missing = [field for field in wanted if field not in present]
    return f"must have {_names(wanted)} together; {_names(missing)} is missing"


_OF_SEVERAL = {
    "at-least-one-of": _at_least_one,
    "at-most-one-of": _at_most_one,
    "exactly-one-of": _exactly_one,
    "together": _together,
}
_OF_OBJECTS = frozenset(("required", "forbidden", *_OF_SEVERAL))


# -- findings --------------------------------------------------------------------------------------


def _report(context: Context, rule: OwnRule, place: Place, spot: Spot, problem: str) -> None:
    about = _subject(rule, place)
    text = f"{about} {problem}"
    if rule.message:
        text = rule.message.format(
            name=_short(place.name),
            value=_short(spot.value),
            field=rule.field,
            pointer=format_pointer(spot.entry.path),
            problem=text,
        )
    context.report.add(spot.entry.finding(cut(text), rule.name, key=spot.key))


def _subject(rule: OwnRule, place: Place) -> str:
    if rule.field == "@key":
        return f"the name {shown(place.name)}"
    return f"{shown(rule.field)} of {shown(place.name)}" if rule.field else shown(place.name)


def _short(value: Any) -> str:
    """A value in a sentence; of what has parts, only what it is."""
    if value is None or isinstance(value, (dict, list)):
        return kind_of(value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
