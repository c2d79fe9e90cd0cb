"""The conversion of one 2.x document: what was noted, what moved, which references wait.

Conversion walks the old document once and builds the new one. A `$ref` may point to what was not
converted yet, so each reference that is copied waits in a queue, and is rewritten when everything
has its place: the longest part of its pointer that moved is replaced, the rest is kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from asyncapi_guard.errors import InvalidDocument, Severity
from asyncapi_guard.spec.limits import DEFAULT_LIMITS
from asyncapi_guard.spec.pointers import Path, format_pointer, parse_fragment
from asyncapi_guard.spec.references import Documents, Node, Unresolvable, is_reference
from asyncapi_guard.spec.upgrade.names import COMPONENT, Names, legal
from asyncapi_guard.spec.wording import kind_of

if TYPE_CHECKING:
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.source import Source

__all__ = ["OMIT", "Conversion", "is_extension", "is_local", "pointer_to"]

#: Stands for a value that has no place in the new document.
OMIT: Any = object()

# What stands below these keywords of a schema is data, and a `$ref` in it means nothing.
_DATA = frozenset(("const", "default", "enum", "example", "examples"))
# Below these are schemas by name: a property may be called `default`.
_SCHEMAS_BY_NAME = frozenset(
    ("$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties")
)
_SAFE_IN_FRAGMENT = "/~!$&'()*+,;=:@?-._"


class Conversion:
    """The state of a conversion.

    Attributes:
        root: the old document.
        documents: it, for what reads references.
        notes: what could not be carried, and what was decided.
        schemas: names of `components.schemas`.
        added_schemas: schemas that lost their old place and are still referred to.
        message_keys: what messages are called in channels.
    """

    def __init__(self, source: Source) -> None:
        self.root: Node = Node(source, (), source.data)
        self.notes: list[Finding] = []
        self.schemas: Names = Names()
        self.added_schemas: dict[str, Any] = {}
        self.message_keys: set[Any] = set()
        self.documents: Documents = Documents(source)
        self._moved: dict[Path, Path] = {}
        self._came_from: dict[tuple[str, ...], tuple[str, ...]] | None = None
        self._homeless: dict[Path, Node] = {}
        self._waiting: list[tuple[dict[str, Any], Path, Path]] = []
        self._budget = DEFAULT_LIMITS.nodes

    # -- notes -------------------------------------------------------------------------------------

    def note(self, node: Node, message: str, *, key: bool = False) -> None:
        """Say something about a value of the old document."""
        finding = node.finding(message, "upgrade", key=key)
        self.notes.append(replace(finding, severity=Severity.WARNING))

    def note_new(self, place: Path, message: str, *, key: bool = False) -> Finding:
        """A finding about what went to a place, where it stands in the old document."""
        node = self.root
        for part in self._old_place(_plain(place)):
            below = _below(node, part)
            if below is None:
                key = True  # what is said of it has no place of its own
                break
            node = below
        return node.finding(message, "upgrade", key=key)

    def _old_place(self, place: tuple[str, ...]) -> tuple[str, ...]:
        if self._came_from is None:
            self._came_from = {}
            for old, new in self._moved.items():
                self._came_from.setdefault(_plain(new), _plain(old))
        for end in range(len(place), 0, -1):
            if place[:end] in self._came_from:
                return self._came_from[place[:end]] + place[end:]
        return place

    def spend(self, node: Node, values: int = 1) -> None:
        """Count values of the new document: what is used often is copied often.

        Raises:
            InvalidDocument: there would be too many.
        """
        self._budget -= values
        if self._budget < 0:
            limit = DEFAULT_LIMITS.nodes
            raise InvalidDocument(
                node.finding(f"the 3.x document would have more than {limit:,} values")
            )

    # -- reading -----------------------------------------------------------------------------------

    def mapping(self, node: Node | None, what: str) -> list[tuple[str, Node]]:
        """The fields of a mapping; none, and a note, if it is something else."""
        if node is None:
            return []
        if isinstance(node.value, dict):
            return list(node.items())
        self.note(node, f"{what} must be a mapping, not {kind_of(node.value)}; left out")
        return []

    def sequence(self, node: Node, what: str) -> list[Node]:
        """The items of a list; none, and a note, if it is something else."""
        if isinstance(node.value, list):
            return [item for _, item in node.items()]
        self.note(node, f"{what} must be a list, not {kind_of(node.value)}; left out")
        return []

    def resolve(self, node: Node) -> Node | None:
        """The value behind references inside the document; `None` if they lead elsewhere."""
        if is_reference(node.value) and not is_local(node):
            return None
        try:
            return self.documents.resolve(node)
        except Unresolvable:
            return None

    # -- copying -----------------------------------------------------------------------------------

    def keep(self, node: Node) -> Any:
        """A copy of a schema, an extension, or anything that is the same in 3.x."""
        return self._copy(node, node.value, named=False)

    def _copy(self, node: Node, value: Any, *, named: bool) -> Any:
        self.spend(node)
        if isinstance(value, list):
            return [self._copy(node, item, named=False) for item in value]
        if not isinstance(value, dict):
            return value
        copy = {}
        for key, item in value.items():
            is_data = key in _DATA and not named
            by_name = key in _SCHEMAS_BY_NAME and not named
            copy[key] = self._data(node, item) if is_data else self._copy(node, item, named=by_name)
        self._await(copy)
        return copy

    def keep_data(self, node: Node) -> Any:
        """A copy of what is data, in which a `$ref` means nothing."""
        return self._data(node, node.value)

    def _data(self, node: Node, value: Any) -> Any:
        self.spend(node)
        if isinstance(value, list):
            return [self._data(node, item) for item in value]
        if isinstance(value, dict):
            return {key: self._data(node, item) for key, item in value.items()}
        return value

    def reference(self, node: Node) -> dict[str, Any]:
        """A copy of a Reference Object."""
        self.spend(node)
        self.note_siblings(node)
        copy = {"$ref": node.value["$ref"]}
        self._await(copy)
        return copy

    def note_siblings(self, node: Node) -> None:
        """Say what stands beside a `$ref`, where nothing counts."""
        if is_reference(node.value):
            for key, child in node.items():
                if key != "$ref":
                    self.note(child, f"{key} beside a '$ref' means nothing; left out", key=True)

    def reference_to(self, place: Path, rest: Path = ()) -> dict[str, Any]:
        """A reference to where something of the old document goes, and on to what is new there."""
        copy: dict[str, Any] = {"$ref": pointer_to(place + rest)}
        self._waiting.append((copy, place, rest))
        return copy

    def _await(self, copy: dict[str, Any]) -> None:
        target = copy.get("$ref")
        if isinstance(target, str) and target.startswith("#"):
            try:
                self._waiting.append((copy, parse_fragment(target[1:]), ()))
            except ValueError:
                return  # no pointer: it led nowhere before, either

    # -- moving ------------------------------------------------------------------------------------

    def move(self, old: Path, new: Path) -> None:
        """Say where something went; the first that is said of a place counts."""
        self._moved.setdefault(_plain(old), new)

    def evict(self, schema: Node) -> None:
        """A schema has no place in 3.x; it gets one in `components` if something refers to it."""
        self._homeless[_plain(schema.path)] = schema

    def finish(self) -> None:
        """Rewrite every reference."""
        for copy, place, rest in self._waiting:  # grows: evicted schemas refer to others
            new = self._new_place(place) + rest
            if new != place:
                copy["$ref"] = pointer_to(new)

    def _new_place(self, place: Path) -> Path:
        for end in range(len(place), 0, -1):
            start = place[:end]
            if start in self._homeless and start not in self._moved:
                self._rehouse(start)
            if start in self._moved:
                return self._moved[start] + place[end:]
        return place

    def _rehouse(self, place: Path) -> None:
        schema = self._homeless[place]
        owner = str(place[-2] if len(place) > 1 else "schema")
        name = self.schemas.take(legal(owner, COMPONENT, "schema"))
        self._moved[place] = ("components", "schemas", name)
        self.added_schemas[name] = self.keep(schema)


def _below(node: Node, part: str) -> Node | None:
    """The value below a part of a pointer."""
    if isinstance(node.value, list):
        return node.child(int(part)) if part.isdigit() and int(part) < len(node.value) else None
    return node.get(part)


def _plain(path: Path) -> tuple[str, ...]:
    """A path as a pointer says it: indexes are digits."""
    return tuple(map(str, path))


def pointer_to(path: Path) -> str:
    """A `$ref` to a place of the document itself."""
    return "#" + quote(format_pointer(path), safe=_SAFE_IN_FRAGMENT)


def is_local(node: Node) -> bool:
    """Whether a reference stays in its file."""
    return str(node.value["$ref"]).startswith("#")


def is_extension(key: str) -> bool:
    """Whether a field is an extension, which every version keeps."""
    return key.startswith("x-")
