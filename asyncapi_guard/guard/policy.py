"""What is done about violations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from asyncapi_guard.contract import Mode
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["STRENGTH", "Policy", "weakest"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done about violations.

    The mode of an event is the first of these that is set: `operations`, `x-guard` on the message,
    `x-guard` on the operation, `checkpoints`, `mode`. Where operations disagree about one event,
    the strictest wins. Strings are taken for modes and checkpoints.

    Attributes:
        mode: for everything that nothing else is said of.
        checkpoints: by `Checkpoint`.
        operations: by operation id.
        undeclared_events: events, received or sent, that the contract does not have.
        undeclared_acks: acks with values, where the contract says nothing of an ack.
        undeclared_namespaces: traffic and connects in namespaces that the contract does not have.
            Both are refused by default, but let be where type hints are the contract
            (`AsyncAPISocketIO` without `spec=`): handlers get hints one after the other.
        exclude: namespaces that are not judged at all (reserved names are), e.g. `["/admin"]`.
        include_values: put offending values into problems. For development: passwords live there.
    """

    mode: Mode = Mode.ENFORCE
    checkpoints: Mapping[Checkpoint, Mode] = field(default_factory=dict)
    operations: Mapping[str, Mode] = field(default_factory=dict)
    undeclared_events: Mode | None = None
    undeclared_acks: Mode = Mode.OFF
    undeclared_namespaces: Mode | None = None
    exclude: Collection[str] = ()
    include_values: bool = False

    def __post_init__(self) -> None:
        for name in ("mode", "undeclared_acks"):
            object.__setattr__(self, name, Mode(getattr(self, name)))
        for name in ("undeclared_events", "undeclared_namespaces"):
            if (mode := getattr(self, name)) is not None:
                object.__setattr__(self, name, Mode(mode))
        if isinstance(self.exclude, str):
            raise TypeError("exclude takes several namespaces, e.g. ['/admin']")
        object.__setattr__(self, "exclude", frozenset(self.exclude))
        checkpoints = {Checkpoint(key): Mode(mode) for key, mode in self.checkpoints.items()}
        object.__setattr__(self, "checkpoints", MappingProxyType(checkpoints))
        operations = {key: Mode(mode) for key, mode in self.operations.items()}
        object.__setattr__(self, "operations", MappingProxyType(operations))

    def with_undeclared(self, mode: Mode) -> Policy:
        """The same policy, with a mode for undeclared events and namespaces that have none yet."""
        events, namespaces = self.undeclared_events, self.undeclared_namespaces
        return replace(
            self,
            undeclared_events=mode if events is None else events,
            undeclared_namespaces=mode if namespaces is None else namespaces,
        )

    def at(self, checkpoint: Checkpoint) -> Mode:
        """The mode of a checkpoint where nothing nearer says otherwise."""
        return self.checkpoints.get(checkpoint, self.mode)


def weakest(one: Mode, other: Mode) -> Mode:
    """The one that does less."""
    return one if STRENGTH[one] <= STRENGTH[other] else other


STRENGTH = {Mode.OFF: 0, Mode.REPORT: 1, Mode.ENFORCE: 2}
