"""Packets of MessagePack that say what is wrong with them, and that are encoded once.

As for JSON, in `packets.py`: what is no proper packet becomes data that says so. An application's
own packet class stays between the server and the innermost reading, which is ours.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from socketio import msgpack_packet, packet

from asyncapi_guard.contract import Mode
from asyncapi_guard.integrations.wire import strict_msgpack
from asyncapi_guard.integrations.wire.codec import Encoded, Unsendable, copied
from asyncapi_guard.integrations.wire.packets import (
    UNREADABLE,
    BinaryArguments,
    Junk,
    ModeOf,
    PacketCodec,
    is_as_it_comes,
    name_of_event,
    opened,
)
from asyncapi_guard.integrations.wire.strict_json import Malformed, Revived

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["MsgPackCodec", "Packed", "guarded_msgpack_class"]

_ABOUT_CONNECTIONS = (packet.CONNECT, packet.DISCONNECT, packet.CONNECT_ERROR)
_NO_BYTES = "only events and acks have room for bytes"
_NO_PACKET = "the frame is not a Socket.IO packet"
_NO_JSON = "the data is neither JSON nor bytes"


class Packed(Encoded):
    """Arguments or values that are ready to be sent.

    Attributes:
        packed: the values as an array of MessagePack.
    """

    __slots__ = ("packed",)

    def __init__(
        self, values: list[Any], packed: bytes, attachments: tuple[bytes, ...] = ()
    ) -> None:
        self.values: Any = values
        self.text: str = ""
        self.attachments: tuple[bytes, ...] = attachments
        self.packed: bytes = packed

    def after_name(self, event: str) -> bytes:
        """The data of the event's packet: the event's name, and then the arguments."""
        count = len(self.values)
        name = _text(event) if type(event) is str else _pack(event)
        return _start_of_array(count + 1) + name + self.packed[_size_of_start(count) :]


#: What python-socketio writes with.
_pack: Any = msgpack_packet.msgpack.packb
_IN_PYTHON = msgpack_packet.msgpack.Packer.__module__ == "msgpack.fallback"
_text = lru_cache(1024)(strict_msgpack.write)


def _read_once(args: Sequence[Any]) -> list[Any]:
    """The values to write, which another thread may change meanwhile.

    Where the `msgpack` package is written in C, no other thread gets a turn.
    """
    if _IN_PYTHON:
        made: list[Any] = copied(list(args))
        return made
    return args if type(args) is list else list(args)


def _size_of_start(count: int) -> int:
    return 1 if count < 16 else 3 if count < 0x10000 else 5


def _start_of_array(count: int) -> bytes:
    if count < 16:
        return bytes((0x90 | count,))
    size = _size_of_start(count) - 1
    return (b"\xdc" if size == 2 else b"\xdd") + count.to_bytes(size, "big")


class MsgPackCodec(PacketCodec):
    """Encodes what leaves by what python-socketio has for it, and makes packets of it."""

    __slots__ = ("_base",)

    def _guarded(self, base: Any, largest: float, mode_of: ModeOf) -> Any:  # noqa: ARG002  # as for JSON
        # Bytes are within their packet, which has the size of one message.
        self._base = base
        return guarded_msgpack_class(base, mode_of, self)

    @staticmethod
    def _writes_itself(base: Any) -> bool:
        own = msgpack_packet.MsgPackPacket
        return not is_as_it_comes(base, own, "encode", "__init__", "_to_dict")

    def encode(self, args: Sequence[Any]) -> Packed:
        """Encode a list or a tuple of arguments.

        Raises:
            Unsendable: a value has no form in MessagePack, or one that no contract speaks of.
        """
        read = strict_msgpack.read_plain_values(args if type(args) is list else [*args])
        if read is not None:
            return Packed(*read)
        return self._carefully(args)

    def _carefully(self, args: Sequence[Any]) -> Packed:
        """Encode what is not plain as python-socketio does, and look at it value by value."""
        try:
            packed = _pack(_read_once(args), default=self._base.dumps_default)
        except Exception as error:
            # Of many kinds, and they may quote the value.
            raise Unsendable("it has no form in MessagePack") from error
        with suppress(Exception):  # whatever it is, it is said below
            plain = strict_msgpack.read_plain(packed)
            if plain is not strict_msgpack.ODD:
                return Packed(plain, packed)
        read = strict_msgpack.read_values(packed)
        if read.fault is not None:
            raise Unsendable(read.fault)
        return Packed(read.data, packed, read.attachments)


class _Strict(msgpack_packet.MsgPackPacket):  # type: ignore[misc]  # python-socketio has no types
    """In the place of python-socketio's reading, beneath an application's own class."""

    def decode(self, encoded_packet: Any) -> Any:
        plain = strict_msgpack.read_plain_packet(encoded_packet)
        if plain is not None:
            fields, self.data = plain
            self.packet_type, self.id = fields.type, fields.ack_id
            self.namespace = fields.namespace
            return
        try:
            read = strict_msgpack.read_packet(encoded_packet)
        except strict_msgpack.Unreadable as error:
            raise Junk(str(error), namespace=error.namespace) from error
        self.packet_type, self.namespace, self.id = read.kind, read.namespace, read.id
        self.data = self._data_of(read, encoded_packet)

    def _data_of(self, read: strict_msgpack.Packet, frame: bytes) -> Any:
        """What goes to handlers, or says what is wrong."""
        data, attachments, fault, undefined = read.values
        if fault is None and attachments and read.kind in _ABOUT_CONNECTIONS:
            fault = _NO_BYTES
        if fault is not None:
            return Malformed(fault, frame, _Unguarded(type(self)))
        if attachments and type(data) is list:
            data = BinaryArguments(data)
        if undefined and not self._enforces(data):
            return Revived(data, _Unguarded(type(self)).loads(frame))
        return data

    def _enforces(self, data: Any) -> bool:
        raise NotImplementedError


class _Unguarded:
    """Reads as python-socketio does; it stands in the place of a JSON module."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    def loads(self, frame: bytes) -> Any:
        made = self._kind.__new__(self._kind)
        msgpack_packet.MsgPackPacket.decode(made, frame)
        return made.data


def guarded_msgpack_class(base: Any, mode_of: ModeOf, codec: MsgPackCodec) -> Any:
    """A packet class for one guarded server or client.

    Args:
        base: its packet class.
        mode_of: what is done about its traffic.
        codec: encodes what leaves.
    """
    own = msgpack_packet.MsgPackPacket
    members = {
        "codec": codec,
        "mode_of": staticmethod(mode_of),
        "reads_itself": base.decode is not own.decode,
        "is_plain": is_as_it_comes(base, own, "decode", "__init__"),
        # Looked up once: they run for every packet.
        "_init_of_base": base.__init__,
    }
    bases = (_Guarded, _Strict) if base is own else (_Guarded, base, _Strict)
    return type("GuardedPacket", bases, members)


class _Guarded(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
    """See the module."""

    packet_type: int
    namespace: str | None
    id: int | None
    data: Any
    attachment_count: int
    attachments: list[Any]
    codec: MsgPackCodec
    mode_of: ModeOf
    #: An application's own class has a say in how frames are read.
    reads_itself: bool
    #: Nobody but python-socketio has a say in what a packet is.
    is_plain: bool
    _init_of_base: Callable[..., None]
    #: The last argument of an event, or the values of an ack, where they are encoded already.
    _packed: Packed | None = None

    def __init__(
        self,
        packet_type: int = packet.EVENT,
        data: Any = None,
        namespace: str | None = None,
        id: int | None = None,
        binary: bool | None = None,  # noqa: FBT001  # the base class's own
        encoded_packet: Any = None,
    ) -> None:
        if type(data) is list and data and type(data[-1]) is Packed:
            self._packed = data[-1]
        self._init_of_base(packet_type, data, namespace, id, binary, encoded_packet)

    @classmethod
    def of_encoded(cls, kind: int, namespace: str, id: int | None, data: list[Any]) -> _Guarded:
        """An event or an ack whose values are encoded."""
        if not cls.is_plain:
            return cls(kind, data, namespace, id)
        made = cls.__new__(cls)
        made._packed = data[-1]
        made._hold(kind, namespace, id, data)
        return made

    def _hold(self, kind: int, namespace: str | None, id: int | None, data: Any) -> None:
        """Be what python-socketio's own class makes of it."""
        self.packet_type = kind
        self.data = data
        self.namespace = namespace
        self.id = id
        self.attachment_count = 0
        self.attachments = []

    # -- out ---------------------------------------------------------------------------------------

    def encode(self) -> Any:
        packed = self._packed
        if packed is None:
            if self.packet_type in _ABOUT_CONNECTIONS and self.data is not None:
                self._check_data()
            return super().encode()
        data = packed.packed if len(self.data) == 1 else packed.after_name(self.data[0])
        namespace = _text(self.namespace) if type(self.namespace) is str else _pack(self.namespace)
        kind = bytes((self.packet_type,))
        if self.id is None:
            return b"\x83\xa4type%b\xa4data%b\xa3nsp%b" % (kind, data, namespace)
        id = strict_msgpack.write(self.id) if type(self.id) is int else _pack(self.id)
        parts = kind, data, namespace, id
        return b"\x84\xa4type%b\xa4data%b\xa3nsp%b\xa2id%b" % parts

    def _check_data(self) -> None:
        """Raise where the other side could not read what it is told of its connection."""
        if self._mode("connect") is not Mode.ENFORCE:
            return
        if self.codec.encode([self.data]).attachments:
            raise Unsendable(_NO_BYTES)

    # -- in ----------------------------------------------------------------------------------------

    @staticmethod
    def read_event(frame: Any) -> tuple[str, int | None, Any] | None:
        """Read what nearly every frame is, in one step: an event with plain data."""
        return strict_msgpack.read_plain_event(frame)

    def decode(self, encoded_packet: Any) -> Any:
        try:
            super().decode(encoded_packet)
        except Junk:
            raise
        except Exception as error:
            # It is the application's own class, whose texts may quote the frame.
            raise Junk(_NO_PACKET) from error
        if self.reads_itself:
            self._check_fields()
        if self.packet_type == packet.DISCONNECT and opened(self.data)[0] is UNREADABLE:
            raise Junk(_NO_PACKET)

    def _check_fields(self) -> None:
        """Hold to the rules what another class has read in its own way."""
        fields = {"type": self.packet_type, "nsp": self.namespace, "id": self.id}
        try:
            strict_msgpack.read_packet(_pack(fields))
        except Exception as error:
            raise Junk(_NO_PACKET) from error
        if type(self.data) in (Malformed, Revived):
            return
        try:
            values = strict_msgpack.read_values(_pack(self.data))
        except Exception:  # noqa: BLE001  # of many kinds
            values = strict_msgpack.Values(None, fault=_NO_JSON)
        if values.fault is not None:
            self.data = Malformed(values.fault, data=self.data)
        elif values.attachments and type(self.data) is list:
            self.data = BinaryArguments(self.data)

    def _enforces(self, data: Any) -> bool:
        event = "connect" if self.packet_type == packet.CONNECT else name_of_event(data)
        return self._mode(event, ack=self.packet_type == packet.ACK) is Mode.ENFORCE

    def _mode(self, event: Any, *, ack: bool = False) -> Mode:
        return self.mode_of(self.namespace or "/", event, ack=ack)
