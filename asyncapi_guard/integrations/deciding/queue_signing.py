"""Signatures of what guarded processes publish to a message queue.

A signature is an HMAC-SHA256 over the message as canonical JSON: names sorted, no blanks, ASCII. It
says that whoever published the message knows the key, and that nobody has changed it since. It does
not say when that was: a message that somebody has heard can be published again.
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import Any

__all__ = ["SIGNATURE", "is_signed", "sign"]

#: The name under which a message has its signature.
SIGNATURE = "guard"
_VERSION = 1
#: Nothing else that is signed with the same key begins like this.
_PREFIX = b"asyncapi-guard/queue/1\n"
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def sign(message: dict[str, Any], key: bytes) -> dict[str, Any]:
    """Return a message with its signature; an older signature is replaced.

    Args:
        message: what goes to the queue. It stays as it is.
        key: what all guarded processes share.

    Raises:
        TypeError: it has a value that JSON has no form for.
        ValueError: it has a number that JSON has no form for, or contains itself.
    """
    rest = {name: value for name, value in message.items() if name != SIGNATURE}
    # As it is read again: tuples are lists, and names of properties are texts.
    read = json.loads(json.dumps(rest, allow_nan=False))
    return {**rest, SIGNATURE: {"v": _VERSION, "mac": _mac(read, key)}}


def is_signed(message: dict[str, Any], key: bytes) -> bool:
    """Return whether a message has the signature that the key gives it.

    Args:
        message: what came from the queue, as JSON has it.
        key: as for `sign`.
    """
    signature = message.get(SIGNATURE)
    if not isinstance(signature, dict) or signature.keys() != {"v", "mac"}:
        return False
    version, mac = signature["v"], signature["mac"]
    if type(version) is not int or version != _VERSION or not isinstance(mac, str):
        return False
    rest = {name: value for name, value in message.items() if name != SIGNATURE}
    try:
        expected = _mac(rest, key)
    except (TypeError, ValueError, RecursionError):
        return False  # nobody has signed what is not JSON
    return hmac.compare_digest(mac.encode("utf-8", "replace"), expected.encode())


def _mac(message: dict[str, Any], key: bytes) -> str:
    return hmac.new(key, _PREFIX + _canonical(message).encode(), sha256).hexdigest()
