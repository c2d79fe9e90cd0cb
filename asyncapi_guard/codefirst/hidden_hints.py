"""Type hints that a decorator hides, so that the guard can't validate the handler's arguments.

A decorator that does not say what it decorates (by `functools.wraps`) leaves a function without
hints, which holds the handler in its closure. So do functions that call a typed helper, and those
hide nothing. The difference is in how the inner function came to be called:

- its `def` is what the registration decorates, in the frame that is registering;
- its name in its module or class leads to the function that holds it;
- the outer function takes whatever comes (`*args`), and the inner one was handed to what made it;
- the outer one's parameters have the inner one's names, and they were not written side by side;
- the inner one is an argument of a `functools.partial`.
"""

from __future__ import annotations

import functools
import inspect
import sys
import typing
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.signatures import describe
from asyncapi_guard.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["check_hints_are_seen"]

_LIBRARIES = frozenset(("asyncapi_guard", "flask_socketio", "socketio"))
#: So many decorators, one within the other.
_DEEPEST = 4
#: So many methods, partials and wrappers that say what they wrap.
_MOST_CLOTHES = 100
_LOCAL = "<locals>"


def check_hints_are_seen(handler: Any, leading: int = 0) -> None:
    """See that no decorator hides the type hints of a handler whose hints count.

    Args:
        handler: what is registered.
        leading: how many parameters before its arguments are the server's own.

    Raises:
        RegistrationError: one does, with the places of both functions and what to write.
    """
    outer = _undressed(handler)
    if _says_something(outer):
        return
    owner = type(getattr(handler, "__self__", None))
    for name, inner in (*_in_partials(handler), *_held(outer, _DEEPEST)):
        if _types_an_argument(inner, leading) and _is_hidden(inner, outer, owner, handler):
            raise RegistrationError(_message(outer, name, inner))


def _types_an_argument(function: FunctionType, leading: int) -> bool:
    """Whether a function's hints say something of more than what is the server's own."""
    own = function.__code__.co_varnames[:leading]
    return any(name not in own and not _is_empty(h) for name, h in _annotations(function).items())


def _in_partials(handler: Any) -> Iterator[tuple[str, FunctionType]]:
    """The functions that a partial passes on to the one it calls, by the names they have there."""
    while isinstance(handler, functools.partial):
        code = getattr(handler.func, "__code__", None)
        names = getattr(code, "co_varnames", ())
        for name, value in (*zip(names, handler.args, strict=False), *handler.keywords.items()):
            inner = _undressed(value)
            if isinstance(inner, FunctionType):
                yield name, inner
        handler = handler.func


def _message(outer: Any, name: str, inner: Any) -> str:
    function = getattr(outer, "__name__", type(outer).__name__)
    if isinstance(outer, FunctionType):
        remedy = f"write `@functools.wraps({name})` above `def {function}`"
    else:
        remedy = f"call `functools.update_wrapper(self, {name})` in `{function}.__init__`"
    return (
        f"{describe(outer)} hides the type hints of {describe(inner)}, so the guard can't validate "
        f"its arguments; {remedy}, or give `{function}` type hints of its own"
    )


def _undressed(handler: Any) -> Any:
    """What is called in the end: inside methods, partials and what says what it wraps."""
    for _ in range(_MOST_CLOTHES):
        inner = _inside(handler)
        if inner is None:
            break
        handler = inner
    return handler


def _inside(handler: Any) -> Any:
    """One step inwards. Attributes are only looked at: those of a proxy may be anything."""
    if isinstance(handler, (MethodType, staticmethod, classmethod)):
        return handler.__func__
    if isinstance(handler, functools.partial):
        return handler.func
    wrapped = inspect.getattr_static(handler, "__wrapped__", None)
    return wrapped if callable(wrapped) else None


def _says_something(function: Any, *, also_returned: bool = False) -> bool:
    """Whether the hints of a function's parameters say what it takes."""
    code = function if isinstance(function, FunctionType) else type(function).__call__
    hints = _annotations(code)
    returned = hints.pop("return", Any)
    values = [*hints.values(), *([returned] if also_returned else [])]
    return any(not _is_empty(hint) for hint in values)


def _annotations(function: Any) -> dict[str, Any]:
    try:
        return dict(function.__annotations__)
    except AttributeError:
        return {}
    except Exception:  # noqa: BLE001  # names that only type checkers know; they say something
        return {"": None}


def _is_empty(hint: Any) -> bool:
    """Whether a hint says nothing of a value: a decorator's own are such."""
    if isinstance(hint, str):
        return hint in ("Any", "typing.Any", "object") or hint.endswith((".args", ".kwargs"))
    kinds = (typing.TypeVar, typing.ParamSpecArgs, typing.ParamSpecKwargs)
    return hint is Any or hint is object or isinstance(hint, kinds)


# -- what a function holds -------------------------------------------------------------------------


def _held(function: Any, depth: int) -> Iterator[tuple[str, FunctionType]]:
    """The typed functions in a function's closure, or in an object's attributes, by their names."""
    for name, value in _variables(function):
        inner = _undressed(value)
        if isinstance(inner, FunctionType) and _says_something(inner, also_returned=True):
            yield name, inner
        elif depth and (isinstance(inner, FunctionType) or _is_object(inner)):
            for _, found in _held(inner, depth - 1):
                yield name, found


def _variables(function: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(function, FunctionType):
        yield from list(_attributes(function).items())
        return
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not bound yet
            continue


def _attributes(value: Any) -> dict[str, Any]:
    try:
        found = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_object(value: Any) -> bool:
    """Whether a value is a callable object of a class that somebody wrote in Python."""
    return isinstance(getattr(type(value), "__call__", None), FunctionType)  # noqa: B004  # what it is


# -- whether it is hidden --------------------------------------------------------------------------


def _is_hidden(inner: FunctionType, outer: Any, owner: type, handler: Any) -> bool:
    return (
        any(inner is passed for _, passed in _in_partials(handler))
        or _has_its_parameters(outer, inner)
        or _is_being_decorated(inner)
        or _is_called(inner, outer)
        or _is_method(inner, outer, owner)
        or _was_handed_to(outer, inner)
    )


def _has_its_parameters(outer: Any, inner: FunctionType) -> bool:
    """Whether a function takes what another takes, by the same names, and stands elsewhere."""
    if not isinstance(outer, FunctionType) or _scope(outer) in ("", _scope(inner)):
        return False
    return _parameters(outer) == _parameters(inner) != ()


def _scope(function: FunctionType) -> str:
    """The function in which a function is defined; none for those of modules and classes."""
    return function.__qualname__.rpartition(f".{_LOCAL}.")[0]


def _parameters(function: FunctionType) -> tuple[str, ...]:
    return function.__code__.co_varnames[: function.__code__.co_argcount]


def _is_being_decorated(inner: FunctionType) -> bool:
    """Whether the registering frame is at the `def` of a function, which is its constant."""
    frame = _registering_frame()
    code = inner.__code__
    if frame is None or code not in frame.f_code.co_consts:
        return False
    lines = [line for _, _, line in code.co_lines() if line is not None]
    return code.co_firstlineno <= frame.f_lineno <= max(lines, default=code.co_firstlineno)


def _registering_frame() -> FrameType | None:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # the public way copies every frame
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] not in _LIBRARIES:
            return frame
        frame = frame.f_back
    return None


def _is_called(inner: FunctionType, outer: Any) -> bool:
    """Whether the name of a function leads to what holds it."""
    found = _at(inner.__globals__, inner.__qualname__)
    return found is not None and _undressed(found) is outer


def _is_method(inner: FunctionType, outer: Any, owner: type) -> bool:
    """The same, of a class that was defined in a function, where names lead nowhere."""
    name = inner.__name__
    return any(
        inner.__qualname__ == f"{base.__qualname__}.{name}"
        and _undressed(vars(base).get(name)) is outer
        for base in owner.__mro__
    )


def _was_handed_to(outer: Any, inner: FunctionType, depth: int = _DEEPEST) -> bool:
    """Whether what takes anything was made by a function, or a class, that a function was given."""
    code = _code_of(outer)
    if code is None or not code.co_flags & inspect.CO_VARARGS:
        return False
    if not isinstance(outer, FunctionType):
        return _takes_a_function(type(outer), inner)
    maker = _maker_of(outer)
    if maker is None:
        return False
    parameters = maker.co_varnames[: maker.co_argcount + maker.co_kwonlyargcount]
    held = dict(_variables(outer))
    given = [_undressed(held[name]) for name in parameters if name in held]
    return any(
        each is inner or (depth and _was_handed_to(each, inner, depth - 1)) for each in given
    )


def _takes_a_function(kind: type, inner: FunctionType) -> bool:
    """Whether a class is made with an argument, and does not name the function by itself."""
    code = getattr(inspect.getattr_static(kind, "__init__"), "__code__", None)
    return code is not None and code.co_argcount > 1 and inner.__name__ not in code.co_names


def _code_of(function: Any) -> CodeType | None:
    if isinstance(function, FunctionType):
        return function.__code__
    code = getattr(type(function).__call__, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _maker_of(function: FunctionType) -> CodeType | None:
    """The code of the function in which another is defined."""
    names, _, _ = function.__qualname__.partition(f".{_LOCAL}")
    outermost = _undressed(_at(function.__globals__, names))
    code = getattr(outermost, "__code__", None)
    return _around(function.__code__, code) if isinstance(code, CodeType) else None


def _around(wanted: CodeType, code: CodeType) -> CodeType | None:
    for constant in code.co_consts:
        if constant is wanted:
            return code
        found = _around(wanted, constant) if isinstance(constant, CodeType) else None
        if found is not None:
            return found
    return None


def _at(names: dict[str, Any], path: str) -> Any:
    """What a dotted name leads to; `None` where it leads nowhere."""
    first, *rest = path.split(".")
    value = names.get(first)
    for name in rest:
        value = inspect.getattr_static(value, name, None)
    return value
