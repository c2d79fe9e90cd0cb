"""The features of the server, one in a module: see `asyncapi_guard.lsp` for how to add one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from asyncapi_guard.lsp.features import (
    code_actions,
    completion,
    definition,
    hover,
    inlay_hints,
    references,
    renaming,
    symbols,
)

if TYPE_CHECKING:
    from asyncapi_guard.lsp.server import GuardServer

__all__ = ["FEATURES"]


class Feature(Protocol):
    """A module with a feature."""

    def register(self, server: GuardServer) -> None:
        """Add the handlers of the feature."""


FEATURES: tuple[Feature, ...] = (
    code_actions,
    completion,
    definition,
    hover,
    inlay_hints,
    references,
    renaming,
    symbols,
)
