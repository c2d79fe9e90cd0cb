"""`[tool.asyncapi-guard]` with rules of style and a project's own, from the command line."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from asyncapi_guard.cli import cli

CLEAN = """\
asyncapi: 3.1.0
info: {title: Chat, version: 1.0.0}
channels: {chat: {address: /}}
"""
TAGGED = CLEAN.replace("1.0.0}", "1.0.0, tags: [{name: rooms}]}")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, the root of a repository."""
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    return tmp_path


@dataclass
class Done:
    """What a command printed, and how it ended."""

    stdout: str
    stderr: str
    returncode: int


def run(*args: str, stdin: str = "") -> Done:
    """A command in this process: starting one costs most of a second."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()))
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(sys, "stdin", given)
        for name in ("FORCE_COLOR", "GITHUB_ACTIONS"):
            patch.delenv(name, raising=False)
        try:
            cli(list(args))
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(out.getvalue(), err.getvalue(), code)


def concise(*args: str) -> list[str]:
    return run("validate", "--format", "concise", "--quiet", *args).stdout.splitlines()


def codes(*args: str) -> list[str]:
    report = json.loads(run("validate", "--format", "json", *args).stdout)
    return [finding["code"] for finding in report["findings"]]


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


RULE = """\
strict = false

[rules.tag-names]
where = "tag"
field = "name"
starts-with = "the-"
severity = "error"
why = "Our portal wants it."
"""


# -- style -----------------------------------------------------------------------------------------


def test_style_on_the_command_line() -> None:
    """As a group, a code, and with a severity; and off again."""
    write("asyncapi.yml", CLEAN)
    assert codes() == []
    found = codes("--extend-select", "style")
    assert {"info-contact", "document-servers"} <= set(found)
    assert codes("--extend-select", "info-contact") == ["info-contact"]
    assert codes("--severity", "info-contact=error") == ["info-contact"]
    assert "info-contact" not in codes("--extend-select", "style", "--ignore", "info-contact")
    assert codes("--select", "info-contact") == ["info-contact"]
    assert codes("--select", "ALL") == []


def test_style_in_the_configuration() -> None:
    """With cases, for some files."""
    write("asyncapi.yml", CLEAN.replace("{chat:", "{my_chat:"))
    write("old/asyncapi.yml", CLEAN.replace("{chat:", "{my_chat:"))
    table = 'extend-select = ["channel-case"]\n[style]\nchannels = "{}"\n'
    write("asyncapi-guard.toml", table.format("camelCase"))
    said = "channel 'my_chat' is not in camelCase; write 'myChat'"
    assert any(said in line for line in concise("asyncapi.yml"))
    write("asyncapi-guard.toml", table.format("snake_case"))
    assert concise("asyncapi.yml") == []
    write("asyncapi-guard.toml", '[per-file."old/*"]\nextend-select = ["channel-case"]\n')
    assert [line.partition(":")[0] for line in concise("asyncapi.yml", "old")] == [
        "old/asyncapi.yml"
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("[style]\nevent = 'snake_case'\n", "style.event: unknown key; did you mean 'events'?"),
        (
            "[style]\nevents = 'snakecase'\n",
            "style.events: 'snakecase' is not a case; did you mean 'snake_case'?",
        ),
        ("[style]\nevents = 1\n", "style.events: must be one or several of camelCase"),
        ("style = 1\n", "style: must be a table of names and their cases"),
        (
            "extend-select = ['styl']\n",
            "extend-select: unknown rule code 'styl'; did you mean 'style'?",
        ),
        ("[rules.a]\nwhere = 'info'\n", "rules.a: has no assertion; use one of matches"),
        ("[rules.a]\nwhere = 'inf'\nrequired = 'x'\n", "rules.a.where: 'inf' is not a kind"),
        (
            "[rules.a]\nwhere = 'info'\nwhen = {b = {matchs = 'x'}}\nrequired = 'x'\n",
            "rules.a.when.b.matchs: unknown key; did you mean 'matches'?",
        ),
        (
            "[rules.wrong-type]\nwhere = 'info'\nrequired = 'x'\n",
            "rules.wrong-type: there is a rule wrong-type already; choose another name",
        ),
        ("[rules]\na = 1\n", "rules.a: must be a table, not a number"),
        ("rules = []\n", "rules: must be a table of rules"),
        (
            "[rules.A]\nwhere = 'info'\nrequired = 'x'\n",
            "rules.A: the name of a rule must have lowercase",
        ),
    ],
)
def test_mistakes(table: str, message: str) -> None:
    """Exit code 2, with the file, the key and what is near."""
    write("asyncapi.yml", CLEAN)
    write("asyncapi-guard.toml", table)
    done = run("validate")
    assert done.returncode == 2
    assert f"Error: asyncapi-guard.toml: {message}" in done.stderr


# -- own rules -------------------------------------------------------------------------------------


def test_an_own_rule_is_a_rule() -> None:
    """Severity, select, ignore, per-file, comments, fixing and several processes."""
    write("asyncapi.yml", TAGGED)
    write("asyncapi-guard.toml", RULE)
    done = run("validate", "--format", "concise")
    assert done.returncode == 1
    said = "error[tag-names] 'name' of 'rooms' must start with 'the-'"
    assert f"asyncapi.yml:2:51: {said}\n" in done.stdout
    assert codes("--ignore", "tag-names") == []
    assert codes("--select", "wrong-type") == []
    assert codes("--select", "tag-n*") == ["tag-names"]
    assert run("validate", "--severity", "tag-names=warning").returncode == 0
    assert run("validate", "--ignore", "tag-name").returncode == 2
    assert "error[tag-names]" in run("validate", "--fix", "--diff").stderr
    write("b.yml", TAGGED)
    assert codes("--jobs", "2", "asyncapi.yml", "b.yml") == ["tag-names", "tag-names"]
    write("asyncapi-guard.toml", 'per-file = {"b.yml" = {ignore = ["tag-names"]}}\n' + RULE)
    assert codes("asyncapi.yml", "b.yml") == ["tag-names"]
    write(
        "asyncapi.yml", TAGGED.rstrip().replace("rooms}]}", "rooms}]}  # guard: ignore[tag-names]")
    )
    assert codes() == []


def test_an_own_rule_in_pyproject() -> None:
    """Under its whole name, for standard input as well."""
    table = RULE.replace("strict = false", "[tool.asyncapi-guard]")
    write("pyproject.toml", table.replace("[rules", "[tool.asyncapi-guard.rules"))
    done = run("validate", "-", "--format", "concise", stdin=TAGGED)
    assert "error[tag-names]" in done.stdout


@pytest.mark.parametrize("form", ["full", "concise", "json", "github", "gitlab", "sarif", "junit"])
def test_every_format_has_own_rules(form: str) -> None:
    """With the rule's name."""
    write("asyncapi.yml", TAGGED)
    write("asyncapi-guard.toml", RULE)
    assert "tag-names" in run("validate", "--format", form).stdout


def test_sarif_describes_own_rules() -> None:
    """As any other, but for a page on the web."""
    write("asyncapi.yml", TAGGED)
    write("asyncapi-guard.toml", RULE)
    log = json.loads(run("validate", "--format", "sarif").stdout)
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "tag-names"
    assert rule["shortDescription"]["text"] == "`name` of `tag`: starts-with `the-`."
    assert rule["fullDescription"]["text"].startswith("Our portal wants it.")
    assert rule["defaultConfiguration"]["level"] == "error"
    assert "helpUri" not in rule


def test_own_rules_are_listed_and_explained() -> None:
    """By `asyncapi-guard rules`, from the nearest configuration or a given one."""
    write("asyncapi-guard.toml", RULE)
    listed = run("rules").stdout
    assert "Your own rules\nerror    tag-names" in listed
    assert "Style\nOff by default" in listed
    explained = run("rules", "tag-names").stdout
    assert explained.startswith("tag-names (error)\n\n`name` of `tag`: starts-with `the-`.\n\n")
    assert "Our portal wants it. The rule is defined in asyncapi-guard.toml:3." in explained
    assert "Bad:" not in explained
    rules = json.loads(run("rules", "--format", "json").stdout)["rules"]
    assert rules[-1]["code"] == "tag-names"
    assert "did you mean 'tag-names'?" in run("rules", "tag-nams").stderr
    write("other.toml", RULE.replace("tag-names", "label-names"))
    assert run("rules", "label-names", "--config", "other.toml").returncode == 0
    write("asyncapi-guard.toml", "rules = 1\n")
    assert run("rules", "wrong-type").returncode == 0
    assert run("rules").returncode == 2


# -- rules that are about nothing ------------------------------------------------------------------


def test_a_rule_about_nothing_is_said_once() -> None:
    """After all documents, at its place in the configuration, and only if none had anything."""
    write("asyncapi.yml", CLEAN)
    write("b.yml", CLEAN)
    write("asyncapi-guard.toml", RULE)
    (said,) = concise("asyncapi.yml", "b.yml")
    assert said.startswith("asyncapi-guard.toml:3:1: warning[unused-rule] rule 'tag-names' checks ")
    assert said.endswith(
        "in any of 2 documents matches where = 'tag'; correct the rule, or remove it"
    )
    assert codes("--jobs", "2", "asyncapi.yml", "b.yml") == ["unused-rule"]
    assert run("validate").returncode == 0
    assert run("validate", "--strict").returncode == 1
    assert codes("--ignore", "unused-rule") == []
    assert codes("--ignore", "tag-names") == []
    write("b.yml", TAGGED.replace("rooms", "the-rooms"))
    assert codes("asyncapi.yml", "b.yml") == []


def test_what_is_not_known_is_not_said() -> None:
    """Of a part of the documents, a broken one, and what an editor sends."""
    write("asyncapi.yml", CLEAN)
    write("b.yml", CLEAN)
    write("asyncapi-guard.toml", 'files = ["asyncapi.yml", "b.yml"]\n' + RULE)
    assert codes() == ["unused-rule"]
    assert codes("asyncapi.yml") == []
    assert codes("b.yml", "asyncapi.yml") == ["unused-rule"]
    assert run("validate", "-", "--quiet", stdin=CLEAN).stdout == ""
    write("b.yml", "asyncapi: [")
    assert codes() == ["unreadable"]


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ('[rules."tag-names"]\nwhere = "tag"\nrequired = "x"\n', 1),
        ('strict = false\nrules.tag-names.where = "tag"\nrules.tag-names.required = "x"\n', 2),
        ('\n[rules]\ntag-names = {where = "tag", required = "x"}\n', 3),
        ('rules = {tag-names = {where = "tag", required = "x"}}\n', 1),
    ],
)
def test_where_a_rule_stands(table: str, line: int) -> None:
    """However the table is written."""
    write("asyncapi.yml", CLEAN)
    write("asyncapi-guard.toml", table)
    (found,) = concise()
    assert found.startswith(f"asyncapi-guard.toml:{line}:1: warning[unused-rule]")
