"""Lines of violation logs, as tests want them."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone
from typing import Any

from asyncapi_guard.violation_log.lines import (
    CountersLine,
    DroppedLine,
    LogLine,
    OperationCount,
    ProblemLine,
    ViolationLine,
    encode,
)
from asyncapi_guard.violations import Checkpoint, Code, Problem, Violation

START = datetime(2026, 11, 1, tzinfo=timezone.utc)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def head(salt: str = "0" * 8, pid: int = 7, **other: Any) -> bytes:
    return encode(LogLine(1, START, "web-1", pid, START, salt, **other))


def violation(seconds: float = 0, **other: Any) -> bytes:
    about: dict[str, Any] = {
        "contract": "c1",
        "mode": "report",
        "outcome": "reported",
        "side": "server",
        "checkpoint": "receive_event",
        "namespace": "/chat",
        "event": "say",
        "declared": True,
        "channel": "/chat",
        "operations": ["onSay"],
        "code": "request_validation_error",
        "reason": "the payload does not match the contract",
        "problems": [problem()],
    }
    return encode(ViolationLine(1, at(seconds), "web-1", 7, **{**about, **other}))


def problem(path: str = "/text", keyword: str = "type", **other: Any) -> ProblemLine:
    message = other.pop("message", "expected string, got integer")
    about = {"schema": f"asyncapi.yml#/say/{keyword}", "place": "asyncapi.yml:11:20"}
    return ProblemLine(path, keyword, message, **{**about, **other})


def counters(
    seconds: float = 60, contract: str = "c1", title: str = "Chat", **operations: Any
) -> bytes:
    """The counters of operations: their mode, and how many were seen, rejected and reported."""
    counts = [
        OperationCount(name, mode, seen, 0, *wrong)
        for name, (mode, seen, *wrong) in operations.items()
    ]
    line = CountersLine(1, at(seconds), at(seconds - 60), "web-1", 7, contract, title, counts)
    return encode(line)


def dropped(count: int) -> bytes:
    return encode(DroppedLine(1, START, "web-1", 7, count, "flood"))


def client(number: int) -> str:
    return hashlib.blake2b(str(number).encode(), digest_size=8).hexdigest()


# -- what is given to a log -----------------------------------------------------------------------


def broken(**other: Any) -> Violation:
    problem = Problem("/text", "type", "expected string, got integer", "asyncapi.yml#/say")
    about: dict[str, Any] = {
        "checkpoint": Checkpoint.RECEIVE_EVENT,
        "code": Code.REQUEST,
        "namespace": "/chat",
        "event": "say",
        "problems": (problem,),
        "reason": "the payload does not match the contract",
    }
    return Violation(**{**about, **other})


def add(log: Any, count: int = 1, **other: Any) -> None:
    for _ in range(count):
        log.add(broken(**other), lambda _schema: "asyncapi.yml:11:20", declared=True)
