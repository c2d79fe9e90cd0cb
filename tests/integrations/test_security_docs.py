"""docs/how-to/security.md: its programs run, and let in whom they should."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import socketio as pysocketio
from security_stage import Shown, Visitor
from test_js_client import JS, node  # noqa: F401  # a fixture
from traffic_asyncio import Uvicorn

from asyncapi_guard.contract import SecurityScheme
from asyncapi_guard.guard.credentials import source_of
from asyncapi_guard.integrations.aio import verifying as on_asyncio
from asyncapi_guard.integrations.deciding import sessions
from asyncapi_guard.integrations.threads import verifying as on_threads

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "security.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = [text for kind, text in FENCE.findall(TEXT) if kind == "python"]
DOCUMENT, RENEWING = (text for kind, text in FENCE.findall(TEXT) if kind == "yaml")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs one of the programs, beside the document."""
    monkeypatch.chdir(tmp_path)

    def run(index: int, document: str = DOCUMENT) -> dict[str, Any]:
        (tmp_path / "asyncapi.yml").write_text(document, encoding="utf-8")
        names: dict[str, Any] = {"__name__": "security_page"}
        exec(compile(PROGRAMS[index], str(PAGE), "exec", dont_inherit=True), names)
        return names

    return run


def visitor(net: Any, url: str, token: str) -> Visitor:
    made: Visitor = net.also_close(Visitor("websocket", url, Shown({"token": token})))
    return made


def test_the_first_program_knows_its_clients(run: Any, net: Any, capsys: Any) -> None:
    """And what each of them may do."""
    url = net.serve(pysocketio.WSGIApp(run(0)["sio"]))
    ann, bob, eve = (visitor(net, url, f"{name}-s-token") for name in ("ann", "bob", "eve"))
    assert "unauthorized" in eve.enter("/chat")
    for each, expected in ((ann, "3/chat,7[]"), (bob, "forbidden")):
        # One token is shown to both schemes, and one verifier knows it.
        assert each.enter("/chat").startswith("0/chat")
        each.send('2/chat,6["say","hello"]')
        assert each.until("3/chat,6") == "3/chat,6[]"
        each.send('2/chat,7["delete",1]')
        assert expected in each.until("3/chat,7")
    assert capsys.readouterr().out == "ann says hello\nbob says hello\n"


def test_the_second_program_verifies_on_asyncio(run: Any, net: Any) -> None:
    url = net.also_serve(Uvicorn(pysocketio.ASGIApp(run(1)["sio"], socketio_path="socket.io"))).url
    assert "unauthorized" in visitor(net, url, "x").enter("/chat")


def test_the_modes_need_no_verifier(run: Any, caplog: Any) -> None:
    run(3)
    assert "requires 'user', 'moderator' of clients" in caplog.text


def test_the_drop_in_says_who_it_is(run: Any, net: Any) -> None:
    ann = visitor(net, net.serve(pysocketio.WSGIApp(run(4)["sio"])), "ann-s-token")
    assert ann.enter("/chat").startswith("0")
    ann.send('2/chat,7["whoami"]')
    assert ann.until("3/chat,7") == '3/chat,7["ann"]'


def ask(visitor: Visitor, event: str, token: str) -> Any:
    visitor.send(f"2/chat,7{json.dumps([event, token])}")
    return json.loads(visitor.until("3/chat,7")[len("3/chat,7") :])


def test_the_program_that_renews(run: Any, net: Any) -> None:
    """By the event of the document, and by its own code; and the client hears of the end."""
    names = run(2, RENEWING)
    sio, left = names["sio"], threading.Event()
    sio.on("disconnect", lambda *_: left.set(), namespace="/chat")
    ann = visitor(net, net.serve(pysocketio.WSGIApp(sio)), "ann-for-100")
    assert ann.enter("/chat").startswith("0")
    assert ask(ann, "renew", "ann-for-200") == []
    assert ask(ann, "renew", "bob-for-200")[0]["error"]["code"] == "unauthorized"
    ((_, sid),) = names["guard"]._adapters()[0].decide.sessions._sessions
    names["refreshed"](sid, "ann-for-300")
    assert ask(ann, "renew", "ann-for-0.1") == []
    ann.until('2/chat,["session_over"')
    left.wait()


def test_the_drop_in_that_renews(run: Any, net: Any) -> None:
    ann = visitor(net, net.serve(pysocketio.WSGIApp(run(5)["sio"])), "ann-for-100")
    assert ann.enter("/chat").startswith("0")
    assert ask(ann, "renew", "ann-for-200")[0] > time.time() + 100
    assert ask(ann, "renew", "ann-for-0.1")[0] < time.time() + 100
    ann.until('2/chat,["session_over"')


@pytest.mark.slow
def test_the_client_that_renews(run: Any, net: Any, node: str) -> None:  # noqa: F811  # a fixture
    """The page's program for browsers, with the official client."""
    (program,) = (text for kind, text in FENCE.findall(TEXT) if kind == "js")
    around = """
        import { io as open } from "socket.io-client";
        const io = (url, options) => open(`${process.env.CHAT_URL}/chat`, options);
        const tokens = ["ann-for-100", "ann-for-1", "ann-for-100"];
        const freshToken = async () => tokens.shift();
        PROGRAM
        await new Promise((resolve) => socket.once("connect", resolve));
        await renew()
        await new Promise((resolve) => socket.once("session_over", resolve));
        await new Promise((resolve) => socket.once("connect", resolve));
        console.log("came again", tokens.length);
        process.exit(0);
    """
    done = subprocess.run(
        [node, "--input-type=module", "--eval", around.replace("PROGRAM", program)],
        cwd=JS,
        env={**os.environ, "CHAT_URL": net.serve(pysocketio.WSGIApp(run(2, RENEWING)["sio"]))},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("came again 0\n", "", 0)


def test_numbers_are_the_real_ones() -> None:
    """How many verifiers run, and how often a connection is refused."""
    assert on_threads._MOST == on_asyncio._MOST == 32
    assert "At most 32 run at once" in TEXT
    assert sessions._MOST_REFUSALS == 5
    assert "rejected five times" in TEXT
    assert "fails five times" in TEXT


def test_the_table_has_every_place() -> None:
    """And the schemes that have none."""
    rows = re.findall(r"^\| (`\w+`.*?) \| .* \| .* \|$", TEXT, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    for name in ("oauth2", "openIdConnect", "userPassword", "apiKey", "httpApiKey"):
        assert source_of(SecurityScheme("", name, place="header")) != ()
        assert name in named
    assert source_of(SecurityScheme("", "X509")) == ()
