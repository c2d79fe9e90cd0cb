"""Simple clients, which make a client when they connect, and another one when they do so again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.replacing import Replacements

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.integrations.deciding.decisions import Guarding

__all__ = ["GuardedSimpleClient"]


class GuardedSimpleClient:
    """In the place of the class whose instances a simple client connects with.

    Args:
        simple: the `socketio.SimpleClient` or the `socketio.AsyncSimpleClient`.
        application: as of the clients that are made.
        guard_client: guards each of them, and returns its adapter.
        guarding: whose guard it is.

    Attributes:
        target: the simple client.
        guarding: as above.
        adapter: what guards the client that it made last; `None` before that.
    """

    def __init__(
        self,
        simple: Any,
        application: Any,
        guard_client: Callable[[Any], Any],
        guarding: Guarding,
    ) -> None:
        self.target: Any = simple
        self.guarding: Guarding = guarding
        self.application: Any = application
        self.active: bool = False
        self._guard_client = guard_client
        self._replaced = Replacements()
        self.adapter: Any = None

    def install(self, mark: str) -> None:
        """Guard the client that is there, and all that come after it.

        Args:
            mark: the attribute of a guarded object under which its adapter is found.
        """
        if self.target.client is not None:
            self.adapter = self._guard_client(self.target.client)
        self._replaced.replace(self.target, mark, self)
        with self._replaced.at_once():
            self._class = self._replaced.replace(self.target, "client_class", self._made)
        self.active = True

    def _made(self, *args: Any, **kwargs: Any) -> Any:
        client = self._class(*args, **kwargs)
        if self.active:
            self.adapter = self._guard_client(client)
        return client

    def follow(self, contract: Contract) -> None:
        """Another contract is in force, or will be."""
        if self.adapter is not None:
            self.adapter.follow(contract)

    def forget(self) -> None:
        """Keep nothing of contracts that are no longer in force."""
        if self.adapter is not None:
            self.adapter.forget()

    def uninstall(self) -> None:
        """Guard nothing any more."""
        self.active = False
        self._replaced.put_back()
        if self.adapter is not None:
            self.adapter.uninstall()
            self.adapter = None
