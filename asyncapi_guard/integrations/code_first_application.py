"""Servers and clients whose contract is the type hints of their handlers.

Handlers and declarations make the document, the document makes the guard, and the guard validates,
as it does for a hand-written document. Valid arguments become instances before the handler receives
them. The handler's return value and emitted models become plain data before they are validated.
Handlers can be registered at any time, so the guard is compiled again after a registration.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
from types import FunctionType
from typing import TYPE_CHECKING, Any, Literal

from asyncapi_guard.codefirst import CATCH_ALL, About, Registry, agent_schema, document_of
from asyncapi_guard.codefirst.ack_options import read_ack_options
from asyncapi_guard.codefirst.document import without_anything
from asyncapi_guard.codefirst.generated_models import generated_by, imported_by
from asyncapi_guard.codefirst.handler_functions import dotted_name
from asyncapi_guard.codefirst.origin import models_of
from asyncapi_guard.codefirst.signatures import describe
from asyncapi_guard.contract import Contract, Mode, Perspective
from asyncapi_guard.errors import InstallationError, RegistrationError
from asyncapi_guard.guard import RESERVED_EVENTS, Policy
from asyncapi_guard.guard.marks import mark_faults, takes_the_end
from asyncapi_guard.integrations.handlers.outdated import outdated
from asyncapi_guard.integrations.handlers.registered import methods_of
from asyncapi_guard.integrations.handlers.unheeded import unheeded, unheeded_ack_options
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.integrations.typed_handlers import TypedHandlers
from asyncapi_guard.spec import load
from asyncapi_guard.spec.acks import NO_OPTIONS
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from asyncapi_guard.codefirst import Receiver
    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.integrations.code_first_guard import RenewedGuard
    from asyncapi_guard.integrations.deciding.calls import Shortcut
    from asyncapi_guard.integrations.handshake import Handshake
    from asyncapi_guard.schema import EngineName
    from asyncapi_guard.spec.references import Documents
    from asyncapi_guard.violations import Violation

__all__ = ["AsyncAPIDoc", "CodeFirstApplication"]

_OPTIONS = (
    "validate",
    "generate_docs",
    "version",
    "title",
    "description",
    "docs",
    "docs_auth",
    "live",
    "watch",
    "violations",
    "violations_size",
    "violations_salt",
    "violations_keep",
    "usage",
    "usage_version",
    "usage_size",
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
    "security_timeout",
    "server",
    "typed",
    "verifiers",
)
#: The options whose names are taken.
_RENAMED = {"policy": "_given_policy", "server": "document_server"}
Data = dict[str, Any]


class AsyncAPIDoc:
    """The document of a server, or of a client."""

    def __init__(self, owner: CodeFirstApplication) -> None:
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


class CodeFirstApplication:
    """A server or a client that is guarded by a document made from its registrations.

    Attributes:
        registry: the registered handlers and declarations.
        about: the document's description of the application.
        side: the side of the application, which its document describes.
        perspective: the side that `spec` describes. Defaults to the server.
    """

    side: Perspective = Perspective.SERVER
    #: The options that are not python-socketio's.
    _options: frozenset[str] = frozenset(_OPTIONS)
    #: The events that nobody on this side can emit.
    _never_sent: frozenset[str] = RESERVED_EVENTS

    #: What puts hints in force, in words.
    _remedy: str
    #: How the guard's adapter for this kind of server calls handlers.
    _calling: ModuleType

    def __init__(self) -> None:
        self.validate: bool = True
        self.generate_docs: bool = True
        self.typed: bool | None = None
        self.about: About = About()
        self.spec: str | os.PathLike[str] | Mapping[str, Any] | None = None
        self.perspective: Perspective | Literal["server", "client"] | None = None
        self._given_policy: Policy | None = None
        self.engine: EngineName = "auto"
        self.on_violation: Callable[[Violation], object] | None = None
        self.addresses: bool = True
        self.reject_event: str | None = None
        self.respond_unhandled: bool | None = None
        self.verifiers: Mapping[str, Callable[..., Any]] | None = None
        self.security_timeout: float | None = None
        self.document_server: str | None = None
        self.docs: str | None = None
        self.docs_auth: Callable[[Any], object] | None = None
        self.live: bool | None = None
        self.watch: bool | None = None
        self.violations: str | os.PathLike[str] | None = None
        self.violations_size: int | None = None
        self.violations_salt: str | bytes | None = None
        self.violations_keep: int | None = None
        self.usage: str | os.PathLike[str] | None = None
        self.usage_version: str | Callable[[Handshake], object] | None = None
        self.usage_size: int | None = None
        self.registry: Registry = Registry()
        #: The events whose handlers nobody has said anything about, neither that their hints count
        #: nor that they do not.
        self._undecided: set[tuple[str, str]] = set()
        self._guarded: RenewedGuard | None = None
        self._handlers: TypedHandlers = TypedHandlers(self.registry, self._is_guarded, self.side)
        self._document: tuple[tuple[int, About], dict[str, Any]] | None = None
        self.asyncapi_doc: AsyncAPIDoc = AsyncAPIDoc(self)

    def _is_guarded(self) -> bool:
        return self._guarded is not None and self._guarded.installed

    def _take_options(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Take the guard's options, and return the options of python-socketio."""
        for name in _OPTIONS:
            if name in kwargs and name not in self._options:
                raise TypeError(f"{type(self).__name__} has no option {name!r}")
        given = {name: kwargs.pop(name) for name in self._options if name in kwargs}
        about = {
            name: given.pop(name)
            for name in [each.name for each in dataclasses.fields(About)]
            if name in given
        }
        self.about = dataclasses.replace(self.about, **about)
        if self.about.server_url is not None:
            self.about.servers()  # raises for what cannot be said
        self.about.schemes()  # as above
        for name, value in given.items():
            setattr(self, _RENAMED.get(name, name), value)
        if self.document_server is not None and self.spec is None:
            raise TypeError("server= names a server of the document, so it needs spec=")
        if self.watch and self.spec is None:
            raise TypeError("watch= watches the files of the document, so it needs spec=")
        return kwargs

    def _check_docs(self) -> None:
        """Check that the options for the console and for logs can have an effect.

        Raises:
            InstallationError: an option for a console or a log without a guard or a document.
        """
        if self.watch and not self.validate:
            raise InstallationError(
                "watch= needs the guard, but validate is False; remove one of them"
            )
        for name in ("violations", "usage", "docs"):
            if getattr(self, name) and not self.validate:
                raise InstallationError(
                    f"{name}= needs the guard, but validate is False; to accept all traffic, pass "
                    "policy=Policy(mode='report')"
                )
        if not self.docs:
            return
        if self.spec is None and not self.generate_docs:
            raise InstallationError(
                "docs= shows the document, but generate_docs is False; remove one of them"
            )

    @property
    def policy(self) -> Policy | None:
        """The response to violations: the given policy, or the default for the kind of contract."""
        if self.spec is not None:
            return self._given_policy
        # What nobody declared passes: hints are added to a server one after the other.
        return (self._given_policy or Policy()).with_undeclared(Mode.OFF)

    def contract(self) -> Contract:
        """The contract of the current registrations."""
        made = load(without_anything(self._built()), engine=self.engine)
        return dataclasses.replace(made, perspective=self.side)

    # -- registrations -----------------------------------------------------------------------------

    def _receive_methods(self, namespace_handler: Any, get_from_typehint: bool | None) -> None:  # noqa: FBT001  # as it was given
        """Register the methods of a class-based namespace as handlers."""
        bases = type(namespace_handler).__mro__
        self.registry.use_models(base.__module__ for base in bases)
        wanted = self._wants_hints(get_from_typehint)
        for namespace, event, method in methods_of(namespace_handler):
            if event == CATCH_ALL or not self._is_of_contract(event, method):
                # One for all events dispatches them itself.
                self._check_it_runs(namespace, event, method)
                continue
            entry = self._receive_method(namespace, event, method, wanted=wanted)
            self._decide(entry, decided=get_from_typehint is not None)
        for base in bases:
            for part in (base, *vars(base).values()):
                if isinstance(part, (type, FunctionType, staticmethod, classmethod)):
                    self.registry.take_along(part, namespace_handler.namespace)

    def _is_of_contract(self, event: str, handler: Any) -> bool:  # noqa: ARG002  # some have others
        """Return whether a handler is for an event that a document can describe."""
        return True

    def _receive_method(
        self, namespace: str, event: str, method: Callable[..., Any], *, wanted: bool
    ) -> Receiver:
        """Register a method as a handler, with its hints if `wanted`."""
        raise NotImplementedError

    def _check_it_runs(self, namespace: str, event: str, handler: Callable[..., Any]) -> None:
        """Reject or report a handler that can't run on this kind of server, by the policy's mode.

        If traffic is validated, the guard does this.

        Raises:
            RegistrationError: a handler that can't run, in `enforce` mode.
        """
        mode = (self._given_policy or Policy()).mode
        if self.validate or mode is Mode.OFF or not self._calling.cannot_run(handler):
            return
        who = f"the handler of {event!r} in {namespace!r}, {describe(handler)},"
        text = self._calling.never_runs(who)
        if mode is Mode.ENFORCE:
            raise RegistrationError(text)
        write(logging.ERROR, "%s", text)

    def _wants_hints(self, given: bool | None) -> bool:  # noqa: FBT001  # as it was given
        return bool(self.typed if given is None else given)

    def _decide(self, entry: Receiver, *, decided: bool) -> None:
        """Record whether the application has decided about the use of a handler's hints."""
        undecided = self.typed is None and not decided
        change = self._undecided.add if undecided else self._undecided.discard
        change((entry.namespace, entry.event))

    @property
    def _has_options(self) -> bool:
        """Whether all options are known."""
        return True

    def _check_mark(self, place: str) -> None:
        """Check that a registration's mark can have an effect.

        Args:
            place: the registration, and the name of its option.

        Raises:
            RegistrationError: a mark without an effect.
        """
        if self.side is Perspective.CLIENT:
            raise RegistrationError(f"{place} has an effect only on servers; remove it")
        if self.spec is not None:
            raise RegistrationError(
                f"{place} has no effect with spec=; mark the message in the document with x-guard "
                "instead"
            )
        if not self.about.security:
            raise RegistrationError(
                f"{place} needs security=, which defines how clients authenticate"
            )
        contract = self.contract()
        for fault in mark_faults(contract):
            raise RegistrationError(f"{place} has no effect: {fault.text}")
        for sender in filter(lambda each: each.expired, self.registry.senders()):
            # Whether or not there is a handler in its namespace already, so that clients expire.
            messages = (m for c in contract.channels.values() for m in c.messages.values())
            if not all(takes_the_end(m.payload) for m in messages if m.event == sender.event):
                raise RegistrationError(
                    f"{place} has no effect: the model accepts neither the error object, which is "
                    "a dict, nor an event without arguments"
                )
        # A packet is in the logs before anybody asks what it is.
        for adapter in self._guarded._adapters() if self._guarded is not None else ():
            adapter.follow(contract)

    def _check_marks(self) -> None:
        """Check the marks of all registrations, once all options are known."""
        for receiver in self.registry.receivers():
            if receiver.reauthenticate:
                self._check_mark(f"on({receiver.event!r}): reauthenticate")
        for sender in self.registry.senders():
            if sender.expired:
                self._check_mark(f"doc_emit({sender.event!r}): expired")

    def doc_emit(  # noqa: PLR0913  # an event, and what is said of it
        self,
        event: str,
        model: Any,
        description: str = "",
        namespace: str | None = None,
        *,
        ack_model: Any = None,
        ack_required: bool = False,
        ack_timeout: float | None = None,
        no_ack: bool = False,
        expired: bool = False,
        **misspelt: str,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare an event that the application sends; usable as a decorator or by itself.

        Args:
            event: its name.
            model: the type of the argument; a tuple type means several arguments. If you declare an
                event again with a different type, you can send either.
            description: the description in the document.
            namespace: the Socket.IO namespace. Defaults to the namespace of the decorated handler
                or class-based namespace, or to `/`.
            ack_model: the type of the clients' ack.
            ack_required: whether you must emit the event with a callback, or with `call`. If you
                don't, `EmitValidationError` is raised.
            ack_timeout: the number of seconds within which clients must acknowledge.
            no_ack: whether you must emit the event without a callback.
            expired: whether the guard sends this event to tell clients that their identity has
                expired; see `x-guard`.
            **misspelt: `discription`, as SIO-AsyncAPI calls the description.

        Raises:
            TypeError: an unknown argument.
        """
        if misspelt.keys() - {"discription"}:
            raise TypeError(f"doc_emit has no argument {min(misspelt.keys() - {'discription'})!r}")
        if misspelt:
            import warnings

            warnings.warn("'discription' is 'description'", DeprecationWarning, stacklevel=2)
            description = description or misspelt["discription"]
        options = read_ack_options(
            f"doc_emit({event!r})",
            required=ack_required,
            timeout=ack_timeout,
            none=no_ack,
            typed=ack_model is not None,
        )
        declaration = self.registry.send(
            namespace or None,
            event,
            model,
            ack_model=ack_model,
            description=description,
            ack_options=options,
            expired=expired,
            reserved=self._never_sent,
        )

        if expired and self._has_options:
            self._check_mark(f"doc_emit({event!r}): expired")

        def decorator(function: Callable[..., Any]) -> Callable[..., Any]:
            self.registry.stand_beside(function, declaration)
            return function

        return decorator

    def use_models(self, models: ModuleType | str) -> None:
        """Use the document of generated models as the server's contract.

        You don't need this for handlers whose hints name such models, class-based namespaces that
        derive from their `Handlers`, and their functions that emit. The document applies to all
        handlers, including earlier ones. With `spec=`, the document of `spec` stays in force.

        Args:
            models: a module or a package that `asyncapi-guard models` has written, or its name.

        Raises:
            ValueError: a module that isn't generated, or wasn't imported.

            Models that were generated from a code-first document don't replace the contract: the
            types apply.
        """
        name = models if isinstance(models, str) else models.__name__
        if name in self.registry.models:
            return
        if generated_by(name) is None:
            raise ValueError(f"{name!r} isn't a module that `asyncapi-guard models` generated")
        self.registry.use_models([name])

    def said_of_handlers(self) -> Iterator[str]:
        """Return notes about type hints of handlers that are out of date or have no effect."""
        receivers = [each for each in self.registry.receivers() if self._is_undecided(each)]
        models = models_of(self.registry)
        yield from outdated(models)
        followed = self.spec is not None or any(each.SOURCE.file for each in models)
        line = unheeded((each.handler for each in receivers), self._remedy, judged=followed)
        if line is not None:
            yield line
        if self.spec is not None:
            optioned = (
                each for each in self.registry.receivers() if each.ack_options != NO_OPTIONS
            )
            line = unheeded_ack_options(each.handler for each in optioned)
            if line is not None:
                yield line
        if not followed:
            yield from self._unused_models()

    def _is_undecided(self, receiver: Receiver) -> bool:
        return (receiver.namespace, receiver.event) in self._undecided

    def _unused_models(self) -> Iterator[str]:
        """Report a document whose models handlers could use, but which isn't in force."""
        for receiver in self.registry.receivers():
            module = imported_by(receiver.handler)
            if module is not None and module.SOURCE.file:
                yield (
                    f"{dotted_name(receiver.handler)} is in a module with models of "
                    f"{module.SOURCE.file} that no registration uses, so that document is not in "
                    f"force; call socketio.use_models({module.__name__!r}), or pass spec="
                )
                return

    def shortcut(self, rule: Rule, namespace: str, event: str) -> Shortcut | None:  # noqa: ARG002  # python-socketio's have some
        """Return what can validate a received event instead of its rule; `None` for nothing.

        Args:
            rule: the rule that validates the event by default.
            namespace: the Socket.IO namespace.
            event: its name.
        """
        return None

    # -- the document ------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """Return the document in force as data, or the document of the current registrations.

        With `spec=`, and before a guard has read it, it is what is in the file.

        Raises:
            RuntimeError: no document, because `generate_docs` is `False`.
        """
        if self.spec is not None:
            return copy.deepcopy(dict(self._documents().main.data))
        if not self.generate_docs:
            raise RuntimeError("the server has no document, because generate_docs is False")
        return copy.deepcopy(self._built())

    def _documents(self) -> Documents:
        """Return the files of `spec` that are in force, even if they have changed since."""
        assert self.spec is not None
        read = None if self._guarded is None else self._guarded.documents_in_force
        return open_documents(self.spec) if read is None else read

    def _built(self) -> dict[str, Any]:
        """Return the document of the current registrations, which must not be changed."""
        state = self.registry.changes, self.about
        if self._document is None or self._document[0] != state:
            # Of a copy: another thread might be registering.
            self._document = state, document_of(self.registry.copy(), self.about, self.side)
        return self._document[1]

    def get_agent_schema(self) -> dict[str, Any]:
        """Return the agent schema: the events of the document in a compact form for programs."""
        if self.spec is not None:
            return agent_schema(self._documents())
        return agent_schema(self._built())

    def get_agent_schema_json(self) -> str:
        """Return the agent schema as JSON."""
        return json.dumps(self.get_agent_schema(), indent=2, sort_keys=True)
