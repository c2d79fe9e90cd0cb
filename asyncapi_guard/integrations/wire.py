"""What is on the wire: packets that say what is wrong with them.

python-socketio hands every packet through one class, `server.packet_class`; a guarded server gets
its own subclass. In, it turns what is no proper packet into data that says so (`Malformed`) instead
of an exception, because an exception there leaves the client without an answer. Out, it sees at no
cost that a packet has become binary, and lets nothing through that is not JSON (`NaN` ends the
client's parser).
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from socketio import packet

from asyncapi_guard.integrations.strict_json import Malformed, StrictJSON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["BinaryArguments", "guarded_packet_class", "has_bytes", "to_wire"]

#: How often the largest message of engine.io the attachments of one packet may hold together. They
#: wait in memory until the last one has come.
_ATTACHED = 10


class BinaryArguments(list[Any]):
    """The data of a packet that came with attachments."""

    __slots__ = ()


def guarded_packet_class(base: Any, largest: int, check_binary: Callable[[Any, Any], None]) -> Any:
    """A packet class for one guarded server.

    Args:
        base: the server's packet class.
        largest: how many bytes one message of engine.io may have.
        check_binary: called with namespace and data of each event to be sent that has bytes in it;
            raises if it may not.
    """
    strict = StrictJSON(base.json)
    members = {
        "json": strict,
        "most_attached": _ATTACHED * largest,
        "check_binary": staticmethod(check_binary),
        "encodes_early": strict.standard and base.encode is packet.Packet.encode,
    }
    return type("GuardedPacket", (_Guarded, base), members)


class _Guarded(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
    """See the module."""

    packet_type: int
    data: Any
    json: Any
    most_attached: int
    check_binary: Callable[[Any, Any], None]
    #: Whether data may be encoded while a packet is made: not where the base class has a say in it.
    encodes_early: bool
    _received = False
    _attached = 0
    #: Data that was encoded while the packet was made, and its text.
    _encoded: tuple[Any, str] | None = None

    def __init__(
        self,
        packet_type: int = packet.EVENT,
        data: Any = None,
        namespace: str | None = None,
        id: int | None = None,
        binary: bool | None = None,  # noqa: FBT001  # the base class's own
        encoded_packet: Any = None,
    ) -> None:
        # What can be encoded has no bytes: looking for them takes a third of the time again.
        if binary is None and encoded_packet is None and data is not None and self.encodes_early:
            with suppress(TypeError, ValueError, RecursionError):
                self._encoded = data, self.json.dumps(data)
                binary = False
        super().__init__(packet_type, data, namespace, id, binary, encoded_packet)

    @classmethod
    def data_is_binary(cls, data: Any) -> bool:
        """As in the base class, at a fraction of the cost: it runs for each packet that is sent."""
        return _has_bytes(data, (list,))

    def encode(self) -> Any:
        if self.packet_type == packet.BINARY_EVENT and not self._received:
            self.check_binary(self.namespace, self.data)
        if self._encoded is not None and self._encoded[0] is self.data:
            space = f"{self.namespace}," if self.namespace not in (None, "/") else ""
            id = "" if self.id is None else self.id
            return f"{self.packet_type}{space}{id}{self._encoded[1]}"
        encoded = super().encode()
        if isinstance(encoded, list):
            # engine.io would send a bytearray as its `str`.
            return [bytes(p) if isinstance(p, bytearray) else p for p in encoded]
        return encoded

    def decode(self, encoded_packet: Any) -> int:
        self._received = True
        if not isinstance(encoded_packet, str):
            return self._without_attachments("an attachment came without its packet")
        count: int = super().decode(encoded_packet) or 0
        if self.packet_type in _BINARY and count != _placeholders(self.data):
            return self._without_attachments("the attachments are not those that the packet names")
        return count

    def add_attachment(self, attachment: Any) -> bool:
        if isinstance(attachment, str):
            return self._given_up("a text came in place of an attachment")
        self._attached += len(attachment)
        if self._attached > self.most_attached:
            return self._given_up("the attachments are too large")
        try:
            complete: bool = super().add_attachment(attachment)
        except (IndexError, TypeError, RecursionError):
            return self._given_up("an attachment is named that did not come")
        if complete and isinstance(self.data, list):
            self.data = BinaryArguments(self.data)
        return complete

    def _given_up(self, reason: str) -> bool:
        """Wait for no more attachments."""
        self.data = Malformed(reason)
        self.attachments.clear()
        return True

    def _without_attachments(self, reason: str) -> int:
        """Make it a packet that has none."""
        ack = self.packet_type == packet.BINARY_ACK
        self.packet_type = packet.ACK if ack else packet.EVENT
        self.data = Malformed(reason)
        return 0


_BINARY = (packet.BINARY_EVENT, packet.BINARY_ACK)


def _placeholders(data: Any) -> int:
    """How many attachments the data of a packet names; 0 is never right for a binary packet."""
    count = 0
    stack = [data]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            if value.get("_placeholder") and "num" in value:
                count += 1
            else:
                stack.extend(value.values())
    return count or -1


def has_bytes(value: Any) -> bool:
    """Whether there are bytes anywhere in a value, or it is too deep to tell."""
    try:
        return _has_bytes(value)
    except RecursionError:
        return True


#: What is on the wire most, and holds no bytes.
_LEAVES = frozenset((str, int, float, bool, type(None)))


def _has_bytes(value: Any, arrays: tuple[type, ...] = (list, tuple)) -> bool:
    items = value.values() if isinstance(value, dict) else value
    if items is value and not isinstance(value, arrays):
        return isinstance(value, (bytes, bytearray))
    for item in items:  # noqa: SIM110  # a loop, and no call for a leaf: five times as fast
        if type(item) not in _LEAVES and _has_bytes(item, arrays):
            return True
    return False


def to_wire(packet_class: Any, args: Sequence[Any]) -> list[Any]:
    """The arguments as the other side will see them: encoded and decoded once.

    Raises:
        TypeError, ValueError: they cannot be sent.
    """
    data, attachments = packet.Packet.deconstruct_binary(list(args))
    decoded = json.loads(packet_class.json.dumps(data, separators=(",", ":")))
    wire: list[Any] = packet.Packet.reconstruct_binary(decoded, attachments)
    return wire
