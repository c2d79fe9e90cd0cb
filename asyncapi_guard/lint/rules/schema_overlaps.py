"""The rule about alternatives of `oneOf` that a value matches two of.

Nothing is guessed: a typical value of one alternative is made, and where it is valid under another
one as well, the guard would reject it. Values that only somebody who looks for them would send (an
object with the properties of two alternatives) are no reason for a warning.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.lint.rules.schema_unions import differ_in_type, is_tagged
from asyncapi_guard.lint.schema_parts import (
    common_types,
    is_anything,
    resolved,
    type_name,
    types_of,
)
from asyncapi_guard.lint.schema_samples import samples_of
from asyncapi_guard.schema.comparison.flat_schemas import is_a
from asyncapi_guard.spec.references import Unresolvable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.lint.context import Context, SchemaPlace
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

#: Schemas that are collected to judge samples by, and alternatives that are compared.
_AFFORDED = 20_000
_MOST = 40

_warning = group("Schemas", Severity.WARNING)

RULES = (
    _warning(
        "overlapping-one-of",
        "A value should match only one alternative of a `oneOf`.",
        """
        `oneOf` rejects a value that matches two alternatives: with `number` and `integer`, it
        rejects every integer. `anyOf` accepts such a value. To tell objects apart, give each
        alternative a required property with its own `const`.
        """,
        "components: {schemas: {Size: {oneOf: [{type: number}, {type: integer}]}}}",
        "components: {schemas: {Size: {oneOf: [{type: number}, {type: string}]}}}",
    ),
)


class _Alternative(NamedTuple):
    """One alternative of a `oneOf`, counted from 1."""

    number: int
    node: Node
    meant: Node


def _check_overlaps(context: Context) -> None:
    if context.schemas.endless:
        return  # no value may be judged
    for place in context.judged_schemas:
        if "oneOf" in place.node.value and context.schemas.collected <= _AFFORDED:
            _check(context, place)


def _check(context: Context, place: SchemaPlace) -> None:
    union = place.node.child("oneOf")
    if not isinstance(union.value, list) or not 2 <= len(union.value) <= _MOST:
        return
    branches = list(union.values())
    several = [
        _Alternative(index + 1, node, meant)
        for index, node in enumerate(branches)
        if (meant := resolved(context, place, node)) is not None
    ]
    if len(several) < len(branches) or differ_in_type(context, branches):
        return
    if not is_tagged(context, union):
        text = next(_overlaps(context, place, several), "")
        if text:
            context.report("overlapping-one-of", union, text, key=True)


def _overlaps(context: Context, place: SchemaPlace, several: list[_Alternative]) -> Iterator[str]:
    """What is wrong with a `oneOf`, the plainest first."""
    anything = [each for each in several if is_anything(each.meant.value)]
    if anything:
        yield (
            f"alternative {anything[0].number} of this oneOf accepts any value, so values that "
            "match another alternative are rejected; remove it, or write anyOf"
        )
    equal = _equal(several)
    if equal is not None:
        yield f"alternatives {equal[0]} and {equal[1]} of this oneOf are equal, so {_REMOVE}"
    yield from _both(_tried(context, place, several))
    yield from _both(_bare(place, several))


_REMOVE = "values that match them are rejected; remove one of them"


def _equal(several: list[_Alternative]) -> tuple[int, int] | None:
    seen: dict[str, int] = {}
    for each in several:
        first = seen.setdefault(_plain(each.meant.value), each.number)
        if first != each.number:
            return first, each.number
    return None


_PROSE = frozenset(("$comment", "description", "title"))


def _plain(schema: Any) -> str:
    """A schema as text; titles differ where what is valid does not."""
    if isinstance(schema, dict):
        schema = {key: value for key, value in schema.items() if key not in _PROSE}
    return json.dumps(schema, sort_keys=True)


def _both(found: Iterator[tuple[int, int, str]]) -> Iterator[str]:
    for one, other, what in found:
        first, second = sorted((one, other))
        yield f"alternatives {first} and {second} of this oneOf both accept {what}"


def _tried(
    context: Context, place: SchemaPlace, several: list[_Alternative]
) -> Iterator[tuple[int, int, str]]:
    """Two alternatives, and a typical value of the first one that both accept."""
    compiled: dict[int, Schema | None] = {}
    for each in several:
        compiled[each.number] = context.schemas.compile(each.node, place.dialect)
    around = types_of(place.node.value, place.dialect)
    for each in several:
        for sample in samples_of(context, place, each.node):
            is_possible = around is None or any(is_a(sample, name) for name in around)
            if not is_possible or not _accepts(compiled[each.number], sample):
                continue
            for other in several:
                if other is not each and _accepts(compiled[other.number], sample):
                    yield each.number, other.number, _worded(each, sample)


def _accepts(schema: Schema | None, value: Any) -> bool:
    try:
        # No sample holds bytes.
        return schema is not None and not schema.binary and schema.is_valid(value)
    except (ValueError, Unresolvable):
        return False  # the schema is at fault


def _bare(place: SchemaPlace, several: list[_Alternative]) -> Iterator[tuple[int, int, str]]:
    """Alternatives of which one asks for a type and nothing else, and another for more of it."""
    around = types_of(place.node.value, place.dialect)
    for each in several:
        schema = each.meant.value
        if not isinstance(schema, dict) or not schema.keys() <= _PROSE | {"type"}:
            continue
        types = types_of(each.meant.value, place.dialect)
        for other in several:
            own = types_of(other.meant.value, place.dialect)
            shared = common_types(around, common_types(types, own)) if types and own else None
            if other is not each and shared:
                yield other.number, each.number, f"a value of type {min(shared)}{_ADVICE}"


_ADVICE = ", so the guard rejects it; write anyOf, or keep one of the two"
_TAG = (
    ", so the guard rejects it; give each alternative a required property with its own const, or "
    "write anyOf"
)


_BOUNDS = frozenset(("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"))


def _worded(each: _Alternative, sample: Any) -> str:
    """What a sample is an example of; only what the document itself lists is shown."""
    if isinstance(sample, dict):
        names = ", ".join(map(repr, list(sample)[:3]))
        return f"an object with {names}{_TAG}" if names else f"an object{_TAG}"
    schema = each.meant.value if isinstance(each.meant.value, dict) else {}
    if isinstance(sample, str) and ("enum" in schema or "const" in schema):
        return f"{sample!r}{_ADVICE}"
    if type_name(sample) in ("integer", "number") and not _BOUNDS.isdisjoint(schema):
        return f"{sample}{_ADVICE}"
    kind = {"array": "lists", "null": "null", "boolean": "booleans"}.get(type_name(sample))
    kind = kind or ("integers" if isinstance(sample, int) else f"{type_name(sample)}s")
    form = f" of the format {schema['format']}" if isinstance(schema.get("format"), str) else ""
    return f"{kind}{form}{_ADVICE.replace(' it', ' them')}"


CHECKS = (_check_overlaps,)
