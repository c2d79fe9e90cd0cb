"""What goes to other hosts by the message queue, and what comes from them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard

from asyncapi_guard.errors import violation_error
from asyncapi_guard.integrations.aio.sending import Sending
from asyncapi_guard.integrations.deciding.calls import RejectedAck
from asyncapi_guard.integrations.deciding.queue import Hosts, fits_queue, marked, rejection_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.errors import ContractViolation
    from asyncapi_guard.integrations.application import AsyncApplication
    from asyncapi_guard.integrations.deciding.server import ServerDecisions

__all__ = ["Queue", "Waiting"]


class Waiting:
    """A callback that knows what to do when another host has rejected the ack."""

    __slots__ = ()

    async def rejected_elsewhere(self, rejection: Any) -> None:
        """The ack was rejected, and this is what was said of it."""
        raise NotImplementedError


class Queue(Sending):
    """In the place of what the manager publishes, and of what it hears of acks."""

    _publish: Callable[..., Any]
    _returned: Callable[..., Any]
    _callback_came: Callable[..., Any]

    def _came_in_time(self, owner: Any, id: Any) -> bool:
        """An ack came: whether it counts."""
        raise NotImplementedError

    def __init__(self, server: Any, decide: ServerDecisions, application: AsyncApplication) -> None:
        super().__init__(server, decide, application)
        self.hosts: Hosts = Hosts()

    async def publish(self, message: Any, *args: Any, **kwargs: Any) -> Any:
        """A message goes to the queue."""
        if self.decide.active:
            message = marked(message)
        return await self._publish(message, *args, **kwargs)

    def _returns(self, callback: Any) -> TypeGuard[partial[Any]]:
        """Whether a callback sends its ack back to the host that the event came from."""
        return isinstance(callback, partial) and callback.func == self.return_callback

    def _waiting(self, sid: Any, id: Any) -> Any:
        """The callback that waits for an ack on this host."""
        return self.server.manager.callbacks.get(sid, {}).get(id) if id else None

    async def return_callback(
        self, host_id: str, sid: str, namespace: str, callback_id: int, *args: Any
    ) -> None:
        """An ack goes back to the host that the event came from."""
        own = host_id == self.server.manager.host_id
        if args and type(args[0]) is RejectedAck:
            if not own:
                await self._return_rejection(host_id, sid, namespace, callback_id, args[0].error)
            elif isinstance(self._waiting(sid, callback_id), Waiting):
                await self._returned(host_id, sid, namespace, callback_id, *args)
            return
        if self.decide.active and not own and not fits_queue(self.server.manager.json, args):
            # One value that the queue cannot carry would cost this process its connection.
            reason = "the ack has a value that the message queue cannot carry"
            verdict = self.decide.malformed_ack(namespace, None, reason)
            await self._record(verdict)
            if verdict.violation is not None and verdict.violation.rejected:
                error = violation_error(verdict.violation)
                await self._return_rejection(host_id, sid, namespace, callback_id, error)
                return
        await self._returned(host_id, sid, namespace, callback_id, *args)

    async def _return_rejection(
        self, host_id: str, sid: str, namespace: str, callback_id: int, error: ContractViolation
    ) -> None:
        message = self.hosts.rejection(host_id, sid, namespace, callback_id, error)
        if message is not None:
            await self._publish(message)

    async def handle_callback(self, message: dict[str, Any]) -> Any:
        """An ack came by the queue, or the news that it was rejected elsewhere."""
        rejection = rejection_in(message)
        if rejection is None or message.get("host_id") != self.server.manager.host_id:
            return await self._callback_came(message)
        sid, id = message.get("sid"), message.get("id")
        callback = self._waiting(sid, id)
        if isinstance(callback, Waiting) and self._came_in_time(sid, id):
            del self.server.manager.callbacks[sid][id]
            await callback.rejected_elsewhere(rejection)
        return None  # else nobody waits, or nobody who knows what to do with it
