"""`asyncapi-guard diff`: versions in files and in git, formats, exit codes."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from either_click import runner

from asyncapi_guard.cli import cli
from asyncapi_guard.cli.change_reports import CHANGE_FORMATS

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "diff.md").read_text(encoding="utf-8")
OLD, NEW = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
#: The same document with a compatible change, and with one that nobody can judge.
WIDER = OLD.replace("maxLength: 200", "maxLength: 300")
UNSURE = OLD.replace("maxLength: 200", r"pattern: '^(a)\1$'")
OTHER = OLD.replace("maxLength: 200", r"pattern: '^(b)\1$'")


@pytest.fixture
def diff(tmp_path, monkeypatch):
    """Write two versions, and compare them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def run(old, new, *options):
        Path("old.yml").write_text(old, encoding="utf-8")
        Path("new.yml").write_text(new, encoding="utf-8")
        return runner().invoke(cli, ["diff", "old.yml", "new.yml", *options])

    return run


def test_the_page_says_what_it_prints(diff):
    """The example of docs/how-to/diff.md."""
    _, _, printed = PAGE.partition("$ asyncapi-guard diff old.yml new.yml\n")
    result = diff(OLD, NEW)
    assert (result.exit_code, result.stdout) == (1, printed.partition("```")[0])


@pytest.mark.parametrize(
    ("new", "option", "code"),
    [
        (NEW, (), 1),
        (NEW, ("--fail-on", "none"), 0),
        (WIDER, (), 0),
        (WIDER, ("--fail-on", "dangerous"), 0),
        (WIDER, ("--fail-on", "any"), 1),
        (OLD, ("--fail-on", "any"), 0),
    ],
)
def test_what_it_fails_for(diff, new, option, code):
    """Changes of the levels that it is told."""
    assert diff(OLD, new, *option).exit_code == code


@pytest.mark.parametrize(("option", "code"), [((), 0), (("--fail-on", "dangerous"), 1)])
def test_what_nobody_can_say_is_dangerous(diff, option, code):
    """Patterns of which no value is found."""
    result = diff(UNSURE, OTHER, *option)
    assert result.exit_code == code
    assert "dangerous" in result.stdout
    assert "pattern" in result.stdout


def test_json_has_the_fields_of_the_page(diff):
    """And no others."""
    data = json.loads(diff(OLD, NEW, "--format", "json").stdout)
    tables = re.findall(r"\| Field \| Meaning \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE)
    whole, each = (
        {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}
        for table in tables
    )
    assert data.keys() == whole
    assert all(change.keys() == each for change in data["changes"])
    assert data["summary"] == {"breaking": 2, "dangerous": 0, "compatible": 2}
    assert data["changes"][0]["new"]["line"] == 8


@pytest.mark.parametrize("format", CHANGE_FORMATS)
def test_every_format_names_the_event(diff, format):
    """And writes the same to a file."""
    printed = diff(OLD, NEW, "--format", format)
    assert "post" in printed.stdout
    written = diff(OLD, NEW, "--format", format, "-o", "report.txt")
    assert written.exit_code == printed.exit_code == 1
    assert written.stdout == ""
    assert Path("report.txt").read_text(encoding="utf-8") == printed.stdout


def test_hostile_texts_do_nothing(diff):
    """In a terminal and in Markdown."""
    evil = "'<script>alert(1)</script> `x` [a](javascript:b) _c_'"
    old = OLD.replace("id: {type: integer}", f"{evil}: {{type: integer}}")
    new = old.replace(f"{evil}: {{type: integer}}", f"{evil}: {{type: string}}")
    result = diff(old, new, "--format", "markdown")
    assert "<script>" not in result.stdout
    assert "[a](" not in result.stdout
    assert "script" in result.stdout


@pytest.mark.parametrize("broken", ["old.yml", "new.yml"])
def test_a_document_with_errors_is_shown(diff, broken):
    """With its file, line and what is wrong."""
    bad = OLD.replace("type: integer", "type: intger")
    texts = [bad if broken == name else OLD for name in ("old.yml", "new.yml")]
    result = diff(*texts)
    assert result.exit_code == 2
    assert f"{broken}:" in result.stderr
    assert f"{broken} cannot be compared" in result.stderr


def test_a_file_that_is_not_there(diff):
    """It is neither a path nor of a revision."""
    diff(OLD, NEW)
    result = runner().invoke(cli, ["diff", "older.yml", "new.yml"])
    assert result.exit_code == 2
    assert "there is no file 'older.yml'" in result.stderr


# -- git -------------------------------------------------------------------------------------------


def git(*arguments):
    """Run git as somebody."""
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A document with a schema in another file; what changed last is not committed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    Path("api").mkdir()
    document = OLD.replace("{type: string, maxLength: 200}", "{$ref: 'schemas/post.yml'}")
    Path("api/asyncapi.yml").write_text(document, encoding="utf-8")
    Path("api/schemas").mkdir()
    Path("api/schemas/post.yml").write_text("type: string\nmaxLength: 200\n", encoding="utf-8")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "First")
    git("tag", "v1")
    Path("api/schemas/post.yml").write_text("type: string\nmaxLength: 100\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("revision", ["main", "v1", "HEAD"])
def test_a_revision_has_its_own_files(repository, revision):
    """What the document refers to is as it was."""
    result = runner().invoke(cli, ["diff", f"{revision}:api/asyncapi.yml", "api/asyncapi.yml"])
    assert result.exit_code == 1
    assert f"{revision}:api/asyncapi.yml" in result.stdout
    assert "maximum" in result.stdout or "longer" in result.stdout


def test_a_path_from_where_the_command_runs(repository, monkeypatch):
    """Begins with `./`, as for git."""
    monkeypatch.chdir(repository / "api")
    result = runner().invoke(cli, ["diff", "main:./asyncapi.yml", "asyncapi.yml"])
    assert result.exit_code == 1


def test_two_revisions(repository):
    """Neither is what is on the disk."""
    result = runner().invoke(cli, ["diff", "v1:api/asyncapi.yml", "main:api/asyncapi.yml"])
    assert (result.exit_code, "no changes" in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere:api/asyncapi.yml", "there is no revision 'nowhere' here"),
        ("main:api/other.yml", "there is no file api/other.yml in the revision 'main'"),
        ("main:../other.yml", "outside the repository"),
    ],
)
def test_what_is_in_no_revision(repository, name, said):
    """The error says what is missing."""
    result = runner().invoke(cli, ["diff", name, "api/asyncapi.yml"])
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_whose_name_has_a_colon(repository):
    """A path that exists is a path."""
    Path("main:a.yml").write_text(OLD, encoding="utf-8")
    result = runner().invoke(cli, ["diff", "main:a.yml", "main:a.yml"])
    assert result.exit_code == 0


def test_outside_of_a_repository(tmp_path, monkeypatch):
    """Git says so."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    result = runner().invoke(cli, ["diff", "main:a.yml", "main:b.yml"])
    assert result.exit_code == 2
    assert "not a git repository" in result.stderr
