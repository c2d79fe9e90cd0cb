"""What is on the wire: packets that say what is wrong with them.

python-socketio hands every packet through one class, `server.packet_class`; a guarded server gets
its own subclass. In, what is no proper packet becomes data that says so (`Malformed`), because an
exception there leaves the client without an answer. Which packets are proper is stricter than in
python-socketio only where the event's mode is `enforce`. Out, a packet whose data was encoded
before it was validated is sent as that text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from socketio import packet

from asyncapi_guard.contract import Mode
from asyncapi_guard.integrations.replacing import is_from_library
from asyncapi_guard.integrations.wire.codec import Codec, Encoded
from asyncapi_guard.integrations.wire.strict_json import Malformed, Revived, StrictJSON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "UNREADABLE",
    "BinaryArguments",
    "Header",
    "Junk",
    "PacketCodec",
    "guarded_packet_class",
    "has_bytes",
    "is_as_it_comes",
    "name_of_event",
    "opened",
    "strictly",
]

#: How often the largest message of engine.io the attachments of one packet may hold together. They
#: wait in memory until the last one has come.
_ATTACHED = 10
#: Stands for data that is an exception without the guard.
UNREADABLE: Any = object()
_ROOT = (None, "/")
_BINARY = (packet.BINARY_EVENT, packet.BINARY_ACK)
_ACKS = (packet.ACK, packet.BINARY_ACK)
_ABOUT_CONNECTIONS = (packet.CONNECT, packet.DISCONNECT, packet.CONNECT_ERROR)


class Junk(Exception):
    """A frame that is no Socket.IO packet; it never leaves the adapter.

    Attributes:
        reason: what is wrong with it; one sentence without its values.
        header: what it begins with, as far as that can be read.
    """

    def __init__(self, reason: str, frame: Any = None, namespace: str | None = None) -> None:
        self.reason: str = reason
        self.header: Header = Header.of(frame)
        if namespace is not None:
            self.header = self.header._replace(namespace=namespace)
        super().__init__(reason)


class ModeOf(Protocol):
    """Says what is done about packets."""

    def __call__(self, namespace: str, event: Any, *, ack: bool) -> Mode:
        """The mode of an event, or of its ack; `None` stands for an event that nobody knows."""
        ...


class Header(NamedTuple):
    """What a frame begins with.

    Attributes:
        asks: it is an event.
        namespace: `/` where the frame does not name one.
        id: the ack id.
    """

    asks: bool
    namespace: str
    id: int | None

    @classmethod
    def of(cls, frame: Any) -> Header:
        """Read as much of a broken frame as there is."""
        found = _HEADER.match(frame) if isinstance(frame, str) else None
        if found is None:
            return cls(asks=False, namespace="/", id=None)
        kind, namespace, id = found.groups()
        return cls(
            asks=int(kind) in (packet.EVENT, packet.BINARY_EVENT),
            namespace=(namespace or "/").partition("?")[0],
            id=int(id) if id else None,
        )


_HEADER = re.compile(
    r"([0-6])(?:[0-9]+-)?(?:(/[^,]*)(?:,|$))?(?:([0-9]{1,100})(?![0-9]))?", re.ASCII | re.DOTALL
)


#: The beginning of an event without attachments; whatever begins otherwise takes a longer way.
_EVENT = re.compile(r"2(?:(/[^,?]*),)?([0-9]{1,18})?(\[.*)", re.ASCII | re.DOTALL).match


class BinaryArguments(list[Any]):
    """The data of a packet that came with attachments.

    Attributes:
        fault: what is wrong with the packet, where that does not matter to python-socketio.
    """

    __slots__ = ("fault",)

    def __init__(self, data: list[Any], fault: str | None = None) -> None:
        super().__init__(data)
        self.fault: str | None = fault


def opened(data: Any) -> tuple[Any, str | None]:
    """Data as python-socketio would read it without the guard, and what is wrong with it.

    The data is `UNREADABLE` where that is nothing at all.
    """
    if isinstance(data, Malformed):
        try:
            return data.as_unguarded(), data.reason
        except Exception:  # noqa: BLE001  # another's module: not readable for it either
            return UNREADABLE, data.reason
    if type(data) is BinaryArguments:
        return data, data.fault
    return (data.made if type(data) is Revived else data), None


def strictly(data: Any, otherwise: Any) -> Any:
    """What is validated of data that an own JSON module made other objects of."""
    return data.strict if type(data) is Revived else otherwise


def name_of_event(data: Any) -> Any:
    """What python-socketio would take for an event's name in any data; `None` for nothing."""
    try:
        return data[0]
    except (IndexError, KeyError, TypeError):
        return None


def is_as_it_comes(base: Any, own: Any, *names: str) -> bool:
    """Return whether some methods of a packet class are those of python-socketio's own."""
    return all(
        getattr(base, name) is getattr(own, name) and is_from_library(getattr(own, name))
        for name in names
    )


class PacketCodec(Codec):
    """Encodes what leaves, and makes packets of it.

    Args:
        base: the server's packet class.
        largest: how many bytes one message of engine.io may have.
        mode_of: what is done about the server's traffic.

    Attributes:
        packet_class: the server's packets while it is guarded; also of events that were on their
            way when the guard was taken off.
        sends_text: packets can be made of encoded data; another packet class has a say in it.
    """

    __slots__ = ("packet_class", "sends_text")

    def __init__(self, base: Any, largest: float, mode_of: ModeOf) -> None:
        super().__init__(base.json)
        self.sends_text: bool = not self._writes_itself(base)
        self.packet_class: Any = self._guarded(base, largest, mode_of)

    def _guarded(self, base: Any, largest: float, mode_of: ModeOf) -> Any:
        """Return the class of packets for a server that is guarded."""
        return guarded_packet_class(base, largest, mode_of)

    @staticmethod
    def _writes_itself(base: Any) -> bool:
        """Return whether an application's own class has a say in how packets are written."""
        own = packet.Packet
        return not is_as_it_comes(base, own, "encode", "__init__")

    def ack(
        self, namespace: str, id: int, values: Sequence[Any], encoded: Encoded | None = None
    ) -> Any:
        """Make an ack of what was judged; what is not encoded is sent as without the guard."""
        if encoded is not None:
            if self.sends_text:
                return self.packet_class.of_encoded(packet.ACK, namespace, id, [encoded])
            values = encoded.copy
        return self.packet_class(packet.ACK, namespace=namespace, id=id, data=list(values))

    def event(self, namespace: str, event: str, *args: Any, id: int | None = None) -> Any:
        """Make an event; with an ack id, it asks for an ack."""
        if self.sends_text and len(args) == 1 and type(args[0]) is Encoded:
            return self.packet_class.of_encoded(packet.EVENT, namespace, id, [event, args[0]])
        return self.packet_class(packet.EVENT, namespace=namespace, id=id, data=[event, *args])

    def encoded_event(self, namespace: str, event: str, args: Sequence[Any]) -> Any:
        """Return what an event that asks for no ack is on the wire; a list if it has attachments.

        Args:
            namespace: the Socket.IO namespace.
            event: the event's name.
            args: the arguments, or what they were encoded to, alone.
        """
        if self.sends_text and len(args) == 1 and type(args[0]) is Encoded:
            return _written(_kind_of(packet.EVENT, args[0]), namespace, None, args[0], event)
        return self.event(namespace, event, *args).encode()

    def connect(self, namespace: str, auth: Any) -> Any:
        """Make the packet by which a client enters a namespace."""
        return self.packet_class(packet.CONNECT, namespace=namespace, data=auth)

    def connect_error(self, namespace: str, reason: Any) -> Any:
        """Make the answer to a connect that is rejected."""
        return self.packet_class(packet.CONNECT_ERROR, namespace=namespace, data=reason)

    def disconnect(self, namespace: str, reason: Any) -> Any:
        """Make the end of a session."""
        return self.packet_class(packet.DISCONNECT, namespace=namespace, data=reason)


def guarded_packet_class(base: Any, largest: float, mode_of: ModeOf) -> Any:
    """A packet class for one guarded server.

    Args:
        base: the server's packet class.
        largest: how many bytes one message of engine.io may have.
        mode_of: what is done about the server's traffic.
    """
    members = {
        "json": StrictJSON(base.json),
        "codec": Codec(base.json),
        "most_attached": _ATTACHED * largest,
        "mode_of": staticmethod(mode_of),
        "reads_text": base.decode is packet.Packet.decode,
        "is_plain": is_as_it_comes(base, packet.Packet, "decode", "__init__"),
        # Looked up once: they run for every packet.
        "_init_of_base": base.__init__,
        "_decode_of_base": base.decode,
    }
    return type("GuardedPacket", (_Guarded, base), members)


class _Guarded(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
    """See the module."""

    packet_type: int
    namespace: str | None
    id: int | None
    data: Any
    attachment_count: int
    attachments: list[Any]
    json: Any
    codec: Codec
    most_attached: float
    mode_of: ModeOf
    #: Frames are texts; an application's own class may have other ideas.
    reads_text: bool
    #: Nobody but python-socketio has a say in what a packet is.
    is_plain: bool
    _init_of_base: Callable[..., None]
    _decode_of_base: Callable[..., int | None]
    _attached = 0
    #: The last argument of an event, or the values of an ack, where they are encoded already.
    _encoded: Encoded | None = None
    _fault: str | None = None

    def __init__(
        self,
        packet_type: int = packet.EVENT,
        data: Any = None,
        namespace: str | None = None,
        id: int | None = None,
        binary: bool | None = None,  # noqa: FBT001  # the base class's own
        encoded_packet: Any = None,
    ) -> None:
        if encoded_packet is not None:
            read = self.read_event(encoded_packet) if self.is_plain else None
            if read is not None:
                self._be_event(*read)
                return
        elif type(data) is list and data and type(data[-1]) is Encoded:
            if self.is_plain:
                self._hold(packet_type, namespace, id, data)
                return
            self._encoded = data[-1]
            binary = bool(data[-1].attachments)
        self._init_of_base(packet_type, data, namespace, id, binary, encoded_packet)

    @classmethod
    def of_encoded(cls, kind: int, namespace: str, id: int | None, data: list[Any]) -> _Guarded:
        """An event or an ack whose values are encoded, without a look at what is known of it.

        It is for what python-socketio's own class would make of it.
        """
        made = cls.__new__(cls)
        made._hold(kind, namespace, id, data)
        return made

    def _hold(self, kind: int, namespace: str | None, id: int | None, data: list[Any]) -> None:
        """Be a packet of encoded values."""
        self._encoded = values = data[-1]
        self.packet_type = _kind_of(kind, values) if values.attachments else kind
        self.data = data
        self.namespace = namespace
        self.id = id
        self.attachment_count = 0
        self.attachments = []

    @classmethod
    def data_is_binary(cls, data: Any) -> bool:
        """As in the base class, at a fraction of the cost: it runs for each packet that is sent."""
        return _has_bytes(data, (list,))

    # -- out ---------------------------------------------------------------------------------------

    def encode(self) -> Any:
        encoded = self._encoded
        if encoded is not None:
            event = None if len(self.data) == 1 else self.data[0]
            return _written(self.packet_type, self.namespace, self.id, encoded, event)
        if self.packet_type in _ABOUT_CONNECTIONS and self.data is not None:
            self._check_data()
        encoded = super().encode()
        if isinstance(encoded, list):
            # engine.io would send a bytearray as its `str`.
            return [bytes(p) if isinstance(p, bytearray) else p for p in encoded]
        return encoded

    def _check_data(self) -> None:
        """Raise where a client could not read what it is told of its connection."""
        if self.mode_of(self.namespace or "/", "connect", ack=False) is Mode.ENFORCE:
            self.codec.encode([self.data])

    # -- in ----------------------------------------------------------------------------------------

    @classmethod
    def read_event(cls, frame: Any) -> tuple[str | None, int | None, Any] | None:
        """Read what nearly every frame is, in one step: an event without attachments."""
        found = _EVENT(frame) if type(frame) is str else None
        if found is None:
            return None
        namespace, id, text = found.groups()
        return namespace, int(id) if id else None, cls.json.loads(text)

    def _be_event(self, namespace: str | None, id: int | None, data: Any) -> None:
        """Be a packet that was read."""
        self.packet_type = packet.EVENT
        self.namespace, self.id, self.data = namespace, id, data
        self.attachment_count = 0
        self.attachments = []

    def decode(self, encoded_packet: Any) -> int:
        if not isinstance(encoded_packet, str) and type(self).reads_text:
            raise Junk("an attachment came without its packet", encoded_packet)
        try:
            count: int = self._decode_of_base(encoded_packet) or 0
        except Exception as error:
            # python-socketio's texts quote the frame.
            raise Junk("the frame is not a Socket.IO packet", encoded_packet) from error
        if self.packet_type in _BINARY:
            if type(self.data) is Revived:
                self.data = self.data.made  # placeholders are looked for in it
            return self._with_attachments(count, encoded_packet)
        if self.packet_type == packet.DISCONNECT and opened(self.data)[0] is UNREADABLE:
            raise Junk("the frame is not a Socket.IO packet", encoded_packet)
        return count

    def _with_attachments(self, count: int, frame: str) -> int:
        """How many attachments to wait for."""
        if isinstance(self.data, Malformed):
            reason = self.data.reason
        elif count != _placeholders(self.data):
            reason = "the attachments don't match the packet's placeholders"
        else:
            return count
        data = opened(self.data)[0]
        if self._enforces(data):
            ack = self.packet_type == packet.BINARY_ACK
            self.packet_type = packet.ACK if ack else packet.EVENT
            self.data = Malformed(reason, data=data)
            return 0
        if data is UNREADABLE or count == 0:  # without the guard, it waits for ever
            raise Junk(reason, frame)
        self.data, self._fault = data, reason
        return count

    def add_attachment(self, attachment: Any) -> bool:
        enforces = self._enforces(self.data)
        if isinstance(attachment, str):
            self._fault = "a text arrived instead of an attachment"
        self._attached += len(attachment)
        if self._attached > self.most_attached:
            self._fault = "the attachments are too large"
        if self._fault is not None and enforces:
            return self._given_up(self._fault)
        try:
            complete: bool = super().add_attachment(attachment)
        except (IndexError, TypeError, ValueError, RecursionError):
            # Without the guard this is an exception, and again one for each later frame.
            return self._given_up("an attachment is named that did not come", readable=enforces)
        if complete and isinstance(self.data, list):
            self.data = BinaryArguments(self.data, self._fault)
        return complete

    def _enforces(self, data: Any) -> bool:
        event = name_of_event(data)
        ack = self.packet_type in _ACKS
        return self.mode_of(self.namespace or "/", event, ack=ack) is Mode.ENFORCE

    def _given_up(self, reason: str, *, readable: bool = True) -> bool:
        """Wait for no more attachments."""
        self.data = Malformed(reason, data=self.data if readable else None)
        self.attachments.clear()
        return True


def _kind_of(kind: int, values: Encoded) -> int:
    """The type of the packet of an event or an ack."""
    if not values.attachments:
        return kind
    of_bytes: int = packet.BINARY_ACK if kind == packet.ACK else packet.BINARY_EVENT
    return of_bytes


def _written(
    kind: int, namespace: str | None, id: int | None, values: Encoded, event: str | None
) -> Any:
    """A packet of encoded values; of an event, with its name."""
    data = values.text if event is None else values.after(event)
    place = "" if namespace in _ROOT else f"{namespace},"
    number = "" if id is None else id
    if not values.attachments:
        return f"{kind}{place}{number}{data}"
    return [f"{kind}{len(values.attachments)}-{place}{number}{data}", *values.attachments]


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
