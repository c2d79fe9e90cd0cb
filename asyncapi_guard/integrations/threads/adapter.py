"""What all parts of the adapters for threads share: how they send, and how they record."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from asyncapi_guard.integrations.handshake import shown_in
from asyncapi_guard.integrations.recording.addresses import address_in
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.integrations.threads.calling import start, tell
from asyncapi_guard.integrations.threads.timing import Clock
from asyncapi_guard.violations import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.calls import Call
    from asyncapi_guard.integrations.deciding.events import EventDecisions
    from asyncapi_guard.integrations.deciding.server import ServerDecisions
    from asyncapi_guard.integrations.recording.recorder import Recorder
    from asyncapi_guard.violations import Violation

__all__ = ["Adapter", "Decides", "Guarded"]

Decides = TypeVar("Decides", bound="EventDecisions")


class Guarded(Generic[Decides]):
    """A guarded server, or a guarded client.

    Attributes:
        target: the server or the client of python-socketio.
        decide: what is decided about its traffic.
        application: its say in what the other side is answered.
        recorder: where violations are written down.
        clock: waits for what must be done in time.
    """

    def __init__(self, target: Any, decide: Decides, application: Application) -> None:
        self.target: Any = target
        self.decide: Decides = decide
        self.application: Application = application
        self.recorder: Recorder = decide.recorder
        self.clock: Clock = Clock(target)

    def _send(self, eio_sid: str, packet: Any) -> None:
        """Send a packet by a connection; `None` is nothing to send."""
        if packet is not None and not self._takes(eio_sid, packet):
            self._hand_over(eio_sid, packet)

    def _takes(self, eio_sid: str, packet: Any) -> bool:  # noqa: ARG002  # for servers
        """Put a packet where it is sent from; whether it may be put there."""
        return False

    def _hand_over(self, eio_sid: str, packet: Any) -> None:
        """Hand a packet to python-socketio, which sends it."""
        raise NotImplementedError

    def _shown_by(self, eio_sid: str | None) -> Iterable[str]:
        """What was shown to enter: nobody should read it in a log."""
        raise NotImplementedError

    def _record(
        self,
        verdict: Verdict,
        eio_sid: str | None = None,
        sid: str | None = None,
        args: Sequence[Any] = (),
    ) -> Violation | None:
        """Log and count a violation; return it with the session that it belongs to."""
        raise NotImplementedError

    def _answered(self, violation: Violation) -> None:
        """Whoever has sent what was rejected was told so."""

    def renew(self, call: Call) -> None:
        """Renew who a client is by what it sent, before its handler runs."""
        raise NotImplementedError


class Adapter(Guarded["ServerDecisions"]):
    """A guarded server.

    Attributes:
        server: the `socketio.Server`.
    """

    def __init__(self, server: Any, decide: ServerDecisions, application: Application) -> None:
        super().__init__(server, decide, application)
        self.server: Any = server
        self._not_handled: Any = server.not_handled

    def _hand_over(self, eio_sid: str, packet: Any) -> None:
        """Hand a packet to the server, which sends it to a client."""
        self.server._send_packet(eio_sid, packet)

    def _shown_by(self, eio_sid: str | None) -> Iterable[str]:
        return shown_in(self.server.environ.get(eio_sid))

    def _record(
        self,
        verdict: Verdict,
        eio_sid: str | None = None,
        sid: str | None = None,
        args: Sequence[Any] = (),
    ) -> Violation | None:
        """Log and count a violation, within what the application finds around it.

        Returns:
            The violation, with the client that it came from.
        """
        violation = verdict.violation
        if violation is None:
            return None
        if eio_sid is None and sid is not None:
            eio_sid = self.server.manager.eio_sid_from_sid(sid, violation.namespace)
        environ = self.server.environ.get(eio_sid) or {}
        with ExitStack() as stack:
            address = address_in(environ)
            try:
                if violation.checkpoint is Checkpoint.SEND_EVENT:
                    environ = {}  # what is around whoever emits stays
                around = self.application.context(
                    environ, violation.namespace, sid, violation.event, args
                )
                address = stack.enter_context(around) or address
            except Exception as error:  # noqa: BLE001  # it is the application's own
                kind = type(error).__name__
                self.recorder.log(
                    logging.ERROR, "reported a violation without its context: %s", kind
                )
            recorded = self.recorder.write_down(verdict, sid, address)
            if recorded is not None:
                self.decide.count_violation(recorded)
            tell(self.recorder, recorded)
            return recorded

    def _answered(self, violation: Violation) -> None:
        """Disconnect a client that has broken the contract too often."""
        verdict = self.decide.end_of(violation)
        if verdict is not None:
            self._record(verdict, sid=violation.sid)
            start(self.server, self._let_go, violation.sid, violation.namespace)

    def _let_go(self, sid: str, namespace: str, packet: Any = None) -> None:
        """Disconnect a client, whatever its disconnect handler does; send it a packet first."""
        manager = self.server.manager
        try:
            self._send(manager.eio_sid_from_sid(sid, namespace), packet)
            self.server.disconnect(sid, namespace=namespace, ignore_queue=True)
        except Exception:  # noqa: BLE001  # the application's own
            write(logging.ERROR, "a disconnect handler failed", exc_info=True)
        finally:
            if manager.eio_sid_from_sid(sid, namespace) is not None:
                manager.disconnect(sid, namespace, ignore_queue=True)
