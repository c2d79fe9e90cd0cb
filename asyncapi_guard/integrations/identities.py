"""The identities of a guarded server's clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import InstallationError

if TYPE_CHECKING:
    from asyncapi_guard.guard.identity import Identity
    from asyncapi_guard.integrations.aio.server import AsyncioServer
    from asyncapi_guard.integrations.threads.server import ThreadedServer

__all__ = ["KnowsClients"]


class KnowsClients:
    """A guard that knows the identities of its servers' clients."""

    def _servers(self) -> list[ThreadedServer | AsyncioServer]:
        """Return the adapters of servers."""
        raise NotImplementedError

    def identity(self, sid: str, namespace: str = "/") -> Identity | None:
        """Return the identity of a client, as your verifiers returned it last.

        While a handler of the client runs, this is the identity at the time of the event. If a
        client has several identities, this is the one that the document's server requires, or else
        the first that an operation requires.

        Args:
            sid: the session id of the client.
            namespace: the Socket.IO namespace.

        Returns:
            The identity; `None` for a client without one, or that has disconnected.
        """
        for adapter in self._servers():
            session = adapter.decide.session_of(sid, namespace)
            if session is not None:
                return session.identity
        return None

    def reauthenticate(
        self, sid: str, namespace: str, credential: Any, *, scheme: str | None = None
    ) -> Any:
        """Authenticate a connected client again, so that it can stay connected.

        Your verifiers check the credential. The new identity applies from the client's next event,
        with its own scopes and expiry. On a `socketio.AsyncServer`, await the result.

        Args:
            sid: the session id of the client.
            namespace: the Socket.IO namespace.
            credential: a token, a `UserPassword`, or an `auth` object as clients send it, such as
                `{"token": ...}`. With `scheme`, the credential of that scheme.
            scheme: the name of the security scheme. Defaults to all schemes that the credential
                fits.

        Returns:
            The new `Identity` of the client. `None`, and the client keeps its identity, if the
            credential is invalid, belongs to a different subject, or lacks a required scope, or if
            the client has disconnected. After five failures, the guard ends the connection.

        Raises:
            InstallationError: a guard that isn't on any server.
            TypeError: a credential that doesn't fit the scheme.
            ValueError: a namespace without security, or without that scheme.
        """
        if not namespace.startswith("/"):
            raise ValueError(f"a namespace starts with '/'; did you mean {'/' + namespace!r}?")
        servers = self._servers()
        if not servers:
            raise InstallationError("the guard is not installed on any server")
        known = (each for each in servers if each.decide.sessions.find(sid, namespace) is not None)
        adapter = next(known, servers[0])
        return adapter.reauthenticate(sid, namespace, credential, scheme)
