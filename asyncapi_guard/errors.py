"""Everything that this package raises.

    AsyncAPIGuardError
    ├── SpecError                     the document is at fault; raised only while loading
    │   ├── UnreadableDocument        not there, not text, not YAML or JSON, too large
    │   ├── UnsupportedVersion        not AsyncAPI 3.0 or 3.1
    │   ├── UnresolvableReference     a `$ref` without a target
    │   └── InvalidDocument           everything else, and several faults together
    ├── ContractViolation             traffic is at fault; carries `.violation`
    │   ├── RequestValidationError    what the other side sent (event or connect)
    │   ├── ResponseValidationError   what our handler returned as the ack
    │   ├── EmitValidationError       what we emitted
    │   └── AckValidationError        what the other side answered to our emit or call
    ├── EditRefused                   a file cannot be edited without changing more than was meant
    ├── InstallationError             guarded twice, too early, unknown kind of server
    │   └── MissingExtraError         an extra of the package is not installed
    └── RegistrationError             a handler whose hints cannot be made into a contract

`SpecError` says what is wrong with a file and where; `ContractViolation` says what is wrong with
traffic. The two never meet: a document is read before the first packet arrives, or never.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from asyncapi_guard.violations import UNSENDABLE, Checkpoint, Perspective, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "AckValidationError",
    "AsyncAPIGuardError",
    "ContractViolation",
    "EditRefused",
    "EmitValidationError",
    "Finding",
    "InstallationError",
    "InvalidDocument",
    "MissingExtraError",
    "RegistrationError",
    "RequestValidationError",
    "ResponseValidationError",
    "Severity",
    "SpecError",
    "UnreadableDocument",
    "UnresolvableReference",
    "UnsupportedVersion",
    "violation_error",
]


class AsyncAPIGuardError(Exception):
    """The root of everything that this package raises."""


class Severity(str, Enum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault of a document, and where it is.

    Attributes:
        file: the file's name as it was given, or `<mapping>` for a document given as data.
        line: 1-based; 0 when the document has no lines.
        column: 1-based; 0 when the document has no lines.
        pointer: JSON Pointer (RFC 6901) to the value at fault.
        message: what was found, what was expected, what to do.
        code: the rule that was broken (`docs/reference/rules.md`).
        severity: an error makes the document unusable; a warning is allowed, and hardly meant.
    """

    file: str
    line: int
    column: int
    pointer: str
    message: str
    code: str = "invalid-document"
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        pointer = f" (at {self.pointer})" if self.pointer else ""
        return f"{place}: {self.message}{pointer}"


class SpecError(AsyncAPIGuardError):
    """A document cannot be used.

    Attributes:
        findings: every fault found, in the order of the file; at least one.
    """

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        several = [findings] if isinstance(findings, Finding) else findings
        self.findings: tuple[Finding, ...] = tuple(several)
        super().__init__(*self.findings)

    @property
    def file(self) -> str:
        """The file of the first finding."""
        return self.findings[0].file

    @property
    def line(self) -> int:
        """The 1-based line of the first finding."""
        return self.findings[0].line

    @property
    def column(self) -> int:
        """The 1-based column of the first finding."""
        return self.findings[0].column

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the first finding."""
        return self.findings[0].pointer

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings))


class UnreadableDocument(SpecError):
    """The document is not there, not text, not YAML or JSON, or beyond the limits."""


class UnsupportedVersion(SpecError):
    """The document is not AsyncAPI 3.0 or 3.1."""


class UnresolvableReference(SpecError):
    """A `$ref` leads nowhere, in a circle, or to where references may not go."""


class InvalidDocument(SpecError):
    """The document breaks AsyncAPI or the Socket.IO profile, or has several faults."""


class ContractViolation(AsyncAPIGuardError):
    """Traffic broke the contract.

    Attributes:
        violation: the evidence.
    """

    def __init__(self, violation: Violation) -> None:
        self.violation = violation
        super().__init__(violation)

    @property
    def event(self) -> str:
        """The event's name."""
        return self.violation.event

    @property
    def namespace(self) -> str:
        """The Socket.IO namespace."""
        return self.violation.namespace

    def errors(self) -> list[dict[str, str]]:
        """The problems as plain data: `path`, `keyword`, `message`; never payload values."""
        return [problem.as_dict() for problem in self.violation.problems]

    def json(self) -> str:
        """The object that a client is answered, as JSON text."""
        return json.dumps(self.answer())

    def answer(self) -> dict[str, Any]:
        """The object that a client is answered."""
        return self.violation.as_dict()

    def __str__(self) -> str:
        return str(self.violation)


class RequestValidationError(ContractViolation):
    """A client sent an event or a connect that breaks the contract; or a server, an event."""


class ResponseValidationError(ContractViolation):
    """A handler returned an ack that breaks the contract: our fault, found after side effects."""

    def answer(self) -> dict[str, Any]:
        """The object that a client is answered: without details."""
        return self.violation.as_dict(details=False)


class EmitValidationError(ContractViolation):
    """The application emitted something that breaks the contract."""

    def answer(self) -> dict[str, Any]:
        """The object that a client is answered: without details."""
        return self.violation.as_dict(details=False)


class _UnsendableEvent(EmitValidationError, TypeError):
    """An event that has no form in JSON; without the guard, that is a `TypeError`."""


class _UnsendableAck(ResponseValidationError, TypeError):
    """An ack that has no form in JSON; without the guard, that is a `TypeError`."""


class AckValidationError(ContractViolation):
    """The other side answered an emit or a call with something that breaks the contract."""


class EditRefused(AsyncAPIGuardError):
    """A file cannot be edited without changing more than was meant; nothing was written.

    Attributes:
        finding: where the edit would be made, why it is not, and what to do.
    """

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding)

    @property
    def file(self) -> str:
        """The file."""
        return self.finding.file

    @property
    def line(self) -> int:
        """The 1-based line of the place that cannot be edited."""
        return self.finding.line

    def __str__(self) -> str:
        return str(self.finding)


class InstallationError(AsyncAPIGuardError):
    """The guard cannot be put where it was asked to."""


class MissingExtraError(InstallationError, ModuleNotFoundError):
    """An extra of the package is not installed. The message has the line that installs it.

    Attributes:
        name: The package or module that is missing.
    """


class RegistrationError(AsyncAPIGuardError, TypeError):
    """A handler's type hints cannot be resolved, or cannot be made into schemas."""


_ERROR_AT: dict[Checkpoint, type[ContractViolation]] = {
    Checkpoint.CONNECT: RequestValidationError,
    Checkpoint.RECEIVE_EVENT: RequestValidationError,
    Checkpoint.SEND_ACK: ResponseValidationError,
    Checkpoint.SEND_EVENT: EmitValidationError,
    Checkpoint.RECEIVE_ACK: AckValidationError,
    Checkpoint.QUEUE_EVENT: EmitValidationError,
    Checkpoint.QUEUE_ACK: AckValidationError,
    Checkpoint.QUEUE_CONTROL: EmitValidationError,
}


_UNSENDABLE_AT: dict[Checkpoint, type[ContractViolation]] = {
    **_ERROR_AT,
    Checkpoint.SEND_ACK: _UnsendableAck,
    Checkpoint.SEND_EVENT: _UnsendableEvent,
}


def violation_error(violation: Violation) -> ContractViolation:
    """The exception for a violation, by the checkpoint where it was found."""
    if violation.checkpoint is Checkpoint.CONNECT and violation.perspective is Perspective.CLIENT:
        return EmitValidationError(violation)  # the guarded client itself sent it
    if [problem.keyword for problem in violation.problems] == [UNSENDABLE]:
        return _UNSENDABLE_AT[violation.checkpoint](violation)
    return _ERROR_AT[violation.checkpoint](violation)
