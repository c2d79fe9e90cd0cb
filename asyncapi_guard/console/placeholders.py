"""Binary data in JSON: `{"$bytes": ...}`, an object with this one property.

- `{"$bytes": 48213}` stands for so many bytes. The contract can limit how many there are and says
  nothing of what is in them, so a page need not upload a file to have it validated.
- `{"$bytes": "aGVsbG8="}` stands for the bytes that this is the base64 of.

Any other object stands for itself.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

__all__ = ["with_bytes"]

_NAME = "$bytes"
#: More than any packet can have.
_MOST = 2**40


class _SoMany(bytes):
    """Stands for a number of bytes, and takes no more room than the number."""

    __slots__ = ()

    def __len__(self) -> int:
        return int.from_bytes(bytes(self)[:8], "big")


def with_bytes(value: Any) -> tuple[Any, bool]:
    """Put bytes in the places of what stands for them; return whether there are any.

    Args:
        value: of a reader of JSON. It is changed.

    Returns:
        The value, and whether there are bytes in it.

    Raises:
        ValueError: something stands for no bytes.
    """
    root = [value]
    todo: list[Any] = [root]
    binary = False
    while todo:
        held = todo.pop()
        for key, item in list(held.items() if isinstance(held, dict) else enumerate(held)):
            if _stands_for_bytes(item):
                held[key] = _bytes(item[_NAME])
                binary = True
            elif isinstance(item, (dict, list)):
                todo.append(item)
    return root[0], binary


def _stands_for_bytes(value: Any) -> bool:
    named = isinstance(value, dict) and value.keys() == {_NAME}
    return named and isinstance(value[_NAME], (int, str))


def _bytes(said: int | str) -> bytes:
    if isinstance(said, str):
        try:
            return base64.b64decode(said, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(f"the text of {_NAME} must be base64") from None
    if isinstance(said, bool) or not 0 <= said < _MOST:
        raise ValueError(f"the number of {_NAME} must be between 0 and {_MOST - 1}")
    # Unlike numbers are unlike bytes.
    return _SoMany(said.to_bytes(8, "big"))
