"""What is on the wire: strict JSON, and packets that say what is wrong with them.

python-socketio hands every packet through one class, `server.packet_class`; a guarded server gets
its own subclass. In, it turns what is no proper packet into data that says so (`Malformed`) instead
of an exception, because an exception there leaves the client without an answer. Out, it sees at no
cost that a packet has become binary, and lets nothing through that is not JSON (`NaN` ends the
client's parser).
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, NoReturn

from socketio import packet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["BinaryArguments", "Malformed", "guarded_packet_class", "has_bytes", "to_wire"]

#: How often the largest message of engine.io the attachments of one packet may hold together. They
#: wait in memory until the last one has come.
_ATTACHED = 10


class Malformed:
    """Stands in the place of a packet's data that cannot be read."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason: str = reason


class BinaryArguments(list[Any]):
    """The data of a packet that came with attachments."""

    __slots__ = ()


class _Refused(ValueError):
    """Text that is no strict JSON."""


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise _Refused("two properties of one object have the same name")
    return data


def _no_constant(_text: str) -> NoReturn:
    raise _Refused("NaN and infinities are not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if -1e999 < number < 1e999:  # constants: this runs for every number with a fraction
        return number
    raise _Refused("a number is too large")


_decode = json.JSONDecoder(
    object_pairs_hook=_unique_keys, parse_constant=_no_constant, parse_float=_finite
).decode


class _Counting(threading.local):
    """A decoder that counts the properties of the data, for each thread.

    It finds out cheaply that no property was lost to an equal name. Each name is followed by a
    colon, and each colon outside of strings stands after a quote or a blank; so there are no more
    names than such colons, and where the data has as many, none was lost. `_decode`, which looks at
    every name, takes twice as long: it is asked when the numbers differ (colons inside of strings).
    """

    def __init__(self) -> None:
        names = self._names = [0]

        def count(data: dict[str, Any]) -> dict[str, Any]:
            names[0] += len(data)
            return data

        self._decode = json.JSONDecoder(
            object_hook=count, parse_constant=_no_constant, parse_float=_finite
        ).decode

    def decode(self, text: str) -> Any:
        """Data; raises as `_decode` does."""
        self._names[0] = 0
        data = self._decode(text)
        names = self._names[0]
        if names == text.count(":"):
            return data
        if "\t" in text or "\n" in text or "\r" in text:
            return _decode(text)
        return data if names == text.count('":') + text.count(" :") else _decode(text)


_counting = _Counting()

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class StrictJSON:
    """The `json` of a packet class, made strict.

    Args:
        module: the module that the application uses; when it is not the standard one, its texts are
            also held to the standard one's idea of JSON.
    """

    def __init__(self, module: Any) -> None:
        self.module: Any = module
        self.standard: bool = getattr(module, "__name__", "") in ("json", "engineio.json")

    def loads(self, text: str, **options: Any) -> Any:
        """Data, or `Malformed`; never raises for a text that is no JSON."""
        try:
            data = _counting.decode(text)
            if "\\u" in text and ("\\ud" in text or "\\uD" in text):
                _encode_check(data)
            return data if self.standard else self.module.loads(text, **options)
        except _Refused as error:
            return Malformed(str(error))
        except RecursionError:
            return Malformed("the data is nested too deeply")
        except UnicodeEncodeError:
            return Malformed("a text has half of a surrogate pair")
        except ValueError:
            return Malformed("the data is not JSON")

    def dumps(self, data: Any, **options: Any) -> str:
        """JSON text; raises `ValueError` or `TypeError` for what is none."""
        if self.standard:
            return _encode(data)
        text: str = self.module.dumps(data, **options)
        _decode(text)
        return text


def _encode_check(data: Any) -> None:
    json.dumps(data, ensure_ascii=False).encode()


def guarded_packet_class(base: Any, largest: int, check_binary: Callable[[Any, Any], None]) -> Any:
    """A packet class for one guarded server.

    Args:
        base: the server's packet class.
        largest: how many bytes one message of engine.io may have.
        check_binary: called with namespace and data of each event to be sent that has bytes in it;
            raises if it may not.
    """
    members = {
        "json": StrictJSON(base.json),
        "most_attached": _ATTACHED * largest,
        "check_binary": staticmethod(check_binary),
    }
    return type("GuardedPacket", (_Guarded, base), members)


class _Guarded(packet.Packet):  # type: ignore[misc]  # python-socketio carries no types
    """See the module."""

    packet_type: int
    data: Any
    most_attached: int
    check_binary: Callable[[Any, Any], None]
    _received = False
    _attached = 0

    @classmethod
    def data_is_binary(cls, data: Any) -> bool:
        """As in the base class, at a fraction of the cost: it runs for each packet that is sent."""
        return _has_bytes(data, (list,))

    def encode(self) -> Any:
        if self.packet_type == packet.BINARY_EVENT and not self._received:
            self.check_binary(self.namespace, self.data)
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
