"""What Python's own functions and methods give, whatever they are given."""

from __future__ import annotations

import datetime as dt
import json
import random
import secrets
import time
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.sends.shapes import (
    BOOLEAN,
    BYTES,
    INTEGER,
    NUMBER,
    STRING,
    TIME,
    Array,
    Shape,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CLASSES", "METHODS", "gives", "makes_time"]

#: Instances of these are what they are, whatever they are made of.
CLASSES: dict[Any, Shape] = {
    str: STRING,
    int: INTEGER,
    float: NUMBER,
    bool: BOOLEAN,
    bytes: BYTES,
    bytearray: BYTES,
    range: Array(INTEGER),
    dt.date: TIME,
    dt.datetime: TIME,
}
_FUNCTIONS: dict[Callable[..., Any], Shape] = {
    **dict.fromkeys((ascii, bin, chr, format, hex, oct, repr), STRING),
    **dict.fromkeys((hash, id, len, ord), INTEGER),
    **dict.fromkeys((all, any, callable, hasattr, isinstance, issubclass), BOOLEAN),
    **dict.fromkeys((time.time, time.monotonic, time.perf_counter), NUMBER),
    **dict.fromkeys((time.time_ns, time.monotonic_ns, time.perf_counter_ns), INTEGER),
    **dict.fromkeys((time.strftime, time.ctime, time.asctime, json.dumps), STRING),
    **dict.fromkeys((random.random, random.uniform, random.gauss), NUMBER),
    **dict.fromkeys((random.randint, random.randrange, random.getrandbits), INTEGER),
    **dict.fromkeys((secrets.token_hex, secrets.token_urlsafe), STRING),
    secrets.randbelow: INTEGER,
}
_TEXTS = (
    "capitalize casefold center expandtabs format format_map join ljust lower lstrip removeprefix "
    "removesuffix replace rjust rstrip strip swapcase title translate upper zfill"
)
_QUESTIONS = (
    "endswith isalnum isalpha isdecimal isdigit islower isnumeric isspace isupper startswith"
)
#: What methods give, by what has them.
METHODS: dict[Shape, dict[str, Shape]] = {
    STRING: {
        **dict.fromkeys(_TEXTS.split(), STRING),
        **dict.fromkeys(_QUESTIONS.split(), BOOLEAN),
        **dict.fromkeys(("count", "find", "index", "rfind", "rindex"), INTEGER),
        **dict.fromkeys(("split", "rsplit", "splitlines"), Array(STRING)),
        "encode": BYTES,
    },
    BYTES: {"decode": STRING, "hex": STRING},
    TIME: {
        **dict.fromkeys(("isoformat", "strftime", "ctime"), STRING),
        "timestamp": NUMBER,
        **dict.fromkeys(("astimezone", "date", "replace", "time"), TIME),
    },
}
_CLOCKS = frozenset(("now", "utcnow", "today", "fromtimestamp", "fromisoformat", "strptime"))


def gives(function: Any) -> Shape | None:
    """What one of Python's functions gives; `None` for others."""
    try:
        return _FUNCTIONS.get(function)
    except TypeError:  # an object of the application that nobody can look for
        return None


def makes_time(function: Any) -> bool:
    """Whether it is a method of the classes of dates and times that makes one of them."""
    owner = getattr(function, "__objclass__", None) or getattr(function, "__self__", None)
    dates = (dt.date, dt.datetime)
    return owner in dates and getattr(function, "__name__", "") in _CLOCKS
