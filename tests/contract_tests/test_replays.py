"""Files that replay a failure: run, as whoever gets them does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from levels import LEVEL, LEVELS
from planted_bugs import HERE, SERVERS, launched

from asyncapi_guard.contract_tests.failures import Check, Failure
from asyncapi_guard.contract_tests.packets import Packet
from asyncapi_guard.contract_tests.replays import replay_files, replay_names
from asyncapi_guard.contract_tests.settings import Settings
from asyncapi_guard.contract_tests.steps import Action, Source, Step, Taken

JS = Path(__file__).parents[1] / "js" / "node_modules"
GAME = ({"name": "é", "size": 3},)
CONNECT = Step(Action.CONNECT)
CREATE = Step(Action.EMIT, event="create_game", args=GAME, ack=True)


def step(event, *args, client=1, **more):
    """A client sends an event and asks for an ack."""
    return Step(Action.EMIT, client, event=event, args=args, ack=True, **more)


#: A seed by which a client of a replay answers `true` at first.
YES = 4
#: What happens with a bug, and what the programs say of it.
FAILURES = {
    "stateless": (
        "games",
        "no_answer_for_unknown",
        Failure(
            Check.NO_ACK,
            "/",
            "join_game",
            "no ack came",
            place="games.yml:43:9",
            steps=(CONNECT, step("join_game", {"game_id": 7}, seconds=1)),
        ),
        "join_game is not acknowledged within 5 s",
        "join_game is acknowledged with: {'error': 'unknown_game'}",
    ),
    "stateful": (
        "games",
        "second_player",
        Failure(
            Check.ACK_BREAKS_CONTRACT,
            "/",
            "join_game",
            '"/mark" is none of those',
            steps=(
                CONNECT,
                Step(Action.CONNECT, 2),
                CREATE,
                step(
                    "join_game",
                    {"game_id": 999},
                    client=2,
                    taken=(Taken("/0/game_id", 2, Source.ACK, "/0/game_id"),),
                ),
            ),
        ),
        "'mark': 'o'",
        "'mark': 'O'",
    ),
    "events": (
        "games",
        "third_saying",
        Failure(
            Check.ACK_BREAKS_CONTRACT,
            "/",
            "say",
            "a text",
            steps=(
                CONNECT,
                CREATE,
                *(
                    step(
                        "say",
                        {"game_id": 999, "text": "a" * 50},
                        taken=(
                            Taken(
                                "/0/game_id", 1, Source.EVENT, "/0/game_id", event="game_created"
                            ),
                        ),
                    )
                    for _ in range(3)
                ),
            ),
        ),
        "{'said': '3'}",
        "{'said': 3}",
    ),
    "binary": (
        "chat",
        "size_as_text",
        Failure(
            Check.ACK_BREAKS_CONTRACT,
            "/chat",
            "upload_picture",
            "a text",
            steps=(
                Step(Action.CONNECT, namespace="/chat", credentials=True),
                step(
                    "upload_picture",
                    {"data": b"\x00" * 256, "kind": "png"},
                    namespace="/chat",
                    note="data as long as may be",
                ),
            ),
        ),
        "'size': '256'",
        "'size': 256",
    ),
    "answers": (
        "boards",
        "count_after_clearing",
        Failure(
            Check.ACK_BREAKS_CONTRACT,
            "/boards/red",
            "count",
            "null",
            packets=(
                Packet("in", 1, 0, "/boards/red", "EVENT", '2/boards/red,1["confirm",0]'),
                Packet("out", 1, 0, "/boards/red", "ACK", "3/boards/red,1[true]"),
            ),
            steps=(
                Step(Action.CONNECT, namespace="/boards/red"),
                Step(Action.EMIT, namespace="/boards/red", event="clear"),
                Step(Action.WAIT, seconds=1),
                step("count", namespace="/boards/red"),
            ),
            seed=YES,
        ),
        "acknowledged with: None",
        "acknowledged with: 0",
    ),
    "raw": (
        "games",
        "limit_0_is_missing",
        Failure(
            Check.ACK_BREAKS_CONTRACT,
            "/",
            "list_games",
            "none of those",
            steps=(CONNECT, Step(Action.SEND, text='27["list_games",{"limit":-0}]')),
        ),
        'limit is required"}]',
        '[{"games":[]}]',
    ),
}


#: All of them take minutes.
RUN = FAILURES if LEVEL is LEVELS["full"] else ("stateful", "binary", "answers")


@pytest.fixture
def node(skip_or_fail):
    """Where Node is, and the client with it."""
    found = shutil.which("node")
    if found is None:
        skip_or_fail("node is not installed")
    if not (JS / "socket.io-client").is_dir():
        skip_or_fail("socket.io-client is not installed: run npm install in tests/js")
    return found


def written(folder, failure, url, server):
    """The files of a failure, written; by their ending, pytest's with its name."""
    (name,) = replay_names([failure])
    settings = Settings(url, auth=SERVERS[server])
    files = list(
        replay_files(failure, settings, name=name, document=str(HERE / f"{server}.yml"), folder=".")
    )
    for each in files:
        (folder / each.name).write_text(each.text, encoding="utf-8")
    return [folder / each.name for each in files]


def run(server, command, folder):
    """What a command prints, its streams together."""
    auth = {} if SERVERS[server] is None else {"ASYNCAPI_TEST_AUTH": json.dumps(SERVERS[server])}
    done = subprocess.run(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        cwd=folder,
        timeout=300,
        check=False,
        env={**os.environ, **auth, "PYTHONIOENCODING": "utf-8"},
    )
    return done.returncode, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("case", RUN)
def test_a_python_program_shows_it(tmp_path, case):
    """On the server with the bug, and not on the right one."""
    server, bug, failure, wrong, right = FAILURES[case]
    for version, expected in ((bug, wrong), ("", right)):
        with launched(server, version) as url:
            _, program, _ = written(tmp_path, failure, url, server)
            code, printed = run(server, [sys.executable, program], tmp_path)
            assert (code, expected in printed) == (0, True), printed


@pytest.mark.slow
@pytest.mark.parametrize("case", RUN)
def test_a_javascript_program_shows_it(tmp_path, node, case):
    """With the official client."""
    server, bug, failure, wrong, right = FAILURES[case]
    (tmp_path / "node_modules").symlink_to(JS)
    for version, expected in ((bug, wrong), ("", right)):
        with launched(server, version) as url:
            _, _, program = written(tmp_path, failure, url, server)
            code, printed = run(server, [node, program], tmp_path)
            assert (code, plain(expected) in plain(printed)) == (0, True), printed


def plain(printed):
    """Values as JavaScript and Python print them: without quotes of names."""
    return printed.replace("None", "null").replace("'", "").replace(" ", "").replace("\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("case", [each for each in RUN if each != "raw"])
def test_a_test_of_pytest_fails_until_it_is_mended(tmp_path, case):
    """It fails on the server with the bug, and passes on the right one."""
    server, bug, failure, _, _ = FAILURES[case]
    for version, expected in ((bug, 1), ("", 0)):
        with launched(server, version) as url:
            test, _, _ = written(tmp_path, failure, url, server)
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
            code, printed = run(server, command, tmp_path)
            assert code == expected, printed
            if code:
                assert str(failure.check) in printed


@pytest.mark.slow
def test_a_test_of_what_frameworks_let_through(tmp_path):
    """It fails for that on a server without a guard."""
    packet = Step(Action.SEND, text='27["list_games",{"limit":1,"limit":1}]', seconds=5)
    failure = Failure(
        Check.DUPLICATE_NAME_ACCEPTED, "/", "list_games", "twice", steps=(CONNECT, packet)
    )
    with launched("games") as url:
        test, _, _ = written(tmp_path, failure, url, "games")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
        code, printed = run("games", command, tmp_path)
    assert code == 1
    assert "duplicate_name_accepted" in printed


def test_no_credentials_are_written(tmp_path):
    """They are taken from the environment."""
    server, _, failure, _, _ = FAILURES["binary"]
    for file in written(tmp_path, failure, "http://127.0.0.1:1", server):
        text = file.read_text(encoding="utf-8")
        assert "open sesame" not in text
        assert "ASYNCAPI_TEST_AUTH" in text


def test_names_differ():
    """Also of failures about the same event, and of events with odd names."""
    _, _, failure, _, _ = FAILURES["stateless"]
    odd = replace(failure, event="../é x")
    names = replay_names([failure, failure, odd, replace(odd, event="")])
    assert names == ["join_game_no_ack", "join_game_no_ack_2", "x_no_ack", "no_ack"]
    assert len(set(replay_names([failure] * 9))) == 9


def test_nothing_of_a_document_ends_a_comment():
    """Nor a docstring: names and notes are anything."""
    _, _, failure, _, _ = FAILURES["stateless"]
    evil = 'x\n"""\nraise SystemExit(3)\u2028process.exit(3)\\'
    steps = (replace(CONNECT, note=evil), replace(failure.steps[1], note=evil, event=evil))
    odd = replace(failure, event=evil, message=evil, namespace=f"/{evil}", place=evil, steps=steps)
    settings = Settings("http://ann:secret@127.0.0.1:1/path?key=secret")
    for each in replay_files(odd, settings, name="odd", document="a.yml", folder="."):
        assert "secret" not in each.text
        if each.name.endswith(".py"):
            compile(each.text, each.name, "exec")
        assert "\nraise" not in each.text
        assert "\u2028" not in each.text
