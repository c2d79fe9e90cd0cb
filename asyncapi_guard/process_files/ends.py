"""The ends and forks of processes: closes open files, and resets a forked process."""

from __future__ import annotations

import atexit
import os
import sys
from typing import Protocol
from weakref import WeakSet

__all__ = ["Ending", "close_at_the_end", "close_at_the_end_of_a_child"]


class Ending(Protocol):
    """What has something to do at the end of a process."""

    def close(self) -> None:
        """Write all that is known."""
        ...

    def forget(self) -> None:
        """Begin anew in a process that was forked: what waited is the other process's to write."""
        ...


_OPEN: WeakSet[Ending] = WeakSet()


def close_at_the_end(open: Ending) -> None:
    """Close something when the process ends, and have it begin anew where it is forked."""
    _OPEN.add(open)


def close_at_the_end_of_a_child() -> None:
    """Close all where a process that was forked ends without what `atexit` knows."""
    util, process = map(sys.modules.get, ("multiprocessing.util", "multiprocessing.process"))
    if util is not None and process is not None and process.parent_process() is not None:
        util.Finalize(None, _close_all, exitpriority=0)


def _close_all() -> None:
    for each in list(_OPEN):
        each.close()


def _forget_all() -> None:
    for each in list(_OPEN):
        each.forget()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
