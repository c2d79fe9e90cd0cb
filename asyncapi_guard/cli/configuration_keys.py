"""What a configuration may say: a class for each table, with what each of its keys takes.

msgspec converts the values. The descriptions say in errors what was expected.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from asyncapi_guard.codegen.python.options import OPTIONALS, PYDANTICS, PYTHONS, STYLES
from asyncapi_guard.lint.cases import CASES

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ChoiceKeys", "GeneralKeys", "ModelsKeys", "StyleKeys", "TypesKeys"]


def _one_of(values: Sequence[str]) -> Meta:
    pattern = "|".join(map(re.escape, values))
    return Meta(
        description=f"one of {', '.join(values)}", pattern=rf"\A(?:{pattern})\Z", examples=[*values]
    )


_String = Annotated[str, Meta(description="a string")]
_Strings = Annotated[tuple[str, ...], Meta(description="a list of strings")]
_Boolean = Annotated[bool, Meta(description="true or false")]
_Severity = Annotated[
    dict[str, str],
    Meta(description='a table of codes and severities, such as {unknown-field = "warning"}'),
]
_Files = Annotated[
    dict[str, Any],
    Meta(description='a table of globs, such as {"legacy/*.yml" = {ignore = ["example-*"]}}'),
]
_Style = Annotated[
    dict[str, Any],
    Meta(description='a table of names and their cases, such as {events = "snake_case"}'),
]
_Rules = Annotated[
    dict[str, Any],
    Meta(description='a table of rules, such as {event-names = {where = "event", ...}}'),
]
_Cases = Annotated[str | tuple[str, ...], Meta(description=f"one or several of {', '.join(CASES)}")]
#: A table that belongs to another command, which reads it itself.
_Others = Any


class ChoiceKeys(Struct, frozen=True, rename="kebab"):
    """Which findings are reported, of some files."""

    select: _Strings = ()
    extend_select: _Strings = ()
    ignore: _Strings = ()
    severity: _Severity = {}


class GeneralKeys(ChoiceKeys, frozen=True, rename="kebab"):
    """`[tool.asyncapi-guard]` itself.

    What `per-file` holds are tables of `ChoiceKeys`; what `rules` holds is read by `lint.own`.
    """

    strict: _Boolean = False
    per_file: _Files = {}
    exclude: _Strings = ()
    clients: _Strings = ()
    files: _Strings = ()
    root: _String | None = None
    allow_http: _Strings = ()
    style: _Style = {}
    rules: _Rules = {}
    models: _Others = None
    types: _Others = None
    diff: _Others = None
    docs: _Others = None
    export: _Others = None


class StyleKeys(Struct, frozen=True, rename="kebab"):
    """`[tool.asyncapi-guard.style]`; an empty list stands for the default."""

    events: _Cases = ()
    namespaces: _Cases = ()
    channels: _Cases = ()
    operations: _Cases = ()
    schemas: _Cases = ()
    properties: _Cases = ()
    parameters: _Cases = ()


class GeneratorKeys(Struct, frozen=True, rename="kebab"):
    """What the tables of all commands have in common that generate files."""

    spec: _String | None = None
    output: _String | None = None
    root: _String | None = None
    allow_http: _Strings = ()


class ModelsKeys(GeneratorKeys, frozen=True, rename="kebab"):
    """`[tool.asyncapi-guard.models]`; empty options stand for their defaults."""

    package: _String | None = None
    style: Annotated[str, _one_of(STYLES)] = ""
    optional: Annotated[str, _one_of(OPTIONALS)] = ""
    python: Annotated[str, _one_of(PYTHONS)] = ""
    pydantic: Annotated[str, _one_of(PYDANTICS)] = ""
    base_class: _String = ""
    enums: _Boolean = False
    frozen: _Boolean = False
    report: _Boolean = False


class TypesKeys(GeneratorKeys, frozen=True, rename="kebab"):
    """`[tool.asyncapi-guard.types]`."""

    sockets: _Boolean = False
    paths: _Boolean = False
    readonly: _Boolean = False
    enums: _Boolean = False
    errors: _Boolean = False
