"""What verifiers of sessions share, whatever the framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["checked_key", "checked_scopes", "checked_seconds", "subject_in"]


def subject_in(session: Mapping[str, Any], key: str) -> str | None:
    """The user in a session, who is a text or an integer; `None` without one."""
    found = session.get(key)
    if isinstance(found, bool) or not isinstance(found, (str, int)):
        return None
    return str(found) or None


def checked_key(given: Any) -> str:
    """What a session has the user under.

    Raises:
        TypeError: it is no text.
    """
    if not isinstance(given, str):
        raise TypeError(f"key takes the name of the user in the session, not {_kind(given)}")
    return given


def checked_scopes(given: Any) -> Callable[[Any], Iterable[str]]:
    """The function that says which scopes somebody has; by default, none.

    Raises:
        TypeError: it is no function.
    """
    found: Callable[[Any], Iterable[str]] = (lambda _: ()) if given is None else given
    if not callable(found):
        raise TypeError(f"scopes takes a function, not {_kind(given)}")
    return found


def checked_seconds(given: Any) -> float | None:
    """How long an identity lasts.

    Raises:
        TypeError: it is no number.
        ValueError: it is none of seconds.
    """
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise TypeError(f"expires_in takes seconds, not {_kind(given)}")
    if not 0 < given < float("inf"):
        raise ValueError(f"expires_in must be some seconds, not {given}")
    return float(given)


def _kind(value: object) -> str:
    return type(value).__name__
