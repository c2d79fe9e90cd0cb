"""The declared events that an application sends, in the namespaces of the declaring handlers.

A decorator does not know its handler yet, and the handler, if it is registered above, not its
namespace. So a declaration without a namespace of its own is in `/` until a handler takes it along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.handler_functions import written_function
from asyncapi_guard.spec.acks import NO_OPTIONS, AckOptions

if TYPE_CHECKING:
    from asyncapi_guard.codefirst.hints import Hint

__all__ = ["Beside", "Declaration"]


@dataclass(slots=True)
class Declaration:
    """An event that somebody declares to be sent.

    Attributes:
        event: its name.
        payload: the hint of what is sent.
        ack: the hint of what clients answer; `None` when nothing is known of that.
        description: for the document.
        is_placed: its namespaces are said, by itself or by a handler.
        namespaces: where it is sent.
        ack_options: whether an ack is required, and how long it may take.
        expired: it tells clients that their identity has ended.
    """

    event: str
    payload: Hint
    ack: Hint | None
    description: str
    is_placed: bool
    namespaces: tuple[str, ...]
    ack_options: AckOptions = NO_OPTIONS
    expired: bool = False

    def follow(self, namespace: str) -> None:
        """Be sent in the namespace of a handler that it stands beside."""
        known = self.namespaces if self.is_placed else ()
        self.is_placed = True
        self.namespaces = tuple(dict.fromkeys((*known, namespace)))


@dataclass(slots=True)
class Beside:
    """Which declarations stand beside which functions and classes."""

    _known: dict[int, tuple[Any, list[Declaration]]] = field(default_factory=dict)

    def add(self, function: Any, declaration: Declaration) -> None:
        """Keep that a declaration without a namespace of its own stands beside a function."""
        found = written_function(function)
        self._known.setdefault(id(found), (found, []))[1].append(declaration)

    def of(self, function: Any) -> list[Declaration]:
        """The declarations beside a function, whatever wraps or binds it."""
        return self._known.get(id(written_function(function)), (None, []))[1]
