"""The limits for one client: the options of a policy, checked, and described in words."""

from __future__ import annotations

import math
from typing import Any, Protocol

__all__ = ["DISCONNECT", "WINDOW", "Limiting", "check_limits", "has_limits", "why_limited"]

#: Seconds for which violations count, by default.
WINDOW = 60.0
REJECT, DISCONNECT = "reject", "disconnect"
#: The options by which clients are limited, and whether they are whole numbers.
_OPTIONS = {
    "max_violations": True,
    "max_events_per_second": False,
    "max_running_handlers": True,
}


class Limiting(Protocol):
    """The options of a policy that set limits."""

    @property
    def max_violations(self) -> int | None:
        """The number of violations that one client can cause within the window."""
        ...

    @property
    def window(self) -> float:
        """The length of the window, in seconds."""
        ...

    @property
    def then(self) -> str:
        """The response to a client that exceeds `max_violations`."""
        ...

    @property
    def max_events_per_second(self) -> float | None:
        """The number of events that one client can send per second."""
        ...

    @property
    def max_running_handlers(self) -> int | None:
        """The number of one client's events that are handled at the same time."""
        ...


def check_limits(policy: Limiting) -> None:
    """Check that a policy's limits are valid, and that each of its options has an effect."""
    for name, whole in _OPTIONS.items():
        value = getattr(policy, name)
        if value is not None:
            _check_number(name, value, whole=whole)
    _check_number("window", policy.window, whole=False)
    if policy.then not in (REJECT, DISCONNECT):
        raise ValueError(f"then must be {REJECT!r} or {DISCONNECT!r}, not {policy.then!r}")
    if policy.max_violations is None and (policy.then != REJECT or policy.window != WINDOW):
        name = "window" if policy.then == REJECT else "then"
        raise ValueError(
            f"{name} has no effect without max_violations; set max_violations, or remove {name}"
        )


def _check_number(name: str, value: Any, *, whole: bool) -> None:
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        kind = "a whole number" if whole else "a number"
        raise TypeError(f"{name} must be {kind}, not a {type(value).__name__}")
    least = 1 if whole else 0
    if not (math.isfinite(value) and (value >= least if whole else value > least)):
        raise ValueError(f"{name} must be {'at least 1' if whole else 'more than 0'}, not {value}")


def has_limits(policy: Limiting) -> bool:
    """Return whether a policy limits clients in any way."""
    return any(getattr(policy, name) is not None for name in _OPTIONS)


def why_limited(policy: Limiting, option: str) -> str:
    """Return the reason why a limit rejects an event.

    Args:
        policy: the policy that sets the limit.
        option: the name of its option.
    """
    if option == "max_violations":
        return f"more than {policy.max_violations} violations in {policy.window:g} s"
    if option == "max_events_per_second":
        return f"more than {policy.max_events_per_second:g} events per second"
    return f"more than {policy.max_running_handlers} events are being handled"
