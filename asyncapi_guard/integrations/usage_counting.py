"""Counts what the clients of a guarded server use, and what they are sent, by their versions."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from asyncapi_guard.guard.plans import template
from asyncapi_guard.integrations.deciding.server import ServerDecisions
from asyncapi_guard.integrations.handshake import Handshake
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.integrations.traffic import observe_traffic
from asyncapi_guard.usage.client_versions import UNKNOWN, Labels, source_of
from asyncapi_guard.usage.counting import Subject
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from asyncapi_guard.contract import Contract, Message
    from asyncapi_guard.guard import Guard
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.integrations.traffic import Traffic
    from asyncapi_guard.usage.client_versions import Label
    from asyncapi_guard.usage.log import UsageLog

__all__ = ["UsageObserver", "count_usage"]

#: Where the environment of a connection keeps the versions, by namespaces.
_LABELS = "asyncapi_guard.client_versions"
#: How many namespaces and subjects are remembered; namespaces of a template are clients' choice.
_MOST = 10_000
#: Who is in a larger room is looked at once a second.
_LARGE = 64
_MOST_ROOMS = 1_000
#: Of each checkpoint: who sends the event, and whether it is about the event or its ack.
_ABOUT: dict[Checkpoint, tuple[Any, Any]] = {
    Checkpoint.CONNECT: ("client", "event"),
    Checkpoint.RECEIVE_EVENT: ("client", "event"),
    Checkpoint.SEND_ACK: ("client", "ack"),
    Checkpoint.SEND_EVENT: ("server", "event"),
    Checkpoint.RECEIVE_ACK: ("server", "ack"),
}


def count_usage(log: UsageLog, version: str | Callable[[Any], Any]) -> Callable[[Any], None]:
    """What counts the traffic of adapters, for `AsyncAPIGuard.observe_adapters`.

    Args:
        log: where it is written.
        version: where clients say their version.
    """
    versions = Versions(log, version)

    def look(adapter: Any) -> None:
        decide = getattr(adapter, "decide", None)
        if not isinstance(decide, ServerDecisions):
            write(
                logging.WARNING,
                "usage=: only what a server does with its clients is counted, and this is none",
            )
            return
        observer = UsageObserver(adapter, log, versions)
        observe_traffic(adapter, lambda _: observer)
        observer.observe_queue()

    return look


class Versions:
    """Which version the clients of a guard are.

    Args:
        log: what is told of faults.
        source: where clients say their version.
    """

    def __init__(self, log: UsageLog, source: str | Callable[[Any], Any]) -> None:
        self._log = log
        self._source = source_of(source)
        self._labels = Labels()

    def enter(self, environ: Any, namespace: str, auth: Any) -> Label:
        """The version of a client that connects; it is kept with its connection."""
        try:
            label = self._labels.of(self._source(Handshake(environ or {}, auth)))
        except Exception as error:  # noqa: BLE001  # the application's own, or what a client sent
            self._log.failed(error)
            label = UNKNOWN
        if isinstance(environ, dict):
            environ.setdefault(_LABELS, {})[namespace] = label
        return label


class UsageObserver:
    """Counts the traffic of one server."""

    def __init__(self, adapter: Any, log: UsageLog, versions: Versions) -> None:
        self._adapter = adapter
        self._server = adapter.server
        self._guarding: Guarding = adapter.decide.guarding
        self._log = log
        self._versions = versions
        self._guard: Guard | None = None
        self._addresses: dict[str, str | None] = {}
        self._subjects: dict[tuple[Any, ...], Subject] = {}
        #: The same by what is at hand, with the message.
        self._near: dict[tuple[Any, ...], tuple[Subject, Message | None]] = {}
        self._rooms: dict[tuple[str, Any, Any], tuple[float, Mapping[Label, int]]] = {}

    def seen(self, traffic: Traffic) -> None:
        """Count something that passes; a fault of it is said once."""
        try:
            violation = traffic.verdict.violation
            if violation is None:
                self._count(traffic, traffic.message)
            elif not violation.rejected:
                self._count(traffic, None)
        except Exception as error:  # noqa: BLE001  # whatever it is, the traffic passes
            self._log.failed(error)

    def observe_queue(self) -> None:
        """Count as well what other processes send to the clients of this one."""
        adapter = self._adapter
        handle = getattr(adapter, "_handle_emit", None)
        if handle is None:
            return

        def handle_emit(message: Any) -> Any:
            try:
                self._count_queued(message)
            except Exception as error:  # noqa: BLE001  # as above
                self._log.failed(error)
            return handle(message)

        adapter._handle_emit = handle_emit

    def _count(self, traffic: Traffic, message: Message | None) -> None:
        checkpoint, namespace = traffic.checkpoint, traffic.namespace
        subject = self._subject(checkpoint, namespace, traffic.event, message)
        if checkpoint is Checkpoint.CONNECT:
            label = self._versions.enter(traffic.environ, namespace, traffic.auth)
            if subject is not None:
                args = [] if traffic.auth is None else [traffic.auth]
                self._log.counter.count(label, subject, args)
            return
        if subject is None:
            return
        if checkpoint is Checkpoint.SEND_EVENT:
            if traffic.verdict.violation is not None:
                return  # nobody knows yet who gets it
            several = self._receivers(namespace, traffic.room, traffic.skipped)
            self._count_sent(several, subject, traffic.arguments, asked=traffic.asked)
            return
        label = self._label(traffic.connection, namespace)
        self._log.counter.count(label, subject, traffic.arguments, traffic.asked)

    def _count_queued(self, message: Mapping[str, Any]) -> None:
        if message.get("host_id") == self._server.manager.host_id:
            return  # it was counted when it was sent
        namespace, event = message.get("namespace") or "/", message.get("event")
        data = message.get("data")
        args = list(data) if isinstance(data, (list, tuple)) else [] if data is None else [data]
        rule = self._guarding.in_force.rule_of_sent(namespace, event)  # type: ignore[arg-type]  # of any kind, and found or not
        verdict = None if rule is None else rule.judge(namespace, args)
        found = None if verdict is None or verdict.violation is not None else verdict.message
        subject = self._subject(Checkpoint.SEND_EVENT, namespace, event, found)
        if subject is not None:
            several = self._receivers(namespace, message.get("room"), message.get("skip_sid"))
            self._count_sent(several, subject, args, asked=message.get("callback") is not None)

    def _count_sent(
        self,
        several: Mapping[Label, int],
        subject: Subject,
        args: Sequence[Any],
        *,
        asked: bool,
    ) -> None:
        count = self._log.counter.count
        for label, times in several.items():
            count(label, subject, args, asked, times)

    # -- whose it is -------------------------------------------------------------------------------

    def _label(self, connection: str | None, namespace: str) -> Label:
        environ = self._server.environ.get(connection)
        labels = None if environ is None else environ.get(_LABELS)
        return UNKNOWN if labels is None else labels.get(namespace, UNKNOWN)

    def _receivers(self, namespace: str, room: Any, skipped: Any) -> Mapping[Label, int]:
        """How many clients of each version get what is sent to a room."""
        manager = self._server.manager
        if namespace not in manager.rooms:
            return {}
        key = None
        if self._rooms:
            key = namespace, _hashable(room), _hashable(skipped)
            kept = self._rooms.get(key)
            if kept is not None and time.monotonic() < kept[0]:
                return kept[1]
        without = skipped if isinstance(skipped, list) else (skipped,)
        found: dict[Label, int] = {}
        total = 0
        for sid, connection in [*manager.get_participants(namespace, room)]:
            if sid not in without:
                label = self._label(connection, namespace)
                found[label] = found.get(label, 0) + 1
                total += 1
        if total > _LARGE:
            if len(self._rooms) >= _MOST_ROOMS:
                self._rooms.clear()
            key = key or (namespace, _hashable(room), _hashable(skipped))
            self._rooms[key] = time.monotonic() + 1, found
        return found

    # -- what it is --------------------------------------------------------------------------------

    def _subject(
        self, checkpoint: Checkpoint, namespace: str, event: Any, message: Message | None
    ) -> Subject | None:
        """What is counted; `None` for what the contract does not have."""
        guard = self._guarding.in_force
        if guard is not self._guard:
            self._guard = guard
            self._addresses, self._subjects, self._near = {}, {}, {}
        if not isinstance(event, str):
            return None
        near = self._near.get((id(checkpoint), namespace, event, id(message)))
        if near is not None:
            return near[0]
        address = self._address(guard.contract, namespace)
        if address is None:
            return None
        which = None if message is None else message.location or message.id
        key = checkpoint, address, event, which
        subject = self._subjects.get(key)
        if subject is None:
            if message is None and not _is_declared(guard, checkpoint, namespace, event):
                return None  # a client has made its name up
            schemas = () if message is None else _schemas(checkpoint, message)
            name = None if message is None else message.id
            subject = Subject(address, event, *_ABOUT[checkpoint], name, schemas)
            if len(self._subjects) < _MOST:
                self._subjects[key] = subject
        if len(self._near) < _MOST:
            # With the message, so that no other one has its id.
            self._near[id(checkpoint), namespace, event, id(message)] = subject, message
        return subject

    def _address(self, contract: Contract, namespace: str) -> str | None:
        """The address of the channel that a namespace is; `None` of one that is not declared."""
        if namespace in self._addresses:
            return self._addresses[namespace]
        several = [each for each in contract.channels.values() if each.is_namespace]
        found = next((each.address for each in several if each.address == namespace), None)
        for each in several:
            if found is None and "{" in (each.address or ""):
                found = each.address if template(each).fullmatch(namespace) else None
        if len(self._addresses) < _MOST:
            self._addresses[namespace] = found
        return found


def _schemas(checkpoint: Checkpoint, message: Message) -> Iterable[Any]:
    if _ABOUT[checkpoint][1] == "event":
        return (message.payload,)
    return message.ack.alternatives if message.ack is not None else ()


def _is_declared(guard: Guard, checkpoint: Checkpoint, namespace: str, event: str) -> bool:
    plan = guard.plan_of(namespace)
    if checkpoint is Checkpoint.CONNECT:
        return True
    return plan is not None and plan.rule(checkpoint, event) is not None


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, (list, set)) else value
