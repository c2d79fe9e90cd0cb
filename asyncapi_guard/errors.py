"""The exceptions that this package raises.

    AsyncAPIGuardError
    ├── SpecError                     the document is invalid; raised only while loading
    │   ├── UnreadableDocument        missing, not text, not YAML or JSON, too large
    │   ├── UnsupportedVersion        not AsyncAPI 3.0 or 3.1
    │   ├── UnresolvableReference     a `$ref` without a target
    │   └── InvalidDocument           everything else, and several findings together
    ├── ContractViolation             traffic breaks the contract; carries `.violation`
    │   ├── RequestValidationError    an event or a connection of the other side
    │   ├── ResponseValidationError   an ack that your handler returned
    │   ├── EmitValidationError       an event that your code emitted
    │   └── AckValidationError        an ack of the other side to your emit or call
    ├── EditRefused                   a file can't be edited without changing unrelated text
    ├── InstallationError             guarded twice, too early, unknown kind of server
    │   └── MissingExtraError         an extra of the package is not installed
    └── RegistrationError             a handler whose type hints can't become a contract

`SpecError` describes findings in a document; `ContractViolation` describes invalid traffic. The two
never meet, because a document is loaded before the first packet arrives.
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
    """The base class of all exceptions that this package raises."""


class Severity(str, Enum):
    """The severity of a finding."""

    ERROR = "error"
    WARNING = "warning"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """An error or a warning in a document, with its location.

    Attributes:
        file: the file's name as it was given, or `<mapping>` for a document given as data.
        line: 1-based; 0 when the document has no lines.
        column: 1-based; 0 when the document has no lines.
        pointer: JSON Pointer (RFC 6901) to the value that the finding is about.
        message: what was found, what was expected, what to do.
        code: the rule that was broken (`docs/reference/rules.md`).
        severity: an error makes the document unusable; a warning doesn't.
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
    """Raised when a document can't be used.

    Attributes:
        findings: all findings, at least one, in the order of the file.
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
    """Raised when the document is missing, not text, not YAML or JSON, or over a limit."""


class UnsupportedVersion(SpecError):
    """Raised when the document isn't AsyncAPI 3.0 or 3.1."""


class UnresolvableReference(SpecError):
    """Raised when a `$ref` has no target, is circular, or points to a forbidden location."""


class InvalidDocument(SpecError):
    """Raised when the document breaks AsyncAPI or the Socket.IO profile, or has several errors."""


class ContractViolation(AsyncAPIGuardError):
    """Raised when traffic breaks the contract.

    Attributes:
        violation: the violation: where it was found, what failed, and why.
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
    """Raised when an event or a connection from the other side breaks the contract."""


class ResponseValidationError(ContractViolation):
    """Raised when a handler returns an ack that breaks the contract, after its side effects."""

    def answer(self) -> dict[str, Any]:
        """The object that a client is answered: without details."""
        return self.violation.as_dict(details=False)


class EmitValidationError(ContractViolation):
    """Raised when your code emits an event that breaks the contract."""

    def answer(self) -> dict[str, Any]:
        """The object that a client is answered: without details."""
        return self.violation.as_dict(details=False)


class _UnsendableEvent(EmitValidationError, TypeError):
    """Raised when an event can't be sent as JSON; without the guard, that is a `TypeError`."""


class _UnsendableAck(ResponseValidationError, TypeError):
    """Raised when an ack can't be sent as JSON; without the guard, that is a `TypeError`."""


class AckValidationError(ContractViolation):
    """Raised when the ack of the other side to an emit or a call breaks the contract."""


class EditRefused(AsyncAPIGuardError):
    """Raised when a file can't be edited without changing unrelated text. Nothing is written.

    Attributes:
        finding: the location of the rejected edit, the reason, and what to do.
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
        """The 1-based line of the text that can't be edited."""
        return self.finding.line

    def __str__(self) -> str:
        return str(self.finding)


class InstallationError(AsyncAPIGuardError):
    """Raised when the guard can't be installed on a server or a client."""


class MissingExtraError(InstallationError, ModuleNotFoundError):
    """Raised when an extra of the package isn't installed. The message has the install command.

    Attributes:
        name: the missing package or module.
    """


class RegistrationError(AsyncAPIGuardError, TypeError):
    """Raised when a handler's type hints can't be resolved or can't become schemas."""


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
    """Return the exception for a violation, by the checkpoint where it was found."""
    if violation.checkpoint is Checkpoint.CONNECT and violation.perspective is Perspective.CLIENT:
        return EmitValidationError(violation)  # the guarded client itself sent it
    if [problem.keyword for problem in violation.problems] == [UNSENDABLE]:
        return _UNSENDABLE_AT[violation.checkpoint](violation)
    return _ERROR_AT[violation.checkpoint](violation)
