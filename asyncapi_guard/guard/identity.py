"""Who a client is, and what it shows for that."""

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
    """Claims that nobody changes; a dictionary for whatever copies, pickles or writes it."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("the claims of an identity do not change; make another identity")

    __setitem__ = __delitem__ = __ior__ = _refuse  # pyright: ignore[reportAssignmentType]  # they never return
    clear = pop = popitem = setdefault = update = _refuse  # pyright: ignore[reportAssignmentType]  # as above

    def __reduce__(self) -> tuple[Any, ...]:
        # Else each item would be set, one after the other.
        return type(self), (dict(self),)


@dataclass(frozen=True)
class Identity:
    """Who a client is: what a verifier returns.

    Attributes:
        subject: the user, or whatever else the credential belongs to.
        scopes: what it may do, as the scopes of the document say it.
        expires_at: when it ends, in seconds since the epoch; `None` for never.
        claims: whatever else your handlers should know. It is not in the `repr`.

    Raises:
        TypeError: a value is of another type.
        ValueError: `expires_at` is no point in time.
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
    """Whether an identity is made of what it must be: a subclass might not look at it."""
    try:
        Identity(identity.subject, identity.scopes, identity.expires_at, identity.claims)
    except Exception:  # noqa: BLE001  # fail closed, whatever it is
        return False
    return isinstance(identity.scopes, frozenset)


def _kind(value: object) -> str:
    return type(value).__name__
