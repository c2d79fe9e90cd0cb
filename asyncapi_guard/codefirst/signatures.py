"""The arguments and the return value of a handler, by its type hints."""

from __future__ import annotations

import functools
import inspect
import sys
import typing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.resolved_hints import resolved_hints
from asyncapi_guard.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

__all__ = ["MISSING", "Argument", "Signature", "describe", "is_hinted", "read_signature"]


class _Missing:
    """No hint."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an event.

    Attributes:
        name: the parameter's.
        hint: its type, or `MISSING`.
        optional: it has a default, so the client may leave it out.
    """

    name: str
    hint: Any
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """What a handler takes and returns.

    Attributes:
        arguments: in order.
        rest: the hint of `*args`; `None` without such a parameter.
        returns: the hint of what it returns, or `MISSING`.
    """

    arguments: tuple[Argument, ...]
    rest: Argument | None
    returns: Any

    def without(self, leading: int) -> Signature:
        """The signature without its first parameters, which are no arguments of an event."""
        return replace(self, arguments=self.arguments[leading:]) if leading else self

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parameters."""
        return tuple(a.name for a in (*self.arguments, *([self.rest] if self.rest else ())))

    @property
    def hinted(self) -> bool:
        """Whether anything at all is said."""
        everything = [*self.arguments, *([self.rest] if self.rest else [])]
        return self.returns is not MISSING or any(a.hint is not MISSING for a in everything)


def read_signature(handler: Callable[..., Any]) -> Signature:
    """The signature of a function, a bound method, a `functools.partial` or a callable object.

    Raises:
        RegistrationError: a hint cannot be resolved, or the handler cannot be called with
            positional arguments alone.
    """
    name = describe(handler)
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError) as error:
        raise RegistrationError(f"{name}: {error}") from error
    hints = _hints(handler, name)
    arguments, rest = [], None
    for parameter in parameters:
        hint = hints.get(parameter.name, MISSING)
        has_default = parameter.default is not parameter.empty
        if parameter.kind in _POSITIONAL:
            arguments.append(Argument(parameter.name, hint, has_default))
        elif parameter.kind is parameter.VAR_POSITIONAL:
            rest = Argument(parameter.name, hint, optional=True)
        elif parameter.kind is parameter.KEYWORD_ONLY and not has_default:
            raise RegistrationError(
                f"{name}, parameter {parameter.name!r}: events have no keyword arguments; "
                "give it a default, or let it be positional"
            )
    return Signature(tuple(arguments), rest, hints.get("return", MISSING))


def is_hinted(handler: Callable[..., Any]) -> bool:
    """Whether a handler has type hints at all."""
    return bool(getattr(_function(handler), "__annotations__", None))


def describe(handler: Callable[..., Any]) -> str:
    """A handler's name for people: module, qualified name and line."""
    function = _function(handler)
    name = getattr(function, "__qualname__", None) or repr(handler)
    code = getattr(function, "__code__", None)
    place = f" ({code.co_filename}:{code.co_firstlineno})" if code is not None else ""
    return f"{name}{place}"


def _function(handler: Any) -> Any:
    """What has the hints: inside of partials, bound methods and callable objects."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    if not hasattr(handler, "__annotations__") and not inspect.ismethod(handler):
        handler = type(handler).__call__
    return inspect.unwrap(getattr(handler, "__func__", handler))


def _hints(handler: Any, name: str) -> dict[str, Any]:
    function = _function(handler)
    try:
        return resolved_hints(function)
    except NameError:
        pass
    except Exception as error:
        raise RegistrationError(f"{name}: its type hints can't be resolved: {error}") from error
    try:
        # Classes of the function around it are known nowhere but there.
        return resolved_hints(function, _locals_around())
    except NameError as error:
        why = _why_unknown(function, error.name) or str(error)
        raise RegistrationError(f"{name}: its type hints can't be resolved: {why}") from error
    except Exception as error:
        raise RegistrationError(f"{name}: its type hints can't be resolved: {error}") from error


def _why_unknown(function: Any, missing: str | None) -> str | None:
    """Why a name is not known that only a hint's own module knows; `None` if it is another one."""
    for hint in function.__annotations__.values():
        try:
            value = eval(hint, function.__globals__) if isinstance(hint, str) else hint  # noqa: S307  # as get_type_hints does
        except Exception:  # noqa: BLE001, S112  # a name of the function around it
            continue
        if missing in list(_forward_names(value)):
            return (
                f"{missing!r} isn't defined here. If it is an alias that refers to itself, define "
                "it with `type` (PEP 695's TypeAliasType), or generate it: asyncapi-guard models "
                "--style pydantic"
            )
    return None


def _forward_names(hint: Any) -> Iterator[str]:
    """The names in a hint that are not looked up yet."""
    if isinstance(hint, typing.ForwardRef):
        yield hint.__forward_arg__
    elif isinstance(hint, str):
        yield hint
    for each in typing.get_args(hint):
        yield from _forward_names(each)


def _locals_around() -> dict[str, Any]:
    """The local names of those who are registering a handler, the nearest first."""
    names: dict[str, Any] = {}
    for frame in _frames(sys._getframe(1)):  # noqa: SLF001  # the public way copies every frame
        for name, value in frame.f_locals.items():
            names.setdefault(name, value)
    return names


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        if not frame.f_globals.get("__name__", "").startswith("asyncapi_guard."):
            yield frame
        frame = frame.f_back
