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
        "A required field is there.",
        """
        The specification marks these fields REQUIRED; without them the object says nothing that a
        tool could use.
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
        "An object has fields of the specification, and `x-` extensions.",
        """
        An unknown field is almost always a typo, or belongs to another version or object. No tool
        reads it. Your own fields begin with `x-`.
        """,
        "channels: {chat: {adress: /chat}}",
        "channels: {chat: {address: /chat}}",
    ),
    _error(
        "wrong-type",
        "A field is of its type.",
        """
        Most often a number or a boolean stands where a string belongs, because YAML reads `1.0` as
        a number: write it in quotes.
        """,
        "info: {title: Chat, version: 1.0}",
        "info: {title: Chat, version: '1.0'}",
    ),
    _error(
        "bad-value",
        "A field that has a fixed set of values has one of them.",
        "The values are case-sensitive: `receive`, not `Receive`.",
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
        "URLs are absolute, e-mail addresses, media types and expressions are well-formed.",
        """
        `url` and `termsOfService` are absolute URLs, `id` is a URI, `contentType` a specific media
        type without wildcards, and `location` a runtime expression such as
        `$message.payload#/user/id`.
        """,
        "info: {title: Chat, version: 1.0.0, termsOfService: /terms}",
        "info: {title: Chat, version: 1.0.0, termsOfService: 'https://example.com/terms'}",
    ),
    _error(
        "bad-key",
        "Names of servers, parameters and components have letters, digits, `-`, `_` (and `.`).",
        """
        Names of channels, operations and messages are free. These are not: the specification gives
        them a pattern (`.` is for components alone).
        """,
        "components: {schemas: {'chat message': {type: string}}}",
        "components: {schemas: {chat_message: {type: string}}}",
    ),
    _error(
        "bad-extension-name",
        "The name of an extension is `x-` with letters, digits, `.`, `-` and `_`.",
        "With other characters the field is neither an extension nor one of the specification.",
        "info: {title: Chat, version: 1.0.0, 'x-our team': chat}",
        "info: {title: Chat, version: 1.0.0, x-our-team: chat}",
    ),
    _error(
        "equal-items",
        "Items of tags, of a channel's servers and of a variable's `enum` differ.",
        "These lists are sets: an item that stands twice says nothing new.",
        "info: {title: Chat, version: 1.0.0, tags: [{name: chat}, {name: chat}]}",
        "info: {title: Chat, version: 1.0.0, tags: [{name: chat}, {name: beta}]}",
    ),
)
