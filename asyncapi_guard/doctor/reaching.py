"""What the names of an application's modules lead to.

Modules, containers, and what instances of the application's own classes and web applications have
are looked at. Nothing is run: no property, and no method.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

__all__ = ["reached_from"]

_MOST = 20_000
_MOST_ITEMS = 1_000
#: Where web applications keep what belongs to them.
_OF_APPLICATIONS = ("state", "_state", "extensions")
_CONTAINERS: tuple[Any, ...] = (list, tuple, set, frozenset, deque)


def reached_from(modules: Iterable[ModuleType]) -> Iterator[tuple[str, Any]]:
    """Give values, and what people call them: `module:name`, `module:name.attribute['key']`.

    Args:
        modules: the application's own.
    """
    listed = list(modules)
    own = {module.__name__ for module in listed}
    todo: deque[tuple[str, Any]] = deque(
        (f"{module.__name__}:{name}", value)
        for module in listed
        for name, value in sorted(vars(module).items())
        if not name.startswith("__")
    )
    known: dict[int, Any] = {}  # what is looked at stays, so that no other object gets its id
    while todo and len(known) < _MOST:
        path, value = todo.popleft()
        if id(value) not in known:
            known[id(value)] = value
            yield path, value
            with suppress(Exception):  # a metaclass can answer anything, and fail
                todo.extend(list(_inside(path, value, own)))


def _inside(path: str, value: Any, own: set[str]) -> Iterator[tuple[str, Any]]:
    kind = type(value)
    # By the methods of Python's own classes: those of an application's might do anything.
    container = next((each for each in _CONTAINERS if issubclass(kind, each)), None)
    if container is not None:
        for index, each in enumerate(list(container.__iter__(value))[:_MOST_ITEMS]):
            yield f"{path}[{index}]", each
        return
    if issubclass(kind, dict):
        for key, each in list(dict.items(value))[:_MOST_ITEMS]:
            yield f"{path}[{key!r}]" if type(key) is str else f"{path}[...]", each
        return
    if issubclass(kind, type):
        kept: Any = vars(value) if value.__module__ in own else {}
    else:
        kept = _attributes(value)
    if kind.__module__ not in own and not issubclass(kind, type):
        kept = {name: kept[name] for name in _OF_APPLICATIONS if name in kept}
    for name, each in list(kept.items())[:_MOST_ITEMS]:
        if isinstance(name, str) and not name.startswith("__"):
            yield f"{path}.{name}", each


def _attributes(value: Any) -> Mapping[str, Any]:
    """The attributes of an instance, without running anything of it."""
    found: Any = {}
    with suppress(AttributeError, TypeError):
        found = object.__getattribute__(value, "__dict__")
    return found if issubclass(type(found), Mapping) else {}
