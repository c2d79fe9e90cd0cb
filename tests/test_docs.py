"""What the README and docs say is what happens."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import importlib.util
import json
import os
import re
import subprocess
import sys
import typing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest
import yaml
from flask import Flask
from pydantic import BaseModel, EmailStr, Field
from typing_extensions import TypedDict

from asyncapi_guard import AsyncAPISocketIO, Guard, load
from asyncapi_guard.guard.handshakes import HandshakeRequest

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(file: str, *kinds: str) -> list[tuple[str, str]]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return [(kind, body) for kind, body in FENCE.findall(text) if kind in kinds]


def examples() -> list[object]:
    """Each part of a document in the profile, with each line of traffic after it."""
    found = []
    document = ""
    for kind, body in blocks("docs/reference/profile.md", "yaml", "traffic"):
        if kind == "yaml":
            document = body
            continue
        found += [
            pytest.param(document, line, id=" ".join(line.split())) for line in body.splitlines()
        ]
    return found


def parse(text: str) -> object:
    """JSON, in which bytes(n) stands for n bytes."""

    def revive(value: object) -> object:
        if isinstance(value, list):
            return [revive(item) for item in value]
        if isinstance(value, dict):
            return {key: revive(item) for key, item in value.items()}
        if isinstance(value, str) and value.startswith("bytes:"):
            return b"x" * int(value[6:])
        return value

    return revive(json.loads(re.sub(r"bytes\((\d+)\)", r'"bytes:\1"', text)))


def judge(guard: Guard, line: str) -> bool:
    verb, namespace, rest = line.split(None, 2)
    what, expected = rest.rsplit(None, 1)
    assert expected in ("accepted", "rejected")
    if verb == "connect":
        verdict = guard.connect(namespace, parse(what))
    elif verb == "handshake":
        query, *headers = what.split()
        named = {name.lower(): [value] for name, value in (h.split(":") for h in headers)}
        asked = parse_qs(query.removeprefix("?"), keep_blank_values=True)
        request = HandshakeRequest("GET", asked, named)
        verdict = guard.connect(namespace, None, lambda: request)
    else:
        event, args = what.split(None, 1)
        method = {
            "receive": guard.receive_event,
            "send": guard.send_event,
            "ack": guard.send_ack,
            "answered": guard.receive_ack,
        }[verb]
        verdict = method(namespace, event, parse(args), binary="bytes(" in args)
    return verdict.rejected == (expected == "rejected")


@pytest.mark.parametrize("engine", ["rust", "jsonschema"])
@pytest.mark.parametrize(("document", "line"), examples())
def test_profile(document: str, line: str, engine: str) -> None:
    """The guard says of each line of traffic in the profile what the profile says of it."""
    head = {"asyncapi": "3.1.0", "info": {"title": "Example", "version": "1"}}
    contract = load({**head, **yaml.safe_load(document)}, engine=engine)
    assert judge(Guard(contract), line)


def test_the_profile_has_traffic() -> None:
    """The parser of the profile finds its examples."""
    assert len(examples()) > 50


def before_and_after() -> list[str]:
    """The two programs of the README's difference."""
    ((_, difference),) = blocks("README.md", "diff")
    lines = difference.splitlines()
    return ["\n".join(line[1:] for line in lines if not line.startswith(other)) for other in "+-"]


def answers(program: str, *moves: dict[str, object]) -> list[Any]:
    """What the README's server answers to moves."""
    names: dict[str, object] = {"__name__": "readme"}
    exec(compile(program, "README.md", "exec"), names)
    module = SimpleNamespace(**names)
    client = module.socketio.test_client(module.app)
    return [client.emit("make_move", move, callback=True) for move in moves]


@pytest.fixture
def readme_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The README's document, in the working directory."""
    ((_, document),) = blocks("README.md", "yaml")
    file = tmp_path / "asyncapi.yml"
    file.write_text(document, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return file


@pytest.mark.usefixtures("readme_document")
def test_readme_before_and_after() -> None:
    """Both servers answer as the README says, and so does a rejected event on the wire."""
    before, after = before_and_after()
    ((_, wire),) = blocks("README.md", "json")
    right, wrong, overlooked = {"x": 1, "y": 2}, {"x": 1, "y": 7}, {"x": True, "y": 0}
    assert answers(before, right, wrong, overlooked) == [
        {},
        {"error": "x and y go from 0 to 2"},
        {},
    ]
    accepted, rejected, noticed = answers(after, right, wrong, overlooked)
    assert (accepted, rejected) == ({}, json.loads(wire))
    assert noticed["error"]["problems"][0]["path"] == "/x"


def test_readme_snippet() -> None:
    """Type hints are in force after one changed import."""
    ((_, program),) = blocks("README.md", "python")
    names: dict[str, Any] = {"__name__": "readme"}
    exec(compile(program, "README.md", "exec"), names)

    def say(text: str) -> None: ...

    names["socketio"].on("say")(say)
    client = names["socketio"].test_client(names["app"])
    answer = client.emit("say", 1, callback=True)
    assert answer["error"]["code"] == "request_validation_error"


def test_readme_commands_exist() -> None:
    """Each asyncapi-guard command that the README names is one."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = set(re.findall(r"(?:`|bin/)asyncapi-guard (\w+)", text))
    assert names >= {"validate", "demo", "export"}
    for name in names:
        command = [sys.executable, "-m", "asyncapi_guard", name, "--help"]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0, name


@pytest.mark.usefixtures("readme_document")
def test_readme_log_line(caplog: pytest.LogCaptureFixture) -> None:
    """The log line in the README is the one that is logged."""
    answers(before_and_after()[1], {"x": 1, "y": 7})
    ((_, said),) = blocks("README.md", "text")
    (record,) = caplog.records
    logged = f"{record.levelname} {record.name}: {record.getMessage()}"
    client = re.compile(r" sid=\S+| address=\S+")  # another one each time
    assert client.sub("", " ".join(said.split())) == client.sub("", logged)


@pytest.mark.slow
def test_the_readme_compares_what_was_measured() -> None:
    """Our column of the table is what the program measures, and its rows are the program's."""
    command = [sys.executable, str(ROOT / "benchmarks" / "comparison.py"), "--json"]
    done = subprocess.run(
        [*command, "--only", "asyncapi-guard"], capture_output=True, text=True, check=True
    )
    measured = json.loads(done.stdout)["asyncapi-guard"]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| ([^|]+) \| (yes|no) \|", text, re.MULTILINE))
    assert table == {title: "yes" if kept else "no" for title, kept in measured.items()}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminals of this kind")
def test_the_moving_picture_shows_what_is_printed() -> None:
    """Run `python docs/moving_picture.py` after a change of what is printed."""
    pytest.importorskip("PIL", reason="the picture is drawn with the dependency group docs")
    command = [sys.executable, str(ROOT / "docs" / "moving_picture.py"), "--check"]
    # It is the same in a pipeline.
    pipeline = {**os.environ, "NO_COLOR": "1", "CI": "true", "GITHUB_ACTIONS": "true"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=pipeline)
    assert done.returncode == 0, done.stderr


# -- docs/how-to/code-first.md ---------------------------------------------------------------------

CODE_FIRST = "docs/how-to/code-first.md"


def execute(program: str, file: str, names: dict[str, Any]) -> None:
    """Run a program as it stands, without this module's `from __future__`."""
    exec(compile(program, file, "exec", dont_inherit=True), names)


def sections(file: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The headings of a page, each with its blocks."""
    text = (ROOT / file).read_text(encoding="utf-8")
    parts = re.split(r"^##+ (.*)$", text, flags=re.MULTILINE)
    pairs = zip(["", *parts[1::2]], parts[::2], strict=True)
    return [(heading, FENCE.findall(body)) for heading, body in pairs]


def contains(whole: Any, part: Any) -> bool:
    """Whether data has what a part of it says; lists are compared whole."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and contains(whole[name], value) for name, value in part.items()
        )
    return bool(whole == part)


@pytest.mark.parametrize("heading", [heading for heading, _ in sections(CODE_FIRST)[1:]])
def test_code_first(heading: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each section's code runs, makes the document that it says, and is judged as it says."""
    if "import models" in str(dict(sections(CODE_FIRST))[heading]):
        pytest.importorskip("pydantic_core", reason="generated models need Pydantic 2")
        file = ROOT / "examples" / "spec_first_typed" / "typed_models.py"
        found_spec = importlib.util.spec_from_file_location("models", file)
        assert found_spec is not None
        assert found_spec.loader is not None
        models = importlib.util.module_from_spec(found_spec)
        monkeypatch.setitem(sys.modules, "models", models)
        found_spec.loader.exec_module(models)
    found = dict(sections(CODE_FIRST))
    (_, prelude), *_ = found[""]
    names: dict[str, Any] = {"__name__": "code_first"}
    execute(prelude, CODE_FIRST, names)
    for kind, body in found[heading]:
        if kind == "python":
            execute(body, CODE_FIRST, names)
        elif kind == "yaml":
            assert contains(names["socketio"].asyncapi_doc.dict(), yaml.safe_load(body))
        elif kind == "traffic":
            guard = Guard(load(names["socketio"].asyncapi_doc.dict()))
            assert [line for line in body.splitlines() if not judge(guard, line)] == []


def rows() -> list[Any]:
    """The table of hints: hint, payload, and what is accepted and rejected."""
    text = (ROOT / CODE_FIRST).read_text(encoding="utf-8")
    (table,) = re.findall(r"^\| hint .*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
    return [
        pytest.param(
            *([c.replace("\\|", "|") for c in re.findall(r"`([^`]*)`", cell)] for cell in row)
        )
        for row in cells
    ]


class Mark(enum.Enum):
    X = "X"
    O = "O"  # noqa: E741


class Player(BaseModel):
    name: str


@dataclass
class Point:
    x: int
    y: int = 0


class Song(TypedDict):
    title: str


@pytest.mark.parametrize(("hint", "payload", "accepted", "rejected"), rows())
def test_table_of_hints(
    hint: list[str], payload: list[str], accepted: list[str], rejected: list[str]
) -> None:
    """A handler with one parameter of each type has the payload, and takes what the table says."""
    socketio = AsyncAPISocketIO(Flask(__name__))
    known = {
        **vars(typing),
        **{kind.__name__: kind for kind in (Mark, Player, Point, Song, Field, UUID, EmailStr)},
        "date": dt.date,
        "datetime": dt.datetime,
    }

    def handler(value): ...

    handler.__annotations__["value"] = eval(hint[0], known)
    socketio.on("ev", get_from_typehint=True)(handler)
    document = socketio.asyncapi_doc.dict()
    for text in payload:
        assert document["components"]["messages"]["ev"]["payload"] == yaml.safe_load(text)
    guard = Guard(load(document))
    for verdict, texts in (("accepted", accepted), ("rejected", rejected)):
        for text in texts:
            assert judge(guard, f"receive / ev [{text}] {verdict}"), text


def test_the_table_of_hints_has_rows() -> None:
    """Its parser finds them."""
    assert len(rows()) > 15


# -- docs/how-to/migrating.md ----------------------------------------------------------------------

MIGRATING = "docs/how-to/migrating.md"
ANY_FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def steps() -> list[Any]:
    """Each program of the page, with what its clients send."""
    text = (ROOT / MIGRATING).read_text(encoding="utf-8")
    found: list[Any] = []
    for indent, kind, body in ANY_FENCE.findall(text):
        if kind == "python":
            found.append([re.sub(f"^{indent}", "", body, flags=re.MULTILINE), ""])
        elif kind == "client":
            found[-1][1] += body
    return [pytest.param(*step, id=f"step {number}") for number, step in enumerate(found, 1)]


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the page's AsyncAPI 2 document, as `asyncapi-guard upgrade` converts it."""
    folder = tmp_path_factory.mktemp("upgraded")
    ((_, document),) = blocks(MIGRATING, "yaml")
    (folder / "old.yml").write_text(document, encoding="utf-8")
    command = [sys.executable, "-m", "asyncapi_guard", "upgrade", "old.yml", "-o", "asyncapi.yml"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return folder


@pytest.mark.parametrize(("program", "traffic"), steps())
def test_migrating(
    program: str, traffic: str, upgraded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step is a program that runs, and answers its clients as the page says."""
    monkeypatch.chdir(upgraded)
    names: dict[str, Any] = {"__name__": "migrating"}
    execute(program, MIGRATING, names)
    client = names["socketio"].test_client(names["app"])
    for line in traffic.splitlines():
        sent, _, answer = line.strip().removesuffix("rejected").partition("->")
        event, _, rest = sent.strip().partition(" ")
        got = client.emit(event, *several(rest), callback=True)
        if answer:
            assert got == json.loads(answer), line
        else:
            assert line.endswith("rejected")
            assert got["error"]["code"] == "request_validation_error", line


def several(text: str) -> list[Any]:
    """The JSON values of a text, one after the other."""
    values = []
    while text := text.strip():
        value, end = json.JSONDecoder().raw_decode(text)
        values.append(value)
        text = text[end:]
    return values


def test_migrating_from_asynction(upgraded: Path) -> None:
    """The upgraded document judges as the page says, and its handlers are called."""
    guard = Guard(load(upgraded / "asyncapi.yml"))
    ((_, traffic),) = blocks(MIGRATING, "traffic")
    assert [line for line in traffic.splitlines() if not judge(guard, line)] == []


def test_the_example_from_asynction_answers(
    upgraded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handlers that it registers run, and its error handler has the say."""
    monkeypatch.chdir(upgraded)
    program = steps()[-1].values[0]
    names: dict[str, Any] = {"__name__": "migrating"}
    execute(program, MIGRATING, names)
    client = names["socketio"].test_client(names["app"], namespace="/user")
    send = functools.partial(client.emit, "sign_up", namespace="/user", callback=True)
    assert send({"email": "ann@example.com"}) is True
    (heard,) = client.get_received("/user")
    assert (heard["name"], heard["args"]) == ("metrics", ["signup"])
    assert send({"email": "ann"}) is False


def test_pages_name_commands_that_exist() -> None:
    """Each asyncapi-guard command in the code-first pages is one."""
    for file in (CODE_FIRST, MIGRATING):
        text = (ROOT / file).read_text(encoding="utf-8")
        for name in set(re.findall(r"^asyncapi-guard (\w+)", text, re.MULTILINE)):
            command = [sys.executable, "-m", "asyncapi_guard", name, "--help"]
            assert subprocess.run(command, capture_output=True, check=False).returncode == 0, name
