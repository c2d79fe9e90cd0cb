"""The report on a document: its coverage, and the missing facts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Action, Perspective
from asyncapi_guard.coverage.facts import Fact, Kind, Part
from asyncapi_guard.coverage.model import MARKS, Model
from asyncapi_guard.coverage.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.coverage.data_files import Data

__all__ = ["Counted", "Missing", "OperationCoverage", "Report"]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of some things were seen.

    Attributes:
        seen: these.
        total: all of them.
    """

    seen: int
    total: int

    @property
    def percent(self) -> float:
        """Of 100; 100 if there is nothing to see. It is below 100 while anything is missing."""
        if self.total == 0:
            return 100.0
        rounded = round(100 * self.seen / self.total, 1)
        return 99.9 if rounded == 100 and self.seen < self.total else rounded


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that was not seen.

    Attributes:
        kind: what kind of thing it is, such as `field`.
        text: what is missing, for people.
        file: where it is in the document; an empty text if the document came as data.
        line: the line there; 0 if nobody knows it.
    """

    kind: str
    text: str
    file: str
    line: int

    @property
    def place(self) -> str:
        """As `file:line`."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class OperationCoverage:
    """How much of an operation was seen.

    Attributes:
        id: its key in the document.
        action: what the application that the document describes does: `send` or `receive`.
        file: as for `Missing`.
        line: as well.
        counted: all that there is to be seen of it.
        missing: what was not.
    """

    id: str
    action: str
    file: str
    line: int
    counted: Counted
    missing: tuple[Missing, ...]

    @property
    def place(self) -> str:
        """As `file:line`."""
        return f"{self.file}:{self.line}" if self.line else self.file


class Report:
    """How much of a document was seen.

    Args:
        model: marked with what was seen.
        processes: how many processes have said what they saw.
        unknown: how many things they saw that the document does not have.
        perspective: the side that the document describes.

    Attributes:
        model: it.
        processes: as well.
        unknown: as well.
        perspective: as well.
    """

    def __init__(
        self,
        model: Model,
        processes: int,
        unknown: int,
        perspective: Perspective = Perspective.SERVER,
    ) -> None:
        self.model: Model = model
        self.processes: int = processes
        self.unknown: int = unknown
        self.perspective: Perspective = perspective
        self._places = Places(model.contract)

    @classmethod
    def of(cls, contract: Contract, data: Iterable[Data]) -> Report:
        """The report of what processes have seen.

        Args:
            contract: of the document, as a server sees it.
            data: theirs.
        """
        model, unknown, processes = Model(contract), set(), set[str]()
        perspective = Perspective.SERVER
        for each in data:
            if each.perspective == Perspective.CLIENT:
                perspective = Perspective.CLIENT
            unknown.update(model.mark(each.keys))
            processes |= each.processes
        return cls(model, len(processes), len(unknown), perspective)

    @property
    def title(self) -> str:
        """The document's file, or its title."""
        file, _ = self._places.of(f"{self.model.contract.file}#")
        return file or self.model.contract.title

    @cached_property
    def counted(self) -> Counted:
        """All that there is to be seen."""
        return _count(self.model.facts.values())

    @property
    def percent(self) -> float:
        """How much of it was seen, of 100."""
        return self.counted.percent

    @cached_property
    def kinds(self) -> Mapping[str, Counted]:
        """The same by kinds of things, without those of which there are none."""
        facts = self.model.facts.values()
        counted = {str(kind): _count(f for f in facts if f.key.kind == kind) for kind in Kind}
        return {kind: each for kind, each in counted.items() if each.total}

    @cached_property
    def operations(self) -> tuple[OperationCoverage, ...]:
        """By operation, in the document's order."""
        of: dict[str, list[Fact]] = {}
        for fact in self.model.facts.values():
            of.setdefault(fact.key.operation, []).append(fact)
        return tuple(self._operation(id, facts) for id, facts in of.items())

    def _operation(self, id: str, facts: list[Fact]) -> OperationCoverage:
        contract = self.model.contract
        operation = contract.operations[id]
        action = operation.action
        if self.perspective is Perspective.CLIENT:
            action = action.mirrored
        file, line = self._places.of(operation.location)
        missing = []
        is_unused = not facts[0].seen
        for fact in facts:
            # Of what was never used, that is all there is to say.
            if not fact.seen and (fact is facts[0] or not is_unused) and not self._is_told(fact):
                place = self._places.of(fact.location)
                missing.append(Missing(str(fact.key.kind), wording(fact, action), *place))
        return OperationCoverage(id, str(action), file, line, _count(facts), tuple(missing))

    def _is_told(self, fact: Fact) -> bool:
        """Whether something else that is missing says it: its message, its ack, or its field."""
        key, facts = fact.key, self.model.facts
        if key.kind in (Kind.OPERATION, Kind.MESSAGE):
            return False
        of = key._replace(part=Part.NONE, kind=Kind.MESSAGE, place="", pointer="", name="")
        if key.kind != Kind.REFUSAL and not facts[of].seen:
            return True
        if key.part != Part.ACK or key.kind in (Kind.ACK, Kind.REFUSAL):
            return False
        ack = facts.get(of._replace(part=Part.ACK, kind=Kind.ACK))
        return ack is not None and not ack.seen

    @cached_property
    def lines(self) -> Mapping[str, Mapping[int, Counted]]:
        """What can be seen on each line of each file, by their names; without what has no line."""
        found: dict[str, dict[int, list[Fact]]] = {}
        for fact in self.model.facts.values():
            file, line = self._places.of(fact.location)
            if line:
                found.setdefault(file, {}).setdefault(line, []).append(fact)
        return {
            file: {line: _count(facts) for line, facts in sorted(lines.items())}
            for file, lines in found.items()
        }

    def as_dict(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        return {
            "document": self.title,
            "seen": self.counted.seen,
            "total": self.counted.total,
            "percent": self.percent,
            "processes": self.processes,
            "unknown": self.unknown,
            "kinds": {
                kind: {"seen": each.seen, "total": each.total} for kind, each in self.kinds.items()
            },
            "operations": [
                {
                    "id": each.id,
                    "action": each.action,
                    "file": each.file,
                    "line": each.line,
                    "seen": each.counted.seen,
                    "total": each.counted.total,
                    "missing": [
                        {"kind": one.kind, "text": one.text, "file": one.file, "line": one.line}
                        for one in each.missing
                    ],
                }
                for each in self.operations
            ],
        }


def _count(facts: Iterable[Fact]) -> Counted:
    seen = [fact.seen for fact in facts]
    return Counted(sum(seen), len(seen))


def wording(fact: Fact, action: Action) -> str:
    """What is missing, for people.

    Args:
        fact: it.
        action: what the described application does with its operation.
    """
    key = fact.key
    if key.kind == Kind.OPERATION:
        return "never used"
    whose = f"ack of {key.message!r}" if key.part == Part.ACK else repr(key.message)
    if key.kind == Kind.REFUSAL:
        if key.name == MARKS:
            return f"no client without permission to send {whose} was rejected"
        return f"no invalid {whose} was rejected"
    if key.kind == Kind.ACK:
        return f"{key.message!r} was never acknowledged"
    if key.kind == Kind.MESSAGE:
        return f"{whose} was never {'received' if action is Action.RECEIVE else 'sent'}"
    at = f"{whose} {key.pointer}" if key.pointer else whose
    return f"{at} was never {_of_value(fact)}"


def _of_value(fact: Fact) -> str:
    """What a value never was."""
    key = fact.key
    said = {Kind.FIELD: "present", Kind.ABSENCE: "left out", Kind.VALUE: fact.label}
    if key.kind in said:
        return said[Kind(key.kind)]
    number = key.name.rpartition("/")[2]
    if not number.isdecimal():
        return repr(key.name)
    named = f" ({fact.label})" if fact.label else ""
    return f"alternative {int(number) + 1}{named}"
