"""Generated types of handlers whose document says something else by now, a line for each module.

The document judges as it is, and instances are made as it was: what it allows may have no instance,
and what handlers return may be rejected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.generated_models import generated_by, named_by
from asyncapi_guard.codefirst.stale_models import stale_models
from asyncapi_guard.integrations.recording.source_lines import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

__all__ = ["models_in", "outdated"]


def models_in(handlers: Iterable[Any]) -> list[ModuleType]:
    """The generated modules that the hints of handlers name."""
    names = dict.fromkeys(name for handler in handlers for name in named_by(handler))
    return [module for module in map(generated_by, names) if module is not None]


def outdated(modules: Iterable[ModuleType]) -> Iterator[str]:
    """What is said of those modules that are out of date: their file, and what to run."""
    for each in stale_models(modules):
        yield f"{shown_path(each.file)}: {each}"
