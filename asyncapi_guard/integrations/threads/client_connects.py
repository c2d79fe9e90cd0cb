"""How a client comes into namespaces, and leaves them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from engineio import exceptions

from asyncapi_guard.integrations.deciding.client import RejectedConnect
from asyncapi_guard.integrations.threads.client_adapter import ClientAdapter
from asyncapi_guard.integrations.wire.frames import can_be_kept
from asyncapi_guard.integrations.wire.packets import UNREADABLE, opened
from asyncapi_guard.violations import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.client import ClientDecisions

__all__ = ["ClientConnects"]

#: Stands for no auth that was judged.
_NOTHING: Any = object()


class ClientConnects(ClientAdapter):
    """In the place of what enters namespaces, and of what hears of them."""

    _connect: Callable[..., Any]
    _eio_connect: Callable[..., Any]
    _eio_end: Callable[..., Any]
    _let_in: Callable[..., Any]
    _turned_away: Callable[..., Any]
    _disconnect: Callable[..., Any]

    def __init__(self, client: Any, decide: ClientDecisions, application: Application) -> None:
        super().__init__(client, decide, application)
        #: What the application sends to enter, and what of it may leave.
        self._auth: Any = _NOTHING
        #: The namespaces that the client was in, and is not any more.
        self._left: set[str] = set()

    # -- what the client sends ---------------------------------------------------------------------

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        """engine.io is about to connect: the auth is judged before anything leaves.

        Raises:
            RejectedConnect: it breaks the contract.
        """
        self._auth = _NOTHING
        self._left.clear()
        if self.decide.active:
            self._auth = self._judged_auth()
        return self._connect(*args, **kwargs)

    def _judged_auth(self) -> dict[str, Any]:
        """What is sent to enter each namespace."""
        client = self.client
        auth = client._get_real_value(client.connection_auth) or {}
        judged = {}
        for namespace in client.connection_namespaces:
            given = auth if self._plain is None else self._plain("connect", namespace, auth)
            verdict, judged[namespace] = self.decide.connecting(namespace, given)
            violation = self._record(verdict)
            if violation is not None and violation.rejected:
                raise RejectedConnect(violation)
        return judged

    def handle_eio_connect(self) -> None:
        """engine.io has connected: enter the namespaces.

        Raises:
            ConnectionError: nobody could keep up such a connection.
        """
        client, judged = self.client, self._auth
        if judged is _NOTHING or not self.decide.active:
            self._eio_connect()
            return
        if not can_be_kept(client.eio.ping_interval, client.eio.ping_timeout):
            raise exceptions.ConnectionError("no connection has the server's ping times")
        self._auth = _NOTHING
        client.sid = client.eio.sid
        for namespace, auth in judged.items():
            self._send("", self.decide.packets.connect(namespace, auth))

    def handle_eio_disconnect(self, *reason: Any) -> None:
        """The connection has ended.

        Where that happens before `connect` has returned, python-socketio tells no handler, and
        `connect` returns as if the client were in its namespaces. It raises if they are gone.
        """
        self._eio_end(*reason)
        if self.decide.active and not self.client.connected:
            self.client.namespaces = {}

    # -- what the server says ----------------------------------------------------------------------

    def _is_asked_for(self, namespace: str) -> bool:
        return namespace in self.client.connection_namespaces

    def _is_in(self, namespace: str) -> bool:
        """Whether the client is in a namespace, or on its way in: messages may overtake."""
        if namespace in self.client.namespaces:
            return True
        out = namespace in self._left or namespace in self.client.failed_namespaces
        return self._is_asked_for(namespace) and not out

    def handle_connect(self, namespace: str | None, data: Any) -> None:
        """The server lets the client into a namespace."""
        namespace = namespace or "/"
        data, fault = opened(data)
        asked = self._is_asked_for(namespace)
        self._left.discard(namespace)
        if self.decide.active:
            verdict = self.decide.let_in(namespace, data, fault, asked=asked)
            if self._is_rejected(verdict) and verdict.violation is not None:
                if asked and namespace not in self.client.namespaces:
                    self._turned_away(namespace, {"message": verdict.violation.reason})
                return
            self.decide.guarding.handler_check.run(self.client, self.decide.guard)
        if data is not UNREADABLE:
            self._let_in(namespace, data)

    def handle_error(self, namespace: str | None, data: Any) -> None:
        """The server does not let the client into a namespace."""
        namespace = namespace or "/"
        data, fault = opened(data)
        if self.decide.active:
            asked, is_in = self._is_asked_for(namespace), namespace in self.client.namespaces
            verdict = self.decide.turned_away(namespace, fault, asked=asked, is_in=is_in)
            if self._is_rejected(verdict) and verdict.violation is not None:
                if is_in or not asked:
                    return
                data = {"message": verdict.violation.reason}
        if data is not UNREADABLE:
            self._turned_away(namespace, data)

    def handle_disconnect(self, namespace: str | None) -> None:
        """The server ends the session in a namespace."""
        namespace = namespace or "/"
        if self.decide.active and namespace not in self.client.namespaces:
            asked = self._is_asked_for(namespace)
            verdict = self.decide.turned_away(namespace, None, asked=asked)
            if self._is_rejected(verdict):
                return
            if namespace in self._left:
                text = "the server ended a session in %s that had already ended"
                self.recorder.log(logging.DEBUG, text, printable(namespace))
                return
        self._left.add(namespace)
        self._disconnect(namespace)

    def _is_rejected(self, verdict: Verdict) -> bool:
        if verdict.violation is not None:
            self._record(verdict)
        return verdict.rejected
