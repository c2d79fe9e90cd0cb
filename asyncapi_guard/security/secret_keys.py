"""API keys, stored as digests only.

A client's key is compared with all keys, each in constant time. So the duration reveals nothing
about any of them.
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
    """A verifier that knows the owners of keys."""

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
        keys: the keys by owner. An owner is a name, or an `Identity` that also has scopes, with one
            key, or with several while you replace old ones. A key is plain text, or `sha256:` and
            the 64 hexadecimal digits of its SHA-256 digest.

    Raises:
        TypeError: an argument of the wrong type.
        ValueError: no keys, or a key that is empty, belongs to two owners, or isn't a digest after
            `sha256:`.
    """
    if not isinstance(keys, Mapping):
        raise TypeError(f"api_keys needs a mapping of owners to keys, not a {type(keys).__name__}")
    owners: dict[bytes, Identity] = {}
    for whose, secrets in keys.items():
        owner = identity_named(whose, "api_keys")
        for key in [secrets] if isinstance(secrets, str) else _several(secrets, owner):
            digest = _digest_of(key, owner)
            if owners.setdefault(digest, owner) is not owner:
                other = owners[digest].subject
                raise ValueError(f"{other!r} and {owner.subject!r} have the same API key")
    if not owners:
        raise ValueError("api_keys needs at least one key")
    return _APIKeys(owners)


def _several(secrets: Any, owner: Identity) -> Iterable[Any]:
    if isinstance(secrets, (bytes, Mapping)) or not isinstance(secrets, Iterable):
        kind = type(secrets).__name__
        raise TypeError(
            f"the API key of {owner.subject!r} must be a string, or a list of strings, not {kind}"
        )
    return secrets


def _digest_of(key: Any, owner: Identity) -> bytes:
    if not isinstance(key, str):
        raise TypeError(
            f"the API key of {owner.subject!r} must be a string, not {type(key).__name__}"
        )
    if not key:
        raise ValueError(f"the API key of {owner.subject!r} is empty")
    if key.startswith(_HASHED):
        digits = _DIGEST.fullmatch(key)
        if digits is None:
            raise ValueError(
                f"the API key of {owner.subject!r} must have 64 hexadecimal digits after {_HASHED}"
            )
        digest = bytes.fromhex(digits[1])
        if digest == _NOTHING:
            raise ValueError(f"the API key of {owner.subject!r} is the digest of an empty string")
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
    """Return the digests of the possible spellings of a key: WSGI decodes headers as Latin-1."""
    found = [_digest(shown)]
    with suppress(UnicodeEncodeError):
        found.append(hashlib.sha256(shown.encode("latin-1")).digest())
    return found
