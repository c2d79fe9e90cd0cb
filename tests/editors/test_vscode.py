"""The extension for Visual Studio Code: its settings, its types, its tests, and its package."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import asyncapi_guard

FOLDER = Path(__file__).parents[2] / "editors" / "vscode"
MANIFEST = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
LARGEST = 1_000_000
#: The files of a package, as `vsce` names them.
FILES = {
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/package.json",
    "extension/readme.md",
    "extension/changelog.md",
    "extension/LICENSE.txt",
    "extension/icon.png",
    "extension/out/extension.js",
    "extension/out/THIRD-PARTY-NOTICES.txt",
}


def code() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("src/*.ts")))


def declared_settings() -> set[str]:
    return set(MANIFEST["contributes"]["configuration"]["properties"])


def declared_commands() -> set[str]:
    return {each["command"] for each in MANIFEST["contributes"]["commands"]}


def test_each_setting_is_read_and_each_that_is_read_is_declared() -> None:
    assert 'SECTION = "asyncapiGuard"' in code()
    read = {f"asyncapiGuard.{name}" for name in re.findall(r'values\.get<\w+>\("(.+?)"', code())}
    assert read == declared_settings()
    assert code().count("getConfiguration") == 1


def test_the_default_of_each_setting_is_the_same_in_the_code() -> None:
    defaults = dict(re.findall(r'values\.get<\w+>\("(.+?)", "(.*?)"\)', code()))
    properties = MANIFEST["contributes"]["configuration"]["properties"]
    assert {f"asyncapiGuard.{name}": value for name, value in defaults.items()} == {
        name: each["default"] for name, each in properties.items()
    }


def test_each_level_of_the_trace_is_one_of_the_code() -> None:
    levels = re.search(r"type TraceLevel = (.+);", code())
    declared = MANIFEST["contributes"]["configuration"]["properties"]["asyncapiGuard.trace.server"]
    assert levels is not None
    assert re.findall(r'"(\w+)"', levels[1]) == declared["enum"]
    assert len(declared["enumDescriptions"]) == len(declared["enum"])


def test_each_command_is_registered_and_each_that_is_registered_is_declared() -> None:
    registered = re.findall(r"registerCommand\(`\$\{SECTION\}\.(\w+)`", code())
    assert {f"asyncapiGuard.{name}" for name in registered} == declared_commands()
    in_menus = {each["command"] for each in MANIFEST["contributes"]["menus"]["commandPalette"]}
    assert in_menus <= declared_commands()


def test_it_starts_for_what_it_reads() -> None:
    languages = re.search(r"LANGUAGES = (\[.+\])", code())
    files = re.search(r'FILES = "(.+)"', code())
    assert languages is not None
    assert files is not None
    assert set(MANIFEST["activationEvents"]) == {
        *(f"onLanguage:{each}" for each in json.loads(languages[1])),
        f"workspaceContains:{files[1]}",
    }


def test_the_readme_has_all_settings_and_commands() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(.+?)` \|", text, re.MULTILINE)) == declared_settings()
    titles = {
        f"{each['category']}: {each['title']}" for each in MANIFEST["contributes"]["commands"]
    }
    assert set(re.findall(r"^\| (AsyncAPI Guard: .+?) \|", text, re.MULTILINE)) == titles


def test_the_message_names_an_extra_that_the_package_has() -> None:
    requirement = re.search(r'REQUIREMENT = "asyncapi-guard\[(\w+)\]"', code())
    project = (FOLDER.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    extras = project.partition("[project.optional-dependencies]")[2].partition("\n[")[0]
    assert requirement is not None
    assert re.search(rf"^{requirement[1]} = ", extras, re.MULTILINE)


def test_a_marketplace_has_what_it_shows() -> None:
    assert MANIFEST["publisher"] == "asyncapi-guard"
    for key in ("displayName", "description", "license", "repository", "bugs", "homepage"):
        assert MANIFEST[key]
    assert MANIFEST["version"] == "0.0.0"  # the package's own is written when it is built
    icon = (FOLDER / MANIFEST["icon"]).read_bytes()
    width, height = (int.from_bytes(icon[at : at + 4], "big") for at in (16, 20))
    assert icon.startswith(b"\x89PNG")
    assert width == height >= 128
    assert f"## {asyncapi_guard.__version__}" in (FOLDER / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.slow
def test_its_own_tests_pass(npm: Any) -> None:
    done = npm("test", "--silent")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\S* ?tests (\d{2,})$", done.stdout, re.MULTILINE), done.stdout


@pytest.mark.slow
def test_the_package_has_what_it_needs_and_no_more(package: Path) -> None:
    assert package.stat().st_size < LARGEST
    with zipfile.ZipFile(package) as files:
        assert set(files.namelist()) == FILES
        script = files.read("extension/out/extension.js").decode()
        notices = files.read("extension/out/THIRD-PARTY-NOTICES.txt").decode()
        license = files.read("extension/LICENSE.txt").decode()
    assert len(script) < LARGEST
    assert "sourceMappingURL" not in script
    assert str(FOLDER) not in script
    assert "node_modules" not in script
    assert "vscode-languageclient" in notices
    assert license == (FOLDER.parents[1] / "LICENSE").read_text(encoding="utf-8")
    assert not (FOLDER / "LICENSE").exists()


@pytest.mark.slow
def test_the_package_has_the_version_of_the_python_package(package: Path) -> None:
    with zipfile.ZipFile(package) as files:
        manifest = json.loads(files.read("extension/package.json"))
        root = ET.fromstring(files.read("extension.vsixmanifest").decode())
    identity = next(each for each in root.iter() if each.tag.endswith("Identity"))
    numbers, candidate = re.fullmatch(r"([\d.]+)(\D\w*)?", asyncapi_guard.__version__).groups()
    assert manifest["version"] == identity.get("Version") == numbers
    assert identity.get("Publisher") == MANIFEST["publisher"]
    properties = {each.get("Id"): each.get("Value") for each in root.iter()}
    is_preview = properties.get("Microsoft.VisualStudio.Code.PreRelease") == "true"
    assert is_preview == (candidate is not None)


@pytest.mark.slow
def test_the_bundle_is_a_script_that_node_reads(package: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package) as files:
        script = Path(files.extract("extension/out/extension.js", tmp_path))
    checked = subprocess.run(
        ["node", "--check", str(script)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
