"""Who looks at what every guard of a process is put on, such as a plugin of a test runner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["installed", "look_everywhere", "looks", "stop_looking"]

#: What is called with each adapter of the process.
looks: list[Callable[[Any], object]] = []
_adapters: WeakSet[Any] = WeakSet()


def installed(adapter: Any) -> None:
    """A guard was put on something: whoever looks is told."""
    _adapters.add(adapter)
    for look in [*looks]:
        look(adapter)


def look_everywhere(look: Callable[[Any], object]) -> None:
    """Call a function with what each guard of the process is put on, now and later.

    Args:
        look: it gets the adapter, as for `AsyncAPIGuard.observe_adapters`.
    """
    looks.append(look)
    for adapter in [*_adapters]:
        look(adapter)


def stop_looking(look: Callable[[Any], object]) -> None:
    """Call a function no more; what it has done to adapters stays."""
    if look in looks:
        looks.remove(look)
