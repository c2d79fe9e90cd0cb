"""The keywords of one schema in words: `1 to 4,000 characters`, `a multiple of 5`.

A keyword that has no words is quoted as it is written. Nothing that the guard validates may be
missing on the page.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from asyncapi_guard.console.reading.patterns import characters, pattern_words
from asyncapi_guard.console.reading.wording import code, count, joined, number, value_code
from asyncapi_guard.schema.formats import KNOWN, is_binary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["limits_of", "type_words", "types_of"]

_TYPES = {
    "string": ("text", "text"),
    "integer": ("whole number", "whole numbers"),
    "number": ("number", "numbers"),
    "boolean": ("true or false", "true or false"),
    "object": ("object", "objects"),
    "array": ("list", "lists"),
    "null": ("null", "null"),
    "binary": ("bytes", "bytes"),
}
_FORMATS = {
    "uuid": "UUID",
    "date-time": "date and time, with a time zone",
    "date": "date, as 2026-05-04",
    "time": "time of day, with a time zone",
    "duration": "duration, as PT30M",
    "email": "email address",
    "idn-email": "email address, of any script",
    "hostname": "host name",
    "idn-hostname": "host name, of any script",
    "ipv4": "IPv4 address",
    "ipv6": "IPv6 address",
    "uri": "URI",
    "uri-reference": "URI or relative reference",
    "uri-template": "URI template",
    "iri": "IRI",
    "iri-reference": "IRI or relative reference",
    "json-pointer": "JSON Pointer",
    "relative-json-pointer": "relative JSON Pointer",
    "regex": "regular expression",
    "byte": "Base64",
    "int32": "fits in 32 bits",
    "int64": "fits in 64 bits",
    "float": "fits in a 32-bit float",
}
#: Formats that say nothing about which values are valid.
_SILENT = frozenset(("double", "password", "binary"))
#: What tells the type of a schema that names none.
_TELLING = {
    "properties": "object",
    "additionalProperties": "object",
    "patternProperties": "object",
    "required": "object",
    "items": "array",
    "prefixItems": "array",
}
#: Values of a list that are named in the line; longer lists unfold.
_MOST_VALUES = 24
#: What has a place of its own in the tree, or says nothing about which values are valid.
SHOWN_ELSEWHERE = frozenset(
    (
        "$anchor", "$comment", "$defs", "$id", "$ref", "$schema", "additionalItems",
        "additionalProperties", "allOf", "anyOf", "contains", "contentSchema", "definitions",
        "dependentSchemas", "deprecated", "description", "discriminator", "else", "example",
        "examples", "externalDocs", "id", "if", "items", "maxContains", "minContains", "not",
        "nullable", "oneOf", "patternProperties", "prefixItems", "properties", "propertyNames",
        "required", "then", "title", "type", "unevaluatedItems", "unevaluatedProperties",
    )
)  # fmt: skip
_IN_WORDS = frozenset(
    (
        "const", "contentEncoding", "contentMediaType", "default", "dependencies",
        "dependentRequired", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "maximum",
        "maxItems", "maxLength", "maxProperties", "minimum", "minItems", "minLength",
        "minProperties", "multipleOf", "pattern", "readOnly", "uniqueItems", "writeOnly",
    )
)  # fmt: skip

_ABOUT_NUMBERS = frozenset(
    ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf")
)


def types_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The types that a schema names, bytes as `binary`; none for any."""
    named = schema.get("type")
    if isinstance(named, str) and named in _TYPES and "nullable" not in schema:
        return (named,) if named != "string" or not is_binary(schema) else ("binary",)
    types = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    types = [str(each) for each in types if each in _TYPES]
    if is_binary(schema):
        types = ["binary" if each == "string" else each for each in types]
    if not types:
        types = (
            list(_values_types(schema))
            or [type_ for keyword, type_ in _TELLING.items() if keyword in schema][:1]
        )
    if schema.get("nullable") is True and types and "null" not in types:
        types.append("null")
    return tuple(types)


def _values_types(schema: Mapping[str, Any]) -> Iterator[str]:
    """The types of the values that are listed."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(values, list):
        return
    names = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object"}
    names |= {list: "array", type(None): "null"}
    yield from dict.fromkeys(names[type(value)] for value in values)


def type_words(types: tuple[str, ...], *, many: bool = False, items: str | None = None) -> str:
    """Types in words: `text or null`.

    Args:
        types: as `types_of` has them.
        many: of several values.
        items: what lists hold, if that is known.
    """
    if not types:
        return "anything"
    words = []
    for each in types:
        word = _TYPES[each][many]
        words.append(f"{word} of {items}" if each == "array" and items else word)
    return " or ".join(words)


def limits_of(schema: Mapping[str, Any], types: tuple[str, ...]) -> list[Markup]:
    """What a schema demands of a value besides its type.

    Args:
        schema: one object of keywords; what it refers to is not looked into.
        types: of the value, as far as they are known.
    """
    if SHOWN_ELSEWHERE.issuperset(schema):
        return []
    limits = [
        *_values(schema),
        *_text(schema, types),
        *_numbers(schema),
        *_lists(schema),
        *_objects(schema),
        *_notes(schema),
        *_quoted(schema),
    ]
    return [each for each in limits if each]


# -- by what they are about ------------------------------------------------------------------------


def _values(schema: Mapping[str, Any]) -> Iterator[Markup]:
    if "const" in schema:
        yield Markup("always {}").format(value_code(schema["const"]))
    values = schema.get("enum")
    if not isinstance(values, list) or "const" in schema:
        return
    # Beside a number, the text "1" needs its quotes.
    quoted = not all(isinstance(value, str) for value in values)
    shown = joined((value_code(value, quoted=quoted) for value in values), " ")
    if len(values) == 1:
        yield Markup("always {}").format(shown)
    elif len(values) <= _MOST_VALUES:
        yield Markup("one of {}").format(shown)
    else:
        yield Markup('<details class="more"><summary>one of {}</summary>{}</details>').format(
            count(len(values), "value"), shown
        )


def _text(schema: Mapping[str, Any], types: tuple[str, ...]) -> Iterator[Markup]:
    unit = "byte" if "binary" in types else "character"
    said = characters(_whole(schema, "minLength"), _whole(schema, "maxLength"), unit)
    if said:
        yield Markup.escape(said)
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        yield from pattern_words(pattern)
    format = schema.get("format")
    if isinstance(format, str) and format not in _SILENT:
        if format in KNOWN:
            yield Markup.escape(_FORMATS[format])
        else:
            yield Markup("format {}, which isn't validated").format(code(format))
    for keyword, words in (("contentEncoding", "encoded as"), ("contentMediaType", "holds")):
        if isinstance(schema.get(keyword), str):
            yield Markup("{} {}, which isn't validated").format(words, code(schema[keyword]))


def _numbers(schema: Mapping[str, Any]) -> Iterator[Markup]:
    if _ABOUT_NUMBERS.isdisjoint(schema):
        return
    least, least_open = _bound(schema, "minimum", "exclusiveMinimum", max)
    most, most_open = _bound(schema, "maximum", "exclusiveMaximum", min)
    if least is not None and most is not None and not least_open and not most_open:
        yield Markup.escape(
            number(least) if least == most else f"{number(least)} to {number(most)}"
        )
    else:
        said = []
        if least is not None:
            said.append(f"more than {number(least)}" if least_open else f"{number(least)} or more")
        if most is not None:
            said.append(f"less than {number(most)}" if most_open else f"at most {number(most)}")
        if said:
            yield Markup.escape(" and ".join(said))
    step = _number(schema, "multipleOf")
    if step is not None:
        yield Markup.escape(f"a multiple of {number(step)}")


def _lists(schema: Mapping[str, Any]) -> Iterator[Markup]:
    least, most = _whole(schema, "minItems"), _whole(schema, "maxItems")
    places = [
        schema[word] for word in ("prefixItems", "items") if isinstance(schema.get(word), list)
    ]
    if places and (least or 0) <= len(places[0]):
        # Each place is said to be required or optional.
        least = None
        most = None if most == len(places[0]) else most
    said = characters(least, most, "item")
    if said:
        yield Markup.escape(said)
    if schema.get("uniqueItems") is True:
        yield Markup("no duplicates")


def _objects(schema: Mapping[str, Any]) -> Iterator[Markup]:
    least, most = _whole(schema, "minProperties"), _whole(schema, "maxProperties")
    said = characters(least, most, "property")
    if said:
        yield Markup.escape(said)
    for keyword in ("dependentRequired", "dependencies"):
        rules = schema.get(keyword)
        for name, others in rules.items() if isinstance(rules, dict) else ():
            if isinstance(others, list) and others:
                needed = joined(code(str(each)) for each in others)
                yield Markup("{} needs {}").format(code(name), needed)


def _notes(schema: Mapping[str, Any]) -> Iterator[Markup]:
    if "default" in schema:
        yield Markup("default {}").format(value_code(schema["default"]))
    if schema.get("readOnly") is True:
        yield Markup("read only")
    if schema.get("writeOnly") is True:
        yield Markup("write only")


def _quoted(schema: Mapping[str, Any]) -> Iterator[Markup]:
    """What no words are known for, as it is written."""
    for keyword, value in schema.items():
        if keyword in _IN_WORDS or keyword in SHOWN_ELSEWHERE or keyword.startswith("x-"):
            continue
        yield code(f"{keyword}: {json.dumps(value, ensure_ascii=False)}")


# -- small readers ---------------------------------------------------------------------------------


def _number(schema: Mapping[str, Any], keyword: str) -> float | None:
    value = schema.get(keyword)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _whole(schema: Mapping[str, Any], keyword: str) -> int | None:
    value = _number(schema, keyword)
    return None if value is None else int(value)  # `4.0` is a whole number to JSON Schema


def _bound(
    schema: Mapping[str, Any], keyword: str, exclusive: str, stricter: Any
) -> tuple[float | None, bool]:
    """A bound, and whether it is itself left out; drafts before 6 say that by a boolean."""
    closed, open_ = _number(schema, keyword), _number(schema, exclusive)
    if open_ is None:
        return closed, closed is not None and schema.get(exclusive) is True
    if closed is None:
        return open_, True
    bound = stricter(closed, open_)
    return bound, bound == open_
