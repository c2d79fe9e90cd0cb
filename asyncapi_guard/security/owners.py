"""The owners of secrets, as an application passes them."""

from __future__ import annotations

from asyncapi_guard.guard.identity import Identity

__all__ = ["identity_named"]


def identity_named(whose: object, option: str) -> Identity:
    """Return an identity, or make one from a subject, without scopes.

    Raises:
        TypeError: another type.
        ValueError: an empty subject.
    """
    if isinstance(whose, str):
        whose = Identity(whose)
    if not isinstance(whose, Identity):
        kind = type(whose).__name__
        raise TypeError(f"the keys of {option} must be names or identities, not a {kind}")
    if not whose.subject:
        raise ValueError(f"{option} has a key with an empty name")
    return whose
