"""A mock on threads: a `socketio.Server` performs the decisions of its script."""

from __future__ import annotations

import threading
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

import engineio
import socketio
from socketio import exceptions

from asyncapi_guard.errors import ContractViolation
from asyncapi_guard.mock.expressions import NOTHING
from asyncapi_guard.mock.origins import allowed_origins
from asyncapi_guard.mock.telling import refusal_of, say
from asyncapi_guard.mock.turns import Disconnect, Emit, Join, Leave, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncapi_guard.mock.loading import LoadedMock
    from asyncapi_guard.mock.turns import Act, Turn

__all__ = ["ThreadedMock"]

#: What is done once the event that is being handled has been answered.
_afterwards: ContextVar[list[Callable[[], None]] | None] = ContextVar("afterwards", default=None)


class _EngineIO(engineio.Server):  # type: ignore[misc]  # engine.io carries no types
    """Its threads end without a traceback where a client has cut its connection."""

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        def run() -> None:
            with suppress(ConnectionError):
                target(*args, **kwargs)

        return super().start_background_task(run)


class _Server(socketio.Server):  # type: ignore[misc]  # python-socketio carries no types
    """A server on which something can be done after an event was answered."""

    def _engineio_server_class(self) -> Any:
        return _EngineIO

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        return super().start_background_task(self._run_on, target, args, kwargs)

    def _run_on(self, target: Any, args: Any, kwargs: Any) -> None:
        left: list[Callable[[], None]] = []
        token = _afterwards.set(left)
        try:
            target(*args, **kwargs)
        finally:
            _afterwards.reset(token)
        for each in left:
            each()


class ThreadedMock:
    """A mock on threads, as a WSGI application.

    Args:
        loaded: what it does.
        on_event: called with the namespace, the name and the arguments of each event that comes.

    Attributes:
        server: of python-socketio.
        app: what a web server runs.
    """

    def __init__(
        self,
        loaded: LoadedMock,
        on_event: Callable[[str, str, tuple[Any, ...]], None] | None = None,
    ) -> None:
        self._loaded = loaded
        self._script = loaded.script
        self._on_event = on_event
        self._entering: dict[tuple[str, str], Turn] = {}
        self._ended = threading.Event()
        self._begun = threading.Lock()
        self.server: Any = _Server(
            async_mode="threading",
            namespaces="*",
            cors_allowed_origins=allowed_origins(loaded.options.origins),
        )
        self.server.on("connect", self._connects, namespace="*")
        self.server.on("disconnect", self._leaves, namespace="*")
        self.server.on("*", self._receives, namespace="*")
        loaded.guard.protect(self.server, typed=False)
        self._handle_connect = self.server._handle_connect
        self.server._handle_connect = self._connect
        self.app: Any = socketio.WSGIApp(self.server)
        if loaded.console:
            self.app = loaded.guard.wsgi(self.app)

    def end(self) -> None:
        """Do nothing more, and let all clients go."""
        self._ended.set()
        for connection in list(self.server.eio.sockets.values()):
            with suppress(Exception):  # it may go by itself meanwhile
                connection.close(wait=False)
        self.server.shutdown()

    def emit(
        self, namespace: str, event: str, payload: Any = NOTHING, room: str | None = None
    ) -> None:
        """Emit an event.

        Raises:
            EmitValidationError: it breaks the contract.
        """
        for act in self._script.emits(namespace, event, payload, room).after:
            self._do(act, namespace, "")

    # -- handlers ----------------------------------------------------------------------------------

    def _connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        """In the place of the server's: what is done after a client was let in follows here."""
        self._handle_connect(eio_sid, namespace, data)
        namespace = namespace or "/"
        sid = self.server.manager.sid_from_eio_sid(eio_sid, namespace)
        turn = self._entering.pop((namespace, sid), None)
        if turn is not None and self.server.manager.is_connected(sid, namespace):
            self.server.start_background_task(self._play, turn.after, namespace, sid)
            self._begin()

    def _connects(self, namespace: str, sid: str, _environ: Any, auth: Any = None) -> None:
        turn = self._script.connects(namespace, sid, auth)
        if turn.refusal is not NOTHING:
            say("rejected a client", namespace, "scenario")
            raise exceptions.ConnectionRefusedError(*refusal_of(turn.refusal))
        say("a client connected", namespace)
        self._entering[namespace, sid] = turn

    def _leaves(self, namespace: str, sid: str, _reason: Any = None) -> None:
        self._entering.pop((namespace, sid), None)
        turn = self._script.leaves(namespace, sid)
        if turn.after:
            self.server.start_background_task(self._play, turn.after, namespace, sid)

    def _receives(self, event: str, namespace: str, sid: str, *args: Any) -> Any:
        if self._on_event is not None:
            self._on_event(namespace, event, args)
        turn = self._script.receives(namespace, sid, event, args)
        say("received %s", namespace, turn.how, event)
        self._play(turn.before, namespace, sid)
        left = _afterwards.get()
        if turn.after and left is not None:
            left.append(partial(self._play, turn.after, namespace, sid))
        return turn.ack

    # -- acts --------------------------------------------------------------------------------------

    def _play(self, acts: Sequence[Act], namespace: str, sid: str) -> None:
        for act in acts:
            if self._ended.is_set():
                return
            try:
                self._do(act, namespace, sid)
            except ContractViolation:
                pass  # the guard has written it down
            except (KeyError, ValueError):
                say("a client has disconnected meanwhile", namespace)

    def _do(self, act: Act, namespace: str, sid: str) -> None:
        server = self.server
        if isinstance(act, Wait):
            self._ended.wait(act.seconds)
        elif isinstance(act, Join):
            server.enter_room(sid, act.room, namespace=namespace)
        elif isinstance(act, Leave):
            server.leave_room(sid, act.room, namespace=namespace)
        elif isinstance(act, Disconnect):
            server.disconnect(sid, namespace=namespace)
        elif isinstance(act, Emit):
            server.emit(
                act.event,
                act.args,
                namespace=act.namespace,
                room=act.room,
                skip_sid=act.skip,
                callback=_take_ack if act.asks else None,
            )
            say("emitted %s", act.namespace, event=act.event)

    # -- what recurs -------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Begin with what recurs, when the first client comes."""
        if not self._begun.acquire(blocking=False):
            return
        interval = self._loaded.options.interval
        if interval is not None:
            self.server.start_background_task(self._recur, interval, self._script.ticks)
        for rule in self._script.recurring():
            again = partial(self._script.recurs, rule)
            self.server.start_background_task(self._recur, rule.every, again)

    def _recur(self, seconds: float, again: Callable[[list[str]], Turn]) -> None:
        while not self._ended.wait(seconds):
            self._play(again(self._namespaces()).after, "/", "")

    def _namespaces(self) -> list[str]:
        """Those in which there are clients."""
        rooms = self.server.manager.rooms
        return [each for each in list(rooms) if rooms.get(each, {}).get(None)]


def _take_ack(*_: Any) -> None:
    """The guard has validated it."""
