"""The options of a guard that are about its violation log."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import InstallationError
from asyncapi_guard.integrations.recording.log import write

if TYPE_CHECKING:
    from asyncapi_guard.violation_log.log import ViolationLog

__all__ = ["ViolationOptions"]


class ViolationOptions:
    """What an application says of its violation log.

    Args:
        name: the name of the file; `None` or an empty text for no log.
        size: how many bytes the files of a process may have; `None` for the default.
        salt: of the hashes of clients; `None` for a random one.
        keep: of how many processes that have ended the files are kept; `None` for all.

    Raises:
        TypeError: one of them is something else.
    """

    def __init__(self, name: Any, size: Any, salt: Any, keep: Any = None) -> None:
        if name is not None and not isinstance(name, (str, os.PathLike)):
            raise TypeError(f"violations takes the name of a file, not a {type(name).__name__}")
        if size is not None and (not isinstance(size, int) or isinstance(size, bool)):
            raise TypeError(f"violations_size takes a number of bytes, not a {type(size).__name__}")
        if salt is not None and not isinstance(salt, (str, bytes)):
            raise TypeError(f"violations_salt takes a text or bytes, not a {type(salt).__name__}")
        if keep is not None and (not isinstance(keep, int) or isinstance(keep, bool)):
            kind = type(keep).__name__
            raise TypeError(f"violations_keep takes a number of processes, not a {kind}")
        self._name = None if name is None or name == "" else os.fsdecode(name)
        self._size: int | None = size
        self._salt: str | bytes | None = salt
        self._keep: int | None = keep

    def open(self) -> ViolationLog | None:
        """Return the log, once all options are known; its file is opened later.

        Raises:
            InstallationError: an option has no effect.
            ValueError: the name or the size is none, or the salt is empty.
        """
        if self._name is None:
            options = {"size": self._size, "salt": self._salt, "keep": self._keep}
            for option, value in options.items():
                if value is not None:
                    raise InstallationError(
                        f"violations_{option}= is about the violation log, and there is none: pass "
                        "violations='guard-{pid}.ndjson'"
                    )
            return None
        if self._salt is not None and not self._salt:
            raise ValueError("violations_salt is empty")
        # Only those who ask for it pay for it.
        from asyncapi_guard.violation_log.log import DEFAULT_SIZE, ViolationLog

        self._check_keep(self._name)
        size = DEFAULT_SIZE if self._size is None else self._size
        return ViolationLog(self._name, size=size, salt=self._salt, keep=self._keep, complain=write)

    def _check_keep(self, name: str) -> None:
        if self._keep is None:
            return
        from asyncapi_guard.violation_log.ended import can_delete_ended

        if self._keep < 0:
            raise ValueError("violations_keep must not be less than 0")
        if not can_delete_ended():
            raise InstallationError(
                "violations_keep= needs locks on files, which this system does not have"
            )
        if "{" in os.path.dirname(name):  # noqa: PTH120  # as it is written
            raise ValueError(
                "violations_keep= deletes files in one directory, but the directory in "
                "violations= has a field"
            )
