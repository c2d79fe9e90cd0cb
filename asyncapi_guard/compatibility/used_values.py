"""Whether the values that clients send, or are sent, are those that a change is about.

What was counted of them are facts: which fields there were, of which types, which members of enums,
which alternatives they fitted. Each fact is put into an example on which the versions disagree, and
both versions judge that. Where values decide that are no facts, nobody can tell.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.compatibility.changes import Direction
from asyncapi_guard.compatibility.findings import (
    ARE_SENT,
    SEND,
    UNHURT,
    Effect,
    Finding,
    Verb,
    shown,
)
from asyncapi_guard.usage.places import Plan, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asyncapi_guard.compatibility.changes import Change
    from asyncapi_guard.compatibility.judges import Evidence
    from asyncapi_guard.usage.reading import Use

__all__ = ["finding_of_values"]

_ABSENT = ("additionalProperties", "unevaluatedProperties", "false", "not", "propertyNames")
#: Keywords that facts decide, wherever they are met in an alternative.
_BY_FACTS = frozenset((*_ABSENT, "type", "enum", "const", "required"))
#: Keywords that say which of several schemas must match.
_COMPOSED = frozenset(("oneOf", "anyOf", "message", "allOf", "if", "then", "else", "not"))
_NO_VALUES = "values are not counted"
_NO_LENGTHS = "lengths are counted by powers of two"
#: The largest one that is counted.
_LONGEST = 1024
_UNMATCHED = "some values matched no schema, and were accepted"
_TOO_LARGE = "large values were not fully counted"
_FEW = 100
#: Values of each type, of which some fit most schemas.
_SAMPLES: dict[str, list[Any]] = {
    "string": [
        *("", "a", "aaaaaaaaaa", "1", "2026-01-01", "2026-01-01T00:00:00Z", "10:00:00Z"),
        *("a@example.com", "00000000-0000-4000-8000-000000000000", "https://example.com/"),
    ],
    "integer": [0, 1, -1, 2, 10, 100, 1000],
    "number": [0.5, -0.5, 1.5, 10.5],
    "boolean": [True, False],
    "null": [None],
    "object": [{}],
    "array": [[]],
    "bytes": [b"", b"a"],
}


def finding_of_values(change: Change, use: Use) -> Finding:
    """What a change of values does to the clients of a version.

    Args:
        change: it.
        use: how they use the event, or its ack, that it is about.
    """
    if not use.count:
        return UNHURT
    evidence, whole = change.evidence, change.event or change.namespace
    verb = SEND if change.direction is Direction.TO_SERVER else ARE_SENT
    if evidence is None:
        why = "the schemas can't be compared"
        return Finding(Effect.UNKNOWN, verb, f"`{whole}`", why)
    # Of another document, as one that is made of code, ids say nothing.
    if change.direction is Direction.TO_SERVER and use.messages & evidence.before.messages:
        found = _of_messages(change, evidence, use, verb, whole)
    else:
        found = _looked_into(change, evidence, use, verb, whole)
    if found is UNHURT and use.of_message(None).count:
        return Finding(Effect.UNKNOWN, verb, f"`{whole}`", _UNMATCHED)
    return found


def _of_messages(change: Change, evidence: Evidence, use: Use, verb: Verb, whole: str) -> Finding:
    """A change of some of the messages of an event: the worst that it does by one of them."""
    message_of = evidence.before.message_of
    by_id: dict[str | None, list[list[Any]]] = {}
    for args in evidence.examples:
        by_id.setdefault(None if message_of is None else message_of(args), []).append(args)
    found = []
    for id, examples in by_id.items():
        one = use if id is None else use.of_message(id)
        about = replace(evidence, examples=tuple(examples))
        found.append(_looked_into(change, about, one, verb, whole))
    order = [Effect.HURT, Effect.UNKNOWN, Effect.UNHURT]
    return min(found, key=lambda each: order.index(each.effect))


def _looked_into(change: Change, evidence: Evidence, use: Use, verb: Verb, whole: str) -> Finding:
    if not use.count:
        return UNHURT
    if not use.looked:
        return Finding(Effect.UNKNOWN, verb, f"`{whole}`", "its content was not counted")
    found = _found(change, evidence, use, verb, whole)
    if found is UNHURT and _may_have_missed(use):
        return Finding(Effect.UNKNOWN, verb, f"`{whole}`", _TOO_LARGE)
    return found


def _may_have_missed(use: Use) -> bool:
    return use.part > 0 or (not use.is_whole and use.looked < _FEW)


def _found(change: Change, evidence: Evidence, use: Use, verb: Verb, whole: str) -> Finding:
    if change.direction is Direction.TO_CLIENT:
        return _of_reading(evidence, use, whole)
    keyword, path = evidence.keyword, evidence.path
    if keyword in _COMPOSED and keyword not in _ABSENT:
        return _of_composed(evidence, use, whole)
    if keyword == "required":
        return _of_required(use, path, whole)
    if keyword in _ABSENT:
        return _of_absent(evidence, use, whole)
    if keyword in _SIZED:
        return _of_sizes(evidence, use, whole)
    return _of_facts(evidence, use, verb, whole)


# -- what clients send -----------------------------------------------------------------------------


def _of_required(use: Use, path: str, whole: str) -> Finding:
    """A property must be there now: do they leave it out?"""
    parent, _, name = path.rpartition("/")
    objects = use.types(parent).get("object", 0)
    there = sum(use.types(path).values())
    if objects <= there:
        return UNHURT
    without = f"{shown(parent, whole)} without `{name}`"
    if there or objects > use.unknown(parent):
        return Finding(Effect.HURT, SEND, without)
    # It may be among the properties that the document did not name.
    return Finding(Effect.UNKNOWN, SEND, f"other properties beside `{name}`", _NO_NAMES)


_NO_NAMES = "names that the document doesn't have are not counted"


def _of_absent(evidence: Evidence, use: Use, whole: str) -> Finding:
    """Something may not be there any more: is it?"""
    path = evidence.path
    if sum(use.types(path).values()):
        # Of some types it may be there still.
        found = _of_facts(evidence, use, SEND, whole)
        return found if found is UNHURT else Finding(Effect.HURT, SEND, shown(path, whole))
    parent = path.rpartition("/")[0]
    if use.unknown(parent):
        what = f"other properties in {shown(parent, whole)}"
        return Finding(Effect.UNKNOWN, SEND, what, _NO_NAMES)
    return UNHURT


def _of_facts(evidence: Evidence, use: Use, verb: Verb, whole: str) -> Finding:
    """What is at a place is refused: by its type, by the member that it is, or by its value."""
    path = evidence.path
    types = {type: count for type, count in use.types(path).items() if count}
    members = {member: count for member, count in use.members(path).items() if count}
    if not types and not members:
        return UNHURT
    hurt = [m for m in members if _refused(evidence, [json.loads(m)]) is True]
    left = sum(types.get(t, 0) for t in ("string", "integer", "number", "boolean"))
    if members and left <= sum(members.values()):
        for type in ("string", "integer", "number", "boolean"):
            types.pop(type, None)
    if hurt:
        named = " or ".join(sorted(hurt)[:3])
        return Finding(Effect.HURT, verb, f"{shown(path, whole)} as {named}")
    refused = {type: _refused(evidence, _samples(evidence, type)) for type in types}
    by_type = [type for type, each in refused.items() if each is True]
    if by_type and evidence.keyword in _BY_FACTS:
        kept = [type for type in types if type not in by_type]
        what = f" as {' or '.join(sorted(by_type))}" if kept else ""
        return Finding(Effect.HURT, verb, f"{shown(path, whole)}{what}")
    if any(each is not False for each in refused.values()):
        return Finding(Effect.UNKNOWN, verb, shown(path, whole), _NO_VALUES)
    return UNHURT


def _samples(evidence: Evidence, type: str) -> list[Any]:
    found = []
    for args in evidence.examples:
        there = _value_at(_root(evidence, args), evidence.path)
        if there is not _MISSING and _is(type, there):
            found.append(there)
    return [*found, *_SAMPLES.get(type, [])]


def _is(type: str, value: Any) -> bool:
    return type_of(value) == type


def _refused(evidence: Evidence, values: Sequence[Any]) -> bool | None:
    """Whether the new version refuses all of some values at the place; `None` for some of them."""
    said = set()
    for args in evidence.examples:
        for value in values:
            changed = _with_value(evidence, args, value)
            answer = None if changed is None else evidence.refuses(changed)
            if answer is not None:
                said.add(answer)
        if said:
            break
    return said.pop() if len(said) == 1 else None


def _of_sizes(evidence: Evidence, use: Use, whole: str) -> Finding:
    """A text or an array has too few or too many of what it has: as many as they send?"""
    path, (unit, make) = evidence.path, _SIZED[evidence.keyword]
    counted = use.lengths(path) if unit == "characters" else use.sizes(path)
    if not counted:
        there = use.types(path).get("string" if unit == "characters" else "array")
        return Finding(Effect.UNKNOWN, SEND, shown(path, whole), _NO_VALUES) if there else UNHURT
    if sum(use.members(path).values()) >= sum(counted.values()):
        return _of_facts(evidence, use, SEND, whole)
    said: dict[int, bool | None] = {}
    for least in sorted(int(each) for each, count in counted.items() if count):
        most = max(2 * least - 1, 0)
        ends = {_refused(evidence, make(evidence, size)) for size in (least, most)}
        if len(ends) > 1:
            ends.discard(None)  # what the old version refuses is not sent
        is_open = least >= _LONGEST and evidence.keyword.startswith("max")
        said[least] = ends.pop() if len(ends) == 1 else None
        if said[least] is False and is_open:
            said[least] = None  # nobody knows how large they are
    hurt = [least for least, refused in said.items() if refused]
    if hurt:
        least, most = min(hurt), max(2 * max(hurt) - 1, 0)
        size = f"{least}" if least == most else f"{least} to {most}"
        size = f"{least} or more" if max(hurt) >= _LONGEST else size
        return Finding(Effect.HURT, SEND, f"{shown(path, whole)} of {size} {unit}")
    if None in said.values():
        return Finding(Effect.UNKNOWN, SEND, shown(path, whole), _NO_LENGTHS)
    return UNHURT


def _texts_of(_: Evidence, size: int) -> list[Any]:
    return ["a" * size]


def _arrays_of(evidence: Evidence, size: int) -> list[Any]:
    """Arrays of so many items, each as in an example."""
    for args in evidence.examples:
        there = _value_at(_root(evidence, args), evidence.path)
        if isinstance(there, list) and there:
            return [[there[index % len(there)] for index in range(size)]]
    return [[None] * size]


#: What is counted for keywords about sizes, and what makes values of such sizes.
_SIZED: dict[str, tuple[str, Callable[[Evidence, int], list[Any]]]] = {
    "minLength": ("characters", _texts_of),
    "maxLength": ("characters", _texts_of),
    "minItems": ("items", _arrays_of),
    "maxItems": ("items", _arrays_of),
}


# -- alternatives ----------------------------------------------------------------------------------


def _of_composed(evidence: Evidence, use: Use, whole: str) -> Finding:
    """Values that fit no alternative any more: do they send such values?"""
    plan = Plan(evidence.before.schemas)
    sent = [args for args in evidence.examples if _is_seen(plan, args, use)]
    if not sent:
        return UNHURT
    for args in sent:
        keywords = {each.keyword for each in evidence.after.problems(args)} - _COMPOSED
        if keywords and keywords <= _BY_FACTS:
            return Finding(Effect.HURT, SEND, _described(plan, args, evidence.path, whole))
    return Finding(Effect.UNKNOWN, SEND, shown(evidence.path, whole), _NO_VALUES)


def _is_seen(plan: Plan, args: Sequence[Any], use: Use) -> bool:
    """Whether all facts of an example were counted."""
    counts: list[int] = []
    plan.look(args, counts)
    for path, place in plan.counted(counts).items():
        types, members, fits = use.types(path), use.members(path), use.fits(path)
        if not all(types.get(type) for type in place.types):
            return False
        if not all(members.get(member) for member in place.members):
            return False
        known = [pointer for pointer, count in place.fits.items() if count and pointer in fits]
        if known and not any(fits[pointer] for pointer in known):
            return False
    return True


def _described(plan: Plan, args: Sequence[Any], path: str, whole: str) -> str:
    """What an example is, by the members in it."""
    counts: list[int] = []
    plan.look(args, counts)
    members = [
        f"{shown(at, whole)} as {member}"
        for at, place in plan.counted(counts).items()
        for member in place.members
        if at.startswith(path)
    ]
    if members:
        return " and ".join(members[:2])
    return f"a form of {shown(path, whole)} that was removed"


# -- what clients are sent -------------------------------------------------------------------------


def _of_reading(evidence: Evidence, use: Use, whole: str) -> Finding:
    """What is sent may be another: were they sent what it is about?"""
    path = evidence.path
    if evidence.keyword == "required":
        # It was promised, and may be missing now.
        there = sum(use.types(path).values())
        return Finding(Effect.HURT, ARE_SENT, shown(path, whole)) if there else UNHURT
    parent = path.rpartition("/")[0]
    if sum(use.types(path).values()):
        return Finding(Effect.HURT, ARE_SENT, shown(path, whole))
    if not path or use.types(parent).get("object") or use.types(parent).get("array"):
        return Finding(Effect.HURT, ARE_SENT, shown(parent, whole))
    return UNHURT


# -- values at places ------------------------------------------------------------------------------

_MISSING = object()


def _is_positional(evidence: Evidence, args: Sequence[Any]) -> bool:
    schemas = (*evidence.before.schemas, *evidence.after.schemas)
    return len(args) != 1 or any(each is not None and each.positional for each in schemas)


def _root(evidence: Evidence, args: Sequence[Any]) -> Any:
    return [*args] if _is_positional(evidence, args) else args[0]


def _with_value(evidence: Evidence, args: Sequence[Any], value: Any) -> list[Any] | None:
    """Arguments with another value at the place; `None` where they have no such place."""
    changed = _put(_root(evidence, args), [*_keys(evidence.path)], value)
    if changed is _MISSING:
        return None
    if not _is_positional(evidence, args):
        return [changed]
    return changed if isinstance(changed, list) else None


def _put(root: Any, keys: list[str], value: Any) -> Any:
    if not keys:
        return value
    key, *rest = keys
    if isinstance(root, dict):
        changed = _put(root.get(key, _MISSING if rest else None), rest, value)
        return changed if changed is _MISSING else {**root, key: changed}
    if isinstance(root, list) and key.isdecimal() and int(key) < len(root):
        index = int(key)
        changed = _put(root[index], rest, value)
        if changed is _MISSING:
            return changed
        return [*root[:index], changed, *root[index + 1 :]]
    return _MISSING


def _value_at(root: Any, path: str) -> Any:
    for key in _keys(path):
        if isinstance(root, dict) and key in root:
            root = root[key]
        elif isinstance(root, list) and key.isdecimal() and int(key) < len(root):
            root = root[int(key)]
        else:
            return _MISSING
    return root


def _keys(path: str) -> Iterator[str]:
    for part in path.split("/")[1:]:
        yield part.replace("~1", "/").replace("~0", "~")
