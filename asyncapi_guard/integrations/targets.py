"""What can be guarded, and which adapter guards it."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any, TypeAlias

import socketio

from asyncapi_guard.errors import InstallationError
from asyncapi_guard.integrations.deciding.server import ServerDecisions
from asyncapi_guard.integrations.handlers.registered import is_coroutine_function
from asyncapi_guard.integrations.threads.errors import ErrorHandler
from asyncapi_guard.integrations.threads.server import MARK, ThreadedServer

if TYPE_CHECKING:
    from asyncapi_guard.integrations.aio.server import AsyncioServer
    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.decisions import Guarding

__all__ = ["Adapter", "check_hook", "install", "kind_of", "need_pydantic"]

#: What stands on a guarded server.
Adapter: TypeAlias = "ThreadedServer | AsyncioServer"


def install(
    guarding: Guarding,
    server: Any,
    application: Application | None = None,
    *,
    typed: bool = False,
) -> Adapter:
    """Put the guard on a server.

    Args:
        guarding: whose guard it is.
        server: a `socketio.Server` or a `socketio.AsyncServer`.
        application: its say in what rejected clients are answered; none by default.
        typed: call the server's own handlers with instances of the types in their hints.

    Raises:
        InstallationError: it is guarded already, it is no server of python-socketio, its packets
            are not JSON, a hook cannot run on it, or Pydantic, which `typed` needs, is not
            installed.
        RegistrationError: a handler's hints cannot be modelled.
    """
    if not isinstance(server, (socketio.Server, socketio.AsyncServer)):
        raise InstallationError(
            f"cannot guard a {kind_of(server)}: expected a socketio.Server or a "
            f"socketio.AsyncServer{_other_way(server)}"
        )
    packet_class: Any = server.packet_class
    if not packet_class.uses_binary_events:
        raise InstallationError(
            "cannot guard a server with a serializer like MessagePack: contracts are about JSON, "
            "and it lets through what JSON has no form for"
        )
    if hasattr(server, MARK):
        raise InstallationError(
            "this server is guarded already: call init_app() or protect() once; an "
            "AsyncAPISocketIO guards itself, by the document that it gets as spec=, and so do "
            "AsyncAPIServer and AsyncAPIAsyncServer"
        )
    check_hook(server, "on_violation", guarding.recorder.on_violation)
    check_hook(server, "on_error", guarding.error_handler)
    decide = ServerDecisions(guarding, packet_class, server.eio.max_http_buffer_size)
    if typed:
        need_pydantic()
    if isinstance(server, socketio.AsyncServer):
        return _install_on_asyncio(guarding, server, decide, typed=typed)
    adapter = ThreadedServer(server, decide, application or ErrorHandler(guarding))
    adapter.install()
    with adapter.undone_on_error():
        if typed:
            _follow(adapter)
    return adapter


def _install_on_asyncio(
    guarding: Guarding, server: Any, decide: ServerDecisions, *, typed: bool
) -> Adapter:
    # Threaded servers need no asyncio.
    from asyncapi_guard.integrations.aio.awaiting import await_handlers
    from asyncapi_guard.integrations.aio.errors import ErrorHandler as AsyncErrorHandler
    from asyncapi_guard.integrations.aio.frames import end_connections_of_broken_frames
    from asyncapi_guard.integrations.aio.server import AsyncioServer

    adapter = AsyncioServer(server, decide, AsyncErrorHandler(guarding))
    adapter.install()
    with adapter.undone_on_error():
        if typed:
            _follow(adapter)
        await_handlers(adapter)
        end_connections_of_broken_frames(adapter)
    return adapter


def _follow(adapter: Adapter) -> None:
    from asyncapi_guard.integrations.typed_registrations import follow_server

    follow_server(adapter)


def check_hook(server: Any, name: str, hook: Any) -> None:
    """Raise for a hook that a server on threads would never run.

    Raises:
        InstallationError: it is a coroutine function.
    """
    if is_coroutine_function(hook) and not server.is_asyncio_based():
        raise InstallationError(
            f"{name} is a coroutine function, which a socketio.Server never awaits: use def"
        )


def need_pydantic() -> None:
    """Raise for an installation that cannot make instances.

    Raises:
        InstallationError: Pydantic is not installed.
    """
    if importlib.util.find_spec("pydantic") is None:
        raise InstallationError("typed=True needs Pydantic: pip install 'asyncapi-guard[pydantic]'")


def kind_of(value: Any) -> str:
    """Return what a value is, with its module: there are several classes of one name."""
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _other_way(value: Any) -> str:
    """Return what to do with what Flask has, or with what has the server within."""
    if type(value).__module__.partition(".")[0] in ("flask", "flask_socketio"):
        return "; for Flask-SocketIO, call guard.init_app(app, socketio)"
    inside = getattr(value, "engineio_app", getattr(value, "engineio_server", None))
    if isinstance(inside, (socketio.Server, socketio.AsyncServer)):
        return ", which is what this one serves: pass that"
    return ""
