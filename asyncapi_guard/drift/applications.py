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
from asyncapi_guard.errors import AsyncAPIGuardError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from flask import Flask

__all__ = [
    "ApplicationError",
    "Loaded",
    "load_application",
    "load_flask_application",
    "short_name",
]

_INSTALL = "; for AsyncAPISocketIO, pip install 'asyncapi-guard[pydantic]'"
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
        server: its `SocketIO`, or python-socketio's server.
        modules: its own modules that were imported, by their names in order.
        notes: what people should know about it, in a sentence each.
    """

    name: str
    server: Any
    modules: tuple[ModuleType, ...]
    notes: tuple[str, ...] = ()


def load_application(target: str) -> Loaded:
    """Import what `package.module:attribute.path` or `package.module:create_app()` names.

    The working directory comes first on the path, as with `python -m`.

    Raises:
        ApplicationError: the target is none, the import fails or starts the server, there is no
            Socket.IO server at that name, or it is one that a factory has yet to initialise.
    """
    match = _TARGET.fullmatch(target)
    if match is None:
        raise ApplicationError(
            f"{target!r} is not MODULE:ATTRIBUTE, such as package.module:socketio or "
            f"package.module:create_app(){_as_module(target)}"
        )
    here = str(Path.cwd())
    if sys.path[:1] != [here]:
        sys.path.insert(0, here)
    with _never_run():
        module = _imported(match["module"], target)
        value = _attribute(module, match["path"])
        if match["call"]:
            value = _called(value, target)
    server, modules = _server_of(value, target), _own_modules(module)
    return Loaded(target, server, modules, _notes(server, modules, target))


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
            raise _failed("the application cannot be imported", error, "it") from error
    name = app.import_name
    module = sys.modules.get(name)
    modules = _own_modules(module) if module is not None else ()
    return Loaded(name, _server_of(app, name), modules)


def _notes(server: Any, modules: tuple[ModuleType, ...], target: str) -> tuple[str, ...]:
    """What is missing of a `SocketIO` that has no application yet.

    Raises:
        ApplicationError: everything, and a factory makes it.
    """
    if is_initialised(server):
        return ()
    factories = factories_of(server, modules)
    if is_empty(server):
        text = f"{target!r} has no handlers: no init_app() has given it an application; name "
        if factories:
            raise ApplicationError(f"{text}{factories[0]!r}")
        return (text + _NO_FACTORY,)
    if not factories:
        return ()
    return (
        f"{target} has no application yet, so what {factories[0]} registers is not seen; name that",
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

    with (
        _staying(),
        _replaced(SocketIO, "run", _refusing(SocketIO.run, "calls socketio.run()")),
        _replaced(Flask, "run", _refusing(Flask.run, "calls app.run()")),
        # Werkzeug's and the standard library's; uvicorn's, aiohttp's and hypercorn's.
        _replaced(BaseServer, "serve_forever", _refusing(BaseServer.serve_forever)),
        _replaced(BaseEventLoop, "create_server", _refusing(BaseEventLoop.create_server)),
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


def _is_library(file: str) -> bool:
    path = Path(file)
    return path.is_relative_to(_LIBRARY) or not _OTHERS.isdisjoint(path.parts)


def _imported(name: str, target: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            message = f"there is no module {error.name!r} here or on Python's path"
            message += _as_module(target)
            raise ApplicationError(message) from error
        raise _failed(f"{name} cannot be imported", error) from error
    except BaseException as error:
        raise _failed(f"{name} cannot be imported", error, target) from error


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
        raise ApplicationError(f"{target!r}: a {type(factory).__name__} cannot be called")
    if _needs_arguments(factory):
        raise ApplicationError(
            f"{target!r} needs arguments; write a function without parameters that calls it with "
            "them, and name that one"
        )
    try:
        return factory()
    except BaseException as error:
        raise _failed(f"{target} failed", error, target) from error


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
    found = [name for name, each in sorted(inside.items()) if _find_server(each) is not None]
    return f"; did you mean {' or '.join(map(repr, found))}?" if found else ""


def _server_of(value: Any, target: str) -> Any:
    from flask import Flask

    server = _find_server(value)
    if server is not None:
        return server
    kind = type(value).__name__
    if isinstance(value, FunctionType):
        raise ApplicationError(f"{target!r} is a function; to call it, write '{target}()'")
    if isinstance(value, Flask):
        raise ApplicationError(
            f"{target!r} is a {kind} without a SocketIO: call socketio.init_app(app)"
        )
    raise ApplicationError(
        f"{target!r} is a {kind}; expected a SocketIO, or a Flask application that has one"
    )


def _find_server(value: Any) -> Any:
    """The Socket.IO server that a value is or has, or `None`."""
    from flask import Flask
    from flask_socketio import SocketIO
    from socketio import ASGIApp, WSGIApp
    from socketio.base_server import BaseServer

    if isinstance(value, (SocketIO, BaseServer)):
        return value
    if isinstance(value, Flask):
        return value.extensions.get("socketio")
    if isinstance(value, ASGIApp):
        return value.engineio_server
    if isinstance(value, WSGIApp):
        return value.engineio_app
    if isinstance(value, tuple):  # factories return `app, socketio`
        return next((s for s in map(_find_server, value) if s is not None), None)
    return None


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
