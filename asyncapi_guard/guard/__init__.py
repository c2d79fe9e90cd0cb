"""The guard: judges traffic by a contract, and does nothing else.

No I/O, no threads, no logging, no state per client: each method takes what is on the wire and
returns a `Verdict`; the adapters in `asyncapi_guard.integrations` act on it. The rules are made
once, when the guard is: judging an event that is fine is two dictionary look-ups and one call into
a validator, and its verdict was made beforehand.

The rules of reading, in short (`docs/reference/profile.md` has them with examples):

1. What may be received or sent is what the operations say; a message of no operation is neither.
2. Several messages with one event name are alternatives: exactly one must match.
3. One schema stands for one argument; positional items stand for several. A payload of type `null`
   alone, or `false`, is no argument; one that accepts `null` among others is satisfied by none as
   well. No payload means anything.
4. Reserved names never come from a client as events: Socket.IO runs connect handlers, or a
   catch-all handler with another client's session, when they do.
"""

from __future__ import annotations

from asyncapi_guard.contract import Mode
from asyncapi_guard.guard.identity import Identity, UserPassword
from asyncapi_guard.guard.judging import Guard
from asyncapi_guard.guard.plans import RESERVED_EVENTS
from asyncapi_guard.guard.policy import Policy
from asyncapi_guard.guard.verdicts import Verdict

__all__ = [
    "RESERVED_EVENTS",
    "Guard",
    "Identity",
    "Mode",
    "Policy",
    "UserPassword",
    "Verdict",
]
