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
        "Every `$ref` must resolve.",
        """
        A reference is a JSON Pointer into a file: `#/components/schemas/User`, or
        `./user.yml#/User`. It must not leave the directory of the document (see `--root`), use http
        (see `--allow-http`), or form a circle.
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
        "A `$ref` must point to an object of the expected kind.",
        """
        If a field expects a message, its reference must not point to a channel, a schema, or a
        whole map of messages, even if the target looks similar.
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
        "References must be used only in places where the specification allows them.",
        """
        Write Info, message examples, OAuth flows and whole maps in place. The entries *in* a map
        can be references.
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
        "A field that accepts only references must have a reference.",
        """
        The channel of an operation, the messages of an operation, and the servers of a channel are
        defined elsewhere in the document. Refer to them here.
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
        "A `$ref` should not have sibling keys.",
        """
        Keys beside a `$ref` are ignored, both in Reference Objects and in schemas of the AsyncAPI
        dialect: a `maxLength` there limits nothing. In a schema, put both into an `allOf`. From
        JSON Schema 2019-09 on, sibling keys apply.
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
