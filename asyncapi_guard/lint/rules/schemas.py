"""Rules about schemas: what every validator accepts in silence, and nobody means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
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
from asyncapi_guard.spec.schemas import patterns
from asyncapi_guard.spec.wording import boolean_hint, kind_of, nearest, shown

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.schema import Dialect
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKED_IN", "CHECKS", "RULES"]

#: The loader checks schemas as well. The walk tells what is no schema.
CHECKED_IN = ("lint.schema_walk", "spec.schema_cycles", "spec.schemas")

_COMMON = frozenset(
    """
    $comment $id $ref $schema additionalItems additionalProperties allOf anyOf const contains
    contentEncoding contentMediaType default definitions dependencies deprecated description
    discriminator else enum examples exclusiveMaximum exclusiveMinimum externalDocs format if items
    maxItems maxLength maxProperties maximum minItems minLength minProperties minimum multipleOf not
    oneOf pattern patternProperties properties propertyNames readOnly required then title type
    uniqueItems writeOnly
    """.split()  # noqa: SIM905  # read as a list
)
_NEWER = frozenset(
    """
    $anchor $defs $dynamicAnchor $dynamicRef $recursiveAnchor $recursiveRef $vocabulary
    contentSchema dependentRequired dependentSchemas maxContains minContains prefixItems
    unevaluatedItems unevaluatedProperties
    """.split()  # noqa: SIM905  # read as a list
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
        "A schema is valid under the metaschema of its dialect.",
        """
        Each keyword takes certain values: `type` one of seven names, `minLength` a number that is
        not negative, `required` a list of names. Without `schemaFormat` the dialect is AsyncAPI's,
        which is JSON Schema draft-07.
        """,
        "components: {schemas: {Name: {type: strng}}}",
        "components: {schemas: {Name: {type: string}}}",
    ),
    _error(
        "ack-schema",
        "`x-ack` is a schema.",
        """
        What stands in `x-ack` judges the arguments of acknowledgements: a schema, a reference to
        one, a Multi Format Schema Object, or `{args: schema}`.
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
        "endless-schema",
        "A schema does not lead back to itself before it has read anything.",
        """
        A schema may contain itself: in `properties`, in `items`. If it leads back to itself through
        `$ref`, `allOf`, `anyOf` and the like alone, nothing is ever judged: JSON Schema leaves that
        undefined, and validators accept everything or never end.
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
        "Positional items are in the keyword that the dialect has for them.",
        """
        `prefixItems` came with JSON Schema 2020-12. Older dialects, AsyncAPI's own among them, pass
        over it, so a payload that lists its arguments there accepts any arguments. They list
        positional items in `items`, and what comes after them in `additionalItems`. The guard
        refuses to load the document.
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
        "A pattern is a regular expression of ECMA-262.",
        """
        Patterns are JavaScript's (in its Unicode mode), whatever language reads the document:
        `(?<name>...)`, not Python's `(?P<name>...)`; `[\\w\\-_]`, not `[\\w-_]`. JSON Schema only
        recommends it, but a guard that cannot read a pattern refuses to load the document.
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
        "A pattern needs no backtracking.",
        """
        Look-around (`(?=...)`, `(?!...)`) and back-references (`\\1`) force a validator to try many
        ways, and crafted input makes that slow. Here such patterns run with a low limit, beyond
        which a value is rejected. Other keywords often say the same: `allOf` with several patterns,
        `minLength`, `not`.
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
        "A discriminator names a property that the schema defines and requires.",
        """
        The specification: it MUST be defined at this schema, and it MUST be in the list of required
        properties. Without it nobody can tell which schema was meant. Many documents break this: to
        begin with, demote the code to a warning in the configuration.
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
        "A schema has keywords that its dialect knows.",
        """
        Validators pass over keywords that they do not know: `minLenght: 3` limits nothing. Your own
        begin with `x-`.
        """,
        "components: {schemas: {Name: {type: string, minLenght: 3}}}",
        "components: {schemas: {Name: {type: string, minLength: 3}}}",
    ),
    _warning(
        "unknown-format",
        "`format` is one that is checked.",
        "Validators pass over formats that they do not know: `format: emial` accepts anything.",
        "components: {schemas: {Contact: {type: string, format: emial}}}",
        "components: {schemas: {Contact: {type: string, format: email}}}",
    ),
    _warning(
        "required-undefined",
        "What is `required` is among the `properties`.",
        """
        A required name without a property is most often a typo: the property that was meant is
        optional then, and the misspelt one is demanded from everybody.
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
        message = f"'type' of an {dialect.name} is one name; 'nullable' adds null"
        context.report("invalid-schema", schema.child("type"), message, key=True)
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
    Draft.DRAFT4: _NEWER | _SINCE_DRAFT_07 | {"const", "contains", "propertyNames"},
    Draft.DRAFT6: _NEWER | _SINCE_DRAFT_07,
    Draft.DRAFT7: _NEWER,
    Draft.DRAFT201909: frozenset(("dependencies",)),
    Draft.DRAFT202012: frozenset(("additionalItems", "dependencies")),
}
_KNOWN = {draft: (_COMMON | _NEWER) - missing for draft, missing in _MISSING.items()}


def _unknown(context: Context, schema: Node, dialect: Dialect) -> None:
    missing, known = _MISSING[dialect.draft], _KNOWN[dialect.draft]
    for key in schema.value:
        if key in known or key in _HARMLESS or key == "prefixItems":
            continue
        if key.startswith("x-") or own_extension(key):
            continue
        hint = _other_dialect(key, dialect) if key in missing else nearest(key, known)
        message = f"unknown keyword {shown(key)}, at which no validator looks{hint}"
        context.report("unknown-keyword", schema.child(key), message, key=True, wanted=known)


def _other_dialect(keyword: str, dialect: Dialect) -> str:
    advice = [f"write {_INSTEAD[keyword]}"] if keyword in _INSTEAD else []
    if not dialect.siblings:
        advice.append("name a newer dialect with schemaFormat")
    return f": {dialect.name} does not have it; {', or '.join(advice)}"


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
        if isinstance(name, str) and name not in properties:
            why = " and additionalProperties is false: nothing is valid" if is_closed else ""
            message = f"the required {shown(name)} is not in 'properties'{why}"
            place = schema.child("required").child(index)
            message += nearest(name, properties)
            context.report("required-undefined", place, message)


def _discriminator(context: Context, schema: Node, dialect: Dialect) -> None:
    node = schema.get("discriminator")
    if node is None or dialect != ASYNCAPI:
        return
    if not isinstance(node.value, str):
        message = f"expected the name of a property, got {kind_of(node.value)}"
        name = node.value.get("propertyName") if isinstance(node.value, dict) else None
        if isinstance(name, str):
            message += f"; write discriminator: {name} (a mapping is OpenAPI's form)"
        context.report("discriminator", node, message)
        return
    for name in ("properties", "required"):
        names = schema.value.get(name)
        known = names if isinstance(names, (dict, list)) else ()
        if node.value not in known:
            message = f"the discriminator {shown(node.value)} is not in this schema's {name!r}"
            context.report("discriminator", node, message + nearest(node.value, known))
            return


CHECKS = (_check_schemas,)
