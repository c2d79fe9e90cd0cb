"""How a server on asyncio calls what is the application's: what can be awaited is awaited."""

from __future__ import annotations

import asyncio
import inspect
from contextlib import suppress
from types import CoroutineType
from typing import TYPE_CHECKING, Any

import engineio
import socketio

from asyncapi_guard.integrations.handlers.registered import is_async_generator_function
from asyncapi_guard.integrations.replacing import is_from_library

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

#: What a hook may raise that is no order to stop: `CancelledError` is one.
FAULTS: type[BaseException] = Exception
#: Whether a handler cannot run on this kind of server.
cannot_run: Callable[[Any], bool] = is_async_generator_function
#: What starts tasks, where it is as it comes: nothing else happens there.
_STARTER = "start_background_task"
_STARTS, _STARTS_BENEATH = (
    method if is_from_library(method) else None
    for method in (
        socketio.AsyncServer.start_background_task,
        engineio.AsyncServer.start_background_task,
    )
)
#: The event loop itself keeps no task alive that waits for something.
_held: set[asyncio.Future[Any] | None] = set()
#: What handlers return most, and nobody awaits.
_PLAIN = frozenset((type(None), bool, int, float, str, bytes, list, dict, tuple))
#: How often others have a turn before a packet is on its way: several tasks pass it on.
_TURNS = 20


def start(server: Any, function: Callable[..., Any], *args: Any) -> None:
    """Call a function in a task of its own, which is held until it is done."""
    eio = server.eio
    if (
        type(server).start_background_task is _STARTS
        and type(eio).start_background_task is _STARTS_BENEATH
        and _STARTER not in server.__dict__
        and _STARTER not in eio.__dict__
    ):
        loop = asyncio.get_running_loop()
        loop.create_task(_held_while_it_runs(loop, function, args))  # noqa: RUF006  # it holds itself
    else:
        task: asyncio.Future[Any] = server.start_background_task(function, *args)
        _held.add(task)
        task.add_done_callback(_held.discard)


async def _held_while_it_runs(
    loop: asyncio.AbstractEventLoop, function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    """Call a function, and hold the task in which it runs; until it begins, the loop does.

    It takes a third of the time of a callback, for which the loop has another turn. Looking for the
    loop again would cost as much as that: before Python 3.12, it asks the system for the process.
    """
    task = asyncio.current_task(loop)
    _held.add(task)
    try:
        await function(*args)
    finally:
        _held.discard(task)
        del task  # an exception holds this frame, and the task the exception


def sending(function: Callable[..., Any], *args: Any) -> Any:
    """Call what sends, which may have to wait, while others are sent to."""
    return asyncio.create_task(function(*args))


async def all_sent(tasks: list[Any]) -> None:
    """Wait for what `sending` returned; whatever happens, others have a turn meanwhile."""
    if tasks:
        await asyncio.wait(tasks)
    else:
        await asyncio.sleep(0)  # a loop that emits, and nothing else, must not stop the rest


async def called(function: Callable[..., Any], *args: Any) -> Any:
    """What a function of the application gives, or what comes of that when it is awaited."""
    value = function(*args)
    return await value if is_pending(value) else value


async def tell(recorder: Recorder, violation: Violation | None) -> None:
    """Tell the application's hook of a violation."""
    told = recorder.tell(violation)
    if not is_pending(told):
        return
    # In a task of its own, so that its cancellation is not this one's.
    task: asyncio.Future[Any] = asyncio.ensure_future(told)  # type: ignore[call-overload]  # pending
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        task.cancel()
        raise
    try:
        task.result()
    except (FAULTS, asyncio.CancelledError):  # whatever it is, the client is answered
        recorder.hook_failed()


def is_pending(value: Any) -> bool:
    """Whether a value is what somebody must await."""
    kind = type(value)
    return kind is CoroutineType or (kind not in _PLAIN and inspect.isawaitable(value))


def never_awaited(value: Any, what: str) -> TypeError:
    """What to raise for such a value where it should have been awaited before."""
    if inspect.iscoroutine(value):
        value.close()
    return TypeError(
        f"{what} returned a coroutine without awaiting it; write await before the call"
    )


def never_runs(what: str) -> str:
    """What to say of a handler that cannot run."""
    return f"{what} is an asynchronous generator, which never runs; return the ack instead"


async def let_out(server: Any) -> None:
    """Let tasks that send have their turns."""
    for _ in range(_TURNS):
        await server.sleep(0)


async def body_of(response: Any) -> bytes:
    """Return the body of what a server answered to a request; it can be read again."""
    body: bytes = await response.read()
    return body


async def wait_for(event: Any, seconds: float) -> None:
    """Wait for an event of the server, or until some seconds have passed."""
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
