"""Old names of attributes and arguments, which work for one more release and warn."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["read_by_old_name", "takes_old_argument"]

_Class = TypeVar("_Class")


def read_by_old_name(owner: Any, old: str, new: str) -> Any:
    """Return the attribute `new` of an object for a property `old`, and warn about the old name."""
    _warn(f"{type(owner).__name__}.{old} is now called {new}", level=4)
    return getattr(owner, new)


def takes_old_argument(old: str, new: str) -> Callable[[type[_Class]], type[_Class]]:
    """Return a class decorator: the constructor accepts the keyword `old` for `new`, and warns."""

    def decorate(cls: type[_Class]) -> type[_Class]:
        construct: Any = vars(cls)["__init__"]

        @functools.wraps(construct)
        def construct_by_either_name(self: Any, *args: Any, **kwargs: Any) -> None:
            if old in kwargs:
                _warn(f"the argument {old} of {cls.__name__} is now called {new}", level=3)
                kwargs[new] = kwargs.pop(old)
            construct(self, *args, **kwargs)

        setattr(cls, "__init__", construct_by_either_name)  # noqa: B010  # mypy knows no other way
        return cls

    return decorate


def _warn(text: str, level: int) -> None:
    message = f"{text}; the old name works in this release only"
    warnings.warn(message, DeprecationWarning, stacklevel=level)
