"""Rules about schemas: what every validator accepts in silence, and nobody means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncapi_guard.lint.grammar_walk import PROSE
from asyncapi_guard.lint.rules.schema_formats import in_its_dialect
from asyncapi_guard.lint.rules.schema_unions import check_union
from asyncapi_guard.lint.values import check_value
from asyncapi_guard.schema import Dialect, get_engine
from asyncapi_guard.schema.dialects import ASYNCAPI, subschemas
from asyncapi_guard.spec.collecting import at, follow, is_anchor, opens_resource
from asyncapi_guard.spec.references import Node, Unresolvable, is_reference
from asyncapi_guard.spec.schemas import patterns
from asyncapi_guard.spec.wording import kind_of, nearest, shown

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context

__all__ = ["check_schemas"]

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
#: Each default is judged by its schema with all that this refers to.
_AFFORDED = 20_000
_TOO_MUCH = "from here on defaults and examples of schemas are not judged: it would take too long"
_PARTS = re.compile(r"\\.|[\[\]]|\(\?<?[=!]", re.DOTALL)


def check_schemas(context: Context) -> None:
    """Check each schema of the document once, wherever it is referred to from."""
    walk = _Walk(context)
    for node in [*context.all("Schema"), *context.all("ObjectSchema")]:
        walk.root(node, "invalid-schema")
    for node in context.all("Ack"):
        walk.root(node, "ack-schema")
    context.schemas.check_circles()
    for finding in context.schemas.notices:
        context.report.add(finding)
    if not context.schemas.endless:
        for place, dialect in walk.judged:
            if not {"default", "examples"}.isdisjoint(place.value):
                if context.schemas.collected > _AFFORDED:
                    context.report("default-value", place, _TOO_MUCH)
                    break
                _check_values(context, place, dialect)


class _Walk:
    """One walk over all schemas.

    Attributes:
        judged: the schemas that values may be judged by, one by one.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seen: set[tuple[Any, Dialect]] = set()
        self.judged: list[tuple[Node, Dialect]] = []

    def root(self, node: Node, code: str) -> None:
        """A place of the document that takes a schema; a rule for what is none."""
        resolved = self._context.resolve(node)
        found = in_its_dialect(self._context, resolved, code) if resolved is not None else None
        if found is None:
            return
        root, dialect = found
        self._context.schemas.check(root, dialect)
        todo = [(root, False)]
        while todo:
            place, is_resource = todo.pop()
            if (place.place, dialect) not in self._seen:
                self._seen.add((place.place, dialect))
                todo.extend(self._one(place, dialect, is_resource=is_resource))

    def _one(self, place: Node, dialect: Dialect, *, is_resource: bool) -> list[tuple[Node, bool]]:
        """Check a schema; what is to be looked at next, and whether it is in a resource."""
        if not isinstance(place.value, dict):
            return []
        is_resource = is_resource or (dialect.resources and opens_resource(place.value, dialect))
        below: list[tuple[Node, bool]] = []
        if is_reference(place.value):
            if not is_resource and not is_anchor(place.value["$ref"], dialect):
                below = [(target, False) for target in self._target(place, dialect)]
            if not dialect.siblings:
                _beside_reference(self._context, place)
                return below
        _check_keywords(self._context, place, dialect)
        if not is_resource:
            self.judged.append((place, dialect))
            for keyword in ("oneOf", "anyOf"):
                check_union(self._context, place, keyword)
        return below + [(at(place, path), is_resource) for path, _ in subschemas(place.value)]

    def _target(self, ref: Node, dialect: Dialect) -> list[Node]:
        """The schema that a reference inside of a schema leads to, if it is one."""
        target = self._context.resolve(ref)
        if target is None or not isinstance(target.value, (dict, bool)):
            return []  # which was reported
        if not self._context.objects.check_kind(ref, target, "Schema"):
            return []
        try:
            return [follow(self._context.documents, ref, dialect)]
        except Unresolvable:
            return []  # of another format, which was reported


# -- one schema ------------------------------------------------------------------------------------


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
        context.report("wrong-type", deprecated, message)


def _unknown(context: Context, schema: Node, dialect: Dialect) -> None:
    known = _COMMON | _NEWER if dialect.siblings else _COMMON
    for key, item in schema.items():
        if key in known or key in _HARMLESS or key.startswith("x-"):
            continue
        hint = nearest(key, known)
        if key in _NEWER:
            hint = f": {dialect.name} does not have it; name a newer dialect with schemaFormat"
        message = f"unknown keyword {shown(key)}, at which no validator looks{hint}"
        context.report("unknown-keyword", item, message, key=True, wanted=known)


def _required(context: Context, schema: Node) -> None:
    required, properties = schema.value.get("required"), schema.value.get("properties")
    if not isinstance(required, list) or not isinstance(properties, dict):
        return
    # Other branches of a composition may have it, and so may names that match a pattern.
    if not {"allOf", "anyOf", "oneOf", "patternProperties", "$ref"}.isdisjoint(schema.value):
        return
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
        context.report("discriminator", node, message)
        return
    for name in ("properties", "required"):
        names = schema.value.get(name)
        known = names if isinstance(names, (dict, list)) else ()
        if node.value not in known:
            message = f"the discriminator {shown(node.value)} is not in this schema's {name!r}"
            context.report("discriminator", node, message + nearest(node.value, known))
            return


def _beside_reference(context: Context, node: Node) -> None:
    for key, item in node.items():
        if key not in PROSE and not key.startswith("x-"):
            message = f"{shown(key)} beside a $ref is ignored; write both into an allOf"
            context.report("ref-siblings", item, message, key=True)


# -- values inside of schemas ----------------------------------------------------------------------


def _check_values(context: Context, schema: Node, dialect: Dialect) -> None:
    default = schema.get("default")
    if default is not None:
        _default(context, default, schema, dialect)
    examples = schema.get("examples")
    if examples is not None and isinstance(examples.value, list):
        for example in examples.values():
            check_value(context, "schema-example", example, schema, dialect)


def _default(context: Context, default: Node, schema: Node, dialect: Dialect) -> None:
    if "type" in schema.value and not _has_type(default.value, schema.value, dialect):
        message = f"the default is {kind_of(default.value)}, which is not of the schema's type"
        # AsyncAPI demands it of its own schemas alone.
        code = "default-type" if dialect == ASYNCAPI else "default-value"
        context.report(code, default, message)
    else:
        check_value(context, "default-value", default, schema, dialect)


def _has_type(value: Any, schema: dict[str, Any], dialect: Dialect) -> bool:
    if value is None and dialect.nullable and schema.get("nullable") is True:
        return True
    try:
        is_valid = get_engine().compile(
            {"type": schema["type"]}, dialect, cyclic=False, binary=False
        )
    except ValueError:
        return True  # no type at all, which was reported
    return is_valid(value)
