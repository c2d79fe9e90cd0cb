"""What passes in the channel of a message queue, as a guarded server would take it.

Whoever publishes without a guard, or without the key, is seen there by what it publishes. Nothing
is published, and no server notices.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from socketio.packet import Packet

from asyncapi_guard.doctor.checks import Check, Status
from asyncapi_guard.doctor.listeners import asking, shown
from asyncapi_guard.integrations.deciding.queued import Origin
from asyncapi_guard.integrations.deciding.server import ServerDecisions
from asyncapi_guard.integrations.middleware import AsyncAPIGuard
from asyncapi_guard.integrations.wire.queue_messages import QueueReader
from asyncapi_guard.violations import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["channel_checks", "heard_in"]

#: Of so many hosts, each is named.
_HOSTS = 20
#: A host that nobody is: what came from oneself is ignored.
_NOBODY = "asyncapi-guard doctor"


@dataclass(slots=True)
class _Host:
    """What one host has published."""

    count: int = 0
    rejected: int = 0
    first: str = ""


def heard_in(url: str, channel: str, seconds: float) -> Iterator[Any]:
    """Hear what is published to a channel of Redis for some time.

    Args:
        url: of the Redis.
        channel: its name.
        seconds: how long.

    Raises:
        QueueError: redis is not installed, or the server does not answer.
    """
    with asking(url) as client, client.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(channel)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            message = heard.get_message(timeout=min(left, 1.0))
            if message is not None:
                yield message["data"]


def channel_checks(guarding: Any, messages: Iterable[Any], url: str, channel: str) -> list[Check]:
    """Look at what is published.

    Args:
        guarding: the `AsyncAPIGuard` of the servers.
        messages: as they came.
        url: where.
        channel: as well.
    """
    guard = AsyncAPIGuard(guarding.in_force.contract, policy=guarding.in_force.policy)
    decide = ServerDecisions(guard, Packet, 1_000_000)
    decide.active = True
    origin = Origin(QueueReader(json), channel, _NOBODY, lambda *_: None)
    hosts: dict[str, _Host] = {}
    for raw in messages:
        fields, verdict = decide.heard(raw, origin)
        name = _host_of(fields if fields is not None else _read(raw))
        if name not in hosts and len(hosts) >= _HOSTS:
            name = "others"
        host = hosts.setdefault(name, _Host())
        host.count += 1
        if verdict is not None and verdict.violation is not None:
            host.rejected += 1
            host.first = host.first or verdict.violation.line()
    subject = f"{shown(url)} {channel}"
    if not hosts:
        text = "no messages were published while doctor watched"
        return [Check(Status.OK, "channel", subject, text)]
    return [_check(name, host, subject) for name, host in hosts.items()]


def _check(name: str, host: _Host, subject: str) -> Check:
    about = f"{host.count} message{'s' * (host.count != 1)} from host {printable(name)}"
    if not host.rejected:
        return Check(Status.OK, "channel", subject, f"{about}, which the servers accept")
    return Check(
        *(Status.WARNING, "unguarded-publisher", subject),
        f"{about}; {host.rejected} break the contract, for example: {host.first}",
        "call guard.protect() with the manager of the process that publishes them",
    )


def _read(raw: Any) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _host_of(message: Any) -> str:
    host = message.get("host_id") if isinstance(message, dict) else None
    return host[:8] if isinstance(host, str) else "unknown"
