"""For programs: everything as one JSON object, described in `docs/reference/violations.md`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from asyncapi_guard.cli.violation_reports import ViolationReport
    from asyncapi_guard.violation_log.distinct import Distinct
    from asyncapi_guard.violation_log.summary import Group, OperationTally

__all__ = ["VERSION", "render"]

#: Rises when a field goes or changes its meaning; new fields may come at any time.
VERSION = 1


def render(report: ViolationReport) -> str:
    """The object, in ASCII: what clients chose need not be text that every terminal can encode."""
    summary = report.summary
    whole = {
        "version": VERSION,
        "files": list(report.files),
        "lines": report.lines,
        "unreadable": report.unreadable,
        "dropped": summary.dropped,
        "processes": summary.processes,
        "from": _time(summary.first),
        "to": _time(summary.last),
        "rejected": summary.rejected,
        "reported": summary.reported,
        "clients": _distinct(summary.clients, report),
        "sessions": _distinct(summary.sessions, report),
        "kinds": [_group(each, report) for each in summary.groups],
        "operations": [_operation(each) for each in summary.operations()],
        "earlier_contracts": summary.earlier_contracts,
    }
    return json.dumps(whole, indent=2)


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _distinct(distinct: Distinct, report: ViolationReport) -> dict[str, Any]:
    same_salt = len(report.summary.salts) <= 1
    return {"count": distinct.number, "exact": distinct.exact and same_salt}


def _group(group: Group, report: ViolationReport) -> dict[str, Any]:
    return {
        **group.kind._asdict(),
        "place": group.example.place,
        "example": {"path": group.example.path, "message": group.example.message},
        "rejected": group.rejected,
        "reported": group.reported,
        "first": _time(group.first),
        "last": _time(group.last),
        "clients": _distinct(group.clients, report),
        "sessions": _distinct(group.sessions, report),
        "new": None if report.known is None else report.is_new(group.kind),
    }


def _operation(tally: OperationTally) -> dict[str, Any]:
    return {
        "operation": tally.operation,
        "mode": tally.mode,
        "seen": tally.seen,
        "acks": tally.acks,
        "rejected": tally.rejected,
        "reported": tally.reported,
        "since": _time(tally.since),
        "until": _time(tally.until),
        "last_violation": _time(tally.last_violation),
        "can_be_enforced": tally.can_be_enforced,
    }
