"""A schema that is compared with another one, and what its references lead to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.comparison.keywords import NAMED, ONE_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncapi_guard.contract import Schema

__all__ = ["DEEPEST", "ComparedSchema", "TooMuchError", "closed", "combined", "resolved"]

#: References and schemas inside of one another that are followed.
DEEPEST = 60
_LISTS = frozenset(("anyOf", "items", "oneOf", "prefixItems"))
#: Keywords that say something of other properties, or leave them to other schemas.
_OTHERS = frozenset(("additionalProperties", "allOf", "patternProperties", "unevaluatedProperties"))
_PREFIXES = ("#/definitions/", "#/$defs/", "guard:/")


class TooMuchError(Exception):
    """A comparison costs more than it is worth."""


@dataclass(frozen=True, slots=True)
class ComparedSchema:
    """A schema, and what it refers to.

    Attributes:
        schema: the root.
        definitions: what references lead to.
        positional: it stands for several arguments.
        nothing: it stands for none.
        siblings: keywords beside `$ref` count.
    """

    schema: Any
    definitions: Mapping[str, Any]
    positional: bool
    nothing: bool
    siblings: bool

    def as_arguments(self) -> ComparedSchema:
        """The same, said of the list of the arguments."""
        if self.positional:
            return self
        schema: Any = {"type": "array", "items": [self.schema], "minItems": 1, "maxItems": 1}
        if self.nothing:
            schema = {"type": "array", "maxItems": 0}
        return replace(self, schema=schema, positional=True, nothing=False)

    def target(self, ref: str) -> Any:
        """What a reference leads to; `None` where only an engine knows."""
        for prefix in _PREFIXES:
            if ref.startswith(prefix):
                return self.definitions.get(ref.removeprefix(prefix))
        return None


def combined(schemas: Sequence[Schema]) -> ComparedSchema:
    """Schemas as one; of several, exactly one must match."""
    documents = [schema.document for schema in schemas]
    siblings = any("$defs" in document for document in documents)
    nothing = all(schema.nothing for schema in schemas)
    positional = all(schema.positional for schema in schemas)
    definitions: dict[str, Any] = {}
    roots = []
    for index, document in enumerate(documents):
        prefix = f"{index}." if len(documents) > 1 else ""
        entries = document.get("$defs", document.get("definitions", {}))
        definitions |= {f"{prefix}{n}": _renamed(entry, prefix) for n, entry in entries.items()}
        roots.append(_renamed({"allOf": document["allOf"]}, prefix))
    root = roots[0] if len(roots) == 1 else {"oneOf": roots}
    return ComparedSchema(root, definitions, positional, nothing, siblings)


def closed(root: ComparedSchema) -> ComparedSchema:
    """The same with objects of the properties that they name alone, where they do not say so."""
    definitions = {name: _closed(schema) for name, schema in root.definitions.items()}
    return replace(root, schema=_closed(root.schema), definitions=definitions)


def _closed(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    copy = dict(schema)
    for key, value in schema.items():
        if key in NAMED and isinstance(value, dict):
            copy[key] = {name: _closed(each) for name, each in value.items()}
        elif key in ONE_SCHEMA or (key == "items" and isinstance(value, dict)):
            copy[key] = _closed(value)
        elif isinstance(value, list) and (key in _LISTS or (key == "allOf" and len(value) == 1)):
            # Of several that must all fit, each leaves room for the others.
            copy[key] = [_closed(each) for each in value]
    if schema.get("properties") and not schema.keys() & _OTHERS:
        copy["additionalProperties"] = False
    return copy


def _renamed(schema: Any, prefix: str) -> Any:
    """A schema whose references have a prefix."""
    if not prefix:
        return schema
    if isinstance(schema, list):
        return [_renamed(item, prefix) for item in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: _renamed(value, prefix) for key, value in schema.items()}
    ref = copy.get("$ref")
    if isinstance(ref, str):
        start = next((p for p in _PREFIXES if ref.startswith(p)), None)
        if start is not None:
            copy["$ref"] = start + prefix + ref.removeprefix(start)
    return copy


def resolved(schema: Any, root: ComparedSchema) -> Any:
    """The schema that a chain of bare references leads to: what recursion is told by."""
    for _ in range(DEEPEST):
        if not isinstance(schema, dict):
            return schema
        ref = schema.get("$ref")
        if not isinstance(ref, str) or (root.siblings and len(schema) > 1):
            return schema
        target = root.target(ref)
        if target is None:
            return schema
        schema = target
    return schema
