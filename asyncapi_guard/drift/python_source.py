"""Python sources as trees."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["parse_source", "starred"]


def parse_source(text: str) -> ast.Module:
    """The tree of a source; an empty one when it is no Python.

    What Python warns of in it, such as an escape that means nothing, is not ours to tell.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])


def starred(nodes: Iterable[Any]) -> bool:
    """Whether some of these are not one value each: `*names`, `**names`."""
    return any(each is None or isinstance(each, ast.Starred) for each in nodes)
