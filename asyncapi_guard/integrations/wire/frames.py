"""What comes from an engine.io server, before it is a packet of Socket.IO."""

from __future__ import annotations

from engineio import payload

__all__ = ["can_be_kept", "is_readable"]

#: In seconds; more than any server means, and less than what a clock of Python takes.
_LONGEST = 1_000_000


def is_readable(body: bytes) -> bool:
    """Return whether engine.io can read what a server answered to a poll."""
    try:
        payload.Payload(encoded_payload=body.decode("utf-8"))
    except Exception:  # noqa: BLE001  # of whatever kind: engine.io expects only some
        return False
    return True


def can_be_kept(ping_interval: float, ping_timeout: float) -> bool:
    """Return whether a client can wait as long as a server says."""
    return 0 <= ping_interval <= _LONGEST and 0 <= ping_timeout <= _LONGEST
