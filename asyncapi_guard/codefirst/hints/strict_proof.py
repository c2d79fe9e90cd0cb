"""A proof that Pydantic in strict mode accepts the same values as a JSON Schema.

Where that is proven, a value that makes a strict instance need not be validated by the schema as
well. Nothing else follows: what Pydantic rejects strictly may be valid by the schema (`1.0` is an
integer there), so the schema has the last word on it.

A proof needs two things. The types of the hint are among those below, which run no code of the
application, and make the same instance strictly as they do otherwise. And each keyword of the
schema says no more than they do. What is not known here is not proven.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.bundle import target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asyncapi_guard.schema.bundle import Bundle

__all__ = ["Types", "fields_of", "is_closed", "is_proven"]

#: What Pydantic's own schemas hold besides what is validated.
_ASIDE = frozenset(("type", "ref", "metadata", "serialization"))
#: What may be said of a type besides that.
_SAID: Mapping[str, frozenset[str]] = {
    "none": frozenset(),
    "bool": frozenset(("strict",)),
    "int": frozenset(("strict", "ge", "gt", "le", "lt")),
    "float": frozenset(("strict", "ge", "gt", "le", "lt", "allow_inf_nan")),
    "str": frozenset(("strict", "min_length", "max_length")),
    "literal": frozenset(("expected",)),
    "nullable": frozenset(("strict", "schema")),
    "default": frozenset(
        ("schema", "default", "default_factory", "default_factory_takes_data", "copy_default")
    ),
    "list": frozenset(("strict", "items_schema", "min_length", "max_length", "fail_fast")),
    "dict": frozenset(("strict", "keys_schema", "values_schema", "min_length", "max_length")),
    "model": frozenset(
        ("strict", "cls", "schema", "config", "custom_init", "root_model", "generic_origin")
    ),
    "model-fields": frozenset(("fields", "model_name", "computed_fields", "extra_behavior")),
    "model-field": frozenset(
        ("schema", "validation_alias", "serialization_alias", "serialization_exclude", "frozen")
    ),
    "definition-ref": frozenset(("schema_ref",)),
}
#: What a model's configuration may say; most of it is about what is sent.
_CONFIGURED = frozenset(
    (
        *("title", "strict", "extra_fields_behavior", "hide_input_in_errors", "serialize_by_alias"),
        *("ser_json_timedelta", "ser_json_temporal", "ser_json_bytes", "ser_json_inf_nan"),
    )
)
_EXTRAS = (None, "ignore", "forbid")
_FACTORIES = (list, dict)
_SCALARS = (type(None), bool, int, float, str)
#: From here on, a float is not every integer, and bounds do not say the same of both.
_INEXACT = 2**53

_TYPES: Mapping[str, tuple[str, ...]] = {
    "none": ("null",),
    "bool": ("boolean",),
    "int": ("integer", "number"),
    "float": ("number",),
    "str": ("string",),
    "literal": ("string",),
    "list": ("array",),
    "dict": ("object",),
    "model": ("object",),
}
#: Keywords that reject nothing.
_COMMENTS = frozenset(
    (
        *("title", "description", "default", "examples", "deprecated"),
        *("readOnly", "writeOnly", "$comment"),
    )
)


#: What is never `None`.
_CONTAINERS = frozenset(("model", "list", "dict"))
#: Steps that a proof may take: types that several others name are looked at for each of them.
_LONGEST = 10_000


def is_proven(types: Types, bundle: Bundle) -> bool:
    """Return whether a JSON Schema accepts whatever a hint accepts strictly.

    It is only asked of models, lists and dicts; of anything else, `False` is returned.

    Args:
        types: those of the hint.
        bundle: the JSON Schema.
    """
    dialect = bundle.dialect
    if bundle.cyclic or bundle.binary or dialect.nullable or dialect.resources:
        return False
    if not _knows_all(types) or types.present(types.top)["type"] not in _CONTAINERS:
        return False
    return _Proof(types, bundle).implies(types.top, bundle.root)


class Types:
    """Pydantic's own schema of a hint.

    Attributes:
        top: what the hint is.
        named: what it refers to, by name.
    """

    def __init__(self, core_schema: Any) -> None:
        self.named: dict[str, Any] = {}
        while core_schema["type"] == "definitions":
            self.named.update((item["ref"], item) for item in core_schema["definitions"])
            core_schema = core_schema["schema"]
        self.top: Any = core_schema

    def found(self, core: Any) -> Any:
        """What a type is that may be a reference."""
        while core["type"] == "definition-ref":
            core = self.named[core["schema_ref"]]
        return core

    def present(self, core: Any) -> Any:
        """What a type is of a value that is there."""
        core = self.found(core)
        while core["type"] == "default":
            core = self.found(core["schema"])
        return core


def fields_of(model: Any) -> dict[str, Any]:
    """Return the types of a model's fields, by their names on the wire."""
    fields = model["schema"]["fields"].items()
    return {field.get("validation_alias", name): field["schema"] for name, field in fields}


def is_closed(model: Any) -> bool:
    """Return whether a model rejects other properties than its fields."""
    said = model["schema"].get("extra_behavior")
    said = said or model.get("config", {}).get("extra_fields_behavior")
    return bool(said == "forbid")


# -- the hint --------------------------------------------------------------------------------------


def _knows_all(types: Types) -> bool:
    """Whether all of a hint is of the types above, and none of them refers back to itself."""
    known: set[str] = set()
    opened: set[str] = set()

    def knows(core: Any) -> bool:
        kind = core["type"]
        if kind not in _SAID or not core.keys() - _ASIDE <= _SAID[kind] or not _is_harmless(core):
            return False
        if kind == "definition-ref":
            return knows_named(core["schema_ref"])
        return all(map(knows, _parts(core)))

    def knows_named(name: str) -> bool:
        if name in known:
            return True
        if name in opened or name not in types.named:
            return False
        opened.add(name)
        if knows(types.named[name]):
            known.add(name)
        return name in known

    return knows(types.top)


# -- the schema ------------------------------------------------------------------------------------


class _Proof:
    """One proof.

    Args:
        types: of the hint.
        bundle: the JSON Schema.
    """

    def __init__(self, types: Types, bundle: Bundle) -> None:
        self.types: Types = types
        self._bundle = bundle
        self._steps = 0

    def implies(self, core: Any, schema: Any) -> bool:
        """Return whether a JSON Schema accepts all that a type accepts strictly."""
        self._steps += 1
        if self._steps > _LONGEST:
            return False
        core = self.types.present(core)
        if core["type"] == "nullable":
            return self.implies(_NONE, schema) and self.implies(core["schema"], schema)
        if not isinstance(schema, dict):
            return schema is True
        return all(
            keyword in _COMMENTS
            or keyword.startswith("x-")
            or (keyword in _KEYWORDS and _KEYWORDS[keyword](self, core, schema))
            for keyword in schema
        )

    def implies_reference(self, core: Any, schema: Any) -> bool:
        """Return the same for the target of a `$ref`."""
        schemas, name = self._bundle.schemas, target(self._bundle.dialect, schema["$ref"])
        return name is not None and name in schemas and self.implies(core, schemas[name])


_NONE = {"type": "none"}


# -- types -----------------------------------------------------------------------------------------


def _parts(core: Any) -> Iterator[Any]:
    """The types within a type."""
    for name in ("schema", "items_schema", "values_schema"):
        if name in core:
            yield core[name]
    if core["type"] == "model-fields":
        yield from core["fields"].values()


def _is_harmless(core: Any) -> bool:
    """Whether a type itself runs no code of the application, and changes no value."""
    check = _HARMLESS.get(core["type"])
    return check is None or check(core)


def _has_small_bounds(core: Any) -> bool:
    bounds = [core[name] for name in ("ge", "gt", "le", "lt") if name in core]
    return all(type(each) in (int, float) and abs(each) < _INEXACT for each in bounds)


def _has_texts(core: Any) -> bool:
    return all(type(each) is str for each in core["expected"])


def _has_items(core: Any) -> bool:
    return "items_schema" in core


def _has_plain_names(core: Any) -> bool:
    names = core.get("keys_schema", {})
    return "values_schema" in core and names.keys() - _ASIDE == set() and names["type"] == "str"


def _has_plain_default(core: Any) -> bool:
    if core.get("default_factory_takes_data"):
        return False
    factory = core.get("default_factory", list)
    default = core.get("default")
    empty = type(default) in _FACTORIES and not default
    return factory in _FACTORIES and (type(default) in _SCALARS or empty)


def _is_plain_model(core: Any) -> bool:
    config = core.get("config", {})
    runs_code = core.get("custom_init") or core["cls"].__new__ is not object.__new__
    known = config.keys() <= _CONFIGURED and config.get("extra_fields_behavior") in _EXTRAS
    plain = core["schema"]["type"] == "model-fields" and not core.get("root_model")
    return known and plain and not runs_code


def _has_plain_fields(core: Any) -> bool:
    return core.get("extra_behavior") in _EXTRAS


def _has_one_name(core: Any) -> bool:
    return type(core.get("validation_alias", "")) is str


_HARMLESS: Mapping[str, Callable[[Any], bool]] = {
    "int": _has_small_bounds,
    "float": _has_small_bounds,
    "literal": _has_texts,
    "list": _has_items,
    "dict": _has_plain_names,
    "default": _has_plain_default,
    "model": _is_plain_model,
    "model-fields": _has_plain_fields,
    "model-field": _has_one_name,
}


# -- keywords --------------------------------------------------------------------------------------


def _type(_proof: _Proof, core: Any, schema: Any) -> bool:
    said = schema["type"]
    allowed = said if isinstance(said, list) else [said]
    return any(each in allowed for each in _TYPES[core["type"]])


def _enum(_proof: _Proof, core: Any, schema: Any) -> bool:
    return core["type"] == "literal" and all(each in schema["enum"] for each in core["expected"])


def _const(_proof: _Proof, core: Any, schema: Any) -> bool:
    return core["type"] == "literal" and all(each == schema["const"] for each in core["expected"])


def _any_of(proof: _Proof, core: Any, schema: Any) -> bool:
    return any(proof.implies(core, each) for each in schema["anyOf"])


def _all_of(proof: _Proof, core: Any, schema: Any) -> bool:
    return all(proof.implies(core, each) for each in schema["allOf"])


def _items(proof: _Proof, core: Any, schema: Any) -> bool:
    return core["type"] == "list" and proof.implies(core["items_schema"], schema["items"])


def _required(proof: _Proof, core: Any, schema: Any) -> bool:
    if core["type"] != "model":
        return False
    needed = {
        name
        for name, field in fields_of(core).items()
        if proof.types.found(field)["type"] != "default"
    }
    return needed.issuperset(schema["required"])


def _properties(proof: _Proof, core: Any, schema: Any) -> bool:
    said = schema["properties"]
    if core["type"] == "dict":
        return all(proof.implies(core["values_schema"], each) for each in said.values())
    if core["type"] != "model":
        return False
    fields = fields_of(core)
    return all(
        proof.implies(fields[name], each) if name in fields else is_closed(core)
        for name, each in said.items()
    )


def _additional_properties(proof: _Proof, core: Any, schema: Any) -> bool:
    said = schema["additionalProperties"]
    if core["type"] == "dict":
        return proof.implies(core["values_schema"], said)
    if core["type"] != "model":
        return False
    closed = is_closed(core) and fields_of(core).keys() <= schema.get("properties", {}).keys()
    return closed or said is True


def _at_least(keyword: str, kinds: tuple[str, ...], *bounds: str) -> Callable[..., bool]:
    """What checks a lower bound, for types that have one of these."""

    def check(_proof: _Proof, core: Any, schema: Any) -> bool:
        said = schema[keyword]
        own = [core[bound] for bound in bounds if core.get(bound) is not None]
        return core["type"] in kinds and _is_number(said) and any(each >= said for each in own)

    return check


def _at_most(keyword: str, kinds: tuple[str, ...], *bounds: str) -> Callable[..., bool]:
    """What checks an upper bound."""

    def check(_proof: _Proof, core: Any, schema: Any) -> bool:
        said = schema[keyword]
        own = [core[bound] for bound in bounds if core.get(bound) is not None]
        return core["type"] in kinds and _is_number(said) and any(each <= said for each in own)

    return check


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


_NUMBERS = ("int", "float")
_KEYWORDS: Mapping[str, Callable[[_Proof, Any, Any], bool]] = {
    "$ref": _Proof.implies_reference,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "anyOf": _any_of,
    "allOf": _all_of,
    "items": _items,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional_properties,
    "minimum": _at_least("minimum", _NUMBERS, "ge", "gt"),
    "exclusiveMinimum": _at_least("exclusiveMinimum", _NUMBERS, "gt"),
    "maximum": _at_most("maximum", _NUMBERS, "le", "lt"),
    "exclusiveMaximum": _at_most("exclusiveMaximum", _NUMBERS, "lt"),
    "minLength": _at_least("minLength", ("str",), "min_length"),
    "maxLength": _at_most("maxLength", ("str",), "max_length"),
    "minItems": _at_least("minItems", ("list",), "min_length"),
    "maxItems": _at_most("maxItems", ("list",), "max_length"),
    "minProperties": _at_least("minProperties", ("dict",), "min_length"),
    "maxProperties": _at_most("maxProperties", ("dict",), "max_length"),
}
