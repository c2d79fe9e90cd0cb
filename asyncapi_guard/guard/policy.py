"""What is done about violations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from asyncapi_guard.contract import Mode
from asyncapi_guard.guard.limits import WINDOW, check_limits
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["STRENGTH", "Policy", "weakest", "with_near_names"]


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
            Both are rejected by default, but let be where type hints are the contract
            (`AsyncAPISocketIO` without `spec=`): handlers get hints one after the other.
        exclude: namespaces that are not judged at all (reserved names are), e.g. `["/admin"]`.
        include_values: put offending values into problems. For development: passwords live there.
            Not those of connects, where the document has security schemes.
        security: for clients that do not show who they are as the document's `security` requires;
            by default as `mode`. With `off`, the application verifies its clients itself.
        max_violations: how often one client may break the contract within `window`. Events that
            come after more are rejected as `rate_limited`; by default there is no limit.
        window: of `max_violations`, in seconds; a minute by default.
        then: `reject` rejects those events until fewer violations are within the window;
            `disconnect` disconnects the client from the namespace.
        max_events_per_second: how many events one client may send. It may send those of a second at
            once. By default there is no limit.
        max_running_handlers: how many events of one client are handled at the same time; what comes
            besides is rejected. By default there is no limit.

    Raises:
        TypeError: an option is of the wrong kind.
        ValueError: a mode, a checkpoint, a namespace or a limit is none, or has no effect.
    """

    mode: Mode = Mode.ENFORCE
    checkpoints: Mapping[Checkpoint, Mode] = field(default_factory=dict)
    operations: Mapping[str, Mode] = field(default_factory=dict)
    undeclared_events: Mode | None = None
    undeclared_acks: Mode = Mode.OFF
    undeclared_namespaces: Mode | None = None
    exclude: Collection[str] = ()
    include_values: bool = False
    security: Mode | None = None
    max_violations: int | None = None
    window: float = WINDOW
    then: Literal["reject", "disconnect"] = "reject"
    max_events_per_second: float | None = None
    max_running_handlers: int | None = None

    def __post_init__(self) -> None:
        for name in ("mode", "undeclared_acks"):
            object.__setattr__(self, name, _one_of(Mode, getattr(self, name), name))
        for name in ("undeclared_events", "undeclared_namespaces", "security"):
            if (mode := getattr(self, name)) is not None:
                object.__setattr__(self, name, _one_of(Mode, mode, name))
        object.__setattr__(self, "checkpoints", _checkpoints(self.checkpoints))
        object.__setattr__(self, "operations", _operations(self.operations))
        object.__setattr__(self, "exclude", _namespaces(self.exclude))
        if not isinstance(self.include_values, bool):
            # Values are secret until somebody says otherwise; "no" does not say so.
            raise TypeError(f"include_values must be True or False, not {self.include_values!r}")
        check_limits(self)

    def with_undeclared(self, mode: Mode) -> Policy:
        """The same policy, with a mode for undeclared events and namespaces that have none yet."""
        events, namespaces = self.undeclared_events, self.undeclared_namespaces
        return replace(
            self,
            undeclared_events=mode if events is None else events,
            undeclared_namespaces=mode if namespaces is None else namespaces,
        )

    @property
    def of_security(self) -> Mode:
        """The mode of what the document's `security` requires."""
        return self.mode if self.security is None else self.security

    def at(self, checkpoint: Checkpoint) -> Mode:
        """The mode of a checkpoint where nothing nearer says otherwise."""
        return self.checkpoints.get(checkpoint, self.mode)


def weakest(one: Mode, other: Mode) -> Mode:
    """The one that does less."""
    return one if STRENGTH[one] <= STRENGTH[other] else other


STRENGTH = {Mode.OFF: 0, Mode.REPORT: 1, Mode.ENFORCE: 2}


# -- what was given --------------------------------------------------------------------------------

#: Near names are looked for among so many.
_MOST_NAMES = 300
_Member = TypeVar("_Member", Mode, Checkpoint)


def _one_of(kind: type[_Member], given: object, name: str) -> _Member:
    """The member of an enumeration.

    Raises:
        ValueError: it is none; the message says what is allowed, and what was probably meant.
    """
    try:
        return kind(given)
    except ValueError:
        values = [str(member) for member in kind]
        allowed = f"{', '.join(map(repr, values[:-1]))} or {values[-1]!r}"
        meant = _probably_meant(given, values)
        raise ValueError(f"{name} must be {allowed}, not {given!r}{meant}") from None


def with_near_names(unknown: Iterable[str], known: Iterable[str]) -> str:
    """Names that are not known, each with the known one that was probably meant."""
    known = list(islice(known, _MOST_NAMES))
    meant = [(name, _probably_meant(name, known).removeprefix("; ")) for name in sorted(unknown)]
    return ", ".join(f"{name!r} ({near})" if near else repr(name) for name, near in meant)


def _probably_meant(given: object, allowed: Iterable[str]) -> str:
    """`; did you mean 'x'?` for what is near to something that is allowed, or nothing."""
    lowered = {name.lower(): name for name in allowed}
    near = get_close_matches(str(given)[:100].lower(), list(lowered), n=1)
    return f"; did you mean {lowered[near[0]]!r}?" if near else ""


def _checkpoints(given: object) -> Mapping[Checkpoint, Mode]:
    modes = {
        _one_of(Checkpoint, key, "a key of checkpoints"): _one_of(
            Mode, mode, f"checkpoints[{str(key)!r}]"
        )
        for key, mode in _mapping(given, "checkpoints", "{'connect': 'report'}").items()
    }
    return MappingProxyType(modes)


def _operations(given: object) -> Mapping[str, Mode]:
    operations = _mapping(given, "operations", "{'onMove': 'report'}")
    for id in operations:
        if not isinstance(id, str):
            raise TypeError(f"a key of operations must be the id of an operation, not {id!r}")
    modes = {id: _one_of(Mode, mode, f"operations[{id!r}]") for id, mode in operations.items()}
    return MappingProxyType(modes)


def _mapping(given: object, name: str, example: str) -> Mapping[Any, Any]:
    if not isinstance(given, Mapping):
        raise TypeError(f"{name} must be a mapping, such as {example}, not {_kind(given)}")
    return given


def _namespaces(given: object) -> frozenset[str]:
    if isinstance(given, (str, Mapping)) or not isinstance(given, Iterable):
        raise TypeError(
            f"exclude must be a list of namespaces, such as ['/admin'], not {_kind(given)}"
        )
    namespaces = frozenset(given)
    for namespace in namespaces:
        if not isinstance(namespace, str):
            raise TypeError(f"exclude must be a list of namespaces, and has {_kind(namespace)}")
        if not namespace.startswith("/"):
            raise ValueError(
                f"exclude has {namespace!r}, but a namespace begins with '/'; "
                f"did you mean {'/' + namespace!r}?"
            )
    return namespaces


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
