"""The log of a process: whole lines, bounded in size, and traffic that never notices it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from made_lines import add

from asyncapi_guard import AsyncAPIGuard, InstallationError, Policy
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.process_files import rotating_file
from asyncapi_guard.violation_log import log as module
from asyncapi_guard.violation_log.log import LEAST_SIZE, ViolationLog
from asyncapi_guard.violation_log.operations import digest_of
from asyncapi_guard.violations import Checkpoint, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: How many seconds to wait for what must come.
PATIENCE = 120


def lines_of(path: Path, kind: str = "violation") -> list[dict[str, Any]]:
    found = [json.loads(line) for line in path.read_bytes().splitlines()]
    return [each for each in found if each["type"] == kind]


def wait_for_lines(path: Path, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists() or path.read_bytes().count(b'"violation"') < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Makes logs in a folder of their own, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    made: list[ViolationLog] = []

    def make(name: str = "guard.ndjson", **options: Any) -> ViolationLog:
        made.append(ViolationLog(name, **{"complain": write, **options}))
        return made[-1]

    yield make
    for log in made:
        log.close()


# -- what is in a line -----------------------------------------------------------------------------


def test_a_line_says_what_broke_the_contract(make: Any, tmp_path: Path) -> None:
    """Where it was, what was done, and where the document says otherwise."""
    log = make()
    add(log, sid="s1", address="192.0.2.7", rejected=False)
    log.close()
    (line,) = lines_of(tmp_path / "guard.ndjson")
    assert line["time"].endswith("Z")
    assert (line["pid"], line["mode"], line["outcome"]) == (os.getpid(), "report", "reported")
    assert line["problems"] == [
        {
            "path": "/text",
            "keyword": "type",
            "message": "expected string, got integer",
            "schema": "asyncapi.yml#/say",
            "place": "asyncapi.yml:11:20",
        }
    ]


def test_clients_are_hashes(make: Any, tmp_path: Path) -> None:
    """Of the same client the same; nothing of it can be read."""
    log = make(salt="s")
    for address, sid in (("192.0.2.7", "s1"), ("192.0.2.7", "s2"), (None, None)):
        add(log, address=address, sid=sid)
    log.close()
    raw = (tmp_path / "guard.ndjson").read_text()
    first, second, none = lines_of(tmp_path / "guard.ndjson")
    assert first["client"] == second["client"] != first["session"] != second["session"]
    assert (none["client"], none["session"]) == (None, None)
    assert "192.0.2" not in raw


def test_equal_salts_make_equal_hashes(make: Any, tmp_path: Path) -> None:
    """In all processes; without one, each deployment has its own."""
    logs = {
        name: make(f"{name}.ndjson", salt=salt)
        for name, salt in (("a", "s"), ("b", b"s"), ("c", "t"), ("d", None), ("e", None))
    }
    for log in logs.values():
        add(log, address="192.0.2.7")
        log.close()
    paths = [tmp_path / f"{name}.ndjson" for name in logs]
    hashes = [lines_of(path)[0]["client"] for path in paths]
    salts = [lines_of(path, "log")[0]["salt"] for path in paths]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == len(set(salts)) == 4


@pytest.mark.parametrize(
    "name",
    ["x" * 100_000, "\x1b[31m\n{", "\ud800", None, 7],
    ids=["long", "odd", "half", "none", "7"],
)
def test_whatever_a_client_chose_is_a_short_line(name: Any, make: Any, tmp_path: Path) -> None:
    """Of one line, which can be read."""
    log = make()
    problems = [Problem(str(name), "type", str(name), str(name))] * 20
    add(log, event=name, namespace=name, problems=tuple(problems), reason=str(name))
    log.close()
    (line,) = lines_of(tmp_path / "guard.ndjson")
    assert (len(line["problems"]), line["more"]) == (3, 17)
    assert len(json.dumps(line)) < 10_000


# -- the file --------------------------------------------------------------------------------------


def test_files_are_bounded_and_their_lines_whole(make: Any, tmp_path: Path) -> None:
    """Five files, together no larger than the size; the newest lines are there, in order."""
    log = make(size=LEAST_SIZE)
    for index in range(40):
        add(log, 20, sid=str(index))
        log.flush()
    log.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "guard.1.ndjson",
        "guard.2.ndjson",
        "guard.3.ndjson",
        "guard.4.ndjson",
        "guard.ndjson",
    ]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= LEAST_SIZE
    times = [
        line["time"]
        for number in (4, 3, 2, 1, None)
        for line in lines_of(tmp_path / (f"guard.{number}.ndjson" if number else "guard.ndjson"))
    ]
    assert times == sorted(times)
    assert all(len(lines_of(path, "log")) == 1 for path in tmp_path.iterdir())


def test_a_line_longer_than_a_file_is_written(make: Any, monkeypatch: Any, tmp_path: Path) -> None:
    """Alone, and not for ever tried again."""
    monkeypatch.setattr(rotating_file, "FILES", 2_000)
    log = make(size=LEAST_SIZE)
    add(log, 3)
    log.close()
    assert sum(len(lines_of(path)) for path in tmp_path.iterdir()) == 3


def test_a_process_that_starts_again_goes_on(make: Any, tmp_path: Path) -> None:
    """With the file that is there, and past the half line at which a crash has ended it."""
    path = tmp_path / "guard.ndjson"
    path.write_bytes(b'{"type":"violation","v"')
    log = make()
    add(log)
    log.close()
    _, head, line = path.read_bytes().splitlines()
    assert json.loads(head)["type"] == "log"
    assert json.loads(line)["type"] == "violation"


@pytest.mark.parametrize("gone", [Path.unlink, lambda path: path.rename("old")])
def test_a_file_that_somebody_takes_away_is_begun_again(
    gone: Any, make: Any, tmp_path: Path
) -> None:
    """As tools do that rotate logs."""
    log, path = make(), tmp_path / "guard.ndjson"
    add(log)
    log.flush()
    gone(path)
    add(log)
    log.flush()
    assert len(lines_of(path)) == len(lines_of(path, "log")) == 1


def test_two_that_share_a_name_have_files_of_their_own(
    make: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And the second says so, once: it knows of `{pid}`."""
    first, second = make(), make()
    for log in (first, second, second):
        add(log)
        log.flush()
    other = tmp_path / f"guard-{os.getpid()}.ndjson"
    assert (len(lines_of(tmp_path / "guard.ndjson")), len(lines_of(other))) == (1, 2)
    (said,) = caplog.messages
    assert "{pid}" in said
    assert other.name in said


def test_names_have_the_process_and_the_host(make: Any, tmp_path: Path) -> None:
    log = make("{host}-{pid}.ndjson")
    add(log)
    log.close()
    (path,) = tmp_path.iterdir()
    assert path.name.endswith(f"-{os.getpid()}.ndjson")
    assert not path.name.startswith("-")


@pytest.mark.parametrize(
    "name", ["{worker}.ndjson", "{pid!r}", "{pid:03}", "{", "{}", "", ".", "{0}"]
)
def test_a_name_that_is_none_is_an_error(name: str, make: Any) -> None:
    with pytest.raises(ValueError, match="violations"):
        make(name)


# -- what goes wrong -------------------------------------------------------------------------------


def test_a_folder_that_is_missing_is_told_at_once(
    make: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Once more when the first line is lost for now; it is written as soon as it can be."""
    log = make("logs/guard.ndjson")
    assert "does not exist" in caplog.text
    caplog.clear()
    for _ in range(3):
        add(log)
        log.flush()
    assert len(caplog.messages) == 1
    assert "No such file" in caplog.text
    (tmp_path / "logs").mkdir()
    log.flush()
    assert len(lines_of(tmp_path / "logs" / "guard.ndjson")) == 3
    assert "written again" in caplog.messages[-1]


FULL = """
import resource, signal, sys
sys.path.insert(0, {tests!r})
from made_lines import add
from asyncapi_guard.violation_log.log import ViolationLog
log = ViolationLog("guard.ndjson", complain=lambda level, text, *args: print(text % args))
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, resource.RLIM_INFINITY))
for _ in range(20):
    add(log, 1)
    log.flush()
print("whole:", open("guard.ndjson", "rb").read().endswith(b"}}\\n"))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.close()
"""


def run(program: str, folder: Path) -> list[str]:
    program = program.format(tests=str(Path(__file__).parent))
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits of this kind")
def test_a_full_disk_costs_no_line(tmp_path: Path) -> None:
    """It says so once, leaves no half line, and writes what waited when there is room."""
    failed, whole, again = run(FULL, tmp_path)
    assert "cannot be written" in failed
    assert whole == "whole: True"
    assert "written again" in again
    assert len(lines_of(tmp_path / "guard.ndjson")) == 20


def test_a_flood_is_bounded_and_counted(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be written in time is a number; the next lines are whole again."""
    monkeypatch.setattr(module, "_WAITING", 20_000)
    log = make()
    with log._writing:  # as if the disk hung
        add(log, 1_000)
        assert log._bytes < 22_000
    log.flush()
    add(log)
    log.close()
    path = tmp_path / "guard.ndjson"
    lost = sum(line["count"] for line in lines_of(path, "dropped"))
    assert lost > 500
    assert len(lines_of(path)) + lost == 1_001


def test_whatever_the_log_raises_costs_no_answer(
    make: Any, contract: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The violation is counted, logged and told as without it."""
    told: list[Any] = []
    guard = AsyncAPIGuard(contract(), on_violation=told.append, violations="x.ndjson")

    def fails(*args: Any, **options: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(guard.recorder.file, "add", fails)
    guard.recorder.record(guard.guard.receive_event("/", "move", [1]))
    assert len(told) == 1
    assert "secret" not in caplog.text
    assert "RuntimeError" in caplog.text


# -- processes -------------------------------------------------------------------------------------

HEAD = """
import os, sys, time
sys.path.insert(0, {tests!r})
from made_lines import add
from asyncapi_guard.violation_log.log import ViolationLog
log = ViolationLog("guard-{{pid}}.ndjson", complain=print)
"""
ENDS = {
    "normally": "add(log, 50)\nprint(os.getpid())",
    "by an exception": "add(log, 50)\nprint(os.getpid())\nsys.exit(0)",
    "in a thread": (
        "import threading\nprint(os.getpid())\n"
        "threading.Thread(target=lambda: (time.sleep(0.3), add(log, 50))).start()"
    ),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_nothing_is_lost_when_a_process_ends(end: str, tmp_path: Path) -> None:
    (pid,) = run(HEAD + end, tmp_path)
    assert len(lines_of(tmp_path / f"guard-{pid}.ndjson")) == 50


FORK = """
add(log, 5)
children = []
for _ in range(2):
    child = os.fork()
    if not child:
        add(log, 7)
        sys.exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
print(os.getpid(), *children)
"""
PROCESSES = """
import multiprocessing
def work():
    add(log, 7)
if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=work) for _ in range(2)]
    add(log, 5)
    for child in children: child.start()
    for child in children: child.join()
    print(os.getpid(), *(child.pid for child in children))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks")
@pytest.mark.parametrize("program", [FORK, PROCESSES], ids=["fork", "multiprocessing"])
def test_forked_processes_have_files_of_their_own(program: str, tmp_path: Path) -> None:
    """As under a server that loads the application first: nothing is there twice, or missing."""
    (said,) = run(HEAD + program, tmp_path)
    pids = said.split()
    found = [len(lines_of(tmp_path / f"guard-{pid}.ndjson")) for pid in pids]
    assert found == [5, 7, 7]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_process_that_is_killed_leaves_whole_lines(tmp_path: Path) -> None:
    """All but those of the last moments."""
    program = HEAD.format(tests=str(Path(__file__).parent))
    program += "while True:\n    add(log, 20)\n    time.sleep(0.01)\n"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, env=env)
    path = tmp_path / f"guard-{process.pid}.ndjson"
    wait_for_lines(path, 200)
    process.kill()
    process.wait()
    assert len(lines_of(path)) >= 200


# -- the guard's options ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"violations": 5}, TypeError),
        ({"violations": b"x"}, TypeError),
        ({"violations": "x", "violations_size": "5 MB"}, TypeError),
        ({"violations": "x", "violations_size": True}, TypeError),
        ({"violations": "x", "violations_size": 5}, ValueError),
        ({"violations": "x", "violations_salt": 5}, TypeError),
        ({"violations": "x", "violations_salt": ""}, ValueError),
        ({"violations": "{x}"}, ValueError),
        ({"violations_size": 10**6}, InstallationError),
        ({"violations": "", "violations_salt": "x"}, InstallationError),
        ({"violations": "x", "violations_keep": "5"}, TypeError),
        ({"violations": "x", "violations_keep": True}, TypeError),
        ({"violations": "x", "violations_keep": -1}, ValueError),
        ({"violations": "{pid}/x", "violations_keep": 1}, ValueError),
        ({"violations_keep": 1}, InstallationError),
    ],
    ids=range(15),
)
def test_options_that_would_do_nothing_are_errors(
    options: Any, error: Any, contract: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match="violations"):
        AsyncAPIGuard(contract(), **options)


def test_without_the_option_nothing_of_it_is_there(contract: Any) -> None:
    """Neither a file nor a thread, nor anything that is called for an event."""
    guard = AsyncAPIGuard(contract())
    assert (guard.recorder.file, guard.recorder.tally.listeners) == (None, ())


# -- counters --------------------------------------------------------------------------------------


@pytest.fixture
def contract() -> Callable[[], dict[str, Any]]:
    channel = {"$ref": "#/channels/room"}
    message = {"payload": {"type": "string"}, "x-ack": {"type": "boolean"}}
    return lambda: {
        "asyncapi": "3.1.0",
        "info": {"title": "Rooms", "version": "1"},
        "channels": {
            "room": {
                "address": "/rooms/{id}",
                "parameters": {"id": {}},
                "messages": {"say": message, "move": message},
            }
        },
        "operations": {
            "onSay": {
                "action": "receive",
                "channel": channel,
                "messages": [{"$ref": "#/channels/room/messages/say"}],
                "x-guard": {"mode": "report"},
            },
            "both": {"action": "receive", "channel": channel},
        },
    }


def test_counters_are_of_operations(contract: Any, make: Any, tmp_path: Path) -> None:
    """Those of all rooms together, of each operation that has the event, since the last line."""
    make()  # for the working directory
    guard = AsyncAPIGuard(contract(), policy=Policy(mode="report"), violations="x.ndjson")
    tally = guard.recorder.tally
    for room in ("/rooms/1", "/rooms/2"):
        for _ in range(3):
            tally.seen(room, "say", Checkpoint.RECEIVE_EVENT)
        tally.seen(room, "say", Checkpoint.SEND_ACK)
    tally.reported("/rooms/1", "say", Checkpoint.SEND_ACK)
    tally.seen("(undeclared)", "(undeclared)", Checkpoint.RECEIVE_EVENT)
    log = guard.recorder.file
    log.flush(counters=True)
    log.flush(counters=True)
    tally.seen("/rooms/3", "move", Checkpoint.RECEIVE_EVENT)
    log.close()
    first, second = lines_of(tmp_path / "x.ndjson", "counters")
    names = ("operation", "mode", "seen", "acks", "reported")
    shown = {tuple(each[name] for name in names) for each in first["counts"]}
    assert shown == {
        ("onSay", "report", 6, 2, 1),
        ("both", "report", 6, 2, 1),
        (None, "report", 1, 0, 0),
    }
    assert [(each["operation"], each["seen"]) for each in second["counts"]] == [("both", 1)]
    assert first["title"] == "Rooms"
    assert first["time"] == second["since"]


def test_violations_name_the_channel_and_its_operations(
    contract: Any, make: Any, tmp_path: Path
) -> None:
    """Whichever room it was in; what is undeclared has none."""
    make()
    guard = AsyncAPIGuard(contract(), violations="x.ndjson")
    for event in ("say", "shout"):
        guard.recorder.record(guard.guard.receive_event("/rooms/7", event, [5]))
    guard.recorder.close()
    say, shout = lines_of(tmp_path / "x.ndjson")
    assert (say["namespace"], say["channel"]) == ("/rooms/7", "/rooms/{id}")
    assert sorted(say["operations"]) == ["both", "onSay"]
    assert (shout["declared"], shout["channel"], shout["operations"]) == (False, None, [])


def test_contracts_have_digests(contract: Any, tmp_path: Path) -> None:
    """Of what they say: of files and of data."""
    document = contract()
    one, same = AsyncAPIGuard(document).contract, AsyncAPIGuard(contract()).contract
    document["operations"]["both"]["x-guard"] = {"mode": "off"}
    other = AsyncAPIGuard(document).contract
    assert digest_of(one) == digest_of(same) != digest_of(other)
    path = tmp_path / "asyncapi.json"
    path.write_text(json.dumps(document))
    from_file = digest_of(AsyncAPIGuard(path).contract)
    path.write_text(json.dumps(contract()))
    assert digest_of(AsyncAPIGuard(path).contract) != from_file


def test_frequent_lines_of_counters_leave_room_for_violations(make: Any, contract: Any) -> None:
    """The longer they are, the seldomer they come."""
    make()
    guard = AsyncAPIGuard(contract(), violations="x.ndjson", violations_size=LEAST_SIZE)
    log = guard.recorder.file
    guard.recorder.tally.seen("/rooms/1", "say", Checkpoint.RECEIVE_EVENT)
    log.flush(counters=True)
    # A tenth of 100 kB in a week, of which this is more than a hundredth.
    assert log._next_counters - time.monotonic() > 3_000
    log.close()


def test_logging_is_untouched(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A log that works says nothing."""
    with caplog.at_level(logging.DEBUG):
        log = make()
        add(log, 10)
        log.close()
    assert caplog.messages == []
