"""How a server on threads calls what is the application's: it returns when it is done."""

from __future__ import annotations

import logging
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.handlers.registered import is_coroutine_function, never_runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.integrations.recording.recorder import Recorder
    from asyncapi_guard.violations import Violation

__all__ = [
    "FAULTS",
    "all_sent",
    "body_of",
    "called",
    "cannot_run",
    "is_pending",
    "let_out",
    "never_awaited",
    "never_runs",
    "sending",
    "start",
    "tell",
    "wait_for",
]

#: What a hook may raise that is no order to stop.
FAULTS: type[BaseException] = BaseException
#: Whether a handler cannot run on this kind of server.
cannot_run: Callable[[Any], bool] = is_coroutine_function


def start(server: Any, function: Callable[..., Any], *args: Any) -> None:
    """Call a function in a thread or a greenlet of its own."""
    server.start_background_task(function, *args)


def sending(function: Callable[..., Any], *args: Any) -> Any:
    """Call what sends."""
    return function(*args)


def all_sent(_sent: list[Any]) -> None:
    """It is: threads take turns by themselves."""


def called(function: Callable[..., Any], *args: Any) -> Any:
    """What a function of the application gives."""
    return function(*args)


def tell(recorder: Recorder, violation: Violation | None) -> None:
    """Tell the application's hook of a violation."""
    told = recorder.tell(violation)
    if is_pending(told):
        error = never_awaited(told, "on_violation")
        recorder.log(logging.ERROR, "on_violation failed: %s", error)


def is_pending(value: Any) -> bool:
    """Whether a value is what nobody awaits here."""
    return type(value) is CoroutineType


def never_awaited(value: Any, what: str) -> TypeError:
    """What to raise for such a value."""
    value.close()
    return TypeError(never_runs(what))


def let_out(server: Any) -> None:
    """Let greenlets that send have a turn."""
    server.sleep(0)


def body_of(response: Any) -> bytes:
    """Return the body of what a server answered to a request."""
    body: bytes = response.content
    return body


def wait_for(event: Any, seconds: float) -> None:
    """Wait for an event of the server, or until some seconds have passed."""
    event.wait(seconds)
