"""References within a schema, as references to definitions.

JSON Schema's own dialects let a schema open a resource (`$id`), in which references resolve by its
rules and not by the document's; the catalogue leaves them as they are. Here what they lead to
becomes a definition as well, so that all references look alike afterwards. What leads nowhere
that is known here is left, and stands for anything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urljoin

from asyncapi_guard.codegen.catalogue import PREFIX, Definition
from asyncapi_guard.schema.dialects import Draft, replace_subschemas, subschemas
from asyncapi_guard.spec.pointers import parse_fragment
from asyncapi_guard.spec.schema_bundles import opens_resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncapi_guard.codegen.names import TypeNames
    from asyncapi_guard.schema.dialects import Dialect

__all__ = ["lift"]

#: The address of a definition that has none, so that relative ones can be resolved.
_NOWHERE = "https://definition.invalid/"
_DYNAMIC = ("$dynamicRef", "$recursiveRef")


def lift(definitions: Iterable[Definition], names: TypeNames) -> dict[str, Definition]:
    """The definitions by name, followed by those that references inside of schemas need.

    Args:
        definitions: as the catalogue has them.
        names: those that are taken; more are.
    """
    found: dict[str, Definition] = {}
    for definition in definitions:
        if definition.dialect.resources:
            found |= _Lifter(definition, names).lift()
        else:
            found[definition.name] = definition
    return found


class _Lifter:
    """One definition, taken apart."""

    def __init__(self, definition: Definition, names: TypeNames) -> None:
        self._definition = definition
        self._type_names = names
        self._dialect: Dialect = definition.dialect
        self._identifier = "id" if self._dialect.draft is Draft.DRAFT4 else "$id"
        #: Schemas by address, each with the address of the resource around it.
        self._known: dict[str, tuple[Any, str]] = {}
        self._names: dict[int, str] = {id(definition.schema): definition.name}
        self._todo: list[tuple[Any, str]] = []
        self._index(definition.schema, _NOWHERE)

    def lift(self) -> dict[str, Definition]:
        """The definition, and what it refers to inside of itself."""
        found = {}
        self._todo.append((self._definition.schema, _NOWHERE))
        while self._todo:
            schema, base = self._todo.pop(0)
            name = self._names[id(schema)]
            found[name] = replace(self._definition, name=name, schema=self._rewritten(schema, base))
        return found

    def _index(self, schema: Any, outside: str) -> None:
        base = self._base(schema, outside)
        if schema is self._definition.schema or opens_resource(schema, self._dialect):
            self._known.setdefault(base, (schema, outside))
        for anchor in self._anchors(schema):
            self._known.setdefault(f"{base}#{anchor}", (schema, outside))
        for _, below in subschemas(schema):
            self._index(below, base)

    def _anchors(self, schema: Any) -> list[str]:
        if not isinstance(schema, dict):
            return []
        own = schema.get(self._identifier)
        anchors = [schema.get("$anchor"), schema.get("$dynamicAnchor")]
        anchors += [own[1:]] if isinstance(own, str) and own.startswith("#") else []
        return [anchor for anchor in anchors if isinstance(anchor, str)]

    def _base(self, schema: Any, base: str) -> str:
        if not opens_resource(schema, self._dialect):
            return base
        return _joined(base, schema[self._identifier])

    def _rewritten(self, schema: Any, base: str) -> Any:
        if not isinstance(schema, dict):
            return schema
        inside = self._base(schema, base)
        copy = replace_subschemas(schema, lambda _, below: self._rewritten(below, inside))
        for keyword in ("$ref", *_DYNAMIC):
            ref = schema.get(keyword)
            # References to definitions were made by the catalogue, outside of all resources.
            ours = inside == _NOWHERE and isinstance(ref, str) and ref.startswith(PREFIX)
            if isinstance(ref, str) and not ours:
                copy.pop(keyword)
                name = self._name_of(ref, inside)
                if name is not None:
                    copy["$ref"] = PREFIX + name
        return copy

    def _name_of(self, ref: str, base: str) -> str | None:
        found = self._find(_joined(base, ref))
        if found is None:
            return None
        schema = found[0]
        if id(schema) not in self._names:
            last = unquote(ref).rpartition("/")[2].lstrip("#")
            wanted = (last, f"{self._definition.name} {last}")
            self._names[id(schema)] = self._type_names.take(wanted)
            self._todo.append(found)
        return self._names[id(schema)]

    def _find(self, address: str) -> tuple[Any, str] | None:
        """The schema at an address, with the address of the resource around it."""
        if address in self._known:
            return self._known[address]
        resource, _, fragment = address.partition("#")
        if resource not in self._known:
            return None
        try:
            path = parse_fragment(fragment)
        except ValueError:
            return None
        schema, outside = self._known[resource]
        for part in path:
            outside = self._base(schema, outside)
            schema = _step(schema, part)
        return (schema, outside) if isinstance(schema, (dict, bool)) else None


def _joined(base: str, ref: str) -> str:
    # What follows is for addresses with hierarchies; `urn:example:a` has fragments as well.
    if ref.startswith("#"):
        return base + ref.rstrip("#")
    try:
        address, fragment = urldefrag(urljoin(base, ref))
    except ValueError:  # such as half of an IPv6 address
        return ref
    return f"{address}#{fragment}" if fragment else address


def _step(value: Any, part: str) -> Any:
    if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
        return value[int(part)]
    mapping: Mapping[str, Any] = value if isinstance(value, dict) else {}
    return mapping.get(part)
