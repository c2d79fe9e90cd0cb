"""`mock`: a server that behaves as its document describes, for tests of clients."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from asyncapi_guard.mock.credentials import read_listed
from asyncapi_guard.mock.expressions import NOTHING
from asyncapi_guard.mock.loading import LoadedMock, load_mock
from asyncapi_guard.mock.options import MockOptions
from asyncapi_guard.mock.origins import check_origin
from asyncapi_guard.mock.script import logger
from asyncapi_guard.mock.serving import ServedMock
from asyncapi_guard.testing.inbox import Inbox, NotReceived, Received, as_value

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard
    from asyncapi_guard.violations import Violation

_Taken = TypeVar("_Taken")
__all__ = ["AsyncMockServer", "MockServer", "async_mock", "mock"]


class MockServer:
    """A running mock server, as a test sees it.

    Attributes:
        url: the URL that clients connect to.
        port: the port of the URL.
        timeout: the number of seconds that `received` and `violation` wait.
        io: the `socketio.Server`.
        guard: the guard of the server.
    """

    __test__ = False  # pytest takes it for no test

    def __init__(self, loaded: LoadedMock, host: str, port: int, timeout: float) -> None:
        self.timeout: float = timeout
        self._inbox = Inbox()
        self._violations: list[Violation] = []
        self._came = threading.Condition()
        loaded.guard.on_violation = self._break_contract
        self._served = ServedMock(loaded, host, port, self._put)
        self.url: str = self._served.url
        self.port: int = self._served.port
        self.io: Any = self._served.mock.server
        self.guard: AsyncAPIGuard = loaded.guard

    @property
    def events(self) -> tuple[Received, ...]:
        """All valid events of clients so far, including events that the test has already taken."""
        with self._came:
            return tuple(self._inbox.events)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """All violations so far that `violation` hasn't taken."""
        with self._came:
            return tuple(self._violations)

    def received(self, event: str, namespace: str = "/", timeout: float | None = None) -> Any:
        """Take the next event of a name that a client sent, or wait for it.

        Args:
            event: its name.
            namespace: the Socket.IO namespace.
            timeout: the number of seconds to wait. Defaults to the mock's timeout.

        Returns:
            The argument of the event; a tuple of several, or `None` without arguments.

        Raises:
            NotReceived: no such event within the timeout.
        """
        timeout = self.timeout if timeout is None else timeout
        found = self._wait(lambda: self._inbox.take(event, namespace), timeout)
        if found is None:
            raise self._inbox.missed(event, namespace, timeout)
        return as_value(found.args)

    def violation(self, timeout: float | None = None) -> Violation:
        """Take the next violation, which the test expects, or wait for it.

        Args:
            timeout: the number of seconds to wait. Defaults to the mock's timeout.

        Raises:
            NotReceived: no violation within the timeout.
        """
        timeout = self.timeout if timeout is None else timeout
        found = self._wait(lambda: self._violations.pop(0) if self._violations else None, timeout)
        if found is None:
            raise NotReceived(f"expected a violation within {timeout:g} s, but none occurred")
        return found

    def emit(
        self, event: str, payload: Any = NOTHING, namespace: str = "/", *, to: str | None = None
    ) -> None:
        """Emit an event to the clients of a namespace.

        Args:
            event: its name.
            payload: its argument, or a list of several. Defaults to an example of the document or a
                generated value.
            namespace: the Socket.IO namespace.
            to: a room, or the session id of a client. Defaults to all clients.

        Raises:
            EmitValidationError: an event that breaks the contract.
        """
        self._served.mock.emit(namespace, event, payload, to)

    def _wait(self, take: Callable[[], _Taken | None], timeout: float) -> _Taken | None:
        found: list[_Taken] = []

        def is_there() -> bool:
            taken = take()
            if taken is not None:
                found.append(taken)
            return taken is not None

        with self._came:
            self._came.wait_for(is_there, timeout)
        return found[0] if found else None

    def _put(self, namespace: str, event: str, args: tuple[Any, ...]) -> None:
        with self._came:
            self._inbox.put(event, namespace, args)
            self._came.notify_all()

    def _break_contract(self, violation: Violation) -> None:
        with self._came:
            self._violations.append(violation)
            self._came.notify_all()

    def _end(self) -> None:
        self._served.end()
        for each in self._violations:
            self._inbox.break_contract(each)


class AsyncMockServer:
    """A running mock server whose methods are coroutines, so that waiting doesn't block the loop.

    Attributes:
        url: where clients connect.
        port: of it.
        io: the `socketio.Server`, which runs on threads.
    """

    __test__ = False  # as above

    def __init__(self, mock: MockServer) -> None:
        self._mock = mock
        self.url: str = mock.url
        self.port: int = mock.port
        self.io: Any = mock.io

    @property
    def events(self) -> tuple[Received, ...]:
        """As for `MockServer`."""
        return self._mock.events

    @property
    def violations(self) -> tuple[Violation, ...]:
        """As for `MockServer`."""
        return self._mock.violations

    async def received(self, event: str, namespace: str = "/", timeout: float | None = None) -> Any:
        """Take the next event of a name that a client sent, or wait for it.

        Args:
            event: its name.
            namespace: the Socket.IO namespace.
            timeout: the number of seconds to wait. Defaults to the mock's timeout.

        Returns:
            The argument of the event; a tuple of several, or `None` without arguments.

        Raises:
            NotReceived: no such event within the timeout.
        """
        return await asyncio.to_thread(self._mock.received, event, namespace, timeout)

    async def violation(self, timeout: float | None = None) -> Violation:
        """Take the next violation, which the test expects, or wait for it.

        Args:
            timeout: the number of seconds to wait. Defaults to the mock's timeout.

        Raises:
            NotReceived: no violation within the timeout.
        """
        return await asyncio.to_thread(self._mock.violation, timeout)

    async def emit(
        self, event: str, payload: Any = NOTHING, namespace: str = "/", *, to: str | None = None
    ) -> None:
        """Emit an event to the clients of a namespace.

        Args:
            event: its name.
            payload: its argument, or a list of several. Defaults to an example of the document or a
                generated value.
            namespace: the Socket.IO namespace.
            to: a room, or the session id of a client. Defaults to all clients.

        Raises:
            EmitValidationError: an event that breaks the contract.
        """
        await asyncio.to_thread(self._mock.emit, event, payload, namespace, to=to)


@contextmanager
def mock(  # noqa: PLR0913  # all but the first are options, by keyword
    spec: str | os.PathLike[str] | Mapping[str, Any] | Contract,
    *,
    scenario: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    seed: int = 0,
    delay: float = 0,
    interval: float | None = None,
    on_connect: bool = False,
    credentials: Iterable[str] = (),
    cors: Iterable[str] = (),
    host: str = "127.0.0.1",
    port: int = 0,
    server: str | None = None,
    perspective: Literal["server", "client"] | None = None,
    timeout: float = 5,
) -> Iterator[MockServer]:
    """Serve a mock of a document's server, and report the violations of its clients at the end.

    Args:
        spec: the document, as for `AsyncAPIGuard`.
        scenario: the path of a scenario file, or its data.
        seed: the seed of generated values; the same seed gives the same values.
        delay: the seconds before each ack. Defaults to 0.
        interval: the seconds between events that the mock sends in each namespace. By default it
            sends none.
        on_connect: whether a client that connects receives one of each event that the server can
            send.
        credentials: the valid credentials, as `SCHEME=VALUE`. For a scheme without one, all
            well-formed credentials are valid.
        cors: the origins of pages that can connect; `loopback` for all origins on this machine.
        host: the address that the mock listens on.
        port: the port that the mock listens on; 0 for any free port.
        server: the key of the document's server to mock.
        perspective: the side that the document describes, as for `AsyncAPIGuard`.
        timeout: the number of seconds to wait for events and violations.

    Yields:
        The mock.

    Raises:
        ContractBroken: at the end of a block without an exception, if a client broke the document.
        OSError: an address or a port that the mock can't listen on.
        SpecError: an invalid document or scenario.
        TypeError: a string as `credentials` or `cors`.
        ValueError: an invalid option.
    """
    if isinstance(credentials, str) or isinstance(cors, str):
        raise TypeError("credentials and cors must be lists of strings, not a string")
    options = MockOptions(
        scenario=scenario,
        seed=seed,
        delay=delay,
        interval=interval,
        on_connect=on_connect,
        credentials=tuple(map(read_listed, credentials)),
        origins=tuple(map(check_origin, cors)),
        server=server,
        perspective=perspective,
    )
    loaded = load_mock(spec, options)
    for remark in loaded.remarks:
        logger.warning("%s", remark)
    served = MockServer(loaded, host, port, timeout)
    served._served.start()
    try:
        yield served
    finally:
        served._end()
    served._inbox.end()


@asynccontextmanager
async def async_mock(
    spec: str | os.PathLike[str] | Mapping[str, Any] | Contract, **options: Any
) -> AsyncIterator[AsyncMockServer]:
    """Serve a mock for tests on asyncio, with the options and exceptions of `mock`.

    Args:
        spec: the document, as for `AsyncAPIGuard`.
        **options: the options of `mock`.

    Yields:
        The mock. It runs on threads, so the event loop of the test is free.
    """
    manager = mock(spec, **options)
    served = await asyncio.to_thread(manager.__enter__)
    try:
        yield AsyncMockServer(served)
    except BaseException as error:
        if not await asyncio.to_thread(manager.__exit__, type(error), error, error.__traceback__):
            raise
    else:
        await asyncio.to_thread(manager.__exit__, None, None, None)
