"""A check's finding in one trace, before its program is shortened and located."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.contract_tests.failures import Group

if TYPE_CHECKING:
    from asyncapi_guard.contract_tests.failures import Check
    from asyncapi_guard.violations import Violation

__all__ = ["Finding", "Key", "why"]


class Key(NamedTuple):
    """What tells findings apart: each kind is reported once for each place."""

    check: Check
    namespace: str
    event: str
    variant: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a trace.

    Attributes:
        check: what was tested.
        namespace: the Socket.IO namespace.
        event: the event that was sent, or that came.
        message: what happened and what was expected; without values.
        step: the index of the step that it belongs to.
        location: where the document says so, as `file#/json/pointer`.
        variant: tells findings about the same event apart.
    """

    check: Check
    namespace: str
    event: str
    message: str
    step: int
    location: str = ""
    variant: str = ""

    @property
    def key(self) -> Key:
        """What tells it from others. What a framework lets through, it does for all events."""
        if self.check.group is Group.TRANSPORT:
            return Key(self.check, self.namespace, "", self.variant)
        return Key(self.check, self.namespace, self.event, self.variant)


def why(violation: Violation) -> tuple[str, str]:
    """The first problem of a violation in words, and where the document says so."""
    problem = violation.problems[0]
    said = f"{problem.path}: {problem.message}" if problem.path else problem.message
    return said, problem.schema
