"""`asyncapi-guard export`, as a process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from asyncapi_guard.spec import load
from asyncapi_guard.spec.loader import open_documents

#: Each test starts processes with applications of their own: the most telling ones always run.
slow = pytest.mark.slow

CODE_FIRST = """\
import atexit, os, subprocess, sys
from flask import Flask, request
from pydantic import BaseModel
from asyncapi_guard import AsyncAPISocketIO as SocketIO

print("imported")
os.system("echo imported by the shell")
atexit.register(print, "ended")

class Greeting(BaseModel):
    name: str

app = Flask(__name__)
socketio = SocketIO(app, title="Greeter", version="7", async_mode="threading", typed=True)

@socketio.on("greet")
def greet(greeting: Greeting) -> str:
    return "hello"

class Holder:
    inner = socketio
    empty = Flask("empty")

def create_app():
    return app

def with_configuration(name):
    return app

def create_both(name="x"):
    return app, socketio

if __name__ == "__main__":
    socketio.run(app)
"""
SPEC = """\
# What the greeter says.
asyncapi: 3.1.0
x-first: [1, 2.5, 'on', null]
info:
  title: Greeter
  version: '1'
  description: |
    Two lines,
    in an order.
channels:
  root:
    address: /
    messages:
      greet: {payload: {type: string, x-more: {b: 1, a: 2}}, x-ack: {type: 'null'}}
      bye: {payload: {$ref: '#/components/schemas/Bye'}}
operations:
  greet: {action: receive, channel: {$ref: '#/channels/root'}}
components: {schemas: {Bye: {description: Ends it., type: string}}}
"""
SPEC_FIRST = """\
from flask import Flask
from asyncapi_guard import AsyncAPISocketIO

app = Flask(__name__)
socketio = AsyncAPISocketIO(app, spec="specs/asyncapi.yml", async_mode="threading")
"""


def run(folder: Path, *args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P"] if sys.version_info >= (3, 11) else [sys.executable]
    environment = {
        k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "GITHUB_ACTIONS")
    }
    return subprocess.run(
        [*command, "-m", "asyncapi_guard", "export", *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
        env=environment,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "greeter"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "server.py").write_text(CODE_FIRST)
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "asyncapi.yml").write_text(SPEC)
    (tmp_path / "spec_first.py").write_text(SPEC_FIRST)
    return tmp_path


# -- an application --------------------------------------------------------------------------------


def test_the_document_is_all_that_stdout_has(folder: Path) -> None:
    """What the application prints, its subprocesses and its end among it, goes to stderr."""
    done = run(folder, "greeter.server:socketio")
    assert done.returncode == 0
    assert done.stdout.startswith("asyncapi: 3.1.0\ninfo:\n  title: Greeter\n  version: '7'\n")
    assert "imported" not in done.stdout
    assert "ended" not in done.stdout
    for said in ("imported\n", "imported by the shell\n", "ended\n"):
        assert said in done.stderr


@slow
@pytest.mark.parametrize(
    "target", ["server:app", "server:Holder.inner", "server:create_app()", "server:create_both()"]
)
def test_what_may_be_named(folder: Path, target: str) -> None:
    """An application, an attribute of an attribute, and factories give the same document."""
    wanted = run(folder, "greeter.server:socketio").stdout
    assert run(folder, f"greeter.{target}").stdout == wanted


@slow
def test_a_file_is_written(folder: Path) -> None:
    """`-o` names the file; it can be loaded, and JSON goes by the name."""
    done = run(folder, "greeter.server:socketio", "-o", "out.yml")
    assert (done.returncode, done.stdout) == (0, "")
    assert "Wrote out.yml\n" in done.stderr
    assert run(folder, "greeter.server:socketio", "-o", "out.json").returncode == 0
    yml, written = (open_documents(folder / f"out.{end}").main.data for end in ("yml", "json"))
    assert written.pop("x-generated")["by"] == "asyncapi-guard export"  # as a comment in YAML
    assert written == yml
    assert json.loads((folder / "out.json").read_text())["info"]["title"] == "Greeter"


@slow
def test_nothing_is_overwritten_unasked(folder: Path) -> None:
    """A file that says something else stays, unless --force is said."""
    out = folder / "out.yml"
    out.write_text("mine: 1\n")
    done = run(folder, "greeter.server:socketio", "-o", "out.yml")
    assert (done.returncode, out.read_text()) == (2, "mine: 1\n")
    assert "out.yml already exists with other content; to overwrite it, pass --force" in done.stderr
    assert run(folder, "greeter.server:socketio", "-o", "out.yml", "--force").returncode == 0
    assert "\nasyncapi: 3.1.0\n" in out.read_text()


def renamed(folder: Path) -> None:
    """Let the application say something else."""
    file = folder / "greeter" / "server.py"
    file.write_text(file.read_text().replace('title="Greeter"', 'title="Host"'))


@pytest.mark.parametrize("name", ["out.yml", pytest.param("out.json", marks=pytest.mark.slow)])
def test_what_was_exported_is_updated(folder: Path, name: str) -> None:
    """Without a question, on whatever system it was checked out; the result says so, too."""
    out = folder / name
    assert run(folder, "greeter.server:socketio", "-o", name).returncode == 0
    out.write_bytes(out.read_bytes().replace(b"\n", b"\r\n"))
    renamed(folder)
    stale = run(folder, "greeter.server:socketio", "-o", name, "--check")
    assert stale.returncode == 1
    assert f"{name} is out of date. To update it, run export without --check." in stale.stderr
    done = run(folder, "greeter.server:socketio", "-o", name)
    assert (done.returncode, done.stdout) == (0, "")
    assert f"Updated {name}" in done.stderr
    assert load(out).meta["info"]["title"] == "Host"
    assert f"{name} is up to date" in run(folder, "greeter.server:socketio", "-o", name).stderr
    assert run(folder, "greeter.server:socketio", "-o", name, "--check").returncode == 0


@pytest.mark.parametrize(
    "edit",
    [
        ("out.yml", lambda text: text.replace("title: Greeter", "title: Mine")),
        ("out.json", lambda text: text + "\n"),
        *(
            pytest.param(edit, marks=pytest.mark.slow)
            for edit in (
                ("out.yml", lambda text: text + "# mine\n"),
                ("out.yml", lambda text: text.replace("title: Greeter", "title:  Greeter")),
                ("out.yml", lambda text: text.partition("\n")[2].partition("\n")[2]),
                ("out.yml", lambda text: "# mine\n" + text),
                ("out.json", lambda text: text.replace('"Greeter"', '"Mine"')),
                ("out.json", lambda text: json.dumps(json.loads(text))),
            )
        ),
    ],
    ids=lambda edit: edit[0],
)
def test_what_somebody_has_edited_stays(folder: Path, edit: Any) -> None:
    """A value, a comment, a blank: whatever it is, it is work of somebody's."""
    name, change = edit
    out = folder / name
    assert run(folder, "greeter.server:socketio", "-o", name).returncode == 0
    text = change(out.read_text())
    out.write_text(text)
    renamed(folder)
    done = run(folder, "greeter.server:socketio", "-o", name)
    assert (done.returncode, out.read_text()) == (2, text)
    assert "pass --force" in done.stderr
    assert run(folder, "greeter.server:socketio", "-o", name, "--force").returncode == 0
    assert load(out).meta["info"]["title"] == "Host"


def test_an_edited_file_is_told_from_a_written_one(folder: Path) -> None:
    out = folder / "out.yml"
    assert run(folder, "greeter.server:socketio", "-o", "out.yml").returncode == 0
    out.write_text(out.read_text().replace("title: Greeter", "title: Mine"))
    done = run(folder, "greeter.server:socketio", "-o", "out.yml")
    assert (
        "out.yml was edited since it was exported; to overwrite the edits, pass --force"
        in done.stderr
    )


# -- factories -------------------------------------------------------------------------------------

FACTORY = """\
from flask import Flask
from flask_socketio import SocketIO as Plain
from asyncapi_guard import AsyncAPISocketIO

socketio = AsyncAPISocketIO(async_mode="threading", typed=True)
plain = Plain(async_mode="threading")

def helper(): ...

def create_app(testing=False):
    app = Flask(__name__)
    socketio.init_app(app)
    from factory import events
    return app

def build():
    app = Flask(__name__)
    plain.init_app(app)
    @plain.on("hi")
    def hi(data): ...
    return app
"""
EVENTS = """\
from factory import socketio

@socketio.on("greet")
def greet(name: str) -> str: ...
"""


@pytest.fixture
def factory(tmp_path: Path) -> Path:
    package = tmp_path / "factory"
    package.mkdir()
    (package / "__init__.py").write_text(FACTORY)
    (package / "events.py").write_text(EVENTS)
    return tmp_path


def test_a_factory_is_named_in_place_of_an_empty_document(factory: Path) -> None:
    """What a `SocketIO` has before it is initialised says nothing of the application."""
    done = run(factory, "factory:socketio", "-o", "out.yml")
    assert done.returncode == 2
    assert "'factory:socketio' has no handlers, because init_app() was not called" in done.stderr
    assert "name 'factory:create_app()'" in done.stderr
    assert not (factory / "out.yml").exists()
    assert run(factory, "factory:create_app()", "-o", "out.yml").returncode == 0
    assert "receive_greet" in load(factory / "out.yml").operations


def test_a_factory_is_named_beside_what_is_known(factory: Path) -> None:
    """Handlers that were imported are exported, and a note says what may be missing."""
    done = run(factory, "factory.events:socketio")
    assert done.returncode == 0
    assert "receive_greet" in done.stdout
    assert "note: factory.events:socketio has no application yet" in done.stderr
    assert "name factory:create_app() instead" in done.stderr


def test_a_socketio_without_a_factory_says_what_to_look_for(factory: Path) -> None:
    (factory / "lonely.py").write_text(
        "from asyncapi_guard import AsyncAPISocketIO\nsocketio = AsyncAPISocketIO()\n"
    )
    done = run(factory, "lonely:socketio")
    assert done.returncode == 2
    assert "such as package.module:create_app()" in done.stderr


@slow
def test_an_equal_file_is_left_alone(folder: Path) -> None:
    """Its formatting and its comments stay; nothing is asked."""
    data = run(folder, "greeter.server:socketio").stdout
    out = folder / "out.yml"
    out.write_text("# mine\n" + data)
    done = run(folder, "greeter.server:socketio", "-o", "out.yml")
    assert (done.returncode, out.read_text()) == (0, "# mine\n" + data)
    assert "out.yml is up to date" in done.stderr


# -- --check ---------------------------------------------------------------------------------------


@slow
def test_check_compares_the_data(folder: Path) -> None:
    """Another formatting of the same data is fine."""
    text = run(folder, "greeter.server:socketio").stdout
    (folder / "a.yml").write_text(text)
    data = open_documents(folder / "a.yml").main.data
    (folder / "b.yml").write_text(json.dumps(data, indent=7, sort_keys=True))
    done = run(folder, "greeter.server:socketio", "-o", "b.yml", "--check")
    assert (done.returncode, done.stdout) == (0, "")


@slow
def test_check_shows_what_is_stale(folder: Path) -> None:
    """A unified diff on stdout, exit code 1, and the file as it was."""
    text = run(folder, "greeter.server:socketio").stdout
    stale = "# mine\n" + text.replace("title: Greeter", "title: Old")
    (folder / "a.yml").write_text(stale)
    done = run(folder, "greeter.server:socketio", "-o", "a.yml", "--check")
    assert done.returncode == 1
    assert done.stdout.startswith("--- a.yml\n+++ a.yml (exported)\n@@ -1,6 +1,6 @@\n")
    assert [line for line in done.stdout.splitlines()[2:] if line[0] in "+-"] == [
        "-  title: Old",
        "+  title: Greeter",
    ]
    assert "a.yml is out of date. To update it, run" in done.stderr
    assert (folder / "a.yml").read_text() == stale


@slow
def test_check_of_what_is_not_there(folder: Path) -> None:
    """A missing file is stale; without a name there is nothing to check."""
    done = run(folder, "greeter.server:socketio", "-o", "a.yml", "--check")
    assert done.returncode == 1
    assert "a.yml is missing" in done.stderr
    assert not (folder / "a.yml").exists()
    assert run(folder, "greeter.server:socketio", "--check").returncode == 2


@slow
def test_check_of_what_is_no_document(folder: Path) -> None:
    """It is the file that cannot be read; the application's document is in order."""
    (folder / "a.yml").write_text("info: {\n", encoding="utf-8")
    done = run(folder, "greeter.server:socketio", "-o", "a.yml", "--check")
    assert (done.returncode, done.stdout) == (2, "")
    assert "a.yml:2:1" in done.stderr
    assert "a.yml cannot be compared with: it has errors" in done.stderr


# -- spec first ------------------------------------------------------------------------------------


@slow
@pytest.mark.parametrize("suffix", ["yml", "json"])
def test_a_spec_first_server_gives_back_its_file(folder: Path, suffix: str) -> None:
    """Order, extensions and descriptions included: the data is the same, and so the contract."""
    out = folder / f"out.{suffix}"
    assert run(folder, "spec_first:socketio", "-o", out).returncode == 0
    file = folder / "specs" / "asyncapi.yml"
    data, wanted = (open_documents(each).main.data for each in (out, file))
    if suffix == "json":
        assert list(data)[-1] == "x-generated"  # which YAML has in a comment
        del data["x-generated"]
    assert json.dumps(data) == json.dumps(wanted)
    assert load(data) == load(wanted)
    done = run(folder, "spec_first:socketio", "-o", "specs/asyncapi.yml", "--check")
    assert done.returncode == 0


@slow
def test_bundle(folder: Path) -> None:
    """`--bundle` takes other files in, of a file and of a spec-first server alike."""
    file = folder / "specs" / "asyncapi.yml"
    file.write_text(SPEC.replace("'#/components/schemas/Bye'", "bye.yml"))
    (folder / "specs" / "bye.yml").write_text("type: integer\n")
    done = run(folder, "specs/asyncapi.yml", "--bundle", "-o", "out.yml")
    assert done.returncode == 0, done.stderr
    data = open_documents(folder / "out.yml").main.data
    assert data["components"]["schemas"]["bye"] == {"type": "integer"}
    assert _events(load(folder / "out.yml")) == _events(load(file))
    again = run(folder, "spec_first:socketio", "--bundle", "-o", "out.yml", "--check")
    assert again.returncode == 0


def _events(contract: Any) -> Any:
    return {
        (id, message.event): (message.payload, message.ack)
        for id, channel in contract.channels.items()
        for message in channel.messages.values()
    }


def test_a_bundle_that_cannot_be_made(folder: Path) -> None:
    """A reference that leads nowhere is shown with its line, exit code 2, nothing on stdout."""
    file = folder / "specs" / "asyncapi.yml"
    file.write_text(SPEC.replace("'#/components/schemas/Bye'", "nowhere.yml"))
    done = run(folder, "specs/asyncapi.yml", "--bundle")
    assert (done.returncode, done.stdout) == (2, "")
    assert "specs/asyncapi.yml:15" in done.stderr
    assert "Traceback" not in done.stderr


# -- what cannot be imported -----------------------------------------------------------------------


@slow
@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("greeter.server:app.name.x", "greeter.server.app.name has no 'x'"),
        ("greeter.server", "is neither a file nor MODULE:ATTRIBUTE"),
        ("greeter.server:", "expected MODULE:ATTRIBUTE"),
        ("greeter/server.py:socketio", "expected MODULE:ATTRIBUTE"),
        ("greeter/server.py:socketio", "did you mean 'greeter.server:socketio'?"),
        ("server.py:app", "did you mean 'server:app'?"),
        ("./greeter/server.py:create_app()", "did you mean 'greeter.server:create_app()'?"),
        ("greeter.server:with_configuration()", "write a function without parameters that calls"),
        ("nowhere.server:socketio", "no module 'nowhere'"),
        ("greeter.nowhere:socketio", "no module 'greeter.nowhere'"),
        ("greeter.server:socket", "has no 'socket'; did you mean 'app' or 'socketio'?"),
        ("greeter.server:Holder.none", "greeter.server.Holder has no 'none'; did you mean 'inner'"),
        ("greeter.server:Holder.empty", "is a Flask without a SocketIO"),
        ("greeter.server:create_app", "to call it, write 'greeter.server:create_app()'"),
        ("greeter.server:app.name", "is a str; expected a SocketIO"),
        ("greeter.server:request", "is a LocalProxy; expected a SocketIO"),
        ("greeter.server:app.name()", "a str is not callable"),
    ],
)
def test_targets_that_are_none(folder: Path, target: str, said: str) -> None:
    """A sentence each, without a traceback, and exit code 2."""
    done = run(folder, target)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@slow
def test_an_application_that_runs_when_it_is_imported(folder: Path) -> None:
    """It is stopped, and told what to do, with the line of the call."""
    (folder / "runs.py").write_text("from greeter.server import app, socketio\nsocketio.run(app)\n")
    done = run(folder, "runs:socketio")
    assert done.returncode == 2
    assert "runs.py:2 calls socketio.run() when it is imported" in done.stderr
    assert 'if __name__ == "__main__"' in done.stderr
    (folder / "runs.py").write_text("from greeter.server import app\napp.run(port=1)\n")
    assert "runs.py:2 calls app.run()" in run(folder, "runs:app").stderr


@slow
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import helper\n", "can't import broken: ZeroDivisionError: "),
        ("import not_installed\n", "ModuleNotFoundError: "),
        ("def (\n", "SyntaxError: "),
        ("import sys\nsys.exit('no configuration')\n", "broken:x exits when it is imported"),
        ("import os\nos._exit(0)\n", "broken:x exits when it is imported"),
        (
            "from greeter.server import socketio\n@socketio.on('x')\ndef f(x: 'Nobody'): ...\n",
            "RegistrationError",
        ),
    ],
)
def test_an_import_that_fails(folder: Path, text: str, said: str) -> None:
    """The application's traceback without our frames, a sentence, and exit code 2."""
    (folder / "helper.py").write_text("1 / 0\n")
    (folder / "broken.py").write_text(text)
    done = run(folder, "broken:x")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "broken.py" in done.stderr
    for ours in ("asyncapi_guard/", "importlib"):
        assert ours not in done.stderr


@slow
def test_a_factory_that_fails(folder: Path) -> None:
    """As an import that fails; so is one that needs arguments."""
    (folder / "broken.py").write_text("def create(): return {}['x']\ndef needs(x): ...\n")
    done = run(folder, "broken:create()")
    assert done.returncode == 2
    assert "broken:create() failed: KeyError: 'x'" in done.stderr
    assert 'broken.py", line 1, in create' in done.stderr
    assert (
        "'broken:needs()' needs arguments; write a function" in run(folder, "broken:needs()").stderr
    )


PLAIN = """\
from flask import Flask
from flask_socketio import SocketIO, emit

socketio = SocketIO(Flask(__name__), async_mode="threading")

@socketio.on("say")
def say(text: str) -> int:
    '''Say something.'''
    emit("said", {"text": text, "by": None}, broadcast=True)
    return 1

@socketio.on("play")
def play(data):
    emit(data["name"])
    emit("played", {"by": data})
"""


def test_emits_are_exported(folder: Path) -> None:
    """With their payloads, as far as the sources tell; what only the run knows is listed."""
    (folder / "plain.py").write_text(PLAIN)
    done = run(folder, "plain:socketio", "-o", "plain.yml")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "plain.py:15: part of the payload of 'played' is known only at run time: /by",
        "1 emit with a name known only at run time: plain.py:14",
        "Wrote plain.yml",
    ]
    messages = open_documents(folder / "plain.yml").main.data["components"]["messages"]
    assert messages["said"] == {
        "name": "said",
        "description": "Emitted by plain.say.",
        "payload": {
            "type": "object",
            "required": ["text", "by"],
            "properties": {"text": {"type": "string"}, "by": {"type": "null"}},
        },
    }
    assert messages["say"] == {
        "name": "say",
        "description": "Say something.",
        "payload": {"type": "string"},
        "x-ack": {"type": "integer"},
    }
    assert run(folder, "plain:socketio", "-o", "plain.yml", "--check").returncode == 0


@slow
def test_a_server_of_python_socketio(folder: Path) -> None:
    """Any server has a document: hints and docstrings of its handlers, and what it emits."""
    (folder / "bare.py").write_text(
        "import socketio\nsio = socketio.Server(async_mode='threading')\n"
        "@sio.event\ndef hello(sid, name: str):\n    sio.emit('greeted', name, to=sid)\n"
    )
    done = run(folder, "bare:sio")
    assert done.returncode == 0
    (folder / "bare.yml").write_text(done.stdout)
    operations = load(folder / "bare.yml").operations.values()
    events = {(str(each.action), message.event) for each in operations for message in each.messages}
    assert events == {("receive", "hello"), ("send", "greeted")}


def test_the_page_about_exporting(folder: Path) -> None:
    """Its application gives the messages and the lines that it says."""
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "exporting.md").read_text("utf-8")
    blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    (folder / "chat.py").write_text(blocks["python"])
    done = run(folder, "chat:socketio", "-o", "asyncapi.yml")
    assert (done.returncode, done.stderr) == (0, blocks["text"])
    messages = open_documents(folder / "asyncapi.yml").main.data["components"]["messages"]
    assert messages == yaml.safe_load(blocks["yaml"])


@slow
def test_help_has_examples(folder: Path) -> None:
    """`--help` shows examples."""
    done = run(folder, "--help")
    assert done.returncode == 0
    assert "Example: asyncapi-guard export package.module:socketio -o asyncapi.yml" in done.stdout
