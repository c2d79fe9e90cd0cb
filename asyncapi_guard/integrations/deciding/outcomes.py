"""How judging ends where an exception or an answer has to say so, and who else is asked."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from asyncapi_guard.errors import ContractViolation
    from asyncapi_guard.guard import Verdict

__all__ = ["Application", "ConnectFailed", "Rejected", "RejectedAck", "Silent", "Unjudged"]


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


class Silent:
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


class ConnectFailed(BaseException):
    """A connect handler raised, and is not to be run again.

    No `Exception`: a class namespace with an `error` method would take it, and let the client in.

    Attributes:
        error: what the handler raised.
        seen: an error handler of the application has seen it.
    """

    def __init__(self, error: BaseException, *, seen: bool) -> None:
        self.error: BaseException = error
        self.seen: bool = seen
        super().__init__(error)


class Rejected(BaseException):
    """A handler's types reject what passed the guard.

    No `Exception`: error handlers are asked once, by the hooks, like about any other rejection.
    """

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(verdict)


class Unjudged:
    """What an error handler returned for an exception of a handler: an ack that is not judged."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value: Any = value


class RejectedAck:
    """What a judging callback, and then `call`, is given in place of an ack that was rejected.

    It never leaves the process: no encoder of a message queue knows it.
    """

    __slots__ = ("error",)

    def __init__(self, error: ContractViolation) -> None:
        self.error: ContractViolation = error
