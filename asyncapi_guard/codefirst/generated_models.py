"""Modules that `asyncapi-guard models` has written: they have a `SOURCE`, and `EVENTS`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["generated_by", "is_generated", "is_generated_module"]


def generated_by(name: str) -> ModuleType | None:
    """The generated module of this name, or the generated package around it."""
    for each in (name, name.rpartition(".")[0]):
        module = sys.modules.get(each)
        if module is not None and is_generated_module(module):
            return module
    return None


def is_generated_module(module: ModuleType) -> bool:
    """Whether `asyncapi-guard models` has written a module."""
    names = vars(module)
    return isinstance(names.get("SOURCE"), tuple) and isinstance(names.get("EVENTS"), dict)


def is_generated(kind: type) -> bool:
    """Whether a class was generated from a document, and stands in it."""
    module = generated_by(kind.__module__)
    return module is not None and kind in module.SOURCE.schemas
