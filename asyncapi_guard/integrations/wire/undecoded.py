"""What kombu cannot decode, and so never hands to python-socketio.

A publisher says of each message what it is and how it is compressed, and kombu believes that. What
does not decode then raises where the next message is waited for: python-socketio would connect
again, later each time, and lose what comes meanwhile. kombu has a hook for such messages, which is
asked here.
"""

from __future__ import annotations

from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from socketio import KombuManager

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["UNDECODED", "tell_of_undecoded"]


class _Undecoded:
    """What comes in the place of a message that kombu cannot decode."""

    __slots__ = ()


#: The one there is.
UNDECODED: Final = _Undecoded()


def tell_of_undecoded(
    manager: Any, replace: Callable[..., Any], told: Callable[[Any], Any]
) -> None:
    """Have the listener of a manager go on after what kombu cannot decode.

    Connections that the manager has already stay as they are.

    Args:
        manager: of a server; only one for kombu is changed.
        replace: replaces an attribute, and returns the one from before.
        told: called with `UNDECODED` for each such message.
    """
    if not isinstance(manager, KombuManager):
        return

    def undecoded(message: Any, _: Exception) -> None:
        told(UNDECODED)
        with suppress(Exception):  # a connection that has gone says so to who waits for messages
            message.ack()

    def connection(*args: Any, **options: Any) -> Any:
        made = connect(*args, **options)
        if not hasattr(made, "SimpleQueue"):
            return made  # of a manager that has its own way to listen
        # A manager may give the same connection again.
        queue_of = getattr(made.SimpleQueue, "__wrapped__", made.SimpleQueue)

        @wraps(queue_of)
        def simple_queue(*args: Any, **options: Any) -> Any:
            queue = queue_of(*args, **options)
            queue.consumer.on_decode_error = undecoded
            return queue

        made.SimpleQueue = simple_queue
        return made

    connect = replace(manager, "_connection", connection)
