"""How a mock speaks of what it does: names of events and namespaces, and never a value."""

from __future__ import annotations

from typing import Any

from asyncapi_guard.violations import printable

__all__ = ["refusal_of", "said_of"]


def said_of(what: str, namespace: str, how: str = "") -> str:
    """A line about traffic.

    Args:
        what: that happened.
        namespace: where.
        how: where the answer is from; empty without one.
    """
    answer = f"; answered by the {how}" if how else ""
    return f"{what} in {printable(namespace)}{answer}"


def refusal_of(value: Any) -> tuple[Any, ...]:
    """What `ConnectionRefusedError` gets: a message, and data where there is some."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict) and isinstance(value.get("message"), str):
        return (value["message"], value["data"]) if "data" in value else (value["message"],)
    return ("refused",) if value in (True, None) else ("refused", value)
