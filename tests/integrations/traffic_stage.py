"""An application whose handlers end as they are told to, behind each entrance of the guard.

It runs in a process of its own (`serve_traffic.py MODE ENTRANCE`), since some of the ends take the
process along. Its handlers are those of one namespace; `/` is there to ask whether the server is
alive.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import flask
import socketio
from conftest import document, new_application
from traffic_controls import PATIENCE
from traffic_processes import NAMESPACE

from asyncapi_guard import AsyncAPIGuard, AsyncAPISocketIO

if TYPE_CHECKING:
    from collections.abc import Callable


class Interrupted(KeyboardInterrupt):
    """As a framework derives its own."""


class Ended(BaseException):
    """Nobody's."""


def _raiser(make: Callable[[], BaseException]) -> Callable[[], None]:
    def end() -> None:
        raise make()

    return end


def _reject() -> None:
    raise socketio.exceptions.ConnectionRefusedError("no")


def _gevent() -> dict[str, Callable[[], Any]]:
    import gevent

    def run_out() -> None:
        with gevent.Timeout(0.01):
            gevent.sleep(PATIENCE)

    def be_killed() -> None:
        gevent.spawn(gevent.kill, gevent.getcurrent())
        gevent.sleep(PATIENCE)

    ends = {"GreenletExit": _raiser(gevent.GreenletExit), "killed": be_killed}
    return {"time limit": run_out, **ends}


def _eventlet() -> dict[str, Callable[[], Any]]:
    import eventlet
    import greenlet

    def run_out() -> None:
        with eventlet.Timeout(0.01):
            eventlet.sleep(PATIENCE)

    def be_killed() -> None:
        eventlet.spawn(eventlet.kill, greenlet.getcurrent())
        eventlet.sleep(PATIENCE)

    ends = {"GreenletExit": _raiser(greenlet.GreenletExit), "killed": be_killed}
    return {"time limit": run_out, **ends}


def ends_of(mode: str) -> dict[str, Callable[[], Any]]:
    """How a handler may end, by name."""
    greenlets = {"gevent": _gevent, "eventlet": _eventlet}.get(mode, dict)()
    return {
        "return": lambda: None,
        "False": lambda: False,
        "rejection": _reject,
        "RuntimeError": _raiser(lambda: RuntimeError("hunter2")),
        "TypeError": _raiser(lambda: TypeError("hunter2")),
        "SystemExit": lambda: sys.exit(1),
        "GeneratorExit": _raiser(GeneratorExit),
        "Interrupted": _raiser(Interrupted),
        "Ended": _raiser(Ended),
        **greenlets,
    }


class Stage:
    """What a test asks of the application, and tells it."""

    def __init__(self, mode: str, entrance: str) -> None:
        self.app = flask.Flask("stage")
        self._ends = ends_of(mode)
        self.socketio, self.server = getattr(self, f"_{entrance}")(mode)
        self.server.eio.ping_interval = 1  # no poll of a client that ends is waited for longer
        self.reset()

    def _init_app(self, mode: str) -> tuple[Any, Any]:
        made = new_application(async_mode=mode, handlers=False)
        self.app = made.app
        self._handle_under_flask(made.socketio)
        made.handle("/", "begin")
        return made.socketio, made.server

    def _drop_in(self, mode: str) -> tuple[Any, Any]:
        io = AsyncAPISocketIO(self.app, spec=document(), async_mode=mode, typed=True)
        self._handle_under_flask(io)
        io.on("begin")(lambda: None)
        return io, io.server

    def _protect(self, mode: str) -> tuple[None, Any]:
        server = socketio.Server(async_mode=mode)
        self.app.wsgi_app = socketio.WSGIApp(server, self.app.wsgi_app)  # type: ignore[method-assign]
        AsyncAPIGuard(document()).protect(server)
        server.on("connect", lambda sid, *_: self._connect(sid), namespace=NAMESPACE)
        server.on("disconnect", lambda sid, reason: self._disconnect(sid), namespace=NAMESPACE)
        server.on("say", lambda sid, text: self._say(), namespace=NAMESPACE)
        server.on("begin", lambda sid: None)
        return None, server

    def _handle_under_flask(self, io: Any) -> None:
        @io.on("connect", namespace=NAMESPACE)
        def connect(auth: Any = None) -> Any:
            return self._connect(flask.request.sid)  # type: ignore[attr-defined]

        @io.on("disconnect", namespace=NAMESPACE)
        def disconnect(reason: str) -> None:
            self._disconnect(flask.request.sid)  # type: ignore[attr-defined]

        @io.on("say", namespace=NAMESPACE)
        def say(text: str) -> Any:
            return self._say()

    # -- handlers ----------------------------------------------------------------------------------

    def _connect(self, sid: str) -> Any:
        self.sids.append(sid)
        if self.greets:
            self.server.emit("said", "welcome", to=sid, namespace=NAMESPACE)
        if self.joins:
            self.server.enter_room(sid, "room", namespace=NAMESPACE)
        self.begun.set()
        if self.waits:
            self.released.wait(PATIENCE)
        return self.ends["connect"]()

    def _disconnect(self, sid: str) -> None:
        self.gone.append(sid)
        self.left.set()

    def _say(self) -> Any:
        self.said += 1
        return self.ends["say"]()

    # -- what tests ask and tell -------------------------------------------------------------------

    def reset(self) -> None:
        """Let handlers return, and forget who came."""
        self.ends = dict.fromkeys(("connect", "say"), self._ends["return"])
        self.greets = self.joins = self.waits = self.server.always_connect = False
        self.sids: list[str] = []
        self.gone: list[str] = []
        self.said = 0
        event = self.server.eio.create_event
        self.begun, self.released, self.left = event(), event(), event()

    def ending(self, event: str, end: str) -> None:
        """Let the handler of an event end so."""
        self.ends[event] = self._ends[end]

    def greeting(self) -> None:
        """Let the connect handler emit to its client."""
        self.greets = True

    def joining(self) -> None:
        """Let the connect handler put its client into a room."""
        self.joins = True

    def waiting(self) -> None:
        """Let the connect handler wait until it is released."""
        self.waits = True

    def connecting_always(self) -> None:
        """Let clients in before their connect handler has run."""
        self.server.always_connect = True

    def has_begun(self) -> bool:
        """Wait until the connect handler runs."""
        return bool(self.begun.wait(PATIENCE))

    def release(self) -> None:
        """Let the connect handler go on."""
        self.released.set()

    def broadcast(self, text: str) -> None:
        """Emit to all clients of the namespace, and to those in the room."""
        self.server.emit("said", text, namespace=NAMESPACE)
        self.server.emit("said", text, namespace=NAMESPACE, to="room")

    def drop(self) -> None:
        """Disconnect the client whose connect handler ran last."""
        self.server.disconnect(self.sids[-1], namespace=NAMESPACE)

    def have_left(self, seconds: float) -> list[int]:
        """Wait until a disconnect handler ran: how often each client's did."""
        self.left.wait(seconds)
        return [self.gone.count(sid) for sid in self.sids]

    def is_empty(self, seconds: float) -> bool:
        """Wait until no client is left in the namespace, in none of its rooms."""
        manager = self.server.manager
        for _ in range(int(seconds / 0.01)):
            if not manager.rooms.get(NAMESPACE) and not manager.pending_connect.get(NAMESPACE):
                return True
            self.server.sleep(0.01)
        return False

    def times(self) -> int:
        """How often the handler of the event ran."""
        return self.said
