"""The string formats of JSON Schema as plain functions, for the engine that has none of its own.

Each takes a string and says whether it is one; none raises, none backtracks. The sources are the
RFCs that JSON Schema names (Draft 07 validation, section 7.3; 2020-12, section 7.3).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["CHECKS"]

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[zZ]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_FULL_STOPS = re.compile("[.\u3002\uff0e\uff61]")
# What RFC 5892 allows in a label beside letters, marks and digits, some of it only in context.
_IN_LABELS = frozenset("-\u00b7\u0375\u05f3\u05f4\u06fd\u06fe\u0f0b\u200c\u200d\u3007\u30fb")
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_QUOTED = re.compile(r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"')
_ESCAPED = r"%[0-9A-Fa-f]{2}"
_URI_CHARACTERS = re.compile(rf"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|{_ESCAPED})*")
_IRI_CHARACTERS = re.compile(
    rf"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=\u00a0-\U000effff-]|{_ESCAPED})*"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_TEMPLATE = re.compile(
    r"(?:[^\x00-\x20\"'<>%\\^`{|}]|%[0-9A-Fa-f]{2}|"
    r"\{[+#./;?&=,!@|]?(?:\w|%[0-9A-Fa-f]{2}|\.)+(?:\*|:\d{1,4})?"
    r"(?:,(?:\w|%[0-9A-Fa-f]{2}|\.)+(?:\*|:\d{1,4})?)*\})*"
)
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
_RELATIVE_POINTER = re.compile(r"(?:0|[1-9]\d*)(?:#|(?:/(?:[^~/]|~[01])*)*)", re.ASCII)


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    match = _TIME.fullmatch(text)
    if match is None:
        return False
    hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    offset = 0
    if match[4]:
        if int(match[5]) > 23 or int(match[6]) > 59:
            return False
        offset = (int(match[5]) * 60 + int(match[6])) * (1 if match[4] == "+" else -1)
    if hour > 23 or minute > 59 or second > 60:
        return False
    # A leap second is the last second of a day in UTC.
    return second < 60 or (hour * 60 + minute - offset) % 1440 == 1439


def _is_date_time(text: str) -> bool:
    return text[10:11] in ("T", "t") and _is_date(text[:10]) and _is_time(text[11:])


def _is_hostname(text: str) -> bool:
    return 0 < len(text) <= 253 and all(_LABEL.fullmatch(label) for label in text.split("."))


def _is_idn_hostname(text: str) -> bool:
    return 0 < len(text) <= 253 and all(map(_is_idn_label, _FULL_STOPS.split(text)))


def _is_idn_label(label: str) -> bool:
    # RFC 5891, sections 4.2.1 to 4.2.3.2 and 4.2.4; the tables and the contextual rules of RFC 5892
    # would need a database that is not in the standard library.
    if label.isascii():
        return _LABEL.fullmatch(label) is not None
    return (
        label[0] != "-" != label[-1]
        and label[2:4] != "--"
        and unicodedata.category(label[0])[0] != "M"
        and all(c in _IN_LABELS or unicodedata.category(c)[0] in "LMN" for c in label)
        and len(label.encode("punycode")) <= 63 - len("xn--")
    )


def _is_email(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    if not at or not (_LOCAL.fullmatch(local) or _QUOTED.fullmatch(local)):
        return False
    if domain.startswith("[") and domain.endswith("]"):
        inner = domain[1:-1]
        return _is_ipv6(inner[5:]) if inner.startswith("IPv6:") else _is_ipv4(inner)
    return _is_hostname(domain)


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return text.isascii()


def _is_ipv6(text: str) -> bool:
    try:
        return "%" not in text and bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False


def _reference(characters: re.Pattern[str], text: str) -> bool:
    if not characters.fullmatch(text) or text.count("#") > 1:
        return False
    authority = re.match(r"(?:[^:/?#]+:)?//([^/?#]*)", text)
    rest = text[authority.end() :] if authority else text
    if "[" in rest or "]" in rest:
        return False
    return authority is None or _is_authority(authority[1])


def _is_authority(authority: str) -> bool:
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        inner, bracket, port = host[1:].partition("]")
        return bool(bracket) and _is_ipv6(inner) and bool(re.fullmatch(r"(?::\d*)?", port))
    return not set("[]") & set(authority) and bool(re.fullmatch(r"[^:]*(?::\d*)?", host))


def _absolute(characters: re.Pattern[str], text: str) -> bool:
    scheme, colon, _ = text.partition(":")
    return bool(colon) and bool(_SCHEME.fullmatch(scheme)) and _reference(characters, text)


def _is_regex(text: str) -> bool:
    try:
        re.compile(text)
    except FutureWarning:
        return True  # where warnings are errors: `[[` may mean something else one day
    except (re.error, RecursionError, OverflowError):
        return False
    return True


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "date": _is_date,
    "date-time": _is_date_time,
    "email": _is_email,
    "hostname": _is_hostname,
    "idn-email": lambda text: 0 < text.find("@") < len(text) - 1,
    "idn-hostname": _is_idn_hostname,
    "ipv4": _is_ipv4,
    "ipv6": _is_ipv6,
    "iri": lambda text: _absolute(_IRI_CHARACTERS, text),
    "iri-reference": lambda text: _reference(_IRI_CHARACTERS, text),
    "json-pointer": lambda text: _POINTER.fullmatch(text) is not None,
    "regex": _is_regex,
    "relative-json-pointer": lambda text: _RELATIVE_POINTER.fullmatch(text) is not None,
    "time": _is_time,
    "uri": lambda text: _absolute(_URI_CHARACTERS, text),
    "uri-reference": lambda text: _reference(_URI_CHARACTERS, text),
    "uri-template": lambda text: _TEMPLATE.fullmatch(text) is not None,
}
