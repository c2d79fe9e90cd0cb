"""The examples of security run as users start them, and real clients show who they are."""

from __future__ import annotations

import os
import queue
import re
import secrets
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import socketio as pysocketio
from hasty_websocket import Hasty

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PATIENCE = 120
PASSWORD, API_KEY = "correct horse", secrets.token_hex()
#: What the examples want in their environment.
ENVIRONMENT = {
    "SECRET_KEY": secrets.token_hex(),
    "TOKEN_KEY": secrets.token_hex(),
    "API_KEY": API_KEY,
    "ANN_PASSWORD": PASSWORD,
    "PORT": "0",
}


class Site:
    """An example that runs.

    Attributes:
        url: where.
        log: what it has written so far.
    """

    def __init__(self, script: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", str(EXAMPLES / script)],
            env={**os.environ, **ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log: list[str] = []
        for line in self.process.stderr:
            self.log.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                self.url = found.group()
                return
        raise AssertionError("".join(self.log))

    def close(self) -> None:
        self.process.terminate()
        self.log.append(self.process.stderr.read())
        self.process.stderr.close()
        self.process.wait()


@contextmanager
def connected(url: str, auth: Any = None, **headers: str) -> Iterator[Any]:
    """A real client, with a function that asks."""
    io = pysocketio.Client(
        reconnection=False, handle_sigint=False, websocket_extra_options={"class_": Hasty}
    )
    heard: queue.Queue[Any] = queue.Queue()
    io.on("*", lambda *event: heard.put(event))
    options = {"auth": auth, "headers": headers, "transports": ["websocket"]}
    io.connect(url, wait_timeout=PATIENCE, **options)
    try:
        yield (
            lambda event, *args: io.call(event, args, timeout=PATIENCE),
            lambda: heard.get(timeout=PATIENCE),
        )
    finally:
        io.disconnect()
        io.eio.wait()


def rejected(url: str, auth: Any = None, **headers: str) -> bool:
    try:
        with connected(url, auth, **headers):
            return False
    except pysocketio.exceptions.ConnectionError:
        return True


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", ["security_flask/flask_chat.py", "security_fastapi/fastapi_chat.py"]
)
def test_each_client_shows_who_it_is(script: str) -> None:
    """By a login session, a token, or an API key; and nothing of these is logged."""
    site = Site(script)
    url, of_flask = site.url, "flask_" in script
    form = "data" if of_flask else "json"

    def post(path: str, password: str = PASSWORD, name: str = "ann") -> requests.Response:
        login = {"name": name, "password": password}
        return browser.post(f"{url}{path}", **{form: login}, timeout=PATIENCE)

    try:
        with requests.Session() as browser:
            assert [
                post("/login", "wrong").status_code,
                post("/token", name="eve").status_code,
            ] == [
                401,
                401,
            ]
            assert post("/login").ok
            token = post("/token").json()["token"]
            cookie = browser.cookies["session"]
            post("/logout")
            logged_out = browser.cookies.get("session", "none")
        session = {"Cookie": f"session={cookie}"}
        machine: Any = ({"key": API_KEY}, {}) if of_flask else (None, {"X-API-Key": API_KEY})
        for auth, headers, name in (
            (None, session, "ann"),
            ({"token": token}, {}, "ann"),
            (*machine, "thermometer"),
        ):
            with connected(url, auth, **headers) as (ask, hear):
                assert ask("whoami") == name
                assert ask("say", "hello") in (None, [])
                assert hear() == ("said", {"name": name, "text": "hello"})
                if of_flask and name == "ann":
                    assert ask("announce", "21 °C")["error"]["code"] == "unauthorized"
                elif of_flask:
                    ask("announce", "21 °C")
                    assert hear() == ("announced", "21 °C")
        assert rejected(url)
        assert rejected(url, {"token": f"{token[:-4]}AAAA"})
        assert rejected(url, None, Cookie=f"session={cookie[:-4]}AAAA")
        assert rejected(url, None, Cookie=f"session={logged_out}")
        assert rejected(url, {"token": token, "key": "wrong"}) == of_flask
        with pytest.raises(pysocketio.exceptions.ConnectionError):  # a page of another site
            connected(url, None, **session, Origin="https://evil.example").__enter__()
    finally:
        site.close()
    log = "".join(site.log)
    assert not any(
        text in log for text in (cookie, PASSWORD, API_KEY, *ENVIRONMENT.values()) if text != "0"
    )


@pytest.mark.slow
def test_the_exported_document_is_up_to_date(monkeypatch: Any) -> None:
    """The asyncapi.yml beside the example is what it exports."""
    command = [sys.executable, "-m", "asyncapi_guard", "export", "fastapi_chat:sio"]
    done = subprocess.run(
        [*command, "-o", "asyncapi.yml", "--check"],
        cwd=EXAMPLES / "security_fastapi",
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
