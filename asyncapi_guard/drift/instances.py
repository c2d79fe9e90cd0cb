"""The instances of an application's own classes, as far as they can be reached from what it has."""

from __future__ import annotations

import functools
from collections import deque
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

import flask

from asyncapi_guard.integrations.handlers.registered import LIBRARIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["instances_of"]

_MOST = 50_000
_MOST_ITEMS = 1_000
_CONTAINERS = (list, tuple, set, frozenset)


def instances_of(modules: Sequence[ModuleType], roots: Iterable[Any]) -> dict[type, list[Any]]:
    """The instances of the classes of modules, and of Flask, by class.

    Only attributes, elements, closures and what methods are bound to are looked at; nothing is run.

    Args:
        modules: the application's own.
        roots: where to begin, besides what the modules have.
    """
    own = {module.__name__ for module in modules}
    todo: deque[Any] = deque(roots)
    for module in modules:
        todo.extend(vars(module).values())
    seen: set[int] = set()
    kept: list[Any] = []  # what is looked at stays, so that no other object gets its id
    found: dict[type, list[Any]] = {}
    while todo and len(kept) < _MOST:
        value = todo.popleft()
        if id(value) in seen:
            continue
        seen.add(id(value))
        kept.append(value)
        kind = type(value)
        ours = kind.__module__ in own
        if ours or issubclass(kind, flask.Flask):
            found.setdefault(kind, []).append(value)
        todo.extend(_inside(value, kind, ours=ours))
    return found


def _inside(value: Any, kind: type, *, ours: bool) -> Iterator[Any]:
    """What a value has that may lead to others."""
    if kind is dict:
        yield from list(value.values())[:_MOST_ITEMS]
    elif kind in _CONTAINERS:
        yield from list(value)[:_MOST_ITEMS]
    elif kind is MethodType:
        yield value.__self__
        yield value.__func__
    elif kind is FunctionType:
        yield from (cell for each in value.__closure__ or () for cell in _content(each))
        yield from (value.__dict__.get("__wrapped__"),)
    elif kind is functools.partial:
        yield from (value.func, *value.args, *value.keywords.values())
    elif ours or _is_library(kind):
        try:
            yield from list(object.__getattribute__(value, "__dict__").values())
        except AttributeError:
            return


def _is_library(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in LIBRARIES or issubclass(kind, flask.Flask)


def _content(cell: Any) -> Iterator[Any]:
    try:
        yield cell.cell_contents
    except ValueError:  # nothing is in it yet
        return
