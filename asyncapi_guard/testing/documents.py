"""The documents that tests pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Contract

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

__all__ = ["contract_of"]


def contract_of(spec: str | os.PathLike[str] | Mapping[str, Any] | Contract) -> Contract:
    """Return the contract that a document defines.

    Raises:
        SpecError: an invalid document.
    """
    from asyncapi_guard.spec.loader import load

    return spec if isinstance(spec, Contract) else load(spec)
