"""Connects: judged before a session exists; an exception is a refusal."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from socketio import exceptions, packet

from asyncapi_guard.errors import RequestValidationError, violation_error
from asyncapi_guard.integrations.outcomes import ConnectFailed, Refused
from asyncapi_guard.integrations.seat import Seat, trouble
from asyncapi_guard.integrations.strict_json import Malformed
from asyncapi_guard.violations import Checkpoint, Code

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.violations import Violation

__all__ = ["Connects", "given_auth"]

#: The auth that came, while a connect handler runs: python-socketio takes `{}` for none.
given_auth: ContextVar[Any] = ContextVar("asyncapi_guard_given_auth", default=None)


class Connects(Seat):
    """In the place of `Server._handle_connect`."""

    _connect: Callable[..., Any]

    def handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        """A client wants to enter a namespace."""
        namespace = namespace or "/"
        if isinstance(data, Malformed):
            verdict = self._malformed(Checkpoint.CONNECT, namespace, "connect", data.reason)
        else:
            verdict = self.middleware.judge(Checkpoint.CONNECT, self.guard.connect, namespace, data)
        if verdict.violation is not None:
            self.middleware.record(verdict)
            if verdict.violation.refused:
                self._refuse_connect(eio_sid, namespace, verdict.violation)
                return
        token = given_auth.set(data)
        try:
            self._connect(eio_sid, namespace, data)
        except ConnectFailed as failed:
            self._end_connect(eio_sid, namespace, failed.error)
        except Refused as refused:
            self.middleware.record(refused.verdict)
            if refused.verdict.violation is not None:
                self._end_connect(eio_sid, namespace, violation_error(refused.verdict.violation))
        except Exception as error:
            self._end_connect(eio_sid, namespace, error)
            raise
        finally:
            given_auth.reset(token)

    def _refuse_connect(self, eio_sid: str, namespace: str, violation: Violation) -> None:
        error = violation_error(violation)
        refusal = {"message": violation.reason, "data": error.answer()}
        self._send(eio_sid, packet.CONNECT_ERROR, namespace, refusal)

    def _end_connect(self, eio_sid: str, namespace: str, error: Exception) -> None:
        """The connect handler raised: take the half-made session away, and say so."""
        server = self.server
        sid = server.manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is None:
            return
        refusal = {
            "message": "the server failed to accept the connection",
            "data": trouble(Code.HANDLER, namespace, "connect"),
        }
        if isinstance(error, exceptions.ConnectionRefusedError):
            refusal = getattr(error, "error_args", refusal)
        elif isinstance(error, RequestValidationError):
            refusal = {"message": error.violation.reason, "data": error.answer()}
        if server.always_connect:
            server.manager.pre_disconnect(sid, namespace)
            self._send(eio_sid, packet.DISCONNECT, namespace, refusal)
        else:
            self._send(eio_sid, packet.CONNECT_ERROR, namespace, refusal)
        server.manager.disconnect(sid, namespace, ignore_queue=True)
