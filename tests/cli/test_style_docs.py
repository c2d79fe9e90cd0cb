"""docs/how-to/style.md: its commands print what it says, and its tables are right."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from asyncapi_guard.cli.configuration import Configurations
from asyncapi_guard.lint import RULES, lint
from asyncapi_guard.lint.cases import CASES
from asyncapi_guard.lint.own.places import KINDS
from asyncapi_guard.lint.own.reading import _OTHERS, ASSERTIONS, PLACEHOLDERS
from asyncapi_guard.lint.repairs import REPAIRS
from asyncapi_guard.lint.style_options import StyleOptions

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "how-to" / "style.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "configuration.md").read_text(encoding="utf-8")
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [text for found, text in _FENCE.findall(PAGE) if found == kind]


TABLES, COMMANDS, PRINTED = blocks("toml"), blocks("sh"), blocks("text")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the document of the page."""
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    (document,) = blocks("yaml")
    Path("asyncapi.yml").write_text(document, encoding="utf-8")
    return tmp_path


def printed(command: str) -> str:
    """What a command prints, with what it says on stderr first."""
    words = shlex.split(command)
    assert words[0] == "asyncapi-guard"
    environment = {
        k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "GITHUB_ACTIONS")
    }
    done = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", *words[1:]],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
        env=environment,
    )
    return done.stdout


def configure(*tables: str) -> None:
    Path("pyproject.toml").write_text("\n".join(tables), encoding="utf-8")


def test_turning_the_rules_on() -> None:
    """The findings are those on the page."""
    configure(TABLES[0])
    assert printed(COMMANDS[0]) == PRINTED[0]


def test_without_a_configuration_nothing_is_found() -> None:
    """What the page shows is style, and off by default."""
    assert {found.severity for found in lint("asyncapi.yml")} <= set()


def test_the_other_tables() -> None:
    """A severity makes a finding an error; another case takes it away."""
    configure(TABLES[0], TABLES[1])
    assert "error[event-case]" in printed(COMMANDS[0])
    configure(TABLES[0], TABLES[2])
    assert "event-case" not in printed(COMMANDS[0])
    assert Configurations().of_file("asyncapi.yml").settings.style.events == ("camelCase",)


def test_fixing() -> None:
    """What is fixed is what the page says, and nothing else is left to fix."""
    assert printed(COMMANDS[1]).startswith(PRINTED[1])
    again = printed(COMMANDS[1])
    assert "fixed:" not in again
    assert "event-case" in again


def test_rules_of_your_own() -> None:
    """They find what the page says, and are explained as it says."""
    configure(TABLES[3])
    assert printed(COMMANDS[2]) == PRINTED[2]
    assert printed(COMMANDS[3]) == PRINTED[3]


def test_every_block_is_run() -> None:
    """None was added that the tests above do not know."""
    assert [len(each) for each in (TABLES, COMMANDS, PRINTED)] == [4, 4, 4]


# -- tables ----------------------------------------------------------------------------------------


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the rows below a heading of a table."""
    table = text.partition(f"| {heading} |")[2].partition("\n\n")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_rules_of_spectral_and_redocly() -> None:
    """Each of ours is one, and is off by default where the table says so."""
    table = rows(PAGE, "Spectral")
    assert len(table) > 25
    named = set()
    for *_, ours, off in table:
        codes = re.findall("`([a-z-]+)`", ours)
        assert codes
        named |= set(codes)
        assert {RULES[code].optional for code in codes} == {off == "yes"}
    style = {code for code, rule in RULES.items() if rule.optional}
    # What neither of them has.
    assert style - named == {
        "channel-case",
        "event-case",
        "message-description",
        "message-examples",
        "operation-case",
        "parameter-case",
        "property-case",
        "schema-case",
        "summary-form",
    }


def test_what_is_fixed_is_said() -> None:
    """The page names each repair of a rule of style."""
    repaired = {code for code in REPAIRS if RULES[code].optional}
    assert repaired == {"server-slash", "summary-form", "tags-order"}


def test_the_reference_has_all_there_is() -> None:
    """Cases, kinds, keys, assertions and placeholders."""
    style = {name: default for name, default, _ in rows(REFERENCE, "Key in `style`")}
    assert style == {name: f"`{case}`" for name, (case,) in StyleOptions().items()}
    listed = re.search(r"The cases are (.*?)\.\n", REFERENCE, re.DOTALL)
    assert listed is not None
    assert re.findall("`([^`]+)`", listed[1]) == list(CASES)
    kinds = re.search(r"\*\*Kinds\*\* are (.*?)\. An", REFERENCE, re.DOTALL)
    assert kinds is not None
    assert re.findall("`([^`]+)`", kinds[1]) == list(KINDS)
    assert {row[0] for row in rows(REFERENCE, "Key of a rule")} == set(_OTHERS)
    names = [name for row in rows(REFERENCE, "Assertion") for name in row[0].split(", ")]
    assert names == sorted(names, key=list(ASSERTIONS).index)
    assert set(names) == set(ASSERTIONS)
    assert all(f"`{{{name}}}`" in REFERENCE for name in PLACEHOLDERS)
