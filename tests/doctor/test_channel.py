"""`asyncapi-guard doctor --watch`: what is published, as a guarded server would take it."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import conftest
import redis
import test_queue

from asyncapi_guard import AsyncAPIGuard, Policy
from asyncapi_guard.doctor.channel import channel_checks, heard_in
from asyncapi_guard.integrations.deciding.queue_signing import sign

if TYPE_CHECKING:
    import pytest

redis_url = test_queue.redis_url
URL = "redis://user:secret@localhost/0"
KEY = "sixteen bytes are enough"


def message(host: str, data: Any = "hi", **more: Any) -> dict[str, Any]:
    fields = {"event": "plain", "data": [data], "namespace": "/", "binary": False}
    return {"method": "emit", **fields, "host_id": host, **more}


def looked_at(*messages: Any, **policy: Any) -> dict[str, str]:
    """What is said of each host."""
    guard = AsyncAPIGuard(conftest.document(), policy=Policy(**policy))
    checks = channel_checks(guard, [json.dumps(each) for each in messages], URL, "socketio")
    assert not any("secret" in each.text + each.subject for each in checks)
    assert guard.statistics() == []
    return {each.text: str(each.status) for each in checks}


def test_hosts_that_publish_what_servers_reject_are_named() -> None:
    """With the first reason, and without values."""
    said = looked_at(message("good"), message("bad"), message("bad", 12345), message("bad", 5), [5])
    good, bad, nobody = said
    assert list(said.values()) == ["ok", "warning", "warning"]
    assert "1 message from host 'good'" in good
    assert "3 messages from host 'bad'; 2 break the contract" in bad
    assert "expected string" in bad
    assert "12345" not in bad
    assert "'unknown'" in nobody


def test_what_is_not_signed_is_named_where_there_is_a_key() -> None:
    """Whatever it is otherwise."""
    signed = sign(message("guarded"), KEY.encode())
    said = looked_at(signed, message("outside"), queue_key=KEY)
    assert list(said.values()) == ["ok", "warning"]
    assert "no valid signature" in list(said)[1]


def test_silence_is_said() -> None:
    """It is no fault."""
    assert list(looked_at().values()) == ["ok"]


def test_many_hosts_are_counted_together() -> None:
    """Somebody may invent them."""
    said = looked_at(*(message(f"{number:08}") for number in range(100)))
    assert len(said) == 21
    assert "80 messages from host 'others'" in list(said)[-1]


def test_a_real_redis_is_heard(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published while it is listened to."""
    heard: list[Any] = []
    stop = threading.Event()

    def publish() -> None:
        with redis.Redis.from_url(redis_url) as client:
            while not stop.wait(0.01):
                client.publish("socketio-watched", "text")

    thread = threading.Thread(target=publish)
    thread.start()
    messages = heard_in(redis_url, "socketio-watched", 120)
    heard.append(next(messages))
    messages.close()  # type: ignore[attr-defined]  # a generator
    stop.set()
    thread.join()
    assert heard == [b"text"]
    assert list(heard_in(redis_url, "socketio-watched", 0.01)) == []
