"""A pytest plugin that puts the drop-ins in the place of the guarded clients of the tests.

They have the document as `spec=`, and are what a guard would make of a `socketio.Client`.
"""

from __future__ import annotations

import functools
from typing import Any

import client_conversations
from client_conversations import Guarded
from conftest import document
from traffic_conversations import InOrder

from asyncapi_guard import AsyncAPIAsyncClient, AsyncAPIClient


class _Client(AsyncAPIClient):
    def _engineio_client_class(self) -> Any:
        return InOrder


def _guard(self: Guarded, spec: Any, options: dict[str, Any]) -> None:
    kind: Any = AsyncAPIAsyncClient if self.is_async else _Client
    given = {"spec": document() if spec is None else spec, "typed": True, **options}
    given |= {"reconnection": False, "handle_sigint": False}
    self.io = self._run(functools.partial(kind, **given))
    self.guard = self.io.guard
    self.io.on("*", self._handle, namespace="*")


def pytest_configure() -> None:
    """Simple clients have no drop-in."""
    client_conversations.KINDS = ("Client", "AsyncClient")
    Guarded._guard = _guard  # type: ignore[method-assign]  # that is the point
