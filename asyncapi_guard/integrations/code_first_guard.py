"""A guard that follows registrations, and knows handlers that a document can't describe."""

# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

import dataclasses
import logging
import threading
from typing import TYPE_CHECKING, Any, Literal, Protocol

from asyncapi_guard.codefirst import Registry, build_document
from asyncapi_guard.codefirst.handler_functions import dotted_name
from asyncapi_guard.contract import Contract, Mode, Perspective
from asyncapi_guard.errors import InstallationError
from asyncapi_guard.guard import Guard, Policy, Verdict
from asyncapi_guard.guard.policy import with_near_names
from asyncapi_guard.integrations.middleware import AsyncAPIGuard
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.spec import load
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.violations import Checkpoint, Code, printable

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from asyncapi_guard.codefirst import About, Receiver, Sender
    from asyncapi_guard.contract import Message
    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.integrations.deciding.calls import Shortcut
    from asyncapi_guard.integrations.handshake import Handshake
    from asyncapi_guard.integrations.loading import Loaded, Spec
    from asyncapi_guard.schema import EngineName
    from asyncapi_guard.spec.references import Documents
    from asyncapi_guard.violations import Violation

__all__ = ["CodeFirst", "RenewedGuard"]

#: Faults of arguments and acks, which have types.
_TYPED = frozenset((Code.REQUEST, Code.RESPONSE, Code.EMIT, Code.ACK))
_SENT = frozenset((Checkpoint.SEND_EVENT, Checkpoint.RECEIVE_ACK))


class CodeFirst(Protocol):
    """What a guard knows of the server or the client whose registrations are its contract.

    Attributes:
        registry: what is registered.
        about: what the document says of the application.
        side: the side that it is on.
        perspective: the side that a document describes which it is given.
    """

    registry: Registry
    about: About
    side: Perspective
    perspective: Perspective | Literal["server", "client"] | None
    engine: EngineName
    on_violation: Callable[[Violation], object] | None
    addresses: bool
    reject_event: str | None
    respond_unhandled: bool | None
    verifiers: Mapping[str, Callable[..., Any]] | None
    security_timeout: float | None
    document_server: str | None
    docs: str | None
    docs_auth: Callable[[Any], object] | None
    live: bool | None
    watch: bool | None
    spec: str | os.PathLike[str] | Mapping[str, Any] | None
    violations: str | os.PathLike[str] | None
    violations_size: int | None
    violations_salt: str | bytes | None
    violations_keep: int | None
    usage: str | os.PathLike[str] | None
    usage_version: str | Callable[[Handshake], object] | None
    usage_size: int | None

    @property
    def policy(self) -> Policy | None:
        """The response to violations."""
        ...

    def contract(self) -> Contract:
        """What is registered now."""
        ...

    def document(self) -> dict[str, Any]:
        """The document of that, as data."""
        ...

    def said_of_handlers(self) -> Iterable[str]:
        """What is said of its handlers when the first client comes."""
        ...

    def shortcut(self, rule: Rule, namespace: str, event: str) -> Shortcut | None:
        """What may judge a received event instead of its rule."""
        ...


class RenewedGuard(AsyncAPIGuard):
    """A guard that follows the registrations of a server or a client."""

    verifiers_option: str = "verifiers"

    def __init__(
        self, owner: CodeFirst, spec: str | os.PathLike[str] | Mapping[str, Any] | None
    ) -> None:
        self._owner = owner
        self._follows = spec is None
        self._shows: bool = not self._follows
        self.trusts_handlers: bool = self._follows
        self._changes = -1
        self._renewing = threading.Lock()
        self._current: Guard
        given = spec if spec is not None else owner.contract()
        policy, _ = self._policy_for(given) if isinstance(given, Contract) else (owner.policy, ())
        super().__init__(
            given,
            policy=policy,
            on_violation=owner.on_violation,
            addresses=owner.addresses,
            reject_event=owner.reject_event,
            respond_unhandled=owner.respond_unhandled,
            engine=owner.engine,
            perspective=owner.perspective if spec is not None else None,
            security=owner.verifiers,
            security_timeout=owner.security_timeout,
            server=owner.document_server,
            docs=owner.docs,
            docs_auth=owner.docs_auth,
            live=owner.live,
            watch=owner.watch,
            violations=owner.violations,
            violations_size=owner.violations_size,
            violations_salt=owner.violations_salt,
            violations_keep=owner.violations_keep,
            usage=owner.usage,
            usage_version=owner.usage_version,
            usage_size=owner.usage_size,
        )
        self.recorder.place_of = self._place_of

    @property
    def in_force(self) -> Guard:
        """The guard of what is registered now, as servers see it."""
        if self._owner.registry.changes != self._changes:
            # Whoever comes meanwhile waits: the last guard does not know what is new.
            with self._renewing:
                self._renew()
        return self._current

    @in_force.setter
    def in_force(self, guard: Guard) -> None:
        side = self._owner.side
        made = _HandlersGuard(guard.contract.seen_by(side), guard.policy, self._owner)
        self._current = made if side is Perspective.SERVER else made.mirrored

    @property
    def drop_in(self) -> str | None:
        """The class whose guard it is."""
        return type(self._owner).__name__

    def _documents(self) -> Callable[[], Documents]:
        """The document of what is registered, as it is when somebody looks."""
        if not self._follows:
            return super()._documents()
        return lambda: open_documents(self._owner.document())

    @property
    def documents_in_force(self) -> Documents | None:
        """What the contract in force was read from; `None` where it is what is registered."""
        return self._read if self._shows else None

    def reload(self, spec: Spec | None = None) -> bool:
        """As `AsyncAPIGuard.reload`, for a server or a client with a document of its own (`spec=`).

        Raises:
            InstallationError: what is registered is the contract, and that is in force by itself;
                or the other document is a `Contract`.
        """
        name = self.drop_in
        if self._follows:
            raise InstallationError(
                f"the contract of this {name} is its registrations, which take effect at once; "
                "only a document that you pass as spec= can be reloaded"
            )
        if isinstance(spec, Contract):
            raise InstallationError(
                f"{name} needs a document as a path or as data, not as a Contract"
            )
        changed = super().reload(spec)
        if spec is not None:
            self._owner.spec = spec
        return changed

    def _swap(self, loaded: Loaded) -> None:
        with self._renewing:  # else what is registered meanwhile might bring the old one back
            super()._swap(loaded)

    def _after_fork(self) -> None:
        super()._after_fork()
        self._renewing = threading.Lock()

    def shortcut(self, rule: Rule, namespace: str, event: str) -> Shortcut | None:
        """Return what can validate a received event instead of its rule; `None` for nothing.

        Args:
            rule: the rule that validates the event by default.
            namespace: the Socket.IO namespace.
            event: its name.
        """
        return self._owner.shortcut(rule, namespace, event)

    def _renew(self) -> None:
        changes = self._owner.registry.changes
        if changes == self._changes:
            return  # somebody else has
        contract = self._owner.contract() if self._follows else self._current.contract
        policy, unknown = self._policy_for(contract)
        if unknown:
            named = with_near_names(unknown, contract.operations)
            write(logging.WARNING, "the policy names operations that no handler has: %s", named)
        self.guard = Guard(contract, policy)
        self._changes = changes

    def _place_of(self, violation: Violation, location: str) -> str:
        """The handler, or the type of what is sent, where code is the contract."""
        if (location and not self._follows) or violation.code not in _TYPED:
            return self.recorder.place_in_document(location)
        registry = self._owner.registry
        if violation.checkpoint in _SENT:
            sender = registry.sender(violation.namespace, violation.event)
            return _declared_at(sender) if sender is not None else ""
        receiver = registry.taker(violation.namespace, violation.event)
        return dotted_name(receiver.handler) if receiver is not None else ""

    def _said_of_handlers(self, server: Any) -> Iterable[str]:  # noqa: ARG002  # it has one
        return self._owner.said_of_handlers()

    def _policy_for(self, contract: Contract) -> tuple[Policy | None, list[str]]:
        """The policy for what there is; and what else it names, which may be registered later."""
        policy = self._owner.policy
        if policy is None or not self._follows:
            return policy, []
        known = {id: mode for id, mode in policy.operations.items() if id in contract.operations}
        unknown = sorted(policy.operations.keys() - known.keys())
        return dataclasses.replace(policy, operations=known), unknown


class _HandlersGuard(Guard):
    """A guard that knows handlers of all events and of all namespaces.

    A document has no word for them. What it does not name is judged by the types of the handler
    that takes it.
    """

    def __init__(self, contract: Contract, policy: Policy, owner: CodeFirst) -> None:
        super().__init__(contract, policy)
        self._owner = owner
        self._wide: dict[tuple[str, str], Guard] = {}

    def receive_event(
        self,
        namespace: str,
        event: Any,
        args: Sequence[Any],
        *,
        binary: bool = False,
        read: bool = False,
    ) -> Verdict:
        """As `Guard.receive_event`."""
        verdict = super().receive_event(namespace, event, args, binary=binary, read=read)
        if verdict.declared or verdict.violation is not None:
            return verdict
        guard = self._of_wide_handler(namespace, event)
        if guard is None:
            return verdict
        return _renamed(
            guard.receive_event("/", "event", args, binary=binary, read=read), namespace, event
        )

    def send_ack(
        self,
        namespace: str,
        event: str,
        args: Sequence[Any],
        message: Message | None = None,
        *,
        binary: bool = False,
        read: bool = False,
    ) -> Verdict:
        """As `Guard.send_ack`."""
        verdict = super().send_ack(namespace, event, args, message, binary=binary, read=read)
        guard = None if verdict.declared else self._of_wide_handler(namespace, event)
        if guard is None:
            return verdict
        return _renamed(
            guard.send_ack("/", "event", args, binary=binary, read=read), namespace, event
        )

    def mode_of(
        self, checkpoint: Checkpoint, namespace: str, event: Any, message: Message | None = None
    ) -> Mode:
        """As `Guard.mode_of`."""
        mode = super().mode_of(checkpoint, namespace, event, message)
        received = checkpoint in (Checkpoint.RECEIVE_EVENT, Checkpoint.SEND_ACK)
        if mode is not Mode.OFF or not received or not isinstance(event, str):
            return mode
        guard = self._of_wide_handler(namespace, event)
        return mode if guard is None else guard.mode_of(checkpoint, "/", "event", message)

    def _mode_of_unknown_handler(self, checkpoint: Checkpoint) -> Mode:
        """What is done about a handler that never runs: registering it would declare its event."""
        return self.policy.at(checkpoint)

    def _of_wide_handler(self, namespace: str, event: Any) -> Guard | None:
        """The guard of the handler that takes what nobody else takes."""
        if not isinstance(event, str):
            return None
        receiver = self._owner.registry.wide_receiver(namespace, event)
        if receiver is None:
            return None
        place = receiver.namespace, receiver.event
        if place not in self._wide:
            self._wide[place] = _alone(receiver, self._owner)
        return self._wide[place]


def _declared_at(sender: Sender) -> str:
    """The class of what is sent; if it is no class of its own, the declaration."""
    kinds = {payload.hint for payload in sender.payloads if isinstance(payload.hint, type)}
    if len(kinds) == len(sender.payloads) == 1:
        (kind,) = kinds
        if kind.__module__ != "builtins":
            return dotted_name(kind)
    return f"doc_emit({printable(sender.event)})"


def _renamed(verdict: Verdict, namespace: str, event: str) -> Verdict:
    if verdict.violation is None:
        return Verdict(declared=False)
    found = dataclasses.replace(verdict.violation, namespace=namespace, event=event)
    return Verdict(found, declared=False)


def _alone(receiver: Receiver, owner: CodeFirst) -> Guard:
    """A guard of one event that has a receiver's types."""
    registry = Registry()
    registry.add(dataclasses.replace(receiver, namespace="/", event="event"))
    policy = owner.policy or Policy()
    policy = dataclasses.replace(policy, operations={}, exclude=())
    contract = load(build_document(registry, owner.about), engine=owner.engine)
    return Guard(dataclasses.replace(contract, perspective=owner.side), policy)
