"""Applications that are imported, not run: to see what their handlers and sources say.

`load_application("package.module:socketio")` imports the module as Python would on `import`, so
nothing under `if __name__ == "__main__"` happens. An application that starts its server all the
same is stopped there, with a sentence that says where.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import re
import sys
import sysconfig
import threading
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.drift.factories import factories_of, is_empty, is_initialised
from asyncapi_guard.drift.found_servers import (
    is_application,
    named_in,
    servers_in,
    wrapped_around,
)
from asyncapi_guard.errors import AsyncAPIGuardError, MissingExtraError
from asyncapi_guard.extras import install_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import ModuleType

    from flask import Flask

__all__ = [
    "ApplicationError",
    "Loaded",
    "load_application",
    "load_flask_application",
    "short_name",
]

_INSTALL = f"; for AsyncAPISocketIO, {install_line('pydantic')}"
_NAME = r"[^\W\d]\w*"
_TARGET = re.compile(
    rf"(?P<module>{_NAME}(?:\.{_NAME})*):(?P<path>{_NAME}(?:\.{_NAME})*)(?P<call>\(\))?"
)
_FILE_TARGET = re.compile(r"(?:\.[/\\])?(?P<file>[^:]+)\.py(?::(?P<attribute>.+))?")
_PACKAGE = str(Path(__file__).resolve().parents[1])
#: Python's own, which may be below the application: an environment in its folder.
_LIBRARY = Path(sysconfig.get_path("stdlib")).resolve()
_OTHERS = frozenset(("site-packages", "dist-packages"))
_NO_FACTORY = "the function that does, such as package.module:create_app()"


class ApplicationError(AsyncAPIGuardError):
    """An application cannot be imported, or is none.

    Attributes:
        trace: the application's own traceback; empty when the message says it all.
    """

    def __init__(self, message: str, trace: str = "") -> None:
        self.trace = trace
        super().__init__(message)


class _RunError(Exception):
    """An application starts its server when it is imported."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An application.

    Attributes:
        name: what people call it.
        server: its `SocketIO`, or python-socketio's server or client.
        modules: its own modules that were imported, by their names in order.
        notes: what people should know about it, in a sentence each.
    """

    name: str
    server: Any
    modules: tuple[ModuleType, ...]
    notes: tuple[str, ...] = ()


def load_application(target: str, also: Callable[[Any], bool] | None = None) -> Loaded:
    """Import what `package.module:attribute.path` or `package.module:create_app()` names.

    The working directory comes first on the path, as with `python -m`.

    Args:
        target: it.
        also: says of something without a server whether it is wanted all the same.

    Raises:
        ApplicationError: the target is none, the import fails, starts the server or connects, there
            is no Socket.IO server at that name, or it is one that a factory has yet to initialise.
    """
    match = _TARGET.fullmatch(target)
    if match is None:
        raise ApplicationError(
            f"expected MODULE:ATTRIBUTE, such as package.module:socketio or "
            f"package.module:create_app(), got {target!r}{_as_module(target)}"
        )
    here = str(Path.cwd())
    if sys.path[:1] != [here]:
        sys.path.insert(0, here)
    with _never_run():
        module = _imported(match["module"], target)
        value = _attribute(module, match["path"])
        if match["call"]:
            value = _called(value, target)
    if also is not None and also(value):
        return Loaded(target, value, _own_modules(module))
    server, notes = _server_of(value, target, module)
    modules = _own_modules(module)
    return Loaded(target, server, modules, (*notes, *_notes(server, modules, target)))


def load_flask_application(load: Callable[[], Flask]) -> Loaded:
    """Take the application that Flask's own command line has found, or finds now.

    Args:
        load: gives the application, as `flask.cli.ScriptInfo.load_app`.

    Raises:
        ApplicationError: it cannot be imported, or has no Socket.IO server.
    """
    with _never_run():
        try:
            app = load()
        except click.ClickException as error:  # Flask's own words, for its own options
            raise ApplicationError(error.message) from error
        except BaseException as error:
            raise _failed("can't import the application", error, "it") from error
    name = app.import_name
    module = sys.modules.get(name)
    modules = _own_modules(module) if module is not None else ()
    server, _ = _server_of(app, name, None)
    return Loaded(name, server, modules)


def _notes(server: Any, modules: tuple[ModuleType, ...], target: str) -> tuple[str, ...]:
    """What is missing of a `SocketIO` that has no application yet.

    Raises:
        ApplicationError: everything, and a factory makes it.
    """
    if is_initialised(server):
        return ()
    factories = factories_of(server, modules)
    if is_empty(server):
        text = f"{target!r} has no handlers, because init_app() was not called; name "
        if factories:
            raise ApplicationError(f"{text}{factories[0]!r}")
        return (text + _NO_FACTORY,)
    if not factories:
        return ()
    return (
        f"{target} has no application yet; to include its handlers, name {factories[0]} instead",
    )


def short_name(file: str) -> str:
    """A file's name as seen from the working directory; as it is when it lies outside of it."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


# -- importing -------------------------------------------------------------------------------------


@contextmanager
def _never_run() -> Iterator[None]:
    """Starting a server is an error meanwhile; our arguments are nobody else's."""
    from asyncio import BaseEventLoop
    from socketserver import BaseServer

    from flask import Flask
    from flask_socketio import SocketIO
    from socketio import AsyncClient, Client

    connects = "connects to a server"
    with (
        _staying(),
        _replaced(SocketIO, "run", _refusing(SocketIO.run, "calls socketio.run()")),
        _replaced(Flask, "run", _refusing(Flask.run, "calls app.run()")),
        # Werkzeug's and the standard library's; uvicorn's, aiohttp's and hypercorn's.
        _replaced(BaseServer, "serve_forever", _refusing(BaseServer.serve_forever)),
        _replaced(BaseEventLoop, "create_server", _refusing(BaseEventLoop.create_server)),
        _replaced(Client, "connect", _refusing(Client.connect, connects)),
        _replaced(AsyncClient, "connect", _refusing(AsyncClient.connect, connects)),
        _replaced(os, "_exit", _leaving(os._exit)),
        _replaced(sys, "argv", sys.argv[:1]),
    ):
        yield


@contextmanager
def _replaced(target: Any, name: str, value: Any) -> Iterator[None]:
    """An attribute has another value meanwhile, and its own again afterwards, whatever happens."""
    inherited = name not in vars(target)
    old = getattr(target, name)
    setattr(target, name, value)
    try:
        yield
    finally:
        if inherited:
            delattr(target, name)
        else:
            setattr(target, name, old)


@contextmanager
def _staying() -> Iterator[None]:
    """The working directory is ours again afterwards: names are relative to it."""
    here = Path.cwd()
    try:
        yield
    finally:
        os.chdir(here)


def _refusing(start: Callable[..., Any], what: str = "starts a server") -> Callable[..., Any]:
    """A function that starts a server, refusing to where the import would wait for it."""

    @functools.wraps(start)
    def refuse(*args: Any, **kwargs: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            return start(*args, **kwargs)
        frame = sys._getframe(1)
        while frame.f_back is not None and _is_library(frame.f_code.co_filename):
            frame = frame.f_back
        raise _RunError(
            f"{short_name(frame.f_code.co_filename)}:{frame.f_lineno} {what} when it is imported; "
            'put the call under `if __name__ == "__main__":`'
        )

    return refuse


def _leaving(leave: Callable[[int], Any]) -> Callable[[int], Any]:
    """`os._exit`, which here would end the command without a word, and with another's exit code.

    Processes that were forked meanwhile end by it as ever.
    """
    own = os.getpid()

    def leave_here(status: int) -> Any:
        if os.getpid() == own:
            raise SystemExit(status)
        return leave(status)

    return leave_here


def _is_library(file: str) -> bool:
    path = Path(file)
    return path.is_relative_to(_LIBRARY) or not _OTHERS.isdisjoint(path.parts)


def _imported(name: str, target: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            message = f"no module {error.name!r} in this directory or on Python's path"
            message += _as_module(target)
            raise ApplicationError(message) from error
        raise _failed(f"can't import {name}", error) from error
    except BaseException as error:
        raise _failed(f"can't import {name}", error, target) from error


def _as_module(target: str) -> str:
    """What was meant by somebody who has named a file in place of a module."""
    match = _FILE_TARGET.fullmatch(target)
    if match is None:
        return ""
    module = match["file"].replace("\\", "/").replace("/", ".")
    meant = f"{module}:{match['attribute'] or 'socketio'}"
    return f"; did you mean {meant!r}?" if _TARGET.fullmatch(meant) else ""


def _called(factory: Any, target: str) -> Any:
    if not callable(factory):
        raise ApplicationError(f"{target!r}: a {type(factory).__name__} is not callable")
    if _needs_arguments(factory):
        raise ApplicationError(
            f"{target!r} needs arguments; write a function without parameters that calls it, and "
            "name that function"
        )
    try:
        made = factory()
    except BaseException as error:
        raise _failed(f"{target} failed", error, target) from error
    if inspect.iscoroutine(made):
        made.close()
        raise ApplicationError(
            f"{target!r} is a coroutine function, which can't be run here; name a function without "
            "async that returns the application, or the server itself"
        )
    return made


def _needs_arguments(factory: Any) -> bool:
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):  # something of C's, which does not say
        return False
    try:
        signature.bind()
    except TypeError:
        return True
    return False


def _failed(message: str, error: BaseException, target: str = "") -> BaseException:
    """The error to raise for what an application raised."""
    if isinstance(error, KeyboardInterrupt):
        return error
    if isinstance(error, _RunError):
        return ApplicationError(str(error))
    if isinstance(error, SystemExit):
        return ApplicationError(f"{target} exits when it is imported", _trace(error))
    if isinstance(error, MissingExtraError):
        return ApplicationError(f"{message}: {error}")
    hint = _INSTALL if isinstance(error, ModuleNotFoundError) and error.name == "pydantic" else ""
    return ApplicationError(f"{message}: {type(error).__name__}: {error}{hint}", _trace(error))


def _trace(error: BaseException) -> str:
    """The traceback of an error, without our own frames and the import system's."""
    shown = traceback.TracebackException.from_exception(error)
    todo: list[traceback.TracebackException | None] = [shown]
    while todo:
        each = todo.pop()
        if each is not None:
            kept = [frame for frame in each.stack if not _is_ours(frame.filename)]
            each.stack = traceback.StackSummary.from_list(kept)
            todo += [each.__cause__, each.__context__]
    return "".join(shown.format())


def _is_ours(file: str) -> bool:
    inside = file.startswith((_PACKAGE, "<frozen importlib"))
    return inside or file == importlib.__file__


# -- what was named --------------------------------------------------------------------------------


def _attribute(module: ModuleType, path: str) -> Any:
    value: Any = module
    name = module.__name__
    for part in path.split("."):
        try:
            value = getattr(value, part)
        except AttributeError as error:
            raise ApplicationError(f"{name} has no {part!r}{_hint(value)}") from error
        name = f"{name}.{part}"
    return value


def _hint(value: Any) -> str:
    """What might have been meant."""
    inside = getattr(value, "__dict__", {})
    return _meant([name for name, each in sorted(inside.items()) if servers_in(each)])


def _meant(names: Sequence[str]) -> str:
    return f"; did you mean {' or '.join(map(repr, names))}?" if names else ""


def _server_of(value: Any, target: str, module: ModuleType | None) -> tuple[Any, tuple[str, ...]]:
    """The server that was named, and what to say of that it was found elsewhere."""
    found = servers_in(value)
    if not found and module is not None and not isinstance(value, FunctionType):
        found = wrapped_around(value, module)
    if not found and module is not None and _may_have_one_beside(value):
        named = named_in(module)
        found = _distinct(each for servers in named.values() for each in servers)
        if len(found) == 1:
            return found[0], (_found_beside(target, named, found[0]),)
    if len(found) > 1:
        names = _names_of(found, target, module)
        raise ApplicationError(
            f"{target!r} has {len(found)} Socket.IO servers; name one of them{_meant(names)}"
        )
    if not found:
        raise ApplicationError(_why_none(value, target))
    return found[0], ()


def _may_have_one_beside(value: Any) -> bool:
    """Whether a server in the same module may be an application's, though nothing connects them."""
    from flask import Flask

    return is_application(value) and not isinstance(value, (FunctionType, Flask))


def _distinct(values: Iterable[Any]) -> list[Any]:
    return list({id(each): each for each in values}.values())


def _found_beside(target: str, named: Mapping[str, Sequence[Any]], server: Any) -> str:
    name = next(name for name, servers in named.items() if server in servers)
    module = target.partition(":")[0]
    return (
        f"{target} does not mount a Socket.IO server or keep one in its state; using "
        f"{module}:{name} instead"
    )


def _names_of(servers: Sequence[Any], target: str, module: ModuleType | None) -> list[str]:
    """How commands take each of several servers, as far as their module has names for them."""
    names = {} if module is None else vars(module)
    start = target.partition(":")[0]
    return [
        f"{start}:{name}"
        for name, each in sorted(names.items())
        if any(each is server for server in servers)
    ]


def _why_none(value: Any, target: str) -> str:
    from flask import Flask

    kind = type(value).__name__
    if isinstance(value, FunctionType):
        return f"{target!r} is a function; to call it, write '{target}()'"
    if isinstance(value, Flask):
        return f"{target!r} is a {kind} without a SocketIO; call socketio.init_app(app)"
    module = target.partition(":")[0]
    if is_application(value):
        return (
            f"no Socket.IO server found in {target!r}, a {kind}: it does not mount or wrap one, "
            f"and was not started; name the server, such as {module}:sio, or the socketio.ASGIApp "
            "around it"
        )
    return (
        f"{target!r} is a {kind}; expected a SocketIO, a server or a client of python-socketio, or "
        "an application that has one"
    )


# -- its sources -----------------------------------------------------------------------------------


def _own_modules(module: ModuleType) -> tuple[ModuleType, ...]:
    """The modules that were imported from the application's folder, or from the working directory.

    Not from what it depends on; each file counts once, under whatever names it was imported.
    """
    roots = [root for root in (_root(module), Path.cwd().resolve()) if root is not None]
    found: dict[Path, ModuleType] = {}
    for each in list(sys.modules.values()):
        file = _file(each)
        if file is not None and any(_is_below(file, root) for root in roots):
            found.setdefault(file, each)
    return tuple(sorted(found.values(), key=lambda each: each.__name__))


def _root(module: ModuleType) -> Path | None:
    """The folder of the outermost package of a module; of a lone module, its own."""
    top = sys.modules.get(module.__name__.partition(".")[0], module)
    file = _file(module) or _file(top)
    if file is None:
        return None
    depth = module.__name__.count(".") + (file.name == "__init__.py")
    return file.parents[max(depth - 1, 0)]


def _is_below(file: Path, root: Path) -> bool:
    if not file.is_relative_to(root) or file.is_relative_to(_LIBRARY):
        return False
    inside = file.relative_to(root).parts
    return _OTHERS.isdisjoint(inside) and not str(file).startswith(_PACKAGE)


def _file(module: Any) -> Path | None:
    name = getattr(module, "__file__", None)
    if not isinstance(name, str) or not name.endswith(".py"):
        return None
    return Path(name).resolve()
