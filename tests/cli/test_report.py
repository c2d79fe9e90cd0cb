"""`asyncapi-guard report`: what violation logs say."""

# ruff: noqa: E501  # lines as they are printed, and tables

from __future__ import annotations

import gzip
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from either_click import runner
from made_lines import client, counters, dropped, head, problem, violation
from markdown_it import MarkdownIt

from asyncapi_guard.cli import cli
from asyncapi_guard.violation_log.reading import LogReader
from asyncapi_guard.violation_log.summary import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMATS = ("full", "json", "markdown", "html")
#: What would steer a terminal, or be more than text in Markdown or HTML.
EVIL = "\x1b[31m<script>alert(1)</script>|`@everyone` [a](javascript:b)\u202e\r\n# x"


SAID = """\
3 violations of 2 kinds, by 2 clients in 2 sessions, from 2026-11-01 00:00:00 to 2026-11-01 00:01:30 UTC

event 'say' from clients in '/chat': type [request_validation_error]
  asyncapi.yml:11:20
  for example /text: expected string, got integer
  1 rejected, 1 reported, by 2 clients in 2 sessions, first 2026-11-01 00:00:00, last 2026-11-01 00:01:00

event 'shout' from clients in '/chat': event [undeclared_event]
  for example the event is not declared
  1 reported, first 2026-11-01 00:01:01, last 2026-11-01 00:01:01

Can be enforced: nothing that was seen would be rejected
  onMove  seen 4 times since 2026-11-01 00:00:30, without a violation

Can't be enforced yet
  onSay  2 violations, the last one at 2026-11-01 00:01:00; seen 9 times since 2026-11-01 00:00:30

To enforce an operation, set `x-guard: {mode: enforce}` on it in the document, or pass Policy(operations={ID: 'enforce'}).
1 operation is enforced already.
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def report(tmp_path: Path) -> Callable[..., Any]:
    """Writes a log of some lines, and reports on it."""

    def run(lines: list[bytes], *options: str) -> Any:
        (tmp_path / "guard-7.ndjson").write_bytes(b"".join(lines))
        return runner().invoke(cli, ["report", "guard-7.ndjson", *options])

    return run


def test_what_it_says(report: Any) -> None:
    """For each kind how often, by whom, since when, an example and the line of the document."""
    lines = [
        head(),
        violation(0, client=client(1), session=client(7)),
        violation(60, client=client(2), session=client(8), outcome="rejected"),
        violation(61, event="shout", declared=False, channel=None, operations=[], code="undeclared_event",
                  problems=[problem("", "event", schema="", place="", message="the event is not declared")]),
        counters(90, onSay=("report", 9, 1, 1), onMove=("report", 4, 0, 0), onBye=("enforce", 1, 0, 0)),
    ]  # fmt: skip
    done = report(lines)
    assert done.exit_code == 1
    assert done.stdout == SAID


def test_what_it_could_not_know_is_said(report: Any) -> None:
    """Lines that cannot be read, violations without a line, hashes that differ by their salts."""
    done = report([
        head(), head("1" * 8, 8), violation(client=client(1)), b"{\n", b"x\n", dropped(3),
        counters(0, "old", onSay=("report", 1, 0, 0)), counters(onSay=("report", 1, 0, 0)),
    ])  # fmt: skip
    for said in (
        "2 lines could not be read",
        "3 more violations have no line",
        "1 earlier contract is left out",
        "at most 1 client",
        "violations_salt=",
    ):
        assert said in done.stdout


def test_json(report: Any) -> None:
    """The same as data, and whether numbers are exact."""
    lines = [head(), violation(client=client(1)), counters(onSay=("report", 9, 0, 1)), b"{\n"]
    done = report(lines, "--format", "json")
    found = json.loads(done.stdout)
    assert (found["version"], found["lines"], found["unreadable"]) == (1, 3, 1)
    (kind,) = found["kinds"]
    assert (kind["event"], kind["place"], kind["new"]) == ("say", "asyncapi.yml:11:20", None)
    assert kind["clients"] == {"count": 1, "exact": True}
    (operation,) = found["operations"]
    assert (operation["seen"], operation["can_be_enforced"]) == (9, False)


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("format", FORMATS)
def test_whatever_is_in_a_log_is_text(format: str, report: Any) -> None:
    """In every field that somebody can write to: it neither steers a terminal nor is markup."""
    evil = problem(EVIL, EVIL, message=EVIL, schema=EVIL, place=EVIL)
    lines = [
        violation(event=EVIL, channel=EVIL, code=EVIL, reason=EVIL, problems=[evil], operations=[EVIL]),
        counters(title=EVIL, **{EVIL: ("report", 1, 0, 0)}),
        counters(contract="other", title="other", **{f"{EVIL}!": ("report", 1, 0, 0)}),
    ]  # fmt: skip
    done = report(lines, "--format", format)
    assert done.exit_code == 1, done.output
    text = done.stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", text)
    if format == "json":
        assert json.loads(text)["kinds"][0]["event"] == EVIL
    if format == "markdown":
        text = MarkdownIt("commonmark").enable("table").render(text)
    if format in ("html", "markdown"):
        page = Page(text)
        assert not page.tags & {"script", "a", "img", "em", "strong"}
        # Ours, for the browser and for screen readers: none of them runs or loads anything.
        ours = "lang charset http-equiv content name scope class id role aria-labelledby tabindex"
        assert not page.attributes - set(ours.split())
        assert "alert(1)" in page.text
        for tag in re.findall(r"<code>.*?</code>", text) if format == "markdown" else ():
            text = text.replace(tag, "")
        assert format == "html" or "@everyone" not in text


def test_the_page_loads_nothing(report: Any) -> None:
    """It is one file, and forbids itself everything."""
    text = report([violation()], "--format", "html").stdout
    assert "default-src 'none'" in text
    assert not re.search(r"src=|href=|url\(|@import|<script", text)


# -- files -----------------------------------------------------------------------------------------


def run(*arguments: str, **options: Any) -> Any:
    return runner().invoke(cli, ["report", "--format", "json", *arguments], **options)


def test_globs_find_all_processes_and_what_was_rotated(tmp_path: Path) -> None:
    """Each file once, whoever names it, compressed or not."""
    for name in ("guard-1.ndjson", "guard-1.1.ndjson", "guard-2.ndjson"):
        (tmp_path / name).write_bytes(head() + violation())
    (tmp_path / "guard-2.ndjson.1.gz").write_bytes(gzip.compress(violation()))
    found = json.loads(run("guard-*.ndjson*", "guard-1.ndjson", "./guard-2.ndjson").stdout)
    assert len(found["files"]) == 4
    assert found["reported"] == 4


def test_each_file_is_read_once_though_it_is_rotated_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever names its files get while others are read."""
    names = [f"guard-7{older}.ndjson" for older in ("", ".1", ".2", ".3")]
    for number, name in enumerate(names[:3]):
        (tmp_path / name).write_bytes(head() + violation(number, event=f"event {number}"))
    read, rotations = LogReader.read, iter([True])

    def reads(self: LogReader, stream: Any) -> Any:
        yield from read(self, stream)
        if next(rotations, False):
            for newer, older in zip(names[2::-1], names[:0:-1], strict=True):
                (tmp_path / newer).rename(tmp_path / older)
            (tmp_path / names[0]).write_bytes(head() + violation(9, event="event 9"))

    monkeypatch.setattr(LogReader, "read", reads)
    done = runner().invoke(cli, ["report", "--format", "json", "guard-*.ndjson"])
    found = sorted((each["event"], each["reported"]) for each in json.loads(done.stdout)["kinds"])
    assert found == [(f"event {number}", 1) for number in (0, 1, 2, 9)]


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input(packed: bool) -> None:
    raw = head() + violation()
    done = run("-", input=gzip.compress(raw) if packed else raw)
    assert json.loads(done.stdout)["reported"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "FILE"),
        (("none-*.ndjson",), "nothing matches"),
        (("none.ndjson",), "nothing matches"),
        (("folder",), "folder/*.ndjson"),
        (("plain.log",), "is not a violation log"),
        (("empty.ndjson", "--since", "yesterday"), "7d"),
        (("empty.ndjson", "--since", "999999d"), "7d"),
        (("empty.ndjson", "--fail-on", "new"), "--baseline"),
        (("empty.ndjson", "--baseline", "none.json"), "cannot be read"),
        (("empty.ndjson", "--baseline", "plain.log"), "is not a baseline"),
        (("empty.ndjson", "--baseline", "other.json"), "is not a baseline (a kind has no 'event')"),
        (("empty.ndjson", "--baseline", "newer.json"), "(a kind has the unknown key 'zone')"),
        (("empty.ndjson", "-o", "none/report"), "none"),
        (("empty.ndjson", "--write-baseline", "none/b.json"), "none"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_exits_with_2(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """And says what to do."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain.log").write_text("GET / 200\n")
    (tmp_path / "empty.ndjson").touch()
    (tmp_path / "other.json").write_text('{"version": 1, "kinds": [{"namespace": "/"}]}')
    newer = dict.fromkeys((*Kind._fields, "zone"), "")
    (tmp_path / "newer.json").write_text(json.dumps({"version": 1, "kinds": [newer]}))
    done = run(*arguments)
    assert done.exit_code == 2, done.stderr
    assert said in done.stderr


def test_the_report_goes_to_a_file(report: Any, tmp_path: Path) -> None:
    done = report([violation()], "-o", "report.txt")
    assert done.stdout == ""
    assert "1 violation of 1 kind" in (tmp_path / "report.txt").read_text()


# -- since, baselines and exit codes ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "count"),
    [
        ("2026-11-01T00:00:30", 1),
        ("2026-11-01T00:00:30Z", 1),
        ("2026-11-01T02:00:30+02:00", 1),
        ("2026-11-01", 2),
        ("2999-01-01", 0),
    ],
)
def test_since(since: str, count: int, report: Any) -> None:
    """Times without a zone are UTC."""
    done = report([violation(0), violation(60)], "--since", since, "--format", "json")
    assert json.loads(done.stdout)["reported"] == count
    assert done.exit_code == bool(count)


@pytest.mark.parametrize("ago", ["1m", "24h", "7d"])
def test_since_some_time_ago(ago: str, report: Any) -> None:
    """The lines of the test are of another time: later or earlier than that."""
    done = report([violation(-(10**9))], "--since", ago, "--format", "json")
    assert json.loads(done.stdout)["reported"] == 0


@pytest.mark.parametrize(
    ("lines", "fail_on", "code"),
    [
        ([violation()], "any", 1),
        ([violation()], "none", 0),
        ([head()], "any", 0),
        ([], "any", 0),
        ([dropped(1)], "any", 1),
    ],
    ids=range(5),
)
def test_exit_codes(lines: list[bytes], fail_on: str, code: int, report: Any) -> None:
    assert report(lines, "--fail-on", fail_on).exit_code == code


def test_a_baseline_tells_what_is_new(report: Any, tmp_path: Path) -> None:
    """What was known stays known, whichever line it is on; only other kinds fail."""
    assert report([violation()], "--write-baseline", "known.json").exit_code == 0
    known = ("--baseline", "known.json", "--fail-on", "new")
    moved = violation(problems=[problem("/other", place="asyncapi.yml:99:1")])
    same = report([moved], *known)
    assert (same.exit_code, "new: " in same.stdout) == (0, False)
    other = report([moved, violation(event="shout")], *known)
    assert (other.exit_code, other.stdout.count("new: ")) == (1, 1)
    assert report([moved], "--baseline", "known.json").exit_code == 1
    both = report([violation(event="shout")], *known, "--format", "json")
    assert json.loads(both.stdout)["kinds"][0]["new"] is True
    assert json.loads((tmp_path / "known.json").read_text())["version"] == 1


def test_a_log_of_many_lines(report: Any) -> None:
    """All are counted, and there are no more groups than kinds."""
    lines = [violation(index, client=client(index % 300)) for index in range(5_000)]
    found = json.loads(report(lines, "--format", "json").stdout)
    (kind,) = found["kinds"]
    assert kind["reported"] == 5_000
    assert abs(kind["clients"]["count"] - 300) <= 15
