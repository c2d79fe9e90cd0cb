"""The keys that verify the signatures of tokens, each for the algorithms that it fits.

A key is bound to an algorithm by its type when it is read. So a token can choose one of the
application's algorithms, but never how a key is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from asyncapi_guard.extras import missing_extra

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

__all__ = ["TokenKey", "checked_algorithms", "fixed_keys", "is_symmetric", "key_for", "published"]

_SYMMETRIC = "HS"
#: Bits of the shortest RSA key.
_SHORTEST_RSA = 2048


class TokenKey:
    """A key for one algorithm.

    Attributes:
        kid: its name in a set of keys; `None` without one.
        algorithm: the algorithm, such as `RS256`.
        material: the key in the form that PyJWT needs.
    """

    __slots__ = ("algorithm", "kid", "material")

    def __init__(self, kid: str | None, algorithm: str, material: Any) -> None:
        self.kid: str | None = kid
        self.algorithm: str = algorithm
        self.material: Any = material


def pyjwt() -> ModuleType:
    """Import PyJWT.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import jwt
    except ImportError:
        raise missing_extra("security.jwt", "PyJWT", "jwt") from None
    return jwt


def is_symmetric(algorithm: str) -> bool:
    """Return whether the same key signs and verifies tokens."""
    return algorithm.startswith(_SYMMETRIC)


def checked_algorithms(given: Any) -> tuple[str, ...]:
    """Check the algorithms that an application accepts.

    Raises:
        MissingExtraError: what they need is not installed.
        TypeError: they are something else.
        ValueError: one is unknown, none is named, or some are for secrets and some for public keys.
    """
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise TypeError(f"algorithms must be a list, such as ['RS256'], not {type(given).__name__}")
    algorithms = tuple(dict.fromkeys(given))
    if not algorithms:
        raise ValueError("algorithms needs at least one algorithm, such as 'RS256'")
    known = _known_algorithms()
    for name in algorithms:
        if name not in known:
            raise ValueError(
                f"algorithms doesn't support {name!r}; use one of {', '.join(sorted(known))}"
            )
    if len({is_symmetric(name) for name in algorithms}) > 1:
        raise ValueError(
            "algorithms mixes HMAC with public-key signatures, so anyone could sign tokens with "
            "the public key; make two verifiers"
        )
    return algorithms


def _known_algorithms() -> Mapping[str, Any]:
    algorithms = pyjwt().algorithms
    if not algorithms.has_crypto:
        raise missing_extra("security.jwt", "cryptography", "jwt")
    known: dict[str, Any] = algorithms.get_default_algorithms()
    return {name: known[name] for name in known if name != "none"}


# -- reading keys ----------------------------------------------------------------------------------


def fixed_keys(given: Any, algorithms: Sequence[str]) -> tuple[TokenKey, ...]:
    """Read the keys that an application passes.

    Args:
        given: a secret, the text of a PEM file, or a JSON Web Key or a set of them, as text or as a
            mapping.
        algorithms: the algorithms that the application accepts.

    Raises:
        TypeError: keys of another type.
        ValueError: an algorithm without a key, or with a key that is too short.
    """
    if isinstance(given, (str, bytes)):
        given = _as_json(given) or given
    if isinstance(given, Mapping):
        found = tuple(_in_set(given if "keys" in given else {"keys": [given]}, algorithms))
    elif isinstance(given, (str, bytes)):
        if not given:
            raise ValueError("key is empty")
        found = tuple(TokenKey(None, name, _material(given, name)) for name in algorithms)
    else:
        raise TypeError(f"key must be a string, bytes or a mapping, not {type(given).__name__}")
    for name in algorithms:
        if not any(key.algorithm == name for key in found):
            raise ValueError(f"key has no key for the algorithm {name}")
    for key in found:
        weakness = _weakness(key)
        if weakness:
            raise ValueError(f"key is too short for {key.algorithm}: {weakness}")
    return found


def published(document: Any, algorithms: Sequence[str]) -> tuple[TokenKey, ...]:
    """Return the issuer's published keys that fit the algorithms and are long enough.

    Raises:
        ValueError: data that isn't a JSON Web Key Set.
    """
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("the response isn't a JSON Web Key Set")  # noqa: TRY004  # what came is wrong, not the call
    return tuple(key for key in _in_set(document, algorithms) if not _weakness(key))


def _as_json(text: str | bytes) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _in_set(document: Mapping[str, Any], algorithms: Sequence[str]) -> Iterator[TokenKey]:
    for each in document["keys"]:
        if not isinstance(each, Mapping) or not _verifies(each):
            continue
        kid = each.get("kid")
        for name in algorithms:
            material = _material_in(each, name)
            if material is not None and isinstance(kid, (str, type(None))):
                yield TokenKey(kid, name, material)


def _verifies(key: Mapping[str, Any]) -> bool:
    """Return whether a JSON Web Key is for signatures."""
    uses = key.get("key_ops")
    listed = not isinstance(uses, list) or "verify" in uses or "sign" in uses
    return listed and key.get("use", "sig") == "sig"


def _material_in(key: Mapping[str, Any], algorithm: str) -> Any:
    """Return the material of a JSON Web Key; `None` if its type doesn't fit the algorithm."""
    if key.get("alg", algorithm) != algorithm:
        return None
    known = _known_algorithms()[algorithm]
    try:
        return _public(known.prepare_key(known.from_jwk(dict(key))))
    except Exception:  # noqa: BLE001  # whatever is wrong with it, it is no key for this
        return None


def _material(text: str | bytes, algorithm: str) -> Any:
    try:
        return _public(_known_algorithms()[algorithm].prepare_key(text))
    except Exception:  # noqa: BLE001  # not its words, which may quote the key
        kind = "a secret" if is_symmetric(algorithm) else "a public key, as PEM"
        raise ValueError(f"key does not fit {algorithm}, which needs {kind}") from None


def _public(material: Any) -> Any:
    """Return the public half of a private key."""
    return material.public_key() if hasattr(material, "private_bytes") else material


def _weakness(key: TokenKey) -> str | None:
    """Return why a key is too short; `None` if it is as long as RFC 7518 requires (3.2 and 3.3)."""
    if isinstance(key.material, bytes):
        least = int(key.algorithm.removeprefix(_SYMMETRIC)) // 8
        if len(key.material) < least:
            return f"it needs at least {least} bytes; secrets.token_hex({least}) generates them"
    elif (
        getattr(key.material, "key_size", _SHORTEST_RSA) < _SHORTEST_RSA
        and key.algorithm[0] in "RP"
    ):
        return f"it needs at least {_SHORTEST_RSA} bits"
    return None


# -- choosing one ----------------------------------------------------------------------------------


def key_for(keys: Sequence[TokenKey], algorithm: str, kid: str | None) -> TokenKey | None:
    """Return the key of a token; `None` unless exactly one fits.

    Args:
        keys: all keys.
        algorithm: the algorithm of the token's signature.
        kid: the name of the key in the token.
    """
    fitting = [key for key in keys if key.algorithm == algorithm]
    if kid is not None and any(key.kid is not None for key in keys):
        fitting = [key for key in fitting if key.kid == kid]
    return fitting[0] if len(fitting) == 1 else None
