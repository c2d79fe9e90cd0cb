"""What leaves: encoded once, and validated as the other side will read it.

Between looking at a value and encoding it, another thread may change it, and a subclass may show
one thing to a reader and another to an encoder. So the encoder goes first, and runs in C, where no
other thread gets a turn. What is validated is its text, read again; and that text is what is sent.

orjson is the encoder where it says what the standard library would say. It rejects subclasses, and
whatever else it writes in words of its own (tuples, UUIDs, `NaN` as `null`) does not read back as
what it was. The standard library encodes the rest, or the application's own JSON module does.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from engineio import json as engineio_json
from socketio import packet

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Codec", "Encoded", "Unsendable", "copied"]

_OWN_WORDS = (
    orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
)
#: Nobody can change them, and the encoder has one word for them.
_SCALARS = frozenset((str, int, bool, type(None)))
_write = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Unsendable(ValueError):
    """A value has no form in JSON. Its text never holds the value."""


class Encoded:
    """The arguments of an event or the values of an ack, ready to be sent.

    Attributes:
        values: what the other side will read; nobody else holds the lists and dicts in it.
        text: the same as the text of a JSON array, with placeholders for bytes.
        attachments: the bytes.
    """

    __slots__ = ("_copy", "attachments", "text", "values")

    def __init__(
        self,
        values: Sequence[Any],
        text: str,
        attachments: tuple[bytes, ...] = (),
    ) -> None:
        self.values: Sequence[Any] = values
        self.text: str = text
        self.attachments: tuple[bytes, ...] = attachments

    @property
    def copy(self) -> Sequence[Any]:
        """What the same encoder makes the same text of; nobody else holds its lists and dicts."""
        made: Sequence[Any] = getattr(self, "_copy", self.values)
        return made

    def of_copy(self, copy: Sequence[Any]) -> Encoded:
        """The same, and what it was made of where its values would make another text."""
        self._copy = copy
        return self

    def after(self, event: str) -> str:
        """The data of the event's packet: the event's name, and then the arguments."""
        return f"[{_quoted(event)},{self.text[1:]}" if len(self.text) > 2 else f"[{_quoted(event)}]"


class Codec:
    """Encodes what leaves.

    Args:
        module: the JSON module of the application.
    """

    __slots__ = ("module", "standard")

    def __init__(self, module: Any) -> None:
        self.module: Any = module
        #: It is the standard library's, as it is or as engine.io wraps it.
        self.standard: bool = module is json or module is engineio_json

    def encode(self, args: Sequence[Any]) -> Encoded:
        """Encode a list or a tuple of arguments.

        Raises:
            Unsendable: a value has no form in JSON, whatever is wrong with it.
        """
        quick = _quickly(args) if self.standard else None
        if quick is not None:
            return quick
        try:
            return self._carefully(args)
        except Exception as error:
            # Encoders run methods of the values: they may raise anything, and quote the value.
            raise Unsendable("it has no form in JSON") from error

    def _carefully(self, args: Sequence[Any]) -> Encoded:
        attachments: list[bytes] = []
        data: Any = list(args)
        copy = None
        if not self.standard:
            data = copy = copied(data)
        if _has_bytes(data):
            data = _taken_apart(data, attachments)
        if self.standard:
            text = _write(data)
        else:
            _check_numbers(data)  # a module may write `null` for what is none
            text = self.module.dumps(data, separators=(",", ":"))
        values = _read(text)
        if attachments:
            values = packet.Packet.reconstruct_binary(values, attachments)
        made = Encoded(values, text, tuple(attachments))
        return made if copy is None else made.of_copy(copy)


def _quickly(args: Sequence[Any]) -> Encoded | None:
    """What only has JSON's own types; `None` for anything else."""
    values: Sequence[Any] = args
    try:
        text = orjson.dumps(args, None, _OWN_WORDS)
        if len(args) != 1 or type(args[0]) not in _SCALARS:
            values = orjson.loads(text)
            if values != (args if type(args) is list else [*args]):
                return None
    except (TypeError, ValueError, RecursionError):
        return None
    written = text.decode()  # in it, one character is found sooner than in bytes
    if written.isascii() and "\x7f" not in written:
        return Encoded(values, written)
    # The characters that clients get without the guard.
    return Encoded(values, _write(values))


def _has_bytes(value: Any) -> bool:
    """Whether there are bytes where python-socketio looks for them: in lists and dicts."""
    if isinstance(value, dict):
        return any(map(_has_bytes, list(value.values())))
    if isinstance(value, list):
        return any(map(_has_bytes, list(value)))
    return isinstance(value, (bytes, bytearray))


def _taken_apart(value: Any, attachments: list[bytes]) -> Any:
    """A value with a placeholder for all bytes, which go to the attachments."""
    if isinstance(value, (bytes, bytearray)):
        attachments.append(bytes(value))
        return {"_placeholder": True, "num": len(attachments) - 1}
    # A list of it first: another thread may change it meanwhile.
    if isinstance(value, dict):
        return {key: _taken_apart(item, attachments) for key, item in list(value.items())}
    if isinstance(value, list):
        return [_taken_apart(item, attachments) for item in list(value)]
    return value


def copied(value: Any) -> Any:
    """A copy of a value's lists and dicts, as they are read once."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in list(value.items())}
    if isinstance(value, list):
        return [copied(item) for item in list(value)]
    return bytes(value) if isinstance(value, bytearray) else value


def _check_numbers(value: Any) -> None:
    """Raise ValueError for numbers that JSON does not have."""
    if isinstance(value, float) and not -1e999 < value < 1e999:
        raise ValueError("NaN and infinities are not JSON")
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in list(value):
            _check_numbers(item)


def _no_constant(_text: str) -> Any:
    raise ValueError("NaN and infinities are not JSON")


_decode = json.JSONDecoder(parse_constant=_no_constant).decode


def _read(text: str) -> list[Any]:
    """What a client will read in a text.

    Raises:
        ValueError: it is not JSON, not Unicode, or not a list.
    """
    values = _decode(text)
    if "\\u" in text or not text.isascii():
        _write_unicode(values).encode()  # half of a surrogate pair has no code
    if type(values) is not list:
        raise ValueError("not a list")
    return values


_write_unicode = json.JSONEncoder(ensure_ascii=False).encode


@lru_cache(1024)
def _quoted(event: str) -> str:
    return _write(event)
