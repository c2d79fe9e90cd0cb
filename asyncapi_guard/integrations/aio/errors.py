"""The error handler that an application gave to the guard, where there is no Flask-SocketIO."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.aio.calling import called, is_pending, never_awaited
from asyncapi_guard.integrations.application import Bare
from asyncapi_guard.integrations.recording.log import write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.errors import ContractViolation

__all__ = ["ErrorHandler"]


class ErrorHandler(Bare):
    """Hears of violations, and of what handlers raise; what it returns is the ack."""

    async def answer(
        self,
        error: ContractViolation,
        namespace: str,  # noqa: ARG002  # the protocol's arguments
        sid: str,
        event: str,
        args: Sequence[Any],  # noqa: ARG002  # as above
    ) -> tuple[bool, Any]:
        """Give the error to the handler: whether it answered, and what."""
        return await self.raised(error, event, sid)

    async def raised(self, error: Exception, event: str, sid: str) -> tuple[bool, Any]:
        """Give it what a handler raised: whether it answered, and what."""
        handler = self.guarding.error_handler
        if handler is None:
            return False, None
        try:
            value = await called(handler, error, event, sid)
        except Exception as raised:  # noqa: BLE001  # the application's own: there is an answer
            if raised is not error:
                write(logging.ERROR, "the guard's on_error failed", exc_info=True)
            return False, None
        if is_pending(value):
            write(logging.ERROR, "on_error failed: %s", never_awaited(value, "on_error"))
            return False, None
        return True, value
