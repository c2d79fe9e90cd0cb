"""What a client in a test has received, and which violations the test has not seen yet."""

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
    """The server sent what its document does not allow, or the test answered so.

    Attributes:
        violations: each of them, in order.
    """

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations: tuple[Violation, ...] = tuple(violations)
        super().__init__("\n".join(["the contract was broken:", *map(str, self.violations)]))


class NotReceived(AssertionError):
    """An event did not come in time."""


class Received(NamedTuple):
    """An event that came, and kept the contract.

    Attributes:
        namespace: the Socket.IO namespace.
        event: its name.
        args: its arguments.
    """

    namespace: str
    event: str
    args: tuple[Any, ...]


class Inbox:
    """What came, for one client.

    Attributes:
        events: all that came so far.
    """

    def __init__(self) -> None:
        self.events: list[Received] = []
        self._waiting: list[Received] = []
        self._answers: dict[tuple[str, str], Any] = {}
        self._violations: list[Violation] = []

    def put(self, event: str, namespace: str, args: tuple[Any, ...]) -> None:
        """An event came."""
        received = Received(namespace, event, args)
        self.events.append(received)
        self._waiting.append(received)

    def answer_to(self, event: str, namespace: str, args: tuple[Any, ...]) -> Any:
        """The ack that the test has for an event; `None` for none."""
        answer = self._answers.get((namespace, event))
        return answer(*args) if callable(answer) else answer

    def answer(self, event: str, answer: Any, namespace: str) -> None:
        """Have an event acknowledged."""
        self._answers[namespace, event] = answer

    def take(self, event: str, namespace: str) -> Received | None:
        """The first event of a name that nobody has taken; `None` if there is none."""
        for received in self._waiting:
            if received[:2] == (namespace, event):
                self._waiting.remove(received)
                return received
        return None

    def missed(self, event: str, namespace: str, timeout: float) -> NotReceived:
        """What to raise for an event that did not come."""
        came = ", ".join(printable(each.event) for each in self._waiting[-20:]) or "nothing"
        wanted = f"{printable(event)} in {printable(namespace)}"
        lines = [f"expected {wanted} within {timeout:g} s; not taken yet: {came}"]
        return NotReceived("\n".join([*lines, *map(str, self._violations)]))

    def break_contract(self, violation: Violation) -> None:
        """The guard has found a violation."""
        self._violations.append(violation)

    def seen_by_test(self, error: ContractViolation) -> None:
        """The test gets an error for a violation, which it may expect."""
        self._violations = [each for each in self._violations if each is not error.violation]

    def end(self) -> None:
        """The test is over.

        Raises:
            ContractBroken: there are violations that it has not seen.
        """
        if self._violations:
            raise ContractBroken(self._violations)


def as_value(args: tuple[Any, ...]) -> Any:
    """Arguments as `call` gives them: one as itself, several as a tuple, none as `None`."""
    return args if len(args) > 1 else args[0] if args else None
