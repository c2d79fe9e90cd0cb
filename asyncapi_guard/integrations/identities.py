"""Who the clients of a guarded server are, as its verifiers said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import InstallationError

if TYPE_CHECKING:
    from asyncapi_guard.guard.identity import Identity
    from asyncapi_guard.integrations.aio.server import AsyncioServer
    from asyncapi_guard.integrations.threads.server import ThreadedServer

__all__ = ["KnowsClients"]


class KnowsClients:
    """A guard that knows the clients of its servers."""

    def _servers(self) -> list[ThreadedServer | AsyncioServer]:
        """What was put on servers."""
        raise NotImplementedError

    def identity(self, sid: str, namespace: str = "/") -> Identity | None:
        """Who a client is, as your verifiers said when it connected, or when it was renewed.

        While a handler of the client runs, it is who the client was when the event came. Of
        several, it is the one that the document's server requires, else the first that an operation
        requires.

        Args:
            sid: the session id of the client.
            namespace: the Socket.IO namespace.

        Returns:
            The identity; `None` for a client that no verifier knows, or that has left.
        """
        for adapter in self._servers():
            session = adapter.decide.session_of(sid, namespace)
            if session is not None:
                return session.identity
        return None

    def reauthenticate(
        self, sid: str, namespace: str, credential: Any, *, scheme: str | None = None
    ) -> Any:
        """Have a client that is connected show again who it is, so that it can stay connected.

        Your verifiers are asked. What they say takes the place of what they said before: the
        identity counts from the client's next event, with its own scopes and its own end. On a
        `socketio.AsyncServer`, await it.

        Args:
            sid: the session id of the client.
            namespace: the Socket.IO namespace.
            credential: a token; a `UserPassword`; or an object as clients send it as their auth,
                such as `{"token": ...}`. With `scheme`, the credential of that scheme.
            scheme: the name of the security scheme that it is for. By default it is for all those
                whose credential it has.

        Returns:
            The `Identity` of the client. `None` if the credential is wrong or of another subject,
            if it lacks a scope that the client needs to be connected, or if the client has left: it
            stays who it was. After five of these, its connection is ended.

        Raises:
            InstallationError: the guard is on no server.
            TypeError: it is no credential of the scheme.
            ValueError: nothing is required of clients of the namespace, or not by that scheme.
        """
        if not namespace.startswith("/"):
            raise ValueError(f"a namespace begins with '/': did you mean {'/' + namespace!r}?")
        servers = self._servers()
        if not servers:
            raise InstallationError("the guard is not installed on any server")
        known = (each for each in servers if each.decide.sessions.find(sid, namespace) is not None)
        adapter = next(known, servers[0])
        return adapter.reauthenticate(sid, namespace, credential, scheme)
