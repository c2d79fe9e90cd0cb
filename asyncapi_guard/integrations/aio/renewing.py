"""Clients that show again who they are, while they are connected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.aio.admitting import Admitting
from asyncapi_guard.integrations.aio.calling import wait_for
from asyncapi_guard.integrations.deciding.calls import Rejected

if TYPE_CHECKING:
    from asyncapi_guard.guard import Identity
    from asyncapi_guard.integrations.deciding.asked import Renewal
    from asyncapi_guard.integrations.deciding.calls import Call
    from asyncapi_guard.violations import Code

__all__ = ["Renewing"]


class Renewing(Admitting):
    """Asks verifiers again: for an event of the client, or for the application."""

    async def renew(self, call: Call) -> None:
        """Renew who a client is by what it sent, before its handler runs.

        Raises:
            Rejected: it showed something else.
        """
        renewal = call.renewal
        if renewal is None or renewal.done:
            return
        renewal.done = True
        if not self.decide.active:
            return  # the guard was taken off meanwhile
        code = await self._renew(renewal)
        if not self.decide.active:
            return
        if code is not None:
            raise Rejected(self.decide.not_renewed(renewal, code))
        call.session = renewal.session

    async def reauthenticate(
        self, sid: str, namespace: str, credential: Any, scheme: str | None
    ) -> Identity | None:
        """Renew who a client is: its identity, or `None` if it stays who it was."""
        renewal = self.decide.renewal(sid, namespace, credential, scheme)
        code = await self._renew(renewal)
        if code is None:
            return None if renewal.session is None else renewal.session.identity
        if self.decide.has_enough(renewal.session):
            await self.end_connection(self.server.manager.eio_sid_from_sid(sid, namespace))
        return None

    async def _renew(self, renewal: Renewal) -> Code | None:
        """Ask the verifiers when it is the client's turn: why it stays who it was, if it does."""
        decide, sid, namespace = self.decide, renewal.client, renewal.namespace
        mine = self.server.eio.create_event()
        room, before = decide.turns.take(sid, namespace, mine)
        if not room:
            return decide.refuse(renewal)
        try:
            if before is not None:
                await wait_for(before, renewal.left)
            eio_sid = self.server.manager.eio_sid_from_sid(sid, namespace)
            decide.begin(renewal, self.server.environ.get(eio_sid))
            await self._verify(renewal)
            code = decide.renewed(renewal)
        finally:
            decide.turns.leave(sid, namespace, mine)
            mine.set()
        if renewal.renewed:
            await self.watch(sid, namespace)
        return code
