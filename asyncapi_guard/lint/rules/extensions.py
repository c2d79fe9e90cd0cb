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
        "`x-ack` must be on a message, and `x-guard` on a message or an operation.",
        """
        Elsewhere the extensions have no effect: the guard wouldn't validate the acks that you
        describe, or use the mode that you set. It rejects the document at load time. Extensions
        beside a `$ref` are also ignored: write them on the message that the reference points to.
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
        "`x-ack` and `x-guard` must be spelled correctly.",
        """
        An extension whose name is close to `x-ack` or `x-guard` is a typo, and would have no
        effect. The guard rejects the document at load time, because it wouldn't validate the ack
        that you describe. Other extensions are ignored.
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
        "`x-mock` should be on a message, and be spelled correctly.",
        """
        `x-mock` on a message tells `asyncapi-guard mock` how to acknowledge the event, or when to
        emit it. Elsewhere, beside a `$ref`, or misspelled, it has no effect.
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
