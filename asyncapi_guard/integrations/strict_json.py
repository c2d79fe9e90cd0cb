"""Strict JSON: texts that only a lenient parser takes become data that says so."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, NoReturn

import msgspec

__all__ = ["Malformed", "StrictJSON"]


_NO_JSON = "the data is not JSON"
_TOO_DEEP = "the data is nested too deeply"


class Malformed:
    """Stands in the place of a packet's data that cannot be read."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason: str = reason


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


#: Several times as fast as the standard library, and as strict as it is made here, but for names.
_read = msgspec.json.Decoder().decode
#: For numbers of which it takes thirty times as long as the standard library, and a client may send
#: a million bytes of them: those near the ends of what a float can be.
_read_extremes = msgspec.json.Decoder(float_hook=_finite).decode
# Two, because what begins with one letter is found without a look at each character.
_EXTREME = re.compile("e[+-]?[0-9]{3}").search
_EXTREME_IN_CAPITALS = re.compile("E[+-]?[0-9]{3}").search
_write = msgspec.json.Encoder().encode
_ESCAPED_COLON = re.compile(r"\\u003a", re.IGNORECASE)


def _is_whole(data: Any, text: str) -> bool:
    """Whether data has all that its text has: no property was lost to another of its name.

    A property stands in a text with a colon of its own; all other colons are in strings. Written
    again, the data has fewer than its text when something was lost, if no string has colons that
    the text does not show.
    """
    if _write(data).count(b":") != text.count(":"):
        return False
    return "\\u003" not in text or _ESCAPED_COLON.search(text) is None


def _checked(text: str) -> Any:
    """Data by the standard library, with a look at every name; or what is wrong with it."""
    try:
        data = _decode(text)
        if "\\u" in text and ("\\ud" in text or "\\uD" in text):
            json.dumps(data, ensure_ascii=False).encode()
    except _Refused as error:
        return Malformed(str(error))
    except RecursionError:
        return Malformed(_TOO_DEEP)
    except UnicodeEncodeError:
        return Malformed("a text has half of a surrogate pair")
    except ValueError:
        return Malformed(_NO_JSON)
    return data


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
            extreme = _EXTREME(text) or _EXTREME_IN_CAPITALS(text)
            data = _read_extremes(text) if extreme else _read(text)
            if not _is_whole(data, text):
                data = _checked(text)
        except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
            data = _checked(text)
        if self.standard or isinstance(data, Malformed):
            return data
        try:
            return self.module.loads(text, **options)
        except RecursionError:
            return Malformed(_TOO_DEEP)
        except ValueError:
            return Malformed(_NO_JSON)

    def dumps(self, data: Any, **options: Any) -> str:
        """JSON text; raises `ValueError` or `TypeError` for what is none."""
        if self.standard:
            return _encoded(data) or _quickly(data) or _encode(data)
        text: str = self.module.dumps(data, **options)
        _decode(text)
        return text


def _encoded(data: Any) -> str | None:
    """An ack or an event with one value that can write itself; `None` for anything else."""
    if type(data) is not list or not 0 < len(data) < 3:  # a value, or a name and one
        return None
    write = getattr(data[-1], "wire_text", None)
    text = write() if write is not None else None
    if text is None or len(data) == 1:
        return text and f"[{text}]"
    return f"[{_quoted(data[0])},{text}]" if type(data[0]) is str else None


def _quickly(data: Any) -> str | None:
    """The text of what has only JSON's own types, and no more than ASCII; `None` for the rest.

    Of such data both encoders write the same, but for exponents. Of others, this one would write
    what has another meaning (an infinity as `null`, a set as a list), or other characters than
    clients get without the guard.
    """
    try:
        text = _write(data).decode() if _is_plain(data) else ""
    except (ValueError, OverflowError, RuntimeError):  # too deep, or changed by another thread
        return None
    return text if text.isascii() and "\x7f" not in text else None


#: What needs no second look.
_LEAVES = frozenset((str, int, bool, type(None)))


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or (type(item) not in _LEAVES and not _is_plain(item)):
                return False
        return True
    if kind is list:
        for item in value:  # noqa: SIM110  # a loop, and no call for a leaf: several times as fast
            if type(item) not in _LEAVES and not _is_plain(item):
                return False
        return True
    return kind is float and -1e999 < value < 1e999


@lru_cache(1024)
def _quoted(event: str) -> str:
    return _encode(event)
