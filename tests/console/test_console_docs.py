"""docs/how-to/console.md: its servers run, and their responses are those of the page."""

from __future__ import annotations

import importlib
import json
import shlex
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from console_chat import ask, judge
from pages import Page, running
from traffic_asyncio import Uvicorn

from asyncapi_guard import testing
from asyncapi_guard.cli.commands.docs import command as docs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAGE = Page("console.md")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Imports a module of the page, in a folder with all of its files."""
    PAGE.save(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module
    for name in PAGE.files:
        sys.modules.pop(name.removesuffix(".py"), None)


def test_the_server_runs_as_the_page_says(tmp_path: Path) -> None:
    """And answers what the page shows."""
    run = ["flask", "--app", "chat", "run", "--port", "8000"]
    assert f"Run `{' '.join(run)}`" in PAGE.text
    (command,) = PAGE.commands()[:1]
    *_, data = shlex.split(PAGE.blocks("sh")[0])
    assert command.startswith("curl -s http://localhost:8000/asyncapi/judge")
    (shown,) = map(json.loads, PAGE.blocks("json"))
    (policy,) = PAGE.blocks("text")
    with running([sys.executable, "-m", *run], tmp_path, PAGE) as url:
        root = f"{url.replace('127.0.0.1', 'localhost')}/asyncapi"
        page = ask(f"{root}/")
        assert page.status == 200
        port = url.rpartition(":")[2]
        assert page.headers["Content-Security-Policy"] == policy.strip().replace("8000", port)
        assert judge(root, *json.loads(data)["items"]).json == shown


def test_every_path_of_the_table_is_there(module: Callable[[str], Any]) -> None:
    """For who can see it; and nobody else gets anything."""
    app = module("private").app
    client = app.test_client()
    rows = [line for line in PAGE.text.splitlines() if line.startswith("| `/")]
    paths = [part.strip(" `") for row in rows for part in row.split("|")[1].split(",")]
    assert len(paths) == 10
    for path in paths:
        assert client.get(path).status_code == 403, path
    with client.session_transaction() as session:
        session["role"] = "staff"
    statuses = {path: client.get(path).status_code for path in paths}
    other = {"/asyncapi/judge": 405, "/asyncapi/static/": 404}
    assert statuses == {path: other.get(path, 200) for path in paths}
    assert "asyncapi_guard:/asyncapi" in app.view_functions


def test_it_is_served_without_flask(net: Any, module: Callable[[str], Any]) -> None:
    """On WSGI and on ASGI; events pass beside it."""
    urls = [
        net.serve(module("wsgi_chat").app),
        net.also_serve(Uvicorn(module("asgi_chat").app)).url,
    ]
    for url in urls:
        assert b"title: Chat" in ask(f"{url}/asyncapi.yml").body
        with testing.client(url, "asyncapi.yml") as server:
            assert server.call("say", {"text": "hello"}) is True
    assert ask(f"{urls[1]}/openapi.json").json["openapi"]


def test_a_file_is_shown_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command is understood, and the one that writes files writes them."""
    PAGE.save(tmp_path)
    monkeypatch.chdir(tmp_path)
    commands = [each for each in PAGE.commands() if each.startswith("asyncapi-guard docs ")]
    given = [shlex.split(each)[2:] for each in commands]
    assert len(given) == 3
    for arguments in given:
        docs.make_context("docs", [*arguments])  # which empties the list
    done = CliRunner().invoke(docs, next(each for each in given if "-o" in each))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "site" / "index.html").is_file()
    assert 'id="main-say"' in (tmp_path / "site" / "index.html").read_text()
