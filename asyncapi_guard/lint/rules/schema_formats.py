"""Rules about schemas behind a `schemaFormat`: which can be judged, what is wrong with the others.

The walk over the schemas calls the check, for it needs the dialect that comes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint import avro
from asyncapi_guard.lint.rule import group
from asyncapi_guard.schema import Dialect, UnknownFormatError, dialect_of
from asyncapi_guard.spec.acks import lacks_format
from asyncapi_guard.spec.own_extensions import extension_faults, own_extension
from asyncapi_guard.spec.references import Node, Unresolvable, is_reference
from asyncapi_guard.spec.schema_bundles import follow
from asyncapi_guard.spec.schema_habits import TYPES, as_schema
from asyncapi_guard.spec.wording import cut, kind_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.lint.context import Context

__all__ = ["CHECKED_IN", "RULES", "in_its_dialect"]

#: The loader reads `schemaFormat`, too.
CHECKED_IN = ("spec.schema_bundles", "spec.schemas")

_FIELDS = ("schemaFormat", "schema")
#: Formats that are data, and formats that are text.
_DATA = ("avro", "json")
_TEXT = ("protobuf", "xml")

_error = group("Schemas", Severity.ERROR)
_warning = group("Schemas", Severity.WARNING)
_stops_the_guard = group("Schemas", Severity.ERROR, elsewhere=Severity.WARNING)

RULES = (
    _error(
        "schema-format",
        "A schema must be written in the format that `schemaFormat` names.",
        """
        Write JSON formats (AsyncAPI, JSON Schema, OpenAPI, Avro) as data, and other formats
        (Protobuf, XSD) as text.
        """,
        """
        components:
          schemas:
            Name: {schemaFormat: 'application/vnd.apache.avro;version=1.9.0', schema: '{"type": 1}'}
        """,
        """
        components:
          schemas:
            Name:
              schemaFormat: application/vnd.apache.avro;version=1.9.0
              schema: {type: string}
        """,
    ),
    _error(
        "reference-format",
        "A schema must reference only schemas of its own format.",
        """
        The target of a `$ref` in a schema is read in the format of that schema. If the target
        declares another format, correct one of the two.
        """,
        """
        components:
          schemas:
            Id: {schemaFormat: application/schema+json;version=2020-12, schema: {type: string}}
            User: {type: object, properties: {id: {$ref: '#/components/schemas/Id'}}}
        """,
        """
        components:
          schemas:
            Id: {type: string}
            User: {type: object, properties: {id: {$ref: '#/components/schemas/Id'}}}
        """,
    ),
    _stops_the_guard(
        "unjudged-format",
        "A schema must use a format that the guard can validate.",
        """
        AsyncAPI allows any `schemaFormat`. The guard supports AsyncAPI's own format, JSON Schema
        and OpenAPI. It rejects a document with Avro, Protobuf or RAML at load time, so that no
        message passes without validation.
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              enter:
                payload:
                  schemaFormat: application/vnd.apache.avro;version=1.9.0
                  schema: {type: string}
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              enter:
                payload:
                  schemaFormat: application/schema+json;version=draft-07
                  schema: {type: string}
        """,
    ),
    _warning(
        "multi-format-field",
        "A Multi Format Schema Object should have only `schemaFormat`, `schema` and extensions.",
        "Move other keys from beside `schemaFormat` into `schema`; beside it they are ignored.",
        """
        components:
          schemas:
            Name:
              schemaFormat: application/schema+json;version=draft-07
              schema: {type: string}
              maxLength: 9
        """,
        """
        components:
          schemas:
            Name:
              schemaFormat: application/schema+json;version=draft-07
              schema: {type: string, maxLength: 9}
        """,
    ),
)


def in_its_dialect(context: Context, node: Node, code: str) -> tuple[Node, Dialect] | None:
    """The schema at a place, and how to read it; `None` if it cannot be judged.

    Args:
        context: the document.
        node: the place, references followed.
        code: the rule for what is no schema.
    """
    value = node.value
    if isinstance(value, dict) and "schemaFormat" in value:
        return _multi_format(context, node)
    if lacks_format(value):
        message = (
            "a Multi Format Schema Object needs 'schemaFormat'; write the schema itself instead of "
            "'schema', or name its format"
        )
        context.report("missing-field", node.child("schema"), message, key=True)
        return in_its_dialect(context, node.child("schema"), code)
    if isinstance(value, (dict, bool)):
        return node, dialect_of(None)
    message = f"expected a schema (a mapping, true or false), got {kind_of(value)}"
    context.report.explain(code, node, message + _advice(node, code))
    return None


def _advice(node: Node, code: str) -> str:
    """What to write for arguments as a list, for the name of a type or of a schema, for nothing."""
    key = "x-ack: " if code == "ack-schema" else _key(node)
    value = node.value
    if value in (None, [], "none", "None"):
        return f"; for no arguments, write {key}{{type: 'null'}}; for any value, {key}{{}}"
    if isinstance(value, list):
        arguments = "{type: array, items: [...]}"
        several = f"{{args: {arguments}}}" if code == "ack-schema" else arguments
        return f"; for several arguments, write {key}{several}"
    if not isinstance(value, str):
        return ""
    reference = value if value.startswith("#/") else _component(node.source.data, value)
    if reference:
        return f"; write {key}{{$ref: {shown(reference)}}}"
    found = as_schema(value) or f"type: {value}"
    is_type = found.removeprefix("type: ") in TYPES or "," in found
    if is_type:
        return f"; write {key}{{{found}}}"
    return "; write the schema of the ack" if code == "ack-schema" else ""


def _component(data: Any, name: str) -> str:
    """A reference to the schema of a name; empty if there is none."""
    components = data.get("components") if isinstance(data, dict) else None
    schemas = components.get("schemas") if isinstance(components, dict) else None
    is_there = isinstance(schemas, dict) and name in schemas
    return f"#/components/schemas/{name}" if is_there else ""


def _key(node: Node) -> str:
    """What stands before a schema; nothing before one that is a file of its own."""
    return f"{cut(str(node.path[-1]))}: " if node.path else ""


def _multi_format(context: Context, node: Node) -> tuple[Node, Dialect] | None:
    form, schema = node.child("schemaFormat"), node.get("schema")
    for finding in extension_faults(node, "Schema"):
        context.report.add(finding)
    for key, item in node.items():
        if key not in _FIELDS and not key.startswith("x-") and own_extension(key) is None:
            message = f"unknown field {shown(key)} of a Multi Format Schema Object"
            context.report("multi-format-field", item, message, key=True)
    if schema is None:
        message = "missing required field 'schema' of a Multi Format Schema Object"
        context.report("missing-field", node, message, key=True)
        return None
    if not isinstance(form.value, str):
        context.report("wrong-type", form, f"expected a string, got {kind_of(form.value)}")
        return None
    try:
        dialect = dialect_of(form.value)
    except UnknownFormatError as error:
        _foreign(context, form.value, schema)
        context.report("unjudged-format", form, str(error))
        return None
    return _schema(context, schema, dialect)


def _schema(context: Context, schema: Node, dialect: Dialect) -> tuple[Node, Dialect] | None:
    root = schema
    if is_reference(schema.value) and not dialect.siblings:
        try:
            root = follow(context.documents, schema, dialect)
        except Unresolvable as error:
            _report_all(context, error)
            return None
    if not isinstance(root.value, (dict, bool)):
        message = f"expected a {dialect.name}, got {kind_of(root.value)}"
        context.report("schema-format", schema, message, key=True)
        return None
    return root, dialect


def _report_all(context: Context, error: Unresolvable) -> None:
    for finding in error.findings:
        context.report.add(finding)


# -- other languages -------------------------------------------------------------------------------


def _foreign(context: Context, form: str, schema: Node) -> None:
    """Schemas of other languages: data where the language is JSON, text where it is not."""
    for ref in _references(schema):
        try:
            target = context.documents.resolve(ref)
        except Unresolvable as error:
            _report_all(context, error)
        else:
            _same_format(context, form, ref, target)
    if is_reference(schema.value):
        return
    if any(name in form.lower() for name in _DATA):
        for node, message in avro.faults(schema) if "avro" in form.lower() else ():
            context.report("schema-format", node, message)
    elif any(name in form.lower() for name in _TEXT) and not isinstance(schema.value, str):
        message = f"a schema of this format must be a string, got {kind_of(schema.value)}"
        context.report("schema-format", schema, message, key=True)


def _language(form: str) -> str:
    """A format without its version, and without how it is written."""
    return form.partition(";")[0].strip().lower().removesuffix("+json").removesuffix("+yaml")


def _references(schema: Node) -> Iterator[Node]:
    todo = [schema]
    while todo:
        node = todo.pop()
        if is_reference(node.value):
            yield node
        elif isinstance(node.value, (dict, list)):
            todo.extend(item for key, item in node.items() if key != "default")


def _same_format(context: Context, form: str, ref: Node, target: Node) -> None:
    """What a schema refers to is of the same format, if it says of which."""
    other = target.value.get("schemaFormat") if isinstance(target.value, dict) else None
    if isinstance(other, str) and _language(other) != _language(form):
        message = (
            f"expected a schema of format {shown(form)}, but the reference's has {shown(other)}"
        )
        context.report("reference-format", ref, message)
