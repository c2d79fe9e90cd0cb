"""docs/how-to/servers.md.

Its snippets are served in each framework and server, as the page says.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import websocket
from pages import DOCS, Page, running

from asyncapi_guard import Policy, testing

if TYPE_CHECKING:
    from pathlib import Path

PAGE = Page("servers.md")
COMMANDS = PAGE.commands()
#: The modules of those that the tests have at hand anyway.
AT_HAND = ("alone", "fastapi_app", "starlette_app")
#: What is installed for the others.
NEEDED = (
    *("aiohttp", "fastapi", "litestar", "quart", "sanic", "starlette", "tornado"),
    *("daphne", "granian", "gunicorn", "hypercorn", "uvicorn", "uvloop", "websockets"),
)
#: In seconds; nothing waits for it to pass.
PATIENCE = 120


def talk(url: str, document: Path) -> None:
    """Send what is accepted and what is rejected, over both transports, and a broken frame."""
    (rejected,) = map(json.loads, PAGE.blocks("json"))
    for transport in ("websocket", "polling"):
        with testing.client(
            url,
            document,
            policy=Policy(mode="off"),  # what is wrong leaves, too
            transports=[transport],
            timeout=PATIENCE,
        ) as server:
            assert server.call("add", [1, 2, 3]) == 6
            assert server.call("add", "x") == rejected
            assert server.call("multiply", [2])["error"]["code"] == "undeclared_event"
    wait_for_end_of_broken_connection(url)


def wait_for_end_of_broken_connection(url: str) -> None:
    """A frame that is not engine.io's ends its connection."""
    address = f"{url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
    broken = websocket.create_connection(address, timeout=PATIENCE)
    broken.recv()
    broken.send("x")
    with contextlib.suppress(websocket.WebSocketConnectionClosedException, ConnectionError):
        while broken.recv():
            pass
    broken.shutdown()


@pytest.mark.parametrize("module", AT_HAND)
def test_what_is_at_hand_is_served(
    module: str, net: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under uvicorn, in this process."""
    from traffic_asyncio import Uvicorn

    PAGE.save(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    try:
        app = importlib.import_module(module).app
    finally:
        for name in ("events", module):
            sys.modules.pop(name, None)
    talk(net.also_serve(Uvicorn(app)).url, tmp_path / "asyncapi.yml")


@pytest.mark.parametrize("module", ["aiohttp_app", "tornado_app"])
def test_frameworks_with_a_server_of_their_own_serve_it(module: str, tmp_path: Path) -> None:
    """As the page says to run it."""
    assert f"python {module}.py" in COMMANDS
    with running([sys.executable, f"{module}.py"], tmp_path, PAGE) as url:
        talk(url, tmp_path / "asyncapi.yml")


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory, skip_or_fail: Any) -> Path:
    """Where the programs are that the page runs: an environment of their own."""
    home = tmp_path_factory.mktemp("servers") / "environment"
    found = home / ("Scripts" if os.name == "nt" else "bin")
    install = [str(found / "python"), "-m", "pip", "install", "-q", str(DOCS.parents[1]), *NEEDED]
    for command in ([sys.executable, "-m", "venv", str(home)], install):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            skip_or_fail(f"the servers cannot be installed: {done.stderr[-500:]}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_serves(command: str, scripts: Path, tmp_path: Path) -> None:
    """With the newest releases of frameworks and servers."""
    program, *arguments = command.split()
    with running([str(scripts / program), *arguments], tmp_path, PAGE) as url:
        talk(url, tmp_path / "asyncapi.yml")


@pytest.mark.slow
@pytest.mark.parametrize("page", ["flask.md", "wsgi.md", "fastapi.md"])
def test_the_commands_for_production_serve(page: str, scripts: Path, tmp_path: Path) -> None:
    """Those of the pages that have a whole server."""
    shown = Page(page)
    program, *arguments = shown.commands()[1].split()
    ada = {"name": "ada", "password": "open sesame"}
    with (
        running([str(scripts / program), *arguments], tmp_path, shown) as url,
        testing.client(url, tmp_path / "asyncapi.yml", auth=ada, timeout=PATIENCE) as server,
    ):
        assert server.call("join", "red") == 1


def test_every_snippet_is_run() -> None:
    """Each file of the page but those that all share is named by a command."""
    ran = set(re.findall(r"(\w+)(?:\.py|:app)", "\n".join(COMMANDS)))
    saved = {name.removesuffix(".py") for name in PAGE.files if name.endswith(".py")}
    assert saved == ran | {"events"}
