"""Strings in the formats of JSON Schema and OpenAPI."""

from __future__ import annotations

import base64
import calendar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncapi_guard.values.choices import Choices

__all__ = ["FORMATS", "SHORTEST", "stretched"]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ALNUM = "abcdefghijklmnopqrstuvwxyz0123456789"
#: For examples, by RFC 2606 and RFC 5737.
_DOMAINS = ("example.com", "example.org", "example.net", "sub.example.com", "a.example")
_OFFSETS = ("Z", "+00:00", "-08:00", "+05:30", "+14:00")


def _of(choices: Choices, alphabet: str, least: int, most: int) -> str:
    found = ""
    while choices.more(len(found), least, most):
        found += choices.one_of(alphabet)
    return found


def _date(choices: Choices) -> str:
    year = 2000 + choices.integer(0, 60) if not choices.boolean() else choices.integer(1, 9999)
    month = choices.integer(1, 12)
    day = choices.integer(1, calendar.monthrange(year, month)[1])
    return f"{year:04}-{month:02}-{day:02}"


def _time(choices: Choices) -> str:
    hour, minute, second = (choices.integer(0, most) for most in (23, 59, 59))
    fraction = f".{choices.integer(0, 999):03}" if choices.boolean() else ""
    return f"{hour:02}:{minute:02}:{second:02}{fraction}{choices.one_of(_OFFSETS)}"


def _duration(choices: Choices) -> str:
    kind = choices.integer(0, 3)
    amount = choices.integer(0, 400)
    if kind == 0:
        return f"P{amount}D"
    if kind == 1:
        return f"P{amount}W"
    if kind == 2:
        return f"PT{amount}H{choices.integer(0, 59)}M{choices.integer(0, 59)}S"
    return f"P{amount}Y{choices.integer(0, 11)}M{choices.integer(0, 30)}D"


def _email(choices: Choices) -> str:
    local = _of(choices, _ALNUM, 1, 12)
    if choices.boolean():
        local += choices.one_of(".+-_") + _of(choices, _ALNUM, 1, 8)
    return f"{local}@{choices.one_of(_DOMAINS)}"


def _hostname(choices: Choices) -> str:
    labels = [_of(choices, _LETTERS, 1, 8)]
    while choices.more(len(labels), 1, 4):
        labels.append(_of(choices, _ALNUM, 1, 8))
    return ".".join([*labels, choices.one_of(("example", "example.com"))])


def _ipv4(choices: Choices) -> str:
    return ".".join(str(choices.integer(0, 255)) for _ in range(4))


def _ipv6(choices: Choices) -> str:
    if not choices.boolean():
        return f"2001:db8::{choices.integer(0, 0xFFFF):x}"
    return ":".join(f"{choices.integer(0, 0xFFFF):x}" for _ in range(8))


def _path(choices: Choices) -> str:
    found = ""
    count = 0
    while choices.more(count, 0, 4):
        count += 1
        found += "/" + _of(choices, _ALNUM, 1, 8)
    return found


def _uri(choices: Choices) -> str:
    found = f"https://{choices.one_of(_DOMAINS)}{_path(choices)}"
    if choices.boolean():
        found += f"?{_of(choices, _LETTERS, 1, 5)}={_of(choices, _ALNUM, 0, 8)}"
    return found


def _iri(choices: Choices) -> str:
    return _uri(choices) + ("#ü" if choices.boolean() else "")


def _reference(choices: Choices) -> str:
    return "/" + _path(choices).lstrip("/") if not choices.boolean() else _uri(choices)


def _template(choices: Choices) -> str:
    return f"{_path(choices)}/{{{_of(choices, _LETTERS, 1, 8)}}}"


def _pointer(choices: Choices) -> str:
    return _path(choices) + choices.one_of(("", "/0", "/a~1b", "/ä"))


def _relative_pointer(choices: Choices) -> str:
    return f"{choices.integer(0, 9)}{_path(choices)}"


def _uuid(choices: Choices) -> str:
    drawn = f"{choices.integer(0, (1 << 120) - 1):030x}"
    variant = choices.one_of("89ab")
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[12:15]}-{variant}{drawn[15:18]}-{drawn[18:]}"


def _byte(choices: Choices) -> str:
    return base64.b64encode(choices.binary(0, 24)).decode()


def _regex(choices: Choices) -> str:
    return f"^{_of(choices, _LETTERS, 1, 5)}{choices.one_of(('', '+', '[0-9]*', '.?$'))}"


#: By format: what makes a text of it.
FORMATS: Mapping[str, Callable[[Choices], str]] = {
    "byte": _byte,
    "date": _date,
    "date-time": lambda choices: f"{_date(choices)}T{_time(choices)}",
    "duration": _duration,
    "email": _email,
    "hostname": _hostname,
    "idn-email": _email,
    "idn-hostname": _hostname,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "iri": _iri,
    "iri-reference": _reference,
    "json-pointer": _pointer,
    "regex": _regex,
    "relative-json-pointer": _relative_pointer,
    "time": _time,
    "uri": _uri,
    "uri-reference": _reference,
    "uri-template": _template,
    "uuid": _uuid,
}

#: By format: texts that are as short as can be.
SHORTEST: Mapping[str, tuple[str, ...]] = {
    "byte": ("", "AA=="),
    "duration": ("P0D",),
    "email": ("a@b",),
    "hostname": ("a",),
    "idn-email": ("a@b",),
    "idn-hostname": ("a",),
    "ipv4": ("0.0.0.0", "1.1.1.1"),  # noqa: S104  # nobody listens there
    "ipv6": ("::", "::1"),
    "iri": ("a:",),
    "iri-reference": ("", "a"),
    "json-pointer": ("", "/"),
    "regex": ("", "a"),
    "relative-json-pointer": ("0",),
    "uri": ("a:",),
    "uri-reference": ("", "a"),
    "uri-template": ("", "a"),
}
_LABEL = 60


def stretched(format: str, text: str, least: int) -> str:
    """A text of a format made longer, where that is easily done."""
    missing = least - len(text)
    if missing <= 0:
        return text
    if format in ("email", "idn-email") and missing < _LABEL // 2:
        return "a" * missing + text
    if format in ("email", "idn-email", "hostname", "idn-hostname"):
        local, at, domain = text.rpartition("@")
        labels = "".join("a" * _LABEL + "." for _ in range(missing // (_LABEL + 1)))
        rest = least - len(text) - len(labels)
        # A label has one character at least, and a full stop behind it.
        labels += ("a" * max(1, rest - 1) + ".") if rest else ""
        return f"{local}{at}{labels}{domain}"
    if format == "byte":
        return "AAAA" * -(-missing // 4) + text
    if format == "regex":
        return text + "a" * missing
    is_path = "uri" in format or "iri" in format or "pointer" in format
    return f"{text}/{'a' * (missing - 1)}" if is_path else text
