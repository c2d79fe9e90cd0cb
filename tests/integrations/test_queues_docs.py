"""docs/how-to/queues.md: its programs run, and what it says of them happens."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
import socketio
from redis_server import RedisServer

from asyncapi_guard import Checkpoint
from asyncapi_guard.guard.policy import QueueControl

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "queues.md"
TEXT = PAGE.read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PROGRAMS = [body for kind, body in BLOCKS if kind == "python"]
(DOCUMENT,) = [body for kind, body in BLOCKS if kind == "yaml"]
(LINE,) = [body for kind, body in BLOCKS if kind == "text"]
WORKER, OUTSIDE, STATISTICS, *POLICIES = PROGRAMS


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asyncapi.yml").write_text(DOCUMENT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUEUE_KEY", "a secret of the test")


@pytest.fixture
def redis(tmp_path: Path, skip_or_fail: Any) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path, skip_or_fail)
    yield server
    server.close()


def run(program: str, names: dict[str, Any], url: str = "") -> dict[str, Any]:
    program = program.replace("redis://127.0.0.1:6379/0", url)
    exec(compile(program, str(PAGE), "exec", dont_inherit=True), names)
    return names


def test_the_example(
    redis: RedisServer,
    net: Any,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The client gets the second event; the log and the statistics have the first."""
    names = run(WORKER, {}, redis.url)
    heard = threading.Event()
    listen = names["manager"]._handle_emit
    names["manager"]._handle_emit = lambda message: (heard.set(), listen(message))
    client = net.raw(net.serve(names["app"]))
    client.enter()
    ready = socketio.RedisManager(redis.url, write_only=True)
    while not heard.wait(0.05):
        ready.emit("news", {"text": "ready"})
    run(OUTSIDE, {}, redis.url)
    while (frame := client.receive()) == '2["news",{"text":"ready"}]':
        pass
    assert frame == '2["news",{"text":"It rains."}]'
    assert LINE.strip() in [record.getMessage() for record in caplog.records]
    run(STATISTICS, names)
    checkpoint, event, _, rejected = capsys.readouterr().out.split()
    assert (checkpoint, event, rejected) == ("queue_event", "news", "1")


@pytest.mark.parametrize("program", POLICIES, ids=["control", "key", "reported"])
def test_the_policies(program: str) -> None:
    """Each makes a guard."""
    policy = run(program, {})["guard"].guard.policy
    key = b"a secret of the test"
    assert policy.signing_key == (key if "QUEUE_KEY" in program else None)
    assert policy.queue_control == ("own-hosts" if "own-hosts" in program else "allow")
    assert bool(policy.checkpoints) is ("report" in program)


def test_the_tables_have_all_there_is() -> None:
    """Checkpoints, and what `queue_control` can be."""
    rows = re.findall(r"^\| `\"?([\w-]+)\"?` \|", TEXT, re.MULTILINE)
    queued = {str(each) for each in Checkpoint if each.startswith("queue_")}
    assert set(rows) >= queued | set(get_args(QueueControl))
    assert json.dumps(sorted(queued)) == '["queue_ack", "queue_control", "queue_event"]'
