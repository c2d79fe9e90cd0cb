"""A buffer in a process, and a thread that writes it from time to time.

What cannot be written stays with what gathers next, so a disk that is full for an hour loses
nothing. A process that was forked gathers for itself. What is left is written when the guard is
uninstalled, and when the process ends.
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.process_files.ends import close_at_the_end, close_at_the_end_of_a_child
from asyncapi_guard.process_files.names import check_name

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    from asyncapi_guard.process_files.summed_file import SummedFile

__all__ = ["Gathering"]

#: Seconds between two times that it is written.
_INTERVAL = 60.0
#: How many seconds the end of a process waits for a disk that hangs.
_HANGS = 5.0


class Gathering:
    """Gathers something, and writes it to the file of this process.

    A subclass says what it has in `_lines`, and begins anew in `_begin`.

    Args:
        option: what people know it by, such as `usage=`.
        what: what gathers, in words.
        name: the name of the file, in which `{pid}` and `{host}` stand for the process's own.
        open_file: makes the file of a name.
        complain: writes a line to the guard's own log; of what is wrong with this one.

    Raises:
        ValueError: the name is none.
    """

    def __init__(
        self,
        option: str,
        what: str,
        name: str,
        open_file: Callable[[str], SummedFile],
        complain: Callable[..., None],
    ) -> None:
        check_name(name, option.rstrip("="))
        self._option, self._what, self._complain = option, what, complain
        path = Path.cwd() / Path(name).expanduser()  # not relative to a directory that changes
        self._file = open_file(str(path))
        self._begin()
        self._warn_of_folder(path.parent)
        close_at_the_end(self)

    def _begin(self) -> None:
        """Begin as in a new process."""
        self._writing = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._failing = self._said_name = False

    def _lines(self) -> deque[bytes]:
        """What gathered and is to be written now, as lines with their breaks."""
        raise NotImplementedError

    def _written(self, left: deque[bytes]) -> None:
        """Lines were written from the first one on, but for those that are left."""
        raise NotImplementedError

    def _start(self) -> None:
        """Have it written from now on."""
        if self._thread is not None:
            return
        with self._writing:
            if self._thread is not None:
                return
            name = f"asyncapi_guard {self._option.strip('=()')}"
            thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._stopping = threading.Event()
            self._thread = thread
        with suppress(RuntimeError):  # the process ends, and what gathered is written there
            thread.start()
            close_at_the_end_of_a_child()

    def _run(self) -> None:
        stopping = self._stopping
        while not stopping.wait(_INTERVAL):
            self.flush()

    def flush(self) -> None:
        """Write what gathered."""
        if not self._writing.acquire(timeout=_HANGS):
            return
        try:
            self._flush()
        except Exception as error:  # noqa: BLE001  # it is worth less than the traffic that it is about
            self._say_failed(type(error).__name__)
        finally:
            self._writing.release()

    def _flush(self) -> None:
        lines = self._lines()
        if not lines:
            return
        try:
            self._file.write(lines)
        except OSError as error:
            self._say_failed(error.strerror or type(error).__name__)
        else:
            self._say_it_works()
        self._written(lines)

    def close(self) -> None:
        """Write all that is known, and end the thread; what comes next begins again."""
        thread = self._thread
        self._stopping.set()
        if thread is not None and thread is not threading.current_thread():
            with suppress(RuntimeError):  # it never started
                thread.join(_HANGS)
        self._thread = None
        self.flush()
        if self._writing.acquire(timeout=_HANGS):
            self._file.close()
            self._writing.release()

    def forget(self) -> None:
        """Begin anew in a process that was forked: what gathered is the other one's to write."""
        self._file.forget()
        self._begin()

    # -- what is wrong -----------------------------------------------------------------------------

    def _say(self, level: int, text: str, *args: object) -> None:
        self._complain(level, f"{self._option}: {text}", *args)

    def _warn_of_folder(self, folder: Path) -> None:
        if "{" in str(folder) or (folder.is_dir() and os.access(folder, os.W_OK)):
            return
        why = "is not writable" if folder.is_dir() else "does not exist"
        self._say(logging.WARNING, "nothing is written while %s %s", folder, why)

    def _say_failed(self, why: str) -> None:
        if not self._failing:
            self._failing = True
            text = "cannot be written: %s; they are kept, and traffic is not affected"
            self._say(logging.ERROR, f"{self._what} {text}", why)

    def _say_it_works(self) -> None:
        if self._failing:
            self._failing = False
            self._say(logging.WARNING, f"{self._what} are written again")
        if not self._said_name and not self._file.has_wanted_name:
            self._said_name = True
            self._say(
                logging.WARNING,
                "another process or guard writes that file, so this one writes %s; give each "
                "process a file of its own by {pid} in the name",
                self._file.path,
            )
