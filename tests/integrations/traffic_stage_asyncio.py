"""The application of `traffic_stage` on asyncio, and the route by which it is asked and told."""

from __future__ import annotations

import asyncio
import inspect
import pickle
from typing import Any

import socketio
from conftest import document
from traffic_controls import PATH, PATIENCE
from traffic_processes import NAMESPACE
from traffic_stage import Stage

from asyncapi_guard import AsyncAPIGuard


async def _be_cancelled() -> None:
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


async def _run_out() -> None:
    await asyncio.wait_for(asyncio.sleep(PATIENCE), 0.01)


def _end_polls(eio: Any) -> None:
    """End the poll of a client whose session ends; on asyncio, engine.io lets it wait on."""
    trigger = eio._trigger_event

    async def trigger_event(event: str, sid: str, *args: Any, **options: Any) -> Any:
        value = await trigger(event, sid, *args, **options)
        if event == "disconnect" and sid in eio.sockets:
            eio.sockets[sid].queue.put_nowait(None)
        return value

    eio._trigger_event = trigger_event


class AsyncStage(Stage):
    """A stage whose handlers are coroutine functions."""

    def __init__(self, mode: str, entrance: str) -> None:
        super().__init__(mode, entrance)
        self._ends.update({"cancelled": _be_cancelled, "time limit": _run_out})

    def _protect(self, mode: str) -> tuple[None, Any]:
        server = socketio.AsyncServer(async_mode="asgi")
        self.asgi = socketio.ASGIApp(server, other_asgi_app=self.control)
        _end_polls(server.eio)
        AsyncAPIGuard(document()).protect(server)

        async def connect(sid: str, *_: Any) -> Any:
            return await self._connect(sid)

        async def say(sid: str, text: str) -> Any:
            return await self._say()

        server.on("connect", connect, namespace=NAMESPACE)
        server.on("disconnect", lambda sid, reason: self._disconnect(sid), namespace=NAMESPACE)
        server.on("say", say, namespace=NAMESPACE)
        server.on("begin", lambda sid: None)
        return None, server

    async def control(self, scope: Any, receive: Any, send: Any) -> None:
        """Let another process, which must be a parent of this one, ask and tell."""
        assert scope["path"] == PATH
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        name, args = pickle.loads(body)
        try:
            value = getattr(self, name)(*args)
            answer = (None, await value if inspect.isawaitable(value) else value)
        except Exception as error:
            answer = (error, None)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": pickle.dumps(answer)})

    # -- handlers ----------------------------------------------------------------------------------

    async def _connect(self, sid: str) -> Any:
        self.sids.append(sid)
        if self.greets:
            await self.server.emit("said", "welcome", to=sid, namespace=NAMESPACE)
        if self.joins:
            await self.server.enter_room(sid, "room", namespace=NAMESPACE)
        self.begun.set()
        if self.waits:
            await self.released.wait()
        return await self._end("connect")

    async def _say(self) -> Any:
        self.said += 1
        return await self._end("say")

    async def _end(self, event: str) -> Any:
        value = self.ends[event]()
        return await value if inspect.isawaitable(value) else value

    # -- what tests ask and tell -------------------------------------------------------------------

    async def has_begun(self) -> bool:  # type: ignore[override]  # awaited here
        await asyncio.wait_for(self.begun.wait(), PATIENCE)
        return True

    async def broadcast(self, text: str) -> None:  # type: ignore[override]  # awaited here
        await self.server.emit("said", text, namespace=NAMESPACE)
        await self.server.emit("said", text, namespace=NAMESPACE, to="room")

    async def drop(self) -> None:  # type: ignore[override]  # awaited here
        await self.server.disconnect(self.sids[-1], namespace=NAMESPACE)

    async def have_left(self, seconds: float) -> list[int]:  # type: ignore[override]  # awaited here
        await asyncio.wait([asyncio.ensure_future(self.left.wait())], timeout=seconds)
        return [self.gone.count(sid) for sid in self.sids]

    async def is_empty(self, seconds: float) -> bool:  # type: ignore[override]  # awaited here
        manager = self.server.manager
        for _ in range(int(seconds / 0.01)):
            if not manager.rooms.get(NAMESPACE) and not manager.pending_connect.get(NAMESPACE):
                return True
            await asyncio.sleep(0.01)
        return False
