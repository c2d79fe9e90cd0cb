"""JSON Web Tokens, verified by PyJWT."""

from __future__ import annotations

import logging
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.security.claims import UnsuitableToken, check_times, identity_of, object_in
from asyncapi_guard.security.credentials import ForText
from asyncapi_guard.security.published_keys import PublishedKeys, checked_url
from asyncapi_guard.security.token_keys import (
    checked_algorithms,
    fixed_keys,
    is_symmetric,
    key_for,
    pyjwt,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.guard.identity import Identity
    from asyncapi_guard.integrations.handshake import Handshake
    from asyncapi_guard.security.token_keys import TokenKey

__all__ = ["jwt"]

_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
#: How long tokens are that anybody needs.
_LONGEST = 16_384
_LONG_LEEWAY, _LONG_LIFESPAN = 300, 86_400


class _Keys(Protocol):
    """A source of keys."""

    def find(self, algorithm: str, kid: str | None) -> TokenKey | None:
        """The key of a token."""
        ...


class _FixedKeys:
    """Keys that the application passed."""

    def __init__(self, keys: Sequence[TokenKey]) -> None:
        self._keys = keys

    def find(self, algorithm: str, kid: str | None) -> TokenKey | None:
        """The key of a token."""
        return key_for(self._keys, algorithm, kid)


class _Expected:
    """The requirements for tokens.

    Attributes:
        audience: the accepted audiences; `None` accepts only tokens without one.
        issuer: the accepted issuers; `None` accepts any.
        leeway: the number of seconds that clocks can differ.
        require: the required claims.
    """

    __slots__ = ("audience", "issuer", "leeway", "require", "scopes_claim", "subject_claim")

    def __init__(
        self, audience: Any, issuer: Any, leeway: Any, require: Any, subject: Any, scopes: Any
    ) -> None:
        self.audience: list[str] | None = _names(audience, "audience")
        self.issuer: list[str] | None = _names(issuer, "issuer")
        self.leeway: float = _seconds(leeway, "leeway", least=0)
        self.require: list[str] = _names(require, "require") or []
        self.subject_claim: str = _name(subject, "subject_claim")
        self.scopes_claim: str | None = None if scopes is None else _name(scopes, "scopes_claim")


class _WebTokens(ForText):
    """A verifier of tokens."""

    __name__ = "jwt"

    def __init__(self, keys: _Keys, algorithms: Sequence[str], expected: _Expected) -> None:
        self._keys = keys
        self._algorithms = algorithms
        self._expected = expected

    def __call__(self, credential: Any, handshake: Handshake) -> Identity | None:  # noqa: ARG002  # what verifiers get
        pyjwt_error = pyjwt().PyJWTError
        try:
            return self._identity(credential)
        except UnsuitableToken as error:
            write(logging.DEBUG, "a token is rejected: %s", error)
        except pyjwt_error as error:  # not its text, which may quote the token
            write(logging.DEBUG, "a token is rejected: %s", type(error).__name__)
        return None

    def _identity(self, token: Any) -> Identity:
        if not isinstance(token, str) or len(token) > _LONGEST or not _TOKEN.fullmatch(token):
            raise UnsuitableToken("it isn't a signed JSON Web Token, or is too long")
        head, body, _ = token.split(".")
        key = self._key_of(object_in(_decoded(head)))
        claims = object_in(_decoded(body))  # as PyJWT reads it, if no name comes twice
        check_times(claims)
        expected = self._expected
        pyjwt().decode(
            token,
            key.material,
            [key.algorithm],
            audience=expected.audience,
            issuer=expected.issuer,
            leeway=expected.leeway,
            options={"require": expected.require},
        )
        return identity_of(
            claims,
            subject_claim=expected.subject_claim,
            scopes_claim=expected.scopes_claim,
            leeway=expected.leeway,
        )

    def _key_of(self, header: Mapping[str, Any]) -> TokenKey:
        algorithm, kid = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in self._algorithms:
            raise UnsuitableToken("its algorithm isn't accepted")
        if "crit" in header or "b64" in header:
            raise UnsuitableToken("its header requires an extension")
        if kid is not None and not isinstance(kid, str):
            raise UnsuitableToken("the name of its key isn't a string")
        key = self._keys.find(algorithm, kid)
        if key is None:
            raise UnsuitableToken("its key is unknown")
        return key


def jwt(  # noqa: PLR0913  # options of one thing, all by name
    *,
    algorithms: Iterable[str],
    key: str | bytes | Mapping[str, Any] | None = None,
    jwks_url: str | None = None,
    audience: str | Iterable[str] | None = None,
    issuer: str | Iterable[str] | None = None,
    leeway: float = 0,
    require: Iterable[str] = ("exp",),
    subject_claim: str = "sub",
    scopes_claim: str | None = None,
    jwks_lifespan: float = 300,
) -> _WebTokens:
    """Make a verifier of JSON Web Tokens: for schemes `http` bearer, `oauth2` and `openIdConnect`.

    The identity has the subject, the scopes, the end and all claims of the token. Pass `key` or
    `jwks_url`.

    Args:
        algorithms: the accepted algorithms of signatures, such as `["RS256"]`.
        key: the secret, the public key as PEM, or a JSON Web Key or a set of them.
        jwks_url: the URL of the issuer's keys. They are fetched when the first client connects, and
            again when a token names an unknown key, but at most twice a minute.
        audience: the name of your server, or several names, one of which a token must have as its
            audience. By default, only tokens without an audience are accepted.
        issuer: the issuer of the tokens, or several. By default, any.
        leeway: the number of seconds that clocks can differ. A token stays valid for so long after
            it expires.
        require: the claims that a token must have.
        subject_claim: the claim that becomes the subject.
        scopes_claim: the claim that has the scopes, as a list or a string with spaces. Defaults to
            `scope`, or else `scp`.
        jwks_lifespan: the number of seconds that the keys at `jwks_url` are valid.

    Raises:
        InstallationError: PyJWT isn't installed.
        TypeError: an option of the wrong type.
        ValueError: an invalid option, or an option that would accept any client.
    """
    accepted = checked_algorithms(algorithms)
    expected = _Expected(audience, issuer, leeway, require, subject_claim, scopes_claim)
    lifespan = _seconds(jwks_lifespan, "jwks_lifespan", least=1)
    if (key is None) == (jwks_url is None):
        raise ValueError("jwt needs either key or jwks_url")
    keys: _Keys
    if jwks_url is None:
        keys = _FixedKeys(fixed_keys(key, accepted))
    elif is_symmetric(accepted[0]):
        raise ValueError(
            "algorithms has HMAC, but the keys at jwks_url are public; pass the secret as key="
        )
    else:
        keys = PublishedKeys(checked_url(jwks_url), accepted, lifespan)
    for weakness in _weaknesses(accepted, expected, lifespan):
        write(logging.WARNING, "security.jwt: %s", weakness)
    return _WebTokens(keys, accepted, expected)


def _weaknesses(algorithms: Sequence[str], expected: _Expected, lifespan: float) -> Iterable[str]:
    """Return warnings about options that accept more than you might expect."""
    if not is_symmetric(algorithms[0]):
        if expected.audience is None:
            yield "without audience=, tokens that the issuer made for other servers are accepted"
        if expected.issuer is None:
            yield "without issuer=, tokens of every issuer that shares the keys are accepted"
    if "exp" not in expected.require:
        yield "require= has no 'exp', so tokens that never expire are accepted"
    if expected.leeway > _LONG_LEEWAY:
        yield f"with leeway={expected.leeway:g}, tokens are accepted long after they expire"
    if lifespan > _LONG_LIFESPAN:
        yield f"with jwks_lifespan={lifespan:g}, revoked keys stay valid for a long time"


def _decoded(segment: str) -> bytes:
    """Decode a part of a token."""
    try:
        return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise UnsuitableToken("it isn't valid base64url") from None


def _seconds(given: Any, option: str, *, least: float) -> float:
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise TypeError(f"{option} must be a number of seconds, not {type(given).__name__}")
    if not least <= given < float("inf"):
        raise ValueError(f"{option} must be at least {least} seconds, not {given}")
    return given


def _name(given: Any, option: str) -> str:
    if not isinstance(given, str):
        raise TypeError(f"{option} must be a string, not {type(given).__name__}")
    if not given:
        raise ValueError(f"{option} is empty")
    return given


def _names(given: Any, option: str) -> list[str] | None:
    if given is None or isinstance(given, str):
        return None if given is None else [_name(given, option)]
    if isinstance(given, (bytes, Mapping)) or not isinstance(given, Iterable):
        raise TypeError(
            f"{option} must be a string or a list of strings, not {type(given).__name__}"
        )
    found = [_name(each, option) for each in given]
    if not found and option != "require":
        raise ValueError(f"{option} is empty")
    return found
