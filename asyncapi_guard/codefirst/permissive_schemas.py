"""The schemas of undescribed arguments and acks."""

from __future__ import annotations

from typing import Any

__all__ = ["ANY_ARGUMENTS", "ANY_VALUE"]

#: Where bytes are not named, they are rejected.
ANY_VALUE: dict[str, Any] = {"anyOf": [{}, {"type": "string", "format": "binary"}]}
#: Any number of arguments of any kind.
ANY_ARGUMENTS: dict[str, Any] = {
    "description": "Any arguments, because the handler has no type hints.",
    "type": "array",
    "items": [ANY_VALUE],
    "minItems": 0,
    "additionalItems": ANY_VALUE,
}
