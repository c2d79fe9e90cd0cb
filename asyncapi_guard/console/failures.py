"""Errors in the log, by their kinds and places."""

from __future__ import annotations

import logging
import traceback

__all__ = ["log_failure"]

logger: logging.Logger = logging.getLogger("asyncapi_guard")


def log_failure(what: str, error: BaseException) -> None:
    """Log an error without its text, which can quote a credential or what a client sent.

    Args:
        what: the beginning of the line, such as `docs_auth raised`.
        error: the error.
    """
    place = traceback.extract_tb(error.__traceback__)[-1]
    kind = type(error).__name__
    logger.error("%s: %s in %s, line %s", what, kind, place.filename, place.lineno)
