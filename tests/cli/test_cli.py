"""The commands, as processes."""

from __future__ import annotations

import errno
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import socketio
from ports import free_port

import asyncapi_guard

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
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


def run(*args: object, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "asyncapi_guard", *map(str, args)]
    environment = {**os.environ, **env}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300, env=environment
    )


def test_a_good_file_exits_with_0(tmp_path: Path) -> None:
    """A file without faults is said to be ok."""
    file = tmp_path / "asyncapi.yml"
    file.write_text(GOOD)
    done = run("validate", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{file}: no findings\n"
    assert run("validate", "--quiet", file).stdout == ""


def test_findings_exit_with_1(tmp_path: Path) -> None:
    """Each fault is shown as file:line:column, with the lines around it and a caret."""
    file = tmp_path / "asyncapi.yml"
    file.write_text(GOOD.replace("address: /", "address: 5").replace("type: string", "type: strng"))
    done = run("validate", file)
    assert done.returncode == 1
    assert f"{file}:5:14\n" in done.stdout
    assert "4 |   root:\n5 |     address: 5\n  |              ^\n" in done.stdout
    assert f"{file}:7:28\n" in done.stdout
    assert "2 errors in 1 file\n" in done.stdout
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


def test_an_unknown_format_is_a_warning(tmp_path: Path) -> None:
    """A format that nobody knows is shown with the nearest one that is, and fails nothing."""
    file = tmp_path / "asyncapi.yml"
    file.write_text(GOOD.replace("type: string", "type: string, format: emial"))
    done = run("validate", "--format", "concise", file)
    assert done.returncode == 0
    expected = (
        "warning[unknown-format] unknown format 'emial': it is not checked; did you mean 'email'?"
    )
    assert f"{file}:7:44: {expected}\n" in done.stdout


def test_what_cannot_be_read_exits_with_2(tmp_path: Path) -> None:
    """A file that is not there is no finding."""
    done = run("validate", tmp_path / "nowhere.yml")
    assert done.returncode == 2
    assert f"error[unreadable]: cannot be read: {os.strerror(errno.ENOENT)}" in done.stdout


def test_a_folder_without_documents(tmp_path: Path) -> None:
    """A folder in which nothing is to be checked is a mistake, said without a traceback."""
    done = run("validate", tmp_path)
    assert done.returncode == 2
    assert "has no AsyncAPI documents" in done.stderr
    assert "Traceback" not in done.stderr


def test_not_yaml_is_a_finding(tmp_path: Path) -> None:
    """A file that is no YAML has a finding at the place where it stops to be."""
    file = tmp_path / "a.yml"
    file.write_text("asyncapi: 3.1.0\ninfo: [1, 2\n")
    done = run("validate", "--format", "concise", file)
    assert done.returncode == 1
    assert re.search(r"a\.yml:\d+:\d+: error\[unreadable\] not YAML", done.stdout)


def test_several_files_are_all_checked(tmp_path: Path) -> None:
    """A fault in one file does not hide the others."""
    good, bad = tmp_path / "good.yml", tmp_path / "bad.yml"
    good.write_text(GOOD)
    bad.write_text("asyncapi: 2.6.0\n")
    done = run("validate", bad, good)
    assert done.returncode == 1
    assert "asyncapi-guard upgrade" in done.stdout
    assert "1 error in 2 files\n" in done.stdout
    assert run("validate", good, good.parent / "bad.yml").stdout == done.stdout


def test_root_widens_where_references_may_lead(tmp_path: Path) -> None:
    """A reference out of the spec's folder needs --root."""
    (tmp_path / "shared.yml").write_text("type: string\n")
    folder = tmp_path / "specs"
    folder.mkdir()
    file = folder / "asyncapi.yml"
    file.write_text(GOOD.replace("{type: string}", "{$ref: ../shared.yml}"))
    assert run("validate", file).returncode == 1
    assert run("validate", "--root", tmp_path, file).returncode == 0


def test_a_document_does_not_steer_the_terminal(tmp_path: Path) -> None:
    """Control characters of a document are escaped in excerpts and messages."""
    file = tmp_path / "a.json"
    file.write_text('{"asyncapi": "\\u001b[31m", "x": "\x7f\u009b"}')
    done = run("validate", file)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "\x7f" not in done.stdout


def test_minified_json_is_shown_around_the_fault(tmp_path: Path) -> None:
    """A line of any length gives a short excerpt, with the caret under the fault."""
    padding = '"x-pad": "' + "a" * 5000 + '", '
    file = tmp_path / "a.json"
    file.write_text('{"asyncapi": "3.1.0", ' + padding + '"info": {"title": 7, "version": "1"}}')
    done = run("validate", file)
    lines = done.stdout.splitlines()
    caret = next(index for index, line in enumerate(lines) if "^" in line)
    assert len(lines[caret - 1]) < 200
    assert lines[caret - 1][lines[caret].index("^")] == "7"


_HELPS = [
    ("--help",),
    ("demo", "-h"),
    ("add", "event", "--help"),
    *((name, "--help") for name in ("add", "check", "export", "models", "rules", "types")),
    *((name, "--help") for name in ("upgrade", "validate")),
]


@pytest.mark.parametrize("args", _HELPS)
def test_help_has_an_example(args: tuple[str, ...]) -> None:
    """Every --help shows an example."""
    done = run(*args)
    assert done.returncode == 0
    assert "Example: asyncapi-guard" in done.stdout
    assert "..." not in done.stdout.partition("Commands:")[2].partition("Example:")[0]


def test_version() -> None:
    """--version says what is installed."""
    assert run("--version").stdout.strip().endswith(asyncapi_guard.__version__)


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("validate", "asyncapi.yml"), 0, "asyncapi.yml: no findings"),
        (("validate", "none.yml"), 2, "cannot be read"),
        (("validat", "asyncapi.yml"), 2, "Did you mean 'validate'?"),
        (("--help",), 0, "Validate AsyncAPI documents."),
    ],
)
def test_flask_has_the_commands(
    args: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    """With its own options before them, and without an application."""
    (tmp_path / "asyncapi.yml").write_text(GOOD)
    done = subprocess.run(
        [sys.executable, "-m", "flask", "asyncapi", *args],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == code
    assert said in done.stdout + done.stderr


def test_an_unknown_command_exits_with_2() -> None:
    """A command that is not there is a mistake in usage."""
    done = run("validat")
    assert done.returncode == 2
    assert "No such command 'validat'" in done.stderr
    assert "Did you mean 'validate'?" in done.stderr
    assert "mean" not in run("frobnicate").stderr


def test_help_imports_nothing_heavy() -> None:
    """What --help prints needs no YAML, no engine, no Flask."""
    code = (
        "import sys\n"
        "from asyncapi_guard.cli import cli\n"
        "cli(['--help'], standalone_mode=False)\n"
        "heavy = {'yaml', 'jsonschema', 'jsonschema_rs', 'referencing', 'flask', 'socketio'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_package_imports_nothing_heavy() -> None:
    """Importing the package, and loading a document, needs neither Flask nor jsonschema."""
    spec = ROOT / "specs" / "tictactoe.yml"
    code = (
        "import sys, asyncapi_guard\n"
        "heavy = {'flask', 'flask_socketio', 'socketio', 'jsonschema', 'pydantic', 'yaml'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        f"asyncapi_guard.Guard(asyncapi_guard.load({str(spec)!r}))\n"
        "heavy -= {'yaml'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def demo(*options: str) -> Iterator[str]:
    """The demo, served: its address."""
    port = free_port()
    command = [sys.executable, "-m", "asyncapi_guard", "demo", "--port", str(port), *options]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(300)


CONTRACT = ROOT / "specs" / "tictactoe.yml"
DEMOS = ((), ("--asgi",))


@pytest.mark.parametrize("options", DEMOS)
def test_the_demo_serves_the_game(options: tuple[str, ...]) -> None:
    """`demo` serves its page, the browser client, and Socket.IO; on threads and on asyncio."""
    with demo(*options) as url:
        page, headers = fetch(f"{url}/")
        assert "tic-tac-toe" in page.lower()
        assert headers["content-type"] == "text/html; charset=utf-8"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert f"connect-src 'self' ws://{url.removeprefix('http://')};" in policy
        assert "unsafe" not in policy
        script, headers = fetch(f"{url}/static/socketio.js")
        assert "export" in script
        assert headers["content-type"] == "text/javascript; charset=utf-8"
        assert headers["x-content-type-options"] == "nosniff"
        opened, headers = fetch(f"{url}/socket.io/?EIO=4&transport=polling")
        assert '"sid"' in opened
        assert headers["content-security-policy"] == policy
        assert fetch(f"{url}/favicon.ico")[0] == ""
        for missing in ("/static/game.py", "/static/../server.py", "/nothing"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                fetch(url + missing)


@pytest.mark.parametrize("options", DEMOS)
def test_the_demo_is_guarded_by_its_document(options: tuple[str, ...]) -> None:
    """What breaks the contract is answered with the problems, unless the page's switch is off."""
    with demo(*options) as url:
        fetch(f"{url}/")
        with socketio.SimpleClient() as player:
            player.connect(url, transports=["websocket"])
            made = player.call("create_game", timeout=300)
            assert made["player"] == "X"
            assert player.receive(timeout=300) == ["game_created", {"game_id": made["game_id"]}]
            answer = player.call("make_move", {**made, "x": 3}, timeout=300)
            assert answer["error"]["code"] == "request_validation_error"
            player.emit("make_move", 1)
            event, rejected = player.receive(timeout=300)
            assert (event, rejected["error"]["event"]) == ("guard_rejected", "make_move")
            with socketio.SimpleClient() as page:
                page.connect(url, namespace="/demo", transports=["websocket"])
                assert page.call("guard", False, timeout=300)["guarded"] is False
                cheat = {"game_id": made["game_id"], "cheat": 1}
                assert player.call("join_game", cheat, timeout=300)["player"] == "X"
                asked = {"checkpoint": "receive_event", "namespace": "/", "event": "join_game"}
                told = page.call("explain", {**asked, "args": [cheat]}, timeout=300)
                assert told["log"] is None
                line = CONTRACT.read_text().splitlines()[told["problems"][0]["line"] - 1]
                assert line.strip() == "additionalProperties: false"
                assert page.call("guard", True, timeout=300)["guarded"] is True
            assert "error" in player.call("join_game", cheat, timeout=300)


def fetch(url: str) -> tuple[str, dict[str, str]]:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=300) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                return response.read().decode(), headers
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer")


@pytest.mark.parametrize(
    ("missing", "install"),
    [
        ("uvicorn", "pip install uvicorn"),
        ("uvicorn websockets wsproto", "pip install uvicorn websockets"),
        ("websockets wsproto", "pip install websockets"),
    ],
)
def test_the_demo_on_asyncio_says_what_to_install(missing: str, install: str) -> None:
    """It needs more than the project itself does."""
    code = (
        "import runpy, sys\n"
        f"sys.modules.update(dict.fromkeys({missing.split()!r}))\n"
        "sys.argv[1:] = ['demo', '--asgi', '--port', '1']\n"
        "runpy.run_module('asyncapi_guard', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"run `{install}`" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_says_that_a_port_is_taken() -> None:
    """A port that is in use gives a sentence, not a traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("demo", "--port", taken.getsockname()[1])
    assert done.returncode == 2
    assert "choose another --port" in done.stderr
    assert "Traceback" not in done.stderr


# -- where output goes -----------------------------------------------------------------------------

_PRINTING: list[tuple[str, ...]] = [
    ("validate", "asyncapi.yml"),
    ("types", "asyncapi.yml"),
    ("export", "asyncapi.yml"),
    ("rules", "--format", "markdown"),
    ("rules", "--help"),
    ("upgrade", "old.yml"),
]


def _printing(args: tuple[str, ...], folder: Path, stdout: int) -> tuple[int, str]:
    """The exit code and standard error of a command that prints to a stream."""
    (folder / "asyncapi.yml").write_text(GOOD)
    old = "asyncapi: 2.6.0\ninfo: {title: Old, version: '1'}\nchannels: {}\n"
    (folder / "old.yml").write_text(old)
    command = [sys.executable, "-m", "asyncapi_guard", *args]
    done = subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, cwd=folder, check=False, timeout=300
    )
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("args", _PRINTING, ids=" ".join)
def test_a_reader_that_has_gone_is_no_fault(args: tuple[str, ...], tmp_path: Path) -> None:
    """A closed pager (`| less`, `| head`) ends the command without a word, and not as a finding."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert _printing(args, tmp_path, writer) == (2, "")
    finally:
        os.close(writer)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("args", _PRINTING, ids=" ".join)
def test_a_full_disk_is_said(args: tuple[str, ...], tmp_path: Path) -> None:
    """Output that cannot be written is neither a finding nor a fault of ours."""
    with Path("/dev/full").open("wb") as full:
        code, said = _printing(args, tmp_path, full.fileno())
    assert (code, said) == (2, "Error: Can't write the output: No space left on device\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("args", _PRINTING, ids=" ".join)
def test_no_standard_output_at_all(args: tuple[str, ...], tmp_path: Path) -> None:
    """Started with a closed standard output, commands run all the same."""
    shell = ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "asyncapi_guard", *args]
    (tmp_path / "asyncapi.yml").write_text(GOOD)
    (tmp_path / "old.yml").write_text("asyncapi: 2.6.0\ninfo: {title: Old, version: '1'}\n")
    done = subprocess.run(shell, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1)


@pytest.mark.parametrize(
    "args",
    [("validate", "f.yml"), ("types", "f.yml"), ("export", "f.yml"), ("upgrade", "old.yml")],
    ids=" ".join,
)
def test_a_dash_is_standard_output(args: tuple[str, ...], tmp_path: Path) -> None:
    """And no file of that name."""
    (tmp_path / "f.yml").write_text(GOOD)
    (tmp_path / "old.yml").write_text("asyncapi: 2.6.0\ninfo: {title: Old, version: '1'}\n")
    said = [
        subprocess.run(
            [sys.executable, "-m", "asyncapi_guard", *args, *output],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        ).stdout
        for output in ((), ("-o", "-"))
    ]
    assert said[0] == said[1] != ""
    assert sorted(file.name for file in tmp_path.iterdir()) == ["f.yml", "old.yml"]
