"""Kafka: python-socketio's own manager, over a consumer and a producer in kafka-python's place."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from conftest import document
from queue_floods import NO_MESSAGES
from queue_managers import KafkaManager, Place
from queue_traffic import MARK, emit

from asyncapi_guard import AsyncAPIGuard, EmitValidationError


class _Bytes:
    """A `json` module that writes bytes."""

    dumps, loads = staticmethod(orjson.dumps), staticmethod(orjson.loads)


def test_the_listener_reads_its_topic_only(net: Any) -> None:
    """Each record is validated, and those without a value are dropped."""
    at = Place(net, "kafka")
    assert at.manager.consumer.topic == "socketio"
    assert at.manager.consumer.servers == ["kafka.example:9092"]
    raws = [None, b"", b"\xff", *NO_MESSAGES, json.dumps(emit("moved", {"x": MARK}))]
    for number, raw in enumerate(raws):
        at.put(raw)
        at.put(emit("plain", str(number)))
    assert at.settle() == [f'2["plain","{n}"]' for n in range(len(raws))]
    assert len(at.violations) == len(raws)
    assert {v.channel for v in at.violations} == {"socketio"}


def test_a_publisher_that_writes_bytes() -> None:
    """kafka-python takes no text, so python-socketio's default module cannot publish."""
    guard = AsyncAPIGuard(document())
    manager = KafkaManager(write_only=True)
    guard.protect(manager)
    with pytest.raises(TypeError):
        manager.emit("plain", "a")
    manager = KafkaManager(write_only=True, json=_Bytes)
    AsyncAPIGuard(document()).protect(manager)
    with pytest.raises(EmitValidationError):
        manager.emit("moved", {"x": MARK})
    manager.emit("plain", "a")
    ((topic, value),) = manager.producer.published
    assert topic == "socketio"
    assert json.loads(value)["data"] == ["a"]
