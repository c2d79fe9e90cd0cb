"""Ends what tests that are over have left, so that no later test hears of it."""

from __future__ import annotations

import gc
import logging
import site
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import WeakKeyDictionary

from engineio.async_socket import AsyncSocket
from engineio.socket import Socket

import asyncapi_guard

if TYPE_CHECKING:
    from types import ModuleType

#: Modules from elsewhere belong to a test: an application in a temporary directory, a benchmark.
KEPT = [
    Path(sys.prefix),
    Path(sys.base_prefix),
    Path(site.getusersitepackages()),
    Path(asyncapi_guard.__file__).parent,
]

_SILENT = logging.getLogger("tests-that-are-over")
_SILENT.disabled = True


class _EndedError(SystemExit):
    """A thread ends because the tests of its file are over."""


class Threads:
    """Knows during which file's tests each thread began.

    What a thread raises fails the test that runs at that time. Where an earlier file has left the
    thread behind, that test is not to blame: what was raised is printed instead.
    """

    def __init__(self) -> None:
        self._file: object = None
        self._is_between = False
        self._begun: WeakKeyDictionary[threading.Thread, object] = WeakKeyDictionary()

    def watch(self) -> None:
        """Note when threads start, and look at what they raise, even where nobody can catch it."""
        start, fail = threading.Thread.start, threading.excepthook
        fail_unraisable = sys.unraisablehook

        def noted(thread: threading.Thread) -> None:
            # What a thread starts belongs to its own file, however late that is.
            self._begun[thread] = self._file_of(threading.current_thread())
            start(thread)

        def died(args: Any) -> None:
            if args.exc_type is _EndedError:
                return
            late = self._file_of(args.thread) is not self._file
            (threading.__excepthook__ if late or _finds_no_client(args) else fail)(args)

        def left(args: Any) -> None:
            # Such as what is wrong with the socket that a thread had when it ended.
            late = self._file_of(threading.current_thread()) is not self._file
            (sys.__unraisablehook__ if late or self._is_between else fail_unraisable)(args)

        threading.Thread.start = noted  # type: ignore[method-assign, assignment]  # for all tests
        threading.excepthook = died
        sys.unraisablehook = left

    def begin(self, file: object) -> None:
        """The tests of another file begin.

        What is garbage by now is an earlier file's, such as a socket that nobody has closed.

        Args:
            file: it; another object for each.
        """
        self._is_between = True
        gc.collect()
        self._is_between = False
        self._file = file

    def _file_of(self, thread: threading.Thread | None) -> object:
        return self._file if thread is None else self._begun.get(thread, self._file)


def end_connections() -> None:
    """End what engine.io's servers and clients on threads still do: they speak in no later test.

    A client that leaves without a word is missed after 45 seconds, and a server that does as well
    after 30; who listens to a queue that is gone tries again for ever. By then handlers and logs
    would speak in the middle of another test.
    """
    for server in _owners("service_task_event"):
        server.service_task_event.set()
        for connection in list(server.sockets.values()):
            connection.closed = True  # without telling handlers
            with suppress(Exception):  # its queue may be of another kind
                connection.queue.put(None)
    for client in _owners("write_loop_task"):
        client.state = "disconnected"
        with suppress(Exception):  # likewise
            client.queue.put(None)
    for manager in _owners("_get_logger"):  # of a queue that is gone, too
        manager.logger = _SILENT
    for manager in _owners("_redis_connect"):
        manager._redis_connect = _end  # the next time that it wants to connect again
        with suppress(Exception):  # there may be no connection to close
            manager.pubsub.close()


class Connections:
    """Knows what engine.io's connections are made of.

    The admin UI changes their classes for all servers of a process. Where a test leaves that behind
    and another does the same, a connection calls itself for ever.
    """

    def __init__(self) -> None:
        self._classes = {each: dict(vars(each)) for each in (Socket, AsyncSocket)}

    def restore(self) -> None:
        """Make them as they were."""
        for each, attributes in self._classes.items():
            for name in set(vars(each)) - set(attributes):
                delattr(each, name)
            for name, value in attributes.items():
                if vars(each)[name] is not value:
                    setattr(each, name, value)


class Modules:
    """Knows which modules were imported before a file's tests.

    Applications of tests have plain names, such as `server` or `tables`. A module of the same name
    that an earlier file has imported would be taken for them.
    """

    def __init__(self) -> None:
        self._before = set(sys.modules)

    def begin(self) -> None:
        """The tests of another file begin."""
        self._before = set(sys.modules)

    def forget(self) -> None:
        """Forget what was imported since, unless it is the package or a library."""
        for name in set(sys.modules) - self._before:
            place = _place(sys.modules[name])
            if place is not None and not any(map(place.is_relative_to, KEPT)):
                del sys.modules[name]


def _place(module: ModuleType) -> Path | None:
    """Where a module comes from; `None` if it does not come from a file or a directory."""
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return Path(file)
    # A package without `__init__.py` has directories instead.
    folders = [each for each in getattr(module, "__path__", ()) if isinstance(each, str)]
    return Path(folders[0]) if folders else None


def _finds_no_client(args: Any) -> bool:
    """Whether engine.io closed a connection that the client had reset: it raises then, and ends."""
    frames = [frame for frame, _ in traceback.walk_tb(args.exc_traceback)]
    return issubclass(args.exc_type, ConnectionError) and any(
        frame.f_globals.get("__name__") == Socket.__module__ and frame.f_code.co_name == "writer"
        for frame in frames
    )


def _end() -> NoReturn:
    raise _EndedError


def _owners(attribute: str) -> list[Any]:
    """What runs a method in a thread of its own, and has that attribute."""
    tasks = [getattr(thread, "_target", None) for thread in threading.enumerate()]
    owners = [getattr(task, "__self__", None) for task in tasks]
    return [owner for owner in owners if getattr(owner, attribute, None) is not None]
