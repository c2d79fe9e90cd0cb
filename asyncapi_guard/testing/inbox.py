"""The events that a test client has received, and violations that the test hasn't handled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.violations import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.errors import ContractViolation
    from asyncapi_guard.violations import Violation

__all__ = ["LEAVING", "ContractBroken", "Inbox", "NotReceived", "Received", "as_value"]

#: How many seconds a client waits until it has left.
LEAVING = 1


class ContractBroken(AssertionError):
    """Raised when the server or the test sent something that the document does not allow.

    Attributes:
        violations: the violations, in order.
    """

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations: tuple[Violation, ...] = tuple(violations)
        super().__init__("\n".join(["the contract was broken:", *map(str, self.violations)]))


class NotReceived(AssertionError):
    """Raised when an event does not arrive within the timeout."""


class Received(NamedTuple):
    """An event that arrived and matches the contract.

    Attributes:
        namespace: the Socket.IO namespace.
        event: its name.
        args: its arguments.
    """

    namespace: str
    event: str
    args: tuple[Any, ...]


class Inbox:
    """The events that one client has received.

    Attributes:
        events: all events received so far.
    """

    def __init__(self) -> None:
        self.events: list[Received] = []
        self._waiting: list[Received] = []
        self._answers: dict[tuple[str, str], Any] = {}
        self._violations: list[Violation] = []

    def put(self, event: str, namespace: str, args: tuple[Any, ...]) -> None:
        """Add an event that arrived."""
        received = Received(namespace, event, args)
        self.events.append(received)
        self._waiting.append(received)

    def answer_to(self, event: str, namespace: str, args: tuple[Any, ...]) -> Any:
        """Return the ack that the test sets for an event, or `None`."""
        answer = self._answers.get((namespace, event))
        return answer(*args) if callable(answer) else answer

    def answer(self, event: str, answer: Any, namespace: str) -> None:
        """Set the ack for an event."""
        self._answers[namespace, event] = answer

    def take(self, event: str, namespace: str) -> Received | None:
        """Take the first event of a name that the test hasn't taken, or return `None`."""
        for received in self._waiting:
            if received[:2] == (namespace, event):
                self._waiting.remove(received)
                return received
        return None

    def missed(self, event: str, namespace: str, timeout: float) -> NotReceived:
        """Return the exception for an event that did not arrive."""
        came = ", ".join(printable(each.event) for each in self._waiting[-20:]) or "nothing"
        wanted = f"{printable(event)} in {printable(namespace)}"
        lines = [f"expected {wanted} within {timeout:g} s; received and not taken yet: {came}"]
        return NotReceived("\n".join([*lines, *map(str, self._violations)]))

    def break_contract(self, violation: Violation) -> None:
        """Record a violation that the guard has found."""
        self._violations.append(violation)

    def seen_by_test(self, error: ContractViolation) -> None:
        """Forget a violation that the test sees as an exception."""
        self._violations = [each for each in self._violations if each is not error.violation]

    def end(self) -> None:
        """End the test.

        Raises:
            ContractBroken: violations that the test hasn't handled.
        """
        if self._violations:
            raise ContractBroken(self._violations)


def as_value(args: tuple[Any, ...]) -> Any:
    """Return arguments as `call` does: one as itself, several as a tuple, none as `None`."""
    return args if len(args) > 1 else args[0] if args else None
