"""The reference engine: jsonschema, in pure Python. The only module that imports it.

It stands in where jsonschema-rs has no wheel, and is the other side of differential tests. Patterns
run on Python's `re`, which has no limit on backtracking: see `docs/explanation/architecture.md`.

Keywords of the library that take more than linear time, or write the whole value into a message
that nobody reads, are replaced: a client chooses how large a value is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import repeat
from typing import Any

import jsonschema
from jsonschema import _legacy_keywords, _utils, validators
from referencing import Registry
from referencing.jsonschema import DRAFT4, DRAFT6, DRAFT7, DRAFT201909, DRAFT202012

from asyncapi_guard.schema.dialects import Dialect, Draft
from asyncapi_guard.schema.engine import MetaProblem, is_panic
from asyncapi_guard.schema.equality import Identities, equal
from asyncapi_guard.schema.formats import BINARY
from asyncapi_guard.schema.string_formats import CHECKS

__all__ = ["ENGINE"]

_extend: Any = validators.extend  # carries no types
_MAX_DEPTH = 128
#: A `$`, or what a `$` may stand in without being the end: an escape, a class.
_DOLLAR = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)
_FORMATS = jsonschema.FormatChecker(formats=())
for _name, _check in CHECKS.items():
    _FORMATS.checks(_name)(lambda value, check=_check: not isinstance(value, str) or check(value))


def _bytes(_validator: Any, limits: Any, value: Any, _schema: Any) -> Iterator[Any]:
    if not isinstance(value, (bytes, bytearray)):
        yield jsonschema.ValidationError("not bytes")
    elif not limits.get("minLength", 0) <= len(value) <= limits.get("maxLength", len(value)):
        yield jsonschema.ValidationError("wrong number of bytes")


_Judge = Callable[[Any, Any, Any, Any], Iterator[Any]]
#: What a keyword yields; nobody reads what it says.
_NOT_VALID = jsonschema.ValidationError("not valid")

_IS: dict[str, Callable[[Any], bool]] = {
    "array": lambda value: isinstance(value, (list, tuple)),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and value == value // 1,
    "null": lambda value: value is None,
    "number": lambda value: _is_number(value),  # noqa: PLW0108  # defined below
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}


class _Types:
    """The types of JSON, as the library asks for them.

    Its own table is compiled code, which panics where Python's stack ends while it looks.
    """

    @staticmethod
    def is_type(value: Any, name: str) -> bool:
        """Whether a value is of a type."""
        return name in _IS and _IS[name](value)


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _judge(kind: str, holds: Callable[[Any, Any], bool]) -> _Judge:
    """A keyword for values of one kind, or of any: `holds(expected, value)` decides."""
    is_kind = _IS.get(kind)

    def judge(_validator: Any, expected: Any, value: Any, _schema: Any) -> Iterator[Any]:
        if (is_kind is None or is_kind(value)) and not holds(expected, value):
            yield _NOT_VALID

    return judge


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    # `$` is the end in JSON Schema; in Python it matches before a last line break, too.
    return re.compile(_DOLLAR.sub(lambda found: r"\Z" if found[0] == "$" else found[0], pattern))


@dataclass(frozen=True, slots=True)
class _Memory:
    """What was found out while one value is judged.

    Attributes:
        targets: what references lead to, by the identity of the schema that has them.
        dynamic: references may lead elsewhere, depending on how they were reached.
        valid: whether values are valid by what references lead to.
        identities: which values are equal.
    """

    targets: Mapping[int, Any]
    dynamic: bool
    valid: dict[tuple[Any, ...], bool] = field(default_factory=dict)
    identities: Identities = field(default_factory=Identities)


_memory: ContextVar[_Memory] = ContextVar("asyncapi_guard_memory")


def _remembering(refer: Any) -> _Judge:
    """A keyword that refers, which judges a value by a schema once.

    The alternatives of a recursive union may overlap. Without a memory each level then doubles the
    work, and fifty brackets from a client end the process.
    """

    def judge(validator: Any, reference: Any, value: Any, schema: Any) -> Iterator[Any]:
        memory = _memory.get()
        scope = _scope(validator) if memory.dynamic else ()
        key = id(schema), reference, id(value), scope
        if key not in memory.valid:
            to = None if memory.dynamic else memory.targets.get(id(schema))
            if to is None:
                faults = iter(refer(validator, reference, value, schema) or ())
            else:
                faults = validator.descend(value, to.contents, resolver=to.resolver)
            memory.valid[key] = next(faults, None) is None
        if not memory.valid[key]:
            yield _NOT_VALID

    return judge


def _scope(validator: Any) -> tuple[str, ...]:
    """The resources that a dynamic reference goes through, each where it was entered first."""
    entered = [uri for uri, _ in validator._resolver.dynamic_scope()]  # noqa: SLF001  # no other way
    return tuple(dict.fromkeys(reversed(entered)))


# -- keywords, in place of the library's -----------------------------------------------------------
#
# Those that lead to other schemas are generators through and through: each function in between
# would take from the depth that Python's stack allows.


def _are_unique(unique: Any, value: Any) -> bool:
    identities = _memory.get().identities
    seen: set[int] = set()
    for item in value if unique else ():
        number = identities.of(item)
        if number in seen:
            return False
        seen.add(number)
    return True


def _is_multiple(divisor: Any, value: Any) -> bool:
    if isinstance(value, int) and isinstance(divisor, int):
        return value % divisor == 0
    # As they are written, as jsonschema-rs has it: 0.3 is a multiple of 0.1.
    return (_exact(value) / _exact(divisor)).denominator == 1


def _exact(number: Any) -> Fraction:
    return Fraction(number if isinstance(number, int) else repr(float(number)))


def _is_of(types: Any, value: Any) -> bool:
    return any(map(_Types.is_type, repeat(value), [types] if isinstance(types, str) else types))


def _any_of(validator: Any, branches: Any, value: Any, _schema: Any) -> Iterator[Any]:
    for branch in branches:
        if next(validator.descend(value, branch), None) is None:
            return
    yield _NOT_VALID


def _one_of(validator: Any, branches: Any, value: Any, _schema: Any) -> Iterator[Any]:
    matching = 0
    for branch in branches:
        if next(validator.descend(value, branch), None) is None:
            matching += 1
            if matching > 1:
                break
    if matching != 1:
        yield _NOT_VALID


def _not(validator: Any, inner: Any, value: Any, _schema: Any) -> Iterator[Any]:
    if next(validator.descend(value, inner), None) is None:
        yield _NOT_VALID


def _contains(*, counts: bool) -> _Judge:
    def judge(validator: Any, inner: Any, value: Any, schema: Any) -> Iterator[Any]:
        if isinstance(value, (list, tuple)):
            least = schema.get("minContains", 1) if counts else 1
            most = schema.get("maxContains", len(value)) if counts else len(value)
            found = 0
            for item in value:
                found += next(validator.descend(item, inner), None) is None
            if not least <= found <= most:
                yield _NOT_VALID

    return judge


def _pattern_properties(validator: Any, patterns: Any, value: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for pattern, inner in patterns.items():
            for name, item in value.items():
                if _matches(pattern, name):
                    yield from validator.descend(item, inner)


def _additional_properties(validator: Any, inner: Any, value: Any, schema: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        known, patterns = schema.get("properties", ()), schema.get("patternProperties", ())
        for name, item in value.items():
            if name not in known and not any(map(_matches, patterns, repeat(name))):
                yield from validator.descend(item, inner)


def _unevaluated_items(find: Any) -> _Judge:
    def judge(validator: Any, _inner: Any, value: Any, schema: Any) -> Iterator[Any]:
        # What `unevaluatedItems` itself takes is among what the library finds.
        if isinstance(value, (list, tuple)) and not set(find(validator, value, schema)).issuperset(
            range(len(value))
        ):
            yield _NOT_VALID

    return judge


def _unevaluated_properties(find: Any) -> _Judge:
    def judge(validator: Any, inner: Any, value: Any, schema: Any) -> Iterator[Any]:
        if isinstance(value, dict):
            evaluated = set(find(validator, value, schema))
            for name, item in value.items():
                if name not in evaluated:
                    yield from validator.descend(item, inner)

    return judge


#: In every dialect that has them.
_KEYWORDS: dict[str, _Judge] = {
    BINARY: _bytes,
    "type": _judge("", _is_of),
    "enum": _judge("", lambda choices, value: any(map(equal, choices, repeat(value)))),
    "const": _judge("", equal),
    "pattern": _judge("string", _matches),
    "minLength": _judge("string", lambda limit, value: len(value) >= limit),
    "maxLength": _judge("string", lambda limit, value: len(value) <= limit),
    "multipleOf": _judge("number", _is_multiple),
    "uniqueItems": _judge("array", _are_unique),
    "minItems": _judge("array", lambda limit, value: len(value) >= limit),
    "maxItems": _judge("array", lambda limit, value: len(value) <= limit),
    "contains": _contains(counts=False),
    "minProperties": _judge("object", lambda limit, value: len(value) >= limit),
    "maxProperties": _judge("object", lambda limit, value: len(value) <= limit),
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
}
_DYNAMIC = ("$dynamicRef", "$recursiveRef")
_REFERENCES = ("$ref", *_DYNAMIC)
#: As `_KEYWORDS`, but of the dialect.
_DIALECTS: dict[Draft, dict[str, _Judge]] = {
    Draft.DRAFT201909: {
        "contains": _contains(counts=True),
        "unevaluatedItems": _unevaluated_items(
            _legacy_keywords.find_evaluated_item_indexes_by_schema
        ),
        "unevaluatedProperties": _unevaluated_properties(
            _legacy_keywords.find_evaluated_property_keys_by_schema
        ),
    },
    Draft.DRAFT202012: {
        "contains": _contains(counts=True),
        "unevaluatedItems": _unevaluated_items(_utils.find_evaluated_item_indexes_by_schema),
        "unevaluatedProperties": _unevaluated_properties(
            _utils.find_evaluated_property_keys_by_schema
        ),
    },
}


def _validator(draft: Draft) -> Any:
    base = _BASES[draft]
    own = {**_KEYWORDS, **_DIALECTS.get(draft, {})}
    keywords = {name: own[name] for name in own if name in base.VALIDATORS or name == BINARY}
    keywords |= {n: _remembering(base.VALIDATORS[n]) for n in _REFERENCES if n in base.VALIDATORS}
    return _extend(base, keywords, type_checker=_Types())


_BASES: dict[Draft, Any] = {
    Draft.DRAFT4: jsonschema.Draft4Validator,
    Draft.DRAFT6: jsonschema.Draft6Validator,
    Draft.DRAFT7: jsonschema.Draft7Validator,
    Draft.DRAFT201909: jsonschema.Draft201909Validator,
    Draft.DRAFT202012: jsonschema.Draft202012Validator,
}
_VALIDATORS = {draft: _validator(draft) for draft in _BASES}
_SPECIFICATIONS = {
    Draft.DRAFT4: DRAFT4,
    Draft.DRAFT6: DRAFT6,
    Draft.DRAFT7: DRAFT7,
    Draft.DRAFT201909: DRAFT201909,
    Draft.DRAFT202012: DRAFT202012,
}


class _Engine:
    """jsonschema behind the `Engine` protocol."""

    name = "jsonschema"

    def compile(
        self,
        document: Any,
        dialect: Dialect,
        *,
        cyclic: bool,
        binary: bool,  # noqa: ARG002  # bytes are Python objects like any other here
    ) -> Callable[[Any], bool]:
        # An empty registry: by default the library would fetch what is not there.
        validator = _VALIDATORS[dialect.draft](
            document, format_checker=_FORMATS, registry=Registry()
        )
        targets, dynamic = _targets(document, dialect), _is_dynamic(document)

        def judge(value: Any) -> bool:
            try:
                if cyclic and _deeper_than(value, _MAX_DEPTH):
                    return False
                token = _memory.set(_Memory(targets, dynamic))
                try:
                    valid: bool = validator.is_valid(value)
                finally:
                    _memory.reset(token)
            except Exception:  # noqa: BLE001  # values that are no JSON break it in many ways: not valid
                return False
            except BaseException as error:
                if not is_panic(error):  # of the library that resolves references
                    raise
                return False
            return valid

        return judge

    def check(self, schema: Any, dialect: Dialect) -> list[MetaProblem]:
        base = _BASES[dialect.draft]
        meta = base(base.META_SCHEMA, format_checker=_FORMATS)
        return [
            MetaProblem(tuple(error.absolute_path), str(error.validator), error.validator_value)
            for error in meta.iter_errors(schema)
        ]


def _is_dynamic(document: Any) -> bool:
    """Whether some place may hold a dynamic reference; data that looks like one costs time only."""
    todo = [document]
    while todo:
        held = todo.pop()
        if isinstance(held, dict):
            if not held.keys().isdisjoint(_DYNAMIC):
                return True
            todo.extend(held.values())
        elif isinstance(held, list):
            todo.extend(held)
    return False


def _targets(document: Any, dialect: Dialect) -> dict[int, Any]:
    """What each reference leads to, by the identity of the schema that has it.

    Raises:
        ValueError: a reference leads out of the document; the library does not look.
    """
    resource = _SPECIFICATIONS[dialect.draft].create_resource(document)
    base = resource.id() or ""
    todo = [(resource, Registry().with_resource(base, resource).crawl().resolver(base))]
    targets = {}
    while todo:
        held, resolver = todo.pop()
        ref = held.contents.get("$ref") if isinstance(held.contents, dict) else None
        if isinstance(ref, str):
            try:
                targets[id(held.contents)] = resolver.lookup(ref)
            except Exception as error:
                raise ValueError(f"the reference {ref!r} leads nowhere") from error
        todo.extend((below, resolver.in_subresource(below)) for below in held.subresources())
    return targets


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit + 1):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, (list, tuple)):
                below.extend(item)
        if not below:
            return False
        level = below
    return True


ENGINE = _Engine()
