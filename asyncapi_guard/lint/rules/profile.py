"""Rules of the Socket.IO profile."""

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

__all__ = ["RULES"]

_warning = group("Socket.IO profile", Severity.WARNING)

RULES = (
    _warning(
        "namespace-slash",
        "The address of a channel is a namespace: it begins with `/`.",
        "Socket.IO's namespaces do. The guard refuses to serve a channel that has another address.",
        """
        channels: {chat: {address: chat, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels: {chat: {address: /chat, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "duplicate-namespace",
        "A namespace is described by one channel.",
        """
        Two channels with one address are put together. That is allowed, and makes it hard to see
        what may be sent there.
        """,
        "channels: {chat: {address: /chat}, news: {address: /chat}}",
        "channels: {chat: {address: /chat}, news: {address: /news}}",
    ),
    _warning(
        "duplicate-event",
        "An event is described by one message for each direction.",
        """
        Several messages with one event name are alternatives, of which exactly one must
        match: if two of them accept a payload, it is refused. One message with a `oneOf` says it in
        one place.
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              say: {payload: {type: string}}
              shout: {name: say, payload: {type: string}}
        operations:
          all: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              say: {payload: {type: string}}
              shout: {payload: {type: string}}
        operations:
          all: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "reserved-event",
        "No event has a name that Socket.IO keeps for itself.",
        """
        `connect_error`, `disconnecting`, `newListener`, `*` and the like never travel as events.
        `connect` and `disconnect` may be *received*: they describe the handshake and its end.
        """,
        """
        channels:
          chat: {address: /chat, messages: {connect_error: {payload: {type: string}}}}
        operations:
          all: {action: send, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels:
          chat: {address: /chat, messages: {refused: {payload: {type: string}}}}
        operations:
          all: {action: send, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "connect-ack",
        "`connect` and `disconnect` have no `x-ack`.",
        "Nothing acknowledges them. What a client learns of a refused connect is `connect_error`.",
        """
        channels:
          chat: {address: /chat, messages: {connect: {payload: {}, x-ack: {type: string}}}}
        operations:
          all: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels:
          chat: {address: /chat, messages: {connect: {payload: {}}}}
        operations:
          all: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "orphan-message",
        "An operation has each message of a channel.",
        """
        What may be sent and received is what operations say. A message of no operation is neither:
        the guard refuses it.
        """,
        "channels: {chat: {address: /chat, messages: {say: {payload: {type: string}}}}}",
        """
        channels: {chat: {address: /chat, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "no-payload",
        "A message has a payload.",
        """
        Without one, any arguments will do. `payload: {type: 'null'}` says that there are none, and
        `payload: {}` that one of any kind is meant.
        """,
        """
        channels: {chat: {address: /chat, messages: {leave: {}}}}
        operations:
          leave: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels: {chat: {address: /chat, messages: {leave: {payload: {type: 'null'}}}}}
        operations:
          leave: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "unjudged-headers",
        "A message has no `headers`.",
        "Socket.IO has no place for them: they are kept in the document, and never judged.",
        """
        channels:
          chat:
            address: /chat
            messages: {say: {headers: {type: object}, payload: {type: string}}}
        """,
        """
        channels:
          chat:
            address: /chat
            messages: {say: {payload: {type: string}}}
        """,
    ),
    _warning(
        "mixed-arguments",
        "Positional items stand at the top of a payload.",
        """
        A payload with positional items describes several arguments. Inside of a `oneOf`, `anyOf` or
        `allOf` the same describes *one* argument that is a list. Who means "one argument or two"
        writes positional items with `minItems`.
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              say:
                payload:
                  oneOf:
                    - {type: string}
                    - {items: [{type: string}, {type: integer}]}
        """,
        """
        channels:
          chat:
            address: /chat
            messages:
              say:
                payload: {items: [{type: string}, {type: integer}], minItems: 1, maxItems: 2}
        """,
    ),
)
