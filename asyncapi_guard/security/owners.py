"""Whose a secret is, as an application writes that down."""

from __future__ import annotations

from asyncapi_guard.guard.identity import Identity

__all__ = ["identity_named"]


def identity_named(whose: object, option: str) -> Identity:
    """An identity, or the one of a subject without scopes.

    Raises:
        TypeError: it is something else.
        ValueError: the subject is empty.
    """
    if isinstance(whose, str):
        whose = Identity(whose)
    if not isinstance(whose, Identity):
        kind = type(whose).__name__
        raise TypeError(f"{option} takes names or identities as its keys, not a {kind}")
    if not whose.subject:
        raise ValueError(f"{option} has a key whose name is empty")
    return whose
