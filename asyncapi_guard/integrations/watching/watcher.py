"""A thread that has a document read again when its files change.

It ends with the guard whose document it is, keeps no process from ending, and begins anew in the
child of a process that forks.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import traceback
from typing import TYPE_CHECKING, NamedTuple, Protocol
from weakref import WeakSet, ref

from asyncapi_guard.errors import AsyncAPIGuardError
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.integrations.watching.files import NOT_THERE, Contents, Look
from asyncapi_guard.integrations.watching.waking import best_sleep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


__all__ = ["Attempt", "Watched", "Watcher"]

#: Seconds after which a file that is still the same is taken for written, and how often.
_SETTLED, _LOOKS = 0.05, 40
#: Seconds for which a process waits for watchers when it ends.
_LAST = 1.0
#: Different contents that nobody can use, which are remembered to have been told of.
_TOLD = 100

_failed = "the document has changed and cannot be used, so the previous one stays in force: %s"
_fixed = "the document can be used again, and is in force"


class Attempt(NamedTuple):
    """What came of reading a document again.

    Attributes:
        files: that it was read from, or from which it could not be read.
        error: why it cannot be used; `None` if it is in force.
    """

    files: Sequence[Path]
    error: Exception | None


class Watched(Protocol):
    """What a watcher knows of a guard."""

    def _contents_in_force(self) -> Contents:
        """Return the files of the document in force, and what was in them."""
        ...

    def _read_again(self) -> Attempt:
        """Read the document, and put it in force if it can be used."""
        ...

    def _after_fork(self) -> None:
        """Take new locks, in the child of a process that has forked."""
        ...


class Watcher:
    """Watches the files of a guard's document.

    Args:
        watched: the guard; it is not kept alive.
    """

    def __init__(self, watched: Watched) -> None:
        self._watched = ref(watched)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        #: What was in the files when they were read last, and when they were put in force.
        self._read: Contents | None = None
        self._in_force: Contents = {}
        self._look = Look()
        self._told: dict[frozenset[tuple[Path, str]], None] = {}

    @property
    def active(self) -> bool:
        """Whether it watches."""
        return self._thread is not None

    def start(self) -> None:
        """Watch, in a thread of its own."""
        if self._thread is not None:
            return
        self._stop = threading.Event()
        self._read = None
        running = _Running(ref(self), self._stop)
        self._thread = running
        _all.add(self)
        running.start()

    def stop(self) -> None:
        """Watch no more. What is being read may still come in force."""
        self._stop.set()
        self._thread = None
        _all.discard(self)

    def after_fork(self) -> None:
        """Begin anew: the thread is the parent's."""
        watched = self._watched()
        if watched is None or self._thread is None:
            return
        watched._after_fork()
        self._thread = None
        self._look = Look()
        self.start()

    # -- in the thread -----------------------------------------------------------------------------

    def look(self) -> Sequence[Path] | None:
        """Look at the files, and have them read if they have changed; return which those are.

        `None` if there is no guard any more.
        """
        watched = self._watched()
        if watched is None:
            return None
        in_force = watched._contents_in_force()
        if self._read is None or in_force != self._in_force:
            self._read, self._in_force = in_force, in_force
        found = self._look.at(self._read)
        if found != self._read:
            self._read = self._read_again(watched, self._settled(found))
            self._in_force = watched._contents_in_force()
        return tuple(self._read)

    def _settled(self, found: Contents) -> Contents:
        """What is in the files as soon as nobody writes them any more, or after two seconds."""
        for _ in range(_LOOKS):
            self._stop.wait(_SETTLED)
            before, found = found, self._look.at(found)
            if found == before:
                break
        return found

    def _read_again(self, watched: Watched, found: Contents) -> Contents:
        """Have the document read; return what was in its files then."""
        attempt = watched._read_again()
        if attempt.error is None:
            if self._told:
                self._told.clear()
                write(logging.WARNING, _fixed)
            return watched._contents_in_force()
        now = self._look.at(dict.fromkeys((*attempt.files, *found)))
        self._tell(attempt.error, now)
        # What nobody looked at before it was read may have changed meanwhile: it is read once more.
        unknown = f"{NOT_THERE}?"
        return {path: found.get(path, unknown) for path in now}

    def _tell(self, error: Exception, contents: Contents) -> None:
        """Say why the document cannot be used, once for each content."""
        key = frozenset(contents.items())
        if key in self._told:
            return
        if len(self._told) >= _TOLD:
            del self._told[next(iter(self._told))]
        self._told[key] = None
        text = str(error)
        if not isinstance(error, (AsyncAPIGuardError, TypeError, ValueError)):
            text = "".join(traceback.format_exception(error))
        write(logging.ERROR, _failed, f"\n{text}" if "\n" in text else text)


class _Running(threading.Thread):
    """Looks, sleeps, and looks again, until it is stopped."""

    def __init__(self, watcher: ref[Watcher], stop: threading.Event) -> None:
        super().__init__(name="asyncapi_guard-watch", daemon=True)
        self._watcher = watcher
        self.stop: threading.Event = stop
        _running.add(self)

    def run(self) -> None:
        sleep = best_sleep(self.stop)
        try:
            while not self.stop.is_set():
                paths = _look(self._watcher)
                if paths is None:
                    return
                sleep.until_change(paths)
        finally:
            sleep.close()
            _running.discard(self)


def _look(watcher: ref[Watcher]) -> Sequence[Path] | None:
    """Look, by a watcher that is not kept alive while its thread sleeps."""
    found = watcher()
    if found is None:
        return None
    try:
        return found.look()
    except Exception:  # noqa: BLE001  # whatever it is, the next look may find another file
        write(logging.ERROR, "the guard failed to look at its document", exc_info=True)
        return ()


#: The watchers that watch, and their threads.
_all: WeakSet[Watcher] = WeakSet()
_running: set[_Running] = set()


def _stop_all() -> None:
    """The process ends: threads that wait in the system must not be there any more."""
    running = list(_running)
    for each in running:
        each.stop.set()
    for each in running:
        if each is not threading.current_thread():
            each.join(_LAST)


def _begin_anew() -> None:
    """The process is the child of one that has forked."""
    _running.clear()
    for each in list(_all):
        each.after_fork()


atexit.register(_stop_all)
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_begin_anew)
