"""The hints of a function with every name looked up, the same on each version of Python.

Python 3.10 adds `None` to the hint of a parameter whose default is `None`, and leaves the strings
in `list["Model"]` alone; later versions do neither.
"""

from __future__ import annotations

import sys
import types
import typing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["resolved_hints"]


def resolved_hints(
    function: Callable[..., Any], local_names: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What `typing.get_type_hints` says of a function, `Annotated` as it is written.

    Args:
        function: what has the annotations.
        local_names: names to look hints up in, beside those of the function's module.

    Raises:
        NameError: a hint names what is not there.
        Exception: whatever else a hint raises that is evaluated.
    """
    if sys.version_info >= (3, 11):
        names = dict(local_names) if local_names is not None else None
        return typing.get_type_hints(function, localns=names, include_extras=True)
    hints = dict(getattr(function, "__annotations__", None) or {})
    global_names = getattr(function, "__globals__", {})
    seen: set[str] = set()
    while True:
        # It has no defaults, so nothing is added for them.
        carrier: Any = types.SimpleNamespace(__annotations__=hints)
        hints = typing.get_type_hints(carrier, global_names, local_names, include_extras=True)
        names = {name for hint in hints.values() for name in _strings(hint)}
        if not names or names <= seen:
            return hints
        seen |= names
        hints = {name: _with_references(hint) for name, hint in hints.items()}


def _strings(hint: Any) -> list[str]:
    """The strings in `list["Model"]` and the like, however deep."""
    if isinstance(hint, str):
        return [hint]
    if typing.get_origin(hint) is typing.Literal:
        return []
    if typing.get_origin(hint) is typing.Annotated:
        return _strings(hint.__origin__)
    return [name for part in typing.get_args(hint) for name in _strings(part)]


def _with_references(hint: Any) -> Any:
    """The hint with references in the place of its strings, which can be looked up."""
    if isinstance(hint, str):
        return typing.ForwardRef(hint)
    if isinstance(hint, list):  # the arguments of a Callable
        return [_with_references(part) for part in hint]
    if not _strings(hint):
        return hint
    if typing.get_origin(hint) is typing.Annotated:
        return typing.Annotated[(_with_references(hint.__origin__), *hint.__metadata__)]
    parts = tuple(_with_references(part) for part in typing.get_args(hint))
    return _made_of(hint, parts)


def _made_of(hint: Any, parts: tuple[Any, ...]) -> Any:
    """A hint of the kind of another one."""
    origin: Any = typing.get_origin(hint)
    if isinstance(hint, types.UnionType):
        return typing.Union[parts]  # noqa: UP007  # which takes references on Python 3.10
    return origin[parts] if isinstance(hint, types.GenericAlias) else hint.copy_with(parts)
