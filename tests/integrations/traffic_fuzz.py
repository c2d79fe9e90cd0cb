"""Mutated frames against each adapter: what reaches handlers, callbacks and peers is looked at.

The frames go in where engine.io hands them over. What awaits and what does not is one text: a run
is a coroutine, and where there is nothing to wait for it is at its end when it has begun.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import random
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import socketio
from conftest import document
from socketio import exceptions
from traffic_canary import Canary
from traffic_frames import HEAD, auth_in, with_attachments
from traffic_mutations import GOOD, Mutations

from asyncapi_guard import AsyncAPIGuard, ContractViolation

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

SERVERS = ("threading", "asyncio", "gevent", "eventlet")
CLIENTS = ("Client", "AsyncClient", "SimpleClient", "AsyncSimpleClient")
ADAPTERS = (*SERVERS, *CLIENTS)
#: A client that has heard so many frames leaves, and another one comes.
LIFETIME = 500
RETURNS: list[Any] = [
    *(None, {"ok": True}, {"ok": 1}, 1, (1, "a"), [1], "text", b"x", float("nan"), object()),
]
#: The event whose handler ran in this task or thread: what answers an event runs where its handler
#: did. Ids cannot tell: frames whose ids were mutated have those of others, which wait meanwhile.
handling: ContextVar[str | None] = ContextVar("handling", default=None)


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes:
        frames: how many were sent.
        accepted: how many of them reached a handler.
        leaks: what got somewhere, and must not have; each with the number of the frame.
    """

    adapter: str
    seed: int
    frames: int
    accepted: int
    leaks: list[str]

    def __str__(self) -> str:
        share = 100 * self.accepted / max(self.frames, 1)
        return (
            f"{self.adapter}, seed {self.seed}: {self.frames:,} frames, {share:.0f} % accepted, "
            f"{len(self.leaks)} leaks"
        )


async def _finished(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


class Fuzz:
    """An adapter that is fed frames.

    Args:
        adapter: one of `ADAPTERS`.
        seed: the frames, and how handlers end.
        guarded: whether there is a guard.
    """

    is_async = False

    def __init__(self, adapter: str, seed: int, *, guarded: bool = True) -> None:
        self.adapter, self.seed = adapter, seed
        self.mutations = Mutations(seed)
        self._ends = random.Random(seed)
        self.canary = Canary(document())
        self.ran: list[str] = []
        self.leaks: list[str] = []
        self.current: Any = ""
        self.io = self.make()
        self.guard = AsyncAPIGuard(self.contract(), on_violation=lambda violation: None)
        if guarded:
            self.guard.protect(self.io)

    # -- what each adapter has ---------------------------------------------------------------------

    def contract(self) -> dict[str, Any]:
        return document()

    def make(self) -> Any:
        """The server or the client, with handlers, and with nobody behind it."""
        raise NotImplementedError

    async def fresh(self) -> None:
        """Let a client come, and the one before leave."""
        raise NotImplementedError

    def feed(self, frame: Any) -> Any:
        """Hand a frame over."""
        raise NotImplementedError

    def emit(self, event: str, data: Any, callback: Any) -> Any:
        """Let the application send something."""
        raise NotImplementedError

    async def pause(self) -> None:
        """Let handlers go on."""
        raise NotImplementedError

    def may_raise(self, error: BaseException) -> bool:
        """Whether an exception may come out of it."""
        return False

    # -- what is seen ------------------------------------------------------------------------------

    def leak(self, *found: str) -> None:
        self.leaks.extend(f"frame {self.mutations.drawn}: {each}" for each in found)

    def handled(self, event: str, args: Any, namespace: str = "/") -> None:
        self.ran.append(event)
        handling.set(event)
        self.leak(*self.canary.handled([(namespace, event, args)]))

    def sent(self, data: Any) -> None:
        """A frame leaves; attachments stand for themselves."""
        head = HEAD.match(data) if isinstance(data, str) else None
        if head is None or head[1] not in "02356":
            return
        if head[1] == "0":
            self.entered(head[3] or "/")
            return
        values = with_attachments(json.loads(head[5]), [b""] * int(head[2] or 0))
        namespace = head[3] or "/"
        if head[1] in "25":
            self.leak(*self.canary.delivered([(namespace, values[0], values[1:])]))
        else:
            self.acknowledged(namespace, values)

    def entered(self, namespace: str) -> None:
        """A client is let in, by the frame that is handed over now."""
        asked = HEAD.match(self.current) if isinstance(self.current, str) else None
        if asked is None or asked[1] != "0" or (asked[3] or "/") != namespace:
            self.leak(f"nobody asked to be let into {namespace}")
        else:
            self.leak(*self.canary.entered([(namespace, auth_in(asked))]))

    def acknowledged(self, namespace: str, values: list[Any]) -> None:
        # What reached no handler is answered with an error, which no contract is about.
        event = handling.get() or "(no handler ran)"
        self.leak(*self.canary.acknowledged([(namespace, event, values)]))

    def called(self, *values: Any) -> None:
        self.leak(*self.canary.called([("/", "question", values)]))

    def handler(self, event: str, skip: int, namespace: str = "/") -> Callable[..., Any]:
        """A handler of an event, whose first arguments are none of the event's."""

        def handle(*args: Any) -> Any:
            self.handled(event, args[skip:], namespace)
            if self._ends.random() < 0.05:
                raise RuntimeError("hunter2")
            return self._ends.choice(RETURNS)

        async def handle_async(*args: Any) -> Any:
            value = handle(*args)
            if self._ends.random() < 0.05:
                future = asyncio.get_running_loop().create_future()
                future.cancel()
                await future
            if self._ends.random() < 0.1:
                await asyncio.sleep(0)
            return value

        return handle_async if self.is_async else handle

    def caught(self, event: str, *_: Any) -> None:
        self.leak(f"the catch-all ran for {event!r}")

    # -- the run -----------------------------------------------------------------------------------

    def run(self, *, seconds: float = 0, frames: int = 0) -> Outcome:
        """Send frames for a time, and so many at the least."""
        self.drive(self._run(seconds, frames))
        return Outcome(self.adapter, self.seed, self.mutations.drawn, len(self.ran), self.leaks)

    def drive(self, run: Coroutine[Any, Any, None]) -> None:
        """Run it: nothing in it waits."""
        with contextlib.suppress(StopIteration):
            run.send(None)
            raise AssertionError("it waits")

    async def _run(self, seconds: float, frames: int) -> None:
        end = time.monotonic() + seconds
        while self.mutations.drawn < frames or time.monotonic() < end:
            await self._step()
        await self.pause()

    async def _step(self) -> None:
        if self.mutations.drawn % LIFETIME == 0:
            await self.pause()
            await self.fresh()
        self.current = self.mutations.frame()
        handling.set(None)
        try:
            await _finished(self.feed(self.current))
        except (Exception, asyncio.CancelledError) as error:
            if not self.may_raise(error):
                self.leak(f"an exception reached engine.io: {error!r:.80}")
        if self.mutations.drawn % 7 == 0:
            event, data = self.mutations.emit()
            callback = self.called if event == "question" else None
            try:
                await _finished(self.emit(event, data, callback))
            except ContractViolation:
                pass
            except Exception as error:
                self.leak(f"an emit failed: {error!r:.80}")
        if self.mutations.drawn % 20 == 0:
            await self.pause()


class _OnAsyncio(Fuzz):
    """What waits, waits in an event loop."""

    is_async = True

    def drive(self, run: Coroutine[Any, Any, None]) -> None:
        async def quietly() -> None:
            # What handlers raise is what they are told to raise.
            asyncio.get_running_loop().set_exception_handler(lambda *_: None)
            await run

        asyncio.run(quietly())

    async def pause(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        while others:
            await asyncio.wait(others)
            others = asyncio.all_tasks() - {asyncio.current_task()}


class ServerFuzz(Fuzz):
    """A server on threads or on greenlets."""

    client, sid = "c", ""

    def make(self) -> Any:
        io = self.server()
        for event in (*GOOD, "upload"):
            io.on(event, self.handler(event, skip=1))
        io.on("*", self.caught)
        for namespace in ("/locked", "/rooms/red"):
            io.on("say", self.handler("say", 1, namespace), namespace)
        io.on("connect", self.connected)
        return io

    def server(self) -> Any:
        io = socketio.Server(async_mode=self.adapter)
        self.threads: list[Any] = []
        start = io.eio.start_background_task

        def start_background_task(*args: Any, **options: Any) -> Any:
            self.threads.append(start(*args, **options))
            return self.threads[-1]

        io.eio.start_background_task = start_background_task
        io.eio.send = io.eio.send_packet = self.packet
        return io

    def packet(self, eio_sid: str, data: Any) -> None:
        self.sent(getattr(data, "data", data))

    def connected(self, sid: str, environ: Any, auth: Any = None) -> None:
        if environ != {"mark": 1}:
            self.leak("a forged environment")

    async def fresh(self) -> None:
        await _finished(self.io._handle_eio_disconnect(self.client, "transport close"))
        await _finished(self.io._handle_eio_connect(self.client, {"mark": 1}))
        self.current = "0"
        await _finished(self.feed("0"))
        self.sid = str(self.io.manager.sid_from_eio_sid(self.client, "/"))

    def feed(self, frame: Any) -> Any:
        return self.io._handle_eio_message(self.client, frame)

    def emit(self, event: str, data: Any, callback: Any) -> Any:
        return self.io.emit(event, data, to=self.sid, callback=callback)

    async def pause(self) -> None:
        self.io.sleep(0)  # eventlet does not join what has not begun
        while self.threads:
            self.threads.pop().join()


class AsyncServerFuzz(_OnAsyncio, ServerFuzz):
    """A server on asyncio."""

    def server(self) -> Any:
        io = socketio.AsyncServer(async_mode="asgi")

        async def packet(eio_sid: str, data: Any) -> None:
            self.packet(eio_sid, data)

        io.eio.send = io.eio.send_packet = packet
        return io


class _Client(socketio.Client):
    """A client that is connected to nothing."""

    def connect(self, *_: Any, **__: Any) -> None:
        self.connected, self.connection_namespaces = True, ["/"]
        self._connect_event = self.eio.create_event()


class _AsyncClient(socketio.AsyncClient):
    async def connect(self, *_: Any, **__: Any) -> None:
        self.connected, self.connection_namespaces = True, ["/"]
        self._connect_event = self.eio.create_event()


class ClientFuzz(Fuzz):
    """A client on threads, whose server sends the frames."""

    kind: Any = _Client

    def contract(self) -> dict[str, Any]:
        """Of a server that sends what the other one receives, and the other way round."""
        made = document()
        for operation in made["operations"].values():
            if not operation["messages"][0]["$ref"].endswith("/connect"):
                operation["action"] = "send" if operation["action"] == "receive" else "receive"
        return made

    def make(self) -> Any:
        io = self.kind(reconnection=False, handle_sigint=False)
        self.cut_off(io)
        for event in (*GOOD, "upload"):
            io.on(event, self.handler(event, skip=0))
        io.on("*", self.caught)
        for event, type in (("connect", "0"), ("disconnect", "1"), ("connect_error", "4")):
            io.on(event, self.told(event, type))
        return io

    def cut_off(self, io: Any) -> None:
        """Let nothing go over a network."""

        def nothing(*_: Any, **__: Any) -> Any:
            return self.made(None)

        def send(data: Any) -> Any:
            return self.made(self.sent(data))

        io.eio.state, io.eio.send, io.eio.disconnect = "connected", send, nothing

    def made(self, value: Any) -> Any:
        """As engine.io's client gives a value."""
        return value

    def told(self, event: str, type: str) -> Callable[..., None]:
        """The handler of what happens to a connection, and is no event."""

        def handle(*_: Any) -> None:
            if not isinstance(self.current, str) or self.current[:1] != type:
                self.leak(f"the handler of {event} ran")

        return handle

    def may_raise(self, error: BaseException) -> bool:
        """What its handler raised, or what its handler's ack is: engine.io's thread is its own."""
        faults = (RuntimeError, ContractViolation, asyncio.CancelledError)
        return handling.get() is not None and isinstance(error, faults)

    @property
    def client(self) -> Any:
        return self.io

    async def fresh(self) -> None:
        self.current = "1"
        await _finished(self.client._handle_eio_disconnect("transport close"))
        await self._enter()

    async def _enter(self) -> None:
        self.current = "0"
        await _finished(self.io.connect(""))
        await _finished(self.feed('0{"sid":"s1"}'))

    async def _step(self) -> None:
        if "/" not in (self.client.namespaces if self.client is not None else {}):
            await self._enter()  # a frame said that the connection is over
        await super()._step()

    def feed(self, frame: Any) -> Any:
        return self.client._handle_eio_message(frame)

    def emit(self, event: str, data: Any, callback: Any) -> Any:
        return self._emitted(self.io.emit, event, data, callback=callback)

    async def _emitted(self, emit: Any, *args: Any, **options: Any) -> None:
        left = (exceptions.BadNamespaceError, exceptions.DisconnectedError)
        with contextlib.suppress(left):
            await _finished(emit(*args, **options))

    async def pause(self) -> None:
        pass


class AsyncClientFuzz(_OnAsyncio, ClientFuzz):
    """A client on asyncio."""

    kind = _AsyncClient

    def made(self, value: Any) -> Any:
        async def give() -> Any:
            return value

        return give()


class SimpleClientFuzz(ClientFuzz):
    """A simple client on threads: it has no handlers, and keeps what came."""

    def make(self) -> Any:
        def client_class(*args: Any, **options: Any) -> Any:
            made = self.kind(*args, **options)
            self.cut_off(made)
            return made

        io = self.simple()
        io.client_class = client_class
        return io

    def simple(self) -> Any:
        return socketio.SimpleClient(reconnection=False, handle_sigint=False)

    @property
    def client(self) -> Any:
        return self.io.client

    async def fresh(self) -> None:
        if self.client is not None:
            await _finished(self.client._handle_eio_disconnect("transport close"))
        await self._enter()

    async def _enter(self) -> None:
        self.io.connected = False
        await super()._enter()

    async def _step(self) -> None:
        await super()._step()
        kept = self.io.input_buffer
        while kept:
            event, *args = kept.pop(0)
            self.handled(event, args)
        if self.io.connected != ("/" in self.client.namespaces):
            self.leak(f"it believes that it is connected: {self.io.connected}")

    def acknowledged(self, namespace: str, values: list[Any]) -> None:
        if not self.io.input_buffer:  # what was kept has no handler whose ack this is
            super().acknowledged(namespace, values)

    def emit(self, event: str, data: Any, callback: Any) -> Any:
        # Else it tries for ever.
        if self.io.connected_event.is_set() and "/" in self.client.namespaces:
            return self._emitted(self.io.emit, event, data)
        return None


class AsyncSimpleClientFuzz(AsyncClientFuzz, SimpleClientFuzz):
    """A simple client on asyncio."""

    def make(self) -> Any:
        return SimpleClientFuzz.make(self)

    def simple(self) -> Any:
        return socketio.AsyncSimpleClient(reconnection=False, handle_sigint=False)


def fuzz(adapter: str, seed: int, *, guarded: bool = True) -> Fuzz:
    """An adapter that waits for frames; `+msgpack` behind its name lets it speak MessagePack."""
    adapter, _, packed = adapter.partition("+")
    if packed:
        from traffic_msgpack_fuzz import fuzz_packed

        return fuzz_packed(adapter, seed, guarded=guarded)
    kinds: dict[str, Any] = {
        "asyncio": AsyncServerFuzz,
        "Client": ClientFuzz,
        "AsyncClient": AsyncClientFuzz,
        "SimpleClient": SimpleClientFuzz,
        "AsyncSimpleClient": AsyncSimpleClientFuzz,
    }
    made: Fuzz = kinds.get(adapter, ServerFuzz)(adapter, seed, guarded=guarded)
    return made
