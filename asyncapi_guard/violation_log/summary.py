"""The summary of violation logs: the violations of each place of the contract, and the clients."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.violation_log.distinct import Distinct
from asyncapi_guard.violation_log.lines import (
    CountersLine,
    DroppedLine,
    LogLine,
    ProblemLine,
    ViolationLine,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from asyncapi_guard.violation_log.lines import Line, OperationCount

__all__ = ["OTHER", "Group", "Kind", "OperationTally", "Summary"]

#: What stands for all that there are too many of.
OTHER = "(other)"
#: How many groups, and how many operations of contracts, are told apart.
_MOST_GROUPS = 2_000
_MOST_OPERATIONS = 10_000
_MOST_PROCESSES = 10_000


class Kind(NamedTuple):
    """What violations of one group have in common.

    Attributes:
        namespace: the address of the channel; for what is undeclared, the namespace as it came.
        event: the name of the event.
        checkpoint: where it was validated.
        side: who validated: a guarded server, or a guarded client.
        code: the kind of fault.
        keyword: what failed.
        schema: where that is in the document; may be empty.
    """

    namespace: str
    event: str
    checkpoint: str
    side: str
    code: str
    keyword: str
    schema: str


_OTHER = Kind(OTHER, OTHER, "", "", OTHER, "", "")


class Group:
    """The violations of one kind.

    Attributes:
        kind: what they have in common.
        rejected: how many were stopped.
        reported: how many passed.
        first: when the first one was.
        last: when the last one was.
        example: a problem of the last one.
        clients: by how many addresses.
        sessions: in how many sessions.
    """

    __slots__ = (
        "clients",
        "example",
        "first",
        "kind",
        "last",
        "rejected",
        "reported",
        "sessions",
    )

    def __init__(self, kind: Kind, time: datetime, example: ProblemLine) -> None:
        self.kind: Kind = kind
        self.rejected: int = 0
        self.reported: int = 0
        self.first: datetime = time
        self.last: datetime = time
        self.example: ProblemLine = example
        self.clients: Distinct = Distinct()
        self.sessions: Distinct = Distinct()

    @property
    def count(self) -> int:
        """How many there are."""
        return self.rejected + self.reported

    def add(self, line: ViolationLine, problem: ProblemLine) -> None:
        """Count one more."""
        if line.outcome == "rejected":
            self.rejected += 1
        else:
            self.reported += 1
        if line.time >= self.last:
            self.last, self.example = line.time, problem
        elif line.time < self.first:
            self.first = line.time
        if line.client is not None:
            self.clients.add(line.client)
        if line.session is not None:
            self.sessions.add(line.session)


@dataclass(slots=True)
class OperationTally:
    """What was counted of an operation.

    Attributes:
        operation: its id.
        mode: the mode of its last line.
        seen: how many events, or connects.
        acks: how many acks.
        rejected: how many of both were stopped.
        reported: how many of both broke the contract and passed.
        since: the beginning of the first line.
        until: the end of the last line.
        last_violation: when the last violation was; `None` if no line tells of one.
    """

    operation: str
    mode: str
    seen: int = 0
    acks: int = 0
    rejected: int = 0
    reported: int = 0
    since: datetime | None = None
    until: datetime | None = None
    last_violation: datetime | None = None

    @property
    def violations(self) -> int:
        """How many were stopped, or reported."""
        return self.rejected + self.reported

    @property
    def can_be_enforced(self) -> bool:
        """Whether enforcing it would have stopped nothing of what it has seen."""
        clean = not self.violations and self.last_violation is None
        return self.mode == "report" and bool(self.seen) and clean

    def add(self, line: CountersLine, count: OperationCount) -> None:
        """Add what a line says."""
        self.seen += count.seen
        self.acks += count.acks
        self.rejected += count.rejected
        self.reported += count.reported
        self.since = line.since if self.since is None else min(self.since, line.since)
        if self.until is None or line.time >= self.until:
            self.until, self.mode = line.time, count.mode


@dataclass(slots=True)
class _OfContract:
    """What was counted of a contract."""

    title: str
    last: datetime
    operations: dict[str, OperationTally] = field(default_factory=dict)


class Summary:
    """Sums up lines, in any order.

    Args:
        since: leave out what was before; `None` for nothing.

    Attributes:
        rejected: how many violations were stopped.
        reported: how many passed.
        dropped: how many have no line.
        first: the time of the first line; `None` if there is no line.
        last: the time of the last line.
        salts: the salts by which clients were hashed; with several, they were counted apart.
    """

    def __init__(self, since: datetime | None = None) -> None:
        self.rejected: int = 0
        self.reported: int = 0
        self.dropped: int = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.salts: set[str] = set()
        self._since = since
        self._processes: set[tuple[str, int, datetime]] = set()
        #: By `Kind`, or by a tuple that is equal to one.
        self._groups: dict[tuple[str, ...], Group] = {}
        self._contracts: dict[str, _OfContract] = {}
        self._operations = 0
        self._last_violations: dict[tuple[str, str], datetime] = {}

    @property
    def violations(self) -> int:
        """How many violations have a line."""
        return self.rejected + self.reported

    @property
    def clients(self) -> Distinct:
        """From how many addresses they came."""
        return _all(each.clients for each in self._groups.values())

    @property
    def sessions(self) -> Distinct:
        """In how many sessions they came."""
        return _all(each.sessions for each in self._groups.values())

    @property
    def processes(self) -> int:
        """How many processes have written lines."""
        return len(self._processes)

    @property
    def groups(self) -> list[Group]:
        """The kinds of violations, the most frequent first."""
        return sorted(self._groups.values(), key=lambda each: (-each.count, each.kind))

    def add(self, lines: Iterable[Line]) -> None:
        """Add lines."""
        since = self._since
        first, last = self.first, self.last
        for line in lines:
            time = line.time
            if isinstance(line, LogLine):
                self._add_process(line)
            if since is not None and time < since:
                continue
            if first is None or last is None:
                first = last = time
            elif time > last:
                last = time
            elif time < first:
                first = time
            if isinstance(line, ViolationLine):
                self._add_violation(line)
            elif isinstance(line, CountersLine):
                self._add_counters(line)
            elif isinstance(line, DroppedLine):
                self.dropped += line.count
        self.first, self.last = first, last

    def _add_process(self, line: LogLine) -> None:
        if len(self._processes) < _MOST_PROCESSES:
            self._processes.add((line.host, line.pid, line.started))
            self.salts.add(line.salt)

    def _add_violation(self, line: ViolationLine) -> None:
        if line.outcome == "rejected":
            self.rejected += 1
        else:
            self.reported += 1
        namespace = line.namespace if line.channel is None else line.channel
        about = (namespace, line.event, line.checkpoint, line.side, line.code)
        for problem in line.problems or (ProblemLine("", "", line.reason),):
            key = (*about, problem.keyword, problem.schema)
            group = self._groups.get(key)
            if group is None:
                group = self._new_group(Kind(*key), line, problem)
            group.add(line, problem)
        for operation in line.operations:
            key_of = line.contract, operation
            known = self._last_violations.get(key_of)
            if known is None and len(self._last_violations) >= _MOST_OPERATIONS:
                continue
            if known is None or line.time > known:
                self._last_violations[key_of] = line.time

    def _new_group(self, kind: Kind, line: ViolationLine, problem: ProblemLine) -> Group:
        kind = kind if len(self._groups) < _MOST_GROUPS else _OTHER
        return self._groups.setdefault(kind, Group(kind, line.time, problem))

    def _add_counters(self, line: CountersLine) -> None:
        contract = self._contracts.get(line.contract)
        if contract is None:
            if self._operations >= _MOST_OPERATIONS:
                return
            contract = self._contracts[line.contract] = _OfContract(line.title, line.time)
        contract.last = max(contract.last, line.time)
        for count in line.counts:
            if count.operation is None:
                continue
            tally = contract.operations.get(count.operation)
            if tally is None:
                if self._operations >= _MOST_OPERATIONS:
                    continue
                self._operations += 1
                tally = OperationTally(count.operation, count.mode)
                contract.operations[count.operation] = tally
            tally.add(line, count)

    def operations(self) -> list[OperationTally]:
        """The operations of the contract that was in force last: of each title, by its lines.

        What was counted by earlier contracts proves nothing of what this one would stop.
        """
        newest: dict[str, tuple[datetime, str]] = {}
        for digest, contract in self._contracts.items():
            if contract.title not in newest or contract.last > newest[contract.title][0]:
                newest[contract.title] = contract.last, digest
        found = []
        for _, digest in sorted(newest.values(), key=lambda each: each[1]):
            for id, tally in sorted(self._contracts[digest].operations.items()):
                tally.last_violation = self._last_violations.get((digest, id))
                found.append(tally)
        return found

    @property
    def earlier_contracts(self) -> int:
        """How many contracts are left out of `operations`."""
        return len(self._contracts) - len({each.title for each in self._contracts.values()})


def _all(several: Iterable[Distinct]) -> Distinct:
    found = Distinct()
    for each in several:
        found.add_all(each)
    return found
