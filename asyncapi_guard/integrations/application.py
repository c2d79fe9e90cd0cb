"""The application's say in what rejected clients are answered, as the adapters ask for it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from asyncapi_guard.errors import ContractViolation

__all__ = ["Application", "NoErrorHandlers"]


class Application(Protocol):
    """The application's say in what a rejected client is answered."""

    #: Whether what is registered with the server says itself which arguments it takes.
    shows_signatures: bool

    def has_say(self, namespace: str) -> bool:
        """Whether it has an error handler for a namespace."""
        ...

    def answer(
        self, error: ContractViolation, namespace: str, sid: str, event: str, args: Sequence[Any]
    ) -> tuple[bool, Any]:
        """Give the error to its handler: whether it answered, and what."""
        ...

    def context(
        self, environ: Any, namespace: str, sid: str | None, event: str, args: Sequence[Any]
    ) -> AbstractContextManager[str | None]:
        """What an application finds around it while it hears of a violation.

        It gives the client's address as the application sees it.
        """
        ...


class NoErrorHandlers:
    """A server without error handlers."""

    shows_signatures = True

    def has_say(self, namespace: str) -> bool:  # noqa: ARG002  # the protocol's arguments
        """Nowhere."""
        return False

    def answer(
        self,
        error: ContractViolation,  # noqa: ARG002  # here and below, the protocol's arguments
        namespace: str,  # noqa: ARG002  # as above
        sid: str,  # noqa: ARG002  # as above
        event: str,  # noqa: ARG002  # as above
        args: Sequence[Any],  # noqa: ARG002  # as above
    ) -> tuple[bool, Any]:
        """Never."""
        return False, None

    def context(
        self,
        environ: Any,  # noqa: ARG002  # here and below, the protocol's arguments
        namespace: str,  # noqa: ARG002  # as above
        sid: str | None,  # noqa: ARG002  # as above
        event: str,  # noqa: ARG002  # as above
        args: Sequence[Any],  # noqa: ARG002  # as above
    ) -> AbstractContextManager[str | None]:
        """Nothing."""
        return nullcontext()
