"""`docs_auth`: who can see the console. Anything but `True` is no, and so is any fault of it."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
from concurrent.futures import ThreadPoolExecutor
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.failures import log_failure

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Gate", "is_coroutine_function"]

logger: logging.Logger = logging.getLogger("asyncapi_guard")

#: Plain functions that run at once where there is an event loop, which goes on meanwhile.
_THREADS = 16
#: Orders to whoever runs, which are followed; those of greenlets have classes of these packages.
_ORDERS = (KeyboardInterrupt, GeneratorExit)
_OF_GREENLETS = {"eventlet", "gevent", "greenlet"}


class Gate:
    """Asks `docs_auth`, if the application has one.

    Args:
        docs_auth: it is called with the request of Flask, the environment of WSGI, or the scope of
            ASGI; `None` lets everybody in.
    """

    def __init__(self, docs_auth: Callable[[Any], object] | None) -> None:
        self._docs_auth = docs_auth
        self._threads = ThreadPoolExecutor(_THREADS, "asyncapi-console-auth")  # started when used

    def permits(self, native: Any) -> bool:
        """Whether a request can see the console, where nothing can be awaited."""
        if self._docs_auth is None:
            return True
        answer, error = _called(self._docs_auth, native)
        if error is not None:
            return _raised(error)
        hint = ""
        if type(answer) is CoroutineType:  # `isinstance` would ask a stranger for its class
            answer.close()
            hint = "; nothing awaits it here, so use def"
        return _is_true(answer, hint)

    async def permits_awaiting(self, native: Any) -> bool:
        """Whether a request can see the console; `docs_auth` can be a coroutine function.

        A plain function runs in a thread.
        """
        if self._docs_auth is None:
            return True
        # A task of its own: that it was cancelled is no sign that the request was.
        task = asyncio.ensure_future(self._awaited(self._docs_auth, native))
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
        answer, error = task.result()
        return _is_true(answer) if error is None else _raised(error)

    async def _awaited(
        self, docs_auth: Callable[[Any], object], native: Any
    ) -> tuple[object, BaseException | None]:
        try:
            if is_coroutine_function(docs_auth):
                answer = docs_auth(native)
            else:
                context = contextvars.copy_context()
                loop = asyncio.get_running_loop()
                answer, error = await loop.run_in_executor(
                    self._threads, lambda: context.run(_called, docs_auth, native)
                )
                if error is not None:
                    return None, error
            if hasattr(type(answer), "__await__"):
                answer = await answer  # type: ignore[misc]  # what has this can be awaited
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is no; see `_raised`
            return None, error
        return answer, None


def is_coroutine_function(function: Any) -> bool:
    """Whether a function, or an object that can be called, must be awaited."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004  # not whether it has one, but its kind
    )


def _called(docs_auth: Callable[[Any], object], native: Any) -> tuple[object, BaseException | None]:
    """What it returned, or what it raised: no future takes a `StopIteration`."""
    try:
        return docs_auth(native), None
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is no; see `_raised`
        return None, error


def _is_true(answer: object, hint: str = "") -> bool:
    """Whether it is `True`: a redirect to a login page, say, would be true as well."""
    if answer is not True and answer is not False:
        what = "None" if answer is None else f"a {type(answer).__name__}"
        logger.error("docs_auth returned %s, not True or False: answered with 403%s", what, hint)
    return answer is True


def _raised(error: BaseException) -> bool:
    """Nobody is let in.

    Raises:
        BaseException: it is an order to stop, and not an answer.
    """
    packages = {each.__module__.partition(".")[0] for each in type(error).__mro__}
    if isinstance(error, _ORDERS) or packages & _OF_GREENLETS:
        log_failure("docs_auth raised, answered with nothing", error)
        raise error
    log_failure("docs_auth raised, answered with 403", error)
    return False
