"""`asyncapi-guard add event`: the file is its author's, with one event more."""

from __future__ import annotations

import contextlib
import difflib
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from asyncapi_guard import load
from asyncapi_guard.cli import cli
from asyncapi_guard.cli.event_additions import CannotAdd, add_events
from asyncapi_guard.contract import Action
from asyncapi_guard.errors import SpecError
from asyncapi_guard.lint import lint
from asyncapi_guard.lint.settings import Settings
from asyncapi_guard.spec.additions import NewEvent

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"

SPEC = """\
asyncapi: 3.1.0  # the version
info: {title: Chat, version: '1'}

channels:
  root:
    address: /
    messages:
      say:  # what people write
        payload: {type: string}
      # the end of the messages

operations:
  # What people write.
  onSay:
    action: receive
    channel: {$ref: '#/channels/root'}
    messages: [{$ref: '#/channels/root/messages/say'}]

components:
  schemas:
    Room: {type: string}  # a name
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a document in it, the root of a repository."""
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("asyncapi.yml").write_text(SPEC)
    return tmp_path


def run(*args: str) -> subprocess.CompletedProcess[str]:
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        cli(["add", "event", *args], prog_name="asyncapi-guard")
    return subprocess.CompletedProcess(args, ended.value.code or 0, out.getvalue(), err.getvalue())


def lines(old: str, new: str) -> list[str]:
    """The lines that were added; none may be gone."""
    found = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] in "+-"]
    assert not any(line.startswith("-") for line in found), found
    return [line[2:] for line in found]


def added(*args: str, spec: str = SPEC) -> list[str]:
    """The lines that a command adds to a document, which is as good as before."""
    Path("asyncapi.yml").write_text(spec)
    before = lint("asyncapi.yml")
    done = run(*args)
    assert done.returncode == 0, done.stderr
    after = lint("asyncapi.yml")
    assert {(f.code, f.pointer) for f in after} <= {(f.code, f.pointer) for f in before}
    return lines(spec, Path("asyncapi.yml").read_text())


def events(action: str) -> set[tuple[str | None, str]]:
    contract = load("asyncapi.yml")
    return {
        (contract.channels[operation.channel].address, message.event)
        for operation in contract.operations.values()
        for message in operation.messages
        if operation.action == action
    }


def refused(*args: str) -> str:
    """What is said about a command that adds nothing, and does not touch the file."""
    file = Path("asyncapi.yml")
    before = file.read_bytes(), file.stat().st_mtime_ns
    done = run(*args)
    assert (done.returncode, done.stdout) == (2, "")
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    return done.stderr


def test_an_event_is_added() -> None:
    """Its message and its operation, as the file has others; no other line changes."""
    assert added("join", "--direction", "receive", "--payload", "Room") == [
        "      join:",
        "        payload: {$ref: '#/components/schemas/Room'}",
        "  onJoin:",
        "    action: receive",
        "    channel: {$ref: '#/channels/root'}",
        "    messages:",
        "      - {$ref: '#/channels/root/messages/join'}",
    ]
    assert events("receive") == {("/", "say"), ("/", "join")}


def test_another_namespace() -> None:
    """A channel is added where none has the namespace."""
    found = added(
        "joined", "--namespace", "/chat/room", "--direction", "send", "--payload", "string"
    )
    assert found[:5] == [
        "  chat_room:",
        "    address: /chat/room",
        "    messages:",
        "      joined:",
        "        payload:",
    ]
    assert events("send") == {("/chat/room", "joined")}


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        ("Room", {"$ref": "#/components/schemas/Room"}),
        ("#/components/schemas/Room", {"$ref": "#/components/schemas/Room"}),
        ("integer", {"type": "integer"}),
        ("null", {"type": "null"}),
        ("binary", {"type": "string", "format": "binary"}),
        ("{type: string, maxLength: 5}", {"type": "string", "maxLength": 5}),
        ('{"type": "string", "pattern": "^a: #$"}', {"type": "string", "pattern": "^a: #$"}),
        ("true", True),
        ("./types.yml#/Room", {"$ref": "./types.yml#/Room"}),
    ],
)
def test_schemas(text: str, schema: object) -> None:
    """A component, a reference, a word, or a schema in YAML or JSON; also as the ack."""
    Path("types.yml").write_text("Room: {type: string}\n")
    added("join", "--direction", "receive", "--payload", text, "--ack", text)
    from asyncapi_guard.spec.loader import open_documents

    data = open_documents("asyncapi.yml").main.data
    message = data["channels"]["root"]["messages"]["join"]
    assert message == {"payload": schema, "x-ack": schema}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("say", "--direction", "receive", "--payload", "string"), "already exists"),
        (("x", "--direction", "receive", "--payload", "Rom"), "did you mean 'Room'?"),
        (("x", "--direction", "receive", "--payload", "{type: ["), "cannot be read"),
        (("x", "--direction", "receive", "--payload", "{type: strng}"), "strng"),
        (("x", "--direction", "receive", "--payload", "#/nowhere"), "unresolved reference"),
        (("x", "--direction", "receive", "--payload", "{minLenght: 1}"), "validate would find"),
        (("connect_error", "--direction", "send", "--payload", "string"), "reserved-event"),
        (("x", "--direction", "both", "--payload", "string"), "--direction"),
        (("x", "--direction", "send"), "--payload"),
        (("x", "--direction", "send", "--payload", "null", "--namespace", "a"), "starts with '/'"),
        (("x", "no.yml", "--direction", "send", "--payload", "null"), "cannot be read"),
    ],
)
def test_what_is_refused(args: tuple[str, ...], said: str) -> None:
    """With the reason; the file is as it was, its time among it."""
    assert said in refused(*args)


def test_a_file_with_faults_stays() -> None:
    """What does not load is mended first."""
    Path("asyncapi.yml").write_text(SPEC.replace("action: receive", "action: recieve"))
    said = refused("x", "--direction", "send", "--payload", "string")
    assert "asyncapi.yml:15" in said
    assert "the document does not load" in said


def test_diff_writes_nothing() -> None:
    """`--diff` and `--dry-run` print a patch."""
    for option in ("--diff", "--dry-run"):
        done = run("join", "--direction", "receive", "--payload", "Room", option)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("--- asyncapi.yml\n+++ asyncapi.yml\n@@ ")
        assert "+      join:\n" in done.stdout
        assert Path("asyncapi.yml").read_text() == SPEC


def test_the_file_that_is_meant() -> None:
    """Without a name it is the only one that validate would check."""
    shutil.copy("asyncapi.yml", "asyncapi.yaml")
    said = refused("x", "--direction", "send", "--payload", "string")
    assert "not one document, but asyncapi.yml, asyncapi.yaml" in said
    Path("asyncapi-guard.toml").write_text('files = ["asyncapi.yaml"]\n')
    done = run("x", "--direction", "send", "--payload", "string")
    assert done.stderr == "Added event 'x' to asyncapi.yaml\n"
    assert Path("asyncapi.yml").read_text() == SPEC


# -- as the neighbours do --------------------------------------------------------------------------


def test_messages_in_components() -> None:
    """Where messages are components, so is the new one; names are made as theirs are."""
    spec = (ROOT / "specs" / "tictactoe.yml").read_text()
    found = added("leave_game", "--direction", "receive", "--payload", "GameReference", spec=spec)
    assert found == [
        "      leave_game:",
        "        $ref: '#/components/messages/LeaveGame'",
        "",
        "  leaveGame:",
        "    action: receive",
        "    channel:",
        "      $ref: '#/channels/game'",
        "    messages:",
        "      - $ref: '#/channels/game/messages/leave_game'",
        "",
        "    LeaveGame:",
        "      name: leave_game",
        "      payload:",
        "        $ref: '#/components/schemas/GameReference'",
    ]
    assert ("/", "leave_game") in events("receive")


def test_one_operation_with_several_messages() -> None:
    """It gets one more."""
    spec = SPEC.replace(
        "  # the end", "  hear: {payload: {type: string}}\n      # the end"
    ).replace("/say'}]", "/say'}, {$ref: '#/channels/root/messages/hear'}]")
    Path("asyncapi.yml").write_text(spec)
    assert run("left", "--direction", "receive", "--payload", "null").returncode == 0
    assert list(load("asyncapi.yml").operations) == ["onSay"]
    assert events("receive") == {("/", "say"), ("/", "hear"), ("/", "left")}


ALL = """\
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels:
  root: {address: /, messages: {say: {payload: {type: string}}}}
operations:
  all: {action: receive, channel: {$ref: '#/channels/root'}}
"""


def test_operations_that_list_no_messages() -> None:
    """Such an operation has the new event by itself; another direction's keeps what it had."""
    Path("asyncapi.yml").write_text(ALL)
    assert run("hear", "--direction", "receive", "--payload", "null").returncode == 0
    assert events("receive") == {("/", "say"), ("/", "hear")}
    assert len(load("asyncapi.yml").operations) == 1
    assert run("tell", "--direction", "send", "--payload", "null").returncode == 0
    assert events("receive") == {("/", "say"), ("/", "hear")}
    assert events("send") == {("/", "tell")}


def test_the_other_direction() -> None:
    """An event may be sent and received; its keys never collide."""
    added("say", "--direction", "send", "--payload", "integer")
    assert events("send") == events("receive") == {("/", "say")}
    assert load("asyncapi.yml").channels["root"].messages["say_2"].event == "say"


def test_names_that_need_care() -> None:
    """Events with any characters; ids are legal and references lead there."""
    for name in ("two words", "a/b~c%d", "größe 🎲", "12:30", "on"):
        assert run(name, "--direction", "receive", "--payload", "null").returncode == 0, name
    assert {event for _, event in events("receive")} >= {"two words", "a/b~c%d", "größe 🎲", "on"}


def test_a_document_that_has_nothing_yet() -> None:
    """Sections come where the specification has them; JSON stays JSON."""
    Path("asyncapi.yml").write_text(
        "asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\ncomponents: {schemas: {}}\n"
    )
    assert run("a", "--direction", "send", "--payload", "string").returncode == 0
    text = Path("asyncapi.yml").read_text()
    keys = [line.split(":")[0] for line in text.splitlines() if line[:1].isalpha()]
    assert keys == ["asyncapi", "info", "channels", "operations", "components"]
    data = {"asyncapi": "3.1.0", "info": {"title": "T", "version": "1"}}
    Path("a.json").write_text(json.dumps(data, indent=4))
    assert run("a", "a.json", "--direction", "send", "--payload", "string").returncode == 0
    assert json.loads(Path("a.json").read_text())["operations"]["sendA"]["action"] == "send"
    assert Path("a.json").read_text().startswith('{\n    "asyncapi": "3.1.0",\n    "info": {\n')


def test_a_channel_in_another_file() -> None:
    """It is not edited from here."""
    Path("channels.yml").write_text("root: {address: /, messages: {}}\n")
    Path("asyncapi.yml").write_text(
        "asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
        "channels: {root: {$ref: 'channels.yml#/root'}}\n"
    )
    said = refused("a", "--direction", "send", "--payload", "string")
    assert "channels/root is in another file ('channels.yml#/root'); edit it there" in said


def test_a_namespace_of_a_template() -> None:
    """A channel of its own would take from the namespace what the template gives it."""
    text = SPEC.replace("address: /\n", "address: /{room}\n    parameters: {room: {}}\n")
    Path("asyncapi.yml").write_text(text)
    done = run("join", "--namespace", "/a", "--direction", "receive", "--payload", "Room")
    assert done.returncode == 2
    assert "'/{room}'" in done.stderr
    assert Path("asyncapi.yml").read_text() == text
    done = run("join", "--namespace", "/{room}", "--direction", "receive", "--payload", "Room")
    assert done.returncode == 0, done.stderr


def test_help_has_an_example() -> None:
    """In both commands."""
    for args in (["add", "--help"], ["add", "event", "--help"]):
        command = [sys.executable, "-m", "asyncapi_guard", *args]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert "Example: asyncapi-guard add event" in done.stdout


def test_the_docs() -> None:
    """What docs/how-to/editing.md shows is what is printed."""
    page = (ROOT / "docs" / "how-to" / "editing.md").read_text(encoding="utf-8")
    document = page.split("```yaml\n")[1].split("```")[0]
    command, _, printed = page.split("```console\n$ ")[1].split("```")[0].partition("\n")
    Path("asyncapi.yml").write_text(document)
    done = run(*command.split()[3:])
    assert done.stdout == printed
    found = [line[1:] for line in printed.splitlines()[3:] if line[0] == "+"]
    assert added(*command.split()[3:-1], spec=document) == found


# -- for whoever finds events missing --------------------------------------------------------------


def test_several_events_with_their_schemas() -> None:
    """Components are used where they say the same, and numbered where they do not."""
    Path("asyncapi.yml").write_text(SPEC)
    schemas = {"Room": {"type": "integer"}, "User": {"$ref": "#/components/schemas/Room"}}
    ref = {"$ref": "#/components/schemas/User"}
    new = [
        NewEvent("/", "join", Action.RECEIVE, ref, {"type": "null"}, schemas),
        NewEvent("/", "joined", Action.SEND, ref, None, schemas, "Somebody came."),
        NewEvent("/x", "ping", Action.RECEIVE, {"type": "null"}),
    ]
    addition = add_events("asyncapi.yml", new, settings=Settings())
    assert addition.old == SPEC.encode()
    lines(SPEC, addition.new.decode())
    addition.path.write_bytes(addition.new)
    contract = load("asyncapi.yml")
    messages = contract.channels["root"].messages
    assert messages["join"].payload.is_valid(5)
    assert not messages["joined"].payload.is_valid("five")
    assert messages["joined"].meta["description"] == "Somebody came."
    assert contract.channels["x"].messages["ping"].payload.nothing
    text = addition.new.decode()
    assert text.count("Room_2:") == text.count("User:") == 1


def test_nothing_is_added_of_several() -> None:
    """When one of them cannot be."""
    new = [
        NewEvent("/", "join", Action.RECEIVE, {"type": "null"}),
        NewEvent("/", "join", Action.RECEIVE, {"type": "null"}),
    ]
    with pytest.raises(CannotAdd, match="already exists"):
        add_events("asyncapi.yml", new, settings=Settings())


def documents() -> list[Path]:
    return sorted((CORPUS / "real").iterdir()) if CORPUS.is_dir() else []


@pytest.mark.skipif(
    not (CORPUS / "verdicts.jsonl").is_file(),
    reason="the corpus is not beside the repository: it is others', and not part of the project",
)
@pytest.mark.slow
def test_documents_of_others() -> None:
    """An event is added to every third one that loads, and no line of it is gone but for commas."""
    count = 0
    for file in documents()[::3]:
        shutil.rmtree("copy", ignore_errors=True)
        Path("copy").mkdir()
        copy = Path("copy") / file.name
        copy.write_bytes(file.read_bytes())
        try:
            load(copy)
        except SpecError:
            continue
        new = [NewEvent("/brand/new", "brand_new", Action.SEND, {"type": "string"})]
        try:
            addition = add_events(str(copy), new, settings=Settings())
        except CannotAdd:
            continue
        count += 1
        old, now = addition.old.decode().splitlines(), addition.new.decode().splitlines()
        gone = [line[2:] for line in difflib.ndiff(old, now) if line.startswith("- ")]
        assert all(f"{line}," in now or "{}" in line for line in gone), (file, gone)
    assert count > 50
