"""`async_client`: a guarded `socketio.AsyncClient` for tests."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

import engineio
import socketio

from asyncapi_guard.contract_tests.missing import testing_extra
from asyncapi_guard.errors import ContractViolation
from asyncapi_guard.integrations.middleware import AsyncAPIGuard
from asyncapi_guard.testing.inbox import LEAVING, Inbox, Received, as_value

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.guard import Policy

__all__ = ["AsyncTestedServer", "async_client"]


class AsyncTestedServer:
    """A server under test, seen through a guarded client on asyncio.

    Attributes:
        io: the client of python-socketio.
        guard: the guard of the client.
        timeout: the number of seconds that `call` and `received` wait.
    """

    def __init__(
        self, guard: AsyncAPIGuard, timeout: float, *, serializer: Any = "default"
    ) -> None:
        self.io: Any = _Client(handle_sigint=False, reconnection=False, serializer=serializer)
        self.guard: AsyncAPIGuard = guard
        self.timeout: float = timeout
        self._inbox = Inbox()
        self._came = asyncio.Event()
        guard.on_violation = self._inbox.break_contract
        guard.protect(self.io)

    @property
    def events(self) -> tuple[Received, ...]:
        """All events received so far, including events that the test has already taken."""
        return tuple(self._inbox.events)

    async def emit(
        self,
        event: str,
        data: Any = None,
        namespace: str = "/",
        callback: Callable[..., Any] | None = None,
    ) -> None:
        """Send an event.

        Args:
            event: its name.
            data: its argument; a tuple is several.
            namespace: the Socket.IO namespace.
            callback: a function that is called with the values of the ack.

        Raises:
            EmitValidationError: an event that breaks the contract.
        """
        try:
            await self.io.emit(event, data, namespace, callback)
        except ContractViolation as error:
            self._inbox.seen_by_test(error)
            raise

    async def call(
        self, event: str, data: Any = None, namespace: str = "/", timeout: float | None = None
    ) -> Any:
        """Send an event, and return the ack; several values are a tuple.

        Args:
            event: its name.
            data: its argument; a tuple is several.
            namespace: the Socket.IO namespace.
            timeout: the number of seconds to wait for the ack. Defaults to the client's timeout.

        Raises:
            EmitValidationError: an event that breaks the contract.
            AckValidationError: an ack that breaks the contract, or an error response of the guard.
            TimeoutError: no ack within the timeout; python-socketio's own.
        """
        timeout = self.timeout if timeout is None else timeout
        try:
            return await self.io.call(event, data, namespace, timeout)
        except ContractViolation as error:
            self._inbox.seen_by_test(error)
            raise

    async def received(self, event: str, namespace: str = "/", timeout: float | None = None) -> Any:
        """Take the next event of a name, or wait for it.

        Args:
            event: its name.
            namespace: the Socket.IO namespace.
            timeout: the number of seconds to wait. Defaults to the client's timeout.

        Returns:
            The argument of the event; a tuple of several, or `None` without arguments.

        Raises:
            NotReceived: no such event within the timeout.
        """
        timeout = self.timeout if timeout is None else timeout
        try:
            taken = await asyncio.wait_for(self._take(event, namespace), timeout)
        except asyncio.TimeoutError:
            raise self._inbox.missed(event, namespace, timeout) from None
        return as_value(taken.args)

    async def _take(self, event: str, namespace: str) -> Received:
        while (taken := self._inbox.take(event, namespace)) is None:
            self._came.clear()
            await self._came.wait()
        return taken

    def answer(self, event: str, answer: Any, namespace: str = "/") -> None:
        """Acknowledge an event of the server.

        Args:
            event: its name.
            answer: the ack, or a function or a coroutine function that returns it. The function is
                called with the event's arguments.
            namespace: the Socket.IO namespace.
        """
        self._inbox.answer(event, answer, namespace)

    def _listen(self, namespace: str) -> None:
        def handle(event: str, *args: Any) -> Any:
            self._inbox.put(event, namespace, args)
            self._came.set()
            return self._inbox.answer_to(event, namespace, args)

        self.io.on("*", handle, namespace=namespace)

    async def _end(self) -> None:
        eio = self.io.eio
        leaving = asyncio.ensure_future(self.io.disconnect())
        await asyncio.wait({leaving}, timeout=LEAVING)
        if not leaving.done():
            eio.read_loop_task.cancel()  # it waits for a poll that the server does not end
        with contextlib.suppress(asyncio.CancelledError):
            await leaving
        await eio.finish(self.timeout)


class _Client(socketio.AsyncClient):  # type: ignore[misc]  # python-socketio carries no types
    def _engineio_client_class(self) -> Any:
        return _Finishing


class _Finishing(engineio.AsyncClient):  # type: ignore[misc]  # as above
    """A client that knows which messages are still being handled."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._messages: set[asyncio.Future[Any]] = set()

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        task = super().start_background_task(target, *args, **kwargs)
        if target == self.handlers.get("message"):
            self._messages.add(task)
            task.add_done_callback(self._messages.discard)
        return task

    async def finish(self, timeout: float) -> None:
        """Wait until all received messages are handled, and close the HTTP session."""
        if self._messages:
            await asyncio.wait(self._messages, timeout=timeout)
        await self._reset()


@asynccontextmanager
async def async_client(  # noqa: PLR0913  # all but the first two are options, by keyword
    url: str,
    spec: str | os.PathLike[str] | Mapping[str, Any] | Contract,
    *,
    auth: Any = None,
    namespaces: Iterable[str] = ("/",),
    headers: Mapping[str, str] | None = None,
    transports: Iterable[str] | None = None,
    timeout: float = 5,
    policy: Policy | None = None,
    perspective: Literal["server", "client"] | None = None,
    serializer: Any = "default",
) -> AsyncIterator[AsyncTestedServer]:
    """Connect a guarded client on asyncio, and report the server's violations at the end.

    Args:
        url: the URL of the server.
        spec: the document of the server, as for `AsyncAPIGuard`.
        auth: the `auth` value of the client.
        namespaces: the namespaces to connect to.
        headers: the headers of the connection requests.
        transports: `websocket`, `polling`, or both. Defaults to python-socketio's choice.
        timeout: the number of seconds to wait for connections, acks and events.
        policy: as for `AsyncAPIGuard`.
        perspective: as for `AsyncAPIGuard`.
        serializer: the server's, as for `socketio.Client`: `"msgpack"`, or a class of packets.

    Yields:
        The server under test.

    Raises:
        ContractBroken: at the end of a block without an exception, if the server broke the
            document.
        ConnectionError: python-socketio's own, if the server doesn't respond or rejects the client.
        EmitValidationError: an `auth` value that breaks the contract.
        SpecError: an invalid document.
    """
    testing_extra("aiohttp")
    guard = AsyncAPIGuard(spec, policy=policy, perspective=perspective)
    tested, entered = AsyncTestedServer(guard, timeout, serializer=serializer), list(namespaces)
    for namespace in entered:
        tested._listen(namespace)
    try:
        await tested.io.connect(
            url,
            headers=dict(headers or {}),
            auth=auth,
            transports=None if transports is None else list(transports),
            namespaces=entered,
            wait_timeout=timeout,
        )
        yield tested
    finally:
        await tested._end()
    tested._inbox.end()
