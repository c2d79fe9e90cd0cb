"""The schemas of what nobody has described."""

from __future__ import annotations

from typing import Any

__all__ = ["ANY_ARGUMENTS", "ANY_VALUE"]

#: Where bytes are not named, they are rejected.
ANY_VALUE: dict[str, Any] = {"anyOf": [{}, {"type": "string", "format": "binary"}]}
#: Any number of arguments of any kind.
ANY_ARGUMENTS: dict[str, Any] = {
    "description": "Any arguments: nobody has described them.",
    "type": "array",
    "items": [ANY_VALUE],
    "minItems": 0,
    "additionalItems": ANY_VALUE,
}
