"""How a server on threads asks a verifier: in a thread or a greenlet of its own, for a while."""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.threads.calling import is_pending, never_awaited

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

__all__ = ["TOO_LATE", "TOO_MANY", "Verifiers"]

#: How many calls of verifiers run at once; some may never return.
_MOST = 32
TOO_LATE = "it took too long"
TOO_MANY = f"{_MOST} calls of verifiers are already running"


class Verifiers:
    """Calls verifiers, of which no more than so many run at once.

    Args:
        server: whose threads or greenlets they run in.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        self._places = threading.Semaphore(_MOST)

    def ask(
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
        if not self._places.acquire(blocking=False):
            return None, TOO_MANY
        done = self._server.eio.create_event()
        outcome: list[tuple[Any, str | None]] = []

        def run() -> None:
            try:
                with around():
                    value = verify(*args)
                if is_pending(value):
                    never_awaited(value, "a verifier")  # it is closed, and no identity
                outcome.append((value, None))
            except BaseException as error:  # noqa: BLE001  # whatever it is, it is no identity
                outcome.append((None, f"it raised {type(error).__name__}"))
            finally:
                self._places.release()
                done.set()

        try:
            self._server.start_background_task(copy_context().run, run)
        except BaseException:
            self._places.release()
            raise
        done.wait(seconds)
        return outcome[0] if outcome else (None, TOO_LATE)
