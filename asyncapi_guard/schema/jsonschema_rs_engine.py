"""The default engine: jsonschema-rs. The only module that imports it.

It validates Python objects in place, so a predicate costs nanoseconds; its error objects cost up to
gigabytes, so it is asked yes or no and nothing else. Three things it cannot see by itself:

- **Bytes** are no JSON value to it. Only a custom keyword is handed the object itself, and a `type`
  beside it raises. So bytes travel as a NaN whose payload bits hold their length: of no JSON type,
  not to be had from a client (NaN is refused before), and the keyword can still judge the length.
- **Depth**: a schema that refers back to itself recurses on the native stack, and a deep value ends
  the process. `_shallow`, a chain of 128 schemas, says whether a value is deeper, and stops there.
- **Patterns**: the linear-time regex engine is tried first; look-around and back-references need
  the other one, with a low limit on backtracking. At the limit the value is not valid.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from asyncapi_guard.schema.dialects import Dialect, Draft
from asyncapi_guard.schema.engine import MetaProblem, is_panic
from asyncapi_guard.schema.formats import BINARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


__all__ = ["ENGINE"]

_BACKTRACK_LIMIT = 5_000
_MAX_DEPTH = 128

_VALIDATORS: dict[Draft, Any] = {
    Draft.DRAFT4: jsonschema_rs.Draft4Validator,
    Draft.DRAFT6: jsonschema_rs.Draft6Validator,
    Draft.DRAFT7: jsonschema_rs.Draft7Validator,
    Draft.DRAFT201909: jsonschema_rs.Draft201909Validator,
    Draft.DRAFT202012: jsonschema_rs.Draft202012Validator,
}
_META = {
    draft: validator({"$ref": draft.value}, offline=True, validate_formats=True)
    for draft, validator in _VALIDATORS.items()
}
#: What the library raises for Python objects that are no JSON: other types, keys that are no
#: strings, lone surrogates, numbers that no float holds.
_UNJUDGEABLE = (ValueError, TypeError, OverflowError, RecursionError)


def _shallow(depth: int) -> Any:
    levels: dict[str, Any] = {str(depth): {"type": ["string", "number", "boolean", "null"]}}
    for level in range(depth):
        below = {"$ref": f"#/definitions/{level + 1}"}
        levels[str(level)] = {"items": below, "additionalProperties": below}
    document = {"allOf": [{"$ref": "#/definitions/0"}], "definitions": levels}
    return jsonschema_rs.Draft7Validator(document, offline=True)


class _Engine:
    """jsonschema-rs behind the `Engine` protocol."""

    name = "rust"

    def __init__(self) -> None:
        self._depth: Any = None

    def compile(
        self, document: Any, dialect: Dialect, *, cyclic: bool, binary: bool
    ) -> Callable[[Any], bool]:
        is_valid = _compile(document, dialect).is_valid
        depth = self._shallow_enough() if cyclic else None

        def judge(value: Any) -> bool:
            try:
                valid: bool = is_valid(value)
            except _UNJUDGEABLE:
                return False
            except BaseException as error:
                if not is_panic(error):
                    raise
                return False
            return valid

        def judge_first(value: Any) -> bool:
            try:
                if binary:
                    value = _stand_in(value)
                return (depth is None or depth(value)) and judge(value)
            except _UNJUDGEABLE:
                return False

        return judge_first if cyclic or binary else judge

    def check(self, schema: Any, dialect: Dialect) -> list[MetaProblem]:
        meta = _META[dialect.draft]
        try:
            if meta.is_valid(schema):
                return []
            errors = list(meta.iter_errors(schema))
        except _UNJUDGEABLE:
            return [MetaProblem((), "")]
        return [_meta_problem(schema, error) for error in errors]

    def _shallow_enough(self) -> Callable[[Any], bool]:
        if self._depth is None:
            self._depth = _shallow(_MAX_DEPTH)
        is_valid: Callable[[Any], bool] = self._depth.is_valid
        return is_valid


def _meta_problem(schema: Any, error: Any) -> MetaProblem:
    kind = error.kind
    if kind.name == "propertyNames":
        kind = kind.error.kind  # what is wrong with the name, as the other engine has it
    return MetaProblem(_existing(schema, error.instance_path), kind.name, kind.value)


def _existing(value: Any, path: Iterable[str | int]) -> tuple[str | int, ...]:
    """As much of a path as there is: the library leaves out parts that are empty strings."""
    found = []
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            break
        found.append(part)
    return tuple(found)


def _compile(document: Any, dialect: Dialect) -> Any:
    validator = _VALIDATORS[dialect.draft]
    regexes: tuple[Any, ...] = (
        jsonschema_rs.RegexOptions(),
        jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACK_LIMIT),
    )
    failure: Exception | None = None
    for options in regexes:
        try:
            return validator(
                document,
                validate_formats=True,
                offline=True,
                pattern_options=options,
                keywords={BINARY: _Bytes},
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            failure = error
    raise ValueError(getattr(failure, "message", None) or str(failure)) from None


# -- bytes -----------------------------------------------------------------------------------------

_QUIET_NAN = 0x7FF8 << 48
_LENGTH = (1 << 48) - 1


def _stand_in(value: Any) -> Any:
    """The value with every bytes object replaced by a NaN that holds its length."""
    if isinstance(value, (bytes, bytearray)):
        return struct.unpack("<d", struct.pack("<Q", _QUIET_NAN | len(value)))[0]
    if isinstance(value, dict):
        return {key: _stand_in(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_stand_in(item) for item in value]
    return value


class _Bytes:
    """The keyword `formats.BINARY`: takes a stand-in for bytes of an allowed length."""

    def __init__(self, _parent: dict[str, Any], limits: Any, _path: list[str | int]) -> None:
        self._least = limits.get("minLength", 0)
        self._most = limits.get("maxLength", _LENGTH)

    def validate(self, instance: Any) -> None:
        if not isinstance(instance, float) or not math.isnan(instance):
            raise ValueError("not bytes")
        length = struct.unpack("<Q", struct.pack("<d", instance))[0] & _LENGTH
        if not self._least <= length <= self._most:
            raise ValueError("wrong number of bytes")


ENGINE = _Engine()
