"""The security schemes that a verifier fits, by the kind of credential that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.guard.credentials import source_of

if TYPE_CHECKING:
    from asyncapi_guard.contract import SecurityScheme

__all__ = ["ForText", "ForUsers"]

_USERS = "user and password"
_NOTHING = "nothing but the handshake"


def _given_by(scheme: SecurityScheme) -> str:
    """Describe what a scheme passes to its verifier; an empty string for a text."""
    if not source_of(scheme):
        return _NOTHING
    is_of_users = scheme.type == "userPassword" or scheme.scheme == "basic"
    return _USERS if is_of_users else ""


class ForText:
    """A verifier that reads one string: a token, a key, or the value of a cookie."""

    def unfit(self, scheme: SecurityScheme) -> str | None:
        """Why this is no verifier of a scheme; `None` if it is one."""
        given = _given_by(scheme)
        return (
            f"it reads a token, a key or a cookie, but the scheme passes {given}" if given else None
        )


class ForUsers:
    """A verifier that reads a user and a password."""

    def unfit(self, scheme: SecurityScheme) -> str | None:
        """Why this is no verifier of a scheme; `None` if it is one."""
        given = _given_by(scheme)
        if given == _USERS:
            return None
        return (
            "it reads a user and a password, but the scheme passes "
            f"{given or 'a token, a key or a cookie'}"
        )
