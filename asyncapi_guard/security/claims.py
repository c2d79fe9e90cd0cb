"""What the claims of a token say about a client, if they are what they should be."""

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
    """A token is rejected; the text says why, without anything of the token."""


def object_in(text: bytes) -> dict[str, Any]:
    """The object in a text of JSON.

    Raises:
        UnsuitableToken: it is no JSON, no object, or has a name twice; or a number is none of JSON.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise UnsuitableToken("it is not made of JSON") from None
    if not isinstance(value, dict):
        raise UnsuitableToken("it is not made of JSON objects")
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnsuitableToken("a name is in it twice")
    return found


def _no_constant(name: str) -> NoReturn:  # noqa: ARG001  # what `json` calls it with
    raise ValueError


def check_times(claims: Mapping[str, Any]) -> None:
    """See that points in time are numbers.

    Raises:
        UnsuitableToken: one is not.
    """
    for name in _TIMES:
        if name in claims and not _is_time(claims[name]):
            raise UnsuitableToken(f"its {name} is no point in time")


def identity_of(
    claims: Mapping[str, Any], *, subject_claim: str, scopes_claim: str | None, leeway: float
) -> Identity:
    """Who the claims are about.

    Args:
        claims: those of a token whose signature is right, and whose times are.
        subject_claim: which of them is the subject.
        scopes_claim: which of them are the scopes; `None` for `scope` or `scp`.
        leeway: for how many seconds after its end a token is still good.

    Raises:
        UnsuitableToken: a claim is of another type than it should be.
    """
    subject = claims.get(subject_claim)
    if not isinstance(subject, str) or not subject:
        raise UnsuitableToken("its subject is no text")
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
    raise UnsuitableToken("its scopes are no list of names")
