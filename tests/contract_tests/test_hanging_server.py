"""A server that stops answering everybody: the run ends, and says after what."""

from __future__ import annotations

import asyncio
import threading

import pytest
from small_servers import ERROR, NUMBER, TEXT, contract, on_asyncio

from asyncapi_guard.contract_tests.engine import run
from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.settings import Settings


@pytest.mark.slow
def test_a_server_that_stops_is_said_to_hang():
    """Its event loop waits for ever from the third event on; the run ends when it must."""
    goes_on = threading.Event()
    calls = []

    def register(sio):
        @sio.on("say")
        async def say(_sid, _data):
            calls.append(1)
            if len(calls) > 2:
                goes_on.wait()
            return {"error": "no"}

    notes = contract({"say": {"payload": TEXT, "x-ack": {"oneOf": [NUMBER, ERROR]}}})
    with on_asyncio(register) as url:
        try:
            report = run(notes, Settings(url, time=30, ack_timeout=0.2))
        finally:
            goes_on.set()
    assert {each.check for each in report.failures} <= {Check.HANG, Check.NO_ACK}
    assert report.failures


def test_what_nobody_could_wait_for_is_said():
    """A run that is over before it could look twice is not silent about what it saw."""

    def register(sio):
        @sio.on("say")
        async def say(_sid, _data):
            await asyncio.sleep(60)

    notes = contract({"say": {"payload": TEXT, "x-ack": {"oneOf": [NUMBER, ERROR]}}})
    with on_asyncio(register) as url:
        report = run(notes, Settings(url, time=1, ack_timeout=0.8))
    said = {(each.subject, each.reason) for each in report.untested}
    no_time = any(subject == "event say" and "ack" in reason for subject, reason in said)
    assert no_time or {each.check for each in report.failures} == {Check.NO_ACK}
