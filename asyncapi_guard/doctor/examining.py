"""All that is looked at, of an application that was imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.doctor.checks import Check, Status
from asyncapi_guard.doctor.guards import guard_checks
from asyncapi_guard.doctor.keys import key_checks
from asyncapi_guard.doctor.options import engine_check, option_checks
from asyncapi_guard.doctor.publishers import inner, others_in, queue_of
from asyncapi_guard.doctor.versions import version_checks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

__all__ = ["channel_of", "examine"]


def examine(server: Any, modules: Sequence[ModuleType], name: str) -> Iterator[Check]:
    """Look at an application.

    Args:
        server: a `SocketIO`, or a server, a client or a manager of python-socketio.
        modules: the application's own, in which others may be.
        name: what people call it.
    """
    target = inner(server)
    others = list(others_in(modules, target))
    if target is None:
        text = "this SocketIO has no server yet, because init_app() was not called"
        remedy = "name the function that calls it, such as package.module:create_app()"
        yield Check(Status.ERROR, "no-server", name, text, remedy)
    else:
        yield from guard_checks(target, name)
        yield from option_checks(target, name)
    for subject, other in others:
        yield from guard_checks(other, subject, named=False)
        yield from option_checks(other, subject)
    yield from key_checks([(name, target), *others])
    yield from version_checks()
    yield engine_check()


def channel_of(server: Any) -> str | None:
    """Return the channel of the message queue of a server or a manager; `None` without one."""
    channel = getattr(queue_of(inner(server)), "channel", None)
    return channel if isinstance(channel, str) else None
