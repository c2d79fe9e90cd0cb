"""The page about editors: each configuration starts the language server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "editor.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMAND = ["asyncapi-guard", "lsp"]


def block(kind: str, number: int = 0) -> str:
    return re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)[number]


def test_the_heading_that_the_command_names() -> None:
    assert "\n## Set up your editor\n" in TEXT


def test_neovim() -> None:
    found = re.search(r"cmd = \{(.+?)\}", block("lua"))
    assert found is not None
    assert re.findall(r'"(.*?)"', found[1]) == COMMAND
    names = re.findall(r'vim\.lsp\.(?:config|enable)\("(\w+)"', block("lua"))
    assert len(names) == 2
    assert len(set(names)) == 1


def test_helix() -> None:
    data = tomllib.loads(block("toml"))
    ((name, server),) = data["language-server"].items()
    assert [server["command"], *server["args"]] == COMMAND
    assert [each["name"] for each in data["language"]] == ["yaml", "json"]
    assert all(name in each["language-servers"] for each in data["language"])


def test_emacs() -> None:
    assert f'("{COMMAND[0]}" "{COMMAND[1]}")' in block("elisp")
    assert block("elisp").count("(") == block("elisp").count(")")


def test_jetbrains() -> None:
    assert f"| Command | `{' '.join(COMMAND)}` |" in TEXT


def test_visual_studio_code() -> None:
    settings = json.loads(block("json"))
    folder = PAGE.parents[2] / "editors" / "vscode"
    scripts = json.loads((folder / "package.json").read_text(encoding="utf-8"))["scripts"]
    assert "source.fixAll.asyncapi-guard" in settings["editor.codeActionsOnSave"]
    assert re.findall(r"^npm run (\w+)$", block("sh"), re.MULTILINE) == ["package"]
    assert "package" in scripts


def test_the_action_of_the_page_is_that_of_the_server() -> None:
    pytest.importorskip("pygls", reason="the language server needs pygls")
    from asyncapi_guard.lsp.features.code_actions import FIX_ALL

    assert f"`{FIX_ALL}`" in TEXT


def test_the_command_runs() -> None:
    command = [sys.executable, "-m", "asyncapi_guard", *COMMAND[1:], "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "docs/how-to/editor.md" in done.stdout
