"""Warnings about handlers whose type hints or ack options have no effect.

A handler whose parameter is a model gets what the client sent, a `dict`, unless somebody makes a
model of it. A type checker believes the hint.
"""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.handler_functions import dotted_name, written_function
from asyncapi_guard.codefirst.resolved_hints import resolved_hints
from asyncapi_guard.integrations.handlers.registered import LIBRARIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["unheeded", "unheeded_ack_options"]

#: Where classes are from that plain data has, or that say nothing.
_PLAIN_MODULES = frozenset(("builtins", "collections.abc", "types", "typing", "typing_extensions"))
_SAYS_NOTHING = (Any, object, None, type(None))
#: Names; the rest is a number.
_MOST = 3


def unheeded(handlers: Iterable[Any], remedy: str, *, judged: bool) -> str | None:
    """One line about handlers whose hints have no effect; `None` if that hurts nobody.

    Args:
        handlers: those whose hints nothing puts in force.
        remedy: what to do.
        judged: a document judges the traffic, so that hints of plain data promise nothing.
    """
    found = [each for each in handlers if _promises(each, judged=judged)]
    who, one = _who_has(found)
    if not who:
        return None
    them = "it gets" if one else "they get"
    what = "plain data, not instances" if judged else "what clients send, unvalidated"
    return f"{who} type hints without effect: {them} {what}; {remedy}"


def unheeded_ack_options(handlers: Iterable[Any]) -> str | None:
    """One line about handlers with options of acks where a document rules; `None` without any."""
    who, _ = _who_has(handlers)
    if not who:
        return None
    return f"{who} ack options without effect: a document rules here; write them in its x-ack"


def _who_has(handlers: Iterable[Any]) -> tuple[str, bool]:
    """The names of handlers and `has` or `have`, and whether it is one; empty for none."""
    names = list(dict.fromkeys(map(dotted_name, handlers)))
    if not names:
        return "", False
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    one = len(names) == 1
    return f"{', '.join(names[:_MOST])}{more} {'has' if one else 'have'}", one


def _promises(handler: Any, *, judged: bool) -> bool:
    """Whether a handler's hints say what is not so.

    What somebody has decorated may get what its hints say from there.
    """
    if getattr(handler, "__globals__", {}).get("__name__") in LIBRARIES:
        handler = getattr(handler, "__wrapped__", handler)
    if hasattr(handler, "__wrapped__"):
        return False
    try:
        hints = resolved_hints(written_function(handler))
    except Exception:  # noqa: BLE001  # of whatever kind annotations are
        return False
    if judged:
        return any(_is_made(kind) for hint in hints.values() for kind in _kinds(hint))
    return any(_unannotated(hint) not in _SAYS_NOTHING for hint in hints.values())


def _unannotated(hint: Any) -> Any:
    return hint.__origin__ if typing.get_origin(hint) is typing.Annotated else hint


def _is_made(kind: Any) -> bool:
    """Whether somebody must make an instance of a class: it is not what JSON gives."""
    return kind.__module__ not in _PLAIN_MODULES and not typing.is_typeddict(kind)


def _kinds(hint: Any) -> Iterator[type]:
    """The classes that a hint names."""
    hint = _unannotated(hint)
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        yield hint
    elif hasattr(hint, "__value__"):
        yield from _kinds(hint.__value__)
    else:
        for part in typing.get_args(hint):
            yield from _kinds(part)
