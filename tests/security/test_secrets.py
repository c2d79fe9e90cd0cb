"""security.api_keys and security.passwords: whose secret it is; nothing tells of others."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from werkzeug.security import generate_password_hash

from asyncapi_guard import Identity, UserPassword, security
from asyncapi_guard.contract import SecurityScheme
from asyncapi_guard.security import secret_keys

KEY, OTHER, THIRD = (f"{name}-c4n4ry-0123456789" for name in ("one", "other", "third"))
EMPTY = f"sha256:{hashlib.sha256(b'').hexdigest()}"
#: Quick ones.
METHOD = "pbkdf2:sha256:1"


def hashed(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def test_keys_are_their_owners() -> None:
    """As they are, as digests, or several of one owner; and an identity has its scopes."""
    ci = Identity("ci", frozenset({"deploy"}))
    verify = security.api_keys({"ann": KEY, ci: [hashed(OTHER), THIRD]})
    assert verify(KEY, None) == Identity("ann")
    assert verify(OTHER, None) is verify(THIRD, None) is ci
    for wrong in ("", KEY[:-1], f"{KEY} ", KEY.upper(), hashed(OTHER), "\ud800", 7, None, b"x"):
        assert verify(wrong, None) is None
    assert not any(key in str(vars(verify)) for key in (KEY, OTHER, THIRD))


@pytest.mark.parametrize("key", ["schlüssel-0123456789", "ключ-0123456789-ключ", "🔑" * 16])
def test_keys_of_other_letters(key: str) -> None:
    """Also where a header had them as bytes."""
    for given in (key, hashed(key)):
        verify = security.api_keys({"ann": given})
        assert verify(key, None)
        assert verify(key.encode().decode("latin-1"), None)
        assert verify(f"{key}x", None) is None


def test_each_key_is_compared(monkeypatch: Any) -> None:
    """By what takes the same time whatever they are, and without an end at the first that fits."""
    compared: list[bytes] = []
    real = secret_keys.hmac.compare_digest
    monkeypatch.setattr(
        secret_keys.hmac, "compare_digest", lambda *two: compared.append(two[1]) or real(*two)
    )
    verify = security.api_keys({"ann": KEY, "bob": OTHER, "cy": THIRD})
    for shown in (KEY, THIRD, "wrong"):
        compared.clear()
        verify(shown, None)
        assert len(compared) == 6  # each of them for both spellings
        assert len(set(compared)) == 3


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({}, "at least one key"),
        ({"ann": ""}, "'ann' is empty"),
        ({"ann": [KEY, ""]}, "'ann' is empty"),
        ({"": KEY}, "an empty name"),
        ({"ann": "sha256:c4n4ry"}, "must have 64 hexadecimal digits"),
        ({"ann": EMPTY}, "digest of an empty string"),
        ({"ann": KEY, "bob": [OTHER, hashed(KEY)]}, "'ann' and 'bob' have the same"),
    ],
)
def test_keys_that_let_others_in_are_errors(keys: Any, text: str) -> None:
    """And are not quoted."""
    with pytest.raises(ValueError, match=text) as error:
        security.api_keys(keys)
    assert "c4n4ry" not in str(error.value)


@pytest.mark.parametrize("keys", [None, [KEY], {7: KEY}, {"ann": 7}, {"ann": b"x"}, {"ann": [7]}])
def test_keys_of_other_types_are_errors(keys: Any) -> None:
    with pytest.raises(TypeError, match=r"needs|must be"):
        security.api_keys(keys)


def test_a_short_key_is_a_warning(caplog: Any) -> None:
    """Which does not quote it."""
    security.api_keys({"ann": "c4n4ry", "bob": KEY})
    (line,) = caplog.messages
    assert line.startswith("the API key of 'ann' is shorter than 16 characters")
    assert "c4n4ry" not in line


# -- users and passwords ---------------------------------------------------------------------------


def as_mapping(**hashes: str) -> Any:
    return {Identity(name, frozenset({"enter"})): text for name, text in hashes.items()}


@pytest.mark.parametrize("form", ["mapping", "function"])
def test_who_knows_the_password(form: str) -> None:
    """Of a mapping, or of a function that finds the hash."""
    hashes = {
        "ann": generate_password_hash("c4n4ry", METHOD),
        "bob": generate_password_hash("b", METHOD),
    }
    mapping = as_mapping(**hashes)
    users = (
        mapping
        if form == "mapping"
        else {each.subject: (each, mapping[each]) for each in mapping}.get
    )
    verify = security.passwords(users, method=METHOD)
    found = verify(UserPassword("ann", "c4n4ry"), None)
    assert found == Identity("ann", frozenset({"enter"}))
    assert verify(UserPassword("bob", "b"), None)
    for user, password in (
        ("ann", "b"),
        ("ann", ""),
        ("eve", "c4n4ry"),
        ("", ""),
        ("ann", "\ud800"),
    ):
        assert verify(UserPassword(user, password), None) is None
    for other in ("ann", None, ("ann", "c4n4ry")):
        assert verify(other, None) is None
    assert "c4n4ry" not in str(vars(verify))


@pytest.mark.parametrize("form", ["mapping", "function"])
@pytest.mark.parametrize(
    "shown",
    [
        ("ann", "right"),
        ("ann", "wrong"),
        ("eve", "right"),
        ("ann", "\ud800"),
        ("\ud800", "x"),
        ("bad", "x"),
    ],
)
def test_unknown_users_take_the_time_of_known_ones(form: str, shown: Any, monkeypatch: Any) -> None:
    """One hash is computed, by the same method with the same cost, whoever it is."""
    good = generate_password_hash("right", METHOD)
    users = {"ann": good} if form == "mapping" else {"ann": ("ann", good), "bad": ("bad", "!")}.get
    checked: list[str] = []
    monkeypatch.setattr(
        "werkzeug.security.check_password_hash", lambda text, _: checked.append(text) or False
    )
    verify = security.passwords(users, method=METHOD if form == "function" else None)
    assert verify(UserPassword(*shown), None) is None
    (text,) = checked
    assert text.startswith(f"{METHOD}$")
    assert (text == good) == (shown[0] == "ann" and shown[1] != "\ud800")


@pytest.mark.parametrize(
    ("users", "error"),
    [
        ({}, ValueError),
        ({"ann": "c4n4ry"}, ValueError),
        ({"ann": "md5$c4n4ry$00"}, ValueError),
        ({"ann": "scrypt:1:1:1$c4n4ry"}, ValueError),
        ({"ann": 7}, TypeError),
        ({7: "x"}, TypeError),
        (["ann"], TypeError),
        (None, TypeError),
    ],
)
def test_what_is_no_hash_is_an_error(users: Any, error: type[Exception]) -> None:
    """A password itself, above all; and it is not quoted."""
    with pytest.raises(error) as raised:
        security.passwords(users)
    assert "c4n4ry" not in str(raised.value)


def test_one_user_has_one_password() -> None:
    text = generate_password_hash("x", METHOD)
    with pytest.raises(ValueError, match="two hashes for 'ann'"):
        security.passwords({"ann": text, Identity("ann", frozenset({"a"})): text})


def test_hashes_of_several_costs_are_a_warning(caplog: Any) -> None:
    """Since they take different times."""
    several = [generate_password_hash("x", f"{METHOD}{more}") for more in ("", "0")]
    security.passwords(dict(zip("ab", several, strict=True)))
    assert "hashed with several methods (pbkdf2:sha256:1, pbkdf2:sha256:10)" in caplog.text


@pytest.mark.parametrize(
    "found", ["c4n4ry", ("ann", "c4n4ry"), ("", "x"), (7, "x"), 7, ("ann", None)]
)
def test_what_a_function_finds_is_no_hash(found: Any, caplog: Any) -> None:
    """The log says so once."""
    verify = security.passwords(lambda _: found, method=METHOD)
    for _ in range(2):
        assert verify(UserPassword("ann", "c4n4ry"), None) is None
    assert caplog.text.count("must return a user and the hash of a password") == 1
    assert "c4n4ry" not in caplog.text


def test_what_a_function_finds_takes_another_time(caplog: Any) -> None:
    """Than an unknown user does; and users have the names that it says."""
    verify = security.passwords(lambda _: ("ann", generate_password_hash("x", METHOD)))
    assert [verify(UserPassword("ANN", "x"), None).subject for _ in range(2)] == ["ann", "ann"]
    assert caplog.text.count("pass method=") == 1


def test_what_nobody_awaits_is_no_function() -> None:
    async def find(name: str) -> Any: ...

    with pytest.raises(TypeError, match="plain function"):
        security.passwords(find)


def test_which_schemes_they_are_for() -> None:
    """Keys are a text, and users and passwords are two."""
    users = SecurityScheme("s", "http", scheme="basic"), SecurityScheme("s", "userPassword")
    texts = (
        SecurityScheme("s", "apiKey", place="user"),
        SecurityScheme("s", "http", scheme="bearer"),
    )
    keys = security.api_keys({"ann": KEY})
    both = security.passwords({"ann": generate_password_hash("x", METHOD)})
    for scheme in users:
        assert (both.unfit(scheme), bool(keys.unfit(scheme))) == (None, True)
    for scheme in texts:
        assert (keys.unfit(scheme), bool(both.unfit(scheme))) == (None, True)
    assert keys.unfit(SecurityScheme("s", "X509"))
    assert both.unfit(SecurityScheme("s", "X509"))
