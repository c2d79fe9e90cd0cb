"""Rules about our own extensions, `x-ack`, `x-guard` and `x-mock`, where nobody reads them.

The walks over objects and schemas find them, and so does the loader: an ack that an author believes
to be judged must be.
"""

from __future__ import annotations

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

__all__ = ["CHECKED_IN", "RULES"]

CHECKED_IN = ("spec.own_extensions", "lint.mock_extension")

_warning = group("Socket.IO profile", Severity.WARNING)
_error = group("Socket.IO profile", Severity.ERROR, elsewhere=Severity.WARNING)

RULES = (
    _error(
        "misplaced-extension",
        "`x-ack` stands on a message, `x-guard` on a message or an operation.",
        """
        Anywhere else nobody reads them: the acks that you describe are not judged, and the mode
        that you chose is not in force. The guard refuses to load the document. Beside a `$ref` they
        are ignored, too: write them on the message that the reference leads to.
        """,
        """
        channels: {chat: {address: /chat, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}, x-ack: {type: boolean}}
        """,
        """
        channels:
          chat: {address: /chat, messages: {say: {payload: {type: string}, x-ack: {type: boolean}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _error(
        "misspelt-extension",
        "`x-ack` and `x-guard` are spelt so.",
        """
        An extension that has nearly the name of one of ours is a typo: nobody reads it. The guard
        refuses to load the document, because the ack that you describe would not be judged.
        Extensions of others are none of our business.
        """,
        """
        channels:
          chat: {address: /chat, messages: {say: {payload: {type: string}, x-akc: {type: boolean}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels:
          chat: {address: /chat, messages: {say: {payload: {type: string}, x-ack: {type: boolean}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "unread-mock",
        "`x-mock` stands on a message, and is spelt so.",
        """
        `asyncapi-guard mock` reads it there: it says how an event is answered, or when one is
        emitted. Anywhere else, beside a `$ref`, and under nearly its name, it has no effect.
        """,
        """
        channels: {chat: {address: /chat, messages: {said: {payload: {type: string}}}}}
        operations:
          say: {action: send, channel: {$ref: '#/channels/chat'}, x-mock: {every: 5}}
        """,
        """
        channels:
          chat: {address: /chat, messages: {said: {payload: {type: string}, x-mock: {every: 5}}}}
        operations:
          say: {action: send, channel: {$ref: '#/channels/chat'}}
        """,
    ),
)
