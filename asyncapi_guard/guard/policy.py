"""What is done about violations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args

from asyncapi_guard.contract import Mode
from asyncapi_guard.guard.limits import WINDOW, check_limits
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["STRENGTH", "Policy", "weakest", "with_near_names"]


#: Whose messages may act on clients and rooms.
QueueControl: TypeAlias = Literal["allow", "own-hosts", "off"]


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
        queue_control: whose messages may disconnect clients, and put them into rooms, by way of a
            message queue: `allow` for everybody's, `own-hosts` for those of guarded processes, and
            `off` for nobody's.
        queue_key: what the processes share that may publish to a message queue: they sign, and
            everything else is rejected. A text stands for its bytes in UTF-8. By default, nothing
            is signed.

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
    queue_control: QueueControl = "allow"
    #: Never part of a text: whoever knows it may publish.
    queue_key: bytes | str | None = field(default=None, repr=False)

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
        _check_control(self.queue_control)
        object.__setattr__(self, "queue_key", _key(self.queue_key))

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
        """The mode of a checkpoint where nothing nearer says otherwise.

        What comes by a message queue is judged as what the process itself sends and receives.
        """
        mode = self.checkpoints.get(checkpoint)
        if mode is None and checkpoint in _LIKE:
            mode = self.checkpoints.get(_LIKE[checkpoint])
        return self.mode if mode is None else mode

    @property
    def signing_key(self) -> bytes | None:
        """The bytes of `queue_key`; `None` where nothing is signed."""
        return self.queue_key if isinstance(self.queue_key, bytes) else None


def weakest(one: Mode, other: Mode) -> Mode:
    """The one that does less."""
    return one if STRENGTH[one] <= STRENGTH[other] else other


#: Checkpoints whose mode is that of another one, where they have none.
_LIKE = {
    Checkpoint.QUEUE_EVENT: Checkpoint.SEND_EVENT,
    Checkpoint.QUEUE_ACK: Checkpoint.RECEIVE_ACK,
}
STRENGTH = {Mode.OFF: 0, Mode.REPORT: 1, Mode.ENFORCE: 2}


# -- what was given --------------------------------------------------------------------------------

#: Near names are looked for among so many.
_MOST_NAMES = 300
#: How many bytes a key must have.
_SHORTEST_KEY = 16
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


def _check_control(given: object) -> None:
    values = get_args(QueueControl)
    if given not in values:
        allowed = f"{', '.join(map(repr, values[:-1]))} or {values[-1]!r}"
        meant = _probably_meant(given, values)
        raise ValueError(f"queue_control must be {allowed}, not {given!r}{meant}")


def _key(given: object) -> bytes | None:
    """The bytes of a key. No message quotes it."""
    if given is None:
        return None
    if not isinstance(given, (bytes, str)):
        raise TypeError(f"queue_key must be bytes or a text, not {_kind(given)}")
    try:
        key = given.encode() if isinstance(given, str) else given
    except UnicodeEncodeError:
        raise ValueError("queue_key must be Unicode; pass its bytes instead") from None
    if len(key) < _SHORTEST_KEY:
        raise ValueError(
            f"queue_key has {len(key)} bytes, and must have at least {_SHORTEST_KEY}, so that it "
            'cannot be guessed; python -c "import secrets; print(secrets.token_hex())" makes one'
        )
    return key


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
