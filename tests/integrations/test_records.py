"""Violations as people get them: in the log, and in `on_violation`."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard import AsyncAPIGuard, Policy
from asyncapi_guard.errors import violation_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.guard import Verdict

BAD = ("/", "move", [{"x": "secret"}])


class Watched:
    """A guard, the violations that its hook got, and the lines that it logged."""

    def __init__(self, spec: Any, caplog: pytest.LogCaptureFixture, **options: Any) -> None:
        self.violations: list[Any] = []
        options.setdefault("on_violation", self.violations.append)
        self.guard = AsyncAPIGuard(spec, **options)
        self._caplog = caplog
        caplog.clear()

    def receive(self, namespace: str, event: str, args: list[Any], **client: Any) -> Verdict:
        verdict = self.guard.guard.receive_event(namespace, event, args)
        self.guard.record(verdict, **client)
        return verdict

    @property
    def lines(self) -> list[str]:
        return self._caplog.messages


@pytest.fixture
def watched(contract: Any, caplog: pytest.LogCaptureFixture) -> Callable[..., Watched]:
    def make(spec: Any = None, **options: Any) -> Watched:
        return Watched(contract() if spec is None else spec, caplog, **options)

    return make


# -- who it was ------------------------------------------------------------------------------------


def test_a_violation_carries_the_client(watched: Any) -> None:
    """The session id and the address, in the hook and in what `record` returns."""
    one = watched()
    one.receive(*BAD, sid="s1", address="192.0.2.7")
    (violation,) = one.violations
    assert (violation.sid, violation.address) == ("s1", "192.0.2.7")
    verdict = one.guard.guard.receive_event(*BAD)
    assert one.guard.record(verdict, "s2", "192.0.2.8").sid == "s2"
    assert verdict.violation.sid is None


def test_a_violation_of_no_client_has_none(watched: Any) -> None:
    """An emit to many has neither a session id nor an address."""
    one = watched()
    one.receive(*BAD)
    assert (one.violations[0].sid, one.violations[0].address) == (None, None)
    assert "sid=" not in one.lines[0]
    assert "address=" not in one.lines[0]


def test_addresses_can_be_left_out(watched: Any) -> None:
    """With `addresses=False` neither the hook nor the log has them."""
    one = watched(addresses=False)
    one.receive(*BAD, sid="s1", address="192.0.2.7")
    assert (one.violations[0].sid, one.violations[0].address) == ("s1", None)
    assert "192.0.2.7" not in one.lines[0]


def test_the_error_response_never_names_the_client(watched: Any) -> None:
    """Neither the session id nor the address is in what a client is sent."""
    one = watched()
    one.receive(*BAD, sid="session", address="192.0.2.7")
    error = violation_error(one.violations[0])
    sent = json.dumps([error.answer(), error.errors()]) + error.json()
    assert "session" not in sent
    assert "192.0.2.7" not in sent


# -- what raises meanwhile -------------------------------------------------------------------------


class _Broken(logging.Handler):
    def handle(self, record: logging.LogRecord) -> bool:
        raise OSError("the disk is full of secrets")


@pytest.fixture
def broken_log() -> Iterator[None]:
    """A handler at the guard's logger that raises past `logging`."""
    handler, logger = _Broken(), logging.getLogger("asyncapi_guard")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)


@pytest.mark.usefixtures("broken_log")
def test_a_log_handler_that_raises_stops_nothing(watched: Any, capsys: Any) -> None:
    """The hook is called and the violation is counted; one line on standard error says it."""
    one = watched()
    one.receive(*BAD)
    assert len(one.violations) == 1
    assert [s.refused for s in one.guard.statistics()] == [1]
    assert capsys.readouterr().err == (
        "asyncapi_guard: a log handler raised OSError; a line is lost\n"
    )


@pytest.mark.usefixtures("broken_log")
def test_a_hook_and_a_log_handler_that_raise_stop_nothing(watched: Any) -> None:
    """Also when the failure of the hook cannot be logged."""

    def hook(violation: Any) -> None:
        raise RuntimeError

    one = watched(on_violation=hook)
    one.receive(*BAD)
    assert [s.refused for s in one.guard.statistics()] == [1]


@pytest.mark.usefixtures("broken_log")
def test_a_guard_that_fails_rejects_although_its_log_raises(watched: Any) -> None:
    """Traffic that cannot be validated is rejected when nothing can be logged, either."""
    one = watched(policy=Policy(mode="report"))

    def judge(*args: Any) -> Any:
        raise ZeroDivisionError

    verdict = one.guard.judge("receive_event", judge, "/", "move")
    assert verdict.refused
