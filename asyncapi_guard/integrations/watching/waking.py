"""How a watcher sleeps: until the system tells of a change, or for a while.

What wakes it says nothing of what has changed: the watcher looks at the files itself.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Protocol

from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.integrations.watching.files import directories_of

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Sleep", "best_sleep"]

#: Seconds between two looks at the files. It sees what the system does not tell of, as on network
#: file systems.
EVERY = 1.0


class Sleep(Protocol):
    """How a watcher sleeps."""

    def until_change(self, paths: Iterable[Path]) -> None:
        """Sleep until files may have changed, or until the watcher is stopped."""
        ...

    def close(self) -> None:
        """Wait for nothing any more."""
        ...


class Pauses:
    """Sleeps for a while.

    Args:
        stop: is set when nobody watches any more.
    """

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def until_change(self, paths: Iterable[Path]) -> None:  # noqa: ARG002  # as for `Sleep`
        """Sleep for a second."""
        self._stop.wait(EVERY)

    def close(self) -> None:
        """Do nothing."""


class Notifications:
    """Sleeps until the system tells of a change in the directories of files.

    Args:
        watch: `watchfiles.watch`.
        stop: is set when nobody watches any more.
    """

    def __init__(self, watch: Any, stop: threading.Event) -> None:
        self._watch = watch
        self._stop = stop
        self._directories: set[Path] = set()
        self._changes: Any = None
        self._instead: Pauses | None = None

    def until_change(self, paths: Iterable[Path]) -> None:
        """Sleep until something happens there, or for a second."""
        if self._instead is not None:
            self._instead.until_change(paths)
            return
        directories = directories_of(paths)
        if not directories:
            self._stop.wait(EVERY)
            return
        try:
            self._begin(directories)
            next(self._changes, None)
        except Exception as error:  # noqa: BLE001  # the system may refuse, in words of its own
            self.close()
            self._instead = Pauses(self._stop)
            write(
                logging.WARNING,
                "watchfiles cannot watch the document (%s), so its files are looked at every %g s",
                type(error).__name__,
                EVERY,
            )

    def _begin(self, directories: set[Path]) -> None:
        if self._changes is not None and directories == self._directories:
            return
        self.close()
        self._directories = directories
        self._changes = self._watch(
            *sorted(directories),
            watch_filter=None,
            debounce=400,
            stop_event=self._stop,
            rust_timeout=int(EVERY * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=False,
        )

    def close(self) -> None:
        """End the notifications."""
        changes, self._changes = self._changes, None
        if changes is not None:
            changes.close()


def best_sleep(stop: threading.Event) -> Sleep:
    """Return how to sleep: by watchfiles where it is installed, and stops nobody else."""
    try:
        from watchfiles import watch
    except ImportError:
        return Pauses(stop)
    return Pauses(stop) if _are_greenlets() else Notifications(watch, stop)


def _are_greenlets() -> bool:
    """Whether threads are greenlets: what waits in the system stops all of them."""
    gevent, eventlet = sys.modules.get("gevent.monkey"), sys.modules.get("eventlet.patcher")
    return bool(
        (gevent is not None and gevent.is_module_patched("threading"))
        or (eventlet is not None and eventlet.is_monkey_patched("thread"))
    )
