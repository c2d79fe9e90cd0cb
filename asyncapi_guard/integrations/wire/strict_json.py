"""Strict JSON: texts that only a lenient parser takes become data that says so."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import jiter
import orjson

from asyncapi_guard.integrations.wire.codec import Codec

__all__ = ["Malformed", "Revived", "StrictJSON"]

_NO_JSON = "the data is not JSON"
_LONG = "an integer has more than 100 digits"
_TOO_DEEP = "the data is nested too deeply"


class Malformed:
    """Stands in the place of a packet's data that strict JSON has no room for.

    Attributes:
        reason: what is wrong with it; one sentence without its values.
    """

    __slots__ = ("_data", "_module", "_text", "reason")

    def __init__(
        self, reason: str, text: str | bytes | None = None, module: Any = json, data: Any = None
    ) -> None:
        self.reason: str = reason
        self._text = text
        self._module = module
        self._data = data

    def as_unguarded(self) -> Any:
        """What the server reads without the guard: by its own JSON module, if there is a text.

        Raises:
            Exception: whatever that module raises for a text that it cannot read either.
        """
        if self._text is None and self._data is None:
            raise ValueError("it can't be read")
        return self._data if self._text is None else self._module.loads(self._text)


class Revived:
    """Data of which the application's JSON module made other objects.

    Attributes:
        strict: the data as JSON has it, which is validated.
        made: what handlers get.
    """

    __slots__ = ("made", "strict")

    def __init__(self, strict: Any, made: Any) -> None:
        self.strict: Any = strict
        self.made: Any = made


class _Rejected(ValueError):
    """Text that is no strict JSON."""


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise _Rejected("two properties of one object have the same name")
    return data


def _no_constant(_text: str) -> NoReturn:
    raise _Rejected("NaN and infinities are not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if -1e999 < number < 1e999:  # constants: this runs for every number with a fraction
        return number
    raise _Rejected("a number is too large")


def _short(text: str) -> int:
    if len(text) > _DIGITS:
        raise _Rejected(_LONG)
    return int(text)


_decode = json.JSONDecoder(
    object_pairs_hook=_unique_keys,
    parse_constant=_no_constant,
    parse_float=_finite,
    parse_int=_short,
).decode


#: Integers are left as texts: reading long ones takes the square of their length.
_scan = json.JSONDecoder(parse_int=str, parse_float=str).decode


#: engine.io's JSON module rejects longer integers: reading them takes the square of their length.
_DIGITS = 100
_STEP = 20
_ZEROS = bytes(48 if 48 <= code < 58 else 32 for code in range(256))
#: An exponent with which a number may be larger than any float: jiter makes it an infinity.
_EXTREME = re.compile("[eE][+-]?[0-9]{3}").search


def _read(text: str) -> Any:
    """Data, or what is wrong with its text.

    Most clients write JSON as orjson does, so a text is compared with what orjson makes of the data
    again. Equal texts prove that nothing was lost, above all no property to another of its name,
    and cost less than looking at every name.
    """
    try:
        data = orjson.loads(text)
    except (ValueError, RecursionError):  # it says what is wrong in words of its own
        return _checked(text)
    try:
        if orjson.dumps(data) == text.encode():
            return data
    except (ValueError, TypeError, RecursionError):
        pass  # a number of another kind, or half a surrogate pair
    return _read_another_spelling(text)


def _read_another_spelling(text: str) -> Any:
    """Data of a text with blanks, escapes or exponents that orjson writes in another way."""
    if _EXTREME(text) or (len(text) > _DIGITS and _may_have_a_long_integer(text)):
        return _checked(text)
    try:
        return jiter.from_json(
            text.encode(), allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="keys"
        )
    except ValueError:
        return _checked(text)


def _may_have_a_long_integer(text: str) -> bool:
    """Whether there are a hundred digits in a row, maybe within a string.

    So many show in every twentieth character, and most texts need no other look.
    """
    some = text[::_STEP].encode("utf-8", "replace").translate(_ZEROS)
    if b"0" * (_DIGITS // _STEP) not in some:
        return False
    return b"0" * _DIGITS in text.encode("utf-8", "replace").translate(_ZEROS)


def _checked(text: str) -> Any:
    """Data by the standard library, with a look at every name; or what is wrong with it.

    A look at every name is slow. So what is no JSON in any case is found before.
    """
    if not _is_json(text):
        return Malformed(_NO_JSON)
    try:
        data = _decode(text)
        if "\\u" in text and ("\\ud" in text or "\\uD" in text):
            json.dumps(data, ensure_ascii=False).encode()
    except _Rejected as error:
        return Malformed(str(error), text)
    except RecursionError:
        return Malformed(_TOO_DEEP, text)
    except UnicodeEncodeError:
        return Malformed("a text has half of a surrogate pair", text)
    except ValueError:
        return Malformed(_NO_JSON, text)
    return data


def _is_json(text: str) -> bool:
    """Whether the standard library reads a text at all, with all that it puts up with."""
    try:
        _scan(text)
    except RecursionError:
        return True  # of a depth that nobody reads; that is said elsewhere
    except ValueError:
        return False
    return True


class StrictJSON:
    """The `json` of a packet class: strict with what comes, and as it was with what leaves.

    Args:
        module: the module that the application uses; when it is not the standard one, its texts are
            also held to the standard one's idea of JSON.
    """

    def __init__(self, module: Any) -> None:
        self.module: Any = module
        self.standard: bool = Codec(module).standard

    def loads(self, text: str, **options: Any) -> Any:
        """Data, or `Malformed`; never raises for a text that is no JSON."""
        data = _read(text)
        if type(data) is Malformed:
            # What the standard library does not read, nobody need try again.
            unread = self.standard and data.reason == _NO_JSON
            return Malformed(data.reason, None if unread else text, self.module)
        if self.standard:
            return data
        try:
            made = self.module.loads(text, **options)
            return made if made == data else Revived(data, made)
        except RecursionError:
            return Malformed(_TOO_DEEP, text, self.module)
        except Exception:  # noqa: BLE001  # a module of the application's may raise anything
            return Malformed(_NO_JSON, text, self.module)

    def dumps(self, data: Any, **options: Any) -> str:
        """As the application's module, which has the say over what is not validated."""
        text: str = self.module.dumps(data, **options)
        return text
