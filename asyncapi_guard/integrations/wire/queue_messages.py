"""Messages of a message queue, read strictly.

Most queues carry JSON as a text or as bytes; some hand over objects that they have read themselves.
A queue whose manager has another `json` may carry MessagePack. Whatever comes, there are two
readings: what is validated, and what python-socketio would make of the message, which is what acts.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from socketio import ZmqManager

from asyncapi_guard.integrations.wire.codec import Codec
from asyncapi_guard.integrations.wire.strict_json import Malformed, Revived, StrictJSON
from asyncapi_guard.integrations.wire.undecoded import UNDECODED

__all__ = ["EnvelopeJSON", "QueueJSON", "QueueReader", "Read", "Received", "json_of"]

_NO_OBJECT = "a message must be an object"
_NO_TEXT = "a message must be a text or an object"
_NO_UTF8 = "a message must be UTF-8"
_UNDECODED = "a message must be what its content type and encoding say"
_TOO_DEEP = "the data is nested too deeply"
#: More digits are rejected in texts as well: reading them takes the square of their number.
_LARGEST = 10**100
#: How a map begins in MessagePack, and no text in UTF-8.
_MAPS = frozenset((*range(0x80, 0x90), 0xDE, 0xDF))


class Read(NamedTuple):
    """A message that was read.

    Attributes:
        made: as python-socketio would read it; `None` for what it would not act on.
        strict: what is validated; `None` where there is a fault.
        fault: why it cannot be validated; one sentence without its values.
    """

    made: dict[str, Any] | None
    strict: dict[str, Any] | None
    fault: str | None = None


class Received(dict[str, Any]):
    """A message that was read before python-socketio looks at it.

    Attributes:
        read: what was read.
    """

    __slots__ = ("read",)

    def __init__(self, read: Read) -> None:
        super().__init__(read.made or {})
        self.read: Read = read


class QueueReader:
    """Reads what comes from a queue.

    Args:
        module: the manager's `json`.
    """

    def __init__(self, module: Any) -> None:
        self.module: Any = module
        self._json = StrictJSON(module)
        self._standard: bool = Codec(module).standard

    def read(self, raw: Any) -> Read:
        """Read a message, whatever it is. Nothing is raised."""
        if type(raw) is Received:
            return raw.read
        if isinstance(raw, dict):
            return _read_object(raw)
        if raw is UNDECODED:
            return Read(None, None, _UNDECODED)
        strict, fault = self._strictly(raw)
        if fault is not None:
            return Read(self._leniently(raw), None, fault)
        made = strict
        if type(strict) is Revived:
            strict, made = strict.strict, strict.made
        if not isinstance(strict, dict) or not isinstance(made, dict):
            return Read(None, None, _NO_OBJECT)
        return Read(made, strict)

    def _strictly(self, raw: Any) -> tuple[Any, str | None]:
        """Data, or what is wrong with it."""
        if isinstance(raw, (bytes, bytearray)):
            if not self._standard and raw and raw[0] in _MAPS:
                return self._read_msgpack(bytes(raw))
            try:
                raw = raw.decode()
            except UnicodeDecodeError:
                return None, _NO_UTF8
        if not isinstance(raw, str):
            return None, _NO_TEXT
        data = self._json.loads(raw)
        return (None, data.reason) if type(data) is Malformed else (data, None)

    def _read_msgpack(self, raw: bytes) -> tuple[Any, str | None]:
        """Data of a manager whose own module reads MessagePack."""
        # Only a manager that carries MessagePack brings along what that needs.
        from asyncapi_guard.integrations.wire.strict_msgpack import read_values

        values = read_values(raw)
        if values.fault is not None:
            return None, values.fault
        _, strict, fault = _read_object(values.data)  # bytes are not where others might look
        if fault is not None:
            return None, fault
        try:
            made = self.module.loads(raw)
        except Exception:  # noqa: BLE001  # a module of the application's may raise anything
            return None, "the data is not what the manager reads"
        return (strict if made == strict else Revived(strict, made)), None

    def _leniently(self, raw: Any) -> dict[str, Any] | None:
        """What python-socketio would act on."""
        try:
            data = self.module.loads(raw)
        except Exception:  # noqa: BLE001  # a module of the application's may raise anything
            return None
        return data if isinstance(data, dict) else None


class QueueJSON:
    """Stands for the `json` of a manager that began to listen before it was guarded.

    Its listener goes on with what `loads` returns: so that is what tells the hooks what is wrong.

    Args:
        reader: reads what comes.
    """

    def __init__(self, reader: QueueReader) -> None:
        self._reader = reader

    def __getattr__(self, name: str) -> Any:
        reader = object.__getattribute__(self, "_reader")  # a copy has none yet
        return getattr(reader.module, name)

    def loads(self, raw: Any, *args: Any, **options: Any) -> Any:
        """Read a message; what would end the listener becomes `None`, which it ignores."""
        read = self._reader.read(raw)
        if read.made is not None:
            return Received(read)
        data = self._reader.module.loads(raw, *args, **options)
        try:
            ends = "method" in data
        except TypeError:
            ends = True
        return None if ends else data


class EnvelopeJSON(QueueJSON):
    """Stands for the `json` of a manager that reads envelopes by itself: the one for ZeroMQ.

    It would raise, and be started again, for an envelope that says too little.
    """

    def loads(self, raw: Any, *args: Any, **options: Any) -> Any:  # noqa: ARG002  # as the module's
        """Read an envelope; what is wrong with it is wrong with the message in it."""
        read = self._reader.read(raw)
        if read.made is None or not {"type", "channel"} <= read.made.keys():
            return None
        message = read.made.get("data")
        if read.fault is not None and isinstance(message, dict):
            return {**read.made, "data": Received(Read(message, None, read.fault))}
        return read.made


def json_of(manager: Any, reader: QueueReader) -> Any:
    """Return what must stand for a manager's `json`, if anything must.

    Args:
        manager: of a server.
        reader: reads what comes to it.
    """
    if isinstance(manager, ZmqManager):
        return EnvelopeJSON(reader)
    if getattr(manager, "thread", None) is not None:  # it listens already
        return QueueJSON(reader)
    return None


class _Faulty(Exception):
    """Its text is what is wrong."""


def _read_object(raw: Any) -> Read:
    """Read an object that the queue has read already: a copy, which nobody else can change."""
    try:
        plain = _plain(raw)
    except _Faulty as error:
        return Read(raw, None, str(error))
    except RecursionError:
        return Read(raw, None, _TOO_DEEP)
    return Read(plain, plain)


def _plain(value: Any) -> Any:
    """Return a copy of a value, if it is one of JSON's."""
    kind = type(value)
    if kind is str:
        return _unicode(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        if -_LARGEST < value < _LARGEST:
            return value
        raise _Faulty("an integer has more than 100 digits")
    if kind is float:
        if math.isfinite(value):
            return value
        raise _Faulty("NaN and infinities are not JSON")
    if isinstance(value, dict):
        return {_name(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    raise _Faulty("a value has no form in JSON")


def _name(name: Any) -> str:
    if type(name) is not str:
        raise _Faulty("the name of a property must be a text")
    return _unicode(name)


def _unicode(text: str) -> str:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _Faulty("a text has half of a surrogate pair") from None
    return text
