"""What travels between decisions and adapters: a call to make, and how it may end."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Mode
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract import Message
    from asyncapi_guard.errors import ContractViolation
    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.integrations.deciding.asked import Renewal
    from asyncapi_guard.integrations.deciding.sessions import Session

__all__ = [
    "ASKING",
    "Call",
    "ConnectFailed",
    "Expected",
    "Rejected",
    "RejectedAck",
    "Shortcut",
    "Unjudged",
    "connecting",
    "given_auth",
    "handled",
]

#: The auth that came, while a connect handler runs: python-socketio takes `{}` for none.
given_auth: ContextVar[Any] = ContextVar("asyncapi_guard_given_auth", default=None)


@dataclass(frozen=True, slots=True, eq=False)
class Shortcut:
    """What judges an event by making an instance of its one argument.

    The instance goes to the handler that the server finds, if that is the one it was made for.

    Attributes:
        construct: makes it; raises unless the contract accepts the argument.
        accepted: the verdict where it does not raise.
        find: what finds the handler, and leaves the argument as it came.
        handler: what that finds.
        run: calls the handler with the session id and the instance.
    """

    construct: Callable[[Any], Any]
    accepted: Verdict
    find: Callable[..., Any]
    handler: Callable[..., Any]
    run: Callable[[str, Any], Any]


class Expected:
    """An event that the contract expects in a namespace.

    Attributes:
        rule: what it is judged by.
        seen: counts one event.
        ack_seen: counts the ack of one.
        ack_options: the contract says more of the ack than a schema.
        shortcut: what may judge an event of one argument instead of the rule; `None` for nothing.
        says_more: it says more of the event than what its arguments may be.
    """

    __slots__ = ("ack_options", "ack_seen", "rule", "says_more", "seen", "shortcut")

    def __init__(
        self,
        rule: Rule,
        seen: Callable[[], int],
        ack_seen: Callable[[], int],
        shortcut: Shortcut | None = None,
        *,
        secured: bool = False,
    ) -> None:
        self.rule: Rule = rule
        self.seen: Callable[[], int] = seen
        self.ack_seen: Callable[[], int] = ack_seen
        self.ack_options: bool = rule.ack_options
        self.shortcut: Shortcut | None = shortcut
        self.says_more: bool = rule.ack_options or secured


class Call:
    """An event on its way to its handler, and back as an ack.

    The guard that judged the event travels with it: the ack is judged by the same contract,
    whatever was loaded meanwhile.

    Attributes:
        eio_sid: the client's connection.
        sid: the client in the namespace.
        namespace: the Socket.IO namespace.
        id: the ack id; `None` where no ack was asked for.
        event: the event's name; anything, or `None`, where nothing is enforced.
        args: the event's arguments.
        unusual: a tuple of the packet's data where that is no list with a name: python-socketio
            looks at it.
        guard: what judged the event; `None` if judging failed before there was one.
        expected: what the contract says of the event; `None` where it has no rule.
        message: the message of the contract that matched.
        shortcut: what has made an instance of the argument; `None` for nothing.
        instance: that.
        timeout: within how many seconds the handler must answer; `None` for any time.
        deadline: tells whether it did, once it runs.
        session: who the client was when the event came, until its handler is done; `None` where
            nothing is required of clients.
        renewal: what the client shows of itself by the event, if it is one for that.
        counted: it counts among the events of the client that are being handled.
    """

    __slots__ = (
        "args",
        "counted",
        "deadline",
        "eio_sid",
        "event",
        "expected",
        "guard",
        "id",
        "instance",
        "message",
        "namespace",
        "renewal",
        "session",
        "shortcut",
        "sid",
        "timeout",
        "unusual",
    )

    def __init__(self, eio_sid: str, sid: str, namespace: str, id: int | None) -> None:
        self.eio_sid: str = eio_sid
        self.sid: str = sid
        self.namespace: str = namespace
        self.id: int | None = id
        self.event: Any = None
        self.args: list[Any] = []
        self.unusual: tuple[Any] | None = None
        self.guard: Guard | None = None
        self.expected: Expected | None = None
        self.message: Message | None = None
        self.shortcut: Shortcut | None = None
        self.instance: Any = None
        self.timeout: float | None = None
        self.deadline: Any = None
        self.session: Session | None = None
        self.renewal: Renewal | None = None
        self.counted: bool = False

    @property
    def enforced(self) -> bool:
        """Whether an event like this is rejected when it breaks the contract."""
        if self.expected is not None:
            return self.expected.rule.mode is Mode.ENFORCE
        if self.guard is None:
            return True
        mode = self.guard.mode_of(Checkpoint.RECEIVE_EVENT, self.namespace, self.event)
        return mode is Mode.ENFORCE


def connecting(eio_sid: str, namespace: str, message: Message | None) -> Call:
    """The call of a connect handler.

    Args:
        eio_sid: the client's connection.
        namespace: which it wants to enter.
        message: the one that matched.
    """
    call = Call(eio_sid, "", namespace, None)
    call.event, call.message = "connect", message
    return call


#: The attribute of a server or a client of which a handler asks for the message that it handles.
ASKING = "_asyncapi_guard_asking"
#: The event whose handler runs, where one of the handlers asks for that.
handled: ContextVar[Call | None] = ContextVar("asyncapi_guard_handled", default=None)


class ConnectFailed(BaseException):
    """A connect handler raised, and is not to be run again.

    No `Exception`: a class namespace with an `error` method would take it, and let the client in.

    Attributes:
        error: what the handler raised.
        seen: an error handler of the application has seen it.
    """

    def __init__(self, error: BaseException, *, seen: bool) -> None:
        self.error: BaseException = error
        self.seen: bool = seen
        super().__init__(error)


class Rejected(BaseException):
    """A handler's types reject what passed the guard.

    No `Exception`: error handlers are asked once, by the hooks, like about any other rejection.
    """

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(verdict)


class Unjudged:
    """What an error handler returned for an exception of a handler: an ack that is not judged."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value: Any = value


class RejectedAck:
    """What a judging callback, and then `call`, is given in place of an ack that was rejected.

    It never leaves the process: no encoder of a message queue knows it.
    """

    __slots__ = ("error",)

    def __init__(self, error: ContractViolation) -> None:
        self.error: ContractViolation = error
