"""Clients that are asked who they are: when they connect, and when they show it again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.handshake import Handshake

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract import SecurityScheme
    from asyncapi_guard.guard import Guard
    from asyncapi_guard.guard.credentials import Credential, Place, Reading
    from asyncapi_guard.guard.identity import Identity
    from asyncapi_guard.integrations.deciding.sessions import Session

__all__ = ["Admission", "Check", "Renewal"]


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
        event: by which it shows who it is; `connect` for its connect.
    """

    __slots__ = ("checks", "ends", "event", "guard", "handshake", "namespace", "shown", "wrong")

    def __init__(self, namespace: str, handshake: Handshake, guard: Guard, ends: float) -> None:
        self.namespace: str = namespace
        self.handshake: Handshake = handshake
        self.guard: Guard = guard
        self.ends: float = ends
        self.event: str = "connect"
        self.checks: list[Check] = []
        self.shown: set[Place] = set()
        self.wrong: bool = False

    @property
    def left(self) -> float:
        """How many seconds are left for verifiers."""
        return max(0.0, self.ends - time.monotonic())

    @property
    def identities(self) -> dict[str, Identity]:
        """What verifiers said, by the names of the security schemes."""
        return {
            name: check.identity
            for check in self.checks
            if check.identity is not None
            for name in check.names
        }

    @property
    def shows_wrong(self) -> bool:
        """Whether something is wrong to all who read it, whatever else is right."""
        accepted = (check for check in self.checks if check.identity is not None)
        return self.wrong or not self.shown <= {place for each in accepted for place in each.places}


class Renewal(Admission):
    """A client that shows again who it is, while it is connected.

    Attributes:
        client: its session id.
        scheme: the one that is renewed; `None` for those whose credential is shown.
        credential: for that scheme; else it is in the auth of the handshake.
        names: of the schemes that are renewed.
        session: who it was, and then who it is; `None` for a client that has left.
        done: it was decided, so the handler of its event may run.
        renewed: verifiers said again who it is.
    """

    __slots__ = ("client", "credential", "done", "names", "renewed", "scheme", "session")

    def __init__(self, sid: str, namespace: str, auth: Any, guard: Guard, ends: float) -> None:
        super().__init__(namespace, Handshake({}, auth), guard, ends)
        self.client: str = sid
        self.scheme: SecurityScheme | None = None
        self.credential: Credential = None
        self.names: frozenset[str] = frozenset()
        self.session: Session | None = None
        self.done: bool = False
        self.renewed: bool = False
