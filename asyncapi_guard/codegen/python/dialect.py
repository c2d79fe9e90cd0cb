"""Schemas of any dialect, rewritten in a dialect that datamodel-code-generator supports.

What comes out is a part of JSON Schema 2020-12: one `type` in each place but for `null` beside a
scalar, alternatives as `anyOf`, positional items as `prefixItems`, keywords only where they apply,
no schema that is a boolean. Formats are left where Python has a type that JSON gives and takes
without a loss; no `SecretStr`, whose value would not be sent, and no `AnyUrl`, which writes URLs
its own way.

What types cannot say is left out, and noted: the guard enforces the document, not the types.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codegen.catalogue import PREFIX
from asyncapi_guard.codegen.python.combining import (
    ANNOTATIONS,
    APPLIED,
    BESIDE,
    PLACE,
    SCALARS,
    any_of,
    are_choices,
    combined,
    complete,
    narrows,
    says_something,
)
from asyncapi_guard.codegen.python.nulls import all_take_null, lists_null, without_null
from asyncapi_guard.codegen.python.scalars import (
    TYPED_FORMATS,
    has_type,
    is_count,
    is_default,
    literal,
    number,
    string,
    type_of,
)
from asyncapi_guard.schema.dialects import Draft
from asyncapi_guard.schema.formats import KNOWN
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.schema_bundles import opens_resource

if TYPE_CHECKING:
    from asyncapi_guard.codegen.python.scalars import NoteKeyword, PatternCheck
    from asyncapi_guard.schema.dialects import Dialect, SchemaPath

__all__ = [
    "REFERENCE",
    "Note",
    "Reader",
]

#: How what comes out refers to a definition.
REFERENCE = "#/$defs/"
#: Called with the place of a schema, the keyword that types cannot say, and what is lost.
Note = Callable[[str, str, str], None]

_STRING = ("minLength", "maxLength", "pattern")
_NUMBER = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_ARRAY = (
    *("items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems"),
    *("contains", "minContains", "maxContains", "unevaluatedItems"),
)
_OBJECT = (
    *("properties", "required", "additionalProperties", "patternProperties", "propertyNames"),
    *("minProperties", "maxProperties", "dependencies", "dependentRequired", "dependentSchemas"),
    "unevaluatedProperties",
)
_KEYWORDS = {"string": _STRING, "number": _NUMBER, "array": _ARRAY, "object": _OBJECT}
#: What is left out wherever it stands, with what it would say.
_LEFT = {
    "not": "excluded values are accepted",
    "if": "conditions are not checked",
    "uniqueItems": "equal items are accepted",
    "contains": "items are not searched",
    "dependencies": "properties that others require can be missing",
    "dependentRequired": "properties that others require can be missing",
    "dependentSchemas": "properties can have values that others forbid",
    "propertyNames": "any names are accepted",
    "unevaluatedItems": "further items are accepted",
    "unevaluatedProperties": "further properties are accepted",
}


class Reader:
    """Reads schemas of one dialect.

    Args:
        dialect: how they are written.
        place: where the outermost stands, as `file#/json/pointer`.
        note: told of everything that is left out.
        usable: says which patterns may stay.
    """

    def __init__(self, dialect: Dialect, place: str, note: Note, usable: PatternCheck) -> None:
        self._dialect = dialect
        self._place = place
        self._tell = note
        self._usable = usable

    def read(self, schema: Any, path: SchemaPath = (), inside: str | None = None) -> dict[str, Any]:
        """What a schema says, in the one dialect.

        Args:
            schema: as written, with references to definitions.
            path: where it stands.
            inside: the type that the value has for other reasons.
        """
        if not isinstance(schema, dict):
            if schema is False:
                self._note(path, "false", "values that fit no alternative are accepted")
            return {PLACE: self._at(path)}
        found = self._read(schema, path, inside)
        found.setdefault(PLACE, self._at(path))
        self._annotate(schema, found)
        return found

    def _at(self, path: SchemaPath) -> str:
        return self._place + format_pointer(path)

    def _note(self, path: SchemaPath, keyword: str, loss: str) -> None:
        self._tell(self._at(path), keyword, loss)

    def _noting(self, path: SchemaPath) -> NoteKeyword:
        """Told of the keywords of one schema that types cannot say."""
        return lambda keyword, loss: self._note((*path, keyword), keyword, loss)

    # -- which kind of schema it is ----------------------------------------------------------------

    def _read(self, schema: dict[str, Any], path: SchemaPath, inside: str | None) -> dict[str, Any]:
        if isinstance(schema.get("$ref"), str):
            return self._reference(schema, path)
        if self._is_closed_to_us(schema):
            self._note(path, "$ref", "references by anchors and identifiers are not followed")
            return {}
        for keyword, loss in _LEFT.items():
            if keyword in schema and _excludes(schema, keyword):
                self._note((*path, keyword), keyword, loss)
        if "const" in schema and self._dialect.draft is not Draft.DRAFT4:
            return self._values(schema, [schema["const"]], path, "const")
        if isinstance(schema.get("enum"), list):
            return self._values(schema, schema["enum"], path, "enum")
        return self._by_type(schema, path, inside)

    def _reference(self, schema: dict[str, Any], path: SchemaPath) -> dict[str, Any]:
        ref = schema["$ref"]
        if not ref.startswith(PREFIX):
            self._note(path, "$ref", "references by anchors and identifiers are not followed")
            return {}
        found = {"$ref": REFERENCE + ref[len(PREFIX) :]}
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        if not self._dialect.siblings or not says_something(rest):
            return found
        return combined([{**found, PLACE: self._at(path)}, self.read(rest, path, "any")])

    def _is_closed_to_us(self, schema: dict[str, Any]) -> bool:
        """Whether references in it are resolved by other rules than ours."""
        if "$dynamicRef" in schema or "$recursiveRef" in schema:
            return True
        resource = self._dialect.resources and opens_resource(schema, self._dialect)
        return resource and '"$ref"' in _text(schema)

    def _by_type(
        self, schema: dict[str, Any], path: SchemaPath, inside: str | None
    ) -> dict[str, Any]:
        types = self._types(schema, path, inside)
        applied = [word for word in ("allOf", "anyOf", "oneOf") if _is_list(schema.get(word))]
        if len(types) > 1:
            return self._several(schema, types, path)
        own = {PLACE: self._at(path)}
        if types:
            own |= self._one_type(schema, types[0], path)
        if applied:
            return self._applied(schema, own, applied, path)
        return own if inside or own.get("type") != "object" else complete(own)

    def _types(
        self, schema: dict[str, Any], path: SchemaPath, inside: str | None
    ) -> tuple[str, ...]:
        given = schema.get("type")
        types = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        types = [name for name in types if name in (*SCALARS, "array", "object")]
        if types:
            if self._dialect.nullable and schema.get("nullable") is True:
                types.append("null")
            types = [n for n in types if n != "integer" or "number" not in types]
            return tuple(dict.fromkeys(types))
        implied = [kind for kind, words in _KEYWORDS.items() if not schema.keys().isdisjoint(words)]
        if isinstance(schema.get("format"), str) and not implied and schema["format"] in KNOWN:
            implied = ["string"] if schema["format"] in TYPED_FORMATS else []
        if inside == "any" or (inside and implied in ([], [inside])):
            return (inside,) if implied and inside != "any" else tuple(implied[:1])
        if implied:
            self._note(path, "type", f"the type rejects values that aren't {implied[0]}")
        return tuple(implied[:1])

    def _several(
        self, schema: dict[str, Any], types: tuple[str, ...], path: SchemaPath
    ) -> dict[str, Any]:
        """Alternatives of one type each, with what applies to it."""
        if not any(word in schema for words in (*_KEYWORDS.values(), APPLIED) for word in words):
            if all(name in SCALARS for name in types) and "format" not in schema:
                return {"type": list(types)}
        elif len(types) == 2 and "null" in types and not any(w in schema for w in APPLIED):
            (kind,) = (name for name in types if name != "null")
            if kind in SCALARS:
                return {**self._one_type(schema, kind, path), "type": [kind, "null"]}
        others = [name for name in types if name != "null"]
        keep = len(others) == 1
        if not keep and any(word in schema for word in APPLIED):
            self._note(path, "type", "alternatives beside several types are not checked")
        members = []
        for name in types:
            part = {key: value for key, value in schema.items() if key not in ANNOTATIONS}
            if name == "null" or not keep:
                part = {key: value for key, value in part.items() if key not in APPLIED}
            part = {key: value for key, value in part.items() if key not in _LEFT}
            members.append(self._by_type({**part, "type": name, "nullable": False}, path, None))
        return {"anyOf": [{PLACE: self._at(path), **member} for member in members]}

    # -- values ------------------------------------------------------------------------------------

    def _values(
        self, schema: dict[str, Any], values: list[Any], path: SchemaPath, keyword: str
    ) -> dict[str, Any]:
        """A list of the values that there are, as far as `Literal` can hold them."""
        types = self._types(schema, path, "any") if "type" in schema else ()
        fitting = [value for value in values if not types or has_type(value, types)]
        for word in APPLIED:
            if _is_list(schema.get(word)):
                self._note((*path, word), word, "all of the listed values are accepted")
        literals = [value for value in fitting if _is_literal(value)]
        null = any(value is None for value in fitting)
        others = [v for v in fitting if v is not None and not _is_literal(v)]
        if others or not fitting:
            self._note((*path, keyword), keyword, "any value of the type is accepted")
        members: list[dict[str, Any]] = []
        if literals:
            members.append(literal(literals))
        kinds = dict.fromkeys(type_of(value) for value in others)
        members += [{"type": kind} for kind in kinds]
        if null:
            members.append({"type": "null"})
        if len(members) == 1:
            return members[0]
        return (
            {"anyOf": [{PLACE: self._at(path), **member} for member in members]} if members else {}
        )

    # -- one type ----------------------------------------------------------------------------------

    def _one_type(self, schema: dict[str, Any], kind: str, path: SchemaPath) -> dict[str, Any]:
        if kind == "string":
            return string(schema, self._noting(path), self._usable)
        if kind in ("integer", "number"):
            return number(schema, kind, self._noting(path), self._dialect.draft)
        if kind == "array":
            return self._array(schema, path)
        if kind == "object":
            return self._object(schema, path)
        return {"type": kind}

    def _array(self, schema: dict[str, Any], path: SchemaPath) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "array"}
        counts = {k: int(schema[k]) for k in ("minItems", "maxItems") if is_count(schema.get(k))}
        keyword = self._dialect.tuple_keyword
        if not self._dialect.is_positional(schema):
            found |= counts
            items = schema.get("items")
            if items is False:
                found["maxItems"] = 0
            elif isinstance(items, dict):
                found["items"] = self.read(items, (*path, "items"))
            return found
        positions = schema[keyword]
        rest = schema.get("items" if keyword == "prefixItems" else "additionalItems", True)
        length = len(positions)
        most = counts.get("maxItems", math.inf)
        if counts.get("minItems", 0) >= length and (rest is False or most <= length):
            found["prefixItems"] = [
                self.read(item, (*path, keyword, index)) for index, item in enumerate(positions)
            ]
            return {**found, "minItems": length, "maxItems": length, "items": False}
        self._note((*path, keyword), keyword, "items of a list of variable length")
        return found | counts

    # -- objects -----------------------------------------------------------------------------------

    def _object(self, schema: dict[str, Any], path: SchemaPath) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "object"}
        extra = self._extra(schema, path)
        properties = self._properties(schema, path, closed=extra is False)
        if properties:
            found["properties"] = properties
        required = schema.get("required")
        if isinstance(required, list):
            names = [name for name in dict.fromkeys(required) if isinstance(name, str)]
            if names:
                found["required"] = names
        # Where the author speaks of further ones, a class with fields keeps them, too.
        told = schema.get("additionalProperties") is True or bool(schema.get("patternProperties"))
        if extra is not True or (properties and told):
            found["additionalProperties"] = extra
        for keyword in ("minProperties", "maxProperties"):
            if not is_count(schema.get(keyword)):
                continue
            if properties or "required" in found or extra is False:
                self._note((*path, keyword), keyword, "properties are not counted")
            else:
                found[keyword] = int(schema[keyword])
        return found

    def _properties(
        self, schema: dict[str, Any], path: SchemaPath, *, closed: bool
    ) -> dict[str, Any]:
        given = schema.get("properties")
        found: dict[str, Any] = {}
        for name, value in given.items() if isinstance(given, dict) else ():
            place = (*path, "properties", name)
            if value is False:
                if not closed:
                    self._note(place, "false", "the property is accepted")
                continue
            found[name] = self.read(value, place)
        return found

    def _extra(self, schema: dict[str, Any], path: SchemaPath) -> Any:
        """What further properties may be: a schema, `False` for none, `True` for anything."""
        extra = schema.get("additionalProperties", True)
        patterns = schema.get("patternProperties")
        if isinstance(patterns, dict) and patterns:
            self._note((*path, "patternProperties"), "patternProperties", "names are not checked")
            members = [
                self.read(value, (*path, "patternProperties", name))
                for name, value in patterns.items()
                if value is not False
            ]
            if extra is not False:
                if not isinstance(extra, dict):
                    return True
                members.append(self.read(extra, (*path, "additionalProperties")))
            if not members:
                return False
            return members[0] if len(members) == 1 else {PLACE: self._at(path), "anyOf": members}
        if isinstance(extra, dict):
            found = self.read(extra, (*path, "additionalProperties"))
            return found if found.keys() - {PLACE, "description"} else True
        return extra is not False

    # -- alternatives and combinations -------------------------------------------------------------

    def _applied(
        self, schema: dict[str, Any], own: dict[str, Any], words: list[str], path: SchemaPath
    ) -> dict[str, Any]:
        kind = own.get("type")
        parts = [own] if narrows(own) else []
        choices: list[dict[str, Any]] = []
        one: str | None = None
        null, place = False, {PLACE: self._at(path)}
        for word in words:
            inside = kind or ("any" if word == "allOf" else None)
            members = [
                self.read(member, (*path, word, index), inside)
                for index, member in enumerate(schema[word])
            ]
            if word == "allOf":
                null = self._takes_null(schema, members, words, path)
                members = [without_null(member) for member in members]
                parts += [member for member in members if says_something(member)]
            elif choices or not are_choices(members, parts):
                self._note((*path, word), word, "alternatives are not checked")
            else:
                choices = members
                one = self._at((*path, word)) if word == "oneOf" else None
        if null:
            whole = {**(combined(parts) if parts else own), **place}
            return any_of([whole, {"type": "null", **place}], None)
        if not choices:
            return {**combined(parts), **place} if parts else own
        if not parts or all("enum" in choice or "const" in choice for choice in choices):
            return any_of(choices, one)
        both = [_beside(parts, choice) for choice in choices]
        return any_of(both, one)

    def _takes_null(
        self,
        schema: dict[str, Any],
        members: list[dict[str, Any]],
        words: list[str],
        path: SchemaPath,
    ) -> bool:
        """Whether a combination takes null beside what its parts are in common."""
        if not any(map(lists_null, members)):
            return False
        found = all_take_null(schema, list(zip(schema["allOf"], members, strict=True)))
        if found is None or (found and len(words) > 1):
            self._note(path, "type", "the type rejects null")
            return False
        return found

    # -- what is said to people --------------------------------------------------------------------

    def _annotate(self, schema: dict[str, Any], found: dict[str, Any]) -> None:
        for keyword in ("title", "description"):
            text = schema.get(keyword)
            if isinstance(text, str) and text.strip() and self._counts_beside(schema):
                found[keyword] = plain_text(text)
        if "default" in schema and self._counts_beside(schema):
            default = schema["default"]
            if is_default(default, found):
                found["default"] = default

    def _counts_beside(self, schema: dict[str, Any]) -> bool:
        return self._dialect.siblings or not isinstance(schema.get("$ref"), str)


def plain_text(text: str) -> str:
    """Prose that may stand in code: lines end in one way, and nothing in it is invisible."""
    lines = text.strip().replace("\r\n", "\n").replace("\t", "    ")
    return "".join(c if c.isprintable() or c == "\n" else " " for c in lines)


def _beside(parts: list[dict[str, Any]], choice: dict[str, Any]) -> dict[str, Any]:
    """One of several alternatives, with what is said of all of them."""
    both = {**combined([*parts, choice]), PLACE: choice[PLACE]}
    alone = "$ref" in choice and "allOf" in both
    return {**both, BESIDE: True} if alone else both


def _excludes(schema: dict[str, Any], keyword: str) -> bool:
    """Whether there can be values that a keyword which is left out refuses."""
    value = schema[keyword]
    if keyword in ("uniqueItems", "not"):
        return value is not False
    if keyword == "if":
        return "then" in schema or "else" in schema
    return value is not True and value != {}


def _is_literal(value: Any) -> bool:
    """Whether `Literal` can hold a value; type checkers and msgspec take integers of 64 bits."""
    return isinstance(value, str) or (isinstance(value, int) and -(2**63) <= value < 2**63)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


_REF = re.compile(r"\$(ref|dynamicRef|recursiveRef)\b")


def _text(schema: Any) -> str:
    """The keys of references in a schema, wherever they stand; nothing without them."""
    stack, found = [schema], ""
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            found += "".join(f'"{key}"' for key in value if _REF.fullmatch(str(key)))
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return found
