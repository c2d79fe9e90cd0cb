"""docs/how-to/usage.md: its server counts its clients, and `diff` prints what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import socketio
from either_click import runner

from asyncapi_guard.cli import cli
from asyncapi_guard.usage.lines import PlaceCount, UseLine

if TYPE_CHECKING:
    import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "how-to" / "usage.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
OLD, NEW = (body for kind, body in FENCES if kind == "yaml")
SERVER, CLIENT = (body for kind, body in FENCES if kind == "python")
(CONSOLE,) = (body for kind, body in FENCES if kind == "console")
(IN_CI,) = (body for kind, body in FENCES if kind == "sh")


def test_the_page_says_what_happens(
    net: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients of three versions talk to the server of the page, and `diff` tells them apart."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    Path("asyncapi.yml").write_text(OLD, encoding="utf-8")
    Path("new.yml").write_text(NEW, encoding="utf-8")
    names: dict[str, Any] = {}
    exec(SERVER, names)
    url = net.serve(socketio.WSGIApp(names["server"]))
    for version, data in (("1.5", {"shape": "circle", "label": "x"}), ("1.6", None)):
        client = net.client(url, auth={"version": version})
        if data is not None:
            client.io.emit("draw", data)
            assert client.receive()[1] == "drawn"
    said = re.search(r"auth=(\{.*?\}).*?emit\(\"draw\", (\{.*?\})\)", CLIENT, re.DOTALL)
    assert said is not None
    client = net.client(url, auth=json.loads(said[1]))
    client.io.emit("draw", json.loads(said[2]))
    assert client.receive()[1] == "drawn"
    names["guard"].uninstall()
    command, _, printed = CONSOLE.partition("\n")
    arguments = command.removeprefix("$ asyncapi-guard ").replace("'", "").split()
    result = runner().invoke(cli, arguments)
    assert (result.exit_code, result.stdout) == (1, printed)
    in_ci = IN_CI.replace("main:asyncapi.yml asyncapi.yml", "asyncapi.yml new.yml")
    assert runner().invoke(cli, in_ci.replace("'", "").split()[1:]).exit_code == 1
    texts = [path.read_text(encoding="utf-8") for path in Path().glob("*.ndjson")]
    lines = [json.loads(each) for text in texts for each in text.splitlines()]
    fields = {name for each in lines[1:] for name in each} - {"type"}
    assert fields <= set(UseLine.__struct_fields__)


def test_the_tables_have_each_field() -> None:
    """Of lines, and of places."""
    rows = {
        name
        for row in re.findall(r"^\|(.*?)\|", TEXT, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert set(UseLine.__struct_fields__) <= rows
    assert all(f"`{name}`" in TEXT for name in PlaceCount.__struct_fields__)
