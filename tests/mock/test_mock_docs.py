"""docs/how-to/mock.md.

Its document is mocked, its scenario plays, its tests pass, its lines are real.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from asyncapi_guard import testing
from asyncapi_guard.cli.commands.mock import command
from asyncapi_guard.mock import reading
from asyncapi_guard.mock.expressions import NAMES
from asyncapi_guard.spec.source import read_source

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "mock.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [body for each, body in FENCE.findall(PAGE.read_text(encoding="utf-8")) if each == kind]


DOCUMENT, SCENARIO, CREDENTIALS, RECEIVED, SENT = blocks("yaml")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "asyncapi.yml").write_text(DOCUMENT)
    (tmp_path / "scenario.yml").write_text(SCENARIO)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("index", range(len(blocks("python"))))
def test_its_tests_pass(index: int, folder: Path) -> None:
    """Each as it stands."""
    names: dict[str, Any] = {}
    exec(compile(blocks("python")[index], "docs/how-to/mock.md", "exec"), names)
    done = names["test_create_a_game"]()
    if inspect.isawaitable(done):
        asyncio.run(_awaited(done))


async def _awaited(done: Any) -> None:
    await done


def test_its_scenario(folder: Path, play: Any) -> None:
    """The first rule is for Ada alone."""
    with testing.mock("asyncapi.yml", scenario="scenario.yml") as server:
        answer = play(server.url).ask("create_game", {"name": "Ada"})
    assert answer == {"error": "The name Ada is taken."}


def test_its_marks(folder: Path, play: Any) -> None:
    """`x-mock`, put where the page says."""
    document = yaml.safe_load(DOCUMENT)
    for text in (RECEIVED, SENT):
        # As it is read in a document: PyYAML takes `on` for true.
        ((name, fields),) = read_source("x-mock", "", text.encode()).data.items()
        document["channels"]["games"]["messages"][name].update(fields)
    with testing.mock(document) as server:
        player, other = play(server.url), play(server.url)
        assert "error" in player.ask("create_game", {"name": "Ada"})
        answer = player.ask("create_game", {"name": "Ben"})
        assert other.next() == ("game_created", {"game_id": answer["game_id"]})


def test_its_credentials(game: Any) -> None:
    """They are those of a scenario."""
    game["components"] = {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "basic": {"type": "http", "scheme": "basic"},
        }
    }
    schemes = [{"$ref": f"#/components/securitySchemes/{name}"} for name in ("bearer", "basic")]
    game["servers"] = {"here": {"host": "localhost", "protocol": "ws", "security": schemes}}
    with testing.mock(game, scenario=yaml.safe_load(CREDENTIALS)):
        pass


def test_its_lines(folder: Path, play: Any, caplog: pytest.LogCaptureFixture) -> None:
    """What it shows of the log is logged."""
    caplog.set_level("INFO", "asyncapi_guard.mock")
    with testing.mock("asyncapi.yml") as server:
        player = play(server.url)
        player.ask("create_game", {"name": "Ada"})
        player.ask("create_game", {"name": 7})
        server.violation()
    logged = [f"{each.levelname} {each.name}: {each.getMessage()}" for each in caplog.records]
    lines = "".join(blocks("text")).splitlines()
    shown = [line for line in lines if "asyncapi_guard" in line]
    sid = re.compile(r"sid=\S+")
    assert len(shown) == 3
    for line in shown:
        assert sid.sub("", line) in [sid.sub("", each) for each in logged]


def test_its_tables() -> None:
    """Each field, expression and option is on the page."""
    text = PAGE.read_text(encoding="utf-8")
    for name in {*reading._RULE, *reading._STEP}:
        assert re.search(rf"`{name}(?:: true)?`", text), name
    for name in NAMES:
        assert f"`{name}`" in text
    for option in command.params:
        if option.name in ("delay", "interval", "on_connect", "credentials", "origins", "asgi"):
            assert option.opts[0] in text
