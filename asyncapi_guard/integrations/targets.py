"""The objects that can be guarded, and the adapter for each."""

from __future__ import annotations

import importlib.util
import logging
from typing import TYPE_CHECKING, Any, TypeAlias

import socketio
from socketio.async_pubsub_manager import AsyncPubSubManager

from asyncapi_guard.contract import Mode
from asyncapi_guard.errors import InstallationError
from asyncapi_guard.extras import missing_extra
from asyncapi_guard.integrations.deciding.client import ClientDecisions
from asyncapi_guard.integrations.deciding.publishing import PublishDecisions
from asyncapi_guard.integrations.deciding.server import ServerDecisions
from asyncapi_guard.integrations.handlers.registered import is_coroutine_function
from asyncapi_guard.integrations.installed import MARK
from asyncapi_guard.integrations.recording.redacting import Redaction
from asyncapi_guard.integrations.recording.secrets import all_schemes
from asyncapi_guard.integrations.simple_clients import GuardedSimpleClient
from asyncapi_guard.integrations.threads.client import ThreadedClient
from asyncapi_guard.integrations.threads.errors import ErrorHandler
from asyncapi_guard.integrations.threads.publisher import ThreadedPublisher
from asyncapi_guard.integrations.threads.server import ThreadedServer
from asyncapi_guard.integrations.verifiers import check_security
from asyncapi_guard.integrations.what_to_pass import (
    dotted,
    named,
    publishing_manager,
    what_to_pass,
    with_article,
)
from asyncapi_guard.integrations.wire.manager_json import ManagerJSON
from asyncapi_guard.integrations.wire.serializers import can_be_guarded, writes_texts

if TYPE_CHECKING:
    from asyncapi_guard.guard import Guard
    from asyncapi_guard.integrations.aio.client import AsyncioClient
    from asyncapi_guard.integrations.aio.publisher import AsyncioPublisher
    from asyncapi_guard.integrations.aio.server import AsyncioServer
    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.decisions import Guarding

__all__ = [
    "Adapter",
    "check_hook",
    "install",
    "install_on_server",
    "kind_of",
    "need_pydantic",
    "redact_logs",
]

#: What stands on a guarded server, client or manager.
Adapter: TypeAlias = """(
    ThreadedServer | AsyncioServer | ThreadedClient | AsyncioClient | GuardedSimpleClient
    | ThreadedPublisher | AsyncioPublisher
)"""

_SERVERS = (socketio.Server, socketio.AsyncServer)
_CLIENTS = (socketio.Client, socketio.AsyncClient)
_SIMPLE_CLIENTS = (socketio.SimpleClient, socketio.AsyncSimpleClient)
_MANAGERS = (socketio.PubSubManager, AsyncPubSubManager)
_ON_ASYNCIO = (
    socketio.AsyncServer,
    socketio.AsyncClient,
    socketio.AsyncSimpleClient,
    AsyncPubSubManager,
)
_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((*_CLIENTS, *_SIMPLE_CLIENTS), "client"),
    (_MANAGERS, "manager"),
)
_LISTENS = (
    "it also receives messages for a server; if this process only publishes, create it with "
    "write_only=True; otherwise, pass the server whose client_manager it is"
)


def install(guarding: Guarding, target: Any, *, typed: bool = False) -> Adapter:
    """Install the guard on a server, a client, or a publisher.

    Args:
        guarding: whose guard it is.
        target: a server, a client or a simple client of python-socketio; a manager that only
            publishes; or the `SocketIO` of a process that only publishes.
        typed: call a server's own handlers with instances of the types in their hints.

    Raises:
        InstallationError: it is guarded already, it is none of python-socketio's, its packets
            are neither JSON's nor MessagePack's, its JSON module cannot write them, a hook cannot
            run on it, `typed` is for servers, or Pydantic, which it needs, is not installed.
        RegistrationError: a handler's hints cannot be modelled, or it cannot run.
    """
    if isinstance(target, _SERVERS):
        return install_on_server(guarding, target, typed=typed)
    manager = publishing_manager(target, of_drop_in=guarding.drop_in is not None)
    socketio, target = target, target if manager is None else manager
    is_publisher = manager is not None or (isinstance(target, _MANAGERS) and target.server is None)
    if is_publisher and not target.write_only:
        raise InstallationError(f"cannot guard a {dotted(type(target))}: {_LISTENS}")
    if not is_publisher and not isinstance(target, (*_CLIENTS, *_SIMPLE_CLIENTS)):
        raise InstallationError(f"cannot guard {named(target)}: {what_to_pass(target)}")
    if typed:
        raise InstallationError(
            "typed=True is for servers; for handlers of a client that receive instances, use an "
            "AsyncAPIClient or an AsyncAPIAsyncClient"
        )
    install_on = (
        _install_on_manager
        if is_publisher
        else _install_on_simple_client
        if isinstance(target, _SIMPLE_CLIENTS)
        else _install_on_client
    )
    adapter: Adapter = install_on(guarding, target)
    if not is_publisher:
        _warn_of_options_for_queues(guarding, target)
    if manager is not None and guarding.drop_in is None:
        _tell_of_another_server(adapter, socketio)
    if guarding.verifiers:
        kind = kind_of(target)
        guarding.recorder.log(
            logging.WARNING,
            "security= is for servers, and has no effect on a guarded %s",
            kind,
        )
    if guarding.in_force.limited:
        guarding.recorder.log(
            logging.WARNING,
            "max_violations, max_events_per_second and max_running_handlers are for servers, and "
            "have no effect on a guarded client",
        )
    return adapter


def install_on_server(
    guarding: Guarding,
    server: Any,
    application: Application | None = None,
    *,
    typed: bool = False,
) -> ThreadedServer | AsyncioServer:
    """Put the guard on a server.

    Args:
        guarding: whose guard it is.
        server: a `socketio.Server` or a `socketio.AsyncServer`.
        application: its say in what rejected clients are answered; none by default.
        typed: as for `install`.

    Raises:
        InstallationError: as for `install`.
        RegistrationError: as for `install`.
    """
    _check_target(guarding, server)
    for name, verify in guarding.verifiers.items():
        check_hook(server, f"the verifier of {name!r}", verify)
    check_security(guarding, server, guarding.in_force)
    _warn_of_options_for_queues(guarding, server)
    largest = server.eio.max_http_buffer_size
    decide = ServerDecisions(guarding, server.packet_class, largest)
    if typed:
        need_pydantic()
    if isinstance(server, socketio.AsyncServer):
        return _install_on_asyncio(guarding, server, decide, typed=typed)
    adapter = ThreadedServer(server, decide, application or ErrorHandler(guarding))
    adapter.install()
    with adapter.undone_on_error():
        redact_logs(guarding, adapter, guarding.in_force)
        if typed:
            _follow(adapter)
    return adapter


def _tell_of_another_server(adapter: Any, socketio: Any) -> None:
    """Warn that an application that is given to a `SocketIO` later has a new server."""
    theirs = socketio.init_app

    def init_app(*args: Any, **kwargs: Any) -> None:
        theirs(*args, **kwargs)
        if adapter.active:
            adapter.recorder.log(
                logging.WARNING,
                "SocketIO.init_app created a new server, which isn't guarded; call "
                "guard.init_app(app, socketio) after it",
            )

    adapter.replaced.replace(socketio, "init_app", init_app)


def _check_target(guarding: Guarding, target: Any) -> None:
    """Raise InstallationError for what cannot be guarded, or not by this guard."""
    kind = kind_of(target)
    if hasattr(target, MARK):
        raise InstallationError(f"this {kind} is already guarded: {_what_guards(target, kind)}")
    packet_class = getattr(target, "packet_class", None)
    if packet_class is not None and not can_be_guarded(packet_class):
        raise InstallationError(
            f"cannot guard a {kind} with the serializer {dotted(packet_class)}: "
            "derive it from socketio.packet.Packet for JSON, and keep uses_binary_events, or from "
            "socketio.msgpack_packet.MsgPackPacket"
        )
    if packet_class is not None and not writes_texts(packet_class):
        raise InstallationError(
            f"cannot guard a {kind} with this json=: python-socketio needs a dumps that takes "
            "separators and returns a str; wrap it"
        )
    check_hook(target, "on_violation", guarding.recorder.on_violation)
    check_hook(target, "on_error", guarding.error_handler)


def _warn_of_options_for_queues(guarding: Guarding, target: Any) -> None:
    """Say of options that they have no effect where there is no message queue."""
    if hasattr(getattr(target, "manager", None), "_handle_emit"):
        return
    policy = guarding.in_force.policy
    given = {
        "queue_key": policy.queue_key is not None,
        "queue_control": policy.queue_control != "allow",
    }
    idle = " and ".join(name for name, is_given in given.items() if is_given)
    if idle:
        text = "no effect of %s in the policy: this %s has no client manager for a message queue"
        guarding.recorder.log(logging.WARNING, text, idle, type(target).__name__)


def kind_of(target: Any) -> str:
    """Return what a target is called: `server`, `client` or `manager`."""
    return next((name for kinds, name in _KINDS if isinstance(target, kinds)), "server")


def _what_guards(target: Any, kind: str) -> str:
    """What to know of a target that has a guard already."""
    if not isinstance(target, _SIMPLE_CLIENTS):
        drop_in = getattr(target, MARK).decide.guarding.drop_in
        if drop_in is not None:
            return (
                f"{with_article(drop_in)} guards itself, with the document that you pass as spec="
            )
    return f"call {'init_app() or ' if kind == 'server' else ''}protect() once"


def _install_on_manager(guarding: Guarding, manager: Any) -> ThreadedPublisher | AsyncioPublisher:
    _check_target(guarding, manager)
    if not ManagerJSON(manager.json).writes:
        raise InstallationError(
            "cannot guard a manager with this json=: python-socketio needs a dumps that returns "
            "JSON, as a str or as bytes; wrap it"
        )
    decide = PublishDecisions(guarding, manager.json)
    if isinstance(manager, AsyncPubSubManager):
        from asyncapi_guard.integrations.aio.errors import ErrorHandler as AsyncErrorHandler
        from asyncapi_guard.integrations.aio.publisher import AsyncioPublisher

        on_asyncio = AsyncioPublisher(manager, decide, AsyncErrorHandler(guarding))
        on_asyncio.install()
        return on_asyncio
    adapter = ThreadedPublisher(manager, decide, ErrorHandler(guarding))
    adapter.install()
    return adapter


def _install_on_client(guarding: Guarding, client: Any) -> ThreadedClient | AsyncioClient:
    _check_target(guarding, client)
    decide = ClientDecisions(guarding, client.packet_class)
    if isinstance(client, socketio.AsyncClient):
        return _install_on_asyncio_client(guarding, client, decide)
    adapter = ThreadedClient(client, decide, ErrorHandler(guarding))
    adapter.install()
    with adapter.undone_on_error():
        redact_logs(guarding, adapter, guarding.in_force)
    return adapter


def _install_on_asyncio_client(
    guarding: Guarding, client: Any, decide: ClientDecisions
) -> AsyncioClient:
    from asyncapi_guard.integrations.aio.awaiting import await_handlers_of_client
    from asyncapi_guard.integrations.aio.client import AsyncioClient
    from asyncapi_guard.integrations.aio.errors import ErrorHandler as AsyncErrorHandler

    adapter = AsyncioClient(client, decide, AsyncErrorHandler(guarding))
    adapter.install()
    with adapter.undone_on_error():
        redact_logs(guarding, adapter, guarding.in_force)
        await_handlers_of_client(adapter)
    return adapter


def _install_on_simple_client(guarding: Guarding, simple: Any) -> GuardedSimpleClient:
    _check_target(guarding, simple)

    def guard_client(client: Any) -> Adapter:
        return _install_on_client(guarding, client)

    adapter = GuardedSimpleClient(simple, ErrorHandler(guarding), guard_client, guarding)
    adapter.install(MARK)
    return adapter


def _install_on_asyncio(
    guarding: Guarding, server: Any, decide: ServerDecisions, *, typed: bool
) -> AsyncioServer:
    # Threaded servers need no asyncio.
    from asyncapi_guard.integrations.aio.awaiting import await_handlers
    from asyncapi_guard.integrations.aio.errors import ErrorHandler as AsyncErrorHandler
    from asyncapi_guard.integrations.aio.frames import end_connections_of_broken_frames
    from asyncapi_guard.integrations.aio.server import AsyncioServer

    adapter = AsyncioServer(server, decide, AsyncErrorHandler(guarding))
    adapter.install()
    with adapter.undone_on_error():
        redact_logs(guarding, adapter, guarding.in_force)
        if typed:
            _follow(adapter)
        await_handlers(adapter)
        end_connections_of_broken_frames(adapter)
    return adapter


def redact_logs(guarding: Guarding, adapter: Adapter, guard: Guard) -> None:
    """Keep what clients show out of the logs, where the document says what that is.

    Args:
        guarding: whose guard was put on a server or on a client.
        adapter: what stands on it.
        guard: what is in force there, or is about to be.
    """
    installed = adapter.adapter if isinstance(adapter, GuardedSimpleClient) else adapter
    if installed is None:
        return
    declared = guarding.trusts_handlers
    if installed.redaction is not None:
        installed.follow(guard.contract)
    elif (
        all_schemes(guard.contract, declared=declared) and guard.policy.of_security is not Mode.OFF
    ):
        installed.redaction = Redaction(
            installed.target, installed.replaced.replace, guard.contract, declared=declared
        )


def _follow(adapter: ThreadedServer | AsyncioServer) -> None:
    from asyncapi_guard.integrations.typed_registrations import follow_server

    follow_server(adapter)


def check_hook(target: Any, name: str, hook: Any) -> None:
    """Raise for a hook that a server or a client on threads would never run.

    Raises:
        InstallationError: it is a coroutine function.
    """
    if is_coroutine_function(hook) and not isinstance(target, _ON_ASYNCIO):
        kind = next(each for each in type(target).__mro__ if each.__module__.startswith("socketio"))
        raise InstallationError(
            f"{name} is a coroutine function, which a socketio.{kind.__name__} never awaits; use "
            "def"
        )


def need_pydantic() -> None:
    """Raise for an installation that cannot make instances.

    Raises:
        MissingExtraError: Pydantic is not installed.
    """
    if importlib.util.find_spec("pydantic") is None:
        raise missing_extra("typed=True", "pydantic", "pydantic")
