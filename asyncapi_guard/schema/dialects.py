"""The dialects of JSON Schema, as data: which keywords hold schemas, and where.

AsyncAPI's Schema Object is Draft 07 with `discriminator`, `externalDocs` and `deprecated` (AsyncAPI
3.1, "Schema Object"); `schemaFormat` names others. A format that is no JSON Schema (Avro, Protobuf,
RAML, ...) has no dialect here: what cannot be judged is refused at load, never passed in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "ASYNCAPI",
    "IN_PLACE",
    "Dialect",
    "Draft",
    "SchemaPath",
    "UnknownFormatError",
    "dialect_of",
    "replace_subschemas",
    "subschemas",
]

#: Where a schema stands in the schema that holds it: a keyword, then a name or an index.
SchemaPath = tuple["str | int", ...]


class Draft(Enum):
    """A version of JSON Schema, with its metaschema."""

    DRAFT4 = "http://json-schema.org/draft-04/schema#"
    DRAFT6 = "http://json-schema.org/draft-06/schema#"
    DRAFT7 = "http://json-schema.org/draft-07/schema#"
    DRAFT201909 = "https://json-schema.org/draft/2019-09/schema"
    DRAFT202012 = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a schema is to be read.

    Attributes:
        name: for people, e.g. `AsyncAPI Schema Object`.
        draft: the version of JSON Schema beneath.
        nullable: `nullable: true` adds `null` to `type` (OpenAPI 3.0).
        resources: `$id` and anchors open resources of their own, as JSON Schema says. AsyncAPI's
            and OpenAPI 3.0's references do not know them.
    """

    name: str
    #: Names differ, and a dialect is looked up for each schema: an enum's hash is slow.
    draft: Draft = field(hash=False)
    nullable: bool = field(default=False, hash=False)
    resources: bool = field(default=False, hash=False)

    @property
    def siblings(self) -> bool:
        """Whether keywords beside `$ref` count."""
        return self.draft in (Draft.DRAFT201909, Draft.DRAFT202012)

    @property
    def tuple_keyword(self) -> str:
        """The keyword that holds positional items."""
        return "prefixItems" if self.draft is Draft.DRAFT202012 else "items"

    def is_positional(self, schema: Any) -> bool:
        """Whether a schema has positional items."""
        return isinstance(schema, dict) and isinstance(schema.get(self.tuple_keyword), list)


ASYNCAPI = Dialect("AsyncAPI Schema Object", Draft.DRAFT7)
_JSON_SCHEMA = {
    "draft-04": Dialect("JSON Schema draft-04", Draft.DRAFT4, resources=True),
    "draft-06": Dialect("JSON Schema draft-06", Draft.DRAFT6, resources=True),
    "draft-07": Dialect("JSON Schema draft-07", Draft.DRAFT7, resources=True),
    "2019-09": Dialect("JSON Schema 2019-09", Draft.DRAFT201909, resources=True),
    "2020-12": Dialect("JSON Schema 2020-12", Draft.DRAFT202012, resources=True),
}
_OPENAPI_30 = Dialect("OpenAPI 3.0 Schema Object", Draft.DRAFT4, nullable=True)
_OPENAPI_31 = Dialect("OpenAPI 3.1 Schema Object", Draft.DRAFT202012, resources=True)

# Of a format that is not known.
_QUOTED = 120
_FORMAT = re.compile(
    r"application/(?P<kind>vnd\.aai\.asyncapi|schema|vnd\.oai\.openapi)(?:\+(?:json|yaml))?"
    r"(?:\s*;\s*version=(?P<quote>\"?)(?P<version>[\w.:/#-]+)(?P=quote))?\s*",
    re.IGNORECASE,
)
#: JSON Schema's own site, tools and people write `draft-2020-12`, `draft7` and the metaschema's URI
#: for one and the same version.
_JSON_SCHEMA_VERSION = re.compile(
    r"(?:https?://json-schema\.org/)?(?:draft[-_/]?)?(?:0?(?P<old>[467])|(?P<year>2019(?=-?09)|2020(?=-?12))-?[01][29])"
    r"(?:/schema)?#?",
    re.IGNORECASE,
)
_WITH_MONTH = {"2019": "2019-09", "2020": "2020-12"}
#: What may have been meant by another format, by a word that is in it.
_MEANT = {
    "openapi": "application/vnd.oai.openapi;version=3.1.0",
    "asyncapi": "application/vnd.aai.asyncapi;version=3.1.0",
    "jsonschema": "application/schema+json;version=draft-07",
    "schema": "application/schema+json;version=draft-07",
    "application/json": "application/schema+json;version=draft-07",
}
_OTHERS = ("avro", "protobuf", "raml", "xml", "version=")


class UnknownFormatError(ValueError):
    """A `schemaFormat` that is no JSON Schema; the message says which ones are."""

    def __init__(self, schema_format: str) -> None:
        super().__init__(
            f"the guard does not support the schema format {schema_format[:_QUOTED]!r}; use "
            "AsyncAPI (application/vnd.aai.asyncapi), JSON Schema (application/schema+json;version="
            "draft-04, draft-06, draft-07, 2019-09, or 2020-12), or OpenAPI "
            f"(application/vnd.oai.openapi;version=3.0.x or 3.1.x){_meant(schema_format)}"
        )


def _meant(schema_format: str) -> str:
    """`; did you mean ...?` for the name of a language whose format is spelt otherwise."""
    lowered = schema_format[:_QUOTED].lower()
    if any(word in lowered for word in _OTHERS):
        return ""
    found = next((format for word, format in _MEANT.items() if word in lowered), None)
    return f"; did you mean {found!r}?" if found is not None else ""


def _json_schema_version(written: str) -> str:
    """A version of JSON Schema as `schemaFormat` spells it."""
    found = _JSON_SCHEMA_VERSION.fullmatch(written)
    if found is None:
        return written
    return f"draft-0{found['old']}" if found["old"] else _WITH_MONTH[found["year"]]


def dialect_of(schema_format: str | None) -> Dialect:
    """The dialect that a `schemaFormat` names; AsyncAPI's own without one.

    Raises:
        UnknownFormatError: it is no JSON Schema, or a version that is not known.
    """
    if schema_format is None:
        return ASYNCAPI
    match = _FORMAT.fullmatch(schema_format)
    if match is None:
        raise UnknownFormatError(schema_format)
    kind, version = match["kind"].lower(), match["version"] or ""
    dialect: Dialect | None
    if kind == "vnd.aai.asyncapi":
        dialect = ASYNCAPI
    elif kind == "schema":
        dialect = _JSON_SCHEMA.get(_json_schema_version(version or "draft-07"))
    else:
        dialect = {"3.0": _OPENAPI_30, "3.1": _OPENAPI_31}.get(".".join(version.split(".")[:2]))
    if dialect is None:
        raise UnknownFormatError(schema_format)
    return dialect


_ONE = frozenset(
    (
        "additionalItems",
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    )
)
_MANY = frozenset(("allOf", "anyOf", "items", "oneOf", "prefixItems"))
_NAMED = frozenset(
    ("$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties")
)
#: Keywords whose schemas judge the same value as the schema that holds them.
IN_PLACE = frozenset(
    (
        "$ref",
        "allOf",
        "anyOf",
        "dependencies",
        "dependentSchemas",
        "else",
        "if",
        "not",
        "oneOf",
        "then",
    )
)


def subschemas(schema: Any) -> Iterator[tuple[SchemaPath, Any]]:
    """The schemas directly inside a schema, with the path to each.

    What is data (`enum`, `const`, `default`, `examples`) or an extension is not looked into.
    """
    if isinstance(schema, dict):
        for keyword, value in schema.items():
            yield from _below(keyword, value)


def _below(keyword: str, value: Any) -> Iterator[tuple[SchemaPath, Any]]:
    if isinstance(value, list):
        if keyword in _MANY:
            yield from (((keyword, index), item) for index, item in enumerate(value))
    elif keyword in _NAMED:
        if isinstance(value, dict):
            # `dependencies` also has lists of property names.
            yield from (((keyword, n), s) for n, s in value.items() if not isinstance(s, list))
    elif keyword in _ONE:
        yield (keyword,), value


def replace_subschemas(
    schema: dict[str, Any], change: Callable[[SchemaPath, Any], Any]
) -> dict[str, Any]:
    """A copy in which each schema directly inside is what `change(path, schema)` makes of it."""
    copy = dict(schema)
    # As `_below`, without its tuples: documents are copied while somebody waits for them.
    for keyword, value in schema.items():
        if isinstance(value, list):
            if keyword in _MANY:
                copy[keyword] = [change((keyword, index), item) for index, item in enumerate(value)]
        elif keyword in _NAMED:
            if isinstance(value, dict):
                copy[keyword] = {
                    name: item if isinstance(item, list) else change((keyword, name), item)
                    for name, item in value.items()
                }
        elif keyword in _ONE:
            copy[keyword] = change((keyword,), value)
    return copy
