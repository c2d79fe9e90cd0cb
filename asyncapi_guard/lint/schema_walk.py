"""The walk over the schemas of a document, and over what they refer to.

`rules/schemas.py` takes one schema after the other from it, and checks each. The walk itself
reports what is no schema, and references that lead to none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from asyncapi_guard.lint.context import SchemaPlace
from asyncapi_guard.lint.ref_siblings import check_siblings
from asyncapi_guard.schema.dialects import ASYNCAPI, subschemas
from asyncapi_guard.spec.references import Node, Unresolvable, is_reference
from asyncapi_guard.spec.schema_bundles import at, follow, is_anchor, opens_resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.schema import Dialect
    from asyncapi_guard.schema.dialects import SchemaPath

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


#: Keywords with which a schema is checked by others that it refers to.
_COMBINING = frozenset(
    ("allOf", "anyOf", "contains", "else", "if", "minItems", "not", "oneOf", "then")
)
#: Keywords that checks write down elsewhere.
_ELSEWHERE = frozenset(("discriminator", "example", "externalDocs", "xml"))
#: Keywords for which a schema is looked at again, when all are known.
_AGAIN = frozenset(("default", "examples", "oneOf"))


class _Tree(NamedTuple):
    """A schema, with all that is written in it, that had no faults.

    Attributes:
        references: the paths of its references.
        judged: the paths of schemas whose values, or alternatives, are judged later; of all of
            them, if there are rules about every schema.
        steps: what it cost of the steps that a document has.
    """

    references: tuple[SchemaPath, ...]
    judged: tuple[SchemaPath, ...]
    steps: int


class _Watch:
    """Watches the visit of a tree: whether its checks depend on it alone, and found nothing.

    Attributes:
        is_part: some of it was visited before.
    """

    def __init__(self, context: Context) -> None:
        self.is_part: bool = False
        self._context = context
        self._touched = context.report.touched
        self._steps = context.steps_left
        self._keywords: set[str] = set()
        self._references: list[SchemaPlace] = []
        self._again: list[SchemaPlace] = []

    def take(self, schema: SchemaPlace) -> None:
        """Take a schema of the tree."""
        keywords = schema.node.value.keys()
        self._keywords.update(keywords)
        self.is_part = self.is_part or schema.in_resource
        if is_reference(schema.node.value):
            self._references.append(schema)
        elif self._context.judges_every_schema or not _AGAIN.isdisjoint(keywords):
            self._again.append(schema)

    def fact(self, root: SchemaPlace) -> _Tree | None:
        """What is to be remembered of the tree; `None` if it must be visited again."""
        context = self._context
        if self.is_part or context.report.touched != self._touched or context.steps_left <= 0:
            return None
        if not _ELSEWHERE.isdisjoint(self._keywords):
            return None
        if self._references and not _COMBINING.isdisjoint(self._keywords):
            return None
        begin = len(root.node.path)
        return _Tree(
            tuple(each.node.path[begin:] for each in self._references),
            tuple(each.node.path[begin:] for each in self._again),
            self._steps - context.steps_left,
        )


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
            yield from self._tree(todo.pop(), todo)

    def _tree(self, root: SchemaPlace, todo: list[SchemaPlace]) -> Iterator[SchemaPlace]:
        """Yield a schema and those that are written in it; `todo` takes those it refers to."""
        is_plain = root.dialect == ASYNCAPI and not root.in_resource
        memory = self._context.memory if is_plain else None
        value, place = root.node.value, root.node.place
        known = memory.recall("tree", value, *place) if memory is not None else None
        if known is not None and self._context.steps_left > known.steps:
            if self._is_new(root):
                self._recall(root, known, todo)
            return
        watch = _Watch(self._context)
        inside = [root]
        while inside:
            schema = inside.pop()
            if not isinstance(schema.node.value, dict):
                continue
            if not self._is_new(schema):
                watch.is_part = True
                continue
            schema = _with_resource(schema)
            targets = self._targets(schema)
            todo.extend(targets)
            watch.take(schema)
            if self._is_whole(schema):
                yield schema
                inside.extend(_inside(schema))
        fact = watch.fact(root) if memory is not None else None
        if memory is not None and fact is not None:
            memory.keep("tree", value, fact, *place)

    def _recall(self, root: SchemaPlace, known: _Tree, todo: list[SchemaPlace]) -> None:
        """Do what visiting a tree did that had no faults."""
        self._context.steps_left -= known.steps
        for path in known.references:
            todo.extend(self._targets(SchemaPlace(at(root.node, path), root.dialect)))
        for path in known.judged:
            place = SchemaPlace(at(root.node, path), root.dialect)
            self._context.judged_schemas.append(place)

    def _is_new(self, schema: SchemaPlace) -> bool:
        """Whether this is the first visit of a schema; remember it."""
        place = (schema.node.place, schema.dialect)
        is_new = place not in self._seen
        self._seen.add(place)
        return is_new

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
