"""The operations that an event belongs to, and their counters."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Action, Mode
from asyncapi_guard.guard.plans import template
from asyncapi_guard.guard.policy import weakest
from asyncapi_guard.violation_log.lines import MOST_OPERATIONS, OperationCount
from asyncapi_guard.violations import Checkpoint, Perspective

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.contract import Ack, Contract, Message, Operation, Schema
    from asyncapi_guard.guard import Guard

__all__ = ["Counts", "Operations", "digest_of"]

#: What was counted: seen, rejected and reported, by namespace, event and checkpoint.
Counts = dict[tuple[str, str, Checkpoint], tuple[int, int, int]]

_ACKS = {
    Checkpoint.SEND_ACK: Checkpoint.RECEIVE_EVENT,
    Checkpoint.RECEIVE_ACK: Checkpoint.SEND_EVENT,
}
#: The address of a channel, and the ids of operations.
_Found = tuple["str | None", tuple[str, ...]]
#: How many events are remembered; namespaces of a template are the client's choice.
_MOST = 10_000


class Operations:
    """The operations of the contract of a guard.

    Args:
        guard: what judges by it.

    Attributes:
        title: `info.title`, cut.
    """

    def __init__(self, guard: Guard) -> None:
        contract = guard.contract
        self.guard: Guard = guard
        self.title: str = contract.title[:120]
        self._contract = contract
        self._digest = ""
        self._at_server = contract.perspective is Perspective.SERVER
        self._of_event: dict[tuple[str, str, Checkpoint], _Found] = {}
        self._by_message: dict[tuple[Action, str], list[Operation]] = {}
        for operation in contract.operations.values():
            for event in {message.event for message in operation.messages}:
                self._by_message.setdefault((operation.action, event), []).append(operation)
        self._templates = {
            id: template(channel) for id, channel in contract.channels.items() if channel.address
        }

    @property
    def digest(self) -> str:
        """The digest of the contract."""
        if not self._digest:
            self._digest = digest_of(self._contract)
        return self._digest

    def of(self, namespace: str, event: str, checkpoint: Checkpoint) -> _Found:
        """The operations that an event, or its ack, belongs to: the address, and their ids."""
        key = namespace, event, _ACKS.get(checkpoint, checkpoint)
        found = self._of_event.get(key)
        if found is None:
            found = self._find(*key)
            if len(self._of_event) < _MOST:
                self._of_event[key] = found
        return found

    def _find(self, namespace: str, event: str, checkpoint: Checkpoint) -> _Found:
        action = Action.SEND if checkpoint is Checkpoint.SEND_EVENT else Action.RECEIVE
        if checkpoint is Checkpoint.CONNECT and not self._at_server:
            action = Action.SEND
        here = [
            operation
            for operation in self._by_message.get((action, event), ())
            if (pattern := self._templates.get(operation.channel)) is not None
            and pattern.fullmatch(namespace)
        ]
        address = self._contract.channels[here[0].channel].address if here else None
        # The same in lines of violations and of counters.
        return address, tuple(operation.id[:500] for operation in here[:MOST_OPERATIONS])

    def counted(self, counts: Counts) -> list[OperationCount]:
        """What counters of events say of operations."""
        sums: dict[str | None, tuple[Mode, list[int]]] = {}
        for (namespace, event, checkpoint), (seen, rejected, reported) in counts.items():
            is_ack = checkpoint in _ACKS
            mode = self.guard.mode_of(_ACKS.get(checkpoint, checkpoint), namespace, event)
            numbers = (0 if is_ack else seen, seen if is_ack else 0, rejected, reported)
            for id in self.of(namespace, event, checkpoint)[1] or (None,):
                weak, sum_of = sums.get(id, (mode, [0, 0, 0, 0]))
                sums[id] = (
                    weakest(weak, mode),
                    [a + b for a, b in zip(sum_of, numbers, strict=True)],
                )
        return [OperationCount(id, mode.value, *numbers) for id, (mode, numbers) in sums.items()]


# -- the digest of a contract ----------------------------------------------------------------------


def digest_of(contract: Contract) -> str:
    """A digest of a contract: of its files, or of what it says where it comes from none."""
    found = hashlib.blake2b(digest_size=8)
    files = [source.digest for source in contract.sources]
    if files and all(files):
        parts: Any = sorted(files)
    else:
        parts = [contract.title, contract.version, *map(_operation, contract.operations.values())]
        parts += [[c.id, c.address] for c in contract.channels.values()]
    found.update(json.dumps(parts, sort_keys=True, default=str).encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def _operation(operation: Operation) -> list[Any]:
    messages = [_message(message) for message in operation.messages]
    return [operation.id, operation.action, operation.channel, operation.mode, messages]


def _message(message: Message) -> list[Any]:
    return [message.event, message.mode, _schema(message.payload), _ack(message.ack)]


def _ack(ack: Ack | None) -> Any:
    if ack is None:
        return None
    return [ack.required, ack.timeout, ack.none, *map(_schema, ack.alternatives)]


def _schema(schema: Schema | None) -> Mapping[str, Any] | None:
    return None if schema is None else schema.document
