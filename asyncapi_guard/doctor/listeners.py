"""How many processes listen to the channel of a message queue, as Redis counts them.

A server listens from its first request on, in a thread or a task that can end without a word. Redis
knows who is subscribed; so whoever listens no more is missed there.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from asyncapi_guard.doctor.checks import Check, Status
from asyncapi_guard.errors import AsyncAPIGuardError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["QueueError", "asking", "is_queue_url", "listener_check", "shown"]

_SCHEMES = ("redis", "rediss", "unix")
#: Channels of python-socketio and of Flask-SocketIO, unless they are told others.
_USUAL = "*socketio*"


class QueueError(AsyncAPIGuardError):
    """Nobody can be asked who listens."""


def is_queue_url(text: str) -> bool:
    """Whether a text is the URL of a Redis."""
    return text.partition("://")[0] in _SCHEMES and "://" in text


@contextmanager
def asking(url: str) -> Iterator[Any]:
    """Give a client of a Redis.

    Args:
        url: of the Redis.

    Raises:
        QueueError: redis is not installed, or the server does not answer.
    """
    try:
        import redis
    except ImportError as error:
        raise QueueError("Reading from Redis needs the redis package: pip install redis") from error
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=10, socket_timeout=10) as client:
            yield client
    except (redis.RedisError, OSError, ValueError) as error:
        raise QueueError(f"Can't connect to {shown(url)}: {type(error).__name__}") from error


def listener_check(url: str, channel: str, expected: int | None) -> Check:
    """Ask Redis who listens to a channel.

    Args:
        url: of the Redis.
        channel: its name.
        expected: how many processes should; `None` for one or more.

    Raises:
        QueueError: redis is not installed, or the server does not answer.
    """
    with asking(url) as client:
        ((_, count),) = client.pubsub_numsub(channel)
        others = {} if count else _others(client)
    return _judged(int(count), channel, shown(url), expected, others)


def _judged(
    count: int, channel: str, where: str, expected: int | None, others: dict[str, int]
) -> Check:
    subject = f"{where} {channel}"
    listen = f"{count} {'process listens' if count == 1 else 'processes listen'} to {channel!r}"
    if count == 0:
        text = f"no process listens to {channel!r}, so published messages reach no client"
        hint = "check that the servers run, have had a request, and use this channel"
        if others:
            listed = ", ".join(f"{name!r} has {each}" for name, each in sorted(others.items()))
            hint = f"to check another channel, pass --channel: {listed}"
        return Check(Status.ERROR, "listeners", subject, text, hint)
    if expected is not None and count < expected:
        text = f"{listen}, but {expected} should; a listener has ended, or had no request yet"
        return Check(Status.ERROR, "listeners", subject, text, "restart the missing process")
    if expected is not None and count > expected:
        text = f"{listen}, but only {expected} should; others use the channel, or ended processes "
        text += "left connections"
        return Check(Status.WARNING, "listeners", subject, text, "run CLIENT LIST in redis-cli")
    return Check(Status.OK, "listeners", subject, listen)


def _others(client: Any) -> dict[str, int]:
    """Other channels that look like Socket.IO's, and how many listen to them."""
    names = client.pubsub_channels(_USUAL)[:5]
    return {_text(name): count for name, count in (client.pubsub_numsub(*names) if names else ())}


def _text(name: Any) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)


def shown(url: str) -> str:
    """Return a URL without what logs in."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
