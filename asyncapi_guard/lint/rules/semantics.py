"""Rules about what must fit what: operations and channels, addresses, servers, examples."""

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

__all__ = ["RULES"]

_error = group("Semantics", Severity.ERROR)
_warning = group("Semantics", Severity.WARNING)

RULES = (
    _error(
        "operation-channel",
        "An operation refers to one of the document's own channels.",
        """
        The channel of a root operation is an entry of the root `channels`, never one of
        `components`, which is only a shelf, nor one of another file. (That entry may be a reference
        to either.)
        """,
        """
        operations:
          say: {action: receive, channel: {$ref: '#/components/channels/chat'}}
        components: {channels: {chat: {address: /chat}}}
        """,
        """
        channels: {chat: {$ref: '#/components/channels/chat'}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        components: {channels: {chat: {address: /chat}}}
        """,
    ),
    _error(
        "operation-messages",
        "The messages of an operation are entries of its own channel.",
        """
        Write `#/channels/NAME/messages/KEY`: not the component behind it, not another channel's.
        Without `messages` an operation has all messages of its channel.
        """,
        """
        channels:
          chat: {messages: {say: {$ref: '#/components/messages/say'}}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            messages: [{$ref: '#/components/messages/say'}]
        components: {messages: {say: {payload: {type: string}}}}
        """,
        """
        channels:
          chat: {messages: {say: {$ref: '#/components/messages/say'}}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            messages: [{$ref: '#/channels/chat/messages/say'}]
        components: {messages: {say: {payload: {type: string}}}}
        """,
    ),
    _error(
        "reply-channel",
        "A reply refers to one of the document's own channels.",
        "As an operation does (`operation-channel`).",
        """
        channels: {chat: {address: /chat}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply: {channel: {$ref: '#/components/channels/answers'}}
        components: {channels: {answers: {address: /answers}}}
        """,
        """
        channels: {chat: {address: /chat}, answers: {address: /answers}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply: {channel: {$ref: '#/channels/answers'}}
        """,
    ),
    _error(
        "reply-messages",
        "The messages of a reply are entries of the reply's channel.",
        "As those of an operation are (`operation-messages`).",
        """
        channels:
          chat: {messages: {say: {payload: {type: string}}}}
          answers: {messages: {said: {payload: {type: string}}}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply:
              channel: {$ref: '#/channels/answers'}
              messages: [{$ref: '#/channels/chat/messages/say'}]
        """,
        """
        channels:
          chat: {messages: {say: {payload: {type: string}}}}
          answers: {messages: {said: {payload: {type: string}}}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply:
              channel: {$ref: '#/channels/answers'}
              messages: [{$ref: '#/channels/answers/messages/said'}]
        """,
    ),
    _error(
        "reply-address",
        "A reply with an address goes to a channel without one.",
        """
        `reply.address` says that the address is found in each message; then the channel of the
        reply cannot have a fixed one. Its `address` is null, or left out.
        """,
        """
        channels: {chat: {address: /chat}, answers: {address: /answers}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply:
              address: {location: $message.header#/replyTo}
              channel: {$ref: '#/channels/answers'}
        """,
        """
        channels: {chat: {address: /chat}, answers: {address: null}}
        operations:
          say:
            action: receive
            channel: {$ref: '#/channels/chat'}
            reply:
              address: {location: $message.header#/replyTo}
              channel: {$ref: '#/channels/answers'}
        """,
    ),
    _error(
        "channel-servers",
        "A channel refers to the document's own servers.",
        "The servers of a root channel are entries of the root `servers`.",
        """
        channels:
          chat: {servers: [{$ref: '#/components/servers/main'}]}
        components: {servers: {main: {host: example.com, protocol: wss}}}
        """,
        """
        servers: {main: {host: example.com, protocol: wss}}
        channels:
          chat: {servers: [{$ref: '#/servers/main'}]}
        """,
    ),
    _error(
        "address-parameters",
        "The `{names}` of an address and the keys of `parameters` are the same.",
        """
        Each name in braces needs an entry in `parameters` (it may be empty: `{}`), and each entry a
        place in the address.
        """,
        "channels: {room: {address: '/rooms/{room}', parameters: {rome: {}}}}",
        "channels: {room: {address: '/rooms/{room}', parameters: {room: {}}}}",
    ),
    _error(
        "parameters-missing",
        "A channel whose address has `{names}` has `parameters`.",
        "As `address-parameters`, for channels that have no `parameters` at all.",
        "channels: {room: {address: '/rooms/{room}'}}",
        "channels: {room: {address: '/rooms/{room}', parameters: {room: {}}}}",
    ),
    _warning(
        "address-expression",
        "Braces of an address stand in pairs, around names of letters, digits, `-` and `_`.",
        "A brace that is not part of `{name}` is hardly meant: nothing will ever fill it.",
        "channels: {room: {address: '/rooms/{room'}}",
        "channels: {room: {address: '/rooms/{room}', parameters: {room: {}}}}",
    ),
    _error(
        "address-query",
        "An address has no query parameters and no fragment.",
        "Query parameters of a WebSocket channel belong in its bindings: `bindings.ws.query`.",
        "channels: {chat: {address: '/chat?token=1'}}",
        """
        channels:
          chat:
            address: /chat
            bindings:
              ws: {query: {type: object, properties: {token: {type: string}}}}
        """,
    ),
    _warning(
        "server-host",
        "`host` is a host name with an optional port.",
        "The scheme belongs in `protocol`, a path in `pathname`.",
        "servers: {main: {host: 'wss://example.com/chat', protocol: wss}}",
        "servers: {main: {host: example.com, pathname: /chat, protocol: wss}}",
    ),
    _warning(
        "server-variables",
        "The `{names}` of a server's host and path are in its `variables`.",
        "Without a variable of that name nothing says what stands there.",
        "servers: {main: {host: '{stage}.example.com', protocol: wss}}",
        """
        servers:
          main:
            host: '{stage}.example.com'
            protocol: wss
            variables: {stage: {enum: [test, live]}}
        """,
    ),
    _warning(
        "default-not-in-enum",
        "The default of a variable or a parameter is one of its values.",
        "`enum` lists all values there are; another default can never be used.",
        """
        servers:
          main:
            host: '{stage}.example.com'
            protocol: wss
            variables: {stage: {enum: [test, live], default: dev}}
        """,
        """
        servers:
          main:
            host: '{stage}.example.com'
            protocol: wss
            variables: {stage: {enum: [test, live], default: live}}
        """,
    ),
    _warning(
        "oauth-scopes",
        "The scopes that are needed are offered by a flow.",
        "A scope that is in no flow's `availableScopes` cannot be asked for.",
        """
        components:
          securitySchemes:
            login:
              type: oauth2
              scopes: [chat:wirte]
              flows:
                implicit:
                  authorizationUrl: https://example.com/login
                  availableScopes: {chat:write: Say something}
        """,
        """
        components:
          securitySchemes:
            login:
              type: oauth2
              scopes: [chat:write]
              flows:
                implicit:
                  authorizationUrl: https://example.com/login
                  availableScopes: {chat:write: Say something}
        """,
    ),
    _warning(
        "oauth2-field",
        "A scheme of type `oauth2` has fields of the specification, and `x-` extensions.",
        """
        The prose gives it the same fixed fields as other schemes; but its JSON Schema takes
        any, and an example of the specification has a field of AsyncAPI 2. Nobody reads it: the
        scopes that are needed are `scopes`.
        """,
        """
        components:
          securitySchemes:
            login:
              type: oauth2
              login: [chat:write]
              flows:
                implicit:
                  authorizationUrl: https://example.com/login
                  availableScopes: {chat:write: Say something}
        """,
        """
        components:
          securitySchemes:
            login:
              type: oauth2
              scopes: [chat:write]
              flows:
                implicit:
                  authorizationUrl: https://example.com/login
                  availableScopes: {chat:write: Say something}
        """,
    ),
    _error(
        "headers-type",
        "The schema of headers describes a map.",
        "Headers are names with values: their schema is of `type: object`.",
        "components: {messages: {say: {headers: {type: string}}}}",
        "components: {messages: {say: {headers: {type: object}}}}",
    ),
    _error(
        "binding-schema",
        "Query and headers of a binding are schemas of objects with properties.",
        """
        The bindings of WebSockets and HTTP say so: the schema is of `type: object`, and its
        `properties` are the parameters.
        """,
        "channels: {chat: {address: /chat, bindings: {ws: {query: {type: string}}}}}",
        """
        channels:
          chat:
            address: /chat
            bindings:
              ws: {query: {type: object, properties: {token: {type: string}}}}
        """,
    ),
    _error(
        "example-payload",
        "The payload of an example is valid.",
        """
        People copy examples. One that the schema refuses teaches them to send what the server
        rejects. The specification demands that they match; many documents break it: to begin with,
        demote the code to a warning in the configuration.
        """,
        """
        channels:
          chat:
            messages:
              say: {payload: {type: string}, examples: [{payload: 42}]}
        """,
        """
        channels:
          chat:
            messages:
              say: {payload: {type: string}, examples: [{payload: Hello}]}
        """,
    ),
    _error(
        "example-headers",
        "The headers of an example are valid.",
        "As for payloads (`example-payload`).",
        """
        components:
          messages:
            say:
              headers: {type: object, required: [id]}
              examples: [{headers: {ident: 1}}]
        """,
        """
        components:
          messages:
            say:
              headers: {type: object, required: [id]}
              examples: [{headers: {id: 1}}]
        """,
    ),
)
