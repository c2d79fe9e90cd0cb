"""Who cancelled: somebody this task, or somebody what it awaits."""

from __future__ import annotations

import asyncio

__all__ = ["is_being_cancelled"]


def is_being_cancelled() -> bool | None:
    """Return whether somebody cancelled the running task; before Python 3.11 nobody knows."""
    task = asyncio.current_task()
    cancelling = getattr(task, "cancelling", None)
    return None if cancelling is None else cancelling() > 0
