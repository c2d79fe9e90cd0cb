"""`docs_auth`: who can see the console. Anything but `True` is no."""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.failures import log_failure

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Gate", "is_coroutine_function"]

logger: logging.Logger = logging.getLogger("asyncapi_guard")


class Gate:
    """Asks `docs_auth`, if the application has one.

    Args:
        docs_auth: it is called with the request of Flask, the environment of WSGI, or the scope of
            ASGI; `None` lets everybody in.
    """

    def __init__(self, docs_auth: Callable[[Any], object] | None) -> None:
        self._docs_auth = docs_auth

    def permits(self, native: Any) -> bool:
        """Whether a request can see the console, where nothing can be awaited."""
        if self._docs_auth is None:
            return True
        try:
            answer = self._docs_auth(native)
        except Exception as error:  # noqa: BLE001  # the application's own; fail closed
            return _raised(error)
        if inspect.iscoroutine(answer):
            answer.close()
        return _is_true(answer)

    async def permits_awaiting(self, native: Any) -> bool:
        """Whether a request can see the console; `docs_auth` can be a coroutine function."""
        if self._docs_auth is None:
            return True
        try:
            answer = self._docs_auth(native)
            if inspect.isawaitable(answer):
                answer = await answer
        except Exception as error:  # noqa: BLE001  # as above
            return _raised(error)
        return _is_true(answer)


def is_coroutine_function(function: Any) -> bool:
    """Whether a function, or an object that can be called, must be awaited."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004  # not whether it has one, but its kind
    )


def _is_true(answer: object) -> bool:
    """Whether it is `True`: a redirect to a login page, say, would be true as well."""
    if not isinstance(answer, bool):
        kind = type(answer).__name__
        logger.error("docs_auth returned a %s, not True or False: answered with 403", kind)
    return answer is True


def _raised(error: Exception) -> bool:
    log_failure("docs_auth raised, answered with 403", error)
    return False
