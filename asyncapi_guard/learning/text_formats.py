"""The formats of JSON Schema that a string matches."""

from __future__ import annotations

import re

from asyncapi_guard.schema.string_formats import CHECKS

__all__ = ["formats_of"]

#: How long a text may be that is looked at.
_LONGEST = 300
#: What texts must look like before they are looked at more closely.
_HINTS: dict[str, re.Pattern[str]] = {
    "date-time": re.compile(r"\d{4}-\d\d-\d\d[Tt ].*"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "time": re.compile(r"\d\d:\d\d:\d\d.*"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "ipv4": re.compile(r"[\d.]{7,15}"),
    "ipv6": re.compile(r"[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*"),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+"),
}
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def formats_of(text: str) -> set[str]:
    """The names of the formats that a text has.

    Formats that nearly every text has, such as `hostname` or `uri-reference`, are none of these.
    """
    if not 7 <= len(text) <= _LONGEST:
        return set()
    if _UUID.fullmatch(text):
        return {"uuid"}
    return {name for name, hint in _HINTS.items() if hint.fullmatch(text) and CHECKS[name](text)}
