"""`violations_keep`: files of processes that have ended go, and no others."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from made_lines import add

from asyncapi_guard.process_files.names import host_name
from asyncapi_guard.violation_log.ended import delete_ended
from asyncapi_guard.violation_log.lines import LogLine, encode
from asyncapi_guard.violation_log.log import LEAST_SIZE, ViolationLog

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "guard-{pid}.ndjson"


@pytest.fixture(scope="module")
def gone() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(name: str, pid: int, *, age: float = 0, host: str | None = None) -> Path:
    """A file as a process has left it."""
    now = datetime.now(timezone.utc)
    path = Path(name)
    path.write_bytes(encode(LogLine(1, now, host or host_name(), pid, now, "0" * 8)))
    os.utime(path, (1_000_000_000 - age, 1_000_000_000 - age))
    return path


def names() -> list[str]:
    return sorted(each.name for each in Path().iterdir())


@pytest.mark.parametrize(
    ("keep", "left"),
    [(0, []), (1, ["guard-1.1", "guard-1"]), (2, ["guard-1.1", "guard-1", "guard-2"])],
)
def test_those_that_wrote_last_are_kept(keep: int, left: list[str], gone: int) -> None:
    """With all files of a process, or none."""
    for number, age in ((1, 10), (2, 20), (3, 30)):
        put(f"guard-{number}.ndjson", gone, age=age)
    put("guard-1.1.ndjson", gone, age=100)
    put("guard-3.1.ndjson", gone, age=100)
    put("guard-3.4.ndjson", gone, age=100)
    delete_ended(str(Path.cwd() / NAME), keep)
    assert names() == sorted(f"{each}.ndjson" for each in left)


@pytest.mark.parametrize(
    ("name", "wanted", "is_ours"),
    [
        ("guard-{pid}.ndjson", "guard-7.ndjson", True),
        ("guard-{pid}.ndjson", "guard-7-7-2.3.ndjson", True),
        ("guard-{pid}.ndjson", "guard-x.ndjson", False),
        ("guard-{pid}.ndjson", "guard-7.ndjson.gz", False),
        ("guard-{pid}.ndjson", "other-7.ndjson", False),
        ("guard.ndjson", "guard.ndjson", True),
        ("guard.ndjson", "guard-7.1.ndjson", True),
        ("guard.ndjson", "guard2.ndjson", False),
        ("a+{host}.{pid}.log", "a+HOST.7.log", True),
        ("a+{host}.{pid}.log", "a+other.7.log", False),
        ("log.{pid}", "log.7", True),
    ],
)
def test_names_are_those_of_the_log(name: str, wanted: str, is_ours: bool, gone: int) -> None:
    put(wanted.replace("HOST", host_name()), gone)
    assert delete_ended(str(Path.cwd() / name), 0) == is_ours


def test_what_is_not_known_to_be_of_one_that_ended_stays(gone: int) -> None:
    """Another host's, another program's, a running process's, one's own, a link, or no log."""
    put("guard-1.ndjson", gone, host="elsewhere")
    put("guard-2.ndjson", os.getppid())
    put("guard-3.ndjson", os.getpid())
    put("guard-4.ndjson", -1)
    Path("guard-5.ndjson").write_text('{"type":"violation"}\n')
    Path("guard-6.ndjson").write_text("")
    Path("guard-7.ndjson").symlink_to(put("outside.ndjson", gone))
    Path("guard-8.ndjson").mkdir()
    put("guard-9.ndjson", 10**30)
    before = names()
    assert delete_ended(str(Path.cwd() / NAME), 0) == 0
    assert names() == before


@pytest.mark.parametrize("locked", ["guard-1.ndjson", "guard-1.2.ndjson"])
def test_what_is_locked_stays_with_all_that_belongs_to_it(locked: str, gone: int) -> None:
    """A process of another container is not seen by its id."""
    for name in ("guard-1.ndjson", "guard-1.1.ndjson", "guard-1.2.ndjson"):
        put(name, gone)
    with Path(locked).open() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert delete_ended(str(Path.cwd() / NAME), 0) == 0
    assert delete_ended(str(Path.cwd() / NAME), 0) == 3


PROGRAM = f"""
import os, sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from made_lines import add
from asyncapi_guard.violation_log.log import ViolationLog
log = ViolationLog({NAME!r}, size={LEAST_SIZE}, keep=2, complain=print)
add(log, 300)
log.flush()
print(os.getpid(), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def start() -> Iterator[Any]:
    """Starts processes that write, and rotate."""
    started = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == str(process.pid)
        return process

    yield start
    for each in started:
        each.communicate()


@pytest.mark.slow
def test_processes_that_are_replaced_leave_so_many_files(start: Any) -> None:
    """As the workers of a server that restarts them; one that runs on keeps its files."""
    lasting = start()
    for _ in range(5):
        start().communicate()
    found = {name.partition("-")[2].partition(".")[0] for name in names()}
    assert len(found) == 4  # the one that runs, the last one, and the two that it kept
    assert str(lasting.pid) in found
    assert sum(each.stat().st_size for each in Path().iterdir()) <= 4 * LEAST_SIZE


def test_what_cannot_be_deleted_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: int
) -> None:
    """The log is written all the same."""

    def fails(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    put("guard-1.ndjson", gone)
    monkeypatch.setattr(Path, "unlink", fails)
    told: list[str] = []
    log = ViolationLog(NAME, keep=0, complain=lambda _level, text, *args: told.append(text % args))
    add(log, 3)
    log.close()
    assert told == [
        "violations_keep=: files of processes that have ended cannot be deleted: Permission denied"
    ]
    assert (tmp_path / f"guard-{os.getpid()}.ndjson").read_bytes().count(b"violation") >= 3
