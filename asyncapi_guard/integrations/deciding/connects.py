"""Connects: judged before a session exists, and what tells a client that it may not enter."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from socketio import exceptions

from asyncapi_guard.errors import RequestValidationError, violation_error
from asyncapi_guard.integrations.deciding.decisions import Decisions
from asyncapi_guard.integrations.deciding.events import fault_of
from asyncapi_guard.integrations.wire.codec import Unsendable
from asyncapi_guard.integrations.wire.requests import MANY, has_many, request_in
from asyncapi_guard.violations import Checkpoint, Code

if TYPE_CHECKING:
    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.integrations.wire.packets import PacketCodec
    from asyncapi_guard.violations import Violation

__all__ = ["ConnectDecisions"]


class ConnectDecisions(Decisions):
    """Who may enter a namespace."""

    #: Makes packets.
    packets: PacketCodec

    def connecting(
        self, namespace: str, auth: Any, fault: str | None, environ: Any = None
    ) -> tuple[Verdict, Guard]:
        """Judge a connect: the verdict, and the guard that judged.

        Args:
            namespace: the Socket.IO namespace.
            auth: what the client sent; `None` for nothing.
            fault: what is wrong with its packet.
            environ: the environment of its connection.
        """
        guard = self.guard

        def judge(namespace: str, _event: str) -> Verdict:
            wrong = fault
            if wrong is None and guard.reads_requests(namespace) and has_many(environ or {}):
                wrong = MANY
            if wrong is not None:
                return guard.malformed(Checkpoint.CONNECT, namespace, "connect", wrong)
            return guard.connect(namespace, auth, partial(request_in, environ or {}))

        return self._ask(Checkpoint.CONNECT, judge, namespace, "connect"), guard

    def turned_away(self, namespace: str, violation: Violation) -> Any:
        """Return the packet that says why a client may not enter."""
        error = violation_error(violation)
        reason = {"message": violation.reason, "data": error.answer()}
        return self.packets.connect_error(namespace, reason)

    def connect_failed(self, namespace: str, error: BaseException, *, let_in: bool) -> Any:
        """Return the packet that ends a connect whose handler raised.

        Args:
            namespace: the Socket.IO namespace.
            error: what it raised.
            let_in: the client was told that it is in, before the handler ran.
        """
        reason: Any = {
            "message": "the server failed to accept the connection",
            "data": fault_of(Code.HANDLER, namespace, "connect"),
        }
        if isinstance(error, exceptions.ConnectionRefusedError):
            reason = self._readable(getattr(error, "error_args", reason), reason)
        elif isinstance(error, RequestValidationError):
            reason = {"message": error.violation.reason, "data": error.answer()}
        if let_in:
            return self.packets.disconnect(namespace, reason)
        return self.packets.connect_error(namespace, reason)

    def _readable(self, reason: Any, otherwise: Any) -> Any:
        try:
            self.codec.encode([reason])
        except Unsendable:
            self.recorder.log(logging.ERROR, "the reason of a rejected connect cannot be sent")
            return otherwise
        return reason
