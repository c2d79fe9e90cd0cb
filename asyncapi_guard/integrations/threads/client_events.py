"""Events of a server: handed to the client's handlers, and answered whatever happens."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.deciding.client import ClientDecisions
from asyncapi_guard.integrations.handlers.registered import lacks_a_handler
from asyncapi_guard.integrations.recording.log import logger
from asyncapi_guard.integrations.threads.answers import Answers
from asyncapi_guard.integrations.threads.client_adapter import ClientAdapter
from asyncapi_guard.integrations.wire.packets import Junk, name_of_event, opened
from asyncapi_guard.integrations.wire.strict_json import Malformed
from asyncapi_guard.violations import printable

if TYPE_CHECKING:
    from asyncapi_guard.integrations.deciding.calls import Call

__all__ = ["ClientEvents"]

#: Clients return `None` for an event without a handler.
_NEVER: Any = object()


class ClientEvents(Answers[ClientDecisions], ClientAdapter):
    """In the place of `Client._handle_event`, and of what hands frames to it.

    python-socketio's clients have given each message a thread or a task by then.
    """

    _not_handled: Any = _NEVER

    # -- frames ------------------------------------------------------------------------------------

    def handle_message(self, data: Any) -> None:
        """A frame came."""
        try:
            self._message(data)
        except Junk as junk:
            self._reject_junk(junk)
        except Exception as error:
            if not self.decide.active or not self._is_about_the_frame(error):
                raise
            self._reject_junk(Junk("servers do not send frames like this", data))

    def _reject_junk(self, junk: Junk) -> None:
        """Answer and record a frame that reaches no handler, with or without the guard."""
        header = junk.header
        if self.decide.active and header.asks and header.id is not None:
            self.handle_event(header.namespace, header.id, Malformed(junk.reason))
            return
        verdict = self.decide.junk(header.namespace, junk.reason)
        if verdict.violation is not None:
            self._record(verdict)
        else:
            self.recorder.log(logging.WARNING, "ignored a frame: %s", junk.reason)

    # -- events ------------------------------------------------------------------------------------

    def handle_event(self, namespace: str | None, id: int | None, data: Any) -> None:
        """An event came."""
        namespace = namespace or "/"
        if not self.decide.active:
            self._pass("", namespace, id, opened(data)[0])
            return
        if not self._is_in(namespace) and self._reject_uninvited(namespace, data):
            return
        sid = self._sid(namespace) or ""
        call, verdict = self.decide.event("", sid, namespace, id, data)
        if verdict.violation is None:
            self._dispatch(call)
        else:
            self._go_on(call, verdict)

    def _is_in(self, namespace: str) -> bool:
        """Whether the client is in a namespace, or on its way in: messages may overtake."""
        raise NotImplementedError

    def _reject_uninvited(self, namespace: str, data: Any) -> bool:
        """Whether an event is rejected in a namespace that the client is not in."""
        verdict = self.decide.uninvited(namespace, name_of_event(opened(data)[0]))
        self._record(verdict)
        return verdict.rejected

    def _pass(
        self,
        eio_sid: str,  # noqa: ARG002  # as for servers
        namespace: str,
        id: int | None,
        data: Any,
    ) -> None:
        """Leave an event to python-socketio, which looks for its name before anything else."""
        if isinstance(data, (list, str)) and data:
            self._event(namespace, id, data)
        else:
            logger.debug("an event without a name in %s", printable(namespace))

    # -- handlers ----------------------------------------------------------------------------------

    @property
    def _apart(self) -> bool:
        return False

    def _handle(self, call: Call) -> Any:
        return self.client._trigger_event(call.event, call.namespace, *call.args)

    def _lacks_handler(self, call: Call) -> bool:
        return lacks_a_handler(self.client, call.namespace, call.event)
