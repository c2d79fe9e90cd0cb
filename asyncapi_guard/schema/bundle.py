"""A schema with everything it refers to, in one value, as written by the author.

References lead from one entry of `schemas` to another (`reference` makes them, `target` reads
them), so no engine ever resolves, let alone fetches, anything. `document` is the whole as one JSON
Schema.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.dialects import Draft, subschemas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.schema.dialects import Dialect

__all__ = ["Bundle", "reference", "target"]

_POINTERS = {
    Draft.DRAFT4: "#/definitions/",
    Draft.DRAFT6: "#/definitions/",
    Draft.DRAFT7: "#/definitions/",
    Draft.DRAFT201909: "#/$defs/",
    Draft.DRAFT202012: "#/$defs/",
}
_RESOURCE = "guard:/"  # with a path, so that relative identifiers can be resolved against it


def reference(dialect: Dialect, name: str) -> str:
    """The `$ref` to an entry of a bundle."""
    # With resources `#` means the nearest `$id`, so entries are resources too and have a URI.
    return (_RESOURCE if dialect.resources else _POINTERS[dialect.draft]) + name


def target(dialect: Dialect, ref: Any) -> str | None:
    """The entry that a `$ref` names; `None` when it stays inside of a resource of its own."""
    prefix = _RESOURCE if dialect.resources else _POINTERS[dialect.draft]
    return ref[len(prefix) :] if isinstance(ref, str) and ref.startswith(prefix) else None


@dataclass(frozen=True, slots=True)
class Bundle:
    """A self-contained schema.

    Attributes:
        dialect: of all of it.
        schemas: the root under `s0` and what it refers to, references rewritten.
        places: where each entry stands, as `file#/json/pointer`.
        cyclic: some entry refers back to itself, so that values of any depth are judged.
        binary: some place takes bytes.
    """

    dialect: Dialect
    schemas: Mapping[str, Any]
    places: Mapping[str, str] = field(compare=False)
    cyclic: bool
    binary: bool

    @property
    def compares_bytes(self) -> bool:
        """Whether some place takes bytes, and some place compares items with each other."""
        return self.binary and any(map(_compares, self.schemas.values()))

    @property
    def root(self) -> Any:
        """The schema itself."""
        return self.schemas["s0"]

    def rooted(self, schema: Any) -> Bundle:
        """The same with another root, which stands in one of these schemas."""
        whole, before, after = "s0.whole", *(reference(self.dialect, n) for n in ("s0", "s0.whole"))
        entries = {name: _renamed(each, before, after) for name, each in self.schemas.items()}
        root = {"s0": _renamed(schema, before, after)}
        return replace(self, schemas=root | {whole: entries.pop("s0")} | entries)

    def document(self, schemas: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One JSON Schema, of these entries or of `schemas` in their place."""
        dialect = self.dialect
        identifier = "id" if dialect.draft is Draft.DRAFT4 else "$id"
        entries = dict(self.schemas if schemas is None else schemas)
        if dialect.resources:
            for name, schema in entries.items():
                own = {identifier: _RESOURCE + name}
                if not isinstance(schema, dict) or identifier in schema or "$ref" in schema:
                    entries[name] = {**own, "allOf": [schema]}
                else:
                    entries[name] = {**own, **schema}
        container = _POINTERS[dialect.draft][2:-1]
        return {"allOf": [{"$ref": reference(dialect, "s0")}], container: entries}


def _renamed(value: Any, before: str, after: str) -> Any:
    """A schema whose references lead to another entry where they led to one."""
    if isinstance(value, dict):
        return {
            key: after if key == "$ref" and each == before else _renamed(each, before, after)
            for key, each in value.items()
        }
    return [_renamed(each, before, after) for each in value] if isinstance(value, list) else value


def _compares(schema: Any) -> bool:
    if isinstance(schema, dict) and schema.get("uniqueItems") is True:
        return True
    return any(_compares(below) for _, below in subschemas(schema))
