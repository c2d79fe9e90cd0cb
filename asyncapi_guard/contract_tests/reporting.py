"""The readable locations of findings in the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.integrations.recording.source_lines import SourceLines

if TYPE_CHECKING:
    from asyncapi_guard.contract import Contract
    from asyncapi_guard.contract_tests.findings import Finding
    from asyncapi_guard.contract_tests.judge import Judge

__all__ = ["Places"]


class Places:
    """The places of a contract's locations."""

    def __init__(self, contract: Contract) -> None:
        self._lines = SourceLines(contract.sources)

    def of(self, location: str) -> tuple[str, str]:
        """The `file:line:column` of a location, and its JSON Pointer."""
        if not location:
            return "", ""
        return self._lines.of(location), location.partition("#")[2]

    def default(self, finding: Finding, judge: Judge) -> str:
        """The location of the event, for a finding that is about no schema."""
        received = judge.event(finding.namespace, finding.event)
        if received is not None:
            return received.messages[0].location
        rule = judge.guard.rule_of_sent(finding.namespace, finding.event)
        return rule.offers[0].message.location if rule is not None else ""
