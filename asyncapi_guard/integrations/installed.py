"""A guard on a server, a client or a manager: what tells that it is there, and how it goes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.integrations.replacing import Replacements

__all__ = ["MARK", "Installed", "Redacts"]

#: The attribute of a server, a client or a manager under which its adapter is found.
MARK = "_asyncapi_guard"


class Redacts(Protocol):
    """What keeps credentials out of logs."""

    def follow(self, contract: Contract) -> None:
        """Keep the credentials out that another contract tells of."""
        ...

    def remove(self) -> None:
        """Let lines be as they are."""
        ...


class Installed:
    """What every adapter has.

    Attributes:
        target: the server, the client or the manager.
        decide: what is decided about its traffic, for as long as that is active.
        replaced: what was replaced on it.
        clock: waits for what must be done in time, if anything must.
        redaction: keeps credentials out of logs.
    """

    target: Any
    decide: Any
    replaced: Replacements
    clock: Any = None
    redaction: Redacts | None = None

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Put everything back where what is done within fails."""
        try:
            yield
        except BaseException:
            self.uninstall()
            raise

    @property
    def active(self) -> bool:
        """Whether the target is guarded now."""
        active: bool = self.decide.active
        return active

    def follow(self, contract: Contract) -> None:
        """Another contract is in force, or will be."""
        if self.redaction is not None:
            self.redaction.follow(contract)

    def forget(self) -> None:
        """Keep nothing of contracts that are no longer in force."""
        self.decide.forget()

    def uninstall(self) -> None:
        """Put the target's methods back; where somebody wrapped ours, ours let everything pass."""
        self.decide.active = False
        if self.clock is not None:
            self.clock.stop()
        self.replaced.put_back()
        if self.redaction is not None:
            self.redaction.remove()
        if getattr(self.target, MARK, None) is self:
            delattr(self.target, MARK)
