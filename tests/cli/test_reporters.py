"""How findings are shown."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import click
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from levels import LEVEL

from asyncapi_guard.cli import reporters
from asyncapi_guard.cli.reporters import (
    FORMATS,
    FileReport,
    default_format,
    render,
    wants_color,
)
from asyncapi_guard.cli.reporters.excerpt import token_end
from asyncapi_guard.cli.reporters.full import COMMONLY_BROKEN, render_finding
from asyncapi_guard.cli.rule_links import PAGE, rule_url
from asyncapi_guard.errors import Finding, Severity
from asyncapi_guard.lint.rules import RULES

ROOT = Path(__file__).parents[2]
SARIF_SCHEMA = ROOT / ".cache" / "sarif" / "sarif-2.1.0.json"
GOOD = [FileReport("a.yml", ())]

#: Everything that a name, a message or a pointer can hold, what means something more often.
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\r\n\t\0\x1b\x7f\x85\x9b\u2028\u202e\ud800\udcff:,%#[]<>&\"'/~ "),
        st.characters(exclude_categories=()),
    )
)
FINDINGS = st.builds(
    Finding,
    file=HOSTILE,
    line=st.integers(0, 9),
    column=st.integers(0, 9),
    pointer=HOSTILE,
    message=HOSTILE,
    code=HOSTILE,
    severity=st.sampled_from(Severity),
)
REPORTS = st.lists(
    st.builds(FileReport, file=HOSTILE, findings=st.lists(FINDINGS, max_size=3).map(tuple)),
    min_size=1,
    max_size=3,
)
ATTACK = [
    FileReport(
        "::error::a\n::error::b.yml",
        (
            Finding(
                "x:1,line=9::\r\n::set-env a.yml",
                1,
                1,
                "/\n::stop-commands::x",
                "a\n::warning::b\r##[error]c\x1b[31m]]>&\ud800",
                "c\n::add-mask::x",
            ),
        ),
    )
]


def finding(message: str = "is wrong", **facts: object) -> Finding:
    defaults = {"file": "a.yml", "line": 1, "column": 1, "pointer": "/info", "code": "wrong-type"}
    return Finding(**{**defaults, **facts}, message=message)


def report(*findings: Finding, file: str = "a.yml") -> list[FileReport]:
    return [FileReport(file, findings)]


def plain(format: str, reports: list[FileReport], **options: bool) -> str:
    return click.unstyle(render(format, reports, **options))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def excerpt(text: str, line: int, column: int, name: str = "a.yml") -> tuple[str, str]:
    """The line that is shown for a place in a text, and what the carets stand under."""
    Path(name).write_text(text, encoding="utf-8", newline="")
    rows = plain("full", report(finding(file=name, line=line, column=column, pointer=""))).split(
        "\n"
    )
    at = next(number for number, row in enumerate(rows) if row.lstrip(" |").startswith("^"))
    return rows[at - 1].partition(" | ")[2], rows[at].partition(" | ")[2]


def marked(text: str, line: int, column: int, name: str = "a.yml") -> str:
    shown, carets = excerpt(text, line, column, name)
    return shown[carets.index("^") :][: carets.count("^")]


# -- all of them -----------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
@given(reports=REPORTS)
@example(reports=ATTACK)
def test_any_text_can_be_shown(format: str, reports: list[FileReport]) -> None:
    """No file name, message, pointer or code makes a reporter raise, or steers a terminal."""
    for quiet in (False, True):
        text = plain(format, reports, quiet=quiet)
        assert all(c.isprintable() or c in "\n\t\x7f" for c in text)


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_to_say_when_quiet(format: str) -> None:
    """Quiet formats for people are silent about good files, formats for programs are whole."""
    assert bool(render(format, GOOD, quiet=True)) is (
        format in ("json", "gitlab", "sarif", "junit")
    )


def test_an_unknown_format_is_refused() -> None:
    """A format that is not there is a mistake of the caller, and no module name."""
    with pytest.raises(ValueError, match="no format 'os'; there are full, "):
        render("os", GOOD)


def test_the_default_format_is_for_where_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub Actions gets annotations, everybody else excerpts."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert default_format() == "full"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert default_format() == "github"


def test_a_finding_of_two_files_is_shown_once() -> None:
    """A file that two documents refer to is reported once, and counted once."""
    shared = finding(file="shared.yml")
    twice = [FileReport("a.yml", (shared,)), FileReport("b.yml", (shared,))]
    assert plain("concise", twice).splitlines() == [
        "shared.yml:1:1: error[wrong-type] is wrong",
        "1 error in 2 files",
    ]
    assert len(json.loads(render("json", twice))["findings"]) == 1


def test_full_imports_neither_json_nor_xml() -> None:
    """A reporter costs the imports of its own format only."""
    code = (
        "import sys, asyncapi_guard.cli.reporters as r\n"
        "from asyncapi_guard.cli.reporters import concise, full, github\n"
        "heavy = {'xml', 'hashlib', 'yaml', 'importlib.metadata', 'difflib'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# -- full ------------------------------------------------------------------------------------------


def test_full_shows_the_place(folder: Path) -> None:
    """A finding has its severity, code, message, place, two lines before, carets and pointer."""
    (folder / "a.yml").write_text("asyncapi: 3.1.0\ninfo:\n  title: A\n  version: 1.0 # one\n")
    wrong = finding("must be a string", line=4, column=12, pointer="/info/version")
    assert plain("full", report(wrong)) == (
        "error[wrong-type]: must be a string\n"
        " --> a.yml:4:12\n"
        "  |\n"
        "2 | info:\n"
        "3 |   title: A\n"
        "4 |   version: 1.0 # one\n"
        "  |            ^^^\n"
        "  = at /info/version\n"
        "\n"
        "1 error in 1 file\n"
        "`asyncapi-guard rules CODE` explains a rule"
    )


@pytest.mark.parametrize(
    ("text", "column", "token"),
    [
        ("a: plain text, to the end # but not this", 4, "plain text, to the end"),
        ("a: it's {x}", 4, "it's {x}"),
        ("key: value", 1, "key"),
        ("key : value", 1, "key"),
        ("a: http://x:1/ ", 4, "http://x:1/"),
        ("a: 'it''s: #' # c", 4, "'it''s: #'"),
        (r'a: "a\"b", c', 4, r'"a\"b"'),
        ('a: "begins here', 4, '"begins here'),
        ("a: [b c, d]", 5, "b c"),
        ("a: {b: c}", 8, "c"),
        ("a: {b: c}", 5, "b"),
        ("a: {b: [1, '}'], c: don't} # x", 4, "{b: [1, '}'], c: don't}"),
        ("a: {b: [1,", 4, "{"),
        ("- a", 1, "-"),
        ("a: &x !!str b c", 4, "&x !!str b c"),
        ("a: *x", 4, "*x"),
        ("a: |", 4, "|"),
        ('{"a":12,"b":true}', 6, "12"),
        ('{"a":12,"b":true}', 9, '"b"'),
    ],
)
def test_carets_stand_under_the_whole_token(
    folder: Path, text: str, column: int, token: str
) -> None:
    """The scalar, key or collection at fault is marked from its beginning to its end."""
    assert marked(text, 1, column) == token


DOCUMENTS = {
    **{file.name: file.read_text("utf-8") for file in (ROOT / "specs").glob("**/*.yml")},
    **{code: rule.spec or rule.good for code, rule in RULES.items()},
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_tokens_end_where_yaml_says(text: str) -> None:
    """In real documents the end of every scalar and bracketed collection is the YAML reader's."""
    lines = text.split("\n")
    opened: list[yaml.Event] = []
    for event in yaml.parse(text):
        start = event
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append(event)
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            start = opened.pop()
            if not start.flow_style:
                continue
        elif not isinstance(event, yaml.ScalarEvent) or event.style in ("|", ">"):
            continue
        begin, end = start.start_mark, event.end_mark
        if begin.line == end.line and begin.column < end.column:
            at = (begin.line + 1, begin.column + 1)
            assert token_end(lines, *at) == end.column + 1, at


def test_a_list_over_several_lines_is_a_list(folder: Path) -> None:
    """A comma ends an item when the brackets are on lines before."""
    assert marked("a: [\n  b c, d\n]", 2, 3) == "b c"
    assert marked("a: [x,\n  b, d\n]", 2, 3) == "b"


def test_what_is_not_there_has_one_caret(folder: Path) -> None:
    """An empty value, and a place behind the end of the line, are marked all the same."""
    assert excerpt("a:\nb: 1", 1, 3) == ("a:", "  ^")
    assert excerpt("a", 1, 9)[1].strip() == "^"


@pytest.mark.parametrize(
    ("before", "columns"),
    [
        ("名前", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("\U0001f600", 2),
        ("\t", 4),
        ("\x1b", 4),
        ("\u202e", 6),
    ],
)
def test_carets_are_counted_in_columns(folder: Path, before: str, columns: int) -> None:
    """Wide, combining, escaped characters and tabs before a token do not move the carets off it."""
    _, carets = excerpt(f"{before}: x", 1, len(before) + 3)
    assert carets == " " * (columns + 2) + "^"


def test_a_wide_token_has_wide_carets(folder: Path) -> None:
    """Each character of a token has as many carets as it is wide."""
    assert excerpt("a: 名前", 1, 4)[1] == "   ^^^^"


def test_long_lines_are_shown_around_the_place(folder: Path) -> None:
    """A minified document gives a short excerpt, with carets under the token."""
    text = '{"x":"' + "a" * 5000 + '","title":7,"y":"' + "b" * 5000 + '"}'
    shown, carets = excerpt(text, 1, text.index("7") + 1, "a.json")
    assert len(shown) < 140
    assert shown.startswith("...")
    assert shown.endswith("...")
    assert shown[carets.index("^")] == "7"
    assert carets.count("^") == 1


def test_a_token_longer_than_the_screen(folder: Path) -> None:
    """Carets end where the shown part of the line ends."""
    shown, carets = excerpt("a: " + "b" * 500, 1, 4)
    assert len(carets) == len(shown) - len("...")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_encodings_that_the_loader_reads(folder: Path, encoding: str) -> None:
    """A file with a byte order mark is shown as its text."""
    (folder / "a.yml").write_bytes("a: é".encode(encoding))
    assert "1 | a: é\n  |    ^\n" in plain("full", report(finding(column=4)))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_yaml_does(folder: Path, newline: str) -> None:
    """Whatever breaks lines for the YAML reader breaks them in excerpts."""
    assert excerpt(f"a: 1{newline}b: 2", 2, 4) == ("b: 2", "   ^")


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029"])
def test_what_breaks_no_line_in_yaml_breaks_none_in_excerpts(folder: Path, sign: str) -> None:
    """The line breaks of YAML 1.1 are characters of YAML 1.2, so the line goes on."""
    assert excerpt(f"a: x{sign}y\nb: 2", 2, 4) == ("b: 2", "   ^")


def test_a_file_that_is_gone_has_no_excerpt(folder: Path) -> None:
    """What cannot be read any more, or is no file, is shown by its place alone."""
    os.mkfifo(folder / "pipe")
    for name in ("gone.yml", "pipe", str(folder), "<mapping>", "a\0b", "a" * 5000, ""):
        shown = plain("full", report(finding(file=name, pointer="")), quiet=True)
        assert len(shown.splitlines()) == 2


def test_what_came_in_is_shown_and_not_what_is_on_the_disk(folder: Path) -> None:
    """Standard input that is called after a file has excerpts of its own text."""
    (folder / "a.yml").write_text("on the disk: 1\n")
    piped = [FileReport("a.yml", (finding(column=4),), raw=b"a: came in\n")]
    assert "1 | a: came in\n  |    ^^^^^^^\n" in plain("full", piped)
    (result,) = sarif_run(piped)["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["endColumn"] == 11


def test_a_finding_without_lines_names_the_file() -> None:
    """A place without lines is the file's name."""
    shown = plain("full", report(finding(line=0, column=0)), quiet=True)
    assert shown == "error[wrong-type]: is wrong\n --> a.yml\n  = at /info"


def test_one_finding_can_be_shown_as_a_warning() -> None:
    """Other commands show single findings, and choose how bad they are."""
    lines: dict[str, list[str]] = {"a.yml": ["a: 1"]}
    shown = click.unstyle(render_finding(finding(), lines, warning=True))
    assert shown.startswith("warning[wrong-type]: is wrong\n")
    assert "1 | a: 1" in shown


def test_how_to_live_with_a_common_error_is_said_once() -> None:
    """Errors of rules that many documents break are told how to make them warnings; others not."""
    broken = [finding(code="example-payload", line=n) for n in (1, 2)]
    broken += [finding(code="discriminator", severity=Severity.WARNING), finding()]
    shown = plain("full", report(*broken))
    assert shown.endswith(
        "\n\n3 errors, 1 warning in 1 file\n"
        "to make a rule a warning, write in pyproject.toml:\n"
        "    [tool.asyncapi-guard.severity]\n"
        '    example-payload = "warning"\n'
        "`asyncapi-guard rules CODE` explains a rule"
    )
    assert shown.count("pyproject.toml") == 1


def test_common_errors_are_rules() -> None:
    """Only errors are made warnings: the rules that are named are some, by default."""
    assert {RULES[code].severity for code in COMMONLY_BROKEN} == {Severity.ERROR}


@pytest.mark.parametrize(
    ("findings", "files", "summary"),
    [
        ([], 1, "a.yml: no findings"),
        ([], 3, "3 files: no findings"),
        ([Severity.ERROR], 1, "1 error in 1 file"),
        ([Severity.WARNING], 2, "1 warning in 2 files"),
        ([Severity.ERROR] * 2 + [Severity.WARNING], 3, "2 errors, 1 warning in 3 files"),
    ],
)
def test_the_summary_counts(findings: list[Severity], files: int, summary: str) -> None:
    """The summary says how many errors and warnings are in how many files, or that all is well."""
    found = tuple(finding(line=n, severity=severity) for n, severity in enumerate(findings, 1))
    reports = [FileReport("a.yml", found), *[FileReport(f"{n}.yml", ()) for n in range(1, files)]]
    for format in ("full", "concise"):
        assert summary in plain(format, reports).splitlines()


# -- colours ---------------------------------------------------------------------------------------

SHOW = (
    "import sys, click\n"
    "from asyncapi_guard.cli.reporters import FileReport, render, wants_color\n"
    "from asyncapi_guard.errors import Finding\n"
    "reports = [FileReport('a.yml', (Finding('a.yml', 1, 1, '', 'is wrong'),))]\n"
    "click.echo(render('full', reports), color=wants_color(sys.stdout))\n"
)


def environment(**env: str) -> dict[str, str]:
    decided = ("NO_COLOR", "FORCE_COLOR", "TERM")
    kept = {name: value for name, value in os.environ.items() if name not in decided}
    return {**kept, "TERM": "xterm", **env}


def on_terminal(*command: str, **env: str) -> str:
    """What a command prints when its output is a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=theirs, stdin=theirs, env=environment(**env)) as process:
        os.close(theirs)
        said = b""
        # Linux says EIO when the last writer is gone, others that nothing is left.
        with contextlib.suppress(OSError):
            while chunk := os.read(ours, 65536):
                said += chunk
        os.close(ours)
    assert process.returncode == 0
    return said.decode()


def through_pipe(*command: str, **env: str) -> str:
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment(**env)
    ).stdout


@pytest.mark.parametrize(
    ("env", "on_screen", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": ""}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_colours_are_for_terminals(env: dict[str, str], on_screen: bool, in_pipe: bool) -> None:
    """There are colours on a real terminal and not in a pipe, unless the environment says so."""
    command = (sys.executable, "-c", SHOW)
    assert ("\x1b[31m" in on_terminal(*command, **env)) is on_screen
    assert ("\x1b" in through_pipe(*command, **env)) is in_pipe


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({}, None),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_click_decides_where_the_environment_does_not(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], wanted: bool | None
) -> None:
    """Without a word in the environment the stream is looked at later."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert wants_color(sys.stdout) is wanted


# -- concise ---------------------------------------------------------------------------------------


@given(reports=REPORTS)
def test_concise_has_a_line_for_each_finding(reports: list[FileReport]) -> None:
    """Whatever a message holds, a finding is one line, and the counts are another."""
    findings = {finding for report in reports for finding in report.findings}
    assert len(plain("concise", reports).split("\n")) == len(findings) + 1


# -- json ------------------------------------------------------------------------------------------


@given(reports=REPORTS)
def test_json_gives_back_what_was_found(reports: list[FileReport]) -> None:
    """The JSON form holds every finding, whatever is in it, in ASCII."""
    text = render("json", reports)
    assert text.isascii()
    data = json.loads(text)
    found = [
        Finding(**{**item, "severity": Severity(item["severity"])}) for item in data["findings"]
    ]
    assert found == list(dict.fromkeys(f for report in reports for f in report.findings))
    assert [item["file"] for item in data["files"]] == [report.file for report in reports]
    assert data["summary"]["errors"] + data["summary"]["warnings"] == len(found)


# -- github ----------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning) (file=[^,:]*(?:,line=\d+,col=\d+)?,title=[^,:]*)::(.*)")


@given(reports=REPORTS)
@example(reports=ATTACK)
def test_github_has_one_command_for_each_finding(reports: list[FileReport]) -> None:
    """Nothing in a finding begins a second command, ends one early, or adds a property."""
    findings = {finding for report in reports for finding in report.findings}
    *commands, last = plain("github", reports).split("\n")
    assert len(commands) == len(findings)
    for command in commands:
        assert command.isprintable()
        assert COMMAND.fullmatch(command), command
    assert re.fullmatch(r"[\w ,]+ in \d files?|\d files?: no findings", last)


def test_github_escapes_as_the_runner_reads() -> None:
    """Percent signs, line breaks, and in properties colons and commas, are escaped."""
    odd = finding("50%: a,\r\nb", file="a:b,c%.yml", pointer="")
    assert plain("github", report(odd), quiet=True) == (
        "::error file=a%3Ab%2Cc%25.yml,line=1,col=1,title=asyncapi-guard wrong-type"
        "::50%25: a,%0D%0Ab"
    )


def test_github_names_files_from_the_working_directory(folder: Path) -> None:
    """Annotations find their file by its path relative to where the command runs."""
    names = [str(folder / "specs" / "a.yml"), "./b.yml", "/elsewhere/c.yml", "http://x/d.yml"]
    shown = plain("github", report(*(finding(file=name) for name in names)), quiet=True)
    assert re.findall("file=(.*?),", shown) == [
        "specs/a.yml",
        "b.yml",
        "/elsewhere/c.yml",
        "http%3A//x/d.yml",
    ]


# -- sarif -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sarif_validator() -> Draft4Validator:
    if not SARIF_SCHEMA.is_file():
        reason = "SARIF's schema is not here; tests/cli/fetch_sarif_schema.py fetches it"
        (pytest.fail if LEVEL.everything else pytest.skip)(reason)
    return Draft4Validator(json.loads(SARIF_SCHEMA.read_text("utf-8")))


def sarif_run(reports: list[FileReport]) -> dict:
    (run,) = json.loads(render("sarif", reports))["runs"]
    return run


@given(reports=REPORTS)
@example(reports=ATTACK)
@example(reports=GOOD)
def test_sarif_is_valid(sarif_validator: Draft4Validator, reports: list[FileReport]) -> None:
    """The log is valid under the official JSON Schema, whatever was found."""
    text = render("sarif", reports)
    assert text.isascii()
    sarif_validator.validate(json.loads(text))


def test_sarif_results_lead_to_rules_and_places(folder: Path) -> None:
    """A result names its rule by id and index, its level, its region to the end of the token."""
    (folder / "a.yml").write_text("info:\n  version: 1.0\n")
    wrong = finding(line=2, column=12, pointer="/info/version", severity=Severity.WARNING)
    run = sarif_run(report(finding(code="made-up", line=0, column=0), wrong))
    result = run["results"][1]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "wrong-type"
    assert rule["help"]["markdown"]
    assert result["level"] == "warning"
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "a.yml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2, "startColumn": 12, "endColumn": 15},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "/info/version"}]
    assert "region" not in run["results"][0]["locations"][0]["physicalLocation"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("specs/a b.yml", {"uri": "specs/a%20b.yml", "uriBaseId": "%SRCROOT%"}),
        ("a:b#é.yml", {"uri": "a%3Ab%23%C3%A9.yml", "uriBaseId": "%SRCROOT%"}),
        ("\udcff.yml", {"uri": "%FF.yml", "uriBaseId": "%SRCROOT%"}),
        ("\ud800.yml", {"uri": "%3F.yml", "uriBaseId": "%SRCROOT%"}),
        ("/else where/a.yml", {"uri": "file:///else%20where/a.yml"}),
        ("https://x.example/a.yml?b=1", {"uri": "https://x.example/a.yml?b=1"}),
    ],
)
def test_sarif_names_files_by_uri(folder: Path, name: str, expected: dict[str, str]) -> None:
    """Files below the working directory are relative to it, others have URIs of their own."""
    (result,) = sarif_run(report(finding(file=name)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == expected


def test_sarif_fingerprints_outlive_edits(folder: Path) -> None:
    """A finding keeps its fingerprint when lines are added before it; equal ones are told apart."""

    def fingerprints(*findings: Finding) -> list[str]:
        return [r["partialFingerprints"]["asyncapiGuard/v1"] for r in results(findings)]

    def results(findings: tuple[Finding, ...]) -> list[dict]:
        return sarif_run(report(*findings))["results"]

    before = fingerprints(finding(line=1), finding(line=2))
    inside = str(folder / "a.yml")
    assert fingerprints(finding("on line 7", line=7, file=inside), finding(line=8)) == before
    assert len(set(before)) == 2
    assert fingerprints(finding(pointer="/other"))[0] not in before


def test_sarif_links_to_the_rules() -> None:
    """A rule leads to its part of docs/reference/rules.md on the web.

    What is no rule leads nowhere.
    """
    found = report(finding(), finding(code="no-such-rule"))
    unknown, rule = sarif_run(found)["tool"]["driver"]["rules"]
    assert rule["helpUri"] == f"{PAGE}#wrong-type"
    assert "helpUri" not in unknown


def test_the_page_of_the_rules_has_an_anchor_for_each() -> None:
    """The URL is of docs/reference/rules.md, where the code of a rule is a heading."""
    assert PAGE.endswith("/docs/reference/rules.md")
    headings = (ROOT / "docs/reference/rules.md").read_text("utf-8").splitlines()
    for code in RULES:
        assert f"### `{code}`" in headings
        assert rule_url(code) == f"{PAGE}#{code}"
    assert rule_url("no-such-rule") is None


def test_the_page_is_where_the_project_is() -> None:
    """The documentation and the URLs of the package, if it has some, say the same place."""
    repository = PAGE.partition("/blob/")[0]
    assert f"- repo: {repository}\n" in (ROOT / "docs/how-to/ci.md").read_text("utf-8")
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    urls = re.search(r"^\[project.urls\]\n([^\[]*)", project, re.MULTILINE)
    assert urls is None or repository in urls[1]


# -- gitlab ----------------------------------------------------------------------------------------


@given(reports=REPORTS)
@example(reports=ATTACK)
@example(reports=GOOD)
def test_gitlab_has_an_issue_for_each_finding(reports: list[FileReport]) -> None:
    """A list in ASCII, with a fingerprint that no two of them share."""
    text = render("gitlab", reports)
    assert text.isascii()
    issues = json.loads(text)
    found = dict.fromkeys(each for report in reports for each in report.findings)
    assert [issue["check_name"] for issue in issues] == [each.code for each in found]
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for issue, each in zip(issues, found, strict=True):
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] == ("major" if each.severity == "error" else "minor")
        assert issue["location"]["lines"] == {"begin": max(1, each.line)}
        assert re.fullmatch("[0-9a-f]{64}", issue["fingerprint"])


def test_gitlab_names_files_from_the_working_directory(folder: Path) -> None:
    """As the repository names them, without `./`."""
    inside, outside = str(folder / "specs" / "a.yml"), str(folder.parent / "b.yml")
    found = report(finding(file=inside), finding(file=outside), finding(file="./c.yml"))
    paths = [issue["location"]["path"] for issue in json.loads(render("gitlab", found))]
    assert paths == ["specs/a.yml", outside, "c.yml"]


def test_gitlab_fingerprints_outlive_edits(folder: Path) -> None:
    """Neither lines nor words count, but the rule, the file and the place in its data do."""

    def made(*findings: Finding) -> list[str]:
        return [each["fingerprint"] for each in json.loads(render("gitlab", report(*findings)))]

    inside = str(folder / "a.yml")
    before = made(finding(), finding("is wrong again"))
    assert made(finding("else", line=70, file=inside), finding(line=80)) == before
    others = [finding(pointer="/other"), finding(code="bad-value"), finding(file="b.yml")]
    assert {made(other)[0] for other in others}.isdisjoint(before)
    assert len({made(other)[0] for other in others}) == 3


# -- statistics ------------------------------------------------------------------------------------

COUNTED = [
    FileReport(
        "a.yml",
        (
            finding(line=1),
            finding(line=2, severity=Severity.WARNING),
            finding(line=3, code="bad-value"),
            finding(line=4, code="bad-value"),
            finding(line=5, code="bad-key"),
        ),
    ),
    FileReport("b.yml", (finding(line=1),)),
]
STATISTICS = """\
2  error    bad-value
1  error    bad-key
1  error    wrong-type
1  warning  wrong-type"""


@pytest.mark.parametrize("format", ["full", "concise", "github"])
@pytest.mark.parametrize("quiet", [False, True])
def test_statistics_follow_the_findings(format: str, quiet: bool) -> None:
    """For people: the most first, then by code; what two files have in common counts once."""
    without = plain(format, COUNTED, quiet=quiet)
    text = plain(format, COUNTED, quiet=quiet, statistics=True)
    between = "\n\n" if format == "full" else "\n"
    assert text == f"{without}{between}{STATISTICS}"


@pytest.mark.parametrize("format", ["json", "gitlab", "sarif", "junit"])
def test_statistics_do_not_change_what_programs_read(format: str) -> None:
    """They have the findings; the JSON form counts them by code in any case."""
    assert render(format, COUNTED, statistics=True) == render(format, COUNTED)


def test_json_counts_by_code() -> None:
    """The most first, then by code."""
    codes = json.loads(render("json", COUNTED))["summary"]["codes"]
    assert list(codes.items()) == [("bad-value", 2), ("wrong-type", 2), ("bad-key", 1)]


@pytest.mark.parametrize("format", ["full", "concise", "github"])
def test_there_are_no_statistics_of_nothing(format: str) -> None:
    """A good file has nothing to count."""
    assert plain(format, GOOD, statistics=True) == plain(format, GOOD)
    assert plain(format, GOOD, statistics=True, quiet=True) == ""


# -- links -----------------------------------------------------------------------------------------

LINK = f"\x1b]8;;{PAGE}#wrong-type\x1b\\wrong-type\x1b]8;;\x1b\\"


@pytest.mark.parametrize("format", FORMATS)
def test_links_are_in_formats_for_terminals(format: str) -> None:
    """The code of a finding, and of a row of the statistics, leads to its rule."""
    text = render(format, report(finding()), statistics=True, links=True)
    assert text.count(LINK) == (2 if format in ("full", "concise") else 0)
    assert "\x1b]8" not in text.replace(LINK, "")
    assert "\x1b]8" not in render(format, report(finding()), statistics=True)


def test_what_is_no_rule_is_no_link() -> None:
    """A code that is not known leads nowhere, and cannot steer the terminal."""
    code = "x\x1b\\\x07y"
    assert "\x1b]8" not in render("concise", report(finding(code=code)), links=True)


SUPPORTED = {"TERM_PROGRAM": "WezTerm"}
UNDECIDED = dict.fromkeys(("TERM_PROGRAM", "VTE_VERSION", "WT_SESSION", "FORCE_HYPERLINK"), "")


@pytest.mark.parametrize(
    ("env", "on_screen"),
    [
        pytest.param({}, False, id="unknown"),
        pytest.param(SUPPORTED, True, id="program"),
        pytest.param({"TERM_PROGRAM": "Apple_Terminal"}, False, id="other program"),
        pytest.param({"VTE_VERSION": "7200"}, True, id="vte"),
        pytest.param({"VTE_VERSION": "4800"}, False, id="old vte"),
        pytest.param({"TERM": "xterm-kitty"}, True, id="term"),
        pytest.param({"FORCE_HYPERLINK": "1"}, True, id="forced"),
        pytest.param({**SUPPORTED, "FORCE_HYPERLINK": "0"}, False, id="refused"),
        pytest.param({**SUPPORTED, "NO_COLOR": "1"}, False, id="no colours"),
        pytest.param({**SUPPORTED, "TERM": "dumb"}, False, id="dumb"),
        pytest.param({**SUPPORTED, "FORCE_COLOR": "1"}, True, id="colours"),
    ],
)
@pytest.mark.parametrize("command", ["validate", pytest.param("rules", marks=pytest.mark.slow)])
def test_links_are_for_terminals(
    folder: Path, command: str, env: dict[str, str], on_screen: bool
) -> None:
    """There are links on terminals that show them, and never in a pipe or a file."""
    (folder / "a.yml").write_text("asyncapi: 3.1.0\ninfo: {title: T, version: 1.0}\n")
    arguments = {
        "validate": ("validate", "--no-config", "--severity", "wrong-type=warning", "a.yml"),
        "rules": ("rules", "wrong-type"),
    }
    start = (sys.executable, "-m", "asyncapi_guard", *arguments[command])
    whole = {**UNDECIDED, "KONSOLE_VERSION": "", **env, "PYTHONPATH": str(ROOT)}
    for name in ("DOMTERM", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "WEZTERM_PANE", "WT_SESSION"):
        whole.pop(name, None)
    assert (LINK in on_terminal(*start, **whole)) is on_screen
    assert "\x1b]8" not in through_pipe(*start, **{**whole, "FORCE_COLOR": ""})
    if command == "validate":
        assert "\x1b]8" not in on_terminal(*start, "--output", "report.txt", **whole)
        assert "\x1b]8" not in (folder / "report.txt").read_text()


# -- junit -----------------------------------------------------------------------------------------


@given(reports=REPORTS)
@example(reports=ATTACK)
def test_junit_is_well_formed(reports: list[FileReport]) -> None:
    """The XML parses whatever was found, and its counts are those of its elements."""
    text = render("junit", reports)
    assert text.isascii()
    root = ET.fromstring(text)
    suites = root.findall("testsuite")
    assert len(suites) == len(reports)
    for element in (root, *suites):
        assert int(element.attrib["tests"]) == len(element.findall(".//testcase"))
        assert int(element.attrib["failures"]) == len(element.findall(".//failure"))


def test_junit_fails_for_errors_only() -> None:
    """An error is a failed test, a warning a passed one that says so, a clean file a passed one."""
    found = (finding("bad < good"), finding("odd", line=0, severity=Severity.WARNING))
    root = ET.fromstring(
        render("junit", [FileReport("a.yml", found, 0.25), FileReport("b.yml", (), 0.5)])
    )
    failed, warned, passed = root.findall(".//testcase")
    assert root.attrib["time"] == "0.750"
    assert failed.attrib["name"] == "wrong-type at /info"
    assert failed.attrib["line"] == "1"
    failure = failed.find("failure")
    assert failure is not None
    assert failure.attrib == {"type": "wrong-type", "message": "bad < good"}
    assert failure.text == "a.yml:1:1: bad < good (at /info)"
    assert warned.findtext("system-out") == "warning: a.yml: odd (at /info)"
    assert list(passed) == []


# -- docs/reference/output.md ----------------------------------------------------------------------

SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```(\w+)\n(.*?)\n?^```$", re.MULTILINE | re.DOTALL)
SECTIONS = dict(SECTION.findall((ROOT / "docs" / "reference" / "output.md").read_text("utf-8")))
SAMPLE = [
    FileReport(
        "asyncapi.yml",
        (
            Finding(
                "asyncapi.yml",
                12,
                42,
                "/channels/root/messages/make_move/payload/properties/mail/format",
                "unknown format 'emial': it is not checked; did you mean 'email'?",
                "unknown-format",
                Severity.WARNING,
            ),
            Finding(
                "asyncapi.yml",
                14,
                26,
                "/channels/root/messages/make_move/examples/0/payload/x",
                "is more than the maximum of 2",
                "example-payload",
            ),
        ),
        0.012,
    )
]


@pytest.mark.parametrize("format", FORMATS)
def test_the_samples_in_the_docs_are_output(folder: Path, format: str) -> None:
    """Each sample in docs/reference/output.md is what its format prints for the document there."""
    ((_, document),) = FENCE.findall(SECTIONS["Formats"])
    (folder / "asyncapi.yml").write_text(document + "\n")
    said = FENCE.findall(SECTIONS[format])[0][1]
    printed = plain(format, SAMPLE)
    if format == "sarif":
        assert json.loads(said) == json.loads(printed)["runs"][0]["results"][1]
    else:
        assert said == printed


def test_the_statistics_in_the_docs_are_output() -> None:
    """The sample of `--statistics` is what the command beside it prints."""
    said = FENCE.findall(SECTIONS["Statistics"])
    assert [language for language, _ in said] == ["sh", "text"]
    assert "--format concise --statistics" in said[0][1]
    assert said[1][1] == plain("concise", SAMPLE, statistics=True)


def test_every_field_of_the_json_form_is_documented() -> None:
    """docs/reference/output.md names the fields of the JSON form, and no others."""
    data = json.loads(render("json", SAMPLE))
    names = {"version", "summary"}
    names |= {f"summary.{name}" for name in data["summary"]}
    names |= {f"files[].{name}" for name in data["files"][0]}
    names |= {f"findings[].{name}" for name in data["findings"][0]}
    said = set(re.findall(r"^\| `([^`]+)` \|", SECTIONS["json"], re.MULTILINE))
    assert said == names - {"summary"}


def test_the_interface() -> None:
    """What commands import is public."""
    assert set(reporters.__all__) == {
        "FORMATS",
        "FileReport",
        "default_format",
        "render",
        "wants_color",
    }
