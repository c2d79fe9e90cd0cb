"""What was looked at, and how it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Check", "Status"]


class Status(str, Enum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"

    __hash__ = str.__hash__
    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        status: how it is.
        code: which thing; the same in every release.
        subject: where, such as `package.module:manager`.
        text: one sentence for people. It has no credentials.
        remedy: what to do about it; empty where nothing is to be done.
    """

    status: Status
    code: str
    subject: str
    text: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """What `--format json` shows."""
        return {
            "status": str(self.status),
            "code": self.code,
            "subject": self.subject,
            "text": self.text,
            "remedy": self.remedy,
        }
