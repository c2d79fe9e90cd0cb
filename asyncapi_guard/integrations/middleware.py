"""`AsyncAPIGuard`: what applications hold. It joins the guard, its records, and the adapters."""

from __future__ import annotations

import logging
import traceback
import weakref
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Contract
from asyncapi_guard.errors import InstallationError
from asyncapi_guard.guard import Guard, Policy, Verdict
from asyncapi_guard.integrations.statistics import UNDECLARED, Statistic, Tally
from asyncapi_guard.schema import EngineName, get_engine
from asyncapi_guard.spec import load
from asyncapi_guard.violations import Checkpoint, Code

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Mapping, Sequence

    from flask import Flask
    from flask_socketio import SocketIO

    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.integrations.socketio import Hooks
    from asyncapi_guard.violations import Violation

__all__ = ["AsyncAPIGuard"]

logger: logging.Logger = logging.getLogger("asyncapi_guard")


class AsyncAPIGuard:
    """Guards Socket.IO servers by an AsyncAPI document.

    Args:
        spec: the path of the document, the document as data, or a `Contract`.
        policy: what is done about violations; by default everything is enforced.
        on_violation: called with each `Violation`, refused or reported. What it raises is logged.
        reject_event: the name of an event to send to a client whose event was refused and which
            did not ask for an ack; by default it is not told.
        respond_unhandled: whether an event that asks for an ack and has no handler is answered; in
            `enforce` it is by default, and in the other modes never.
        engine: `rust`, `jsonschema`, or `auto` for the first that is installed.
        allow_http: hosts that references may lead to; see `load`.
        root: the folder that references may not leave; see `load`.

    Raises:
        SpecError: the document cannot be used.
        ValueError: the policy does not fit the document.
    """

    def __init__(  # noqa: PLR0913  # all but the first are options, by keyword
        self,
        spec: str | os.PathLike[str] | Mapping[str, Any] | Contract,
        *,
        policy: Policy | None = None,
        on_violation: Callable[[Violation], object] | None = None,
        reject_event: str | None = None,
        respond_unhandled: bool | None = None,
        engine: EngineName = "auto",
        allow_http: Collection[str] | bool = False,
        root: str | os.PathLike[str] | None = None,
    ) -> None:
        if isinstance(spec, Contract):
            contract = spec
        else:
            contract = load(spec, allow_http=allow_http, root=root, engine=engine)
        if engine == "auto" and get_engine(engine).name != "rust":
            logger.warning("jsonschema-rs is not installed: validating with jsonschema, slowly")
        self.guard: Guard = Guard(contract, policy)
        self.on_violation: Callable[[Violation], object] | None = on_violation
        self.reject_event: str | None = reject_event
        self.respond_unhandled: bool | None = respond_unhandled
        self._tally = Tally()
        self._addresses = frozenset(c.address for c in contract.channels.values())
        self._installed: list[weakref.ref[Hooks]] = []

    @property
    def contract(self) -> Contract:
        """What the document says."""
        return self.guard.contract

    def init_app(self, app: Flask, socketio: SocketIO | None = None) -> None:
        """Guard a Flask-SocketIO server, before or after its handlers are registered.

        Args:
            app: the Flask application.
            socketio: its `SocketIO`, initialised; by default the one that the application has.

        Raises:
            InstallationError: it is guarded already, or not initialised yet.
        """
        from asyncapi_guard.integrations.flask_socketio import install

        self._keep(install(self, app, socketio))

    def protect(self, server: Any) -> None:
        """Guard a `socketio.Server` (without Flask-SocketIO).

        Raises:
            InstallationError: it is guarded already, or it is another kind of object.
        """
        from asyncapi_guard.integrations.socketio import install

        self._keep(install(self, server))

    def _keep(self, hooks: Hooks) -> None:
        """Remember what was installed for as long as its server is there."""
        alive = [each for each in self._installed if each() is not None]
        self._installed = [*alive, weakref.ref(hooks)]

    def uninstall(self) -> None:
        """Take the guard off every server; their traffic passes unjudged then.

        Raises:
            InstallationError: it is on no server.
        """
        if not self._installed:
            raise InstallationError("the guard is not installed on any server")
        while self._installed:
            hooks = self._installed.pop()()
            if hooks is not None:
                hooks.uninstall()

    def statistics(self) -> list[Statistic]:
        """Counters by namespace, event and checkpoint: seen, refused, reported."""
        return self._tally.read()

    # -- for the adapters --------------------------------------------------------------------------

    def judge(
        self,
        checkpoint: Checkpoint,
        judge: Callable[..., Verdict],
        namespace: str,
        *args: Any,
        **known: bool,
    ) -> Verdict:
        """Ask the guard, and count; if it fails, what is enforced is refused.

        Args:
            checkpoint: where the traffic is.
            judge: the guard's method.
            namespace: the Socket.IO namespace.
            *args: the method's other arguments, above all the event's name.
            **known: what is known of the values.
        """
        try:
            verdict = judge(namespace, *args, **known)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            event = args[0] if checkpoint is not Checkpoint.CONNECT else "connect"
            verdict = self._failed(checkpoint, namespace, event, error)
        if verdict.declared:
            event = args[0] if checkpoint is not Checkpoint.CONNECT else "connect"
            self._tally.seen(namespace, event, checkpoint)
        else:
            self._tally.seen(*self._counted_as(namespace, verdict), checkpoint)
        return verdict

    def judge_by(
        self,
        rule: Rule,
        checkpoint: Checkpoint,
        namespace: str,
        args: Sequence[Any],
        *,
        binary: bool = False,
    ) -> Verdict:
        """As `judge`, where the rule is known and a strict reader made the values."""
        try:
            verdict = rule.judge(namespace, args, binary=binary, read=True)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            verdict = self._failed(checkpoint, namespace, rule.event, error)
        self._tally.seen(namespace, rule.event, checkpoint)
        return verdict

    def _failed(
        self, checkpoint: Checkpoint, namespace: str, event: Any, error: Exception
    ) -> Verdict:
        # Not the error's text: it may quote the payload.
        place = traceback.extract_tb(error.__traceback__)[-1]
        self.log(
            logging.ERROR,
            "the guard failed at %s: %s in %s, line %s; what is enforced is rejected",
            checkpoint,
            type(error).__name__,
            place.filename,
            place.lineno,
        )
        return self.guard.failed(checkpoint, namespace, event)

    def exclude(self, namespace: str) -> bool:
        """Judge nothing in a namespace that the contract does not declare: whether that is new."""
        policy = self.guard.policy
        if namespace in self._addresses or namespace in policy.exclude:
            return False
        self.guard = Guard(
            self.guard.contract, replace(policy, exclude=frozenset(policy.exclude) | {namespace})
        )
        return True

    def first_connect(self, server: Any) -> None:
        """A client connects: what should be said once about a server is said now."""

    def log(self, level: int, text: str, *args: object) -> None:
        """Write a line; a handler of the log that raises must not cost a client its answer."""
        with suppress(Exception):
            logger.log(level, text, *args)

    def record(self, verdict: Verdict) -> None:
        """Log and count a violation, and call the application's hook."""
        violation = verdict.violation
        if violation is None:
            return
        names = (violation.namespace, violation.event)
        if not verdict.declared:
            names = self._counted_as(violation.namespace, verdict)
        if violation.refused:
            self._tally.refused(*names, violation.checkpoint)
            self.log(logging.WARNING, "refused %s", violation)
        else:
            self._tally.reported(*names, violation.checkpoint)
            self.log(logging.WARNING, "reported %s", violation)
        if self.on_violation is not None:
            try:
                self.on_violation(violation)
            except Exception:  # the hook's own fault
                with suppress(Exception):
                    logger.exception("on_violation failed")

    def _counted_as(self, namespace: str, verdict: Verdict) -> tuple[str, str]:
        violation = verdict.violation
        if violation is not None and violation.code is not Code.UNDECLARED_NAMESPACE:
            return (namespace if namespace in self._addresses else UNDECLARED), UNDECLARED
        return UNDECLARED, UNDECLARED
