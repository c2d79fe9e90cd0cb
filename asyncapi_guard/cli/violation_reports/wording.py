"""What the formats for people share: who broke the contract, how often, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.cli.reporters.text import count, plain
from asyncapi_guard.violation_log.summary import OTHER
from asyncapi_guard.violations import printable

if TYPE_CHECKING:
    from datetime import datetime

    from asyncapi_guard.cli.violation_reports import ViolationReport
    from asyncapi_guard.violation_log.distinct import Distinct
    from asyncapi_guard.violation_log.summary import Group, Kind, OperationTally

__all__ = [
    "CAN_BE_ENFORCED",
    "NOT_YET",
    "by_clients",
    "example",
    "headline",
    "hints",
    "not_yet",
    "notes",
    "often",
    "place",
    "ready",
    "reason",
    "sections",
    "subject",
    "when",
]

CAN_BE_ENFORCED = "Can be enforced: nothing that was seen would be rejected"
NOT_YET = "Can't be enforced yet"
HOW_TO_ENFORCE = (
    "To enforce an operation, set `x-guard: {mode: enforce}` on it in the document, or pass "
    "Policy(operations={ID: 'enforce'})."
)


def subject(kind: Kind) -> str:
    """The traffic, who sent it, and where."""
    if kind.namespace == kind.event == OTHER:
        return "more kinds than can be told apart"
    event, namespace = printable(kind.event), printable(kind.namespace)
    at_server = kind.side == "server"
    if kind.checkpoint == "connect":
        return f"connections from {'clients' if at_server else 'the client'} to {namespace}"
    received = kind.checkpoint in ("receive_event", "receive_ack")
    sender = "the server" if received is not at_server else "clients"
    sender = "the client" if sender == "clients" and not at_server else sender
    what = "acks of event" if kind.checkpoint.endswith("_ack") else "event"
    return f"{what} {event} from {sender} in {namespace}"


def place(group: Group) -> str:
    """Where the document says otherwise; empty for what is in no document."""
    return plain((group.example.place or group.kind.schema).removeprefix("<mapping>"))


def example(group: Group) -> str:
    """The problem of one violation, with its path."""
    path, message = plain(group.example.path), plain(group.example.message)
    return f"{path}: {message}" if path else message


def often(group: Group) -> str:
    """How many were rejected, and how many reported."""
    numbers = ((group.rejected, "rejected"), (group.reported, "reported"))
    return ", ".join(f"{number:,} {what}" for number, what in numbers if number)


def by_clients(clients: Distinct, sessions: Distinct, *, comparable: bool) -> str:
    """By how many clients; empty for traffic of no client.

    Args:
        clients: by their addresses.
        sessions: by their session ids.
        comparable: the same client has the same hash in all logs.
    """
    shown = []
    for distinct, noun in ((clients, "client"), (sessions, "session")):
        number = distinct.number
        if number:
            about = "" if distinct.exact else "about "
            most = "" if comparable else "at most "
            shown.append(f"{most}{about}{count(number, noun).replace(str(number), f'{number:,}')}")
    return " in ".join(shown)


def when(time: datetime | None) -> str:
    """A time, to the second, in UTC."""
    from datetime import timezone

    if time is None:
        return "?"
    try:
        return time.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError):  # of the first or the last year
        return time.isoformat()


def headline(report: ViolationReport) -> str:
    """What there is in all."""
    summary = report.summary
    if summary.first is None:
        return "No lines."
    between = f"from {when(summary.first)} to {when(summary.last)} UTC"
    if not summary.violations:
        return f"No violations {between}"
    kinds = len(summary.groups)
    by = by_clients(summary.clients, summary.sessions, comparable=len(summary.salts) <= 1)
    shown = f"{summary.violations:,} {'violation' if summary.violations == 1 else 'violations'}"
    return f"{shown} of {count(kinds, 'kind')}{', by ' + by if by else ''}, {between}"


def notes(report: ViolationReport) -> list[str]:
    """What is to be known of the numbers, as sentences."""
    summary = report.summary
    found = []
    if report.unreadable:
        lines = "line" if report.unreadable == 1 else "lines"
        found.append(
            f"{report.unreadable:,} {lines} could not be read: damaged, or of another version"
        )
    if summary.dropped:
        were = "violation has" if summary.dropped == 1 else "violations have"
        found.append(f"{summary.dropped:,} more {were} no line: they came faster than the disk")
    if summary.earlier_contracts:
        earlier = count(summary.earlier_contracts, "earlier contract")
        found.append(f"what was counted by {earlier} is left out of the operations")
    if len(summary.salts) > 1:
        found.append(
            f"clients were hashed with {len(summary.salts)} salts, so a client can count several "
            "times; pass the same violations_salt= to all processes"
        )
    return [f"Note: {each}." for each in found]


def sections(
    report: ViolationReport,
) -> tuple[list[OperationTally], list[OperationTally], int]:
    """The operations in report mode that can be enforced, those that cannot, and the enforced."""
    operations = report.summary.operations()
    reporting = [each for each in operations if each.mode == "report"]
    can = [each for each in reporting if each.can_be_enforced]
    cannot = [each for each in reporting if each.violations or each.last_violation is not None]
    return can, cannot, sum(each.mode == "enforce" for each in operations)


def ready(tally: OperationTally) -> str:
    """Why an operation can be enforced."""
    acks = f" with {tally.acks:,} acks" if tally.acks else ""
    return f"seen {_times(tally.seen)}{acks} since {when(tally.since)}, without a violation"


def not_yet(tally: OperationTally) -> str:
    """Why an operation cannot be enforced."""
    last = "" if tally.last_violation is None else f", the last one at {when(tally.last_violation)}"
    number = max(tally.violations, 1)
    violations = "violation" if number == 1 else "violations"
    return f"{number:,} {violations}{last}; seen {_times(tally.seen)} since {when(tally.since)}"


def reason(kind: Kind) -> str:
    """What failed."""
    code = plain(kind.code)
    return f"{plain(kind.keyword)} [{code}]" if kind.keyword else code


def hints(report: ViolationReport) -> list[str]:
    """What to do, and what is done already, as sentences."""
    can, _, number = sections(report)
    verb = "is" if number == 1 else "are"
    enforced = f"{count(number, 'operation')} {verb} enforced already."
    return [HOW_TO_ENFORCE] * bool(can) + [enforced] * bool(number)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"
