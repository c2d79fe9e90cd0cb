"""Values that a schema is typically about, as far as it can be told: for trying other schemas.

A sample has all the properties that its schema names, and no others. It need not be valid: who
tries it on another schema tries it on its own first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.lint.schema_parts import conjuncts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncapi_guard.lint.context import Context, SchemaPlace
    from asyncapi_guard.spec.references import Node

__all__ = ["samples_of"]

#: Of one schema, and how deep: recursion ends where it is optional.
_MOST_VALUES = 20
_MOST_STEPS = 300
_DEEPEST = 5
_FORMATS: Mapping[str, str] = {
    "byte": "YQ==",
    "date": "2024-02-29",
    "date-time": "2024-02-29T12:00:00Z",
    "duration": "P1D",
    "email": "a@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "json-pointer": "/a",
    "regex": "a",
    "time": "12:00:00Z",
    "uri": "https://example.com/a",
    "uri-reference": "/a",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
}
#: What patterns often match.
_TEXTS = ("a", "A", "1", "a1", "abc", "ABC", "123", "abcd1234", "12345678", "a-b", "a.b", "#a1b2c3")
#: The type of a schema that names none, by a keyword.
_TELLING = {
    "properties": "object",
    "required": "object",
    "items": "array",
    "prefixItems": "array",
    "pattern": "string",
    "minLength": "string",
    "maxLength": "string",
    "format": "string",
    "minimum": "number",
    "maximum": "number",
    "multipleOf": "number",
}


def samples_of(context: Context, place: SchemaPlace, node: Node) -> list[Any]:
    """Typical values of a schema; none where nothing is known of it."""
    return _Sampler(context, place).samples(node, 0)


class _Sampler:
    """Makes samples within a budget."""

    def __init__(self, context: Context, place: SchemaPlace) -> None:
        self._context = context
        self._place = place
        self._steps = _MOST_STEPS

    def samples(self, node: Node, depth: int) -> list[Any]:
        self._steps -= 1
        if self._steps < 0 or depth > _DEEPEST:
            return []
        parts = conjuncts(self._context, self._place, node)
        parts += [part for each in parts for part in self._chosen(each)]
        schemas = [part.value for part in parts]
        listed = _first(schemas, "enum")
        if isinstance(listed, list):
            return listed[:_MOST_VALUES]
        constants = [schema["const"] for schema in schemas if "const" in schema]
        return constants[:1] or self._typed(_type(schemas), parts, depth)

    def _chosen(self, node: Node) -> list[Node]:
        """The first alternative of a union stands for all."""
        for keyword in ("oneOf", "anyOf"):
            union = node.get(keyword)
            if union is not None and isinstance(union.value, list) and union.value:
                return conjuncts(self._context, self._place, union.child(0))
        return []

    def _typed(self, name: str | None, parts: list[Node], depth: int) -> list[Any]:
        schemas = [part.value for part in parts]
        if name == "object":
            return [self._object(parts, depth)]
        if name == "array":
            return [self._array(parts, depth)]
        if name == "string":
            return _strings(schemas)
        if name in ("integer", "number"):
            return _numbers(schemas, name)
        if name == "boolean":
            return [True, False]
        return [None] if name == "null" else []

    def _object(self, parts: list[Node], depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        required = {name for part in parts for name in _strings_in(part.value.get("required"))}
        for part in parts:
            properties = part.get("properties")
            if properties is None or not isinstance(properties.value, dict):
                continue
            for name, schema in properties.items():
                values = self.samples(schema, depth + 1) if name not in found else []
                if values:
                    found[name] = values[0]
        return {**dict.fromkeys(required - found.keys(), "a"), **found}

    def _array(self, parts: list[Node], depth: int) -> list[Any]:
        least = _first([part.value for part in parts], "minItems")
        for part in parts:
            for keyword in ("prefixItems", "items"):
                items = part.get(keyword)
                if items is not None and isinstance(items.value, list):
                    several = [self.samples(item, depth + 1) for item in items.values()]
                    return [values[0] if values else "a" for values in several]
                if items is not None and isinstance(items.value, dict):
                    values = self.samples(items, depth + 1)
                    count = least if isinstance(least, int) and 0 < least <= _MOST_VALUES else 1
                    return values[:1] * count if len(values) < count else values[:count]
        return ["a"]


def _first(schemas: Iterable[dict[str, Any]], keyword: str) -> Any:
    return next((schema[keyword] for schema in schemas if keyword in schema), None)


def _strings_in(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _type(schemas: list[dict[str, Any]]) -> str | None:
    """The type that schemas name, the narrower one of two numbers, or that their keywords tell."""
    names = [schema["type"] for schema in schemas if "type" in schema]
    names = [_strings_in(name)[0] if _strings_in(name) else name for name in names]
    if names:
        name = "integer" if "integer" in names else names[0]
        return name if isinstance(name, str) else None
    return next(
        (type for word, type in _TELLING.items() if _first(schemas, word) is not None), None
    )


def _strings(schemas: list[dict[str, Any]]) -> list[str]:
    format = _first(schemas, "format")
    if isinstance(format, str) and format in _FORMATS:
        return [_FORMATS[format]]
    if _first(schemas, "pattern") is not None:
        written = (_first(schemas, "examples"), [_first(schemas, "example")])
        return [*(text for texts in written for text in _strings_in(texts)), *_TEXTS]
    least = _first(schemas, "minLength")
    return ["a" * least if isinstance(least, int) and 0 < least < 1000 else "a"]


def _numbers(schemas: list[dict[str, Any]], name: str) -> list[Any]:
    step = _first(schemas, "multipleOf")
    start = next(
        (
            limit + more
            for keyword, more in _BOUNDS
            if isinstance(limit := _first(schemas, keyword), (int, float)) and limit is not True
        ),
        1,
    )
    whole = [start, step, 0, 1]
    fractions = [start + 0.5, start - 0.5, 0.5] if name == "number" else []
    return [value for value in (*fractions, *whole) if isinstance(value, (int, float))]


_BOUNDS = (("minimum", 0), ("exclusiveMinimum", 1), ("maximum", 0), ("exclusiveMaximum", -1))
