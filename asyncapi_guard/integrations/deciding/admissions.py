"""Who a client is: which verifiers are asked, and what follows from what they say."""

from __future__ import annotations

import logging
import time
import traceback
from types import MethodType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Mode
from asyncapi_guard.guard.credentials import (
    MalformedCredential,
    Reading,
    reading_of,
    source_of,
    texts_of,
)
from asyncapi_guard.guard.identity import Identity, is_sound
from asyncapi_guard.guard.marks import violation_of_end
from asyncapi_guard.guard.security import has_expired, used_schemes
from asyncapi_guard.guard.verdicts import PASSED
from asyncapi_guard.integrations.deciding.asked import Admission, Check, Renewal
from asyncapi_guard.integrations.deciding.calls import handled
from asyncapi_guard.integrations.deciding.decisions import Decisions
from asyncapi_guard.integrations.deciding.sessions import (
    NOBODY_KNOWN,
    Expiries,
    Session,
    Sessions,
)
from asyncapi_guard.integrations.handshake import Handshake, keep_shown
from asyncapi_guard.integrations.wire.requests import TooManyParameters, request_in
from asyncapi_guard.violations import Checkpoint, Code, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.contract import SecurityScheme
    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.guard.handshakes import HandshakeRequest
    from asyncapi_guard.integrations.deciding.calls import Call
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.integrations.wire.codec import Codec
    from asyncapi_guard.integrations.wire.packets import PacketCodec

__all__ = ["AdmissionDecisions"]

#: What a verifier reads that looks at the whole handshake.
_ALL = Reading(None)


def _function_of(verify: Any) -> tuple[int, int]:
    """What tells verifiers from one another: a method is another object at each look at it."""
    if isinstance(verify, MethodType):
        return id(verify.__self__), id(verify.__func__)
    return 0, id(verify)


class AdmissionDecisions(Decisions):
    """Who clients are, and what they may do.

    Attributes:
        sessions: of those who have entered.
        expiries: when these end.
    """

    #: Makes packets.
    packets: PacketCodec

    def __init__(self, guarding: Guarding, codec: Codec) -> None:
        super().__init__(guarding, codec)
        self.sessions: Sessions = Sessions()
        self.expiries: Expiries = Expiries(self.sessions)
        self._excused: tuple[Guard | None, frozenset[str]] = None, frozenset()

    def forget(self) -> None:
        """As for all decisions."""
        super().forget()
        self._excused = None, frozenset()

    # -- connects ----------------------------------------------------------------------------------

    def admission(self, namespace: str, auth: Any, environ: Any, guard: Guard) -> Admission | None:
        """Find what a client shows of itself; `None` where nothing is required.

        Args:
            namespace: the Socket.IO namespace.
            auth: what the client sent; `None` for nothing.
            environ: the environment of its connection.
            guard: what has judged its connect.
        """
        entrance = guard.entrance(namespace) if self.active else None
        if entrance is None:
            return None
        ends = time.monotonic() + self.guarding.security_timeout
        admission = Admission(namespace, Handshake(environ or {}, auth), guard, ends)
        try:
            self._look_at(admission, entrance.schemes, request_in(environ or {}))
        except TooManyParameters:
            admission.wrong = True
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            self._failed_at_security(error)
            admission.wrong = True
        return admission

    def _look_at(
        self,
        admission: Admission,
        schemes: Iterable[SecurityScheme],
        request: HandshakeRequest,
        given: Reading | None = None,
    ) -> frozenset[str]:
        """Find the verifiers to call, and what no call of them will accept.

        Args:
            admission: of the client.
            schemes: by which it may show who it is.
            request: that it has made.
            given: what it shows, whatever else it does.

        Returns:
            The names of the schemes for which it shows something.
        """
        checks: dict[tuple[Any, ...], Check] = {}
        auth, names = admission.handshake.auth, set[str]()
        for scheme in schemes:
            source = source_of(scheme)
            keep_shown(admission.handshake.environ, texts_of(source, auth, request))
            try:
                reading = given or (reading_of(source, auth, request) if source else _ALL)
            except MalformedCredential as malformed:
                admission.shown |= malformed.places
                continue
            if reading.credential is not None:
                names.add(scheme.name)
            verify = self.guarding.verifiers.get(scheme.name)
            if verify is None or (source and reading.credential is None):
                continue
            key = _function_of(verify), *reading
            checks.setdefault(key, Check(verify, reading)).names.append(scheme.name)
        admission.checks = list(checks.values())
        read = {place for check in admission.checks for place in check.places}
        admission.wrong = not admission.shown <= read
        admission.shown |= read
        return frozenset(names)

    def identified(self, check: Check, value: Any, problem: str | None) -> None:
        """Note what a verifier returned.

        Args:
            check: its call.
            value: what it returned.
            problem: why it did not, in words without anything of the client.
        """
        if isinstance(value, Identity) and is_sound(value):
            check.identity = None if has_expired(value, time.time()) else value
        elif isinstance(value, Identity):
            problem = f"it returned a {type(value).__name__} that lacks the fields of an Identity"
        elif value is not None:
            problem = f"it returned a {type(value).__name__}, not an Identity"
        if problem is not None:
            names = ", ".join(map(printable, check.names))
            self.recorder.log(
                logging.ERROR, "the verifier of %s rejects a client: %s", names, problem
            )

    def admitted(self, admission: Admission) -> tuple[Verdict, Session]:
        """Judge a client by what its verifiers said; return who it is, if it may enter."""
        guard, namespace = admission.guard, admission.namespace
        try:
            return self._admitted(admission)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            self._failed_at_security(error)
            return guard.unwelcome(namespace, "connect", Code.UNAUTHORIZED), NOBODY_KNOWN

    def _admitted(self, admission: Admission) -> tuple[Verdict, Session]:
        guard, namespace = admission.guard, admission.namespace
        identities = admission.identities
        if admission.shows_wrong:
            session = Session(identities, guard.number)
            return guard.unwelcome(namespace, "connect", Code.UNAUTHORIZED), session
        excused = self._excused_by(guard)
        verdict = guard.entering(namespace, identities, time.time(), excused)
        return verdict, Session(identities, guard.number)

    def _excused_by(self, guard: Guard) -> frozenset[str]:
        """Schemes that the application verifies in its own way."""
        if self._excused[0] is not guard:
            excused = frozenset[str]()
            if self.guarding.trusts_handlers or guard.policy.of_security is not Mode.ENFORCE:
                names = {scheme.name for scheme in used_schemes(guard.contract)}
                excused = frozenset(names - self.guarding.verifiers.keys())
            self._excused = guard, excused
        return self._excused[1]

    @property
    def counts_refusals(self) -> bool:
        """Whether a connection that was refused too often is ended."""
        guard = self.guard
        return self.active and guard.secured and guard.policy.of_security is Mode.ENFORCE

    def ends(self, namespace: str) -> bool:
        """Return whether clients whose identity has ended are disconnected."""
        guard = self.guard
        enforces = guard.policy.of_security is Mode.ENFORCE
        return self.active and enforces and guard.entrance(namespace) is not None

    def told_of_end(self, namespace: str) -> tuple[str | None, Any]:
        """Return the event that tells a client that its identity has ended, and its packet.

        Both are `None` if neither the document nor the application has such an event.
        """
        try:
            return self._told_of_end(namespace)
        except Exception as error:  # noqa: BLE001  # it is disconnected all the same
            self._failed_at_security(error)
            return None, None

    def _told_of_end(self, namespace: str) -> tuple[str | None, Any]:
        guard, error = self.guard, violation_of_end(namespace).as_dict()
        for event in guard.events_of_end(namespace):
            for args in ((error,), ()):
                if not guard.send_event(namespace, event, args, read=True).rejected:
                    self.recorder.tally.seen(namespace, event, Checkpoint.SEND_EVENT)
                    return event, self.packets.event(namespace, event, *args)
        name = self.guarding.reject_event
        return name, None if name is None else self.packets.event(namespace, name, error)

    def known(self, sid: str, namespace: str) -> tuple[Identity | None] | None:
        """Return who a client is, in a tuple; `None` where nothing is required of clients."""
        if not self.active or not self.guard.secured:
            return None
        session = self.session_of(sid, namespace)
        return (None if session is None else session.identity,)

    def session_of(self, sid: str, namespace: str) -> Session | None:
        """Return who a client is; while a handler of its runs, who it was when the event came."""
        call = handled.get()
        if call is not None and (call.sid, call.namespace) == (sid, namespace):
            return call.session or self.sessions.find(sid, namespace)
        return self.sessions.find(sid, namespace)

    # -- events ------------------------------------------------------------------------------------

    def permitted(self, call: Call, verdict: Verdict) -> Verdict:
        """Judge who sends an event, if what it is has passed."""
        guard = call.guard
        if guard is None or not guard.secured or not self.active or verdict.rejected:
            return verdict
        try:
            found = self._permitted(guard, call)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            self._failed_at_security(error)
            found = guard.unwelcome(call.namespace, call.event, Code.UNAUTHORIZED)
        return found if found.violation is not None else verdict

    def _permitted(self, guard: Guard, call: Call) -> Verdict:
        entrance = guard.entrance(call.namespace)
        if not isinstance(call.event, str) or entrance is None:
            return PASSED
        session = self.sessions.find(call.sid, call.namespace) or NOBODY_KNOWN
        call.session = session
        now = time.time()
        if session.expires_at is not None and session.expires_at <= now:
            return guard.unwelcome(call.namespace, call.event, Code.UNAUTHORIZED)
        if entrance.renews(call.event, call.message):
            call.renewal = self._renewal_by(call, guard)
        entering = session.entered_by != guard.number
        verdict = guard.permits(
            call.namespace,
            call.event,
            call.message,
            session.identities,
            now,
            self._excused_by(guard),
            entering=entering,
        )
        if entering and verdict.violation is None and session is not NOBODY_KNOWN:
            session.entered_by = guard.number
        return verdict

    def _renewal_by(self, call: Call, guard: Guard) -> Renewal:
        """Return what a client shows of itself by an event: a token, or what its auth had."""
        shown = call.args[0] if call.args else None
        auth = {"token": shown} if isinstance(shown, str) else shown
        ends = time.monotonic() + self.guarding.security_timeout
        renewal = Renewal(call.sid, call.namespace, auth, guard, ends)
        renewal.event = call.event
        return renewal

    def _failed_at_security(self, error: Exception) -> None:
        # Not the error's text: it may quote a credential.
        place = traceback.extract_tb(error.__traceback__)[-1]
        self.recorder.log(
            logging.ERROR,
            "the guard failed to verify a client: %s in %s, line %s; it is rejected",
            type(error).__name__,
            place.filename,
            place.lineno,
        )
