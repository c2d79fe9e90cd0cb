"""Rules about schemas: what every validator accepts in silence, and nobody means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.keyword_habits import keyword_advice, lost_properties, properties_text
from asyncapi_guard.lint.mock_extension import mock_faults
from asyncapi_guard.lint.rule import group
from asyncapi_guard.lint.rules.closed_objects import check_closed
from asyncapi_guard.lint.rules.schema_contradictions import check_contradictions
from asyncapi_guard.lint.rules.schema_formats import in_its_dialect
from asyncapi_guard.lint.rules.schema_idle_keywords import (
    check_idle_keywords,
    check_openapi_keywords,
)
from asyncapi_guard.lint.rules.schema_unions import check_unions
from asyncapi_guard.lint.schema_walk import walk_schemas
from asyncapi_guard.lint.slips import glued_name
from asyncapi_guard.schema.dialects import ASYNCAPI, Draft
from asyncapi_guard.spec.own_extensions import own_extension
from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.schema_habits import ALL_KEYWORDS, COMMON_KEYWORDS, NEWER_KEYWORDS
from asyncapi_guard.spec.schemas import patterns
from asyncapi_guard.spec.wording import boolean_hint, kind_of, nearest, shown

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.schema import Dialect
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKED_IN", "CHECKS", "RULES"]

#: The loader checks schemas as well. The walk tells what is no schema.
CHECKED_IN = (
    "lint.grammar_walk",
    "lint.schema_walk",
    "spec.compiler",
    "spec.schema_cycles",
    "spec.schemas",
)

#: OpenAPI's and generators' own: they say nothing about what is valid.
_HARMLESS = frozenset(["example", "xml", "id", "nullable"])
_PARTS = re.compile(r"\\.|[\[\]]|\(\?<?[=!]", re.DOTALL)

_error = group("Schemas", Severity.ERROR)
_warning = group("Schemas", Severity.WARNING)
_stops_the_guard = group("Schemas", Severity.ERROR, elsewhere=Severity.WARNING)

RULES = (
    _error(
        "invalid-schema",
        "A schema must be valid under the metaschema of its dialect.",
        """
        Each keyword accepts certain values: `type` one of seven names, `minLength` a number of at
        least 0, `required` a list of names. Without `schemaFormat`, the dialect is AsyncAPI's,
        which is based on JSON Schema draft-07.
        """,
        "components: {schemas: {Name: {type: strng}}}",
        "components: {schemas: {Name: {type: string}}}",
    ),
    _error(
        "ack-schema",
        "`x-ack` must be a schema.",
        """
        The guard validates the arguments of acks against `x-ack`: a schema, a reference to a
        schema, a Multi Format Schema Object, or `{args: schema}`. To declare that the event has no
        ack, write `false`.
        """,
        """
        channels:
          chat: {messages: {say: {payload: {type: string}, x-ack: 'yes'}}}
        """,
        """
        channels:
          chat: {messages: {say: {payload: {type: string}, x-ack: {type: boolean}}}}
        """,
    ),
    _error(
        "ack-options",
        "`required` and `timeout` of an `x-ack` must be beside `args`.",
        """
        `x-ack: {args: ..., required: true, timeout: 5}` means that the sender must request an ack,
        and that it must arrive within five seconds. Only an `x-ack` with `args` can have these
        options, because `required` is also a schema keyword: `{type: object, required: [ok]}` is a
        schema. `required` must be a boolean, and `timeout` a number of seconds above 0. Keywords of
        the schema belong in `args`. The guard rejects any other form, because it would have no
        effect.
        """,
        """
        channels:
          chat: {messages: {say: {payload: {type: string}, x-ack: {args: true, timeout: -1}}}}
        """,
        """
        channels:
          chat: {messages: {say: {payload: {type: string}, x-ack: {args: true, timeout: 5}}}}
        """,
    ),
    _error(
        "endless-schema",
        "A schema must not refer to itself without descending into the value.",
        """
        A schema can contain itself in `properties` or `items`. If it refers back to itself only
        through `$ref`, `allOf`, `anyOf` and similar keywords, it never validates a value. JSON
        Schema leaves the result undefined: validators accept everything or never finish.
        """,
        """
        components:
          schemas:
            Animal: {oneOf: [{$ref: '#/components/schemas/Cat'}]}
            Cat: {allOf: [{$ref: '#/components/schemas/Animal'}]}
        """,
        """
        components:
          schemas:
            Animal: {oneOf: [{$ref: '#/components/schemas/Cat'}]}
            Cat: {properties: {kitten: {$ref: '#/components/schemas/Cat'}}}
        """,
    ),
    _stops_the_guard(
        "prefix-items",
        "Positional items must use the keyword of the schema's dialect.",
        """
        `prefixItems` was introduced in JSON Schema 2020-12. Older dialects, including AsyncAPI's
        own, ignore it, so a payload that lists its arguments there accepts any arguments. In older
        dialects, list positional items in `items` and describe further items in `additionalItems`.
        The guard rejects the document at load time.
        """,
        """
        channels:
          game:
            address: /game
            messages:
              move: {payload: {type: array, prefixItems: [{type: string}], items: false}}
        """,
        """
        channels:
          game:
            address: /game
            messages:
              move: {payload: {type: array, items: [{type: string}], additionalItems: false}}
        """,
    ),
    _stops_the_guard(
        "bad-pattern",
        "A pattern must be a regular expression of ECMA-262.",
        """
        Patterns use JavaScript syntax in Unicode mode, in every language: `(?<name>...)`, not
        Python's `(?P<name>...)`, and `[\\w\\-_]`, not `[\\w-_]`. The guard rejects documents with
        patterns that it can't read.
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              enter: {payload: {type: string, pattern: '^[A-Z'}}
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              enter: {payload: {type: string, pattern: '^[A-Z]+$'}}
        """,
    ),
    _warning(
        "pattern-backtracking",
        "A pattern should not need backtracking.",
        """
        Look-around (`(?=...)`, `(?!...)`) and back-references (`\\1`) make a validator try many
        combinations, so crafted input can make it slow. The guard runs such patterns with a low
        limit and rejects values that exceed it. Other keywords can often express the same: `allOf`
        with several patterns, `minLength`, `not`.
        """,
        "components: {schemas: {Word: {type: string, pattern: '^(?=.*[0-9])[a-z0-9]+$'}}}",
        """
        components:
          schemas:
            Word: {type: string, allOf: [{pattern: '[0-9]'}, {pattern: '^[a-z0-9]+$'}]}
        """,
    ),
    _error(
        "discriminator",
        "A discriminator must name a property that the schema defines and requires.",
        """
        The specification requires both. Without the property, tools can't tell which schema
        applies. Many documents break this rule: to start gradually, set it to a warning in the
        configuration.
        """,
        """
        components:
          schemas:
            Pet: {type: object, discriminator: kind, properties: {kind: {type: string}}}
        """,
        """
        components:
          schemas:
            Pet:
              type: object
              discriminator: kind
              properties: {kind: {type: string}}
              required: [kind]
        """,
    ),
    _warning(
        "unknown-keyword",
        "A schema should have only keywords of its dialect.",
        """
        Validators ignore keywords that they don't know, so `minLenght: 3` limits nothing. To add a
        keyword of your own, start its name with `x-`.
        """,
        "components: {schemas: {Name: {type: string, minLenght: 3}}}",
        "components: {schemas: {Name: {type: string, minLength: 3}}}",
    ),
    _warning(
        "property-name",
        "The keys in `properties` should be the names that clients send.",
        """
        `text?` is not an optional `text`, but a property whose name ends with a question mark. A
        property is optional unless `required` lists it. A keyword among the properties, such as
        `additionalProperties: false`, is also a property, and limits nothing.
        """,
        "components: {schemas: {Say: {type: object, properties: {'text?': {type: string}}}}}",
        "components: {schemas: {Say: {type: object, properties: {text: {type: string}}}}}",
    ),
    _warning(
        "unknown-format",
        "`format` should name a format that validators know.",
        "Validators ignore formats that they don't know, so `format: emial` accepts anything.",
        "components: {schemas: {Contact: {type: string, format: emial}}}",
        "components: {schemas: {Contact: {type: string, format: email}}}",
    ),
    _warning(
        "required-undefined",
        "A required property should be defined in `properties`.",
        """
        A required name that `properties` doesn't define is usually a typo. The intended property is
        then optional, and every value must have the misspelled one.
        """,
        """
        components:
          schemas: {Say: {type: object, required: [txet], properties: {text: {type: string}}}}
        """,
        """
        components:
          schemas: {Say: {type: object, required: [text], properties: {text: {type: string}}}}
        """,
    ),
)


def _check_schemas(context: Context) -> None:
    places = []
    for schema in walk_schemas(context, in_its_dialect):
        places.append(schema)
        _check_keywords(context, schema.node, schema.dialect)
        check_contradictions(context, schema)
        check_closed(context, schema)
        check_idle_keywords(context, schema)
        if not schema.in_resource:
            context.judged_schemas.append(schema)
            check_unions(context, schema.node)
    check_openapi_keywords(context, places)
    context.schemas.check_circles()
    for finding in context.schemas.notices:
        context.report.add(finding)


def _check_keywords(context: Context, schema: Node, dialect: Dialect) -> None:
    _unknown(context, schema, dialect)
    if dialect == ASYNCAPI:
        _check_own(context, schema)
    if dialect.nullable and isinstance(schema.value.get("type"), list):
        message = f"'type' of an {dialect.name} must be one name; to add null, write nullable: true"
        context.report("invalid-schema", schema.child("type"), message, key=True)
    _property_names(context, schema)
    _required(context, schema)
    _discriminator(context, schema, dialect)
    for place, pattern in patterns(schema):
        if _needs_backtracking(pattern):
            message = "the pattern needs backtracking (look-around or a back-reference)"
            context.report("pattern-backtracking", place, message)


def _needs_backtracking(pattern: str) -> bool:
    """Whether a pattern has look-around or back-references, outside of classes of characters."""
    in_class = False
    for found in _PARTS.finditer(pattern):
        part = found[0]
        if part in "[]":
            in_class = part == "["
        elif not in_class and (part[0] == "(" or part[1] in "123456789k"):
            return True
    return False


def _check_own(context: Context, schema: Node) -> None:
    """The keywords that AsyncAPI adds to JSON Schema."""
    docs, deprecated = schema.get("externalDocs"), schema.get("deprecated")
    if docs is not None:
        context.objects.also_check(docs, "ExternalDocs")
    if deprecated is not None and not isinstance(deprecated.value, bool):
        message = f"expected true or false, got {kind_of(deprecated.value)}"
        message += boolean_hint(deprecated.value)
        context.report("wrong-type", deprecated, message)


#: What says the same, or about the same, in a dialect without a keyword.
_INSTEAD = {
    "$defs": "definitions",
    "additionalItems": "items",
    "const": "enum, a list of one",
    "dependencies": "dependentRequired or dependentSchemas",
    "dependentRequired": "dependencies",
    "dependentSchemas": "dependencies",
    "unevaluatedItems": "additionalItems",
    "unevaluatedProperties": "additionalProperties",
}
_SINCE_DRAFT_07 = frozenset(("else", "if", "then"))
_MISSING = {
    Draft.DRAFT4: NEWER_KEYWORDS | _SINCE_DRAFT_07 | {"const", "contains", "propertyNames"},
    Draft.DRAFT6: NEWER_KEYWORDS | _SINCE_DRAFT_07,
    Draft.DRAFT7: NEWER_KEYWORDS,
    Draft.DRAFT201909: frozenset(("dependencies",)),
    Draft.DRAFT202012: frozenset(("additionalItems", "dependencies")),
}
_KNOWN = {
    draft: (COMMON_KEYWORDS | NEWER_KEYWORDS) - missing for draft, missing in _MISSING.items()
}


def _unknown(context: Context, schema: Node, dialect: Dialect) -> None:
    known = _KNOWN[dialect.draft]
    if known.issuperset(schema.value):
        return
    lost = _lost(context, schema)
    for finding in mock_faults(schema, "Schema") if not is_reference(schema.value) else ():
        context.report.add(finding)
    for key in schema.value:
        if key in known or key in _HARMLESS or key == "prefixItems" or key in lost:
            continue
        if key.startswith("x-") or own_extension(key):
            continue
        message = f"unknown keyword {shown(key)}, which validators ignore"
        message += _hint(key, schema, dialect, known)
        context.report("unknown-keyword", schema.child(key), message, key=True, wanted=known)


def _hint(key: str, schema: Node, dialect: Dialect, known: frozenset[str]) -> str:
    if key in _MISSING[dialect.draft]:
        return _other_dialect(key, dialect)
    name = str(schema.path[-1]) if schema.path else "name"
    return keyword_advice(key, schema.value, name) or nearest(key, known) or _OWN


_OWN = "; remove it, or start its name with 'x-'"


def _lost(context: Context, schema: Node) -> list[str]:
    """Report names of properties among keywords, once."""
    lost = [] if is_reference(schema.value) else lost_properties(schema.value)
    lost = [key for key in lost if not nearest(key, COMMON_KEYWORDS)]
    if lost and not context.report.hides(schema):
        text = properties_text(schema.value, lost)
        context.report("unknown-keyword", schema.child(lost[0]), text, key=True)
    return lost


def _other_dialect(keyword: str, dialect: Dialect) -> str:
    advice = [f"write {_INSTEAD[keyword]}"] if keyword in _INSTEAD else []
    if not dialect.siblings:
        advice.append("set a newer dialect with schemaFormat")
    return f", because {dialect.name} doesn't have it; {', or '.join(advice)}"


_MARKS = {"?": "it is optional", "*": "it is required", "!": "it is required"}


def _property_names(context: Context, schema: Node) -> None:
    """Report names with a mark at their end, and keywords among the names."""
    properties = schema.value.get("properties")
    for name, value in properties.items() if isinstance(properties, dict) else ():
        if name[-1:] in _MARKS and name[:-1].isidentifier():
            mark = _MARKS[name[-1]]
            in_required = "unless" if mark == "it is optional" else "if"
            message = (
                f"property {shown(name)} ends with {name[-1]!r}, so clients would have to send "
                f"that name; write {shown(name[:-1])}; {mark} {in_required} 'required' lists it"
            )
        elif isinstance(value, bool) and name in ALL_KEYWORDS:
            message = (
                f"{shown(name)} in 'properties' is a property, so it limits nothing; to use the "
                "keyword, indent it less, beside 'properties'"
            )
        else:
            continue
        item = schema.child("properties").child(name)
        context.report("property-name", item, message, key=True)


def _required(context: Context, schema: Node) -> None:
    required, properties = schema.value.get("required"), schema.value.get("properties")
    if not isinstance(required, list) or not isinstance(properties, dict):
        return
    # Other branches of a composition may have it, and so may names that match a pattern.
    if not {"allOf", "anyOf", "oneOf", "patternProperties", "$ref"}.isdisjoint(schema.value):
        return
    if is_reference(properties) or any(glued_name(name) != name for name in properties):
        return  # which was reported
    is_closed = schema.value.get("additionalProperties") is False
    for index, name in enumerate(required):
        is_marked = isinstance(name, str) and any(f"{name}{mark}" in properties for mark in _MARKS)
        if isinstance(name, str) and name not in properties and not is_marked:
            why = ", and additionalProperties is false, so no value is valid" if is_closed else ""
            message = f"required property {shown(name)} is not in 'properties'{why}"
            place = schema.child("required").child(index)
            message += nearest(name, properties) or ("; list each name" if name == "*" else "")
            context.report("required-undefined", place, message)


def _discriminator(context: Context, schema: Node, dialect: Dialect) -> None:
    node = schema.get("discriminator")
    if node is None or dialect != ASYNCAPI:
        return
    if not isinstance(node.value, str):
        message = f"expected the name of a property, got {kind_of(node.value)}"
        name = node.value.get("propertyName") if isinstance(node.value, dict) else None
        if isinstance(name, str):
            message += f"; write discriminator: {name} (only OpenAPI has the mapping)"
        context.report("discriminator", node, message)
        return
    for name in ("properties", "required"):
        names = schema.value.get(name)
        known = names if isinstance(names, (dict, list)) else ()
        if node.value not in known:
            message = f"discriminator {shown(node.value)} is not in this schema's {name!r}"
            context.report("discriminator", node, message + nearest(node.value, known))
            return


CHECKS = (_check_schemas,)
