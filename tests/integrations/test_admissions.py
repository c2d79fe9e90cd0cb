"""What is decided about who clients are, without any client: what fails, and when sessions end."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from security_stage import GOOD, document, identity_of

from asyncapi_guard import AsyncAPIGuard, Identity, Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def decisions() -> Iterator[Callable[..., Any]]:
    """Makes the decisions of a guarded server."""
    guards: list[AsyncAPIGuard] = []

    def make(**options: Any) -> Any:
        guard = AsyncAPIGuard(document(["bearer"]), security={"bearer": identity_of}, **options)
        guard.protect(socketio.Server(async_mode="threading"))
        guards.append(guard)
        return guard._adapters()[0].decide

    yield make
    for guard in guards:
        guard.uninstall()


class Broken(dict[str, Any]):
    """An environment that no server would make."""

    def get(self, *_: Any) -> Any:
        raise RuntimeError(GOOD)

    __getitem__ = items = __iter__ = get

    def __bool__(self) -> bool:
        return True


def test_whoever_cannot_be_judged_may_not_enter(
    decisions: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """What failed is in the log, without what it said."""
    decide = decisions()
    admission = decide.admission("/bearer", {"token": GOOD}, Broken(), decide.guard)
    assert admission.wrong
    verdict, _ = decide.admitted(admission)
    assert (verdict.rejected, str(verdict.violation.code)) == (True, "unauthorized")
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "the guard failed to verify a client: RuntimeError in" in record.getMessage()
    assert GOOD not in record.getMessage()


@pytest.mark.parametrize(
    ("options", "namespace", "ends"),
    [
        ({}, "/bearer", True),
        ({}, "/open", False),
        ({"policy": Policy(security="report")}, "/bearer", False),
        ({"policy": Policy(security="off")}, "/bearer", False),
    ],
)
def test_sessions_end_where_an_identity_is_required(
    options: Any, namespace: str, ends: bool, decisions: Any
) -> None:
    """And for as long as there is a guard."""
    decide = decisions(**options)
    assert decide.ends(namespace) is ends
    decide.active = False
    assert decide.ends(namespace) is False


class Loose(Identity):
    """An identity that does not look at what it is made of."""

    def __post_init__(self) -> None: ...


@pytest.mark.parametrize(
    ("value", "identified", "problem"),
    [
        (Identity("ann"), True, None),
        (Loose("ann", frozenset(), None, {}), True, None),
        (
            Loose(5, frozenset(), None, {}),
            False,
            "a Loose that lacks the fields of an Identity",
        ),  # type: ignore[arg-type]  # odd
        (Identity("ann", expires_at=1), False, None),
        (None, False, None),
        ("ann", False, "it returned a str, not an Identity"),
    ],
    ids=repr,
)
def test_what_a_verifier_returns_is_an_identity_or_a_fault(
    value: Any, identified: bool, problem: str | None, decisions: Any, caplog: Any
) -> None:
    """Nobody is the one fault that is none of the verifier's, and needs no line in the log."""
    decide = decisions()
    admission = decide.admission("/bearer", {"token": GOOD}, {}, decide.guard)
    (check,) = admission.checks
    decide.identified(check, value, None)
    assert check.identity is (value if identified else None)
    assert [problem in each.getMessage() for each in caplog.records] == [True] * (
        problem is not None
    )
