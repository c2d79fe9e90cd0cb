"""What is compared with a document: an application's handlers, and what it declares to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from asyncapi_guard.contract import Schema
    from asyncapi_guard.drift.arity import Numbers

__all__ = ["ANY", "CODES", "RESERVED", "Declared", "Handler", "at_handler"]

#: The codes of these findings; `asyncapi-guard rules` says what they mean.
CODES: Mapping[str, Severity] = {
    "handler-without-spec": Severity.ERROR,
    "spec-without-handler": Severity.ERROR,
    "payload-differs": Severity.ERROR,
    "ack-differs": Severity.ERROR,
    "payload-inexact": Severity.WARNING,
    "ack-inexact": Severity.WARNING,
    "undeclared-emit": Severity.ERROR,
    "stale-models": Severity.ERROR,
    "spec-without-emit": Severity.WARNING,
    "unread-emit": Severity.WARNING,
}
#: Events that need not be on both sides.
RESERVED = frozenset(("connect", "disconnect"))
#: Every event, or every namespace.
ANY = "*"


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler of an event, and where it is.

    Attributes:
        namespace: the Socket.IO namespace; `*` for all.
        event: its name; `*` for all.
        name: the function's.
        file: its source.
        line: 1-based; 0 when nobody knows.
        payload: what its hints say of its arguments; `None` when they say nothing.
        ack: what its hints say of what it returns; `None` when they say nothing.
        in_force: its hints decide what it gets and what it acknowledges.
        takes: how many arguments it can be called with; `None` when nobody knows.
        silent: it never returns a value.
        unread: hints that could not be read, with the reason.
        decorated: what it returns goes through a decorator that may change it.
        by_name: parameters that it needs by name, and that no event can give it.
        ends: it may come to its end, or to a `return`, without a value.
        generated: the documents whose generated types its arguments and its ack have, if any.
    """

    namespace: str
    event: str
    name: str
    file: str
    line: int
    payload: Schema | None = None
    ack: Schema | None = None
    in_force: bool = True
    takes: Numbers | None = None
    silent: bool = False
    unread: tuple[str, ...] = ()
    decorated: bool = False
    by_name: tuple[str, ...] = ()
    ends: bool = False
    generated: tuple[Path | None, Path | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Declared:
    """An event that the code declares to send (`doc_emit`).

    Attributes:
        namespace: the Socket.IO namespace.
        event: its name.
        payload: what its model says.
        ack: what its model of the ack says; `None` when there is none.
    """

    namespace: str
    event: str
    payload: Schema | None
    ack: Schema | None = None


def at_handler(handler: Handler, message: str, code: str) -> Finding:
    """What is said of a handler, where it is."""
    column = 1 if handler.line else 0
    return Finding(handler.file, handler.line, column, "", message, code, CODES[code])
