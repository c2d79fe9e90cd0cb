"""Keys that an issuer publishes: from a real server, which can be slow, wrong and flooded."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from asyncapi_guard import security
from asyncapi_guard.security import published_keys
from asyncapi_guard.security.published_keys import PublishedKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 120
PRIVATE = {kid: ed25519.Ed25519PrivateKey.generate() for kid in ("one", "two", "other")}


def keys(*kids: str) -> bytes:
    """What an issuer publishes."""
    known = pyjwt.algorithms.get_default_algorithms()["EdDSA"]
    found = [known.to_jwk(PRIVATE[kid].public_key(), as_dict=True) | {"kid": kid} for kid in kids]
    return json.dumps({"keys": found}).encode()


def token(kid: str, **header: Any) -> str:
    body = {"sub": "ann", "exp": time.time() + 1000, "aud": "chat", "iss": "me"}
    return pyjwt.encode(body, PRIVATE.get(kid, PRIVATE["other"]), "EdDSA", {"kid": kid, **header})


class Issuer:
    """A server that publishes keys.

    Attributes:
        text: what it answers.
        asked: how often it was asked.
        gate: it answers while this is set.
    """

    def __init__(self) -> None:
        self.text, self.status, self.headers = keys("one"), 200, {}
        self.asked = 0
        self.gate = threading.Event()
        self.gate.set()
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                issuer.gate.wait(PATIENCE)
                self.send_response(issuer.status)
                for name, value in issuer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(issuer.text)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/keys"

    def verifier(self, **options: Any) -> Callable[[str, Any], Any]:
        options = {"algorithms": ["EdDSA"], "audience": "chat", "issuer": "me", **options}
        return security.jwt(jwks_url=self.url, **options)

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._thread.join(PATIENCE)
        self._server.server_close()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.close()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Turns the clock of fetches on."""
    added = [0.0]
    monkeypatch.setattr(published_keys, "monotonic", lambda: time.monotonic() + added[0])
    return lambda seconds: added.__setitem__(0, added[0] + seconds)


def settled(verify: Any) -> None:
    """Wait until no fetch runs."""
    fetch = verify._keys._fetch
    assert fetch is None or fetch.done.wait(PATIENCE)


def test_keys_are_fetched_once(issuer: Issuer) -> None:
    """By the first client, and not where the verifier is made."""
    verify = issuer.verifier()
    assert issuer.asked == 0
    assert [verify(token("one"), None).subject for _ in range(5)] == ["ann"] * 5
    assert issuer.asked == 1


def test_an_unknown_key_is_fetched(issuer: Issuer, later: Any) -> None:
    """But whoever invents names does not flood the issuer."""
    verify = issuer.verifier()
    assert verify(token("one"), None)
    issuer.text = keys("one", "two")
    assert [verify(token("two"), None) for _ in range(50)] == [None] * 50
    assert issuer.asked == 1
    later(31)
    assert verify(token("two"), None)
    assert [verify(token(f"x{number}"), None) for number in range(50)] == [None] * 50
    assert issuer.asked == 2


def test_revoked_keys_are_forgotten(issuer: Issuer, later: Any) -> None:
    """At the end of the lifespan at the latest; and no client waits for the fetch before that."""
    verify = issuer.verifier(jwks_lifespan=100)
    assert verify(token("one"), None)
    issuer.text = keys("two")
    later(60)
    assert verify(token("one"), None)  # which begins the fetch
    settled(verify)
    assert verify(token("two"), None)
    assert verify(token("one"), None) is None
    assert issuer.asked == 2


def test_while_the_issuer_is_down_known_keys_are_good_for_their_lifespan(
    issuer: Issuer, later: Any, caplog: Any
) -> None:
    """And not for longer; then the first fetch that succeeds lets clients in again."""
    verify = issuer.verifier(jwks_lifespan=100)
    assert verify(token("one"), None)
    issuer.status = 503
    later(60)
    assert verify(token("one"), None)
    settled(verify)
    assert verify(token("one"), None)
    later(41)
    assert verify(token("one"), None) is None
    issuer.status = 200
    later(6)
    assert verify(token("one"), None)
    assert f"the keys at {issuer.url.replace(f':{issuer._server.server_port}', '')} " in caplog.text
    assert "the status is 503" in caplog.text


BAD: dict[str, bytes] = {
    "HTML": b"<html>sign in</html>",
    "nothing": b"",
    "a list": b"[]",
    "no keys": b"{}",
    "keys are an object": b'{"keys": {}}',
    "empty": b'{"keys": []}',
    "keys are no objects": b'{"keys": [7, null, "x"]}',
    "secrets": json.dumps({"keys": [{"kty": "oct", "k": "eHh4", "kid": "one"}]}).encode(),
    "halves of keys": json.dumps(
        {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "one"}]}
    ).encode(),
    "deep": b"[" * 100_000,
    "endless": b" " * 1_000_001 + keys("one"),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_set_of_keys_lets_nobody_in(text: bytes, issuer: Issuer, caplog: Any) -> None:
    """And the log says so once, without what it was."""
    issuer.text = text
    verify = issuer.verifier()
    assert [verify(token("one"), None) for _ in range(5)] == [None] * 5
    (line,) = [each.getMessage() for each in caplog.records]
    assert line.startswith("the keys at http://127.0.0.1/keys can't be used: ")
    assert issuer.asked == 1


def test_what_is_no_set_of_keys_replaces_none(issuer: Issuer, later: Any) -> None:
    verify = issuer.verifier()
    assert verify(token("one"), None)
    issuer.text = BAD["HTML"]
    later(160)
    assert verify(token("one"), None)
    settled(verify)
    assert issuer.asked == 2
    assert verify(token("one"), None)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 204, 206, 404, 500])
def test_other_answers_are_none(status: int, issuer: Issuer, caplog: Any) -> None:
    """Redirects among them: where they lead to, others could answer."""
    issuer.status, issuer.headers = status, {"Location": f"{issuer.url}/other"}
    if status == 204:
        issuer.text = b""
    assert issuer.verifier()(token("one"), None) is None
    assert f"the status is {status}" in caplog.text
    assert issuer.asked == 1


def test_an_issuer_that_hangs_is_asked_once(issuer: Issuer, monkeypatch: Any) -> None:
    """By many clients at once; some wait for it, and all the others are rejected at once."""
    monkeypatch.setattr(published_keys, "_PATIENCE", PATIENCE)
    monkeypatch.setattr(published_keys, "_MOST_WAITING", 3)
    issuer.gate.clear()
    verify = issuer.verifier()
    found: list[Any] = []
    rejected = threading.Semaphore(0)

    def ask() -> None:
        found.append(verify(token("one"), None))
        rejected.release()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for _ in range(17):
        assert rejected.acquire(timeout=PATIENCE)
    assert found == [None] * 17
    issuer.gate.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert [each.subject for each in found[17:]] == ["ann"] * 3
    assert issuer.asked == 1


def test_who_waits_gives_up(issuer: Issuer, later: Any, monkeypatch: Any) -> None:
    """A fetch that never ends is followed by another one; what it brings late is not used."""
    monkeypatch.setattr(published_keys, "_PATIENCE", 0.01)
    hung = threading.Event()
    fetch, found = published_keys._json_at, []

    def hang(url: str) -> Any:
        found.append(fetch)
        assert hung.wait(PATIENCE)
        return json.loads(keys("two"))

    monkeypatch.setattr(published_keys, "_json_at", hang)
    verify = issuer.verifier()
    assert verify(token("one"), None) is None
    first = verify._keys._fetch
    later(10)
    assert verify(token("one"), None) is None
    assert verify._keys._fetch is first
    monkeypatch.setattr(published_keys, "_PATIENCE", PATIENCE)
    monkeypatch.setattr(published_keys, "_json_at", fetch)
    later(25)
    assert verify(token("one"), None)
    hung.set()
    assert first.done.wait(PATIENCE)
    assert verify(token("one"), None)
    assert len(found) == 1


def test_a_body_that_drips_ends(issuer: Issuer, monkeypatch: Any) -> None:
    """Each piece comes in time, and all of them do not."""
    clock = iter(range(0, 10_000, 2))
    monkeypatch.setattr(published_keys, "monotonic", lambda: float(next(clock)))
    issuer.text = b" " * 200_000 + keys("one")
    with pytest.raises(TimeoutError):
        published_keys._json_at(issuer.url)


def test_no_more_threads_is_no_answer(issuer: Issuer, monkeypatch: Any) -> None:
    verify = issuer.verifier()

    def none(*_: Any, **__: Any) -> Any:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(published_keys.threading, "Thread", none)
        assert verify(token("one"), None) is None
    assert verify(token("one"), None)


def test_the_url_is_logged_without_secrets() -> None:
    """Neither users nor parameters."""
    shown = published_keys._shown("https://me:c4n4ry@id.example:1/keys?c4n4ry=c4n4ry#c4n4ry")
    assert shown == "https://id.example/keys"


def test_two_fetches_at_once_are_one(issuer: Issuer) -> None:
    """Whoever comes while it runs waits for the same."""
    issuer.gate.clear()
    published = PublishedKeys(issuer.url, ["EdDSA"], 300)
    assert published._begin() is published._begin()
    issuer.gate.set()
    assert published.find("EdDSA", "one") is not None
    assert issuer.asked == 1
