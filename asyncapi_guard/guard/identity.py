"""The identity of a client, and its credential."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import float_info
from typing import Any, NamedTuple, NoReturn

__all__ = ["Identity", "UserPassword", "is_sound"]


class UserPassword(NamedTuple):
    """The name of a user and a password, as a client sent them.

    Attributes:
        username: the user.
        password: the password. It is not in the `repr`.
    """

    username: str
    password: str

    def __repr__(self) -> str:
        return "UserPassword(...)"


class _Claims(dict[str, Any]):
    """Immutable claims; copying, pickling and writing them gives a dictionary."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("the claims of an identity can't be changed; make a new identity")

    __setitem__ = __delitem__ = __ior__ = _refuse  # pyright: ignore[reportAssignmentType]  # they never return
    clear = pop = popitem = setdefault = update = _refuse  # pyright: ignore[reportAssignmentType]  # as above

    def __reduce__(self) -> tuple[Any, ...]:
        # Else each item would be set, one after the other.
        return type(self), (dict(self),)


@dataclass(frozen=True)
class Identity:
    """The identity of a client, as a verifier returns it.

    Attributes:
        subject: the user, or another owner of the credential.
        scopes: the scopes that the client has, by the names in the document.
        expires_at: the time when the identity expires, in seconds since the epoch; `None` for
            never.
        claims: other facts for your handlers. They aren't in the `repr`.

    Raises:
        TypeError: a value of the wrong type.
        ValueError: an `expires_at` that isn't a point in time.
    """

    subject: str
    scopes: frozenset[str] = frozenset()
    expires_at: float | None = None
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)

    def __post_init__(self) -> None:
        if not isinstance(self.subject, str):
            raise TypeError(f"subject must be a string, not a {_kind(self.subject)}")
        scopes: Any = self.scopes
        if isinstance(scopes, (str, Mapping)) or not isinstance(scopes, Iterable):
            raise TypeError(f"scopes must be a set of names, not a {_kind(scopes)}")
        object.__setattr__(self, "scopes", frozenset(scopes))
        if not all(isinstance(scope, str) for scope in self.scopes):
            raise TypeError("scopes must be a set of names")
        end: Any = self.expires_at
        if end is not None:
            if isinstance(end, bool) or not isinstance(end, (int, float)):
                raise TypeError(f"expires_at must be seconds since the epoch, not a {_kind(end)}")
            if not abs(end) <= float_info.max:  # so it is for NaN, and for integers of any length
                raise ValueError("expires_at must be seconds since the epoch, or None for never")
        if not isinstance(self.claims, Mapping):
            raise TypeError(f"claims must be a mapping, not a {_kind(self.claims)}")
        object.__setattr__(self, "claims", _Claims(self.claims))


def is_sound(identity: Identity) -> bool:
    """Return whether an identity has values of the right types: a subclass might not check them."""
    try:
        Identity(identity.subject, identity.scopes, identity.expires_at, identity.claims)
    except Exception:  # noqa: BLE001  # fail closed, whatever it is
        return False
    return isinstance(identity.scopes, frozenset)


def _kind(value: object) -> str:
    return type(value).__name__
