"""Modules that `asyncapi-guard models` generated: they have a `SOURCE`, and `EVENTS`."""

from __future__ import annotations

import inspect
import sys
import typing
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.handler_functions import written_function
from asyncapi_guard.codefirst.resolved_hints import resolved_hints

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

__all__ = [
    "generated_by",
    "homes_of",
    "imported_by",
    "is_generated",
    "is_generated_module",
    "named_by",
]

#: The module of a generated package that has what the others need.
_COMMON = "common"


def generated_by(name: str) -> ModuleType | None:
    """The generated module of this name, or the generated package around it."""
    for each in (name, _package(name)):
        module = sys.modules.get(each)
        if module is not None and is_generated_module(module):
            return module
    return None


def is_generated_module(module: ModuleType) -> bool:
    """Whether `asyncapi-guard models` has written a module."""
    names = vars(module)
    source = names.get("SOURCE")
    if not (isinstance(source, tuple) and isinstance(names.get("EVENTS"), dict)):
        return False
    # Whoever imports both has them, too: what made them tells whose they are.
    name, home = module.__name__, type(source).__module__
    package, _, last = home.rpartition(".")
    return home == name or (last == _COMMON and package in (name, _package(name)) and bool(package))


def _package(name: str) -> str:
    return name.rpartition(".")[0]


def is_generated(kind: type) -> bool:
    """Whether a class was generated from a document, and stands in it."""
    module = generated_by(kind.__module__)
    return module is not None and kind in module.SOURCE.schemas


def homes_of(hint: Any) -> Iterator[str]:
    """The names of the modules that have the classes and aliases that a hint names."""
    # Before Python 3.11, `list[int]` passes for a class.
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        yield hint.__module__
    elif hasattr(hint, "__value__"):
        yield str(hint.__module__)
    else:
        for part in typing.get_args(hint):
            yield from homes_of(part)


def named_by(handler: Any) -> Iterator[str]:
    """The names of the modules of the types that a handler's hints name, and of its own classes.

    Nothing where its hints cannot be resolved: only those that count must be.
    """
    for base in type(getattr(handler, "__self__", None)).__mro__:
        yield base.__module__
    try:
        hints = resolved_hints(written_function(handler))
    except Exception:  # noqa: BLE001  # of whatever kind annotations are
        return
    for hint in hints.values():
        yield from homes_of(hint)


def imported_by(handler: Any) -> ModuleType | None:
    """A generated module of which a handler's own module has something, used or not."""
    for value in list(getattr(written_function(handler), "__globals__", {}).values()):
        home = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None)
        module = generated_by(home) if isinstance(home, str) else None
        if module is not None:
            return module
    return None
