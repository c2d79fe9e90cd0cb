"""The guard's log, written so that a log handler that raises stops no traffic."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress

__all__ = ["logger", "write"]

logger: logging.Logger = logging.getLogger("asyncapi_guard")


def write(level: int, message: str, *args: object, exc_info: bool = False) -> None:
    """Log a message. An exception that a log handler or filter raises goes no further.

    `logging` catches only what handlers of the standard library raise while they write. Any other
    exception would end the packet that is being handled, and leave its client without an answer.

    Args:
        level: a level of `logging`.
        message: the format of the line.
        *args: the values for the format.
        exc_info: whether to add the current exception.
    """
    try:
        logger.log(level, message, *args, exc_info=exc_info, stacklevel=2)
    except Exception as error:  # noqa: BLE001  # the handlers are the application's own
        _complain(error)


def _complain(error: Exception) -> None:
    """Say on standard error that a line is lost, as `logging` does for its own handlers."""
    if not logging.raiseExceptions:
        return
    with suppress(Exception):  # standard error might be closed
        sys.stderr.write(
            f"asyncapi_guard: a log handler raised {type(error).__name__}; a line is lost\n"
        )
