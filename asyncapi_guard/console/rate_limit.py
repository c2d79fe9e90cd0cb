"""How often one client can ask, within a bounded memory."""

from __future__ import annotations

import ipaddress
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

__all__ = ["RateLimit", "network_of"]

#: Clients that are told apart.
_MOST = 1_000


def network_of(client: str | None) -> Hashable:
    """What stands for a client: its address; of IPv6 the /64, all of which one client can have."""
    try:
        address = ipaddress.ip_address(client or "")
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped is not None else (address.packed[:8],)
    return str(address)


class RateLimit:
    """Grants so much a second to each client; what was not used is kept for one second.

    Any thread can ask.

    Args:
        rate: how much a second.
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        #: What each client has left, and when that was counted; the one that asked last is last.
        self._left: dict[Hashable, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, client: Hashable, wanted: int) -> int:
        """Take as much as is left of what was wanted; return how much that is."""
        with self._lock:
            now = self._clock()
            left, at = self._left.pop(client, (float(self._rate), now))
            left = min(float(self._rate), left + (now - at) * self._rate)
            granted = min(wanted, int(left))
            if len(self._left) >= _MOST:
                del self._left[next(iter(self._left))]
            self._left[client] = left - granted, now
            return granted
