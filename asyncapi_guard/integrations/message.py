"""The message that a handler handles, for parameters with this type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.deciding.calls import Call, handled
from asyncapi_guard.integrations.installed import MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Message", "judged_call", "message_of"]


class Message:
    """The message that a handler handles: the event, and its description in the document.

    A handler receives it in a parameter with this type, at any position. Such a parameter isn't an
    argument of the event.

    Attributes:
        event: the name of the event.
        namespace: the Socket.IO namespace.
        args: the arguments as received: plain data, not instances.
        id: the key of the matching message in its channel's `messages`. `None` if no message
            matched: for a disconnect, an event of a catch-all handler, or an event that wasn't
            validated.
        title: the `title` of the message; `None` without one.
        wants_ack: whether the sender asked for an ack; `None` with `validate=False`.
    """

    __slots__ = ("args", "event", "id", "namespace", "title", "wants_ack")

    def __init__(
        self,
        event: str,
        namespace: str,
        args: Sequence[Any] = (),
        *,
        id: str | None = None,
        title: str | None = None,
        wants_ack: bool | None = None,
    ) -> None:
        self.event: str = event
        self.namespace: str = namespace
        self.args: tuple[Any, ...] = tuple(args)
        self.id: str | None = id
        self.title: str | None = title
        self.wants_ack: bool | None = wants_ack

    def __repr__(self) -> str:
        return f"<Message {self.id or self.event!r} in {self.namespace!r}>"


def judged_call(server: Any) -> Call | None:
    """Return the call that is being handled by a guarded server or client.

    A task that a handler started has the call of that handler, even if it acts for a different
    client.
    """
    adapter = getattr(server, MARK, None)
    return handled.get() if adapter is not None and adapter.active else None


def message_of(call: Call | None, event: str, namespace: str, args: Sequence[Any]) -> Message:
    """Return the message whose handler is about to be called.

    Args:
        call: the validated call; `None` without validation.
        event: its name.
        namespace: the Socket.IO namespace.
        args: the arguments of the handler, without values of python-socketio.
    """
    args = () if event == "connect" and args == (None,) else args
    if event in ("connect", "disconnect"):
        wants_ack: bool | None = False
    else:
        wants_ack = None if call is None else call.id is not None
    if call is None or (call.event, call.namespace) != (event, namespace):
        return Message(event, namespace, args, wants_ack=wants_ack)
    matched = call.message
    title = None if matched is None else matched.meta.get("title")
    return Message(
        event,
        namespace,
        args,
        id=None if matched is None else matched.id,
        title=title if isinstance(title, str) else None,
        wants_ack=wants_ack,
    )
