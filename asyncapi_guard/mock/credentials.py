"""The clients that a mock accepts: any well-formed credential, or the listed credentials.

The guard reads credentials and refuses those that are missing or malformed. What is left to say
here is whose they are. A JSON Web Token says that itself, and when that ends; its signature is not
checked.
"""

from __future__ import annotations

import base64
import hmac
import json
import math
import re
import time
from typing import TYPE_CHECKING, Any

from asyncapi_guard.guard.credentials import source_of
from asyncapi_guard.guard.identity import Identity, UserPassword
from asyncapi_guard.guard.security import used_schemes
from asyncapi_guard.mock.rules import Listed
from asyncapi_guard.spec.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from asyncapi_guard.contract import Contract, SecurityScheme

__all__ = ["check_listed", "read_listed", "unchecked_schemes", "verifiers_of"]

#: What a token may be made of (RFC 6750), in the auth as in a header.
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")


def read_listed(text: str) -> Listed:
    """A credential as the command line has it: `SCHEME=VALUE`.

    Raises:
        ValueError: it is none. The message does not quote it.
    """
    scheme, equals, credential = text.partition("=")
    if not scheme or not equals or not credential:
        raise ValueError(
            "a credential must be SCHEME=VALUE, with the name of a security scheme and a token, a "
            "key, "
            "or USER:PASSWORD"
        )
    return Listed(scheme, credential)


def check_listed(listed: Listed, contract: Contract) -> str | None:
    """What is wrong with a credential; `None` for nothing."""
    schemes = _by_name(contract)
    if listed.scheme not in schemes:
        near = nearest(listed.scheme, list(schemes))
        known = f"; there are {', '.join(sorted(schemes))}" if schemes else "; it requires none"
        return f"the document has no security scheme {listed.scheme!r}{near or known}"
    for scheme in schemes[listed.scheme]:
        source = source_of(scheme)
        if not source:
            return f"a mock cannot check what the security scheme {listed.scheme!r} requires"
        if source == ("user",) and ":" not in listed.credential:
            return (
                f"the credential of {listed.scheme!r} must be a user and a password, as "
                "USER:PASSWORD"
            )
    return None


def unchecked_schemes(contract: Contract) -> list[str]:
    """The names of schemes whose credentials are nowhere that a document can name."""
    return [
        name for name, schemes in _by_name(contract).items() if not all(map(source_of, schemes))
    ]


def verifiers_of(
    contract: Contract, listed: Iterable[Listed]
) -> Mapping[str, Callable[..., Identity | None]]:
    """A verifier for each security scheme that clients are known by.

    Args:
        contract: what has the schemes.
        listed: the credentials that are right; for a scheme without one, all that are well formed.
    """
    known = list(listed)
    return {
        name: _verifier(schemes, [each for each in known if each.scheme == name])
        for name, schemes in _by_name(contract).items()
    }


def _by_name(contract: Contract) -> dict[str, list[SecurityScheme]]:
    found: dict[str, list[SecurityScheme]] = {}
    for scheme in used_schemes(contract):
        found.setdefault(scheme.name, []).append(scheme)
    return found


def _verifier(
    schemes: list[SecurityScheme], listed: list[Listed]
) -> Callable[..., Identity | None]:
    scopes = frozenset(scope for scheme in schemes for scope in scheme.scopes)
    takes_tokens = all(source_of(scheme) == ("token",) for scheme in schemes)

    def verify(credential: Any, _handshake: Any) -> Identity | None:
        """Say whose a credential is."""
        if listed:
            return _of_listed(credential, listed, scopes)
        if takes_tokens:
            return _of_token(credential, scopes)
        if isinstance(credential, UserPassword):
            return Identity(credential.username, scopes)
        return Identity("mock", scopes)

    return verify


def _of_listed(credential: Any, listed: list[Listed], scopes: frozenset[str]) -> Identity | None:
    shown = ":".join(credential) if isinstance(credential, UserPassword) else str(credential)
    found = None
    for each in listed:  # all of them, so that the time says nothing
        if hmac.compare_digest(shown.encode(), each.credential.encode()):
            found = each
    if found is None:
        return None
    ends = None if found.expires is None else time.time() + found.expires
    return Identity(
        found.subject, scopes if found.scopes is None else frozenset(found.scopes), ends
    )


def _of_token(token: str, scopes: frozenset[str]) -> Identity | None:
    if not _TOKEN.fullmatch(token):
        return None
    claims = _claims(token)
    if claims is None:
        return Identity("mock", scopes)
    subject, ends, own = claims.get("sub"), claims.get("exp"), claims.get("scope")
    finite = isinstance(ends, (int, float)) and not isinstance(ends, bool) and math.isfinite(ends)
    if ends is not None and not finite:
        return None
    return Identity(
        subject if isinstance(subject, str) else "mock",
        frozenset(own.split()) if isinstance(own, str) else scopes,
        ends,
    )


def _claims(token: str) -> dict[str, Any] | None:
    """What a JSON Web Token says; `None` for any other."""
    parts = token.split(".")
    if len(parts) != 3 or not all(map(_SEGMENT.fullmatch, parts[:2])):
        return None
    try:
        header, claims = (
            json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            for part in parts[:2]
        )
    except (ValueError, RecursionError):
        return None
    whole = isinstance(header, dict) and "alg" in header and isinstance(claims, dict)
    return claims if whole else None
