"""Events of clients: handed to their handlers, and answered whatever happens."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.deciding.server import ServerDecisions
from asyncapi_guard.integrations.handlers.registered import lacks_a_method
from asyncapi_guard.integrations.recording.log import logger
from asyncapi_guard.integrations.threads.answers import Answers
from asyncapi_guard.integrations.threads.calling import called
from asyncapi_guard.integrations.threads.renewing import Renewing
from asyncapi_guard.integrations.wire.packets import Junk, opened
from asyncapi_guard.integrations.wire.strict_json import Malformed
from asyncapi_guard.violations import printable

if TYPE_CHECKING:
    from asyncapi_guard.integrations.deciding.calls import Call
    from asyncapi_guard.violations import Violation

__all__ = ["Events"]

#: Their handlers are called in ways of their own.
_SESSIONS = frozenset(("connect", "disconnect"))


class Events(Answers[ServerDecisions], Renewing):
    """In the place of `Server._handle_event`, and of what hands frames to it.

    Here real names are seen (a catch-all handler or a class namespace hides them later), and the
    ack id. It has an event judged before a thread is spent on it.
    """

    #: What python-socketio calls handlers by, on the server: ours.
    _caller: Any = None
    #: What it stands for is python-socketio's as it comes.
    _calls_itself: bool = False
    #: What python-socketio hands events to, on the server: ours.
    _taker: Any = None
    #: What hands frames to it is python-socketio's as it comes.
    _reads_itself: bool = False

    # -- frames ------------------------------------------------------------------------------------

    def handle_message(self, eio_sid: str, data: Any) -> None:
        """A frame came."""
        try:
            event = self._read_event(eio_sid, data)
            if event is None:
                self._message(eio_sid, data)
            else:
                self.handle_event(eio_sid, *event)
        except Junk as junk:
            self._reject_junk(eio_sid, junk)
        except Exception as error:
            if not self.decide.active or not self._is_about_the_frame(error):
                raise
            self._reject_junk(eio_sid, Junk("clients do not send frames like this", data))

    def _read_event(self, eio_sid: str, frame: Any) -> tuple[str | None, int | None, Any] | None:
        """An event, where the server would do nothing else with a frame than read one in it.

        Returns:
            Its namespace, its ack id, and its data; `None` for what the packet class must read.
        """
        server, made = self.server, self.decide.packets.packet_class
        if (
            not self._reads_itself
            or server.packet_class is not made
            or not made.is_plain
            or server.__dict__.get("_handle_event") is not self._taker
            or eio_sid in server._binary_packet
        ):
            return None
        read: tuple[str | None, int | None, Any] | None = made.read_event(frame)
        return read

    def _reject_junk(self, eio_sid: str, junk: Junk) -> None:
        """Answer and record a frame that reaches no handler, with or without the guard."""
        header = junk.header
        sid = self.server.manager.sid_from_eio_sid(eio_sid, header.namespace)
        if self.decide.active and header.asks and header.id is not None and sid is not None:
            self.handle_event(eio_sid, header.namespace, header.id, Malformed(junk.reason))
            return
        verdict = self.decide.junk(header.namespace, junk.reason)
        if verdict.violation is not None:
            recorded = self._record(verdict, eio_sid, sid)
            if recorded is not None:
                self._answered(recorded)
        else:
            self.recorder.log(logging.WARNING, "ignored a frame: %s", junk.reason)

    # -- events ------------------------------------------------------------------------------------

    def handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:
        """An event came."""
        namespace = namespace or "/"
        manager = self.server.manager
        sid = manager.sid_from_eio_sid(eio_sid, namespace)
        if not self.decide.active:
            self._pass(eio_sid, namespace, id, opened(data)[0])
            return
        if not manager.is_connected(sid, namespace):
            logger.debug("%s is not connected to %s", sid, printable(namespace))
            return
        call, verdict = self.decide.event(eio_sid, sid, namespace, id, data)
        if verdict.violation is None:
            self._dispatch(call)
        else:
            self._go_on(call, verdict)

    def _pass(self, eio_sid: str, namespace: str, id: int | None, data: Any) -> None:
        """Leave an event to python-socketio, which looks for its name before anything else."""
        if isinstance(data, (list, str)) and data:
            self._event(eio_sid, namespace, id, data)
        else:
            logger.debug("an event without a name in %s", printable(namespace))

    # -- handlers ----------------------------------------------------------------------------------

    @property
    def _apart(self) -> bool:
        return bool(self.server.async_handlers)

    def _reject(self, call: Call, violation: Violation) -> None:
        super()._reject(call, violation)
        if call.renewal is not None and self.decide.has_enough(call.renewal.session):
            self.end_connection(call.eio_sid)

    def _handle(self, call: Call) -> Any:
        server, event = self.server, call.event
        # What the server's `_trigger_event` does, in one step, where nobody else has a say in it.
        if (
            self._calls_itself
            and server.__dict__.get("_trigger_event") is self._caller
            and event not in _SESSIONS
        ):
            find, shortcut = server._get_event_handler, call.shortcut
            handler, args = find(event, call.namespace, (call.sid, *call.args))
            if handler:
                # An instance goes to the handler that it was made for.
                if shortcut is not None and shortcut.find is find and shortcut.handler is handler:
                    return called(shortcut.run, call.sid, call.instance)
                return called(handler, *args)
        return server._trigger_event(event, call.namespace, call.sid, *call.args)

    def _lacks_handler(self, call: Call) -> bool:
        return lacks_a_method(self.server, call.namespace, call.event)
