"""Two schemas, compared: every difference, and which of them is the wider one there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.comparison.alternatives import alternatives_of
from asyncapi_guard.schema.comparison.compared_schema import (
    DEEPEST,
    ComparedSchema,
    TooMuchError,
    combined,
    resolved,
)
from asyncapi_guard.schema.comparison.compared_schema import closed as close
from asyncapi_guard.schema.comparison.flat_schemas import Flat, common_type, is_a
from asyncapi_guard.schema.comparison.keywords import LOWER, NAMED, ONE_SCHEMA, UPPER
from asyncapi_guard.schema.comparison.wording import kinds_of, other_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.contract import Schema

__all__ = ["Difference", "differences", "is_anything"]

#: Steps that a comparison may take.
_MOST_STEPS = 50_000
#: Objects that one stands for.
_MOST_MEMBERS = 100
_NOTHING_MORE = {"additionalProperties": "other properties", "additionalItems": "further items"}
_FIRST = ("type", "enum", "format", "required")
#: Keywords that judge even where their schema accepts everything.
_SAYS_SOMETHING = frozenset(("contains", "if", "not"))
#: Keywords of which nobody can say by themselves which of two is the wider one: those that are
#: about what others leave over, and those that turn wider into narrower.
_ENTANGLED = frozenset(
    (
        "maxContains",
        "minContains",
        "patternProperties",
        "unevaluatedItems",
        "unevaluatedProperties",
    )
)
_TURNING = frozenset(("contains", "else", "if", "not", "then"))


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between the code's schema and the file's.

    Attributes:
        text: where it is, and what each side says, as a short sentence.
        wider: the code may accept what the file refuses.
        narrower: the code may refuse what the file accepts.
    """

    text: str
    wider: bool = True
    narrower: bool = True

    def __str__(self) -> str:
        return self.text


def differences(
    code: Sequence[Schema],
    file: Sequence[Schema],
    *,
    closed: bool = False,
    sides: tuple[str, str] = ("code", "document"),
) -> list[Difference]:
    """How the arguments that two sides take differ; nothing when they are equal.

    Args:
        code: what the code takes: alternatives, of which one must match.
        file: what the file says, likewise.
        closed: the code's objects have no other properties than they name, unless they say so: what
            is made of a model has its fields alone, though its schema leaves others open.
        sides: what the two are called in texts.
    """
    one, other = combined(code), combined(file)
    if closed:
        one = close(one)
    if one.nothing and other.nothing:
        return []
    if one.positional != other.positional:
        one, other = one.as_arguments(), other.as_arguments()
    try:
        return _Comparison(one, other, sides).run()
    except (TooMuchError, RecursionError):
        return [Difference("the schemas are too large to be compared")]


def is_anything(schema: Schema) -> bool:
    """Whether a schema refuses nothing."""
    root = combined([schema])
    return alternatives_of(root.schema, root) == [{}]


class _Comparison:
    """One comparison of the code's schema with the file's."""

    def __init__(self, code: ComparedSchema, file: ComparedSchema, sides: tuple[str, str]) -> None:
        self._code = code
        self._file = file
        self._sides = sides
        self._root = "the arguments" if code.positional else "the value"
        self._steps = 0
        #: What is being compared, further up.
        self._assumed: set[tuple[int, int]] = set()

    def run(self) -> list[Difference]:
        return list(self._compare(self._code.schema, self._file.schema, ""))

    def _compare(self, code: Any, file: Any, path: str) -> Iterator[Difference]:
        code, file = resolved(code, self._code), resolved(file, self._file)
        pair = id(code), id(file)
        if pair in self._assumed:
            return
        self._steps += 1
        if self._steps > _MOST_STEPS or len(self._assumed) > DEEPEST:
            raise TooMuchError
        self._assumed.add(pair)
        try:
            yield from self._match(
                alternatives_of(code, self._code), alternatives_of(file, self._file), path
            )
        finally:
            self._assumed.discard(pair)

    # -- alternatives ------------------------------------------------------------------------------

    def _match(self, code: list[Flat], file: list[Flat], path: str) -> Iterator[Difference]:
        """Alternatives match one to one."""
        rest = list(file)
        left = []
        for flat in code:
            same = next((each for each in rest if self._same(flat, each)), None)
            if same is None:
                left.append(flat)
            else:
                rest.remove(same)
        if not left and not rest:
            return
        if len(left) == len(rest) == 1 and _comparable(left[0], rest[0]):
            yield from self._flat(left[0], rest[0], path)
            return
        if self._same_by_members(left, rest):
            return
        ours, theirs = self._sides
        kinds = f"{kinds_of(code)} in the {ours}, {kinds_of(file)} in the {theirs}"
        # Alternatives that match are not matched again, but values of `left` may fit them.
        wider = not all(any(self._within(each, f) for f in file) for each in _single(left))
        narrower = not all(any(self._covers(c, each) for c in code) for each in _single(rest))
        yield Difference(f"{path or self._root} can be {kinds}", wider, narrower)

    def _same_by_members(self, code: list[Flat], file: list[Flat]) -> bool:
        """Whether alternatives match one to one, once each is several: one for each member."""
        ours, theirs = _by_members(code, self._code), _by_members(file, self._file)
        if len(ours) != len(theirs):
            return False
        for flat in ours:
            same = next((each for each in theirs if self._same(flat, each)), None)
            if same is None:
                return False
            theirs.remove(same)
        return True

    def _same(self, code: Flat, file: Flat) -> bool:
        return next(self._flat(code, file, ""), None) is None

    def _within(self, code: Flat, file: Flat) -> bool:
        """Whether what the code accepts is accepted by the file, for all that is known."""
        if "enum" in code and "enum" not in file:
            return _lists_only(code, file)
        return not any(difference.wider for difference in self._flat(code, file, ""))

    def _covers(self, code: Flat, file: Flat) -> bool:
        """Whether what the file accepts is accepted by the code, for all that is known."""
        if "enum" in file and "enum" not in code:
            return _lists_only(file, code)
        return not any(difference.narrower for difference in self._flat(code, file, ""))

    # -- flat schemas ------------------------------------------------------------------------------

    def _flat(self, code: Flat, file: Flat, path: str) -> Iterator[Difference]:
        for key in sorted(code.keys() | file.keys(), key=_rank):
            unknown = key in _ENTANGLED or (key in _TURNING and key in code and key in file)
            for each in self._keyword(key, code, file, path):
                yield Difference(each.text) if unknown else each

    def _keyword(self, key: str, code: Flat, file: Flat, path: str) -> Iterator[Difference]:
        if key in NAMED:
            yield from self._named(key, code, file, path)
        elif key == "items" and _both_lists(code, file):
            yield from self._items(code, file, path)
        elif key in _SAYS_SOMETHING and (key in code) != (key in file):
            side = self._sides[key not in code]
            text = f"{path or self._root} has {key} only in the {side}"
            yield Difference(text, *_by_presence(key, code, file))
        elif key in ONE_SCHEMA or key == "items":
            yield from self._below(key, code.get(key, True), file.get(key, True), path)
        elif key in ("allOf", "oneOf"):
            if not self._same_set(code.get(key, ()), file.get(key, ())):
                yield Difference(
                    f"{path or self._root} has a different {key}", *_by_presence(key, code, file)
                )
        elif code.get(key) != file.get(key):
            yield Difference(
                other_value(key, code, file, path or self._root, self._sides),
                *_direction(key, code, file),
            )

    def _below(self, key: str, code: Any, file: Any, path: str) -> Iterator[Difference]:
        if isinstance(code, list) or isinstance(file, list):
            yield Difference(f"{path or self._root} has positional items only on one side")
        elif (code is False) != (file is False):
            side = self._sides[code is not False]
            what = _NOTHING_MORE.get(key, key)
            text = f"{path or self._root} can't have {what} in the {side}"
            yield Difference(text, wider=file is False, narrower=code is False)
        else:
            yield from self._compare(code, file, f"{path}/{'*' if key != 'not' else key}")

    def _items(self, code: Flat, file: Flat, path: str) -> Iterator[Difference]:
        ours, theirs = code["items"], file["items"]
        # What one side does not have at all, it says as `maxItems`.
        most = min(code.get("maxItems", DEEPEST * 100), file.get("maxItems", DEEPEST * 100))
        for index in range(min(max(len(ours), len(theirs)), most)):
            one, other = _item(code, index), _item(file, index)
            yield from self._compare(one, other, f"{path}/{index}")

    def _named(self, key: str, code: Flat, file: Flat, path: str) -> Iterator[Difference]:
        ours, theirs = code.get(key, {}), file.get(key, {})
        for name in dict.fromkeys([*ours, *theirs]):
            below = f"{path}/{name}"
            if name not in ours or name not in theirs:
                side = self._sides[name not in ours]
                what = "" if key == "properties" else f" ({key})"
                yield Difference(
                    f"{below} is only in the {side}{what}", *_lone(key, name, code, file)
                )
            elif isinstance(ours[name], list) or isinstance(theirs[name], list):
                if ours[name] != theirs[name]:
                    yield Difference(f"{below} has different {key}")
            else:
                yield from self._compare(ours[name], theirs[name], below)

    def _same_set(self, code: Sequence[Any], file: Sequence[Any]) -> bool:
        rest = list(file)
        for each in code:
            same = (i for i, o in enumerate(rest) if next(self._compare(each, o, ""), None) is None)
            index = next(same, None)
            if index is None:
                return False
            del rest[index]
        return not rest


# -- which side is wider ---------------------------------------------------------------------------

#: Whether the code may be wider, and whether it may be narrower.
_Direction = tuple[bool, bool]
_WIDER: _Direction = (True, False)
_NARROWER: _Direction = (False, True)
_UNKNOWN: _Direction = (True, True)


def _by_presence(key: str, code: Flat, file: Flat) -> _Direction:
    """Who does not have a keyword at all accepts more."""
    if (key in code) == (key in file):
        return _UNKNOWN
    return _NARROWER if key in code else _WIDER


def _direction(key: str, code: Flat, file: Flat) -> _Direction:
    """Which side accepts more by the values of a keyword."""
    if key not in code or key not in file:
        return _by_presence(key, code, file)
    one, other = code[key], file[key]
    if key == "type":
        common = common_type(one, other)
        return _UNKNOWN if common is False else _NARROWER if common == one else _WIDER
    if key in ("enum", "required"):
        less, more = (_NARROWER, _WIDER) if key == "enum" else (_WIDER, _NARROWER)
        if set(one) < set(other):
            return less
        return more if set(one) > set(other) else _UNKNOWN
    if key in LOWER | UPPER:
        return _NARROWER if (one > other) == (key in LOWER) else _WIDER
    return _UNKNOWN


def _lone(key: str, name: str, code: Flat, file: Flat) -> _Direction:
    """Which side accepts more, where one names something and the other does not."""
    ours = name in code.get(key, {})
    if key != "properties":
        return _NARROWER if ours else _WIDER
    if {"patternProperties", "unevaluatedProperties"} & (code.keys() | file.keys()):
        return _UNKNOWN
    rest = (file if ours else code).get("additionalProperties", True)
    if rest is False:
        return _WIDER if ours else _NARROWER
    if rest is True:
        return _NARROWER if ours else _WIDER
    return _UNKNOWN


def _single(alternatives: Sequence[Flat]) -> Iterator[Flat]:
    """The alternatives, lists of values as one for each value."""
    for flat in alternatives:
        if flat.keys() == {"enum"}:
            yield from ({"enum": [value]} for value in flat["enum"])
        else:
            yield flat


def _by_members(alternatives: Sequence[Flat], root: ComparedSchema) -> list[Flat]:
    """Objects with a property that must be one of several, as one object for each of these."""
    found: list[Flat] = []
    for flat in alternatives:
        several = [*_single([_listed(flat)])]
        for name in flat.get("required", ()):
            schema = flat.get("properties", {}).get(name)
            members = [] if schema is None else alternatives_of(schema, root)
            if len(members) == 1 and members[0].keys() == {"enum"}:
                several = [
                    {**each, "properties": {**each["properties"], name: {"enum": [json.loads(v)]}}}
                    for each in several
                    for v in members[0]["enum"]
                ][:_MOST_MEMBERS]
        found += several
    return found


def _listed(flat: Flat) -> Flat:
    """A few integers between two bounds, as a list of values."""
    if flat.keys() == {"type", "minimum", "maximum"} and flat["type"] == "integer":
        least, most = flat["minimum"], flat["maximum"]
        if most - least < _MOST_MEMBERS:
            return {"enum": [json.dumps(value) for value in range(least, most + 1)]}
    return flat


def _lists_only(listed: Flat, flat: Flat) -> bool:
    """Whether a list of values is of a type, about which nothing else is said."""
    if not flat:
        return True
    return flat.keys() == {"type"} and all(
        is_a(json.loads(value), flat["type"]) for value in listed["enum"]
    )


# -- parts of flat schemas -------------------------------------------------------------------------


def _comparable(one: Flat, other: Flat) -> bool:
    """Whether a difference of keywords tells more than one of kinds."""
    return all((key in one) == (key in other) for key in ("type", "enum")) and bool(one and other)


def _rank(key: str) -> tuple[int, str]:
    return (_FIRST.index(key) if key in _FIRST else len(_FIRST)), key


def _item(flat: Flat, index: int) -> Any:
    """The schema of the item at a position."""
    items = flat["items"]
    return items[index] if index < len(items) else flat.get("additionalItems", True)


def _both_lists(code: Flat, file: Flat) -> bool:
    return isinstance(code.get("items"), list) and isinstance(file.get("items"), list)
