"""For programs: everything as one JSON object, described in `docs/how-to/test.md`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.wording import without_secrets

if TYPE_CHECKING:
    from asyncapi_guard.cli.contract_test_reports import ContractTestReport, Shown
    from asyncapi_guard.contract_tests.packets import Packet

__all__ = ["VERSION", "render"]

#: Rises when a field goes or changes its meaning; new fields may come at any time.
VERSION = 1


def render(report: ContractTestReport, *, quiet: bool = False) -> str:  # noqa: ARG001  # always whole
    """The object."""
    result = report.report
    whole = {
        "version": VERSION,
        "document": report.document,
        "url": report.url,
        "seed": result.seed,
        "passed": not report.failures,
        "failures": [_one(each, report) for each in report.failures],
        "warnings": [_one(each, report) for each in report.warnings],
        "untested": [{"subject": u.subject, "reason": u.reason} for u in result.untested],
        "phases": {str(phase): sent for phase, sent in result.phases.items()},
        "checks": {str(check): made for check, made in result.checks.items()},
        "events": result.events_sent,
        "seconds": round(result.seconds, 3),
    }
    return json.dumps(whole, indent=2)


def _one(shown: Shown, report: ContractTestReport) -> dict[str, Any]:
    failure = shown.failure
    return {
        "check": str(failure.check),
        "group": str(failure.check.group),
        "phase": str(failure.phase),
        "namespace": failure.namespace,
        "event": failure.event or None,
        "message": without_secrets(failure.message, report.secrets),
        "place": failure.place or None,
        "pointer": failure.pointer or None,
        "packets": [_packet(each, report) for each in failure.packets],
        "seen": failure.seen,
        "runs": failure.runs,
        "replays": list(shown.replays),
    }


def _packet(packet: Packet, report: ContractTestReport) -> dict[str, Any]:
    return {
        "direction": packet.direction,
        "client": packet.client,
        "seconds": round(packet.seconds, 3),
        "type": packet.type,
        "text": without_secrets(packet.text, report.secrets),
        "attachments": [len(each) for each in packet.attachments],
    }
