"""Texts of dates, times, durations and decimals, as Pydantic writes and reads them.

The formats of JSON Schema want an offset in every time, and no fractions or signs in durations;
Pydantic writes naive times without one, and timedelta with them.
"""

from __future__ import annotations

__all__ = ["DATE", "DECIMAL", "DURATION", "OFFSET", "TIME", "V1_DECIMAL", "V1_DURATION", "V1_TIME"]

_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_HOUR = "(?:[01][0-9]|2[0-3])"
_SECONDS = "[0-9]+(?:\\.[0-9]+)?S"
_DAYS = "(?:[0-9]+Y(?:[0-9]+M)?(?:[0-9]+D)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)"
_HOURS = f"T(?:[0-9]+H(?:[0-9]+M)?(?:{_SECONDS})?|[0-9]+M(?:{_SECONDS})?|{_SECONDS})"
_NUMBER = "(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)"

DATE = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
TIME = f"{_CLOCK}(?::[0-5][0-9](?:\\.[0-9]+)?)?"
OFFSET = f"(?:[Zz]|[+-]{_HOUR}:?[0-5][0-9])"
DURATION = f"^[+-]?P(?:[0-9]+W|{_DAYS}(?:{_HOURS})?|{_HOURS})$"
DECIMAL = f"^[+-]?{_NUMBER}(?:[eE][+-]?[0-9]+)?$"

#: A time of day, perhaps with an offset.
V1_TIME = f"{_CLOCK}(?::[0-5][0-9](?:\\.[0-9]{{1,12}})?)?(?:Z|[+-]{_HOUR}(?::?[0-5][0-9])?)?"
V1_DURATION = f"^[+-]?P(?:[0-9]+D(?:{_HOURS})?|{_HOURS})$"
#: It becomes an integer when it is sent, which should not have a million digits.
V1_DECIMAL = f"^[+-]?{_NUMBER}(?:[eE][+-]?[0-9]{{1,3}})?$"
