"""The files of counts: bounded, added up, and never in part."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest

from asyncapi_guard.usage.client_versions import Label
from asyncapi_guard.usage.counting import Subject
from asyncapi_guard.usage.log import LEAST_SIZE, UsageLog
from asyncapi_guard.usage.reading import Usage, UsageReader

SUBJECTS = [Subject("/", f"event{n}", "client", "event", "m") for n in range(20)]


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: list[str]) -> Any:
    monkeypatch.chdir(tmp_path)

    def complain(_level: int, text: str, *args: object) -> None:
        told.append(text % args)

    return lambda name="usage.ndjson", **options: UsageLog(name, complain=complain, **options)


def count(log: UsageLog, *versions: str, times: int = 1) -> None:
    for version in versions:
        for subject in SUBJECTS:
            log.counter.count(Label("version", version), subject, None, times=times)


def read(*, whole: bool = True) -> dict[str, int]:
    """How much was counted, by versions."""
    usage, reader = Usage(), UsageReader()
    for path in Path().glob("*.ndjson"):
        with path.open("rb") as stream:
            usage.add(reader.read(stream))
    assert reader.unreadable == 0 or not whole
    return {
        label.text or "": sum(
            usage.use(label, "/", event, "client", "event").count for _, event, _ in usage.events
        )
        for label in usage.labels
    }


def test_a_full_file_is_added_up_and_nothing_is_lost(make: Any, told: list[str]) -> None:
    """However often it is full."""
    log = make(size=LEAST_SIZE)
    for _ in range(200):
        count(log, "1", "2")
        log.flush()
        assert Path("usage.ndjson").stat().st_size <= LEAST_SIZE
    log.close()
    assert read() == {"1": 4_000, "2": 4_000}
    assert [*Path().iterdir()] == [Path("usage.ndjson")]
    assert told == []


def test_too_much_for_a_file_is_said(make: Any, told: list[str]) -> None:
    """Once, in the log; and in the file."""
    log = make(size=LEAST_SIZE)
    for version in range(100):
        count(log, str(version))
        log.flush()
    log.close()
    assert Path("usage.ndjson").stat().st_size <= LEAST_SIZE
    assert ["usage_size" in each for each in told] == [True]
    assert b'"dropped"' in Path("usage.ndjson").read_bytes()


def test_a_process_that_starts_again_goes_on(make: Any) -> None:
    """With the file that is there, and past the half line at which a crash has ended it."""
    for _ in range(2):
        log = make()
        count(log, "1")
        log.close()
        with Path("usage.ndjson").open("ab") as file:
            file.write(b'{"type":"use","v"')
    assert read(whole=False) == {"1": 40}


def test_a_disk_that_is_full_loses_nothing(
    make: Any, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said once, and once that it works again."""
    log = make()
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", _full)
        for _ in range(3):
            count(log, "1")
            log.flush()
    count(log, "1")
    log.close()
    assert read() == {"1": 80}
    assert ["cannot be written" in told[0], "written again" in told[1], len(told)] == [
        True,
        True,
        2,
    ]


def _full(*_: Any) -> int:
    raise OSError(28, "No space left on device")


def test_a_file_that_cannot_be_replaced_is_left(
    make: Any, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counts wait until it can."""
    log = make(size=LEAST_SIZE)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", _full)
        for _ in range(60):
            count(log, "1")
            log.flush()
    log.close()
    assert read() == {"1": 1_200}
    assert "cannot be written" in told[0]
    assert [*Path().iterdir()] == [Path("usage.ndjson")]


def test_two_logs_with_one_name_have_a_file_each(make: Any, told: list[str]) -> None:
    """And it is said which."""
    one, two = make(), make()
    for log in (one, two):
        count(log, "1")
        log.flush()
    one.close()
    two.close()
    assert read() == {"1": 40}
    assert len([*Path().glob("*.ndjson")]) == 2
    assert "{pid}" in told[0]


def _in_child(log: UsageLog) -> None:
    count(log, "child")


def test_a_forked_process_counts_for_itself(make: Any) -> None:
    """What was counted before is written once."""
    if not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    log = make("usage-{pid}.ndjson")
    count(log, "parent")
    child = multiprocessing.get_context("fork").Process(target=_in_child, args=(log,))
    child.start()
    child.join(120)
    log.close()
    assert read() == {"child": 20, "parent": 20}
    assert len([*Path().iterdir()]) == 2


def test_a_folder_that_is_not_there_is_said(make: Any, told: list[str]) -> None:
    """When the guard is made."""
    make("missing/usage.ndjson")
    assert "does not exist" in told[0]


def test_a_fault_is_said_once(make: Any, told: list[str]) -> None:
    """With its kind, and not with its text."""
    log = make()
    for _ in range(3):
        log.failed(ValueError("secret"))
    assert told == ["usage=: counting failed: ValueError; some counts are too low"]
