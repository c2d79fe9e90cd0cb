"""`AsyncAPIGuard`: what applications hold. It joins the guard, its records, and the adapters."""

from __future__ import annotations

import dataclasses
import logging
import threading
import traceback
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakSet, ref

from asyncapi_guard.contract import Contract, Mode
from asyncapi_guard.errors import InstallationError
from asyncapi_guard.guard import RESERVED_EVENTS, Guard, Policy, Verdict
from asyncapi_guard.guard.verdicts import without_rule
from asyncapi_guard.integrations.configuration import (
    NO_DOCUMENT,
    PREFIX,
    keys_in,
    read_configuration,
)
from asyncapi_guard.integrations.handler_check import HandlerCheck
from asyncapi_guard.integrations.recording.log import logger, write
from asyncapi_guard.integrations.recording.repeats import Repeats, kind_of
from asyncapi_guard.integrations.recording.source_lines import Places
from asyncapi_guard.integrations.recording.statistics import UNDECLARED, Statistic, Tally, merged
from asyncapi_guard.integrations.registered import is_coroutine_function
from asyncapi_guard.schema import EngineName, get_engine
from asyncapi_guard.spec import load
from asyncapi_guard.violations import Checkpoint, Code, Problem

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Sequence

    from flask import Flask
    from flask_socketio import SocketIO

    from asyncapi_guard.guard.rules import Rule
    from asyncapi_guard.integrations.threads.server import Hooks
    from asyncapi_guard.violations import Violation

__all__ = ["AsyncAPIGuard"]


class AsyncAPIGuard:
    """Guards Socket.IO servers by an AsyncAPI document.

    Args:
        spec: the path of the document, the document as data, or a `Contract`. By default the
            document and all options that are not given here come from the configuration of the
            Flask application (`ASYNCAPI_GUARD_SPEC`, `ASYNCAPI_GUARD_MODE`, ...), in `init_app`.
        policy: what is done about violations; by default everything is enforced.
        on_violation: called with each `Violation`, rejected or reported. What it raises is logged.
        addresses: put the addresses of clients into violations and log lines; the default.
        reject_event: the name of an event to send to a client whose event was rejected and which
            did not ask for an ack; by default it is not told.
        respond_unhandled: whether an event that asks for an ack is answered when it has no handler,
            or when its handler raises. Servers leave such clients without an ack. In `enforce` it
            is answered by default, and in the other modes never.
        engine: `rust`, `jsonschema`, or `auto`, the default, for the first that is installed.
        allow_http: hosts that references may lead to; see `load`.
        root: the folder that references may not leave; see `load`.

    Raises:
        SpecError: the document cannot be used.
        TypeError: an option is of another kind.
        ValueError: the policy does not fit the document, or an option is none.
    """

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
    ) -> None:
        _check_options(on_violation, addresses, reject_event, respond_unhandled)
        self.on_violation: Callable[[Violation], object] | None = on_violation
        self.addresses: bool = addresses is not False
        self.reject_event: str | None = reject_event
        self.respond_unhandled: bool | None = respond_unhandled
        self._tally = Tally()
        self._repeats = Repeats()
        self._installed: list[ref[Hooks]] = []
        #: Servers whose handlers were compared with the contract.
        self._checked: WeakSet[Any] = WeakSet()
        self._checking = threading.Lock()
        #: The guards of applications whose configuration was read, and what was given for them.
        self._of_applications: WeakSet[AsyncAPIGuard] = WeakSet()
        self._given = {
            "policy": policy,
            "addresses": addresses,
            "engine": engine,
            "allow_http": allow_http,
            "root": root,
        }
        self._addresses: frozenset[str | None] = frozenset()
        self._places = Places(())
        self._has_document = spec is not None
        if spec is None:
            return
        engine = engine or "auto"
        if isinstance(spec, Contract):
            contract = spec
        else:
            contract = load(spec, allow_http=allow_http or False, root=root, engine=engine)
        if engine == "auto" and get_engine(engine).name != "rust":
            logger.warning("jsonschema-rs is not installed: validating with jsonschema, slowly")
        self.guard = Guard(contract, policy)
        self._addresses = frozenset(c.address for c in contract.channels.values())
        self._places = Places(contract.sources)

    @property
    def guard(self) -> Guard:
        """The guard that judges.

        Raises:
            InstallationError: there is no document yet, or several applications have their own.
        """
        return self._own_guard if self._has_document else self._configured().guard

    @guard.setter
    def guard(self, guard: Guard) -> None:
        self._own_guard = guard

    @property
    def contract(self) -> Contract:
        """What the document says.

        Raises:
            InstallationError: there is no document yet, or several applications have their own.
        """
        return self.guard.contract

    def init_app(self, app: Flask, socketio: SocketIO | None = None) -> None:
        """Guard a Flask-SocketIO server, before or after its handlers are registered.

        A guard without a document reads the application's configuration here; each application has
        its own document and options then.

        Args:
            app: the Flask application.
            socketio: its `SocketIO`, initialised; by default the one that the application has.

        Raises:
            InstallationError: it is guarded already, or not initialised yet; or there is no
                document, or the configuration is at fault.
            SpecError: the document in the configuration cannot be used.
        """
        from asyncapi_guard.integrations.flask_socketio import install

        middleware = self._for(app)
        previous = getattr(app, "extensions", {}).get("asyncapi_guard")
        middleware._keep(install(middleware, app, socketio))
        if middleware is not self:
            self._remember(middleware, previous)

    def _for(self, app: Any) -> AsyncAPIGuard:
        """The guard of an application: this one, or one that its configuration describes."""
        config = getattr(app, "config", None)
        if not isinstance(config, Mapping):
            return self  # no Flask application, which is what `install` will say
        if not self._has_document:
            read = read_configuration(config, app.root_path, self._options_given())
            try:
                return AsyncAPIGuard(read.spec, **read.options)
            except ValueError as error:  # operations that the document does not have
                if "policy" in self._options_given():
                    raise
                raise InstallationError(f"{PREFIX}OPERATIONS: {error}") from error
        if keys := keys_in(config):
            ignored = ", ".join(sorted(keys))
            logger.warning("%s: ignored, because the guard was created with a document", ignored)
        return self

    def _remember(self, middleware: AsyncAPIGuard, previous: Any) -> None:
        """Remember the guard of an application, instead of the one that it had before."""
        if previous in self._of_applications:
            self._of_applications.discard(previous)
            middleware._tally = previous._tally
            middleware._installed[:0] = previous._installed
        self._of_applications.add(middleware)

    def _options_given(self) -> dict[str, Any]:
        """The options that win over a configuration."""
        options = {
            **self._given,
            "on_violation": self.on_violation,
            "reject_event": self.reject_event,
            "respond_unhandled": self.respond_unhandled,
        }
        return {name: value for name, value in options.items() if value is not None}

    def _configured(self) -> AsyncAPIGuard:
        """The guard of the application, or of the current one of several."""
        guards = list(self._of_applications)
        if len(guards) == 1:
            return guards[0]
        if not guards:
            raise InstallationError(NO_DOCUMENT)
        from flask import current_app, has_app_context

        current = current_app.extensions.get("asyncapi_guard") if has_app_context() else None
        if current not in guards:
            raise InstallationError(
                "the guard has several applications, each with its own document: "
                "ask app.extensions['asyncapi_guard']"
            )
        return cast("AsyncAPIGuard", current)

    def protect(self, server: Any) -> None:
        """Guard a `socketio.Server` (without Flask-SocketIO).

        Raises:
            InstallationError: it is guarded already, it is another kind of object, or the guard
                has no document.
        """
        if not self._has_document:
            raise InstallationError(
                "the guard has no document: pass it, as in AsyncAPIGuard('asyncapi.yml'), for only "
                "init_app(app) reads a configuration"
            )
        from asyncapi_guard.integrations.threads.server import install

        self._keep(install(self, server))

    def _keep(self, hooks: Hooks) -> None:
        """Remember what was installed for as long as its server is there."""
        alive = [each for each in self._installed if each() is not None]
        self._installed = [*alive, ref(hooks)]

    def uninstall(self) -> None:
        """Take the guard off every server; their traffic passes unjudged then.

        Raises:
            InstallationError: it is on no server.
        """
        guards = [self, *self._of_applications]
        if not any(each._installed for each in guards):
            raise InstallationError("the guard is not installed on any server")
        for each in guards:
            while each._installed:
                hooks = each._installed.pop()()
                if hooks is not None:
                    hooks.uninstall()

    @property
    def installed(self) -> bool:
        """Whether it guards a server now."""
        hooks = [each() for each in self._installed]
        return any(each is not None and each.active for each in hooks)

    def statistics(self) -> list[Statistic]:
        """Counters by namespace, event and checkpoint: seen, rejected, reported."""
        return merged([self._tally, *(each._tally for each in self._of_applications)])

    # -- for the adapters --------------------------------------------------------------------------

    def judge(
        self,
        checkpoint: Checkpoint,
        judge: Callable[..., Verdict],
        namespace: str,
        *args: Any,
        **known: bool,
    ) -> Verdict:
        """Ask the guard, and count; if it fails, what is enforced is rejected.

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
            verdict = self.failed(checkpoint, namespace, event, error)
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
            verdict = self.failed(checkpoint, namespace, rule.event, error)
        self._tally.seen(namespace, rule.event, checkpoint)
        return verdict

    def failed(
        self, checkpoint: Checkpoint, namespace: str, event: Any, error: Exception
    ) -> Verdict:
        """The verdict where judging itself failed."""
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
        try:
            return self.guard.failed(checkpoint, namespace, event)
        except Exception:  # noqa: BLE001  # not even that: there is no guard to ask
            reason = "the guard failed to judge this"
            name = event if isinstance(event, str) else ""
            problem = Problem("", "guard", reason)
            return without_rule(
                checkpoint, Code.GUARD, namespace, name, reason, problem, Mode.ENFORCE
            )

    def declares(self, namespace: str) -> bool:
        """Whether the contract has a channel with this very address."""
        return namespace in self._addresses

    def first_connect(self, server: Any, guard: Guard) -> None:
        """A client connects: what should be said once about a server is said now."""
        with self._checking:
            if server in self._checked:
                return
            self._checked.add(server)
        HandlerCheck(self, server, guard).run()

    def log(self, level: int, text: str, *args: object) -> None:
        """Write a line; a handler of the log that raises must not cost a client its answer."""
        write(level, text, *args)

    def record(
        self, verdict: Verdict, sid: str | None = None, address: str | None = None
    ) -> Violation | None:
        """Count and log a violation, and call the application's hook.

        An exception that a log handler or the hook raises goes no further.

        Args:
            verdict: the result of judging.
            sid: the session id of the client, when the traffic has one client.
            address: the client's address.

        Returns:
            The violation with both, as the hook got it; `None` if the verdict has none.
        """
        if verdict.violation is None:
            return None
        address = address if self.addresses else None
        violation = dataclasses.replace(verdict.violation, sid=sid, address=address)
        names = (violation.namespace, violation.event)
        if not verdict.declared:
            names = self._counted_as(violation.namespace, verdict)
        count = self._tally.rejected if violation.rejected else self._tally.reported
        count(*names, violation.checkpoint)
        self._log(violation, *names)
        self._tell(violation)
        return violation

    def _log(self, violation: Violation, namespace: str, event: str) -> None:
        """Write a line; about what is reported, not more often than once a minute."""
        if not logger.isEnabledFor(logging.WARNING):
            return
        if violation.rejected:
            write(logging.WARNING, "%s", self._line(violation))
            return
        repeat = self._repeats.next(kind_of(violation, namespace, event))
        if repeat is not None:
            write(logging.WARNING, "%s%s", self._line(violation), repeat)

    def _line(self, violation: Violation) -> str:
        try:
            return violation.line(partial(self._place_of, violation))
        except Exception:  # noqa: BLE001  # the client is answered, wherever it was
            write(logging.ERROR, "the guard failed to find a place", exc_info=True)
            return violation.line()

    def place_in_document(self, location: str) -> str:
        """The place of a message or a schema (`file#/json/pointer`), for people."""
        return self._places.of(location) if location else ""

    def _place_of(self, violation: Violation, location: str) -> str:  # noqa: ARG002  # for subclasses
        """The place of a problem of a violation, for people; empty if it has none."""
        return self.place_in_document(location)

    def _tell(self, violation: Violation) -> None:
        if self.on_violation is None:
            return
        try:
            self.on_violation(violation)
        except Exception:  # noqa: BLE001  # whatever it is, the client is answered
            write(logging.ERROR, "on_violation failed", exc_info=True)

    def _counted_as(self, namespace: str, verdict: Verdict) -> tuple[str, str]:
        violation = verdict.violation
        if violation is not None and violation.code is not Code.UNDECLARED_NAMESPACE:
            return (namespace if namespace in self._addresses else UNDECLARED), UNDECLARED
        return UNDECLARED, UNDECLARED


def _check_options(
    on_violation: Any, addresses: Any, reject_event: Any, respond_unhandled: Any
) -> None:
    """Raise TypeError or ValueError for options that would do nothing, or something else."""
    if on_violation is not None and not callable(on_violation):
        raise TypeError(f"on_violation takes a function, not a {type(on_violation).__name__}")
    if is_coroutine_function(on_violation):
        raise TypeError("on_violation is a coroutine function, which nobody would await: use def")
    for name, value in (("addresses", addresses), ("respond_unhandled", respond_unhandled)):
        if value is not None and not isinstance(value, bool):
            raise TypeError(f"{name} takes True or False, not a {type(value).__name__}")
    if reject_event is not None and not isinstance(reject_event, str):
        kind = type(reject_event).__name__
        raise TypeError(f"reject_event takes the name of an event, not a {kind}")
    if reject_event in RESERVED_EVENTS:
        raise ValueError(f"reject_event is {reject_event!r}, which Socket.IO reserves for itself")
