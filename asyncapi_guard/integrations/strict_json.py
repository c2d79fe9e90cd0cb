"""Strict JSON: texts that only a lenient parser takes become data that says so."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Malformed", "StrictJSON"]


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
        return data if _lost_none(self._names[0], text) else _decode(text)


_counting = _Counting()

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


#: What Pydantic's parser gives for what holds others, and for what needs no second look.
_CONTAINERS = frozenset((dict, list))
_SCALARS = frozenset((str, int, bool, type(None)))


def _fast_parser() -> Callable[[str], Any] | None:
    """Pydantic's parser of JSON, where the application has loaded it: it takes half the time."""
    parse = getattr(sys.modules.get("pydantic_core"), "from_json", None)
    if parse is None:
        return None
    quick = partial(parse, allow_inf_nan=False, cache_strings="keys")
    try:
        return quick if quick("[1]") == [1] else None
    except TypeError:  # a version that knows other arguments
        return None


def _names_in(data: Any) -> int:
    """How many properties there are in data; a negative number if one is an infinity."""
    if type(data) not in _CONTAINERS:
        return -1
    names, containers = 0, [data]
    for value in containers:  # it grows
        items = value
        if type(value) is dict:
            names += len(value)
            items = value.values()
        for item in items:
            kind = type(item)
            if kind in _SCALARS:
                continue
            if kind is not float:
                containers.append(item)
            elif not -1e999 < item < 1e999:
                return -1
    return names


def _lost_none(names: int, text: str) -> bool:
    """Whether data with so many properties has all that its text has; see `_Counting`."""
    if names == text.count(":"):
        return True
    if "\t" in text or "\n" in text or "\r" in text:
        return False
    return names == text.count('":') + text.count(" :")


class StrictJSON:
    """The `json` of a packet class, made strict.

    Args:
        module: the module that the application uses; when it is not the standard one, its texts are
            also held to the standard one's idea of JSON.
    """

    def __init__(self, module: Any) -> None:
        self.module: Any = module
        self.standard: bool = getattr(module, "__name__", "") in ("json", "engineio.json")
        self._parse = _fast_parser() if self.standard else None

    def loads(self, text: str, **options: Any) -> Any:
        """Data, or `Malformed`; never raises for a text that is no JSON."""
        if self._parse is not None:
            # It refuses some of what is fine, and says other things about what is not: what it
            # takes, and is found to have lost no property, is taken; the rest is read again.
            with suppress(ValueError, TypeError):
                data = self._parse(text)
                if _lost_none(_names_in(data), text):
                    return data
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
            return _encoded(data) or _encode(data)
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


@lru_cache(1024)
def _quoted(event: str) -> str:
    return _encode(event)


def _encode_check(data: Any) -> None:
    json.dumps(data, ensure_ascii=False).encode()
