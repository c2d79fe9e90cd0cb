"""The results of validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.contract import Mode
from asyncapi_guard.renamed import read_by_old_name
from asyncapi_guard.violations import Checkpoint, Code, Perspective, Problem, Violation

if TYPE_CHECKING:
    from asyncapi_guard.contract import Message

__all__ = ["PASSED", "PASSED_UNDECLARED", "Verdict", "without_rule"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of validation.

    Attributes:
        violation: the violation; `None` if the traffic is valid or wasn't validated.
        message: the message of the contract that matched.
        declared: whether the contract declares the event, which decides the name it is counted
            under.
    """

    violation: Violation | None = None
    message: Message | None = None
    declared: bool = True

    @property
    def rejected(self) -> bool:
        """Whether the guard rejects the traffic."""
        return self.violation is not None and self.violation.rejected

    @property
    def refused(self) -> bool:
        """The old name of `rejected`; it works in this release only."""
        value: bool = read_by_old_name(self, "refused", "rejected")
        return value


#: Made once: most traffic is fine.
PASSED = Verdict()
PASSED_UNDECLARED = Verdict(declared=False)


def without_rule(  # noqa: PLR0913  # a violation, taken apart
    checkpoint: Checkpoint,
    code: Code,
    namespace: str,
    event: str,
    reason: str,
    problem: Problem,
    mode: Mode,
    *,
    declared: bool = False,
    perspective: Perspective = Perspective.SERVER,
    message: Message | None = None,
) -> Verdict:
    """Return the verdict on a violation that no schema of the contract describes."""
    violation = Violation(
        checkpoint,
        code,
        namespace,
        event,
        (problem,),
        reason,
        message_id=None if message is None else message.id,
        rejected=mode is Mode.ENFORCE,
        perspective=perspective,
    )
    return Verdict(violation, message, declared=declared)
