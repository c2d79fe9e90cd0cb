"""Acks that the other side owes, and what is done when they do not come in time.

python-socketio keeps a callback for each until it comes, or until the other side leaves. Where the
contract has a time for an ack, its callback is kept no longer than that. An ack that comes later
finds nothing that it answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from asyncapi_guard.integrations.deciding.calls import RejectedAck
from asyncapi_guard.integrations.deciding.emits import Emitted, OverdueAck
from asyncapi_guard.integrations.threads.adapter import Decides, Guarded
from asyncapi_guard.integrations.threads.calling import called

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.guard import Verdict
    from asyncapi_guard.integrations.application import Application
    from asyncapi_guard.integrations.deciding.emits import EmitDecisions
    from asyncapi_guard.integrations.threads.timing import Deadline
    from asyncapi_guard.violations import Violation

__all__ = ["SENT", "OwedAcks", "sent_with"]

#: The attribute of a callback that judges; it has the event.
SENT = "asyncapi_guard_sent"


def sent_with(callback: Any) -> Emitted | None:
    """The event that a callback of ours came with; an application's own may have any attribute."""
    sent = getattr(callback, SENT, None)
    return sent if isinstance(sent, Emitted) else None


@dataclass(slots=True)
class _Owed:
    """An ack that must come in time.

    Attributes:
        callback: what waits for it.
        drops: later it counts for nothing.
        deadline: until then; `None` while it is being set, and may be over at once.
        others: by who and what id else the same ack is kept: it goes by a message queue.
        taken: it came late, before the clock knew that the time is over, and counts.
    """

    callback: Any
    drops: bool
    deadline: Deadline | None = None
    others: list[tuple[Any, Any]] = field(default_factory=list)
    taken: bool = False

    def met(self) -> bool:
        """Return whether it came in time; then nothing happens when that is over."""
        return self.deadline is None or self.deadline.met()


class OwedAcks(Guarded[Decides]):
    """In the place of what python-socketio keeps callbacks by."""

    _generated: Callable[..., Any]

    def __init__(self, target: Any, decide: Decides, application: Application) -> None:
        super().__init__(target, decide, application)
        #: By who owes an ack, and its id.
        self._owed: dict[tuple[Any, Any], _Owed] = {}

    @property
    def _emits(self) -> EmitDecisions:
        """What is decided about events that are sent."""
        return cast("EmitDecisions", self.decide)

    # -- what a server and a client do in their own ways -------------------------------------------

    @property
    def _callbacks(self) -> dict[Any, dict[Any, Any]]:
        """What python-socketio keeps, by who owes the acks, and their ids."""
        raise NotImplementedError

    def _is_here(self, owner: Any, namespace: str) -> bool:
        """Whether who owes an ack in a namespace could still send it."""
        raise NotImplementedError

    def _is_known(self, owner: Any, namespace: str) -> bool:  # noqa: ARG002  # for servers
        """Whether who owes an ack is a client here, and no room or client of another host."""
        return True

    def _record_overdue(self, verdict: Verdict, owner: Any) -> Violation | None:
        """Log and count that an ack did not come."""
        raise NotImplementedError

    # -- acks --------------------------------------------------------------------------------------

    def generate_ack_id(self, owner: Any, callback: Any) -> Any:
        """A callback waits for an ack from now on."""
        id = self._generated(owner, callback)
        sent = sent_with(callback)
        seconds = None if sent is None else self._emits.timeout_of(sent)
        if sent is not None and seconds is not None:
            sent.owed = True
            owed = self._owed[owner, id] = _Owed(callback, self._emits.drops_late_acks(sent))
            try:
                owed.deadline = self.clock.set(seconds, self._overdue, owner, id, callback)
            except BaseException:
                self._owed.pop((owner, id), None)
                raise
        return id

    def _end_call(self, callback: Any) -> None:
        """Let `call` wait no longer than the contract says where nobody was asked for the ack."""
        sent = sent_with(callback)
        seconds = None if sent is None or sent.owed else self._emits.timeout_of(sent)
        if seconds is not None:
            self.clock.set(seconds, self._overdue, None, 0, callback)

    def _came_in_time(self, owner: Any, id: Any) -> bool:
        """An ack came: whether it counts."""
        owed = self._owed.get((owner, id))
        if owed is None or self._callbacks.get(owner, {}).get(id) is not owed.callback:
            return True  # a client's ids begin anew with each connection
        if not owed.met():
            owed.taken = not owed.drops  # `_overdue` writes it down
            return owed.taken
        self._owed.pop((owner, id), None)
        return True

    def _forget_owed(self, owner: Any) -> None:
        """Who owes acks has left: nobody waits for them but `call`."""
        for id in list(self._callbacks.get(owner, ())):
            owed = self._owed.pop((owner, id), None)
            if owed is not None and not getattr(owed.callback, SENT).called:
                owed.met()

    def _overdue(self, owner: Any, id: Any, callback: Any) -> None:
        """An ack did not come in time."""
        sent, kept = getattr(callback, SENT), self._callbacks.get(owner, {})
        owed = self._owed.get((owner, id))
        if owed is not None and owed.callback is callback:
            self._owed.pop((owner, id), None)
        else:
            owed = None
        taken = owed is not None and owed.taken
        waits = kept.get(id) is callback
        if waits and self._emits.drops_late_acks(sent):
            kept.pop(id, None)
            for other, its_id in owed.others if owed is not None else ():
                self._callbacks.get(other, {}).pop(its_id, None)
        is_here = taken or (waits and self._is_here(owner, sent.namespace))
        is_known = self._is_known(owner, sent.namespace)
        verdict = self._emits.overdue_ack(sent, is_here=is_here, is_known=is_known)
        violation = verdict.violation
        try:
            if is_here:
                violation = self._record_overdue(verdict, owner)
        finally:
            if violation is not None and violation.rejected and (is_here or sent.called):
                called(callback, RejectedAck(OverdueAck(violation)))
