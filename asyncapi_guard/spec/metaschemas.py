"""What a metaschema says of a schema, in words for the author of a document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.schema import Dialect, EngineName, get_engine
from asyncapi_guard.spec.wording import cut, kind_of, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.schema.dialects import SchemaPath

__all__ = ["Fault", "faults"]

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
#: What `type` is called in AsyncAPI's own words.
_KINDS: dict[str, str] = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "object": "a mapping",
    "string": "a string",
}
_NOT_OF_TYPE = re.compile(r"is not of types? (.*)$", re.DOTALL)
_QUOTED = re.compile(r"[\"'](\w+)[\"']")
_NO_PATTERN = "not a regular expression of ECMA-262 (Unicode mode)"


class Fault(NamedTuple):
    """Where a schema breaks its metaschema: the path to the place, and a sentence."""

    path: SchemaPath
    message: str
    #: It is a regular expression that cannot be read.
    pattern: bool = False


def faults(schema: Any, dialect: Dialect, engine: EngineName) -> Iterator[Fault]:
    """Where a schema breaks its metaschema, as deep as it can be said."""
    for path, message in get_engine(engine).check(schema, dialect):
        # The metaschema has a choice here (`anyOf`), and says only that nothing of it fits.
        is_choice = path[-1:] == ("items",) or path[-2:-1] == ("dependencies",)
        value = _value_at(schema, path)
        below = list(_below(value, path, dialect, engine)) if is_choice else ()
        if below:
            yield from below
        elif "regex" in message and isinstance(value, str):
            yield Fault(path, _NO_PATTERN, pattern=True)
        elif "regex" in message and path[-1:] == ("patternProperties",):
            for name in value:
                if get_engine(engine).check({"pattern": name}, dialect):
                    yield Fault((*path, name), _NO_PATTERN, pattern=True)
        else:
            yield Fault(path, _plainly(path, value, message))


def _below(value: Any, path: SchemaPath, dialect: Dialect, engine: EngineName) -> Iterator[Fault]:
    several = isinstance(value, list)
    for index, inner in enumerate(value if several else [value]):
        here = (*path, index) if several else path
        if isinstance(inner, dict):
            for fault in faults(inner, dialect, engine):
                yield fault._replace(path=(*here, *fault.path))


def _value_at(schema: Any, path: SchemaPath) -> Any:
    for part in path:
        schema = schema[part]
    return schema


def _plainly(path: SchemaPath, value: Any, message: str) -> str:
    keyword = path[-1] if path else ""
    of_type = _NOT_OF_TYPE.search(message)
    if of_type is not None:
        wanted = sorted(_KINDS.get(name, name) for name in map(str, _QUOTED.findall(of_type[1])))
        text = f"expected {' or '.join(wanted)}, got {kind_of(value)}"
        if keyword in ("exclusiveMinimum", "exclusiveMaximum"):
            text += f"; {keyword} is the limit itself, since draft-06"
        return text
    if "valid under any" in message:
        return _no_choice(keyword, value)
    return cut(message)


def _no_choice(keyword: Any, value: Any) -> str:
    if keyword != "type":
        got = kind_of(value) if value else f"an empty {kind_of(value)[2:]}"
        return f"expected a schema, or a list of schemas, got {got}"
    unknown = [name for name in value if name not in _TYPES] if isinstance(value, list) else [value]
    if unknown and isinstance(unknown[0], str):
        hint = nearest(unknown[0], _TYPES) or f"; there are {', '.join(_TYPES)}"
        return f"unknown type {shown(unknown[0])}{hint}"
    return "expected a type, or a list of different types"
