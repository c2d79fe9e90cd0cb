"""What the language server needs of the command line: configuration, and pages of rules."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.configuration import OWN_FILE, Configurations
from asyncapi_guard.cli.configuration_table import PYPROJECT
from asyncapi_guard.cli.file_search import NothingToCheck, is_document, is_document_text, walk
from asyncapi_guard.cli.rule_links import rule_url
from asyncapi_guard.cli.rule_markdown import markdown_of
from asyncapi_guard.lint.own.rule import texts_of
from asyncapi_guard.lint.rules import RULES
from asyncapi_guard.lsp.surroundings import Options, UnusableConfiguration

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["EditorSurroundings"]


class EditorSurroundings:
    """The same configuration as `asyncapi-guard validate` has for a file."""

    def __init__(self) -> None:
        self._configurations = Configurations()
        # The thread that validates asks, and handlers as well.
        self._lock = threading.Lock()

    def enter(self, directory: Path) -> None:
        """Take a directory as the one in which `validate` would run: names are relative to it."""
        with suppress(OSError):
            os.chdir(directory)
        self.forget()

    def options(self, path: Path) -> Options:
        """How to validate a document.

        Raises:
            UnusableConfiguration: the configuration has a fault.
        """
        with self._lock:
            try:
                found = self._configurations.of_file(str(path))
            except CannotRun as error:
                raise UnusableConfiguration(error.format_message()) from error
        return Options(found.settings, found.root, found.allow_http)

    def forget(self) -> None:
        """Read the configuration again when it is next needed."""
        with self._lock:
            self._configurations = Configurations()

    def is_configuration(self, path: Path) -> bool:
        """Whether a file can hold configuration."""
        return path.name in (OWN_FILE, PYPROJECT)

    def is_document(self, text: str) -> bool:
        """Whether a text looks like an AsyncAPI document."""
        return is_document_text(text)

    def documents_below(self, directory: Path) -> list[Path]:
        """The AsyncAPI documents in a directory, as `validate` would find them."""
        with self._lock:
            try:
                exclude = self._configurations.of_folder(directory).exclude
            except CannotRun:
                exclude = ()
        try:
            return sorted(file for file in walk(directory, exclude) if is_document(file))
        except NothingToCheck:
            return []  # a directory that must not be read

    def rule_url(self, code: str) -> str | None:
        """The page of a rule; `None` for what has none."""
        return rule_url(code)

    def rule_text(self, code: str, path: Path | None = None) -> str | None:
        """What a rule requires and why, in Markdown; `None` for what has none.

        Args:
            code: its code.
            path: a document of the project, whose own rules count as well.
        """
        rule = RULES.get(code)
        if rule is None and path is not None:
            with suppress(UnusableConfiguration):
                rule = texts_of(self.options(path).settings.rules).get(code)
        return markdown_of(rule) if rule is not None else None
