"""Clients that show again who they are: what is asked of verifiers, and what follows from that.

Who a client is stays the same: another subject connects anew. What verifiers say replaces what they
said before of the same schemes; what others said stays.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Mode
from asyncapi_guard.guard.credentials import Reading, source_of
from asyncapi_guard.guard.handshakes import HandshakeRequest
from asyncapi_guard.guard.identity import UserPassword
from asyncapi_guard.guard.policy import with_near_names
from asyncapi_guard.integrations.deciding.admissions import AdmissionDecisions
from asyncapi_guard.integrations.deciding.asked import Renewal
from asyncapi_guard.integrations.deciding.sessions import Session, Turns
from asyncapi_guard.integrations.handshake import Handshake, keep_shown
from asyncapi_guard.violations import Code

if TYPE_CHECKING:
    from asyncapi_guard.contract import SecurityScheme
    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.guard.security import Entrance
    from asyncapi_guard.integrations.deciding.decisions import Guarding
    from asyncapi_guard.integrations.wire.codec import Codec

__all__ = ["RenewalDecisions"]

#: The client makes no request: what it showed when it connected does not count again.
_NO_REQUEST = HandshakeRequest("", {}, {})
_FORMS = "a token, a UserPassword, or an object as a client sends it as its auth"


class RenewalDecisions(AdmissionDecisions):
    """Who clients are after they have shown it again.

    Attributes:
        turns: of the clients that do so.
    """

    def __init__(self, guarding: Guarding, codec: Codec) -> None:
        super().__init__(guarding, codec)
        self.turns: Turns = Turns()

    def renewal(self, sid: str, namespace: str, credential: Any, scheme: str | None) -> Renewal:
        """Return what the application shows of a client.

        Args:
            sid: the session id of the client.
            namespace: the Socket.IO namespace.
            credential: it.
            scheme: the name of the security scheme that it is for; `None` for all that it fits.

        Raises:
            TypeError: it is no credential of the scheme.
            ValueError: nothing is required of clients of the namespace, or not by that scheme.
        """
        guard = self.guard
        entrance = guard.entrance(namespace)
        if entrance is None:
            raise ValueError(
                f"clients of {namespace!r} don't authenticate, so they have no identity to renew"
            )
        ends = time.monotonic() + self.guarding.security_timeout
        chosen = None if scheme is None else _chosen(entrance, scheme, namespace)
        if chosen is None:
            return Renewal(sid, namespace, _auth(entrance, credential, namespace), guard, ends)
        known = isinstance(credential, Mapping)
        if not known:
            _check_it_fits(chosen, credential)
        auth = dict(credential) if known else _auth_for(chosen, credential)
        renewal = Renewal(sid, namespace, auth, guard, ends)
        renewal.scheme = chosen
        renewal.credential = None if known else credential
        return renewal

    def begin(self, renewal: Renewal, environ: Any) -> None:
        """Find the verifiers to call, now that it is the client's turn.

        Args:
            renewal: of the client.
            environ: the environment of its connection.
        """
        renewal.handshake = Handshake(environ or {}, renewal.handshake.auth)
        session = renewal.session = self.sessions.find(renewal.client, renewal.namespace)
        if session is None or self.has_enough(session):
            renewal.wrong = True
            return
        try:
            self._find(renewal)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            self._failed_at_security(error)
            renewal.wrong = True

    def _find(self, renewal: Renewal) -> None:
        entrance = renewal.guard.entrance(renewal.namespace)
        if renewal.scheme is None:
            known = () if entrance is None else entrance.schemes
            schemes = [each for each in known if source_of(each)]
            renewal.names = self._look_at(renewal, schemes, _NO_REQUEST)
            return
        given = None
        if renewal.credential is not None:
            given = Reading(renewal.credential, frozenset({("given", renewal.scheme.name)}))
            keep_shown(renewal.handshake.environ, _secrets(renewal.credential))
        self._look_at(renewal, [renewal.scheme], _NO_REQUEST, given)
        renewal.names = frozenset({renewal.scheme.name})

    def refuse(self, renewal: Renewal) -> Code:
        """Count an attempt of a client that has too many at once."""
        session = renewal.session = self.sessions.find(renewal.client, renewal.namespace)
        if session is not None:
            self.sessions.failed(session)
        return Code.UNAUTHORIZED

    def renewed(self, renewal: Renewal) -> Code | None:
        """Judge a client by what its verifiers said; return why it stays who it was, if it does."""
        try:
            code = self._renewed(renewal)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever it is
            self._failed_at_security(error)
            code = Code.UNAUTHORIZED
        if code is not None and renewal.session is not None:
            self.sessions.failed(renewal.session)
        return code

    def _renewed(self, renewal: Renewal) -> Code | None:
        guard, namespace, old = renewal.guard, renewal.namespace, renewal.session
        entrance, excused = guard.entrance(namespace), self._excused_by(guard)
        if old is None or entrance is None or renewal.shows_wrong:
            return Code.UNAUTHORIZED
        found = renewal.identities
        if not found:
            left = not renewal.checks and renewal.names and renewal.names <= excused
            return None if left else Code.UNAUTHORIZED  # the application verifies it
        kept = {name: one for name, one in old.identities.items() if name not in renewal.names}
        together = {**kept, **found}
        order = [each.name for each in entrance.schemes if each.name in together]
        new = Session({name: together[name] for name in order}, guard.number)
        if not _is_the_same(old, new, renewal):
            return Code.UNAUTHORIZED
        lacking = guard.entering(namespace, new.identities, time.time(), excused).violation
        if lacking is not None:
            return lacking.code
        ended = guard.policy.of_security is not Mode.ENFORCE
        if not self.sessions.renew(renewal.client, namespace, old, new, ended=ended):
            return Code.UNAUTHORIZED  # it has left, or it is about to be disconnected
        renewal.session, renewal.renewed = new, True
        return None

    def not_renewed(self, renewal: Renewal, code: Code) -> Verdict:
        """Return the verdict on an event by which a client showed what is wrong."""
        return renewal.guard.unwelcome(renewal.namespace, renewal.event, code)

    def has_enough(self, session: Session | None) -> bool:
        """Return whether the connection of a client that failed is ended."""
        return session is not None and session.barred and self.counts_refusals


def _secrets(credential: str | UserPassword) -> tuple[str, ...]:
    """What nobody should read of a credential."""
    return (credential,) if isinstance(credential, str) else (credential.password,)


def _is_the_same(old: Session, new: Session, renewal: Renewal) -> bool:
    """Whether a client is still who it was, as far as anybody knew."""
    before = {old.identities[name].subject for name in renewal.names if name in old.identities}
    after = {identity.subject for identity in renewal.identities.values()}
    if before and not after <= before:
        return False
    if old.identity is None:
        return True
    return new.identity is not None and new.identity.subject == old.identity.subject


def _chosen(entrance: Entrance, name: str, namespace: str) -> SecurityScheme:
    names = [each.name for each in entrance.schemes]
    if name not in names:
        named = with_near_names([name], names)
        raise ValueError(
            f"clients of {namespace!r} present no credential for the security scheme {named}"
        )
    return entrance.schemes[names.index(name)]


def _auth(entrance: Entrance, credential: Any, namespace: str) -> dict[str, Any]:
    """A credential as a client would have sent it."""
    if isinstance(credential, Mapping):
        return dict(credential)
    if not isinstance(credential, (str, UserPassword)):
        raise TypeError(f"credential takes {_FORMS}, not a {type(credential).__name__}")
    what, source = ("a string is a token", _TOKEN)
    if isinstance(credential, UserPassword):
        what, source = ("a UserPassword is a user with a password", _USER)
    if not any(source_of(each) == source for each in entrance.schemes):
        names = ", ".join(repr(each.name) for each in entrance.schemes)
        raise ValueError(
            f"{what}, which no security scheme of {namespace!r} accepts; pass scheme= with one of "
            f"{names}"
        )
    return credential._asdict() if isinstance(credential, UserPassword) else {"token": credential}


def _check_it_fits(scheme: SecurityScheme, credential: Any) -> None:
    source = source_of(scheme)
    kind: type = UserPassword if source == _USER else str
    if not source:
        if credential is not None:
            raise TypeError(f"the verifier of {scheme.name!r} reads the whole handshake; pass None")
    elif not isinstance(credential, kind):
        given = type(credential).__name__
        raise TypeError(f"the credential of {scheme.name!r} is a {kind.__name__}, not a {given}")


def _auth_for(scheme: SecurityScheme, credential: Any) -> dict[str, Any] | None:
    """What the auth of a client would have been; `None` where the credential is elsewhere."""
    if isinstance(credential, UserPassword):
        return credential._asdict()
    source = source_of(scheme)
    name = "token" if source == _TOKEN else "key" if source[:1] == ("key",) else None
    return None if name is None else {name: credential}


_TOKEN, _USER = ("token",), ("user",)
