"""What is proposed at a cursor, as plain values: no protocol, no files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.lint.grammar import CLOSED, Field, Type
from asyncapi_guard.lsp.completing.shapes import SCHEMAS, Shape, fields_of, shape_at
from asyncapi_guard.lsp.field_texts import field_text
from asyncapi_guard.lsp.grammar_places import Kind
from asyncapi_guard.schema.formats import KNOWN
from asyncapi_guard.spec.schema_habits import COMMON_KEYWORDS, TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.lsp.completing.outline import Cursor, Item

__all__ = ["Proposal", "proposals"]

_SCHEMA_FORMATS = (
    "application/vnd.aai.asyncapi+json;version=3.1.0",
    "application/schema+json;version=draft-07",
    "application/schema+json;version=2020-12",
    "application/vnd.oai.openapi+json;version=3.0.3",
    "application/vnd.oai.openapi+json;version=3.1.0",
)
_MEDIA_TYPES = ("application/json", "application/octet-stream", "text/plain")
#: Fields of plain types for which there are usual values, by owner and name.
_USUAL = {
    ("AsyncAPI", "asyncapi"): ("3.1.0", "3.0.0"),
    ("Server", "protocol"): ("wss", "ws", "https", "http"),
    ("SecurityScheme", "scheme"): ("bearer", "basic"),
    ("SecurityScheme", "bearerFormat"): ("JWT",),
}
_LOCATIONS = ("$message.payload#/", "$message.header#/")
_BOOLEANS = ("true", "false")
_BOOLEAN_KEYWORDS = ("deprecated", "readOnly", "uniqueItems", "writeOnly")
_LISTS = ("allOf", "anyOf", "oneOf", "enum", "required", "examples")
_MAPS = ("properties", "patternProperties", "definitions", "dependencies")
_SCHEMA_VALUES = (
    *("items", "additionalItems", "additionalProperties", "contains", "not", "if", "then", "else"),
    "propertyNames",
)
_X_MOCK = Field("x-mock", Type("map", item=Type("plain", "any")))
#: What must be in quotes to be a string in YAML.
_NEEDS_QUOTES = re.compile(
    r"[\d.+-].*|true|false|null|~|.*[:#]\s.*|[\[\]{}&*!|>%@`'\"#,].*|.*: ?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that can be written.

    Attributes:
        label: what the editor shows.
        text: what is written; a snippet with `${1:...}` and `$0`.
        kind: `field`, `value`, `reference` or `code`.
        detail: a word about it.
        documentation: a sentence about it.
        rank: those with the lowest come first.
    """

    label: str
    text: str
    kind: str
    detail: str = ""
    documentation: str = ""
    rank: int = 5


def proposals(cursor: Cursor, targets: Callable[[str, Shape], list[str]]) -> list[Proposal]:
    """Return what can be written at a cursor.

    Args:
        cursor: the cursor in the outline.
        targets: gives the references to objects of a kind, such as `Message`, that can be written
            at a place.
    """
    shape = shape_at(cursor.root, cursor.path)
    if shape is None:
        return []
    maker = _Maker(cursor, targets)
    found: list[Proposal] = []
    if cursor.role in ("key", "either"):
        found += maker.keys(shape)
    if cursor.role in ("value", "either"):
        found += maker.values(shape)
    return found


class _Maker:
    def __init__(self, cursor: Cursor, targets: Callable[[str, Shape], list[str]]) -> None:
        self.cursor = cursor
        self.targets = targets
        self.item: Item | None = cursor.root.at(cursor.path)

    # -- keys --------------------------------------------------------------------------------------

    def keys(self, shape: Shape) -> Iterator[Proposal]:
        """The fields of an object that it does not have yet, those that it must have first."""
        type = shape.type
        if type is None or type.kind != "object" or type.reference == "target":
            return
        taken = self.item.keys if self.item is not None else {}
        others = taken.keys() - {self.cursor.written.strip("\"'")}
        if type.reference != "no" and not others:
            yield from self._reference_keys(type, shape)
        if type.reference == "must":
            return
        if type.name in SCHEMAS:
            yield from self._keywords(others)
            return
        fields = dict(fields_of(type.name, self.item))
        if type.name in ("Message", "MessageTrait"):
            fields["x-mock"] = _X_MOCK
        if type.name in CLOSED:
            return
        for field in fields.values():
            if field.name in others:
                continue
            text = field_text(Kind(owner=type.name.partition(" ")[0], field=field.name))
            detail = "required" if field.required else _detail(field.type)
            rank = 1 if field.required else 8 if field.name.startswith("x-") else 5
            yield Proposal(field.name, self._field(field), "field", detail, text, rank)

    def _reference_keys(self, type: Type, shape: Shape) -> Iterator[Proposal]:
        rank = 1 if type.reference == "must" else 6
        for target in self.targets(type.name, shape):
            text = self._pair("$ref", _quoted(target, json=self.cursor.is_json))
            yield Proposal(f"$ref: {target}", text, "reference", "reference", "", rank)

    def _keywords(self, taken: set[str]) -> Iterator[Proposal]:
        for keyword in sorted(COMMON_KEYWORDS | {"schemaFormat"}):
            if keyword in taken or keyword == "$ref":
                continue
            text = field_text(Kind(owner="Schema", field=keyword))
            rank = 3 if keyword in ("type", "properties", "required", "items", "format") else 5
            yield Proposal(keyword, self._keyword(keyword), "field", "keyword", text, rank)

    def _keyword(self, keyword: str) -> str:
        if keyword in _MAPS or keyword in _SCHEMA_VALUES:
            return self._holder(keyword, "{", "")
        if keyword in _LISTS:
            return self._holder(keyword, "[", "")
        if keyword in _BOOLEAN_KEYWORDS:
            return self._pair(keyword, "${1|true,false|}")
        if keyword == "type":
            quotes = '"' if self.cursor.is_json else ""
            return self._pair(keyword, f"{quotes}${{1|{','.join(_in_type())}|}}{quotes}")
        return self._pair(keyword, "$0")

    def _field(self, field: Field) -> str:
        """A field with its shape: what it must have, and where the cursor goes then."""
        type = field.type
        if type.kind in ("list", "map", "object"):
            inside = self._inside(type) if type.kind == "object" else ""
            return self._holder(field.name, "[" if type.kind == "list" else "{", inside)
        value = "$0"
        if type.kind == "choice":
            is_text = isinstance(type.choices[0], str)
            value = f"${{1|{','.join(map(str, type.choices))}|}}"
        else:
            is_text = type.kind == "plain" and _is_text(type.name)
            if type.name == "boolean":
                value = "${1|true,false|}"
        return self._pair(field.name, f'"{value}"' if self.cursor.is_json and is_text else value)

    def _inside(self, type: Type) -> str:
        """The required fields of an object, in lines or in brackets."""
        if type.reference == "must":
            quote = '"' if self.cursor.is_json else "'"
            return self._pair("$ref", f"{quote}$0{quote}")
        needed = [each for each in fields_of(type.name, None).values() if each.required]
        if not needed or type.name in SCHEMAS:
            return ""
        separator = ", " if self._is_flow else "\n  "
        quotes = '"' if self.cursor.is_json else ""
        return separator.join(
            self._pair(each.name, f"{quotes}${{{number}:{each.name}}}{quotes}")
            for number, each in enumerate(needed, 1)
        )

    @property
    def _is_flow(self) -> bool:
        return self.cursor.in_brackets or self.cursor.is_json

    def _pair(self, key: str, value: str) -> str:
        name = json.dumps(key) if self.cursor.is_json else key
        return f"{_escaped(name)}: {value}"

    def _holder(self, key: str, bracket: str, inside: str) -> str:
        if self._is_flow:
            end = "}" if bracket == "{" else "]"
            # A closing brace ends a placeholder of a snippet.
            closing = "\\}" if end == "}" else end
            return self._pair(key, f"{bracket}{inside or '$0'}{closing}")
        lead = "- $0" if bracket == "[" else inside or "$0"
        return f"{_escaped(key)}:\n  {lead}"

    # -- values ------------------------------------------------------------------------------------

    def values(self, shape: Shape) -> Iterator[Proposal]:
        """The values that a place may have, where there are few."""
        type = shape.type
        if type is None:
            yield from self._plain(_of_keyword(shape.keyword), shape.keyword)
            return
        if type.kind == "object" and type.reference == "target":
            for target in self.targets(type.name, shape):
                yield Proposal(target, _quoted(target, json=self.cursor.is_json), "reference")
        elif type.kind == "object" and type.reference != "no" and self.cursor.role == "value":
            for target in self.targets(type.name, shape):
                pair = self._pair("$ref", _quoted(target, json=self.cursor.is_json))
                yield Proposal(target, f"{{{pair}\\}}", "reference", "reference")
        elif type.kind == "choice":
            yield from self._plain([str(each) for each in type.choices], shape.field)
        elif type.kind == "plain":
            yield from self._plain(_usual(shape, type), shape.field)

    def _plain(self, values: list[str] | tuple[str, ...], what: str) -> Iterator[Proposal]:
        for number, value in enumerate(values):
            is_literal = value in _BOOLEANS and what not in ("type", "format")
            text = value
            if self.cursor.is_json and not is_literal:
                text = json.dumps(value)
            elif not is_literal and _NEEDS_QUOTES.fullmatch(value):
                text = f"'{value}'" if value not in {"3.1.0", "3.0.0"} else value
            yield Proposal(value, _escaped(text), "value", what, rank=number)


def _usual(shape: Shape, type: Type) -> list[str] | tuple[str, ...]:
    owner = shape.owner.partition(" ")[0]
    if (owner, shape.field) in _USUAL:
        return _USUAL[owner, shape.field]
    if type.name == "boolean":
        return _BOOLEANS
    if type.name == "media-type":
        return _MEDIA_TYPES
    return _LOCATIONS if type.name == "expression" else ()


def _of_keyword(keyword: str) -> list[str] | tuple[str, ...]:
    if keyword == "type":
        return TYPES
    if keyword == "format":
        return sorted(KNOWN)
    if keyword == "schemaFormat":
        return _SCHEMA_FORMATS
    return _BOOLEANS if keyword in (*_BOOLEAN_KEYWORDS, "additionalProperties") else ()


def _in_type() -> list[str]:
    """The types in the order in which people need them."""
    return ["object", "string", "integer", "number", "boolean", "array"]


def _is_text(name: str) -> bool:
    return name not in ("any", "boolean", "integer", "natural", "number", "open", "positive")


def _detail(type: Type) -> str:
    return {"list": "list", "map": "map", "object": "object", "choice": "one of"}.get(
        type.kind, type.name
    )


def _quoted(text: str, *, json: bool) -> str:
    return _escaped(f'"{text}"' if json else f"'{text}'")


def _escaped(text: str) -> str:
    """A text in a snippet."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")
