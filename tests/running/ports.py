"""Ports for servers that are told by a number where to listen.

A port that the system has given away and that is closed again can be another server's before it is
used: thousands of tests ask for one. So these are below the range from which systems give ports,
and each process of the tests has its own.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import socket
from contextlib import suppress

__all__ = ["free_port", "free_ports"]

_FIRST, _PROCESSES, _EACH = 20_000, 16, 750
_NUMBER = int((re.findall(r"\d+", os.environ.get("PYTEST_XDIST_WORKER", "")) or ["0"])[0])
_START = random.SystemRandom().randrange(_EACH)
_counted = itertools.count(_START)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and another one each time."""
    for count in _counted:
        port = _FIRST + _NUMBER % _PROCESSES * _EACH + count % _EACH
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
        if count - _START > 100 * _EACH:
            break
    raise OSError("no port is free")


def free_ports(number: int) -> list[int]:
    """Several ports, each another one."""
    return [free_port() for _ in range(number)]
