"""What verifiers of sessions share, whatever the framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["checked_seconds", "subject_in"]


def subject_in(session: Mapping[str, Any], key: str) -> str | None:
    """The user in a session, who is a text or an integer; `None` without one."""
    found = session.get(key)
    if isinstance(found, bool) or not isinstance(found, (str, int)):
        return None
    return str(found) or None


def checked_seconds(given: Any) -> float | None:
    """How long an identity lasts.

    Raises:
        TypeError: it is no number.
        ValueError: it is none of seconds.
    """
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise TypeError(f"expires_in takes seconds, not {type(given).__name__}")
    if not 0 < given < float("inf"):
        raise ValueError(f"expires_in must be some seconds, not {given}")
    return float(given)
