"""Which packets a server or a client speaks, and what guards those."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.wire.packets import PacketCodec

if TYPE_CHECKING:
    from asyncapi_guard.integrations.wire.packets import ModeOf

__all__ = ["can_be_guarded", "packets_of", "writes_texts"]


def can_be_guarded(packet_class: Any) -> bool:
    """Return whether packets are those of JSON, or of python-socketio's MessagePack."""
    return bool(packet_class.uses_binary_events) is not _is_msgpack(packet_class)


def _is_msgpack(packet_class: Any) -> bool:
    # Whoever has such packets has imported it; it needs a package of its own.
    theirs = sys.modules.get("socketio.msgpack_packet")
    return theirs is not None and issubclass(packet_class, theirs.MsgPackPacket)


def writes_texts(packet_class: Any) -> bool:
    """Return whether the JSON module of packets writes as python-socketio asks it to."""
    if _is_msgpack(packet_class):
        return True
    try:
        return isinstance(packet_class.json.dumps([], separators=(",", ":")), str)
    except Exception:  # noqa: BLE001  # of whatever kind
        return False


def packets_of(packet_class: Any, largest: float, mode_of: ModeOf) -> PacketCodec:
    """Return what encodes what leaves, and makes packets.

    Args:
        packet_class: the server's or the client's, before it was guarded.
        largest: how many bytes one message of engine.io may have.
        mode_of: what is done about the traffic.
    """
    if not _is_msgpack(packet_class):
        return PacketCodec(packet_class, largest, mode_of)
    from asyncapi_guard.integrations.wire.msgpack_packets import MsgPackCodec

    return MsgPackCodec(packet_class, largest, mode_of)
