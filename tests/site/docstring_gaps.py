"""What is public, and what its docstrings leave out."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import asyncapi_guard
from asyncapi_guard import metrics, security, testing

if TYPE_CHECKING:
    from collections.abc import Iterator, Set  # noqa: PYI025  # Set is short here

__all__ = ["gaps", "public_functions", "public_names"]

MODULES = (asyncapi_guard, metrics, security, testing)
#: What functions return, and nobody makes.
RETURNED = frozenset(
    f"asyncapi_guard.testing.{name}"
    for name in ("AsyncMockServer", "AsyncTestedServer", "MockServer", "TestedServer")
)
#: What adapters alone ask a guard for; the site leaves it out.
FOR_ADAPTERS = frozenset(
    f"asyncapi_guard.Guard.{name}"
    for name in (
        *("failed", "malformed", "unsendable", "unwelcome"),
        *("rule_of_queued", "rule_of_received", "rule_of_sent"),
    )
)
_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Yields):\n((?:(?: .*)?\n)*)", re.MULTILINE)
_ENTRY = re.compile(r"^    \*{0,2}(\w[\w, *]*?)(?: \(.*?\))?: ", re.MULTILINE)


def public_names() -> list[str]:
    """All public names, with their modules."""
    return [f"{module.__name__}.{name}" for module in MODULES for name in module.__all__]


def public_functions() -> Iterator[tuple[str, Any, str]]:
    """Each function, class and method that is public, with its name and its docstring.

    Methods of other packages' classes are theirs to document.
    """
    for module in MODULES:
        for name in module.__all__:
            value = getattr(module, name)
            full = f"{module.__name__}.{name}"
            if inspect.isclass(value):
                yield full, value, value.__doc__ or ""
                yield from _methods(full, value)
            elif callable(value):
                yield full, value, value.__doc__ or ""


def _methods(full: str, cls: type) -> Iterator[tuple[str, Any, str]]:
    for name in dir(cls):
        value = inspect.getattr_static(cls, name)  # getmembers_static is Python 3.11's
        function = getattr(value, "fget", getattr(value, "__func__", value))
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        if function.__module__.startswith("asyncapi_guard"):
            yield f"{full}.{name}", value, function.__doc__ or ""


def _entries(docstring: str, section: str) -> set[str]:
    for title, body in _SECTION.findall(inspect.cleandoc(docstring) + "\n"):
        if title == section:
            found = _ENTRY.findall(body)
            return {part.strip(" *") for entry in found for part in entry.split(",")}
    return set()


def gaps(name: str, value: Any, docstring: str) -> list[str]:
    """What a docstring leaves out: itself, an argument, an exception; or has too much."""
    owner, _, method = name.rpartition(".")
    inherited = _documented_by_others(owner, method) | _as_in(owner, docstring)
    if not docstring.strip():
        return [f"{name} has no docstring"]
    if name in FOR_ADAPTERS:
        return []
    function = getattr(value, "fget", getattr(value, "__func__", value))
    if inspect.isclass(value) or hasattr(value, "__supertype__"):
        return (
            []
            if name in RETURNED or _is_data(value)
            else _arguments(name, value.__init__, docstring)
        )
    told = _arguments(name, function, docstring, inherited)
    raised = _raised(function) - _entries(docstring, "Raises")
    return told + [f"{name} raises {each}, and does not say so" for each in sorted(raised)]


def _documented_by_others(owner: str, method: str) -> set[str]:
    """The parameters of a method that another package's class has, and documents."""
    module, _, name = owner.rpartition(".")
    cls = getattr(sys.modules.get(module), name, None)
    for base in getattr(cls, "__mro__", ()):
        found = vars(base).get(method)
        if inspect.isfunction(found) and not found.__module__.startswith("asyncapi_guard"):
            return set(inspect.signature(found).parameters)
    return set()


def _as_in(owner: str, docstring: str) -> set[str]:
    """The arguments of the method that a docstring refers to for its own."""
    module, _, name = owner.rpartition(".")
    cls = getattr(sys.modules.get(module), name, None)
    found = re.search(r"arguments (?:are )?as in `(\w+)`", docstring)
    other = getattr(cls, found[1], None) if found else None
    return _entries(other.__doc__ or "", "Args") if other is not None else set()


def _is_data(cls: type) -> bool:
    """Whether the class is an enumeration, or data, or made by the package alone."""
    return (
        hasattr(cls, "__members__")
        or not inspect.isfunction(cls.__init__)
        or getattr(cls, "__supertype__", None) is not None
    )


def _arguments(
    name: str, function: Any, docstring: str, inherited: Set[str] = frozenset()
) -> list[str]:
    own = inspect.signature(function).parameters.values()
    parameters = [
        each.name
        for each in own
        if each.name not in ("self", "cls") and not each.name.startswith("_")
    ]
    if any(each.kind is each.VAR_KEYWORD for each in own):
        # They are handed on, and what takes them has no other place to be explained in.
        parameters = [each for each in parameters if each not in ("args", "kwargs")]
        unknown = set()
    else:
        unknown = _entries(docstring, "Args") - set(parameters)
    told = _entries(docstring, "Args") | _entries(docstring, "Attributes")
    mentioned = set(re.findall(r"`(\w+)[`(.=]", docstring))
    missing = [each for each in parameters if each not in told | mentioned | inherited]
    if not told and len(parameters) == 1:
        missing = []  # its one sentence is about it
    return [
        *(f"{name} has the parameter {each}, and does not say what it is" for each in missing),
        *(f"{name} explains {each}, which it does not have" for each in sorted(unknown)),
    ]


def _raised(function: Any) -> set[str]:
    """The exceptions that a function itself raises by name."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except OSError:
        return set()
    found = set()
    nodes: list[ast.AST] = list(ast.parse(source).body[0].body)  # type: ignore[attr-defined]  # it is a function
    while nodes:
        node = nodes.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = getattr(node.exc.func, "id", "")
            found |= {name} if name[:1].isupper() else set()
        nodes += ast.iter_child_nodes(node)
    return found
