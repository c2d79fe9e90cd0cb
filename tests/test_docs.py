"""What the README and docs say is what happens."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from asyncapi_guard import Guard, load

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(file: str, *kinds: str) -> list[tuple[str, str]]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return [(kind, body) for kind, body in FENCE.findall(text) if kind in kinds]


def examples() -> list[object]:
    """Each part of a document in the profile, with each line of traffic after it."""
    found = []
    document = ""
    for kind, body in blocks("docs/profile.md", "yaml", "traffic"):
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
    assert expected in ("accepted", "refused")
    if verb == "connect":
        verdict = guard.connect(namespace, parse(what))
    else:
        event, args = what.split(None, 1)
        method = {
            "receive": guard.receive_event,
            "send": guard.send_event,
            "ack": guard.send_ack,
            "answered": guard.receive_ack,
        }[verb]
        verdict = method(namespace, event, parse(args), binary="bytes(" in args)
    return verdict.refused == (expected == "refused")


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


def test_readme_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's example runs, and a refused event looks on the wire as it says."""
    (document,) = (body for _, body in blocks("README.md", "yaml"))
    program = next(body for kind, body in blocks("README.md", "python"))
    (wire,) = (body for _, body in blocks("README.md", "json"))
    (tmp_path / "asyncapi.yml").write_text(document)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "readme"}
    exec(compile(program, "README.md", "exec"), names)
    module = SimpleNamespace(**names)
    client = module.socketio.test_client(module.app)
    assert client.emit("make_move", {"x": 1, "y": 2}, callback=True) == {}
    answer = client.emit("make_move", {"x": 1, "y": 7}, callback=True)
    assert answer == json.loads(wire)


@pytest.mark.parametrize("index", range(1, len(blocks("README.md", "python"))))
def test_readme_snippets(index: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's other snippets run after its example."""
    python = [body for _, body in blocks("README.md", "python")]
    (document,) = (body for _, body in blocks("README.md", "yaml"))
    (tmp_path / "asyncapi.yml").write_text(document)
    monkeypatch.chdir(tmp_path)
    code = python[index]
    if "init_app" not in code:
        code = python[0] + code
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})


def test_readme_commands_exist() -> None:
    """Each asyncapi-guard command that the docs name is one."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = set(re.findall(r"asyncapi-guard (\w+)", text))
    assert names >= {"validate", "demo"}
    for name in names:
        command = [sys.executable, "-m", "asyncapi_guard", name, "--help"]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0, name


def test_readme_log_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log line in the README is the one that is logged."""
    test_readme_example(tmp_path, monkeypatch)
    said = next(body for _, body in blocks("README.md", "text") if "WARNING" in body)
    (record,) = caplog.records
    logged = f"{record.levelname} {record.name}: {record.getMessage()}"
    assert " ".join(said.split()) == logged


def test_readme_excerpt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The findings in the README are what validate prints."""
    ((_, document),) = blocks("README.md", "yaml")
    reference = "payload:\n          $ref: '#/components/schemas/Mvoe'\n        x-ack:"
    document = re.sub(r"payload:.*?x-ack:", reference, document, flags=re.DOTALL)
    components = "components:\n  schemas:\n    Move: {type: object}\n"
    (tmp_path / "asyncapi.yml").write_text(document + components)
    monkeypatch.chdir(tmp_path)
    command = [sys.executable, "-m", "asyncapi_guard", "validate", "asyncapi.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = next(body for _, body in blocks("README.md", "text") if "Mvoe" in body)
    assert done.stdout.startswith(said)
