"""What a test asks of a guarded application: in this process, or in one of its own.

Servers that run on greenlets patch the standard library, so they run in processes of their own. The
same questions and orders reach them by HTTP, through a route beside the guarded server.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import flask
import requests

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = "/control"
#: Long enough for a busy machine; nothing waits for it to pass.
PATIENCE = 60


class Controls:
    """A guarded application's, in its own process."""

    def __init__(self, made: Any) -> None:
        self._made = made
        self._called: list[tuple[Any, ...]] = []
        self._held: dict[str, Any] = {}

    def reset(self) -> None:
        """Forget what happened, and let handlers return what keeps the contract."""
        made = self._made
        self._called.clear()
        made.ran.clear()
        made.violations.clear()
        made.returns.clear()
        made.returns.update(move={"ok": True}, upload=1, word=(1, "a"))

    def unguard(self) -> None:
        """Take the guard away."""
        self._made.guard.uninstall()

    def ran(self) -> list[tuple[str, str, tuple[Any, ...]]]:
        """Namespace, event and arguments of every handler that ran."""
        return list(self._made.ran)

    def violations(self) -> list[Any]:
        """What `on_violation` was called with."""
        return list(self._made.violations)

    def returning(self, event: str, value: Any) -> None:
        """Let the handler of an event return this."""
        self._made.returns[event] = value

    def emit(self, event: str, data: Any = None, namespace: str = "/") -> None:
        """Emit an event to all clients of a namespace."""
        self._made.server.emit(event, data, namespace=namespace)

    def question(self, sid: str) -> None:
        """Emit an event to a client, with a callback for its ack."""
        self._made.server.emit(
            "question", "q", to=sid, callback=lambda *values: self._called.append(values)
        )

    def called(self) -> list[tuple[Any, ...]]:
        """What the callback was called with, each time."""
        return list(self._called)

    def call(self, sid: str) -> Any:
        """Emit an event to a client, and wait for its ack."""
        return self._made.server.call("question", "q", to=sid, timeout=PATIENCE)

    def hold(self, event: str) -> None:
        """Let the handler of an event of `/` wait until it is released."""
        released = self._held[event] = self._made.server.eio.create_event()
        self._made.socketio.on(event)(lambda *args: released.wait(PATIENCE))

    def release(self, event: str) -> None:
        """Let the handler go on."""
        self._held.pop(event).set()

    def participants(self, namespace: str) -> int:
        """How many clients are in a namespace."""
        return len(list(self._made.server.manager.get_participants(namespace, None)))


def offer(app: flask.Flask, controls: Any) -> None:
    """Let another process, which must be a parent of this one, use the controls."""

    @app.post(PATH)
    def control() -> bytes:
        name, args = pickle.loads(flask.request.get_data())
        try:
            return pickle.dumps((None, getattr(controls, name)(*args)))
        except Exception as error:
            return pickle.dumps((error, None))


class RemoteControls:
    """The controls of a process that serves at an address."""

    def __init__(self, url: str) -> None:
        self._url = url + PATH

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*args: Any) -> Any:
            # On a connection of its own: on one that is kept, an acknowledgement of TCP is waited
            # for between the head of each response and its body.
            answer = requests.post(self._url, data=pickle.dumps((name, args)), timeout=PATIENCE)
            error, value = pickle.loads(answer.content)
            if error is not None:
                raise error
            return value

        return ask
