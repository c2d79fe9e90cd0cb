"""`AsyncAPIGuard`, which applications use: it joins the guard, its records and the adapters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast
from weakref import WeakSet, ref

from asyncapi_guard.codefirst.ack_options import has_ack_options
from asyncapi_guard.contract import Contract, Perspective
from asyncapi_guard.errors import InstallationError
from asyncapi_guard.integrations.application import Bare
from asyncapi_guard.integrations.configuration import (
    NO_DOCUMENT,
    PREFIX,
    keys_in,
    read_configuration,
)
from asyncapi_guard.integrations.covering import MeasuresCoverage, installed
from asyncapi_guard.integrations.guard_options import (
    check_document,
    check_options,
    read_perspective,
)
from asyncapi_guard.integrations.handlers.check import HandlerCheck
from asyncapi_guard.integrations.handlers.outdated import models_in, outdated
from asyncapi_guard.integrations.handlers.registered import registered
from asyncapi_guard.integrations.handlers.unheeded import unheeded, unheeded_ack_options
from asyncapi_guard.integrations.identities import KnowsClients
from asyncapi_guard.integrations.learning import Learns
from asyncapi_guard.integrations.loading import GivenDocument, Loader, Loading
from asyncapi_guard.integrations.recording.log import logger
from asyncapi_guard.integrations.recording.recorder import Recorder
from asyncapi_guard.integrations.recording.statistics import Statistic, merged
from asyncapi_guard.integrations.reloading import NO_TEXT, Reloading, check_watch
from asyncapi_guard.integrations.serving import (
    VIOLATIONS,
    ConsoleOptions,
    ServesConsole,
    Serving,
    Shown,
)
from asyncapi_guard.integrations.usage_options import UsageOptions
from asyncapi_guard.integrations.verifiers import (
    check_timeout,
    check_verifiers,
)
from asyncapi_guard.integrations.violation_options import ViolationOptions
from asyncapi_guard.schema import EngineName, get_engine

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Iterable

    from flask import Flask
    from flask_socketio import SocketIO

    from asyncapi_guard.guard import Guard, Policy
    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.integrations.aio.server import AsyncioServer
    from asyncapi_guard.integrations.deciding.calls import Shortcut
    from asyncapi_guard.integrations.handshake import Handshake
    from asyncapi_guard.integrations.targets import Adapter
    from asyncapi_guard.integrations.threads.server import ThreadedServer
    from asyncapi_guard.learning.log import ShapesLog
    from asyncapi_guard.spec.references import Documents
    from asyncapi_guard.usage.log import UsageLog
    from asyncapi_guard.violations import Violation

__all__ = ["AsyncAPIGuard"]

_ErrorHandler = TypeVar("_ErrorHandler", bound="Callable[[Exception, str, str], Any]")
_NOT_UNDER_FLASK = (
    "the guard's on_error is for servers without Flask-SocketIO; use Flask-SocketIO's own "
    "@socketio.on_error_default"
)
_REMEDY = "pass typed=True to init_app() or protect(), or typed=False if this is intended"


class AsyncAPIGuard(Reloading, ServesConsole, MeasuresCoverage, KnowsClients, Learns):
    """A guard that validates Socket.IO traffic against an AsyncAPI document.

    Args:
        spec: the path of the document, the document as data, or a `Contract`. By default the
            document and all options that are not given here come from the configuration of the
            Flask application (`ASYNCAPI_GUARD_SPEC`, `ASYNCAPI_GUARD_MODE`, ...), in `init_app`.
        policy: the response to violations. By default everything is enforced.
        on_violation: a function that is called with each `Violation`, rejected or reported. Its
            exceptions are logged. For a `socketio.AsyncServer`, it can be a coroutine function.
        addresses: whether violations and log lines contain the addresses of clients. Defaults to
            true.
        reject_event: the name of the event that tells a client about a rejection if it did not ask
            for an ack. By default such clients receive nothing.
        respond_unhandled: whether the guard sends an error response if an event asks for an ack,
            but has no handler, or its handler raises. Without the guard, such clients receive no
            ack. Defaults to true in `enforce` mode; the guard never responds in other modes.
        engine: the JSON Schema validator, `rust` or `jsonschema`. Defaults to `auto`, the first of
            the two that is installed.
        allow_http: the hosts that references can point to; see `load`. Defaults to none.
        root: the directory that references must stay within; see `load`. Defaults to the document's
            directory.
        perspective: the side that the document describes, `server` or `client`. Defaults to
            `server`: guarded servers receive the messages that its operations receive, and guarded
            clients send them.
        security: the verifiers, by the names of the document's security schemes. A verifier is
            called with the credential and the `Handshake`, and returns an `Identity`, or `None` for
            an invalid credential. On a `socketio.AsyncServer`, it can be a coroutine function.
        security_timeout: the number of seconds that verifiers can take for one client. Defaults to
            5.
        server: the key of this server in the document. Channels that name other servers then count
            as undeclared. Required only if the document's servers have different security
            requirements.
        docs: the path of the console, such as `/asyncapi`. By default there is no console.
            `init_app` serves it from the Flask application; without Flask, wrap your application in
            `wsgi` or `asgi`.
        docs_auth: a function that decides who can see the console. It is called with Flask's
            request, the WSGI environment, or the ASGI scope; with ASGI it can be a coroutine
            function. If it returns anything but `True`, the response is 403.
        live: whether the console shows the traffic of this process. Requires `docs_auth`. Defaults
            to false.
        watch: whether to reload the document when its files change, once a server is guarded.
            Defaults to false.
        violations: the name of a file for `asyncapi-guard report`, to which every violation is
            written as a line of JSON, without values. Each process needs its own file, such as
            `guard-{pid}.ndjson`.
        violations_size: the maximum size of one process's files, in bytes. Defaults to 50 MB.
        violations_salt: the secret with which clients are hashed in these files. Use the same
            secret in all processes, so that their clients are counted together. By default it is
            random.
        violations_keep: the number of ended processes whose files are kept. Defaults to all.
        usage: the name of a file for `asyncapi-guard diff --usage`, which counts the parts of the
            contract that clients use, without values. Each process needs its own file, such as
            `usage-{pid}.ndjson`.
        usage_version: the source of the client's version: `auth:/version` for a field of the `auth`
            value, `header:X-Client-Version`, `query:version`, or a function that receives the
            `Handshake`.
        usage_size: the maximum size of one process's file, in bytes. Defaults to 20 MB.

    Raises:
        InstallationError: an option that has no effect without a missing option.
        SpecError: an invalid document.
        TypeError: an option of the wrong type.
        ValueError: an invalid option, or a policy or a verifier that does not fit the document.
    """

    #: Whether a connect handler may verify what no verifier does.
    trusts_handlers: bool = False
    #: What verifiers are passed as.
    verifiers_option: str = "security"

    def __init__(  # noqa: PLR0913  # all but the first are options, by keyword
        self,
        spec: str | os.PathLike[str] | Mapping[str, Any] | Contract | None = None,
        *,
        policy: Policy | None = None,
        on_violation: Callable[[Violation], object] | None = None,
        addresses: bool | None = None,
        reject_event: str | None = None,
        respond_unhandled: bool | None = None,
        engine: EngineName | None = None,
        allow_http: Collection[str] | bool | None = None,
        root: str | os.PathLike[str] | None = None,
        perspective: Perspective | Literal["server", "client"] | None = None,
        security: Mapping[str, Callable[..., Any]] | None = None,
        security_timeout: float | None = None,
        server: str | None = None,
        docs: str | None = None,
        docs_auth: Callable[[Any], object] | None = None,
        live: bool | None = None,
        watch: bool | None = None,
        violations: str | os.PathLike[str] | None = None,
        violations_size: int | None = None,
        violations_salt: str | bytes | None = None,
        violations_keep: int | None = None,
        usage: str | os.PathLike[str] | None = None,
        usage_version: str | Callable[[Handshake], object] | None = None,
        usage_size: int | None = None,
    ) -> None:
        check_document(spec)
        check_options(on_violation, addresses, reject_event, respond_unhandled)
        described = read_perspective(perspective)
        console = ConsoleOptions(docs, docs_auth, live)
        super().__init__(watch=check_watch(watch, spec))
        log = ViolationOptions(violations, violations_size, violations_salt, violations_keep)
        counts = UsageOptions(usage, usage_version, usage_size)
        self.recorder: Recorder = Recorder(on_violation, addresses=addresses is not False)
        self.handler_check: HandlerCheck = HandlerCheck(self.recorder.place_in_document)
        self.handler_check.also = self._said_of_server
        self.error_handler: Callable[[Exception, str, str], Any] | None = None
        self.reject_event: str | None = reject_event
        self.respond_unhandled: bool | None = respond_unhandled
        self.verifiers: Mapping[str, Callable[..., Any]] = check_verifiers(
            security, self.verifiers_option
        )
        self.security_timeout: float = check_timeout(security_timeout)
        self._installed: list[ref[Adapter]] = []
        self._observers: list[Callable[[Any], object]] = []
        #: The servers of which somebody has said what the hints of their handlers are.
        self._with_decided_hints: WeakSet[Any] = WeakSet()
        #: The guards of applications whose configuration was read, and what was given for them.
        self._of_applications: WeakSet[AsyncAPIGuard] = WeakSet()
        self._given = {
            "policy": policy,
            "addresses": addresses,
            "engine": engine,
            "allow_http": allow_http,
            "root": root,
            "perspective": described,
            "security": security,
            "security_timeout": security_timeout,
            "server": server,
            "docs": docs,
            "docs_auth": docs_auth,
            "live": live,
            "watch": watch,
            "violations": violations,
            "violations_size": violations_size,
            "violations_salt": violations_salt,
            "violations_keep": violations_keep,
            "usage": usage,
            "usage_version": usage_version,
            "usage_size": usage_size,
        }
        #: What the contract was made of, for as long as somebody shows it.
        self._read: Documents | None = None
        self._serving: Serving | None = None
        #: What is closed when the guard is uninstalled, besides what the recorder has.
        self._logs: list[ShapesLog | UsageLog] = []
        self._has_document = spec is not None
        self._loader = Loader(
            engine=engine or "auto",
            allow_http=allow_http or False,
            root=root,
            perspective=described,
            server=server,
            policy=policy,
            verifiers=self.verifiers,
            verifiers_option=self.verifiers_option,
        )
        if spec is None:
            return
        console.check()
        self._given_document = GivenDocument(spec)
        loaded = Loading(self._loader, spec).run()
        if self._loader.engine == "auto" and get_engine("auto").name != "rust":
            logger.warning("jsonschema-rs is not installed: validating with jsonschema, slowly")
        #: As servers see the contract; `Guard.mirrored` is for clients.
        self.in_force: Guard = loaded.guard
        self.recorder.follow(loaded.guard.contract)
        self._read = loaded.documents if console.root is not None or self._shows else None
        if console.root is not None:
            self._serve(console)
        self.recorder.write_to(log.open(), lambda: self.in_force)
        if (opened := counts.open()) is not None:
            from asyncapi_guard.integrations.usage_counting import count_usage

            self._logs.append(opened[0])
            self.observe_adapters(count_usage(*opened))

    def _serve(self, options: ConsoleOptions) -> None:
        """Make the console, before it is known where it is served."""
        shown = Shown(
            lambda: self.in_force,
            self._documents(),
            self.statistics,
            self.recorder.last,
            self._adapters,
        )
        self._serving = Serving(shown, options)
        if options.live:
            self.recorder.keep_last(VIOLATIONS)

    def _documents(self) -> Callable[[], Documents]:
        """Return the function that returns the documents of the contract in force.

        Raises:
            InstallationError: no documents to show.
        """
        if self._read is None:
            raise InstallationError(NO_TEXT)
        return lambda: cast("Documents", self._read)

    @property
    def on_violation(self) -> Callable[[Violation], object] | None:
        """The function that is called with each violation."""
        return self.recorder.on_violation

    @on_violation.setter
    def on_violation(self, on_violation: Callable[[Violation], object] | None) -> None:
        self._check_hook("on_violation", on_violation)
        self.recorder.on_violation = on_violation

    def on_error(self, handler: _ErrorHandler) -> _ErrorHandler:
        """Register an error handler, which python-socketio lacks; usable as a decorator.

        The handler is called with the exception, the event, and the session id: for each rejected
        event, each ack that breaks the contract, and each exception of a handler. Its return value
        is the ack. If it raises, the guard responds as if no error handler existed. For a
        `socketio.AsyncServer`, it can be a coroutine function.

        Args:
            handler: the error handler.

        Raises:
            InstallationError: an error handler that can't run on a guarded server.
        """
        self._check_hook("on_error", handler)
        if not all(isinstance(each.application, Bare) for each in self._adapters()):
            raise InstallationError(_NOT_UNDER_FLASK)
        self.error_handler = handler
        return handler

    def _check_hook(self, name: str, hook: Any) -> None:
        """Raise InstallationError for a hook that a guarded server can't run."""
        from asyncapi_guard.integrations.targets import check_hook

        for adapter in self._adapters():
            check_hook(adapter.target, name, hook)

    def _adapters(self) -> list[Adapter]:
        """Return the adapters of servers that still exist."""
        found = [each() for each in self._installed]
        return [each for each in found if each is not None]

    @property
    def drop_in(self) -> str | None:
        """The drop-in class that owns this guard, such as `AsyncAPIServer`."""
        return None

    def shortcut(self, rule: Rule, namespace: str, event: str) -> Shortcut | None:  # noqa: ARG002  # drop-ins have some
        """Return what can validate a received event instead of its rule; `None` for nothing.

        Args:
            rule: the rule that validates the event by default.
            namespace: the Socket.IO namespace.
            event: its name.
        """
        return None

    @property
    def addresses(self) -> bool:
        """Whether violations and log lines contain the addresses of clients."""
        return self.recorder.addresses

    @addresses.setter
    def addresses(self, addresses: bool) -> None:
        self.recorder.addresses = addresses

    @property
    def perspective(self) -> Perspective:
        """The side that the document describes. Defaults to the server."""
        given = self._given["perspective"]
        return given if isinstance(given, Perspective) else Perspective.SERVER

    @property
    def guard(self) -> Guard:
        """The guard that validates the traffic.

        Raises:
            InstallationError: no document yet, or several applications with documents of their own.
        """
        return self._now().in_force

    @guard.setter
    def guard(self, guard: Guard) -> None:
        self._judge_by(guard)

    def _now(self) -> AsyncAPIGuard:
        return self if self._has_document else self._configured()

    @property
    def _guarding(self) -> AsyncAPIGuard:
        return self

    def _guards(self) -> Iterable[AsyncAPIGuard]:
        return list(self._of_applications)

    @property
    def contract(self) -> Contract:
        """The contract compiled from the document.

        Raises:
            InstallationError: no document yet, or several applications with documents of their own.
        """
        return self.guard.contract

    def init_app(
        self, app: Flask | None, socketio: SocketIO | None = None, *, typed: bool | None = None
    ) -> None:
        """Guard a Flask-SocketIO server, before or after its handlers are registered.

        A guard without a document reads it from the application's configuration. Each application
        then has its own document and options.

        Args:
            app: the Flask application; `None` for a `SocketIO` that only publishes.
            socketio: its initialized `SocketIO`. Defaults to the application's.
            typed: whether handlers receive instances of the types in their hints, and acks and
                emits can be instances. The document validates; the types only construct. Pass
                `False` if your handlers expect plain data; by default, a log line reports hints
                without an effect.

        Raises:
            InstallationError: a server that is already guarded or isn't initialized, an invalid
                configuration, or a missing document. Also raised if `typed` is true and Pydantic
                isn't installed.
            RegistrationError: a handler whose type hints can't become models.
            SpecError: an invalid document in the configuration.
        """
        from asyncapi_guard.integrations.flask_socketio import install

        if app is None and socketio is not None:
            self.protect(socketio, typed=typed)
            return
        app = cast("Flask", app)  # `install` raises for anything else
        if self.error_handler is not None:
            raise InstallationError(_NOT_UNDER_FLASK)
        middleware = self._for(app)
        if middleware._serving is not None and isinstance(getattr(app, "extensions", None), dict):
            middleware._serving.check_flask(app)
        previous = getattr(app, "extensions", {}).get("asyncapi_guard")
        middleware._keep(adapter := install(middleware, app, socketio, typed=bool(typed)))
        if typed is not None:
            middleware._with_decided_hints.add(adapter.target)
        if middleware._serving is not None:
            middleware._serving.flask(app)
        if middleware is not self:
            self._remember(middleware, previous)
            for look in self._observers:
                look(adapter)

    def _for(self, app: Any) -> AsyncAPIGuard:
        """Return the guard of an application: this one, or one that its configuration describes."""
        config = getattr(app, "config", None)
        if not isinstance(config, Mapping):
            return self  # no Flask application, which is what `install` will say
        if not self._has_document:
            read = read_configuration(config, app.root_path, self._options_given())
            try:
                return AsyncAPIGuard(read.spec, **read.options)
            except ValueError as error:  # what the document does not have
                about = str(error).partition(" ")[0]
                key = {"the": "policy", "server": "server"}.get(about)
                if key is None or key in self._options_given():
                    raise
                name = "OPERATIONS" if key == "policy" else "SERVER"
                raise InstallationError(f"{PREFIX}{name}: {error}") from error
        if keys := keys_in(config):
            ignored = ", ".join(sorted(keys))
            logger.warning("%s: ignored, because the guard was created with a document", ignored)
        return self

    def _remember(self, middleware: AsyncAPIGuard, previous: Any) -> None:
        """Keep the guard of an application instead of its previous guard."""
        if previous in self._of_applications:
            self._of_applications.discard(previous)
            middleware.recorder.take_over(previous.recorder)
            middleware._installed[:0] = previous._installed
        self._of_applications.add(middleware)

    def _options_given(self) -> dict[str, Any]:
        """Return the options that override a configuration."""
        options = {
            **self._given,
            "on_violation": self.on_violation,
            "reject_event": self.reject_event,
            "respond_unhandled": self.respond_unhandled,
        }
        return {name: value for name, value in options.items() if value is not None}

    def _configured(self) -> AsyncAPIGuard:
        """Return the guard of the application, or of the current one of several."""
        guards = list(self._of_applications)
        if len(guards) == 1:
            return guards[0]
        if not guards:
            raise InstallationError(NO_DOCUMENT)
        from flask import current_app, has_app_context

        current = current_app.extensions.get("asyncapi_guard") if has_app_context() else None
        if current not in guards:
            raise InstallationError(
                "the guard has several applications, each with its own document; use "
                "app.extensions['asyncapi_guard'] of one of them"
            )
        return cast("AsyncAPIGuard", current)

    def protect(self, server: Any, *, typed: bool | None = None) -> None:
        """Guard a server, a client, or a publisher.

        Args:
            server: a `socketio.Server` or `AsyncServer`, or a `socketio.Client`, `AsyncClient`,
                `SimpleClient` or `AsyncSimpleClient`, before it connects. Class-based namespaces
                are included. For a process that only publishes, a manager with `write_only=True`,
                or Flask-SocketIO's `SocketIO(message_queue=...)`.
            typed: whether the handlers of a server receive instances, as for `init_app`.

        Raises:
            InstallationError: an object that is already guarded or can't be guarded, a guard
                without a document, or `typed` for something other than a server or without
                Pydantic.
            RegistrationError: a handler whose hints can't become models, or that can't run.
        """
        if not self._has_document:
            raise InstallationError(
                "the guard has no document; pass it, as in AsyncAPIGuard('asyncapi.yml'), because "
                "only init_app(app) reads a configuration"
            )
        from asyncapi_guard.integrations.targets import install

        self._keep(adapter := install(self, server, typed=bool(typed)))
        if self._serving is not None and adapter not in self._servers():
            logger.warning("docs=: ignored, because only a server serves the console")
        if typed is not None:
            self._with_decided_hints.add(server)

    def _said_of_server(self, server: Any) -> Iterable[str]:
        """Log the notes about a server when its first client connects."""
        yield from self._said_of_handlers(server)
        line = None if self._serving is None else self._serving.unserved()
        if line is not None:
            yield line

    def _said_of_handlers(self, server: Any) -> Iterable[str]:
        """Return notes about type hints of handlers that are out of date or have no effect."""
        handlers = [each for *_, each in registered(server.handlers, server.namespace_handlers)]
        yield from outdated(models_in(handlers))
        line = unheeded_ack_options(filter(has_ack_options, handlers))
        if line is not None:
            yield line
        if server in self._with_decided_hints:
            return
        line = unheeded(handlers, _REMEDY, judged=True)
        if line is not None:
            yield line

    def _keep(self, adapter: Adapter) -> None:
        """Keep an adapter for as long as its server exists."""
        alive = [each for each in self._installed if each() is not None]
        self._installed = [*alive, ref(adapter)]
        self._begin_watching()
        self.recorder.count_as(Perspective.SERVER if self._servers() else Perspective.CLIENT)
        for look in self._observers:
            look(adapter)
        installed(adapter)

    def observe_adapters(self, look: Callable[[Any], object]) -> None:
        """Call a function with the adapter of each server and client, now and later."""
        self._observers.append(look)
        for each in self.guards():
            for adapter in each._adapters():
                look(adapter)

    def guards(self) -> list[AsyncAPIGuard]:
        """This guard, and the guards of applications whose configuration it has read."""
        return [self, *self._of_applications]

    def _servers(self) -> list[ThreadedServer | AsyncioServer]:
        """Return the adapters of servers; a guard can also be on clients."""
        guards = (self, *self._of_applications)
        return [adapter for each in guards for adapter in each._own_servers()]

    def uninstall(self) -> None:
        """Remove the guard from every server, which then accept all traffic.

        Raises:
            InstallationError: a guard that isn't on any server.
        """
        guards = [self, *self._of_applications]
        if not any(each._installed for each in guards):
            raise InstallationError("the guard is not installed on any server")
        for each in guards:
            each._end_watching()
            while each._installed:
                adapter = each._installed.pop()()
                if adapter is not None:
                    adapter.uninstall()
            each.recorder.close()
            for log in each._logs:
                log.close()

    @property
    def installed(self) -> bool:
        """Whether the guard is on a server."""
        return any(each.active for each in self._adapters())

    def statistics(self) -> list[Statistic]:
        """The counters by namespace, event and checkpoint: seen, rejected, reported."""
        guards = [self, *self._of_applications]
        return merged(each.recorder.tally for each in guards)
