"""docs/how-to/verifiers.md: its programs run, and let in whom they should."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

import flask
import jwt as pyjwt
import pytest
import socketio as pysocketio
from cryptography.hazmat.primitives.asymmetric import rsa
from itsdangerous import TimestampSigner
from security_stage import Shown, Visitor
from traffic_asyncio import Uvicorn
from werkzeug.security import generate_password_hash

from asyncapi_guard import UserPassword
from asyncapi_guard.security import (
    published_keys,
    secret_keys,
    token_keys,
    user_passwords,
    web_tokens,
)

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "verifiers.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = [text for kind, text in FENCE.findall(TEXT) if kind == "python"]
(DOCUMENT,) = (text for kind, text in FENCE.findall(TEXT) if kind == "yaml")
COMMANDS = [text for kind, text in FENCE.findall(TEXT) if kind == "sh"]
FIRST, PUBLISHED, REVOKED, KEYS, PASSWORDS, FLASK, FASTAPI = range(7)
SECRET = "of-the-server-0123456789-0123456789"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs one of the programs, beside the document; where the server asks for a session."""
    monkeypatch.chdir(tmp_path)
    for name in ("TOKEN_KEY", "SECRET_KEY", "FLASK_SECRET_KEY"):
        monkeypatch.setenv(name, SECRET)
    for name in ("API_KEY", "THERMOMETER_KEY", "NEW_DEPLOY_KEY"):
        monkeypatch.setenv(name, f"{name}-0123456789")
    for name in ("ANN", "BOB"):
        hashed = generate_password_hash(name, "pbkdf2:sha256:1")
        monkeypatch.setenv(f"{name}_PASSWORD_HASH", hashed)

    def run(index: int, old: str = "", new: str = "") -> dict[str, Any]:
        text = DOCUMENT
        if index in (FLASK, FASTAPI):
            text = text.replace("      - $ref: '#/components/securitySchemes/machine'\n", "")
            text = text.replace("securitySchemes/user'", "securitySchemes/session'")
        (tmp_path / "asyncapi.yml").write_text(text, encoding="utf-8")
        names: dict[str, Any] = {"__name__": "verifiers_page"}
        program = PROGRAMS[index].replace(old, new) if old else PROGRAMS[index]
        exec(compile(program, str(PAGE), "exec", dont_inherit=True), names)
        return names

    return run


def token(key: Any = SECRET, algorithm: str = "HS256", **more: Any) -> str:
    claims = {"sub": "ann", "exp": int(time.time()) + 600, "aud": "chat", **more}
    return pyjwt.encode(claims, key, algorithm)


def enters(net: Any, url: str, given: Shown) -> Visitor | None:
    visitor: Visitor = net.also_close(Visitor("websocket", url, given))
    return visitor if visitor.enter("/chat").startswith("0") else None


def who(visitor: Visitor | None) -> str:
    assert visitor is not None
    visitor.send('2/chat,7["whoami"]')
    return visitor.until("3/chat,7")


def test_the_first_program_knows_tokens_and_keys(run: Any, net: Any) -> None:
    names = run(FIRST)
    names["sio"].on("whoami", lambda sid: names["guard"].identity(sid, "/chat").subject, "/chat")
    url = net.serve(pysocketio.WSGIApp(names["sio"]))
    assert who(enters(net, url, Shown({"token": token()}))) == '3/chat,7["ann"]'
    key = Shown({"key": "API_KEY-0123456789"})
    assert who(enters(net, url, key)) == '3/chat,7["thermometer"]'
    for wrong in ({"token": token(aud="mail")}, {"key": "x"}, None):
        assert enters(net, url, Shown(wrong)) is None


def test_published_keys_verify(run: Any, net: Any) -> None:
    key = rsa.generate_private_key(65_537, 2048)
    public = json.loads(pyjwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))

    def keys(_: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return [json.dumps({"keys": [public]}).encode()]

    names = run(PUBLISHED, "https://id.example.com/.well-known", net.serve(keys))
    claims = {"aud": "https://chat.example.com", "iss": "https://id.example.com"}
    assert names["verify"](token(key, "RS256", **claims), None).subject == "ann"
    assert names["verify"](token(key, "RS256"), None) is None


def test_revoked_tokens_are_rejected(run: Any) -> None:
    verify = run(REVOKED)["verify"]
    assert verify(token(jti="token-1", type="access"), None).subject == "ann"
    for more in ({"jti": "token-17", "type": "access"}, {"jti": "token-1", "type": "refresh"}, {}):
        assert verify(token(**more), None) is None


def test_keys_have_owners(run: Any) -> None:
    """And the command makes one, with its digest."""
    verify = run(KEYS)["verify"]
    assert verify("THERMOMETER_KEY-0123456789", None).subject == "thermometer"
    assert verify("NEW_DEPLOY_KEY-0123456789", None).scopes == {"chat:announce"}
    install, command = COMMANDS
    assert install == "pip install 'asyncapi-guard[jwt]'\n"
    made = subprocess.run(
        [sys.executable, *re.fullmatch(r'python (-c) "(.*)"\n', command).groups()],
        capture_output=True,
        text=True,
        check=True,
    )
    key, digest = made.stdout.split()
    assert digest == f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def test_users_have_passwords(run: Any) -> None:
    verify = run(PASSWORDS)["verify"]
    assert verify(UserPassword("ann", "ANN"), None).subject == "ann"
    assert verify(UserPassword("bob", "BOB"), None).scopes == {"chat:moderate"}
    assert verify(UserPassword("bob", "ANN"), None) is None


def test_who_logs_out_of_flask_is_disconnected(run: Any, net: Any) -> None:
    app = run(FLASK)["app"]

    @app.get("/login")
    def login() -> str:
        flask.session["user_id"] = 7
        return ""

    browser: Any = app.test_client()
    browser.get("/login")
    shown = Shown(headers={"cookie": f"session={browser.get_cookie('session').value}"})
    url = net.serve(app)
    visitor = enters(net, url, shown)
    assert who(visitor) == '3/chat,7["7"]'
    assert enters(net, url, Shown()) is None
    browser.post("/logout")
    assert visitor.until("1/chat")


def test_who_is_logged_in_with_fastapi_enters(run: Any, net: Any) -> None:
    url = net.also_serve(Uvicorn(run(FASTAPI)["app"])).url
    signed = TimestampSigner(SECRET).sign(b64encode(b'{"user_id": 7}')).decode()
    assert who(enters(net, url, Shown(headers={"cookie": f"session={signed}"}))) == '3/chat,7["7"]'
    assert enters(net, url, Shown(headers={"cookie": f"session={signed}x"})) is None


def test_numbers_are_the_real_ones() -> None:
    text = " ".join(TEXT.split())
    assert published_keys._PAUSE == 30
    assert "one every 30 seconds" in text
    assert published_keys._PATIENCE == 3
    assert published_keys._MOST_WAITING == 16
    assert "wait up to 3 seconds for a fetch. At most 16 clients wait at once" in text
    assert f"tokens over {web_tokens._LONGEST:,} characters" in text
    assert f"RSA key of less than {token_keys._SHORTEST_RSA} bits" in text
    assert (web_tokens._LONG_LEEWAY, web_tokens._LONG_LIFESPAN) == (300, 86_400)
    assert "a `leeway` over 300, and a `jwks_lifespan` over a day" in text
    assert f"less than {secret_keys._SHORTEST} characters" in text
    assert user_passwords._AT_ONCE == 4
    assert "at most four passwords" in text
