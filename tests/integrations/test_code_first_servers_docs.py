"""docs/how-to/code-first-servers.md: its programs run, and do what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import socketio
from traffic_asyncio import Uvicorn

from asyncapi_guard import RegistrationError

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "code-first-servers.md"
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def run(index: int) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(PROGRAMS[index], str(PAGE), "exec", dont_inherit=True), names)
    return names


def served(net: Any, names: dict[str, Any]) -> tuple[Any, Uvicorn]:
    """A client of a program's server, and what serves it."""
    server = net.also_serve(Uvicorn(socketio.ASGIApp(names["sio"])))
    return net.client(server.url), server


def test_the_first_program_guards_itself(net: Any) -> None:
    """It has a document, which judges."""
    names = run(0)
    client, _ = served(net, names)
    assert client.ask("move", {"x": 1}) == [{"ok": True}]
    assert client.ask("move", {"x": 7})[0]["error"]["code"] == "request_validation_error"
    assert names["sio"].asyncapi_doc.dict()["info"]["title"] == "Tic-tac-toe"


def test_handlers_get_what_they_ask_for(net: Any) -> None:
    """And nothing else."""
    client, _ = served(net, run(1))
    assert client.ask("join", "red") == []
    assert "error" in client.ask("join", "Red")[0]
    assert client.ask("shout", "hi") == ["HI"]
    assert f"{client.io.get_sid()} from 127.0.0.1" in client.ask("whoami")[0]
    assert client.ask("other", 1, 2) == ["other in /"]
    assert "error" in client.ask("other", "1")[0]


def test_what_is_left_open_is_said() -> None:
    """By the words of the page, and by the other two that it names."""
    sio = run(2)["sio"]
    assert list(sio.handlers["/"]) == ["say", "connect"]

    def everything(*args: Any) -> None: ...
    def connect(data: dict) -> None: ...  # type: ignore[type-arg]  # as on the page

    for event, handler in [("move", everything), ("connect", connect)]:
        with pytest.raises(RegistrationError, match=r"could (be|include)"):
            sio.on(event, handler)


def test_a_client_is_asked(net: Any) -> None:
    """For an instance."""
    names = run(3)
    client, server = served(net, names)
    client.answers["mood"] = {"mood": "fine"}
    assert server.run(names["ask"](client.io.get_sid())) == names["Mood"](mood="fine")


def test_all_programs_are_run() -> None:
    """There are no others."""
    assert len(PROGRAMS) == 4
