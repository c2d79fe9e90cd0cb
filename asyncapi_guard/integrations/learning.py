"""A guard that accepts all traffic, and learns its shape."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, cast

from asyncapi_guard.contract import Action, Mode
from asyncapi_guard.guard import Policy
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.integrations.traffic import observe_traffic
from asyncapi_guard.learning.log import DEFAULT_SIZE, ShapesLog
from asyncapi_guard.violations import Checkpoint, Perspective

if TYPE_CHECKING:
    from collections.abc import Collection

    from typing_extensions import Self

    from asyncapi_guard.integrations.traffic import Traffic
    from asyncapi_guard.learning.traffic_shapes import TrafficShapes

__all__ = ["Learner", "Learns"]

#: The document of an application of which nobody knows anything yet.
UNKNOWN_DOCUMENT: dict[str, Any] = {
    "asyncapi": "3.1.0",
    "info": {"title": "Not known yet", "version": "0"},
    "channels": {},
    "operations": {},
}
_SENT = (Checkpoint.SEND_EVENT, Checkpoint.RECEIVE_ACK)
_ACKS = (Checkpoint.SEND_ACK, Checkpoint.RECEIVE_ACK)


class Learns:
    """The methods of a guard that learns."""

    _logs: list[Any]

    @classmethod
    def learning(
        cls,
        path: str | os.PathLike[str],
        *,
        enums: Collection[str] = (),
        size: int | None = None,
    ) -> Self:
        """A guard that accepts all traffic, and learns its shape.

        Call its `init_app` or `protect`, as for any guard. `asyncapi-guard learn` generates a
        document from the file. The file contains no values, only types, lengths, ranges, formats,
        and their counts.

        Args:
            path: the name of the file. Each process needs its own file, such as
                `traffic-{pid}.ndjson`.
            enums: the names of fields whose strings are recorded, up to 20 different ones. Defaults
                to none.
            size: the maximum size of one process's file, in bytes. Defaults to 20 MB.

        Raises:
            TypeError: a string as `enums`.
            ValueError: an invalid file name, or a size that is too small.
        """
        learns = learner(path, enums, size)
        guard: Any = cls(UNKNOWN_DOCUMENT, policy=Policy(mode=Mode.OFF))  # type: ignore[call-arg]  # as guards are made
        guard.observe_adapters(learns.observe)
        guard._logs.append(learns.log)
        return cast("Self", guard)


class Learner:
    """Sees traffic, and keeps what it is like.

    Args:
        log: where that is written.
        words_of: the names of fields whose words are counted.
    """

    def __init__(self, log: ShapesLog, words_of: Collection[str]) -> None:
        self.log: ShapesLog = log
        self._words_of = frozenset(words_of)

    def observe(self, adapter: Any) -> None:
        """Learn from the traffic of what a guard was put on."""
        observe_traffic(adapter, lambda _: self)

    def seen(self, traffic: Traffic) -> None:
        """Learn from an event, an ack, or a connect."""
        if traffic.verdict.rejected or not isinstance(traffic.event, str):
            return
        self.log.grow(lambda shapes: self._show(traffic, shapes))

    def _show(self, traffic: Traffic, shapes: TrafficShapes) -> None:
        if traffic.checkpoint is Checkpoint.CONNECT:
            shapes.connect(traffic.namespace, traffic.auth, self._words_of)
            return
        action = Action.SEND if traffic.checkpoint in _SENT else Action.RECEIVE
        if traffic.perspective is Perspective.CLIENT:
            action = action.mirrored
        event = shapes.event(traffic.namespace, action, traffic.event)
        if event is not None:
            kind = event.acks if traffic.checkpoint in _ACKS else event.arguments
            kind.add(traffic.arguments, self._words_of, shapes.room)


def learner(path: str | os.PathLike[str], words_of: Collection[str], size: int | None) -> Learner:
    """What learns, and writes to a file.

    Raises:
        TypeError: the names of fields are one text.
        ValueError: the name or the size is none.
    """
    if isinstance(words_of, str):
        raise TypeError(f"enums must be a list of field names, such as [{words_of!r}]")

    log = ShapesLog(os.fspath(path), size=DEFAULT_SIZE if size is None else size, complain=write)
    return Learner(log, words_of)
