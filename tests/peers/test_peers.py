"""Documents that other libraries export: upgraded, validated, and judged as their authors meant.

Each library is installed from its registry into an environment of its own, so these tests are slow.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from asyncapi_guard import Guard
from asyncapi_guard.spec import load

HERE = Path(__file__).parent


def _script():
    spec = importlib.util.spec_from_file_location("peers_export", HERE / "export.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["peers_export"] = module  # dataclasses look for it
    spec.loader.exec_module(module)
    return module


exporting = _script()

SAY = '{"room": "r", "text": "t"}'
#: What the authors of the applications mean. A line is of `receive`, `send`, `ack` or `answered`.
TRAFFIC = {
    "pydantic-socketio": f"""
receive / say [{SAY}]                   accepted
receive / say [{{"room": "r"}}]         rejected
receive / say [{SAY}, 1]                rejected
receive / say []                        rejected
receive / say [[{SAY}]]                 rejected
ack / say [{{"id": 1}}]                 accepted
ack / say [{{"id": "1"}}]               rejected
ack / say []                            rejected
receive / move [1, 2]                   accepted
receive / move [1]                      rejected
receive / move [1, 2, 3]                rejected
receive / move [[1, 2]]                 rejected
ack / move [1, 2]                       accepted
ack / move [[1, 2]]                     rejected
receive / leave []                      accepted
receive / leave [1]                     rejected
receive / leave [[]]                    rejected
ack / leave []                          accepted
ack / leave [1]                         rejected
receive / anything [[1]]                accepted
receive / anything []                   rejected
receive / anything [1, 2]               rejected
receive /admin find [["a"]]             accepted
receive /admin find ["a"]               rejected
receive / find [["a"]]                  rejected
ack /admin find [{{"id": 1}}]           accepted
ack /admin find []                      accepted
ack /admin find [1]                     rejected
send / said [{SAY}]                     accepted
send /admin said [{SAY}]                accepted
send / said ["t"]                       rejected
receive / said [{SAY}]                  rejected
send / moved [1, 2]                     accepted
send / moved [[1, 2]]                   rejected
send /admin moved [1, 2]                rejected
send /admin kick [{SAY}]                accepted
answered /admin kick [true]             accepted
answered /admin kick ["yes"]            rejected
send /admin scores []                   accepted
send /admin scores [1, 2, 3]            accepted
send /admin scores [[1, 2, 3]]          rejected
""",
    "sio-asyncapi": f"""
receive / say [{SAY}]                   accepted
receive / say [{{"room": "r"}}]         rejected
ack / say [{{"id": 1}}]                 accepted
ack / say [{{"id": "1"}}]               rejected
receive /admin ban [{SAY}]              accepted
receive / ban [{SAY}]                   rejected
send / said [{SAY}]                     accepted
send / said [1]                         rejected
""",
    "asynction": f"""
receive / say [{SAY}]                   accepted
receive / say [{{"room": "r"}}]         rejected
ack / say [1]                           accepted
ack / say ["a"]                         rejected
receive / move [1, "a"]                 accepted
receive / move ["a", 1]                 rejected
receive / move [["x", "y"], 1]          rejected
send / moved [1, 2]                     accepted
send / moved [1, "a"]                   rejected
receive /admin ban ["a"]                accepted
receive /admin ban [1]                  rejected
receive / ban ["a"]                     rejected
""",
    "zod-sockets": f"""
receive / say [{SAY}]                   accepted
receive / say [{{"room": "r"}}]         rejected
receive / say [{SAY}, 1]                rejected
receive / say [[{SAY}]]                 rejected
ack / say [{{"id": 1}}]                 accepted
ack / say [{{"id": "1"}}]               rejected
receive / move [1, "a"]                 accepted
receive / move ["a", 1]                 rejected
ack / move [1, "a"]                     accepted
ack / move [[1, "a"]]                   rejected
receive / leave []                      accepted
receive / leave [1]                     rejected
receive / log ["a", "b"]                accepted
receive / log ["a", 1]                  rejected
receive / log [["a"]]                   rejected
send / said [{SAY}]                     accepted
send / moved [1, 2]                     accepted
send / moved [[1, 2]]                   rejected
send / kick ["a"]                       accepted
answered / kick [true]                  accepted
answered / kick [1]                     rejected
""",
}


def command(folder, *arguments):
    environment = {k: v for k, v in os.environ.items() if k != "GITHUB_ACTIONS"}
    return subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
        env=environment,
    )


def exported(name, folder, given=""):
    try:
        return exporting.export(name, folder, given)
    except exporting.CannotInstallError as error:
        pytest.skip(f"{name} cannot be installed here: {error}")


def judge(guard, line):
    verb, namespace, event, rest = line.split(None, 3)
    args, expected = rest.rsplit(None, 1)
    methods = {
        "receive": guard.receive_event,
        "send": guard.send_event,
        "ack": guard.send_ack,
        "answered": guard.receive_ack,
    }
    verdict = methods[verb](namespace, event, json.loads(args))
    return verdict.rejected == (expected == "rejected")


@pytest.mark.slow
@pytest.mark.parametrize("name", list(TRAFFIC))
def test_their_documents_mean_what_they_meant(name, tmp_path):
    """Upgraded, a document is green, loads, and the guard judges traffic as its author would."""
    document, _ = exported(name, tmp_path)
    done = command(tmp_path, "upgrade", document.name, "-o", "asyncapi.yml")
    assert done.returncode == 0, done.stderr
    green = command(tmp_path, "validate", "asyncapi.yml")
    assert green.returncode == 0, green.stdout
    guard = Guard(load(tmp_path / "asyncapi.yml"))
    assert [line for line in TRAFFIC[name].strip().splitlines() if not judge(guard, line)] == []
    again = command(tmp_path, "upgrade", "asyncapi.yml")
    assert again.returncode == 0
    assert again.stderr == "asyncapi.yml: nothing to change\n"


@pytest.mark.slow
def test_asynction_says_the_same_of_traffic(tmp_path):
    """What the guard is expected to say of events is what asynction's own validation says."""
    lines = [
        line.split(None, 1)[1] for line in TRAFFIC["asynction"].split("\n") if "receive" in line
    ]
    known = [line for line in lines if not line.startswith("/ ban")]
    given = "".join(line.rsplit(None, 1)[0] + "\n" for line in known)
    _, said = exported("asynction", tmp_path, given)
    answers = [line for line in said.splitlines() if line in ("accepted", "rejected")]
    assert answers == [line.rsplit(None, 1)[1] for line in known]
