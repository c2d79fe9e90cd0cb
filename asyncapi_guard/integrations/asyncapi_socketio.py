"""`AsyncAPISocketIO`: Flask-SocketIO whose handlers' type hints are its contract.

Handlers and declarations make the document, the document makes the guard, and the guard judges, as
it does for a document that people wrote. What passes is made into instances before the handler
sees it; what the handler returns and the application emits becomes plain data before it is judged.
Handlers are registered at any time, so the guard is made anew when something was registered since.
"""

# pyright: reportIncompatibleMethodOverride=false, reportAttributeAccessIssue=false
# pyright: reportIncompatibleVariableOverride=false, reportArgumentType=false
# (its stubs of Flask-SocketIO lack what Flask-SocketIO has, and know narrower types)
from __future__ import annotations

import copy
import dataclasses
import functools
import json
from typing import TYPE_CHECKING, Any

from flask_socketio import SocketIO

from asyncapi_guard.codefirst import (
    CATCH_ALL,
    About,
    Registry,
    agent_schema,
    document_of,
)
from asyncapi_guard.codefirst.document import without_anything
from asyncapi_guard.codefirst.generated_models import generated_by, imported_by
from asyncapi_guard.codefirst.handler_functions import dotted_name
from asyncapi_guard.codefirst.origin import models_of
from asyncapi_guard.contract import Contract, Mode
from asyncapi_guard.guard import Policy
from asyncapi_guard.integrations.code_first_guard import RenewedGuard
from asyncapi_guard.integrations.handlers.outdated import outdated
from asyncapi_guard.integrations.handlers.registered import methods_of
from asyncapi_guard.integrations.handlers.unheeded import unheeded
from asyncapi_guard.integrations.typed_handlers import TypedHandlers
from asyncapi_guard.spec import load
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from flask import Flask
    from flask_socketio import Namespace

    from asyncapi_guard.codefirst import Receiver
    from asyncapi_guard.schema import EngineName
    from asyncapi_guard.violations import Violation

__all__ = ["AsyncAPIDoc", "AsyncAPISocketIO"]

_OPTIONS = (
    "validate",
    "generate_docs",
    "version",
    "title",
    "description",
    "server_url",
    "server_name",
    "security",
    "spec",
    "policy",
    "engine",
    "on_violation",
    "reject_event",
    "addresses",
    "respond_unhandled",
    "typed",
)
_REMEDY = "pass typed=True to AsyncAPISocketIO, or typed=False if this is meant"
Data = dict[str, Any]


class AsyncAPIDoc:
    """The document of a server."""

    def __init__(self, owner: AsyncAPISocketIO) -> None:
        self._owner = owner

    def dict(self) -> Data:
        """The document as data."""
        return self._owner.document()

    def get_yaml(self) -> str:
        """The document as YAML."""
        from asyncapi_guard.spec.serializing import to_yaml

        return to_yaml(self.dict())

    def get_json(self) -> str:
        """The document as JSON."""
        from asyncapi_guard.spec.serializing import to_json

        return to_json(self.dict())

    json = get_json


class AsyncAPISocketIO(SocketIO):  # type: ignore[misc]  # Flask-SocketIO carries no types
    """A drop-in for `flask_socketio.SocketIO`.

    Args:
        app: the Flask application, now or by `init_app`.
        validate: judge the traffic; without it nothing is judged and nothing is constructed.
        generate_docs: have `asyncapi_doc`.
        version: of the API.
        title: of the API.
        description: of the API.
        server_url: where it runs; its credentials are left out of the document.
        server_name: what the document calls the server.
        security: AsyncAPI's Security Scheme Objects by name, for the document: how clients show who
            they are. Your `connect` handler is who judges that.
        spec: an AsyncAPI document that rules instead of the hints; handlers may be typed all the
            same.
        policy: what is done about violations; by default everything that is declared is enforced.
        engine: `rust`, `jsonschema`, or `auto`.
        on_violation: called with each `Violation`.
        addresses: put the addresses of clients into violations and log lines; the default.
        reject_event: as for `AsyncAPIGuard`.
        respond_unhandled: as for `AsyncAPIGuard`.
        typed: take the hints of every handler that has some. By default those of class namespaces,
            and of handlers registered with `get_from_typehint=True`.
        **kwargs: as for `SocketIO`.

    Raises:
        SpecError: the document cannot be used.
        RegistrationError: from registrations, for hints that cannot be modelled.
    """

    def __init__(self, app: Flask | None = None, **kwargs: Any) -> None:
        self.validate: bool = True
        self.generate_docs: bool = True
        self.typed: bool | None = None
        self.about: About = About()
        self.spec: str | os.PathLike[str] | Mapping[str, Any] | None = None
        self._given_policy: Policy | None = None
        self.engine: EngineName = "auto"
        self.on_violation: Callable[[Violation], object] | None = None
        self.addresses: bool = True
        self.reject_event: str | None = None
        self.respond_unhandled: bool | None = None
        self.registry: Registry = Registry()
        #: The events whose handlers nobody has said anything about, neither that their hints count
        #: nor that they do not.
        self._undecided: set[tuple[str, str]] = set()
        self._guarded: RenewedGuard | None = None
        self._handlers: TypedHandlers = TypedHandlers(self.registry, self._is_guarded)
        self._document: tuple[tuple[int, About], dict[str, Any]] | None = None
        self.asyncapi_doc: AsyncAPIDoc = AsyncAPIDoc(self)
        super().__init__(app, **self._take_options(kwargs))

    def init_app(self, app: Flask | None, **kwargs: Any) -> None:
        """Initialise for an application; the options of the constructor are taken here, too."""
        # Each call makes another server.
        self.__dict__.pop("_handle_event", None)
        self._guarded = None
        super().init_app(app, **self._take_options(kwargs))
        self._handlers.follow(self.server)
        self._handlers.constructs = self.validate
        if not self.validate:
            return
        self._guarded = RenewedGuard(self, self.spec)
        if app is None:
            self._guarded.protect(self.server)
            return
        self._guarded.init_app(app, self)
        # Inside of what the guard made of it, which looks at what connect handlers raise.
        handle = functools.partial(self._handlers.handle, self._handle_event)
        self.__dict__["_handle_event"] = handle

    def _is_guarded(self) -> bool:
        return self._guarded is not None and self._guarded.installed

    def _take_options(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Keep our options; the others are Flask-SocketIO's."""
        given = {name: kwargs.pop(name) for name in _OPTIONS if name in kwargs}
        about = {
            name: given.pop(name)
            for name in [each.name for each in dataclasses.fields(About)]
            if name in given
        }
        self.about = dataclasses.replace(self.about, **about)
        self.about.servers()  # raises for what cannot be said
        for name, value in given.items():
            setattr(self, "_given_policy" if name == "policy" else name, value)
        return kwargs

    @property
    def policy(self) -> Policy | None:
        """What is done about violations: as given, else what suits how the contract came to be."""
        if self.spec is not None:
            return self._given_policy
        # What nobody declared passes: hints are added to a server one after the other.
        return (self._given_policy or Policy()).with_undeclared(Mode.OFF)

    def contract(self) -> Contract:
        """What is registered now, as a contract."""
        return load(without_anything(self._built()), engine=self.engine)

    # -- registrations -----------------------------------------------------------------------------

    def on(
        self,
        message: str,
        namespace: str | None = None,
        *,
        get_from_typehint: bool | None = None,
        request_model: Any = None,
        response_model: Any = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register an event handler.

        Args:
            message: the name of the event.
            namespace: the Socket.IO namespace; `/` by default.
            get_from_typehint: the handler's type hints say what is received and acknowledged.
            request_model: the type of the one argument, instead of a hint.
            response_model: the type of what is returned, instead of a hint.
        """
        said = (get_from_typehint, request_model, response_model)

        def decorator(handler: Callable[..., Any]) -> Callable[..., Any]:
            hints = self._takes_hints(handler, default=False, said=get_from_typehint)
            entry = self.registry.receive(
                namespace or "/",
                message,
                handler,
                hints=hints,
                request_model=request_model,
                response_model=response_model,
            )
            undecided = self.typed is None and all(each is None for each in said)
            change = self._undecided.add if undecided else self._undecided.discard
            change((entry.namespace, entry.event))
            super(AsyncAPISocketIO, self).on(message, namespace)(handler)
            return handler

        return decorator

    def on_event(
        self,
        message: str,
        handler: Callable[..., Any],
        namespace: str | None = None,
        **models: Any,
    ) -> None:
        """Register an event handler, as `on` does."""
        self.on(message, namespace, **models)(handler)

    def on_namespace(self, namespace_handler: Namespace) -> None:
        """Register a class-based namespace; the hints of its `on_*` methods count."""
        super().on_namespace(namespace_handler)
        self.registry.use_models(base.__module__ for base in type(namespace_handler).__mro__)
        for namespace, event, method in methods_of(namespace_handler):
            if event != CATCH_ALL:  # it dispatches events itself
                hints = self._takes_hints(method, default=True)
                self.registry.receive(namespace, event, method, hints=hints)

    def doc_emit(
        self,
        event: str,
        model: Any,
        description: str = "",
        namespace: str | None = None,
        *,
        ack_model: Any = None,
        **misspelt: str,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare an event that is sent; as a decorator, or called by itself.

        Args:
            event: its name.
            model: the type of what is sent; a tuple type stands for several arguments. Declared
                again with another type, either may be sent.
            description: for the document.
            namespace: the Socket.IO namespace; `/` by default.
            ack_model: the type of what clients answer.
            **misspelt: `discription`, as SIO-AsyncAPI calls the description.
        """
        if misspelt.keys() - {"discription"}:
            raise TypeError(f"doc_emit has no argument {min(misspelt.keys() - {'discription'})!r}")
        if misspelt:
            import warnings

            warnings.warn("'discription' is 'description'", DeprecationWarning, stacklevel=2)
            description = description or misspelt["discription"]
        self.registry.send(
            namespace or "/", event, model, ack_model=ack_model, description=description
        )
        return lambda function: function

    def use_models(self, models: ModuleType | str) -> None:
        """Have the document of generated models for the server's own.

        Handlers whose hints name such models, class namespaces that derive from a `Handlers` of
        theirs, and the functions that emit do so by themselves. The document is in force for all
        handlers, those registered before included. With `spec=`, that document stays.

        Args:
            models: a module or a package that `asyncapi-guard models` has written, or its name.

        Raises:
            ValueError: it is none, or was not imported.
        """
        name = models if isinstance(models, str) else models.__name__
        if name in self.registry.models:
            return
        if generated_by(name) is None:
            raise ValueError(f"{name!r} is no module that `asyncapi-guard models` has written")
        self.registry.use_models([name])

    def said_of_handlers(self) -> Iterator[str]:
        """What those should know who believe type hints: they are old, or nothing heeds them."""
        receivers = [each for each in self.registry.receivers() if self._is_undecided(each)]
        models = models_of(self.registry)
        yield from outdated(models)
        followed = self.spec is not None or bool(models)
        line = unheeded((each.handler for each in receivers), _REMEDY, judged=followed)
        if line is not None:
            yield line
        if not followed:
            yield from self._unused_models()

    def _is_undecided(self, receiver: Receiver) -> bool:
        return (receiver.namespace, receiver.event) in self._undecided

    def _unused_models(self) -> Iterator[str]:
        """A document whose models are imported beside handlers, and which is not in force."""
        for receiver in self.registry.receivers():
            module = imported_by(receiver.handler)
            if module is not None:
                yield (
                    f"{dotted_name(receiver.handler)} stands beside models of "
                    f"{module.SOURCE.file} that nothing registered uses, so that document is not "
                    f"in force; call socketio.use_models({module.__name__!r}), or pass spec="
                )
                return

    def _takes_hints(
        self, handler: Callable[..., Any], *, default: bool, said: bool | None = None
    ) -> bool:
        """Whether a handler's hints count.

        Args:
            handler: it.
            default: what holds where neither the server nor the registration says anything.
            said: what the registration says, if it does.

        Raises:
            RegistrationError: they count, and a decorator hides them.
        """
        from asyncapi_guard.codefirst.hidden_hints import refuse_hidden_hints
        from asyncapi_guard.codefirst.signatures import is_hinted

        asked = said if said is not None else self.typed
        if asked is None:
            asked = default
        if not asked:
            return False
        refuse_hidden_hints(handler)
        return said is not None or is_hinted(handler)

    # -- traffic -----------------------------------------------------------------------------------

    def _handle_event(
        self, handler: Callable[..., Any], message: str, namespace: str, sid: str, *args: Any
    ) -> Any:
        handle = super()._handle_event
        return self._handlers.handle(handle, handler, message, namespace, sid, *args)

    def emit(self, event: str, *args: Any, **kwargs: Any) -> Any:
        """Emit an event; instances of models become plain data."""
        args = self._handlers.dumped(event, args, kwargs)
        return super().emit(event, *args, **kwargs)

    def call(self, event: str, *args: Any, **kwargs: Any) -> Any:
        """Emit an event and wait for its ack; instances of models become plain data."""
        args = self._handlers.dumped(event, args, kwargs)
        return super().call(event, *args, **kwargs)

    # -- the document ------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """The document as data: the file's own, or what is registered now."""
        if self.spec is not None:
            return _data_of(self.spec)
        if not self.generate_docs:
            raise RuntimeError("there is no document: generate_docs is False")
        return copy.deepcopy(self._built())

    def _built(self) -> dict[str, Any]:
        """The document of what is registered now; nobody may change it."""
        state = self.registry.changes, self.about
        if self._document is None or self._document[0] != state:
            # Of a copy: another thread might be registering.
            self._document = state, document_of(self.registry.copy(), self.about)
        return self._document[1]

    def get_agent_schema(self) -> dict[str, Any]:
        """The events of the document as a catalogue for programs."""
        if self.spec is not None:
            return agent_schema(open_documents(self.spec))
        return agent_schema(self._built())

    def get_agent_schema_json(self) -> str:
        """The catalogue as JSON."""
        return json.dumps(self.get_agent_schema(), indent=2, sort_keys=True)


def _data_of(spec: Any) -> dict[str, Any]:
    return dict(open_documents(spec).main.data)
