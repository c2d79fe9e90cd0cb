"""Versions of bindings: which of them a binding is of, and which fields that has.

A binding without `bindingVersion` is of the newest version, and so is `latest`. A version that
nobody knows is one finding: then a field of any version will do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.lint.binding_tables import MAY_BE_EMPTY, OPEN
from asyncapi_guard.lint.grammar import LATEST, OBJECTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncapi_guard.lint.grammar import Field, Type

__all__ = [
    "fields_of_version",
    "hint_at_level",
    "hint_at_version",
    "hint_at_versions",
    "may_be_empty",
    "takes_more",
    "version_of_binding",
]

_ASYNCAPI = "AsyncAPI "
_LEVELS = ("Server", "Channel", "Operation", "Message")


def version_of_binding(value: Mapping[str, Any], known: Sequence[str]) -> str | None:
    """The version of a binding; `None` if it says one that is not known."""
    version = value.get("bindingVersion", LATEST)
    if version == LATEST:
        return known[-1]
    return version if version in known else None


def fields_of_version(
    fields: Mapping[str, Field], version: str | None, asyncapi: str
) -> Mapping[str, Field]:
    """Those of the fields of an object that are in a version of the binding, and of AsyncAPI."""
    if not any(field.since or field.until for field in fields.values()):
        return fields  # as nearly all objects
    there = {name: field for name, field in fields.items() if _is_there(field, version, asyncapi)}
    if version is None:  # nobody knows what it asks for
        return {name: replace(field, required=False) for name, field in there.items()}
    return there


def _is_there(field: Field, version: str | None, asyncapi: str) -> bool:
    if field.since.startswith(_ASYNCAPI):
        return _numbers(asyncapi)[:2] >= _numbers(field.since.removeprefix(_ASYNCAPI))
    if version is None:
        return True
    if field.since and _numbers(version) < _numbers(field.since):
        return False
    return not field.until or _numbers(version) <= _numbers(field.until)


def _numbers(version: str) -> tuple[int, ...]:
    """`0.10.0` is later than `0.9.0`; a suffix does not count."""
    return tuple(int(part) for part in version.partition("-")[0].split("."))


def hint_at_version(field: Field) -> str:
    """What to do about a field of another version."""
    if field.since.startswith(_ASYNCAPI):
        version = field.since.removeprefix(_ASYNCAPI)
        return f", which is new in {field.since}; write asyncapi: {version}.0"
    if field.since:
        return f", which is new in version {field.since}; write bindingVersion: {field.since}"
    return f", which was removed after version {field.until}; remove it"


def hint_at_versions(versions: Type) -> str:
    """What a binding is that does not say its version: a near one is hardly meant."""
    return f"; if it is missing, {versions.choices[-2]} applies"


def hint_at_level(protocol: Any, key: str) -> str:
    """Where a protocol has a field that stands in the bindings of something else, if anywhere."""
    for level in _LEVELS:
        field = OBJECTS[f"{level}Bindings"].get(protocol)
        if field is not None and key in OBJECTS[field.type.name]:
            an = "an" if level[0] in "AEIO" else "a"
            return f"; it belongs in the bindings of {an} {level.lower()}"
    return ""


def takes_more(name: str, version: str | None) -> bool:
    """Whether an object may have fields besides those of its table."""
    since = OPEN.get(name)
    return since is not None and (version is None or _numbers(version) >= _numbers(since))


def may_be_empty(name: str) -> bool:
    """Whether an object may be written as `{}`, although it has required fields."""
    return name in MAY_BE_EMPTY
