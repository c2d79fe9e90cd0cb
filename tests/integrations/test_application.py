"""A server without Flask-SocketIO has no error handlers, and handlers that show their arguments."""

from __future__ import annotations

from typing import Any

import socketio

from asyncapi_guard import AsyncAPIGuard
from asyncapi_guard.integrations.threads.errors import ErrorHandler


def test_a_bare_server_answers_no_error_itself(contract: Any) -> None:
    """The guard does, without anything around it."""
    application = ErrorHandler(AsyncAPIGuard(contract()))
    error: Any = None
    assert not application.has_say("/")
    assert application.answer(error, "/", "s", "move", []) == (False, None)
    with application.context({}, "/", "s", "move", []) as address:
        assert address is None


def test_a_method_without_the_auth_is_called_without_it(contract: Any, net: Any) -> None:
    """The `on_connect` of a class namespace says which arguments it takes."""
    entered = []

    class Main(socketio.Namespace):  # type: ignore[misc]  # python-socketio carries no types
        def on_connect(self, sid: str, environ: Any) -> None:
            entered.append(sid)

    server = socketio.Server(async_mode="threading")
    AsyncAPIGuard(contract()).protect(server)
    server.register_namespace(Main("/"))
    client = net.raw(net.serve(socketio.WSGIApp(server)))
    assert client.enter(auth='{"token":"abcd"}').startswith('0{"sid"')
    assert len(entered) == 1
