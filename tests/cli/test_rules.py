"""How rules are explained."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from asyncapi_guard.cli.commands import rules
from asyncapi_guard.lint.rules import RULES

ROOT = Path(__file__).parents[2]


def run(*args: str) -> Result:
    return CliRunner().invoke(rules.command, args)


def test_all_rules_are_listed() -> None:
    """Each code has a line with its severity and title, all in columns."""
    lines = [line for line in run().output.splitlines() if line.startswith(("error", "warning"))]
    width = max(map(len, RULES))
    assert lines == [
        f"{rule.severity.value:7}  {rule.code:{width}}  {rule.title}" for rule in RULES.values()
    ]


@pytest.mark.parametrize("code", RULES)
def test_a_rule_is_explained(code: str) -> None:
    """A rule is shown with its severity, title, paragraph and examples."""
    rule = RULES[code]
    done = run(code)
    assert done.exit_code == 0
    assert done.output.startswith(f"{code} ({rule.severity.value})\n\n")
    words = " ".join(done.output.split())
    for text in (rule.title, rule.why, "Bad:", rule.bad, "Good:", rule.good):
        assert " ".join(text.split()) in words
    for line in (*rule.bad.splitlines(), *rule.good.splitlines(), *rule.spec.splitlines()):
        assert f"    {line}".rstrip() in done.output.splitlines()


def test_an_unknown_code_has_a_nearest_one() -> None:
    """A typo in a code is a mistake in usage, and the code that was meant is named."""
    done = run("Mising-field")
    assert done.exit_code == 2
    assert "Unknown rule code 'Mising-field'; did you mean 'missing-field'?" in done.output


def test_a_code_like_no_other() -> None:
    """What resembles no code is sent to the list."""
    done = run("zzz")
    assert done.exit_code == 2
    assert "`asyncapi-guard rules` lists them" in done.output


def test_rules_as_json() -> None:
    """JSON has all rules, or the one that was asked for, with every field."""
    listed = json.loads(run("--format", "json").output)["rules"]
    assert [rule["code"] for rule in listed] == list(RULES)
    texts = {"title", "why", "fix", "bad", "good", "spec"}
    assert set(listed[0]) == {"code", "severity", "optional", "group", *texts}
    assert {rule["group"] for rule in listed if rule["optional"]} == {"Style"}
    (only,) = json.loads(run("--format", "json", "wrong-type").output)["rules"]
    assert only == next(rule for rule in listed if rule["code"] == "wrong-type")


def test_one_rule_as_markdown() -> None:
    """Markdown of one rule is its part of the page."""
    part = run("--format", "markdown", "wrong-type").output
    assert "```yaml" in part
    assert part in run("--format", "markdown").output
    assert "```python" in run("--format", "markdown", "undeclared-emit").output


def test_groups_stand_in_the_order_of_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules of a group stand together under its name, in the list and on the page."""
    monkeypatch.setattr(rules, "_group", lambda rule: rule.severity.value.title())
    names = list(dict.fromkeys(rule.severity.value.title() for rule in RULES.values()))
    headings = re.findall("^## (.*)$", run("--format", "markdown").output, re.MULTILINE)
    assert [name for name, _ in rules._groups(list(RULES.values()))] == headings
    assert set(headings) == set(names)
    assert re.findall("^[A-Z][a-z]+$", run().output, re.MULTILINE) == headings


def test_the_page_is_up_to_date() -> None:
    """docs/reference/rules.md is what `asyncapi-guard rules --format markdown` prints.

    Run it to renew it.
    """
    page = (ROOT / "docs" / "reference" / "rules.md").read_text("utf-8")
    assert page == run("--format", "markdown").output


def test_every_code_has_an_anchor() -> None:
    """A code is a heading whose anchor is the code, and the table links there."""
    page = run("--format", "markdown").output
    headings = re.findall("^### `(.*)`$", page, re.MULTILINE)
    assert headings == list(RULES)
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", code) for code in RULES)
    assert re.findall(r"^\| \[`(.*)`\]\(#\1\) \|", page, re.MULTILINE) == list(RULES)


def test_no_example_ends_its_block() -> None:
    """Examples hold nothing that would end their fenced block on the page."""
    assert not [r.code for r in RULES.values() if "```" in r.bad + r.good]


def test_it_is_a_command() -> None:
    """The command is reached from the command line, and its help has an example."""
    done = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "rules", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Example: asyncapi-guard rules" in done.stdout
