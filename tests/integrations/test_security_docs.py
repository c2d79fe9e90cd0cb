"""docs/security.md: its programs run, and let in whom they should."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import socketio as pysocketio
from security_stage import Shown, Visitor
from traffic_asyncio import Uvicorn

from asyncapi_guard.contract import SecurityScheme
from asyncapi_guard.guard.credentials import source_of
from asyncapi_guard.integrations.aio import verifying as on_asyncio
from asyncapi_guard.integrations.deciding import sessions
from asyncapi_guard.integrations.threads import verifying as on_threads

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = [text for kind, text in FENCE.findall(TEXT) if kind == "python"]
(DOCUMENT,) = (text for kind, text in FENCE.findall(TEXT) if kind == "yaml")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs one of the programs, beside the document."""
    (tmp_path / "asyncapi.yml").write_text(DOCUMENT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(index: int) -> dict[str, Any]:
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
    run(2)
    assert "requires 'user', 'moderator' of clients" in caplog.text


def test_the_drop_in_says_who_it_is(run: Any, net: Any) -> None:
    ann = visitor(net, net.serve(pysocketio.WSGIApp(run(3)["sio"])), "ann-s-token")
    assert ann.enter("/chat").startswith("0")
    ann.send('2/chat,7["whoami"]')
    assert ann.until("3/chat,7") == '3/chat,7["ann"]'


def test_numbers_are_the_real_ones() -> None:
    """How many verifiers run, and how often a connection is refused."""
    assert on_threads._MOST == on_asyncio._MOST == 32
    assert "At most 32 run at once" in TEXT
    assert sessions._MOST_REFUSALS == 5
    assert "refused five times" in TEXT


def test_the_table_has_every_place() -> None:
    """And the schemes that have none."""
    rows = re.findall(r"^\| (`\w+`.*?) \| .* \| .* \|$", TEXT, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    for name in ("oauth2", "openIdConnect", "userPassword", "apiKey", "httpApiKey"):
        assert source_of(SecurityScheme("", name, place="header")) != ()
        assert name in named
    assert source_of(SecurityScheme("", "X509")) == ()
