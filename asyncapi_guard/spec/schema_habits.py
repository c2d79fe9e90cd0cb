"""What people bring to schemas from other languages, and how JSON Schema says the same.

TypeScript's `string[]`, Python's `int`, OpenAPI 2's `file` and `required: true` have one form each
in JSON Schema, or a few to choose from. The functions here say which; what is wrong is said
elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.wording import boolean_hint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncapi_guard.schema import Dialect
    from asyncapi_guard.schema.dialects import SchemaPath

__all__ = [
    "ALL_KEYWORDS",
    "COMMON_KEYWORDS",
    "NEWER_KEYWORDS",
    "TYPES",
    "as_schema",
    "format_advice",
    "null_advice",
    "pattern_advice",
    "type_advice",
    "value_advice",
]

#: What `type` can be.
TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")

#: The keywords that most dialects have, those that came after Draft 07, and others' harmless ones.
COMMON_KEYWORDS = frozenset(
    """
    $comment $id $ref $schema additionalItems additionalProperties allOf anyOf const contains
    contentEncoding contentMediaType default definitions dependencies deprecated description
    discriminator else enum examples exclusiveMaximum exclusiveMinimum externalDocs format if items
    maxItems maxLength maxProperties maximum minItems minLength minProperties minimum multipleOf not
    oneOf pattern patternProperties properties propertyNames readOnly required then title type
    uniqueItems writeOnly
    """.split()  # noqa: SIM905  # read as a list
)
NEWER_KEYWORDS = frozenset(
    """
    $anchor $defs $dynamicAnchor $dynamicRef $recursiveAnchor $recursiveRef $vocabulary
    contentSchema dependentRequired dependentSchemas maxContains minContains prefixItems
    unevaluatedItems unevaluatedProperties
    """.split()  # noqa: SIM905  # read as a list
)
ALL_KEYWORDS = COMMON_KEYWORDS | NEWER_KEYWORDS | {"example", "xml", "id", "nullable"}

_ANYTHING = "leave 'type' out: a schema without it accepts any value"
_BY_NAME: Mapping[str, str] = {
    **dict.fromkeys(("int", "long", "short", "bigint", "int32", "int64"), "type: integer"),
    **dict.fromkeys(("float", "double", "decimal", "real"), "type: number"),
    **dict.fromkeys(("bool", "logical"), "type: boolean"),
    **dict.fromkeys(("str", "text", "char", "varchar"), "type: string"),
    **dict.fromkeys(("dict", "map", "hash", "json", "record", "struct"), "type: object"),
    **dict.fromkeys(("list", "tuple", "vector"), "type: array"),
    "set": "type: array, uniqueItems: true",
    **dict.fromkeys(("none", "nil", "undefined", "void"), "type: 'null'"),
    **dict.fromkeys(("datetime", "date-time", "timestamp"), "type: string, format: date-time"),
    **dict.fromkeys(("uuid", "guid"), "type: string, format: uuid"),
    **dict.fromkeys(("uri", "url"), "type: string, format: uri"),
    **dict.fromkeys(("file", "binary", "blob", "buffer", "bytes"), "type: string, format: binary"),
    **{name: f"type: string, format: {name}" for name in ("date", "time", "email", "duration")},
}
_ANY = frozenset(("any", "mixed", "unknown", "*", "all"))
_LIST = re.compile(
    r"(?P<item>.+)\[\]|(?:array|list|set|sequence)\s*[<\[(]\s*(?P<inner>.+?)\s*[>\])]"
    r"|\[\s*(?P<only>[^,\]]+?)\s*\]|(?:array|list) of (?P<word>\w+?)s?",
    re.IGNORECASE | re.DOTALL,
)
_MAYBE = re.compile(
    r"(?P<one>.+)\?|\?(?P<two>.+)|optional\s*[<\[(](?P<three>.+)[>\])]", re.IGNORECASE | re.DOTALL
)
_SEVERAL = re.compile(r"\s*(?:\||,|/|\bor\b)\s*")
_LONGEST = 60
#: Of an advice: what is longer shows more of the document than helps.
_MOST = 200
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def as_schema(name: str) -> str | None:
    """The keywords for a type as other languages spell it; `None` for what no language has."""
    found = _keywords(name.strip()) if len(name) <= _LONGEST else None
    return found if found != f"type: {name}" else None


def _keywords(name: str) -> str | None:
    """The keywords for a type, which may be spelt as JSON Schema does."""
    lowered = name.lower()
    if lowered in TYPES:
        return "type: 'null'" if lowered == "null" else f"type: {lowered}"
    if lowered in _BY_NAME:
        return _BY_NAME[lowered]
    items = _LIST.fullmatch(name)
    if items is not None:
        inner = _keywords(next(filter(None, items.groups())).strip())
        return f"type: array, items: {{{inner}}}" if inner is not None else None
    return _union(name)


def _union(name: str) -> str | None:
    """`type` with several names, for `string | null`."""
    parts = [part.strip("'\"") for part in _SEVERAL.split(name) if part]
    meant = [_keywords(part) for part in parts] if len(parts) > 1 else []
    names = [each.removeprefix("type: ") for each in meant if each is not None]
    if len(names) < max(2, len(parts)) or any("," in each for each in names):
        return None
    return f"type: [{', '.join(names)}]"


_MAP = re.compile(
    r"(?:record|map|dict|mapping|hashmap|object)\s*[<\[(]\s*[^,]+,\s*(?P<value>.+?)\s*[>\])]",
    re.IGNORECASE | re.DOTALL,
)
_MODEL = re.compile(r"[A-Z][a-z]\w*")


def type_advice(name: str) -> str:
    """What to write for a type that there is not; empty where it is not known."""
    return _type_of_others(name.strip()) or _model_advice(name.strip())


def _model_advice(name: str) -> str:
    """What to write for a name that is no type in any language, or for several values."""
    if name.lower() == "enum":
        return "; write type: string, enum: [...]"
    if name.startswith("{"):
        return "; write type: object, properties: {...}"
    if "|" in name:
        values = ", ".join(part.strip(" '\"") for part in name.split("|"))
        return f"; for several values write enum: [{values}] without a type"
    if _MODEL.fullmatch(name) and name.lower() not in TYPES:
        return f"; for the schema of that name write $ref: '#/components/schemas/{name}' instead"
    return ""


def _type_of_others(name: str) -> str:
    if name.lower() in _ANY:
        return f"; {_ANYTHING}"
    entries = _MAP.fullmatch(name) if len(name) <= _LONGEST else None
    if entries is not None:
        inner = _keywords(entries["value"])
        return f"; write type: object, additionalProperties: {{{inner or '...'}}}"
    maybe = _MAYBE.fullmatch(name.strip())
    if maybe is not None:
        return _maybe(next(filter(None, maybe.groups())))
    found = as_schema(name)
    if found is not None:
        return f"; write {found}"
    one = name.lower()[:-1]
    if name.lower().endswith("s") and one in TYPES:
        return f"; write type: {one}, or for a list type: array, items: {{type: {one}}}"
    return ""


def _maybe(name: str) -> str:
    inner = _keywords(name.strip()) or ""
    only = inner.removeprefix("type: ")
    choice = f"anyOf: [{{{inner}}}, {{type: 'null'}}]" if "," in only else f"type: [{only}, 'null']"
    if not inner:
        return ""
    return f"; write {choice} if null is allowed; what can be missing is not in 'required'"


def null_advice(schema: Any) -> str:
    """How a schema that has `nullable: true` accepts null."""
    named = schema.get("type")
    if isinstance(schema.get("$ref"), str):
        return f"write anyOf: [{{$ref: '{schema['$ref']}'}}, {{type: 'null'}}]"
    if isinstance(schema.get("enum"), list) and isinstance(named, str):
        return f"write type: [{named}, 'null'], and list null in 'enum'"
    if isinstance(named, str):
        return f"write type: [{named}, 'null']"
    return "write anyOf: [{...}, {type: 'null'}]"


# -- formats ---------------------------------------------------------------------------------------

_FORMATS: Mapping[str, str] = {
    **dict.fromkeys(("datetime", "timestamp", "iso8601", "iso-8601", "rfc3339"), "date-time"),
    **dict.fromkeys(("guid", "uuid4", "uuidv4"), "uuid"),
    **dict.fromkeys(("base64", "base64url"), "byte"),
    **dict.fromkeys(("bytes", "blob", "file"), "binary"),
    **dict.fromkeys(("url", "href"), "uri"),
    **dict.fromkeys(("ip", "ip-address"), "ipv4"),
    **dict.fromkeys(("host-name", "domain"), "hostname"),
    **dict.fromkeys(("regexp", "pattern"), "regex"),
    "e-mail": "email",
    "long": "int64",
}
_UNSIGNED = re.compile(r"u-?int(?P<bits>8|16|32|64)?", re.IGNORECASE)
_SIGNED = re.compile(r"int(?P<bits>8|16)", re.IGNORECASE)
#: Larger integers than these are not numbers that every client can write.
_EXACT = 53


def format_advice(name: str) -> str:
    """What to write for a format that is not known; empty where nothing is meant for certain."""
    lowered = name.lower()
    if name.startswith("^") or "\\" in name:
        return f"; write pattern: '{name}'"
    if lowered in TYPES:
        return f"; {lowered!r} is a type: write {_keywords(lowered)}"
    if lowered in _FORMATS:
        return f"; did you mean {_FORMATS[lowered]!r}?"
    found = _UNSIGNED.fullmatch(name)
    if found is not None:
        bits = int(found["bits"] or _EXACT)
        most = f", maximum: {2**bits - 1}" if bits < _EXACT else ""
        return f"; write type: integer, minimum: 0{most}"
    found = _SIGNED.fullmatch(name)
    if found is not None:
        half = 2 ** (int(found["bits"]) - 1)
        return f"; write type: integer, minimum: {-half}, maximum: {half - 1}"
    return ""


# -- values of keywords ----------------------------------------------------------------------------

_NUMBERS = frozenset(
    """
    exclusiveMaximum exclusiveMinimum maxItems maxLength maxProperties maximum minItems minLength
    minProperties minimum multipleOf maxContains minContains
    """.split()  # noqa: SIM905  # read as a list
)
_BOOLEANS = frozenset(("deprecated", "nullable", "readOnly", "uniqueItems", "writeOnly"))
_NAMED = frozenset(("definitions", "$defs", "dependentSchemas", "patternProperties", "properties"))
_MAPS = (("properties",), ("patternProperties",))
_ONE = frozenset(("additionalItems", "additionalProperties", "contains", "items", "not"))
_LISTED = frozenset(("allOf", "anyOf", "oneOf"))


def value_advice(schema: Any, path: SchemaPath, value: Any, dialect: Dialect) -> str:
    """What to write in place of a value that a keyword does not take; empty where it is not known.

    Args:
        schema: the schema that was checked.
        path: from it to the value.
        value: it.
        dialect: the dialect of the schema.
    """
    advice = _value_advice(schema, path, value, dialect)
    return advice if len(advice) <= _MOST and "\n" not in advice else ""


def _value_advice(schema: Any, path: SchemaPath, value: Any, dialect: Dialect) -> str:
    keyword = str(path[-1]) if path else ""
    if path[-2:-1] and path[-2] in _NAMED and path[-3:-2] != ("properties",):
        return _schema_advice(path, value, dialect)
    if keyword in ("exclusiveMinimum", "exclusiveMaximum") and not isinstance(value, str):
        return _limit_advice(schema, path, value)
    if keyword in _NUMBERS or keyword in _BOOLEANS:
        return _quoted_advice(keyword, value)
    advise = _BY_KEYWORD.get(keyword)
    if advise is not None:
        return advise(path, value)
    return _schema_advice(path, value, dialect) if keyword in _ONE or path else ""


def _quoted_advice(keyword: str, value: Any) -> str:
    if not isinstance(value, str):
        return ""
    is_boolean = keyword in _BOOLEANS
    if value[-1:] in (",", ";") and _NUMBER.fullmatch(value[:-1]):
        return f"; remove the {value[-1]!r} at its end: {keyword}: {value[:-1]}"
    if keyword in ("minimum", "maximum") and not _NUMBER.fullmatch(value):
        return "; texts and dates have no bounds: say in 'pattern' or 'description' what is allowed"
    if value in ("true", "false") if is_boolean else _NUMBER.fullmatch(value):
        return f"; remove the quotes: {keyword}: {value}"
    return boolean_hint(value) if is_boolean else ""


def _limit_advice(schema: Any, path: SchemaPath, value: Any) -> str:
    """Exclusive limits are booleans in Draft 04 and OpenAPI 3.0, and numbers everywhere else."""
    keyword = str(path[-1])
    bound = keyword[len("exclusive") :].lower()
    holder = schema
    for part in path[:-1]:
        holder = holder[part]
    if isinstance(value, bool):
        if not value:
            return f"; remove {keyword}: {bound} allows the limit itself"
        if bound not in holder:
            return f"; write the limit, as in {keyword}: 0"
        limit = holder[bound]
        return f"; write {keyword}: {limit} instead of {bound}: {limit}"
    return f"; write {bound}: {value}, {keyword}: true"


def _reference_advice(_: SchemaPath, __: Any) -> str:
    return "; write one reference, $ref: '#/components/schemas/...'; for several, a list in anyOf"


def _examples_advice(path: SchemaPath, value: Any) -> str:
    if isinstance(value, dict):
        return "; write a list of values: examples: [...]"
    return _list_advice(path, value)


def _required_advice(path: SchemaPath, value: Any) -> str:
    name = path[-2] if path[-3:-2] == ("properties",) else "name"
    if value is True or value == "true":
        return (
            f"; list the name in the parent's 'required', beside 'properties': required: [{name}]"
        )
    if value is False or value == "false":
        return "; remove it: a property is optional unless the parent's 'required' lists it"
    return _list_advice(path, value)


def _list_advice(path: SchemaPath, value: Any) -> str:
    """A list, for values that are written as text or as the keys of a mapping."""
    if isinstance(value, str):
        items = [item.strip() for item in re.split(r"[,|]", value) if item.strip()]
    else:
        items = list(map(str, value)) if isinstance(value, dict) else []
    written = ", ".join(items)
    return f"; write a list: {path[-1]}: [{written}]" if written else ""


def _properties_advice(path: SchemaPath, value: Any) -> str:
    names = [_name_of(item) for item in value] if isinstance(value, list) else []
    first = next(filter(None, names), "text")
    return f"; write each name as a key: {path[-1]}: {{{first}: {{type: string}}}}" if names else ""


def _name_of(item: Any) -> str:
    if isinstance(item, dict):
        item = item.get("name", next(iter(item), ""))
    return item if isinstance(item, str) and item.isidentifier() else ""


def _branches_advice(path: SchemaPath, value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    return f"; write a list of schemas, each after a dash: {path[-1]}: [{{...}}, {{...}}]"


def _text_advice(_: SchemaPath, value: Any) -> str:
    return "; put it in quotes" if isinstance(value, (bool, int, float)) else ""


_BY_KEYWORD: Mapping[str, Callable[[SchemaPath, Any], str]] = {
    "required": _required_advice,
    "enum": _list_advice,
    "examples": _examples_advice,
    "$ref": _reference_advice,
    "properties": _properties_advice,
    "patternProperties": _properties_advice,
    **dict.fromkeys(_LISTED, _branches_advice),
    **dict.fromkeys(("description", "format", "pattern", "title", "$comment"), _text_advice),
}


#: Whether there may be more, in words.
_SAID = {
    **dict.fromkeys(("none", "never", "forbidden", "forbid", "deny", "disallow"), "false"),
    **dict.fromkeys(("any", "all", "allow", "allowed"), "true"),
}


def _schema_advice(path: SchemaPath, value: Any, dialect: Dialect) -> str:
    """What stands where a schema is wanted: the name of a type, nothing, a reference, a list."""
    name = path[-1]
    misplaced = _among_properties(path, value) if path[-2:-1] in _MAPS else ""
    if misplaced:
        return misplaced
    if value is None:
        return f"; write {name}: {{}} if any value is accepted"
    if isinstance(value, list) and name == "items" and dialect.tuple_keyword != "items":
        return "; positional items are in 'prefixItems' here"
    return _text_as_schema(name, value) if isinstance(value, str) else ""


def _among_properties(path: SchemaPath, value: Any) -> str:
    """What to do about a keyword that stands among the names of properties."""
    name, holder = path[-1], path[-2]
    if name == "$ref" and isinstance(value, str):
        return (
            f", because {holder!r} is a map of schemas, in which '$ref' is a name; write "
            f"allOf: [{{$ref: '{value}'}}] beside {holder!r}"
        )
    is_keyword = (name == "required" and isinstance(value, list)) or (
        name == "type" and value in TYPES
    )
    return (
        f"; {name!r} belongs beside {holder!r}, not among the names in it; indent it less"
        if is_keyword
        else ""
    )


def _text_as_schema(name: Any, value: str) -> str:
    if value in ("true", "false"):
        return f"; remove the quotes: {name}: {value}"
    if name in ("additionalProperties", "additionalItems") and value.lower() in _SAID:
        return f"; write {name}: {_SAID[value.lower()]}"
    inner = _keywords(value) if len(value) <= _LONGEST else None
    key = f"{name}: " if isinstance(name, str) else ""
    return f"; write {key}{{{inner}}}" if inner else boolean_hint(value)


# -- patterns --------------------------------------------------------------------------------------

_GLOB = re.compile(r"\*[\w*.\-]*")
#: What other languages have in a pattern, and how JavaScript says it; the first that is found.
_FOREIGN = tuple(
    (re.compile(found), advice)
    for found, advice in (
        (r"\(\?P<", "write (?<name>...) for Python's (?P<name>...)"),
        (r"\(\?P=", "write \\k<name> for Python's (?P=name)"),
        (r"\(\?#", "there are no comments in it; remove (?#...)"),
        (r"\(\?>", "there are no atomic groups; write (?:...)"),
        (r"\(\?-?[a-zA-Z]+[:)]", "there are no flags in it; for both cases write [Aa]"),
        (r"\[:\w+:\]", "there are no classes such as [:alpha:]; write A-Za-z"),
        (r"\\[AZz]", "write ^ for the begin and $ for the end"),
        (r"[*+?}]\+", "write one sign behind what is repeated"),
        (r"\{,", "write {0,...} for zero or more repetitions"),
        (r"\\p[A-Z]", "write \\p{L} for \\pL"),
        (r"\\x(?![\da-fA-F]{2})|\\u(?![\da-fA-F]{4}|\{)", "\\x takes two digits, and \\u four"),
        (r"\\[dwsDWS]-[^\]]|-\\[dwsDWS]", "in [...] write '-' at the end, or as \\-"),
        (r"\\[CEGHIJKLMNOQRTUVXYaeghijlmoqyzZ]", "there is no such escape; write the signs"),
        (r"^[+?*{]", "the repetition sign has nothing to repeat; write . before it"),
        (r"(?<!\\)\{(?!\d)|(?<![\d,\\])\}", "for a brace write \\{ or \\}"),
    )
)


def pattern_advice(pattern: str) -> str:
    """What to write in place of a regular expression that JavaScript does not read."""
    if _GLOB.fullmatch(pattern):
        meant = re.sub(r"(?:\\\*)+", ".*", re.escape(pattern)).replace("\\-", "-")
        return f"'*' repeats the character or group before it; for any text write '^{meant}$'"
    found = (advice for foreign, advice in _FOREIGN if foreign.search(pattern))
    return next(found, "each bracket needs its other half, and what is meant as a sign a backslash")
