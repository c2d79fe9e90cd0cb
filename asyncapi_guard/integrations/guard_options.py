"""The checks of the options of `AsyncAPIGuard`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from asyncapi_guard.contract import Contract, Perspective
from asyncapi_guard.guard import RESERVED_EVENTS

__all__ = ["check_document", "check_options", "read_perspective"]


def read_perspective(given: Any) -> Perspective | None:
    """Return the side that was given, if one was.

    Raises:
        ValueError: it is none.
    """
    if given is None:
        return None
    try:
        return Perspective(given)
    except ValueError:
        raise ValueError(f"perspective must be 'server' or 'client', not {given!r}") from None


def check_document(spec: Any) -> None:
    """Raise TypeError for an object that isn't a document."""
    if spec is None or isinstance(spec, (str, os.PathLike, Mapping, Contract)):
        return
    from asyncapi_guard.integrations.what_to_pass import named

    raise TypeError(
        f"AsyncAPIGuard needs a document (a path, data, or a Contract), not {named(spec)}; pass a "
        "server or a client to protect(), or to init_app()"
    )


def check_options(
    on_violation: Any, addresses: Any, reject_event: Any, respond_unhandled: Any
) -> None:
    """Raise TypeError or ValueError for invalid options."""
    if on_violation is not None and not callable(on_violation):
        raise TypeError(f"on_violation must be a function, not a {type(on_violation).__name__}")
    for name, value in (("addresses", addresses), ("respond_unhandled", respond_unhandled)):
        if value is not None and not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, not a {type(value).__name__}")
    if reject_event is not None and not isinstance(reject_event, str):
        kind = type(reject_event).__name__
        raise TypeError(f"reject_event must be the name of an event, not a {kind}")
    if reject_event in RESERVED_EVENTS:
        raise ValueError(f"reject_event is {reject_event!r}, which Socket.IO reserves for itself")
