"""What docs/how-to/models.md says is what happens."""

from __future__ import annotations

import asyncio
import importlib
import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from msgspec.structs import fields
from werkzeug.serving import make_server

pytest.importorskip("datamodel_code_generator", reason="the extra `models` is not installed")

from test_models import accepts, document, generated, imported

from asyncapi_guard.cli.commands.models import command
from asyncapi_guard.cli.configuration_keys import ModelsKeys
from asyncapi_guard.cli.configuration_table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "how-to" / "models.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The models of the game, beside its document, in the working directory."""
    (tmp_path / "asyncapi.yml").write_bytes((ROOT / "specs" / "tictactoe.yml").read_bytes())
    monkeypatch.chdir(tmp_path)
    made = generated(tmp_path / "asyncapi.yml")
    (tmp_path / "models.py").write_text(made.files[""], encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    frozen = imported(generated(tmp_path / "asyncapi.yml", enums=True, frozen=True))
    monkeypatch.setitem(sys.modules, "frozen_models", frozen)
    yield importlib.import_module("models")
    del sys.modules["models"]


@pytest.fixture
def names(models: Any) -> dict[str, Any]:
    """What the code of the page has defined, after it has run."""
    assert models
    found: dict[str, Any] = {"__name__": "page"}
    for block in blocks("python"):
        exec(block, found)
    return found


def test_the_code_runs(names: dict[str, Any]) -> None:
    """With the models of the game."""
    sent: list[Any] = []

    class Recorder:
        def emit(self, *args: Any, **_: Any) -> None:
            sent.append(args)

    class Awaited:
        async def emit(self, *args: Any, **_: Any) -> None:
            sent.append(args)

    names["won"](Recorder())
    asyncio.run(names["announce"](Awaited()))
    assert sent == [("game_won", ({"game_id": 1, "winner": "X"},))] * 2
    assert names["game"].on_make_move(names["move"]).error == "Not today."


def test_the_client_plays(names: dict[str, Any]) -> None:
    """Against a server like that of the page, which its test client has for itself."""
    app = names["Flask"]("page")
    socketio = names["SocketIO"](app, async_mode="threading")
    names["AsyncAPIGuard"]("asyncapi.yml").init_app(app, socketio, typed=True)
    names["register"](socketio, names["game"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        assert names["play"](f"http://127.0.0.1:{server.server_port}") == "Not today."
    finally:
        server.shutdown()
        thread.join(60)
        server.server_close()


def test_all_that_is_in_a_module_is_told(models: Any) -> None:
    """By its name, or by the pattern of it."""
    told = set(re.findall(r"`([A-Z]\w+|register|\w+_…\w*)`", TEXT))
    public = {name for name in vars(models) if not name.startswith("_")}
    for name in (
        "Handlers",
        "ServerHandlers",
        "AsyncHandlers",
        "register",
        "Client",
        "AsyncClient",
    ):
        assert name in told
        assert name in public
    for pattern in ("emit_…", "emit_…_async"):
        assert pattern in told
        assert pattern.replace("…", "game_won") in public


def test_the_options_are_those_of_the_command() -> None:
    """Each is described, and each that is described is there."""
    told = set(re.findall(r"`(--[\w-]+)", TEXT))
    known = {option for param in command.params for option in param.opts if option.startswith("--")}
    assert told == known - {"--output", "--root", "--allow-http"}


def test_the_configuration_is_understood() -> None:
    for block in blocks("toml"):
        values = tomllib.loads(block)["tool"]["asyncapi-guard"]["models"]
        Table(Path("pyproject.toml"), "models", values).read(ModelsKeys)
    assert set(
        re.findall(r"`([\w-]+)`", TEXT.partition("Keys are ")[2].partition("In pre")[0])
    ) == {field.encode_name for field in fields(ModelsKeys)}


def test_the_hook_is_there() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for block in blocks("yaml"):
        (repo,) = yaml.safe_load(block)["repos"]
        assert {each["id"] for each in repo["hooks"]} <= {each["id"] for each in hooks}


def test_what_the_report_does_not_list_is_so() -> None:
    """Conversions, and integers that are written as large floats."""
    assert "Pydantic converts" in TEXT
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "b": {"type": "boolean"}},
    }
    made = generated(document(schema))
    assert made.losses == ()
    kind = imported(made).SayPayload
    assert accepts(kind, {"n": "7", "b": 1})
    assert accepts(kind, {"n": 2.0**62})
    assert not accepts(kind, {"n": 2.0**63})
    assert not accepts(kind, {"n": 1e30})


def test_the_models_of_the_example_are_up_to_date() -> None:
    """They are what the command in their header makes."""
    folder = ROOT / "examples" / "spec_first_typed"
    file = folder / "typed_models.py"
    words = shlex.split(file.read_text(encoding="utf-8").split("\n")[2].lstrip("# "))
    done = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", *words[1:], "--check"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
