"""How often a rejected client is answered, and that a rejected connect is on record."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from either_pydantic import field_validator
from pydantic import BaseModel

from asyncapi_guard import AsyncAPISocketIO, Policy

if TYPE_CHECKING:
    from collections.abc import Callable

#: Events that are rejected, without the number of their ack: `{}` stands for it.
REJECTED: dict[str, list[str | bytes]] = {
    "what breaks the contract": ['2{}["number",-1]'],
    "an undeclared event": ['2{}["nope"]'],
    "a reserved name": ['2{}["connect",1]'],
    "a name that is no text": ["2{}[5]"],
    "no JSON": ["2{}[bad"],
    "bytes where no bytes may be": ['51-{}["bag",{"a":{"_placeholder":true,"num":0}}]', b"x"],
}


def frames_of(row: str, ack: str) -> list[str | bytes]:
    return [f.replace("{}", ack, 1) if isinstance(f, str) else f for f in REJECTED[row]]


def until(client: Any, start: str) -> list[str]:
    """The frames that come before one that starts so."""
    got: list[str] = []
    while not (frame := client.receive()).startswith(start):
        got.append(frame)
    return got


@pytest.mark.parametrize("ack", ["", "0", "7"], ids=["no ack id", "ack id 0", "ack id 7"])
@pytest.mark.parametrize("row", REJECTED)
def test_a_rejected_event_is_answered_once_if_it_asks_for_it(
    row: str, ack: str, entrance: Callable[..., Any], net: Any
) -> None:
    """Without the id of an ack there is none; 0 is an id like any other."""
    made = entrance(server={"async_handlers": False})
    made.on("number")(lambda number: None)
    made.on("begin")(lambda: None)
    client = net.raw(net.serve(made.wsgi))
    client.enter()
    for frame in frames_of(row, ack):
        client.send(frame)
    client.send('2999["begin"]')
    got = until(client, "3999[")
    client.send('2998["begin"]')
    got += until(client, "3998[")
    assert [frame[: 1 + len(ack)] for frame in got] == ([f"3{ack}"] if ack else [])
    for frame in got:
        assert json.loads(frame[1 + len(ack) :])[0]["error"]["code"]
    assert len(made.violations) == 1


# -- connects --------------------------------------------------------------------------------------


class Checked(BaseModel):
    """An auth that only a validator finds fault with."""

    token: str

    @field_validator("token")
    @classmethod
    def check(cls, value: str) -> str:
        if value != "good":
            raise ValueError("it is not good")
        return value


def connects(guard: Any) -> list[tuple[int, int, int]]:
    """Seen, rejected and reported connects of the locked namespace."""
    return [
        (s.seen, s.rejected, s.reported)
        for s in guard.statistics()
        if (s.namespace, s.event) == ("/locked", "connect")
    ]


def test_a_connect_that_its_handlers_types_reject_is_on_record(
    net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The hook hears of it, with the client; it is counted, and a line says why."""
    violations: list[Any] = []
    io = AsyncAPISocketIO(None, on_violation=violations.append, async_mode="threading")
    io.on("connect")(lambda: None)

    @io.on("connect", namespace="/locked", get_from_typehint=True)
    def connect(auth: Checked) -> None:
        pass

    from flask import Flask

    app = Flask(__name__)
    io.init_app(app)
    client = net.client(net.serve(app))
    caplog.clear()
    rejection = client.enter("/locked", {"token": "bad"})
    assert rejection["data"]["error"]["code"] == "request_validation_error"
    (violation,) = violations
    assert (violation.checkpoint, violation.namespace) == ("connect", "/locked")
    assert (violation.event, violation.rejected) == ("connect", True)
    assert violation.address == "127.0.0.1"
    assert connects(io._guarded) == [(1, 1, 0)]
    (line,) = [r for r in caplog.records if r.name == "asyncapi_guard"]
    assert line.levelno == logging.WARNING
    assert "/token" in line.getMessage()
    assert client.enter("/locked", {"token": "good"}) is None
    assert connects(io._guarded) == [(2, 1, 0)]


@pytest.mark.parametrize("mode", ["enforce", "report"])
def test_a_connect_that_breaks_the_contract_is_on_record(
    mode: str, entrance: Callable[..., Any], net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether it is rejected or reported: the hook hears of it, it is counted and logged."""
    made = entrance(policy=Policy(mode=mode))  # type: ignore[arg-type]
    made.on("connect", "/locked")(lambda auth=None: None)
    client = net.client(net.serve(made.wsgi))
    made.violations.clear()
    caplog.clear()
    client.enter("/locked", {"token": "abc"})
    (violation,) = made.violations
    assert (violation.checkpoint, violation.event) == ("connect", "connect")
    assert violation.rejected is (mode == "enforce")
    assert connects(made.guard) == [(1, 1, 0) if mode == "enforce" else (1, 0, 1)]
    assert any("connect" in message and "/locked" in message for message in caplog.messages)
