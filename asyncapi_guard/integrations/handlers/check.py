"""Handlers without a declared event, and declared events without a handler, logged once.

`asyncapi-guard check` finds more, but somebody has to run it. Here the running server is asked, and
the guard is asked what it would do with an event, so modes, exclusions and templates apply as they
do to traffic.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from asyncapi_guard.codefirst.handler_functions import dotted_name, written_function
from asyncapi_guard.contract import Action, Mode
from asyncapi_guard.guard.marks import is_answered_by_guard
from asyncapi_guard.guard.plans import RESERVED_EVENTS, by_address, template
from asyncapi_guard.integrations.handlers.registered import registered
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.integrations.recording.source_lines import shown_path
from asyncapi_guard.violations import (
    Checkpoint,
    Code,
    Perspective,
    Violation,
    either,
    printable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from asyncapi_guard.contract import Channel, Contract, Message
    from asyncapi_guard.guard import Guard

__all__ = ["HandlerCheck", "Unmatched", "unmatched"]

_ALL = "*"
_UNDECLARED = (Code.UNDECLARED_EVENT, Code.UNDECLARED_NAMESPACE)
#: Lines; the rest is a number.
_MOST = 50


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An event that only the code or only the document has.

    Attributes:
        namespace: the Socket.IO namespace, or the address of a template; `*` for all namespaces.
        event: its name; `*` for all.
        handler: the callable that is registered; `None` if the document has the event.
        violation: what the guard says of the event; `None` if the document has it.
        location: the message in the document (`file#/json/pointer`); empty for a handler.
    """

    namespace: str
    event: str
    handler: Callable[..., Any] | None = None
    violation: Violation | None = None
    location: str = ""

    def line(self, place: Callable[[str], str]) -> str:
        """One line for people.

        Args:
            place: names a location of the document, as `Recorder.place_in_document`.
        """
        if self.violation is None:
            where = place(self.location) if self.location else ""
            return f"no handler for {self._what()}{f' ({where})' if where else ''}"
        near = self.violation.suggestions
        meant = f"; did you mean {either(near)}?" if near else ""
        does = "rejects" if self.violation.rejected else "reports"
        return (
            f"the guard {does} {self._what()}, although {_named(self.handler)} handles it: "
            f"{self.violation.reason}{meant}"
        )

    def _what(self) -> str:
        event = "every event" if self.event == _ALL else f"event {printable(self.event)}"
        if self.namespace == _ALL:
            return f"{event} in all namespaces"
        return f"{event} in namespace {printable(self.namespace)}"


def unmatched(
    handlers: Mapping[str, Mapping[str, Callable[..., Any]]],
    namespace_handlers: Mapping[str, Any],
    guard: Guard,
) -> list[Unmatched]:
    """The handlers that the document does not know, then the events that no handler takes.

    Handlers of `connect` and `disconnect` need not be declared, and need not exist. A handler for
    `*` takes every event. If the policy ignores events, nothing is found. A client need not take
    all that a server sends, so of clients only the first is found.

    Args:
        handlers: by namespace and event, as `socketio.Server.handlers`.
        namespace_handlers: class-based namespaces, as `socketio.Server.namespace_handlers`.
        guard: says what is declared, excluded, and ignored.
    """
    if guard.policy.at(Checkpoint.RECEIVE_EVENT) is Mode.OFF and not guard.policy.operations:
        return []
    found = list(registered(handlers, namespace_handlers))
    undeclared = list(_undeclared(found, guard))
    if guard.perspective is Perspective.CLIENT:
        return undeclared
    return [*undeclared, *_unhandled({(n, e) for n, e, _ in found}, guard)]


def _undeclared(
    found: Iterable[tuple[str, str, Callable[..., Any]]], guard: Guard
) -> Iterator[Unmatched]:
    for namespace, event, handler in found:
        violation = _violation(guard, namespace, event)
        if violation is not None and not _is_wide(event, violation):
            yield Unmatched(namespace, event, handler, violation)


def _violation(guard: Guard, namespace: str, event: str) -> Violation | None:
    """What the guard says of an event because it is not declared."""
    if event in guard.reserved - {_ALL}:
        return None
    if namespace == _ALL:
        return _everywhere(guard, event)
    # Any name does for a handler of all events: it is about the namespace.
    violation = guard.receive_event(namespace, "event" if event == _ALL else event, ()).violation
    return violation if violation is not None and violation.code in _UNDECLARED else None


def _everywhere(guard: Guard, event: str) -> Violation | None:
    """The same for a handler in all namespaces: it is enough that one declares the event."""
    namespaces = [address for address in by_address(guard.contract) if "{" not in address]
    declared = {message.event for *_, message in _received(guard.contract)}
    if event == _ALL or event in declared or not namespaces:
        return None
    return _violation(guard, namespaces[0], event)


def _is_wide(event: str, violation: Violation) -> bool:
    """Whether a handler takes what is declared, and this besides."""
    return event == _ALL and violation.code is Code.UNDECLARED_EVENT


def _unhandled(handled: set[tuple[str, str]], guard: Guard) -> Iterator[Unmatched]:
    seen = set()
    for address, channel, message in _received(guard.contract):
        event = message.event
        if (address, event) in seen or event in RESERVED_EVENTS or address in guard.policy.exclude:
            continue
        if guard.secured and is_answered_by_guard(message):
            continue
        seen.add((address, event))
        takers = {namespace for namespace, name in handled if name in (event, _ALL)}
        if not _serve(takers, address, channel):
            yield Unmatched(address, event, location=message.location)


def _serve(namespaces: set[str], address: str, channel: Channel) -> bool:
    """Whether handlers in these namespaces are called for events at an address."""
    if address in namespaces or _ALL in namespaces:
        return True
    return "{" in address and any(map(template(channel).fullmatch, namespaces))


def _received(contract: Contract) -> Iterator[tuple[str, Channel, Message]]:
    """Address, channel and message of what clients can send."""
    for operation in contract.operations.values():
        channel = contract.channels[operation.channel]
        if operation.action is Action.RECEIVE and channel.is_namespace and channel.address:
            for message in operation.messages:
                yield channel.address, channel, message


def _named(handler: Any) -> str:
    """Module, name and `file:line` of a handler."""
    code = getattr(written_function(handler), "__code__", None)
    if code is None:
        return dotted_name(handler)
    return f"{dotted_name(handler)} ({shown_path(Path(code.co_filename))}:{code.co_firstlineno})"


class HandlerCheck:
    """Compares the handlers of servers with the contract, and logs what does not match, once.

    Args:
        place: names a location of the document (`file#/json/pointer`) for people.

    Attributes:
        also: what else is said of the handlers of a server.
    """

    def __init__(self, place: Callable[[str], str]) -> None:
        self.also: Callable[[Any], Iterable[str]] = lambda _server: ()
        self._place = place
        #: The servers that were looked at, and the lines about them.
        self._said: WeakKeyDictionary[Any, frozenset[str]] = WeakKeyDictionary()
        self._checking = threading.Lock()

    def run(self, server: Any, guard: Guard) -> None:
        """Log everything, the first time. Never raises: it is called while clients wait.

        Args:
            server: a python-socketio server.
            guard: what judges its traffic.
        """
        self._write(self._found(server, guard, first=True))

    def run_again(self, server: Any, guard: Guard) -> None:
        """Log what another contract does not match, if a client has come already.

        Lines that were written before are not repeated. Arguments as for `run`.
        """
        with self._checking:
            said = self._said.get(server)
        if said is not None:
            self._write([line for line in self._found(server, guard) if line not in said])

    def _found(self, server: Any, guard: Guard, *, first: bool = False) -> list[str]:
        try:
            if first and not self._is_first(server):
                return []
            found = unmatched(server.handlers, server.namespace_handlers, guard)
            lines = [each.line(self._place) for each in found]
            with self._checking:
                self._said[server] = frozenset(lines)
            if first and guard.perspective is Perspective.SERVER:
                lines += self.also(server)
        except Exception:  # noqa: BLE001  # a client is let in whatever its handlers are
            write(logging.ERROR, "the guard failed to check the handlers", exc_info=True)
            return []
        return lines

    def _write(self, lines: list[str]) -> None:
        for line in lines[:_MOST]:
            write(logging.WARNING, "%s", line)
        if len(lines) > _MOST:
            more = "and %d more handlers and events that do not match; run `asyncapi-guard check`"
            write(logging.WARNING, more, len(lines) - _MOST)

    def _is_first(self, server: Any) -> bool:
        with self._checking:
            known = server in self._said
            self._said.setdefault(server, frozenset())
            return not known
