"""A value that a schema accepts, to show and to begin with: made up, and tried on the schema.

What cannot be made up is not shown: an example that the guard would reject teaches the wrong thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from asyncapi_guard.console.reading.flat_schema import FlatSchema, flatten
from asyncapi_guard.console.reading.patterns import text_for

if TYPE_CHECKING:
    from asyncapi_guard.contract import Schema
    from asyncapi_guard.schema import Bundle, CompiledSchema

__all__ = ["NO_SAMPLE", "Bytes", "is_accepted", "sample", "with_bytes"]


class _NoSample:
    """No value is known."""

    def __bool__(self) -> bool:
        return False


#: What `sample` gives where no value is known; `None` is a value.
NO_SAMPLE = _NoSample()
_DEEPEST = 12
#: Levels on which optional properties are filled in.
_DEEPEST_OPTIONAL = 3
_MOST_VALUES = 400
_FORMATS = {
    "uuid": "8f14e45f-ceea-4e67-9d7b-2f1c55a0b3d1",
    "date-time": "2026-05-04T16:02:21Z",
    "date": "2026-05-04",
    "time": "16:02:21Z",
    "duration": "PT30M",
    "email": "ada@example.com",
    "idn-email": "ada@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uri-reference": "/path",
    "uri-template": "/users/{id}",
    "iri": "https://example.com/",
    "iri-reference": "/path",
    "json-pointer": "/path",
    "relative-json-pointer": "0",
    "regex": "^a",
    "byte": "aGVsbG8=",
}


class Bytes:
    """Bytes in a sample: they are shown by a word, because nobody reads them.

    Attributes:
        size: how many a schema asks for at least.
    """

    def __init__(self, size: int = 1) -> None:
        self.size = size

    def __repr__(self) -> str:
        return "<bytes>"


def sample(schema: Schema) -> Any:
    """A value that a schema accepts, with `Bytes` in the places of bytes; else `NO_SAMPLE`."""
    bundle = cast("CompiledSchema", schema).bundle  # as every schema of a contract is
    for depth in (_DEEPEST_OPTIONAL, 0):
        maker = _Maker(bundle, depth)
        try:
            value = maker.value(bundle.root, 0, ())
        except _Unknown:
            continue
        if is_accepted(schema, value):
            return value
    return NO_SAMPLE


def is_accepted(schema: Schema, value: Any) -> bool:
    """Whether a schema accepts a value; not if it is too deep for its engine."""
    try:
        return schema.is_valid(_real(value))
    except (RecursionError, ValueError):
        return False


def with_bytes(schema: Schema, value: Any) -> Any:
    """An example of the document with `Bytes` in the places where the schema takes bytes.

    YAML and JSON write bytes as some text; clients must not send the text.
    """
    if not schema.binary:
        return value
    bundle = cast("CompiledSchema", schema).bundle  # as above
    return _replaced(bundle, bundle.root, value, 0)


def _replaced(bundle: Bundle, schema: Any, value: Any, depth: int) -> Any:
    flat = flatten(bundle, schema)
    if isinstance(value, str) and "binary" in flat.types:
        return Bytes()
    if depth > _DEEPEST:
        return value
    choices = [each for word in ("oneOf", "anyOf") for some in flat.each(word) for each in some]
    for choice in choices:
        value = _replaced(bundle, choice, value, depth + 1)
    if isinstance(value, dict):
        schemas = flat.by_name("properties")
        return {
            name: _replaced(bundle, schemas[name], item, depth + 1) if name in schemas else item
            for name, item in value.items()
        }
    if isinstance(value, list):
        places = flat.first(bundle.dialect.tuple_keyword)
        every = flat.first("items")
        several = places if isinstance(places, list) else []
        several = [*several, *[every if isinstance(every, dict) else True] * len(value)]
        return [
            _replaced(bundle, place, item, depth + 1)
            for place, item in zip(several, value, strict=False)
        ]
    return value


def _real(value: Any) -> Any:
    """A sample as it is on the wire."""
    if isinstance(value, Bytes):
        return bytes(value.size)
    if isinstance(value, dict):
        return {name: _real(item) for name, item in value.items()}
    return [_real(item) for item in value] if isinstance(value, list) else value


class _Unknown(Exception):
    """No value is known for some schema."""


class _Maker:
    """Makes one value, within a budget.

    Args:
        bundle: what the schema refers to.
        optional: levels on which optional properties are filled in.
    """

    def __init__(self, bundle: Bundle, optional: int) -> None:
        self._bundle = bundle
        self._optional = optional
        self._left = _MOST_VALUES

    def value(self, schema: Any, depth: int, within: tuple[str, ...]) -> Any:
        self._left -= 1
        if schema is False or depth > _DEEPEST or self._left < 0:
            raise _Unknown
        flat = flatten(self._bundle, schema)
        if flat.is_never or sum(entry in within for entry in flat.entries) > 1:
            raise _Unknown
        within = (*within, *flat.entries)
        told = _told(flat)
        if told is not NO_SAMPLE:
            return told
        chosen = self._chosen(flat)
        if chosen is not None:
            return self.value(chosen, depth + 1, within)
        return self._of_type(flat, depth, within)

    def _chosen(self, flat: FlatSchema) -> Any:
        """The schema with its first alternatives in place; `None` if there are none."""
        if not any(word in part for part in flat.parts for word in ("oneOf", "anyOf")):
            return None
        parts: list[Any] = []
        for part in flat.parts:
            parts.append({k: v for k, v in part.items() if k not in ("oneOf", "anyOf", "allOf")})
            for word in ("oneOf", "anyOf"):
                choices = part.get(word)
                if isinstance(choices, list) and choices:
                    is_null = [flatten(self._bundle, c).types == ("null",) for c in choices]
                    parts.append(choices[is_null.index(False) if False in is_null else 0])
        return {"allOf": parts}

    def _of_type(self, flat: FlatSchema, depth: int, within: tuple[str, ...]) -> Any:
        kind = flat.types[0] if flat.types else "any"
        if kind == "object":
            return self._object(flat, depth, within)
        if kind == "array":
            return self._array(flat, depth, within)
        if kind == "string":
            return _text(flat)
        if kind in ("integer", "number"):
            return _number(flat, whole=kind == "integer")
        if kind == "binary":
            return Bytes(int(flat.first("minLength") or 1))
        return {"boolean": True, "null": None, "any": "anything"}[kind]

    def _object(self, flat: FlatSchema, depth: int, within: tuple[str, ...]) -> dict[str, Any]:
        properties, required = flat.by_name("properties"), flat.required
        made = {}
        for name, schema in properties.items():
            if name not in required and (depth >= self._optional or _is_old(schema)):
                continue
            try:
                made[name] = self.value(schema, depth + 1, within)
            except _Unknown:
                if name in required:
                    raise
        for name in required:
            if name not in made:
                further = flat.first("additionalProperties")
                made[name] = self.value({} if further is None else further, depth + 1, within)
        return made

    def _array(self, flat: FlatSchema, depth: int, within: tuple[str, ...]) -> list[Any]:
        least = int(flat.first("minItems") or 0)
        places = flat.first(self._bundle.dialect.tuple_keyword)
        if isinstance(places, list):
            return [self.value(place, depth + 1, within) for place in places]
        every = flat.first("items")
        if every is None:
            return ["anything"] * least
        try:
            item = self.value(every, depth + 1, within)
        except _Unknown:
            if least:
                raise
            return []
        return [item] * min(max(least, 1 if flat.first("maxItems") != 0 else 0), self._left + 1)


def _is_old(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("deprecated") is True


def _told(flat: FlatSchema) -> Any:
    """A value that the schema itself names."""
    for word in ("const", "example", "default"):
        for part in flat.parts:
            if word in part:
                return part[word]
    for word in ("examples", "enum"):
        for values in flat.each(word):
            if isinstance(values, list) and values:
                return values[0]
    return NO_SAMPLE


def _text(flat: FlatSchema) -> str:
    format = flat.texts("format")
    least, most = int(flat.first("minLength") or 0), flat.first("maxLength")
    if format in _FORMATS:
        return _FORMATS[format]
    pattern = flat.texts("pattern")
    text = text_for(pattern, least) if pattern else "text"
    text = text if len(text) >= least else (text * (least // max(1, len(text)) + 1))[:least]
    return text[: int(most)] if isinstance(most, (int, float)) and len(text) > most else text


def _number(flat: FlatSchema, *, whole: bool) -> float:
    least = flat.first("minimum")
    above, below = flat.first("exclusiveMinimum"), flat.first("exclusiveMaximum")
    most = flat.first("maximum")
    step = flat.first("multipleOf") or 1
    if isinstance(above, (int, float)) and not isinstance(above, bool):
        least = above + step
    elif above is True and least is not None:
        least = least + step
    if least is not None:
        value = -(-least // step) * step
    elif most is not None:
        value = min(step, (most // step) * step)
    elif isinstance(below, (int, float)) and not isinstance(below, bool):
        value = min(step, (below // step) * step - step)
    else:
        value = step
    return int(value) if whole or float(value).is_integer() else value
