"""What to pass in place of what was given to `protect` or `init_app` by mistake, in words."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

import engineio
import socketio
from socketio.async_pubsub_manager import AsyncPubSubManager
from socketio.base_manager import BaseManager
from socketio.base_namespace import BaseClientNamespace, BaseNamespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["dotted", "named", "publishing_manager", "what_to_pass", "with_article"]

_SERVERS = (socketio.Server, socketio.AsyncServer)
_CLIENTS = (socketio.Client, socketio.AsyncClient)
_GUARDED = (
    *_SERVERS,
    *_CLIENTS,
    *(socketio.SimpleClient, socketio.AsyncSimpleClient),
    *(socketio.PubSubManager, AsyncPubSubManager),
)
_EXPECTED = (
    "a socketio.Server or a socketio.AsyncServer, one of python-socketio's clients, or a manager "
    "with write_only=True"
)
#: Where the applications of frameworks are from, and those that run them.
_FRAMEWORKS = frozenset(
    (
        *("aiohttp", "blacksheep", "django", "falcon", "fastapi", "litestar", "quart", "sanic"),
        *("starlette", "tornado", "granian", "hypercorn", "uvicorn"),
    )
)
_FLASK = ("flask", "flask_socketio")
_OURS = "asyncapi_guard"


def what_to_pass(value: Any) -> str:
    """What `protect` should have been given, or done otherwise.

    Args:
        value: what it was given: neither a server nor a client.
    """
    for is_it, says in _KINDS:
        if is_it(value):
            return says(value) if callable(says) else says
    return f"expected {_EXPECTED}"


def publishing_manager(value: Any, *, of_drop_in: bool = False) -> Any:
    """The manager of a `flask_socketio.SocketIO` without an application; `None` for all else.

    Flask-SocketIO gives it no clients: `SocketIO(message_queue=...)` is for processes that only
    publish.

    Args:
        value: whatever `protect` was given.
        of_drop_in: also that of an `AsyncAPISocketIO`, which guards itself.
    """
    if not _is_socketio(value) or (_is_drop_in(value) and not of_drop_in):
        return None
    if hasattr(value, "sockio_mw"):  # it serves an application
        return None
    manager = getattr(value.server, "manager", None)
    return manager if getattr(manager, "write_only", False) else None


def named(value: Any) -> str:
    """What a value is, with its module: there are several classes of one name."""
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {dotted(value)}"
    return with_article(dotted(type(value)).removeprefix("builtins."))


def with_article(name: str) -> str:
    """A name with the article that its first letter asks for."""
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def dotted(kind: type) -> str:
    """A class, with its module."""
    return f"{kind.__module__}.{kind.__qualname__}"


# -- what a value is -------------------------------------------------------------------------------


def _packages(value: Any) -> Iterable[str]:
    """The packages that a value's class, and the classes beneath it, are from."""
    kind = value if isinstance(value, type) else type(value)
    return {each.__module__.partition(".")[0] for each in kind.__mro__}


def _is_of_flask(value: Any) -> bool:
    return any(name in _FLASK for name in _packages(value))


def _is_drop_in(value: Any) -> bool:
    """Whether it is an `AsyncAPISocketIO`: the other drop-ins are servers."""
    return _is_of_flask(value) and _OURS in _packages(value) and not isinstance(value, type)


def _is_socketio(value: Any) -> bool:
    # Whoever has one has imported it.
    flask_socketio = sys.modules.get("flask_socketio")
    return flask_socketio is not None and isinstance(value, flask_socketio.SocketIO)


def _has_no_server(value: Any) -> bool:
    return _is_socketio(value) and value.server is None


def _is_of_a_framework(value: Any) -> bool:
    return not _FRAMEWORKS.isdisjoint(_packages(value))


def _is_class_of_a_target(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, _GUARDED)


def _serves(value: Any) -> bool:
    return _server_in(value) is not None and isinstance(value, (engineio.ASGIApp, engineio.WSGIApp))


def _server_in(value: Any) -> tuple[str, Any] | None:
    """The attribute of a value that is a server, and that server."""
    attributes: dict[str, Any] = getattr(value, "__dict__", {})
    if isinstance(value, type):
        return None
    found = [(name, each) for name, each in attributes.items() if isinstance(each, _SERVERS)]
    return found[0] if found else None


# -- what is said of it ----------------------------------------------------------------------------


def _kind(target: Any) -> str:
    """What python-socketio calls a server."""
    return "socketio.AsyncServer" if isinstance(target, _SERVERS[1]) else "socketio.Server"


def _what_it_serves(value: Any) -> str:
    found = _server_in(value)
    return f"pass the {_kind(found and found[1])} that it serves"


def _its_attribute(value: Any) -> str:
    name, server = _server_in(value) or ("server", None)
    return f"pass its {name}, which is a {_kind(server)}"


_NO_SERVER = (
    "it has no server yet: call socketio.init_app(app) and guard.init_app(app, socketio), or make "
    "it with message_queue= if this process only publishes"
)
_NO_EVENTS = "it knows connections and no events: pass the"
#: What is asked of a value, in this order, and what to say if it is so.
_KINDS: tuple[tuple[Callable[[Any], bool], str | Callable[[Any], str]], ...] = (
    (
        lambda value: value is None,
        f"expected {_EXPECTED}; the server of a SocketIO is None before its init_app",
    ),
    (_is_class_of_a_target, "pass an instance of it"),
    (_is_drop_in, "it guards itself, with the document that you pass as spec="),
    (_has_no_server, _NO_SERVER),
    (_is_of_flask, "call guard.init_app(app, socketio), which is for Flask-SocketIO"),
    (_serves, _what_it_serves),
    (lambda value: _server_in(value) is not None, _its_attribute),
    (
        lambda value: isinstance(value, (engineio.Server, engineio.AsyncServer)),
        f"{_NO_EVENTS} socketio.Server or the socketio.AsyncServer that it is the eio of",
    ),
    (
        lambda value: isinstance(value, (engineio.Client, engineio.AsyncClient)),
        f"{_NO_EVENTS} socketio.Client or the socketio.AsyncClient that it is the eio of",
    ),
    (
        lambda value: isinstance(value, BaseManager),
        "pass the server that it is the client_manager of",
    ),
    (
        lambda value: isinstance(value, BaseClientNamespace),
        "register it with a socketio.Client or a socketio.AsyncClient, and pass that",
    ),
    (
        lambda value: isinstance(value, BaseNamespace),
        "register it with a socketio.Server or a socketio.AsyncServer, and pass that",
    ),
    (_is_of_a_framework, "pass the socketio.AsyncServer that it mounts"),
    (inspect.isroutine, "pass the server that it returns"),
    (inspect.isawaitable, "await it, and pass what it returns"),
    (
        lambda value: isinstance(value, str),
        f"the document is for AsyncAPIGuard(), and protect() is for {_EXPECTED}",
    ),
    (lambda value: isinstance(value, (list, tuple, set)), "call protect() for each of them"),
)
