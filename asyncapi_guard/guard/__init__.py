"""The guard: validates traffic against a contract, and does nothing else.

No I/O, no threads, no logging, no state per client: each method takes traffic from the wire and
returns a `Verdict`; the adapters in `asyncapi_guard.integrations` act on it. The rules are compiled
once, with the guard. So a valid event costs two dictionary look-ups and one call to a validator,
and its verdict already exists.

The rules of the profile, in short (`docs/reference/profile.md` has them with examples):

1. Operations list the messages that can be received or sent; the guard rejects all others.
2. Several messages with one event name are alternatives: exactly one must match.
3. One schema describes one argument; positional items describe several. A payload of type `null`
   only, or `false`, means no argument; a payload that accepts `null` among others also allows none.
   Without a payload, any arguments are accepted.
4. Clients must not send events with reserved names, because Socket.IO would run connect handlers,
   or a catch-all handler with another client's session.
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
