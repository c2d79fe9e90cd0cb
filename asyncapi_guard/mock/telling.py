"""The log lines of a mock: names of events and namespaces, and never a value."""

from __future__ import annotations

import logging
from typing import Any

from asyncapi_guard.mock.script import logger
from asyncapi_guard.violations import printable

__all__ = ["refusal_of", "say"]


def say(what: str, namespace: str, how: str = "", event: str | None = None) -> None:
    """Write a line about traffic.

    Args:
        what: that happened, with `%s` for the event.
        namespace: where.
        how: where the answer is from; empty without one.
        event: its name.
    """
    if not logger.isEnabledFor(logging.INFO):
        return
    text = what if event is None else what % printable(event)
    answer = f"; answered by the {how}" if how else ""
    logger.info("%s in %s%s", text, printable(namespace), answer)


def refusal_of(value: Any) -> tuple[Any, ...]:
    """What `ConnectionRefusedError` gets: a message, and data where there is some."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict) and isinstance(value.get("message"), str):
        return (value["message"], value["data"]) if "data" in value else (value["message"],)
    return ("refused",) if value in (True, None) else ("refused", value)
