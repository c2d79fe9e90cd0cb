"""`AsyncAPIGuard`: what applications hold. It joins the guard, its records, and the adapters."""

from __future__ import annotations

import dataclasses
import logging
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Contract
from asyncapi_guard.errors import InstallationError
from asyncapi_guard.guard import Guard, Policy, Verdict
from asyncapi_guard.integrations.log import logger, write
from asyncapi_guard.integrations.places import Places
from asyncapi_guard.integrations.repeats import Repeats, kind_of
from asyncapi_guard.integrations.statistics import UNDECLARED, Statistic, Tally
from asyncapi_guard.schema import EngineName, get_engine
from asyncapi_guard.spec import load
from asyncapi_guard.violations import Checkpoint, Code

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Mapping

    from flask import Flask
    from flask_socketio import SocketIO

    from asyncapi_guard.integrations.socketio import Hooks
    from asyncapi_guard.violations import Violation

__all__ = ["AsyncAPIGuard"]


class AsyncAPIGuard:
    """Guards Socket.IO servers by an AsyncAPI document.

    Args:
        spec: the path of the document, the document as data, or a `Contract`.
        policy: what is done about violations; by default everything is enforced.
        on_violation: called with each `Violation`, refused or reported. What it raises is logged.
        addresses: put the addresses of clients into violations and log lines.
        reject_event: the name of an event to send to a client whose event was refused and which
            did not ask for an ack; by default it is not told.
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
        addresses: bool = True,
        reject_event: str | None = None,
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
        self.addresses: bool = addresses
        self.reject_event: str | None = reject_event
        self._tally = Tally()
        self._addresses = frozenset(c.address for c in contract.channels.values())
        self._places = Places(contract)
        self._repeats = Repeats()
        self._installed: list[Hooks] = []

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

        self._installed.append(install(self, app, socketio))

    def protect(self, server: Any) -> None:
        """Guard a `socketio.Server` (without Flask-SocketIO).

        Raises:
            InstallationError: it is guarded already, or it is another kind of object.
        """
        from asyncapi_guard.integrations.socketio import install

        self._installed.append(install(self, server))

    def uninstall(self) -> None:
        """Take the guard off every server; their traffic passes unjudged then.

        Raises:
            InstallationError: it is on no server.
        """
        if not self._installed:
            raise InstallationError("the guard is not installed on any server")
        while self._installed:
            self._installed.pop().uninstall()

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
        binary: bool = False,
    ) -> Verdict:
        """Ask the guard, and count; if it fails, traffic is refused."""
        event = args[0] if checkpoint is not Checkpoint.CONNECT else "connect"
        try:
            verdict = judge(namespace, *args, binary=True) if binary else judge(namespace, *args)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            verdict = self._failed(checkpoint, namespace, event, error)
        if verdict.declared:
            self._tally.seen(namespace, event, checkpoint)
        else:
            self._tally.seen(*self._counted_as(namespace, verdict), checkpoint)
        return verdict

    def ask(
        self,
        checkpoint: Checkpoint,
        judge: Callable[..., Verdict],
        namespace: str,
        event: Any,
        *args: Any,
        binary: bool = False,
    ) -> Verdict:
        """As `judge`, about something that is counted already."""
        try:
            if binary:
                return judge(namespace, event, *args, binary=True)
            return judge(namespace, event, *args)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            return self._failed(checkpoint, namespace, event, error)

    def _failed(
        self, checkpoint: Checkpoint, namespace: str, event: Any, error: Exception
    ) -> Verdict:
        _log_failure(checkpoint, error)
        return self.guard.failed(checkpoint, namespace, event)

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
        count = self._tally.refused if violation.refused else self._tally.reported
        count(*names, violation.checkpoint)
        self._log(violation, *names)
        self._tell(violation)
        return violation

    def _log(self, violation: Violation, namespace: str, event: str) -> None:
        """Write a line; about what is reported, not more often than once a minute."""
        if not logger.isEnabledFor(logging.WARNING):
            return
        if violation.refused:
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


def _log_failure(checkpoint: Checkpoint, error: Exception) -> None:
    # Not the error's text: it may quote the payload.
    place = traceback.extract_tb(error.__traceback__)[-1]
    write(
        logging.ERROR,
        "the guard failed at %s: %s in %s, line %s; the traffic is refused",
        checkpoint,
        type(error).__name__,
        place.filename,
        place.lineno,
    )
