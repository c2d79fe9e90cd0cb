"""Options of `AsyncAPIGuard` that would do nothing, or something else, are errors."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard import AsyncAPIGuard


async def hook(violation: Any) -> None:
    pass


@pytest.mark.parametrize(
    "options",
    [
        {"on_violation": "print"},
        {"on_violation": hook},
        {"addresses": 0},
        {"addresses": "no"},
        {"respond_unhandled": 0},
        {"reject_event": 5},
    ],
    ids=range(6),
)
def test_an_option_of_another_kind_is_an_error(options: Any, contract: Any) -> None:
    """It names the option."""
    with pytest.raises(TypeError, match=next(iter(options))):
        AsyncAPIGuard(contract(), **options)


@pytest.mark.parametrize("event", ["connect", "disconnect", "connect_error", "*"])
def test_a_reserved_name_is_no_event_to_send(event: str, contract: Any) -> None:
    with pytest.raises(ValueError, match="reject_event"):
        AsyncAPIGuard(contract(), reject_event=event)
