"""AsyncAPI 3 as the Socket.IO profile wants it: data in, data and notes out.

What is written in another way:

    prefixItems                      items, where the dialect is Draft 07
    x-ack of an operation            x-ack of its messages
    reply                            x-ack of the message, where the reply is no event
    several channels, one address    one channel
    a channel for each event         one channel, whose messages are the events

Where any of these could mean two things, nothing is rewritten, and a note says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.protocols import may_be_for_socketio
from asyncapi_guard.spec.upgrade.profile.acks import Acks
from asyncapi_guard.spec.upgrade.profile.namespaces import Namespaces
from asyncapi_guard.spec.upgrade.profile.positions import ARGUMENT_LISTS, Positions
from asyncapi_guard.spec.upgrade.profile.replies import Replies
from asyncapi_guard.spec.upgrade.profile.rewriting import Rewriting

if TYPE_CHECKING:
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.upgrade.profile.rewriting import Origin

__all__ = ["fit_profile"]


def fit_profile(data: dict[str, Any], origin: Origin) -> tuple[dict[str, Any], list[Finding]]:
    """A 3.x document as the profile wants it, and what was written otherwise.

    Args:
        data: the document; it is not changed.
        origin: makes a finding about the value at a path.
    """
    rewriting = Rewriting(data, origin)
    # Elsewhere payloads are no arguments, replies no acknowledgements, and channels no namespaces.
    is_socketio = ARGUMENT_LISTS in data or may_be_for_socketio(rewriting.documents)
    Acks(rewriting).rewrite()
    Positions(rewriting, are_arguments=is_socketio).rewrite()
    if is_socketio:
        Replies(rewriting).rewrite()
        Namespaces(rewriting).rewrite()
    return rewriting.data, rewriting.notes
