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
from asyncapi_guard.guard.security import has_expired, used_schemes
from asyncapi_guard.guard.verdicts import PASSED
from asyncapi_guard.integrations.deciding.decisions import Decisions
from asyncapi_guard.integrations.deciding.sessions import (
    NOBODY_KNOWN,
    Expiries,
    Session,
    Sessions,
)
from asyncapi_guard.integrations.handshake import Handshake, keep_shown
from asyncapi_guard.integrations.wire.requests import TooManyParameters, request_in
from asyncapi_guard.violations import Code, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Guard, Verdict
    from asyncapi_guard.guard.credentials import Credential, Place
    from asyncapi_guard.guard.handshakes import HandshakeRequest
    from asyncapi_guard.guard.security import Entrance
    from asyncapi_guard.integrations.deciding.calls import Call
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.integrations.wire.codec import Codec
    from asyncapi_guard.integrations.wire.packets import PacketCodec

__all__ = ["Admission", "AdmissionDecisions", "Check"]

#: What a verifier reads that looks at the whole handshake.
_ALL = Reading(None)


class Check:
    """One call of a verifier.

    Attributes:
        places: where the credential was; nowhere for the whole handshake.
        names: of the security schemes that it is for.
        verify: the verifier.
        credential: what it is called with.
        identity: what it said, if that is good.
    """

    __slots__ = ("credential", "identity", "names", "places", "verify")

    def __init__(self, verify: Callable[..., Any], reading: Reading) -> None:
        self.verify: Callable[..., Any] = verify
        self.credential: Credential = reading.credential
        self.places: frozenset[Place] = reading.places
        self.names: list[str] = []
        self.identity: Identity | None = None


class Admission:
    """A client that is asked who it is.

    Attributes:
        namespace: that it wants to enter.
        handshake: the request with which it came, and its auth.
        checks: the verifiers to call, in order.
        shown: where the client shows something.
        wrong: something there is no credential to any verifier.
        ends: when there is no more time for verifiers, by `time.monotonic()`.
    """

    __slots__ = ("checks", "ends", "guard", "handshake", "namespace", "shown", "wrong")

    def __init__(self, namespace: str, handshake: Handshake, guard: Guard, ends: float) -> None:
        self.namespace: str = namespace
        self.handshake: Handshake = handshake
        self.guard: Guard = guard
        self.ends: float = ends
        self.checks: list[Check] = []
        self.shown: set[Place] = set()
        self.wrong: bool = False

    @property
    def left(self) -> float:
        """How many seconds are left for verifiers."""
        return max(0.0, self.ends - time.monotonic())


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

    # -- connects ----------------------------------------------------------------------------------

    def admission(self, namespace: str, auth: Any, environ: Any) -> Admission | None:
        """Find what a client shows of itself; `None` where nothing is required.

        Args:
            namespace: the Socket.IO namespace.
            auth: what the client sent; `None` for nothing.
            environ: the environment of its connection.
        """
        guard = self.guard
        entrance = guard.entrance(namespace) if self.active else None
        if entrance is None:
            return None
        ends = time.monotonic() + self.guarding.security_timeout
        admission = Admission(namespace, Handshake(environ or {}, auth), guard, ends)
        try:
            self._look_at(admission, entrance, request_in(environ or {}))
        except TooManyParameters:
            admission.wrong = True
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            self._failed_at_security(error)
            admission.wrong = True
        return admission

    def _look_at(self, admission: Admission, entrance: Entrance, request: HandshakeRequest) -> None:
        """Find the verifiers to call, and what no call of them will accept."""
        checks: dict[tuple[Any, ...], Check] = {}
        auth = admission.handshake.auth
        for scheme in entrance.schemes:
            source = source_of(scheme)
            keep_shown(admission.handshake.environ, texts_of(source, auth, request))
            try:
                reading = reading_of(source, auth, request) if source else _ALL
            except MalformedCredential as malformed:
                admission.shown |= malformed.places
                continue
            verify = self.guarding.verifiers.get(scheme.name)
            if verify is None or (source and reading.credential is None):
                continue
            key = _function_of(verify), *reading
            checks.setdefault(key, Check(verify, reading)).names.append(scheme.name)
        admission.checks = list(checks.values())
        read = {place for check in admission.checks for place in check.places}
        admission.wrong = not admission.shown <= read
        admission.shown |= read

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
            problem = f"it returned a {type(value).__name__} whose fields are none of an Identity"
        elif value is not None:
            problem = f"it returned a {type(value).__name__}, and no Identity"
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
        accepted = [
            (check, check.identity) for check in admission.checks if check.identity is not None
        ]
        identities = {name: who for check, who in accepted for name in check.names}
        right = {place for check, _ in accepted for place in check.places}
        # What is shown and wrong to all who read it rejects, whatever else is right.
        if admission.wrong or not admission.shown <= right:
            return guard.unwelcome(namespace, "connect", Code.UNAUTHORIZED), Session(identities)
        excused = self._excused_by(guard)
        verdict = guard.entering(namespace, identities, time.time(), excused)
        return verdict, Session(identities)

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

    def told_of_end(self, namespace: str) -> Any:
        """Return the packet that tells a client that its identity has ended; `None` for none."""
        name = self.guarding.reject_event
        violation = self.guard.unwelcome(namespace, "disconnect", Code.UNAUTHORIZED).violation
        if name is None or violation is None:
            return None
        return self.packets.event(namespace, name, violation.as_dict())

    def known(self, sid: str, namespace: str) -> tuple[Identity | None] | None:
        """Return who a client is, in a tuple; `None` where nothing is required of clients."""
        if not self.active or not self.guard.secured:
            return None
        session = self.sessions.find(sid, namespace)
        return (None if session is None else session.identity,)

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
        if not isinstance(call.event, str) or guard.entrance(call.namespace) is None:
            return PASSED
        session = self.sessions.find(call.sid, call.namespace) or NOBODY_KNOWN
        now = time.time()
        if session.expires_at is not None and session.expires_at <= now:
            return guard.unwelcome(call.namespace, call.event, Code.UNAUTHORIZED)
        return guard.permits(
            call.namespace,
            call.event,
            call.message,
            session.identities,
            now,
            self._excused_by(guard),
        )

    def _failed_at_security(self, error: Exception) -> None:
        # Not the error's text: it may quote a credential.
        place = traceback.extract_tb(error.__traceback__)[-1]
        self.recorder.log(
            logging.ERROR,
            "the guard failed to judge who a client is: %s in %s, line %s; it is rejected",
            type(error).__name__,
            place.filename,
            place.lineno,
        )
