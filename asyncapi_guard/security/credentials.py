"""For which security schemes a verifier can be: what it reads is what a scheme gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.guard.credentials import source_of

if TYPE_CHECKING:
    from asyncapi_guard.contract import SecurityScheme

__all__ = ["ForText", "ForUsers"]

_USERS = "user and password"
_NOTHING = "nothing but the handshake"


def _given_by(scheme: SecurityScheme) -> str:
    """What the verifier of a scheme gets, in words; empty for a text."""
    if not source_of(scheme):
        return _NOTHING
    is_of_users = scheme.type == "userPassword" or scheme.scheme == "basic"
    return _USERS if is_of_users else ""


class ForText:
    """A verifier that reads one text: a token, a key, the value of a cookie."""

    def unfit(self, scheme: SecurityScheme) -> str | None:
        """Why this is no verifier of a scheme; `None` if it is one."""
        given = _given_by(scheme)
        return f"it reads a token, a key or a cookie, and gets {given}" if given else None


class ForUsers:
    """A verifier that reads a user and a password."""

    def unfit(self, scheme: SecurityScheme) -> str | None:
        """Why this is no verifier of a scheme; `None` if it is one."""
        given = _given_by(scheme)
        if given == _USERS:
            return None
        return f"it reads user and password, and gets {given or 'a token, a key or a cookie'}"
