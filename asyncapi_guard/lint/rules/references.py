"""Rules about references."""

from __future__ import annotations

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

__all__ = ["CHECKED_IN", "RULES"]

#: References are found, and followed, by the walks and by the loader.
CHECKED_IN = ("lint.grammar_walk", "lint.ref_siblings", "spec.references", "spec.schemas")

_error = group("Structure", Severity.ERROR)
_warning = group("Structure", Severity.WARNING)

RULES = (
    _error(
        "unresolvable-reference",
        "A `$ref` leads to something.",
        """
        A reference is a JSON Pointer into a file: `#/components/schemas/User`, or
        `./user.yml#/User`. It may not leave the folder of the document (see `--root`), go over http
        (see `--allow-http`), or lead in a circle and never arrive.
        """,
        """
        channels:
          chat:
            messages: {say: {$ref: '#/components/messages/Say'}}
        """,
        """
        channels:
          chat:
            messages: {say: {$ref: '#/components/messages/Say'}}
        components:
          messages: {Say: {payload: {type: string}}}
        """,
    ),
    _error(
        "wrong-kind",
        "A `$ref` leads to an object of the wanted kind.",
        """
        Where a message is wanted, a reference must not lead to a channel, a schema, or a whole map
        of messages, even if what stands there happens to look alike.
        """,
        """
        channels:
          chat:
            messages: {say: {$ref: '#/components/schemas/Say'}}
        components:
          schemas: {Say: {title: Say}}
        """,
        """
        channels:
          chat:
            messages: {say: {payload: {$ref: '#/components/schemas/Say'}}}
        components:
          schemas: {Say: {title: Say}}
        """,
    ),
    _error(
        "reference-forbidden",
        "References stand only where the specification allows them.",
        """
        Info, message examples, OAuth flows and whole maps are written where they belong. What is
        *in* a map may be a reference.
        """,
        """
        channels: {$ref: '#/components/channels'}
        components: {channels: {chat: {address: /chat}}}
        """,
        """
        channels: {chat: {$ref: '#/components/channels/chat'}}
        components: {channels: {chat: {address: /chat}}}
        """,
    ),
    _error(
        "reference-required",
        "Some places take references only.",
        """
        The channel of an operation, the messages that it lists, and the servers of a channel are
        written in their own places, and referred to here.
        """,
        """
        operations:
          say: {action: receive, channel: {address: /chat}}
        """,
        """
        channels: {chat: {address: /chat}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "ref-siblings",
        "Nothing stands beside a `$ref`.",
        """
        Whatever stands beside a `$ref` is ignored, in Reference Objects and in schemas of the
        AsyncAPI dialect alike: a `maxLength` there limits nothing. In a schema, write both into an
        `allOf`. (From JSON Schema 2019-09 on, siblings count.)
        """,
        """
        components:
          schemas:
            Name: {type: string}
            Nick: {$ref: '#/components/schemas/Name', maxLength: 9}
        """,
        """
        components:
          schemas:
            Name: {type: string}
            Nick: {allOf: [{$ref: '#/components/schemas/Name'}, {maxLength: 9}]}
        """,
    ),
)
