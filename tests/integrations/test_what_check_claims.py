"""What `check` says of handlers, behind a socket: what they get, and what clients get."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from asyncapi_guard import AsyncAPISocketIO
from asyncapi_guard.drift.enforcement import enforces
from asyncapi_guard.spec.loader import load

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
asyncapi: 3.1.0
info: {title: Scale, version: '1'}
channels:
  root:
    address: /
    messages:
      weigh: {payload: {type: string}, x-ack: {type: string}}
operations:
  weigh: {action: receive, channel: {$ref: '#/channels/root'}}
"""


@pytest.fixture
def ask(net: Any, tmp_path: Path) -> Any:
    """Serves a handler of `weigh`, and asks it; with what the server enforces."""
    file = tmp_path / "asyncapi.yml"
    file.write_text(FILE)

    def ask(handler: Any, value: Any, *, spec: bool) -> tuple[bool, Any]:
        app = Flask(__name__)
        options: dict[str, Any] = {"spec": str(file)} if spec else {}
        io = AsyncAPISocketIO(app, typed=True, async_mode="threading", **options)
        io.on("weigh")(handler)
        answers = net.client(net.serve(app)).ask("weigh", value)
        return enforces(io, load(str(file))), answers

    return ask


def test_a_wider_hint_is_harmless_where_the_file_is_enforced(ask: Any) -> None:
    """The handler never gets what the file does not allow; elsewhere it does."""
    got: list[Any] = []

    def weigh(what: Any) -> str:
        got.append(what)
        return "heavy"

    enforced, (answer,) = ask(weigh, 5, spec=True)
    assert (enforced, got) == (True, [])
    assert answer["error"]["code"] == "request_validation_error"
    enforced, (answer,) = ask(weigh, 5, spec=False)
    assert (enforced, got, answer) == (False, [5], "heavy")


def test_a_missing_ack_is_a_fault(ask: Any) -> None:
    """A client that was promised an ack gets an error in place of one."""

    def weigh(what: str):
        """Returns nothing."""

    _, (answer,) = ask(weigh, "a stone", spec=True)
    assert answer["error"]["code"] == "response_validation_error"


def test_a_handler_that_takes_other_arguments_is_never_called(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that keeps to the file gets no answer of it."""
    got: list[Any] = []
    raised: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: raised.append(args.exc_value))

    def weigh(what, how):
        got.append(what)
        return "heavy"

    _, answers = ask(weigh, "a stone", spec=True)
    assert got == []
    assert answers != ["heavy"]
    assert [type(each) for each in raised] == [TypeError]
