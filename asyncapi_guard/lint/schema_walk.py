"""The walk over the schemas of a document, and over what they refer to.

`rules/schemas.py` takes one schema after the other from it, and checks each. The walk itself
reports what is no schema, and references that lead to none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from asyncapi_guard.lint.context import SchemaPlace
from asyncapi_guard.lint.ref_siblings import check_siblings
from asyncapi_guard.schema.dialects import subschemas
from asyncapi_guard.spec.references import Node, Unresolvable, is_reference
from asyncapi_guard.spec.schema_bundles import at, follow, is_anchor, opens_resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.schema import Dialect

__all__ = ["walk_schemas"]

Reading: TypeAlias = "Callable[[Context, Node, str], tuple[Node, Dialect] | None]"


def walk_schemas(context: Context, read: Reading) -> Iterator[SchemaPlace]:
    """Yield each schema of the document once, wherever it is referred to from.

    A reference whose siblings are ignored is followed, and is not yielded itself.

    Args:
        context: the document.
        read: reads the schema at a place in the dialect that it says it has; `None` is no schema.
            It reports what is wrong by the rule with the code that it is given.
    """
    walk = _Walk(context, read)
    for node in [*context.all("Schema"), *context.all("ObjectSchema")]:
        yield from walk.root(node, "invalid-schema")
    for node in context.all("Ack"):
        yield from walk.root(node, "ack-schema")


class _Walk:
    """One walk over all schemas."""

    def __init__(self, context: Context, read: Reading) -> None:
        self._context = context
        self._read = read
        self._seen: set[tuple[Any, Dialect]] = set()

    def root(self, node: Node, code: str) -> Iterator[SchemaPlace]:
        """Yield the schemas below a place that takes one; `code` is the rule for what is none."""
        resolved = self._context.resolve(node)
        found = self._read(self._context, resolved, code) if resolved is not None else None
        if found is None:
            return
        root, dialect = found
        self._context.schemas.check(root, dialect)
        todo = [SchemaPlace(root, dialect)]
        while todo:
            schema = todo.pop()
            if self._is_new(schema):
                schema = _with_resource(schema)
                below = self._targets(schema)
                if self._is_whole(schema):
                    yield schema
                    below += _inside(schema)
                todo.extend(below)

    def _is_new(self, schema: SchemaPlace) -> bool:
        """Whether this is the first visit of a schema that has keywords; remember it."""
        place = (schema.node.place, schema.dialect)
        is_new = place not in self._seen
        self._seen.add(place)
        return is_new and isinstance(schema.node.value, dict)

    def _targets(self, schema: SchemaPlace) -> list[SchemaPlace]:
        """The schema that a schema refers to, unless the engine follows the reference."""
        ref, dialect = schema.node, schema.dialect
        if not is_reference(ref.value) or schema.in_resource:
            return []
        if is_anchor(ref.value["$ref"], dialect):
            return []
        return [SchemaPlace(target, dialect) for target in self._target(ref, dialect)]

    def _target(self, ref: Node, dialect: Dialect) -> list[Node]:
        target = self._context.resolve(ref)
        if target is None or not isinstance(target.value, (dict, bool)):
            return []  # which was reported
        if not self._context.objects.check_kind(ref, target, "Schema"):
            return []
        try:
            return [follow(self._context.documents, ref, dialect)]
        except Unresolvable:
            return []  # of another format, which was reported

    def _is_whole(self, schema: SchemaPlace) -> bool:
        """Whether a schema says more than a reference does; report what is ignored beside one."""
        if not is_reference(schema.node.value) or schema.dialect.siblings:
            return True
        check_siblings(self._context.report, schema.node, in_schema=True)
        return False


def _with_resource(schema: SchemaPlace) -> SchemaPlace:
    """The schema, which may begin a resource of its own."""
    node, dialect = schema.node, schema.dialect
    opens = dialect.resources and opens_resource(node.value, dialect)
    return SchemaPlace(node, dialect, in_resource=schema.in_resource or opens)


def _inside(schema: SchemaPlace) -> list[SchemaPlace]:
    """The schemas that are written in a schema."""
    node, dialect = schema.node, schema.dialect
    return [
        SchemaPlace(at(node, path), dialect, schema.in_resource)
        for path, _ in subschemas(node.value)
    ]
