"""API keys, of which the server keeps digests only.

Whichever key is shown, it is compared with all of them, each in constant time. So how long that
takes says nothing about any of them.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.security.credentials import ForText
from asyncapi_guard.security.owners import identity_named

if TYPE_CHECKING:
    from asyncapi_guard.guard.identity import Identity
    from asyncapi_guard.integrations.handshake import Handshake

__all__ = ["api_keys"]

_HASHED = "sha256:"
_DIGEST = re.compile(r"sha256:([0-9a-fA-F]{64})")
_NOTHING = hashlib.sha256(b"").digest()
#: Shorter keys can be found by trying.
_SHORTEST = 16


class _APIKeys(ForText):
    """Knows the owners of keys."""

    __name__ = "api_keys"

    def __init__(self, owners: dict[bytes, Identity]) -> None:
        self._owners = tuple(owners.items())

    def __call__(self, credential: Any, handshake: Handshake) -> Identity | None:  # noqa: ARG002  # what verifiers get
        if not isinstance(credential, str):
            return None
        found = None
        for shown in _spellings(credential):
            for digest, owner in self._owners:
                if hmac.compare_digest(shown, digest):
                    found = owner
        return found


def api_keys(keys: Mapping[str | Identity, str | Iterable[str]]) -> _APIKeys:
    """Make a verifier of API keys: for schemes `apiKey`, `httpApiKey` and `http` bearer.

    Only digests of the keys are kept.

    Args:
        keys: whose key is which. On the left, a name, or an `Identity` that also has scopes. On the
            right, a key, or several while old ones are replaced. A key is written as it is, or as
            `sha256:` and the 64 hexadecimal digits of its SHA-256 digest.

    Raises:
        TypeError: something is of another type.
        ValueError: a key is empty, belongs to two, or is no digest after `sha256:`; or there is
            none at all.
    """
    if not isinstance(keys, Mapping):
        raise TypeError(f"api_keys takes keys by their owners, not a {type(keys).__name__}")
    owners: dict[bytes, Identity] = {}
    for whose, secrets in keys.items():
        owner = identity_named(whose, "api_keys")
        for key in [secrets] if isinstance(secrets, str) else _several(secrets, owner):
            digest = _digest_of(key, owner)
            if owners.setdefault(digest, owner) is not owner:
                other = owners[digest].subject
                raise ValueError(f"{other!r} and {owner.subject!r} have the same API key")
    if not owners:
        raise ValueError("api_keys takes one key at least")
    return _APIKeys(owners)


def _several(secrets: Any, owner: Identity) -> Iterable[Any]:
    if isinstance(secrets, (bytes, Mapping)) or not isinstance(secrets, Iterable):
        kind = type(secrets).__name__
        raise TypeError(f"the API key of {owner.subject!r} is text, or several texts, not {kind}")
    return secrets


def _digest_of(key: Any, owner: Identity) -> bytes:
    if not isinstance(key, str):
        raise TypeError(f"the API key of {owner.subject!r} is text, not {type(key).__name__}")
    if not key:
        raise ValueError(f"the API key of {owner.subject!r} is empty")
    if key.startswith(_HASHED):
        digits = _DIGEST.fullmatch(key)
        if digits is None:
            raise ValueError(
                f"the API key of {owner.subject!r} has no 64 hexadecimal digits after {_HASHED}"
            )
        digest = bytes.fromhex(digits[1])
        if digest == _NOTHING:
            raise ValueError(f"the API key of {owner.subject!r} is the digest of an empty text")
        return digest
    if len(key) < _SHORTEST:
        write(
            logging.WARNING,
            "the API key of %r is shorter than %d characters, so it can be guessed: "
            "python -c 'import secrets; print(secrets.token_urlsafe())' makes a better one",
            owner.subject,
            _SHORTEST,
        )
    return _digest(key)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _spellings(shown: str) -> list[bytes]:
    """The digests of what a client may mean: WSGI has each byte of a header as a character."""
    found = [_digest(shown)]
    with suppress(UnicodeEncodeError):
        found.append(hashlib.sha256(shown.encode("latin-1")).digest())
    return found
