"""The adapter for a manager of a process that only publishes.

A manager of python-socketio's publishes by `_publish`, whatever its back end is. An event is judged
where it is emitted, as on servers, and what was judged is what goes on. What comes to `_publish` by
another way is judged there: an application's own manager may have an `emit` of its own, and orders
about clients and rooms have several methods.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import InstallationError, violation_error
from asyncapi_guard.integrations.installed import MARK, Installed
from asyncapi_guard.integrations.replacing import Replacements, is_from_library
from asyncapi_guard.integrations.threads.calling import tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.publishing import PublishDecisions
    from asyncapi_guard.integrations.recording.recorder import Recorder

__all__ = ["ThreadedPublisher"]

#: The manager whose own `emit` publishes an event that was judged.
_emitting: ContextVar[Any] = ContextVar("asyncapi_guard_emitting", default=None)


class ThreadedPublisher(Installed):
    """What stands in the place of a manager's methods.

    Args:
        manager: it has no server.
        decide: what is decided about what it publishes.
        application: as for servers; nobody asks it anything here.
    """

    _emit: Callable[..., Any]
    _publish: Callable[..., Any]

    def __init__(self, manager: Any, decide: PublishDecisions, application: Application) -> None:
        self.target: Any = manager
        self.decide: PublishDecisions = decide
        self.application: Application = application
        self.recorder: Recorder = decide.recorder
        self.replaced: Replacements = Replacements()

    def install(self) -> None:
        """Replace the manager's methods."""
        manager, replace = self.target, self.replaced.replace
        setattr(manager, MARK, self)
        with self.replaced.at_once():
            self._publish = replace(manager, "_publish", self.publish)
            if is_from_library(manager.emit):
                self._emit = replace(manager, "emit", self.emit)
            replace(manager, "set_server", self.set_server)
        self.decide.active = True

    def set_server(self, server: Any) -> None:
        """A server is made with the manager.

        Raises:
            InstallationError: always, for the guard would not see that server's clients.
        """
        raise InstallationError(
            f"the manager of this {type(server).__name__} is guarded as a publisher; call "
            "protect() with the server, not with its manager"
        )

    def emit(
        self,
        event: Any,
        data: Any,
        namespace: Any = None,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **kwargs: Any,
    ) -> Any:
        """The application publishes an event.

        Raises:
            EmitValidationError: it breaks the contract, or the queue cannot carry it.
        """
        namespace, room = namespace or "/", to or room
        token = None
        if self.decide.active:
            verdict, data = self.decide.sent(namespace, event, data, callback, room, skip_sid)
            self._stop(verdict)
            token = _emitting.set(self)
        try:
            return self._emit(
                event, data, namespace, room=room, skip_sid=skip_sid, callback=callback, **kwargs
            )
        finally:
            if token is not None:
                _emitting.reset(token)

    def publish(self, message: Any, *args: Any, **kwargs: Any) -> Any:
        """A message goes to the channel.

        Raises:
            EmitValidationError: as from `emit`.
        """
        if not self.decide.active:
            return self._publish(message, *args, **kwargs)
        if _emitting.get() is not self:
            verdict, message = self.decide.published(message)
            self._stop(verdict)
        return self._publish(self.decide.outgoing(message), *args, **kwargs)

    def _stop(self, verdict: Verdict) -> None:
        """Write a violation down, and raise what is rejected."""
        if verdict.violation is None:
            return
        violation = self.recorder.write_down(verdict)
        tell(self.recorder, violation)
        if violation is not None and violation.rejected:
            raise violation_error(violation)
