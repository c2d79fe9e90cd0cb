"""Names that a generated type or field can't have, because they have another meaning.

Names of types begin with a capital, so what begins otherwise is free.
"""

from __future__ import annotations

from asyncapi_guard.codegen.python.prelude import NAMES

__all__ = ["PYDANTIC_ATTRIBUTES", "may_be_base_class", "reserved_names"]

#: What any version of Pydantic's models has, so that no field can be called so.
PYDANTIC_ATTRIBUTES = frozenset(
    (
        *("construct", "copy", "dict", "from_orm", "json", "model_computed_fields", "model_config"),
        *("model_construct", "model_copy", "model_dump", "model_dump_json", "model_extra"),
        *("model_fields", "model_fields_set", "model_json_schema", "model_parametrized_name"),
        *("model_post_init", "model_rebuild", "model_validate", "model_validate_json"),
        *("model_validate_strings", "mro", "parse_file", "parse_obj", "parse_raw", "register"),
        *("schema", "schema_json", "update_forward_refs", "validate"),
    )
)

_ALWAYS = (
    *("Annotated", "Any", "Awaitable", "Callable", "ConnectionRefusedError", "Dict", "Exception"),
    *("False", "IPv4Address", "IPv6Address", "List", "Literal", "NamedTuple", "None", "Optional"),
    *("Protocol", "True", "TypeAlias", "TypeAliasType", "TypeError", "UUID", "Union", "ValueError"),
)
_ENUMS = ("Enum", "IntEnum", "StrEnum")
#: What stands below the types of the main namespace.
_CLASSES = ("AsyncClient", "AsyncHandlers", "Client", "Handlers", "ServerHandlers")
_STYLES = {
    "pydantic": (
        *("AwareDatetime", "BaseModel", "ConfigDict", "Field", "MISSING", "TypeAdapter"),
        "ValidationError",
    ),
    "dataclass": (),
    "typeddict": ("NotRequired", "ReadOnly", "Required", "TypedDict"),
    "msgspec": ("Meta", "Struct", "UNSET", "UnionType", "UnsetType"),
}


def reserved_names(style: str, base_class: str | None, *, enums: bool = False) -> frozenset[str]:
    """What no type may be called in modules of a style."""
    own = (base_class.rpartition(".")[2],) if base_class else ()
    return frozenset((*_ALWAYS, *NAMES, *_STYLES[style], *(_ENUMS if enums else ()), *own))


def may_be_base_class(name: str) -> bool:
    """Whether a class of this name can be what all models derive from."""
    # One that is called as Pydantic's own takes its place.
    return name == "BaseModel" or name not in {*reserved_names("pydantic", None), *_CLASSES}
