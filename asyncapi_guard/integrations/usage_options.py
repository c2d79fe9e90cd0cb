"""The options of a guard that are about what clients use."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import InstallationError
from asyncapi_guard.integrations.recording.log import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.usage.log import UsageLog

__all__ = ["UsageOptions"]


class UsageOptions:
    """What an application says of its usage log.

    Args:
        name: the name of the file; `None` or an empty text for no log.
        version: where clients say their version.
        size: how many bytes the file of a process may have; `None` for the default.

    Raises:
        InstallationError: an option has no effect without another one.
        TypeError: one of them is something else.
        ValueError: nobody can say a version there, or nobody should.
    """

    def __init__(self, name: Any, version: Any, size: Any) -> None:
        if name is not None and not isinstance(name, (str, os.PathLike)):
            raise TypeError(f"usage takes the name of a file, not a {type(name).__name__}")
        if size is not None and (not isinstance(size, int) or isinstance(size, bool)):
            raise TypeError(f"usage_size takes a number of bytes, not a {type(size).__name__}")
        self._name = None if name is None or name == "" else os.fsdecode(name)
        self._size: int | None = size
        self._version: str | Callable[[Any], Any] = version
        if version is not None:
            from asyncapi_guard.usage.client_versions import check_source

            check_source(version)

    def check(self) -> None:
        """Raise InstallationError for an option that has no effect."""
        if self._name is not None and self._version is None:
            raise InstallationError(
                "usage= counts by the versions of clients: pass usage_version='auth:/version' for "
                "a field of the auth value, 'header:X-Client-Version', 'query:version', or a "
                "function that takes the handshake"
            )
        for option, value in (("version", self._version), ("size", self._size)):
            if self._name is None and value is not None:
                raise InstallationError(
                    f"usage_{option}= is about what clients use, and nothing counts that: pass "
                    "usage='usage-{pid}.ndjson'"
                )

    def open(self) -> tuple[UsageLog, str | Callable[[Any], Any]] | None:
        """Return the log, once all options are known, and where versions are.

        The file is opened later.

        Raises:
            InstallationError: an option has no effect.
            ValueError: the name or the size is none.
        """
        self.check()
        if self._name is None:
            return None
        # Only those who ask for it pay for it.
        from asyncapi_guard.usage.log import DEFAULT_SIZE, UsageLog

        size = DEFAULT_SIZE if self._size is None else self._size
        return UsageLog(self._name, size=size, complain=write), self._version
