"""The application's say in what rejected clients are answered, as the adapters ask for it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from asyncapi_guard.errors import ContractViolation

__all__ = ["Application", "AsyncApplication", "Bare", "HasErrorHandler"]


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

    def raised(self, error: Exception, event: str, sid: str) -> tuple[bool, Any]:
        """Give to its handler what a handler of an event raised, unless it has seen that before.

        Whether it took it, and what it returned.
        """
        ...

    def context(
        self, environ: Any, namespace: str, sid: str | None, event: str, args: Sequence[Any]
    ) -> AbstractContextManager[str | None]:
        """What an application finds around it while it hears of a violation.

        It gives the client's address as the application sees it.
        """
        ...


class AsyncApplication(Protocol):
    """The same of an application on asyncio."""

    shows_signatures: bool

    def has_say(self, namespace: str) -> bool:
        """As `Application.has_say`."""
        ...

    async def answer(
        self, error: ContractViolation, namespace: str, sid: str, event: str, args: Sequence[Any]
    ) -> tuple[bool, Any]:
        """As `Application.answer`."""
        ...

    async def raised(self, error: Exception, event: str, sid: str) -> tuple[bool, Any]:
        """As `Application.raised`."""
        ...

    def context(
        self, environ: Any, namespace: str, sid: str | None, event: str, args: Sequence[Any]
    ) -> AbstractContextManager[str | None]:
        """As `Application.context`."""
        ...


class HasErrorHandler(Protocol):
    """Whatever the application gave its error handler to."""

    @property
    def error_handler(self) -> Callable[[Exception, str, str], Any] | None:
        """The handler; it is called with the exception, the event, and the session id."""
        ...


class Bare:
    """A server without Flask-SocketIO: its application has what it gave to the guard.

    Args:
        guarding: has the error handler.
    """

    shows_signatures = True

    def __init__(self, guarding: HasErrorHandler) -> None:
        self.guarding: HasErrorHandler = guarding

    def has_say(self, namespace: str) -> bool:  # noqa: ARG002  # the protocol's arguments
        """In all namespaces, or in none."""
        return self.guarding.error_handler is not None

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
