"""`client`: a guarded `socketio.Client` for tests."""

from __future__ import annotations

import functools
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import engineio
import socketio

from asyncapi_guard.contract_tests.missing import testing_extra
from asyncapi_guard.errors import ContractViolation
from asyncapi_guard.integrations.middleware import AsyncAPIGuard
from asyncapi_guard.testing.inbox import LEAVING, Inbox, Received, as_value

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.guard import Policy

__all__ = ["TestedServer", "client"]


class TestedServer:
    """A server under test, seen through a guarded client.

    Attributes:
        io: the client of python-socketio.
        guard: the guard of the client.
        timeout: the number of seconds that `call` and `received` wait.
    """

    __test__ = False  # pytest takes it for no test

    def __init__(
        self, guard: AsyncAPIGuard, timeout: float, *, serializer: Any = "default"
    ) -> None:
        self.io: Any = _Client(handle_sigint=False, reconnection=False, serializer=serializer)
        self.guard: AsyncAPIGuard = guard
        self.timeout: float = timeout
        self._inbox = Inbox()
        self._came = threading.Condition()
        guard.on_violation = self._inbox.break_contract
        guard.protect(self.io)

    @property
    def events(self) -> tuple[Received, ...]:
        """All events received so far, including events that the test has already taken."""
        return tuple(self._inbox.events)

    def emit(
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
            self.io.emit(event, data, namespace, callback)
        except ContractViolation as error:
            self._inbox.seen_by_test(error)
            raise

    def call(
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
            return self.io.call(event, data, namespace, timeout)
        except ContractViolation as error:
            self._inbox.seen_by_test(error)
            raise

    def received(self, event: str, namespace: str = "/", timeout: float | None = None) -> Any:
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
        found: list[Received] = []

        def is_there() -> bool:
            taken = self._inbox.take(event, namespace)
            if taken is not None:
                found.append(taken)
            return taken is not None

        with self._came:
            if not self._came.wait_for(is_there, timeout):
                raise self._inbox.missed(event, namespace, timeout)
        return as_value(found[0].args)

    def answer(self, event: str, answer: Any, namespace: str = "/") -> None:
        """Acknowledge an event of the server.

        Args:
            event: its name.
            answer: the ack, or a function that returns it and is called with the event's arguments.
                Later events wait until the function returns, so it must not wait for them.
            namespace: the Socket.IO namespace.
        """
        self._inbox.answer(event, answer, namespace)

    def _listen(self, namespace: str) -> None:
        def handle(event: str, *args: Any) -> Any:
            with self._came:
                self._inbox.put(event, namespace, args)
                self._came.notify_all()
            return self._inbox.answer_to(event, namespace, args)

        self.io.on("*", handle, namespace=namespace)

    def _end(self) -> None:
        eio = self.io.eio
        if eio.ws is not None:
            # It would wait seconds for a closing frame, which some servers do not send.
            eio.ws.close = functools.partial(eio.ws.close, timeout=0)
        # Over polling, it may wait for a poll that the server does not end.
        leaving = threading.Thread(target=self.io.disconnect, daemon=True)
        leaving.start()
        leaving.join(LEAVING)
        eio.finish(self.timeout)


class _Client(socketio.Client):  # type: ignore[misc]  # python-socketio carries no types
    def _engineio_client_class(self) -> Any:
        return _InOrder


class _InOrder(engineio.Client):  # type: ignore[misc]  # as above
    """A client that handles messages one after the other, in the order sent, in one thread.

    engine.io starts a thread for each message, so messages could overtake each other.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._messages: list[threading.Thread] = []

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        if target != self.handlers.get("message"):
            return super().start_background_task(target, *args, **kwargs)
        before = self._messages[-1:]

        def after_the_one_before() -> None:
            for each in before:
                each.join()
            target(*args, **kwargs)

        made = threading.Thread(target=after_the_one_before, daemon=True)
        self._messages = [*before, made]
        made.start()
        return made

    def finish(self, timeout: float) -> None:
        """Wait until all received messages are handled."""
        for each in self._messages:
            if each is not threading.current_thread():
                each.join(timeout)


@contextmanager
def client(  # noqa: PLR0913  # all but the first two are options, by keyword
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
) -> Iterator[TestedServer]:
    """Connect a guarded client to a server, and report the server's violations at the end.

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
        MissingExtraError: a package that python-socketio's client needs isn't installed.
        SpecError: an invalid document.
    """
    chosen = None if transports is None else list(transports)
    testing_extra("requests" if chosen is None or "polling" in chosen else "websocket")
    guard = AsyncAPIGuard(spec, policy=policy, perspective=perspective)
    tested, entered = TestedServer(guard, timeout, serializer=serializer), list(namespaces)
    for namespace in entered:
        tested._listen(namespace)
    try:
        tested.io.connect(
            url,
            headers=dict(headers or {}),
            auth=auth,
            transports=chosen,
            namespaces=entered,
            wait_timeout=timeout,
        )
        yield tested
    finally:
        tested._end()
    tested._inbox.end()
