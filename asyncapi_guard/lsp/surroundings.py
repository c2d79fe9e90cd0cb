"""What the server needs of the command line, which is a layer above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from asyncapi_guard.lint.settings import Settings

__all__ = ["Options", "Surroundings", "UnusableConfiguration"]


class UnusableConfiguration(Exception):
    """The configuration of a document cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a document is validated.

    Attributes:
        settings: which findings are reported.
        root: the directory that references must not leave; `None` for the document's own.
        allow_http: hosts that references can point to.
    """

    settings: Settings
    root: str | None = None
    allow_http: tuple[str, ...] = ()


class Surroundings(Protocol):
    """Configuration, and pages about rules."""

    def enter(self, directory: Path) -> None:
        """Take a directory as the one in which `validate` would run: names are relative to it."""
        ...

    def options(self, path: Path) -> Options:
        """How to validate a document.

        Raises:
            UnusableConfiguration: the configuration has a fault.
        """
        ...

    def forget(self) -> None:
        """Read the configuration again when it is next needed."""
        ...

    def is_configuration(self, path: Path) -> bool:
        """Whether a file can hold configuration."""
        ...

    def is_document(self, text: str) -> bool:
        """Whether a text looks like an AsyncAPI document."""
        ...

    def documents_below(self, directory: Path) -> list[Path]:
        """The AsyncAPI documents in a directory, as `validate` would find them."""
        ...

    def rule_url(self, code: str) -> str | None:
        """The page of a rule; `None` for what has none."""
        ...

    def rule_text(self, code: str, path: Path | None = None) -> str | None:
        """What a rule requires and why, in Markdown; `None` for what has none.

        Args:
            code: its code.
            path: a document of the project, whose own rules count as well.
        """
        ...
