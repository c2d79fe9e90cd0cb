"""security.jwt: whose tokens are accepted, and which never are."""

from __future__ import annotations

import base64
import hmac
import json
import logging
import subprocess
import sys
import time
from functools import cache
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from asyncapi_guard import InstallationError, security
from asyncapi_guard.contract import SecurityScheme
from asyncapi_guard.guard.security import has_expired
from asyncapi_guard.security.token_keys import fixed_keys

SECRET = "c4n4ry" * 8
#: Everything but the signature.
EXPECTED: dict[str, Any] = {"audience": "chat", "issuer": "https://id.example"}


@cache
def private(algorithm: str) -> Any:
    if algorithm.startswith("HS"):
        return SECRET
    if algorithm[0] in "RP":
        return rsa.generate_private_key(65_537, 2048)
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1() if algorithm == "ES256" else ec.SECP384R1())


def pem(key: Any) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, form)


def public(algorithm: str) -> Any:
    key = private(algorithm)
    return key if isinstance(key, str) else pem(key)


def jwk(algorithm: str, **more: Any) -> dict[str, Any]:
    known = pyjwt.algorithms.get_default_algorithms()[algorithm]
    key = private(algorithm)
    found = known.to_jwk(known.prepare_key(key) if isinstance(key, str) else key.public_key())
    return {key: value for key, value in json.loads(found).items() if key != "key_ops"} | more


def claims(**more: Any) -> dict[str, Any]:
    made = {
        "sub": "ann",
        "exp": time.time() + 1000,
        "aud": "chat",
        "iss": "https://id.example",
        **more,
    }
    return {name: value for name, value in made.items() if value is not ...}


def part(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(body: Any, *, header: Any = None, secret: str = SECRET) -> str:
    """A token with a right signature by HS256, whatever is in it."""
    text = f"{part({'alg': 'HS256'} if header is None else header)}.{part(body)}"
    digest = hmac.digest(secret.encode(), text.encode(), "sha256")
    return f"{text}.{part(digest)}"


def verifier(**options: Any) -> Any:
    return security.jwt(**{"key": SECRET, "algorithms": ["HS256"], **EXPECTED, **options})


ALGORITHMS = ("HS256", "HS384", "RS256", "PS256", "ES256", "ES384", "EdDSA")


@pytest.mark.parametrize("form", ["text", "key", "set", "json"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_who_signs_a_token_is_known_by_the_key(algorithm: str, form: str) -> None:
    """Whatever form the key is written in; and no other algorithm of the same key will do."""
    one = jwk(algorithm, kid="one")
    forms = {"text": public(algorithm), "key": one, "set": {"keys": [one]}, "json": json.dumps(one)}
    verify = verifier(key=forms[form], algorithms=[algorithm])
    token = pyjwt.encode(claims(scope="a b"), private(algorithm), algorithm, {"kid": "one"})
    identity = verify(token, None)
    assert (identity.subject, identity.scopes) == ("ann", {"a", "b"})
    assert identity.claims["iss"] == "https://id.example"
    head, body, signature = token.split(".")
    assert verify(f"{head}.{body}.{part(b'0' * len(signature))}", None) is None
    assert verify(f"{head}.{part(claims(sub='eve'))}.{signature}", None) is None


def test_a_public_key_is_no_secret() -> None:
    """Neither where the verifier is made, nor in a token that says so."""
    for given in (pem(private("RS256")), jwk("RS256"), json.dumps(jwk("RS256"))):
        with pytest.raises(
            ValueError, match=r"^key (does not fit|has no key for the algorithm) HS256"
        ):
            verifier(key=given)
        verify = verifier(key=given, algorithms=["RS256"])
        secret = given if isinstance(given, bytes) else json.dumps(given).encode()
        assert verify(signed(claims(), secret=secret.decode()), None) is None
        assert verify(f"{part({'alg': 'none'})}.{part(claims())}.", None) is None
        assert verify(f"{part({'alg': 'none'})}.{part(claims())}.{part(b'0')}", None) is None


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"algorithms": []}, "algorithms needs at least one"),
        ({"algorithms": ["none"]}, "support 'none'"),
        ({"algorithms": ["HS256", "none"]}, "support 'none'"),
        ({"algorithms": ["HS256", "RS256"]}, "mixes HMAC"),
        ({"algorithms": ["hs256"]}, "support 'hs256'"),
        ({"key": ""}, "key is empty"),
        ({"key": b""}, "key is empty"),
        ({"key": "short"}, "key is too short for HS256: it needs at least 32 bytes"),
        ({"key": {"kty": "oct", "k": ""}}, "key (is too short|has no key)"),
        ({"key": {"keys": []}}, "key has no key for the algorithm HS256"),
        ({"key": None}, "key or jwks_url"),
        ({"jwks_url": "https://id.example"}, "key or jwks_url"),
        ({"key": None, "jwks_url": "https://id.example"}, "algorithms has HMAC"),
        ({"leeway": -1}, "leeway must be at least 0 seconds"),
        ({"leeway": float("nan")}, "leeway must be at least"),
        ({"audience": ""}, "audience is empty"),
        ({"audience": []}, "audience is empty"),
        ({"issuer": [""]}, "issuer is empty"),
        ({"subject_claim": ""}, "subject_claim is empty"),
        ({"jwks_lifespan": 0}, "jwks_lifespan must be at least"),
    ],
)
def test_options_that_let_anybody_in_are_errors(options: Any, text: str) -> None:
    """Where the verifier is made; and no key is quoted."""
    with pytest.raises(ValueError, match=text) as error:
        verifier(**options)
    assert "c4n4ry" not in str(error.value)


@pytest.mark.parametrize(
    "url", ["http://id.example/keys", "file:///etc/keys", "ftp://localhost/keys", "https:///k", "x"]
)
def test_keys_come_from_where_nobody_else_can_answer(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        security.jwt(jwks_url=url, algorithms=["RS256"])


@pytest.mark.parametrize(
    "options",
    [
        {"algorithms": "RS256"},
        {"algorithms": None},
        {"key": 7},
        {"leeway": "1"},
        {"leeway": True},
        {"audience": 7},
        {"audience": b"chat"},
        {"require": [7]},
        {"subject_claim": None},
        {"scopes_claim": 7},
        {"key": None, "jwks_url": 7, "algorithms": ["RS256"]},
    ],
)
def test_options_of_other_types_are_errors(options: Any) -> None:
    with pytest.raises(TypeError, match="must be"):
        verifier(**options)


def test_short_rsa_keys_are_errors(monkeypatch: Any) -> None:
    """As a longer one than ours would be, were more asked for."""
    given = public("RS256")
    monkeypatch.setattr("asyncapi_guard.security.token_keys._SHORTEST_RSA", 4096)
    with pytest.raises(ValueError, match="too short for RS256: it needs at least 4096 bits"):
        fixed_keys(given, ["RS256"])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"audience": None}, "without audience="),
        ({"issuer": None}, "without issuer="),
        ({"require": []}, "tokens that never expire"),
        ({"leeway": 301}, "leeway=301"),
        ({"jwks_lifespan": 90_000}, "jwks_lifespan=90000"),
    ],
)
def test_options_that_weaken_say_so(options: Any, text: str, caplog: Any) -> None:
    """And the usual ones say nothing."""
    verifier(key=public("ES256"), algorithms=["ES256"])
    assert caplog.text == ""
    verifier(key=public("ES256"), algorithms=["ES256"], **options)
    assert text in caplog.text


HUGE = 10**400
BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "ended": {"exp": 1},
    "ends never": {"exp": ...},
    "end is text": {"exp": "9999999999"},
    "end is negative": {"exp": -1},
    "end is true": {"exp": True},
    "end is nothing": {"exp": None},
    "end is a list": {"exp": [9999999999]},
    "end is NaN": {"exp": float("nan")},
    "end is infinite": {"exp": float("inf")},
    "end is huge": {"exp": HUGE},
    "begins later": {"nbf": 9999999999},
    "begin is text": {"nbf": "1"},
    "made later": {"iat": 9999999999},
    "made at true": {"iat": True},
    "another audience": {"aud": "mail"},
    "other audiences": {"aud": ["mail", "chat2"]},
    "audience is a number": {"aud": [7, "chat"]},
    "audience is an object": {"aud": {"chat": 1}},
    "part of the audience": {"aud": "cha"},
    "no audience": {"aud": ...},
    "another issuer": {"iss": "https://id.example.com"},
    "part of the issuer": {"iss": "https"},
    "issuer is a list": {"iss": ["https://id.example"]},
    "no issuer": {"iss": ...},
    "no subject": {"sub": ...},
    "empty subject": {"sub": ""},
    "subject is a number": {"sub": 7},
    "subject is a list": {"sub": ["ann"]},
    "scopes are a number": {"scope": 7},
    "scopes have a number": {"scp": ["a", 7]},
    "scopes are an object": {"scope": {"a": 1}},
    "scopes are nothing": {"scope": None},
}


@pytest.mark.parametrize("changed", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_claims_that_reject(changed: dict[str, Any], caplog: Any) -> None:
    """Though the signature is right; without an exception, and without a word of the token."""
    caplog.set_level(logging.DEBUG)
    token = signed(claims(**changed))
    assert verifier()(token, None) is None
    (line,) = caplog.records
    assert line.getMessage().startswith("a token is rejected: ")
    assert not any(text in caplog.text for text in (token.split(".")[1], "ann", "c4n4ry"))


@pytest.mark.parametrize(
    ("changed", "scopes"),
    [
        ({"scope": " a  b\t"}, {"a", "b"}),
        ({"scp": "a b"}, {"a", "b"}),
        ({"scp": ["a", "b c"]}, {"a", "b c"}),
        ({"scope": "a", "scp": ["b"]}, {"a"}),
        ({"scope": ""}, set()),
        ({"aud": ["mail", "chat"]}, set()),
        ({"nbf": 1, "iat": 1.5}, set()),
        ({"exp": 1e300}, set()),
    ],
)
def test_claims_that_do_not(changed: dict[str, Any], scopes: set[str]) -> None:
    assert verifier()(signed(claims(**changed)), None).scopes == scopes


def test_claims_have_the_names_that_you_say() -> None:
    verify = verifier(subject_claim="uid", scopes_claim="permissions", require=["exp", "jti"])
    given = claims(sub=..., uid="ann", permissions=["a"], scope="b", jti="1")
    identity = verify(signed(given), None)
    assert (identity.subject, identity.scopes) == ("ann", {"a"})
    assert verify(signed({**given, "uid": 7}), None) is None
    assert verify(signed({k: v for k, v in given.items() if k != "jti"}), None) is None


def test_the_identity_ends_when_the_token_is_no_longer_accepted() -> None:
    """With a leeway, both are later by that."""
    now = int(time.time())
    token = signed(claims(exp=now - 9.5))
    assert verifier()(token, None) is None
    identity = verifier(leeway=60)(token, None)
    assert identity.expires_at == now + 50
    assert not has_expired(identity, now)
    assert verifier(require=[])(signed(claims(exp=...)), None).expires_at is None


DUPLICATE = (
    f'{{"sub":"eve","sub":"ann","exp":9999999999,"aud":"chat","iss":"{EXPECTED["issuer"]}"}}'
)
BAD_TOKENS: dict[str, Any] = {
    "nothing": "",
    "no text": 7,
    "bytes": signed({}).encode(),
    "two parts": "a.b",
    "letters": "a.b.c",
    "four parts": "a.b.c.d",
    "blanks": f" {signed(claims())}",
    "a line more": f"{signed(claims())}\n",
    "padding": f"{signed(claims())}==",
    "huge": signed(claims(note="x" * 20_000)),
    "deep": f"{part(b'[' * 11_000)}.{part({})}.{part(b'0')}",
    "no JSON": signed(b"\xff"),
    "a list": signed([1]),
    "no algorithm": signed(claims(), header={}),
    "a list of algorithms": signed(claims(), header={"alg": ["HS256"]}),
    "other letters": signed(claims(), header={"alg": "hs256"}),
    "an extension": signed(claims(), header={"alg": "HS256", "crit": ["exp"], "exp": 1}),
    "a detached body": signed(claims(), header={"alg": "HS256", "b64": False, "crit": ["b64"]}),
    "key is a number": signed(claims(), header={"alg": "HS256", "kid": 7}),
    "key is a list": signed(claims(), header={"alg": "HS256", "kid": ["a"]}),
    "two subjects": signed(DUPLICATE.encode()),
    "two algorithms": signed(claims(), header=b'{"alg":"none","alg":"HS256"}'),
    "NaN": signed(json.dumps(claims(note=float("nan"))).encode()),
    "another's": signed(claims(), secret="another" * 8),
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_tokens_that_reject(token: Any) -> None:
    """Without an exception."""
    assert verifier()(token, None) is None


@pytest.mark.parametrize(
    "kid", ["../../dev/null", "' OR 1=1 --", "https://evil.example", "one\0", ""]
)
def test_the_name_of_a_key_is_only_compared(kid: str) -> None:
    """And so are the places that a token names for its key."""
    one = jwk("HS256", kid="one")
    header = {
        "alg": "HS256",
        "kid": kid,
        "jku": "https://evil.example",
        "jwk": one,
        "x5u": "file:/",
    }
    assert verifier(key=one)(signed(claims(), header=header), None) is None
    # A key without a name is for all tokens.
    assert verifier()(signed(claims(), header=header), None) is not None


def test_a_token_that_names_no_key_is_for_the_only_one() -> None:
    one, other = jwk("ES256", kid="one"), jwk("EdDSA", kid="other")
    both = {"keys": [one, other]}
    token = pyjwt.encode(claims(), private("ES256"), "ES256")
    assert verifier(key=both, algorithms=["ES256", "EdDSA"])(token, None) is not None
    twice = {"keys": [one, {**one, "kid": "two"}]}
    assert verifier(key=twice, algorithms=["ES256"])(token, None) is None
    named = pyjwt.encode(claims(), private("ES256"), "ES256", {"kid": "two"})
    assert verifier(key=twice, algorithms=["ES256"])(named, None) is not None


@pytest.mark.parametrize(
    "more",
    [{"use": "enc"}, {"alg": "ES384"}, {"key_ops": ["encrypt"]}, {"kid": 7}, {"crv": "P-384"}],
)
def test_keys_for_something_else_are_none(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="key has no key for the algorithm ES256"):
        fixed_keys({**jwk("ES256"), **more}, ["ES256"])


def test_a_private_key_verifies_by_its_public_half() -> None:
    key = private("ES256")
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (kept,) = fixed_keys(text, ["ES256"])
    assert not hasattr(kept.material, "private_bytes")


def test_a_missing_extra_is_named(monkeypatch: Any) -> None:
    """All of it, or the half that PyJWT does without."""
    command = r'pip install "asyncapi-guard\[jwt\]"'
    with monkeypatch.context() as patch:
        patch.setattr(pyjwt.algorithms, "has_crypto", False)
        with pytest.raises(InstallationError, match=rf"cryptography: {command}"):
            verifier()
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(InstallationError, match=rf"PyJWT: {command}"):
        verifier()


def test_nothing_is_imported_that_is_not_needed() -> None:
    """An application without Flask-Login, PyJWT or Starlette has the rest."""
    program = (
        "import sys; from asyncapi_guard import security; "
        "security.api_keys({'ann': 'x' * 16}); "
        "print([name for name in ('flask', 'jwt', 'starlette', 'socketio') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("scheme", "fits"),
    [
        (SecurityScheme("s", "http", scheme="bearer"), True),
        (SecurityScheme("s", "oauth2"), True),
        (SecurityScheme("s", "httpApiKey", place="cookie", parameter="c"), True),
        (SecurityScheme("s", "http", scheme="basic"), False),
        (SecurityScheme("s", "userPassword"), False),
        (SecurityScheme("s", "X509"), False),
    ],
)
def test_which_schemes_it_is_for(scheme: SecurityScheme, fits: bool) -> None:
    assert (verifier().unfit(scheme) is None) == fits
