"""Imports of the packages in the extra `testing`, when they are needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from asyncapi_guard.extras import missing_extra

__all__ = ["testing_extra"]


def testing_extra(module: str) -> Any:
    """A module that the extra `testing` installs.

    Raises:
        MissingExtraError: it is not installed; the message has the line that installs it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise missing_extra("testing a server", error.name or module, "testing") from error
