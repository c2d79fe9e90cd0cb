"""What all parts of the adapter for clients share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.aio.adapter import Guarded
from asyncapi_guard.integrations.aio.calling import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.application import AsyncApplication
    from asyncapi_guard.integrations.deciding.client import ClientDecisions
    from asyncapi_guard.violations import Violation

__all__ = ["ClientAdapter"]


class ClientAdapter(Guarded["ClientDecisions"]):
    """A guarded client.

    Attributes:
        client: the `socketio.AsyncClient`.
    """

    def __init__(self, client: Any, decide: ClientDecisions, application: AsyncApplication) -> None:
        super().__init__(client, decide, application)
        self.client: Any = client
        self._plain: Callable[[str, str, Any], Any] | None = None

    def take_instances(self, plain: Callable[[str, str, Any], Any]) -> None:
        """Let the application send instances of models.

        Args:
            plain: makes plain data of what is sent, for an event in a namespace.
        """
        self._plain = plain

    async def _hand_over(self, eio_sid: str, packet: Any) -> None:  # noqa: ARG002  # there is one
        """Hand a packet to the client, which sends it to its server."""
        await self.client._send_packet(packet)

    def _shown_by(self, eio_sid: str | None) -> Iterable[str]:  # noqa: ARG002  # there is one
        auth = getattr(self.client, "connection_auth", None)
        values = auth.values() if isinstance(auth, dict) else (auth,)
        return [value for value in values if isinstance(value, str)]

    async def _record(
        self,
        verdict: Verdict,
        eio_sid: str | None = None,  # noqa: ARG002  # as for servers
        sid: str | None = None,
        args: Sequence[Any] = (),  # noqa: ARG002  # as above
    ) -> Violation | None:
        """Log and count a violation; return it with the client's own session."""
        violation = verdict.violation
        if violation is None:
            return None
        recorded = self.recorder.write_down(verdict, sid or self._sid(violation.namespace))
        await tell(self.recorder, recorded)
        return recorded

    def _sid(self, namespace: str) -> str | None:
        """The client's own session in a namespace."""
        sid = self.client.get_sid(namespace)
        return sid if isinstance(sid, str) else None
