"""The message that a handler handles, as handlers ask for it by its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.integrations.deciding.calls import Call, handled
from asyncapi_guard.integrations.installed import MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Message", "judged_call", "message_of"]


class Message:
    """The message that a handler handles: what came, and what the document calls it.

    A handler gets it in a parameter with this type, at any place. Such a parameter is no argument
    of the event.

    Attributes:
        event: the name of the event.
        namespace: the Socket.IO namespace.
        args: the arguments as they came: plain data, no instances.
        id: the key of the message in its channel's `messages`: where several messages have one
            event, it says which of them matched. `None` if none did: the event is a disconnect, or
            one of a catch-all handler, or nothing judged it.
        title: the `title` of that message; `None` without one.
        wants_ack: whether the sender asked for an ack. `None` with `validate=False`.
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
    """The call that is handled, of a server or a client that is guarded.

    A task that a handler started has that handler's, also where it is another client's.
    """
    adapter = getattr(server, MARK, None)
    return handled.get() if adapter is not None and adapter.active else None


def message_of(call: Call | None, event: str, namespace: str, args: Sequence[Any]) -> Message:
    """The message whose handler is about to be called.

    Args:
        call: what was judged; `None` where nothing is.
        event: its name.
        namespace: the Socket.IO namespace.
        args: what python-socketio calls the handler with, without what is its own.
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
