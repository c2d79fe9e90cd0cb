"""Whether all that publish to a message queue sign with the same key, where some do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.doctor.checks import Check, Status
from asyncapi_guard.doctor.guards import guarding_of
from asyncapi_guard.doctor.publishers import queue_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["key_checks"]

_REMEDY = "give all of them the same Policy(queue_key=...)"


def key_checks(targets: Sequence[tuple[str, Any]]) -> Iterator[Check]:
    """Look at the keys of what was found; no key is shown.

    Args:
        targets: servers, clients and managers, with what people call them.
    """
    keys: dict[str, bytes | None] = {}
    for subject, target in targets:
        if queue_of(target) is not None:
            guarding = guarding_of(target)
            keys[subject] = None if guarding is None else guarding.in_force.policy.signing_key
    known = set(filter(None, keys.values()))
    if not known:
        return
    for subject, key in keys.items():
        if key is None:
            text = "its messages aren't signed, so processes with a key reject them"
            yield Check(Status.ERROR, "queue-key", subject, text, _REMEDY)
    if len(known) > 1:
        text = f"{len(known)} different signing keys, so processes reject each other's messages"
        yield Check(Status.ERROR, "queue-key", ", ".join(keys), text, _REMEDY)
    elif None not in keys.values():
        text = "all publishers sign with the same key"
        yield Check(Status.OK, "queue-key", ", ".join(keys), text)
