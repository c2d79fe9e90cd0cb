"""Strict MessagePack: JSON's own types, and bytes.

`msgspec` reads it, and what it reads is held to JSON: names of properties are texts, numbers are
finite, nothing is an extension type. That is looked at in C, as far as it can be. Nearly all data
is of a type that `msgspec` knows: JSON's own values, a few levels deep. Of deeper data, `orjson`
says whether it has other types. What `msgspec` writes of the data again is the same bytes where no
name comes twice. Only what is written in another way, or is not plain, is looked at value by value.

JavaScript's `undefined` is an extension type of its own to the clients there. As in JSON, a
property that is undefined is left out, and an item of a list is `null`.
"""

from __future__ import annotations

import math
import re
import sys
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias, Union

import msgspec
import orjson
from msgspec import UNSET, Meta, Raw, UnsetType, msgpack
from socketio import msgpack_packet, packet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "ODD",
    "Packet",
    "Unreadable",
    "Values",
    "read_packet",
    "read_plain",
    "read_plain_event",
    "read_plain_packet",
    "read_plain_values",
    "read_values",
    "write",
]

_NO_MSGPACK = "the data is not MessagePack"
_NO_PACKET = "the frame is not a Socket.IO packet"
_TOO_DEEP = "the data is nested too deeply"
_SAME_NAME = "two properties of one object have the same name"
_NO_NAME = "the name of a property is not a text"
_NO_NUMBER = "NaN and infinities are not JSON"
_EXTENSION = "an extension type of MessagePack is not JSON"
#: About as deep as what python-socketio writes.
_DEEPEST = 500
_NULL = b"\xc0"
_UNDEFINED = b"\xd4\x00\x00"
#: The beginnings of floats that may be infinite, or not a number.
_EXTREMES = b"\xcb\x7f", b"\xcb\xff", b"\xca\x7f", b"\xca\xff"

#: What is no plain data, and `orjson` has words for.
_OWN_WORDS = (
    orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
)

_decode = msgpack.Decoder().decode
write: Callable[[Any], bytes] = msgpack.Encoder().encode


class Unreadable(ValueError):
    """A frame that is no packet. Its text is the reason, without the frame's values.

    Attributes:
        namespace: what it would be for, as far as that can be read.
    """

    def __init__(self, reason: str, namespace: str = "/") -> None:
        super().__init__(reason)
        self.namespace: str = namespace


class Values(NamedTuple):
    """What was read.

    Attributes:
        data: JSON's own types and bytes, where there is no fault; nobody else holds it.
        attachments: the bytes in it.
        fault: what is wrong with it; one sentence without its values.
        undefined: JavaScript's `undefined` was in it.
    """

    data: Any
    attachments: tuple[bytes, ...] = ()
    fault: str | None = None
    undefined: bool = False


class Packet(NamedTuple):
    """A packet whose every field but the data is what it must be.

    Attributes:
        kind: of packet.
        namespace: it begins with a slash.
        id: the ack id; `None` for none.
        values: its data.
    """

    kind: int
    namespace: str
    id: int | None
    values: Values


class _Fields(msgspec.Struct):
    """What is on the wire.

    JavaScript's clients send `options`, which are for themselves; python-socketio writes `null` for
    a namespace that a packet does not name.
    """

    type: Annotated[int, Meta(ge=packet.CONNECT, le=packet.CONNECT_ERROR)]
    nsp: str | None
    id: Annotated[int, Meta(ge=0)] | UnsetType | None = UNSET
    data: Raw | UnsetType = UNSET
    options: Raw | UnsetType = UNSET

    @property
    def namespace(self) -> str:
        """The namespace, whether or not it is named."""
        return "/" if self.nsp is None else self.nsp

    @property
    def ack_id(self) -> int | None:
        """The ack id; `None` for none."""
        return None if self.id is UNSET else self.id


class _Namespace(msgspec.Struct):
    """What is read of a frame whose other fields are not what they must be."""

    nsp: str


_decode_fields = msgpack.Decoder(_Fields).decode
_decode_namespace = msgpack.Decoder(_Namespace).decode
#: What frames of JSON can name: a comma ends a namespace there, and a query is no part of it.
_is_namespace = re.compile(r"/[^,?]*").fullmatch


def _plain_values() -> Any:
    """The type of JSON's own values, as deep as nearly all data is.

    Twice as many types are made for each level, in a few milliseconds for so many.
    """
    most = sys.float_info.max
    finite = Annotated[float, Meta(ge=-most, le=most)]
    made: Any = Union[None, bool, int, finite, str]  # noqa: UP007  # made at run time
    for _ in range(_LEVELS):
        made = Union[None, bool, int, finite, str, list[made], dict[str, made]]  # noqa: UP007  # made at run time, of types that are no classes
    return made


_LEVELS = 7
if TYPE_CHECKING:
    _Value: TypeAlias = Any
else:
    _Value = _plain_values()


class _Event(msgspec.Struct):
    """The fields of an event whose data is plain."""

    nsp: str | None
    data: list[_Value]
    id: Annotated[int, Meta(ge=0)] | UnsetType | None = UNSET
    options: Raw | UnsetType = UNSET


_decode_event = msgpack.Decoder(_Event).decode
#: Reads a list of JSON's own values; raises for all else, and for what is very deep.
_decode_plain = msgpack.Decoder(list[_Value]).decode
#: What comes after the first byte of nearly every event, and where its data begins.
_BEGINNING = b"\xa4type\x02\xa4data"
_DATA_BEGINS = 1 + len(_BEGINNING)


def read_plain_event(frame: Any) -> tuple[str, int | None, list[Any]] | None:
    """Read an event as most are: its namespace, its ack id, and its name with the arguments.

    `None` where `read_packet` is needed.
    """
    try:
        if not frame.startswith(_BEGINNING, 1):
            return None
        event = _decode_event(frame)
        data, id = event.data, event.id
        written = write(data)
        # The same bytes, at their place: no name comes twice in the data.
        if not frame.startswith(written, _DATA_BEGINS):
            return None
        # And as many, so no field comes twice, and there is no other one.
        if _size_without_data(event) + len(written) != len(frame):
            return None
    except Exception:  # noqa: BLE001  # whatever it is, it is said elsewhere
        return None
    namespace = "/" if event.nsp is None else event.nsp
    if namespace != "/" and not _is_namespace(namespace):
        return None
    return namespace, None if id is UNSET else id, data


def _size_without_data(event: _Event) -> int:
    """How long a frame is whose fields are each written once, but for the data."""
    size = _DATA_BEGINS + (6 if event.nsp == "/" else 4 + len(write(event.nsp)))
    id = event.id
    if id is not UNSET:
        size += 4 if id is None or id < 128 else 3 + len(write(id))
    if event.options is not UNSET:
        size += 8 + len(bytes(event.options))
    return size


def read_plain_packet(frame: Any) -> tuple[_Fields, Any] | None:
    """Read a packet as most are: its fields, and its data; `None` where `read_packet` is needed."""
    try:
        fields = _decode_fields(frame)
        data = bytes(fields.data)  # type: ignore[arg-type]  # where there is none, it raises
        value = read_plain(data)
    except Exception:  # noqa: BLE001  # as above
        return None
    if value is ODD or not _is_whole(fields, data, len(frame)):
        return None
    return (fields, value) if fields.nsp == "/" or _is_namespace(fields.namespace) else None


def read_packet(frame: Any) -> Packet:
    """Read a frame.

    Raises:
        Unreadable: it is no packet, or a field of it is not what it must be.
    """
    if not isinstance(frame, bytes):
        raise Unreadable("a text arrived instead of MessagePack")
    try:
        fields = _decode_fields(frame)
    except RecursionError as error:
        raise Unreadable(_TOO_DEEP) from error
    except ValueError as error:
        raise Unreadable(_NO_PACKET, _namespace_of(frame)) from error
    if not _is_namespace(fields.namespace):
        raise Unreadable(_NO_PACKET)
    data = _NULL if fields.data is UNSET else bytes(fields.data)
    if data == _UNDEFINED:
        values = Values(None, undefined=True)
    else:
        values = read_values(data, undefined=True)
    if values.fault is None and not _is_whole(fields, data, len(frame)):
        values = values._replace(fault=_fault_of_names(frame))
    return Packet(fields.type, fields.namespace, fields.ack_id, values)


def _namespace_of(frame: bytes) -> str:
    """The namespace of a frame that is no packet; `/` where it has none."""
    try:
        namespace = _decode_namespace(frame).nsp
    except (ValueError, RecursionError):
        return "/"
    return namespace if _is_namespace(namespace) else "/"


def _is_whole(fields: _Fields, data: bytes, size: int) -> bool:
    """Whether a frame is as long as its fields are when each is written once."""
    size -= 12  # the beginning of the map, the type, and the name of the namespace
    size -= 1 if fields.nsp == "/" else len(write(fields.nsp)) - 1
    if fields.id is not UNSET:
        size -= 3 + len(write(fields.id))
    if fields.data is not UNSET:
        size -= 5 + len(data)
    if fields.options is not UNSET:
        size -= 8 + len(bytes(fields.options))
    return size == 0


#: Stands for data that is looked at value by value.
ODD: Any = object()


def read_plain(written: bytes) -> Any:
    """Read data as most are, which only have JSON's own types; `ODD` where `read_values` is needed.

    Raises:
        Exception: of whatever kind, where that is needed as well.
    """
    if _may_be_extreme(written):
        return ODD
    data = _decode(written)
    orjson.dumps(data, None, orjson.OPT_PASSTHROUGH_DATETIME)
    return data if write(data) == written else ODD


def read_plain_values(values: list[Any]) -> tuple[list[Any], bytes] | None:
    """Write values that only have JSON's own types, and read them again: both.

    `None` where they are not so: subclasses may show one thing to a writer, and another to others.
    """
    try:
        orjson.dumps(values, None, _OWN_WORDS)
        written = write(values)
        read = _decode_plain(written)
    except Exception:  # noqa: BLE001  # of many kinds: whatever it is, it is said elsewhere
        return None
    return (read, written) if read == values else None


def read_values(written: bytes, *, undefined: bool = False) -> Values:
    """Read data.

    Args:
        written: as MessagePack.
        undefined: JavaScript's `undefined` has a reading.
    """
    try:
        data = _decode(written)
        canonical = write(data) == written
    except RecursionError:
        return Values(None, fault=_TOO_DEEP)
    except Exception as error:  # noqa: BLE001  # of several kinds
        return Values(None, fault=_fault_of(error))
    values = _read_with_care(data, undefined=undefined)
    if canonical or values.fault is not None:
        return values
    if values.undefined:  # in a longer form it is one byte, to clients of JavaScript
        return Values(None, fault=_EXTENSION)
    return values._replace(fault=_fault_of_names(written))


def _fault_of(error: Exception) -> str:
    """What is wrong where nothing was read: a time that Python does not have is a time."""
    return _EXTENSION if isinstance(error, msgspec.ValidationError) else _NO_MSGPACK


def _may_be_extreme(written: bytes) -> bool:
    """Whether there may be numbers that JSON does not have."""
    # One byte is found much faster than two.
    some = (b"\xcb" in written or b"\xca" in written) and (b"\x7f" in written or b"\xff" in written)
    return some and any(each in written for each in _EXTREMES)


class _SameName(Exception):
    pass


def _look_at_names(pairs: Iterable[tuple[Any, Any]]) -> None:
    """Look at the properties of one object; their names may be of any type."""
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise _SameName


def _fault_of_names(written: bytes) -> str | None:
    """What is wrong with the names of properties where MessagePack is not written as usual."""
    try:
        msgpack_packet.msgpack.unpackb(
            written, object_pairs_hook=_look_at_names, strict_map_key=False
        )
    except _SameName:
        return _SAME_NAME
    except Exception:  # noqa: BLE001  # it has a narrower idea of MessagePack
        return _NO_MSGPACK
    return None


class _Faulty(Exception):
    """Its text is what is wrong."""


def _read_with_care(data: Any, *, undefined: bool) -> Values:
    walk = _Walk(undefined=undefined)
    top = [data]
    try:
        walk.run(top)
    except _Faulty as faulty:
        return Values(None, fault=str(faulty))
    return Values(top[0], tuple(walk.attachments), undefined=walk.undefined > 0)


class _Walk:
    """A look at each value; what is undefined is taken out.

    Args:
        undefined: whether it may be.

    Attributes:
        attachments: the bytes.
        undefined: how often something was.
    """

    def __init__(self, *, undefined: bool) -> None:
        self.attachments: list[bytes] = []
        self.undefined: int = 0
        self._takes_undefined = undefined

    def run(self, top: list[Any]) -> None:
        """Look at the values in a list, and in those.

        Raises:
            _Faulty: one of them is not JSON's, and no bytes.
        """
        level: list[Any] = [top]
        for _ in range(_DEEPEST):
            below: list[Any] = []
            for container in level:
                if type(container) is dict:
                    self._look_into_dict(container, below)
                else:
                    self._look_into_list(container, below)
            if not below:
                return
            level = below
        raise _Faulty(_TOO_DEEP)

    def _look_into_dict(self, container: dict[Any, Any], below: list[Any]) -> None:
        gone = []
        for name, value in container.items():
            if type(name) is not str:
                raise _Faulty(_NO_NAME)
            if type(value) not in _LEAVES and self._is_undefined(value, below):
                gone.append(name)
        for name in gone:
            del container[name]

    def _look_into_list(self, container: list[Any], below: list[Any]) -> None:
        for place, value in enumerate(container):
            if type(value) not in _LEAVES and self._is_undefined(value, below):
                container[place] = None

    def _is_undefined(self, value: Any, below: list[Any]) -> bool:
        """Look at one value that is no plain leaf."""
        kind = type(value)
        if kind is dict or kind is list:
            below.append(value)
        elif kind is bytes:
            self.attachments.append(value)
        elif kind is float:
            if not math.isfinite(value):
                raise _Faulty(_NO_NUMBER)
        elif self._takes_undefined and kind is msgpack.Ext and write(value) == _UNDEFINED:
            self.undefined += 1
            return True
        else:
            raise _Faulty(_EXTENSION)
        return False


_LEAVES = frozenset((str, int, bool, type(None)))
