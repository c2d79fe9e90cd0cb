"""The reference engine: jsonschema, in pure Python. The only module that imports it.

It stands in where jsonschema-rs has no wheel, and is the other side of differential tests. Patterns
run on Python's `re`, which has no limit on backtracking: see `docs/architecture.md`.
"""

from __future__ import annotations

import math
import re
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jsonschema
from jsonschema import validators
from referencing import Registry
from referencing.jsonschema import DRAFT4, DRAFT6, DRAFT7, DRAFT201909, DRAFT202012

from asyncapi_guard.schema import strings
from asyncapi_guard.schema.dialects import Dialect, Draft
from asyncapi_guard.schema.engine import MetaProblem
from asyncapi_guard.schema.formats import BINARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["ENGINE"]

_extend: Any = validators.extend  # carries no types
_MAX_DEPTH = 128
#: A `$`, or what a `$` may stand in without being the end: an escape, a class.
_DOLLAR = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)
_FORMATS = jsonschema.FormatChecker(formats=())
for _name, _check in strings.CHECKS.items():
    _FORMATS.checks(_name)(lambda value, check=_check: not isinstance(value, str) or check(value))


def _number(_checker: Any, value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _integer(_checker: Any, value: Any) -> bool:
    return _number(_checker, value) and (isinstance(value, int) or value.is_integer())


def _array(_checker: Any, value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _bytes(_validator: Any, limits: Any, value: Any, _schema: Any) -> Iterator[Any]:
    if not isinstance(value, (bytes, bytearray)):
        yield jsonschema.ValidationError("not bytes")
    elif not limits.get("minLength", 0) <= len(value) <= limits.get("maxLength", len(value)):
        yield jsonschema.ValidationError("wrong number of bytes")


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(value, str) and not _compiled(pattern).search(value):
        yield jsonschema.ValidationError("no match")


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    # `$` is the end in JSON Schema; in Python it matches before a last line break, too.
    return re.compile(_DOLLAR.sub(lambda found: r"\Z" if found[0] == "$" else found[0], pattern))


#: What was found out about (reference, value) while one value is judged, by their identities.
_found: ContextVar[dict[tuple[int, int], bool]] = ContextVar("asyncapi_guard_found")


def _remembering(ref: Any) -> Any:
    """The keyword `$ref`, which judges a value by a schema once.

    The alternatives of a recursive union may overlap. Without a memory each level then doubles the
    work, and fifty brackets from a client end the process.
    """

    def judge(validator: Any, reference: Any, value: Any, schema: Any) -> Iterator[Any]:
        found = _found.get()
        key = id(schema), id(value)
        if key not in found:
            found[key] = next(iter(ref(validator, reference, value, schema) or ()), None) is None
        if not found[key]:
            yield jsonschema.ValidationError("not valid")

    return judge


def _validator(base: Any) -> Any:
    checker = base.TYPE_CHECKER.redefine_many(
        {"number": _number, "integer": _integer, "array": _array}
    )
    keywords = {BINARY: _bytes, "pattern": _pattern, "$ref": _remembering(base.VALIDATORS["$ref"])}
    return _extend(base, keywords, type_checker=checker)


_BASES: dict[Draft, Any] = {
    Draft.DRAFT4: jsonschema.Draft4Validator,
    Draft.DRAFT6: jsonschema.Draft6Validator,
    Draft.DRAFT7: jsonschema.Draft7Validator,
    Draft.DRAFT201909: jsonschema.Draft201909Validator,
    Draft.DRAFT202012: jsonschema.Draft202012Validator,
}
_VALIDATORS = {draft: _validator(base) for draft, base in _BASES.items()}
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
        _check_references(document, dialect)

        def judge(value: Any) -> bool:
            try:
                if cyclic and _deeper_than(value, _MAX_DEPTH):
                    return False
                token = _found.set({})
                try:
                    valid: bool = validator.is_valid(value)
                finally:
                    _found.reset(token)
            except Exception:  # noqa: BLE001  # values that are no JSON break it in many ways: not valid
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


def _check_references(document: Any, dialect: Dialect) -> None:
    """Raise ValueError if some reference leads out of the document; the library does not look."""
    resource = _SPECIFICATIONS[dialect.draft].create_resource(document)
    base = resource.id() or ""
    todo = [(resource, Registry().with_resource(base, resource).crawl().resolver(base))]
    while todo:
        held, resolver = todo.pop()
        ref = held.contents.get("$ref") if isinstance(held.contents, dict) else None
        if isinstance(ref, str):
            try:
                resolver.lookup(ref)
            except Exception as error:
                raise ValueError(f"the reference {ref!r} leads nowhere") from error
        todo.extend((below, resolver.in_subresource(below)) for below in held.subresources())


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
