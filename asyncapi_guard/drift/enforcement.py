"""Which file a server that was imported is guarded by, and whether it enforces one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from asyncapi_guard.contract import Mode, Perspective
from asyncapi_guard.drift.applications import short_name
from asyncapi_guard.integrations.middleware import AsyncAPIGuard
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import Contract

__all__ = ["described_side", "enforces", "own_file"]

#: From a method of a server that a guard has replaced to that guard.
_DEEPEST = 3


def enforces(server: Any, contract: Contract) -> bool:
    """Whether a server rejects what a file does not allow, as far as its import shows.

    Args:
        server: a `SocketIO`, or a server or a client of python-socketio.
        contract: of the file.
    """
    given = getattr(server, "spec", None)
    if isinstance(given, (str, os.PathLike)) and getattr(server, "validate", False):
        uris = {each.uri for each in contract.sources}
        if Path(given).resolve().as_uri() in uris:
            return True
    return any(_is_of(guard, contract) for guard in _guards(server))


def described_side(server: Any) -> Perspective:
    """The side that the document describes by which a server or a client is guarded."""
    return next((guard.perspective for guard in _guards(server)), Perspective.SERVER)


def own_file(server: Any) -> str | None:
    """The file of the document that a server is guarded by; `None` where it has none.

    Args:
        server: a `SocketIO`, or a server or a client of python-socketio.
    """
    given = getattr(server, "spec", None)
    if isinstance(given, (str, os.PathLike)):
        return short_name(str(Path(given).resolve()))
    for guard in _guards(server):
        for source in guard.guard.contract.sources[:1]:
            address = urlsplit(source.uri)
            if address.scheme == "file":
                return short_name(url2pathname(address.path))
    return None


def _is_of(guard: AsyncAPIGuard, contract: Contract) -> bool:
    enforced = guard.guard.policy.at(Checkpoint.RECEIVE_EVENT) is Mode.ENFORCE
    return enforced and bool(guard.contract.sources) and guard.contract.sources == contract.sources


def _guards(server: Any) -> Iterator[AsyncAPIGuard]:
    """The guards that have replaced methods of a server, or of the one inside of it."""
    for each in (server, getattr(server, "server", None)):
        for value in list(getattr(each, "__dict__", {}).values()):
            yield from _behind(value, _DEEPEST)


def _behind(value: Any, depth: int) -> Iterator[AsyncAPIGuard]:
    owner = getattr(value, "__self__", value)
    if isinstance(owner, AsyncAPIGuard):
        yield owner
    elif depth and type(owner).__module__.startswith("asyncapi_guard.integrations"):
        for inner in list(getattr(owner, "__dict__", {}).values()):
            yield from _behind(inner, depth - 1)
