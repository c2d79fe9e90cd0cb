"""`asyncapi-guard check`, as a process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asyncapi_guard.codefirst.stale_models import stale_models
from asyncapi_guard.drift.applications import load_application
from asyncapi_guard.drift.comparing import drift
from asyncapi_guard.drift.discovery import declared_of, emissions_of, handlers_of, sources_of
from asyncapi_guard.lint import RULES, lint
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.lint import Rule

ROOT = Path(__file__).parents[2]

#: Each test starts processes with applications of their own: the most telling ones always run.
slow = pytest.mark.slow

SPEC = """\
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels:
  root:
    address: /
    messages:
      say: {payload: {type: string}, x-ack: {type: integer}}
      said: {payload: {type: string}}
  chat:
    address: /chat
    messages:
      join: {payload: {type: string}}
      joined: {payload: {type: string}}
operations:
  say: {action: receive, channel: {$ref: '#/channels/root'}, messages: [
    {$ref: '#/channels/root/messages/say'}]}
  said: {action: send, channel: {$ref: '#/channels/root'}, messages: [
    {$ref: '#/channels/root/messages/said'}]}
  join: {action: receive, channel: {$ref: '#/channels/chat'}, messages: [
    {$ref: '#/channels/chat/messages/join'}]}
  joined: {action: send, channel: {$ref: '#/channels/chat'}, messages: [
    {$ref: '#/channels/chat/messages/joined'}]}
"""
INIT = """\
from flask import Flask
from {module} import {name} as SocketIO

print("imported")
socketio = SocketIO({options})

def create_app():
    from chat import events
    app = Flask(__name__)
    socketio.init_app(app)
    return app
"""
EVENTS = """\
import functools
from flask_socketio import Namespace, emit
from chat import socketio

def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper

@socketio.on("say")
@logged
def say(text: str) -> int:
    emit("said", text)
    socketio.emit("said", text)
    socketio.start_background_task(print, "said")
    return 1

class Chat(Namespace):
    def on_join(self, name: str):
        self.emit("joined", name)
        emit("joined", name)

    def on_connect(self):
        pass

socketio.on_namespace(Chat("/chat"))
"""


def run(folder: Path, *args: object) -> subprocess.CompletedProcess[str]:
    environment = {
        k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "GITHUB_ACTIONS")
    }
    return subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "check", *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
        env=environment,
    )


def concise(folder: Path, target: str = "chat:create_app()") -> list[str]:
    """The findings, a line each, without the summary."""
    done = run(folder, target, "asyncapi.yml", "--format", "concise", "--quiet")
    assert done.returncode == (1 if done.stdout else 0), done.stderr
    return done.stdout.splitlines()


@pytest.fixture(params=[pytest.param("plain", marks=slow), "typed"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same application with Flask-SocketIO's own class, and with ours."""
    package = tmp_path / "chat"
    package.mkdir()
    ways = {
        "plain": {"module": "flask_socketio", "name": "SocketIO", "options": ""},
        "typed": {"module": "asyncapi_guard", "name": "AsyncAPISocketIO", "options": "typed=True"},
    }
    (package / "__init__.py").write_text(INIT.format(**ways[request.param]))
    (package / "events.py").write_text(EVENTS)
    (tmp_path / "asyncapi.yml").write_text(SPEC)
    return tmp_path


#: The application with our class alone: plain handlers have no types that count.
typed_only = pytest.mark.parametrize("folder", ["typed"], indirect=True)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@slow
def test_code_that_fits_exits_with_0(folder: Path) -> None:
    """The file is ok; stderr has what the application prints, and what nobody can read."""
    done = run(folder, "chat:create_app()", "asyncapi.yml")
    assert (done.returncode, done.stdout) == (0, "asyncapi.yml: no findings\n")
    places = ", ".join(f"chat/events.py:{line}" for line in (14, 15, 21, 22))
    said = f"4 emits with values known only at run time: {places}"
    assert done.stderr.splitlines() == ["imported", said]


def test_handlers_and_events_of_one_side_only(folder: Path) -> None:
    """Found at the decorated function's line, and at the message's line in the file."""
    edit(folder / "chat" / "events.py", '"say"', '"sayy"')
    edit(folder / "chat" / "events.py", "on_join", "on_enter")
    assert concise(folder) == [
        (
            "asyncapi.yml:7:12: error[spec-without-handler] no handler for event 'say' in "
            "namespace '/'; register one, or remove the event from the document; did you mean "
            "'sayy'?"
        ),
        (
            "asyncapi.yml:12:13: error[spec-without-handler] no handler for event 'join' in "
            "namespace '/chat'; register one, or remove the event from the document"
        ),
        (
            "chat/events.py:11:1: error[handler-without-spec] handler say handles 'sayy', but "
            "asyncapi.yml:5 doesn't declare it as received; did you mean 'say'?"
        ),
        (
            "chat/events.py:20:1: error[handler-without-spec] handler Chat.on_enter handles "
            "'enter', but asyncapi.yml:10 doesn't declare it as received"
        ),
    ]


@slow
def test_emits_that_are_not_declared(folder: Path) -> None:
    """Found at the literal, in the namespace of its handler, its class or its server."""
    events = folder / "chat" / "events.py"
    edit(events, '    emit("said", text)', '    emit("sad", text)')
    edit(events, '        emit("joined"', '        emit("said"')
    edit(events, 'self.emit("joined"', 'self.emit("left"')
    assert [line.partition(" ")[0] + line.partition("]")[2] for line in concise(folder)] == [
        (
            "asyncapi.yml:13:15: no code emits event 'joined' in namespace '/chat'; emit it, "
            "or remove the event from the document"
        ),
        (
            "chat/events.py:14:10: code emits 'sad', but asyncapi.yml:5 doesn't declare it "
            "as sent; did you mean 'said'?"
        ),
        "chat/events.py:21:19: code emits 'left', but asyncapi.yml:10 doesn't declare it as sent",
        "chat/events.py:22:14: code emits 'said', but asyncapi.yml:10 doesn't declare it as sent",
    ]


@typed_only
def test_types_that_differ(folder: Path) -> None:
    """The arguments and the ack, of functions and of methods."""
    events = folder / "chat" / "events.py"
    edit(events, "say(text: str) -> int", "say(text: int) -> str")
    edit(events, "on_join(self, name: str)", "on_join(self, name: str, age: int)")
    lines = concise(folder)
    assert [line.partition(" ")[0] + line.partition("]")[2] for line in lines] == [
        (
            "chat/events.py:11:1: handler say might return an ack of 'say' that asyncapi.yml:7 "
            'doesn\'t allow: the value: type is "string" in the code, "integer" in the document'
        ),
        (
            "chat/events.py:11:1: handler say rejects arguments of 'say' that asyncapi.yml:7 "
            'allows: the value: type is "integer" in the code, "string" in the document; change '
            "the type hints or the payload"
        ),
        (
            "chat/events.py:20:1: handler Chat.on_join rejects arguments of 'join' that "
            "asyncapi.yml:12 allows: the arguments: minItems is 2 in the code, 1 in the document; "
            "the arguments: maxItems is 2 in the code, 1 in the document; change the type hints or "
            "the payload"
        ),
    ]


@slow
@typed_only
def test_models_of_emits_that_differ(folder: Path) -> None:
    """`doc_emit` is compared with what the file sends."""
    events = folder / "chat" / "events.py"
    events.write_text(events.read_text() + 'socketio.doc_emit("said", int)\n')
    (line,) = concise(folder)
    assert line.startswith(
        "chat/events.py:28:19: error[payload-differs] doc_emit accepts payloads of 'said' that "
        "asyncapi.yml:8 doesn't allow: "
    )


@slow
@typed_only
def test_what_was_exported_fits(folder: Path) -> None:
    """An application and its own document have no differences."""
    exported = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "export", "chat:create_app()"],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        cwd=folder,
    )
    (folder / "asyncapi.yml").write_text(exported.stdout)
    assert concise(folder) == []


@slow
def test_handlers_before_there_is_an_application(folder: Path) -> None:
    """A `SocketIO` that is not initialised has its handlers all the same."""
    (folder / "alone.py").write_text("from chat import events, socketio\n")
    assert concise(folder, "alone:socketio") == []
    edit(folder / "chat" / "events.py", '"say"', '"sayy"')
    codes = [line.partition("[")[2].partition("]")[0] for line in concise(folder, "alone:socketio")]
    assert codes == ["spec-without-handler", "handler-without-spec"]


@slow
def test_a_server_without_flask(tmp_path: Path) -> None:
    """python-socketio's own server, with its handlers and its class namespaces."""
    (tmp_path / "asyncapi.yml").write_text(SPEC)
    (tmp_path / "server.py").write_text(
        "import socketio\n"
        "sio = socketio.Server(async_mode='threading')\n"
        "@sio.on('say')\n"
        "def say(sid, text):\n"
        "    sio.emit('said', text)\n"
        "    sio.emit('sad', text)\n"
        "    sio.emit('joined', text, namespace='/chat')\n"
        "    return 1\n"
        "class Chat(socketio.Namespace):\n"
        "    def on_leave(self, sid): pass\n"
        "sio.register_namespace(Chat('/chat'))\n"
    )
    assert [line.partition(" ")[0] for line in concise(tmp_path, "server:sio")] == [
        "asyncapi.yml:12:13:",
        "server.py:6:14:",
        "server.py:10:1:",
    ]


@slow
def test_the_page_about_checking(tmp_path: Path) -> None:
    """Its file and its code give the findings that it says, which its configuration changes."""
    text = (ROOT / "docs" / "how-to" / "checking.md").read_text("utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    parts = dict(reversed(blocks))
    (tmp_path / "asyncapi.yml").write_text(parts["yaml"])
    (tmp_path / "server.py").write_text(parts["python"])
    done = run(tmp_path, "server:socketio", "asyncapi.yml", "--format", "concise")
    assert (done.returncode, done.stdout) == (1, parts["text"])
    (tmp_path / "pyproject.toml").write_text(parts["toml"])
    lines = concise(tmp_path, "server:socketio")
    assert "warning[spec-without-handler]" in lines[0]
    assert not [line for line in lines if "ack-inexact" in line]


# -- reports and exit codes ------------------------------------------------------------------------


@pytest.fixture
def stale(tmp_path: Path) -> Path:
    """An application with one handler too few."""
    (tmp_path / "asyncapi.yml").write_text(SPEC)
    (tmp_path / "server.py").write_text(
        "from flask_socketio import SocketIO\nsocketio = SocketIO()\n"
        "@socketio.on('say')\ndef say(text): ...\n"
        "def tell():\n    socketio.emit('said', 'a')\n"
        "    socketio.emit('joined', 'b', namespace='/chat')\n"
    )
    return tmp_path


@slow
def test_findings_exit_with_1(stale: Path) -> None:
    """Shown with the lines around them, and where the rule is explained."""
    done = run(stale, "server:socketio", "asyncapi.yml")
    assert done.returncode == 1
    assert "error[spec-without-handler]" in done.stdout
    assert "12 |       join: {payload: {type: string}}\n" in done.stdout
    assert "1 error in 1 file" in done.stdout
    assert done.stdout.endswith("`asyncapi-guard rules CODE` explains a rule\n")


@slow
@pytest.mark.parametrize("format", ["json", "sarif", "junit", "github", "gitlab"])
def test_every_format_of_validate(stale: Path, format: str) -> None:
    """The finding is in it, with its code."""
    done = run(stale, "server:socketio", "asyncapi.yml", "--format", format)
    assert done.returncode == 1
    assert "spec-without-handler" in done.stdout
    if format == "json":
        (finding,) = json.loads(done.stdout)["findings"]
        assert (finding["file"], finding["line"]) == ("asyncapi.yml", 12)


@slow
def test_statistics_follow_the_findings(stale: Path) -> None:
    """There is a line for each code, with how often it was found."""
    options = ("--format", "concise", "--statistics", "--quiet")
    done = run(stale, "server:socketio", "asyncapi.yml", *options)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    findings = [line for line in lines if ":" in line]
    counts = lines[len(findings) :]
    assert counts
    assert sum(int(line.split()[0]) for line in counts) == len(findings)
    for line in counts:
        number, severity, code = line.split()
        assert sum(f"{severity}[{code}]" in each for each in findings) == int(number)


@slow
def test_a_report_can_be_written(stale: Path) -> None:
    """`-o` names the file; stdout stays empty."""
    done = run(stale, "server:socketio", "asyncapi.yml", "-o", "report.txt")
    assert (done.returncode, done.stdout) == (1, "")
    assert "spec-without-handler" in (stale / "report.txt").read_text()


@slow
def test_codes_can_be_ignored(stale: Path) -> None:
    """What is ignored fails nothing; what is no code is a mistake, with what may be meant."""
    done = run(stale, "server:socketio", "asyncapi.yml", "--ignore", "spec-without-handler")
    assert done.returncode == 0
    done = run(stale, "server:socketio", "asyncapi.yml", "--ignore", "spec-without-handlr")
    assert done.returncode == 2
    assert "did you mean 'spec-without-handler'?" in done.stderr


@slow
def test_what_cannot_be_compared_exits_with_2(stale: Path) -> None:
    """A file with errors, a file that is not there, and an application that is none."""
    edit(stale / "asyncapi.yml", "address: /chat", "address: 5")
    done = run(stale, "server:socketio", "asyncapi.yml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "asyncapi.yml:10:14" in done.stderr
    assert "cannot compare the code with asyncapi.yml: it has errors" in done.stderr
    done = run(stale, "asyncapi.yml", "server:socketio")
    assert done.returncode == 2
    said = "Pass the application first: asyncapi-guard check server:socketio asyncapi.yml"
    assert said in done.stderr
    assert run(stale, "server:socketio", "nowhere.yml").returncode == 2
    (stale / "asyncapi.yml").write_text(SPEC)
    assert "did you mean 'server:socketio'?" in run(stale, "server.py", "asyncapi.yml").stderr
    done = run(stale, "server:nothing", "asyncapi.yml")
    assert done.returncode == 2
    assert "server has no 'nothing'; did you mean 'socketio'?" in done.stderr


@slow
def test_help_has_examples(tmp_path: Path) -> None:
    """`--help` shows examples, and where the codes are."""
    done = run(tmp_path, "--help")
    assert done.returncode == 0
    assert "Example: asyncapi-guard check package.module:socketio asyncapi.yml" in done.stdout
    assert "Code and document" in done.stdout


# -- without Pydantic ------------------------------------------------------------------------------

#: Refuses to import Pydantic, as where it is not installed.
BLOCKER = """\
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pydantic", "pydantic_core"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
"""


def test_plain_servers_need_no_pydantic(
    stale: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Handlers and emits are compared without it; where hints are wanted, it is asked for."""
    blocker = tmp_path_factory.mktemp("blocker")
    (blocker / "sitecustomize.py").write_text(BLOCKER)
    monkeypatch.setenv("PYTHONPATH", str(blocker), prepend=os.pathsep)
    (line,) = concise(stale, "server:socketio")
    assert line.startswith(
        "asyncapi.yml:12:13: error[spec-without-handler] no handler for event 'join'"
    )
    assert "hints" not in run(stale, "server:socketio", "asyncapi.yml").stderr
    edit(stale / "server.py", "def say(text):", "def say(text: str):")
    done = run(stale, "server:socketio", "asyncapi.yml")
    assert "hints that were not compared: server.py:3: Pydantic reads hints" in done.stderr
    (stale / "typed.py").write_text("from asyncapi_guard import AsyncAPISocketIO\n")
    done = run(stale, "typed:socketio", "asyncapi.yml")
    assert done.returncode == 2
    assert done.stderr.count('pip install "asyncapi-guard[pydantic]"') == 1
    done = subprocess.run(
        [sys.executable, "typed.py"], cwd=stale, capture_output=True, text=True, check=False
    )
    assert done.stderr.rstrip().endswith('pip install "asyncapi-guard[pydantic]"')


# -- which findings count --------------------------------------------------------------------------


@slow
def test_configuration_counts(stale: Path) -> None:
    """Codes are ignored and made warnings in pyproject.toml, in general and for some files."""
    config = stale / "pyproject.toml"
    config.write_text('[tool.asyncapi-guard.severity]\nspec-without-handler = "warning"\n')
    done = run(stale, "server:socketio", "asyncapi.yml", "--format", "concise")
    assert (done.returncode, "warning[spec-without-handler]" in done.stdout) == (0, True)
    assert run(stale, "server:socketio", "asyncapi.yml", "--strict").returncode == 1
    again = run(stale, "server:socketio", "asyncapi.yml", "--no-config")
    assert "error[spec-without-handler]" in again.stdout
    config.write_text('[tool.asyncapi-guard]\nignore = ["spec-*"]\n')
    assert run(stale, "server:socketio", "asyncapi.yml").stdout == "asyncapi.yml: no findings\n"
    config.write_text('[tool.asyncapi-guard]\nignore = ["spec-without-handlr"]\n')
    done = run(stale, "server:socketio", "asyncapi.yml")
    assert done.returncode == 2
    assert (
        "pyproject.toml: tool.asyncapi-guard.ignore: unknown rule code 'spec-without-handlr'"
        in done.stderr
    )
    config.write_text('[tool.asyncapi-guard.per-file."*.py"]\nignore = ["ALL"]\n')
    edit(stale / "server.py", "'say'", "'sayy'")
    assert [line.partition(":")[0] for line in concise(stale, "server:socketio")] == [
        "asyncapi.yml",
        "asyncapi.yml",
    ]


@slow
def test_comments_count(stale: Path) -> None:
    """In the file and in the sources; one that ignores nothing is told, in the file."""
    spec = stale / "asyncapi.yml"
    edit(
        spec,
        "join: {payload: {type: string}}",
        "join: {payload: {type: string}}  # guard: ignore[spec-without-handler]",
    )
    with (stale / "server.py").open("a") as server:
        server.write("def f():\n    socketio.emit('a')  # guard: ignore[undeclared-emit] soon\n")
    assert concise(stale, "server:socketio") == []
    validated = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "validate", str(spec)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "unused-ignore" not in validated.stdout
    edit(
        spec,
        "said: {payload: {type: string}}",
        "said: {payload: {type: string}}  # guard: ignore[ack-differs]",
    )
    done = run(stale, "server:socketio", "asyncapi.yml", "--format", "concise", "--quiet")
    assert done.returncode == 0
    assert done.stdout.startswith(
        "asyncapi.yml:8:40: warning[unused-ignore] this comment ignores 'ack-differs'"
    )


# -- what nothing puts in force --------------------------------------------------------------------

#: What the handlers of servers that do not look at hints are like.
SERVERS = {
    "flask": """\
from flask_socketio import SocketIO
server = SocketIO()
@server.on("say")
def say({hint}){back}: {body}
@server.on("join", namespace="/chat")
def join(name): ...
""",
    "threads": """\
import socketio
server = socketio.Server(async_mode="threading")
@server.event
def say(sid, {hint}){back}: {body}
@server.on("join", namespace="/chat")
def join(sid, name): ...
""",
    "asyncio": """\
import socketio
server = socketio.AsyncServer(async_mode="asgi")
@server.on("say")
async def say(sid: str, {hint}){back}: {body}
@server.on("join", namespace="/chat")
async def join(sid, name): ...
""",
    "class": """\
import socketio
server = socketio.Server(async_mode="threading")
class Root(socketio.Namespace):
    def on_say(self, sid, {hint}){back}: {body}
class Chat(socketio.Namespace):
    def on_join(self, sid, name): ...
server.register_namespace(Root("/"))
server.register_namespace(Chat("/chat"))
""",
    "asyncio class": """\
import socketio
server = socketio.AsyncServer(async_mode="asgi")
class Root(socketio.AsyncNamespace):
    async def on_say(self, sid, {hint}){back}: {body}
class Chat(socketio.AsyncNamespace):
    async def on_join(self, sid, name): ...
server.register_namespace(Root("/"))
server.register_namespace(Chat("/chat"))
""",
}
_TELLING = """\
def tell():
    server.emit("said", "a")
    server.emit("joined", "b", namespace="/chat")
"""
#: By hint, ack and body: the codes of what is found of a string whose ack is an integer.
SIGNED = {
    ("text", "", "return 1"): [],
    ("text: str", " -> int", "return 1"): [],
    ("text: 'Any'", " -> 'Any'", "return 1"): [],
    ("text: 'str | None' = None", " -> 'int | None'", "return 1"): ["ack-differs"],
    ("*text", "", "return 1"): [],
    ("text: int", "", "return 1"): ["payload-differs"],
    ("text: dict", " -> int", "return 1"): ["payload-differs"],
    ("text", " -> str", "return 1"): ["ack-differs"],
    ("text: list[int]", " -> bool", "return 1"): ["ack-differs", "payload-differs"],
    ("text, loud", "", "return 1"): ["payload-differs"],
    ("text", "", "print(text)"): ["ack-differs"],
    ("text", "", "return"): ["ack-differs"],
    ("text", "", "raise NotImplementedError"): [],
}


@pytest.mark.parametrize("kind", [pytest.param(k, marks=slow) for k in SERVERS])
def test_hints_that_nothing_puts_in_force(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No hint is no finding, a contradicting one is: on every kind of server."""
    spec = tmp_path / "asyncapi.yml"
    spec.write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for index, ((hint, back, body), expected) in enumerate(SIGNED.items()):
        name = f"signed_{kind.replace(' ', '_')}_{index}"
        text = SERVERS[kind].format(hint=hint, back=back, body=body) + _TELLING
        (tmp_path / f"{name}.py").write_text(f"from typing import Any\n{text}")
        found = _found(f"{name}:server", spec)
        monkeypatch.delitem(sys.modules, name)
        assert [each.code for each in found] == expected, (hint, back, body)


def _found(target: str, spec: Path) -> list[Finding]:
    """What is found of an application, in the order of codes."""
    loaded = load_application(target)
    sources = sources_of(loaded)
    handlers = handlers_of(loaded, sources)
    documents = open_documents(spec)
    contract = compile_contract(documents, "auto")
    emissions = emissions_of(loaded, sources, handlers)
    declared = declared_of(loaded.server)
    unread = emissions.unread
    found = drift(handlers, emissions.emits, declared, contract, documents, unread)
    return sorted(found, key=lambda each: each.code)


def test_what_only_the_run_knows_is_listed(stale: Path) -> None:
    """It is counted, and found at its line; the exit code says whether that counts."""
    with (stale / "server.py").open("a") as server:
        server.write(
            "@socketio.on('join', namespace='/chat')\n"
            "def join(name):\n    socketio.emit(name)\n    socketio.emit(name + '!')\n"
        )
    done = run(stale, "server:socketio", "asyncapi.yml", "--format", "concise")
    assert done.returncode == 0
    assert done.stdout.count("warning[unread-emit]") == 2
    said = "2 emits with names known only at run time: server.py:10, server.py:11\n"
    assert done.stderr == said
    strict = ("--severity", "unread-emit=error", "--quiet")
    done = run(stale, "server:socketio", "asyncapi.yml", *strict)
    assert (done.returncode, done.stderr) == (1, "")


def test_values_that_only_the_run_knows_are_counted(stale: Path) -> None:
    """So is what is sent in part: no finding about it never means that all was compared."""
    with (stale / "server.py").open("a") as server:
        server.write(
            "@socketio.on('join', namespace='/chat')\n"
            "def join(name):\n    socketio.emit('said', name)\n    socketio.emit('said', 'a')\n"
            "    socketio.emit('said', f'{name}!')\n    socketio.emit('said', [name][0])\n"
        )
    done = run(stale, "server:socketio", "asyncapi.yml", "--format", "concise")
    said = "2 emits with values known only at run time: server.py:10, server.py:13\n"
    assert (done.returncode, done.stderr) == (0, said)


def test_harmless_is_true(tmp_path: Path) -> None:
    """A wider hint is harmless where the file is enforced; elsewhere the handler gets more."""
    (tmp_path / "asyncapi.yml").write_text(SPEC)
    text = """\
from asyncapi_guard import AsyncAPISocketIO
socketio = AsyncAPISocketIO(typed=True{option})
@socketio.on("say")
def say(text: str | int) -> int:
    socketio.emit("said", "a")
    socketio.emit("joined", "b", namespace="/chat")
    return 1
@socketio.on("join", namespace="/chat")
def join(name: str): ...
"""
    (tmp_path / "own.py").write_text(text.format(option=""))
    (tmp_path / "files.py").write_text(text.format(option=", spec='asyncapi.yml'"))
    (line,) = concise_warnings(tmp_path, "own:socketio")
    assert "doesn't allow, and the server accepts them" in line
    (line,) = concise_warnings(tmp_path, "files:socketio")
    assert "doesn't allow, which breaks no client, because the server enforces the document" in line


def concise_warnings(folder: Path, target: str) -> list[str]:
    """The findings, none of which is an error."""
    done = run(folder, target, "asyncapi.yml", "--format", "concise", "--quiet")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


# -- applications as people write them -------------------------------------------------------------

PACKAGE = {
    "shop/__init__.py": """\
from flask import Flask
from .extensions import socketio

def create_app(config=None):
    app = Flask(__name__)
    from .chat import bp
    app.register_blueprint(bp)
    socketio.init_app(app)
    return app
""",
    "shop/extensions.py": "from flask_socketio import SocketIO\nsocketio = SocketIO()\n",
    "shop/broken.py": "def (\n",
    "shop/chat/__init__.py": """\
from flask import Blueprint
bp = Blueprint("chat", __name__)
from . import events, namespaces
""",
    "shop/chat/names.py": """\
import enum
SAID = "said"
class Events(str, enum.Enum):
    WRONG = "enum"
""",
    "shop/chat/events.py": """\
from flask_socketio import emit, send
from lib.out import notify
from ..extensions import socketio
from . import names
from .names import SAID, Events

def unnamed(function):
    def inner(*args):
        return function(*args)
    return inner

@socketio.on("say")
@unnamed
def say(text):
    emit(SAID, text)
    emit(names.SAID, text)
    emit(Events.WRONG)
    ("при", emit("вет"))
    emit(f"{text}")
    emit("joined", text, namespace="/chat")
    emit("said" if text else "neither", text)
    send("hello")
    notify(socketio)

@socketio.on("other", namespace="/chat")
@unnamed
def other():
    emit("said")
""",
    "shop/chat/namespaces.py": """\
from flask_socketio import Namespace
from ..extensions import socketio

class Mixin:
    def notify(self):
        self.emit("mixin")

class Chat(Mixin, Namespace):
    def on_join(self, name):
        super().emit("joined", name)

socketio.on_namespace(Chat("/chat"))
""",
    "lib/out.py": """\
def notify(socketio):
    socketio.emit("helper")
    client = socketio.test_client(None)
    client.emit("of the client")

if __name__ == "__main__":
    import socketio
    sio = socketio.Client()
    sio.emit("of a client")
""",
}


def test_a_package_with_a_factory(tmp_path: Path) -> None:
    """Helpers beside the package, mixins, constants, decorators, and Windows' line ends."""
    (tmp_path / "asyncapi.yml").write_text(SPEC)
    for name, text in PACKAGE.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    lines = concise(tmp_path, "shop:create_app()")
    assert [line.partition(" ")[0] for line in lines] == [
        "lib/out.py:2:19:",
        *(
            f"shop/chat/events.py:{place}:"
            for place in ("17:10", "18:18", "19:10", "21:10", "22:5")
        ),
        *(f"shop/chat/events.py:{place}:" for place in ("25:1", "28:10")),
        "shop/chat/namespaces.py:6:19:",
    ]
    assert "code emits 'вет', but asyncapi.yml:5 doesn't declare it as sent" in lines[2]
    assert "warning[unread-emit] the name of this event is known only at run time" in lines[3]
    assert "code emits 'neither', but asyncapi.yml:5" in lines[4]
    assert (
        "error[handler-without-spec] handler other handles 'other', but asyncapi.yml:10" in lines[6]
    )
    assert "code emits 'said', but asyncapi.yml:10" in lines[7]


@slow
def test_an_asyncio_server(tmp_path: Path) -> None:
    """python-socketio's, inside of its ASGI application; a namespace that dispatches by itself."""
    (tmp_path / "asyncapi.yml").write_text(SPEC)
    (tmp_path / "server.py").write_text(
        "import socketio\n"
        "sio = socketio.AsyncServer(async_mode='asgi')\n"
        "app = socketio.ASGIApp(sio)\n"
        "@sio.on('say')\n"
        "async def say(sid, text):\n"
        "    await sio.emit('sad', text)\n"
        "    await sio.emit('said', text)\n"
        "    return 1\n"
        "class Chat(socketio.AsyncNamespace):\n"
        "    async def trigger_event(self, event, *args):\n"
        "        await self.emit('left')\n"
        "        await self.emit('joined', 'me')\n"
        "sio.register_namespace(Chat('/chat'))\n"
    )
    assert [line.partition(" ")[0] for line in concise(tmp_path, "server:app")] == [
        "server.py:6:20:",
        "server.py:11:25:",
    ]


@slow
def test_what_an_application_does_when_it_is_imported(stale: Path) -> None:
    """It reads arguments, prints, and starts a thread that never ends: its own business."""
    (stale / "busy.py").write_text(
        "import argparse, threading, sys\n"
        "argparse.ArgumentParser().parse_args()\n"
        "from server import socketio\n"
        "print('printed'); sys.__stdout__.write('written')\n"
        "threading.Thread(target=threading.Event().wait, name='poller').start()\n"
    )
    done = run(stale, "busy:socketio", "asyncapi.yml", "--format", "json")
    assert done.returncode == 1
    assert len(json.loads(done.stdout)["findings"]) == 1
    assert "not waiting for threads of the application: poller\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert run(stale, "busy:nothing", "asyncapi.yml").returncode == 2


@slow
def test_odd_handlers(stale: Path) -> None:
    """Partials, classes and functions of Python's own are found where they are registered."""
    with (stale / "server.py").open("a") as server:
        server.write(
            "import functools, os\n"
            "from flask_socketio import Namespace\n"
            "class Called:\n"
            "    def __init__(self, function): self.function = function\n"
            "    def __call__(self, *args): return self.function(*args)\n"
            "@socketio.on('wrapped')\n"
            "@Called\n"
            "def wrapped(): ...\n"
            "socketio.on_event('partial', functools.partial(print, 'x'))\n"
            "socketio.on_event('class', Called)\n"
            "for event in ('one', 'two'):\n"
            "    @socketio.on(event)\n"
            "    def each(): socketio.emit(event)\n"
            "class Chat(Namespace):\n"
            "    on_text = 'no method'\n"
            "    @property\n"
            "    def on_property(self): raise RuntimeError\n"
            "    def on_join(self, name): ...\n"
            "socketio.on_namespace(Chat('/chat'))\n"
            "os.chdir('/')\n"
        )
    lines = concise(stale, "server:socketio")
    assert [line.partition(", but asyncapi")[0].replace(" error", "") for line in lines] == [
        "server.py:13:1:[handler-without-spec] handler wrapped handles 'wrapped'",
        (
            "server.py:16:1:[handler-without-spec] handler functools.partial(print, 'x') handles "
            "'partial'"
        ),
        "server.py:17:1:[handler-without-spec] handler Called handles 'class'",
        "server.py:19:1:[handler-without-spec] handler each handles 'one'",
        "server.py:19:1:[handler-without-spec] handler each handles 'two'",
        "server.py:20:31:[undeclared-emit] code emits 'one'",
        "server.py:20:31:[undeclared-emit] code emits 'two'",
    ]


@slow
@pytest.mark.parametrize(
    "start",
    [
        "import werkzeug.serving as w; w.run_simple('127.0.0.1', 0, None)",
        "import asyncio; asyncio.run(asyncio.start_server(print, '127.0.0.1', 0))",
    ],
)
def test_servers_are_not_started(stale: Path, start: str) -> None:
    """Whatever starts one is told to be put under the guard, at the application's line."""
    (stale / "runs.py").write_text(f"from server import socketio\n{start}\n")
    done = run(stale, "runs:socketio", "asyncapi.yml")
    assert done.returncode == 2
    assert "runs.py:2 starts a server when it is imported" in done.stderr


# -- the rules' own examples -----------------------------------------------------------------------

ABOUT_CODE = [rule for rule in RULES.values() if rule.about_code]


@pytest.mark.parametrize("side", ["bad", "good"])
@pytest.mark.parametrize("rule", ABOUT_CODE, ids=lambda rule: rule.code)
def test_the_examples_of_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: Rule, side: str
) -> None:
    """A bad example has findings of its rule, with its severity; a good one has none at all."""
    name = f"example_{rule.code.replace('-', '_')}_{side}"
    (tmp_path / f"{name}.py").write_text(getattr(rule, side))
    spec = tmp_path / "asyncapi.yml"
    spec.write_text(rule.document(rule.spec))
    assert lint(spec) == ()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    loaded = load_application(f"{name}:socketio")
    monkeypatch.delitem(sys.modules, name)
    sources = sources_of(loaded)
    handlers = handlers_of(loaded, sources)
    documents = open_documents(spec)
    contract = compile_contract(documents, "auto")
    emissions = emissions_of(loaded, sources, handlers)
    declared = declared_of(loaded.server)
    unread, stale = emissions.unread, stale_models(loaded.modules)
    found = drift(handlers, emissions.emits, declared, contract, documents, unread, stale=stale)
    mine = [finding for finding in found if finding.code == rule.code]
    assert {finding.severity for finding in mine} == ({rule.severity} if side == "bad" else set())
    if side == "good":
        assert found == ()


def test_generated_types_are_the_file_on_every_server(tmp_path: Path) -> None:
    """What nobody sets is not sent, so a generated `str | None` contradicts no optional string."""
    pytest.importorskip("datamodel_code_generator")
    spec = SPEC.replace(
        "x-ack: {type: integer}", "x-ack: {type: object, properties: {note: {type: string}}}"
    )
    (tmp_path / "asyncapi.yml").write_text(spec)
    subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "models", "asyncapi.yml", "-o", "models.py"],
        check=True,
        timeout=300,
        cwd=tmp_path,
    )
    (tmp_path / "server.py").write_text(
        "from flask_socketio import SocketIO\n"
        "from models import JoinPayload, SayAck, SayPayload, emit_joined, emit_said\n"
        "socketio = SocketIO()\n"
        "@socketio.on('say')\n"
        "def say(text: SayPayload) -> SayAck:\n"
        "    emit_said(socketio, text)\n"
        "    emit_joined(socketio, text)\n"
        "    return SayAck()\n"
        "@socketio.on('join', namespace='/chat')\n"
        "def join(name: SayAck): ...\n"
    )
    (line,) = concise(tmp_path, "server:socketio")
    assert line.startswith(
        "server.py:9:1: error[payload-differs] type hints of handler join contradict"
    )


def test_generated_models_that_are_out_of_date(tmp_path: Path) -> None:
    """The types agree with each other, and no longer with the file: the digest tells."""
    pytest.importorskip("datamodel_code_generator")
    (tmp_path / "asyncapi.yml").write_text(SPEC)
    subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "models", "asyncapi.yml", "-o", "models.py"],
        check=True,
        timeout=300,
        cwd=tmp_path,
    )
    (tmp_path / "server.py").write_text(
        "from asyncapi_guard import AsyncAPISocketIO\n"
        "from models import JoinPayload, SayAck, SayPayload, emit_joined, emit_said\n"
        "socketio = AsyncAPISocketIO(typed=True)\n"
        "@socketio.on('say')\n"
        "def say(text: SayPayload) -> SayAck:\n"
        "    emit_said(socketio, text)\n"
        "    emit_joined(socketio, text)\n"
        "    return 1\n"
        "@socketio.on('join', namespace='/chat')\n"
        "def join(name: JoinPayload): ...\n"
    )
    assert concise(tmp_path, "server:socketio") == []
    edit(tmp_path / "asyncapi.yml", "join: {payload: {type: string}}", "join: {payload: {}}")
    lines = concise(tmp_path, "server:socketio")
    assert lines[0].startswith(
        "models.py:1:1: error[stale-models] models was generated from a different version of "
        "asyncapi.yml, so its types don't match the document; generate it again; in the "
        "directory of the module, run `asyncapi-guard models asyncapi.yml -o models.py`"
    )
