"""The identity of a client, from the validated claims of a token."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

from asyncapi_guard.guard.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["UnsuitableToken", "check_times", "identity_of", "object_in"]

#: Points in time.
_TIMES = ("exp", "nbf", "iat")
#: Where issuers put scopes.
_SCOPES = ("scope", "scp")


class UnsuitableToken(Exception):
    """Raised when a token is rejected; the message quotes nothing of the token."""


def object_in(text: bytes) -> dict[str, Any]:
    """Parse a JSON object.

    Raises:
        UnsuitableToken: invalid JSON, another type than an object, or a duplicate name.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise UnsuitableToken("its parts aren't JSON") from None
    if not isinstance(value, dict):
        raise UnsuitableToken("its parts aren't JSON objects")
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnsuitableToken("it has a duplicate name")
    return found


def _no_constant(name: str) -> NoReturn:  # noqa: ARG001  # what `json` calls it with
    raise ValueError


def check_times(claims: Mapping[str, Any]) -> None:
    """Check that points in time are numbers.

    Raises:
        UnsuitableToken: a point in time that isn't a number.
    """
    for name in _TIMES:
        if name in claims and not _is_time(claims[name]):
            raise UnsuitableToken(f"its {name} isn't a point in time")


def identity_of(
    claims: Mapping[str, Any], *, subject_claim: str, scopes_claim: str | None, leeway: float
) -> Identity:
    """Return the identity that claims describe.

    Args:
        claims: the claims of a token whose signature and times are valid.
        subject_claim: the name of the claim with the subject.
        scopes_claim: the name of the claim with the scopes; `None` for `scope` or `scp`.
        leeway: the number of seconds that a token stays valid after it expires.

    Raises:
        UnsuitableToken: a claim of the wrong type.
    """
    subject = claims.get(subject_claim)
    if not isinstance(subject, str) or not subject:
        raise UnsuitableToken("its subject isn't a string")
    end = int(claims["exp"]) + leeway if "exp" in claims else None  # as PyJWT has it
    scopes = _scopes_in(claims, _SCOPES if scopes_claim is None else (scopes_claim,))
    return Identity(subject, scopes, end, claims)


def _is_time(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # an integer of hundreds of digits
        return False


def _scopes_in(claims: Mapping[str, Any], names: tuple[str, ...]) -> frozenset[str]:
    found = next((claims[name] for name in names if name in claims), ())
    if isinstance(found, str):
        return frozenset(found.split())
    if isinstance(found, (list, tuple)) and all(isinstance(each, str) for each in found):
        return frozenset(found)
    raise UnsuitableToken("its scopes aren't a list of names")
