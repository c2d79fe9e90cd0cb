"""Instances for what `call` gives."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard.integrations.response_models import ResponseModels


@pytest.mark.parametrize(
    ("model", "value", "expected"),
    [(type(None), None, None), (int | None, None, None), (int, 5, 5)],
)
def test_what_python_socketio_makes_of_an_ack(model: Any, value: Any, expected: Any) -> None:
    """`None` stands for an ack of nothing as well as for one of `null`."""
    found, verdict = ResponseModels("auto").instance(model, "/", "ask", value)
    assert verdict.violation is None
    assert found == expected


def test_an_ack_of_nothing_is_not_one_of_a_number() -> None:
    """It is named by its event."""
    found, verdict = ResponseModels("auto").instance(int, "/chat", "ask", None)
    assert found is None
    assert verdict.violation is not None
    assert (verdict.violation.namespace, verdict.violation.event) == ("/chat", "ask")
