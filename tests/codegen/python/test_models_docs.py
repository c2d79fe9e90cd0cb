"""What docs/models.md says is what happens."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import fields

pytest.importorskip("datamodel_code_generator", reason="the extra `models` is not installed")

from test_models import accepts, document, generated, imported

from asyncapi_guard.cli.commands.models import command
from asyncapi_guard.cli.configuration_keys import ModelsKeys
from asyncapi_guard.cli.configuration_table import Table

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_the_code_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the models of the game."""
    made = imported(generated(ROOT / "specs" / "tictactoe.yml"))
    monkeypatch.setitem(sys.modules, "models", made)
    frozen = imported(generated(ROOT / "specs" / "tictactoe.yml", enums=True, frozen=True))
    monkeypatch.setitem(sys.modules, "frozen_models", frozen)
    sent: list[Any] = []
    names: dict[str, Any] = {}
    for block in blocks("python"):
        exec(block, names)

    class Recorder:
        def emit(self, *args: Any, **_: Any) -> None:
            sent.append(args)

    names["won"](Recorder())
    assert sent == [("game_won", ({"game_id": 1, "winner": "X"},))]
    assert names["game"].on_make_move(names["move"]).error == "Not today."


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
