"""Methods of others, replaced and put back.

They are replaced on the *instance*, as python-socketio's own admin instrumentation does. Where
somebody has replaced ours meanwhile, ours stay, and let everything pass.
"""

from __future__ import annotations

from contextlib import contextmanager
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, TypeVar

from socketio.admin import InstrumentedServer
from socketio.async_admin import InstrumentedAsyncServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Replacements", "is_from_library", "is_or_extends", "own"]

_Method = TypeVar("_Method", bound="Callable[..., Any]")
#: The attribute of a method that does what the one of python-socketio does that it overrides.
_OWN = "asyncapi_guard_own"

#: Whose functions are as they come. A wrapper lives elsewhere, whatever it says of itself.
_LIBRARY = frozenset(
    (
        "engineio.async_server",
        "engineio.async_socket",
        "engineio.base_server",
        "engineio.server",
        "engineio.socket",
        "socketio.async_client",
        "socketio.async_manager",
        "socketio.async_pubsub_manager",
        "socketio.async_server",
        "socketio.base_client",
        "socketio.base_server",
        "socketio.client",
        "socketio.manager",
        "socketio.msgpack_packet",
        "socketio.packet",
        "socketio.pubsub_manager",
        "socketio.server",
    )
)
#: Wrappers are looked into so deep.
_DEEPEST = 20
#: The admin instrumentation, of servers on threads and on asyncio.
_ADMINS = (InstrumentedServer, InstrumentedAsyncServer)


def own(method: _Method) -> _Method:
    """Say of a method that a guard does what it does besides the one of python-socketio."""
    setattr(method, _OWN, True)
    return method


def is_from_library(method: Any) -> bool:
    """Return whether a method is python-socketio's or engine.io's as it comes.

    What stands for a function is none, even if it has all the attributes of one: tracers put that
    into the place of methods.
    """
    function = method.__func__ if type(method) is MethodType else method
    return type(function) is FunctionType and function.__globals__.get("__name__") in _LIBRARY


def is_or_extends(method: Any, theirs: Any) -> bool:
    """Whether a method is one of python-socketio's, or the override of a drop-in.

    Args:
        method: it, bound.
        theirs: the function.
    """
    function = getattr(method, "__func__", None)
    return (function is theirs and is_from_library(method)) or getattr(function, _OWN, False)


class Replacements:
    """What was replaced, in order."""

    def __init__(self) -> None:
        self._replaced: list[tuple[Any, str, Any, bool, Any]] = []
        #: What is put into its place at the end, while somebody wants it so.
        self._waiting: list[tuple[Any, str, Any]] | None = None

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Put nothing into its place until all that is replaced within is known.

        Traffic may pass meanwhile, in other threads: what of ours it comes to has then what it
        needs, which is what was there before.
        """
        waiting: list[tuple[Any, str, Any]] = []
        self._waiting = waiting
        try:
            yield
        finally:
            self._waiting = None
        for owner, name, ours in waiting:
            _put(owner, name, ours)

    def replace(self, owner: Any, name: str, ours: Any) -> Any:
        """Replace an attribute of an object; return what was there."""
        theirs = getattr(owner, name, None)
        self._replaced.append((owner, name, ours, name in vars(owner), theirs))
        self._put(owner, name, ours)
        return theirs

    def _put(self, owner: Any, name: str, ours: Any) -> None:
        if self._waiting is None:
            _put(owner, name, ours)
        else:
            self._waiting.append((owner, name, ours))

    def replace_under_admin(self, owner: Any, name: str, ours: Any) -> Any:
        """Replace it beneath the admin instrumentation, which puts back what it replaced."""
        holder = getattr(getattr(owner, name), "__self__", None)
        admin = next((kind for kind in _ADMINS if isinstance(holder, kind)), None)
        return self.replace(owner, name if admin is None else _under(admin, name), ours)

    def replace_item(self, items: dict[str, Any], key: str, ours: Any) -> None:
        """Replace a value of a dictionary."""
        self._replaced.append((items, key, ours, True, items[key]))
        self._put(items, key, ours)

    def displaced(self) -> Iterator[tuple[str, bool]]:
        """What somebody has replaced since: its name, and whether that is known to call ours."""
        for where, name, ours, *_ in self._replaced:
            if isinstance(where, dict):
                found = [where.get(name)]
            else:
                places = (name, *(_under(admin, name) for admin in _ADMINS))
                found = [vars(where)[place] for place in places if place in vars(where)]
            if ours not in found:
                yield name, any(_calls(each, ours) for each in found)

    def put_back(self, owner: Any = None) -> None:
        """Put everything back, or what was replaced on one object."""
        mine = [each for each in self._replaced if owner is None or each[0] is owner]
        others = [each for each in self._replaced if owner is not None and each[0] is not owner]
        self._replaced = others
        for where, name, ours, own, theirs in reversed(mine):
            if isinstance(where, dict):
                if where.get(name) == ours:
                    where[name] = theirs
                continue
            for place in (name, *(_under(admin, name) for admin in _ADMINS)):
                if vars(where).get(place) == ours:
                    if own or place != name:
                        setattr(where, place, theirs)
                    else:
                        delattr(where, place)


def _put(owner: Any, name: str, ours: Any) -> None:
    if isinstance(owner, dict):
        owner[name] = ours
    else:
        setattr(owner, name, ours)


def _under(admin: type, name: str) -> str:
    """Return where the admin instrumentation keeps what it replaced: a name mangled by Python."""
    return f"_{admin.__name__}__{name.lstrip('_')}"


def _calls(value: Any, ours: Any) -> bool:
    """Whether something is known to call a method of ours: the admin instrumentation, or a wrapper.

    Args:
        value: what stands in the method's place.
        ours: the method.
    """
    if isinstance(getattr(value, "__self__", None), _ADMINS):
        return True  # it calls the server's method
    for _ in range(_DEEPEST):
        if value is None:
            return False
        if ours in (value, *getattr(value, "args", ())):
            return True
        value = getattr(value, "__wrapped__", None) or getattr(value, "func", None)
    return False
