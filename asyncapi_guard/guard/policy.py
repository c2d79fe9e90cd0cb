"""The guard's response to violations."""

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
    """The guard's response to violations.

    The mode of an event is the first of these that is set: `operations`, `x-guard` on the message,
    `x-guard` on the operation, `checkpoints`, `mode`. If operations disagree about one event, the
    strictest mode applies. You can pass strings for modes and checkpoints.

    Attributes:
        mode: the default mode, used if no more specific setting applies.
        checkpoints: modes by `Checkpoint`.
        operations: modes by operation id.
        undeclared_events: the mode for events that the contract doesn't declare, received or sent.
        undeclared_acks: the mode for acks with values to events for which the contract defines no
            ack.
        undeclared_namespaces: the mode for traffic and connections in undeclared namespaces. By
            default, undeclared events and namespaces are rejected. If type hints are the contract
            (`AsyncAPISocketIO` without `spec=`), they are ignored, so that you can type one handler
            at a time.
        exclude: namespaces that the guard ignores, except for reserved names, such as `["/admin"]`.
        include_values: whether problems quote invalid values. For development only, because
            payloads can contain passwords. Values of connections are never quoted if the document
            has security schemes.
        security: the mode for clients that don't authenticate as the document's `security`
            requires. Defaults to `mode`. With `off`, the application verifies its clients itself.
        max_violations: the number of violations that one client can cause within `window`. Further
            events are rejected as `rate_limited`. By default there is no limit.
        window: the window of `max_violations`, in seconds. Defaults to 60.
        then: `reject` rejects those events until fewer violations are within the window;
            `disconnect` disconnects the client from the namespace.
        max_events_per_second: the number of events that one client can send per second, also all at
            once. By default there is no limit.
        max_running_handlers: the number of one client's events that are handled at the same time;
            further events are rejected. By default there is no limit.
        queue_control: the processes whose messages in a message queue can disconnect clients and
            put them into rooms: `allow` for all, `own-hosts` for guarded processes, and `off` for
            none.
        queue_key: the secret that the processes share which publish to a message queue. They sign
            their messages, and unsigned messages are rejected. A string is encoded as UTF-8. By
            default, messages aren't signed.

    Raises:
        TypeError: an option of the wrong type.
        ValueError: an invalid mode, checkpoint, namespace or limit, or an option without an effect.
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
        """Return the policy with a mode for undeclared traffic, unless it has one."""
        events, namespaces = self.undeclared_events, self.undeclared_namespaces
        return replace(
            self,
            undeclared_events=mode if events is None else events,
            undeclared_namespaces=mode if namespaces is None else namespaces,
        )

    @property
    def of_security(self) -> Mode:
        """Return the mode for the document's `security`."""
        return self.mode if self.security is None else self.security

    def at(self, checkpoint: Checkpoint) -> Mode:
        """Return the mode of a checkpoint, used if no more specific setting applies.

        Traffic from a message queue has the mode of the traffic that the process sends and
        receives.
        """
        mode = self.checkpoints.get(checkpoint)
        if mode is None and checkpoint in _LIKE:
            mode = self.checkpoints.get(_LIKE[checkpoint])
        return self.mode if mode is None else mode

    @property
    def signing_key(self) -> bytes | None:
        """Return the bytes of `queue_key`; `None` if messages aren't signed."""
        return self.queue_key if isinstance(self.queue_key, bytes) else None


def weakest(one: Mode, other: Mode) -> Mode:
    """Return the weaker of two modes."""
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
    """Return the member of an enumeration.

    Raises:
        ValueError: an unknown value; the message lists the allowed values and suggests one.
    """
    try:
        return kind(given)
    except ValueError:
        values = [str(member) for member in kind]
        allowed = f"{', '.join(map(repr, values[:-1]))} or {values[-1]!r}"
        meant = _probably_meant(given, values)
        raise ValueError(f"{name} must be {allowed}, not {given!r}{meant}") from None


def with_near_names(unknown: Iterable[str], known: Iterable[str]) -> str:
    """List unknown names, each with a similar known one."""
    known = list(islice(known, _MOST_NAMES))
    meant = [(name, _probably_meant(name, known).removeprefix("; ")) for name in sorted(unknown)]
    return ", ".join(f"{name!r} ({near})" if near else repr(name) for name, near in meant)


def _probably_meant(given: object, allowed: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for a value similar to an allowed one, or an empty string."""
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
    """Return the bytes of a key. Messages never quote it."""
    if given is None:
        return None
    if not isinstance(given, (bytes, str)):
        raise TypeError(f"queue_key must be bytes or a string, not {_kind(given)}")
    try:
        key = given.encode() if isinstance(given, str) else given
    except UnicodeEncodeError:
        raise ValueError("queue_key must be Unicode; pass its bytes instead") from None
    if len(key) < _SHORTEST_KEY:
        raise ValueError(
            f"queue_key has {len(key)} bytes, and must have at least {_SHORTEST_KEY}, so that it "
            'cannot be guessed; to generate one, run python -c "import secrets; '
            'print(secrets.token_hex())"'
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
            raise TypeError(f"exclude must be a list of namespaces, but has {_kind(namespace)}")
        if not namespace.startswith("/"):
            raise ValueError(
                f"exclude has {namespace!r}, but a namespace starts with '/'; "
                f"did you mean {'/' + namespace!r}?"
            )
    return namespaces


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
