"""Where rules report to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.lint.rule import Rule
    from asyncapi_guard.spec.references import Node

__all__ = ["Findings", "TooManyError"]

_MOST = 5_000


class TooManyError(Exception):
    """Nobody will read more; the document is mended one thing after the other."""


class Findings:
    """Collects findings, each once, with the severity of its rule.

    Args:
        rules: by code. A finding gets the severity of its rule.
        counts: whether a finding counts. What is not reported must not end the search.
    """

    def __init__(self, rules: Mapping[str, Rule], counts: Callable[[Finding], bool]) -> None:
        #: What would be right at the place of a finding: names, or the kind of the value.
        self.wanted: dict[tuple[str, str, str], Collection[Any]] = {}
        #: Whether the document is for Socket.IO: elsewhere, what a guard cannot do is no error.
        self.socketio: bool = True
        self._rules = rules
        self._counts = counts
        self._found: dict[Finding, None] = {}
        self._counted = 0

    def __call__(
        self,
        code: str,
        node: Node,
        message: str,
        *,
        key: bool = False,
        wanted: Collection[Any] = (),
    ) -> None:
        """Report a value (with `key`, its key) under a rule; `wanted` is for who repairs it."""
        finding = node.finding(message, code, key=key)
        if wanted:
            self.wanted[finding.file, finding.pointer, code] = wanted
        self.add(finding)

    def add(self, finding: Finding) -> None:
        """Report a finding that was made elsewhere.

        Raises:
            TooManyError: it is the last one.
        """
        rule = self._rules[finding.code]
        finding = replace(finding, severity=rule.severity_in(socketio=self.socketio))
        if finding in self._found:
            return
        self._found[finding] = None
        self._counted += self._counts(finding)
        if self._counted == _MOST:
            message = f"there are {_MOST:,} findings; what else there may be was not looked for"
            last = replace(finding, message=message, code="too-many-findings")
            self._found.setdefault(replace(last, severity=self._rules[last.code].severity))
            raise TooManyError

    def sorted(self) -> tuple[Finding, ...]:
        """All, in the order of the files."""
        return tuple(sorted(self._found))
