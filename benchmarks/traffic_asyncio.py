"""The rows of `traffic.py` for `socketio.AsyncServer`: events, and emits to rooms of clients.

Clients are sockets of engine.io without a connection: what is sent to them waits in their queues.
An event is fed to `_handle_eio_message`, and counts until its ack has been taken from the queue and
encoded. Of an emit counts what `emit` does; the queues are emptied when nobody measures.

A server runs each handler in a task, as `AsyncServer` comes, or where the packet is read
(`in line`). MessagePack is left out, with the reason, where the guard does not take it.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import socketio
from documents import ACK, PAYLOADS, SIZES
from engineio.async_socket import AsyncSocket
from measuring import Row, compare, slices_on
from tables import progress

from asyncapi_guard import AsyncAPIGuard
from asyncapi_guard.errors import InstallationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asyncapi_guard import Contract

__all__ = ["GOALS", "measure"]

#: Guarded ÷ unguarded for an event and its ack.
GOALS = {"tiny": 1.00, "medium": 1.18, "large": 1.08}
#: The same for emits to a room, by how many clients there are.
EMIT_GOALS = {1_000: 0.35}
ROOMS = (1, 100, 1_000)
KINDS = {
    "asyncio": {},
    "asyncio, in line": {"async_handlers": False},
    "asyncio, msgpack": {"serializer": "msgpack"},
}


class Subject:
    """A server on asyncio with clients in a room, guarded or not.

    Raises:
        InstallationError: the guard does not take it.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        options: dict[str, Any],
        contract: Contract | None,
        clients: int = 1,
    ) -> None:
        self.loop = loop
        self.server = socketio.AsyncServer(async_mode="asgi", **options)
        self.guard = None if contract is None else AsyncAPIGuard(contract)
        self._binary = options.get("serializer") == "msgpack"
        if self.guard is not None:
            self.guard.protect(self.server)

        async def handler(_sid: str, _data: Any) -> Any:
            return ACK

        for event in SIZES:
            self.server.on(event, handler)
        loop.run_until_complete(self._connect(clients))

    async def _connect(self, clients: int) -> None:
        eio = self.server.eio
        for number in range(clients):
            name = f"client {number}"
            eio.sockets[name] = socket = AsyncSocket(eio, name)
            socket.connected, socket.last_ping = True, None
            await self.server._handle_eio_connect(name, {})
            await self.server._handle_eio_message(name, self._frame(0))
        self.empty()

    def _frame(self, kind: int, data: Any = None, id: int | None = None) -> Any:
        if self._binary:
            from socketio.msgpack_packet import MsgPackPacket

            return MsgPackPacket(kind, data, namespace="/", id=id).encode()
        text = "" if data is None else json.dumps(data, separators=(",", ":"))
        return f"{kind}{'' if id is None else id}{text}"

    def empty(self) -> int:
        """Take all that was sent; how much it was."""
        count = 0
        for socket in self.server.eio.sockets.values():
            while not socket.queue.empty():
                socket.queue.get_nowait().encode()
                count += 1
        return count

    def receive(self, event: str) -> Callable[[], Awaitable[Any]]:
        """What feeds one event to the server, and takes its ack."""
        frame, name = self._frame(2, [event, PAYLOADS[event]], 7), "client 0"
        handle, queue = self.server._handle_eio_message, self.server.eio.sockets[name].queue

        async def receive() -> None:
            await handle(name, frame)
            (await queue.get()).encode()

        return receive

    def emit(self, event: str) -> Callable[[], Awaitable[Any]]:
        """What emits one event to all clients."""
        return partial(self.server.emit, event, PAYLOADS[event])

    def check(self, action: Callable[[], Awaitable[Any]], sent: int) -> None:
        """Be sure that an action does what is meant to be measured.

        Raises:
            AssertionError: something was rejected, or nothing was sent or judged.
        """
        before = self._judged()
        self.loop.run_until_complete(action())
        assert self.empty() == sent, "the server did not send what it should"
        assert self.guard is None or self._judged() > before, "the guard did not judge"

    def _judged(self) -> int:
        statistics = [] if self.guard is None else self.guard.statistics()
        assert not any(each.rejected or each.reported for each in statistics)
        return sum(each.seen for each in statistics)


def measure(contract: Contract, rounds: int) -> tuple[list[Row], list[str]]:
    """All rows, and why some are missing."""
    loop = asyncio.new_event_loop()
    rows: list[Row] = []
    missing = []
    try:
        for kind, options in KINDS.items():
            make = partial(Subject, loop, options)
            try:
                subjects = {"control": make(None), "rust": make(contract)}
            except (ImportError, InstallationError) as error:
                missing.append(f"{kind}: left out ({error})")
                continue
            rows += _events(loop, kind, make(None), subjects, rounds)
        for clients in ROOMS:
            rows += _emits(loop, contract, clients, rounds)
    finally:
        loop.close()
    progress("")
    return rows, missing


def _events(
    loop: asyncio.AbstractEventLoop,
    kind: str,
    plain: Subject,
    subjects: dict[str, Subject],
    rounds: int,
) -> list[Row]:
    rows = []
    for engine, subject in subjects.items():
        for size in SIZES:
            progress(f"{engine}, {kind}, event + ack, {size} ...")
            actions = [each.receive(size) for each in (plain, subject)]
            for each, action in zip((plain, subject), actions, strict=True):
                each.check(action, 0)  # the action has taken its ack
            figure = compare(*(slices_on(loop, action) for action in actions), rounds)
            goal = GOALS[size] if engine == "rust" else None
            rows.append(Row(engine, kind, "event + ack", size, figure, goal))
    return rows


def _emits(
    loop: asyncio.AbstractEventLoop, contract: Contract, clients: int, rounds: int
) -> list[Row]:
    rows = []
    plain = Subject(loop, {}, None, clients)
    subjects = {"control": Subject(loop, {}, None, clients)}
    subjects["rust"] = Subject(loop, {}, contract, clients)
    for engine, subject in subjects.items():
        for size in SIZES:
            path = f"emit to {clients:,}"
            progress(f"{engine}, asyncio, {path}, {size} ...")
            pair = []
            for each in (plain, subject):
                action = each.emit(size)
                each.check(action, clients)
                pair.append(slices_on(loop, action, each.empty))
            figure = compare(*pair, max(20, rounds // 2))
            goal = EMIT_GOALS.get(clients) if engine == "rust" else None
            rows.append(Row(engine, "asyncio", path, size, figure, goal))
    return rows
