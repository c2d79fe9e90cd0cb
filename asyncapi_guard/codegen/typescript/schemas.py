"""Schemas as types.

A type says what TypeScript can say: kinds of values, properties, items, alternatives. What it
cannot say (lengths, patterns, bounds, `not`, `if`, `contains`, that one alternative alone may fit)
is the guard's business. Nothing is ever `any`: what may be anything is `unknown`.

Where a schema says less than its author means, the type follows what is meant: `properties` alone
stands for an object, and an object without `additionalProperties` has the properties that it lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.codegen.catalogue import PREFIX
from asyncapi_guard.codegen.typescript.comments import comment_of
from asyncapi_guard.codegen.typescript.literals import kind_of_value, literal
from asyncapi_guard.codegen.typescript.parameter_names import label
from asyncapi_guard.codegen.typescript.type_model import (
    ALL,
    ANYTHING,
    BYTES,
    NEVER,
    NULL,
    UNDEFINED,
    UNKNOWN,
    Array,
    Element,
    Kinds,
    Member,
    Object,
    Plain,
    Reference,
    Tuple,
    Type,
    either,
    in_place,
    kinds_of,
    together,
    without,
)
from asyncapi_guard.schema.dialects import Draft
from asyncapi_guard.schema.formats import is_binary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncapi_guard.codegen.catalogue import Definition
    from asyncapi_guard.schema.dialects import Dialect

__all__ = ["Types"]

_OBJECT = ("properties", "required", "additionalProperties", "patternProperties", "propertyNames")
_OBJECT_SIZE = ("minProperties", "maxProperties", "dependencies", "dependentRequired")
_ARRAY = ("items", "prefixItems", "additionalItems", "contains", "minItems", "maxItems")
_STRING = ("minLength", "maxLength", "pattern")
_NUMBER = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
#: The type that keywords are about, for schemas that do not say their type.
_IMPLIED = {
    "object": (*_OBJECT, *_OBJECT_SIZE),
    "array": (*_ARRAY, "uniqueItems"),
    "string": _STRING,
    "number": _NUMBER,
}
_PLAIN = {
    "boolean": Plain("boolean"),
    "integer": Plain("number"),
    "null": NULL,
    "number": Plain("number"),
    "string": Plain("string"),
}
#: More places than this are not told apart.
_MOST_PLACES = 256


class Types:
    """The types of definitions.

    Args:
        definitions: by name; references in their schemas lead to others of them.

    Attributes:
        declared: what is declared of them, where that says more: the names of lists of values.
    """

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self._definitions = definitions
        self.declared: Mapping[str, Type] = {}
        self._kinds: dict[str, Kinds] = {}

    def all(self) -> dict[str, Type]:
        """The type of each definition, by name."""
        types = {
            name: self.of(definition.schema, definition.dialect)
            for name, definition in self._definitions.items()
        }
        for name in types:
            types[name] = _without_itself(name, types)
        return types

    def of(self, schema: Any, dialect: Dialect) -> Type:
        """The type of a schema."""
        return _Converter(dialect, self).of(schema)

    def place(self, name: str, index: int, schema: Any) -> Type:
        """The type of a place in a definition that is an array, as it is declared there."""
        declared = self.declared.get(name)
        if isinstance(declared, Tuple) and index < len(declared.elements):
            return declared.elements[index].type
        return self.of(schema, self._definitions[name].dialect)

    def rest(self, name: str, schema: Any) -> Type:
        """The type of what follows the places of such a definition."""
        declared = self.declared.get(name)
        if isinstance(declared, Tuple) and declared.rest is not None:
            return declared.rest
        return self.of(schema, self._definitions[name].dialect)

    def definition(self, name: str) -> Definition | None:
        """A definition by its name."""
        return self._definitions.get(name)

    def kinds(self, type_: Type) -> Kinds:
        """What kinds of values a type may have."""
        return kinds_of(type_, self.kinds_of_name)

    def kinds_of_name(self, name: str) -> Kinds:
        """What kinds of values a definition may have; all, of one that needs itself to say so."""
        if name not in self._kinds:
            self._kinds[name] = ALL
            definition = self._definitions[name]
            self._kinds[name] = _Converter(definition.dialect, self).kinds(definition.schema)
        return self._kinds[name]


def _without_itself(name: str, types: Mapping[str, Type]) -> Type:
    """A type without those parts that lead back to it before they say anything.

    The guard refuses such a schema in a message; components may have them.
    """
    type_ = types[name]
    circular = {part for part in in_place(type_) if name in _reached(part, types)}
    return without(type_, circular) if circular else type_


def _reached(name: str, types: Mapping[str, Type]) -> set[str]:
    seen, todo = set(), [name]
    while todo:
        here = todo.pop()
        if here not in seen:
            seen.add(here)
            todo.extend(in_place(types[here]))
    return seen


class _Converter:
    """Schemas of one dialect as types."""

    def __init__(self, dialect: Dialect, types: Types) -> None:
        self._dialect = dialect
        self._types = types

    def of(self, schema: Any) -> Type:
        if not isinstance(schema, dict):
            return NEVER if schema is False else UNKNOWN
        referred = self._reference(schema.get("$ref"))
        if referred is not None and not self._dialect.siblings:
            return referred
        parts = [] if referred is None else [referred]
        parts += self._own(schema)
        parts += [self.of(part) for part in _list(schema.get("allOf"))]
        parts += [
            self._union(schema, schema[keyword])
            for keyword in ("oneOf", "anyOf")
            if isinstance(schema.get(keyword), list)
        ]
        return together(parts, self._types.kinds_of_name)

    def kinds(self, schema: Any) -> Kinds:
        """What `of` would give, but only its kinds: it looks at nothing inside of the value."""
        if not isinstance(schema, dict):
            return frozenset() if schema is False else ALL
        referred = self._reference(schema.get("$ref"))
        found = [] if referred is None else [self._types.kinds(referred)]
        if referred is not None and not self._dialect.siblings:
            return found[0]
        found.append(self._own_kinds(schema))
        found += [self.kinds(part) for part in _list(schema.get("allOf"))]
        for keyword in ("oneOf", "anyOf"):
            if isinstance(schema.get(keyword), list):
                found.append(frozenset().union(*map(self.kinds, schema[keyword])))
        return ALL.intersection(*found)

    def _own_kinds(self, schema: dict[str, Any]) -> Kinds:
        names = self._type_names(schema)
        kinds = frozenset(_kind_of_name(name, schema) for name in names) if names else ALL
        values = self._values(schema)
        return kinds if values is None else kinds & frozenset(map(kind_of_value, values))

    def _reference(self, ref: Any) -> Type | None:
        if not isinstance(ref, str):
            return None
        name = ref[len(PREFIX) :] if ref.startswith(PREFIX) else ""
        return Reference(name) if self._types.definition(name) is not None else UNKNOWN

    # -- what the schema says by itself ------------------------------------------------------------

    def _own(self, schema: dict[str, Any]) -> list[Type]:
        """Its type and what belongs to that; nothing if it does not say."""
        names = self._type_names(schema)
        values = self._values(schema)
        if values is not None:
            kinds = self._own_kinds(schema)
            return [either(literal(value) for value in values if kind_of_value(value) in kinds)]
        return [either(self._typed(name, schema) for name in names)] if names else []

    def _values(self, schema: dict[str, Any]) -> list[Any] | None:
        # Draft 4, and OpenAPI 3.0 on top of it, do not know `const`.
        if "const" in schema and self._dialect.draft is not Draft.DRAFT4:
            return [schema["const"]]
        enum = schema.get("enum")
        return enum if isinstance(enum, list) else None

    def _type_names(self, schema: dict[str, Any]) -> list[str]:
        types = schema.get("type")
        if isinstance(types, str):
            nullable = self._dialect.nullable and schema.get("nullable") is True
            return [types, "null"] if nullable else [types]
        if isinstance(types, list):
            return [name for name in types if isinstance(name, str)]
        return [
            name
            for name, keywords in _IMPLIED.items()
            if any(keyword in schema for keyword in keywords)
        ]

    def _typed(self, name: str, schema: dict[str, Any]) -> Type:
        if name == "object":
            return self._object(schema)
        if name == "array":
            return self._array(schema)
        if name == "string" and is_binary(schema):
            return BYTES
        return _PLAIN.get(name, UNKNOWN)

    # -- alternatives ------------------------------------------------------------------------------

    def _union(self, schema: dict[str, Any], alternatives: list[Any]) -> Type:
        return either(self._alternative(schema, alternative) for alternative in alternatives)

    def _alternative(self, schema: dict[str, Any], alternative: Any) -> Type:
        """One of several schemas; with a discriminator, its property has the schema's name."""
        type_ = self.of(alternative)
        name, mapping = _discriminator(schema.get("discriminator"))
        definition = None
        if name and isinstance(type_, Reference):
            definition = self._types.definition(type_.name)
        if definition is None or not self._is_plain_text(definition.schema, name, set()):
            return type_
        own = _schema_name(definition.place)
        values = [value for value, ref in mapping.items() if _schema_name(ref) == own] or [own]
        member = Member(name, either(map(literal, values)), required=True)
        return together((type_, Object((member,))), self._types.kinds_of_name)

    def _is_plain_text(self, schema: Any, name: str, seen: set[str]) -> bool:
        """Whether a property is any string, as far as a schema and what it consists of say."""
        if not isinstance(schema, dict):
            return False
        found = _mapping(schema.get("properties")).get(name)
        if found is not None:
            return bool(self.of(found) == _PLAIN["string"])
        inner = self._reference(schema.get("$ref"))
        parts = list(_list(schema.get("allOf")))
        if isinstance(inner, Reference) and inner.name not in seen:
            seen.add(inner.name)
            definition = self._types.definition(inner.name)
            parts += [definition.schema] if definition is not None else []
        return any(self._is_plain_text(part, name, seen) for part in parts)

    # -- objects -----------------------------------------------------------------------------------

    def _object(self, schema: dict[str, Any]) -> Type:
        properties = _mapping(schema.get("properties"))
        required = [name for name in _list(schema.get("required")) if isinstance(name, str)]
        further = self._further(schema)
        closed = schema.get("additionalProperties") is False and further is None
        members = [
            Member(name, self.of(below), name in required, comment_of(below, self._dialect))
            for name, below in properties.items()
        ]
        unlisted = NEVER if closed else (UNKNOWN if further is None else further)
        members += [
            Member(name, unlisted, required=True)
            for name in dict.fromkeys(required)
            if name not in properties
        ]
        if not members:
            return Object((), NEVER if closed else UNKNOWN if further is None else further)
        return Object(tuple(members), _index(members, further))

    def _further(self, schema: dict[str, Any]) -> Type | None:
        """What properties that are not listed may be; `None` where there is no word of them."""
        types = [self.of(below) for below in _mapping(schema.get("patternProperties")).values()]
        additional = schema.get("additionalProperties", False)
        if additional is not False:
            types.append(self.of(additional))
        return either(types) if types else None

    # -- arrays ------------------------------------------------------------------------------------

    def _array(self, schema: dict[str, Any]) -> Type:
        if not self._dialect.is_positional(schema):
            return Array(self.of(schema["items"])) if "items" in schema else ANYTHING
        places = schema[self._dialect.tuple_keyword]
        rest = schema.get(
            "items" if self._dialect.tuple_keyword == "prefixItems" else "additionalItems", True
        )
        least, most = _count(schema, "minItems", 0), _count(schema, "maxItems", None)
        return self._tuple(places, rest, least, most)

    def _tuple(self, places: list[Any], rest: Any, least: int, most: int | None) -> Type:
        types = [self.of(place) for place in places]
        more = self.of(rest)
        if more != NEVER:
            types += [more] * (least - len(types))
        if most is not None and most <= len(types):
            types, more = types[:most], NEVER
        labels = [label(place) for place in places[: len(types)]]
        labelled = all(labels) and len(set(labels)) == len(types)
        elements = (
            Element(type_, optional=at >= least, label=labels[at] if labelled else "")
            for at, type_ in enumerate(types)
        )
        return Tuple(tuple(elements), None if more == NEVER else more)


def _kind_of_name(name: str, schema: dict[str, Any]) -> str:
    if name == "string" and is_binary(schema):
        return "bytes"
    return "number" if name == "integer" else name


def _index(members: Iterable[Member], further: Type | None) -> Type | None:
    """The index signature beside some properties: they are of its type, too, says TypeScript."""
    if further is None:
        return None
    types = [further, *(member.type for member in members)]
    if any(not member.required for member in members):
        types.append(UNDEFINED)
    return either(types)


def _discriminator(found: Any) -> tuple[str, dict[str, Any]]:
    """The property that tells alternatives apart, and OpenAPI's names for them."""
    if isinstance(found, dict):
        name = found.get("propertyName")
        return name if isinstance(name, str) else "", _mapping(found.get("mapping"))
    return found if isinstance(found, str) else "", {}


def _schema_name(place: Any) -> str:
    """What the schema at a place is called; `schema` is what a Multi Format Schema Object has."""
    *_, holder, last = ("", "", *place.split("/")) if isinstance(place, str) else ("", "")
    return holder if last == "schema" and holder != "schemas" else last


def _count(schema: dict[str, Any], keyword: str, otherwise: Any) -> Any:
    value = schema.get(keyword)
    if isinstance(value, (int, float)) and 0 <= value <= _MOST_PLACES:
        return int(value)
    return otherwise


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
