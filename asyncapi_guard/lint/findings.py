"""Where rules report to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import Severity
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.references import UNRESOLVABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

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
        #: How often anything was reported, hidden or asked for: what a check did nothing with is
        #: without faults, whatever else was found.
        self.touched: int = 0
        self._rules = rules
        self._counts = counts
        self._found: dict[Finding, None] = {}
        #: Places of which nothing more is said, by file and pointer.
        self._explained: set[tuple[str, str]] = set()
        self._codes: set[str] = set()
        #: How references begin to what stands in another place, which was reported.
        self._misplaced: set[str] = set()
        self._counted = dict.fromkeys(Severity, 0)

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

    def explain(
        self, code: str, node: Node, message: str, *, key: bool = False, place: Node | None = None
    ) -> None:
        """Report the cause of whatever else is wrong at a place, of which nothing more is said.

        The place is the value's own, unless another one is given.
        """
        self(code, node, message, key=key)
        self.hide(place or node)

    def hide(self, node: Node) -> None:
        """Say nothing more of a place."""
        self.touched += 1
        self._explained.add((node.source.name, format_pointer(node.path)))

    def misplace(self, begin: str) -> None:
        """Say nothing of references that begin so: what they name stands elsewhere."""
        self.touched += 1
        self._misplaced.add(f"{_UNRESOLVED}'{begin}")

    def has_misplaced(self, begin: str) -> bool:
        """Whether what references that begin so name stands elsewhere."""
        self.touched += 1
        return f"{_UNRESOLVED}'{begin}" in self._misplaced

    def _is_misplaced(self, finding: Finding) -> bool:
        is_broken = finding.code == UNRESOLVABLE
        return is_broken and finding.message.startswith(tuple(self._misplaced))

    @property
    def is_hiding(self) -> bool:
        """Whether there is a place of which nothing more is said."""
        return bool(self._explained or self._misplaced)

    def has(self, *codes: str) -> bool:
        """Whether anything was found by one of some rules."""
        self.touched += 1
        return not self._codes.isdisjoint(codes)

    def hides(self, node: Node) -> bool:
        """Whether nothing more is said of a place."""
        self.touched += 1
        return self._is_explained(node.source.name, format_pointer(node.path))

    def _is_explained(self, file: str, pointer: str) -> bool:
        if not self._explained:
            return False
        parts = pointer.split("/")
        places = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
        return any((file, place) in self._explained for place in places)

    def add(self, finding: Finding) -> None:
        """Report a finding that was made elsewhere.

        Of more warnings than anybody reads nothing is kept, so that an error behind them is found.

        Raises:
            TooManyError: it is the last error.
        """
        self.touched += 1
        severity = self._rules[finding.code].severity_in(socketio=self.socketio)
        if severity is Severity.WARNING and self._counted[severity] == _MOST:
            return
        finding = replace(finding, severity=severity)
        if finding in self._found or self._is_misplaced(finding):
            return
        if self._is_explained(finding.file, finding.pointer):
            return
        self._codes.add(finding.code)
        self._found[finding] = None
        self._counted[severity] += self._counts(finding)
        if self._counted[severity] == _MOST:
            self._end(finding)

    def _end(self, last: Finding) -> None:
        """Say that there are too many like the last one."""
        is_error = last.severity is Severity.ERROR
        left = "the linter stopped here" if is_error else "further warnings are left out"
        code = "too-many-findings"
        message = f"{_MOST:,} {last.severity}s found; {left}"
        severity = self._rules[code].severity
        self._found.setdefault(replace(last, message=message, code=code, severity=severity))
        if is_error:
            raise TooManyError

    def sorted(self) -> tuple[Finding, ...]:
        """All, in the order of the files."""
        found = sorted(each for each in self._found if not self._is_misplaced(each))
        return tuple(_without_repeats(found))


#: How the loader begins to tell of a reference whose target is missing.
_UNRESOLVED = "unresolved reference "
#: A section or a channel that is not there, through which references lead.
_CAUSE = re.compile(r": (no .* in (?:the root|/components|/channels(?:/[^/ ;]+)?)(?:; .*)?)$")


def _without_repeats(found: list[Finding]) -> Iterator[Finding]:
    """One finding for all references that miss the same section or channel."""
    causes = [_CAUSE.search(each.message) if each.code == UNRESOLVABLE else None for each in found]
    times = Counter(
        (each.file, cause[1]) for each, cause in zip(found, causes, strict=True) if cause
    )
    for each, cause in zip(found, causes, strict=True):
        more = times.pop((each.file, cause[1]), 0) - 1 if cause else 0
        if more > 0:
            plural = "s" if more > 1 else ""
            said = f"{each.message} ({more} more reference{plural} with this cause)"
            yield replace(each, message=said)
        elif more == 0:
            yield each
