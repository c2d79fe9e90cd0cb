"""How a JSON Schema engine is chosen; each is imported when it is."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from asyncapi_guard.schema.engine import Engine, EngineName

__all__ = ["get_engine"]

_MODULES = {
    "rust": "asyncapi_guard.schema.jsonschema_rs_engine",
    "jsonschema": "asyncapi_guard.schema.jsonschema_engine",
}


@cache
def get_engine(name: EngineName = "auto") -> Engine:
    """An engine by name: `rust` (jsonschema-rs), `jsonschema`, or `auto` for the first there is.

    Raises:
        ImportError: the library is not installed.
        ValueError: there is no such engine.
    """
    if name != "auto":
        if name not in _MODULES:
            raise ValueError(f"engine must be 'auto', 'rust' or 'jsonschema', not {name!r}")
        return cast("Engine", importlib.import_module(_MODULES[name]).ENGINE)
    try:
        return get_engine("rust")
    except ImportError:
        return get_engine("jsonschema")
