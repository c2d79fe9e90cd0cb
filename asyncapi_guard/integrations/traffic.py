"""What wants to see traffic as it is judged: its arguments, with the verdict on them.

Like `observing`, it replaces methods of the instances that are looked at. So others pay nothing.
"""

from __future__ import annotations

import inspect
import logging
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from asyncapi_guard.guard.verdicts import PASSED
from asyncapi_guard.integrations.deciding.calls import given_auth
from asyncapi_guard.integrations.deciding.client import ClientDecisions
from asyncapi_guard.integrations.deciding.server import ServerDecisions
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.integrations.simple_clients import GuardedSimpleClient
from asyncapi_guard.violations import Checkpoint, Perspective

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.deciding.decisions import Guarding

__all__ = ["Traffic", "TrafficObserver", "observe_traffic"]


class Traffic(NamedTuple):
    """One event, ack or connect, and what the guard says of it.

    Attributes:
        checkpoint: where it was judged: `CONNECT`, `RECEIVE_EVENT`, `SEND_ACK`, `SEND_EVENT` or
            `RECEIVE_ACK`. The direction is that of the guarded application.
        namespace: the Socket.IO namespace.
        event: the event's name, `connect` for connects; anything, or `None`, where a packet has no
            name.
        arguments: of the event, or the values of the ack. Of what was judged they are the values
            that were judged, which nobody may change; where the mode is `off`, or nothing has a
            form in JSON, those of the application. Empty for a packet without a list in it, for
            connects, and for acks that never came.
        verdict: with the violation if there is one, rejected or reported.
        message: the message of the contract that matched; for acks, that of their event; of an
            event or connect that is wrong, the only one that it can be.
        perspective: the guarded application is a server, or a client.
        connection: the id of the client's connection, on a server, where the traffic has one
            client. Connects have no `sid` yet; what their client sends has the same connection and
            the same namespace.
        sid: the session of the client in the namespace, where the traffic has one client that is
            known; of a client, its own.
        room: where an event is sent that breaks nothing; `None` for all clients of the namespace.
        auth: of a connect, what the client sent; `None` for nothing.
        environ: of a connect to a server, the environment of its request.
        asked: whether an ack is asked for, of an event that breaks nothing or that came.
        skipped: the sessions in the room that do not get it; one or several.
    """

    checkpoint: Checkpoint
    namespace: str
    event: Any
    arguments: Sequence[Any]
    verdict: Verdict
    message: Message | None
    perspective: Perspective
    connection: str | None = None
    sid: str | None = None
    room: Any = None
    auth: Any = None
    environ: Any = None
    asked: bool = False
    skipped: Any = None


class TrafficObserver(Protocol):
    """What wants to see traffic."""

    def seen(self, traffic: Traffic) -> None:
        """Something was judged; called before anything is done about it.

        Several threads may call it at once. If it raises, that is logged, and costs the traffic
        nothing. It must be quick: whoever sends or receives waits for it.
        """
        ...


def observe_traffic(adapter: Any, make: Callable[[Guarding], TrafficObserver]) -> None:
    """Tell of everything that is judged on a server, on a client, or where somebody publishes.

    Each emit is told of once, however many clients receive it, and each connect once, after the
    verifiers. Modes change nothing: with `off`, traffic is told of with a verdict that finds
    nothing.

    Not told of are: what does not come to be judged, such as the admin UI, events of a client that
    is not connected, or acks that nobody waits for; what comes by a message queue from other
    processes, which tell of it themselves; what a process publishes by another way than `emit`;
    what `connect` handlers decide; what a server says of sessions to a guarded client; and, of a
    server that runs handlers with types, what these reject after the time for their ack. An event
    that only these types reject is told of twice: as judged by the contract, and as rejected.

    Args:
        adapter: what was put on a server, a client or a manager; see
            `AsyncAPIGuard.observe_adapters`.
        make: makes what wants to see it, for the guard of the adapter.
    """
    if isinstance(adapter, GuardedSimpleClient):
        _observe_simple_client(adapter, make)
        return
    observer = make(adapter.decide.guarding)
    told = _Told(adapter, observer)
    told.observe_emits()
    if hasattr(adapter, "_run"):
        told.observe_events()
        told.observe_faults()
    if isinstance(adapter.decide, ServerDecisions):
        told.observe_connects()
    elif isinstance(adapter.decide, ClientDecisions):
        told.observe_connects_of_client()


def _observe_simple_client(adapter: Any, make: Callable[[Guarding], TrafficObserver]) -> None:
    """A simple client makes a client for each connection."""
    guard_client = adapter._guard_client

    def guarded(client: Any) -> Any:
        made = guard_client(client)
        observe_traffic(made, make)
        return made

    adapter._guard_client = guarded
    if adapter.adapter is not None:
        observe_traffic(adapter.adapter, make)


#: The verdict on an event that was told of last in a context.
_verdict: ContextVar[Verdict | None] = ContextVar("asyncapi_guard_told_verdict", default=None)
#: The connection whose connect is judged.
_connection: ContextVar[str | None] = ContextVar("asyncapi_guard_told_connection", default=None)


class _Pending:
    """What is not told of yet in a context, by who will tell of it."""

    def __init__(self, name: str) -> None:
        self._told_later: ContextVar[tuple[Any, ...]] = ContextVar(name, default=())

    def put(self, owner: object, what: tuple[Any, ...]) -> None:
        """Keep something, in the place of what its owner has kept before."""
        others = [each for each in self._told_later.get() if each[0] is not owner]
        self._told_later.set((*others, (owner, what)))

    def take(self, owner: object) -> tuple[Any, ...] | None:
        """What an owner has kept, once."""
        pending = self._told_later.get()
        mine: tuple[Any, ...] | None = next((what for own, what in pending if own is owner), None)
        if mine is not None:
            self._told_later.set(tuple(each for each in pending if each[0] is not owner))
        return mine


#: An event that is about to be sent, until it is known to whom.
_leaving = _Pending("asyncapi_guard_leaving")
#: What the contract says of a connect, until the verifiers were asked.
_connect = _Pending("asyncapi_guard_told_connect")


class _Told:
    """Replaces the methods of one adapter, and of what decides for it."""

    def __init__(self, adapter: Any, observer: TrafficObserver) -> None:
        self._adapter = adapter
        self._decide = adapter.decide
        self._seen = observer.seen
        self._perspective = Perspective.SERVER
        if isinstance(adapter.decide, ClientDecisions):
            self._perspective = Perspective.CLIENT

    def _tell(self, of: tuple[Any, ...], *whose: Any) -> None:
        """Tell of traffic: the fields before its perspective, and those after it."""
        fields: tuple[Any, ...] = (*of, self._perspective, *whose)
        try:
            self._seen(Traffic(*fields))
        except Exception as error:  # noqa: BLE001  # a client waits for its answer
            write(logging.ERROR, "an observer of traffic failed: %s", type(error).__name__)

    # -- events that came, and their acks ----------------------------------------------------------

    def observe_events(self) -> None:
        """Events that came, and what answers them."""
        decide, adapter = self._decide, self._adapter
        judge, judge_ack, overdue = decide.event, decide._judge_ack, decide.overdue
        go_on = adapter._go_on

        def event(*place: Any) -> Any:
            judged = judge(*place)
            call, verdict = judged
            _verdict.set(verdict)
            self._tell_event(call, verdict)
            return judged

        def rejected_by_types(call: Any, verdict: Verdict) -> Any:
            if verdict is not _verdict.get():
                self._tell_event(call, verdict)
            return go_on(call, verdict)

        def ack(call: Any, values: list[Any]) -> Any:
            judged = judge_ack(call, values)
            verdict, encoded = judged
            self._tell_ack(call, values if encoded is None else encoded.values, verdict)
            return judged

        def overdue_ack(call: Any) -> Verdict:
            verdict: Verdict = overdue(call)
            if verdict.violation is not None:
                self._tell_ack(call, (), verdict)
            return verdict

        decide.event, decide._judge_ack, decide.overdue = event, ack, overdue_ack
        adapter._go_on = rejected_by_types

    def _tell_event(self, call: Any, verdict: Verdict) -> None:
        place = Checkpoint.RECEIVE_EVENT, call.namespace, call.event
        message = verdict.message or call.message
        whose = (call.eio_sid or None, call.sid, None, None, None, call.id is not None)
        self._tell((*place, call.args, verdict, message), *whose)

    def _tell_ack(self, call: Any, values: Sequence[Any], verdict: Verdict) -> None:
        place = Checkpoint.SEND_ACK, call.namespace, call.event
        self._tell((*place, values, verdict, call.message), call.eio_sid or None, call.sid)

    def observe_faults(self) -> None:
        """Packets that are neither an event nor an ack that somebody waits for."""
        decide = self._decide
        junk, malformed_ack = decide.junk, decide.malformed_ack
        uninvited = getattr(decide, "uninvited", None)

        def fault_of_frame(namespace: str, reason: str) -> Verdict:
            verdict: Verdict = junk(namespace, reason)
            if verdict.violation is not None:
                self._tell((Checkpoint.RECEIVE_EVENT, namespace, None, (), verdict, None))
            return verdict

        def fault_of_ack(namespace: str, event: str | None, reason: str) -> Verdict:
            verdict: Verdict = malformed_ack(namespace, event, reason)
            place = Checkpoint.RECEIVE_ACK, namespace, event
            self._tell((*place, (), verdict, None), *self._acknowledging())
            return verdict

        def fault_of_sender(namespace: str, event: Any) -> Verdict:
            assert uninvited is not None
            verdict: Verdict = uninvited(namespace, event)
            self._tell((Checkpoint.RECEIVE_EVENT, namespace, event, (), verdict, None))
            return verdict

        decide.junk, decide.malformed_ack = fault_of_frame, fault_of_ack
        if uninvited is not None:
            decide.uninvited = fault_of_sender

    # -- events that are sent, and their acks ------------------------------------------------------

    def observe_emits(self) -> None:
        """Events that are sent, and the acks that come back."""
        decide, adapter = self._decide, self._adapter
        emitted, overdue = decide.emitted, decide.overdue_ack
        deliver = getattr(adapter, "_deliver", None)

        def emit(namespace: str, event: Any, data: Any, callback: object) -> Any:
            judged = emitted(namespace, event, data, callback)
            verdict, encoded, _ = judged
            values = _arguments(data) if encoded is None else encoded.values
            sent = (Checkpoint.SEND_EVENT, namespace, event, values, verdict, verdict.message)
            if deliver is None or verdict.violation is not None:
                self._tell(sent)
            else:
                _leaving.put(self, sent)  # nothing of the application runs until it is delivered
            return judged

        def delivered(
            event: str, data: Any, namespace: str, room: Any, skip_sid: Any, *rest: Any
        ) -> Any:  # the first of the rest is the callback
            assert deliver is not None
            sent = _leaving.take(self)
            if sent is not None:
                sid = adapter._one_client(namespace, room)
                self._tell(sent, None, sid, room, None, None, rest[0] is not None, skip_sid)
            return deliver(event, data, namespace, room, skip_sid, *rest)

        def overdue_ack(sent: Any, *, is_here: bool, **known: Any) -> Verdict:
            verdict: Verdict = overdue(sent, is_here=is_here, **known)
            if is_here and verdict.violation is not None:
                self._tell_answer(sent, (), verdict)
            return verdict

        decide.emitted, decide.overdue_ack = emit, overdue_ack
        if deliver is not None:
            adapter._deliver = delivered
        name = "answered_by_client"
        if self._perspective is Perspective.CLIENT:
            name = "answered_by_server"
        answered = getattr(decide, name)

        def answer(sent: Any, values: Sequence[Any]) -> Verdict:
            verdict: Verdict = answered(sent, values)
            self._tell_answer(sent, values, verdict)
            return verdict

        setattr(decide, name, answer)

    def _tell_answer(self, sent: Any, values: Sequence[Any], verdict: Verdict) -> None:
        place = Checkpoint.RECEIVE_ACK, sent.namespace, sent.event
        self._tell((*place, values, verdict, sent.message), *self._acknowledging())

    def _acknowledging(self) -> tuple[str | None, str | None]:
        """Connection and session of the client whose ack came, on a server."""
        if not isinstance(self._decide, ServerDecisions):
            return None, None
        if inspect.iscoroutinefunction(self._adapter._run):
            from asyncapi_guard.integrations.aio.queue import acknowledging
        else:
            from asyncapi_guard.integrations.threads.queue import acknowledging
        return acknowledging.get() or (None, None)

    # -- connects ----------------------------------------------------------------------------------

    def observe_connects(self) -> None:
        """Clients that want to enter a namespace of a server."""
        decide, adapter = self._decide, self._adapter
        handle, judge, ask = adapter._handle_connect, decide.connecting, decide.admission
        decided, reject_types = decide.admitted, adapter._reject_types

        def handle_connect(eio_sid: str, *rest: Any) -> Any:
            _connection.set(eio_sid)
            return handle(eio_sid, *rest)

        def connecting(namespace: str, auth: Any, fault: str | None, environ: Any = None) -> Any:
            judged = judge(namespace, auth, fault, environ)
            verdict: Verdict = judged[0]
            if verdict.rejected or fault is not None:
                self._tell_connect(namespace, auth, environ, verdict)
            else:
                _connect.put(self, (namespace, auth, environ, verdict))
            return judged

        def admission(*args: Any) -> Any:
            asked = ask(*args)
            if asked is None:
                self._tell_connect_at_last(PASSED)
            return asked

        def admitted(asked: Any) -> Any:
            judged = decided(asked)
            self._tell_connect_at_last(judged[0])
            return judged

        def rejected_by_types(eio_sid: str, namespace: str, verdict: Verdict) -> Any:
            environ = adapter.server.environ.get(eio_sid)
            _connection.set(eio_sid)
            self._tell_connect(namespace, given_auth.get(), environ, verdict)
            return reject_types(eio_sid, namespace, verdict)

        adapter._handle_connect, adapter._reject_types = handle_connect, rejected_by_types
        decide.connecting, decide.admission, decide.admitted = connecting, admission, admitted

    def _tell_connect_at_last(self, verdict: Verdict) -> None:
        """Tell of a connect that the contract does not reject, with what verifiers say of it."""
        came = _connect.take(self)
        if came is not None:  # else it was told of before
            namespace, auth, environ, first = came
            self._tell_connect(namespace, auth, environ, _worse(first, verdict))

    def _tell_connect(self, namespace: str, auth: Any, environ: Any, verdict: Verdict) -> None:
        place = Checkpoint.CONNECT, namespace, "connect"
        connection = _connection.get()
        self._tell((*place, (), verdict, verdict.message), connection, None, None, auth, environ)

    def observe_connects_of_client(self) -> None:
        """What a client sends to enter a namespace."""
        decide = self._decide
        judge = decide.connecting

        def connecting(namespace: str, auth: Any) -> Any:
            judged = judge(namespace, auth)
            verdict = judged[0]
            place = Checkpoint.CONNECT, namespace, "connect"
            self._tell((*place, (), verdict, verdict.message), None, None, None, auth)
            return judged

        decide.connecting = connecting


def _arguments(data: Any) -> Sequence[Any]:
    """What the application sends, as a list of arguments."""
    return data if isinstance(data, tuple) else () if data is None else (data,)


def _worse(first: Verdict, second: Verdict) -> Verdict:
    """The verdict on a connect of those that the contract and the verifiers give."""
    if second.violation is None or (first.violation is not None and not second.rejected):
        return first
    return replace(second, message=second.message or first.message)
