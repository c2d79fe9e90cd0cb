"""How a server on asyncio asks a verifier: a coroutine as a task, a function in a thread."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.aio.calling import is_pending, never_awaited
from asyncapi_guard.integrations.handlers.registered import is_coroutine_function

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

__all__ = ["TOO_LATE", "TOO_MANY", "Verifiers"]

#: How many functions run at once; some may never return. Coroutines are cancelled.
_MOST = 32
TOO_LATE = "it took too long"
TOO_MANY = f"{_MOST} calls of verifiers are already running"


class _TooMany(Exception):
    """No more functions may run at once."""


class _Raised(Exception):
    """A function raised in its thread.

    Attributes:
        kind: the type of what it raised.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


class Verifiers:
    """Calls verifiers, of which no more than so many run at once.

    Args:
        server: whose they are.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        self._places = threading.Semaphore(_MOST)
        #: The event loop itself keeps no task alive.
        self._held: set[asyncio.Future[Any]] = set()

    async def ask(
        self,
        seconds: float,
        around: Callable[[], AbstractContextManager[Any]],
        verify: Callable[..., Any],
        *args: Any,
    ) -> tuple[Any, str | None]:
        """Call a verifier: what it returned, and else why it did not. A late result is dropped.

        Args:
            seconds: how long to wait.
            around: what it finds around it.
            verify: the verifier.
            *args: what it is called with.
        """
        task = asyncio.ensure_future(self._call(around, verify, *args))
        self._held.add(task)
        task.add_done_callback(self._let_go)
        try:
            # Not `wait_for`, which waits for a task that does not heed its cancellation.
            await asyncio.wait([task], timeout=seconds)
        finally:
            late = not task.done()
            if late:
                task.cancel()
        if late:
            return None, TOO_LATE
        try:
            return task.result(), None
        except _TooMany:
            return None, TOO_MANY
        except _Raised as raised:
            return None, f"it raised {raised.kind}"
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is no identity
            return None, f"it raised {type(error).__name__}"

    def _let_go(self, task: asyncio.Future[Any]) -> None:
        self._held.discard(task)
        if not task.cancelled():
            task.exception()  # else it is told of as one that nobody looked at

    async def _call(
        self,
        around: Callable[[], AbstractContextManager[Any]],
        verify: Callable[..., Any],
        *args: Any,
    ) -> Any:
        with around():
            if is_coroutine_function(verify):
                value = verify(*args)
            else:
                value = await self._in_thread(verify, *args)
            try:
                return await value if is_pending(value) else value
            except SystemExit as error:  # of a task, it would end the event loop
                raise _Raised(type(error).__name__) from None

    async def _in_thread(self, verify: Callable[..., Any], *args: Any) -> Any:
        """Call a function in a thread, which the end of the process does not wait for.

        Raises:
            _Raised: it raised.
            _TooMany: too many run.
        """
        if not self._places.acquire(blocking=False):
            raise _TooMany
        loop = asyncio.get_running_loop()
        done: asyncio.Future[tuple[Any, str | None]] = loop.create_future()

        def settle(value: Any, kind: str | None) -> None:
            if not done.done():
                done.set_result((value, kind))
            elif is_pending(value):
                never_awaited(value, "a verifier")  # it is closed

        def run() -> None:
            value, kind = None, None
            try:
                value = verify(*args)
            except BaseException as error:  # noqa: BLE001  # whatever it is, it is no identity
                kind = type(error).__name__
            finally:
                self._places.release()
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(settle, value, kind)

        try:
            threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
        except BaseException:
            self._places.release()
            raise
        value, kind = await done
        if kind is not None:
            raise _Raised(kind)
        return value
