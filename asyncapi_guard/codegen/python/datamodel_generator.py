"""The only module that runs datamodel-code-generator.

It is given schemas by name and gives back a module with a class or an alias of each name. Nothing
is fetched, nothing is written, and no other program is started.
"""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codegen.names import snake
from asyncapi_guard.codegen.python.python_source import parts_of
from asyncapi_guard.extras import missing_extra

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncapi_guard.codegen.python.options import Options
    from asyncapi_guard.codegen.python.python_source import Import, Part
    from asyncapi_guard.errors import MissingExtraError

__all__ = [
    "GenerationError",
    "generate_types",
    "is_installed",
    "is_usable_pattern",
    "not_installed",
]

_STYLES = {
    "pydantic": "pydantic_v2.BaseModel",
    "dataclass": "dataclasses.dataclass",
    "typeddict": "typing.TypedDict",
    "msgspec": "msgspec.Struct",
}


class GenerationError(Exception):
    """The library refuses what it was given, or makes something else of it."""


def is_installed() -> bool:
    """Whether the library is there; it is not imported."""
    try:
        return find_spec("datamodel_code_generator") is not None
    except ValueError:  # somebody has put something else in its place
        return False


def not_installed() -> MissingExtraError:
    """Return the error that names the library and the line that installs it."""
    return missing_extra("generating models", "datamodel-code-generator", "models")


def is_usable_pattern(pattern: str) -> bool:
    """Whether both Pydantic's engine and Python's take a pattern, for what it means in a schema."""
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    if _NARROWER.search(pattern):
        return False
    try:
        with warnings.catch_warnings():
            # Of brackets and operators in a set, which are a set in the set to Pydantic's engine.
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except (re.error, FutureWarning, SchemaError, OverflowError, RecursionError):
        return False
    return True


#: Where letters and digits of all scripts are left out, and a schema means those of ASCII; and
#: operators of sets, of which Python does not warn everywhere.
_NARROWER = re.compile(r"\\[WDB]|\[\^[^\]]*\\[wd]|&&|~~")


def generate_types(
    schemas: Mapping[str, Any], options: Options, field_names: Mapping[str, str]
) -> tuple[tuple[Import, ...], tuple[Part, ...]]:
    """The imports of a module with a type for each schema, and its statements.

    Args:
        schemas: by the names of the types, as `asyncapi_guard.codegen.python.bundle` makes them.
        options: what is wanted.
        field_names: names of fields in place of those of properties, by `Type.property`.

    Raises:
        MissingExtraError: the library is not there.
        GenerationError: it could not do it.
        RecursionError: it needs more room on the stack.
    """
    try:
        import datamodel_code_generator as library
    except ImportError as error:
        raise not_installed() from error
    if not schemas:
        return (), ()
    if options.style == "msgspec":
        _check_fields(schemas)
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": dict(schemas)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = library.generate(
                document,
                **_options(library, options, field_names),
                extra_template_data=_extra(schemas) if options.style == "pydantic" else None,
            )
    except RecursionError:
        raise  # with more room on the stack, it can
    except Exception as error:  # whatever it is that the library cannot do
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise GenerationError(f"datamodel-code-generator: {reason}") from error
    if not isinstance(text, str):
        raise GenerationError("datamodel-code-generator made several modules")
    imports, parts = parts_of(text)
    if options.frozen and options.style == "msgspec":
        parts = tuple(map(_frozen_struct, parts))
    _check_names(parts, schemas)
    return tuple(_readable(each, options) for each in imports), parts


def _frozen_struct(part: Part) -> Part:
    """A Struct whose instances cannot be changed; the library has no option for it."""
    if "(Enum)" in part.text or "Enum):" in part.text:
        return part
    text = re.sub(r"^(class \w+\([^)]*)\):", r"\1, frozen=True):", part.text, flags=re.MULTILINE)
    return part._replace(text=text)


def _readable(each: Import, options: Options) -> Import:
    """Pydantic reads a TypedDict of Python itself from 3.12 on only."""
    old = options.python in ("3.10", "3.11")
    return each._replace(module="typing_extensions") if old and each.name == "TypedDict" else each


def _options(library: Any, options: Options, field_names: Mapping[str, str]) -> dict[str, Any]:
    from datamodel_code_generator.enums import TargetPydanticVersion
    from datamodel_code_generator.format import DatetimeClassType, Formatter

    pydantic = options.style == "pydantic"
    given: dict[str, Any] = {
        "input_file_type": library.InputFileType.JsonSchema,
        "output_model_type": library.DataModelType(_STYLES[options.style]),
        "target_python_version": library.PythonVersion(options.python),
        "formatters": [Formatter.BUILTIN],
        "builtin_format_line_length": 100,
        "disable_timestamp": True,
        "use_annotated": True,
        "field_constraints": True,
        "use_double_quotes": True,
        "use_schema_description": True,
        "use_field_description": True,
        "use_single_line_docstring": True,
        "enum_field_as_literal": library.LiteralType["Off" if options.enums else "All"],
        "use_subclass_enum": True,
        # A member that is called as a method of its type takes its place.
        "capitalise_enum_members": True,
        "set_default_enum_member": options.enums,
        "enable_faux_immutability": options.frozen and pydantic,
        "frozen_dataclasses": options.frozen and options.style == "dataclass",
        "strict_nullable": True,
        "use_type_alias": True,
        # msgspec knows the aliases of Python itself alone.
        "use_type_alias_type": options.style != "msgspec",
        "use_tuple_for_closed_arrays": True,
        "use_closed_typed_dict": False,
        "intersect_allof_keywords": True,
        "use_site_models_for_constrained_refs": True,
        "skip_root_model": True,
        "allow_remote_refs": False,
        "base_class": options.base_class or "",
        "aliases": dict(field_names) or None,
    }
    if pydantic:
        given |= {
            "target_pydantic_version": TargetPydanticVersion(options.pydantic),
            "snake_case_field": True,
            "allow_population_by_field_name": True,
            "output_datetime_class": DatetimeClassType.Awaredatetime,
            "use_missing_sentinel": options.optional == "missing",
        }
    if options.style == "msgspec":
        given["snake_case_field"] = True
    return given


def _extra(schemas: Mapping[str, Any]) -> defaultdict[str, dict[str, Any]]:
    """What classes have besides: Pydantic warns of fields that begin as its own attributes do."""
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for kind, schema in schemas.items():
        parts = [schema, *schema.get("allOf", ())]
        names = [name for part in parts for name in part.get("properties", {})]
        if any(snake(name).startswith("model_") for name in names):
            found[kind]["config"] = {"protected_namespaces": ()}
    return found


def _check_fields(schemas: Mapping[str, Any]) -> None:
    """Refuse what would fail when the module is imported."""
    for kind, schema in schemas.items():
        parts = [schema, *schema.get("allOf", ())]
        for name in (name for part in parts for name in part.get("properties", {})):
            if _NOT_MSGSPEC.search(name):
                raise GenerationError(
                    f"msgspec doesn't allow the field name {name!r} of {kind}; choose a different "
                    "--style"
                )


_NOT_MSGSPEC = re.compile(r'[\x00-\x1f"\\]')


def _check_names(parts: Iterable[Part], names: Iterable[str]) -> None:
    """Fail rather than let a name mean something else than we think."""
    missing = set(names) - {name for part in parts for name in part.names}
    if missing:
        some = ", ".join(sorted(missing)[:5])
        raise GenerationError(f"datamodel-code-generator made no type of the name {some}")
