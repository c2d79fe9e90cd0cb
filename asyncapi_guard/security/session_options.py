"""Options that the verifiers of sessions share in all frameworks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["checked_key", "checked_scopes", "checked_seconds", "subject_in"]


def subject_in(session: Mapping[str, Any], key: str) -> str | None:
    """Return the user in a session, a string or an integer, or `None`."""
    found = session.get(key)
    if isinstance(found, bool) or not isinstance(found, (str, int)):
        return None
    return str(found) or None


def checked_key(given: Any) -> str:
    """Check the session key of the user.

    Raises:
        TypeError: a key that isn't a string.
    """
    if not isinstance(given, str):
        raise TypeError(f"key must be the name of the user in the session, not {_kind(given)}")
    return given


def checked_scopes(given: Any) -> Callable[[Any], Iterable[str]]:
    """Check the function that returns scopes; the default returns none.

    Raises:
        TypeError: an object that isn't a function.
    """
    found: Callable[[Any], Iterable[str]] = (lambda _: ()) if given is None else given
    if not callable(found):
        raise TypeError(f"scopes must be a function, not {_kind(given)}")
    return found


def checked_seconds(given: Any) -> float | None:
    """Check the lifetime of an identity.

    Raises:
        TypeError: a lifetime that isn't a number.
        ValueError: a lifetime that isn't positive and finite.
    """
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise TypeError(f"expires_in must be a number of seconds, not {_kind(given)}")
    if not 0 < given < float("inf"):
        raise ValueError(f"expires_in must be more than 0 seconds, not {given}")
    return float(given)


def _kind(value: object) -> str:
    return type(value).__name__
