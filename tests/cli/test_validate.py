"""`asyncapi-guard validate`: what it checks, how it is set, what it says and how it exits."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from either_background import running

import asyncapi_guard.lint
from asyncapi_guard.cli import cli, lint_jobs
from asyncapi_guard.cli.file_watcher import Watched, watch
from asyncapi_guard.cli.lint_jobs import Checked, Job, WorkerLost, check_all, processes_for
from asyncapi_guard.cli.progress import Progress
from asyncapi_guard.cli.reporters import FileReport
from asyncapi_guard.errors import Finding, Severity
from asyncapi_guard.lint.settings import Settings

GOOD = """\
asyncapi: 3.1.0
info: {title: Good, version: '1'}
channels:
  root:
    address: /
    messages:
      hi: {payload: {type: string}}
operations:
  hi: {action: receive, channel: {$ref: '#/channels/root'}}
"""
BAD = GOOD.replace("title: Good", "title: Bad, titel: Bad")
WARNS = GOOD.replace("type: string", "type: string, format: emial")
#: Of the lines above.
FIELD, FORMAT = "unknown-field", "unknown-format"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, the root of a repository, outside of GitHub Actions."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    Path(".git").mkdir()
    return tmp_path


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The command, in this process: tests/cli/test_cli.py runs it as people do."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as ended:
            cli(["validate", *args], prog_name="asyncapi-guard")
    code = ended.value.code or 0
    return subprocess.CompletedProcess(args, code, out.getvalue(), err.getvalue())


def codes(*args: str) -> list[tuple[str, str]]:
    """The codes and severities that are reported."""
    done = run("--format", "json", *args)
    assert done.returncode in (0, 1), done.stderr
    found: list[tuple[str, str]] = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            if {"code", "severity", "message"} <= value.keys():
                found.append((value["code"], value["severity"]))
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(json.loads(done.stdout))
    return found


def test_reports_go_to_stdout() -> None:
    """Findings are the output of the command; stderr stays empty."""
    write("a.yml", BAD)
    done = run("a.yml")
    assert (done.returncode, done.stderr) == (1, "")
    assert "error[unknown-field]" in done.stdout


@pytest.mark.parametrize(
    ("text", "args", "code"),
    [
        (GOOD, [], 0),
        (WARNS, [], 0),
        (WARNS, ["--strict"], 1),
        (GOOD, ["--strict"], 0),
        (BAD, [], 1),
        (BAD, ["--ignore", FIELD], 0),
        (BAD, ["--ignore", f"{FORMAT},unknown-*"], 0),
        (BAD, ["--ignore", FORMAT, "--ignore", FIELD], 0),
        (BAD, ["--severity", f"{FIELD}=warning"], 0),
        (BAD, ["--severity", f"{FIELD}=warning", "--strict"], 1),
        (BAD, ["--severity", f"{FIELD}=off"], 0),
        (WARNS, ["--severity", f"{FORMAT}=error"], 1),
        (BAD, ["--select", FORMAT], 0),
        (BAD, ["--select", FIELD], 1),
        ("asyncapi: 3.1.0\ninfo: [", ["--ignore", "ALL", "--select", FORMAT], 1),
        ("asyncapi: 2.6.0\n", ["--ignore", "ALL"], 1),
    ],
)
def test_exit_codes(text: str, args: list[str], code: int) -> None:
    """0 without errors, 1 with; what counts as one is configurable, and never a file unread."""
    write("a.yml", text)
    assert run("a.yml", *args).returncode == code


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["nowhere.yml"], f"cannot be read: {os.strerror(errno.ENOENT)}"),
        (["a.yml", "--ignore", "unknown-feild"], "did you mean 'unknown-field'?"),
        (["a.yml", "--select", "x,unknown-field"], "--select: unknown rule code 'x'"),
        (["a.yml", "--severity", "unknown-field=info"], "is not CODE=error|warning|off"),
        (["a.yml", "--severity", "unreadable=off"], "'unreadable' can't be off"),
        (["a.yml", "--format", "xml"], "--format"),
        (["a.yml", "--jobs", "0"], "--jobs"),
        (["a.yml", "--config", "nowhere.toml"], "--config"),
        (["a.yml", "--config", "a.toml", "--no-config"], "not both"),
        (["a.yml", "--root", "nowhere"], "--root"),
        (["a.yml", "--output", "nowhere/report"], "cannot be written"),
        (["-", "--watch"], "--watch can't watch standard input. Pass a file."),
        (["empty"], "has no AsyncAPI documents"),
        (["x*.yml"], "nothing matches 'x*.yml'"),
        ([], "No AsyncAPI document found"),
    ],
)
def test_what_cannot_run_exits_with_2(args: list[str], said: str) -> None:
    """Each mistake is said in a sentence, without a traceback."""
    write("a.yml", GOOD)
    write("a.toml", "")
    if not args:
        Path("a.yml").rename("b.yml")
    Path("empty").mkdir()
    done = run(*args)
    assert done.returncode == 2
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_cannot_be_read_hides_no_other() -> None:
    """The others are checked all the same; it could not run wins over findings."""
    write("bad.yml", BAD)
    done = run("nowhere.yml", "bad.yml")
    assert done.returncode == 2
    assert "nowhere.yml" in done.stdout
    assert "error[unknown-field]" in done.stdout


def test_without_arguments() -> None:
    """The usual names are checked, else what the configuration lists, wherever that stands."""
    write("asyncapi.yml", GOOD)
    write("specs/chat.yml", BAD)
    assert run().returncode == 1
    write("pyproject.toml", '[tool.asyncapi-guard]\nfiles = ["asyncapi.yml"]\n')
    done = run()
    assert (done.returncode, done.stdout) == (0, "asyncapi.yml: no findings\n")
    write("pyproject.toml", '[tool.asyncapi-guard]\nfiles = ["services/*/asyncapi.yml"]\n')
    write("services/a/asyncapi.yml", BAD)
    assert "services" in run("--format", "concise").stdout
    write("pyproject.toml", '[tool.asyncapi-guard]\nfiles = ["gone.yml"]\n')
    assert run().returncode == 2


def test_the_configuration_counts_for_its_files() -> None:
    """Each file is judged by the nearest configuration, strictness included."""
    write("pyproject.toml", f'[tool.asyncapi-guard]\nignore = ["{FIELD}"]\n')
    write("strict/asyncapi-guard.toml", "strict = true\n")
    write("a.yml", BAD)
    write("b.yml", WARNS)
    write("strict/c.yml", WARNS)
    assert run("a.yml", "b.yml").returncode == 0
    assert run("a.yml", "strict/c.yml").returncode == 1
    assert run("--no-config", "a.yml").returncode == 1
    assert run("--config", "strict/asyncapi-guard.toml", "b.yml").returncode == 1


def test_the_command_line_has_the_last_word() -> None:
    """--select replaces what is selected and ignored; --ignore and --severity come after all."""
    write(
        "asyncapi-guard.toml",
        f'ignore = ["{FIELD}"]\nseverity = {{{FORMAT} = "error"}}\n'
        f'[per-file."a.yml"]\nseverity = {{{FORMAT} = "off"}}\n',
    )
    write("a.yml", BAD.replace("type: string", "type: string, format: emial"))
    assert codes("a.yml") == []
    assert codes("a.yml", "--select", FIELD) == [(FIELD, "error")]
    assert codes("a.yml", "--severity", f"{FORMAT}=warning") == [(FORMAT, "warning")]
    assert codes("a.yml", "--ignore", FORMAT, "--no-config") == [(FIELD, "error")]


def test_root_and_hosts_come_from_the_configuration() -> None:
    """A reference out of the spec's folder is allowed by `root`."""
    write("shared.yml", "type: string\n")
    write("specs/a.yml", GOOD.replace("{type: string}", "{$ref: ../shared.yml}"))
    assert run("specs/a.yml").returncode == 1
    write("asyncapi-guard.toml", 'root = "."\n')
    assert run("specs/a.yml").returncode == 0


def test_comments_count() -> None:
    """A finding is ignored where its line says so; an ignore without a finding is one."""
    write("a.yml", BAD.replace("}\nchannels", f"}}  # guard: ignore[{FIELD}]\nchannels"))
    assert codes("a.yml") == []
    write("a.yml", GOOD.replace("}\nchannels", f"}}  # guard: ignore[{FIELD}]\nchannels"))
    assert codes("a.yml") == [("unused-ignore", "warning")]


def test_documents_of_clients() -> None:
    """They are told by an option, or listed; a finding says how."""
    write(
        "client.yml", GOOD.replace("hi: {payload", "connect: {payload").replace("receive", "send")
    )
    assert codes("client.yml") == [("reserved-event", "warning")]
    assert "pass --perspective client if" in run("client.yml").stdout
    assert codes("client.yml", "--perspective", "client") == []
    write("asyncapi-guard.toml", 'clients = ["client.yml"]\n')
    assert codes("client.yml") == []
    assert codes("client.yml", "--perspective", "server") == [("reserved-event", "warning")]


def test_broken_configuration_exits_with_2() -> None:
    """Nothing is checked by a configuration that cannot be meant."""
    write("a.yml", GOOD)
    write("asyncapi-guard.toml", "strct = true\n")
    done = run("a.yml")
    assert done.returncode == 2
    assert "asyncapi-guard.toml: strct: unknown key; did you mean 'strict'?" in done.stderr


# -- standard input --------------------------------------------------------------------------------


def test_standard_input() -> None:
    """`-` is checked as what it is called: settings, references and reports go by that name."""
    text = BAD.replace("{type: string}", "{$ref: ./shared.yml}")
    write("specs/shared.yml", "type: string\n")
    done = run("-", "--stdin-name", "specs/a.yml", "--format", "concise", stdin=text)
    assert done.returncode == 1
    assert done.stdout.startswith("specs/a.yml:2:")
    assert "shared" not in done.stdout
    write("asyncapi-guard.toml", f'per-file = {{"specs/*.yml" = {{ignore = ["{FIELD}"]}}}}\n')
    assert run("-", "--stdin-name", "specs/a.yml", stdin=text).returncode == 0
    assert [path.name for path in Path("specs").iterdir()] == ["shared.yml"]


def test_standard_input_without_a_name() -> None:
    """JSON or YAML is told by the text."""
    assert run("-", stdin=GOOD).stdout == "<stdin>: no findings\n"
    document = {"asyncapi": "3.1.0", "info": {"title": "A", "version": "1"}}
    assert run("-", stdin=json.dumps(document, indent="\t")).stdout == "<stdin>: no findings\n"
    assert run("-", stdin="{").returncode == 1


# -- output ----------------------------------------------------------------------------------------


def test_output_is_written_whole() -> None:
    """The report goes to the file, in place of what was there, and to nothing else."""
    write("a.yml", BAD)
    write("report.json", "old")
    done = run("a.yml", "--format", "json", "-o", "report.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "report.json" in done.stderr
    assert FIELD in Path("report.json").read_text()
    assert json.loads(Path("report.json").read_text())
    assert {path.name for path in Path().iterdir()} == {".git", "a.yml", "report.json"}
    assert run("a.yml", "-q", "--format", "full", "-o", "report.txt").stderr == ""
    assert "\x1b" not in Path("report.txt").read_text()


def test_quiet_says_nothing_of_what_is_fine() -> None:
    """With --quiet, only findings are printed."""
    write("a.yml", GOOD)
    assert run("-q", "a.yml").stdout == ""


def test_github_actions_get_annotations(monkeypatch: pytest.MonkeyPatch) -> None:
    """There, annotations are the default."""
    write("a.yml", BAD)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::error " in run("a.yml").stdout


# -- several files at once -------------------------------------------------------------------------


def test_processes_find_the_same() -> None:
    """Whoever checks, what is found is the same and in the order of the arguments."""
    names = []
    for index in range(9):
        names.append(f"{index}.yml")
        write(names[-1], BAD if index % 2 else WARNS)
    one, two = (run("--format", "concise", "--jobs", jobs, *names) for jobs in "12")
    assert one.returncode == two.returncode == 1
    assert one.stdout == two.stdout


def test_processes_are_for_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few and small files are checked in this process; never more processes than files."""
    monkeypatch.setattr(lint_jobs, "_cpus", lambda: 4)
    small = [Job(f"{index}.yml", Settings()) for index in range(9)]
    write("large.yml", "#" * 2_000_000)
    large = Job("large.yml", Settings())
    assert processes_for(small, None) == 1
    assert processes_for([large], None) == 1
    assert processes_for([large, *small[:2]], None) == 3
    assert processes_for(small * 100, None) == 4
    assert processes_for(small, 3) == 3
    assert processes_for(small, 1) == 1
    assert processes_for(small[:2], 8) == 2
    assert processes_for([Job("-", Settings()), *small], 2) == 1


class Fatal:
    """Ends the process that unpickles it."""

    def __reduce__(self) -> object:
        return os._exit, (3,)


def test_a_lost_process_is_said() -> None:
    """A process that dies takes no findings with it in silence."""
    jobs = [Job("a.yml", Settings(), root=Fatal()), Job("b.yml", Settings())]
    with pytest.raises(WorkerLost) as caught:
        check_all(jobs, processes=2, done=lambda: None)
    assert caught.value.exit_code == 2
    assert "--jobs 1" in caught.value.message


def test_a_fault_of_ours_exits_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception is no finding: it is shown whole, and the exit code is not 1."""
    write("a.yml", GOOD)

    def broken(*_args: object, **_settings: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(asyncapi_guard.lint.linter, "examine", broken)
    done = run("a.yml")
    assert done.returncode == 2
    assert "RuntimeError: a bug" in done.stderr
    assert "Please report it" in done.stderr


def test_imports_are_lazy() -> None:
    """A small file needs no processes, no TOML, and none of what the guard needs to run."""
    write("a.yml", GOOD)
    code = (
        "import sys\n"
        "from asyncapi_guard.cli import cli\n"
        "try: cli(['validate', 'a.yml'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'concurrent.futures', 'multiprocessing', 'tomllib', 'tomli', 'flask',\n"
        "         'socketio', 'jsonschema', 'asyncapi_guard.cli.file_watcher'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_failing() -> None:
    """A report fails by its errors, and where it is strict by its warnings."""
    warning = FileReport("a", (Finding("a", 0, 0, "", "", FORMAT, Severity.WARNING),))
    error = FileReport("a", (Finding("a", 0, 0, "", "", FIELD),))
    assert not Checked(warning).failed
    assert Checked(warning, strict=True).failed
    assert Checked(error).failed
    assert not Checked(FileReport("a", ()), strict=True).failed


# -- progress --------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in seconds, which does not pass by itself."""
    seconds = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: seconds[0])
    return seconds


def test_progress_is_shown_when_it_takes_long(now: list[float]) -> None:
    """After a second a line counts the files; at the end the cursor is on a new line."""
    terminal = Terminal()
    with Progress(9, terminal) as progress:
        progress.step()
        progress.step()
        assert terminal.getvalue() == ""
        now[0] = 1.5
        progress.step()
        assert terminal.getvalue().rstrip().endswith("Checking files… 3 of 9")
        progress.step()
        assert terminal.getvalue().rstrip().endswith("Checking files… 4 of 9")
    assert terminal.getvalue().endswith("\n")


def test_progress_ends_with_an_error(now: list[float]) -> None:
    """An error's text has a line of its own."""
    terminal = Terminal()

    def fail() -> None:
        with Progress(2, terminal) as progress:
            now[0] = 1.5
            progress.step()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert terminal.getvalue().endswith("\n")


def test_no_progress_of_a_short_run(now: list[float]) -> None:
    """What is done at once leaves nothing on a terminal."""
    terminal = Terminal()
    with Progress(1, terminal) as progress:
        progress.step()
    assert terminal.getvalue() == ""


def test_no_progress_in_a_log(now: list[float]) -> None:
    """What is no terminal gets nothing, however long it takes."""
    log = io.StringIO()
    with Progress(3, log) as progress:
        now[0] = 5.0
        progress.step()
    assert log.getvalue() == ""


# -- watching --------------------------------------------------------------------------------------


class Interrupted:
    """Stands for `time.sleep`: does one thing at each call, then interrupts."""

    def __init__(self, *steps: object) -> None:
        self.steps = list(steps)

    def __call__(self, _seconds: float) -> None:
        if not self.steps:
            raise KeyboardInterrupt
        self.steps.pop(0)()


def test_watch_runs_after_changes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that changes, appears or goes begins a new run; nothing else does."""
    write("a.yml", "1")
    write("specs/b.yml", "1")
    monkeypatch.setattr(
        time,
        "sleep",
        Interrupted(
            lambda: None,
            lambda: write("a.yml", "22"),
            lambda: write("specs/new.yml", "1"),
            lambda: write("specs/notes.txt", "1"),
            lambda: Path("specs/b.yml").unlink(),
            lambda: write("pyproject.toml", ""),
        ),
    )
    runs = []

    def once(watched: Watched) -> int:
        watched.files |= {Path("a.yml"), Path("pyproject.toml")}
        watched.folders |= {Path("specs"), Path("nowhere")}
        runs.append(len(runs))
        return len(runs) % 2

    assert watch(once) == 1
    assert len(runs) == 5
    said = [line.split(" changed at")[0] for line in capsys.readouterr().err.splitlines()]
    changed = [line for line in said if line and not line.startswith("Watching")]
    assert changed == [
        str(Path(name)) for name in ("a.yml", "specs/new.yml", "specs/b.yml", "pyproject.toml")
    ]


def test_watch_lives_through_mistakes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that cannot begin is said, and the next change tries again; the first one ends it."""
    write("a.yml", "1")
    monkeypatch.setattr(time, "sleep", Interrupted(lambda: write("a.yml", "22")))
    runs = []

    def once(watched: Watched) -> int:
        watched.files.add(Path("a.yml"))
        runs.append(1)
        if len(runs) == 2:
            raise click.UsageError("it is broken")
        return 0

    assert watch(once) == 2
    assert "it is broken" in capsys.readouterr().err
    runs.append(0)
    runs.pop(0)
    runs.pop(0)
    with pytest.raises(click.UsageError):
        watch(once)


def test_a_change_during_a_run_is_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written while files are checked is checked again."""
    write("a.yml", "1")
    monkeypatch.setattr(time, "sleep", Interrupted(lambda: write("a.yml", "22")))
    runs = []

    def once(watched: Watched) -> int:
        watched.files.add(Path("a.yml"))
        runs.append(1)
        if len(runs) == 2:
            write("a.yml", "333")
        return 0

    watch(once)
    assert len(runs) == 3


def test_a_report_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run writes itself into a watched folder does not begin another."""
    write("a.yml", "1")
    monkeypatch.setattr(
        time, "sleep", Interrupted(lambda: write("a.yml", "22"), lambda: None, lambda: None)
    )
    runs = []

    def once(watched: Watched) -> int:
        watched.folders.add(Path())
        watched.written.add(Path("report.json"))
        runs.append(1)
        write("report.json", "1" * len(runs))
        return 0

    watch(once)
    assert len(runs) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_watch_follows_references() -> None:
    """The whole command: a file that is referred to changes, and the document is checked again."""
    write("specs/a.yml", GOOD.replace("{type: string}", "{$ref: ./shared.yml}"))
    write("specs/shared.yml", "type: string\n")
    with running("validate", "--watch", "specs/a.yml") as validate:
        validate.await_line("a.yml: no findings")
        validate.await_line("Watching")
        write("specs/shared.yml", "type: strnig\n")
        validate.await_line("shared.yml changed")
        validate.await_line("1 error")
        validate.await_line("Watching")
        assert validate.interrupt() == 1
