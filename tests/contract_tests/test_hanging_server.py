"""A server that stops answering everybody: the run ends, and says after what."""

from __future__ import annotations

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
            report = run(notes, Settings(url, time=8, ack_timeout=0.2))
        finally:
            goes_on.set()
    assert {each.check for each in report.failures} <= {Check.HANG, Check.NO_ACK}
    assert report.failures
