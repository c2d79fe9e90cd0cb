"""Code first: handlers and their type hints as a document, and instances for handlers.

Names are imported when they are first used: what needs no hints needs no Pydantic.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncapi_guard.codefirst.agent import agent_schema
    from asyncapi_guard.codefirst.document import About, build_document
    from asyncapi_guard.codefirst.hints import ConstructionError, plain
    from asyncapi_guard.codefirst.registry import (
        CATCH_ALL,
        Receiver,
        Registry,
        Sender,
        plain_models,
        plain_values,
    )
    from asyncapi_guard.codefirst.server_document import document_of

__all__ = [
    "CATCH_ALL",
    "About",
    "ConstructionError",
    "Receiver",
    "Registry",
    "Sender",
    "agent_schema",
    "build_document",
    "document_of",
    "plain",
    "plain_models",
    "plain_values",
]

_HOMES = {
    "agent": ("agent_schema",),
    "document": ("About", "build_document"),
    "hints": ("ConstructionError", "plain"),
    "registry": ("CATCH_ALL", "Receiver", "Registry", "Sender", "plain_models", "plain_values"),
    "server_document": ("document_of",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
