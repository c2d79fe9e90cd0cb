"""How a difference is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.schema.comparison.flat_schemas import Flat

__all__ = ["kinds_of", "other_value"]


def kinds_of(alternatives: Sequence[Flat]) -> str:
    """`string or null`, `2 kinds of object`, `one of 3 values`."""
    kinds: dict[str, int] = {}
    for flat in alternatives:
        kind = str(flat.get("type") or _unnamed(flat))
        kinds[kind] = kinds.get(kind, 0) + 1
    said = [kind if n == 1 else f"{n} kinds of {kind}" for kind, n in kinds.items()]
    return " or ".join(said) or "nothing"


def _unnamed(flat: Flat) -> str:
    if "enum" not in flat:
        return "anything" if not flat else "something"
    values = flat["enum"]
    if values == ["null"]:
        return "null"
    if values == ["false", "true"]:
        return "boolean"
    return f"one of {len(values)} values" if len(values) > 1 else values[0]


def other_value(key: str, code: Flat, file: Flat, place: str, sides: tuple[str, str]) -> str:
    """What each side says under a keyword."""
    both = []
    for name, flat in zip(sides, (code, file), strict=True):
        said = _written(key, flat[key]) if key in flat else "absent"
        both.append(f"{said} in the {name}")
    return f"{place}: {key} is {', '.join(both)}"


def _written(key: str, value: Any) -> str:
    text = f"[{', '.join(value)}]" if key == "enum" else json.dumps(value)
    return text if len(text) <= 60 else text[:60] + "…"
