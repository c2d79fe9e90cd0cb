"""Rules about the fields of all objects: which there are, and what they may be."""

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

__all__ = ["CHECKED_IN", "RULES"]

#: The walk by the grammar finds these. Some fields are in no table of the grammar: the rules about
#: schemas and security look at them.
CHECKED_IN = (
    "lint.grammar_walk",
    "lint.plain",
    "lint.rules.bindings",
    "lint.rules.schema_formats",
    "lint.rules.schemas",
    "lint.rules.security",
    "lint.slips",
    "spec.schemas",
    "spec.unread_fields",
)

_error = group("Structure", Severity.ERROR)

RULES = (
    _error(
        "missing-field",
        "Required fields must be present.",
        """
        The AsyncAPI specification marks these fields REQUIRED. Tools can't use an object that lacks
        them.
        """,
        """
        channels: {chat: {address: /chat}}
        operations:
          say: {channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels: {chat: {address: /chat}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _error(
        "unknown-field",
        "An object must have only fields of the AsyncAPI specification and `x-` extensions.",
        """
        An unknown field is usually a typo, or belongs to another version or object. Tools ignore
        it. To add a field of your own, start its name with `x-`.
        """,
        "channels: {chat: {adress: /chat}}",
        "channels: {chat: {address: /chat}}",
    ),
    _error(
        "wrong-type",
        "A field must have the type that the specification gives it.",
        """
        The usual cause is a number or a boolean instead of a string, because YAML reads `1.0` as a
        number. Put the value in quotes.
        """,
        "info: {title: Chat, version: 1.0}",
        "info: {title: Chat, version: '1.0'}",
    ),
    _error(
        "bad-value",
        "A field with a fixed set of values must have one of them.",
        "Values are case-sensitive: write `receive`, not `Receive`.",
        """
        channels: {chat: {address: /chat}}
        operations:
          say: {action: Receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels: {chat: {address: /chat}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _error(
        "bad-format",
        "URLs, e-mail addresses, media types and expressions must be well-formed.",
        """
        `url` and `termsOfService` must be absolute URLs, and `id` must be a URI. `contentType` must
        be a specific media type without wildcards, and `location` a runtime expression such as
        `$message.payload#/user/id`.
        """,
        "info: {title: Chat, version: 1.0.0, termsOfService: /terms}",
        "info: {title: Chat, version: 1.0.0, termsOfService: 'https://example.com/terms'}",
    ),
    _error(
        "bad-key",
        "Names of servers, parameters and components must match the specification's pattern.",
        """
        The specification allows letters, digits, `-` and `_` in these names, and `.` only in names
        of components. Names of channels, operations and messages are free.
        """,
        "components: {schemas: {'chat message': {type: string}}}",
        "components: {schemas: {chat_message: {type: string}}}",
    ),
    _error(
        "bad-extension-name",
        "An extension must be named `x-` plus letters, digits, `.`, `-` and `_`.",
        """
        With other characters, the field is neither an extension nor a field of the specification.
        """,
        "info: {title: Chat, version: 1.0.0, 'x-our team': chat}",
        "info: {title: Chat, version: 1.0.0, x-our-team: chat}",
    ),
    _error(
        "equal-items",
        "Items of tags, of a channel's servers and of a variable's `enum` must be unique.",
        "These lists are sets, so a duplicate item has no effect.",
        "info: {title: Chat, version: 1.0.0, tags: [{name: chat}, {name: chat}]}",
        "info: {title: Chat, version: 1.0.0, tags: [{name: chat}, {name: beta}]}",
    ),
)
